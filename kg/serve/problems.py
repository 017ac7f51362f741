"""Why a request is not answered: a status and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Refusal"]


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
