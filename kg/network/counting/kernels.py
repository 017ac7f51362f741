"""The sums of pairs as a loop that numba compiles: what numpy adds in the same order, so the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kg.network.counting.compiled import compile_loop

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["find_pairs", "list_by_node", "order_by_count", "round_off", "sum_pairs", "take"]

# The powers of two below 2**64 leave different remainders, by which a bit of a word is found.
_BITS = np.uint64(67)
_BIT = np.zeros(int(_BITS), np.uint64)
_BIT[[2**bit % int(_BITS) for bit in range(64)]] = np.arange(64)
_NONE, _ONE = np.uint64(0), np.uint64(1)
_WORD, _IN_WORD = np.uint64(6), np.uint64(63)
_COUNT = np.int64(-(2**32))  # the upper half of a number
_YEAR = np.int64(2**32 - 1)  # the lower half


@compile_loop
def list_by_node(
    starts: Integers, first: Integers, node: Integers, share: Reals, year: Integers, token: Integers | None
) -> tuple[Integers, Integers, Reals, Integers, Integers]:
    """Return entries by node, then figure.

    Parameters
    ----------
    starts
        Where each figure's entries begin, and the end of the last.
    first
        Where each node's entries will begin.
    node, share, year, token
        Of the entries, by figure and node; the tokens only if they are wanted.

    Returns
    -------
    tuple
        Of each place the entry, how many come after it in its figure, its share, its year and its token.
    """
    n = len(node)
    free = first.copy()
    entries, later, its_year = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    its_share, its_token = np.empty(n), np.empty(0 if token is None else n, np.int64)
    for figure in range(len(starts) - 1):
        for entry in range(starts[figure], starts[figure + 1]):
            at = np.uint64(free[node[entry]])
            free[node[entry]] += 1
            entries[at], later[at] = entry, starts[figure + 1] - entry - 1
            its_share[at], its_year[at] = share[entry], year[entry]
            if token is not None:
                its_token[at] = token[entry]
    return entries, later, its_share, its_year, its_token


@compile_loop
def sum_pairs(
    nodes: tuple[int, int, int],
    listing: tuple[Integers, Integers, Integers, Reals, Integers, Integers],
    rights: tuple[Integers, Reals],
    sums: tuple[Integers, Integers, Integers, Reals, Integers],
    token: Integers | None,
    newman: tuple[Reals, Reals] | None,
) -> int:
    """Sum the pairs of the left nodes from one to another with later ones before an end.

    Parameters
    ----------
    nodes
        The first left node, the one behind the last, and the end.
    listing
        Where the entries of each node begin in what `list_by_node` returned, and that.
    rights
        Of all entries, by figure and node, the node and the share.
    sums
        Arrays that are filled: of pairs the left and the right node, figures, shares and the first year.
    token
        Of all entries, if nodes that share their only token do not pair.
    newman
        If it is wanted: 1/(n-1) of all entries, and the array that is filled with its sums.

    Returns
    -------
    int
        How many pairs there are.
    """
    start, stop, end = nodes
    first, entries, later, left_share, left_year, left_token = listing
    node, share = rights
    left_of, right, n_figures, fractional, first_year = sums
    # The sums of a node are neighbours: how many figures and, behind the number, a year; and shares. Numbers without a
    # sign, here and below, as then nothing looks whether one counts from the end of an array.
    shared = np.zeros(2 * end, np.float64)
    counted = shared.view(np.int64)
    added = np.zeros(0 if newman is None else end, np.float64)
    met = np.zeros((end >> 6) + 1, np.uint64)  # a bit a node
    found = _NONE
    for left in range(start, stop):
        for place in range(np.uint64(first[left]), np.uint64(first[left + 1])):
            entry, its_share, once = entries[place], left_share[place], 1 << 32 | int(left_year[place])
            for other in range(np.uint64(entry + 1), np.uint64(entry + 1 + later[place])):
                if token is not None and left_token[place] >= 0 and token[other] == left_token[place]:
                    continue
                at = np.uint64(node[other])
                its_count = at << _ONE
                counted[its_count] = (counted[its_count] & _COUNT) + once  # the last, so the earliest, year stays
                shared[its_count + _ONE] += share[other] * its_share
                met[at >> _WORD] |= _ONE << (at & _IN_WORD)
                if newman is not None:
                    added[at] += newman[0][entry]
        for word in range(left >> 6, len(met)):
            bits, met[word] = met[word], _NONE
            while bits != _NONE:
                rest = bits & (bits - _ONE)
                partner = np.uint64(word << 6) + _BIT[(bits ^ rest) % _BITS]
                bits = rest
                its_count = partner << _ONE
                left_of[found], right[found] = left, partner
                n_figures[found], first_year[found] = counted[its_count] >> 32, counted[its_count] & _YEAR
                fractional[found] = shared[its_count + _ONE]
                counted[its_count], shared[its_count + _ONE] = 0, 0.0
                if newman is not None:
                    newman[1][found], added[partner] = added[partner], 0.0
                found += _ONE
    return int(found)


@compile_loop
def find_pairs(lefts: Integers, rights: Integers, left: Integers, right: Integers) -> Integers:
    """Return where pairs stand among those of some lists, which are by left and then right; all of them are there.

    Pairs are wanted by left; the rights of one left may come in any order.
    """
    places = np.empty(len(left), np.int64)
    low, high = 0, 0
    for pair in range(len(left)):
        if high == 0 or left[pair] != lefts[low]:
            low = high + np.searchsorted(lefts[high:], left[pair])
            high = low + np.searchsorted(lefts[low:], left[pair], side="right")
        places[pair] = low + np.searchsorted(rights[low:high], right[pair])
    return places


@compile_loop
def round_off(values: Reals, scale: float) -> None:
    """Round values to parts of a scale, as numpy does, at one go."""
    for place in range(len(values)):
        values[place] = np.rint(values[place] * scale) / scale


@compile_loop
def order_by_count(counts: Integers) -> Integers:
    """Return the places of counts, the greatest first, equal ones as they stand."""
    top = 0
    for count in counts:
        top = max(top, count)
    free = np.zeros(top + 2, np.int64)  # where the next of each count goes, the greatest first
    for count in counts:
        free[np.uint64(top - count + 1)] += 1
    for below in range(top + 1):
        free[below + 1] += free[below]
    order = np.empty(len(counts), np.int32)
    for place in range(len(counts)):
        its_count = np.uint64(top - counts[place])
        order[np.uint64(free[its_count])] = place
        free[its_count] += 1
    return order


@compile_loop
def take(values: Integers | Reals, order: Integers, column: Integers | Reals) -> None:
    """Fill a column with values in an order."""
    for place in range(len(order)):
        at = np.uint32(place)
        column[at] = values[np.uint32(order[at])]
