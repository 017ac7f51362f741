"""The head and the body of an answer go out together, and whole in every case."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest
import uvicorn
from starlette.requests import ClientDisconnect

from kg.serve.connection import Connection, while_connected

if TYPE_CHECKING:
    from collections.abc import Sequence

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]}
BODIES: dict[str, list[dict[str, Any]]] = {
    "whole": [{"type": "http.response.body", "body": b"abcdef"}],
    "pieces": [
        {"type": "http.response.body", "body": b"abc", "more_body": True},
        {"type": "http.response.body", "body": b"def"},
    ],
}


class _Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def _written(request: bytes, messages: Sequence[dict[str, Any]], *, n_requests: int = 1) -> list[bytes]:
    """What is written in answer to a request by an application that sends these messages."""

    async def app(_: object, __: object, send: Any) -> None:
        for message in messages:
            await send(message)

    async def run() -> list[bytes]:
        connection, wire = _connected(app)
        connection.data_received(request * n_requests)
        await _turns()
        connection.connection_lost(None)
        return wire.written

    return asyncio.run(run())


def _connected(app: object) -> tuple[Connection, _Wire]:
    config = uvicorn.Config(cast("Any", app), http=Connection, ws="none", lifespan="off", log_config=None)
    config.load()
    wire = _Wire()
    connection = Connection(config=config, server_state=uvicorn.Server(config).server_state, app_state={})
    connection.connection_made(wire)
    return connection, wire


async def _turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def _sent_while_one_is_answered(pieces: Sequence[bytes]) -> tuple[bytes, bool]:
    """What is written where these come while a request is answered, and whether the connection was closed."""

    async def run() -> tuple[bytes, bool]:
        is_answered = asyncio.Event()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            body, message = b"", await receive()
            while message["more_body"]:
                body, message = body + message["body"], await receive()
            body += message["body"]
            await while_connected(scope, is_answered.wait())
            await send({**START, "headers": [(b"content-length", str(len(body)).encode())]})
            await send({"type": "http.response.body", "body": body})

        connection, wire = _connected(app)
        connection.data_received(b"GET / HTTP/1.1\r\n\r\n")
        await _turns()
        for piece in pieces:
            if not wire.is_closed:
                connection.data_received(piece)
        is_answered.set()
        await _turns()
        is_closed = wire.is_closed
        connection.connection_lost(None)
        return b"".join(wire.written), is_closed

    return asyncio.run(run())


@pytest.mark.parametrize("body", BODIES)
def test_the_head_goes_with_the_first_piece_of_the_body(body: str) -> None:
    first, *others = _written(b"GET / HTTP/1.1\r\n\r\n", [START, *BODIES[body]])
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.partition(b"\r\n\r\n")[2] + b"".join(others) == b"abcdef"
    assert len(others) == len(BODIES[body]) - 1


def test_a_head_without_a_body_is_sent() -> None:
    (only,) = _written(b"HEAD / HTTP/1.1\r\n\r\n", [START, *BODIES["whole"]])
    assert only.startswith(b"HTTP/1.1 200 OK\r\n")
    assert only.endswith(b"\r\n\r\n")


def test_several_requests_at_once_have_their_answers_in_order() -> None:
    written = _written(b"GET / HTTP/1.1\r\n\r\n", [START, *BODIES["pieces"]], n_requests=3)
    answers = b"".join(written).split(b"HTTP/1.1 200 OK")[1:]
    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [b"abcdef"] * 3


def test_an_answer_that_breaks_off_is_not_whole() -> None:
    start = {**START, "headers": [(b"content-length", b"7")]}
    written = b"".join(_written(b"GET / HTTP/1.1\r\n\r\n", [start, BODIES["pieces"][0]]))
    assert written.partition(b"\r\n\r\n")[2] == b"abc"
    assert _written(b"GET / HTTP/1.1\r\n\r\n", [start])[-1].startswith(b"HTTP/1.1 200 OK")  # on closing


@pytest.mark.parametrize("n_pieces", [1, 3])
def test_a_request_that_comes_while_another_is_answered_keeps_its_body(n_pieces: int) -> None:
    body = b"x" * 70_000
    request = b"POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n" + body
    size = -(-len(request) // n_pieces)
    pieces = [request[start : start + size] for start in range(0, len(request), size)]
    written, is_closed = _sent_while_one_is_answered(pieces)
    assert written.count(b"HTTP/1.1 200 OK") == 2
    assert written.endswith(b"\r\n\r\n" + body)
    assert not is_closed


def test_a_head_without_end_is_given_up_while_another_request_is_answered() -> None:
    written, is_closed = _sent_while_one_is_answered([b"GET / HTTP/1.1\r\nx: ", *[b"a" * 8_000] * 40])
    assert is_closed
    assert written.startswith(b"HTTP/1.1 400 Bad Request")


@pytest.mark.parametrize("when", ["before", "meanwhile", "never"])
def test_what_nobody_waits_for_is_given_up(when: str) -> None:
    """A client that goes cancels what it asked, be it before that began; whoever else cancels it is not mistaken."""
    seen: list[type[BaseException]] = []
    asked: list[asyncio.Future[None]] = []

    async def app(scope: Any, _: object, __: object) -> None:
        asked.append(asyncio.get_running_loop().create_future())
        try:
            await while_connected(scope, asked[0])
        except (ClientDisconnect, asyncio.CancelledError) as error:
            seen.append(type(error))

    async def run() -> None:
        connection, _ = _connected(app)
        connection.data_received(b"GET / HTTP/1.1\r\n\r\n")
        if when == "before":
            connection.connection_lost(None)
        await asyncio.sleep(0.01)
        if when == "meanwhile":
            connection.connection_lost(None)
        elif when == "never":
            (task,) = connection.tasks
            task.cancel()
        await asyncio.sleep(0.01)
        assert asked[0].cancelled()

    asyncio.run(run())
    assert seen == [asyncio.CancelledError if when == "never" else ClientDisconnect]
