"""Queries in processes of their own, which can be ended at any moment.

Oxigraph has no time limit, and Ctrl-C waits until it is done. So a query runs in a child process (`kg.rdf.answering`)
that opens the store read-only, any number of them side by side, and a child that takes too long is killed: nothing is
lost with it, and the next question starts a new one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

from kg import errors
from kg.errors import KgError, QueryError, QueryLimitError
from kg.interrupts import interrupts_held
from kg.rdf.messages import Question, read_message, write_message
from kg.rdf.results import read_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from kg.rdf.results import Kind, Result

__all__ = ["Answer", "Question", "Stream", "Worker", "child_environment", "most_memory", "start_command", "to_error"]

_SECONDS_TO_END = 5.0  # between closing its output and being gone
_ANSWERING = "kg.rdf.answering"
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {} import main; main()"


class Answer(NamedTuple):
    """A whole answer: its kind, the format that was chosen, its bytes, and whether `limit` cut it."""

    kind: Kind
    format: str
    data: bytes
    truncated: bool


class Worker:
    r"""A child process that answers one query at a time; a context manager, for the child ends with it.

    The process starts with the first question, and anew with the first after it ended. A worker serves one thread at a
    time; only `kill` may be called from another.

    Parameters
    ----------
    path
        A build folder, or the folder of an Oxigraph store. Of a build, its store is opened read-only; where it has
        none, its RDF file is loaded into the child's memory.
    max_memory
        Bytes that the child may take; a query that needs more ends with the child. None for as many as there are.
    module
        The module whose ``main`` the child runs: it answers what is asked as `kg.rdf.answering` does.

    Examples
    --------
    >>> import kg, tempfile
    >>> folder = tempfile.mkdtemp() + "/build"
    >>> _ = kg.build("seeds/", output=folder)
    >>> with Worker(folder) as worker:
    ...     worker.answer(Question(text="SELECT (COUNT(?m) AS ?n) { ?m a pfkg:GeneMention }", formats=("csv",))).data
    b'n\r\n28\r\n'
    """

    def __init__(self, path: str | Path, *, max_memory: int | None = None, module: str = _ANSWERING) -> None:
        self._path, self._module = Path(path), module
        self._max_memory = max_memory
        self._process: subprocess.Popen[bytes] | None = None
        self._is_busy = self._is_open = False

    def __enter__(self) -> Self:
        """Return the worker itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End its process."""
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether it has a process that runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The number of its process, if one runs."""
        return self._process.pid if self._process is not None and self.is_alive else None

    def open(self) -> None:
        """Start the process and open the store, so that the first question does not wait for it.

        Raises
        ------
        KgError
            If there is nothing to query, or it cannot be read.
        """
        for _ in Stream(self, self._send({"text": None}), timeout=None, on_load=None):
            pass  # an answer without bytes

    def ask(
        self, question: Question, *, timeout: float | None = None, on_load: Callable[[], None] | None = None
    ) -> Stream:
        """Return an answer as a stream of bytes that is read as it is made; memory stays small.

        Parameters
        ----------
        question
            The query. An answer before that was not read to its end is given up, and its process ended.
        timeout
            Seconds to the last byte of the answer, without the time that starting the process and opening the store
            take.
        on_load
            Called when the child begins to open the store, if it still has to.

        Raises
        ------
        QueryError
            If the query is wrong, or cannot be answered in that format.
        QueryRefusedError
            If it wants another service, or a change.
        QueryLimitError
            If it takes more time, memory or bytes than it may; also while the stream is read.
        """
        return Stream(self, self._send(asdict(question)), timeout=timeout, on_load=on_load)

    def answer(self, question: Question, *, timeout: float | None = None) -> Answer:
        """Return a whole answer, or raise: never a part of one. The parameters and errors are those of `ask`."""
        stream = self.ask(question, timeout=timeout)
        data = b"".join(stream)
        return Answer(stream.kind, stream.format, data, stream.truncated)

    def kill(self) -> None:
        """End the process at once, from any thread; what it was asked ends with an error."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process, and wait until it is gone."""
        process, self._process = self._process, None
        self._is_busy = self._is_open = False
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                _close(pipe)

    def _send(self, message: dict[str, Any]) -> subprocess.Popen[bytes]:
        """Give the process something to answer; return it."""
        if self._is_busy or not self.is_alive:
            self.close()
        process = self._process or self._start()
        self._is_busy = True
        with suppress(BrokenPipeError):  # it ended just now; reading its answer says so
            write_message(_pipe(process.stdin), b"Q", json.dumps(message).encode())
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        command = start_command(self._path, max_memory=self._max_memory, module=self._module)
        with interrupts_held():  # the mask is inherited: Ctrl-C is the parent's affair
            # Where the memory is full, Rust writes pages to standard error.
            self._process = subprocess.Popen(  # noqa: S603 - our own
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
        return self._process

    def _done(self) -> None:
        self._is_busy = False


def query_within(path: Path, text: str, *, timeout: float, limit: int | None = None) -> Result:
    """Return the answer to a query that is ended after so many seconds; the errors are those of `Worker.ask`.

    Parameters
    ----------
    path
        A build folder, or the folder of an Oxigraph store.
    text, timeout, limit
        Those of `Worker.ask` and `Question`.
    """
    with Worker(path, max_memory=most_memory()) as worker:
        found = worker.answer(Question(text=text, formats=("json", "n-triples"), limit=limit), timeout=timeout)
    return read_result(found.kind, found.data, truncated=found.truncated)


class Stream:
    """An answer that is being made: its bytes, walked once.

    Attributes
    ----------
    kind, format
        The kind of answer, and the format that was chosen.
    truncated
        Whether there were more rows than the limit let through; known when the last byte is read.
    """

    def __init__(
        self,
        worker: Worker,
        process: subprocess.Popen[bytes],
        *,
        timeout: float | None,
        on_load: Callable[[], None] | None,
    ) -> None:
        self._worker, self._process = worker, process
        self._timeout, self._is_late = timeout, False
        self._timer: threading.Timer | None = None
        if worker._is_open:  # noqa: SLF001 - the two are one
            self._start_timer()
        self.kind: Kind = "select"
        self.format = ""
        self.truncated = False
        kind, data = self._next()
        while kind in (b"L", b"O"):
            if kind == b"O":
                worker._is_open = True  # noqa: SLF001 - the two are one
                self._start_timer()
            elif on_load is not None:
                on_load()
            kind, data = self._next()
        if kind == b"H":
            self.kind, self.format = data.decode().split(" ")  # type: ignore[assignment]
        else:
            self._end(data)
        self._is_done = kind == b"D"

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes of the answer, as they come."""
        while not self._is_done:
            kind, data = self._next()
            if kind == b"B":
                yield data
            else:
                self._end(data)
                self._is_done = True

    def _next(self) -> tuple[bytes, bytes]:
        """Return the next message; an error is raised."""
        message = read_message(_pipe(self._process.stdout))
        if message is None:
            self._stop_timer()
            raise self._death()
        if message[0] == b"E":
            self._stop_timer()
            self._worker._done()  # noqa: SLF001 - the two are one
            raise to_error(json.loads(message[1]))
        return message

    def _death(self) -> QueryError:
        """Return why the process is gone."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_SECONDS_TO_END)
        status = self._process.returncode
        self._worker.close()
        if self._is_late:
            return QueryLimitError(f"the query took longer than {self._timeout:g} s and was ended", "time")
        if status is not None and status >= 0:
            return QueryError(f"the query's process ended by itself, with status {status}")
        if status == -signal.SIGSEGV:
            return QueryError("the query's process crashed, most often because the query nests too deep; nest it less")
        return QueryLimitError(
            "the query's process was ended, most often because the memory was full; ask for less at once", "memory"
        )

    def _end(self, data: bytes) -> None:
        self._stop_timer()
        self.truncated = data != b"\0"
        self._worker._done()  # noqa: SLF001 - the two are one

    def _start_timer(self) -> None:
        if self._timeout is not None:
            self._timer = threading.Timer(self._timeout, self._expire)
            self._timer.daemon = True
            self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()  # whether it killed the process is settled now
            self._timer = None

    def _expire(self) -> None:
        self._is_late = True
        self._process.kill()


def start_command(path: Path, *, max_memory: int | None = None, module: str = _ANSWERING) -> list[str]:
    """Return the command that starts a child process; the parameters are those of `Worker`."""
    root = Path(__file__).resolve().parents[2]
    return [sys.executable, "-P", "-c", _START.format(module), str(root), str(path), str(max_memory or 0)]


def most_memory() -> int:
    """Return three quarters of the machine's memory, in bytes: a query that wants more leaves nothing to others."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4


def child_environment() -> dict[str, str]:
    """Return the environment in which a child process answers fastest.

    A query takes and gives back hundreds of small pieces of memory; glibc keeps seven of a size at hand. With more of
    them a query takes a seventh less time. Other C libraries take no notice.

    References
    ----------
    The GNU C Library, Memory Allocation Tunables,
    https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html
    """
    tunables = [text for text in (os.environ.get("GLIBC_TUNABLES"), "glibc.malloc.tcache_count=2000") if text]
    return {**os.environ, "GLIBC_TUNABLES": ":".join(tunables)}


def to_error(content: dict[str, Any]) -> KgError:
    """Return the error that a child's message of kind E tells of."""
    if content["limit"] is not None:
        return QueryLimitError(content["message"], content["limit"])
    error_type = getattr(errors, content["type"], QueryError)
    return error_type(content["message"])  # one of `kg.errors`


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("a worker's process has pipes")
    return stream


def _close(pipe: IO[bytes] | None) -> None:
    with suppress(BrokenPipeError):  # a question that it did not read any more
        _pipe(pipe).close()
