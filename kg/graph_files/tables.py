"""Files of tables: TSV, CSV and Parquet; written whole or not at all."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kg.atomic import replacing_file
from kg.compression import COMPRESSIONS, compress
from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import polars as pl
    from polars._typing import CsvQuoteStyle

__all__ = ["BREAKS", "TABLE_SUFFIXES", "csv_bytes", "file_suffix", "write_chunks", "write_table", "write_text"]

TABLE_SUFFIXES = (".tsv", ".csv", ".parquet")
"""The suffixes of tables."""

BREAKS = "[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]"
"""What is a tab or ends a line, to some program, as a regular expression."""

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


def write_chunks(target: Path, chunks: Iterable[str | bytes]) -> None:
    """Write pieces of text as a file, compressed where its name ends in ``.gz`` or ``.zst``.

    It is for files that are not seen yet: what `kg.atomic.replacing_file` or `replacing_folder` gives.

    Parameters
    ----------
    target
        The file.
    chunks
        Pieces of text, some thousand lines each.
    """
    compression = next((name for name, suffix in COMPRESSIONS.items() if target.suffix == suffix), None)
    with target.open("wb") as stream:
        for chunk in chunks:
            if chunk:
                stream.write(compress(chunk.encode() if isinstance(chunk, str) else chunk, compression))


def _write_tsv(table: pl.DataFrame, stream: TextIO) -> None:
    import polars as pl

    safe = table.rename(lambda name: re.sub(BREAKS, " ", name)).with_columns(
        pl.col(pl.String).str.replace_all(BREAKS, " ")
    )
    text = csv_bytes(safe, _slices(safe), separator="\t", quote_style="never")
    stream.writelines(block.decode() for block in text)


def _write_csv(table: pl.DataFrame, stream: TextIO) -> None:
    stream.writelines(block.decode() for block in csv_bytes(table, _slices(table)))


def _slices(table: pl.DataFrame) -> Iterable[pl.DataFrame]:
    return table.iter_slices(_BLOCK) if table.height else ()


def csv_bytes(
    head: pl.DataFrame,
    batches: Iterable[pl.DataFrame],
    *,
    separator: str = ",",
    quote_style: CsvQuoteStyle = "necessary",
) -> Iterator[bytes]:
    """Yield a header and the rows of some tables in UTF-8, a table at a time: the text is never whole in memory.

    Parameters
    ----------
    head
        A table with the columns of all, for the header.
    batches
        The tables.
    separator
        What stands between two cells.
    quote_style
        Which cells stand in quotes, as polars has it.
    """
    yield head.clear().write_csv(separator=separator, quote_style=quote_style).encode()
    for batch in batches:
        buffer = io.BytesIO()  # bytes are what goes into files; text would be made of them, and they of it again
        batch.write_csv(buffer, include_header=False, separator=separator, quote_style=quote_style)
        yield buffer.getvalue()


_WRITERS: dict[str, Callable[[pl.DataFrame, TextIO], None]] = {".tsv": _write_tsv, ".csv": _write_csv}
