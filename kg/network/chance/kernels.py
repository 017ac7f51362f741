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


@compile_loop
def tell_pairs(
    left: Integers,
    right: Integers,
    count: Integers,
    classes: tuple[Integers, Integers, int],
    repeats: Integers,
    smaller: tuple[int, int],
) -> Integers:
    """Return for each pair the cell of its combination of a count and two classes, and count the pairs of each cell.

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
    """
    class_of, before, n_classes = classes
    n_small, free = smaller
    cells = np.empty(len(count), np.int32)
    for pair in range(len(count)):
        if count[pair] <= n_small:
            a, b = class_of[np.uint32(left[pair])], class_of[np.uint32(right[pair])]
            cell = np.uint64((count[pair] - 1) * n_classes + before[min(a, b)] + max(a, b))
        else:
            cell = np.uint64(free)
            free += 1
        cells[pair] = cell
        repeats[cell] += 1
    return cells


@compile_loop
def take_statistics(cells: Integers, row_of: Integers, statistics: Reals, columns: Reals) -> None:
    """Fill columns, one a statistic, with those of pairs; of each pair the cell is known, and of each cell the row."""
    to_a, to_b, to_c, to_d = columns[0], columns[1], columns[2], columns[3]
    to_e, to_f, to_g, to_h = columns[4], columns[5], columns[6], columns[7]
    for at in range(len(cells)):
        values = statistics[row_of[cells[at]]]
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
    first, total, side = np.zeros(len(count)), np.ones(len(count)), np.zeros(len(count), np.int8)
    for pair in range(len(count)):
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
        term, reached = 1.0, 1.0
        while True:
            if side[pair] > 0:
                at += 1
                neither += 1
                term = term * left * right / (at * neither)
                left -= 1
                right -= 1
            else:
                left += 1
                right += 1
                term = term * at * neither / (left * right)
                at -= 1
                neither -= 1
            reached += term
            if not term > reached * smallest:
                break
        total[pair] = reached
    return first, total, side
