"""Unweighted betweenness by Brandes' algorithm, for many sources at once as dense blocks on a sparse adjacency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

__all__ = ["betweenness", "to_betweenness"]

_BATCH = 64  # sources at a time: wide enough to pay for reading the adjacency, narrow enough to stay in the cache


def betweenness(
    adjacency: Any,  # a scipy array
    sources: Iterable[int] | None = None,
    *,
    advance: Callable[[int], object] = lambda _: None,
) -> Reals:
    r"""Return the betweenness of every node: the share of shortest paths between two others that pass it.

    The betweenness of :math:`v` is the mean of :math:`\sigma_{st}(v)/\sigma_{st}` over all ordered pairs of other
    nodes :math:`s, t`, where :math:`\sigma_{st}` is the number of shortest paths; pairs without a path count as 0.
    Brandes' two sweeps, out from the sources and back, run here level by level for 64 sources at once, each level
    one product of the sparse adjacency with a dense block.

    Parameters
    ----------
    adjacency
        Square symmetric scipy sparse array whose cells are 1 where two nodes are neighbours; no self-loops.
    sources
        Numbers of distinct nodes; only paths that start there count. By default all nodes, which is exact.
        A node that is a source has one start fewer than the others, so its mean is over one fewer.
    advance
        Called with how many more nodes' paths are followed.

    Returns
    -------
    numpy.ndarray
        One value a node, 0 to 1; all 0 where there are fewer than three nodes.

    References
    ----------
    Brandes 2001, doi:10.1080/0022250X.2001.9990249. Sampled sources: Brandes and Pich 2007,
    doi:10.1142/S0218127407018403.

    Examples
    --------
    >>> import networkx as nx
    >>> betweenness(nx.to_scipy_sparse_array(nx.path_graph(4))).round(3).tolist()
    [0.0, 0.667, 0.667, 0.0]
    """
    import numpy as np
    from scipy.sparse import csr_array

    matrix = csr_array(adjacency, dtype=np.float64)
    n = matrix.shape[0]
    starts = np.arange(n) if sources is None else np.fromiter(sources, np.int64)
    total = np.zeros(n)
    for first in range(0, len(starts), _BATCH):
        batch = starts[first : first + _BATCH]
        total += _dependencies(matrix, batch)
        advance(len(batch))
    is_source = np.zeros(n, bool)
    is_source[starts] = True
    return to_betweenness(total, is_source)


def to_betweenness(total: Reals, is_source: npt.NDArray[np.bool_]) -> Reals:
    """Return the betweenness of nodes, from the sums of their dependencies on the paths of some sources.

    Parameters
    ----------
    total
        For every node the sum over sources of the shares of paths from there that pass the node.
    is_source
        Which nodes are sources.

    Returns
    -------
    numpy.ndarray
        One value a node, 0 to 1: the mean over pairs of a source and a node, other than the node itself.
    """
    import numpy as np

    # A lone source has no path of its own to pass: its total is 0, and stays so.
    n_starts = np.maximum(is_source.sum() - is_source, 1)
    result: Reals = total / (n_starts * max(len(total) - 2, 1))
    return result


def _dependencies(matrix: Any, sources: Integers) -> Reals:
    """Return the sum over sources of each node's dependency: the shares of the paths from the source that pass it."""
    import numpy as np

    level, paths, depth = _sweep_out(matrix, sources)
    dependency = np.zeros(paths.shape)
    # The sources themselves, level 0, lie within no path of their own.
    for deep in range(depth, 1, -1):
        far, near = level == deep, level == deep - 1
        share = np.zeros(paths.shape)
        np.divide(1 + dependency, paths, out=share, where=far)
        givers, takers = np.flatnonzero(far.any(axis=1)), np.flatnonzero(near.any(axis=1))
        # Either side of the edges between the two levels will do: the one with fewer edges is read.
        degree = np.diff(matrix.indptr)
        if degree[givers].sum() < degree[takers].sum():
            passed = (matrix[givers].T @ share[givers])[takers]
        else:
            passed = matrix[takers] @ share
        dependency[takers] += passed * paths[takers] * near[takers]
    result: Reals = dependency.sum(axis=1)
    return result


def _sweep_out(matrix: Any, sources: Integers) -> tuple[npt.NDArray[np.int32], Reals, int]:
    """Return distances from the sources (-1 where there is no path), numbers of shortest paths, and the depth."""
    import numpy as np

    column = np.arange(len(sources))
    paths = np.zeros((matrix.shape[0], len(sources)))
    paths[sources, column] = 1
    level = np.where(paths > 0, np.int32(0), np.int32(-1))
    frontier = paths.copy()
    depth = 0
    while True:
        # Late levels are small: only nodes that some source has not reached are looked at.
        waiting = np.flatnonzero((level < 0).any(axis=1))
        reached = matrix[waiting] @ frontier
        reached[level[waiting] >= 0] = 0
        if not reached.any():
            return level, paths, depth
        depth += 1
        level[waiting] = np.where(reached > 0, np.int32(depth), level[waiting])
        paths[waiting] += reached
        frontier = np.zeros(paths.shape)
        frontier[waiting] = reached
