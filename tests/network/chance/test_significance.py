from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import kg.network.chance.significance
from kg.model import Gene
from kg.network import cooccurrence_frames
from kg.network.chance.null_model import fit_configuration_model
from kg.network.chance.significance import STATISTICS, Chance
from kg.network.counting.evidence import Evidence
from tests.network.builds import Drawn, Mention, write_build
from tests.network.engines import ENGINES, use_engine

if TYPE_CHECKING:
    from pathlib import Path

    from kg.folder import Folder

SPECIES = 2
# Which genes of which species stand in each figure; a gene is a number, odd ones are of the second species.
Figures = list[frozenset[int]]
figure_lists = st.lists(st.frozensets(st.integers(0, 9), min_size=1), min_size=1, max_size=12)


def evidence_of(figures: Figures) -> Evidence:
    rows = [
        {"unit": SPECIES * number + gene % SPECIES, "node": gene}
        for number, figure in enumerate(figures)
        for gene in sorted(figure, key=lambda gene: (gene % SPECIES, gene))
    ]
    support = pl.DataFrame(rows, schema={"unit": pl.Int64, "node": pl.Int64})
    known = sorted({gene for figure in figures for gene in figure})
    nodes = pl.DataFrame(
        {
            "species": [str(gene % SPECIES) for gene in known],
            "n_figures": [sum(gene in figure for figure in figures) for gene in known],
        },
        schema={"species": pl.String, "n_figures": pl.Int64},
    )
    places = pl.Series([known.index(row["node"]) for row in rows], dtype=pl.Int64)
    figids = pl.Series([f"F{number}" for number in range(len(figures))])
    support = support.with_columns(pl.col("unit").alias("figure"), places.alias("node"))
    return Evidence(nodes, support, figids, SPECIES)


def pairs_of(figures: Figures) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Return the genes, and for each pair of one species in how many figures it stands, in order."""
    genes = sorted({gene for figure in figures for gene in figure})
    counts = {
        (a, b): sum({a, b} <= figure for figure in figures)
        for a, b in combinations(genes, 2)
        if a % SPECIES == b % SPECIES
    }
    return genes, counts


def measure(figures: Figures, *, null: Any = "hypergeometric") -> list[dict[str, float]]:
    """Return the statistics of each pair that meets, in order, told in three parts."""
    genes, counts = pairs_of(figures)
    chance = Chance(evidence_of(figures), unit="unit")
    met = [(a, b, n) for (a, b), n in counts.items() if n]
    cell_of: dict[tuple[int, int], int] = {}
    for part in (met[::3], met[1::3], met[2::3]):
        left, right = (np.array([genes.index(pair[end]) for pair in part], np.int32) for end in range(2))
        cells = np.empty(len(part), np.int32)
        chance.tell(left, right, np.array([n for *_, n in part], np.int32), cells)
        cell_of.update({(a, b): cell for (a, b, _), cell in zip(part, cells.tolist(), strict=True)})
    measured = chance.measure(null)
    told = np.array([cell_of[a, b] for a, b, _ in met], np.int32)
    order = np.arange(len(told), dtype=np.int32)
    columns = measured.columns(told, order)
    assert tuple(columns) == STATISTICS
    for name, values in columns.items():
        assert (values == measured.of(name, told)).all()
        assert (values[::-1] == measured.columns(told, order[::-1].copy())[name]).all()
    return [{name: float(values[place]) for name, values in columns.items()} for place in range(len(met))]


@given(figure_lists, st.sampled_from([32_000_000, 30, 0]), st.sampled_from(ENGINES))
@settings(max_examples=90, deadline=None)
def test_statistics_are_those_of_each_pair(figures: Figures, cells: int, engine: str) -> None:
    _, counts = pairs_of(figures)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.network.chance.significance, "_CELLS", cells)
        use_engine(patch, engine)
        found = measure(figures)
    p_values = []
    for (a, b), k in counts.items():
        n = sum(any(gene % SPECIES == a % SPECIES for gene in figure) for figure in figures)
        n_a, n_b = (sum(gene in figure for figure in figures) for gene in (a, b))
        p_values.append(stats.hypergeom.sf(k - 1, n, n_a, n_b))
        if k:
            row = found[sum(bool(count) for count in list(counts.values())[: len(p_values) - 1])]
            assert row["expected"] == pytest.approx(n_a * n_b / n)
            assert row["p_value"] == pytest.approx(p_values[-1], rel=1e-9)
            assert row["log10_p"] == pytest.approx(math.log10(p_values[-1]), abs=1e-9)
            assert row["jaccard"] == pytest.approx(k / (n_a + n_b - k))
    # Pairs that never meet are tests too.
    rates: list[float] = stats.false_discovery_control(np.minimum(p_values, 1)).tolist() if p_values else []
    met = [rate for rate, k in zip(rates, counts.values(), strict=True) if k]
    assert [row["q_value"] for row in found] == pytest.approx(met, rel=1e-9)


@given(figure_lists)
@settings(max_examples=30, deadline=None)
def test_the_configuration_model_is_that_of_the_degrees(figures: Figures) -> None:
    found = iter(measure(figures, null="configuration"))
    _, counts = pairs_of(figures)
    independent = iter(measure(figures))
    for (a, b), k in counts.items():
        if not k:
            continue
        alike = [frozenset(gene for gene in figure if gene % SPECIES == a % SPECIES) for figure in figures]
        alike = [figure for figure in alike if figure]
        degree = {gene: sum(gene in figure for figure in alike) for figure in alike for gene in figure}
        model = fit_configuration_model(np.array(list(degree.values())), np.array([len(figure) for figure in alike]))
        row, other = next(found), next(independent)
        n_a, n_b = np.array([degree[a]]), np.array([degree[b]])
        assert row["expected"] == pytest.approx(model.expected_count(n_a, n_b)[0])
        assert row["log10_p"] == pytest.approx(model.log10_p(np.array([k]), n_a, n_b)[0], abs=1e-8)
        assert row["log_ratio"] == pytest.approx(math.log2(k / row["expected"]))
        for name in ("npmi", "jaccard", "odds_ratio"):
            assert row[name] == other[name]


GENES = {str(number): Gene(str(number), f"G{number}", True, "9606") for number in range(1, 7)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Twelve figures of six papers: 1 and 2 are always together, 3 stands in all figures, the others alternate."""

    def drawn(number: int) -> Drawn:
        genes = {"3", *(("1", "2") if number % 3 == 0 else ()), "4" if number % 2 else "5"}
        words = tuple(Mention(f"G{gene}", f"G{gene}", "hgnc_symbol", (gene,)) for gene in sorted(genes))
        return Drawn(f"F{number:02}", f"PMC{number // 2}", 2000 + number // 2, words)

    path: Path = tmp_path_factory.mktemp("chance") / "build"
    return write_build(path, [drawn(number) for number in range(12)], GENES)


def row_of(folder: Folder, a: str, b: str, **options: Any) -> dict[str, Any]:
    pairs = cooccurrence_frames(folder, **options).pairs
    return pairs.filter(pl.col("ncbigene_a").is_in([a, b]) & pl.col("ncbigene_b").is_in([a, b])).row(0, named=True)


def test_pairs_that_are_always_together_are_above_chance(folder: Folder) -> None:
    row = row_of(folder, "1", "2")
    assert row["p_value"] == pytest.approx(1 / math.comb(12, 4))
    assert row["q_value"] == pytest.approx(math.comb(5, 2) / math.comb(12, 4))
    assert row["npmi"] == pytest.approx(1)
    assert (row["jaccard"], row["expected"], row["first_year"]) == (1, pytest.approx(16 / 12), 2000)
    assert row_of(folder, "1", "3")["p_value"] == 1


def test_papers_have_margins_of_their_own(folder: Folder) -> None:
    row = row_of(folder, "1", "2", level="paper")
    assert (row["weight"], row["n_figures"], row["n_papers"]) == (4, 4, 4)
    assert row["p_value"] == pytest.approx(1 / math.comb(6, 4))
    # Every paper shows 4 in one figure and 5 in the other, so that they never meet, and 3 is everywhere.
    assert row_of(folder, "3", "4", level="paper")["p_value"] == 1


def test_figures_of_one_paper_are_not_counted_twice(tmp_path: Path) -> None:
    words = [Mention(f"G{gene}", f"G{gene}", "hgnc_symbol", (gene,)) for gene in "123"]
    drawn = [Drawn(f"F{n}", f"PMC{n // 2}", 2000, tuple(words if n < 4 else words[2:])) for n in range(6)]
    folder = write_build(tmp_path / "build", drawn, GENES)
    by_figure, by_paper = (row_of(folder, "1", "2", level=level) for level in ("figure", "paper"))
    assert (by_figure["expected"], by_figure["p_value"]) == pytest.approx((16 / 6, 1 / math.comb(6, 4)))
    assert (by_paper["expected"], by_paper["p_value"]) == pytest.approx((4 / 3, 1 / math.comb(3, 2)))
    collapsed = row_of(folder, "1", "2", collapse_reused=True)
    assert (collapsed["n_figures"], collapsed["n_papers"]) == (2, 2)
    assert collapsed["p_value"] == pytest.approx(by_paper["p_value"])


def test_a_false_discovery_rate_leaves_pairs_out_and_changes_none(folder: Folder) -> None:
    every = cooccurrence_frames(folder).pairs
    some = cooccurrence_frames(folder, fdr=0.05).pairs
    assert some.equals(every.filter(pl.col("q_value") <= 0.05))
    assert 0 < some.height < every.height
    assert cooccurrence_frames(folder, fdr=0.05).nodes.get_column("id").to_list() == ["1", "2"]
    assert cooccurrence_frames(folder, fdr=1).pairs.equals(every)
    assert cooccurrence_frames(folder, fdr=0.01).pairs.is_empty()  # its p is less, its q is not


def test_weights_are_columns(folder: Folder) -> None:
    pairs = cooccurrence_frames(folder, weight="npmi").pairs
    assert pairs.get_column("weight").equals(pairs.get_column("npmi").alias("weight"))
    assert pairs.get_column("weight").min() > 0  # type: ignore[operator]
    assert pairs.height < cooccurrence_frames(folder).pairs.height
    for weight, column in (("count", "n_figures"), ("papers", "n_papers"), ("fractional", "fractional")):
        pairs = cooccurrence_frames(folder, weight=weight).pairs  # type: ignore[arg-type]
        assert pairs.get_column("weight").to_list() == pairs.get_column(column).to_list()


def test_newmans_weights_of_a_gene_add_up_to_its_figures(folder: Folder) -> None:
    frames = cooccurrence_frames(folder, weight="newman")
    for node, n_figures in frames.nodes.select("id", "n_figures").rows():
        ends = pl.any_horizontal(pl.col("ncbigene_a", "ncbigene_b") == node)
        assert frames.pairs.filter(ends).get_column("weight").sum() == pytest.approx(n_figures)
