"""Abbreviations that a caption defines: ``lipoteichoic acid (LTA)``, ``LTA, lipoteichoic acid;`` and their like."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from kg.authority.audit.spelling import greek_as_latin, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator

__all__ = ["best_long_form", "find_definitions"]

_BRACKETS = re.compile(r"\(([^()\[\]]{2,120})\)")
# An abbreviation in brackets, by itself or with more behind a sign.
_SHORT = r"[A-Za-zΑ-ω0-9][\w\-+/'.]{0,9}(?: [\w\-]{1,4})?"
_SHORT_IN_BRACKETS = re.compile(rf"\((?=[^()\[\]]{{2,120}}\))\s*+({_SHORT})\s*+(?:\)|[,;:]\s++(?!\)))")
# A word, then a colon, an equals sign, a dash or a comma, then up to a semicolon, a full stop or a comma.
_LISTED = r"([A-Za-zΑ-ω0-9][\w\-+/']{1,9})\s*(?:[:=]|,|\s?[–—]|-\s|\s-)\s*+(?=[A-Za-zα-ω0-9])"
_END_OF_LISTED = r";|\.(?:\s|$)|,\s|$|\)|\s[A-Z0-9]{2,9}\s?[:=]"
_UP_TO_SIGN = r"[^;:=.,)\s]*+"  # where no end can be
_UP_TO_END = rf"({_UP_TO_SIGN}(?:(?!{_END_OF_LISTED})[^;:=]{_UP_TO_SIGN})*+)(?:(?={_END_OF_LISTED})())?"
_N_WITH_END = 3  # groups of `_LISTED_TO_END` where the end is found
_LISTED_TO_END = re.compile(rf"(?:[;.,(:]\s*+|\band\s++|(?<=\s)or\s++|^){_LISTED}{_UP_TO_END}")
_FIRST_LISTED = re.compile(_LISTED)
# One set of characters stands where it begins, so that such places are found fast.
_NEXT_LISTED = re.compile(rf"[;.,(:ao](?:(?<=[;.,(:])\s*+|(?<=\ba)nd\s++|(?<=\so)r\s++){_LISTED}")
_OPENING = ";.,(:"
_BEFORE_WORDS = f"{_OPENING}? \t\n\r\v\f\x1c\x1d\x1e\x1f".encode()  # in ASCII; other characters are question marks
_SEGMENT = re.compile(r"([A-Za-z][\w\-]{1,9})\s+([a-z0-9][^,;.()]{4,80})$")
_OPENING_SEGMENT = re.compile(r"[,;.]\s|\s")
_WHOLE_SEGMENT = re.compile(r"([A-Za-z][\w\-]{1,9})\s+([a-z0-9][^,;.()]{4,}+)(?:[,;.]\s|$)")
# A word with what must be behind it: a sign or, in a list without signs, a word; and its first letter must begin a
# part of one of the next two words. Greek letters stand for others, and of what is very long nothing is said.
_MAY_DEFINE = re.compile(
    r"((?<=[,;.\s]\s)|(?<=\A\s)|\A)?(?:[Α-ω]|([A-Za-z0-9]))[\w\-+/'.]{0,9}+"
    r"(?:\s*+(?:(\()|[:=,–—\-])|(?<=-)\s|(?(1)\s++(?=[a-z0-9])|(?!)))"
    r"(?(2)\s*+(?:\S{80}|(?:\S++\s++)??(?:[^\W_]*+(?:_|[^\w\s])++)*?(?i:\2)))"
)
_BRACKET = 3  # its group that has one
_WORD = re.compile(r"[A-Za-zΑ-ω0-9][\w\-+/']*")
_BEFORE_LONG_DASH = re.compile(r"[A-Za-zΑ-ω0-9][\w\-+/']*$")
_LONGEST_LISTED = 10  # characters of an abbreviation in a list
_END_OF_SENTENCE = re.compile(r"[;.]\s")
_END_OF_PART = re.compile(r"[,;.]\s")
_LEAST_SEGMENTS = 3  # of a list without signs
_MOST_LISTED = 8  # words of a long form in a list
_FAR = 250  # characters, and more than most abbreviations with their long forms have
_MOST_BEFORE = 160  # characters before a bracket that are looked at
_MOST_LONG_FORMS = 20  # of an abbreviation; each is compared with each gene that it may mean


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


def find_definitions(
    text: str, *, among: Collection[str] | None = None, pieces: Iterable[bytes] | None = None
) -> dict[str, tuple[str, ...]]:
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
    pieces
        Abbreviations of lists and before brackets are looked for where one of these begins, as `FigureText.pieces_of`
        returns them; by default everywhere.

    References
    ----------
    Schwartz AS, Hearst MA. A simple algorithm for identifying abbreviation definitions in biomedical text. Pacific
    Symposium on Biocomputing 2003, 451-462. doi:10.1142/9789812776303_0042

    Examples
    --------
    >>> find_definitions("Cells see lipoteichoic acid (LTA) or LPS. PEP, phosphoenolpyruvate; PK: pyruvate kinase.")
    {'LTA': ('lipoteichoic acid',), 'PEP': ('phosphoenolpyruvate',), 'PK': ('pyruvate kinase',)}
    """
    wanted: Container[str] = _Everything() if among is None else among
    before_brackets, openings = [], []
    begins_segment = False
    for place in _places(text, pieces):
        match = _MAY_DEFINE.match(text, place)
        if match is None:
            continue
        if match[_BRACKET] is not None:
            before_brackets.append(match)
        elif (opening := _opening(text, place)) >= 0:
            openings.append(opening)
            begins_segment = begins_segment or _begins_segment(text, opening, place, wanted)
    pairs = _in_brackets(text, before_brackets, among) if "(" in text else []
    if openings:
        pairs += [(short, _beginning(short, long)) for short, long in _listed(text, openings, wanted)]
    if begins_segment:
        pairs += _segments(text, wanted)
    found: dict[str, dict[str, None]] = {}
    for short, long in pairs:
        key = plain(short)
        if long and key and plain(long) != key:
            longs = found.setdefault(key, {})
            if len(longs) < _MOST_LONG_FORMS:
                longs[long] = None
    return {short: tuple(longs) for short, longs in found.items()}


def _in_brackets(
    text: str, before: Iterable[re.Match[str]], among: Collection[str] | None
) -> list[tuple[str, str | None]]:
    """Return wanted abbreviations in brackets, and words before them, each with its long form on the other side."""
    found = []
    # What begins with another letter or digit of ASCII than they do is none of them.
    firsts = None if among is None else {short[:1] for short in among}
    for match in _SHORT_IN_BRACKETS.finditer(text):
        short, place = match[1], match.start()
        if firsts is not None and short[0].upper() not in firsts and short[0].isascii():
            continue
        if (among is None or plain(short) in among) and any(map(str.isalpha, short)):
            words = text[max(0, place - _MOST_BEFORE) : place].rstrip()
            found.append((place, short, best_long_form(short, _last_words(words, short))))
    for match in before:
        place, bracket = match.start(), match.start(_BRACKET)
        short, inside = text[place:bracket].rstrip(), _BRACKETS.match(text, bracket)
        if inside is None or not (text[place - 1 : place].isspace() or not place):
            continue
        abbreviation = _SHORT_IN_BRACKETS.match(text, bracket)
        is_short = abbreviation is not None and any(map(str.isalpha, abbreviation[1]))
        if not is_short and (among is None or plain(short) in among):
            found.append((bracket, short, _beginning(short, inside[1].strip())))
    if before:
        found.sort()
    return [(short, long) for _, short, long in found]


def _places(text: str, pieces: Iterable[bytes] | None) -> list[int]:
    """Return where words begin, in order: those of pieces, and by default all."""
    if pieces is None:
        return [match.start() for match in _WORD.finditer(text)]
    capitals = text.encode("ascii", "replace").upper()
    found = set[int]() if text.isascii() else set(_before_long_dashes(text))
    # Each word once: pieces can have the same, and a text be long.
    for word in {word for piece in pieces for word in ((piece,) if piece.isalnum() else _apart(piece))}:
        place = capitals.find(word)
        while place >= 0:
            if place == 0 or capitals[place - 1] in _BEFORE_WORDS:
                found.add(place)
            place = capitals.find(word, place + len(word))
    return sorted(found)


def _before_long_dashes(text: str) -> Iterator[int]:
    """Yield where words begin that end before a long dash: such a dash does not part all names of a piece."""
    for dash in "–—":
        place = text.find(dash)
        while place >= 0:
            begin = max(0, place - _LONGEST_LISTED)
            if (match := _BEFORE_LONG_DASH.search(text, begin, place)) is not None:
                yield match.start()
            place = text.find(dash, place + 1)


def _apart(piece: bytes) -> list[bytes]:
    """Return what blanks set apart in a piece of a text, those too that are not of ASCII."""
    return [word.encode("ascii", "replace") for word in piece.decode("utf-8", "surrogatepass").split()]


def _opening(text: str, place: int) -> int:
    """Return where that stands which makes a word at a place one of a list; -1 where nothing does.

    It is a sign or a word before it, blanks between them, or the beginning of the text.
    """
    last = place - 1
    while last >= 0 and text[last].isspace():
        last -= 1
    if last < 0:
        return 0
    if text[last] in _OPENING:
        return last
    if last == place - 1:
        return -1
    if text.endswith("and", 0, last + 1):
        return last - 2
    return last - 1 if text.endswith("or", 0, last + 1) else -1


def _listed(text: str, openings: Iterable[int], wanted: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield wanted abbreviations that are listed from some places on: each, and the text after it.

    Nothing is listed inside the text of another. So what comes before such a place is read, too, from the last sign
    on that ends all before it.
    """
    place = endless = 0
    for opening in openings:
        first = _listed_at(text, opening, opening + _FAR) if opening >= place else None
        if first is None or plain(first[1]) not in wanted:
            continue
        ends = (
            text.rfind(";", place, opening + 1),
            text.rfind(")", place, opening),
            text.rfind(". ", place, opening + 2),
        )
        place = max(place, *ends)
        while (match := _next_listed(text, place, first.end() + 1)) and match.start() <= opening:
            place = match.start() + 1
            if match.end() >= endless and (listed := _LISTED_TO_END.match(text, match.start())) is not None:
                if listed.lastindex == _N_WITH_END:
                    place = listed.end()
                    if plain(listed[1]) in wanted:
                        yield listed[1], listed[2].strip()
                else:
                    endless = listed.end()  # nor has what begins before it an end: no text is read twice
        place = max(place, opening + 1)


def _listed_at(text: str, place: int, end: int) -> re.Match[str] | None:
    """Return the abbreviation, with the sign after it, that is listed from a place on."""
    return (_FIRST_LISTED.match(text, 0, end) if place == 0 else None) or _NEXT_LISTED.match(text, place, end)


def _next_listed(text: str, place: int, end: int) -> re.Match[str] | None:
    """Return the first abbreviation from a place on, with the sign after it, that may be listed."""
    return (_FIRST_LISTED.match(text, 0, end) if place == 0 else None) or _NEXT_LISTED.search(text, place, end)


def _begins_segment(text: str, opening: int, place: int, wanted: Container[str]) -> bool:
    """Return whether a wanted abbreviation at a place, and what follows, can be one of a list without signs."""
    if place > 0 and not _OPENING_SEGMENT.match(text, opening):
        return False
    match = _WHOLE_SEGMENT.match(text, place)
    return match is not None and plain(match[1]) in wanted and _beginning(match[1], match[2].strip()) is not None


def _segments(text: str, wanted: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield wanted abbreviations and long forms of a list without signs between them, of three or more."""
    listed = [m for part in _END_OF_PART.split(text) if (m := _SEGMENT.match(part.strip()))]
    aligned = (True for m in listed if _beginning(m[1], m[2].strip()))
    if sum(islice(aligned, _LEAST_SEGMENTS)) == _LEAST_SEGMENTS:
        for m in listed:
            if plain(m[1]) in wanted and (long := _beginning(m[1], m[2].strip())):
                yield m[1], long


def _last_words(text: str, short: str) -> str:
    """Return the words before a bracket that can be a long form: min(n + 5, 2 n) of them for n characters."""
    sentence = _END_OF_SENTENCE.split(text)[-1]
    n_letters = sum(map(str.isalnum, short))
    return " ".join(sentence.split()[-min(n_letters + 5, 2 * n_letters) :])


def _beginning(short: str, long: str) -> str | None:
    """Return a long form that begins where a list begins it; None where the letters do not fit."""
    if long.upper() == long or len(long.split()) > _MOST_LISTED or not any(map(str.islower, long)):
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
