"""GEXF: the whole graph as one file for Gephi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.export.graph_stream import XML_LIMITS, count_elements, write_stream
from kg.export.target import Target
from kg.graph_files import read_gexf, to_gexf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.export.property_graph import PropertyGraph

__all__ = ["TARGET"]


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    return write_stream(graph, path, to_gexf)


def _read_counts(path: Path) -> Mapping[str, int]:
    return count_elements(read_gexf(path), path)


TARGET = Target(
    name="gexf",
    description="XML for Gephi",
    suffixes=(".gexf", ".gexf.gz"),
    limits=XML_LIMITS,
    write=_write,
    read_counts=_read_counts,
)
"""The target."""
