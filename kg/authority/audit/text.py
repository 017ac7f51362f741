"""What a figure's caption and titles say, prepared once for all of its mentions."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from kg.authority.audit.facts import OTHER_SPECIES, OTHER_SPECIES_PHRASES, VERTEBRATES
from kg.authority.audit.spelling import plain, plain_letters, plain_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["FigureText", "content_words", "phrase", "repair"]

_BROKEN = re.compile("[^\x00-\x7f][^\x00-\x7f]{1,3}")
_FOREIGN = re.compile("([^\x00-\x7f][^\x00-\x7f]*)")  # a plus sign would be slower
_WORD = re.compile(r"[^\W_]+")
_SIGNS = " /,;:()[]{}|=+.'\"*"  # between the names of a text, as blanks are
_BETWEEN = str.maketrans(dict.fromkeys(_SIGNS, " "))
_BLANKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
_FIRST_OF_PHRASES = frozenset(words.split()[0] for words in OTHER_SPECIES_PHRASES)
_OTHER_SPECIES, _VERTEBRATES = (words | {f"{word}s" for word in words} for words in (OTHER_SPECIES, VERTEBRATES))
_EMPTY_WORDS = frozenset({"of", "the", "and", "or", "a", "an", "to", "in", "like", "with", "family", "member", "type"})

# Bytes of ASCII as names have them, and as words have them; those of other characters stay.
_BETWEEN_NAMES, _NO_LETTERS = (_SIGNS + _BLANKS).encode(), bytes(code for code in range(128) if not chr(code).isalnum())
_AS_NAMES = bytes(range(256)).upper().translate(bytes.maketrans(_BETWEEN_NAMES, b" " * len(_BETWEEN_NAMES)))
_NOT_IN_NAMES = bytes(set(_NO_LETTERS) - set(_BETWEEN_NAMES) - set(b"-"))
_AS_WORDS = bytes(range(256)).lower().translate(bytes.maketrans(_NO_LETTERS, b" " * len(_NO_LETTERS)))


def repair(text: str) -> str:
    """Return text in which Greek letters are whole again that were read as Mac Roman: some captions have them so.

    Examples
    --------
    >>> repair("NFŒ∫B and IFN-Œ≤"), repair("NF-κB – Schrödinger")
    ('NFκB and IFN-β', 'NF-κB – Schrödinger')
    """
    return text if text.isascii() else _BROKEN.sub(_whole, text)


def _whole(match: re.Match[str]) -> str:
    try:
        return match[0].encode("mac_roman").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return match[0]


def phrase(text: str) -> str:
    """Return the words of a text in lower case with single blanks, and one at each end, so that `in` finds phrases.

    Examples
    --------
    >>> phrase("Leukemia inhibitory factor (LIF)")
    ' leukemia inhibitory factor lif '
    """
    return f" {' '.join(_words(_cut(text)))} "


class _Characters(dict[int, str]):
    """What characters that are not ASCII give to a text's names or words; for `str.translate`, filled as they come."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def __missing__(self, code: int) -> str:
        """Return what a character gives, from now on kept."""
        found = self[code] = " " if chr(code).isspace() else self._read(chr(code))
        return found


_FOREIGN_NAMES = _Characters(lambda character: "-" if character == "–" else plain_letters(character))
_FOREIGN_WORDS = _Characters(lambda character: "".join(c if c.isalnum() else " " for c in character.lower()))


def _cut(text: str) -> list[str]:
    """Return a text cut where ASCII ends and begins: each second part is not ASCII."""
    return [text] if text.isascii() else _FOREIGN.split(text)


def _as_bytes(parts: Sequence[str], foreign: _Characters) -> bytes:
    """Return a text that `_cut` has cut, what is not ASCII as the characters say."""
    if len(parts) > 1:
        parts = [part.translate(foreign) if place % 2 else part for place, part in enumerate(parts)]
    return "".join(parts).encode("utf-8", "surrogatepass")


def _words(parts: Sequence[str]) -> list[str]:
    """Return the runs of letters and digits of a text that `_cut` has cut, in lower case."""
    if any("Σ" in part for part in parts[1::2]):  # its small letter depends on what is around it
        return _WORD.findall("".join(parts).lower())
    return _as_bytes(parts, _FOREIGN_WORDS).translate(_AS_WORDS).decode("utf-8", "surrogatepass").split()


@lru_cache(maxsize=4096)  # long forms come again, for each gene that they may mean
def content_words(text: str) -> frozenset[str]:
    """Return the words of a name that say something, in lower case and without the plural's s.

    Examples
    --------
    >>> sorted(content_words("Interleukin-6 receptors of the family"))
    ['6', 'interleukin', 'receptor']
    """
    words = _words(_cut(text))
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words) - _EMPTY_WORDS


class FigureText:
    """The caption, title and paper title of a figure.

    Parameters
    ----------
    caption, title, paper_title
        None where the file has none.

    Examples
    --------
    >>> text = FigureText("Lipoteichoic acid (LTA) activates IL-6/STAT3.", None, None)
    >>> text.has("IL6"), text.has("TA")
    (True, False)
    """

    def __init__(self, caption: str | None, title: str | None, paper_title: str | None) -> None:
        self.caption = repair(caption or "")
        parts = [self.caption, title if title and title not in self.caption else "", paper_title or ""]
        self.text = repair(" ".join([part for part in parts if part]))

    def has(self, name: str) -> bool:
        """Return whether a symbol stands in the text as a word or a part of one that signs or blanks set off."""
        return plain(name) in self.names

    @cached_property
    def _parts(self) -> list[str]:
        """The text, cut where ASCII ends and begins: few captions are ASCII, and most of each is."""
        return _cut(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        """Plain letters and digits of the words, and of their parts between dashes."""
        parts = _cut(_without_long_dashes(self.text)) if "—" in self.text else self._parts
        text = _as_bytes(parts, _FOREIGN_NAMES).translate(_AS_NAMES, _NOT_IN_NAMES).decode("utf-8", "surrogatepass")
        if "-" in text:
            ends = text.split("-")
            pieces = [left[left.rfind(" ") + 1 :] for left in ends[:-1]] + [
                right.partition(" ")[0] for right in ends[1:]
            ]
            text = f"{text.replace('-', '')} {' '.join(pieces)}"
        return plain_words(text)

    @cached_property
    def _words(self) -> list[str]:
        return _words(self._parts)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words in lower case: runs of letters and digits."""
        return frozenset(self._words)

    @cached_property
    def phrases(self) -> str:
        """The words in lower case, as `phrase` gives them."""
        return f" {' '.join(self._words)} "

    @cached_property
    def other_species(self) -> tuple[str, ...]:
        """Words that tell of plants, fungi, bacteria or invertebrates; none where others tell of vertebrates."""
        if not _VERTEBRATES.isdisjoint(self.words):
            return ()
        telling = _OTHER_SPECIES & self.words
        found = [word for word in self._words if word in telling] if telling else []
        if not _FIRST_OF_PHRASES.isdisjoint(self.words):
            found += [words for words in OTHER_SPECIES_PHRASES if f" {words} " in self.phrases]
        return tuple(dict.fromkeys(found))


def _without_long_dashes(text: str) -> str:
    """Return a text with blanks for signs, whose long dashes part names only beside another dash in the same word."""
    words = text.translate(_BETWEEN).split()
    return " ".join(
        [word.replace("—", "-" if "-" in word or "–" in word else "") if "—" in word else word for word in words]
    )
