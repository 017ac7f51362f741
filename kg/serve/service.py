"""What the server answers: the SPARQL endpoint, figures, the examples, and the query page."""

from __future__ import annotations

import asyncio
import json
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import KgError, QueryError
from kg.rdf.examples import find_example, read_examples
from kg.rdf.messages import Question
from kg.serve.connection import while_connected
from kg.serve.endpoint import CACHE_BYTES, PATH, Endpoint
from kg.serve.figures import FIGURE_FORMATS, HTML, figure_id, figure_page, figure_query, schema_block
from kg.serve.negotiation import wanted
from kg.serve.problems import Refusal, in_words, to_response
from kg.serve.sending import Whole

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from kg.folder import Folder
    from kg.serve.endpoint import Limits
    from kg.serve.pool import Pool

__all__ = ["Service"]

_STATIC = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


class Service:
    """The answers about one build, an ASGI application.

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
        static = files("kg.serve") / "static"
        self._page = (static / "page.html").read_bytes()
        self._static = {name: (static / name).read_bytes() for name in _STATIC}
        self._endpoint = Endpoint(pool, limits=limits, page=self._page, cache_bytes=cache_bytes)
        self._others = self._router()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (called by the server)."""
        answer = self._endpoint if scope["path"] == PATH else self._others
        await answer(scope, receive, send)

    def _router(self) -> Starlette:
        return Starlette(
            routes=[
                Route(PATH, self._endpoint),  # who asks with a slash behind it is sent there
                Route("/", self._query_page, methods=["GET"]),
                Route("/examples", self._examples, methods=["GET"]),
                Route("/examples/{name}", self._example, methods=["GET"]),
                Route("/figures/{address:path}", self._figure, methods=["GET"]),
                Route("/static/{name}", self._static_file, methods=["GET"]),
            ],
            exception_handlers={
                Refusal: _on_problem,
                KgError: _on_problem,
                ClientDisconnect: _on_problem,
                404: _on_unknown,
                405: _on_method,
            },
        )

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
        media = wanted(request.headers.getlist("accept"), request.query_params.getlist("format"), FIGURE_FORMATS)
        figid = await asyncio.to_thread(figure_id, self._folder, request.path_params["address"])
        headers = {"Vary": "Accept"}
        if media is HTML:
            page = await asyncio.to_thread(figure_page, self._folder, figid)
            return Response(page, media_type=media.label, headers=headers)
        if media.name == "json-ld":
            block = await asyncio.to_thread(schema_block, self._folder, figid)
            return Response(block + "\n", media_type=media.label, headers=headers)
        question = Question(text=figure_query(figid), formats=(media.name,), max_bytes=self._limits.max_bytes)
        answer = await while_connected(request.scope, self._pool.answer(question))
        return Whole(answer.data, media.label, headers=headers)


def _json(content: object) -> Response:
    return Response(json.dumps(content, ensure_ascii=False).encode(), media_type="application/json")


async def _on_problem(_: Request, error: Exception) -> Response:
    return to_response(error)


async def _on_unknown(_: Request, __: Exception) -> Response:
    return in_words(404, f"there is nothing at this address; the endpoint is {PATH}, the query page /")


async def _on_method(request: Request, error: Exception) -> Response:
    headers: dict[str, str] = dict(getattr(error, "headers", None) or {})
    return in_words(405, f"this address does not answer {request.method}", headers)
