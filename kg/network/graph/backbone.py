"""The backbone of a network: the edges that stand out among those of one of their nodes, whatever its strength."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.errors import QueryError

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["backbone", "disparity"]


def disparity(left: Integers, right: Integers, weight: Reals, *, n_nodes: int) -> Reals:
    r"""Return for each edge the chance that it is as heavy by chance, at the end where that is least likely.

    A node of :math:`k` edges whose strength fell into :math:`k` parts at random would have one of the share :math:`p`
    or more with probability :math:`(1-p)^{k-1}`. The edge's weight is such a share of the strength of either end.

    Parameters
    ----------
    left, right
        Numbers of the ends of each edge.
    weight
        Their weights. An edge whose weight is 0 or less is none: it counts for neither end, and its chance is 1.
    n_nodes
        Nodes are numbers below this one.

    Returns
    -------
    numpy.ndarray
        One value an edge, 0 to 1; 1 for the only edge of two nodes.

    References
    ----------
    Serrano et al. 2009, doi:10.1073/pnas.0808904106, formula 2.

    Examples
    --------
    >>> import numpy as np
    >>> ends = np.array([0, 0, 0, 1]), np.array([1, 2, 3, 2])
    >>> disparity(*ends, np.array([8.0, 1.0, 1.0, 1.0]), n_nodes=4).round(3).tolist()
    [0.04, 0.5, 0.81, 0.5]
    """
    import numpy as np

    heavy = np.maximum(weight, 0)
    chance = np.ones(len(weight))
    for end in (left, right):
        strength = np.bincount(end, weights=heavy, minlength=n_nodes)
        degree = np.bincount(end, weights=heavy > 0, minlength=n_nodes)
        strength += np.bincount(right if end is left else left, weights=heavy, minlength=n_nodes)
        degree += np.bincount(right if end is left else left, weights=heavy > 0, minlength=n_nodes)
        share = np.divide(heavy, strength[end], out=np.zeros(len(heavy)), where=heavy > 0)
        chance = np.minimum(chance, (1 - share) ** np.maximum(degree[end] - 1, 0))
    return np.where(heavy > 0, chance, 1.0)


def backbone(graph: nx.Graph[Any], *, alpha: float = 0.05) -> nx.Graph[Any]:
    """Return the backbone of a network by the disparity filter: what is worth drawing of it.

    A threshold on the weight leaves the edges between strong nodes alone; the filter asks whether an edge stands out
    among the edges of one of its nodes, so that weak nodes keep theirs.

    Parameters
    ----------
    graph
        An undirected network, as `kg.network.cooccurrence` makes it.
    alpha
        Edges whose `disparity` is below this stay; above 0, at most 1. The smaller, the fewer.

    Returns
    -------
    networkx.Graph
        The edges that stay, with their attributes and ``disparity``, and their nodes, with theirs. The order is that
        of the graph.

    Raises
    ------
    QueryError
        If `alpha` is not above 0 and at most 1, or a weight is no number.

    References
    ----------
    Serrano et al. 2009, doi:10.1073/pnas.0808904106.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_weighted_edges_from([("a", "b", 8.0), ("a", "c", 1.0), ("a", "d", 1.0), ("b", "c", 1.0)])
    >>> list(backbone(graph).edges(data="disparity"))
    [('a', 'b', 0.03999999999999998)]
    """
    import networkx as nx
    import numpy as np

    if not 0 < alpha <= 1:
        raise QueryError(f"alpha {alpha} is not above 0 and at most 1; take 0.05, or less for fewer pairs")
    place = {node: number for number, node in enumerate(graph)}
    edges = [(a, b, values) for a, b, values in graph.edges(data=True) if a != b]
    left, right = (np.fromiter((place[edge[end]] for edge in edges), np.int64, len(edges)) for end in (0, 1))
    weight = np.array([values.get("weight", 1) for *_, values in edges], np.float64)
    if not np.isfinite(weight).all():
        raise QueryError("a weight is no number; choose a weight that every pair has")
    chance = disparity(left, right, weight, n_nodes=len(place)).tolist()
    kept: nx.Graph[Any] = nx.Graph(**graph.graph)
    chosen = [
        (a, b, {**values, "disparity": found})
        for (a, b, values), found in zip(edges, chance, strict=True)
        if found < alpha
    ]
    ends = {node for a, b, _ in chosen for node in (a, b)}
    kept.add_nodes_from((node, values) for node, values in graph.nodes(data=True) if node in ends)
    kept.add_edges_from(chosen)
    return kept
