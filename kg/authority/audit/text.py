"""What a figure's caption and titles say, prepared once for all of its mentions."""

from __future__ import annotations

import re
from functools import cached_property

from kg.authority.audit.facts import OTHER_SPECIES, OTHER_SPECIES_PHRASES, VERTEBRATES
from kg.authority.audit.spelling import plain

__all__ = ["FigureText", "content_words", "phrase", "repair"]

_BROKEN = re.compile("[^\x00-\x7f]{2,4}")
_WORD = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"[\s/,;:()\[\]{}|=+.'\"*]+")
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
    return f" {' '.join(_WORD.findall(text.lower()))} "


def content_words(text: str) -> frozenset[str]:
    """Return the words of a name that say something, in lower case and without the plural's s.

    Examples
    --------
    >>> sorted(content_words("Interleukin-6 receptors of the family"))
    ['6', 'interleukin', 'receptor']
    """
    words = _WORD.findall(text.lower())
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
        pieces = set(_PIECES.split(self.text))
        dashed = [piece for piece in pieces if "-" in piece or "–" in piece]
        pieces.update(part for piece in dashed for part in re.split("[-–—]", piece))
        return frozenset(map(plain, pieces)) - {""}

    @cached_property
    def phrases(self) -> str:
        """The words in lower case, as `phrase` gives them."""
        return phrase(self.text)

    @cached_property
    def other_species(self) -> tuple[str, ...]:
        """Words that tell of plants, fungi, bacteria or invertebrates; none where others tell of vertebrates."""
        words = self.phrases.split()
        if not _VERTEBRATES.isdisjoint(words):
            return ()
        found = [] if _OTHER_SPECIES.isdisjoint(words) else [word for word in words if word in _OTHER_SPECIES]
        found += [words for words in OTHER_SPECIES_PHRASES if f" {words} " in self.phrases]
        return tuple(dict.fromkeys(found))
