from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from kg.errors import NotFoundError, QueryError
from kg.model import Gene
from kg.network.chance.trends import pairs_by_year, trends
from kg.network.counting.evidence import Expand, Level, Tier
from tests.network import reference
from tests.network.builds import Drawn, Mention, read_seeds, write_build

if TYPE_CHECKING:
    from kg.folder import Folder

GENES = {
    **{number: Gene(number, f"HUMAN{number}", True, "9606", "Homo sapiens") for number in ("2", "10", "100")},
    **{number: Gene(number, f"MOUSE{number}", False, "10090", "Mus musculus") for number in ("11", "12")},
}
YEARS = (2018, 2019, 2020, 2021, None)

_mentions = st.builds(
    Mention,
    word=st.sampled_from(["A", "B", "C", "D"]),
    symbol=st.sampled_from(["A", "FAM"]),
    lexicon=st.sampled_from(["hgnc_symbol", "ncbigene_synonym", "bioentities_symbol"]),
    genes=st.lists(st.sampled_from(sorted(GENES)), min_size=1, max_size=3, unique=True).map(tuple),
)


@st.composite
def builds(draw: st.DrawFn) -> list[Drawn]:
    """Return figures by id, of papers with one year each."""
    figures = []
    for number in range(draw(st.integers(1, 8))):
        paper = draw(st.integers(1, 5))
        mentions = draw(st.lists(_mentions, max_size=4, unique_by=lambda m: (m.word, m.symbol, m.lexicon)))
        figures.append(Drawn(f"F{number}", f"PMC{paper}", YEARS[paper - 1], tuple(mentions)))
    return figures


def counts(figures: list[Drawn], options: dict[str, Any]) -> dict[frozenset[str], int]:
    found = reference.count_pairs(figures, GENES, **options)
    return {frozenset(pair): count for pair, (count, _) in found.items()}


def holding(figures: list[Drawn], node: str, options: dict[str, Any]) -> set[str]:
    """The papers or figures that support a node, by the pairs that it makes with a gene that stands everywhere."""
    everywhere = "2000000" if node in {"2", "10", "100"} or node.startswith("family:") else "3000000"
    taxon = "9606" if everywhere == "2000000" else "10090"
    known = GENES | {everywhere: Gene(everywhere, "X", True, taxon)}
    found = set()
    for figure in figures:
        more = Drawn(
            figure.figid, figure.pmcid, figure.year, (*figure.mentions, Mention("!", "!", "hgnc_symbol", (everywhere,)))
        )
        pairs = reference.count_pairs([more], known, **options)
        if any({node, everywhere} == set(pair) for pair in pairs):
            found.add(figure.pmcid if options["level"] == "paper" else figure.figid)
    return found


options = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(get_args(Tier)),
        "level": st.sampled_from(get_args(Level)),
        "expand": st.sampled_from(get_args(Expand)),
    }
)


@given(figures=builds(), options=options, min_count=st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_pairs_by_year_are_the_networks_of_the_years(
    figures: list[Drawn], options: dict[str, Any], min_count: int
) -> None:
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        table = pairs_by_year(folder, min_count=min_count, **options)
    dated = [figure for figure in figures if figure.year is not None]
    common = {pair for pair, count in counts(dated, options).items() if count >= min_count}
    expected = {
        (pair, year): count
        for year in YEARS[:-1]
        for pair, count in counts([f for f in figures if f.year == year], options).items()
        if pair in common
    }
    rows = table.rows(named=True)
    assert {(frozenset((row["ncbigene_a"], row["ncbigene_b"])), row["year"]): row["count"] for row in rows} == expected
    assert len(rows) == len(expected)


@given(figures=builds(), options=options, split=st.sampled_from([None, 2019, 2020, 2021]), min_count=st.integers(1, 2))
@settings(max_examples=100, deadline=None)
def test_rising_pairs_are_those_of_the_definition(
    figures: list[Drawn], options: dict[str, Any], split: int | None, min_count: int
) -> None:
    dated = [figure for figure in figures if figure.year is not None]
    supported = [
        f for f in dated if any(holding([f], node, options | {"level": "figure"}) for node in (*GENES, *FAMILIES))
    ]
    years = sorted({figure.year for figure in supported if figure.year is not None})
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        if len(years) < 2 or (split is not None and not years[0] < split <= years[-1]):
            with pytest.raises(QueryError, match=r"no two years|parts nothing"):
                trends(folder, split=split, min_count=min_count, **options)
            return
        table = trends(folder, split=split, min_count=min_count, **options)
    if split is None:
        papers = {(figure.pmcid, figure.year) for figure in supported}
        split = min(
            years[1:],
            key=lambda year: (abs(sum(1 if of < year else -1 for _, of in papers if of is not None)), -year),
        )
    halves = [
        [f for f in dated if (f.year or 0) >= split] if late else [f for f in dated if (f.year or 0) < split]
        for late in (False, True)
    ]
    total, *parts = (counts(of, options) for of in (dated, *halves))
    rows = {frozenset((row["ncbigene_a"], row["ncbigene_b"])): row for row in table.rows(named=True)}
    assert set(rows) == {pair for pair, count in total.items() if count >= min_count}
    for pair, row in rows.items():
        c = [part.get(pair, 0) for part in parts]
        assert (row["count"], [row["earlier"], row["later"]]) == (total[pair], c)
        assert row["first_year"] == min(f.year or 0 for f in dated if pair in counts([f], options))
        of = [holding(halves[0], node, options) for node in pair], [holding(halves[1], node, options) for node in pair]
        n = [len({u for node in same(pair) for u in holding(half, node, options)}) for half in halves]
        e = [len(a) * len(b) / max(size, 1) for (a, b), size in zip(of, n, strict=True)]
        share = e[1] / (e[0] + e[1])
        assert row["expected_later"] == pytest.approx(sum(c) * share)
        assert row["p_value"] == pytest.approx(binomtest(c[1], sum(c), share, alternative="greater").pvalue)
        if all(e):
            assert row["rate_ratio"] == pytest.approx((c[1] + 0.5) / (c[0] + 0.5) * e[0] / e[1])
        else:
            assert row["rate_ratio"] is None
    p = [row["p_value"] for row in rows.values()]
    assert p == sorted(p)
    if p:
        assert [row["q_value"] for row in rows.values()] == pytest.approx(false_discovery_control(p).tolist())


FAMILIES = ("family:A", "family:FAM", "family/10090:A", "family/10090:FAM")


def same(pair: frozenset[str]) -> tuple[str, ...]:
    """All nodes of the pair's species."""
    human = any(node in {"2", "10", "100"} or node.startswith("family:") for node in pair)
    return ("2", "10", "100", *FAMILIES[:2]) if human else ("11", "12", *FAMILIES[2:])


def figures_of(years: dict[int, list[str]]) -> list[Drawn]:
    """A paper a figure; the genes by words of their own."""
    drawn: list[Drawn] = []
    for year, sets in years.items():
        for genes in sets:
            number = len(drawn)
            own = tuple(Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in genes.split())
            drawn.append(Drawn(f"F{number}", f"PMC{number}", year, own))
    return drawn


def test_a_pair_does_not_rise_because_its_genes_do(tmp_path: Path) -> None:
    # Both genes stand in half of the later papers and in a tenth of the earlier ones, and meet as chance has it.
    earlier = ["2 10"] + ["2 100"] * 9 + ["10 100"] * 9 + ["100"] * 81
    later = ["2 10"] * 25 + ["2 100"] * 25 + ["10 100"] * 25 + ["100"] * 25
    folder = write_build(tmp_path / "build", figures_of({2019: earlier, 2020: later}), GENES)
    row = trends(folder).row(by_predicate=(pair("2", "10")), named=True)
    assert (row["earlier"], row["later"], row["first_year"]) == (1, 25, 2019)
    assert row["expected_later"] == pytest.approx(25)
    assert row["p_value"] > 0.5
    # It does where its genes stand as often as before, and more often in one paper.
    earlier = ["2 10"] * 2 + ["2 100", "10 100"] * 18 + ["100"] * 62
    later = ["2 10"] * 16 + ["2 100", "10 100"] * 4 + ["100"] * 76
    folder = write_build(tmp_path / "other", figures_of({2019: earlier, 2020: later}), GENES)
    row = trends(folder).row(by_predicate=(pair("2", "10")), named=True)
    assert (row["earlier"], row["later"], row["expected_later"]) == (2, 16, pytest.approx(9))
    assert row["p_value"] == pytest.approx(172 / 2**18)  # of 2^18 ways, those with 16 or more


def pair(a: str, b: str) -> Any:
    import polars as pl

    return (pl.col("ncbigene_a") == a) & (pl.col("ncbigene_b") == b)


def test_p_is_no_smaller_than_it_should_be_where_nothing_rises(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    genes = {str(n): Gene(str(n), f"G{n}", True, "9606") for n in range(1, 41)}
    often = rng.uniform(0.05, 0.3, len(genes))
    drawn = []
    for number in range(600):
        year = 2000 + number % 20
        grown = often * (1 + (year >= 2010))  # all genes stand in twice as many of the later papers
        held = [gene for gene, chance in zip(genes, grown, strict=True) if rng.random() < chance]
        own = tuple(Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in held)
        drawn.append(Drawn(f"F{number}", f"PMC{number}", year, own))
    table = trends(write_build(tmp_path / "build", drawn, genes), split=2010)
    p = table["p_value"].to_numpy()
    assert len(p) > 0.95 * math.comb(len(genes), 2)  # the others meet less than three times
    for alpha in (0.01, 0.05, 0.2, 0.5):
        assert (p <= alpha).mean() <= alpha + 3 * (alpha * (1 - alpha) / len(p)) ** 0.5
    assert (p <= 0.5).mean() > 0.3  # nor is it so large that nothing could be found


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return write_build(tmp_path_factory.mktemp("seeds") / "build", *read_seeds())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"split": 2018}, "split 2018 parts nothing: the papers are of 2018 to 2020"),
        ({"split": 2021}, "parts nothing"),
        ({"since": 2020}, "there are no two years to compare: all are of 2020"),
        ({"since": 2030}, "no paper has a year"),
        ({"min_count": 0}, "min_count 0 is too small"),
        ({"level": "journal"}, "level 'journal' is not known"),
        ({"tier": "loose"}, "tier 'loose'"),
    ],
)
def test_an_impossible_question_is_a_sentence(seeds: Folder, options: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        trends(seeds, **options)
    if "split" not in options and "since" not in options:
        with pytest.raises(QueryError, match=said):
            pairs_by_year(seeds, **options)


def test_an_organism_without_genes_is_told(seeds: Folder) -> None:
    with pytest.raises(NotFoundError, match="no gene of '10090'"):
        trends(seeds, organism="10090")


def test_years_without_pairs_give_an_empty_table(seeds: Folder) -> None:
    table = pairs_by_year(seeds, since=2030)
    assert table.height == 0
    assert table.columns == ["symbol_a", "symbol_b", "ncbigene_a", "ncbigene_b", "year", "count"]
    assert trends(seeds).height == 0
