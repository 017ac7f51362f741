from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.network.pairs
from kg.api import build
from kg.errors import BuildError, NotFoundError, QueryError
from kg.model import Gene
from kg.network import cooccurrence
from kg.network.cooccurrence import Level
from kg.network.evidence import Expand, Tier

from . import reference
from .builds import SEEDS, Drawn, Mention, read_seeds, write_build

if TYPE_CHECKING:
    import networkx as nx

    from kg.folder import Folder

JAK1, JAK2, STAT3, IL6 = "3716", "3717", "6774", "3569"
BREAST = "PMC7048131__12964_2020_527_Fig5_HTML"
GENES = {
    **{number: Gene(number, f"HUMAN{number}", True, "9606") for number in ("2", "10", "100", "1000", "20000")},
    **{number: Gene(number, f"MOUSE{number}", False, "10090") for number in ("16451", "16452", "16453")},
    **{number: Gene(number, f"STRAY{number}", False, None) for number in ("77", "78")},
}

_mentions = st.builds(
    Mention,
    word=st.sampled_from(["A", "a", "B", "A/B", "A, B", "MEK1/2", "C+A|B", "A;A", "Я"]),
    symbol=st.sampled_from(["A", "B", "C", "MEK1", "MEK2", "x"]),
    lexicon=st.sampled_from(
        ["hgnc_symbol", "ncbigene_synonym", "bioentities_symbol", "famplex_relations", "unheard_of"]
    ),
    genes=st.lists(st.sampled_from(sorted(GENES)), min_size=1, max_size=5, unique=True).map(tuple),
)


@st.composite
def builds(draw: st.DrawFn) -> list[Drawn]:
    """Return figures by id, up to three in a paper; a paper has one year."""
    figures = []
    for number in range(draw(st.integers(1, 5))):
        paper = draw(st.integers(1, 3))
        mentions = draw(st.lists(_mentions, max_size=6, unique_by=lambda m: (m.word, m.symbol, m.lexicon)))
        year = None if paper == 3 else 2018 + paper
        figures.append(Drawn(f"F{number}", f"PMC{paper}", year, tuple(mentions)))
    return figures


def pairs_of(graph: nx.Graph[str]) -> dict[tuple[str, str], tuple[int, float]]:
    return {(min(a, b), max(a, b)): (values["count"], values["fractional"]) for a, b, values in graph.edges(data=True)}


def approximately(pairs: dict[tuple[str, str], tuple[int, float]]) -> dict[tuple[str, str], Any]:
    return {pair: (count, pytest.approx(fractional, abs=1e-11)) for pair, (count, fractional) in pairs.items()}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return write_build(tmp_path_factory.mktemp("seeds") / "build", *read_seeds())


@pytest.fixture(scope="module")
def breast(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    figures, genes = read_seeds()
    return write_build(tmp_path_factory.mktemp("breast") / "build", [f for f in figures if f.figid == BREAST], genes)


@given(figures=builds(), blocks=st.sampled_from([(8_000_000, 2_000_000), (10, 3)]))
@settings(max_examples=40, deadline=None)
def test_pairs_are_those_of_the_definition(figures: list[Drawn], blocks: tuple[int, int]) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.network.pairs, "_BLOCK", blocks[0])
        patch.setattr(kg.network.pairs, "_LISTED", blocks[1])
        folder = write_build(Path(place) / "build", figures, GENES)
        for tier, level, expand in product(get_args(Tier), get_args(Level), get_args(Expand)):
            graph = cooccurrence(folder, tier=tier, level=level, expand=expand)
            expected = reference.count_pairs(figures, GENES, tier=tier, level=level, expand=expand)
            assert pairs_of(graph) == approximately(expected), (tier, level, expand)


@given(figures=builds(), seed=st.integers(0, 99), level=st.sampled_from(get_args(Level)))
@settings(max_examples=30, deadline=None)
def test_order_of_rows_does_not_matter(figures: list[Drawn], seed: int, level: Level) -> None:
    def edges(drawn: list[Drawn], place: Path) -> list[Any]:
        graph = cooccurrence(write_build(place, drawn, GENES), level=level)
        return [list(graph.nodes(data=True)), list(graph.edges(data=True))]

    shuffled = random.Random(seed)  # noqa: S311  # not for secrets
    again = [Drawn(f.figid, f.pmcid, f.year, tuple(shuffled.sample(f.mentions, len(f.mentions)))) for f in figures]
    shuffled.shuffle(again)
    with TemporaryDirectory() as place:
        assert edges(figures, Path(place) / "one") == edges(again, Path(place) / "two")


@given(figures=builds(), expand=st.sampled_from(get_args(Expand)), organism=st.sampled_from(["9606", "10090"]))
@settings(max_examples=30, deadline=None)
def test_a_network_is_well_formed(figures: list[Drawn], expand: Expand, organism: str) -> None:
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        graph, own = cooccurrence(folder, expand=expand), cooccurrence(folder, expand=expand, organism=organism)
    for a, b, values in graph.edges(data=True):
        assert a != b
        assert graph.nodes[a].get("taxon") == graph.nodes[b].get("taxon")
        assert values["weight"] == values["fractional" if expand == "fractional" else "count"]
        assert 1 <= values["count"] <= min(graph.nodes[a]["n_figures"], graph.nodes[b]["n_figures"])
        assert 0 < values["fractional"] <= values["count"]
        assert {type(value) for value in values.values()} == {int, float}
    for values in (*(values for _, values in graph.nodes(data=True)), graph.graph):
        assert {type(value) for value in values.values()} <= {int, str}
    assert all(degree > 0 for _, degree in graph.degree())
    assert pairs_of(own) == {
        pair: values for pair, values in pairs_of(graph).items() if graph.nodes[pair[0]].get("taxon") == organism
    }
    ids = [node for node in graph if node.isdigit()]
    families = [node for node in graph if not node.isdigit()]
    assert list(graph) == sorted(ids, key=int) + sorted(families, key=lambda n: (graph.nodes[n]["symbol"], n))


def test_a_real_build_gives_the_network_of_its_rows(seeds: Folder, tmp_path: Path) -> None:
    built = build(SEEDS, output=tmp_path / "build", formats=())
    for tier, level, expand in product(get_args(Tier), get_args(Level), get_args(Expand)):
        ours = cooccurrence(seeds, tier=tier, level=level, expand=expand)
        graph = cooccurrence(built, tier=tier, level=level, expand=expand)
        assert list(graph.nodes(data=True)) == list(ours.nodes(data=True))
        assert list(graph.edges(data=True)) == list(ours.edges(data=True))


def test_families_make_no_pairs_within_themselves_unless_asked(seeds: Folder) -> None:
    assert not cooccurrence(seeds).has_edge(JAK1, JAK2)
    assert cooccurrence(seeds, expand="full").edges[JAK1, JAK2] == {"weight": 2, "count": 2, "fractional": 0.5}


@pytest.mark.parametrize(
    ("tier", "expand", "n_pairs"), [("all", "full", 528), ("strict", "full", 21), ("strict", "fractional", 21)]
)
def test_a_seed_has_as_many_pairs_as_were_counted(breast: Folder, tier: Tier, expand: Expand, n_pairs: int) -> None:
    assert cooccurrence(breast, tier=tier, expand=expand).number_of_edges() == n_pairs


def test_both_seeds_have_the_pairs_of_each(seeds: Folder) -> None:
    full = cooccurrence(seeds, expand="full")
    assert sum(values["count"] for _, _, values in full.edges(data=True)) == 528 + 300
    assert cooccurrence(seeds, expand="full", tier="strict").number_of_edges() == 21 + 3


def test_shares_are_those_of_the_worked_example(seeds: Folder) -> None:
    graph = cooccurrence(seeds)
    # JAK may mean four genes, STAT3 and IL-6 one each; both figures hold all three.
    assert graph.edges[JAK1, STAT3] == {"weight": 1.0, "count": 2, "fractional": 1.0}
    assert graph.edges[IL6, STAT3] == {"weight": 2.0, "count": 2, "fractional": 2.0}
    assert graph.nodes[JAK1] == {"symbol": "JAK1", "kind": "gene", "taxon": "9606", "n_figures": 2}


def test_one_word_with_two_readings_pairs_neither_with_the_other(breast: Folder) -> None:
    hic1, ndufc2 = "3090", "4718"
    graph = cooccurrence(breast)
    assert not graph.has_edge(hic1, ndufc2)
    assert graph.edges[hic1, STAT3]["fractional"] == pytest.approx(0.5**0.5)
    assert hic1 not in cooccurrence(breast, expand="none")
    assert hic1 in cooccurrence(breast, expand="none", tier="strict")


def test_families_stand_for_themselves_when_nothing_is_expanded(seeds: Folder) -> None:
    graph = cooccurrence(seeds, expand="none")
    assert graph.nodes["family:JAK"] == {"symbol": "JAK", "kind": "family", "taxon": "9606", "n_figures": 2}
    assert graph.edges["family:JAK", STAT3] == {"weight": 2, "count": 2, "fractional": 2.0}
    assert JAK1 not in graph


def test_a_family_word_of_one_candidate_is_that_gene(tmp_path: Path) -> None:
    mentions = (
        Mention("Cyclin D1", "Cyclin-D1", "famplex_relations", ("2",)),
        Mention("B", "B", "hgnc_symbol", ("10",)),
    )
    folder = write_build(tmp_path / "build", [Drawn("F", "PMC1", 2020, mentions)], GENES)
    assert list(cooccurrence(folder, expand="none").edges) == [("2", "10")]


def test_a_paper_counts_once_with_its_best_figure(tmp_path: Path) -> None:
    a, b = Mention("A", "A", "hgnc_symbol", ("2",)), Mention("B", "B", "hgnc_symbol", ("10",))
    vague, c = Mention("B", "BS", "bioentities_symbol", ("10", "100")), Mention("C", "C", "hgnc_symbol", ("1000",))
    figures = [
        Drawn("F1", "PMC1", 2020, (a, vague)),
        Drawn("F2", "PMC1", 2020, (a, b)),
        Drawn("F3", "PMC1", 2020, (a, c)),
        Drawn("F4", "PMC2", 2021, (a, vague)),
    ]
    graph = cooccurrence(write_build(tmp_path / "build", figures, GENES), level="paper")
    assert graph.edges["2", "10"]["count"] == 2
    assert graph.edges["2", "10"]["fractional"] == pytest.approx(1 + 0.5**0.5)
    assert not graph.has_edge("10", "1000")
    assert graph.nodes["2"]["n_figures"] == 4


def test_years_are_inclusive_and_drop_papers_without_one(tmp_path: Path) -> None:
    a, b = Mention("A", "A", "hgnc_symbol", ("2",)), Mention("B", "B", "hgnc_symbol", ("10",))
    figures = [Drawn(f"F{year}", f"PMC{year}", year, (a, b)) for year in (2018, 2019, 2020, None)]
    folder = write_build(tmp_path / "build", figures, GENES)
    wanted = {(None, None): 4, (2018, 2020): 3, (2019, None): 2, (None, 2018): 1}
    for (since, until), count in wanted.items():
        assert cooccurrence(folder, since=since, until=until).edges["2", "10"]["count"] == count
    assert not cooccurrence(folder, since=2021)


def test_rare_pairs_can_be_left_out(seeds: Folder) -> None:
    every, common = cooccurrence(seeds), cooccurrence(seeds, min_count=2)
    assert pairs_of(common) == {pair: values for pair, values in pairs_of(every).items() if values[0] >= 2}
    assert 0 < len(common) < len(every)


def test_a_network_tells_how_it_was_made(seeds: Folder) -> None:
    assert cooccurrence(seeds, tier="strict", until=2020).graph == {
        "tier": "strict",
        "level": "figure",
        "expand": "fractional",
        "weight": "fractional",
        "until": 2020,
        "min_count": 1,
    }


@pytest.mark.parametrize(
    "options",
    [
        {"tier": "loose"},
        {"level": "journal"},
        {"expand": "some"},
        {"weight": "npmi2"},
        {"since": 2021, "until": 2020},
        {"min_count": 0},
    ],
)
def test_unknown_options_are_refused_by_name(seeds: Folder, options: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match=str(next(iter(options.values())))):
        cooccurrence(seeds, **options)


_SPECIES = {
    "1": Gene("1", "A1BG", True, "9606", "Homo sapiens"),
    "2": Gene("2", "A2M", True, "9606", None),
    "11": Gene("11", "Pzp", False, "10090", "Mus musculus"),
    "12": Gene("12", "Pzq", False, "10090", "Mus musculus"),
    "21": Gene("21", "xyz", False, None, "Danio rerio"),
    "22": Gene("22", "zyx", False, None, "Danio rerio"),
}


@pytest.fixture(scope="module")
def species(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """One figure with two genes each of three species; of one gene the name is missing, of two the id."""
    words = tuple(Mention(gene.symbol, gene.symbol, "hgnc_symbol", (number,)) for number, gene in _SPECIES.items())
    path = tmp_path_factory.mktemp("species") / "build"
    return write_build(path, [Drawn("F1", "PMC1", 2020, words)], _SPECIES)


@pytest.mark.parametrize(
    ("organism", "genes"),
    [
        ("9606", {"1", "2"}),
        ("Homo sapiens", {"1", "2"}),
        ("mus  MUSCULUS ", {"11", "12"}),
        ("10090", {"11", "12"}),
        ("danio rerio", {"21", "22"}),
        (None, set(_SPECIES)),
    ],
)
def test_an_organism_is_an_id_or_a_name(species: Folder, organism: str | None, genes: set[str]) -> None:
    assert set(cooccurrence(species, organism=organism)) == genes


@pytest.mark.parametrize("organism", ["human", "7955", "sapiens", ""])
def test_an_organism_without_genes_is_told_which_there_are(species: Folder, organism: str) -> None:
    known = "10090 Mus musculus, 9606 Homo sapiens, Danio rerio"
    with pytest.raises(NotFoundError, match=f"^no gene of '{organism}' in this build; there are: {known}$"):
        cooccurrence(species, organism=organism)


def test_of_many_organisms_the_most_frequent_are_named(tmp_path: Path) -> None:
    genes = {str(n): Gene(str(n), "x", False, str(100 + n), f"Species {n}") for n in range(1, 13)}
    with pytest.raises(NotFoundError, match=r"there are: 101 Species 1, .*110 Species 10 and 2 more$"):
        cooccurrence(write_build(tmp_path / "build", [], genes), organism="human")
    with pytest.raises(NotFoundError, match=r"none of a known species$"):
        cooccurrence(write_build(tmp_path / "other", [], {}), organism="human")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    folder = write_build(tmp_path / "build", [], GENES)
    (folder.path / "tables" / "mentions.parquet").unlink()
    with pytest.raises(BuildError, match=r"mentions\.parquet"):
        cooccurrence(folder)
