"""Clustering coefficients and core numbers of a network, from its sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

__all__ = ["clustering", "core_numbers"]

# Cells of a block of the products, were they dense: bounds the memory to some 100 MB.
_BLOCK = 4_000_000


def clustering(pattern: Any) -> Reals:  # a scipy array
    r"""Return the clustering coefficient of every node: the share of the pairs of its neighbours that are neighbours.

    :math:`c_v = 2 t_v / (k_v (k_v - 1))`, with :math:`t_v` the triangles that hold :math:`v`, and :math:`k_v` its
    neighbours; 0 where there are fewer than two.

    Parameters
    ----------
    pattern
        Square symmetric scipy sparse array in CSR form with a cell for each edge; no self-loops.

    Returns
    -------
    numpy.ndarray
        One value a node, 0 to 1.

    References
    ----------
    Watts and Strogatz 1998, doi:10.1038/30918.

    Examples
    --------
    >>> import networkx as nx
    >>> clustering(nx.to_scipy_sparse_array(nx.Graph([(0, 1), (0, 2), (1, 2), (2, 3)]))).round(3).tolist()
    [1.0, 1.0, 0.333, 0.0]
    """
    import numpy as np

    degree = np.diff(pattern.indptr).astype(np.int64)
    pairs = degree * (degree - 1)
    result: Reals = np.divide(2 * _triangles(pattern), pairs, out=np.zeros(len(degree)), where=pairs > 0)
    return result


def _triangles(pattern: Any) -> Integers:
    """Return how many triangles hold each node.

    Every edge points to the end of the higher degree, so that no node has many edges out, however many it has: each
    triangle is found once from its lowest node to its highest, and once by its lowest and middle node.
    """
    import numpy as np
    from scipy.sparse import coo_array, csr_array

    n = pattern.shape[0]
    count = np.zeros(n, np.int64)
    if not n:
        return count
    place = np.empty(n, np.int64)
    place[np.argsort(np.diff(pattern.indptr), kind="stable")] = np.arange(n)
    cells = coo_array(pattern)
    row, col = place[cells.row], place[cells.col]
    up = row < col
    out = csr_array((np.ones(int(up.sum()), np.int64), (row[up], col[up])), shape=(n, n))
    back = out.T.tocsr()
    step = max(1, _BLOCK // n)
    for start in range(0, n, step):
        block = out[start : start + step]
        shared = (block @ back).multiply(block)  # cell (low, middle): triangles with these two
        count[start : start + step] += shared.sum(axis=1)
        count += shared.sum(axis=0)
        count += (block @ out).multiply(block).sum(axis=0)  # cell (low, high)
    return count[place]


def core_numbers(pattern: Any) -> Integers:
    """Return the core number of every node: the largest k for which it is in the k-core.

    The k-core is what is left when nodes with fewer than k neighbours are taken away until there are none.

    Parameters
    ----------
    pattern
        Square symmetric scipy sparse array in CSR form with a cell for each edge; no self-loops.

    References
    ----------
    Seidman 1983, doi:10.1016/0378-8733(83)90028-X.

    Examples
    --------
    >>> import networkx as nx
    >>> core_numbers(nx.to_scipy_sparse_array(nx.Graph([(0, 1), (0, 2), (1, 2), (2, 3)]))).tolist()
    [2, 2, 2, 1]
    """
    import numpy as np

    n = pattern.shape[0]
    core = np.zeros(n, np.int64)
    degree = np.diff(pattern.indptr).astype(np.int64)
    left = np.arange(n)
    k = 0
    while len(left):
        k = max(k, int(degree[left].min()))
        is_taken = degree[left] <= k
        taken, left = left[is_taken], left[~is_taken]
        core[taken] = k
        degree -= np.bincount(pattern[taken].indices, minlength=n)
    return core
