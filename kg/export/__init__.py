"""Builds in other tools' formats: one property graph, and a module a format.

To add a format: a module with one `kg.export.target.Target`, called ``TARGET``, its place in `_load_targets` below,
and its name in `kg.cli.export`. The tests that hold for all formats, and the tables of the documentation, take it from
there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.export.jsonld_blocks import write_blocks
    from kg.export.property_graph import PropertyGraph
    from kg.export.run import Exported, export_graph
    from kg.export.selection import Selection
    from kg.export.target import Target

    TARGETS: Mapping[str, Target]
    """The formats of ``kg export`` by name, in the order of the documentation."""

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


def __getattr__(name: str) -> object:
    """Return a name from the module where it lives (PEP 562)."""
    if name == "TARGETS":
        value: object = _load_targets()
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def _load_targets() -> Mapping[str, Target]:
    from kg.export import (
        csv_tables,
        cx2,
        cytoscape,
        gexf,
        gmt,
        graphml,
        jsonld_blocks,
        kgx,
        ladybug_file,
        neo4j_csv,
        parquet_tables,
    )

    targets = (
        neo4j_csv.TARGET,
        ladybug_file.TARGET,
        kgx.TARGET,
        kgx.JSONL_TARGET,
        graphml.TARGET,
        gexf.TARGET,
        cytoscape.TARGET,
        cx2.TARGET,
        gmt.TARGET,
        parquet_tables.TARGET,
        csv_tables.TARGET,
        jsonld_blocks.TARGET,
    )
    return {target.name: target for target in targets}
