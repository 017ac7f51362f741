"""Files of graphs, a module a format, for networks and for whole builds: all are written and read batch by batch."""

from __future__ import annotations

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
