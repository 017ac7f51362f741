"""Every shape accepts what is right and refuses one wrong thing, and the fast form of the shapes says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, URIRef

import kg
from kg import vocab
from kg.check.report import VIOLATION, WARNING
from kg.check.shacl import SHAPES, hoist, read_shapes, validate
from kg.errors import BuildError
from kg.model import LEXICON_TIERS

EXAMPLES = Path(__file__).parent.parent.parent / "ontology" / "examples"
VALID = sorted((EXAMPLES / "valid").glob("*.ttl"))
INVALID = sorted((EXAMPLES / "invalid").glob("*.ttl"))


def shape_names(name: str) -> set[str]:
    shapes = read_shapes(name)
    kinds = (SH.NodeShape, SH.PropertyShape)
    return {str(shape).partition("#")[2] for kind in kinds for shape in shapes.subjects(RDF.type, kind)}


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_example_conforms(path: Path) -> None:
    assert validate(Graph().parse(path)) == []


@pytest.mark.parametrize("path", [path for path in VALID if path.stem != "minimal"], ids=lambda path: path.stem)
def test_complete_example_is_what_is_recommended(path: Path) -> None:
    assert validate(Graph().parse(path), recommended=True) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_example_breaks_the_shape_of_its_name_and_no_other(path: Path) -> None:
    shape = path.stem.partition("-")[0]
    recommended = shape.startswith("Recommended")
    found = validate(Graph().parse(path), recommended=recommended)
    assert {violation.shape for violation in found} == {shape}
    assert {violation.severity for violation in found} == {WARNING if recommended else VIOLATION}
    assert all(violation.message.endswith(".") for violation in found)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_has_an_invalid_example(name: str) -> None:
    assert shape_names(name) - {path.stem.partition("-")[0] for path in INVALID} == set()


def test_every_invalid_example_has_a_shape() -> None:
    known = {shape for name in SHAPES for shape in shape_names(name)}
    assert {path.stem.partition("-")[0] for path in INVALID} == known


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_have_iris_names_and_messages(name: str) -> None:
    shapes = read_shapes(name)
    found = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in shapes.subjects(RDF.type, kind)}
    for shape in found | set(shapes.objects(None, SH.property)):
        assert isinstance(shape, URIRef)
        assert shape.startswith(f"{vocab.BASE}/shapes#")
        assert shapes.value(shape, SH.name)
        assert ":" in str(shapes.value(shape, SH.message))


def test_all_recommendations_are_warnings() -> None:
    shapes = read_shapes("shapes-recommended.ttl")
    found = set(shapes.subjects(RDF.type, SH.PropertyShape))
    assert found == set(shapes.subjects(SH.severity, SH.Warning))


def test_every_class_has_a_shape() -> None:
    targets = set(read_shapes("shapes.ttl").objects(None, SH.targetClass))
    # These stand beside a class of the same node that has a shape; a shape asks for each.
    beside = {"schema:Dataset", "biolink:Gene", "prov:Person"}
    classes = (*vocab.CLASSES, *vocab.NETWORK_CLASSES)
    assert targets == {URIRef(vocab.expand(curie)) for curie in classes if curie not in beside}


def test_every_property_has_a_shape() -> None:
    paths = {str(path) for path in read_shapes("shapes.ttl").objects(None, SH.path)}
    properties = (*vocab.PROPERTIES.values(), *vocab.NETWORK_PROPERTIES.values())
    assert {prop.iri for prop in properties} <= paths


def test_the_shape_of_a_lexicon_lists_those_of_the_model() -> None:
    shapes = read_shapes("shapes.ttl")
    shape = URIRef(f"{vocab.BASE}/shapes#GeneMentionLexiconShape")
    listed = shapes.value(shape, SH["in"])
    assert listed is not None
    known = {vocab.lexicon_iri(lexicon) for lexicon in LEXICON_TIERS}
    assert {str(lexicon) for lexicon in shapes.items(listed)} == known | {vocab.UNKNOWN_LEXICON}


@pytest.mark.parametrize("name", SHAPES)
def test_hoisted_shapes_find_what_the_shapes_find(name: str) -> None:
    shapes = read_shapes(name)
    merged = Graph()
    for path in (*VALID, *INVALID):
        merged.parse(path)
    found = validate(merged, shapes=shapes)
    assert len(found) > len(shape_names(name)) / 2
    assert validate(merged, shapes=hoist(shapes)) == found


def test_hoisting_leaves_the_shapes_as_they_were_and_takes_all_their_properties() -> None:
    shapes = read_shapes("shapes.ttl")
    before = set(shapes)
    hoisted = hoist(shapes)
    assert set(shapes) == before
    assert set(hoisted.subjects(SH.property, None)) == {URIRef(f"{vocab.BASE}/shapes#UnknownLexiconShape")}


def test_hoisting_keeps_a_closed_shape_whole() -> None:
    text = """
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://a/> .
        :S a sh:NodeShape ; sh:targetClass :C ; sh:closed true ; sh:property :P .
        :P a sh:PropertyShape ; sh:path :p ; sh:minCount 1 .
        :T a sh:NodeShape ; sh:targetClass :C ; sh:property :P ; sh:node :U .
        :U a sh:NodeShape ; sh:targetClass :D ; sh:property :P .
    """
    hoisted = hoist(Graph().parse(data=text, format="turtle"))
    assert set(hoisted.subjects(SH.property, None)) == {URIRef("http://a/S"), URIRef("http://a/U")}


def test_rdflib_graph_of_the_seeds_conforms(seeds_build: kg.Build) -> None:
    graph = Graph().parse(seeds_build.path / "graph.ttl")
    assert validate(graph, recommended=True) == []


def test_missing_shapes_are_an_error_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.ontology_files.files", lambda _: tmp_path / "kg")
    with pytest.raises(BuildError, match=r"shapes\.ttl: missing from the installation; install pfocr-kg again"):
        read_shapes("shapes.ttl")
