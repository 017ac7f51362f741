from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

import kg.network.chance.poisson_binomial
from kg.network.chance.poisson_binomial import poisson_binomial_log10_p

chances = st.one_of(
    st.floats(1e-15, 1),
    st.sampled_from([0.0, 1.0, 0.5, 1e-9, 1 - 1e-9]),
    st.floats(-9, 0).map(lambda power: 10**power),
)
Events = list[tuple[float, float, int]]  # two chances whose product counts, and how often
events = st.lists(st.tuples(chances, chances, st.integers(1, 6)), min_size=1, max_size=5)


def exact_tails(drawn: Events) -> list[float]:
    """Return the natural logarithm of each upper tail, by exact convolution, up to the most that can happen."""
    pmf = [Fraction(1)]
    for first, second, times in drawn:
        chance = Fraction(first * second)  # the float that the code sees
        for _ in range(times):
            pmf = [
                stays * (1 - chance) + happens * chance
                for stays, happens in zip([*pmf, Fraction(0)], [Fraction(0), *pmf], strict=True)
            ]
    tails = [sum(pmf[k:], Fraction(0)) for k in range(len(pmf))]
    return [
        math.log1p(-float(1 - tail)) if tail > Fraction(1, 2) else math.log(tail.numerator) - math.log(tail.denominator)
        for tail in tails
        if tail
    ]


def tails_of(drawn: Events, n: int) -> np.ndarray:
    first, second, times = (np.array(column) for column in zip(*drawn, strict=True))
    count = np.arange(n)
    return poisson_binomial_log10_p(count, 0 * count, 0 * count + 1, np.array([first, second]), times) * math.log(10)


@given(events, st.sampled_from(["both", "contour"]))
@example([(1e-9, 1.0, 5), (0.5, 0.5, 6)], "both")
@example([(1.0, 1.0, 3), (0.0, 1.0, 2)], "contour")
@settings(max_examples=300, deadline=None)
def test_tails_are_exact(drawn: Events, way: str) -> None:
    expected = exact_tails(drawn)
    with pytest.MonkeyPatch.context() as patch:
        if way == "contour":
            patch.setattr(kg.network.chance.poisson_binomial, "_MEAN", -1.0)
        found = tails_of(drawn, len(expected))
    # A relative error of the chance is an absolute one of its logarithm.
    assert found == pytest.approx(expected, rel=0, abs=2e-9)


@pytest.mark.parametrize(("chance", "times"), [(0.01, 3_000), (0.3, 4_000), (0.9, 900), (1e-6, 60_000), (0.5, 60)])
def test_equal_chances_are_binomial(chance: float, times: int) -> None:
    mean, spread = times * chance, math.sqrt(times * chance * (1 - chance))
    counts = np.unique(np.clip(np.round(mean + spread * np.arange(-9, 40)), 0, times).astype(np.int64))
    zero = np.zeros_like(counts)
    found = poisson_binomial_log10_p(counts, zero, zero, np.array([[math.sqrt(chance)]]), np.array([times]))
    expected = stats.binom.logsf(counts - 1, times, math.sqrt(chance) ** 2) / math.log(10)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_rows_are_paired_and_do_not_disturb_each_other() -> None:
    draw = np.random.default_rng(3)
    table = draw.random((40, 7)) ** 4
    times = draw.integers(1, 50, 7)
    first, second = draw.integers(0, 40, (2, 3000))
    count = draw.integers(0, 20, 3000)
    together = poisson_binomial_log10_p(count, first, second, table, times)
    assert together == pytest.approx(poisson_binomial_log10_p(count, second, first, table, times), abs=1e-9)
    for place in range(0, 3000, 100):
        one = slice(place, place + 1)
        alone = poisson_binomial_log10_p(count[one], first[one], second[one], table, times)
        assert together[place] == pytest.approx(alone[0], abs=1e-8)


def test_nothing_is_asked_and_nothing_is_said() -> None:
    none = np.empty(0, np.int64)
    assert poisson_binomial_log10_p(none, none, none, np.ones((1, 1)), np.ones(1, np.int64)).shape == (0,)


def test_tails_below_all_floats_are_logarithms() -> None:
    found = tails_of([(1e-9, 1.0, 400)], 201)[200] / math.log(10)
    assert found == pytest.approx(math.log10(math.comb(400, 200)) - 1800, abs=1e-6)
