"""Files of graphs, a module a format, for networks and for whole builds: all are written and read batch by batch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.graph_files.cx2 import read_cx2, to_cx2
    from kg.graph_files.cytoscape import read_cytoscape, to_cytoscape
    from kg.graph_files.gexf import read_gexf, to_gexf
    from kg.graph_files.graphml import read_graphml, to_graphml
    from kg.graph_files.kgx import KgxCounts, check_kgx, write_kgx_files
    from kg.graph_files.stream import ID, NAME, SOURCE, TARGET, Edge, GraphStream, Node, join_lists, split_list

__all__ = [
    "ID",
    "NAME",
    "SOURCE",
    "TARGET",
    "Edge",
    "GraphStream",
    "KgxCounts",
    "Node",
    "check_kgx",
    "join_lists",
    "read_cx2",
    "read_cytoscape",
    "read_gexf",
    "read_graphml",
    "split_list",
    "to_cx2",
    "to_cytoscape",
    "to_gexf",
    "to_graphml",
    "write_kgx_files",
]

# Where each name lives; loaded when it is first asked for: who writes one format does not wait for the others.
_HOMES = {
    "cx2": ("read_cx2", "to_cx2"),
    "cytoscape": ("read_cytoscape", "to_cytoscape"),
    "gexf": ("read_gexf", "to_gexf"),
    "graphml": ("read_graphml", "to_graphml"),
    "kgx": ("KgxCounts", "check_kgx", "write_kgx_files"),
    "stream": ("ID", "NAME", "SOURCE", "TARGET", "Edge", "GraphStream", "Node", "join_lists", "split_list"),
}


def __getattr__(name: str) -> object:
    """Return a name from the module where it lives (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
