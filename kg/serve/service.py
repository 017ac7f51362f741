"""What the server answers: the SPARQL endpoint, figures, the examples, and the query page."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import KgError, NotFoundError, QueryError, QueryLimitError, QueryRefusedError
from kg.rdf.examples import find_example, read_examples
from kg.rdf.messages import Question
from kg.serve.cache import Cache, Cached, etag, is_repeatable
from kg.serve.description import describe_service
from kg.serve.figures import FIGURE_FORMATS, HTML, figure_id, figure_page, figure_query, schema_block
from kg.serve.negotiation import GRAPH, ROWS, choose, named
from kg.serve.problems import Refusal
from kg.serve.protocol import MAX_BODY_BYTES, check_content_type, read_request
from kg.serve.sending import Whole

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from kg.folder import Folder
    from kg.rdf.workers import Answer
    from kg.serve.negotiation import MediaType
    from kg.serve.pool import Pool
    from kg.serve.protocol import Asked

__all__ = ["BODY_SECONDS", "CACHE_BYTES", "Limits", "Service"]

BODY_SECONDS = 10.0
"""How long the body of a request may take to arrive."""

CACHE_BYTES = 64_000_000
"""How many bytes of answers are kept."""

_STATUS = {"time": 504, "memory": 500, "bytes": 422, "rows": 422}
_STATIC = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


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


class Service:
    """The answers about one build.

    Parameters
    ----------
    folder
        The build.
    pool
        Who answers queries about its store.
    limits
        How much an answer may hold.
    cache_bytes
        How many bytes of answers are kept.
    """

    def __init__(self, folder: Folder, pool: Pool, *, limits: Limits, cache_bytes: int = CACHE_BYTES) -> None:
        self._folder, self._pool, self._limits = folder, pool, limits
        self._cache = Cache(cache_bytes)
        static = files("kg.serve") / "static"
        self._page = (static / "page.html").read_bytes()
        self._static = {name: (static / name).read_bytes() for name in _STATIC}

    def application(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/sparql", self._sparql, methods=["GET", "POST"]),
                Route("/", self._query_page, methods=["GET"]),
                Route("/examples", self._examples, methods=["GET"]),
                Route("/examples/{name}", self._example, methods=["GET"]),
                Route("/figures/{address:path}", self._figure, methods=["GET"]),
                Route("/static/{name}", self._static_file, methods=["GET"]),
            ],
            exception_handlers={
                Refusal: _on_refusal,
                KgError: _on_error,
                ClientDisconnect: _on_disconnect,
                404: _on_unknown,
                405: _on_method,
            },
        )

    async def _sparql(self, request: Request) -> Response:
        if request.method == "POST":
            asked = await _posted(request)
        else:
            asked = read_request(request.scope["query_string"])
        if asked.query is None:
            return self._description(request, asked)
        chosen = _formats(request, asked)
        repeatable = is_repeatable(asked.query)
        tag = self._tag(asked, chosen) if repeatable else None
        headers = {"Vary": "Accept", "Cache-Control": "no-cache" if repeatable else "no-store"}
        if tag is not None:
            headers["ETag"] = tag
            if tag in _tags(request):
                return Response(status_code=304, headers=headers)
            kept = self._cache.get(tag)
            if kept is not None:
                return Whole(kept.data, kept.label, headers=headers)
        kept = _labelled(await _while_connected(request, self._pool.answer(self._question(asked, chosen))), chosen)
        if tag is not None and tag == self._tag(asked, chosen):  # no other build took the place of this one meanwhile
            self._cache.put(tag, kept)
        return Whole(kept.data, kept.label, headers=headers)

    def _tag(self, asked: Asked, chosen: _Chosen) -> str:
        names = [media and media.name for media in chosen]
        return etag(self._pool.identity, asked.query, asked.default_graphs, asked.named_graphs, names)

    def _question(self, asked: Asked, chosen: _Chosen) -> Question:
        # An answer of the other kind is wanted in no format; which kind it is, only its process finds out.
        return Question(
            text=asked.query or "",
            formats=((chosen.rows or ROWS[0]).name, (chosen.graph or GRAPH[0]).name),
            max_rows=self._limits.max_rows,
            max_bytes=self._limits.max_bytes,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
        )

    def _description(self, request: Request, asked: Asked) -> Response:
        offered = (*GRAPH, HTML)
        media = _format(request, asked.formats, offered)
        if media is HTML:
            return Response(self._page, media_type=HTML.label, headers={"Vary": "Accept"})
        endpoint = str(request.url.replace(query="", fragment=""))
        return Response(describe_service(endpoint, media), media_type=media.label, headers={"Vary": "Accept"})

    async def _query_page(self, _: Request) -> Response:
        return Response(self._page, media_type=HTML.label)

    async def _static_file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._static:
            raise Refusal(404, "there is nothing at this address")
        return Response(self._static[name], headers={"Content-Type": _STATIC[name], "Cache-Control": "no-cache"})

    async def _examples(self, _: Request) -> Response:
        listed = [
            {
                "name": example.name,
                "title": example.title,
                "description": example.description,
                "keywords": example.keywords,
                "query": example.text,
                "endpoint": example.endpoint,
                "parameters": [
                    {
                        "name": parameter.name,
                        "kind": parameter.kind,
                        "default": parameter.default,
                        "description": parameter.description,
                    }
                    for parameter in example.parameters
                ],
            }
            for example in read_examples().values()
        ]
        return _json(listed)

    async def _example(self, request: Request) -> Response:
        """Return an example with values for its parameters."""
        try:
            example = find_example(request.path_params["name"])
        except QueryError as error:
            raise Refusal(404, str(error)) from error
        text = example.bind(dict(request.query_params))
        return Response(text, headers={"Content-Type": "application/sparql-query; charset=utf-8"})

    async def _figure(self, request: Request) -> Response:
        media = _format(request, request.query_params.getlist("format"), FIGURE_FORMATS)
        figid = await asyncio.to_thread(figure_id, self._folder, request.path_params["address"])
        headers = {"Vary": "Accept"}
        if media is HTML:
            page = await asyncio.to_thread(figure_page, self._folder, figid)
            return Response(page, media_type=media.label, headers=headers)
        if media.name == "json-ld":
            block = await asyncio.to_thread(schema_block, self._folder, figid)
            return Response(block + "\n", media_type=media.label, headers=headers)
        question = Question(text=figure_query(figid), formats=(media.name,), max_bytes=self._limits.max_bytes)
        answer = await _while_connected(request, self._pool.answer(question))
        return Whole(answer.data, media.label, headers=headers)


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


def _formats(request: Request, asked: Asked) -> _Chosen:
    """Return the format for either kind of answer.

    Raises
    ------
    Refusal
        406, if the client accepts none of either kind.
    """
    chosen: list[MediaType | None] = []
    refusal: Refusal | None = None
    for offered in (ROWS, GRAPH):
        try:
            chosen.append(_format(request, asked.formats, offered))
        except Refusal as error:
            refusal = refusal or error
            chosen.append(None)
    if refusal is not None and chosen == [None, None]:
        raise refusal
    return _Chosen(*chosen)


def _format(request: Request, names: Sequence[str], offered: Sequence[MediaType]) -> MediaType:
    """Return the format that a client asks for, by ``format=`` or by ``Accept``."""
    return named(names, offered) if names else choose(request.headers.getlist("accept"), offered)


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


async def _while_connected(request: Request, answering: Coroutine[Any, Any, Answer]) -> Answer:
    """Return an answer, or give it up as soon as the client goes.

    Raises
    ------
    ClientDisconnect
        If the client went; the query that it asked is ended.
    """
    task = asyncio.create_task(answering)
    watch = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((task, watch), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _json(content: object) -> Response:
    return Response(json.dumps(content, ensure_ascii=False).encode(), media_type="application/json")


def _sentence(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return Response(text.rstrip("\n") + "\n", status, headers=headers, media_type="text/plain")


async def _on_refusal(_: Request, error: Exception) -> Response:
    refusal = cast("Refusal", error)
    return _sentence(refusal.status, refusal.sentence, refusal.headers)


async def _on_error(_: Request, error: Exception) -> Response:
    status = 500
    if isinstance(error, QueryRefusedError):
        status = 403
    elif isinstance(error, QueryLimitError):
        status = _STATUS[error.limit]
    elif isinstance(error, QueryError):
        status = 400
    elif isinstance(error, NotFoundError):
        status = 404
    return _sentence(status, str(error))


async def _on_disconnect(_: Request, __: Exception) -> Response:
    return _sentence(400, "nobody waits for this answer")


async def _on_unknown(_: Request, __: Exception) -> Response:
    return _sentence(404, "there is nothing at this address; the endpoint is /sparql, the query page /")


async def _on_method(request: Request, error: Exception) -> Response:
    headers: dict[str, str] = dict(getattr(error, "headers", None) or {})
    return _sentence(405, f"this address does not answer {request.method}", headers)
