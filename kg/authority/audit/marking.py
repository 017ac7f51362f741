"""A figure's caption on the audit's page, with the names of each row marked."""

from __future__ import annotations

import heapq
import re
from html import escape
from typing import TYPE_CHECKING

from kg.authority.audit.spelling import plain, read_part
from kg.authority.audit.text import repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.authority.audit.auditor import Verdict

__all__ = ["Caption"]

_PIECE = re.compile(r"[^\s/,;:()\[\]{}|=+.\"']+")
_WHOLE = 6_000  # characters of a caption that is shown whole, and that are shown of a longer one
_AROUND = 200  # characters on either side of a mark


class Caption:
    """A caption that is read once, for all rows of its figure.

    Parameters
    ----------
    text
        None where the file has none.
    verdicts
        The rows of the figure.

    Examples
    --------
    >>> from kg.authority.audit.auditor import Verdict
    >>> verdict = Verdict("f1", 1, "HIC-1", "HLC-1", "hgnc_alias_symbol", "NDUFC2", "4718", 0.1, "conflicting", ())
    >>> Caption("inhibiting HIC1 <b>", [verdict]).html(verdict)
    'inhibiting <mark>HIC1</mark> &lt;b&gt;'
    """

    def __init__(self, text: str | None, verdicts: Iterable[Verdict]) -> None:
        self._text = repair(text or "")
        wanted = frozenset[str]().union(*map(_names, verdicts))
        self._places: dict[str, list[tuple[int, int]]] = {}
        for match in _PIECE.finditer(self._text) if wanted else ():
            name = plain(match[0])
            if name in wanted:
                self._places.setdefault(name, []).append(match.span())

    def html(self, verdict: Verdict) -> str:
        """Return the caption with what reads like the word, the matched symbol or the gene marked.

        Of a caption of more than 6,000 characters the parts around the marks are shown, at most so many characters;
        where nothing is marked, its beginning.
        """
        marks = heapq.merge(*(self._places.get(name, ()) for name in _names(verdict)))
        if len(self._text) <= _WHOLE:
            return self._marked(0, len(self._text), marks)
        excerpts = list(self._excerpts(marks)) or [(0, _WHOLE, [])]
        shown = " … ".join(self._marked(*excerpt) for excerpt in excerpts)
        return f"{'… ' if excerpts[0][0] else ''}{shown}{' …' if excerpts[-1][1] < len(self._text) else ''}"

    def _excerpts(self, marks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
        """Yield the parts of a long caption that are shown: where each begins and ends, and the marks in it."""
        left = _WHOLE
        begin = end = 0
        inside: list[tuple[int, int]] = []
        for mark in marks:
            around = max(0, mark[0] - _AROUND), min(mark[1] + _AROUND, len(self._text))
            if inside and around[0] > end:
                yield begin, end, inside
                left -= end - begin
                inside = []
            if not inside:
                begin = around[0]
            if mark[0] >= begin + left:
                break
            end = min(around[1], begin + left)
            inside.append((mark[0], min(mark[1], end)))
        if inside:
            yield begin, end, inside

    def _marked(self, begin: int, end: int, marks: Iterable[tuple[int, int]]) -> str:
        shown = []
        for first, after in marks:
            shown += [escape(self._text[begin:first]), f"<mark>{escape(self._text[first:after])}</mark>"]
            begin = after
        return "".join([*shown, escape(self._text[begin:end])])


def _names(verdict: Verdict) -> frozenset[str]:
    """Return the plain letters and digits of what is marked for a row."""
    names = (verdict.word, read_part(verdict.word, verdict.symbol), verdict.symbol, verdict.hgnc_symbol)
    return frozenset(map(plain, names)) - {""}
