"""Batches of a build's tables: whole figures at a time, so that memory does not grow with the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import polars as pl

    from kg.export.selection import Tables

__all__ = ["Range", "ranges", "slices", "typed"]

_FIGURES = 1_024  # of a batch; a row group of the tables holds as many, or 16,384 mentions
_ROWS = 16_384  # of a batch of what does not belong to figures


class Range(NamedTuple):
    """Consecutive figures, or papers, of some tables: those with an id from `first` to before `end`."""

    tables: Tables
    first: str
    end: str | None

    def scan(self, table: str, by: str = "figid") -> pl.LazyFrame:
        """Return the rows of a table that belong to them, in the table's order."""
        import polars as pl

        rows = self.tables.scan(table).filter(pl.col(by) >= self.first)
        return rows if self.end is None else rows.filter(pl.col(by) < self.end)

    def has(self, table: str) -> bool:
        """Return whether there is a table, of those that not every build has."""
        return self.tables.has(table)


def ranges(tables: Tables, table: str = "figures", by: str = "figid", *, size: int | None = None) -> Iterator[Range]:
    """Yield the figures, or other rows with an id by which their table is sorted, some at a time."""
    import polars as pl

    firsts = tables.scan(table).select(pl.col(by).gather_every(size or _FIGURES)).collect().get_column(by).to_list()
    for first, end in zip(firsts, [*firsts[1:], None], strict=False):  # there can be none
        yield Range(tables, first, end)


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of a frame, some at a time."""
    return frame.iter_slices(_ROWS)


def typed(batches: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> Iterator[pl.DataFrame]:
    """Yield the batches that are not empty, with the columns of a schema; lists that are null become empty."""
    import polars as pl

    columns = [
        (pl.col(name).fill_null([]) if isinstance(dtype, pl.List) else pl.col(name)).cast(dtype)
        for name, dtype in schema.items()
    ]
    for batch in batches:
        if batch.height:
            yield batch.select(columns)
