"""What holds for every request: whose name it may be sent to, who may read the answer, and what a browser may do.

A page of any site can send requests to a server on the same machine. By the Host header it is refused where it reaches
that server under a name of its own (DNS rebinding); by CORS the user says which pages may read answers.

References
----------
WHATWG Fetch, section 3.2 (CORS), https://fetch.spec.whatwg.org/#http-cors-protocol; RFC 9110, sections 7.2 (Host),
9.3.7 (OPTIONS), 15.5.20 (421).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from kg.serve.options import is_loopback

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

_METHODS = "GET, HEAD, POST, OPTIONS"
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Guard:
    """An ASGI application around another.

    Parameters
    ----------
    app
        What answers.
    host
        The address that the server listens on.
    allow_hosts
        Names by which it may be asked, beside those of the loopback; where it listens on another address, all are.
    origin
        Whose pages may read answers: an origin, or ``*`` for any.
    """

    def __init__(self, app: ASGIApp, *, host: str, allow_hosts: Collection[str] = (), origin: str = "*") -> None:
        self._app = app
        self._is_open = origin == "*"
        safe = _SAFE | {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "ETag, Retry-After"}
        self._headers = Headers(safe).raw
        self._hosts = {*_LOOPBACK, host, *allow_hosts} if is_loopback(host) or allow_hosts else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (called by the server)."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
                if not self._is_open:
                    MutableHeaders(scope=message).add_vary_header("Origin")
            await send(message)

        if scope["type"] != "http":
            return
        answer = self._app
        host = Headers(scope=scope).get("host")
        if host is not None and not self._is_known(host):
            text = "this server is not known by the name in the Host header; --allow-host NAME lets it be\n"
            answer = Response(text, 421, media_type="text/plain")
        elif scope["method"] == "OPTIONS":
            answer = Response(None, 204, headers={"Allow": _METHODS, **_PREFLIGHT})
        await answer(scope, receive, send_guarded)

    def _is_known(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        return match is not None and (self._hosts is None or match[1].lower() in self._hosts)
