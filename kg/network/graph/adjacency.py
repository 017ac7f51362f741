"""The matrix of a network: its nodes, and the weights of their edges as a symmetric sparse array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import QueryError
from kg.network.frames import Frames
from kg.terminal import visible

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

    _Edges = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]

__all__ = ["Adjacency", "to_adjacency"]


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """A network as arrays.

    Attributes
    ----------
    ids, symbols
        Of the nodes, in the order of the graph; a node without ``symbol`` is called by its id.
    weights
        Square symmetric scipy sparse array in CSR form: a stored cell for each edge, of weight 0 too; no self-loops.
    """

    ids: list[str]
    symbols: list[str]
    weights: Any

    @property
    def pattern(self) -> Any:
        """The same cells, each 1: who is whose neighbour."""
        import numpy as np

        ones = self.weights.copy()
        ones.data = np.ones(len(ones.data))
        return ones

    @property
    def similarity(self) -> Any:
        """The cells above 0 alone: an edge of a smaller weight (NPMI has them) says that two nodes are not similar."""
        kept = self.weights.copy()
        kept.data[kept.data < 0] = 0
        kept.eliminate_zeros()
        return kept


def to_adjacency(network: nx.Graph[Any] | Frames) -> Adjacency:
    """Return the matrix of an undirected network; self-loops are left out, and an edge without ``weight`` counts 1.

    Raises
    ------
    QueryError
        If a weight is infinite or no number.

    Examples
    --------
    >>> import networkx as nx
    >>> to_adjacency(nx.Graph([("3716", "6774", {"weight": 2.5})])).weights.toarray().tolist()
    [[0.0, 2.5], [2.5, 0.0]]
    """
    import numpy as np
    from scipy.sparse import csr_array

    ids, symbols, (left, right, weight) = _from_frames(network) if isinstance(network, Frames) else _from_graph(network)
    odd = np.flatnonzero(~np.isfinite(weight))
    if len(odd):
        pair = visible(f"{ids[left[odd[0]]]} and {ids[right[odd[0]]]}")
        raise QueryError(f"the weight of {pair} is {weight[odd[0]]}; choose a weight that every pair has")
    apart = left != right
    left, right, weight = left[apart], right[apart], weight[apart]
    both = (np.concatenate((left, right)), np.concatenate((right, left)))
    matrix: Any = csr_array((np.concatenate((weight, weight)), both), shape=(len(ids), len(ids)))
    matrix.sort_indices()
    return Adjacency(ids, symbols, matrix)


def _from_graph(graph: nx.Graph[Any]) -> tuple[list[str], list[str], _Edges]:
    """Return the ids and symbols of the nodes, and each edge as numbers of its nodes with its weight."""
    import numpy as np

    ids = [str(node) for node in graph]
    symbols = [
        name if symbol is None else str(symbol)
        for name, (_, symbol) in zip(ids, graph.nodes(data="symbol"), strict=True)
    ]
    place = {node: number for number, node in enumerate(graph)}
    n = graph.number_of_edges()
    left = np.fromiter((place[a] for a, _ in graph.edges()), np.int64, n)
    right = np.fromiter((place[b] for _, b in graph.edges()), np.int64, n)
    weight = np.fromiter((edge for *_, edge in graph.edges(data="weight", default=1)), np.float64, n)
    return ids, symbols, (left, right, weight)


def _from_frames(frames: Frames) -> tuple[list[str], list[str], _Edges]:
    """Return the same of the tables of a network."""
    import numpy as np
    import polars as pl

    ids = frames.nodes.get_column("id")
    symbols = frames.nodes.get_column("symbol") if "symbol" in frames.nodes.columns else ids
    places = pl.Series(range(len(ids)), dtype=pl.Int64)
    left, right = (
        frames.pairs.get_column(f"ncbigene_{end}").replace_strict(ids, places, return_dtype=pl.Int64).to_numpy()
        for end in "ab"
    )
    weight = frames.pairs.get_column("weight").cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return ids.to_list(), pl.select(pl.coalesce(symbols, ids)).to_series().to_list(), (left, right, np.asarray(weight))
