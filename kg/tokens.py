"""Tokens, the unit of evidence of a pair: the part of an OCR word that a matched symbol matches.

Decisions, each within section "What a pair counts" of the documentation:

- A token is known by its figure, its word and its part. The same word twice in a figure is one token, because a
  mention is; two spellings of one name (``Jak``, ``JAK``) are two words, hence two tokens.
- Two mentions that matched the same part of the same word are one token, with the candidates of both.
- Where several parts match, the first does. Where no part matches, the token is the whole word, or its only part:
  a bracket or comma at the end of a word does not make a second token of it.
"""

from __future__ import annotations

import re

__all__ = ["fold", "token"]

# The separators of DESIGN: a slash, a comma, a semicolon, a plus sign, an ampersand, a bar, and every blank.
_SEPARATORS = re.compile(r"[/,;+&|\s]+")


def fold(text: str) -> str:
    """Return the letters and digits of a text in upper case; the empty string where it has none.

    Examples
    --------
    >>> fold("NF-κB p65")
    'NFΚBP65'
    """
    return "".join(filter(str.isalnum, text.upper()))


def token(word: str, symbol: str) -> str:
    """Return the part of a word that a symbol matches; where none does, its only part or the whole word.

    Parameters
    ----------
    word
        The OCR word of a mention.
    symbol
        The lexicon entry that the mention matched.

    Examples
    --------
    >>> token("IL-6/IL-6R/gp130", "IL6R")
    'IL-6R'
    >>> token("HIC-1", "HIC1") == token("HIC-1", "HLC-1") == "HIC-1"
    True
    >>> token("ERK1/2", "ERK")
    'ERK1/2'
    """
    parts = [part for part in _SEPARATORS.split(word) if part]
    if len(parts) == 1:
        return parts[0]
    wanted = fold(symbol)
    if wanted:
        for part in parts:
            if fold(part) == wanted:
                return part
    return word
