"""The Oxigraph store of a build: each figure in its named graph, as the build's N-Quads have it.

A store is loaded from whatever RDF file the build has (`kg.rdf.named_graphs`). The description of the build stands in
`kg.vocab.DATASET_GRAPH`; it is not among the quads that are counted.

Every triple stands in the store's default graph, too, which so is the union of the named ones, each triple once. A
union that is made while a query runs takes twice as long to look things up in.

The files of a store differ each time that it is loaded, so the manifest has no digests of them; `kg.store_files` does.
"""

from __future__ import annotations

import os
import shutil
import traceback
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, cast

from kg.atomic import replacing_file, replacing_folder
from kg.errors import BuildError, QueryError
from kg.folder import DESCRIPTION, MANIFEST, write_manifest
from kg.rdf.named_graphs import PROLOGUE, read_by_graph
from kg.rdf_files import MOST_TELLING, parse_file, reading, unreadable
from kg.store_files import NOTE, STORE, write_note
from kg.vocab import DATASET_GRAPH, SharedGraph, figure_graph_iri, figure_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from kg.folder import Folder

__all__ = [
    "describe_store",
    "load_description",
    "load_into_build",
    "update_store",
    "write_store",
]

_LINES = 250_000  # that are loaded at once: memory grows with them, and work shrinks


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
    way_out = f"move or remove {path} and load it again"
    with replacing_folder(path, may_replace=_is_store, what="a store", error_type=BuildError, way_out=way_out) as fresh:
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

    return _write(folder, path, fill, optimize=True)


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
        for graph in sorted(graphs):
            _remove(store, graph)
        _load(store, folder, graphs)

    try:
        shutil.copytree(old, path, copy_function=_link_or_copy)
    except (OSError, shutil.Error) as error:
        raise BuildError(f"{old}: the store cannot be copied ({error}); build without --update") from error
    return _write(folder, path, change, optimize=False)


def _link_or_copy(source: str, target: str) -> None:
    """Link a file that never changes, where the disk can; copy any other."""
    if source.endswith(".sst"):
        try:
            os.link(source, target)
        except OSError:  # another disk, or one without links
            shutil.copy2(source, target)
    else:
        shutil.copy2(source, target)


def _write(folder: Folder, path: Path, change: Callable[[ox.Store], None], *, optimize: bool) -> int:
    import pyoxigraph as ox

    store: ox.Store | None = None
    try:
        store = ox.Store(str(path))
        _remove(store, DATASET_GRAPH)
        change(store)
        n_quads = _count_named(store)
        load_description(store, folder)
        if optimize:  # a fifth more work, and queries that look much up take half the time
            store.optimize()
        store.flush()
        store = None  # which ends RocksDB's work behind our back: the files stay as they are
        write_note(path, folder)
    except (OSError, RuntimeError) as error:  # RocksDB's own errors are RuntimeErrors
        raise BuildError(f"{path}: the store cannot be written ({error})") from error
    except BaseException as error:
        # The frames hold the store open, and RocksDB would write on while the folder is taken away.
        traceback.clear_frames(error.__traceback__)
        store = None
        raise
    return n_quads


def _remove(store: ox.Store, graph: str) -> None:
    """Remove a named graph, and its triples from the default graph; no other graph has any of them."""
    import pyoxigraph as ox

    name = ox.NamedNode(graph)
    store.update(f"DELETE {{ ?s ?p ?o }} WHERE {{ GRAPH {name} {{ ?s ?p ?o }} }}")
    store.remove_graph(name)


def _count_named(store: ox.Store) -> int:
    """Return the number of quads in named graphs."""
    rows = cast("ox.QuerySolutions", store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    return len(store) - sum(int(cast("ox.Literal", row["n"]).value) for row in rows)


def load_description(store: ox.Store, folder: Folder, *, default_too: bool = True) -> None:
    """Load what a build says of itself into a graph of its own; nothing, where it is an older build without that.

    Parameters
    ----------
    store
        The store.
    folder
        The build.
    default_too
        Whether it goes into the default graph, too.

    Raises
    ------
    QueryError
        If the file cannot be read.
    """
    import pyoxigraph as ox

    path = folder.path / DESCRIPTION
    if path.is_file():
        graphs: list[ox.NamedNode | ox.DefaultGraph] = [ox.NamedNode(DATASET_GRAPH)]
        if default_too:
            graphs.append(ox.DefaultGraph())
        for graph in graphs:
            with reading(path, "turtle", QueryError) as stream:
                store.bulk_load(stream, ox.RdfFormat.TURTLE, to_graph=graph)


def _load(store: ox.Store, folder: Folder, graphs: Collection[str] | None) -> None:
    """Load a build's quads, or those of some graphs, into their graphs and into the default graph."""
    import pyoxigraph as ox

    found = folder.graph_files(*MOST_TELLING)
    if found is None:
        raise QueryError(f"{folder.path}: no RDF file to load; build it with `--format turtle`, for example")
    name, paths = found
    for path in paths:
        wanted = (piece for piece in read_by_graph(path, name) if graphs is None or piece[0] in graphs)
        for chunk in _chunks(wanted):
            try:
                store.bulk_load(_to_trig(chunk), ox.RdfFormat.TRIG)
                store.bulk_load(PROLOGUE + b"".join(text for _, text in chunk), ox.RdfFormat.TURTLE)
            except SyntaxError as error:  # an OSError here is one of the store's own files: the disk is full
                for _ in parse_file(path, name, QueryError):
                    pass  # which finds the line
                raise QueryError(unreadable(path, name, ValueError(error.msg))) from error


def _chunks(pieces: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Yield some pieces of text together, up to a number of lines."""
    chunk: list[tuple[str, bytes]] = []
    n_lines = 0
    for graph, text in pieces:
        chunk.append((graph, text))
        n_lines += text.count(b"\n")
        if n_lines >= _LINES:
            yield chunk
            chunk, n_lines = [], 0
    if chunk:
        yield chunk


def _to_trig(chunk: list[tuple[str, bytes]]) -> bytes:
    """Return pieces of text as a document of TriG."""
    graphs = groupby(chunk, itemgetter(0))
    blocks = (b"<%b> {\n%b}\n" % (graph.encode(), b"".join(text for _, text in group)) for graph, group in graphs)
    return PROLOGUE + b"".join(blocks)
