"""How a word of a figure and the symbol that it matched differ in their letters, and which letters look like others."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

from kg.tokens import fold, token

__all__ = [
    "Spelling",
    "bare_name",
    "compare",
    "edit_distance",
    "fits_bare",
    "greek_as_latin",
    "latin",
    "plain",
    "plain_letters",
    "plain_words",
    "read_part",
    "scripts",
    "unswapped",
]

read_part = lru_cache(maxsize=65536)(token)
"""`kg.tokens.token`, whose answers are kept: words come again and again."""

_GREEK_NAMES = ("ALPHA", "BETA", "GAMMA", "DELTA", "EPSILON", "KAPPA", "LAMBDA", "SIGMA", "THETA", "ZETA")
_GREEK = {name: name[0] for name in _GREEK_NAMES}
# What OCR takes one for the other (PFOCR tries these swaps when it looks words up).
_SWAPS = str.maketrans("ILOQSZBG", "11005286")
_NOT_PLAIN = re.compile("[^A-Z0-9]+")
_ROMAN = re.compile(r"(?<=[A-Z0-9])(III|II|IV)$")
_ROMAN_ENDS = re.compile(r"I(?<=[A-Z0-9]I)(II|I|V)(?= |$)")  # as `_ROMAN`; what begins with a letter is found fast
_ARABIC = {"II": "2", "III": "3", "IV": "4"}
_SHORTHAND = re.compile(r"(.*?)([0-9]+|[A-Za-z])((?:[/,&\-][0-9A-Za-z]{1,2})+)$")
# The p of a phosphorylated protein, the c of a cellular one (c-Raf, as against the v-Raf of a virus).
_PREFIXED = re.compile(r"(?:^|(?<=[/,;+&|\s(]))(?:p-?|P-|[cC]-)([^/,;+&|\s]+)")
_SET_OFF = re.compile(r"[pPcC]-(?=\w\w)")
_PREFIXED_SYMBOL = re.compile(r"[pPcC]-|[pc](?=[A-Z])")
_MOST_LISTED = 20  # numbers of a range such as DKK1-4
_LONGEST = 200  # characters of a word or symbol that is compared letter by letter; what is longer names no gene

Kind = Literal["same", "letters", "shorthand", "swap", "part", "other"]


class Spelling(NamedTuple):
    """How a word and a symbol differ.

    Attributes
    ----------
    kind
        ``same``: the same letters and digits. ``letters``: the same once Greek letters, Roman numerals, accents and
        look-alikes are read as Latin ones (``B-catenin``, ``beta-catenin``), or but
        for the s of a plural or the p of phosphorylation.
        ``shorthand``: one of several that the word lists (``LRP5/6``, ``LRP6``). ``swap``: the same but for letters
        that OCR takes for others (``HIC-1``, ``HLC-1``). ``part``: the symbol is only a part of the word. ``other``:
        none of these.
    distance
        Edits between the word's part and the symbol, letters and digits only, look-alikes read as Latin. Where either
        has more than 200 of them, the length of the longer: nothing so long is compared letter by letter.
    """

    kind: Kind
    distance: int


@lru_cache(maxsize=4096)
def _latin_letter(character: str) -> str:
    """Return the ASCII letter or digit that a character looks like, or itself."""
    from confusable_homoglyphs import confusables

    stripped = unicodedata.normalize("NFKD", character)[0]
    if stripped.isascii() and stripped.isalnum():
        return stripped
    twins = [twin["c"] for twin in confusables.confusables_data.get(character, ())]
    ascii_twins = [twin for twin in twins if len(twin) == 1 and twin.isascii() and twin.isalnum()]
    return ascii_twins[0] if ascii_twins else character


def latin(text: str) -> str:
    """Return a text with letters of other scripts as the Latin ones that they look like, and without accents.

    A Greek letter is one of the alphabet of biology and stays, unless it looks like a Latin capital; so does what
    looks like nothing. The German sharp s is read as beta, its twin in the table and in OCR.

    References
    ----------
    Unicode Technical Standard 39, section 4 (Confusable Detection), https://www.unicode.org/reports/tr39/

    Examples
    --------
    >>> latin("МАРК"), latin("с-Мус"), latin("Aß"), latin("IKKβ")
    ('MAPK', 'c-Myc', 'Aβ', 'IKKβ')
    """
    if text.isascii():
        return text
    letters = [c if c.isascii() or "α" <= c <= "ω" else "β" if c == "ß" else _latin_letter(c) for c in text]
    return "".join(letters)


def scripts(text: str) -> frozenset[str]:
    """Return the scripts of the letters of a text, as Unicode names them; those common to all scripts are left out.

    Examples
    --------
    >>> sorted(scripts("НPRT1")), sorted(scripts("IKKβ"))
    (['CYRILLIC', 'LATIN'], ['GREEK', 'LATIN'])
    """
    if text.isascii():
        return frozenset({"LATIN"}) if any(map(str.isalpha, text)) else frozenset()
    from confusable_homoglyphs import categories

    return frozenset(categories.alias(c) for c in text if c.isalpha()) - {"COMMON", "INHERITED"}


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return the letters and digits of a text in upper case, all Latin: Greek as one letter, Roman numerals as digits.

    Examples
    --------
    >>> plain("beta-catenin"), plain("β-Catenin"), plain("NF-κB"), plain("BMPRII"), plain("Aß")
    ('BCATENIN', 'BCATENIN', 'NFKB', 'BMPR2', 'AB')
    """
    is_ascii = text.isascii()
    letters = _NOT_PLAIN.sub("", text.upper()) if is_ascii else plain_letters(text)
    if len(letters) > 3 and ("A" in letters or "EPSILON" in letters):  # all the others have an A
        letters = _shorten_greek(letters)
    return _ROMAN.sub(_arabic, letters) if letters[-1:] in ("I", "V") else letters


def plain_letters(text: str) -> str:
    """Return the letters and digits of a text as `plain` does, names of Greek letters and Roman numerals as they are.

    Each character is read by itself, whatever stands beside it.

    Examples
    --------
    >>> plain_letters("β-Catenin"), plain_letters("Beta II")
    ('BCATENIN', 'BETAII')
    """
    return fold("".join(map(greek_as_latin, latin(text))))


def plain_words(text: str) -> frozenset[str]:
    """Return what `plain` returns for each word of a text: ASCII letters and digits in capitals, and single blanks.

    Examples
    --------
    >>> sorted(plain_words("BETACATENIN AND BMPRII"))
    ['AND', 'BCATENIN', 'BMPR2']
    """
    text = _shorten_greek(text)
    if "II" in text or "IV" in text:
        text = _ROMAN_ENDS.sub(lambda match: _ARABIC[match[0]], text)
    return frozenset(text.split())


def _shorten_greek(text: str) -> str:
    for name, letter in _GREEK.items():
        text = text.replace(name, letter)
    return text


def _arabic(match: re.Match[str]) -> str:
    return _ARABIC[match[1]]


def greek_as_latin(character: str) -> str:
    """Return the first letter of a Greek letter's name in capitals, or another character as it is.

    Examples
    --------
    >>> greek_as_latin("κ"), greek_as_latin("k")
    ('K', 'k')
    """
    if character.isascii() or not "Α" <= character <= "ω":
        return character
    return unicodedata.name(character, "").rpartition(" ")[2].partition(" ")[0][:1] or character


def unswapped(text: str) -> str:
    """Return plain letters and digits, each of those that OCR takes for each other as one of them.

    Examples
    --------
    >>> unswapped("HIC1") == unswapped("HLC1"), unswapped("S100") == unswapped("SLOO")
    (True, True)
    """
    return text.translate(_SWAPS)


def edit_distance(a: str, b: str) -> int:
    """Return the least number of letters to insert, delete or replace that makes one text the other.

    References
    ----------
    Wagner RA, Fischer MJ. The string-to-string correction problem. J ACM 1974, 21:168-173. doi:10.1145/321796.321811

    Examples
    --------
    >>> edit_distance("MAPK", "MAK"), edit_distance("AB", "ASS")
    (1, 2)
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


@lru_cache(maxsize=65536)
def compare(word: str, symbol: str) -> Spelling:
    """Return how a word of a figure and the lexicon entry that it matched differ.

    Examples
    --------
    >>> compare("IL-6/IL-6R/gp130", "IL6R").kind, compare("B-catenin", "beta-catenin").kind
    ('same', 'letters')
    >>> compare("HIC-1", "HLC-1"), compare("LRP5/6", "LRP6").kind
    (Spelling(kind='swap', distance=1), 'shorthand')
    >>> compare("Aß", "ASS"), compare("НССсell", "ELL").kind
    (Spelling(kind='other', distance=2), 'part')
    """
    part = _with_gamma(read_part(word, symbol), symbol)
    read, wanted = plain(part), plain(symbol)
    if read == wanted:
        return Spelling("same" if fold(part) == fold(symbol) else "letters", 0)
    if read == f"{wanted}S" and part.rstrip(".,;:)]").endswith("s"):
        return Spelling("letters", 0)
    if any(plain(piece) == wanted for piece in _PREFIXED.findall(word)):
        return Spelling("letters", 0)
    longest = max(len(read), len(wanted))
    distance = edit_distance(read, wanted) if longest <= _LONGEST else longest
    if wanted in _listed(part) or ((bare := bare_name(part)) is not None and wanted in _listed(bare)):
        return Spelling("shorthand", distance)
    if unswapped(read) == unswapped(wanted):
        return Spelling("swap", distance)
    return Spelling("part" if wanted in read or (fold(symbol) in fold(part) and "ß" not in part) else "other", distance)


def _with_gamma(part: str, symbol: str) -> str:
    """Return a word whose last letter is the G of gamma where the symbol's is and OCR read its twin, y (``IKKy``)."""
    is_gamma = symbol.endswith("γ") or symbol.lower().endswith("gamma")
    return f"{part[:-1]}G" if is_gamma and part.endswith("y") else part


def bare_name(part: str) -> str | None:
    """Return a name without the p or c that a dash sets off before it; None where there is none.

    Examples
    --------
    >>> bare_name("p-ERK"), bare_name("c-Raf-1"), bare_name("PERK")
    ('ERK', 'Raf-1', None)
    """
    match = _SET_OFF.match(part)
    return None if match is None else part[match.end() :]


def fits_bare(part: str, symbol: str) -> bool | None:
    """Return whether a symbol is the name behind the p or c that a word sets off, or takes that letter for its own.

    None where the word sets off none, or the symbol has the prefix as such, too.

    Examples
    --------
    >>> fits_bare("p-ERK", "ERK"), fits_bare("p-ERK", "PERK"), fits_bare("c-Raf", "c-Raf"), fits_bare("PERK", "PERK")
    (True, False, None, None)
    """
    bare = bare_name(part)
    if bare is None:
        return None
    if plain(bare) == plain(symbol):
        return True
    return False if plain(part) == plain(symbol) and not _PREFIXED_SYMBOL.match(symbol) else None


def _listed(word: str) -> set[str]:
    """Return the names that a word lists with one beginning: those of ``DKK1-3`` are ``DKK1`` to ``DKK3``.

    A word of more than 200 characters lists none.
    """
    match = _SHORTHAND.match(word.strip("()[]{}.,;:*\"'")) if len(word) <= _LONGEST else None
    if match is None:
        return set()
    beginning, first, others = match.groups()
    ends = [first, *re.split(r"[/,&\-]", others)[1:]]
    # OCR reads the two strokes of II as 11: LC3-11 is no range.
    if others.startswith("-") and len(ends) == 2 and ends[1] != "11" and all(map(str.isdecimal, ends)):
        ends += map(str, range(int(first), min(int(ends[1]), int(first) + _MOST_LISTED)))
    return {plain(beginning + end) for end in ends}
