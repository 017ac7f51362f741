"""GEXF 1.3: a graph with typed attributes as XML, the format of Gephi.

Lists and nulls are as in GraphML: a list is one text, as `kg.graph_files.stream.join_lists` joins it, and what has no
value is left out. The title of a list's attribute says nothing of it, so its id ends in ``l``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.graph_files.stream import ID, NAME, SOURCE, TARGET, Edge, Node, attribute_types, plain_attributes
from kg.graph_files.xml_text import (
    blocks,
    elements,
    escaped,
    plain_text,
    quoted,
    value_of,
    where_known,
    xml_cells,
    xml_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any
    from xml.etree import ElementTree as ET

    import polars as pl

    from kg.graph_files.stream import GraphStream

__all__ = ["read_gexf", "to_gexf"]

_WEIGHT = "weight"


def to_gexf(graph: GraphStream) -> Iterator[str]:
    """Yield a graph as GEXF 1.3; its own attributes are the description.

    The names of nodes are their labels, and a number ``weight`` of edges their weight.

    Raises
    ------
    ExportError
        If an attribute has several types.

    References
    ----------
    https://gexf.net/schema.html

    Examples
    --------
    >>> import polars as pl
    >>> from kg.graph_files.stream import GraphStream
    >>> nodes = pl.DataFrame({"~id": ["6774"], "~name": ["STAT3"]})
    >>> edges = pl.DataFrame({"~source": ["6774"], "~target": ["6774"], "weight": [2]})
    >>> graph = GraphStream([nodes.schema], [edges.schema], lambda: [nodes], lambda: [edges])
    >>> print("".join(to_gexf(graph)).splitlines()[-4])
    <edge id="0" source="6774" target="6774" weight="2"><attvalues></attvalues></edge>
    """
    options = " ".join(f"{name}={plain_text(value)}" for name, value in plain_attributes(graph.attributes).items())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
    yield f"<meta><description>{escaped(options)}</description></meta>\n"
    yield f'<graph mode="static" defaultedgetype="{"directed" if graph.is_directed else "undirected"}">\n'
    keys: dict[tuple[str, str], str] = {}
    for scope, kinds in (("node", attribute_types(graph.node_schemas)), ("edge", attribute_types(graph.edge_schemas))):
        yield f'<attributes class="{scope}" mode="static">\n'
        for name, kind in kinds.items():
            key = keys[scope, name] = f"{len(keys)}{'l' if kind == 'list' else ''}"
            yield f'<attribute id="{key}" title={quoted(name)} type="{kind.replace("list", "string")}"/>\n'
        yield "</attributes>\n"
    yield "<nodes>\n"
    yield from _nodes(graph, keys)
    yield "</nodes>\n"
    yield "<edges>\n"
    yield from _edges(graph, keys)
    yield "</edges>\n"
    yield "</graph>\n"
    yield "</gexf>\n"


def _nodes(graph: GraphStream, keys: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for batch in blocks(graph.nodes()):
        ids, names = (xml_cells(batch.get_column(name)) for name in (ID, NAME))
        parts: list[str | pl.Series] = ['<node id="', ids, '" label="', names, '">']
        yield xml_rows([*parts, *_values(batch, "node", keys), "</node>\n"])


def _edges(graph: GraphStream, keys: Mapping[tuple[str, str], str]) -> Iterator[str]:
    import polars as pl

    n_before = 0
    for batch in blocks(graph.edges()):
        numbers = pl.int_range(n_before, n_before + batch.height, dtype=pl.Int64, eager=True)
        parts: list[str | pl.Series] = ['<edge id="', numbers]
        for name, end in (("source", SOURCE), ("target", TARGET)):
            parts += [f'" {name}="', xml_cells(batch.get_column(end))]
        parts.append('"')
        if _WEIGHT in batch.columns:
            parts += where_known(batch.get_column(_WEIGHT), f' {_WEIGHT}="', '"')
        yield xml_rows([*parts, ">", *_values(batch, "edge", keys), "</edge>\n"])
        n_before += batch.height


def _values(batch: pl.DataFrame, scope: str, keys: Mapping[tuple[str, str], str]) -> list[str | pl.Series]:
    known: list[str | pl.Series] = []
    for column in batch:
        key = keys.get((scope, column.name))
        if key is not None and (scope, column.name) != ("edge", _WEIGHT):
            known += where_known(column, f'<attvalue for="{key}" value="', '"/>')
    return ["<attvalues>", *known, "</attvalues>"]


def read_gexf(path: Path) -> Iterator[Node | Edge]:
    """Yield the nodes and edges of a GEXF file in their order, attributes with their types, lists as lists.

    Raises
    ------
    ExportError
        If the file cannot be read, or is no XML.
    """
    keys: dict[str, tuple[str, str]] = {}
    for element in elements(path, frozenset({"attribute", "node", "edge"})):
        number = element.get("id", "")
        if element.tag == "attribute":
            kind = "list" if number.endswith("l") else element.get("type", "string")
            keys[number] = (element.get("title", ""), kind)
        elif element.tag == "node":
            yield Node(number, _attributes(element, keys), element.get("label"))
        else:
            weight = element.get(_WEIGHT)
            found = {} if weight is None else {_WEIGHT: float(weight)}
            yield Edge(element.get("source", ""), element.get("target", ""), found | _attributes(element, keys))


def _attributes(element: ET.Element, keys: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    found = {}
    for value in element.iter("attvalue"):
        name, kind = keys[value.get("for", "")]
        found[name] = value_of(value.get("value", ""), kind)
    return found
