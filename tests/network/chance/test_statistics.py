from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from kg.network.chance.statistics import (
    benjamini_hochberg,
    expected_count,
    hypergeometric_log10_p,
    jaccard,
    log_ratio,
    npmi,
    odds_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Table = tuple[int, int, int, int]  # k, n_a, n_b, N


@st.composite
def tables(draw: st.DrawFn, most: int = 400) -> Table:
    """Return how many figures hold both genes, one, the other, and how many there are; both are somewhere together."""
    n = draw(st.integers(1, most))
    a, b = draw(st.integers(1, n)), draw(st.integers(1, n))
    return draw(st.integers(max(1, a + b - n), min(a, b))) if a + b > n or min(a, b) else 1, a, b, n


def columns(rows: Iterable[Table]) -> list[Any]:
    return [np.array(column) for column in zip(*rows, strict=True)]


def log10(value: Fraction) -> float:
    """Return the logarithm of an exact number, however small."""
    if value > Fraction(1, 2):
        return math.log1p(-float(1 - value)) / math.log(10)
    return math.log10(value.numerator) - math.log10(value.denominator)


def exact_p(k: int, a: int, b: int, n: int) -> Fraction:
    """Return the one-sided p of Fisher's test by counting."""
    term = math.comb(a, k) * math.comb(n - a, b - k)
    ways = 0
    for j in range(k, min(a, b) + 1):
        ways += term
        term = term * (a - j) * (b - j) // ((j + 1) * (n - a - b + j + 1))
    return Fraction(ways, math.comb(n, b))


def p_of(*table: int) -> float:
    k, a, b, n = table
    return float(hypergeometric_log10_p(np.array([k]), np.array([a]), np.array([b]), n)[0])


@given(tables())
@example((1, 1, 1, 1))
@example((1, 1, 1, 2))
@example((7, 7, 7, 7))
@example((1, 1, 9, 9))
@example((399, 399, 399, 400))
@example((200, 200, 200, 400))
@settings(max_examples=500)
def test_p_is_exact(table: Table) -> None:
    # A relative error of p is an absolute one of its logarithm.
    assert p_of(*table) == pytest.approx(log10(exact_p(*table)), rel=0, abs=1e-11)


@given(tables(most=3000))
@settings(max_examples=40, deadline=None)
def test_p_is_exact_for_thousands_of_figures(table: Table) -> None:
    assert p_of(*table) == pytest.approx(log10(exact_p(*table)), rel=0, abs=1e-10)


@pytest.mark.parametrize(
    ("table", "below"),
    [
        ((150, 150, 150, 66_283), -400),
        ((900, 1_000, 1_000, 66_283), -1_500),
        ((1, 1, 1, 66_283), -4.8),
        ((2_500, 6_000, 9_000, 66_283), -300),
        ((800, 6_000, 9_000, 66_283), -0.1),
        ((815, 6_000, 9_000, 66_283), -0.1),
        ((5, 20, 66_283, 66_283), 1),
        ((20, 20, 66_000, 66_283), -0.03),
        ((1, 3_000, 4_000, 8_000), 1),
    ],
)
def test_p_is_right_where_no_float_can_hold_it(table: Table, below: float) -> None:
    k, a, b, n = table
    if k + n < a + b:  # fewer than both must share
        table = (a + b - n, a, b, n)
    expected = log10(exact_p(*table))
    assert expected < below
    assert p_of(*table) == pytest.approx(expected, rel=1e-12, abs=1e-9)


def test_p_is_that_of_scipy() -> None:
    draw = np.random.default_rng(5)
    rows = []
    for _ in range(1000):
        n = int(draw.integers(2, 5000))
        a, b = (int(value) for value in draw.integers(1, n + 1, 2))
        rows.append((int(stats.hypergeom.rvs(n, a, b, random_state=draw)), a, b, n))
    for k, a, b, n in rows:
        if k:
            assert 10 ** p_of(k, a, b, n) == pytest.approx(stats.hypergeom.sf(k - 1, n, a, b), rel=1e-7)
    for k, a, b, n in rows[:100]:
        table = np.array([[k, a - k], [b - k, n - a - b + k]])
        assert 10 ** p_of(k, a, b, n) == pytest.approx(stats.fisher_exact(table, "greater")[1], rel=1e-7)


@given(st.lists(tables(), min_size=1, max_size=20))
def test_p_of_many_is_that_of_each(rows: list[Table]) -> None:
    most = max(n for *_, n in rows)
    k, a, b, _ = columns(rows)
    k = np.maximum(k, a + b - most)
    together = hypergeometric_log10_p(k, a, b, most)
    assert together.tolist() == [p_of(*row, most) for row in zip(k.tolist(), a.tolist(), b.tolist(), strict=True)]
    assert together == pytest.approx(hypergeometric_log10_p(k, b, a, most), abs=1e-12)


def test_no_pairs_have_no_statistics() -> None:
    none = np.empty(0, np.int64)
    assert hypergeometric_log10_p(none, none, none, 5).shape == (0,)
    assert benjamini_hochberg(np.empty(0), n_tests=0).shape == (0,)


@given(st.lists(tables(), min_size=1, max_size=20))
def test_measures_are_their_formulas(rows: list[Table]) -> None:
    k, a, b, n = columns(rows)
    expected = expected_count(a, b, n)
    ratio, normalised, share, odds = log_ratio(k, expected), npmi(k, a, b, n), jaccard(k, a, b), odds_ratio(k, a, b, n)
    for row, (both, one, other, every) in enumerate(rows):
        table = np.array([[both, one - both], [other - both, every - one - other + both]])
        if every not in (one, other):
            assert expected[row] == pytest.approx(stats.contingency.expected_freq(table)[0, 0])
        assert expected[row] == pytest.approx(one * other / every)
        assert ratio[row] == pytest.approx(math.log2(both * every / (one * other)), abs=1e-12)
        if both < every:
            information = -math.log2(both / every)
            assert normalised[row] == pytest.approx(ratio[row] / information, rel=1e-9, abs=1e-12)
        figures = set(range(one)), set(range(one - both, one - both + other))
        assert share[row] == pytest.approx(len(figures[0] & figures[1]) / len(figures[0] | figures[1]))
        half = table + 0.5
        assert odds[row] == pytest.approx(half[0, 0] * half[1, 1] / (half[0, 1] * half[1, 0]))


@given(tables())
def test_measures_keep_their_bounds(table: Table) -> None:
    k, a, b, n = columns([table])
    assert -1 <= npmi(k, a, b, n)[0] <= 1 + 1e-12
    assert 0 < jaccard(k, a, b)[0] <= 1
    assert 0 < odds_ratio(k, a, b, n)[0] < math.inf
    assert p_of(*table) <= 0
    for statistic in (npmi, odds_ratio):
        assert statistic(k, a, b, n)[0] == pytest.approx(statistic(k, b, a, n)[0])


def test_npmi_is_1_for_genes_that_never_part_and_0_where_they_cannot() -> None:
    k, a, b, n = columns([(3, 3, 3, 9), (9, 9, 9, 9), (3, 3, 9, 9), (1, 9, 1, 9)])
    assert npmi(k, a, b, n).tolist() == pytest.approx([1, 0, 0, 0])


p_values = st.lists(st.floats(1e-300, 1), min_size=1, max_size=60)


@given(p_values, st.integers(0, 50))
def test_false_discovery_rates_are_those_of_scipy(values: list[float], n_more: int) -> None:
    found = 10 ** benjamini_hochberg(np.log10(values), n_tests=len(values) + n_more)
    assert found == pytest.approx(stats.false_discovery_control([*values, *[1.0] * n_more])[: len(values)], rel=1e-9)


@given(p_values, st.data())
def test_a_p_value_may_stand_for_several_tests(values: list[float], data: st.DataObject) -> None:
    values = sorted(set(values))
    repeats = data.draw(st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values)))
    n_tests = sum(repeats) + data.draw(st.integers(0, 9))
    each = benjamini_hochberg(np.log10(np.repeat(values, repeats)), n_tests=n_tests)
    once = benjamini_hochberg(np.log10(values), n_tests=n_tests, repeats=np.array(repeats))
    assert np.repeat(once, repeats) == pytest.approx(each, abs=1e-12)


def test_rates_of_p_values_below_all_floats_stay_apart() -> None:
    assert benjamini_hochberg(np.array([-900.0, -400.0]), n_tests=100).tolist() == pytest.approx(
        [-898, -400 + math.log10(50)]
    )


def test_more_p_values_than_tests_are_refused() -> None:
    with pytest.raises(ValueError, match="3 p-values of 2 tests"):
        benjamini_hochberg(np.zeros(3), n_tests=2)


def test_p_values_are_uniform_by_chance() -> None:
    """Genes put into figures at random: p is seldom small, and uniform where the steps between counts are smoothed."""
    draw = np.random.default_rng(11)
    n, n_genes, smoothed, raw = 400, 60, [], []
    for _ in range(12):
        degree = draw.integers(1, 200, n_genes)
        stands = np.array([draw.permutation(n) < size for size in degree])
        a, b = np.triu_indices(n_genes, 1)
        k = (stands[a] & stands[b]).sum(axis=1)
        at_least, more = (
            10 ** hypergeometric_log10_p(np.minimum(count, np.minimum(degree[a], degree[b])), degree[a], degree[b], n)
            for count in (k, k + 1)
        )
        more[k == np.minimum(degree[a], degree[b])] = 0
        raw.append(at_least)
        smoothed.append(more + draw.random(len(k)) * (at_least - more))
    found, even = np.concatenate(raw), np.concatenate(smoothed)
    # Pairs of one gene depend on each other a little, so that the test takes every tenth.
    assert stats.kstest(even[::10], "uniform").pvalue > 0.01
    for level in (0.001, 0.01, 0.05, 0.2, 0.5):
        noise = 4 * math.sqrt(level / len(found))
        assert np.mean(found <= level) <= level + noise
        assert abs(np.mean(even <= level) - level) <= noise
