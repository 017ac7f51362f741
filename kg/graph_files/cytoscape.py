"""Cytoscape JSON (``.cyjs``): a graph with attributes and lists, for Cytoscape, Cytoscape.js and networkx."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kg.errors import ExportError
from kg.graph_files.json_text import COMPACT, joined, json_members, read_lines
from kg.graph_files.stream import ID, NAME, SOURCE, TARGET, Edge, Node, attribute_types, plain_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.graph_files.stream import GraphStream

__all__ = ["read_cytoscape", "to_cytoscape"]

_NODE = {"id": ID, "value": ID, "name": NAME}
_EDGE = {"source": SOURCE, "target": TARGET}
_KEY = "key"
_HEAD_ENDS = '"elements":{"nodes":['
_BETWEEN = '],"edges":['
_END = "]}}"


def to_cytoscape(graph: GraphStream) -> Iterator[str]:
    """Yield a graph as Cytoscape JSON, a line a node and a line an edge.

    References
    ----------
    https://js.cytoscape.org/#notation/elements-json; the keys ``directed``, ``multigraph``, ``value`` and ``key`` are
    those of `networkx.cytoscape_graph`, which would keep one edge of several that have no ``key``.

    Raises
    ------
    ExportError
        If an attribute has a name that the format has a use for, or several types.

    Examples
    --------
    >>> import polars as pl
    >>> from kg.graph_files.stream import GraphStream
    >>> nodes = pl.DataFrame({"~id": ["6774"], "~name": ["STAT3"], "words": [["a", "b"]]})
    >>> edges = pl.DataFrame({"~source": ["6774"], "~target": ["6774"], "weight": [2]})
    >>> graph = GraphStream([nodes.schema], [edges.schema], lambda: [nodes], lambda: [edges])
    >>> print("".join(to_cytoscape(graph)).splitlines()[1])
    {"data":{"id":"6774","value":"6774","name":"STAT3","words":["a","b"]}}
    """
    edge = _EDGE if graph.edge_key is None else _EDGE | {_KEY: graph.edge_key}
    for scope, schemas, taken in (
        ("node", graph.node_schemas, {"id", "value", "name"}),
        ("edge", graph.edge_schemas, {"id", *edge}),
    ):
        for name in sorted(taken & set(attribute_types(schemas))):
            raise ExportError(f"the {scope} attribute {name!r} has a name that Cytoscape JSON has a use for; rename it")
    head = json.dumps(plain_attributes(graph.attributes), ensure_ascii=False, separators=COMPACT)
    directed = "true" if graph.is_directed else "false"
    multigraph = "false" if graph.edge_key is None else "true"
    yield f'{{"data":{head},"directed":{directed},"multigraph":{multigraph},{_HEAD_ENDS}\n'
    yield from joined(_items(graph.nodes(), _NODE))
    yield f"\n{_BETWEEN}\n"
    yield from joined(_items(graph.edges(), edge))
    yield f"\n{_END}\n"


def _items(batches: Iterable[pl.DataFrame], structure: Mapping[str, str]) -> Iterator[pl.Series]:
    import polars as pl

    for batch in batches:
        attributes = [name for name in batch.columns if not name.startswith("~")]
        table = batch.select(*(pl.col(column).alias(name) for name, column in structure.items()), *attributes)
        item = pl.concat_str([pl.lit('{"data":{'), json_members(table, table.columns), pl.lit("}}")])
        yield table.select(item).to_series()


def read_cytoscape(path: Path) -> Iterator[Node | Edge]:
    """Yield the nodes and edges of a file that `to_cytoscape` wrote, in their order.

    Raises
    ------
    ExportError
        If the file cannot be read, or ends before its end.
    """
    last = ""
    has_keys = False
    for item in read_lines(path):
        if isinstance(item, str):
            last = item
            has_keys |= item.endswith(f'"multigraph":true,{_HEAD_ENDS}')
            continue
        data = item["data"]
        if "source" in data:
            if has_keys:
                del data[_KEY]
            yield Edge(data.pop("source"), data.pop("target"), data)
        else:
            data.pop("value")
            yield Node(data.pop("id"), data, data.pop("name"))
    if last != _END:
        raise ExportError(f"{path}: the file ends before its end; export again")
