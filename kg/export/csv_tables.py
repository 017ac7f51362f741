"""CSV: a table for each label and each kind of edge, and all edges as one list of pairs, which Cytoscape imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.atomic import replacing_folder
from kg.export.graph_stream import LISTS_AS_TEXT, to_stream
from kg.export.target import Target
from kg.export.tidy import count_files, is_tidy, tables
from kg.graph_files import SOURCE, join_lists
from kg.graph_files import TARGET as TARGET_COLUMN
from kg.graph_files.tables import csv_bytes, write_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph

__all__ = ["TARGET"]

_SUFFIX = ".csv"
_PAIRS = "pairs.csv"


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    with replacing_folder(
        path,
        may_replace=lambda old: is_tidy(old, _SUFFIX, _PAIRS),
        what="a folder of CSV tables",
    ) as fresh:
        for name, file, schema, batches in tables(graph):
            counts[name] = 0
            write_chunks(fresh / f"{file}{_SUFFIX}", _table(schema, batches, name, counts))
        write_chunks(fresh / _PAIRS, _pairs(graph))
    return counts


def _table(
    schema: Mapping[str, pl.DataType], batches: Iterable[pl.DataFrame], name: str, counts: dict[str, int]
) -> Iterator[bytes]:
    """Yield a table as CSV, and count its rows by its name."""
    import polars as pl

    lists = [join_lists(column) for column, dtype in schema.items() if isinstance(dtype, pl.List)]

    def flat() -> Iterator[pl.DataFrame]:
        for batch in batches:
            counts[name] += batch.height
            yield batch.with_columns(lists)

    return csv_bytes(pl.DataFrame(schema=dict.fromkeys(schema, pl.String)), flat())


def _pairs(graph: PropertyGraph) -> Iterator[bytes]:
    """Yield all edges as CSV, their ends as in the drawn graph: a label, a colon and an id."""
    import polars as pl

    columns = {"source": SOURCE, "interaction": "interaction", "target": TARGET_COLUMN}
    stream, _ = to_stream(graph)
    batches = (batch.select(pl.col(old).alias(new) for new, old in columns.items()) for batch in stream.edges())
    return csv_bytes(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), batches)


def _read_counts(path: Path) -> Mapping[str, int]:
    import polars as pl

    return count_files(path, _SUFFIX, lambda file: pl.scan_csv(file, infer_schema=False))


TARGET = Target(
    name="csv",
    description="a table for each label and each kind of edge, and a list of pairs for Cytoscape",
    suffixes=(),
    limits=(
        f"{LISTS_AS_TEXT} What is null, and an empty list, is an empty cell. Texts that begin with `=`, `+`, `-` or `@`"
        " stay as they are: a spreadsheet would take them for formulas."
    ),
    write=_write,
    read_counts=_read_counts,
    folder=True,
)
"""The target."""
