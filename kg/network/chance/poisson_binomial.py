r"""The Poisson-binomial distribution: how many of many independent events happen, each with a chance of its own.

Here an event is a figure, and it happens where the figure holds both genes of a pair. Upper tails are exact up to
rounding, and given as logarithms, so that they are right where they are no floating-point numbers any more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kg.network.counting.runs import run_starts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

__all__ = ["poisson_binomial_log10_p"]

_LOG_10 = math.log(10)
_ROWS = 512  # distributions at a time, so that their chances stay in the processor's cache
_MOST = 48  # counts, and
_MEAN = 24.0  # sums of odds, up to which terms are summed
_ERROR = 1e-9  # of a sum of terms, relative, beyond which it is not believed
_ENOUGH = 0.9  # of the lower tail, from which the upper tail is summed and not taken as the rest
_SMALLEST = 1e-15  # part of a sum that is left out
_EPSILON = 2.0**-52
_AWAY = 3.0  # standard deviations that the circle keeps from the pole of the integrand
_WINDOW = 12.0  # standard deviations that the points of the circle tell apart
_STEPS = 100  # to the saddle point, at most
_NOTHING = 32.0  # exponent of what is left out of the integrand


def poisson_binomial_log10_p(
    count: Numbers, first: Numbers, second: Numbers, chances: Reals, repeats: Numbers
) -> Reals:
    r"""Return the logarithm to base 10 of the chance that at least so many events happen.

    The events of two rows :math:`r, s` have the chances :math:`q_c = p_{rc} p_{sc}`, each :math:`m_c` times. Two ways
    lead to :math:`P(X \ge k)`. Up to a count of some tens, :math:`P(X=j)` is :math:`\prod_c (1-q_c)^{m_c}` times the
    elementary symmetric polynomial of the odds :math:`q_c/(1-q_c)`, by Newton's identities from the sums of the powers
    of the odds. Beyond, and where these sums cancel, the generating function is integrated over a circle through, or
    just outside, its saddle point, where the trapezoidal rule converges exponentially.

    Parameters
    ----------
    count, first, second
        Arrays of one length: how many events, and the numbers of the two rows. No count exceeds the number of events
        that can happen.
    chances
        One row a gene, one column a class of events; 0, or from 1e-100 to 1.
    repeats
        How many events each column stands for.

    Returns
    -------
    numpy.ndarray
        At most 0; the chance has a relative error below 1e-8.

    References
    ----------
    The terms: Chen, Dempster and Liu 1994, doi:10.1093/biomet/81.3.457. The integral over the unit circle: Hong 2013,
    doi:10.1016/j.csda.2012.10.006; through the saddle point: Daniels 1987, doi:10.2307/1403269.

    Examples
    --------
    >>> import numpy as np
    >>> row = np.zeros(5, np.int64)
    >>> tails = poisson_binomial_log10_p(np.arange(4), row[:4], row[:4], np.array([[0.5, 1.0]]), np.array([2, 1]))
    >>> (10**tails * 16).round(9).tolist()  # two events of chance 1/4, and a certain one
    [16.0, 16.0, 7.0, 1.0]
    """
    import numpy as np

    key = first.astype(np.int64) * len(chances) + second
    order = np.lexsort((count, key))
    starts = run_starts(key[order])
    most = count[order][np.append(starts[1:], len(order)) - 1] if len(order) else starts
    # Pairs of rows by how many terms they need, so that those that are looked at together need as many.
    mean = ((chances * repeats) @ chances.T)[first[order[starts]], second[order[starts]]]
    by_need = np.argsort(np.maximum(np.minimum(most, _MOST), mean) + 6 * np.sqrt(mean), kind="stable")
    sizes = np.diff(starts, append=len(order))[by_need]
    order = order[np.repeat(starts[by_need], sizes) + _ranges(sizes)]
    ends = np.cumsum(sizes)
    log_p = np.zeros(len(count))
    for low in range(0, len(ends), _ROWS):
        begin, end = ends[low - 1] if low else 0, ends[min(low + _ROWS, len(ends)) - 1]
        where = order[begin:end]
        row = np.repeat(np.arange(len(sizes[low : low + _ROWS])), sizes[low : low + _ROWS])
        pair = order[ends[low : low + _ROWS] - 1]
        chance = chances[first[pair]] * chances[second[pair]]
        log_p[where], believed = _by_terms(count[where], row, chance, repeats)
        doubtful = np.flatnonzero(~believed)
        for some in range(0, len(doubtful), _ROWS):
            rest = doubtful[some : some + _ROWS]
            log_p[where[rest]] = _by_contour(count[where[rest]], chance[row[rest]], repeats)
    return np.minimum(log_p, 0) / _LOG_10


def _ranges(sizes: Numbers) -> Numbers:
    """Return 0, 1, ... up to each size, one after the other."""
    import numpy as np

    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)


def _by_terms(count: Numbers, row: Numbers, chance: Reals, repeats: Numbers) -> tuple[Reals, Booleans]:
    """Return logarithms of upper tails as sums of terms, and whether each one is to be believed."""
    import numpy as np

    uncertain = np.where(chance < 1, chance, 0)
    odds = uncertain / (1 - uncertain)
    total = odds @ repeats
    summed = (total <= _MEAN) & (chance < 1).all(axis=1)
    scale = np.where(summed & (total > 0), total, 1.0)
    n_terms = _n_terms(int(min(count.max(initial=0), _MOST)), float(total[summed].max(initial=0)))
    terms, unsigned = _symmetric(np.where(summed[:, None], odds, 0) / scale[:, None], repeats, n_terms)
    none = np.log1p(-uncertain) @ repeats
    sizes = np.exp(none) * scale ** np.arange(n_terms)[:, None]
    below, below_error = np.cumsum(terms * sizes, axis=0), np.cumsum(unsigned * sizes, axis=0)
    for j in range(n_terms - 2, -1, -1):
        terms[j] += scale * terms[j + 1]
        unsigned[j] += scale * unsigned[j + 1]
    believed = summed[row] & (count <= _MOST) & (count > 0)
    k = np.where(believed, count, 1)
    lower, above = below[k - 1, row], terms[k, row]
    from_above = lower > _ENOUGH
    with np.errstate(divide="ignore", invalid="ignore"):  # where all digits cancel, which is not believed
        error = np.where(from_above, unsigned[k, row] / np.maximum(above, 0), below_error[k - 1, row])
        log_p = np.where(from_above, none[row] + k * np.log(scale[row]) + np.log(above), np.log1p(-lower))
    believed &= error * _EPSILON <= _ERROR
    return np.where(count > 0, log_p, 0), believed | (count <= 0)


def _n_terms(most: int, mean: float) -> int:
    """Return how many terms it takes until the rest is nothing, for counts up to the most and from the mean on."""
    left_out, beyond = 1.0, 0
    while left_out > _SMALLEST:
        beyond += 1
        left_out *= mean / (mean + beyond)  # each term is at most this part of the one before
    return max(most, math.ceil(mean)) + beyond + 1


def _symmetric(odds: Reals, repeats: Numbers, n_terms: int) -> tuple[Reals, Reals]:
    """Return the elementary symmetric polynomials of each row's odds, and what they were if nothing cancelled."""
    import numpy as np

    terms = np.zeros((n_terms, len(odds)))
    terms[0] = 1
    unsigned, sums, signed = terms.copy(), terms.copy(), terms.copy()
    power = np.ones_like(odds)
    for j in range(1, n_terms):
        power *= odds
        sums[j] = power @ repeats
        signed[j] = sums[j] if j % 2 else -sums[j]
        terms[j] = np.einsum("ij,ij->j", signed[1 : j + 1], terms[j - 1 :: -1]) / j
        unsigned[j] = np.einsum("ij,ij->j", sums[1 : j + 1], unsigned[j - 1 :: -1]) / j
    return terms, unsigned


def _by_contour(count: Numbers, chance: Reals, repeats: Numbers) -> Reals:
    """Return logarithms of upper tails, one for each row of chances, as integrals over circles."""
    import numpy as np

    certain = chance == 1
    count = count - certain @ repeats
    chance = np.where(certain, 0, chance)
    possible = (chance > 0) @ repeats
    upper = count > chance @ repeats
    # The upper tail from k, or all but the lower tail up to k - 1.
    edge = np.where(upper, count, count - 1)
    with np.errstate(divide="ignore"):
        every, none = np.log(np.where(chance > 0, chance, 1)) @ repeats, np.log1p(-chance) @ repeats
        log_p = np.select([count <= 0, count == 1], [0.0, np.log(-np.expm1(none))], every)
    inner = np.flatnonzero((count > 1) & (count < possible))
    for some, sign in ((inner[upper[inner]], 1), (inner[~upper[inner]], -1)):
        tail = _integral(edge[some], chance[some], repeats, sign)
        log_p[some] = tail if sign > 0 else np.log1p(-np.exp(tail))
    return log_p


def _integral(edge: Numbers, chance: Reals, repeats: Numbers, sign: int) -> Reals:
    """Return logarithms of the tails from each edge upwards, or downwards for a negative sign."""
    import numpy as np

    tilt, spread = _saddle(edge, chance, repeats)
    tilt = sign * np.maximum(sign * tilt, _AWAY / np.maximum(spread, 1))
    tilted = chance * np.exp(tilt)[:, None]
    log_size = np.log1p(tilted - chance) @ repeats - tilt * edge
    tilted /= 1 - chance + tilted
    variance = (tilted * (1 - tilted)) @ repeats
    n_points = 2 * np.ceil(np.maximum(_WINDOW * np.sqrt(variance), 20) / 2) + 1
    total = 1 / (1 - np.exp(-sign * tilt))
    running, point = np.arange(len(edge)), 0
    while len(running):
        point += 1
        angle = 2 * np.pi * point / n_points[running]
        # The integrand is at most exp(-variance (1 - cos)) of what it is where the circle crosses the axis.
        goes_on = (angle < np.pi) & (variance[running] * (1 - np.cos(angle)) < _NOTHING)
        running, angle, tilted = running[goes_on], angle[goes_on], tilted[goes_on]
        cosine, sine = (values[:, None] for values in (np.cos(angle) - 1, np.sin(angle)))
        size = 0.5 * np.log1p(2 * tilted * (1 - tilted) * cosine) @ repeats
        turn = np.arctan2(tilted * sine, 1 + tilted * cosine) @ repeats - angle * edge[running]
        value = np.exp(size + 1j * turn) / (1 - np.exp(-sign * (tilt[running] + 1j * angle)))
        total[running] += 2 * value.real
    result: Reals = log_size + np.log(total / n_points)
    return result


def _saddle(edge: Numbers, chance: Reals, repeats: Numbers) -> tuple[Reals, Reals]:
    """Return the tilts under which the means are the edges, and the standard deviations there."""
    import numpy as np

    tilt = np.log(edge / (chance @ repeats))
    low, high, spread = np.full(len(edge), -700.0), np.full(len(edge), 700.0), tilt
    for _ in range(_STEPS):
        tilted = chance * np.exp(tilt)[:, None]
        tilted /= 1 - chance + tilted
        over, variance = tilted @ repeats - edge, (tilted * (1 - tilted)) @ repeats
        spread = np.sqrt(variance)
        # A circle near the saddle point will do: the integral is the same on all.
        rough = np.abs(over) > 0.01 * spread + _ERROR
        if not rough.any():
            break
        low, high = np.where(over < 0, tilt, low), np.where(over > 0, tilt, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = tilt - over / variance
        halved = np.where((newton > low) & (newton < high), newton, (low + high) / 2)
        tilt = np.where(rough, halved, tilt)
    return tilt, spread
