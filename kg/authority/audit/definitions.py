"""Abbreviations that a caption defines: ``lipoteichoic acid (LTA)``, ``LTA, lipoteichoic acid;`` and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.authority.audit.spelling import greek_as_latin, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["best_long_form", "find_definitions"]

_BRACKETS = re.compile(r"\(([^()\[\]]{2,120})\)")
_SHORT = re.compile(r"[A-Za-zΑ-ω0-9][\w\-+/'.]{0,9}(?: [\w\-]{1,4})?$")
# A word, then a colon, an equals sign, a dash or a comma, then up to a semicolon, a full stop or a comma.
_LISTED = re.compile(
    r"(?:^|[;.,(:]\s*+|\band\s++|\sor\s++)([A-Za-zΑ-ω0-9][\w\-+/']{1,9})\s*(?:[:=]|,|\s?[–—]|-\s|\s-)\s*+"
    r"(?=[A-Za-zα-ω0-9])"
)
_END_OF_LISTED = re.compile(r";|\.(?:\s|$)|,\s|$|\)|\s[A-Z0-9]{2,9}\s?[:=]")
_UP_TO_SIGN = r"[^;:=.,)\s]*+"  # where no end can be
_UP_TO_END = re.compile(rf"{_UP_TO_SIGN}(?:(?!{_END_OF_LISTED.pattern})[^;:=]{_UP_TO_SIGN})*+")
_SEGMENT = re.compile(r"([A-Za-z][\w\-]{1,9})\s+([a-z0-9][^,;.()]{4,80})$")
# What is quick to find, and stands wherever those above match: an abbreviation, and the sign after it.
_SIGNED = r"([A-Za-zΑ-ω0-9][\w\-+/']{1,9}+)(?=\s*[:=,–—]|\s+-|-\s|(?<=-)\s)"
_MAY_BE_LISTED = tuple(re.compile(before + _SIGNED) for before in (r"[;.,(:]\s*+", r"and\s++", r"or(?<=\sor)\s++"))
_MAY_OPEN = re.compile(_SIGNED)
_MAY_BE_SEGMENT = re.compile(r"[,;.]\s+([A-Za-z][\w\-]{1,9}+)\s++[a-z0-9]")
_MAY_BE_FIRST = re.compile(r"\s*([A-Za-z][\w\-]{1,9}+)\s++[a-z0-9]")
_IN_BRACKETS = re.compile(r"[,;:]\s")
_END_OF_SENTENCE = re.compile(r"[;.]\s")
_END_OF_PART = re.compile(r"[,;.]\s")
_LEAST_SEGMENTS = 3  # of a list without signs
_MOST_LISTED = 8  # words of a long form in a list
_MOST_LONG_FORMS = 20  # of an abbreviation; each is compared with each gene that it may mean


def find_definitions(text: str, *, among: Collection[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the long forms of each abbreviation that a text defines, by the abbreviation's letters and digits.

    Found are brackets, either way round, as Schwartz and Hearst do; and the lists that captions end with:
    ``PDH: pyruvate dehydrogenase; ...``, ``PDH, pyruvate dehydrogenase; ...``, and, where there are at least three of
    them, ``pdh pyruvate dehydrogenase, ...``. In each the letters of the abbreviation must stand in the long form, in
    order, the first at the beginning of a word. Of an abbreviation with many long forms the first twenty are returned.

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
            longs = found.setdefault(key, {})
            if len(longs) < _MOST_LONG_FORMS:
                longs[long] = None

    for match in _BRACKETS.finditer(text):
        inner = match[1].strip()
        short = _IN_BRACKETS.split(inner, maxsplit=1)[0].strip()
        before = text[max(0, match.start() - 160) : match.start()].rstrip()
        word = before.rsplit(None, 1)[-1] if before else ""
        is_short = is_wanted(short)
        if not is_short and not (word and is_wanted(word)):
            continue
        if _SHORT.match(short) and any(map(str.isalpha, short)):
            if is_short:
                add(short, best_long_form(short, _last_words(before, short)))
        elif word and _SHORT.match(word):
            add(word, _beginning(word, inner))
    for short, long in _listed(text, is_wanted):
        add(short, _beginning(short, long))
    perhaps = _perhaps_segments(text)
    if len(perhaps) >= _LEAST_SEGMENTS and any(map(is_wanted, perhaps)):
        for short, long in _segments(text, is_wanted):
            add(short, long)
    return {short: tuple(longs) for short, longs in found.items()}


def _perhaps_listed(text: str) -> dict[int, str]:
    """Return where `_LISTED` can match, and what abbreviation: all such places, and some more."""
    found = {match.start(): match[1] for pattern in _MAY_BE_LISTED for match in pattern.finditer(text)}
    found = {place - text.startswith("or", place): short for place, short in found.items()}  # its blank, too
    first = _MAY_OPEN.match(text)
    if first is not None:
        found.setdefault(0, first[1])
    return found


def _listed(text: str, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield what `_LISTED` finds of wanted abbreviations: each, and the text after it."""
    found = _perhaps_listed(text)
    last = max([place for place, short in found.items() if is_wanted(short)], default=-1)
    end = endless = 0
    for place in sorted(found):
        if end <= place <= last and (match := _LISTED.match(text, place)) is not None and match.end() >= endless:
            stop = next(_UP_TO_END.finditer(text, match.end())).end()
            if _END_OF_LISTED.match(text, stop) is None:
                endless = stop  # nor has what begins before it an end: no text is read twice
                continue
            end = stop
            if is_wanted(match[1]):
                yield match[1], text[match.end() : end].strip()


def _perhaps_segments(text: str) -> list[str]:
    """Return the abbreviations that `_segments` finds, and others; in a fraction of the time."""
    first = _MAY_BE_FIRST.match(text)
    found: list[str] = _MAY_BE_SEGMENT.findall(text)
    return found if first is None else [first[1], *found]


def _segments(text: str, is_wanted: Callable[[str], bool]) -> list[tuple[str, str]]:
    """Return wanted abbreviations and long forms of a list without signs between them, of three or more."""
    listed = [m for part in _END_OF_PART.split(text) if (m := _SEGMENT.match(part.strip()))]
    if len(listed) < _LEAST_SEGMENTS or not any(is_wanted(m[1]) and _beginning(m[1], m[2].strip()) for m in listed):
        return []
    aligned = [(m[1], long) for m in listed if (long := _beginning(m[1], m[2].strip()))]
    return aligned if len(aligned) >= _LEAST_SEGMENTS else []


def _last_words(text: str, short: str) -> str:
    """Return the words before a bracket that can be a long form: min(n + 5, 2 n) of them for n characters."""
    sentence = _END_OF_SENTENCE.split(text)[-1]
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
    read = short.lower() if short.isascii() else [greek_as_latin(c).lower() for c in short if c.isalnum()]
    letters = list(filter(str.isalnum, read))
    if not letters:
        return None
    lowered = long.lower()
    if len(lowered) != len(long):  # a letter that is two in lower case is none of an abbreviation's
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in long)
    place = len(long)
    for letter in reversed(letters[1:]):
        place = lowered.rfind(letter, 0, place)
        if place < 0:
            return None
    place = lowered.rfind(letters[0], 0, place)
    while place > 0 and long[place - 1].isalnum():
        place = lowered.rfind(letters[0], 0, place)
    if place < 0:
        return None
    start = place
    while start > 0 and not long[start - 1].isspace():
        start -= 1
    found = long[start:].strip(" ,;:-")
    return found if len(found) > len(short) else None
