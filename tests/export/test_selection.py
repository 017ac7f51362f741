"""Selections: what is left is what loops over sets leave, whatever is chosen, and its counts are provable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.authority.audit import GRADES
from kg.errors import KgError, NotFoundError, QueryError
from kg.export import PropertyGraph, Selection
from kg.export.selection import read_selection
from kg.model import TIERS
from tests.documents import document, genes_table, row

from .hostile import hostile_build

if TYPE_CHECKING:
    from pathlib import Path

    from kg.folder import Folder

SPECIES = {"9606": "Homo sapiens", "10090": "Mus musculus"}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """Six figures of five papers and years, one without a year, with genes of two species, families and chemicals."""
    folder = tmp_path_factory.mktemp("selection") / "in"
    (folder / "_figures").mkdir(parents=True)
    (folder / "_data").mkdir()
    jak = [row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol=f"JAK{n}", entrez=f"{3715 + n}") for n in (1, 2)]
    il6 = row("BSF2", "BSF2", source="hgnc_alias_symbol", hgnc_symbol="IL6", entrez="3569")
    socs3 = row("SOCS3", "SOCS3", hgnc_symbol="SOCS3", entrez="9021")
    odd = row("ODD", "ODD", source="a new lexicon", hgnc_symbol="ODD1", entrez="77")
    chemical = {"word": "heme", "source": "mesh", "identifier": "D006418"}
    disease = {"word": "renal cancer", "source": "mesh", "identifier": ""}
    figures: dict[str, dict[str, Any]] = {
        "PMC1__a": {"year": "2015", "genes": [row(), socs3, *jak], "chemicals": [chemical]},
        "PMC1__b": {"year": "2015", "genes": [il6, jak[0], row()]},
        "PMC2__c": {"pmcid": "PMC2", "year": "2018", "genes": [socs3, odd], "diseases": [disease]},
        "PMC3__d": {"pmcid": "PMC3", "year": "2020", "genes": [il6], "organisms": ["Mus musculus"]},
        "PMC4__e": {"pmcid": "PMC4", "year": None, "genes": [*jak, odd], "chemicals": [chemical]},
        "PMC5__f": {"pmcid": "PMC5", "year": "2021", "genes": None, "chemicals": None, "diseases": None},
    }
    for figid, fields in figures.items():
        (folder / "_figures" / f"{figid}.md").write_bytes(document(figid=figid, **fields))
    table = genes_table(
        "9606\tHomo sapiens\tHuman\tSTAT3\tSTAT3\tSTAT3\t6774\tncbigene_symbol\t1\t1\t1",
        "10090\tMus musculus\tMouse\tStat3\tStat3\tStat3\t20848\tncbigene_symbol\t1\t1\t1",
        "10090\tMus musculus\tMouse\tAkt\tAKT\tAkt1\t11651\tbioentities_symbol\t1\t1\t1",
        "9606\tHomo sapiens\tHuman\tAkt\tAKT\tAKT1\t207\tbioentities_symbol\t1\t1\t1",
    )
    (folder / "_data" / "PMC5__f-genes.tsv").write_bytes(table)
    return kg.build(folder, output=folder.parent / "build", formats="n-triples", audit=True)


class Left(NamedTuple):
    """What is left, by loops: nodes by label, edges by kind."""

    nodes: dict[str, set[Any]]
    edges: dict[str, set[tuple[Any, Any]]]


def reference(build: Folder, selection: Selection) -> Left:
    """What must be left, of plain sets."""
    figures = {row["figid"]: row for row in build.table("figures").to_dicts()}
    years = dict(build.table("papers").select("pmcid", "year").iter_rows())
    mentions = {(row["figid"], row["mention"]): row for row in build.table("mentions").to_dicts()}
    candidates = {(r["figid"], r["mention"], r["ncbigene"]) for r in build.table("candidates").to_dicts()}
    taxon = dict(build.table("genes").select("ncbigene", "taxon").iter_rows())
    wide = TIERS[TIERS.index(selection.tier) + 1 :]
    lost = {key for key, m in mentions.items() if m["tier"] in wide or (m["tier"] is None and selection.tier != "all")}
    candidates = {c for c in candidates if c[:2] not in lost}
    if selection.organism:
        names = {name: number for number, name in SPECIES.items()}
        wanted = names.get(selection.organism, selection.organism)
        candidates = {c for c in candidates if taxon[c[2]] == wanted}
    if selection.min_grade:
        grades = {(r["figid"], r["mention"], r["ncbigene"]): r["grade"] for r in build.table("grades").to_dicts()}
        better = GRADES[: GRADES.index(selection.min_grade) + 1]
        candidates = {c for c in candidates if grades[c] in better}
    kept = set(figures)
    if selection.since or selection.until:
        since, until = selection.since or 0, selection.until or 9999
        kept = {f for f in kept if since <= (years[figures[f]["pmcid"]] or -1) <= until}
    if selection.figures is not None:
        kept &= selection.figures
    if selection.genes is not None:
        kept &= {c[0] for c in candidates if c[2] in selection.genes}
    candidates = {c for c in candidates if c[0] in kept}
    genes = {c[2] for c in candidates}
    family = {c: mentions[c[:2]]["family"] for c in candidates if mentions[c[:2]]["family"]}
    terms = {
        label: {
            (r["figid"], f"MESH:{r['mesh']}" if r["mesh"] else f"name:{r['word']}")
            for r in build.table(table).to_dicts()
            if r["figid"] in kept
        }
        for label, table in (("Chemical", "chemicals"), ("Disease", "diseases"))
    }
    species = {(f, number) for f in kept for number, name in SPECIES.items() if name in (figures[f]["organisms"] or [])}
    nodes: dict[str, set[Any]] = {
        "Figure": kept,
        "Paper": {figures[f]["pmcid"] for f in kept},
        "GeneMention": {f"{c[0]}#mention-{c[1]}" for c in candidates},
        "Gene": genes,
        "GeneFamily": set(family.values()),
        **{label: {key for _, key in found} for label, found in terms.items()},
        "Organism": {number for _, number in species} | {taxon[gene] for gene in genes},
    }
    edges: dict[str, set[tuple[Any, Any]]] = {
        "Figure-PART_OF-Paper": {(f, figures[f]["pmcid"]) for f in kept},
        "Figure-HAS_MENTION-GeneMention": {(c[0], f"{c[0]}#mention-{c[1]}") for c in candidates},
        "GeneMention-REFERS_TO-Gene": {(f"{c[0]}#mention-{c[1]}", c[2]) for c in candidates},
        "GeneMention-REFERS_TO-GeneFamily": {(f"{c[0]}#mention-{c[1]}", name) for c, name in family.items()},
        "Figure-MENTIONS-Gene": {(c[0], c[2]) for c in candidates},
        **{f"Figure-MENTIONS-{label}": found for label, found in terms.items()},
        "Gene-MEMBER_OF-GeneFamily": {(c[2], name) for c, name in family.items()},
        "Gene-IN_TAXON-Organism": {(gene, taxon[gene]) for gene in genes},
        "Figure-IN_TAXON-Organism": species,
    }
    if not selection.mentions:
        nodes.pop("GeneMention")
        edges = {name: found for name, found in edges.items() if "GeneMention" not in name}
    return Left(nodes, edges)


def found(graph: PropertyGraph) -> Left:
    nodes = {label.name: [v for b in graph.nodes(label.name) for v in b["id"]] for label in graph.labels}
    edges = {
        kind.name: [e for b in graph.edges(kind) for e in b.select("source", "target").rows()]
        for kind in graph.edge_kinds
    }
    assert all(len(set(values)) == len(values) for values in (*nodes.values(), *edges.values()))
    return Left({n: set(v) for n, v in nodes.items()}, {n: set(v) for n, v in edges.items()})


GENES = ("6774", "9021", "3569", "3716", "3717", "77", "20848", "11651", "207", "1")
FIGURES = ("PMC1__a", "PMC1__b", "PMC2__c", "PMC3__d", "PMC4__e", "PMC5__f", "PMC9__none")
selections = st.builds(
    Selection,
    tier=st.sampled_from(["strict", "synonyms", "all"]),
    organism=st.sampled_from([None, "9606", "10090", "Mus musculus"]),
    min_grade=st.sampled_from([None, *GRADES]),
    since=st.sampled_from([None, 2014, 2018]),
    until=st.sampled_from([None, 2018, 2030]),
    genes=st.none() | st.frozensets(st.sampled_from(GENES), max_size=3),
    figures=st.none() | st.frozensets(st.sampled_from(FIGURES), max_size=4),
    mentions=st.booleans(),
)


@given(selection=selections)
@settings(max_examples=60)
def test_what_is_left_is_what_sets_leave(build: kg.Build, selection: Selection) -> None:
    graph = PropertyGraph(build, selection)
    left = found(graph)
    expected = reference(build, selection)
    assert left == expected
    assert graph.counts() == {name: len(values) for name, values in (expected.nodes | expected.edges).items()}


@given(selection=selections)
@settings(max_examples=20)
def test_the_columns_that_count_count_what_is_left(build: kg.Build, selection: Selection) -> None:
    graph = PropertyGraph(build, selection)
    edges = reference(build, replace(selection, mentions=True)).edges
    for label, kind in (("Gene", "Figure-MENTIONS-Gene"), ("Paper", "Figure-PART_OF-Paper")):
        for node, n_figures in (r for b in graph.nodes(label) for r in b.select("id", "n_figures").rows()):
            assert n_figures == len({source for source, target in edges[kind] if target == node})
    for node, n_mentions, n_genes in (
        r for b in graph.nodes("Figure") for r in b.select("id", "n_mentions", "n_genes").rows()
    ):
        assert n_mentions == len({m for f, m in edges["Figure-HAS_MENTION-GeneMention"] if f == node})
        assert n_genes == len({gene for f, gene in edges["Figure-MENTIONS-Gene"] if f == node})
    for label in ("Gene", "GeneFamily"):
        for node, n_mentions in (r for b in graph.nodes(label) for r in b.select("id", "n_mentions").rows()):
            assert n_mentions == len({m for m, x in edges[f"GeneMention-REFERS_TO-{label}"] if x == node})


def test_everything_is_the_build_itself(build: kg.Build) -> None:
    assert PropertyGraph(build).tables is build


def test_the_temporary_folder_goes_with_the_graph(build: kg.Build) -> None:
    graph = PropertyGraph(build, Selection(tier="strict"))
    place: Path = graph.tables._place  # type: ignore[attr-defined]
    assert (place / "genes.parquet").is_file()
    del graph
    assert not place.exists()


def test_a_full_temporary_folder_is_said(build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with pytest.raises(kg.BuildError, match=r"No space left on device.*make room"):
        PropertyGraph(build, Selection(tier="strict"))


def test_hostile_texts_survive_a_selection() -> None:
    build = hostile_build()
    whole, part = PropertyGraph(build), PropertyGraph(build, Selection(since=1900))
    for label in ("Figure", "GeneMention", "GeneFamily", "Disease"):
        kept = pl.concat(part.nodes(label))
        wanted = pl.concat(whole.nodes(label)).filter(~pl.col("id").str.starts_with("PMC900"))
        assert kept.equals(wanted)


def test_pairs_of_a_network_are_edges_where_they_are_significant(build: kg.Build, tmp_path: Path) -> None:
    pairs = [  # two genes or families, and the q-value; the last two are not there
        ("3569", "6774", "0.05"),
        ("6774", "9021", "0.051"),
        ("6774", "family:JAK", "0.001"),
        ("family:AKT", "family:JAK", ""),
        ("6774", "1", "0.001"),
        ("6774", "family:NONE", "0.001"),
    ]
    lines = ["ncbigene_a\tncbigene_b\tweight\tn_figures\tq_value", *(f"{a}\t{b}\t0.5\t3\t{q}" for a, b, q in pairs)]
    (tmp_path / "network.tsv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    graph = PropertyGraph(build, Selection(network=tmp_path / "network.tsv"))
    edges = {
        kind.name: [row for batch in graph.edges(kind) for row in batch.select("source", "target", "weight").rows()]
        for kind in graph.edge_kinds
        if kind.relationship == "CO_OCCURS_WITH"
    }
    assert edges == {
        "Gene-CO_OCCURS_WITH-Gene": [("3569", "6774", 0.5)],
        "Gene-CO_OCCURS_WITH-GeneFamily": [("6774", "JAK", 0.5)],
        "GeneFamily-CO_OCCURS_WITH-GeneFamily": [("AKT", "JAK", 0.5)],
    }
    assert {name: graph.counts()[name] for name in edges} == dict.fromkeys(edges, 1)
    # A part of the build in which an end is not left has no such edge.
    strict = PropertyGraph(build, Selection(tier="strict", network=tmp_path / "network.tsv"))
    assert {name: strict.counts()[name] for name in edges} == dict.fromkeys(edges, 0)
    said = "significant pairs are left out, as this graph lacks a gene or family of each"
    assert graph.notes() == [f"{tmp_path / 'network.tsv'}: 2 of its 5 {said}"]
    assert strict.notes() == [f"{tmp_path / 'network.tsv'}: 5 of its 5 {said}"]
    assert PropertyGraph(build).notes() == []
    (tmp_path / "network.tsv").write_text("\n".join([*lines[:2], ""]), encoding="utf-8")
    assert PropertyGraph(build, Selection(network=tmp_path / "network.tsv")).notes() == []


@pytest.mark.parametrize(
    ("years", "since", "until"),
    [("2018", 2018, 2018), ("2015-2020", 2015, 2020), ("2015-", 2015, None), ("-2020", None, 2020), (None, None, None)],
)
def test_years_are_one_or_from_to(build: kg.Build, years: str | None, since: int | None, until: int | None) -> None:
    selection = read_selection(build, years=years)
    assert (selection.since, selection.until) == (since, until)


@pytest.mark.parametrize("years", ["", "-", "20", "2015-16", "2015–2020", "x", "2015-2018-2020", "２０１５"])
def test_years_that_are_none_are_refused(build: kg.Build, years: str) -> None:
    with pytest.raises(QueryError, match="are no years; give one as 2018"):
        read_selection(build, years=years)


def test_what_no_selection_can_be_is_refused(build: kg.Build) -> None:
    for selection, said in (
        (Selection(tier="wide"), "tier 'wide' is not known; take one of strict, synonyms, all"),  # type: ignore[arg-type]
        (Selection(since=2020, until=2015), "no year is both since 2020 and until 2015"),
        (Selection(organism="yeast"), "no gene of 'yeast' in this build"),
    ):
        with pytest.raises(KgError, match=said):
            PropertyGraph(build, selection)


def test_files_of_names_are_looked_up(build: kg.Build, tmp_path: Path) -> None:
    (tmp_path / "genes.txt").write_text("# mine\nstat3, ncbigene:9021\nBSF2\nSTTA3\njak\n", encoding="utf-8")
    (tmp_path / "figures.txt").write_text("PMC1__a\n PMC2__c \nPMC9__none\n", encoding="utf-8")
    selection = read_selection(build, genes=tmp_path / "genes.txt", figures=str(tmp_path / "figures.txt"))
    assert selection.genes == frozenset({"9021", "3569"})
    assert any(name.startswith("stat3: 2 genes of that name") for name in selection.unknown)
    assert selection.figures == frozenset({"PMC1__a", "PMC2__c"})
    assert any("STTA3: no gene of that name; did you mean" in name for name in selection.unknown)
    assert any(name.startswith("jak: no gene, but a family") for name in selection.unknown)
    assert selection.unknown[-1] == "PMC9__none: no figure of that id"


def test_a_file_of_nothing_known_is_an_error(build: kg.Build, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("NOT1\n", encoding="utf-8")
    with pytest.raises(NotFoundError, match="names no gene of this build; NOT1: no gene of that name"):
        read_selection(build, genes=tmp_path / "names.txt")
    with pytest.raises(NotFoundError, match="names no figure of this build; NOT1: no figure of that id"):
        read_selection(build, figures=tmp_path / "names.txt")
    with pytest.raises(KgError, match="there is no such file for figures"):
        read_selection(build, figures=tmp_path / "none.txt")
