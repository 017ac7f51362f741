"""A connection of uvicorn's that does not wait for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, cast

from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import Scope

__all__ = ["HEAD_BYTES", "HEAD_SECONDS", "SEND_SECONDS", "Connection", "while_connected"]

HEAD_BYTES = 65_536
"""How long the head of a request may be, its address included."""

HEAD_SECONDS = 10.0
"""How long the head of a request may take to arrive."""

SEND_SECONDS = 30.0
"""How long a client may leave what was sent to it unread."""

_EXTENSION = "kg.connection"  # of ASGI: where a request finds the connection that it came by

_T = TypeVar("_T")


async def while_connected(scope: Scope, answering: Awaitable[_T]) -> _T:
    """Return what is waited for, or give it up as soon as the client goes: it is cancelled.

    A task of its own that waits for the client to go would cost as much as the rest of the request.

    Parameters
    ----------
    scope
        The request, which was read to its end.
    answering
        What is waited for.

    Raises
    ------
    ClientDisconnect
        If the client went.
    """
    connection: Connection = scope["extensions"][_EXTENSION]
    task = cast("asyncio.Task[object]", asyncio.current_task())
    connection.begin_asking(task, scope)
    try:
        return await answering
    except asyncio.CancelledError:
        if connection.is_lost:
            task.uncancel()
            raise ClientDisconnect from None
        raise
    finally:
        connection.end_asking()


class Connection(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it; a client whose request does not come to an end, or that does not read, is cut off.

    uvicorn's own timer only sees connections that are idle between two requests, and it takes heads of any length.
    The head of an answer waits for the first piece of its body: one call of the system sends both, and one packet has
    both.
    """

    _timer: asyncio.TimerHandle | None = None
    _send_timer: asyncio.TimerHandle | None = None
    _n_head = 0
    _asking: asyncio.Task[object] | None = None
    _asked: Scope | None = None
    is_lost = False

    def begin_asking(self, task: asyncio.Task[object], scope: Scope) -> None:
        """Cancel a task if the client goes before `end_asking`; what it still sends of this request is not kept."""
        self._asking, self._asked = task, scope
        self.flow.resume_reading()  # nobody sees a client go while nothing is read
        if self.is_lost:
            task.cancel()

    def end_asking(self) -> None:
        """Let the task be."""
        self._asking = self._asked = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request (called by the loop)."""
        super().connection_made(cast("asyncio.Transport", _Together(transport, self)))
        self._wait()

    def on_message_begin(self) -> None:
        """Let the request know its connection (called by the parser)."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {_EXTENSION: self}

    def on_body(self, body: bytes) -> None:
        """Take a piece of a request's body (called by the parser)."""
        if self.cycle.scope is not self._asked:  # the next request can come while this one is answered
            super().on_body(body)

    def on_response_complete(self) -> None:
        """Send a head without a body (called by the cycle of a request)."""
        cast("_Together", self.transport).send_head()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends (called by the loop)."""
        before = self.cycle
        is_answered = before is None or before.response_complete
        is_head = is_answered or not before.more_body
        super().data_received(data)
        if self.cycle is not before:
            self._stop_waiting()
        elif is_head:
            self._n_head += len(data)
            if self._n_head > HEAD_BYTES:
                self.send_400_response("The address and the headers are too long; post the query.")
            elif is_answered and self._timer is None:
                self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client (called by the loop)."""
        self.is_lost = True
        self._stop_waiting()
        self._stop_send_timer()
        super().connection_lost(exc)
        if self._asking is not None:
            self._asking.cancel()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read (called by the loop)."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing (called by the loop)."""
        self._stop_send_timer()
        super().resume_writing()

    def _stop_send_timer(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        self._n_head = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Together:
    """A transport that keeps the head of an answer until something follows it."""

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport, self._connection = transport, connection
        self._head = b""
        self._answered: object = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, with the head that waits; the first that is written of an answer is its head."""
        cycle = self._connection.cycle
        if cycle is not None and cycle.response_started and cycle is not self._answered:
            self.send_head()
            self._answered, self._head = cycle, data
        else:
            head, self._head = self._head, b""
            self._transport.write(head + data if head else data)

    def send_head(self) -> None:
        """Write the head that waits, if one does."""
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)

    def close(self) -> None:
        """Close the connection when all is written."""
        self.send_head()
        self._transport.close()
