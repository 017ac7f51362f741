"""Loops of the statistics that numba compiles: the operations of numpy in the same order, so the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kg.network.counting.compiled import compile_loop

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["hypergeometric_terms", "take_statistics", "tell_pairs"]

_LANES = 8  # floating-point numbers of a register


@compile_loop
def tell_pairs(
    left: Integers,
    right: Integers,
    count: Integers,
    classes: tuple[Integers, Integers, int],
    repeats: Integers,
    smaller: tuple[int, int],
    cells: Integers,
) -> Integers:
    """Find for each pair the cell of its combination of a count and two classes, and count the pairs of each cell.

    Return which pairs have a greater count than those that share cells.

    Parameters
    ----------
    left, right, count
        Of the pairs.
    classes
        The class of each node, how many pairs of classes come before those of each class, and how many there are.
    repeats
        How many pairs each cell has; written to.
    smaller
        The greatest count whose combinations share cells, and the first cell that a pair of a greater one can have.
    cells
        Of the pairs; written to.
    """
    class_of, before, n_classes = classes
    n_small, free = smaller
    greater, n_greater = np.empty(len(count), np.int32), 0
    for pair in range(len(count)):
        if count[pair] <= n_small:
            a, b = class_of[np.uint32(left[pair])], class_of[np.uint32(right[pair])]
            cell = np.uint64((count[pair] - 1) * n_classes + before[min(a, b)] + max(a, b))
        else:
            cell = np.uint64(free)
            greater[n_greater] = pair
            free, n_greater = free + 1, n_greater + 1
        cells[pair] = cell
        repeats[cell] += 1
    return greater[:n_greater]


@compile_loop
def take_statistics(cells: Integers, order: Integers, row_of: Integers, statistics: Reals, columns: Reals) -> None:
    """Fill columns, one a statistic, with those of pairs in an order.

    Of each pair the cell is known, and of each cell the row.
    """
    to_a, to_b, to_c, to_d = columns[0], columns[1], columns[2], columns[3]
    to_e, to_f, to_g, to_h = columns[4], columns[5], columns[6], columns[7]
    for place in range(len(order)):
        at = np.uint32(place)
        values = statistics[np.uint32(row_of[np.uint32(cells[np.uint32(order[at])])])]
        to_a[at], to_b[at], to_c[at], to_d[at] = values[0], values[1], values[2], values[3]
        to_e[at], to_f[at], to_g[at], to_h[at] = values[4], values[5], values[6], values[7]


@compile_loop
def hypergeometric_terms(
    count: Integers, n_a: Integers, n_b: Integers, n: int, logs: tuple[Reals, Reals, float], smallest: float
) -> tuple[Reals, Reals, npt.NDArray[np.int8]]:
    """Return of each chance the logarithm of its first term, the sum of its terms in units of that, and its side.

    Side 1 is from the count up, -1 from below the count down, and 0 where the chance is 1: those have no terms.
    """
    factorial, falling, log_n = logs
    n_all = len(count)
    first, total, side = np.zeros(n_all), np.ones(n_all), np.zeros(n_all, np.int8)
    # Some chances take their steps side by side, so that the processor need not wait for each division. One that has
    # all its terms gets no more: they are 0.
    lanes = np.zeros((6, _LANES))
    fewer, rarer, more, rest, term, reached = lanes[0], lanes[1], lanes[2], lanes[3], lanes[4], lanes[5]
    for start in range(0, n_all, _LANES):
        size = min(_LANES, n_all - start)
        term[:], reached[:] = 0.0, 1.0
        for lane in range(size):
            pair = start + lane
            k, a, b = int(count[pair]), int(n_a[pair]), int(n_b[pair])
            if k * n > a * b:
                side[pair] = 1
            elif k > max(0, a + b - n):
                side[pair] = -1
                k -= 1
            else:
                continue
            chosen = factorial[a] - factorial[a - k] + factorial[b] - factorial[b - k] - factorial[k]
            first[pair] = chosen + falling[a + b - k] - falling[a] - falling[b] - k * log_n
            at, left, right, neither = float(k), float(a - k), float(b - k), float(n - a - b + k)
            if side[pair] > 0:
                fewer[lane], rarer[lane], more[lane], rest[lane] = left, right, at, neither
            else:
                fewer[lane], rarer[lane], more[lane], rest[lane] = at, neither, left, right
            term[lane] = 1.0
        goes_on = 1.0
        while goes_on > 0:
            goes_on = 0.0
            for lane in range(_LANES):
                more[lane] += 1
                rest[lane] += 1
                added = term[lane] * fewer[lane] * rarer[lane] / (more[lane] * rest[lane])
                fewer[lane] -= 1
                rarer[lane] -= 1
                reached[lane] += added
                more_to_come = 1.0 if added > reached[lane] * smallest else 0.0
                term[lane] = added * more_to_come
                goes_on += more_to_come
        total[start : start + size] = reached[:size]
    return first, total, side
