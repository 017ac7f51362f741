r"""GraphML: a graph with typed attributes as XML, for Gephi, yEd, igraph, Cytoscape and networkx.

The format has neither lists nor nulls: a list is one text, as `kg.graph_files.stream.join_lists` joins it, and what
has no value is left out. A key whose id begins with ``l`` (``l3``) is a list; the key of any other begins with ``d``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.graph_files.stream import ID, SOURCE, TARGET, Edge, Node, attribute_types, plain_attributes, value_type
from kg.graph_files.xml_text import blocks, elements, escaped, quoted, value_of, where_known, xml_cells, xml_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any
    from xml.etree import ElementTree as ET

    import polars as pl

    from kg.graph_files.stream import GraphStream

__all__ = ["read_graphml", "to_graphml"]


def to_graphml(graph: GraphStream) -> Iterator[str]:
    """Yield a graph as GraphML.

    Raises
    ------
    ExportError
        If an attribute has several types.

    References
    ----------
    http://graphml.graphdrawing.org/specification.html

    Examples
    --------
    >>> import polars as pl
    >>> from kg.graph_files.stream import GraphStream
    >>> nodes = pl.DataFrame({"~id": ["6774"], "symbol": ["STAT3"]})
    >>> edges = pl.DataFrame({"~source": ["6774"], "~target": ["6774"], "weight": [2]})
    >>> graph = GraphStream([nodes.schema], [edges.schema], lambda: [nodes], lambda: [edges])
    >>> print("".join(to_graphml(graph)).splitlines()[-4])
    <edge source="6774" target="6774"><data key="d1">2</data></edge>
    """
    attributes = plain_attributes(graph.attributes)
    kinds = {
        "graph": {name: value_type(type(value)) for name, value in attributes.items()},
        "node": attribute_types(graph.node_schemas),
        "edge": attribute_types(graph.edge_schemas),
    }
    keys = {place: number for number, place in enumerate((s, n) for s, found in kinds.items() for n in found)}
    named = {(s, n): f"{'l' if kinds[s][n] == 'list' else 'd'}{number}" for (s, n), number in keys.items()}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for (scope, name), key in named.items():
        kind = kinds[scope][name].replace("list", "string")
        yield f'<key id="{key}" for="{scope}" attr.name={quoted(name)} attr.type="{kind}"/>\n'
    yield f'<graph edgedefault="{"directed" if graph.is_directed else "undirected"}">\n'
    yield from _rows(graph.nodes(), "node", (ID,), named)
    yield from _rows(graph.edges(), "edge", (SOURCE, TARGET), named)
    data = (f'<data key="{named["graph", name]}">{escaped(value)}</data>' for name, value in attributes.items())
    yield "".join(data)
    yield "\n</graph>\n</graphml>\n"


def _rows(
    batches: Iterable[pl.DataFrame], scope: str, ends: tuple[str, ...], keys: dict[tuple[str, str], str]
) -> Iterator[str]:
    for batch in blocks(batches):
        parts: list[str | pl.Series] = [f"<{scope}"]
        for end in ends:
            parts += [f' {end.removeprefix("~")}="', xml_cells(batch.get_column(end)), '"']
        parts.append(">")
        for column in batch:
            if key := keys.get((scope, column.name)):
                parts += where_known(column, f'<data key="{key}">', "</data>")
        yield xml_rows([*parts, f"</{scope}>\n"])


def read_graphml(path: Path) -> Iterator[Node | Edge]:
    """Yield the nodes and edges of a GraphML file in their order, attributes with their types, lists as lists.

    Raises
    ------
    ExportError
        If the file cannot be read, or is no XML.
    """
    keys: dict[str, tuple[str, str]] = {}
    for element in elements(path, frozenset({"key", "node", "edge"})):
        if element.tag == "key":
            key = element.get("id", "")
            kind = "list" if key.startswith("l") else element.get("attr.type", "string")
            keys[key] = (element.get("attr.name", ""), kind)
        elif element.tag == "node":
            yield Node(element.get("id", ""), _attributes(element, keys))
        else:
            yield Edge(element.get("source", ""), element.get("target", ""), _attributes(element, keys))


def _attributes(element: ET.Element, keys: dict[str, tuple[str, str]]) -> dict[str, Any]:
    found = {}
    for data in element:
        name, kind = keys[data.get("key", "")]
        found[name] = value_of(data.text or "", kind)
    return found
