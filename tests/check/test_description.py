"""The description of a build has what its shapes want, and each shape misses what is taken away."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from rdflib import RDF, SH, Graph, URIRef

from kg.check import check
from kg.check.description import DATASET_SHAPES, check_description
from kg.check.shacl import read_shapes, validate
from kg.errors import BuildError
from kg.folder import DESCRIPTION, Folder
from kg.vocab import dataset_iri

if TYPE_CHECKING:
    from pathlib import Path

    from rdflib.term import Node

    import kg

SHAPES = read_shapes(DATASET_SHAPES)
PROPERTY_SHAPES = sorted(SHAPES.subjects(RDF.type, SH.PropertyShape), key=str)


@pytest.fixture
def graph(seeds_build: kg.Build) -> Graph:
    return Graph().parse(seeds_build.path / DESCRIPTION)


def test_a_build_has_what_is_wanted(seeds_build: kg.Build) -> None:
    assert check_description(seeds_build) == []


def test_shapes_have_names_and_messages() -> None:
    assert len(PROPERTY_SHAPES) > 25
    for shape in SHAPES.subjects(RDF.type, None):
        assert SHAPES.value(shape, SH.name)
        assert ":" in str(SHAPES.value(shape, SH.message))


@pytest.mark.parametrize("shape", PROPERTY_SHAPES, ids=lambda shape: str(shape).partition("#")[2])
def test_what_is_taken_away_is_missed(graph: Graph, shape: Node) -> None:
    (parent,) = SHAPES.subjects(SH.property, shape)
    path = SHAPES.value(shape, SH.path)
    targets = [
        *(node for kind in SHAPES.objects(parent, SH.targetClass) for node in graph.subjects(RDF.type, kind)),
        *(node for prop in SHAPES.objects(parent, SH.targetObjectsOf) for node in graph.objects(None, prop)),
    ]
    focus = min((node for node in targets if (node, path, None) in graph), key=str)
    graph.remove((focus, path, None))
    found = validate(graph, shapes=SHAPES)
    name = str(shape).partition("#")[2]
    assert (name, str(focus)) in {(violation.shape, violation.focus) for violation in found}
    assert {violation.focus for violation in found} == {str(focus)}


def test_the_check_of_a_build_reads_its_description(seeds_build: kg.Build, tmp_path: Path) -> None:
    shutil.copytree(seeds_build.path, tmp_path / "build")
    folder = Folder(tmp_path / "build")
    assert check(folder, workers=1).conforms
    text = (folder.path / DESCRIPTION).read_text(encoding="utf-8")
    (folder.path / DESCRIPTION).write_text(text.replace("    schema:url ", "    schema:sameAs ", 1), encoding="utf-8")
    report = check(folder, workers=1)
    dataset = URIRef(dataset_iri(folder.manifest["inputs"]["sha256"]))
    assert [(found.shape, found.focus) for found in report.violations] == [("DatasetUrlShape", str(dataset))]
    (folder.path / DESCRIPTION).unlink()
    assert check(folder, workers=1).conforms


@pytest.mark.parametrize("data", [b"@prefix a: <b:> .\na:x a:y", b"\xff"])
def test_a_damaged_description_is_named(seeds_build: kg.Build, tmp_path: Path, data: bytes) -> None:
    shutil.copytree(seeds_build.path, tmp_path / "build")
    (tmp_path / "build" / DESCRIPTION).write_bytes(data)
    with pytest.raises(BuildError, match=r"dataset\.ttl(:\d+)?: .*; build the folder again"):
        check_description(Folder(tmp_path / "build"))
