from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact, hypergeom

from kg.errors import NotFoundError, QueryError
from kg.genes import GeneNames, NotAGene
from kg.gmt import GeneSet
from kg.model import Gene
from kg.network.counting.evidence import Level, Tier
from kg.network.gene_lists.enrichment import enrich
from kg.network.gene_lists.gene_sets import Candidates, GeneNaming, gene_sets
from tests.conftest import JAK_STAT, RCC
from tests.network.builds import Drawn, Mention, write_build
from tests.network.reference import TIER_LEXICONS

if TYPE_CHECKING:
    import kg
    from kg.folder import Folder

HUMAN = {str(n): Gene(str(n), f"G{n}", True, "9606", "Homo sapiens") for n in range(1, 13)}
MOUSE = {str(n): Gene(str(n), f"G{n - 100}", False, "10090", "Mus musculus") for n in (101, 102)}
GENES = HUMAN | MOUSE

_mentions = st.builds(
    Mention,
    word=st.sampled_from(["A", "B", "C", "D"]),
    symbol=st.sampled_from(["x", "y"]),
    lexicon=st.sampled_from(["hgnc_symbol", "ncbigene_synonym", "bioentities_symbol", "unheard_of"]),
    genes=st.lists(st.sampled_from(sorted(HUMAN)), min_size=1, max_size=4, unique=True).map(tuple),
)


@st.composite
def builds(draw: st.DrawFn) -> list[Drawn]:
    """Return figures by id, up to three in a paper; a paper has one year."""
    figures = []
    for number in range(draw(st.integers(1, 6))):
        paper = draw(st.integers(1, 4))
        mentions = draw(st.lists(_mentions, min_size=1, max_size=5, unique_by=lambda m: (m.word, m.symbol, m.lexicon)))
        year = None if paper == 4 else 2018 + paper
        figures.append(Drawn(f"F{number}", f"PMC{paper}", year, tuple(mentions)))
    return figures


def members(figures: list[Drawn], *, level: str, tier: str, since: int | None) -> dict[str, set[str]]:
    """The sets, by plain loops."""
    found: dict[str, set[str]] = {}
    for figure in figures:
        if since is not None and (figure.year is None or figure.year < since):
            continue
        for mention in figure.mentions:
            if tier == "all" or mention.lexicon in TIER_LEXICONS[tier]:
                found.setdefault(figure.pmcid if level == "paper" else figure.figid, set()).update(mention.genes)
    return found


@given(
    figures=builds(),
    listed=st.lists(st.sampled_from(sorted(HUMAN)), min_size=1, max_size=8, unique=True),
    drawn=st.none() | st.integers(14, 40) | st.lists(st.sampled_from(sorted(HUMAN)), min_size=1, unique=True),
    level=st.sampled_from(get_args(Level)),
    tier=st.sampled_from(get_args(Tier)),
    since=st.sampled_from([None, 2020]),
    min_size=st.integers(1, 4),
)
@settings(max_examples=150, deadline=None)
def test_sets_are_tested_as_scipy_tests_them(
    figures: list[Drawn],
    listed: list[str],
    drawn: int | list[str] | None,
    level: Level,
    tier: Tier,
    since: int | None,
    min_size: int,
) -> None:
    sets = members(figures, level=level, tier=tier, since=since)
    corpus = {gene for genes in sets.values() for gene in genes}
    universe = corpus if drawn is None else set(HUMAN) if isinstance(drawn, int) else set(drawn)
    n_background = drawn if isinstance(drawn, int) else len(universe)
    wanted = set(listed) & universe
    sets = {name: genes & universe for name, genes in sets.items()}
    sets = {name: genes for name, genes in sets.items() if len(genes) >= min_size}
    names = [HUMAN[gene].symbol.lower() for gene in listed]
    background: Any = "corpus" if drawn is None else drawn
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        options: dict[str, Any] = {"level": level, "tier": tier, "since": since, "min_size": min_size}
        if not wanted:
            with pytest.raises(NotFoundError, match="no name of the list is a gene of the background"):
                enrich(folder, names, background=background, organism="9606", **options)
            return
        found = enrich(folder, names, background=background, organism="9606", **options)
    assert {gene.ncbigene for gene in found.genes} == wanted
    assert {gene.ncbigene for gene in found.outside} == set(listed) - universe
    assert (found.n_listed, found.n_background, found.n_sets) == (len(wanted), n_background, len(sets))
    p = {
        name: hypergeom.sf(len(genes & wanted) - 1, n_background, len(genes), len(wanted))
        for name, genes in sets.items()
    }
    q = dict(zip(p, false_discovery_control(list(p.values())) if p else [], strict=True))
    rows = {row["figid" if level == "figure" else "pmcid"]: row for row in found.table.rows(named=True)}
    assert set(rows) == {name for name, genes in sets.items() if genes & wanted}
    for name, row in rows.items():
        overlap = sets[name] & wanted
        assert (row["n_genes"], row["n_overlap"]) == (len(sets[name]), len(overlap))
        assert row["genes"].split(";") == sorted(HUMAN[gene].symbol for gene in overlap)
        assert row["p_value"] == pytest.approx(p[name], rel=1e-9)
        assert row["q_value"] == pytest.approx(q[name], rel=1e-9)
    order = [(row["p_value"], -row["odds_ratio"]) for row in rows.values()]
    assert order == sorted(order)
    for row in rows.values():
        mine = (row["p_value"], -row["odds_ratio"])
        assert (row["rank"], row["n_tied"]) == (order.index(mine) + 1, order.count(mine))


def build_of(path: Path, *sets: tuple[str, ...], year: int | None = 2020) -> Folder:
    """A build of figures, each with these genes by words of their own."""
    drawn = [
        Drawn(f"F{n}", f"PMC{n}", year, tuple(Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in genes))
        for n, genes in enumerate(sets, start=1)
    ]
    return write_build(path, drawn, GENES)


def test_the_odds_ratio_is_that_of_the_table_plus_one_half(tmp_path: Path) -> None:
    folder = build_of(tmp_path / "build", ("1", "2", "3"), ("4", "5", "6", "7", "8"), ("1", "4", "9"))
    found = enrich(folder, ["G1", "G2", "G4"])
    row = found.table.row(0, named=True)
    assert (row["figid"], row["n_overlap"], found.n_background) == ("F1", 2, 9)
    assert row["odds_ratio"] == (2.5 * 5.5) / (1.5 * 1.5)
    # p is Fisher's of the table itself.
    assert row["p_value"] == pytest.approx(fisher_exact(np.array([[2, 1], [1, 5]]), alternative="greater").pvalue)


def test_ties_share_their_rank_and_stand_by_evidence_then_year(tmp_path: Path) -> None:
    one = Mention("fam", "fam", "bioentities_symbol", ("1", "2", "3"))
    own = tuple(Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in ("1", "2", "3"))
    other = Mention("x", "x", "hgnc_symbol", ("4", "5", "6", "7"))
    drawn = [
        Drawn("F1", "PMC1", 2020, (one,)),
        Drawn("F2", "PMC2", 2019, own),
        Drawn("F3", "PMC3", 2021, own),
        Drawn("F4", "PMC4", None, own),
        Drawn("F5", "PMC5", 2020, (other, own[0])),
    ]
    folder = write_build(tmp_path / "build", drawn, GENES)
    table = enrich(folder, ["G1", "G2", "G3"]).table
    assert table.select("rank", "n_tied", "figid", "n_mentions").rows() == [
        *((1, 4, figid, n) for figid, n in (("F3", 3), ("F2", 3), ("F4", 3), ("F1", 1))),
        (5, 1, "F5", 1),
    ]
    for limit in range(1, 7):
        first = enrich(folder, ["G1", "G2", "G3"], limit=limit)
        assert (first.n_found, first.table.rows()) == (5, table.head(limit).rows())
    with pytest.raises(QueryError, match="limit 0 is too small"):
        enrich(folder, ["G1"], limit=0)


def test_names_that_are_no_genes_are_told_and_counted_as_the_background_says(tmp_path: Path) -> None:
    folder = build_of(tmp_path / "build", ("1", "2", "3"), ("4", "5", "6"), ("101", "102"))
    names = ["G4", " G5", "", "G5", "NOT1", "G12"]
    found = enrich(folder, names)
    assert [gene.symbol for gene in found.genes] == ["G4", "G5"]
    assert [gene.symbol for gene in found.outside] == ["G12"]  # a gene of the build, in no figure
    assert found.unknown == (NotAGene("NOT1", "unknown"),)
    assert (found.n_listed, found.n_background) == (2, 6)  # the mice's genes are another species'
    found = enrich(folder, names, background=100)
    assert (found.n_listed, found.n_background, found.outside) == (4, 100, ())
    found = enrich(folder, names, background=["g4", "G1", "G2", "G3", "not1", "Not1", "other", ""])
    assert (found.n_listed, found.n_background, [gene.symbol for gene in found.outside]) == (2, 6, ["G5", "G12"])
    assert found.table.select("n_genes", "n_overlap").rows() == []  # of F2 one gene is left
    assert found.n_sets == 1


def test_aliases_are_found_among_the_candidates_of_the_sets(seeds_build: kg.Build) -> None:
    words = seeds_build.table("mentions").get_column("word").to_list()
    names = [*words, *map(str.lower, words), "no such gene"]
    known = Candidates(seeds_build)
    found = GeneNames(seeds_build, candidates_of=known.of).find_all(names)
    assert found == GeneNames(seeds_build).find_all(names)
    assert {each.why for each in found.values() if isinstance(each, NotAGene)} == {"family", "word", "unknown"}
    table = seeds_build.table("candidates").select("figid", "mention", "ncbigene")
    assert known.of(known.figures.get_column("figid")).equals(table)
    one = known.figures.get_column("figid").tail(1)
    assert known.of(one).equals(table.filter(figid=one.item()))


def test_a_name_of_two_species_means_the_one_that_the_others_have(tmp_path: Path) -> None:
    folder = build_of(tmp_path / "build", ("1", "2", "3"), ("101", "102"))
    found = enrich(folder, ["G1", "G3"])  # G1 is a gene of people and of mice
    assert [gene.ncbigene for gene in found.genes] == ["1", "3"]
    found = enrich(folder, ["G1", "G2"], organism="Mus musculus", min_size=2)
    assert [gene.ncbigene for gene in found.genes] == ["101", "102"]
    assert found.table["figid"].to_list() == ["F2"]
    assert found.n_background == 2
    with pytest.raises(
        NotFoundError, match=r"no name of the list is a gene of the background: G1: 2 genes of that name"
    ):
        enrich(folder, ["G1", "G2"])
    mixed = enrich(folder, ["1", "101", "102"], min_size=1)
    assert (mixed.n_background, mixed.n_sets) == (5, 2)


def test_a_list_that_holds_only_other_genes_is_told_so(tmp_path: Path) -> None:
    folder = build_of(tmp_path / "build", ("1", "2", "3"))
    with pytest.raises(NotFoundError, match="G12 is a gene, but not one of the background"):
        enrich(folder, ["G12"])


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        ([], {}, "the list holds no name"),
        ([" "], {}, "the list holds no name"),
        (["G3"], {"background": 2}, "a background of 2 genes is too small; figures and list have 3"),
        (["G3", "NOT1"], {"background": 3}, "figures and list have 4"),
        (["G3"], {"background": "genome"}, "background 'genome' is not known"),
        (["G1"], {"min_size": 0}, "min_size 0 is too small"),
        (["G1"], {"level": "journal"}, "level 'journal' is not known"),
        (["G1"], {"tier": "loose"}, "tier 'loose' is not known"),
        (["G1"], {"since": 2021, "until": 2020}, "no year is both"),
    ],
)
def test_an_impossible_question_is_a_sentence(
    tmp_path: Path, names: list[str], options: dict[str, Any], said: str
) -> None:
    folder = build_of(tmp_path / "build", ("1", "2", "3"))
    with pytest.raises(QueryError, match=said):
        enrich(folder, names, **options)


def test_a_small_p_keeps_its_digits(tmp_path: Path) -> None:
    genes = {str(n): Gene(str(n), f"G{n}", True, "9606") for n in range(1, 2001)}
    own = tuple(Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in genes)
    drawn = [Drawn("F1", "PMC1", 2020, own[:200]), Drawn("F2", "PMC2", 2020, own[:201]), Drawn("F3", "PMC3", 2020, own)]
    found = enrich(write_build(tmp_path / "build", drawn, genes), [f"G{n}" for n in range(1, 201)])
    assert found.table["figid"].to_list() == ["F1", "F2", "F3"]
    expected = math.comb(2000, 200)
    assert found.table["p_value"].to_list() == pytest.approx([1 / expected, 201 / math.comb(2000, 201) * 1, 1.0])


def test_seeds_are_gene_sets(seeds_build: kg.Build) -> None:
    sets = gene_sets(seeds_build, tier="synonyms")
    assert [(each.name, len(each.genes)) for each in sets] == [(RCC, 6), (JAK_STAT, 12)]
    assert sets[1].description == "Advances of the STAT3 signaling pathways involving breast cancer chemoresistance"
    ids = gene_sets(seeds_build, tier="synonyms", naming="ncbigene")
    symbols = dict(seeds_build.table("genes").select("ncbigene", "symbol").iter_rows())
    assert [[symbols[gene] for gene in each.genes] for each in ids] == [list(each.genes) for each in sets]


@given(
    figures=builds(),
    level=st.sampled_from(get_args(Level)),
    tier=st.sampled_from(get_args(Tier)),
    since=st.sampled_from([None, 2020]),
    min_size=st.integers(1, 4),
    naming=st.sampled_from(get_args(GeneNaming)),
)
@settings(max_examples=60, deadline=None)
def test_gene_sets_are_those_of_the_figures(
    figures: list[Drawn], level: Level, tier: Tier, since: int | None, min_size: int, naming: GeneNaming
) -> None:
    expected = members(figures, level=level, tier=tier, since=since)
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        sets = gene_sets(folder, level=level, tier=tier, since=since, min_size=min_size, naming=naming)
    called = {gene: getattr(HUMAN[gene], naming) for gene in HUMAN}
    assert {each.name: set(each.genes) for each in sets} == {
        name: {called[gene] for gene in genes} for name, genes in expected.items() if len(genes) >= min_size
    }
    assert sets == sorted(sets, key=lambda each: each.name)


def test_genes_of_one_symbol_are_one_in_a_set_and_an_organism_parts_them(tmp_path: Path) -> None:
    folder = build_of(tmp_path / "build", ("2", "1", "101"))
    assert gene_sets(folder, min_size=1) == [GeneSet("F1", "", ("G2", "G1"))]
    assert gene_sets(folder, organism="10090", min_size=1, naming="ncbigene") == [GeneSet("F1", "", ("101",))]
    assert gene_sets(folder) == []


@pytest.mark.parametrize(("options", "said"), [({"naming": "name"}, "naming 'name'"), ({"min_size": 0}, "min_size 0")])
def test_unknown_options_of_gene_sets_are_refused(seeds_build: kg.Build, options: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        gene_sets(seeds_build, **options)
