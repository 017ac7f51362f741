"""The JSON-LD of a build, read by pyld without a network: an implementation that shares no code with our other two."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

import pyoxigraph
import pytest
from pyld import jsonld

if TYPE_CHECKING:
    import kg


def refuse(url: str, options: object) -> NoReturn:
    """A document loader that fetches nothing."""
    raise AssertionError(f"fetches {url} with {options}")


OPTIONS: dict[str, Any] = {"documentLoader": refuse, "processingMode": "json-ld-1.1"}


def triples(data: bytes, fmt: pyoxigraph.RdfFormat) -> Counter[str]:
    """The triples as N-Triples, each with the number of times that it stands there."""
    quads = pyoxigraph.parse(data, fmt)
    return Counter(str(pyoxigraph.Triple(quad.subject, quad.predicate, quad.object)) for quad in quads)


@pytest.fixture(scope="module")
def written(seeds_build: kg.Build) -> Any:
    return json.loads((seeds_build.path / "graph.jsonld").read_text(encoding="utf-8"))


def test_pyld_reads_the_triples_of_the_n_triples_file(seeds_build: kg.Build, written: Any) -> None:
    quads = jsonld.to_rdf(written, {**OPTIONS, "format": "application/n-quads"})
    found = triples(quads.encode(), pyoxigraph.RdfFormat.N_QUADS)
    assert found == triples((seeds_build.path / "graph.nt").read_bytes(), pyoxigraph.RdfFormat.N_TRIPLES)
    assert set(found.values()) == {1}


def test_pyld_expands_every_key_to_a_term_of_the_vocabulary(written: Any) -> None:
    nodes = jsonld.expand(written, OPTIONS)
    assert len(nodes) == len(written["@graph"])
    for compact, node in zip(written["@graph"], nodes, strict=True):
        assert len(node) == len(compact), "expansion drops keys that the context lacks"
        assert all(key.startswith(("@", "http://", "https://")) for key in node)


def test_the_loader_refuses_a_remote_context() -> None:
    remote = {"@context": "https://schema.org/", "name": "x"}
    with pytest.raises(jsonld.JsonLdError) as error:
        jsonld.expand(remote, OPTIONS)
    assert isinstance(error.value.__cause__, AssertionError)
