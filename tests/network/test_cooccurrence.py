from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.api import build
from kg.errors import BuildError, NotFoundError, QueryError
from kg.model import Gene
from kg.network import PAIR_COLUMNS, cooccurrence, cooccurrence_frames, to_frame
from kg.network.counting.evidence import Expand, Level, Tier

from . import reference
from .builds import SEEDS, Drawn, Mention, read_seeds, write_build
from .engines import ENGINES, use_blocks, use_engine

if TYPE_CHECKING:
    from kg.folder import Folder
    from kg.network import Frames

JAK1, JAK2, STAT3, IL6 = "3716", "3717", "6774", "3569"
COUNT = {"weight": 2, "n_figures": 2, "n_papers": 2}
BOTH = {"n_figures": 2, "n_papers": 2}
SUMS = ["n_figures", "n_papers", "fractional"]
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
    n_curated=st.sampled_from([0, 0, 1, 2]),
)


@st.composite
def builds(draw: st.DrawFn) -> list[Drawn]:
    """Return figures by id, up to three in a paper, some of them used again; a paper has one year."""
    figures: list[Drawn] = []
    for number in range(draw(st.integers(1, 5))):
        paper = draw(st.integers(1, 3))
        mentions = draw(st.lists(_mentions, max_size=6, unique_by=lambda m: (m.word, m.symbol, m.lexicon)))
        again = draw(st.booleans())
        if again and figures:
            mentions = list(figures[draw(st.integers(0, len(figures) - 1))].mentions)
        year = None if paper == 3 else 2018 + paper
        figures.append(Drawn(f"F{number}", f"PMC{paper}", year, tuple(mentions)))
    return figures


definitions = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(get_args(Tier)),
        "level": st.sampled_from(get_args(Level)),
        "expand": st.sampled_from(get_args(Expand)),
    }
)


def rows_of(frames: Frames) -> dict[tuple[str, str], dict[str, Any]]:
    rows = frames.pairs.rows(named=True)
    return {(min(ends), max(ends)): row for row in rows for ends in [(row["ncbigene_a"], row["ncbigene_b"])]}


def counted(frames: Frames) -> dict[tuple[str, str], tuple[Any, ...]]:
    names = ("n_figures", "n_papers", "fractional", "first_year")
    return {pair: tuple(row[name] for name in names) for pair, row in rows_of(frames).items()}


def expected(pairs: dict[tuple[str, str], reference.Counted]) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        pair: (c.n_figures, c.n_papers, pytest.approx(c.fractional, abs=1e-11), c.first_year)
        for pair, c in pairs.items()
    }


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return write_build(tmp_path_factory.mktemp("seeds") / "build", *read_seeds())


@pytest.fixture(scope="module")
def breast(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    figures, genes = read_seeds()
    return write_build(tmp_path_factory.mktemp("breast") / "build", [f for f in figures if f.figid == BREAST], genes)


@given(
    figures=builds(),
    options=definitions,
    collapse=st.booleans(),
    blocks=st.sampled_from([(100_000, 1_000_000, 64), (3, 10, 64), (100_000, 1_000_000, 0), (3, 10, 1_000)]),
    engine=st.sampled_from(ENGINES),
)
@settings(max_examples=200, deadline=None)
def test_pairs_are_those_of_the_definition(
    figures: list[Drawn], options: dict[str, Any], collapse: bool, blocks: tuple[int, int, int], engine: str
) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        use_blocks(patch, *blocks)
        use_engine(patch, engine)
        folder = write_build(Path(place) / "build", figures, GENES)
        frames = cooccurrence_frames(folder, weight="newman", collapse_reused=collapse, **options)
    pairs = reference.all_pairs(figures, GENES, collapse=collapse, **options)
    assert counted(frames) == expected(pairs)
    newman = {pair: pytest.approx(c.newman, abs=1e-11) for pair, c in pairs.items()}
    assert {pair: row["weight"] for pair, row in rows_of(frames).items()} == newman


@given(figures=builds(), seed=st.integers(0, 99), options=definitions, collapse=st.booleans())
@settings(max_examples=30, deadline=None)
def test_order_of_rows_does_not_matter(
    figures: list[Drawn], seed: int, options: dict[str, Any], collapse: bool
) -> None:
    shuffled = random.Random(seed)  # noqa: S311  # not for secrets
    again = [Drawn(f.figid, f.pmcid, f.year, tuple(shuffled.sample(f.mentions, len(f.mentions)))) for f in figures]
    shuffled.shuffle(again)
    with TemporaryDirectory() as place:
        one, two = (
            cooccurrence_frames(write_build(Path(place) / name, drawn, GENES), collapse_reused=collapse, **options)
            for name, drawn in (("one", figures), ("two", again))
        )
    assert one.nodes.equals(two.nodes)
    assert one.pairs.equals(two.pairs)


@given(figures=builds(), options=definitions, organism=st.sampled_from(["9606", "10090"]))
@settings(max_examples=30, deadline=None)
def test_a_network_is_well_formed(figures: list[Drawn], options: dict[str, Any], organism: str) -> None:
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        frames, own = cooccurrence_frames(folder, **options), cooccurrence_frames(folder, organism=organism, **options)
    assert tuple(frames.pairs.columns) == PAIR_COLUMNS
    nodes = {row["id"]: row for row in frames.nodes.iter_rows(named=True)}
    paired = set()
    for (a, b), row in rows_of(frames).items():
        paired |= {a, b}
        assert a != b
        assert nodes[a]["taxon"] == nodes[b]["taxon"]
        assert list(nodes).index(row["ncbigene_a"]) < list(nodes).index(row["ncbigene_b"])
        assert (row["symbol_a"], row["symbol_b"]) == tuple(nodes[row[f"ncbigene_{end}"]]["symbol"] for end in "ab")
        count = row["n_papers" if options["level"] == "paper" else "n_figures"]
        assert row["weight"] == (row["fractional"] if options["expand"] == "fractional" else count)
        assert 1 <= row["n_papers"] <= row["n_figures"] <= min(nodes[a]["n_figures"], nodes[b]["n_figures"])
        assert row["n_papers"] <= min(nodes[a]["n_papers"], nodes[b]["n_papers"])
        assert 0 < row["fractional"] <= count
    assert len(rows_of(frames)) == frames.pairs.height
    assert set(nodes) == paired
    of_organism = {pair for pair, row in rows_of(frames).items() if nodes[pair[0]]["taxon"] == organism}
    names = [name for name in PAIR_COLUMNS if name != "q_value"]  # of fewer tests
    assert {pair: [row[name] for name in names] for pair, row in rows_of(own).items()} == {
        pair: [rows_of(frames)[pair][name] for name in names] for pair in of_organism
    }
    genes = [row["id"] for row in nodes.values() if row["kind"] == "gene"]
    families = [(row["symbol"], row["id"]) for row in nodes.values() if row["kind"] == "family"]
    assert list(nodes) == sorted(genes, key=int) + [node for _, node in sorted(families)]
    heaviest = [
        (-row["weight"], list(nodes).index(row["ncbigene_a"]), list(nodes).index(row["ncbigene_b"]))
        for row in frames.pairs.iter_rows(named=True)
    ]
    assert heaviest == sorted(heaviest)


@given(figures=builds(), tier=st.sampled_from(get_args(Tier)), level=st.sampled_from(get_args(Level)))
@settings(max_examples=25, deadline=None)
def test_what_pairs_with_shares_or_unexpanded_pairs_in_full(figures: list[Drawn], tier: Tier, level: Level) -> None:
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        full, fractional, none = (
            rows_of(cooccurrence_frames(folder, tier=tier, level=level, expand=expand))
            for expand in ("full", "fractional", "none")
        )
    genes_alone = {pair for pair in none if "family" not in "".join(pair)}
    assert fractional.keys() | genes_alone <= full.keys()
    for pair, row in fractional.items():
        assert row["n_figures"] <= full[pair]["n_figures"]


@given(figures=builds(), options=definitions, min_count=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_the_graph_is_the_frames(figures: list[Drawn], options: dict[str, Any], min_count: int) -> None:
    with TemporaryDirectory() as place:
        folder = write_build(Path(place) / "build", figures, GENES)
        frames = cooccurrence_frames(folder, min_count=min_count, **options)
        graph = cooccurrence(folder, min_count=min_count, **options)
        lean = cooccurrence(folder, attributes=[], min_count=min_count, **options)
    assert graph.graph == frames.attributes
    known = [
        [{name: value for name, value in row.items() if value is not None} for row in pairs.iter_rows(named=True)]
        for pairs in (to_frame(graph), frames.pairs)
    ]
    assert known[0] == known[1]
    assert list(graph) == frames.nodes.get_column("id").to_list()
    for row in frames.nodes.iter_rows(named=True):
        attributes = {name: value for name, value in row.items() if value is not None}
        assert graph.nodes[attributes.pop("id")] == attributes
    for *_, values in graph.edges(data=True):
        assert {type(value) for value in values.values()} <= {int, float}
    assert {frozenset(edge): values for *edge, values in lean.edges(data=True)} == {
        frozenset(edge): {"weight": values["weight"]} for *edge, values in graph.edges(data=True)
    }


def test_a_real_build_gives_the_network_of_its_rows(seeds: Folder, tmp_path: Path) -> None:
    built = build(SEEDS, output=tmp_path / "build", formats=())
    for tier, level, expand in product(get_args(Tier), get_args(Level), get_args(Expand)):
        ours = cooccurrence_frames(seeds, tier=tier, level=level, expand=expand)
        frames = cooccurrence_frames(built, tier=tier, level=level, expand=expand)
        assert frames.nodes.equals(ours.nodes)
        assert frames.pairs.equals(ours.pairs)


def test_families_make_no_pairs_within_themselves_unless_asked(seeds: Folder) -> None:
    assert not cooccurrence(seeds).has_edge(JAK1, JAK2)
    assert cooccurrence(seeds, expand="full", attributes=SUMS).edges[JAK1, JAK2] == COUNT | {"fractional": 0.5}


@pytest.mark.parametrize(
    ("tier", "expand", "n_pairs"), [("all", "full", 528), ("strict", "full", 21), ("strict", "fractional", 21)]
)
def test_a_seed_has_as_many_pairs_as_were_counted(breast: Folder, tier: Tier, expand: Expand, n_pairs: int) -> None:
    assert cooccurrence(breast, tier=tier, expand=expand).number_of_edges() == n_pairs


def test_both_seeds_have_the_pairs_of_each(seeds: Folder) -> None:
    full = cooccurrence(seeds, expand="full")
    assert sum(values["n_figures"] for _, _, values in full.edges(data=True)) == 528 + 300
    assert cooccurrence(seeds, expand="full", tier="strict").number_of_edges() == 21 + 3


def test_shares_are_those_of_the_worked_example(seeds: Folder) -> None:
    graph = cooccurrence(seeds, attributes=SUMS)
    # JAK may mean four genes, STAT3 and IL-6 one each; both figures hold all three.
    assert graph.edges[JAK1, STAT3] == {"weight": 1.0, "n_figures": 2, "n_papers": 2, "fractional": 1.0}
    assert graph.edges[IL6, STAT3] == COUNT | {"fractional": 2.0}
    assert graph.nodes[JAK1] == {"symbol": "JAK1", "kind": "gene", "taxon": "9606"} | BOTH


def test_one_word_with_two_readings_pairs_neither_with_the_other(breast: Folder) -> None:
    hic1, ndufc2 = "3090", "4718"
    graph = cooccurrence(breast)
    assert not graph.has_edge(hic1, ndufc2)
    assert graph.edges[hic1, STAT3]["fractional"] == pytest.approx(0.5**0.5)
    assert hic1 not in cooccurrence(breast, expand="none")
    assert hic1 in cooccurrence(breast, expand="none", tier="strict")


def test_families_stand_for_themselves_when_nothing_is_expanded(seeds: Folder) -> None:
    graph = cooccurrence(seeds, expand="none", attributes=SUMS)
    assert graph.nodes["family:JAK"] == {"symbol": "JAK", "kind": "family", "taxon": "9606"} | BOTH
    assert graph.edges["family:JAK", STAT3] == COUNT | {"fractional": 2.0}
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
    assert (graph.edges["2", "10"]["n_papers"], graph.edges["2", "10"]["n_figures"]) == (2, 3)
    assert graph.edges["2", "10"]["fractional"] == pytest.approx(1 + 0.5**0.5)
    assert not graph.has_edge("10", "1000")
    assert graph.nodes["2"]["n_figures"] == 4


def test_years_are_inclusive_and_drop_papers_without_one(tmp_path: Path) -> None:
    a, b = Mention("A", "A", "hgnc_symbol", ("2",)), Mention("B", "B", "hgnc_symbol", ("10",))
    figures = [Drawn(f"F{year}", f"PMC{year}", year, (a, b)) for year in (2018, 2019, 2020, None)]
    folder = write_build(tmp_path / "build", figures, GENES)
    wanted = {(None, None): 4, (2018, 2020): 3, (2019, None): 2, (None, 2018): 1}
    for (since, until), count in wanted.items():
        assert cooccurrence(folder, since=since, until=until).edges["2", "10"]["n_figures"] == count
    assert not cooccurrence(folder, since=2021)


def test_rare_pairs_can_be_left_out(seeds: Folder) -> None:
    every, common = (rows_of(cooccurrence_frames(seeds, min_count=n)) for n in (1, 2))
    assert common == {pair: row for pair, row in every.items() if row["n_figures"] >= 2}
    assert 0 < len(common) < len(every)


def test_a_network_tells_how_it_was_made(seeds: Folder) -> None:
    assert cooccurrence(seeds, tier="strict", until=2020).graph == {
        "tier": "strict",
        "level": "figure",
        "expand": "fractional",
        "weight": "fractional",
        "until": 2020,
        "min_count": 1,
        "collapse_reused": False,
        "null": "hypergeometric",
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
        {"null": "poisson"},
        {"fdr": 0},
        {"fdr": 1.5},
        {"attributes": ["colour"]},
    ],
)
def test_unknown_options_are_refused_by_name(seeds: Folder, options: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match=str(next(iter(options.values()))).strip("[]")):
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
