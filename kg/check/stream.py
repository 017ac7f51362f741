"""A build's RDF file in batches: whole figures and whole shared nodes, never the whole graph.

In the files that `kg` writes, a figure's triples stand together, and so do those of each shared thing. A batch goes on
until it has `BATCH` triples and a figure or a node ends.
"""

from __future__ import annotations

import io
from itertools import islice
from typing import IO, TYPE_CHECKING, NamedTuple, cast
from urllib.parse import unquote

from kg.compression import open_binary
from kg.errors import BuildError
from kg.vocab import WIKIPATHWAYS, figure_iri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyoxigraph

__all__ = ["BATCH", "Batch", "figure_of", "parse_batch", "read_batches"]

BATCH = 10_000
"""Triples a batch, some 40 figures: with fewer, what pySHACL does once a call shows; with more, only memory grows."""

_NODES = 1000
"""Lines of JSON-LD that are parsed at once."""

_FIGURES, _HTML = figure_iri("\0").split("%00")


class Batch(NamedTuple):
    """Some figures and shared nodes, small enough to send to a worker.

    Attributes
    ----------
    data
        Their triples as N-Quads.
    n_triples
        How many these are.
    has_graphs
        Whether the file was N-Quads, so that named graphs mean something.
    late
        Ids of figures that do not come after the figure before them, in order of ids.
    """

    data: bytes
    n_triples: int
    has_graphs: bool
    late: tuple[str, ...] = ()


def figure_of(iri: str) -> str | None:
    """Return the id of the figure that an IRI names, or that it names a part of; None for any other IRI.

    Examples
    --------
    >>> figure_of("https://pfocr.wikipathways.org/figures/PMC1__a.html#mention-7")
    'PMC1__a'
    >>> figure_of("https://identifiers.org/pmc/PMC1") is None
    True
    """
    page = iri.partition("#")[0]
    if page.startswith(_FIGURES) and page.endswith(_HTML):
        return unquote(page[len(_FIGURES) : -len(_HTML)])
    return None


def read_batches(paths: Iterable[Path], name: str) -> Iterator[Batch]:
    """Yield the triples of RDF files in batches.

    Parameters
    ----------
    paths
        The parts of a graph in order; one with the suffix ``.gz`` or ``.zst`` is compressed so.
    name
        Its format, as `kg.folder.GRAPH_SUFFIXES` names it.

    Raises
    ------
    BuildError
        If the file cannot be read, or is not of its format.
    """
    quads = (
        quad
        for part, path in enumerate(paths)
        for quad in _read_quads(path, name)
        if not part or getattr(quad.subject, "value", "") != WIKIPATHWAYS  # every part opens with the agents
    )
    yield from _batches(quads, has_graphs=name == "n-quads")


def _read_quads(path: Path, name: str) -> Iterator[pyoxigraph.Quad]:
    import pyoxigraph
    import zstandard

    try:
        with open_binary(path) as file:
            if name == "json-ld":
                yield from _parse_json_ld(file)
            else:
                yield from cast("Iterator[pyoxigraph.Quad]", pyoxigraph.parse(file, format=_format(name)))
    # A compressed file that is cut off is an EOFError, a damaged one gzip's OSError or zstandard's own error.
    except (SyntaxError, OSError, EOFError, zstandard.ZstdError) as error:
        raise BuildError(f"{path}: cannot be read as {name} ({error}); build the folder again") from error


def parse_batch(batch: Batch) -> Iterator[pyoxigraph.Quad]:
    """Yield the quads of a batch."""
    import pyoxigraph

    yield from cast("Iterator[pyoxigraph.Quad]", pyoxigraph.parse(batch.data, format=pyoxigraph.RdfFormat.N_QUADS))


def _batches(quads: Iterator[pyoxigraph.Quad], *, has_graphs: bool) -> Iterator[Batch]:
    group: list[pyoxigraph.Quad] = []
    late: list[str] = []
    node = page = ""
    last_figure = ""
    for quad in quads:
        subject = cast("pyoxigraph.NamedNode", quad.subject).value  # RDF 1.2 has triples as objects only
        if subject != node:
            node = subject
            if not subject.startswith(page) or subject[len(page) : len(page) + 1] not in ("", "#"):
                if len(group) >= BATCH:
                    yield _batch(group, late, has_graphs=has_graphs)
                    group, late = [], []
                page = subject.partition("#")[0]
                figure = figure_of(page)
                if figure is not None:
                    if figure <= last_figure:
                        late.append(figure)
                    last_figure = figure
        group.append(quad)
    if group:
        yield _batch(group, late, has_graphs=has_graphs)


def _batch(quads: list[pyoxigraph.Quad], late: list[str], *, has_graphs: bool) -> Batch:
    from pyoxigraph import RdfFormat, serialize

    data = cast("bytes", serialize(quads, format=RdfFormat.N_QUADS))
    return Batch(data, len(quads), has_graphs, tuple(late))


def _format(name: str) -> pyoxigraph.RdfFormat:
    from pyoxigraph import RdfFormat

    formats = {
        "turtle": RdfFormat.TURTLE,
        "n-triples": RdfFormat.N_TRIPLES,
        "n-quads": RdfFormat.N_QUADS,
    }
    return formats[name]


def _parse_json_ld(file: IO[bytes]) -> Iterator[pyoxigraph.Quad]:
    """Yield the quads of a JSON-LD document, piece by piece where it has a line a node, as `kg` writes it.

    pyoxigraph builds the whole document in memory (200 MB for 1,000 figures), and its streaming profile wants
    ``@type`` before ``@id``.
    """
    import pyoxigraph

    json_ld = pyoxigraph.RdfFormat.JSON_LD
    if not isinstance(file, io.BufferedIOBase):  # zstandard's stream has no lines
        file = cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", file)))
    opening = b""
    for line in file:
        opening += line
        if line.strip() == b'"@graph": [':
            break
    nodes = list(islice(file, _NODES))
    if not nodes or not nodes[0].startswith(b"{") or not nodes[0].rstrip().endswith((b"}", b"},")):
        yield from pyoxigraph.parse(opening + b"".join(nodes) + file.read(), format=json_ld)
        return
    while nodes:
        following = list(islice(file, _NODES))
        piece = b"".join(nodes).rstrip()
        # A piece that is not the last has a comma instead of the document's end; one with neither is a syntax error.
        if following and (piece.endswith(b",") or following[0].startswith(b"]")):
            piece = piece.removesuffix(b",") + b"]}"
        yield from pyoxigraph.parse(opening + piece, format=json_ld)
        nodes = following
