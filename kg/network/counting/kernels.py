"""The sums of pairs as a loop that numba compiles: what numpy adds in the same order, so the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kg.network.counting.compiled import compile_loop

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["sum_pairs"]


@compile_loop
def sum_pairs(
    start: int,
    stop: int,
    end: int,
    listing: tuple[Integers, Integers, Integers],
    node: Integers,
    token: Integers,
    share: Reals,
    year: Integers,
    newman: Reals,
    sums: tuple[Integers, Integers, Integers, Reals, Integers, Reals],
) -> int:
    """Sum the pairs of the left nodes from one to another with later ones before an end.

    Parameters
    ----------
    start, stop, end
        Places of nodes.
    listing
        Entries by node, then figure; how many entries each has behind it in its figure; where each node's begin.
    node, token, share, year, newman
        Of the entries, by figure and node. `newman` may be empty.
    sums
        Arrays that are filled: of pairs the left and the right node, figures, shares, first year and, if
        wanted, newman.

    Returns
    -------
    int
        How many pairs there are.
    """
    left_of, right, n_figures, fractional, first_year, by_newman = sums
    wants_newman = len(newman) > 0
    counted, earliest = np.zeros(end, np.int32), np.zeros(end, np.int32)
    shared, added = np.zeros(end, np.float64), np.zeros(end, np.float64)
    partner = np.empty(end, np.int32)
    order, later, first = listing
    found = 0
    for left in range(start, stop):
        for place in range(first[left], first[left + 1]):
            entry = order[place]
            its_token, its_share, its_year = token[entry], share[entry], year[entry]
            for other in range(entry + 1, entry + 1 + later[place]):
                if its_token >= 0 and token[other] == its_token:
                    continue
                at = node[other]
                counted[at] += 1
                shared[at] += share[other] * its_share
                earliest[at] = its_year  # the last, so the earliest, stays
                if wants_newman:
                    added[at] += newman[entry]
        n_partners = 0
        for at in range(left + 1, end):  # without a branch, which the processor could not foresee
            partner[n_partners] = at
            n_partners += counted[at] > 0
        for at in partner[:n_partners]:
            left_of[found], right[found], n_figures[found] = left, at, counted[at]
            fractional[found], first_year[found] = shared[at], earliest[at]
            counted[at], shared[at] = 0, 0.0
            if wants_newman:
                by_newman[found], added[at] = added[at], 0.0
            found += 1
    return found
