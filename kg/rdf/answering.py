"""The child process of `kg.rdf.workers`: it opens a build or a store, and answers what it is asked."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from kg.errors import KgError, QueryLimitError
from kg.folder import Folder, is_build
from kg.rdf.messages import Question, child_streams, pack_done, pack_head, pack_message, read_message
from kg.rdf.query import check_answerable, is_default_empty, open_store, query
from kg.rdf.results import fitting_format, write_result
from kg.rdf.row_count import RowCount

if TYPE_CHECKING:
    import pyoxigraph as ox

__all__ = ["main", "serve"]

_CHUNK = 65_536


def main() -> None:
    """Answer questions from standard input on standard output, until the input ends."""
    path, max_memory = Path(sys.argv[1]), int(sys.argv[2])
    if max_memory:
        _limit_memory(max_memory)
    serve(path, *child_streams())


def _limit_memory(n_bytes: int) -> None:
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:  # who started this process allows no more
        n_bytes = min(n_bytes, most)
    resource.setrlimit(resource.RLIMIT_DATA, (n_bytes, n_bytes))


def serve(path: Path, questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer questions in order until there are no more.

    Parameters
    ----------
    path
        A build folder, or the folder of an Oxigraph store.
    questions, answers
        Streams of messages, see `kg.rdf.workers`.
    """
    child = _Child(path, answers)
    while (message := read_message(questions)) is not None:
        child.answer(json.loads(message[1]))


class _Child:
    """What the child has open, and where it answers."""

    def __init__(self, path: Path, answers: IO[bytes]) -> None:
        self._path, self._answers = path, answers
        self._store: ox.Store | None = None
        self._is_union = False

    def answer(self, content: dict[str, Any]) -> None:
        """Answer one question, or say why not."""
        try:
            if content["text"] is None:
                self._open()
                self._end(truncated=False)
            else:
                names = ("formats", "default_graphs", "named_graphs")
                self._answer(Question(**content | {name: tuple(content[name]) for name in names}))
        except (OSError, RuntimeError) as error:  # the files of the store
            self._say(b"E", type="QueryError", message=f"{self._path}: cannot be read ({error})", limit=None)
        except KgError as error:
            limit = error.limit if isinstance(error, QueryLimitError) else None
            self._say(b"E", type=type(error).__name__, message=str(error), limit=limit)

    def _answer(self, question: Question) -> None:
        if self._store is None:
            check_answerable(question.text)  # what is wrong with the query is said before a large build is loaded
        store = self._open()
        result = query(
            store,
            question.text,
            limit=question.limit,
            default_graphs=question.default_graphs,
            named_graphs=question.named_graphs,
            is_union=self._is_union,
        )
        name = fitting_format(result.kind, question.formats)
        if isinstance(result.answer, tuple):
            _check_rows(len(result.answer), question.max_rows)
        self._answers.write(pack_head(result.kind, name))  # something follows at once, and both go in one piece
        stream = _Messages(self._answers, name, question)
        write_result(result, stream, name, width=question.width)
        stream.finish(is_whole=True)
        self._end(truncated=result.truncated)

    def _open(self) -> ox.Store:
        if self._store is None:
            self._say(b"L")
            self._store = open_store(Folder(self._path) if is_build(self._path) else self._path)
            self._is_union = is_default_empty(self._store)
            self._say(b"O")
        return self._store

    def _say(self, message: bytes, /, **content: object) -> None:
        self._answers.write(pack_message(message, json.dumps(content).encode()))
        self._answers.flush()

    def _end(self, *, truncated: bool) -> None:
        self._answers.write(pack_done(truncated=truncated))
        self._answers.flush()


class _Messages(io.RawIOBase, BinaryIO):
    """A stream that makes messages of what is written to it, up to a number of bytes and rows."""

    def __init__(self, answers: IO[bytes], format: str, question: Question) -> None:  # noqa: A002 - the option's name
        self._answers, self._max_bytes, self._n_bytes = answers, question.max_bytes, 0
        self._rows, self._max_rows = RowCount(format), question.max_rows
        self._piece = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._piece += data
        self._n_bytes += len(data)
        if self._max_bytes is not None and self._n_bytes > self._max_bytes:
            raise QueryLimitError(
                f"the answer is larger than {self._max_bytes:,} bytes; ask for less, with LIMIT for example", "bytes"
            )
        if len(self._piece) >= _CHUNK:
            self.finish()
        return len(data)

    def finish(self, *, is_whole: bool = False) -> None:
        """Send what waits; the whole answer, if nothing was sent before and nothing will be."""
        if self._piece:
            piece = bytes(self._piece)
            # What has so few bytes has no more rows.
            is_short = is_whole and len(piece) == self._n_bytes
            if self._max_rows is not None and not (is_short and len(piece) <= self._max_rows):
                _check_rows(self._rows.add(piece), self._max_rows)
            self._answers.write(pack_message(b"B", piece))
            self._piece.clear()


def _check_rows(n_rows: int, max_rows: int | None) -> None:
    if max_rows is not None and n_rows > max_rows:
        reason = f"the answer has more than {max_rows:,} rows; ask for less, with LIMIT for example"
        raise QueryLimitError(reason, "rows")
