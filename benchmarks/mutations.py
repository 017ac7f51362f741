"""Texts broken on purpose, where it can do most harm to a reader of YAML."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - an alias is made of it
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

__all__ = ["PIECES", "mutate"]

PIECES = (
    *("", " ", "\n", "  ", "\n  ", "\n\n", "\t", "\r", "\r\n", "\ufeff", "\u2028", "\x85", "é", "😀"),
    *("'", '"', "''", '\\"', "\\", "- ", "-", "? ", ":", ": ", ":\n", "#", " #", " # x", ",", "---", "\n---\n", "..."),
    *(
        "[",
        "]",
        "[]",
        "{",
        "}",
        "{}",
        "&a ",
        "*a",
        "!t ",
        "!!str ",
        "|",
        "|\n",
        ">",
        ">-\n",
        "%",
        "@",
        "`",
        "<<: ",
        "~",
    ),
    *("genes:\n", "keywords:\n", "- word: A\n", "  symbol: ", "k" * 1030 + ": v\n", "null", "0x1F", "1e5", "NO"),
)
"""What is put into texts: what YAML gives a meaning to, and what only looks like it."""


def mutate(text: str, others: Sequence[str], rng: random.Random) -> str:
    """Return a text with one to three faults.

    Parameters
    ----------
    text
        A document.
    others
        Documents that pieces are taken from.
    rng
        Where chance comes from.
    """
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(_FAULTS)(text, others, rng)
    return text


def _replace(text: str, _: Sequence[str], rng: random.Random) -> str:
    """Put a piece, or nothing, in the place of a short stretch."""
    start = rng.randrange(len(text) + 1)
    end = start + rng.choice((0, 0, 0, 1, 1, 2, 8, 40))
    return text[:start] + rng.choice(PIECES) + text[end:]


def _at_line(text: str, _: Sequence[str], rng: random.Random) -> str:
    """Put a piece at the beginning or the end of a line, or behind its key."""
    start = text.find("\n", rng.randrange(len(text) + 1)) + 1
    at = rng.choice((start, start - 1 if start else 0, text.find(": ", start) + 2))
    return text[:at] + rng.choice(PIECES) + text[at:]


def _lines(text: str, _: Sequence[str], rng: random.Random) -> str:
    """Leave out a line, repeat it, let it change places with another, or indent it otherwise."""
    lines = text.split("\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[i]
        case 1:
            lines.insert(j, lines[i])
        case 2:
            lines[i], lines[j] = lines[j], lines[i]
        case 3:
            lines[i] = " " * rng.randint(1, 4) + lines[i]
        case _:
            lines[i] = lines[i].lstrip(" -")
    return "\n".join(lines)


def _splice(text: str, others: Sequence[str], rng: random.Random) -> str:
    """Put a few lines of another document into this one."""
    other = rng.choice(others).split("\n")
    start = rng.randrange(len(other))
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    return "\n".join([*lines[:at], *other[start : start + rng.randint(1, 12)], *lines[at + rng.randint(0, 3) :]])


def _stretch(text: str, _: Sequence[str], rng: random.Random) -> str:
    """Leave out a stretch of any length, or have it twice; now and then, cut the text off."""
    start, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    if rng.random() < 0.1:
        return text[:end]
    end = min(end, start + rng.choice((3, 30, 300, 3_000)))
    return text[:end] + text[start:] if rng.random() < 0.5 else text[:start] + text[end:]


def _letters(text: str, _: Sequence[str], rng: random.Random) -> str:
    """Change a letter, or all line ends to another kind."""
    if rng.random() < 0.05:
        return text.replace("\n", rng.choice(("\r\n", "\n\n", " \n")))
    at = rng.randrange(len(text) + 1)
    return text[:at] + chr(rng.choice((rng.randrange(32, 127), rng.randrange(160, 0x2100)))) + text[at + 1 :]


_FAULTS: tuple[Callable[[str, Sequence[str], random.Random], str], ...] = (
    _replace,
    _at_line,
    _lines,
    _splice,
    _stretch,
    _letters,
)
