"""Builds in other tools' formats: one property graph, and a module a format.

To add a format: a module with one `kg.export.target.Target`, called ``TARGET``, its place in `_TARGETS` below, and its
name in `kg.cli.export`. The tests that hold for all formats, and the tables of the documentation, take it from
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.export.jsonld_blocks import write_blocks
    from kg.export.property_graph import PropertyGraph
    from kg.export.run import Exported, export_graph
    from kg.export.selection import Selection
    from kg.export.target import Target


__all__ = ["TARGETS", "Exported", "PropertyGraph", "Selection", "Target", "export_graph", "write_blocks"]

# Where each name lives; loaded when it is first asked for, so that the command line starts without any of it.
_HOMES = {
    "Exported": "kg.export.run",
    "PropertyGraph": "kg.export.property_graph",
    "Selection": "kg.export.selection",
    "Target": "kg.export.target",
    "export_graph": "kg.export.run",
    "write_blocks": "kg.export.jsonld_blocks",
}


# The module of each format; loaded when the format is asked for.
_TARGETS = {
    "neo4j": "neo4j_csv.TARGET",
    "ladybug": "ladybug_file.TARGET",
    "kgx": "kgx.TARGET",
    "kgx-jsonl": "kgx.JSONL_TARGET",
    "graphml": "graphml.TARGET",
    "gexf": "gexf.TARGET",
    "cytoscape": "cytoscape.TARGET",
    "cx2": "cx2.TARGET",
    "gmt": "gmt.TARGET",
    "parquet": "parquet_tables.TARGET",
    "csv": "csv_tables.TARGET",
    "jsonld-blocks": "jsonld_blocks.TARGET",
}


class _Targets(Mapping[str, "Target"]):
    """The formats by name, each loaded when it is asked for."""

    def __getitem__(self, name: str) -> Target:
        module, _, target = _TARGETS[name].partition(".")
        found: Target = getattr(import_module(f"kg.export.{module}"), target)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_TARGETS)

    def __len__(self) -> int:
        return len(_TARGETS)


TARGETS: Mapping[str, Target] = _Targets()
"""The formats of ``kg export`` by name, in the order of the documentation."""


def __getattr__(name: str) -> object:
    """Return a name from the module where it lives (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
