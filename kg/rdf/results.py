"""The answer to a query, and how it is written: a table for people, the W3C's formats for programs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Literal, TypeAlias, cast

from kg.errors import QueryError
from kg.terminal import align, fold, visible
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyoxigraph as ox

__all__ = [
    "RESULT_FORMATS",
    "Kind",
    "Result",
    "Row",
    "fitting_format",
    "read_result",
    "to_result",
    "write_cells",
    "write_result",
]

Kind: TypeAlias = Literal["select", "ask", "graph"]
Row: TypeAlias = "tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]"

RESULT_FORMATS: dict[Kind, tuple[str, ...]] = {
    "select": ("table", "csv", "tsv", "json", "xml"),
    "ask": ("table", "csv", "tsv", "json", "xml"),
    "graph": ("table", "turtle", "n-triples", "rdf-xml", "json-ld"),
}
"""The formats that fit each kind of answer; CONSTRUCT and DESCRIBE give a graph."""

_WIDTH = 80  # of a terminal that does not know its own
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


def read_result(kind: Kind, data: bytes, *, truncated: bool = False) -> Result:
    """Return an answer that was written as SPARQL JSON, or a graph as sorted N-Triples."""
    import pyoxigraph as ox

    if kind == "graph":
        quads = ox.parse(data, format=ox.RdfFormat.N_TRIPLES)
        return Result("graph", tuple(quad.triple for quad in quads), truncated=truncated)
    answer = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    if isinstance(answer, ox.QueryBoolean):
        return Result("ask", answer)
    return Result("select", answer, tuple(name.value for name in answer.variables), truncated)


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


def fitting_format(kind: Kind, formats: Sequence[str]) -> str:
    """Return the first of some formats that fits a kind of answer.

    Raises
    ------
    QueryError
        If none does.

    Examples
    --------
    >>> fitting_format("graph", ["json", "turtle"])
    'turtle'
    """
    for name in formats:
        if name in RESULT_FORMATS[kind]:
            return name
    what = {"select": "a SELECT", "ask": "an ASK", "graph": "a CONSTRUCT or DESCRIBE"}[kind]
    asked, allowed = ", ".join(formats), ", ".join(RESULT_FORMATS[kind])
    raise QueryError(f"{asked}: not a format for the answer to {what}; use one of {allowed}")


def write_result(
    result: Result,
    stream: IO[bytes],
    format: str = "table",  # noqa: A002 - the option's name
    *,
    width: int | None = None,
) -> None:
    """Write an answer to a binary stream; for people, or in a format of the W3C.

    Parameters
    ----------
    result
        The answer; it is used up.
    stream
        Where to: a file opened for writing bytes, or ``sys.stdout.buffer``.
    format
        One of ``result.formats``. ``table``: aligned columns in UTF-8, IRIs shortened by `kg.vocab.PREFIXES`, what a
        terminal would obey escaped. ``csv``, ``tsv``, ``json``, ``xml``: SPARQL results. ``turtle``, ``n-triples``,
        ``rdf-xml``, ``json-ld``: the graph, sorted.
    width
        Fold the columns of a table to a terminal of so many columns; None for the width of the terminal that the
        stream is, if it is one.

    Raises
    ------
    QueryError
        If the format does not fit this kind of answer, or a property of the graph has no name in XML.

    References
    ----------
    SPARQL 1.1 Query Results CSV and TSV, https://www.w3.org/TR/sparql11-results-csv-tsv/; JSON,
    https://www.w3.org/TR/sparql11-results-json/; XML, https://www.w3.org/TR/rdf-sparql-XMLres/.
    """
    import pyoxigraph as ox

    fitting_format(result.kind, [format])
    answer = result.answer
    if format == "table":
        _write_table(result, stream, width)
    elif isinstance(answer, tuple) and format == "turtle":
        # Oxigraph writes prefixes in any order.
        stream.write("".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()).encode())
        text = ox.serialize(answer, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""
        stream.write(b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b"@prefix ")))
    elif isinstance(answer, tuple) and format == "rdf-xml":
        _write_rdf_xml(answer, stream)
    elif isinstance(answer, tuple):
        ox.serialize(answer, stream, ox.RdfFormat.N_TRIPLES if format == "n-triples" else ox.RdfFormat.JSON_LD)
    else:
        answer.serialize(stream, getattr(ox.QueryResultsFormat, format.upper()))


# NCName at the end of an IRI, its ASCII part: what RDF/XML can name an element by.
_ELEMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*$")


def _write_rdf_xml(triples: Sequence[ox.Triple], stream: IO[bytes]) -> None:
    """Write a graph as RDF/XML, in which not every graph has a form; Oxigraph would write elements without names.

    References
    ----------
    RDF 1.1 XML Syntax, section 2.6 and its note on serialisation.
    """
    import pyoxigraph as ox

    for triple in triples:
        if _ELEMENT.search(triple.predicate.value) is None:
            iri = visible(triple.predicate.value)
            raise QueryError(f"rdf-xml: no name of XML ends the property {iri}; use turtle, n-triples or json-ld")
    text = ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=PREFIXES) or b""
    head, opening, rest = text.partition(b"<rdf:RDF ")
    # Oxigraph writes prefixes in any order.
    prefixes, end, body = rest.partition(b">")
    stream.write(head + opening + b" ".join(sorted(prefixes.split())) + end + body)


def _write_table(result: Result, stream: IO[bytes], width: int | None) -> None:
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
    right = frozenset(i for i, is_number in enumerate(numeric) if is_number and rows)
    write_cells(names, rows, right, stream, width=width)


def write_cells(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: frozenset[int],
    stream: IO[bytes],
    *,
    width: int | None = None,
) -> None:
    """Write cells as aligned columns to a binary stream; on a terminal, columns fold to its width.

    Parameters
    ----------
    names, rows
        The head, and the rows below it; texts that are safe to print.
    right
        The columns, from 0, that stand at the right.
    stream
        Where to.
    width
        Columns of the terminal that the lines come to; by default those of the stream, if it is one.
    """
    if width is None and stream.isatty():
        width = os.get_terminal_size(stream.fileno()).columns or _WIDTH
    cells = [list(names), *map(list, rows)]
    for line in align(cells if width is None or not names else fold(cells, width), right=right):
        stream.write(line.encode() + b"\n")


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
