"""The description of a build says what its graph holds, and is the same however it was built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, URIRef

import kg
from kg import vocab
from kg.folder import DESCRIPTION, GRAPH_SUFFIXES
from kg.rdf.query import load_store, query
from kg.vocab import PREFIXES, dataset_iri, expand
from tests.conftest import SEEDS

RECORD = Path(__file__).parent.parent / "full_record" / "input"
"""Figures of both generations with every field, chemicals, diseases, families and several species."""

COUNTS = {
    "void:triples": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "void:distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }",
    "void:entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }",
    "void:classes": "SELECT (COUNT(DISTINCT ?class) AS ?n) WHERE { ?s a ?class }",
    "void:properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE { ?s ?p ?o }",
}
"""What the numbers of the whole mean, asked of the graph alone."""


def described(build: kg.Build) -> Graph:
    return Graph(bind_namespaces="none").parse(build.path / DESCRIPTION, format="turtle")


def asked(graph: Graph | ox.Store, text: str) -> list[tuple[str, ...]]:
    """Return the rows of a query; plain Oxigraph, so that nothing but the graph is seen."""
    assert isinstance(graph, ox.Store)
    found = graph.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(tuple(term.value if term is not None else "" for term in solution) for solution in found)


def graph_alone(build: kg.Build) -> ox.Store:
    store = ox.Store()
    for path in build.graph_files("n-quads", "n-triples", "turtle")[1]:  # type: ignore[index]
        store.bulk_load(path=str(path))
    return store


@pytest.fixture(scope="module")
def varied_build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """A build of both generations, with chemicals, diseases, families, several species and a journal."""
    folder = tmp_path_factory.mktemp("varied")
    build = folder / "build"
    return kg.build(SEEDS, RECORD, output=build, formats=("n-quads",), workers=1)


@pytest.fixture(params=["seeds", "varied"])
def build(request: pytest.FixtureRequest, seeds_build: kg.Build, varied_build: kg.Build) -> kg.Build:
    return seeds_build if request.param == "seeds" else varied_build


def dataset(build: kg.Build) -> URIRef:
    return URIRef(dataset_iri(build.manifest["inputs"]["sha256"]))


def number(graph: Graph, subject: URIRef, curie: str) -> int:
    (value,) = graph.objects(subject, URIRef(expand(curie)))
    return int(str(value))


def test_the_numbers_of_the_whole_are_those_of_the_graph(build: kg.Build) -> None:
    graph, store = described(build), graph_alone(build)
    for curie, text in COUNTS.items():
        assert asked(store, text) == [(str(number(graph, dataset(build), curie)),)], curie


def test_every_class_partition_has_the_numbers_of_the_graph(build: kg.Build) -> None:
    graph, store = described(build), graph_alone(build)
    text = """SELECT ?class (COUNT(DISTINCT ?s) AS ?entities) (COUNT(*) AS ?triples) WHERE { ?s a ?class ; ?p ?o }
        GROUP BY ?class"""
    found = [
        (
            str(graph.value(part, URIRef(expand("void:class")))),
            *(str(number(graph, part, curie)) for curie in ("void:entities", "void:triples")),
        )
        for part in graph.objects(dataset(build), URIRef(expand("void:classPartition")))
        if isinstance(part, URIRef)
    ]
    assert sorted(found) == asked(store, text) != []


def test_every_property_partition_has_the_numbers_of_the_graph(build: kg.Build) -> None:
    graph, store = described(build), graph_alone(build)

    def partitions(parent: URIRef) -> list[tuple[str, str]]:
        return [
            (str(graph.value(part, URIRef(expand("void:property")))), str(number(graph, part, "void:triples")))
            for part in graph.objects(parent, URIRef(expand("void:propertyPartition")))
            if isinstance(part, URIRef)
        ]

    text = "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p"
    assert sorted(partitions(dataset(build))) == asked(store, text) != []
    found = [
        (str(graph.value(part, URIRef(expand("void:class")))), *row)
        for part in graph.objects(dataset(build), URIRef(expand("void:classPartition")))
        if isinstance(part, URIRef)
        for row in partitions(part)
    ]
    text = "SELECT ?class ?p (COUNT(*) AS ?n) WHERE { ?s a ?class ; ?p ?o } GROUP BY ?class ?p"
    assert sorted(found) == asked(store, text) != []


def test_linksets_have_the_numbers_of_the_graph(build: kg.Build) -> None:
    graph, store = described(build), graph_alone(build)
    linksets = [
        part for part in graph.objects(dataset(build), URIRef(expand("void:subset"))) if isinstance(part, URIRef)
    ]
    assert linksets
    for linkset in linksets:
        predicate = graph.value(linkset, URIRef(expand("void:linkPredicate")))
        text = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <{predicate}> ?o }}"
        assert asked(store, text) == [(str(number(graph, linkset, "void:triples")),)]


def test_distributions_are_the_files_of_the_build(build: kg.Build) -> None:
    graph = described(build)
    found = {}
    for file in graph.objects(dataset(build), URIRef(expand("dcat:distribution"))):
        assert isinstance(file, URIRef)
        checksum = graph.value(file, URIRef(expand("spdx:checksum")))
        found[str(graph.value(file, URIRef(expand("dcterms:title"))))] = {
            "bytes": number(graph, file, "dcat:byteSize"),
            "sha256": str(graph.value(checksum, URIRef(expand("spdx:checksumValue")))),
        }
    assert found == {name: file for name, file in build.manifest["files"].items() if name != DESCRIPTION}


@pytest.mark.parametrize(
    ("compress", "compression"), [(None, set()), ("gzip", {"application/gzip"}), ("zstd", {"application/zstd"})]
)
def test_media_types_are_those_of_iana(tmp_path: Path, compress: Any, compression: set[str]) -> None:
    build = kg.build(SEEDS, output=tmp_path / "build", formats=GRAPH_SUFFIXES, compress=compress, partitions=2)
    iana = "https://www.iana.org/assignments/media-types/"
    graph = described(build)
    assert {str(o).removeprefix(iana) for o in graph.objects(None, URIRef(expand("dcat:mediaType")))} == {
        "text/turtle",
        "application/n-triples",
        "application/n-quads",
        "application/ld+json",
        "application/vnd.apache.parquet",
    }
    found = {str(o).removeprefix(iana) for o in graph.objects(None, URIRef(expand("dcat:compressFormat")))}
    assert found == compression


def test_two_parsers_read_the_same_and_no_node_is_blank(build: kg.Build) -> None:
    graph = described(build)
    quads = list(ox.parse(path=str(build.path / DESCRIPTION)))
    assert len(quads) == len(graph) > 500
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]


def test_every_term_of_the_description_is_in_the_vocabulary(build: kg.Build) -> None:
    graph = described(build)
    known = {prop.iri for prop in (vocab.PROPERTIES | vocab.DATASET_PROPERTIES).values()}
    assert {str(p) for p in graph.predicates()} <= known
    classes = {expand(curie) for curie in (*vocab.CLASSES, *vocab.DATASET_CLASSES)}
    assert {str(o) for o in graph.objects(None, URIRef(expand("rdf:type")))} <= classes


def test_provenance_names_the_tool_and_the_digest_of_the_inputs(build: kg.Build) -> None:
    store = load_store(build)
    text = """SELECT ?name ?version ?digest ?size WHERE {
      ?dataset a void:Dataset ; prov:wasGeneratedBy ?run ; prov:wasDerivedFrom ?inputs .
      ?run a prov:Activity ; prov:used ?inputs ; prov:wasAssociatedWith ?tool .
      ?tool a prov:SoftwareAgent ; schema:name ?name ; schema:softwareVersion ?version .
      ?inputs schema:identifier ?digest ; schema:size ?size }"""
    inputs = build.manifest["inputs"]
    assert query(store, text).to_rows() == [
        {
            "name": "pfocr-kg",
            "version": build.manifest["tool"]["version"],
            "digest": f"sha256:{inputs['sha256']}",
            "size": f"{inputs['documents']} documents",
        }
    ]


def test_the_only_time_is_the_one_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    times = [URIRef(expand(curie)) for curie in ("dcterms:issued", "schema:dateCreated", "prov:endedAtTime")]
    without = described(kg.build(SEEDS, output=tmp_path / "a"))
    assert not [o for time in times for o in without.objects(None, time)]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    dated = described(kg.build(SEEDS, output=tmp_path / "b"))
    assert [str(o) for time in times for o in dated.objects(None, time)] == ["2023-11-14T22:13:20+00:00"] * 3


def test_the_description_stands_in_a_graph_of_its_own(seeds_build: kg.Build) -> None:
    store = load_store(seeds_build)
    own = {quad.subject for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(vocab.DATASET_GRAPH))}
    others = {quad.subject for quad in store if quad.graph_name != ox.NamedNode(vocab.DATASET_GRAPH)}
    assert own
    assert not own & others


def test_lexicons_lead_to_their_tiers(seeds_build: kg.Build) -> None:
    text = "SELECT (COUNT(?m) AS ?n) WHERE { ?m pfkg:lexicon/skos:broader pfkg:strict }"
    (row,) = seeds_build.query(text).to_rows()
    assert row == {"n": str(seeds_build.table("mentions").filter(tier="strict").height)}


def test_a_build_without_a_graph_is_described_without_numbers_of_one(tmp_path: Path) -> None:
    build = kg.build(SEEDS, output=tmp_path / "build", formats=[])
    graph = described(build)
    assert not list(graph.objects(None, URIRef(expand("void:triples"))))
    assert (
        len(list(graph.objects(dataset(build), URIRef(expand("dcat:distribution")))))
        == len(build.manifest["files"]) - 1
    )
