"""What the exports to tidy tables share: a table for each label and each kind of edge, and how they are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import ExportError
from kg.export.schema import EDGE_KINDS, NODE_LABELS, edge_schema, node_schema
from kg.export.target import is_export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph

__all__ = ["EDGES", "NODES", "count_files", "is_tidy", "tables"]

NODES, EDGES = "nodes_", "edges_"
"""What the names of files begin with, before the label or the kind of edge."""


def tables(graph: PropertyGraph) -> Iterator[tuple[str, str, dict[str, pl.DataType], Iterator[pl.DataFrame]]]:
    """Yield for each label and kind of edge its name, what its file is called, its columns and its batches."""
    for label in graph.labels:
        yield label.name, f"{NODES}{label.name}", node_schema(label.name), graph.nodes(label.name)
    for kind in graph.edge_kinds:
        yield kind.name, f"{EDGES}{kind.name}", edge_schema(kind.relationship), graph.edges(kind)


def is_tidy(path: Path, suffix: str, *others: str) -> bool:
    """Return whether a folder is such an export: these tables, some other files, and nothing else."""
    files = [*(f"{NODES}{label}" for label in NODE_LABELS), *(f"{EDGES}{kind.name}" for kind in EDGE_KINDS)]
    return is_export(path, {*(file + suffix for file in files), *others}, f"{NODES}Figure{suffix}")


def count_files(path: Path, suffix: str, scan: Callable[[Path], pl.LazyFrame]) -> Mapping[str, int]:
    """Return the rows of each table of a folder, having looked whether the ends of edges are nodes.

    Parameters
    ----------
    path
        The folder.
    suffix
        That of its files.
    scan
        What reads a file.

    Raises
    ------
    ExportError
        If a file cannot be read, or an edge ends at no node.
    """
    import polars as pl

    counts = {}
    try:
        for file in sorted(path.glob(f"*{suffix}")):
            rows = scan(file)
            if file.stem.startswith(NODES):
                name = file.stem.removeprefix(NODES)
            elif file.stem.startswith(EDGES):
                name = file.stem.removeprefix(EDGES)
                source, _, target = name.split("-")
                for end, label in (("source", source), ("target", target)):
                    _check_ends(file, rows, end, label, scan(file.with_name(f"{NODES}{label}{suffix}")))
            else:
                continue
            counts[name] = int(rows.select(pl.len()).collect(engine="streaming").item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ExportError(f"{path}: cannot be read ({str(error).partition(chr(10))[0]})") from error
    return counts


def _check_ends(file: Path, edges: pl.LazyFrame, end: str, label: str, nodes: pl.LazyFrame) -> None:
    import polars as pl

    lost = edges.join(nodes.select(pl.col("id").alias(end)), on=end, how="anti")
    n = lost.select(pl.len()).collect(engine="streaming").item()
    if n:
        raise ExportError(f"{file}: {n:,} edges have a {end} that is no {label}; export again")
