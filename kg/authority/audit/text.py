"""What a figure's caption and titles say, prepared once for all of its mentions."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from kg.authority.audit.facts import OTHER_SPECIES, OTHER_SPECIES_PHRASES, VERTEBRATES
from kg.authority.audit.spelling import plain, plain_words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FigureText", "content_words", "phrase", "repair"]

_BROKEN = re.compile("[^\x00-\x7f][^\x00-\x7f]{1,3}")
_FOREIGN = re.compile("[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W_]+")
_SIGNS = " /,;:()[]{}|=+.'\"*"  # between the names of a text, as blanks are
_DASHES = re.compile("[-–—]")
_FIRST_OF_PHRASES = frozenset(words.split()[0] for words in OTHER_SPECIES_PHRASES)
_BLANKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
# Of a text that is ASCII: what is no letter or digit goes, but for dashes; what separates names is a blank.
_NAMES_ONLY: Mapping[int, str | None] = {
    **{code: None for code in range(128) if not chr(code).isalnum() and chr(code) != "-"},
    **dict.fromkeys(map(ord, _SIGNS + _BLANKS), " "),
}
_WORDS_ONLY = {code: " " for code in range(128) if not chr(code).isalnum()}
_OTHER_SPECIES, _VERTEBRATES = (words | {f"{word}s" for word in words} for words in (OTHER_SPECIES, VERTEBRATES))
_EMPTY_WORDS = frozenset({"of", "the", "and", "or", "a", "an", "to", "in", "like", "with", "family", "member", "type"})


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
    return f" {' '.join(_words(text.lower()))} "


def _words(text: str) -> list[str]:
    """Return the runs of letters and digits of a text."""
    return text.translate(_WORDS_ONLY).split() if text.isascii() else _WORD.findall(text)


def content_words(text: str) -> frozenset[str]:
    """Return the words of a name that say something, in lower case and without the plural's s.

    Examples
    --------
    >>> sorted(content_words("Interleukin-6 receptors of the family"))
    ['6', 'interleukin', 'receptor']
    """
    words = _words(text.lower())
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
        self.text = " ".join(repair(part) for part in parts if part)

    def has(self, name: str) -> bool:
        """Return whether a symbol stands in the text as a word or a part of one that signs or blanks set off."""
        return plain(name) in self.names

    @cached_property
    def names(self) -> frozenset[str]:
        """Plain letters and digits of the words, and of their parts between dashes."""
        text, foreign = (self.text, frozenset[str]()) if self.text.isascii() else _take_foreign_names(self.text)
        text = text.upper().translate(_NAMES_ONLY)
        if "-" in text:
            ends = text.split("-")
            parts = [left[left.rfind(" ") + 1 :] for left in ends[:-1]] + [
                right.partition(" ")[0] for right in ends[1:]
            ]
            text = f"{text.replace('-', '')} {' '.join(parts)}"
        return plain_words(text).union(foreign)

    @cached_property
    def words(self) -> list[str]:
        """The words in lower case: runs of letters and digits."""
        return _words(self.text.lower())

    @cached_property
    def phrases(self) -> str:
        """The words in lower case, as `phrase` gives them."""
        return f" {' '.join(self.words)} "

    @cached_property
    def other_species(self) -> tuple[str, ...]:
        """Words that tell of plants, fungi, bacteria or invertebrates; none where others tell of vertebrates."""
        words = self.words
        if not _VERTEBRATES.isdisjoint(words):
            return ()
        found = [] if _OTHER_SPECIES.isdisjoint(words) else [word for word in words if word in _OTHER_SPECIES]
        if not _FIRST_OF_PHRASES.isdisjoint(words):
            found += [words for words in OTHER_SPECIES_PHRASES if f" {words} " in self.phrases]
        return tuple(dict.fromkeys(found))


def _take_foreign_names(text: str) -> tuple[str, frozenset[str]]:
    """Return a text without its words that are not ASCII, and what these give to its names."""
    for sign in _SIGNS:
        text = text.replace(sign, " ")
    kept, pieces, end = [], [], 0
    for match in _FOREIGN.finditer(text):
        if match.start() < end:
            continue
        start = text.rfind(" ", 0, match.start()) + 1
        kept.append(text[end:start])
        end = text.find(" ", match.end())
        end = len(text) if end < 0 else end
        pieces += text[start:end].split()
    kept.append(text[end:])
    return "".join(kept), _foreign_names(pieces)


def _foreign_names(pieces: list[str]) -> frozenset[str]:
    """Return what words that are not ASCII give to the names of a text."""
    parts = [part for piece in pieces if "-" in piece or "–" in piece for part in _DASHES.split(piece)]
    return frozenset(map(plain, [*pieces, *parts])) - {""}
