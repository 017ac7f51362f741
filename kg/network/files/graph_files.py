"""Networks as the graphs that `kg.graph_files` writes: GraphML, GEXF, Cytoscape JSON and CX2.

These files are for programs that draw networks. What a cell does not know is left out, and so are infinity and
not-a-number: JSON has no such numbers, and most programs refuse them in XML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.graph_files import ID, NAME, SOURCE, TARGET, GraphStream, to_cx2, to_cytoscape, to_gexf, to_graphml
from kg.network.frames import FIRST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kg.network.frames import Frames

__all__ = ["GRAPH_FORMATS", "to_stream"]

_BLOCK = 100_000  # rows that are text at a time

GRAPH_FORMATS: Mapping[str, Callable[[GraphStream], Iterator[str]]] = {
    ".graphml": to_graphml,
    ".gexf": to_gexf,
    ".cyjs": to_cytoscape,
    ".cx2": to_cx2,
}
"""The formats of whole graphs, by suffix."""


def to_stream(frames: Frames) -> GraphStream:
    """Return a network as batches of nodes, named by their symbols where they have one, and of pairs.

    Examples
    --------
    >>> import networkx as nx
    >>> from kg.network.frames import to_frames
    >>> print(*to_cytoscape(to_stream(to_frames(nx.Graph([("3716", "6774", {"weight": 2})])))), sep="")
    {"data":{},"directed":false,"multigraph":false,"elements":{"nodes":[
    {"data":{"id":"3716","value":"3716","name":"3716"}},
    {"data":{"id":"6774","value":"6774","name":"6774"}}
    ],"edges":[
    {"data":{"source":"3716","target":"6774","weight":2}}
    ]}}
    <BLANKLINE>
    """
    import polars as pl

    symbol = pl.coalesce("symbol", "id") if "symbol" in frames.nodes.columns else pl.col("id")
    nodes = frames.nodes.select(pl.col("id").alias(ID), symbol.alias(NAME), pl.exclude("id"))
    first = [name for name in FIRST_COLUMNS if name != "weight"]
    ends = pl.col("ncbigene_a").alias(SOURCE), pl.col("ncbigene_b").alias(TARGET)
    pairs = frames.pairs.select(*ends, pl.exclude(first))
    return GraphStream(
        [nodes.schema],
        [pairs.schema],
        lambda: nodes.iter_slices(_BLOCK) if nodes.height else (),
        lambda: pairs.iter_slices(_BLOCK) if pairs.height else (),
        frames.attributes,
    )
