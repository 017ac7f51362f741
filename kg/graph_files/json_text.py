"""What Cytoscape JSON and CX2 share: rows as JSON in polars, and the items of a file, one at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kg.compression import open_binary
from kg.errors import ExportError
from kg.graph_files.stream import is_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import polars as pl

__all__ = ["COMPACT", "joined", "json_members", "read_lines"]

COMPACT = (",", ":")
"""The separators of JSON without blanks."""


def json_members(batch: pl.DataFrame, names: Iterable[str]) -> pl.Expr:
    r"""Return the known cells of some columns as members of a JSON object, without its braces.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"word": ['a"b'], "year": [2020], "none": [None]})
    >>> table.select(json_members(table, table.columns)).item()
    '"word":"a\\"b","year":2020'
    """
    import polars as pl

    # A structure of one member, less its braces, is that member.
    members = [
        pl.when(is_known(name, batch.schema[name])).then(pl.struct(name).struct.json_encode().str.head(-1).str.tail(-1))
        for name in names
    ]
    return pl.concat_str(members, separator=",", ignore_nulls=True) if members else pl.lit("")


def joined(blocks: Iterable[pl.Series]) -> Iterator[str]:
    """Yield items with a comma and a line break between two."""
    is_first = True
    for block in blocks:
        if block.len():
            yield ("" if is_first else ",\n") + ",\n".join(block)
            is_first = False


def read_lines(path: Path) -> Iterator[Any]:
    r"""Yield what stands on the lines of a JSON file that the writers here made: strings are structure, others items.

    Such a file has each node and each edge on a line of its own, so that it can be read without being held.

    Raises
    ------
    ExportError
        If the file cannot be read.
    """
    try:
        with open_binary(path) as stream:
            for line in stream:
                text = line.decode("utf-8").rstrip("\n").removesuffix(",")
                yield json.loads(text) if text.startswith("{") and text.endswith("}") and _is_whole(text) else text
    except (OSError, EOFError) as error:
        raise ExportError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except ValueError as error:
        raise ExportError(f"{path}: not JSON that can be read ({error})") from error


def _is_whole(text: str) -> bool:
    """Return whether a line is an item, and not the head of the file."""
    return text.startswith(('{"data":', '{"id":'))
