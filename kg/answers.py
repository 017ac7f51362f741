"""What commands answer with: records that turn into JSON, and lines of text that fit a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, ClassVar

from kg.errors import Problem
from kg.terminal import cell_width, escape_json, visible
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Answer", "counted", "hang", "indent", "one_line", "short", "to_json", "wrap", "wrap_text"]


class Answer:
    """A record that turns into JSON; subclasses are dataclasses, and `kind` says which."""

    __slots__ = ()

    kind: ClassVar[str]

    def to_json(self) -> str:
        """Return the record as JSON text on several lines, ``kind`` first; names are those of the attributes.

        Controls and format characters of the data are escaped, so that the text is safe to print.
        """
        return to_json({"kind": self.kind, **asdict(self)})  # type: ignore[call-overload]  # subclasses are dataclasses


def to_json(value: object) -> str:
    """Return a value as JSON text on several lines, safe to print."""
    return escape_json(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def _plain(value: object) -> object:
    """Return a value with problems as objects; JSON would make lists of them."""
    if isinstance(value, Problem):
        return _plain(value._asdict())
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def counted(n: int, noun: str) -> str:
    """Return a number with a noun in its number.

    Examples
    --------
    >>> counted(1, "gene"), counted(1234, "gene")
    ('1 gene', '1,234 genes')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def one_line(text: str | None) -> str:
    """Return text on one line with single blanks, safe to print."""
    return visible(" ".join((text or "").split()))


def short(text: str, length: int) -> str:
    """Return text on one line, safe to print, cut to a length of 8 or more."""
    return shorten(one_line(text), max(8, length))


def wrap_text(text: str | None, width: int) -> list[str]:
    """Return text in lines of at most `width` columns; a word that is longer is broken."""
    return wrap((piece for word in one_line(text).split(" ") for piece in _broken(word, width)), width)


def _broken(word: str, width: int) -> Iterator[str]:
    """Return a word in parts that fill a line each, but for the last."""
    part, room = "", width
    for character in word if cell_width(word) > width else "":
        size = cell_width(character)
        if size > room:
            yield part
            part, room = "", width
        part += character
        room -= size
    yield part or word


def wrap(pieces: Iterable[str], width: int) -> list[str]:
    """Return pieces joined with blanks into lines of at most `width` columns; a longer piece has its own line."""
    lines: list[str] = []
    room = 0
    for piece in filter(None, pieces):
        size = cell_width(piece)
        if lines and size + 1 <= room:
            lines[-1] += " " + piece
            room -= size + 1
        else:
            lines.append(piece)
            room = width - size
    return lines


def indent(lines: Iterable[str], n: int = 2) -> list[str]:
    """Return lines with blanks before each."""
    return [" " * n + line for line in lines]


def hang(before: str, lines: Sequence[str]) -> list[str]:
    """Return lines with something before each, the later ones two columns further in."""
    return [before + line if i == 0 else f"{before}  {line}" for i, line in enumerate(lines)]
