"""Cytoscape JSON: the whole graph as one file for Cytoscape and Cytoscape.js."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.export.graph_stream import JSON_LIMITS, count_elements, write_stream
from kg.export.target import Target
from kg.graph_files import read_cytoscape, to_cytoscape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.export.property_graph import PropertyGraph

__all__ = ["TARGET"]


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    return write_stream(graph, path, to_cytoscape)


def _read_counts(path: Path) -> Mapping[str, int]:
    return count_elements(read_cytoscape(path), path)


TARGET = Target(
    name="cytoscape",
    description="JSON for Cytoscape and Cytoscape.js",
    suffixes=(".cyjs",),
    limits=JSON_LIMITS,
    write=_write,
    read_counts=_read_counts,
)
"""The target."""
