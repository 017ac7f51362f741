"""Parquet: a table for each label and each kind of edge, typed and with lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.atomic import replacing_folder
from kg.export.target import Target
from kg.export.tidy import count_files, is_tidy, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph

__all__ = ["TARGET", "write_parquet"]

_SUFFIX = ".parquet"


def write_parquet(file: Path, schema: Mapping[str, pl.DataType], batches: Iterable[pl.DataFrame]) -> int:
    """Return how many rows were written to a Parquet file, whose batches are never in memory together.

    Parameters
    ----------
    file
        The file; parts of it wait beside it meanwhile.
    schema
        Its columns, for where there is no batch.
    batches
        Tables with these columns.
    """
    import polars as pl

    parts: list[Path] = []
    n_rows = 0
    for batch in batches:
        parts.append(file.with_name(f"{file.name}.{len(parts)}"))
        batch.write_ipc(parts[-1])
        n_rows += batch.height
    rows = pl.scan_ipc(parts) if parts else pl.LazyFrame(schema=dict(schema))
    rows.sink_parquet(file, compression="zstd", maintain_order=True)
    for part in parts:
        part.unlink()
    return n_rows


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    with replacing_folder(
        path,
        may_replace=lambda old: is_tidy(old, _SUFFIX),
        what="a folder of Parquet tables",
    ) as fresh:
        return {
            name: write_parquet(fresh / f"{file}{_SUFFIX}", schema, batches)
            for name, file, schema, batches in tables(graph)
        }


def _read_counts(path: Path) -> Mapping[str, int]:
    import polars as pl

    return count_files(path, _SUFFIX, pl.scan_parquet)


TARGET = Target(
    name="parquet",
    description="a table for each label and each kind of edge",
    suffixes=(),
    limits="",
    write=_write,
    read_counts=_read_counts,
    folder=True,
)
"""The target."""
