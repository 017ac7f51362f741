"""The child process of `kg.export.cypher`: it opens a LadybugDB database, and answers one query about it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from kg.errors import KgError, QueryError
from kg.export.ladybug_file import connected
from kg.rdf.messages import child_streams, pack_done, pack_head, pack_message, read_message
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ladybug

__all__ = ["main", "serve"]

_CHUNK = 65_536
_INTERNAL = frozenset({"_ID", "_SRC", "_DST"})


def main() -> None:
    """Answer a question from standard input on standard output."""
    serve(Path(sys.argv[1]), *child_streams())


def serve(path: Path, questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer a question, or say why not.

    Parameters
    ----------
    path
        The database.
    questions, answers
        Streams of messages, see `kg.rdf.messages`. The bytes of an answer are lines of JSON: the names of the columns,
        and the values of each row.
    """
    message = read_message(questions)
    if message is None:
        return
    question = json.loads(message[1])

    def say(kind: bytes, /, **content: object) -> None:
        answers.write(pack_message(kind, json.dumps(content).encode()))
        answers.flush()

    try:
        with connected(path, read_only=True) as connection:
            say(b"O")
            answer = _execute(connection, question["text"])
            answers.write(pack_head("select", "json"))
            for piece in _pieces(answer, question["limit"]):
                answers.write(pack_message(b"B", piece))
            answers.write(pack_done(truncated=answer.has_next()))
            answers.flush()
    except KgError as error:
        say(b"E", type=type(error).__name__, message=str(error), limit=None)
    except MemoryError:
        say(b"E", type="QueryLimitError", message="the query needs more memory than there is", limit="memory")


def _execute(connection: ladybug.Connection, text: str) -> ladybug.QueryResult:
    try:
        return cast("ladybug.QueryResult", connection.execute(text))
    except RuntimeError as error:
        raise QueryError(f"the query cannot be answered: {visible(str(error))}") from error


def _pieces(answer: ladybug.QueryResult, limit: int | None) -> Iterator[bytes]:
    """Yield the lines of an answer, many at once."""
    piece = bytearray(_line(answer.get_column_names()))
    n_rows = 0
    while answer.has_next() and (limit is None or n_rows < limit):
        piece += _line(list(map(_plain, cast("list[Any]", answer.get_next()))))
        n_rows += 1
        if len(piece) >= _CHUNK:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _line(values: list[Any]) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _plain(value: Any) -> Any:
    """Return a value without what numbers nodes inside the database, and with texts for what JSON has no form of."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items() if name not in _INTERNAL and item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
