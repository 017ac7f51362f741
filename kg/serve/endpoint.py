"""The SPARQL endpoint: a request to ``/sparql``, and the whole answer.

Requests for it are most of what a server gets, and come by the thousand, so it stands beside Starlette's router and
middlewares, and not behind them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kg.errors import KgError
from kg.rdf.messages import Question
from kg.serve.cache import Cache, Cached, etag, is_repeatable
from kg.serve.connection import while_connected
from kg.serve.description import describe_service
from kg.serve.figures import HTML
from kg.serve.negotiation import GRAPH, ROWS, wanted
from kg.serve.problems import Refusal, in_words, to_response
from kg.serve.protocol import MAX_BODY_BYTES, check_content_type, read_request
from kg.serve.sending import Whole

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from starlette.types import Receive, Scope, Send

    from kg.rdf.workers import Answer
    from kg.serve.negotiation import MediaType
    from kg.serve.pool import Pool
    from kg.serve.protocol import Asked

__all__ = ["BODY_SECONDS", "CACHE_BYTES", "PATH", "Endpoint", "Limits"]

PATH = "/sparql"
"""Where it is."""

BODY_SECONDS = 10.0
"""How long the body of a request may take to arrive."""

CACHE_BYTES = 64_000_000
"""How many bytes of answers are kept."""

_METHODS = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one answer may hold; more is an error, never a part.

    Attributes
    ----------
    max_rows
        Rows of SELECT, triples of CONSTRUCT and DESCRIBE.
    max_bytes
        Bytes of the body.
    """

    max_rows: int
    max_bytes: int


class _Chosen(NamedTuple):
    """The formats of an answer for either kind; None for a kind that the client does not accept."""

    rows: MediaType | None
    graph: MediaType | None


class Endpoint:
    """An ASGI application.

    Parameters
    ----------
    pool
        Who answers.
    limits
        How much an answer may hold.
    page
        What a browser is shown that comes without a query: HTML.
    cache_bytes
        How many bytes of answers are kept.
    """

    def __init__(self, pool: Pool, *, limits: Limits, page: bytes, cache_bytes: int = CACHE_BYTES) -> None:
        self._pool, self._limits, self._page = pool, limits, page
        self._cache = Cache(cache_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (called by the server)."""
        try:
            response = await self._respond(Request(scope, receive))
        except (Refusal, KgError, ClientDisconnect) as error:
            response = to_response(error)
        except Exception:
            await in_words(500, "the server made a mistake, which its log has")(scope, receive, send)
            raise
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method not in _METHODS:
            sentence = f"this address does not answer {request.method}"
            raise Refusal(405, sentence, headers={"Allow": ", ".join(_METHODS)})
        if request.method == "POST":
            asked = await _posted(request)
        else:
            asked = read_request(request.scope["query_string"])
        if asked.query is None:
            return self._description(request, asked)
        chosen = _formats(tuple(request.headers.getlist("accept")), asked.formats)
        if not is_repeatable(asked.query):
            answer = _labelled(await self._answer(request, asked, chosen), chosen)
            return _whole(answer, {"Cache-Control": "no-store"})
        identity = self._pool.identity
        tag = _tag(identity, asked, chosen)
        headers = {"Cache-Control": "no-cache", "ETag": tag}
        if tag in _tags(request):
            return Response(status_code=304, headers={"Vary": "Accept", **headers})
        kept = self._cache.get(tag)
        if kept is None:
            kept = _labelled(await self._answer(request, asked, chosen), chosen)
            if identity == self._pool.identity:  # no other build took the place of this one meanwhile
                self._cache.put(tag, kept)
        return _whole(kept, headers)

    def _answer(self, request: Request, asked: Asked, chosen: _Chosen) -> Coroutine[Any, Any, Answer]:
        # An answer of the other kind is wanted in no format; which kind it is, only its process finds out.
        question = Question(
            text=asked.query or "",
            formats=((chosen.rows or ROWS[0]).name, (chosen.graph or GRAPH[0]).name),
            max_rows=self._limits.max_rows,
            max_bytes=self._limits.max_bytes,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
        )
        return while_connected(request.scope, self._pool.answer(question))

    def _description(self, request: Request, asked: Asked) -> Response:
        media = wanted(request.headers.getlist("accept"), asked.formats, (*GRAPH, HTML))
        if media is HTML:
            return Response(self._page, media_type=HTML.label, headers={"Vary": "Accept"})
        endpoint = str(request.url.replace(query="", fragment=""))
        return Response(describe_service(endpoint, media), media_type=media.label, headers={"Vary": "Accept"})


def _tag(identity: object, asked: Asked, chosen: _Chosen) -> str:
    names = [media and media.name for media in chosen]
    return etag(identity, asked.query, asked.default_graphs, asked.named_graphs, names)


def _whole(answer: Cached, headers: dict[str, str]) -> Whole:
    return Whole(answer.data, answer.label, headers={"Vary": "Accept", **headers})


async def _posted(request: Request) -> Asked:
    headers = request.headers
    content_type = check_content_type(headers.get("content-type"), encoding=headers.get("content-encoding"))
    return read_request(request.scope["query_string"], content_type=content_type, body=await _body(request))


async def _body(request: Request) -> bytes:
    """Return the body of a request, if it is not too long and does not take too long."""
    too_long = Refusal(413, f"a request has at most {MAX_BODY_BYTES:,} bytes", headers={"Connection": "close"})
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > MAX_BODY_BYTES:
        raise too_long
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    raise too_long
    except TimeoutError as error:
        sentence = f"the body did not arrive within {BODY_SECONDS:g} s"
        raise Refusal(408, sentence, headers={"Connection": "close"}) from error
    return bytes(body)


@lru_cache(maxsize=64)
def _formats(accept: tuple[str, ...], names: tuple[str, ...]) -> _Chosen:
    """Return the format for either kind of answer.

    Parameters
    ----------
    accept, names
        What the ``Accept`` headers and ``format=`` say.

    Raises
    ------
    Refusal
        406, if the client accepts none of either kind.
    """
    chosen: list[MediaType | None] = []
    refusal: Refusal | None = None
    for offered in (ROWS, GRAPH):
        try:
            chosen.append(wanted(accept, names, offered))
        except Refusal as error:
            refusal = refusal or error
            chosen.append(None)
    if refusal is not None and chosen == [None, None]:
        raise refusal
    return _Chosen(*chosen)


def _labelled(answer: Answer, chosen: _Chosen) -> Cached:
    media = chosen.graph if answer.kind == "graph" else chosen.rows
    if media is None:
        what, offered = ("CONSTRUCT and DESCRIBE", GRAPH) if answer.kind == "graph" else ("SELECT and ASK", ROWS)
        raise Refusal(406, f"{what} are answered as {', '.join(media.type for media in offered)}; accept one of them")
    return Cached(media.label, answer.data)


def _tags(request: Request) -> list[str]:
    """Return the tags of ``If-None-Match`` (RFC 9110, section 13.1.2), which compares weakly."""
    values = ",".join(request.headers.getlist("if-none-match")).split(",")
    return [value.strip().removeprefix("W/") for value in values]
