"""Co-occurrence networks of a build: which genes stand together in figures, how central they are, and files of both."""

from __future__ import annotations

from kg.network.centrality import Betweenness, centrality
from kg.network.cooccurrence import Level, NetworkOptions, Weight, cooccurrence
from kg.network.evidence import Expand, Tier
from kg.network.files import to_frame, write_network, write_table

__all__ = [
    "Betweenness",
    "Expand",
    "Level",
    "NetworkOptions",
    "Tier",
    "Weight",
    "centrality",
    "cooccurrence",
    "to_frame",
    "write_network",
    "write_table",
]
