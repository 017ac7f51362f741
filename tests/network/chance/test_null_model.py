from __future__ import annotations

import math
from itertools import combinations, combinations_with_replacement, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from kg.errors import QueryError
from kg.network.chance.null_model import fit_configuration_model

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.network.chance.null_model import ConfigurationModel

    Incidence = npt.NDArray[np.bool_]


def incidences(n_genes: int, n_figures: int) -> st.SearchStrategy[Incidence]:
    """Return which genes stand in which figures; no gene and no figure is empty."""
    shapes = st.tuples(st.integers(1, n_genes), st.integers(1, n_figures))
    return (
        shapes.flatmap(lambda shape: arrays.arrays(bool, shape))
        .map(lambda drawn: drawn[drawn.any(axis=1)][:, drawn.any(axis=0)])
        .filter(lambda drawn: drawn.size > 0)
    )


def fit(drawn: Incidence) -> tuple[ConfigurationModel, npt.NDArray[np.float64]]:
    """Return the model of a table's degrees, and its chances gene by gene and figure by figure."""
    genes, figures = drawn.sum(axis=1), drawn.sum(axis=0)
    model = fit_configuration_model(genes, figures)
    rows, columns = model.gene_degrees.searchsorted(genes), model.figure_degrees.searchsorted(figures)
    return model, model.chances[np.ix_(rows, columns)]


@given(incidences(12, 12))
@settings(max_examples=300, deadline=None)
def test_degrees_are_kept(drawn: Incidence) -> None:
    _, chances = fit(drawn)
    assert chances.min() >= 0
    assert chances.max() <= 1
    assert chances.sum(axis=1) == pytest.approx(drawn.sum(axis=1), rel=1e-8)
    assert chances.sum(axis=0) == pytest.approx(drawn.sum(axis=0), rel=1e-8)


@given(incidences(8, 8))
@settings(max_examples=100, deadline=None)
def test_chances_are_of_fitnesses(drawn: Incidence) -> None:
    """The odds are products of two factors, which is what makes the entropy greatest."""
    _, chances = fit(drawn)
    inside = (chances > 1e-6) & (chances < 1 - 1e-6)
    odds = np.divide(chances, 1 - chances, out=np.zeros_like(chances), where=inside)
    for a, b in combinations(range(chances.shape[0]), 2):
        for f, g in combinations(range(chances.shape[1]), 2):
            if inside[np.ix_([a, b], [f, g])].all():
                assert odds[a, f] * odds[b, g] == pytest.approx(odds[a, g] * odds[b, f], rel=1e-4)


@given(incidences(3, 4))
@settings(max_examples=60, deadline=None)
def test_common_figures_are_those_of_all_bipartite_graphs(drawn: Incidence) -> None:
    """Every way to put the genes into the figures, with its chance, gives the expected counts and p."""
    model, chances = fit(drawn)
    n_genes, n_figures = chances.shape
    degrees = drawn.sum(axis=1)
    common = np.zeros((n_genes, n_genes, n_figures + 1))
    for ends in product([False, True], repeat=chances.size):
        graph = np.array(ends).reshape(chances.shape)
        chance = float(np.prod(np.where(graph, chances, 1 - chances)))
        if chance:
            for a, b in combinations(range(n_genes), 2):
                common[a, b, (graph[a] & graph[b]).sum()] += chance
    for a, b in combinations(range(n_genes), 2):
        n_a, n_b = degrees[a : a + 1], degrees[b : b + 1]
        mean = common[a, b] @ np.arange(n_figures + 1)
        assert model.expected_count(n_a, n_b)[0] == pytest.approx(mean, abs=1e-9)
        for k in range(n_figures + 1):
            tail = common[a, b, k:].sum()
            if tail > 1e-12:
                found = model.log10_p(np.array([k]), n_a, n_b)[0]
                assert found == pytest.approx(math.log10(min(tail, 1)), abs=1e-6)


def test_genes_in_all_figures_are_certain() -> None:
    model, chances = fit(np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0]], bool))
    assert chances[0].tolist() == [1, 1, 1]
    assert chances[1:, 2].tolist() == [0, 0]
    assert chances[1:, :2] == pytest.approx(np.full((2, 2), 0.5))
    # A gene of one figure has it on average only: a chance of 1/2 in each of two.
    assert 10 ** model.log10_p(np.array([1]), np.array([3]), np.array([1])) == pytest.approx([0.75])


def test_degrees_that_no_figures_have_are_refused() -> None:
    with pytest.raises(QueryError, match="add up to 3, those of figures to 2"):
        fit_configuration_model(np.array([1, 2]), np.array([1, 1]))
    with pytest.raises(QueryError, match="no figures have these"):
        fit_configuration_model(np.array([3, 3, 1, 1]), np.array([4, 4, 0]))


@pytest.mark.parametrize("shape", [(2, 3), (3, 4), (4, 4)])
def test_degrees_are_fitted_where_some_figures_have_them(shape: tuple[int, int]) -> None:
    """The theorem of Gale and Ryser says where."""
    n_genes, n_figures = shape
    of_genes = combinations_with_replacement(range(n_figures, 0, -1), n_genes)
    for genes, figures in product(of_genes, list(combinations_with_replacement(range(1, n_genes + 1), n_figures))):
        if sum(genes) != sum(figures):
            continue
        sums = [(sum(genes[:k]), sum(min(degree, k) for degree in figures)) for k in range(1, n_genes + 1)]
        if all(first <= most for first, most in sums):
            assert fit_configuration_model(np.array(genes), np.array(figures)).n_figures.sum() == n_figures
        else:
            with pytest.raises(QueryError, match="no figures have these"):
                fit_configuration_model(np.array(genes), np.array(figures))


def swap(figures: list[set[int]], n_swaps: int, draw: np.random.Generator) -> None:
    """Trade genes between pairs of figures, which keeps every degree: the curveball algorithm."""
    for one, other in draw.integers(0, len(figures), (n_swaps, 2)):
        if one != other:
            own, alien = sorted(figures[one] - figures[other]), sorted(figures[other] - figures[one])
            pool = draw.permutation(own + alien).tolist()
            kept = figures[one] & figures[other]
            figures[one], figures[other] = kept | set(pool[: len(own)]), kept | set(pool[len(own) :])


def test_expected_counts_are_near_those_of_sampled_graphs() -> None:
    """Degrees kept in each graph, and not on average only, give nearly the same where there are many figures."""
    draw = np.random.default_rng(2)
    size = np.where(draw.random(100) < 0.2, 30, 8)
    weight = 1 / np.arange(1, 61)
    figures = [set(draw.choice(60, n, replace=False, p=weight / weight.sum()).tolist()) for n in size]
    drawn = np.array([[gene in figure for figure in figures] for gene in range(60)])
    model, _ = fit(drawn)
    swap(figures, 3000, draw)
    n_samples, common = 100, np.zeros((60, 60))
    for _ in range(n_samples):
        swap(figures, 300, draw)
        graph = np.array([[gene in figure for figure in figures] for gene in range(60)]).astype(int)
        assert graph.sum(axis=1).tolist() == drawn.sum(axis=1).tolist()
        common += graph @ graph.T
    a, b = np.triu_indices(60, 1)
    degree = drawn.sum(axis=1)
    sampled, expected = common[a, b] / n_samples, model.expected_count(degree[a], degree[b])
    independent = degree[a] * degree[b] / 100
    # A fifth of the figures holds half of the genes, so genes meet more often than if figures were alike.
    assert sampled.sum() > 1.2 * independent.sum()
    assert np.abs(sampled - expected).mean() < 0.08 * sampled.mean()
    assert sampled.sum() < expected.sum() < 1.06 * sampled.sum()


def test_p_values_are_uniform_by_chance() -> None:
    draw = np.random.default_rng(8)
    size = np.where(draw.random(300) < 0.1, 25, 5)
    weight = 1 / np.arange(1, 41)
    figures = [set(draw.choice(40, n, replace=False, p=weight / weight.sum()).tolist()) for n in size]
    model, chances = fit(np.array([[gene in figure for figure in figures] for gene in range(40)]))
    degree = np.array([sum(gene in figure for figure in figures) for gene in range(40)])
    a, b = np.triu_indices(40, 1)
    raw, smoothed = [], []
    for _ in range(30):
        graph = (draw.random(chances.shape) < chances).astype(int)
        k = (graph @ graph.T)[a, b]
        at_least, more = (10 ** model.log10_p(count, degree[a], degree[b]) for count in (k, k + 1))
        raw.append(at_least)
        smoothed.append(more + draw.random(len(k)) * (at_least - more))
    found, even = np.concatenate(raw), np.concatenate(smoothed)
    assert stats.kstest(even[::20], "uniform").pvalue > 0.01
    for level in (0.001, 0.01, 0.05, 0.2, 0.5):
        assert np.mean(found <= level) <= level + 5 * math.sqrt(level / len(found))
