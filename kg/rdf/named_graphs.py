"""The named graphs of a build: which subject stands in which, and an RDF file cut into the triples of each.

N-Quads say themselves what stands in which graph; of the other formats each subject tells it: a figure's page and what
is on it belong to the figure's graph, anything else to one of `kg.vocab.SharedGraph`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import IO, TYPE_CHECKING, cast

from kg.errors import QueryError
from kg.rdf_files import parse_file, reading, to_lines
from kg.vocab import (
    BASE,
    PREFIXES,
    SharedGraph,
    figure_graph_iri,
    figure_of,
    gene_iri,
    organism_iri,
    paper_iri,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["PROLOGUE", "graph_of", "read_by_graph"]

PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()).encode()
"""What stands before triples of `read_by_graph`, to make them a document of Turtle or TriG."""

_SUBJECTS = {
    paper_iri(""): SharedGraph.PAPERS,
    f"{BASE}/journal/": SharedGraph.PAPERS,
    gene_iri(""): SharedGraph.GENES,
    f"{BASE}/family/": SharedGraph.FAMILIES,
    organism_iri(""): SharedGraph.ORGANISMS,
}
_BYTES = 1 << 18  # of lines that are in memory at once


@lru_cache(maxsize=4_096)
def graph_of(subject: str) -> str:
    """Return the IRI of the named graph in which a subject's triples stand.

    Examples
    --------
    >>> graph_of("https://pfocr.wikipathways.org/figures/PMC1__a.html#mention-7")
    'https://pfocr.wikipathways.org/figures/PMC1__a.html#graph'
    >>> graph_of("https://identifiers.org/ncbigene/6774")
    'https://w3id.org/pfocr-kg/graph/genes'
    """
    if figure_of(subject) is not None:
        return figure_graph_iri(subject.partition("#")[0])
    for start, graph in _SUBJECTS.items():
        if subject.startswith(start):
            return graph.value
    return SharedGraph.AGENTS.value


def read_by_graph(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the triples of an RDF file of a build, as lines of Turtle, each time with the graph in which they stand.

    Parameters
    ----------
    path
        The file; what is wrong in its text is found by whoever parses what is yielded.
    name
        Its format, as `kg.folder.GRAPH_SUFFIXES` names it.

    Raises
    ------
    QueryError
        If the file cannot be read.
    """
    if name == "json-ld":
        yield from _of_json_ld(path)
        return
    with reading(path, name, QueryError) as stream:
        yield from _BY_GRAPH[name](to_lines(stream))


def _of_json_ld(path: Path) -> Iterator[tuple[str, bytes]]:
    import pyoxigraph as ox

    quads = parse_file(path, "json-ld", QueryError)
    for graph, group in groupby(quads, lambda quad: graph_of(getattr(quad.subject, "value", ""))):
        yield graph, cast("bytes", ox.serialize((quad.triple for quad in group), format=ox.RdfFormat.N_TRIPLES))


def _of_quads(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    while lines := stream.readlines(_BYTES):
        for graph, group in groupby(lines, lambda line: line[line.rfind(b"<") + 1 : line.rfind(b">")]):
            yield graph.decode(), b"".join([line[: line.rfind(b"<")] + b".\n" for line in group])


def _of_triples(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    while lines := stream.readlines(_BYTES):
        for subject, group in groupby(lines, lambda line: line[: line.find(b">")]):
            yield graph_of(subject[1:].decode()), b"".join(group)


def _of_turtle(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    for graph, paragraphs in groupby(_paragraphs(stream), lambda paragraph: graph_of(_subject(paragraph))):
        yield graph, b"".join(paragraphs)


def _paragraphs(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between empty lines, without the prefixes; no text in Turtle of ours has line breaks."""
    paragraph: list[bytes] = []
    while lines := stream.readlines(_BYTES):
        for line in lines:
            if line == b"\n":
                if paragraph:
                    yield b"".join(paragraph)
                    paragraph = []
            elif not line.startswith(b"@prefix "):
                paragraph.append(line)
    if paragraph:
        yield b"".join(paragraph)


def _subject(paragraph: bytes) -> str:
    """Return the IRI that a paragraph of Turtle is about."""
    word = paragraph.partition(b" ")[0].decode()
    if word.startswith("<"):
        return word[1:-1]
    prefix, _, local = word.partition(":")
    return PREFIXES.get(prefix, "") + local


_BY_GRAPH: Mapping[str, Callable[[IO[bytes]], Iterator[tuple[str, bytes]]]] = {
    "n-quads": _of_quads,
    "n-triples": _of_triples,
    "turtle": _of_turtle,
}
"""How the text of each format is cut; each as `kg` writes it."""
