"""Figures with every field that there is: every row of every table and every triple of their build is written down.

``full_record/input`` is a checkout with three figures: ``PMC1__a`` is all but empty, ``PMC1__b`` is a whole one of
generation 1 in the same paper, ``PMC2__c`` a whole one of generation 2. ``names`` holds what HGNC and FamPlex say.
``rows.yaml`` and ``graph.ttl`` beside it are what they must become, ``audit.yaml`` and ``audit.ttl`` what an audit and
the decisions of ``names/curation.tsv`` add.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import yaml
from rdflib import Graph

import kg
from kg.export import write_blocks
from kg.folder import GRAPH_SUFFIXES
from kg.tables import AUDIT_TABLES, BUILD_TABLES
from kg.vocab import CLASSES, PROPERTIES, expand
from tests.documents import document, genes_table, raw, row

DATA = Path(__file__).parent / "full_record"
RDF = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "json-ld": pyoxigraph.RdfFormat.JSON_LD,
}
FIELDS = (
    *("figid", "figlink", "number", "caption", "pmcid", "papertitle", "reftext", "pmc_ranked_result_index"),
    *("pathway_score", "filename", "figtitle", "year", "organisms", "organisms_ner", "ndex", "annotations", "seo"),
    *("schema-jsonld", "figid_alias", "redirect_from", "figtype", "doi", "journal_title", "journal_nlm_ta"),
    *("publisher_name", "keywords", "automl_pathway", "wpid"),
)
Triples = list[tuple[str, str, str]]


def triples(path: Path, rdf: pyoxigraph.RdfFormat) -> Triples:
    """The triples of a file as N-Triples' terms, sorted, each as often as it stands there."""
    return sorted(
        (str(q.subject), str(q.predicate), str(q.object)) for q in pyoxigraph.parse(path=str(path), format=rdf)
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """The build of the three figures with every RDF format."""
    names = DATA / "names"
    return kg.build(
        DATA / "input",
        output=tmp_path_factory.mktemp("full") / "build",
        formats=GRAPH_SUFFIXES,
        hgnc=names / "hgnc.txt",
        famplex=names / "famplex.csv",
    )


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """The same with grades, and with what curators decided."""
    names = DATA / "names"
    return kg.build(
        DATA / "input",
        output=tmp_path_factory.mktemp("curated") / "build",
        formats=GRAPH_SUFFIXES,
        hgnc=names / "hgnc.txt",
        famplex=names / "famplex.csv",
        curation=names / "curation.tsv",
    )


@pytest.fixture(scope="module")
def expected() -> Triples:
    found = triples(DATA / "graph.ttl", RDF["turtle"])
    assert len(found) == len(set(found))
    return found


@pytest.mark.parametrize("name", ["PMC1__b", "PMC2__c"])
def test_the_whole_figures_have_every_field(name: str) -> None:
    text = (DATA / "input" / "_figures" / f"{name}.md").read_text(encoding="utf-8")
    front = yaml.safe_load(text.strip().strip("-"))
    assert [field for field in FIELDS if field not in front] == []


@pytest.mark.parametrize("table", BUILD_TABLES)
def test_every_cell_of_every_table(built: kg.Build, table: str) -> None:
    rows = yaml.safe_load((DATA / "rows.yaml").read_text(encoding="utf-8"))
    assert list(rows) == list(BUILD_TABLES)
    assert built.table(table).to_dicts() == rows[table]


@pytest.mark.parametrize("table", AUDIT_TABLES)
def test_every_cell_of_the_tables_of_an_audit(curated: kg.Build, table: str) -> None:
    rows = yaml.safe_load((DATA / "audit.yaml").read_text(encoding="utf-8"))
    assert list(rows) == list(AUDIT_TABLES)
    assert curated.table(table).to_dicts() == rows[table]


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
def test_every_triple_in_every_format(built: kg.Build, expected: Triples, name: str) -> None:
    assert triples(built.path / f"graph.{GRAPH_SUFFIXES[name]}", RDF[name]) == expected


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
def test_every_triple_that_an_audit_adds(curated: kg.Build, expected: Triples, name: str) -> None:
    found = triples(curated.path / f"graph.{GRAPH_SUFFIXES[name]}", RDF[name])
    assert len(found) == len(set(found))
    assert set(found) - set(expected) == set(triples(DATA / "audit.ttl", RDF["turtle"]))
    mention = "<https://pfocr.wikipathways.org/figures/PMC1__b.html#mention-3>"
    # The word may mean two genes now.
    body = (mention, f"<{expand('oa:hasBody')}>", "<https://identifiers.org/ncbigene/19>")
    assert set(expected) - set(found) == {body}


def test_rdflib_reads_what_an_audit_adds(curated: kg.Build) -> None:
    graph = set(curated.graph())
    for name in ("graph.ttl", "graph.jsonld"):
        assert set(Graph().parse(curated.path / name)) == graph


def test_the_classes_and_properties_written_are_those_declared(curated: kg.Build) -> None:
    found = triples(curated.path / "graph.nt", RDF["n-triples"])
    a = f"<{expand('rdf:type')}>"
    assert {o for _, p, o in found if p == a} == {f"<{expand(curie)}>" for curie in CLASSES}
    assert {p for _, p, _ in found} == {f"<{prop.iri}>" for prop in PROPERTIES.values()}


def blocks(build: kg.Build, path: Path, *, regenerate: bool) -> dict[str, dict[str, Any]]:
    """The exported blocks by their figures' ids."""
    write_blocks(build, path, regenerate=regenerate)
    found = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        block["@id"].removeprefix("https://pfocr.wikipathways.org/figures/").removesuffix(".html"): block
        for block in found
    }


def test_regenerated_blocks_have_the_chemicals_and_diseases(built: kg.Build, tmp_path: Path) -> None:
    made = blocks(built, tmp_path / "made.jsonl", regenerate=True)
    assert {figid: block["keywords"] for figid, block in made.items()} == {
        "PMC1__a": ["AKT3", "AKT1"],
        "PMC1__b": ["STAT3", "AKT2", "AKT3", "ABC1", "ATP", "cancer"],
        "PMC2__c": ["TP53", "Trp53", "water", "NO", "flu"],
    }
    assert made["PMC2__c"] == {
        "@context": "https://schema.org/",
        "@id": "https://pfocr.wikipathways.org/figures/PMC2__c.html",
        "@type": "Dataset",
        "description": "Two species",
        "license": "CC0",
        "name": "Two species",
        "creator": {"@type": "Organization", "name": "WikiPathways"},
        "keywords": ["TP53", "Trp53", "water", "NO", "flu"],
    }
    kept = blocks(built, tmp_path / "kept.jsonl", regenerate=False)
    assert kept["PMC2__c"]["keywords"] == ["Trp53"]
    assert kept["PMC1__b"] == made["PMC1__b"]


def one_row(folder: Path, table: str, data: bytes) -> dict[str, Any]:
    """The only row of a table of a build of one document."""
    folder.mkdir(exist_ok=True)
    (folder / "PMC1__f1.md").write_bytes(data)
    (found,) = kg.build(folder, formats=()).table(table).to_dicts()
    return found


@pytest.mark.parametrize(
    ("fields", "score"),
    [
        ({"pathway_score": "0.5", "automl_pathway": "0.9"}, 0.5),
        ({"automl_pathway": "0.9", "pathway_score": "0.5"}, 0.5),
        ({"pathway_score": None, "automl_pathway": "0.9"}, 0.9),
        ({"pathway_score": "NA", "automl_pathway": "0.9"}, 0.9),
        ({"pathway_score": "0.5"}, 0.5),
    ],
)
def test_the_pathway_score_wins_over_the_newer_one(tmp_path: Path, fields: dict[str, Any], score: float) -> None:
    assert one_row(tmp_path / "in", "figures", document(**fields))["score"] == score


@pytest.mark.parametrize("nothing", ["~", "null", "'~'", "'null'", "NA", ".na.character", "''", ""])
def test_placeholders_are_nothing(tmp_path: Path, nothing: str) -> None:
    keys = {
        "figures": {
            "number": "number",
            "figtitle": "title",
            "caption": "caption",
            "figlink": "page_url",
            "filename": "image_url",
            "figtype": "figure_type",
            "pathway_score": "score",
            "pmc_ranked_result_index": "rank",
            "figid_alias": "alias",
            "ndex": "ndex",
            "wpid": "wpid",
            "seo": "seo",
        },
        "papers": {
            "papertitle": "title",
            "reftext": "citation",
            "year": "year",
            "doi": "doi",
            "journal_title": "journal",
            "journal_nlm_ta": "journal_abbreviation",
            "publisher_name": "publisher",
        },
    }
    for table, columns in keys.items():
        data = raw("".join(f"{key}: {nothing}\n" for key in columns) + "genes: []\n")
        found = one_row(tmp_path / "in", table, data)
        assert {column: found[column] for column in columns.values()} == dict.fromkeys(columns.values())


def digest(build: kg.Build) -> str:
    return str(build.table("documents")["sha256"].item())


def built_from(folder: Path, documents: dict[str, bytes], *, reverse: bool = False) -> kg.Build:
    """A build of documents by name, given as files in the order of the names or the other way."""
    paths = []
    for name, data in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return kg.build(*sorted(paths, reverse=reverse), formats=())


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_documents_of_one_figure_the_smaller_digest_counts(tmp_path: Path, reverse: bool, swapped: bool) -> None:
    one, two = document(caption="one"), document(caption="two")
    alone = {digest(built_from(tmp_path / name, {"x.md": data})): data for name, data in (("1", one), ("2", two))}
    smaller, greater = sorted(alone)
    names = ("b.md", "a.md") if swapped else ("a.md", "b.md")
    both = built_from(
        tmp_path / "both", dict(zip(names, (alone[smaller], alone[greater]), strict=True)), reverse=reverse
    )
    assert both.table("documents").select("file", "sha256").rows() == [(names[0], smaller)]
    assert [(p.file, p.path) for p in both.problems if p.path == "figid" and names[0] in p.reason] == [
        (names[1], "figid")
    ]


@pytest.mark.parametrize("kind", ["genes", "chemicals", "diseases"])
def test_the_digest_covers_the_tables(tmp_path: Path, kind: str) -> None:
    markdown = document(genes=None, chemicals=None, diseases=None)
    found = []
    for n, last in enumerate(("1", "2", "1")):
        line = f"9606\tHomo sapiens\tHuman\tSTAT3\tSTAT3\tSTAT3\t6774\tncbigene_symbol\t1\t1\t{last}"
        table = genes_table(line) if kind == "genes" else f"word\tmatch\nx\t{last}\n".encode()
        folder = tmp_path / str(n)
        (folder / "_figures").mkdir(parents=True)
        (folder / "_data").mkdir()
        (folder / "_figures" / "PMC1__f1.md").write_bytes(markdown)
        (folder / "_data" / f"PMC1__f1-{kind}.tsv").write_bytes(table)
        found.append(digest(kg.build(folder, formats=())))
    assert found[0] != found[1]
    assert found[0] == found[2]


@pytest.mark.parametrize("reverse", [False, True])
def test_of_identical_documents_the_first_name_is_kept(tmp_path: Path, reverse: bool) -> None:
    same = document()
    build = built_from(tmp_path, {"b.md": same, "a.md": same, "c.md": same}, reverse=reverse)
    assert build.table("documents")["file"].to_list() == ["a.md"]
    assert [problem.file for problem in build.problems if "also stands" in problem.reason] == []


def test_a_document_without_genes_gives_way_to_one_with_genes_whatever_the_digests(tmp_path: Path) -> None:
    without = document(genes=None)
    other = digest(built_from(tmp_path / "without", {"a.md": without}))
    smaller = set()
    for n in range(8):
        with_genes = document(genes=[row()], caption=f"with {n}")
        own = digest(built_from(tmp_path / f"alone{n}", {"b.md": with_genes}))
        both = built_from(tmp_path / f"both{n}", {"a.md": without, "b.md": with_genes})
        assert digest(both) == own
        smaller.add(other < own)
    assert smaller == {False, True}, "one digest is always the smaller: take other captions"
