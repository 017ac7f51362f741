"""Closeness of a network's nodes by numbers of steps, for 64 sources at once as the bits of a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

__all__ = ["closeness", "to_closeness"]

_BITS = 64


def closeness(
    pattern: Any,  # a scipy array
    *,
    advance: Callable[[int], object] = lambda _: None,
) -> Reals:
    """Return the closeness of every node by the number of steps to the others, as `to_closeness` defines it.

    A breadth-first search from 64 nodes at once: a word a node says which of them have reached it, and a step is one
    ``or`` over each node's neighbours.

    Parameters
    ----------
    pattern
        Square symmetric scipy sparse array in CSR form with a cell for each edge; no self-loops.
    advance
        Called with how many more nodes' paths are followed.

    Returns
    -------
    numpy.ndarray
        One value a node, 0 to 1.

    Examples
    --------
    >>> import networkx as nx
    >>> closeness(nx.to_scipy_sparse_array(nx.path_graph(4))).round(3).tolist()
    [0.5, 0.75, 0.75, 0.5]
    """
    import numpy as np

    n = pattern.shape[0]
    total, reached = np.zeros(n), np.zeros(n, np.int64)
    for first in range(0, n, _BITS):
        stop = min(first + _BITS, n)
        reached[first:stop], total[first:stop] = _search(pattern, np.arange(first, stop))
        advance(stop - first)
    return to_closeness(total, reached)


def to_closeness(total: Reals, reached: Integers) -> Reals:
    r"""Return the closeness of nodes: how near they are to the nodes that they reach, and how many those are.

    :math:`c_v = \frac{r_v}{\sum_u d(v, u)} \cdot \frac{r_v}{n - 1}`, with the :math:`r_v` other nodes that :math:`v`
    reaches. The second factor makes nodes of different components comparable. 0 where no other node is reached.

    Parameters
    ----------
    total
        For every node the sum of its distances to the nodes that it reaches.
    reached
        For every node how many other nodes it reaches.

    References
    ----------
    Wasserman and Faust 1994, doi:10.1017/CBO9780511815478, formula 5.22; it is what networkx computes.
    """
    import numpy as np

    n_others = max(len(total) - 1, 1)
    near = np.divide(reached, total, out=np.zeros(len(total)), where=total > 0)
    result: Reals = near * reached / n_others
    return result


def _search(pattern: Any, sources: Integers) -> tuple[Integers, Integers]:
    """Return how many other nodes each source reaches, and the sum of the steps to them."""
    import numpy as np

    bit = np.uint64(1) << np.arange(len(sources), dtype=np.uint64)
    everyone = np.bitwise_or.reduce(bit)
    seen = np.zeros(pattern.shape[0], np.uint64)
    seen[sources] = bit
    reached, total = np.zeros(len(sources), np.int64), np.zeros(len(sources), np.int64)
    # Rows without a cell would be wrong: `reduceat` gives an empty run the first value of the next.
    waiting = np.flatnonzero(np.diff(pattern.indptr))
    frontier = seen.copy()
    step = 0
    while True:
        waiting = waiting[seen[waiting] != everyone]
        if not len(waiting):
            return reached, total
        rows = pattern[waiting]
        fresh = np.bitwise_or.reduceat(frontier[rows.indices], rows.indptr[:-1]) & ~seen[waiting]
        if not fresh.any():
            return reached, total
        step += 1
        counts = _count_bits(fresh, len(sources))
        reached += counts
        total += step * counts
        seen[waiting] |= fresh
        frontier = np.zeros_like(seen)
        frontier[waiting] = fresh


def _count_bits(words: npt.NDArray[np.uint64], n_bits: int) -> Integers:
    """Return for each place of a bit in how many words it is set."""
    import numpy as np

    little = words.astype("<u8").view(np.uint8).reshape(len(words), 8)
    counts: Integers = np.unpackbits(little, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
    return counts[:n_bits]
