"""Closeness and betweenness by lengths of edges: shortest paths by Dijkstra, their numbers edge by edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.network.graph.betweenness import to_betweenness
from kg.network.graph.closeness import to_closeness

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

__all__ = ["measure_paths"]

_CELLS = 4_000_000  # distances that are held at a time


def measure_paths(
    lengths: Any,
    *,
    sources: Collection[int],
    with_closeness: bool = True,
    advance: Callable[[int], object] = lambda _: None,
) -> tuple[Reals, Reals]:
    """Return the closeness and the betweenness of every node, where an edge is as long as its cell says.

    Two paths are equally short if the sums of their lengths, from the source on, are the same floating-point number.
    The edges that lie on shortest paths from one source form a directed graph without cycles, so the numbers of
    paths, and Brandes' sums back along them, are finite series of what moves over all those edges at once.

    Parameters
    ----------
    lengths
        Square symmetric scipy sparse array in CSR form of lengths above 0; no self-loops.
    sources
        Numbers of the distinct nodes whose paths count for betweenness; all of them make it exact.
    with_closeness
        Whether closeness is wanted; without it only the sources are looked at, and it is all 0.
    advance
        Called with how many more nodes' paths are followed: a node's once for each of the two.

    Returns
    -------
    tuple of numpy.ndarray
        As `kg.network.graph.closeness.to_closeness` and `kg.network.graph.betweenness.betweenness` define them.

    References
    ----------
    Brandes 2001, doi:10.1080/0022250X.2001.9990249; Newman 2001, doi:10.1103/PhysRevE.64.016132, who takes the
    inverse of the weight as the length.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph([(0, 1, {"weight": 1.0}), (1, 2, {"weight": 1.0}), (0, 2, {"weight": 3.0})])
    >>> near, between = measure_paths(nx.to_scipy_sparse_array(graph), sources=range(3))
    >>> near.round(3).tolist(), between.tolist()
    ([0.667, 1.0, 0.667], [0.0, 1.0, 0.0])
    """
    import numpy as np
    from scipy.sparse.csgraph import dijkstra

    n = lengths.shape[0]
    total, reached, passed = np.zeros(n), np.zeros(n, np.int64), np.zeros(n)
    counted = np.zeros(n, bool)
    counted[list(sources)] = True
    origins = np.arange(n) if with_closeness else np.flatnonzero(counted)
    left = np.repeat(np.arange(n), np.diff(lengths.indptr))
    once = left < lengths.indices
    edges = (lengths.data[once], left[once], lengths.indices[once])
    step = max(1, _CELLS // max(n, 1))
    for first in range(0, len(origins), step):
        block = origins[first : first + step]
        distances = dijkstra(lengths, indices=block)
        known = np.isfinite(distances)
        reached[block] = known.sum(axis=1) - 1
        total[block] = np.where(known, distances, 0).sum(axis=1)
        if with_closeness:
            advance(len(block))
        for source, distance in zip(block[counted[block]], distances[counted[block]], strict=True):
            passed += _dependencies(*edges, int(source), distance)
            advance(1)
    return to_closeness(total, reached) if with_closeness else np.zeros(n), to_betweenness(passed, counted)


def _dependencies(lengths: Reals, left: Integers, right: Integers, source: int, distance: Reals) -> Reals:
    """Return each node's dependency: the shares of the shortest paths from the source that pass it."""
    import numpy as np

    near, far = distance[left], distance[right]
    # Strictly nearer: beside a distance that is 10^16 times as long, the length of an edge is lost in rounding, and
    # two nodes would each lie before the other. What is not reached is infinitely far, and nothing is beyond it.
    ahead = np.flatnonzero((near + lengths == far) & (near < far))
    back = np.flatnonzero((far + lengths == near) & (far < near))
    tails = np.concatenate((left[ahead], right[back]))
    heads = np.concatenate((right[ahead], left[back]))
    start = np.zeros(len(distance))
    start[source] = 1
    paths = _series(tails, heads, start)
    share = np.divide(1, paths, out=np.zeros(len(paths)), where=paths > 0)
    result = (_series(heads, tails, share) - share) * paths
    result[source] = 0
    return result


def _series(tails: Integers, heads: Integers, start: Reals) -> Reals:
    """Return the sum of what stands at each node at the start and of what arrives there along the edges."""
    import numpy as np

    total: Reals = start
    term: Any = start
    while True:
        term = np.bincount(heads, weights=term[tails], minlength=len(start))
        if not term.any():
            return total
        total = total + term
