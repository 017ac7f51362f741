"""What GraphML and GEXF share: cells as XML, in polars, and the elements of a file, one at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from kg.compression import open_binary
from kg.errors import ExportError
from kg.graph_files.stream import holds_any, join_lists, split_list, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any
    from xml.etree import ElementTree as ET

    import polars as pl

    from kg.graph_files.stream import Value

__all__ = ["blocks", "elements", "escaped", "plain_text", "quoted", "value_of", "where_known", "xml_cells", "xml_rows"]

_REFERENCES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
    # What XML 1.0 forbids (section 2.2), which no reference can stand for.
    **{chr(code): "\ufffd" for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)},
}
_ROWS = 4_096  # that are text at a time
_SPECIAL = "".join(_REFERENCES)
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})  # a bare \r would be read as \n
_IN_QUOTES = str.maketrans(_REFERENCES)


def xml_cells(cells: pl.Series) -> pl.Series:
    """Return texts as XML has them, within an element or within double quotes.

    U+FFFD stands for the characters that XML cannot carry.
    """
    if not holds_any(cells, _SPECIAL):  # the usual case, decided fastest
        return cells
    return cells.str.replace_many(list(_REFERENCES), list(_REFERENCES.values()))


def plain_text(value: Any) -> str:
    """Return a value as text, a boolean as XML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def escaped(value: Any) -> str:
    """Return a value as text within an element."""
    return plain_text(value).translate(_IN_TEXT)


def quoted(text: str) -> str:
    """Return a text as the value of an attribute, with its quotes.

    Examples
    --------
    >>> quoted('"a" & b')
    '"&quot;a&quot; &amp; b"'
    """
    return f'"{text.translate(_IN_QUOTES)}"'


def blocks(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the rows of some tables, as few at a time as keep their text small in memory."""
    for batch in batches:
        yield from batch.iter_slices(_ROWS)


def where_known(column: pl.Series, before: str, after: str) -> list[str | pl.Series]:
    """Return what makes the known cells of a column stand between two texts, and nothing where there is no value.

    A list is one text, as `kg.graph_files.stream.join_lists` joins it. The parts are for `xml_rows`.
    """
    import polars as pl

    name, dtype = column.name, column.dtype
    if type_name(dtype) == "list":
        cells = column.to_frame().select(join_lists(name)).to_series()
    elif dtype.is_float():
        cells = column.set(~column.is_finite(), None).cast(pl.String)
    else:
        cells = column.cast(pl.String)
    if dtype == pl.String or type_name(dtype) == "list":  # numbers and booleans hold nothing to escape
        cells = xml_cells(cells)
    if not cells.null_count():
        return [before, cells, after]
    if cells.null_count() == cells.len():
        return []
    return [cells.to_frame().select(pl.concat_str(pl.lit(before), name, pl.lit(after))).to_series()]


def xml_rows(parts: Iterable[str | pl.Series]) -> str:
    """Return the lines that texts and columns make side by side; a cell that is null is nothing."""
    import polars as pl

    merged: list[str | pl.Series] = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    lines = pl.select(pl.concat_str(map(pl.lit, merged), ignore_nulls=True)).to_series()
    return str(lines.str.join("").item())


def value_of(text: str, kind: str) -> Value:
    """Return a value of a type of GraphML or GEXF, or of ``list``, from its text."""
    if kind in ("long", "int", "integer"):
        return int(text)
    if kind in ("double", "float"):
        return float(text)
    if kind == "boolean":
        return text == "true"
    return split_list(text) if kind == "list" else text


def elements(path: Path, keep: frozenset[str]) -> Iterator[ET.Element]:
    """Yield elements of an XML file by the local names in `keep`, each whole, and forget each afterwards.

    Raises
    ------
    ExportError
        If the file cannot be read, or is no XML.
    """
    from xml.etree import ElementTree as ET

    with _readable(path) as stream:
        open_elements: list[ET.Element] = []
        for event, element in ET.iterparse(stream, events=("start", "end")):  # noqa: S314  # expat bounds entities
            if event == "start":
                open_elements.append(element)
                continue
            open_elements.pop()
            element.tag = element.tag.rpartition("}")[2]
            if element.tag in keep:
                yield element
                element.clear()
                if open_elements:
                    open_elements[-1].remove(element)


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    from xml.etree import ElementTree as ET

    try:
        with open_binary(path) as stream:
            yield stream
    except ET.ParseError as error:
        raise ExportError(f"{path}: not XML that can be read ({error})") from error
    except (OSError, EOFError) as error:
        raise ExportError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
