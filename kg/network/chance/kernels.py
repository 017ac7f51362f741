"""Loops of the statistics that numba compiles: the operations of numpy in the same order, so the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kg.network.counting.compiled import compile_loop

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["hypergeometric_terms", "number_rows"]


@compile_loop
def number_rows(
    left: Integers,
    right: Integers,
    count: Integers,
    classes: tuple[Integers, Integers, int],
    table: tuple[Integers, int, Integers],
    n_rows: int,
) -> tuple[Integers, Integers]:
    """Return for each pair the row of its combination of a count and two classes, and the pairs that begin a row.

    Parameters
    ----------
    left, right, count
        Of the pairs.
    classes
        The class of each node, how many pairs of classes come before those of each class, and how many there are.
    table
        One more than the row of each combination, 0 where there is none yet; the greatest count whose combinations
        are looked up there (those of greater ones are rows of their own); and how many pairs each row has, with room
        for new rows. Both arrays are written to.
    n_rows
        How many rows there are.
    """
    class_of, before, n_classes = classes
    row_of, n_small, repeats = table
    rows, new = np.empty(len(count), np.int32), np.empty(len(count), np.int64)
    n_new = 0
    for pair in range(len(count)):
        small = count[pair] <= n_small
        row, cell = 0, 0
        if small:
            a, b = class_of[left[pair]], class_of[right[pair]]
            cell = (count[pair] - 1) * n_classes + before[min(a, b)] + max(a, b)
            row = row_of[cell]
        if row == 0:
            new[n_new] = pair
            n_new += 1
            row = n_rows + n_new
            if small:
                row_of[cell] = row
        rows[pair] = row - 1
        repeats[row - 1] += 1
    return rows, new[:n_new].copy()


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
