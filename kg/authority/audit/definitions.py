"""Abbreviations that a caption defines: ``lipoteichoic acid (LTA)``, ``LTA, lipoteichoic acid;`` and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.authority.audit.spelling import greek_as_latin, plain

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["best_long_form", "find_definitions"]

_BRACKETS = re.compile(r"\(([^()\[\]]{2,120})\)")
_SHORT = re.compile(r"[A-Za-zΑ-ω0-9][\w\-+/'.]{0,9}(?: [\w\-]{1,4})?$")
# A word, then a colon, an equals sign, a dash or a comma, then up to a semicolon, a full stop or a comma.
_LISTED = re.compile(
    r"(?:^|[;.,(:]\s*|\band\s+|\sor\s+)([A-Za-zΑ-ω0-9][\w\-+/']{1,9})\s*(?:[:=]|,|\s?[–—]|-\s|\s-)\s*"
    r"([A-Za-zα-ω0-9][^;:=]*?)(?=;|\.(?:\s|$)|,\s|\s*$|\)|\s[A-Z0-9]{2,9}\s?[:=])"
)
_SEGMENT = re.compile(r"([A-Za-z][\w\-]{1,9})\s+([a-z0-9][^,;.()]{4,80})$")
_MOST_LISTED = 8  # words of a long form in a list


def find_definitions(text: str, *, among: Collection[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the long forms of each abbreviation that a text defines, by the abbreviation's letters and digits.

    Found are brackets, either way round, as Schwartz and Hearst do; and the lists that captions end with:
    ``PDH: pyruvate dehydrogenase; ...``, ``PDH, pyruvate dehydrogenase; ...``, and, where there are at least three of
    them, ``pdh pyruvate dehydrogenase, ...``. In each the letters of the abbreviation must stand in the long form, in
    order, the first at the beginning of a word.

    Parameters
    ----------
    text
        A caption.
    among
        Only these abbreviations, by their plain letters and digits; by default all.

    References
    ----------
    Schwartz AS, Hearst MA. A simple algorithm for identifying abbreviation definitions in biomedical text. Pacific
    Symposium on Biocomputing 2003, 451-462. doi:10.1142/9789812776303_0042

    Examples
    --------
    >>> find_definitions("Cells see lipoteichoic acid (LTA) or LPS. PEP, phosphoenolpyruvate; PK: pyruvate kinase.")
    {'LTA': ('lipoteichoic acid',), 'PEP': ('phosphoenolpyruvate',), 'PK': ('pyruvate kinase',)}
    """
    found: dict[str, dict[str, None]] = {}

    def is_wanted(short: str) -> bool:
        return among is None or plain(short) in among

    def add(short: str, long: str | None) -> None:
        key = plain(short)
        if long and key and plain(long) != key and is_wanted(short):
            found.setdefault(key, {})[long] = None

    for match in _BRACKETS.finditer(text):
        before, inner = text[max(0, match.start() - 160) : match.start()].rstrip(), match[1].strip()
        short = re.split(r"[,;:]\s", inner)[0].strip()
        if _SHORT.match(short) and any(map(str.isalpha, short)):
            if not is_wanted(short):
                continue
            add(short, best_long_form(short, _last_words(before, short)))
        elif (words := before.split()) and is_wanted(words[-1]) and _SHORT.match(words[-1]):
            add(words[-1], _beginning(words[-1], inner))
    for match in _LISTED.finditer(text):
        if is_wanted(match[1]):
            add(match[1], _beginning(match[1], match[2].strip()))
    listed = [m for part in re.split(r"[,;.]\s", text) if (m := _SEGMENT.match(part.strip()))]
    if not any(is_wanted(m[1]) for m in listed):
        listed = []
    aligned = [(m[1], long) for m in listed if (long := _beginning(m[1], m[2].strip()))]
    if len(aligned) >= 3:
        for short, long in aligned:
            add(short, long)
    return {short: tuple(longs) for short, longs in found.items()}


def _last_words(text: str, short: str) -> str:
    """Return the words before a bracket that can be a long form: min(n + 5, 2 n) of them for n characters."""
    sentence = re.split(r"[;.]\s", text)[-1]
    n_letters = sum(map(str.isalnum, short))
    return " ".join(sentence.split()[-min(n_letters + 5, 2 * n_letters) :])


def _beginning(short: str, long: str) -> str | None:
    """Return a long form that begins where a list begins it; None where the letters do not fit."""
    if len(long.split()) > _MOST_LISTED or long.upper() == long or not any(map(str.islower, long)):
        return None
    fitting = best_long_form(short, long)
    return long if fitting is not None and len(fitting.split()) >= len(long.split()) - 1 else None


def best_long_form(short: str, long: str) -> str | None:
    """Return the shortest ending of a text that holds the letters of an abbreviation in order, or None.

    Letters are matched from the end; the first must begin a word.

    References
    ----------
    Schwartz and Hearst 2003, section 3.2: doi:10.1142/9789812776303_0042

    Examples
    --------
    >>> best_long_form("HSF", "binding of heat shock transcription factor")
    'heat shock transcription factor'
    >>> best_long_form("ASS", "amyloid beta") is None
    True
    """
    place = len(long) - 1
    letters = [greek_as_latin(c).lower() for c in short if c.isalnum()]
    for i in range(len(letters) - 1, -1, -1):
        while place >= 0 and (
            long[place].lower() != letters[i] or (i == 0 and place > 0 and long[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return None
        place -= 1
    start = place + 1
    while start > 0 and not long[start - 1].isspace():
        start -= 1
    found = long[start:].strip(" ,;:-")
    return found if len(found) > len(short) else None
