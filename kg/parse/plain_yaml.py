"""The few plain forms of YAML that PFOCR's own writers write, read straight off the text; any other text is declined.

What is read: block mappings with short keys, lists of scalars or of such mappings, and scalars that are plain or in
quotes without backslashes, on one line or folded over several. Such text has one meaning (YAML 1.1, sections 9.1, 9.3
and 9.4), so nothing has to be scanned character by character. Comments, anchors, aliases, tags, flow collections but
``[]``, block scalars, escapes, tabs, blank lines, marks of documents, and a key given twice are declined.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["GENE_FIELDS", "Plain", "read_plain"]

GENE_FIELDS = ("word", "symbol", "source", "hgnc_symbol", "entrez")
"""The fields of a gene's row in the front matter, in the order in which PFOCR writes them."""

_ROW = re.compile("\n  ".join(f"{field}: ([^\n]+)" for field in GENE_FIELDS))
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|'@[A-Za-z]+'")
LONGEST_KEY = 100
"""Characters of a key and its indent; libyaml refuses keys of more than 1,024."""

_FOLD = re.compile("\n +")
# Where a line ends that the next one does not continue, by the indent of a mapping; four levels are twice what is used.
_END = {indent: re.compile(rf"\n(?!{indent}[ -])") for indent in ("", "  ", "    ", "      ")}
# What no plain scalar begins with; `?`, `:` and `-` sometimes can, of which `-` is looked at again.
_INDICATORS = frozenset(("", *" ?:,[]{}#&*!|>'\"%@`"))
# What YAML 1.1 takes for a line break, a blank or a mark of byte order, beside "\n" and " ".
_ASCII_DECLINED = "\t\r"
_DECLINED = _ASCII_DECLINED + "\x85\u2028\u2029\ufeff"


class Plain(NamedTuple):
    """What a plain text holds.

    Attributes
    ----------
    fields
        The values by key: text, lists and mappings of them; ``genes`` is empty where there are `rows`.
    rows
        The rows of ``genes``, where each has exactly `GENE_FIELDS`, in this order; equal rows, of whatever text, are
        mostly one object. None where they are among the `fields`, or missing.
    """

    fields: dict[str, Any]
    rows: list[tuple[str, ...]] | None


def read_plain(text: str) -> Plain | None:
    r"""Return the mapping that a YAML text is, if every line has one of the plain forms, else None.

    Parameters
    ----------
    text
        Whole lines, without control characters.

    References
    ----------
    YAML 1.1, https://yaml.org/spec/1.1/.

    Examples
    --------
    >>> read_plain("symbol: NO\ncaption: two\n  lines\nkeywords:\n- 'it''s'\n").fields
    {'symbol': 'NO', 'caption': 'two lines', 'keywords': ["it's"]}
    >>> read_plain("symbol: &anchor NO\n") is None
    True
    """
    # A search for each character runs at the speed of memory, and ASCII text is known to be that without a look.
    if any(character in text for character in (_ASCII_DECLINED if text.isascii() else _DECLINED)):
        return None
    fields = _mapping(text.removesuffix("\n"), "")
    if fields is None:
        return None
    genes = fields.get("genes")
    if not isinstance(genes, _Rows):
        return Plain(fields, None)
    fields["genes"] = []
    return Plain(fields, genes)


class _Rows(list[tuple[str, ...]]):
    """Rows with exactly `GENE_FIELDS`."""


def _mapping(text: str, indent: str) -> dict[str, Any] | None:
    """Return the block mapping whose lines a text is, all of them with an indent."""
    end = _END.get(indent)
    if end is None:
        return None
    fields: dict[str, Any] = {}
    value: Any
    for entry in end.split(text):
        colon = entry.find(":", 0, LONGEST_KEY)
        key = _key(entry[:colon], indent) if colon > 0 else None
        rest = entry[colon + 1 :]
        if key is None or key in fields:
            return None
        if rest.startswith(" "):
            value = [] if rest == " []" else _scalar(rest[1:], indent)
        elif rest.startswith("\n"):
            value = _block(key, rest[1:], indent)
        else:
            value = None if rest else ""
        if value is None:
            return None
        fields[key] = value
    return fields


def _block(key: str, text: str, indent: str) -> Any:
    """Return the list or mapping whose lines follow the line of a key."""
    dash = indent + "- "
    if not text.startswith(dash):
        return _mapping(text, indent + "  ")
    items = text[len(dash) :].split("\n" + dash)
    if key == "genes" and not indent:
        rows = _Rows(map(_row, items))
        if all(rows):
            return rows
    values: list[Any] = [_cell(item) for item in items]
    if None in values:
        values = [_item(item, indent) if value is None else value for item, value in zip(items, values, strict=True)]
    return None if None in values else values


def _item(text: str, indent: str) -> Any:
    """Return an item of a list in a mapping of that indent: a scalar of several lines, or a mapping."""
    value = _scalar(text, indent)
    return _mapping(f"{indent}  {text}", indent + "  ") if value is None else value


@lru_cache(maxsize=1024)
def _key(text: str, indent: str) -> str | None:
    """Return the key that a text is behind its indent."""
    match = _KEY.fullmatch(text, len(indent)) if text.startswith(indent) else None
    return match and match.group().strip("'")


# The same rows stand in many documents, and the same cells in many rows: most of both need no second look, and equal
# ones take memory once. More of them would be found again more often, but in slower memory.
@lru_cache(maxsize=8192)
def _row(text: str) -> tuple[str, ...]:
    """Return the cells of a gene's row; nothing if it has another form."""
    match = _ROW.fullmatch(text)
    cells = [_cell(cell) for cell in match.groups()] if match else [None]
    return () if None in cells else tuple(cells)  # type: ignore[arg-type]  # mypy does not follow `in`


@lru_cache(maxsize=8192)
def _cell(text: str) -> str | None:
    """Return the value of a scalar on one line; None for any other."""
    return None if "\n" in text else _scalar(text, "")


def _scalar(text: str, indent: str) -> str | None:
    """Return the value of a scalar in a mapping of that indent; None where it is not plain, single- or double-quoted.

    A quote can only stand at both ends, or twice for one in single quotes, so what is between the ends is the value.
    And in what is plain there is no colon or hash sign that could be more than text.
    """
    if "\n" in text:
        if " \n" in text or f"\n{indent}-" in text:
            return None
        text = _FOLD.sub(" ", text)
    first = text[:1]
    if first not in _INDICATORS:
        is_more = ": " in text or " #" in text or text[-1] in ": " or (first == "-" and text[:2] in ("-", "- "))
        return None if is_more else text
    if first not in ("'", '"') or text[-1] != first or len(text) == 1:
        return None
    value = text[1:-1]
    if first == '"':
        return None if '"' in value or "\\" in value else value
    if "'" not in value:
        return value
    return None if "'" in value.replace("''", "") else value.replace("''", "'")
