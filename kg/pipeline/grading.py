"""The grades of a build's mentions, written beside its other tables before the build takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.authority.audit import GRADES_TABLE, audit, write_grades

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from kg.authority.naming import Authority

__all__ = ["grade_mentions"]


@dataclass(frozen=True, slots=True)
class _Unfinished:
    """The tables of a folder that is no build yet."""

    path: Path

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table as a lazy frame."""
        import polars as pl

        return pl.scan_parquet(self.path / f"{table}.parquet")


def grade_mentions(folder: Path, authority: Authority | None) -> dict[str, int]:
    """Write the table of grades into a folder whose other tables are whole; return how many have each grade."""
    tables = folder / "tables"
    table = None if authority is None else authority.hgnc
    return write_grades(audit(_Unfinished(tables), table), tables / f"{GRADES_TABLE}.parquet")
