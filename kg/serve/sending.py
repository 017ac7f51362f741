"""Whole answers on their way: in pieces, so that a client that does not read holds up nothing but itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from starlette.responses import Response

from kg.serve.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

__all__ = ["MAX_UNSENT_BYTES", "Whole"]

MAX_UNSENT_BYTES = 512_000_000
"""How many bytes of answers may be on their way at once, to all clients."""

_PIECE = 262_144


class Whole(Response):
    """A whole answer, with its length.

    Parameters
    ----------
    data
        The body.
    label
        The value of ``Content-Type``.
    headers
        What else goes with it.

    Raises
    ------
    Refusal
        503, if too many answers wait for clients that do not read them.
    """

    _n_unsent: ClassVar[int] = 0

    def __init__(self, data: bytes, label: str, *, headers: Mapping[str, str]) -> None:
        if Whole._n_unsent + len(data) > MAX_UNSENT_BYTES:
            raise Refusal(503, "too many answers wait to be read; ask again in a moment", headers={"Retry-After": "10"})
        super().__init__(data, headers={**headers, "Content-Type": label})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer (called by Starlette)."""
        if len(self.body) <= _PIECE or scope["method"] == "HEAD":
            await super().__call__(scope, receive, send)
            return
        Whole._n_unsent += len(self.body)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for start in range(0, len(self.body), _PIECE):
                is_last = start + _PIECE >= len(self.body)
                piece = self.body[start : start + _PIECE]
                await send({"type": "http.response.body", "body": piece, "more_body": not is_last})
        finally:
            Whole._n_unsent -= len(self.body)
