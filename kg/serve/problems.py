"""Why a request is not answered: a status and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from kg.errors import NotFoundError, QueryError, QueryLimitError, QueryRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Refusal", "in_words", "to_response"]

_STATUS = {"time": 504, "memory": 500, "bytes": 422, "rows": 422}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure
    """An answer that is an error of HTTP.

    Parameters
    ----------
    status
        The status code, 400 to 599.
    sentence
        What is wrong and what to do; the body, as plain text.
    headers
        What goes with it.
    """

    def __init__(self, status: int, sentence: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})


def in_words(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that is a sentence, as plain text."""
    return Response(sentence.rstrip("\n") + "\n", status, headers=headers, media_type="text/plain")


def to_response(error: Exception) -> Response:
    """Return what a client is told where it gets no answer: of a `Refusal`, a `KgError`, or that nobody listens."""
    if isinstance(error, Refusal):
        return in_words(error.status, error.sentence, error.headers)
    if isinstance(error, ClientDisconnect):
        return in_words(400, "nobody waits for this answer")
    status = 500
    if isinstance(error, QueryRefusedError):
        status = 403
    elif isinstance(error, QueryLimitError):
        status = _STATUS[error.limit]
    elif isinstance(error, QueryError):
        status = 400
    elif isinstance(error, NotFoundError):
        status = 404
    return in_words(status, str(error))
