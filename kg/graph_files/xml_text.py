"""What GraphML and GEXF share: cells as XML, in polars, and the elements of a file, one at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from kg.compression import open_binary
from kg.errors import ExportError
from kg.graph_files.stream import is_known, join_lists, split_list, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    import polars as pl

    from kg.graph_files.stream import Value

__all__ = ["elements", "escaped", "plain_text", "value_of", "where_known", "xml_cells"]

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
_SPECIAL = '[\\x00-\\x1f&<>"\\x{FFFE}\\x{FFFF}]'
_LINE_BREAK = {"\r": "&#13;"}  # a bare one would be read as a line feed


def xml_cells(cells: pl.Series) -> pl.Series:
    """Return texts as XML has them, within an element or within double quotes.

    U+FFFD stands for the characters that XML cannot carry.
    """
    if not cells.str.contains(_SPECIAL).any():  # the usual case, decided fastest
        return cells
    return cells.str.replace_many(list(_REFERENCES), list(_REFERENCES.values()))


def plain_text(value: Any) -> str:
    """Return a value as text, a boolean as XML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def escaped(value: Any) -> str:
    """Return a value as text within an element."""
    return escape(plain_text(value), _LINE_BREAK)


def where_known(column: pl.Series, before: str, after: str) -> list[pl.Expr]:
    """Return what makes the known cells of a column stand between two texts, and nothing where there is no value.

    A list is one text, as `kg.graph_files.stream.join_lists` joins it.
    """
    import polars as pl

    name, dtype = column.name, column.dtype
    known = column.to_frame().select(is_known(name, dtype).fill_null(value=False)).to_series()
    if not known.any():
        return []
    texts = column.to_frame().select(join_lists(name)).to_series() if type_name(dtype) == "list" else column
    # Numbers and booleans hold nothing to escape.
    texts = xml_cells(texts) if texts.dtype == pl.String else texts.cast(pl.String)
    parts = [pl.lit(before), pl.lit(texts), pl.lit(after)]
    return parts if known.all() else [pl.when(known).then(pl.concat_str(parts)).otherwise(pl.lit(""))]


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
    try:
        with open_binary(path) as stream:
            yield stream
    except ET.ParseError as error:
        raise ExportError(f"{path}: not XML that can be read ({error})") from error
    except (OSError, EOFError) as error:
        raise ExportError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
