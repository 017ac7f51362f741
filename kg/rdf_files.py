"""The RDF files of a build, read: decompressed, parsed, and what is wrong with them in a sentence."""

from __future__ import annotations

import io
from contextlib import contextmanager
from itertools import islice
from typing import IO, TYPE_CHECKING, cast

from kg.compression import open_binary
from kg.folder import GRAPH_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from kg.errors import KgError

__all__ = ["MOST_TELLING", "parse_file", "reading", "to_lines", "unreadable"]

MOST_TELLING = ("n-quads", "n-triples", "turtle", "json-ld")
"""The formats of `kg.folder.GRAPH_SUFFIXES`: the one that knows named graphs, then the others, the fastest first."""

_NODES = 1000
"""Lines of JSON-LD that are parsed at once."""


@contextmanager
def reading(path: Path, name: str, error_type: type[KgError]) -> Iterator[IO[bytes]]:
    """Open an RDF file of a build; what goes wrong in the block, with the file or with a parser, is one sentence.

    Parameters
    ----------
    path
        The file; with the suffix ``.gz`` or ``.zst`` it is compressed so.
    name
        Its format, as `kg.folder.GRAPH_SUFFIXES` names it.
    error_type
        The error that is raised.

    Raises
    ------
    KgError
        Of `error_type`, if the file cannot be read or is not of its format.
    """
    try:
        with open_binary(path) as stream:
            yield stream
    except (SyntaxError, OSError, EOFError, ValueError) as error:
        raise error_type(unreadable(path, name, error)) from error


def unreadable(path: Path, name: str, error: Exception) -> str:
    """Return the sentence that says why an RDF file of a build cannot be read as what it is.

    Examples
    --------
    >>> from pathlib import Path
    >>> unreadable(Path("demo/graph.nq"), "n-quads", EOFError("it is cut off"))
    'demo/graph.nq: cannot be read as n-quads (it is cut off); build the folder again'
    """
    line = error.lineno if isinstance(error, SyntaxError) else None
    place = path if line is None else f"{path}:{line}"
    reason = error.msg if isinstance(error, SyntaxError) else error
    return f"{place}: cannot be read as {name} ({reason}); build the folder again"


def parse_file(path: Path, name: str, error_type: type[KgError]) -> Iterator[ox.Quad]:
    """Yield the quads of an RDF file of a build; the parameters and errors are those of `reading`."""
    import pyoxigraph as ox

    with reading(path, name, error_type) as stream:
        if name == "json-ld":
            yield from _parse_json_ld(stream)
        else:
            syntax = ox.RdfFormat.from_extension(GRAPH_SUFFIXES[name])
            yield from cast("Iterator[ox.Quad]", ox.parse(stream, format=syntax))


def to_lines(stream: IO[bytes]) -> IO[bytes]:
    """Return a binary stream that has lines; zstandard's has none."""
    if isinstance(stream, io.BufferedIOBase):
        return cast("IO[bytes]", stream)
    return cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", stream)))


def _parse_json_ld(stream: IO[bytes]) -> Iterator[ox.Quad]:
    """Yield the quads of a JSON-LD document, piece by piece where it has a line a node, as `kg` writes it.

    pyoxigraph builds the whole document in memory (200 MB for 1,000 figures), and its streaming profile wants
    ``@type`` before ``@id``.
    """
    import pyoxigraph as ox

    json_ld = ox.RdfFormat.JSON_LD
    file = to_lines(stream)
    opening = b""
    for line in file:
        opening += line
        if line.strip() == b'"@graph": [':
            break
    nodes = list(islice(file, _NODES))
    if not nodes or not nodes[0].startswith(b"{") or not nodes[0].rstrip().endswith((b"}", b"},")):
        yield from ox.parse(opening + b"".join(nodes) + file.read(), format=json_ld)
        return
    while nodes:
        following = list(islice(file, _NODES))
        piece = b"".join(nodes).rstrip()
        # A piece that is not the last has a comma instead of the document's end; one with neither is a syntax error.
        if following and (piece.endswith(b",") or following[0].startswith(b"]")):
            piece = piece.removesuffix(b",") + b"]}"
        yield from ox.parse(opening + piece, format=json_ld)
        nodes = following
