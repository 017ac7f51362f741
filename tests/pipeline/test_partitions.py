"""A graph in parts is the graph in one file, for every command that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph
import pytest

import kg
from kg.check import check
from kg.folder import GRAPH_SUFFIXES
from tests.documents import row
from tests.pipeline.builds import corpus, numbered

if TYPE_CHECKING:
    from pathlib import Path

RDF = {"turtle": "TURTLE", "n-triples": "N_TRIPLES", "n-quads": "N_QUADS", "json-ld": "JSON_LD"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    documents = {f"PMC1__f{n:03}": numbered(n, genes=[row()] * (n % 2)) for n in range(7)}
    return corpus(tmp_path_factory.mktemp("parts") / "in", **documents)


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
@pytest.mark.parametrize("n_parts", [1, 3, 9])
def test_parts_are_whole_and_together_the_graph(source: Path, tmp_path: Path, name: str, n_parts: int) -> None:
    whole = kg.build(source, output=tmp_path / "whole", formats=[name])
    parts = kg.build(source, output=tmp_path / "parts", formats=[name], partitions=n_parts)
    files = sorted(parts.path.glob("graph-*"))
    assert len(files) == n_parts + 1
    assert [file.name for file in files[:-1]] == [f"graph-{n:05}.{GRAPH_SUFFIXES[name]}" for n in range(1, n_parts + 1)]
    rdf: Any = getattr(pyoxigraph.RdfFormat, RDF[name])
    found = {str(quad) for file in files for quad in pyoxigraph.parse(path=file, format=rdf)}
    expected = {str(quad) for quad in pyoxigraph.parse(path=whole.path / f"graph.{GRAPH_SUFFIXES[name]}", format=rdf)}
    assert found == expected
    assert sum(parts.manifest["partitions"]) == 7
    assert max(parts.manifest["partitions"]) - min(parts.manifest["partitions"]) <= 1
    assert set(parts.graph()) == set(whole.graph())
    question = "SELECT (COUNT(*) AS ?n) WHERE { ?s pfkg:word|schema:mentions ?o }"
    assert parts.query(question).to_rows() == whole.query(question).to_rows()
    reports = [check(folder, workers=1) for folder in (whole, parts)]
    assert reports[1].conforms
    assert reports[0] == reports[1]
