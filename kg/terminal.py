"""Text for a terminal: nothing in it moves the cursor, and columns line up."""

from __future__ import annotations

import unicodedata
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["align", "cell_width", "escape_json", "fold", "visible"]

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Format characters that words of many scripts need and that change nothing around them: soft hyphen, ZWNJ, ZWJ.
_HARMLESS = frozenset("\u00ad\u200c\u200d")


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE and character not in _HARMLESS


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    r"""Return text on one line, safe to print, whoever wrote it: what a terminal would obey is written out.

    Escaped, as Python writes them, are the C0 and C1 controls (an ESC starts a terminal's commands; line breaks and
    tabs too), the format characters that turn or hide text (bidirectional overrides and isolates, zero-width spaces,
    tags), line and paragraph separators, and lone surrogates, which no encoding carries.

    References
    ----------
    Unicode Technical Report 36, section 2; Unicode Standard Annex 9, section 2; CVE-2021-42574 ("Trojan Source").

    Examples
    --------
    >>> print(visible("a\x1b[2Jb \u202egnp.κB"))
    a\x1b[2Jb \u202egnp.κB
    """
    if text.isprintable():
        return text
    return "".join(_escape(character) if _is_unsafe(character) else character for character in text)


def escape_json(text: str) -> str:
    r"""Return JSON text that means the same, with what a terminal would obey as ``\u`` escapes; line feeds stay.

    References
    ----------
    RFC 8259, section 7.

    Examples
    --------
    >>> print(escape_json('"\u202eabc"'))
    "\u202eabc"
    """
    if text.isprintable():
        return text
    return "".join(
        "".join(f"\\u{unit:04x}" for unit in _utf16_units(character))
        if character != "\n" and _is_unsafe(character)
        else character
        for character in text
    )


def _utf16_units(character: str) -> list[int]:
    data = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


def cell_width(text: str) -> int:
    """Return how many columns of a terminal text takes: 2 for a wide character, 0 for a combining one.

    References
    ----------
    Unicode Standard Annex 11, East Asian Width.

    Examples
    --------
    >>> cell_width("STAT3"), cell_width("蛋白"), cell_width("e\u0301")
    (5, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def align(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset(), gap: str = "  ") -> list[str]:
    """Return rows as lines whose columns line up, without blanks at their ends.

    Parameters
    ----------
    rows
        Cells of one line each, the same number in every row.
    right
        The columns, from 0, to be flush right.
    gap
        What stands between two columns.

    Examples
    --------
    >>> align([["gene", "n"], ["STAT3", "12"]], right=frozenset({1}))
    ['gene    n', 'STAT3  12']
    """
    if not rows:
        return []
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (width - cell_width(cell))
            cells.append(blanks + cell if i in right else cell + blanks)
        lines.append(gap.join(cells).rstrip(" "))
    return lines


def fold(rows: Sequence[Sequence[str]], width: int, *, gap: int = 2) -> list[list[str]]:
    """Return rows whose cells, side by side, are at most `width` columns wide: a wider cell goes on in a next row.

    The columns that need least keep what they need, and nothing if they are empty; the others share the rest evenly,
    one column of the terminal at least.

    Parameters
    ----------
    rows
        Cells of one line each, the same number in every row.
    width
        Columns of the terminal.
    gap
        Columns between two cells.

    Examples
    --------
    >>> fold([["STAT3", "signal transducer"], ["JAK1", "kinase"]], 15)
    [['STAT3', 'signal t'], ['', 'ransduce'], ['', 'r'], ['JAK1', 'kinase']]
    """
    needed = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    room = width - gap * (len(needed) - 1)
    widths = list(needed)
    for n_left, i in zip(range(len(needed), 0, -1), sorted(range(len(needed)), key=needed.__getitem__), strict=True):
        widths[i] = min(needed[i], max(1, room // n_left))
        room -= widths[i]
    folded: list[list[str]] = []
    for row in rows:
        pieces = [_pieces(cell, most) for cell, most in zip(row, widths, strict=True)]
        folded += [list(line) for line in zip_longest(*pieces, fillvalue="")]
    return folded


def _pieces(text: str, width: int) -> list[str]:
    """Return text in pieces of at most a width; a character that is wider is a piece of its own."""
    if text.isascii():
        return [text[i : i + width] for i in range(0, len(text), width or 1)] or [""]
    pieces, room = [""], width
    for character in text:
        size = _character_width(character)
        if size > room and pieces[-1]:
            pieces.append("")
            room = width
        pieces[-1] += character
        room -= size
    return pieces
