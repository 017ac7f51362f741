"""What of a network is drawn, and where: its strongest nodes, their backbone, and places that leave room for labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import QueryError
from kg.network.graph.adjacency import to_adjacency
from kg.network.graph.backbone import disparity
from kg.network.graph.communities import communities

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

    from kg.network.frames import Frames

    Reals = npt.NDArray[np.float64]

__all__ = ["Drawing", "part_boxes", "place_nodes", "to_drawing"]

_ROUNDS = 2000  # of pushing boxes apart; some tens are enough for a hundred labels


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """The part of a network that a picture shows.

    Attributes
    ----------
    graph
        Nodes, by their ids, have ``symbol``, ``strength`` (in the whole network) and ``community`` (of this part, from
        1 for the largest); edges have ``weight``.
    n_nodes, n_edges
        Of the whole network.
    """

    graph: nx.Graph[str]
    n_nodes: int
    n_edges: int


def to_drawing(network: nx.Graph[Any] | Frames, *, max_nodes: int, max_edges: int, seed: int = 0) -> Drawing:
    """Return what of a network is to be drawn.

    The nodes of the greatest strength. Of the edges between them, where there are too many, a spanning tree of the
    greatest weight, so that nothing that hangs together falls apart, and those that stand out most by the disparity
    filter. Edges whose weight is not above 0 are not drawn.

    Parameters
    ----------
    network
        An undirected network, as `kg.network.cooccurrence` makes it, or its tables.
    max_nodes, max_edges
        How many to draw at most; as many edges as the tree has are drawn in any case.
    seed
        Of the communities.

    Raises
    ------
    QueryError
        If a number is too small, the network has no edge to draw, or a weight is no number.

    References
    ----------
    Serrano et al. 2009, doi:10.1073/pnas.0808904106.
    """
    import networkx as nx
    import numpy as np
    from scipy.sparse import triu

    for name, number in (("max_nodes", max_nodes), ("max_edges", max_edges)):
        if number < 2:
            raise QueryError(f"{name} {number} is too small; draw at least 2")
    adjacency = to_adjacency(network)
    similarity = adjacency.similarity
    strength = np.asarray(similarity.sum(axis=1)) if similarity.nnz else np.zeros(0)
    # Rounded, because sums of the same weights in another order differ in their last digits.
    chosen = np.sort(np.argsort(-strength.round(9), kind="stable")[:max_nodes])
    cells = triu(similarity[chosen][:, chosen], format="coo") if len(chosen) else triu(similarity, format="coo")
    if not cells.nnz:
        raise QueryError("there is no pair of genes to draw")
    kept = _choose_edges(cells.row, cells.col, cells.data, n_nodes=len(chosen), max_edges=max_edges)
    graph: nx.Graph[str] = nx.Graph()
    ends = np.union1d(cells.row[kept], cells.col[kept])
    for node in chosen[ends].tolist():
        graph.add_node(adjacency.ids[node], symbol=adjacency.symbols[node], strength=float(strength[node]))
    names = [adjacency.ids[node] for node in chosen.tolist()]
    for edge in kept.tolist():
        graph.add_edge(names[cells.row[edge]], names[cells.col[edge]], weight=float(cells.data[edge]))
    nx.set_node_attributes(graph, communities(graph, seed=seed).numbers(), "community")
    return Drawing(graph, len(adjacency.ids), adjacency.weights.nnz // 2)


def _choose_edges(left: Any, right: Any, weight: Reals, *, n_nodes: int, max_edges: int) -> Any:
    """Return the numbers of the edges to draw, in order."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    if len(weight) <= max_edges:
        return np.arange(len(weight))
    # A tree of the least lengths; the lengths are ranks, so that edges of one weight are taken in their order.
    rank = np.empty(len(weight))
    rank[np.argsort(-weight, kind="stable")] = np.arange(1, len(weight) + 1)
    tree = minimum_spanning_tree(csr_array((rank, (left, right)), shape=(n_nodes, n_nodes)))
    kept = np.isin(rank, tree.data)
    standing_out = np.lexsort((rank, disparity(left, right, weight, n_nodes=n_nodes)))
    others = standing_out[~kept[standing_out]]
    kept[others[: max(0, max_edges - int(kept.sum()))]] = True
    return np.flatnonzero(kept)


def place_nodes(graph: nx.Graph[str], *, width: float, height: float) -> dict[str, tuple[float, float]]:
    """Return places for the nodes of a drawing: near to each other where there are few edges between them.

    Each component is laid out by itself (Kamada and Kawai) and fills a part of the area, which is as high as the
    area and as wide as its share of the nodes.

    References
    ----------
    Kamada and Kawai 1989, doi:10.1016/0020-0190(89)90102-6.
    """
    import networkx as nx
    import numpy as np

    places: dict[str, tuple[float, float]] = {}
    start = 0.0
    for component in sorted(nx.connected_components(graph), key=lambda nodes: (-len(nodes), min(nodes))):
        part: nx.Graph[str] = nx.Graph(graph.subgraph(node for node in graph if node in component).edges())
        share = width * len(part) / len(graph)
        layout = nx.kamada_kawai_layout(part, weight=None)
        points = np.array([layout[node] for node in part])
        low, high = points.min(axis=0), points.max(axis=0)
        scaled = (points - low) / np.maximum(high - low, 1e-9) * (share, height) + (start, 0)
        places.update(zip(part, map(tuple, scaled.tolist()), strict=True))
        start += share
    return {node: places[node] for node in graph}


def part_boxes(centres: Reals, sizes: Reals) -> Reals:
    """Return centres of boxes moved as little as it takes for no two boxes to overlap.

    Again and again, each two boxes that overlap are pushed apart along the axis on which that is the shorter way.

    Parameters
    ----------
    centres, sizes
        A row a box: the coordinates of its centre; its width and height.

    Returns
    -------
    numpy.ndarray
        The new centres. Boxes that still overlap after 2,000 rounds stay so.

    Examples
    --------
    >>> import numpy as np
    >>> part_boxes(np.array([[0.0, 0.0], [3.0, 1.0]]), np.array([[4.0, 4.0], [4.0, 4.0]])).round(3).tolist()
    [[-0.5, 0.0], [3.5, 1.0]]
    """
    import numpy as np

    places = centres.astype(float).copy()
    first, second = np.triu_indices(len(places), k=1)
    reach = (sizes[first] + sizes[second]) / 2
    for _ in range(_ROUNDS):
        apart = places[second] - places[first]
        overlap = reach - np.abs(apart)
        clash = np.flatnonzero((overlap > 1e-9).all(axis=1))
        if not len(clash):
            break
        axis = np.argmin(overlap[clash], axis=1)
        push = np.zeros((len(clash), 2))
        # Of two boxes at one place the first in order goes to the left, or down.
        sign = np.where(apart[clash, axis] < 0, -1.0, 1.0)
        push[np.arange(len(clash)), axis] = sign * overlap[clash, axis] / 2
        np.add.at(places, second[clash], push)
        np.subtract.at(places, first[clash], push)
    return places
