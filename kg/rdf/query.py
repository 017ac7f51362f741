"""SPARQL over a build: its graph in an Oxigraph store, and the answers to queries about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kg.errors import QueryError
from kg.folder import GRAPH_SUFFIXES, Folder, is_build
from kg.rdf.dataset import dataset_clause
from kg.rdf.results import RESULT_FORMATS, Result, to_result, write_result
from kg.rdf.sparql import QUERY_PREFIXES, check_query, syntax_error
from kg.rdf.store import load_description
from kg.rdf_files import MOST_TELLING, parse_file, reading
from kg.store_files import find_store
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyoxigraph as ox

__all__ = [
    "RESULT_FORMATS",
    "Result",
    "check_answerable",
    "check_query",
    "is_default_empty",
    "load_store",
    "open_store",
    "query",
    "read_quads",
    "write_result",
]


def _files(folder: Folder, *formats: str) -> tuple[str, list[Path]]:
    found = folder.graph_files(*formats)
    if found is None:
        raise QueryError(
            f"{folder.path}: no RDF file to query; make one with `kg build INPUT -o {folder.path} --format turtle`"
        )
    return found


def read_quads(folder: Folder) -> Iterator[ox.Quad]:
    """Yield the quads of a build's RDF file: the first that it has of N-Triples, Turtle, N-Quads and JSON-LD.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    """
    name, paths = _files(folder, "n-triples", "turtle", "n-quads", "json-ld")
    for path in paths:
        yield from parse_file(path, name, QueryError)


def load_store(folder: Folder) -> ox.Store:
    """Return a store in memory with a build's graph.

    Parameters
    ----------
    folder
        The build. Read is the first that it has of N-Quads, N-Triples, Turtle and JSON-LD, compressed or not.

    Returns
    -------
    pyoxigraph.Store
        The triples are in named graphs (of N-Quads) or in the default graph (of the others); `query` sees both alike.
        The description of the build is in the named graph `kg.vocab.DATASET_GRAPH`, and in the default graph if there
        is one.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    """
    import pyoxigraph as ox

    name, paths = _files(folder, *MOST_TELLING)
    store = ox.Store()
    for path in paths:
        if name == "json-ld":
            store.bulk_extend(parse_file(path, name, QueryError))
            continue
        with reading(path, name, QueryError) as stream:
            store.bulk_load(stream, ox.RdfFormat.from_extension(GRAPH_SUFFIXES[name]))
    load_description(store, folder, default_too=name != "n-quads")
    return store


def open_store(source: Folder | Path) -> ox.Store:
    """Return the store of a build, opened read-only, or its graph loaded into memory where it has none.

    Parameters
    ----------
    source
        The build, or the folder of an Oxigraph store.

    Raises
    ------
    QueryError
        If there is nothing to query, it cannot be read, or the store is not of this build.
    """
    import pyoxigraph as ox

    path = find_store(source) if isinstance(source, Folder) else source
    if path is None:
        return load_store(cast("Folder", source))
    try:
        return ox.Store.read_only(str(path))
    except (OSError, RuntimeError) as error:  # RocksDB's own errors are RuntimeErrors
        way_out = f"; make it anew with `kg load {path.parent} store`" if is_build(path.parent) else ""
        reason = visible(str(error))
        raise QueryError(f"{path}: cannot be opened as an Oxigraph store ({reason}){way_out}") from error


def query(
    source: Folder | ox.Store,
    text: str,
    *,
    limit: int | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    is_union: bool | None = None,
) -> Result:
    """Return the answer to a SPARQL query about a build.

    The prefixes of `kg.rdf.sparql.QUERY_PREFIXES` need no declaration; the query's own come first. The default graph
    is that of the store or, where it is empty, the union of the named ones, unless ``FROM`` names some; ``FROM`` never
    reads a file or an address, only graphs of the build. ``SERVICE`` is refused before anything runs.

    Parameters
    ----------
    source
        The build, or a store with its graph; several queries are faster on one store of `load_store`.
    text
        A SELECT, ASK, CONSTRUCT or DESCRIBE query of SPARQL 1.1.
    limit
        The largest number of rows or triples to return: the first that are found. Unlike ``LIMIT``, which counts a
        CONSTRUCT's matches, it counts triples.
    default_graphs, named_graphs
        IRIs of the graphs that the query is about, in place of its own ``FROM`` and ``FROM NAMED``; where only named
        ones are given, the default graph is empty (SPARQL 1.1 Protocol, section 2.1.4).
    is_union
        Whether the default graph is the union of the named ones: what `is_default_empty` says of a store that stays as
        it is, so that it need not be looked into with each query; None to look.

    Raises
    ------
    QueryError
        If the text is not a query, is not allowed, or the build has no RDF file. A syntax error names line and column.

    References
    ----------
    SPARQL 1.1 Query Language, https://www.w3.org/TR/sparql11-query/

    Examples
    --------
    >>> import pyoxigraph as ox
    >>> store = ox.Store()
    >>> store.load(b"<https://identifiers.org/ncbigene/6774> <http://www.w3.org/2000/01/rdf-schema#label> 'STAT3' .",
    ...            ox.RdfFormat.TURTLE)
    >>> query(store, "SELECT ?symbol WHERE { ncbigene:6774 rdfs:label ?symbol }").to_rows()
    [{'symbol': 'STAT3'}]
    """
    if limit is not None and limit < 0:
        raise QueryError(f"a limit of {limit}: give a number from 0")
    check_query(text)
    dataset = _dataset(text, default_graphs, named_graphs)
    if isinstance(source, Folder):
        check_answerable(text)  # what is wrong with the query is said before a large build is loaded
        source = open_store(source)
    if dataset is None:
        dataset = {"use_default_graph_as_union": is_default_empty(source) if is_union is None else is_union}
    return to_result(_ask(source, text, dataset), limit=limit)


def is_default_empty(store: ox.Store) -> bool:
    """Return whether a store has nothing in its default graph."""
    import pyoxigraph as ox

    return next(store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is None


def check_answerable(text: str) -> None:
    """Refuse a text that is not a query, is not allowed, or cannot be answered whatever the data.

    Raises
    ------
    QueryError
        The errors of `query` that need no data.
    """
    import pyoxigraph as ox

    check_query(text)
    _ask(ox.Store(), text, {})


def _dataset(text: str, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> dict[str, Any] | None:
    """Return the graphs that a query is about, as Oxigraph takes them; None where it is about all."""
    import pyoxigraph as ox

    if not default_graphs and not named_graphs:
        clause = dataset_clause(text)
        if clause is None:
            return None
        default_graphs, named_graphs = clause
    try:
        # Oxigraph gives the triples of a graph as often as it is named.
        default, named = ([ox.NamedNode(iri) for iri in dict.fromkeys(iris)] for iris in (default_graphs, named_graphs))
    except ValueError as error:
        raise QueryError(f"the address of a graph is no IRI: {visible(str(error))}") from error
    return {"default_graph": default, "named_graphs": named}


def _ask(store: ox.Store, text: str, dataset: dict[str, Any]) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    try:
        return store.query(text, prefixes=_prefixes(text), **dataset)
    except SyntaxError as error:
        raise syntax_error(text, error) from error
    except RuntimeError as error:
        # What parses and cannot be evaluated: a function that does not exist.
        raise QueryError(f"the query cannot be answered: {visible(str(error))}") from error


def _prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a query may name: Oxigraph reads all that it is given, each time."""
    return {prefix: iri for prefix, iri in QUERY_PREFIXES.items() if f"{prefix}:" in text}
