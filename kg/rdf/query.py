"""SPARQL over a build: its graph in an Oxigraph store, and the answers to queries about it."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from kg.compression import open_binary
from kg.errors import QueryError
from kg.folder import Folder
from kg.rdf.results import RESULT_FORMATS, Result, to_result, write_result
from kg.rdf.sparql import check_query, has_dataset_clause, syntax_error
from kg.terminal import visible
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox

__all__ = ["RESULT_FORMATS", "Result", "check_query", "load_store", "query", "read_quads", "write_result"]


def _graph_files(folder: Folder, *formats: str) -> tuple[list[Path], ox.RdfFormat]:
    import pyoxigraph as ox

    found = folder.graph_files(*formats)
    if found is None:
        raise QueryError(
            f"{folder.path}: no RDF file to query; make one with `kg build INPUT -o {folder.path} --format turtle`"
        )
    name, paths = found
    rdf = {
        "n-quads": ox.RdfFormat.N_QUADS,
        "n-triples": ox.RdfFormat.N_TRIPLES,
        "turtle": ox.RdfFormat.TURTLE,
        "json-ld": ox.RdfFormat.JSON_LD,
    }[name]
    return paths, rdf


@contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    """Open an RDF file; turn what can be wrong with it into a sentence."""
    import zstandard

    try:
        with open_binary(path) as stream:
            yield stream
    except SyntaxError as error:
        raise QueryError(f"{_place(path, error)}: not valid RDF ({error.msg}); build the folder again") from error
    except (OSError, EOFError, ValueError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise QueryError(f"{path}: cannot be read ({error}); build the folder again") from error


def read_quads(folder: Folder) -> Iterator[ox.Quad]:
    """Yield the quads of a build's RDF file: the first that it has of N-Triples, Turtle, N-Quads and JSON-LD.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    """
    import pyoxigraph as ox

    paths, rdf = _graph_files(folder, "n-triples", "turtle", "n-quads", "json-ld")
    for path in paths:
        with _reading(path) as stream:
            yield from ox.parse(stream, rdf)


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

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    """
    import pyoxigraph as ox

    paths, rdf = _graph_files(folder, "n-quads", "n-triples", "turtle", "json-ld")
    store = ox.Store()
    for path in paths:
        with _reading(path) as stream:
            store.bulk_load(stream, rdf)
    return store


def _place(path: Path, error: SyntaxError) -> str:
    return str(path) if error.lineno is None else f"{path}:{error.lineno}"


def query(source: Folder | ox.Store, text: str, *, limit: int | None = None) -> Result:
    """Return the answer to a SPARQL query about a build.

    The prefixes of `kg.vocab.PREFIXES` need no declaration; the query's own come first. The default graph is the union
    of all graphs, unless ``FROM`` names some; ``FROM`` never reads a file or an address, only graphs of the build.
    ``SERVICE`` is refused before anything runs.

    Parameters
    ----------
    source
        The build, or a store with its graph; several queries are faster on one store of `load_store`.
    text
        A SELECT, ASK, CONSTRUCT or DESCRIBE query of SPARQL 1.1.
    limit
        The largest number of rows or triples to return: the first that are found. Unlike ``LIMIT``, which counts a
        CONSTRUCT's matches, it counts triples.

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
    if isinstance(source, Folder):
        import pyoxigraph as ox

        _ask(ox.Store(), text)  # what is wrong with the query is said before a large build is loaded
        source = load_store(source)
    return to_result(_ask(source, text), limit=limit)


def _ask(store: ox.Store, text: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    # Oxigraph lets a union take the place of FROM's graphs without a word.
    union = not has_dataset_clause(text)
    try:
        return store.query(text, prefixes=PREFIXES, use_default_graph_as_union=union)
    except SyntaxError as error:
        raise syntax_error(text, error) from error
    except RuntimeError as error:
        # What parses and cannot be evaluated: a function that does not exist.
        raise QueryError(f"the query cannot be answered: {visible(str(error))}") from error
