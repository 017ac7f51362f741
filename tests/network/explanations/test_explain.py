from __future__ import annotations

import json
import random
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import NotFoundError, QueryError
from kg.model import Gene
from kg.network.cooccurrence import cooccurrence_frames
from kg.network.counting.evidence import Expand, Level, Tier
from kg.network.explanations.explain import Uncounted, Word, explain
from tests.conftest import JAK_STAT, RCC
from tests.network import reference
from tests.network.builds import Drawn, Mention, read_seeds, write_build

if TYPE_CHECKING:
    import kg
    from kg.folder import Folder

GENES = {
    **{number: Gene(number, f"HUMAN{number}", True, "9606", "Homo sapiens") for number in ("2", "10", "100")},
    **{number: Gene(number, f"MOUSE{number}", False, "10090", "Mus musculus") for number in ("11", "12")},
}
ONE_WORD = "one and the same token is read as both"
OTHER_TIER = "a word comes from a lexicon beyond the tier"
OTHER_YEARS = "their papers are of other years, or of none that is known"
NOT_EXPANDED = "a word of several genes stands for none of them"
REUSED = "their genes are those of another figure of the paper"

_mentions = st.builds(
    Mention,
    word=st.sampled_from(["A", "B", "A/B", "C"]),
    symbol=st.sampled_from(["A", "B", "FAM"]),
    lexicon=st.sampled_from(["hgnc_symbol", "ncbigene_synonym", "bioentities_symbol", "unheard_of"]),
    genes=st.lists(st.sampled_from(sorted(GENES)), min_size=1, max_size=4, unique=True).map(tuple),
    n_curated=st.sampled_from([0, 0, 1, 2]),
)


@st.composite
def builds(draw: st.DrawFn) -> list[Drawn]:
    """Return figures by id, up to three in a paper; a paper has one year."""
    figures = []
    for number in range(draw(st.integers(1, 4))):
        paper = draw(st.integers(1, 3))
        mentions = draw(st.lists(_mentions, max_size=5, unique_by=lambda m: (m.word, m.symbol, m.lexicon)))
        year = None if paper == 3 else 2018 + paper
        figures.append(Drawn(f"F{number}", f"PMC{paper}", year, tuple(mentions)))
    return figures


options = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(get_args(Tier)),
        "level": st.sampled_from(get_args(Level)),
        "expand": st.sampled_from(get_args(Expand)),
        "since": st.sampled_from([None, 2020]),
    }
)


def chosen(figures: list[Drawn], since: int | None) -> list[Drawn]:
    return [figure for figure in figures if since is None or (figure.year is not None and figure.year >= since)]


def nodes_of(figures: list[Drawn], genes: dict[str, Gene], expand: str) -> list[str]:
    """Every gene and, where families are nodes, every human and every mouse family."""
    symbols = {m.symbol for figure in figures for m in figure.mentions if m.lexicon in reference.FAMILIES}
    families = [place + symbol for place in ("family:", "family/10090:") for symbol in sorted(symbols)]
    return [*sorted(genes), *(families if expand == "none" else [])]


def species_of(node: str, genes: dict[str, Gene]) -> str | None:
    return genes[node].taxon if node in genes else "10090" if node.startswith("family/") else "9606"


@given(figures=builds(), options=options)
@settings(max_examples=20, deadline=None)
def test_the_figures_listed_are_those_of_the_definition(figures: list[Drawn], options: dict[str, Any]) -> None:
    of_years = chosen(figures, options["since"])
    fixed = {name: options[name] for name in ("tier", "expand")}
    counts = reference.count_pairs(of_years, GENES, level=options["level"], **fixed)
    alone = {figure.figid: reference.count_pairs([figure], GENES, level="figure", **fixed) for figure in of_years}
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        for a, b in combinations(nodes_of(figures, GENES, options["expand"]), 2):
            if species_of(a, GENES) != species_of(b, GENES):
                continue
            found = explain(folder, a, b, **options)
            pair = (min(a, b), max(a, b))
            count, fractional = counts.get(pair, (0, 0))
            assert found.count == count
            assert found.fractional == pytest.approx(fractional, abs=1e-11)
            assert {figure.figid: figure.product for figure in found.figures} == {
                figid: pytest.approx(pairs[pair][1], abs=1e-11) for figid, pairs in alone.items() if pair in pairs
            }
            assert all(figure.words_a and figure.words_b for figure in found.figures)
            assert (found.a.id, found.b.id) == (a, b)
            assert found.n_figures == len(found.figures)
            assert found.n_papers == len({figure.pmcid for figure in found.figures})


@given(figures=builds(), options=options, shuffle=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_figure_that_holds_both_is_listed_or_told(
    figures: list[Drawn], options: dict[str, Any], shuffle: random.Random
) -> None:
    a, b = shuffle.sample([number for number, gene in GENES.items() if gene.taxon == "9606"], 2)
    holding = {
        figure.figid for figure in figures if {a, b} <= {gene for mention in figure.mentions for gene in mention.genes}
    }
    with TemporaryDirectory() as place:
        found = explain(write_build(Path(place) / "build", figures, GENES), a, b, **options)
    told = [figid for each in found.uncounted for figid in each.figids]
    assert sorted([*told, *(figure.figid for figure in found.figures)]) == sorted(holding)
    for figure in found.figures:
        drawn = next(each for each in figures if each.figid == figure.figid)
        for gene, words in ((a, figure.words_a), (b, figure.words_b)):
            assert words
            for word in words:
                (mention,) = (
                    m
                    for m in drawn.mentions
                    if (m.word, m.symbol, m.lexicon) == (word.word, word.matched_symbol, word.lexicon)
                )
                assert gene in mention.genes


def test_a_gene_that_a_curator_added_is_no_member_of_the_family(tmp_path: Path) -> None:
    """Neither where it makes two genes of one, nor where all members were rejected."""
    for number, genes, n_curated in (("1", ("2", "10"), 1), ("2", ("10",), 1)):
        word = Mention("FAM", "FAM", "bioentities_symbol", genes, n_curated)
        folder = write_build(tmp_path / number, [figure("F", own("100"), word)], GENES)
        found = explain(folder, "family:FAM", "100", expand="none")
        assert (found.count, found.uncounted) == (0, ())
        gene = explain(folder, "10", "100", expand="none")
        assert gene.count == len(genes) % 2
        assert gene.uncounted == (() if gene.count else (Uncounted(NOT_EXPANDED, ("F",)),))
    assert [(w.family, w.n_genes) for f in gene.figures for w in f.words_a] == [(None, 1)]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return write_build(tmp_path_factory.mktemp("seeds") / "build", *read_seeds())


@pytest.mark.parametrize(("expand", "n_pairs"), [("fractional", None), ("full", 60), ("none", 60)])
def test_as_many_figures_are_listed_as_the_network_of_the_seeds_counts(
    seeds: Folder, expand: Expand, n_pairs: int | None
) -> None:
    """Every pair by default; some of them where families expand wholly or not at all."""
    pairs = cooccurrence_frames(seeds, expand=expand).pairs
    assert pairs.height > 100
    for row in pairs.sample(n_pairs or pairs.height, seed=1).rows(named=True):
        found = explain(seeds, row["ncbigene_a"], row["ncbigene_b"], expand=expand)
        assert (found.n_figures, found.n_papers) == (row["n_figures"], row["n_papers"])
        assert (found.count, len(found.figures)) == (row["n_figures"], row["n_figures"])
        assert found.fractional == pytest.approx(row["fractional"], abs=1e-11)


def test_pairs_that_the_network_of_the_seeds_lacks_have_no_figures(seeds: Folder) -> None:
    table = cooccurrence_frames(seeds).pairs
    there = {frozenset(pair) for pair in table.select("ncbigene_a", "ncbigene_b").iter_rows()}
    absent = [pair for pair in combinations(sorted(read_seeds()[1]), 2) if frozenset(pair) not in there]
    for a, b in random.Random(0).sample(absent, 20):  # noqa: S311  # not for secrets
        assert explain(seeds, a, b).figures == ()


def figure(figid: str, *mentions: Mention, year: int | None = 2020, pmcid: str = "PMC1") -> Drawn:
    return Drawn(figid, pmcid, year, mentions)


def own(gene: str, lexicon: str = "hgnc_symbol") -> Mention:
    return Mention(gene, gene, lexicon, (gene,))


@pytest.mark.parametrize(
    ("drawn", "options", "reason"),
    [
        (figure("F", Mention("FAM", "FAM", "bioentities_symbol", ("2", "10"))), {}, ONE_WORD),
        (
            figure("F", Mention("W", "2", "hgnc_symbol", ("2",)), Mention("W", "10", "hgnc_symbol", ("10",))),
            {},
            ONE_WORD,
        ),
        (figure("F", own("2"), own("10", "hgnc_alias_symbol")), {"tier": "strict"}, OTHER_TIER),
        (figure("F", own("2"), own("10"), year=2019), {"since": 2020}, OTHER_YEARS),
        (figure("F", own("2"), own("10"), year=None), {"until": 2020}, OTHER_YEARS),
        (figure("F", own("2"), Mention("W", "W", "hgnc_symbol", ("10", "100"))), {"expand": "none"}, NOT_EXPANDED),
    ],
)
def test_a_figure_that_does_not_count_says_why(
    tmp_path: Path, drawn: Drawn, options: dict[str, Any], reason: str
) -> None:
    found = explain(write_build(tmp_path / "build", [drawn], GENES), "2", "10", **options)
    assert (found.count, found.figures) == (0, ())
    assert found.uncounted == (Uncounted(reason, ("F",)),)


def test_of_reused_figures_one_counts(tmp_path: Path) -> None:
    vague = Mention("W", "W", "hgnc_symbol", ("10", "100"))
    drawn = [
        figure("F1", own("2"), vague),
        figure("F2", own("2"), own("10"), own("100")),
        figure("F3", own("2"), own("10"), own("100"), pmcid="PMC2"),
        figure("F4", own("2"), own("10")),
    ]
    folder = write_build(tmp_path / "build", drawn, GENES)
    found = explain(folder, "2", "10", collapse_reused=True)
    assert [each.figid for each in found.figures] == ["F2", "F3", "F4"]
    assert found.uncounted == (Uncounted(REUSED, ("F1",)),)
    (row,) = (
        cooccurrence_frames(folder, collapse_reused=True).pairs.filter(ncbigene_a="2", ncbigene_b="10").rows(named=True)
    )
    assert (found.count, found.n_papers, found.fractional) == (row["n_figures"], row["n_papers"], row["fractional"])
    assert explain(folder, "2", "10").count == 4


def test_figures_come_with_their_words_and_links_newest_first(seeds_build: kg.Build) -> None:
    found = explain(seeds_build, "JAK1", "il-6")
    assert [figure.figid for figure in found.figures] == [JAK_STAT, RCC]
    newest = found.figures[0]
    assert (newest.year, newest.pmcid, newest.number, newest.product) == (2020, "PMC7048131", "Fig. 5", 0.5)
    assert newest.title == "Advances of the STAT3 signaling pathways involving breast cancer chemoresistance"
    assert newest.paper_title == "Role of STAT3 signaling pathway in breast cancer."
    assert newest.words_a == (Word("JAK", "JAK", "bioentities_symbol", "all", "JAK", 4),)
    assert [word.word for word in newest.words_b] == ["IL-6", "IL-6/IL-6R/gp130"]
    assert newest.links == {
        "page": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig5/",
        "image": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/bin/12964_2020_527_Fig5_HTML.jpg",
        "paper": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/",
        "pfocr": f"https://pfocr.wikipathways.org/figures/{JAK_STAT}.html",
    }
    value = json.loads(found.to_json())
    assert (value["kind"], value["a"]["symbol"], value["options"]["tier"]) == ("pair", "JAK1", "all")
    assert value["figures"][0]["words_b"][0]["word"] == "IL-6"


def test_a_family_is_a_node_where_nothing_is_expanded(seeds_build: kg.Build) -> None:
    names = ("family:JAK", "jak", "JAK", "family:jak")
    for name in names:
        found = explain(seeds_build, name, "STAT3", expand="none")
        assert (found.a.id, found.a.kind, found.count) == ("family:JAK", "family", 2)
        assert found.figures[0].words_a[0].word == "JAK"
    with pytest.raises(NotFoundError, match=r"its members: JAK1, JAK2, JAK3, TYK2; it is a node of its own where"):
        explain(seeds_build, "JAK", "STAT3")
    with pytest.raises(NotFoundError, match="nothing: no gene of that name"):
        explain(seeds_build, "nothing", "STAT3", expand="none")
    for name in ("family:nothing", "families:JAK", "family/10090:nothing"):
        with pytest.raises(NotFoundError, match="no gene of that name"):
            explain(seeds_build, name, "STAT3", expand="none")


def test_a_family_of_another_species_is_known_by_it(tmp_path: Path) -> None:
    drawn = figure("F", own("11"), Mention("FAM", "FAM", "bioentities_symbol", ("11", "12")))
    folder = write_build(tmp_path / "build", [drawn], GENES)
    for a, b in (("family/10090:FAM", "11"), ("fam", "11"), ("MOUSE11", "FAM")):
        found = explain(folder, a, b, expand="none")
        assert {found.a.id, found.b.id} == {"family/10090:FAM", "11"}
        assert found.count == 1
        words = (*found.figures[0].words_a, *found.figures[0].words_b)
        assert {(word.word, word.family, word.n_genes) for word in words} == {("FAM", "FAM", 2), ("11", None, 1)}
    with pytest.raises(QueryError, match=r"FAM is of 9606 and MOUSE11 is of Mus musculus; pairs stay within a species"):
        explain(folder, "family:FAM", "11", expand="none")


def test_the_other_name_or_an_organism_tells_which_species_is_meant(tmp_path: Path) -> None:
    genes = {
        number: Gene(number, symbol, True, taxon, name)
        for number, symbol, taxon, name in (
            ("1", "A", "9606", "Homo sapiens"),
            ("2", "B", "9606", "Homo sapiens"),
            ("3", "A", "10090", "Mus musculus"),
            ("4", "B", "10090", "Mus musculus"),
            ("5", "C", "10090", "Mus musculus"),
        )
    }
    folder = write_build(tmp_path / "build", [figure("F", *map(own, genes))], genes)
    assert explain(folder, "A", "C").a.id == "3"
    assert explain(folder, "2", "A").b.id == "1"
    assert explain(folder, "A", "B", organism="mus musculus").b.id == "4"
    with pytest.raises(
        NotFoundError, match=r"A: 2 genes of that name; give the id of one of them: 1 \(A, Homo sapiens\)"
    ):
        explain(folder, "A", "B")
    with pytest.raises(QueryError, match="A is of Homo sapiens and C is of Mus musculus"):
        explain(folder, "1", "C")


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (("STAT3", "6774"), {}, "STAT3 and 6774 are one: STAT3; give two genes"),
        (("STAT3", "IL6"), {"level": "journal"}, "level 'journal' is not known"),
        (("STAT3", "IL6"), {"tier": "loose"}, "tier 'loose' is not known"),
        (("STAT3", "IL6"), {"expand": "some"}, "expand 'some' is not known"),
        (("STAT3", "IL6"), {"since": 2021, "until": 2020}, "no year is both"),
    ],
)
def test_an_impossible_question_is_a_sentence(
    seeds_build: kg.Build, names: tuple[str, str], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        explain(seeds_build, *names, **options)


def test_a_former_symbol_is_a_name_where_hgnc_is_at_hand(seeds_build: kg.Build) -> None:
    found = seeds_build.explain("IFNB2", "STAT3", hgnc="tests/authority/hgnc.txt")
    assert (found.a.symbol, found.n_figures) == ("IL6", 2)
    with pytest.raises(NotFoundError, match="IFNB2: no gene of that name"):
        seeds_build.explain("IFNB2", "STAT3")
