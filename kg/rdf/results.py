"""The answer to a query, and how it is written: a table for people, the W3C's formats for programs."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Literal, TypeAlias, cast

from kg.errors import QueryError
from kg.terminal import align, visible
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyoxigraph as ox

__all__ = ["RESULT_FORMATS", "Kind", "Result", "Row", "to_result", "write_cells", "write_result"]

Kind: TypeAlias = Literal["select", "ask", "graph"]
Row: TypeAlias = "tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]"

RESULT_FORMATS: dict[Kind, tuple[str, ...]] = {
    "select": ("table", "csv", "tsv", "json", "xml"),
    "ask": ("table", "csv", "tsv", "json", "xml"),
    "graph": ("table", "turtle", "n-triples"),
}
"""The formats that fit each kind of answer; CONSTRUCT and DESCRIBE give a graph."""

_NUMBERS = frozenset(
    PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "gYear", "int", "long", "short")
)
# What may stand behind a prefix without escapes (PN_LOCAL of SPARQL 1.1, its ASCII part).
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The answer to one query. Rows are computed as they are taken, so it is walked, or written, once.

    Attributes
    ----------
    kind
        ``select``: rows of `variables`. ``ask``: true or false, the truth value of this object. ``graph``: the triples
        of CONSTRUCT or DESCRIBE.
    answer
        What Oxigraph answered; a graph as its distinct triples in the order of their N-Triples lines.
    variables
        The names of the columns, without question marks; empty for the other kinds.
    truncated
        Whether there were more rows, or triples, than `limit` let through.
    """

    kind: Kind
    answer: ox.QuerySolutions | ox.QueryBoolean | tuple[ox.Triple, ...]
    variables: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that `write_result` writes this kind of answer in."""
        return RESULT_FORMATS[self.kind]

    def __bool__(self) -> bool:
        """Return what ASK found; of the other kinds every answer is true, also an empty one."""
        return bool(self.answer) if self.kind == "ask" else True

    def __iter__(self) -> Iterator[Row]:
        """Return the rows, a term or None for each variable, as the query orders them; of a graph its triples, sorted.

        The terms are pyoxigraph's; ``term.value`` is the IRI or the text.
        """
        import pyoxigraph as ox

        answer = self.answer
        if isinstance(answer, ox.QuerySolutions):
            return (tuple(solution[name] for name in self.variables) for solution in answer)
        if isinstance(answer, tuple):
            return ((triple.subject, triple.predicate, triple.object) for triple in answer)
        return iter(())

    def to_rows(self) -> list[dict[str, str | None]]:
        """Return the rows as dictionaries of text: IRIs whole, literals without their types, None where unbound."""
        names = self.variables if self.kind == "select" else ("subject", "predicate", "object")
        return [dict(zip(names, map(_plain, row), strict=True)) for row in self]


def _plain(term: object) -> str | None:
    return None if term is None else str(getattr(term, "value", term))


def to_result(answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, *, limit: int | None = None) -> Result:
    """Return what Oxigraph answered as a `Result`, with at most `limit` rows or triples, the first that it found."""
    import pyoxigraph as ox

    if isinstance(answer, ox.QueryBoolean):
        return Result("ask", answer)
    if isinstance(answer, ox.QuerySolutions):
        names = tuple(variable.value for variable in answer.variables)
        if limit is None:
            return Result("select", answer, names)
        rows: list[Row] = [tuple(row[name] for name in names) for row in islice(answer, limit + 1)]
        return Result("select", _solutions(names, rows[:limit]), names, truncated=len(rows) > limit)
    found: dict[ox.Triple, None] = {}
    for triple in answer:
        found[triple] = None
        if limit is not None and len(found) > limit:
            break
    kept = tuple(sorted(islice(found, limit), key=str))
    return Result("graph", kept, truncated=len(found) > len(kept))


def _solutions(names: Sequence[str], rows: Sequence[Row]) -> ox.QuerySolutions:
    """Return rows as Oxigraph's solutions, so that its writers serve for cut answers too.

    Solutions come out of queries only: this one counts the rows, and asks for each cell by its place.
    """
    import pyoxigraph as ox

    if not names:
        return cast("ox.QuerySolutions", ox.Store().query(f"SELECT * WHERE {{ VALUES () {{ {'() ' * len(rows)} }} }}"))
    cell = ox.NamedNode("urn:kg:cell")
    # A name longer than the longest is none of them.
    row = "row" + "_" * max(map(len, names))
    binds = " ".join(f"BIND(<{cell.value}>(?{row}, {i}) AS ?{name})" for i, name in enumerate(names))
    select = " ".join(f"?{name}" for name in names)
    numbers = " ".join(map(str, range(len(rows))))

    def value(number: ox.Literal, column: ox.Literal) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None:
        return rows[int(number.value)][int(column.value)]

    text = f"SELECT {select} WHERE {{ VALUES ?{row} {{ {numbers} }} {binds} }}"
    return cast("ox.QuerySolutions", ox.Store().query(text, custom_functions={cell: value}))


def write_result(result: Result, stream: IO[bytes], format: str = "table") -> None:  # noqa: A002 - the option's name
    """Write an answer to a binary stream; for people, or in a format of the W3C.

    Parameters
    ----------
    result
        The answer; it is used up.
    stream
        Where to: a file opened for writing bytes, or ``sys.stdout.buffer``.
    format
        One of ``result.formats``. ``table``: aligned columns in UTF-8, IRIs shortened by `kg.vocab.PREFIXES`, what a
        terminal would obey escaped; on a terminal, columns fold to its width. ``csv``, ``tsv``, ``json``, ``xml``:
        SPARQL results. ``turtle``, ``n-triples``: the graph, sorted.

    Raises
    ------
    QueryError
        If the format does not fit this kind of answer.

    References
    ----------
    SPARQL 1.1 Query Results CSV and TSV, https://www.w3.org/TR/sparql11-results-csv-tsv/; JSON,
    https://www.w3.org/TR/sparql11-results-json/; XML, https://www.w3.org/TR/rdf-sparql-XMLres/.
    """
    import pyoxigraph as ox

    if format not in result.formats:
        what = {"select": "a SELECT", "ask": "an ASK", "graph": "a CONSTRUCT or DESCRIBE"}[result.kind]
        raise QueryError(f"{format}: not a format for the answer to {what}; use one of {', '.join(result.formats)}")
    answer = result.answer
    if format == "table":
        _write_table(result, stream)
    elif isinstance(answer, tuple) and format == "turtle":
        # Oxigraph writes prefixes in any order.
        stream.write("".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()).encode())
        text = ox.serialize(answer, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""
        stream.write(b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b"@prefix ")))
    elif isinstance(answer, tuple):
        ox.serialize(answer, stream, ox.RdfFormat.N_TRIPLES)
    else:
        answer.serialize(stream, getattr(ox.QueryResultsFormat, format.upper()))


def _write_table(result: Result, stream: IO[bytes]) -> None:
    if result.kind == "ask":
        stream.write(b"true\n" if result else b"false\n")
        return
    names = result.variables if result.kind == "select" else ("subject", "predicate", "object")
    numeric = [True] * len(names)
    rows: list[list[str]] = []
    for row in result:
        rows.append([_cell(term) for term in row])
        for i, term in enumerate(row):
            numeric[i] = numeric[i] and (term is None or _is_number(term))
    write_cells(names, rows, frozenset(i for i, is_number in enumerate(numeric) if is_number and rows), stream)


def write_cells(names: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int], stream: IO[bytes]) -> None:
    """Write cells as aligned columns to a binary stream; on a terminal, columns fold to its width.

    Parameters
    ----------
    names, rows
        The head, and the rows below it; texts that are safe to print.
    right
        The columns, from 0, that stand at the right.
    stream
        Where to.
    """
    if stream.isatty():
        _write_terminal_table(names, rows, right, stream)
        return
    for line in align([list(names), *rows], right=right):
        stream.write(line.encode() + b"\n")


def _write_terminal_table(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int], stream: IO[bytes]
) -> None:
    """Write a table with its columns folded to the terminal's width."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    text = io.TextIOWrapper(stream, encoding="utf-8", write_through=True)
    try:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for i, name in enumerate(names):
            table.add_column(Text(name), justify="right" if i in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        Console(file=text).print(table)
    finally:
        # The stream stays open; it is the caller's.
        text.detach()


def _is_number(term: object) -> bool:
    datatype = getattr(term, "datatype", None)
    return datatype is not None and datatype.value in _NUMBERS


def _cell(term: object) -> str:
    """Return a term as people read it: a short IRI, or the text of a literal with its language."""
    import pyoxigraph as ox

    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return visible(_short(term.value))
    if isinstance(term, ox.Literal):
        return visible(term.value) + (f"@{term.language}" if term.language else "")
    return visible(str(term))


def _short(iri: str) -> str:
    """Return an IRI as a prefixed name of `PREFIXES`; whole where none fits."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
