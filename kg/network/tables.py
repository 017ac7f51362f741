"""Files of tables: TSV, CSV and Parquet; written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kg.atomic import replacing_file
from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from polars._typing import CsvQuoteStyle

__all__ = ["TABLE_SUFFIXES", "file_suffix", "write_table", "write_text"]

TABLE_SUFFIXES = (".tsv", ".csv", ".parquet")
"""The suffixes of tables."""

_BREAKS = "[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]"
_BLOCK = 100_000  # rows of a table that are text at a time


def write_table(table: pl.DataFrame, target: str | Path | TextIO, *, suffix: str | None = None) -> None:
    """Write a table, of pairs or of centralities, in the format of the target's suffix.

    Parameters
    ----------
    table
        Text, integers, real numbers and booleans; real numbers are written with the digits that tell them from all
        others, ``inf`` and ``NaN`` by name, and what is null as nothing.
    target
        A path that ends in ``.tsv``, ``.csv`` or ``.parquet``, or an open text stream. A file is replaced only once
        the new one is whole. A cell of a TSV holds no tab and no line break: blanks stand for them.
    suffix
        The format where the target's own suffix does not say; for a stream ``.tsv`` by default.

    Raises
    ------
    ExportError
        If the suffix is none of these, or the target cannot be written.

    Examples
    --------
    >>> import sys
    >>> import polars as pl
    >>> write_table(pl.DataFrame({"symbol": ["JAK1"], "degree": [3]}), sys.stdout, suffix=".csv")
    symbol,degree
    JAK1,3
    """
    kind = file_suffix(target, suffix, TABLE_SUFFIXES)
    if kind != ".parquet":
        write_text(target, lambda stream: _WRITERS[kind](table, stream))
    elif isinstance(target, (str, Path)):
        with replacing_file(Path(target)) as fresh:
            table.write_parquet(fresh)
    else:
        raise ExportError("Parquet is binary and does not go into a text stream; give a path that ends in .parquet")


def file_suffix(target: str | Path | TextIO, suffix: str | None, known: tuple[str, ...]) -> str:
    """Return the suffix that says the format of a target, in lower case.

    Raises
    ------
    ExportError
        If it is none of the known ones.
    """
    if isinstance(target, (str, Path)):
        place, kind = str(target), suffix or Path(target).suffix
    else:
        place, kind = "the stream", suffix or ".tsv"
    if kind.lower() not in known:
        raise ExportError(f"{place}: the suffix {kind!r} names no format here; take one of {', '.join(known)}")
    return kind.lower()


def write_text(target: str | Path | TextIO, write: Callable[[TextIO], None]) -> None:
    """Hand a text stream to a function: the target itself, or a file that replaces the target once it is whole."""
    if not isinstance(target, (str, Path)):
        write(target)
        return
    with replacing_file(Path(target)) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        write(stream)


def _write_tsv(table: pl.DataFrame, stream: TextIO) -> None:
    import polars as pl

    safe = table.rename(lambda name: re.sub(_BREAKS, " ", name)).with_columns(
        pl.col(pl.String).str.replace_all(_BREAKS, " ")
    )
    _write_lines(safe, stream, separator="\t", quote_style="never")


def _write_csv(table: pl.DataFrame, stream: TextIO) -> None:
    _write_lines(table, stream, separator=",", quote_style="necessary")


def _write_lines(table: pl.DataFrame, stream: TextIO, *, separator: str, quote_style: CsvQuoteStyle) -> None:
    """Write a header and the rows, a block at a time: the stream takes text, which is not to be whole in memory."""
    stream.write(table.clear().write_csv(separator=separator, quote_style=quote_style))
    stream.writelines(
        block.write_csv(include_header=False, separator=separator, quote_style=quote_style)
        for block in table.iter_slices(_BLOCK)
    )


_WRITERS: dict[str, Callable[[pl.DataFrame, TextIO], None]] = {".tsv": _write_tsv, ".csv": _write_csv}
