"""Batches hold every triple, whole figures and whole nodes, in the order of the file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import rdf_files, vocab
from kg.check import stream
from kg.check.stream import parse_batch, read_batches
from kg.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

    import kg

FORMATS = {"turtle": pyoxigraph.RdfFormat.TURTLE, "n-quads": pyoxigraph.RdfFormat.N_QUADS}


@pytest.mark.parametrize("name", ["turtle", "n-triples", "n-quads", "json-ld"])
@pytest.mark.parametrize("size", [1, 40, 10_000])
def test_batches_hold_every_quad_and_split_no_figure(
    name: str, size: int, seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BATCH", size)
    monkeypatch.setattr(rdf_files, "_NODES", 7)
    graph = seeds_build.graph_files(name)
    assert graph is not None
    batches = list(read_batches(graph[1], name))
    assert (len(batches) > 1) == (size < 10_000)
    quads = [quad for batch in batches for quad in parse_batch(batch)]
    reference = FORMATS["n-quads" if name == "n-quads" else "turtle"]
    expected = pyoxigraph.parse(path=seeds_build.path / f"graph.{reference.file_extension}", format=reference)
    assert set(quads) == set(expected)
    assert sum(batch.n_triples for batch in batches) == len(quads)
    homes = [{str(quad.subject).strip("<>").partition("#")[0] for quad in parse_batch(batch)} for batch in batches]
    assert max(Counter(home for batch in homes for home in batch).values()) == 1
    assert not any(batch.late for batch in batches)


def test_json_ld_that_kg_did_not_write_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "graph.jsonld"
    path.write_text(
        '{"@context": {"name": "http://schema.org/name"}, "@graph": [\n {"@id": "http://a/b", "name": "x"}\n]}'
    )
    (batch,) = read_batches([path], "json-ld")
    assert batch.n_triples == 1


def test_json_ld_lacking_a_comma_between_pieces_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf_files, "_NODES", 1)
    path = tmp_path / "graph.jsonld"
    nodes = [f'{{"@id": "http://a/{i}", "http://a/p": "x"}}' for i in range(3)]
    path.write_text('{"@context": {},\n"@graph": [\n' + ",\n".join(nodes) + "\n]}\n")
    assert sum(batch.n_triples for batch in read_batches([path], "json-ld")) == 3
    path.write_text('{"@context": {},\n"@graph": [\n' + "\n".join(nodes) + "\n]}\n")
    with pytest.raises(BuildError, match="cannot be read as json-ld"):
        list(read_batches([path], "json-ld"))


def test_json_ld_with_a_remote_context_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.jsonld"
    path.write_text('{"@context": "https://schema.org/", "@id": "http://a/b", "name": "x"}')
    with pytest.raises(BuildError, match="remote contexts"):
        list(read_batches([path], "json-ld"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(1, 99))
def test_figure_of_takes_back_the_id_of_a_figure_and_its_parts(figid: str, number: int) -> None:
    iri = vocab.figure_iri(figid)
    assert vocab.figure_of(iri) == figid
    assert vocab.figure_of(vocab.part_iri(iri, "mention", number)) == figid


@pytest.mark.parametrize("iri", ["", "https://pfocr.wikipathways.org/figures/", vocab.paper_iri("PMC1"), "_:b"])
def test_figure_of_other_iris_is_none(iri: str) -> None:
    assert vocab.figure_of(iri) is None
