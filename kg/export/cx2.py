"""CX2: the whole graph as one file for NDEx and Cytoscape Web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.export.graph_stream import JSON_LIMITS, count_elements, write_stream
from kg.export.target import Target
from kg.graph_files import read_cx2, to_cx2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.export.property_graph import PropertyGraph

__all__ = ["TARGET"]


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    return write_stream(graph, path, to_cx2)


def _read_counts(path: Path) -> Mapping[str, int]:
    return count_elements(read_cx2(path), path)


TARGET = Target(
    name="cx2",
    description="JSON for NDEx and Cytoscape Web",
    suffixes=(".cx2",),
    limits=f"Nodes are numbered, and the attribute `represents` is their id. {JSON_LIMITS}",
    write=_write,
    read_counts=_read_counts,
)
"""The target."""
