"""Answers that were given already: the store is read only, so a question has one answer."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from kg.rdf.sparql import tokens

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Cache", "Cached", "etag", "is_repeatable"]

_OVERHEAD = 512  # bytes of memory that an answer takes beside its own, at least
_MAX_CHECKED = 4_000  # characters; a longer query is not looked through, and not kept
# What gives another answer each time: SPARQL 1.1 Query Language, sections 17.4.1.9, 17.4.2.9-10, 17.4.4.5, 17.4.5.1.
_CHANGING = frozenset({"BNODE", "NOW", "RAND", "UUID"})


class Cached(NamedTuple):
    """An answer: its media type as the header says it, and its bytes."""

    label: str
    data: bytes


def is_repeatable(query: str) -> bool:
    """Return whether a query has the same answer each time, as far as is certain.

    Examples
    --------
    >>> is_repeatable("SELECT ?now { ?now ?p 'RAND()' }"), is_repeatable("SELECT (Now() AS ?t) {}")
    (True, False)
    """
    if len(query) > _MAX_CHECKED or "\\u" in query or "\\U" in query:
        return False
    letters = query.upper()
    if not any(name in letters for name in _CHANGING):
        return True
    # Oxigraph wants no blank between words, so that a word may hold one of them; and `1<RAND()&&2>1`, in which the
    # standard sees an IRI, has comparisons for it.
    words = (token.text.upper() for token in tokens(query) if token.kind in ("word", "iri"))
    return not any(name in word for word in words for name in _CHANGING)


def etag(*parts: object) -> str:
    """Return the tag of what the parts determine.

    Examples
    --------
    >>> etag("a", 1) == etag("a", 1) != etag("a", 2)
    True
    """
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()  # no two of texts and numbers have one `repr`
    return f'"{digest[:32]}"'


class Cache:
    """The answers that were asked for last, up to a number of bytes.

    Parameters
    ----------
    max_bytes
        How many bytes all answers may take together, with what keeping each of them takes, so that empty ones do not
        pile up without end; one that takes more than an eighth of them is not kept.

    Examples
    --------
    >>> cache = Cache(10_000)
    >>> cache.put("a", Cached("text/csv", b"12345"))
    >>> cache.get("a"), cache.get("b")
    (Cached(label='text/csv', data=b'12345'), None)
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._answers: OrderedDict[Hashable, Cached] = OrderedDict()

    def get(self, key: Hashable) -> Cached | None:
        """Return an answer that is kept, or None."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def put(self, key: Hashable, answer: Cached) -> None:
        """Keep an answer; those that were not asked for longest make room for it."""
        if _size(answer) * 8 > self._max_bytes:
            return
        old = self._answers.pop(key, None)
        self._n_bytes += _size(answer) - (0 if old is None else _size(old))
        self._answers[key] = answer
        while self._n_bytes > self._max_bytes:
            _, gone = self._answers.popitem(last=False)
            self._n_bytes -= _size(gone)


def _size(answer: Cached) -> int:
    return len(answer.data) + _OVERHEAD
