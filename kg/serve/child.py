"""A child process that answers queries, seen from an event loop."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import fields
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING, cast

from kg.errors import KgError, QueryLimitError
from kg.rdf.messages import HEADER, Question, pack_message
from kg.rdf.workers import Answer, child_environment, start_command, to_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.rdf.results import Kind

__all__ = ["Child"]

_IDLE_PRIORITY = 19
_FIELDS = [field.name for field in fields(Question)]


class Child(asyncio.SubprocessProtocol):
    """The process of `kg.rdf.answering`: one question at a time, and it can be killed at any moment.

    `kg.rdf.workers.Worker` is the same for a thread that waits; here thousands of questions a second share one thread.
    """

    def __init__(self) -> None:
        self.is_aside = self.is_open = False
        self.identity = (0, 0)
        self._transport: asyncio.SubprocessTransport | None = None
        self._input: asyncio.WriteTransport | None = None
        self._received = bytearray()
        self._parts: list[bytes] = []
        self._head = b"select "
        self._answer: asyncio.Future[Answer] | None = None
        self._ended = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, path: Path, *, max_memory: int | None) -> Child:
        """Return a child that has opened the store.

        Parameters
        ----------
        path
            A build folder with a store, or the folder of a store.
        max_memory
            Bytes that it may take.

        Raises
        ------
        KgError
            If the store cannot be opened.
        """
        loop = asyncio.get_running_loop()
        command = start_command(path, max_memory=max_memory)
        # In a group of its own, it gets no Ctrl-C, which is the server's affair. In a session of its own, Linux would
        # give it as much of the cores as the server and all other workers have, whatever its priority (sched(7)).
        _, child = await loop.subprocess_exec(
            cls, *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, process_group=0, env=child_environment()
        )
        try:
            await child.open()
            child.is_open = True
        except BaseException:
            child.kill()
            await child.ended()
            raise
        return child

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return not self._ended.done()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return cast("asyncio.SubprocessTransport", self._transport).get_pid()

    def open(self) -> asyncio.Future[Answer]:
        """Return an empty answer that will be there as soon as the store is open."""
        return self._say({"text": None})

    def ask(self, question: Question) -> asyncio.Future[Answer]:
        """Return the answer that will be there, or the error.

        The future fails with `QueryError` if the query is wrong, `QueryRefusedError` if it is not allowed,
        `QueryLimitError` if it takes more bytes, rows or memory than it may.
        """
        return self._say({name: getattr(question, name) for name in _FIELDS})

    def kill(self) -> None:
        """End the process at once."""
        if self._transport is not None and self.is_alive:
            with suppress(ProcessLookupError):
                self._transport.kill()

    def put_aside(self) -> None:
        """Let the process go on only with what the others leave of the cores; there is no way back."""
        self.is_aside = True
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _IDLE_PRIORITY)

    def when_ended(self, call: Callable[[Child], object]) -> None:
        """Call a function with this child when its process is gone."""
        self._ended.add_done_callback(lambda _: call(self))

    async def ended(self) -> None:
        """Wait until the process is gone."""
        await asyncio.shield(self._ended)

    def _say(self, content: dict[str, object]) -> asyncio.Future[Answer]:
        self._parts, self._head = [], b"select "
        self._answer = asyncio.get_running_loop().create_future()
        if self._input is None or not self.is_alive:
            self._fail()
        else:
            self._input.write(pack_message(b"Q", json.dumps(content).encode()))
        return self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the process (called by the loop)."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._input = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - there is one pipe
        """Take what the process says (called by the loop)."""
        received = self._received
        received += data
        start = 0
        while len(received) - start >= HEADER.size:
            kind, length = HEADER.unpack_from(received, start)
            end = start + HEADER.size + length
            if len(received) < end:
                break
            self._hear(kind, bytes(received[start + HEADER.size : end]))
            start = end
        del received[:start]

    def _hear(self, kind: bytes, data: bytes) -> None:
        answer = self._answer
        if kind == b"B":
            self._parts.append(data)
        elif kind == b"H":
            self._head = data
        elif answer is None or answer.done() or kind not in (b"D", b"E"):
            return
        elif kind == b"E":
            answer.set_exception(to_error(json.loads(data)))
        else:
            parts, self._parts = self._parts, []
            kind_of_answer, name = self._head.decode().split(" ")
            answer.set_result(Answer(cast("Kind", kind_of_answer), name, b"".join(parts), data != b"\0"))

    def process_exited(self) -> None:
        """Close the way to a process that is gone (called by the loop)."""
        if self._input is not None and not self._input.is_closing():
            self._input.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is gone either way
        """Say that the process is gone, and that all it said was heard (called by the loop)."""
        if self._transport is not None:
            self._transport.close()
        if not self._ended.done():
            self._ended.set_result(None)
        self._fail()

    def _fail(self) -> None:
        """End what it was asked with the reason that it will not be answered."""
        if self._answer is None or self._answer.done():
            return
        status = None if self._transport is None else self._transport.get_returncode()
        if not self.is_open:
            self._answer.set_exception(KgError("its process was ended before it had opened the store"))
        elif status is not None and status < 0:
            reason = "the query needs more memory than it may have, or nests too deep; ask for less at once"
            self._answer.set_exception(QueryLimitError(reason, "memory"))
        else:
            self._answer.set_exception(KgError("the query's process ended before it had answered"))
