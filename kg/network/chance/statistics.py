r"""Is it chance? What a pair's count says against how often its two genes stand anywhere, for whole arrays of pairs.

Of :math:`N` figures, :math:`n_a` and :math:`n_b` hold the two genes, and :math:`k` hold both. Every function takes
these as arrays of one length (or numbers), and gives an array of that length. `kg.network.chance.null_model` has the
chance that also keeps the sizes of the figures.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = [
    "benjamini_hochberg",
    "expected_count",
    "hypergeometric_log10_p",
    "jaccard",
    "log_ratio",
    "npmi",
    "odds_ratio",
]

_LOG_10 = math.log(10)
_AT_A_TIME = 65_536  # pairs, so that the arrays stay in the processor's cache
_SMALLEST = 1e-13  # part of a sum that is left out


def expected_count(n_a: Numbers, n_b: Numbers, n: Numbers | int) -> Reals:
    r"""Return how many figures would hold both genes if neither knew of the other: :math:`E = n_a n_b / N`.

    References
    ----------
    The mean of the hypergeometric distribution: Fisher 1935, doi:10.2307/2342435.

    Examples
    --------
    >>> import numpy as np
    >>> expected_count(np.array([10]), np.array([20]), 100).tolist()
    [2.0]
    """
    import numpy as np

    return np.asarray(n_a, np.float64) * n_b / n


def log_ratio(count: Numbers, expected: Reals) -> Reals:
    r"""Return :math:`\log_2(k / E)`: 0 is as expected, 1 is twice as often.

    It is the pointwise mutual information where :math:`E` is `expected_count`.

    References
    ----------
    Church and Hanks 1989, doi:10.3115/981623.981633.

    Examples
    --------
    >>> import numpy as np
    >>> log_ratio(np.array([4]), np.array([2.0])).tolist()
    [1.0]
    """
    import numpy as np

    return np.log2(count / expected)


def npmi(count: Numbers, n_a: Numbers, n_b: Numbers, n: Numbers | int) -> Reals:
    r"""Return the normalised pointwise mutual information, :math:`\log(kN/n_a n_b) / -\log(k/N)`.

    -1 is the limit for genes that never meet, 0 is chance, and 1 means that neither stands without the other. Where
    both stand in all figures it is 0 by convention: they cannot but meet.

    References
    ----------
    Bouma 2009, Normalized (pointwise) mutual information in collocation extraction, Proceedings of GSCL, 31-40.

    Examples
    --------
    >>> import numpy as np
    >>> npmi(np.array([5, 1, 8]), np.array([5, 4, 8]), np.array([5, 2, 8]), 8).round(3).tolist()
    [1.0, 0.0, 0.0]
    """
    import numpy as np

    information = -np.log(count / np.asarray(n, np.float64))
    mutual = np.log(count / expected_count(n_a, n_b, n))
    return np.divide(mutual, information, out=np.zeros(np.shape(mutual)), where=information > 0)


def jaccard(count: Numbers, n_a: Numbers, n_b: Numbers) -> Reals:
    r"""Return the share of the figures with either gene that have both: :math:`k / (n_a + n_b - k)`.

    References
    ----------
    Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x.

    Examples
    --------
    >>> import numpy as np
    >>> jaccard(np.array([2]), np.array([4]), np.array([6])).tolist()
    [0.25]
    """
    quotient: Reals = count / (n_a + n_b - count)
    return quotient


def odds_ratio(count: Numbers, n_a: Numbers, n_b: Numbers, n: Numbers | int) -> Reals:
    r"""Return the odds ratio of the two-by-two table, half a figure added to each of its cells.

    With :math:`k` figures with both genes, the others of the table are :math:`n_a-k`, :math:`n_b-k` and
    :math:`N-n_a-n_b+k`. The halves keep it finite where a gene never stands alone, and nearer to the truth where counts
    are small.

    References
    ----------
    Haldane 1956, doi:10.1111/j.1469-1809.1955.tb01285.x; Anscombe 1956, doi:10.1093/biomet/43.3-4.461.

    Examples
    --------
    >>> import numpy as np
    >>> odds_ratio(np.array([1]), np.array([1]), np.array([2]), 4).tolist()
    [5.0]
    """
    both = count + 0.5
    quotient: Reals = both * (n - n_a - n_b + both) / ((n_a - count + 0.5) * (n_b - count + 0.5))
    return quotient


def hypergeometric_log10_p(count: Numbers, n_a: Numbers, n_b: Numbers, n: int, *, compiled: bool = False) -> Reals:
    r"""Return the logarithm to base 10 of the chance that as many figures or more would hold both genes.

    If one gene keeps its figures and the other's :math:`n_b` are drawn from all :math:`N` at random, the number
    :math:`X` of common figures is hypergeometric, and this is :math:`P(X \ge k)`: Fisher's exact test, one-sided.
    The first term is taken from logarithms of factorials, relative to powers of :math:`N` so that little cancels, and
    the rest by the ratio of neighbouring terms, from the side of the mean on which they shrink. Nothing underflows:
    the logarithm is right where the chance itself is no floating-point number any more.

    Parameters
    ----------
    count, n_a, n_b
        Arrays of one length; ``max(0, n_a + n_b - n) <= count <= min(n_a, n_b)``, and no gene in more than `n`.
    n
        All figures.
    compiled
        Whether to sum in a loop that numba compiles; the result is the same.

    Returns
    -------
    numpy.ndarray
        At most 0; the chance has a relative error below 1e-9 for up to a million figures.

    References
    ----------
    Fisher 1935, doi:10.2307/2342435.

    Examples
    --------
    >>> import numpy as np
    >>> 10 ** hypergeometric_log10_p(np.array([3]), np.array([3]), np.array([4]), 7) * 35  # 4 of 35 ways
    array([4.])
    """
    import numpy as np

    most = int(max(n_a.max(initial=0), n_b.max(initial=0)))
    # log(n (n-1) ... (n-m+1) / n^m): next to nothing for small m, so that it keeps its digits.
    falling = np.concatenate(([0.0], np.cumsum(np.log1p(-np.arange(min(n, 2 * most)) / max(n, 1)))))
    logs = np.fromiter(map(math.lgamma, range(1, most + 2)), np.float64, most + 1), falling, math.log(max(n, 1))
    if compiled:
        from kg.network.chance.kernels import hypergeometric_terms as find_terms
    else:
        find_terms = _terms
    log_p = np.zeros(len(count))
    for start in range(0, len(count), _AT_A_TIME):
        part = slice(start, start + _AT_A_TIME)
        first, total, side = find_terms(count[part], n_a[part], n_b[part], n, logs, _SMALLEST)
        found, upper, lower = log_p[part], side > 0, side < 0
        found[upper] = first[upper] + np.log(total[upper])
        found[lower] = np.log1p(-np.exp(first[lower]) * total[lower])
    np.minimum(log_p, 0, out=log_p)
    log_p /= _LOG_10
    return log_p


def _terms(
    count: Numbers, n_a: Numbers, n_b: Numbers, n: int, logs: tuple[Reals, Reals, float], smallest: float
) -> tuple[Reals, Reals, npt.NDArray[np.int8]]:
    """Return of each chance the logarithm of its first term, the sum of its terms in units of that, and its side.

    As `kg.network.chance.kernels.hypergeometric_terms` does; all chances take a step at a time.
    """
    import numpy as np

    factorial, falling, log_n = logs
    k, a, b = (values.astype(np.int64) for values in (count, n_a, n_b))
    side = np.where(k * n > a * b, 1, np.where(k > np.maximum(0, a + b - n), -1, 0)).astype(np.int8)
    k -= side < 0
    first, total = np.zeros(len(k)), np.ones(len(k))
    for way in (1, -1):
        of = side == way
        at, n_left, n_right = k[of], a[of], b[of]
        chosen = factorial[n_left] - factorial[n_left - at] + factorial[n_right] - factorial[n_right - at]
        chosen -= factorial[at]
        first[of] = chosen + falling[n_left + n_right - at] - falling[n_left] - falling[n_right] - at * log_n
        total[of] = _tail(at, n_left, n_right, n, smallest, up=way > 0)
    return first, total, side


def _tail(k: Numbers, a: Numbers, b: Numbers, n: int, smallest: float, *, up: bool) -> Reals:
    """Return the chances of k and all greater (or smaller) numbers, in units of the chance of k."""
    import numpy as np

    total = np.ones(k.shape)
    running = np.arange(len(total))
    at, left, right, neither, term = (values.astype(np.float64) for values in (k, a - k, b - k, n - a - b + k, total))
    reached = total.copy()
    while len(running):
        if up:
            at += 1
            neither += 1
            term *= left
            term *= right
            term /= at * neither
            left -= 1
            right -= 1
        else:
            left += 1
            right += 1
            term *= at
            term *= neither
            term /= left * right
            at -= 1
            neither -= 1
        reached += term
        goes_on = term > reached * smallest
        term *= goes_on  # those that are done get no more, and are left behind when they are many
        if 2 * np.count_nonzero(goes_on) <= len(running):
            total[running[~goes_on]] = reached[~goes_on]
            running = running[goes_on]
            at, left, right, neither, term, reached = (
                values[goes_on] for values in (at, left, right, neither, term, reached)
            )
    return total


def benjamini_hochberg(log10_p: Reals, *, n_tests: int, repeats: Numbers | None = None) -> Reals:
    r"""Return the logarithm to base 10 of each q: the smallest false discovery rate at which its test is significant.

    With the p-values in order, :math:`q_i = \min_{j \ge i} p_j m / j`, at most 1.

    Parameters
    ----------
    log10_p
        Logarithms of the p-values that are known.
    n_tests
        m, the number of all tests. Those whose p is not given have p = 1.
    repeats
        How many tests each p-value stands for; by default one.

    Raises
    ------
    ValueError
        If more p-values are given than there are tests.

    References
    ----------
    Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> import numpy as np
    >>> (10 ** benjamini_hochberg(np.log10([0.03, 0.005, 0.02]), n_tests=4)).round(4).tolist()
    [0.04, 0.02, 0.04]
    """
    import numpy as np

    repeats = np.ones(len(log10_p), np.int64) if repeats is None else repeats
    n_known = int(repeats.sum())
    if n_known > n_tests:
        raise ValueError(f"{n_known} p-values of {n_tests} tests")
    rates = log10_p + math.log10(max(n_tests, 1))
    # Those whose rate would not be below 1 even if they came last need not be put in order.
    some = np.flatnonzero(rates - np.log10(max(n_known, 1)) < 0)
    order = some[np.argsort(log10_p[some])]
    rates = rates[order] - np.log10(np.cumsum(repeats[order]))
    result = np.zeros(len(log10_p))
    result[order] = np.minimum(np.minimum.accumulate(rates[::-1])[::-1], 0)
    return result
