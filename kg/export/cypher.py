"""Cypher over a build: its property graph in a LadybugDB database, and the answers to queries about it.

A query runs in a process of its own (`kg.export.cypher_answering`), which is killed at the time limit, on Ctrl-C and
with its parent: LadybugDB does not look at its own limit in the middle of a step.

The database is made at the first query, inside the build folder, so that it goes when the folder is built again. A
query can read nothing else, and change nothing: the database is open for reading only, and what would read or write
files, or load code, is refused before anything runs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import re
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kg.answers import to_json
from kg.errors import ExportError, QueryError
from kg.export.ladybug_file import schema_statements, write_ladybug
from kg.export.property_graph import PropertyGraph
from kg.rdf.results import write_cells
from kg.rdf.workers import Question, Worker
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.folder import Folder

__all__ = ["CYPHER_FORMATS", "CypherResult", "check_cypher", "cypher", "database_of", "write_cypher_result"]

CYPHER_FORMATS = ("table", "csv", "tsv", "json")
"""How an answer can be written."""

_TOKENS = re.compile(
    r"""
    (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<name>`(?:``|[^`])*`)|(?P<comment>/\*.*?\*/|//[^\n\r]*)
    |(?P<word>[^\W\d]\w*)|(?P<end>;)|(?P<open>['"`]|/\*)|(?P<blank>\s+)|(?P<number>\d\w*)|(?P<other>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_FIRST = frozenset({"MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL", "EXPLAIN", "PROFILE"})
_REFUSED = frozenset(
    {
        *("LOAD", "COPY", "ATTACH", "DETACH", "INSTALL", "UNINSTALL", "UPDATE", "EXPORT", "IMPORT", "USE", "EXTENSION"),
        *("CREATE", "MERGE", "SET", "DELETE", "REMOVE", "DROP", "ALTER", "INSERT", "FOREACH", "PREPARE", "EXECUTE"),
        *("BEGIN", "COMMIT", "ROLLBACK", "CHECKPOINT", "PROJECT", "COMMENT", "MACRO", "FORCE"),
    }
)
_CALLED = frozenset({"SHOW_TABLES", "TABLE_INFO", "SHOW_CONNECTION", "DB_VERSION", "SHOW_FUNCTIONS"})
_MAX_DEPTH = 50  # of brackets, as in SPARQL; some thousand would take minutes, and the whole stack
_OPENED, _CLOSED = frozenset("([{"), frozenset(")]}")
_BREAKS = re.compile("[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class CypherResult:
    """The answer to one Cypher query.

    Attributes
    ----------
    columns
        Their names.
    rows
        The values: texts, numbers, truth values, None, and lists and dictionaries of them. A node is a dictionary of
        its label (``_LABEL``) and its properties.
    truncated
        Whether there were more rows than the limit let through.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries by column.

        Raises
        ------
        QueryError
            If two columns have the same name.
        """
        twice = next((name for name in self.columns if self.columns.count(name) > 1), None)
        if twice is not None:
            raise QueryError(f"{visible(twice)}: two columns of the answer are called so; name them apart with AS")
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def cypher(
    folder: Folder,
    text: str,
    *,
    limit: int | None = None,
    timeout: float | None = None,
    made: Callable[[Path], None] | None = None,
) -> CypherResult:
    """Return the answer to a Cypher query about a build.

    Parameters
    ----------
    folder
        The build.
    text
        One query that reads: MATCH, WITH, UNWIND, RETURN and so on.
    limit
        The largest number of rows to return, the first that are found.
    timeout
        Seconds after which it is ended, without the time that making the database takes.
    made
        Told where the database is, if this query had to make it.

    Raises
    ------
    QueryError
        If the query is malformed, or is not allowed.
    QueryLimitError
        If it took longer than `timeout`, or more memory than there is.
    ExportError
        If LadybugDB is not installed, or the database cannot be made.

    References
    ----------
    openCypher 9, https://opencypher.org/resources/

    Examples
    --------
    >>> import kg
    >>> cypher(kg.build("seeds/"), "MATCH (g:Gene {symbol: 'STAT3'}) RETURN g.n_figures AS n").to_rows()
    [{'n': 2}]
    """
    if limit is not None and limit < 0:
        raise QueryError(f"a limit of {limit}: give a number from 0")
    if timeout is not None and not 0 < timeout < math.inf:
        raise QueryError(f"a timeout of {timeout:g} s: give a number of seconds above 0")
    check_cypher(text)
    with Worker(database_of(folder, made=made), module="kg.export.cypher_answering") as worker:
        answer = worker.answer(Question(text=text, limit=limit), timeout=timeout)
    columns, *rows = map(json.loads, answer.data.splitlines())
    return CypherResult(tuple(columns), tuple(map(tuple, rows)), answer.truncated)


def database_of(folder: Folder, *, made: Callable[[Path], None] | None = None) -> Path:
    """Return the LadybugDB database of a build, which is made where it is missing.

    It stands in the build folder; where that cannot be written to, in a temporary one that goes with the object
    `folder`. Its name tells the versions of the schema and of LadybugDB, so that one of others is not taken for it.

    Parameters
    ----------
    folder
        The build.
    made
        Told where it is, if it had to be made.

    Raises
    ------
    ExportError
        If LadybugDB is not installed, or the database cannot be written.
    """
    try:
        import ladybug
    except ImportError as error:
        raise ExportError("Cypher needs LadybugDB: pip install 'pfocr-kg[ladybug]'") from error
    graph = PropertyGraph(folder)
    said = [ladybug.__version__, *schema_statements(graph.labels, graph.edge_kinds)]
    name = f"cypher-{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]}.lbug"
    path = folder.path / name
    if path.is_file():
        return path
    if not os.access(folder.path, os.W_OK):
        place = tempfile.mkdtemp(prefix="kg-")
        weakref.finalize(folder, shutil.rmtree, place, ignore_errors=True)
        path = Path(place, name)
    write_ladybug(graph, path)
    if made is not None:
        made(path)
    return path


def check_cypher(text: str) -> None:
    """Refuse what is not one query that only reads the database.

    Raises
    ------
    QueryError
        If it has a word that would change something, or reach files or code; or there are several statements; or its
        brackets nest too deep.

    Examples
    --------
    >>> check_cypher("MATCH (g:Gene) WHERE g.symbol <> 'LOAD' RETURN g.symbol")
    >>> check_cypher("LOAD FROM '/etc/passwd' RETURN *")
    Traceback (most recent call last):
    kg.errors.QueryError: LOAD is not allowed: a query only reads the graph; a name of that spelling needs backticks
    """
    words = list(_words(text))
    if not words:
        raise QueryError("there is no query; MATCH (n:Figure) RETURN n.id is one")
    for i, word in enumerate(words):
        if word == ";":
            if i + 1 < len(words):
                raise QueryError("several statements: give one query at a time")
        elif word in _REFUSED:
            raise QueryError(
                f"{word} is not allowed: a query only reads the graph; a name of that spelling needs backticks"
            )
        elif word == "CALL" and (i + 1 == len(words) or words[i + 1] not in _CALLED):
            raise QueryError(f"CALL is allowed for {', '.join(sorted(map(str.lower, _CALLED)))} only")
    if words[0] not in _FIRST:
        raise QueryError(f"{visible(words[0])}: no query begins so; MATCH, UNWIND, WITH, RETURN and CALL do")


def _words(text: str) -> Iterator[str]:
    """Yield the words of a query in upper case, without those in quotes and comments, and its semicolons."""
    depth = 0
    for match in _TOKENS.finditer(text):
        depth += (match.group() in _OPENED) - (match.group() in _CLOSED)
        if depth > _MAX_DEPTH:
            raise QueryError(f"brackets nest more than {_MAX_DEPTH} deep; write a flatter query")
        if match.lastgroup == "open":
            raise QueryError(f"a quote or comment is opened by {match.group()} and not closed")
        if match.lastgroup == "word":
            yield match.group().upper()
        elif match.lastgroup == "number":  # LadybugDB needs no blank behind one: in `1LOAD` it reads LOAD
            yield from (word for word in (*sorted(_REFUSED), "CALL") if match.group().upper().endswith(word))
        elif match.lastgroup == "end":
            yield ";"


def write_cypher_result(result: CypherResult, stream: IO[bytes], format: str = "table") -> None:  # noqa: A002
    """Write an answer to a binary stream.

    Parameters
    ----------
    result
        The answer.
    stream
        Where to: a file opened for writing bytes, or ``sys.stdout.buffer``.
    format
        One of `CYPHER_FORMATS`. ``table``: as `kg.rdf.results` writes them. ``csv``, ``tsv``: a
        list or a node is JSON, what is null is nothing; in TSV, blanks stand for tabs and line breaks. ``json``: an
        array of objects; ``Infinity`` and ``NaN`` are texts.

    Raises
    ------
    QueryError
        If there is no such format, or two columns have the same name and the format is ``json``.
    """
    if format not in CYPHER_FORMATS:
        raise QueryError(f"{format}: not a format for the answer to Cypher; use one of {', '.join(CYPHER_FORMATS)}")
    if format == "json":
        stream.write((to_json(_as_json(result.to_rows())) + "\n").encode())
        return
    cells = [list(map(_cell, row)) for row in result.rows]
    if format == "table":
        numbers = (int, float, type(None))
        right = frozenset(
            i
            for i, _ in enumerate(result.columns)
            if cells and all(isinstance(row[i], numbers) and not isinstance(row[i], bool) for row in result.rows)
        )
        shown = [list(map(visible, row)) for row in [list(result.columns), *cells]]
        write_cells(shown[0], shown[1:], right, stream)
        return
    text = io.StringIO(newline="")
    if format == "csv":
        csv.writer(text, lineterminator="\n").writerows([result.columns, *cells])
    else:
        text.writelines("\t".join(_BREAKS.sub(" ", cell) for cell in row) + "\n" for row in [result.columns, *cells])
    stream.write(text.getvalue().encode())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    plain = _as_json(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _as_json(value: Any) -> Any:
    """Return a value with texts for the numbers that JSON has no form of (``Infinity``, ``-Infinity``, ``NaN``)."""
    return json.loads(json.dumps(value), parse_constant=str)
