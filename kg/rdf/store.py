"""The Oxigraph store of a build: each figure in its named graph, as the build's N-Quads have it.

A store is loaded from whatever RDF file the build has. N-Quads say themselves what stands in which graph; of the others
each subject tells it (`graph_of`): a figure's page and what is on it belong to the figure's graph, anything else to
one of `kg.vocab.SharedGraph`. No triple stands in two graphs, so the union of all has no duplicates. The description
of the build stands in `kg.vocab.DATASET_GRAPH`; it is not among the quads that are counted.

The files of a store differ each time that it is loaded, so the manifest has no digests of them. Inside lies a note of
the build that it was made from; where that is another one, the store is not used.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import traceback
from functools import lru_cache
from itertools import groupby
from typing import IO, TYPE_CHECKING, BinaryIO

from kg.atomic import replacing_file, replacing_folder
from kg.errors import BuildError, QueryError
from kg.folder import DESCRIPTION, MANIFEST, write_manifest
from kg.rdf_files import MOST_TELLING, parse_file, reading, to_lines, unreadable
from kg.vocab import (
    BASE,
    DATASET_GRAPH,
    PREFIXES,
    SharedGraph,
    figure_graph_iri,
    figure_iri,
    figure_of,
    gene_iri,
    organism_iri,
    paper_iri,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from kg.folder import Folder

__all__ = [
    "STORE",
    "describe_store",
    "find_store",
    "graph_of",
    "load_description",
    "load_into_build",
    "update_store",
    "write_store",
]

STORE = "store"
"""The folder of a build's store, in the build's own."""

NOTE = "kg-build.json"
"""The file in a store's folder that says which build it belongs to; RocksDB leaves it alone."""

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


def find_store(folder: Folder) -> Path | None:
    """Return the folder of a build's store; None where it has none.

    Raises
    ------
    QueryError
        If the store was made from another build, or is not whole.
    """
    path = folder.path / STORE
    if not path.is_dir():
        return None
    try:
        note = json.loads((path / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        note = None
    if not isinstance(note, dict) or note != _note(folder):
        raise QueryError(
            f"{path}: not the store of this build as it is now; make it with `kg load {folder.path} store`"
        )
    return path


def _note(folder: Folder) -> dict[str, object]:
    """Return what a store says of the build that it belongs to."""
    return {"inputs": folder.manifest.get("inputs")}


def describe_store(n_quads: int) -> dict[str, object]:
    """Return what the manifest says of a build's store."""
    return {"folder": STORE, "quads": n_quads}


def load_into_build(folder: Folder) -> int:
    """Make the store of a finished build, or make it anew; return the number of its quads.

    The old store, if any, stays until the new one is whole.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    BuildError
        If the store cannot be written.
    """
    path = folder.path / STORE
    with replacing_folder(path, may_replace=_is_store, what="a store", error_type=BuildError) as fresh:
        n_quads = write_store(folder, fresh)
    with replacing_file(folder.path / MANIFEST) as manifest:
        write_manifest(manifest.parent, folder.manifest | {"store": describe_store(n_quads)})
    return n_quads


def _is_store(path: Path) -> bool:
    return (path / NOTE).is_file() or (path / "CURRENT").is_file()


def write_store(folder: Folder, path: Path) -> int:
    """Load a build's graph into a new store.

    Parameters
    ----------
    folder
        The build; its first RDF file of N-Quads, N-Triples, Turtle and JSON-LD is read.
    path
        The store's folder: empty, or not there yet.

    Returns
    -------
    int
        The number of quads.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    BuildError
        If the store cannot be written.

    References
    ----------
    RDF 1.1 TriG, https://www.w3.org/TR/trig/; RDF 1.1 N-Quads, https://www.w3.org/TR/n-quads/
    """

    def fill(store: ox.Store) -> None:
        _load(store, folder, None)
        store.optimize()  # a seventh more work, and queries that look much up are a third faster

    return _write(folder, path, fill)


def update_store(folder: Folder, path: Path, old: Path, figids: Collection[str]) -> int:
    """Make a build's store from an older one, in which only the graphs of some figures, and the shared ones, differ.

    Parameters
    ----------
    folder
        The new build.
    path
        The new store's folder, not there yet. The files that RocksDB never changes are linked, not copied.
    old
        The older store's folder; it stays as it is.
    figids
        The figures that changed, came, or went.

    Returns
    -------
    int
        The number of quads.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    BuildError
        If the store cannot be written.
    """
    graphs = {graph.value for graph in SharedGraph} | {figure_graph_iri(figure_iri(figid)) for figid in figids}

    def change(store: ox.Store) -> None:
        import pyoxigraph as ox

        for graph in sorted(graphs):
            store.remove_graph(ox.NamedNode(graph))
        _load(store, folder, graphs)

    try:
        shutil.copytree(old, path, copy_function=_link_or_copy)
    except (OSError, shutil.Error) as error:
        raise BuildError(f"{old}: the store cannot be copied ({error}); build without --update") from error
    return _write(folder, path, change)


def _link_or_copy(source: str, target: str) -> None:
    """Link a file that never changes, where the disk can; copy any other."""
    if source.endswith(".sst"):
        try:
            os.link(source, target)
        except OSError:  # another disk, or one without links
            shutil.copy2(source, target)
    else:
        shutil.copy2(source, target)


def _write(folder: Folder, path: Path, change: Callable[[ox.Store], None]) -> int:
    import pyoxigraph as ox

    store: ox.Store | None = None
    try:
        store = ox.Store(str(path))
        store.remove_graph(ox.NamedNode(DATASET_GRAPH))
        change(store)
        n_quads = len(store)
        load_description(store, folder)
        store.flush()
        (path / NOTE).write_text(json.dumps(_note(folder)) + "\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:  # RocksDB's own errors are RuntimeErrors
        raise BuildError(f"{path}: the store cannot be written ({error})") from error
    except BaseException as error:
        # The frames hold the store open, and RocksDB would write on while the folder is taken away.
        traceback.clear_frames(error.__traceback__)
        store = None
        raise
    return n_quads


def load_description(store: ox.Store, folder: Folder) -> None:
    """Load what a build says of itself into a graph of its own; nothing, where it is an older build without that.

    Raises
    ------
    QueryError
        If the file cannot be read.
    """
    import pyoxigraph as ox

    path = folder.path / DESCRIPTION
    if path.is_file():
        with reading(path, "turtle", QueryError) as stream:
            store.bulk_load(stream, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(DATASET_GRAPH))


def _load(store: ox.Store, folder: Folder, graphs: Collection[str] | None) -> None:
    """Load a build's quads, or those of some graphs."""
    import pyoxigraph as ox

    found = folder.graph_files(*MOST_TELLING)
    if found is None:
        raise QueryError(f"{folder.path}: no RDF file to load; build it with `--format turtle`, for example")
    name, paths = found
    for path in paths:
        if name == "json-ld":
            store.bulk_extend(_quads(path, graphs))
            continue
        syntax = ox.RdfFormat.TRIG if name == "turtle" else ox.RdfFormat.N_QUADS
        try:
            # Oxigraph asks Python for each piece, so that Ctrl-C does not wait for the end.
            store.bulk_load(_Pieces(_in_graphs(path, name, graphs)), syntax)
        except SyntaxError as error:  # an OSError here is one of the store's own files: the disk is full
            raise QueryError(unreadable(path, name, error)) from error


def _in_graphs(path: Path, name: str, graphs: Collection[str] | None) -> Iterator[bytes]:
    """Yield the text of a file as N-Quads, or TriG."""
    with reading(path, name, QueryError) as stream:
        yield from _IN_GRAPHS[name](to_lines(stream), graphs)


def _quads(path: Path, graphs: Collection[str] | None) -> Iterator[ox.Quad]:
    """Yield the quads of a JSON-LD file in their graphs."""
    import pyoxigraph as ox

    for quad in parse_file(path, "json-ld", QueryError):
        graph = graph_of(getattr(quad.subject, "value", ""))
        if graphs is None or graph in graphs:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph))


def _lines_of_quads(stream: IO[bytes], graphs: Collection[str] | None) -> Iterator[bytes]:
    """Yield the N-Quads of some graphs."""
    if graphs is None:
        while text := stream.read(_BYTES):
            yield text
        return
    wanted = {f"<{graph}>".encode() for graph in graphs}
    while lines := stream.readlines(_BYTES):
        yield b"".join([line for line in lines if line[line.rfind(b"<") : line.rfind(b">") + 1] in wanted])


def _lines_of_triples(stream: IO[bytes], graphs: Collection[str] | None) -> Iterator[bytes]:
    """Yield N-Triples as N-Quads, in their graphs."""
    last, graph, end = b"", "", b""
    while lines := stream.readlines(_BYTES):
        kept = []
        for line in lines:
            subject = line[: line.find(b">")]
            if subject != last:
                last, graph = subject, graph_of(subject[1:].decode())
                end = f" <{graph}> .\n".encode()
            if graphs is None or graph in graphs:
                kept.append(line.removesuffix(b" .\n") + end)
        yield b"".join(kept)


def _paragraphs_of_turtle(stream: IO[bytes], graphs: Collection[str] | None) -> Iterator[bytes]:
    """Yield Turtle, as `kg` writes it, as TriG: its paragraphs in their graphs."""
    yield "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()).encode()
    for graph, paragraphs in groupby(_paragraphs(stream), lambda paragraph: graph_of(_subject(paragraph))):
        if graphs is None or graph in graphs:
            yield b"<%b> {\n%b}\n" % (graph.encode(), b"".join(paragraphs))


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


_IN_GRAPHS: Mapping[str, Callable[[IO[bytes], Collection[str] | None], Iterator[bytes]]] = {
    "n-quads": _lines_of_quads,
    "n-triples": _lines_of_triples,
    "turtle": _paragraphs_of_turtle,
}
"""How the text of each format becomes N-Quads, or TriG."""


class _Pieces(io.RawIOBase, BinaryIO):
    """Pieces of text as a stream to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, up to `size`; none at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        size = len(self._rest) if size < 0 else size
        start, self._rest = self._rest[:size], self._rest[size:]
        return bytes(start)
