"""A build's RDF file in batches: whole figures and whole shared nodes, never the whole graph.

In the files that `kg` writes, a figure's triples stand together, and so do those of each shared thing. A batch goes on
until it has `BATCH` triples and a figure or a node ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from kg.errors import BuildError
from kg.rdf_files import parse_file
from kg.vocab import WIKIPATHWAYS, figure_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyoxigraph

__all__ = ["BATCH", "Batch", "parse_batch", "read_batches"]

BATCH = 10_000
"""Triples a batch, some 40 figures: with fewer, what pySHACL does once a call shows; with more, only memory grows."""


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
        for quad in parse_file(path, name, BuildError)
        if not part or getattr(quad.subject, "value", "") != WIKIPATHWAYS  # every part opens with the agents
    )
    yield from _batches(quads, has_graphs=name == "n-quads")


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
