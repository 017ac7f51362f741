"""GraphML, GEXF and Cytoscape JSON, made block by block: no tree of the whole network is ever in memory.

These files are for programs that draw networks. What a cell does not know is left out, and so are infinity and
not-a-number: JSON has no such numbers, and most programs refuse them in XML.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from kg.errors import ExportError
from kg.network.frames import FIRST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from kg.network.frames import Frames

__all__ = ["GRAPH_FORMATS", "to_cytoscape", "to_gexf", "to_graphml"]

_BLOCK = 100_000  # rows that are text at a time
_LINE_BREAK = {"\r": "&#13;"}  # a bare one would be read as a line feed


def to_graphml(frames: Frames) -> Iterator[str]:
    """Yield a network as GraphML.

    References
    ----------
    http://graphml.graphdrawing.org/specification.html

    Examples
    --------
    >>> import networkx as nx
    >>> from kg.network.frames import to_frames
    >>> print(*to_graphml(to_frames(nx.Graph([("3716", "6774", {"weight": 2})]))), sep="")
    <?xml version="1.0" encoding="UTF-8"?>
    <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
    <key id="d0" for="edge" attr.name="weight" attr.type="long"/>
    <graph edgedefault="undirected">
    <node id="3716"></node>
    <node id="6774"></node>
    <edge source="3716" target="6774"><data key="d0">2</data></edge>
    <BLANKLINE>
    </graph>
    </graphml>
    <BLANKLINE>
    """
    import polars as pl

    nodes, edges = _node_attributes(frames), _edge_attributes(frames)
    attributes = {name: _graphml_type(type(value)) for name, value in _known(frames.attributes).items()}
    scopes = {
        "graph": attributes,
        **{
            scope: {name: _graphml_type(dtype.to_python()) for name, dtype in table.schema.items()}
            for scope, table in (("node", nodes), ("edge", edges))
        },
    }
    names = [(scope, name) for scope, found in scopes.items() for name in found]
    key = {attribute: f"d{number}" for number, attribute in enumerate(names)}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for (scope, name), number in key.items():
        kind = scopes[scope][name]
        yield f'<key id="{number}" for="{scope}" attr.name={quoteattr(name)} attr.type="{kind}"/>\n'
    yield '<graph edgedefault="undirected">\n'

    def data(scope: str, table: pl.DataFrame) -> list[pl.Expr]:
        return [_where_known(column, f'<data key="{key[scope, column.name]}">', "</data>") for column in table]

    yield from _lines(
        frames.nodes, pl.lit('<node id="'), _xml(pl.col("id")), pl.lit('">'), *data("node", nodes), pl.lit("</node>\n")
    )
    yield from _lines(
        frames.pairs,
        pl.lit('<edge source="'),
        _xml(pl.col("ncbigene_a")),
        pl.lit('" target="'),
        _xml(pl.col("ncbigene_b")),
        pl.lit('">'),
        *data("edge", edges),
        pl.lit("</edge>\n"),
    )
    values = {key["graph", name]: _plain_text(value) for name, value in _known(frames.attributes).items()}
    yield "".join(f'<data key="{number}">{escape(text, _LINE_BREAK)}</data>' for number, text in values.items())
    yield "\n</graph>\n</graphml>\n"


def to_gexf(frames: Frames) -> Iterator[str]:
    """Yield a network as GEXF 1.3, in which a node's label is its symbol; the options that made it are its description.

    References
    ----------
    https://gexf.net/schema.html

    Examples
    --------
    >>> import networkx as nx
    >>> from kg.network.frames import to_frames
    >>> print(list(to_gexf(to_frames(nx.Graph([("3716", "6774", {"weight": 2, "count": 3})]))))[-4])
    <edge id="0" source="3716" target="6774" weight="2"><attvalues><attvalue for="1" value="3"/></attvalues></edge>
    <BLANKLINE>
    """
    import polars as pl

    nodes, edges = _node_attributes(frames), _edge_attributes(frames)
    options = " ".join(f"{name}={_plain_text(value)}" for name, value in _known(frames.attributes).items())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
    yield f"<meta><description>{escape(options, _LINE_BREAK)}</description></meta>\n"
    yield '<graph mode="static" defaultedgetype="undirected">\n'
    key: dict[tuple[str, str], int] = {}
    for scope, table in (("node", nodes), ("edge", edges)):
        yield f'<attributes class="{scope}" mode="static">\n'
        for name, dtype in table.schema.items():
            number = key.setdefault((scope, name), len(key))
            kind = _graphml_type(dtype.to_python())
            yield f'<attribute id="{number}" title={quoteattr(name)} type="{kind}"/>\n'
        yield "</attributes>\n"

    def values(scope: str, table: pl.DataFrame) -> list[pl.Expr]:
        known = [_where_known(column, f'<attvalue for="{key[scope, column.name]}" value="', '"/>') for column in table]
        return [pl.lit("<attvalues>"), *known, pl.lit("</attvalues>")]

    yield "<nodes>\n"
    yield from _lines(
        frames.nodes,
        pl.lit('<node id="'),
        _xml(pl.col("id")),
        pl.lit('" label="'),
        _xml(_label(nodes)),
        pl.lit('">'),
        *values("node", nodes),
        pl.lit("</node>\n"),
    )
    yield "</nodes>\n"
    yield "<edges>\n"
    yield from _lines(
        frames.pairs.with_row_index("_row"),
        pl.lit('<edge id="'),
        pl.col("_row"),
        pl.lit('" source="'),
        _xml(pl.col("ncbigene_a")),
        pl.lit('" target="'),
        _xml(pl.col("ncbigene_b")),
        pl.lit('"'),
        _where_known(edges["weight"], ' weight="', '"'),
        pl.lit(">"),
        *values("edge", edges.drop("weight")),
        pl.lit("</edge>\n"),
    )
    yield "</edges>\n"
    yield "</graph>\n"
    yield "</gexf>\n"


def to_cytoscape(frames: Frames) -> Iterator[str]:
    """Yield a network as Cytoscape JSON (``.cyjs``), in which a node's name is its symbol.

    References
    ----------
    https://js.cytoscape.org/#notation/elements-json; the keys ``directed``, ``multigraph`` and ``value`` are those of
    `networkx.cytoscape_graph`.

    Raises
    ------
    ExportError
        If an attribute has a name that the format has a use for.

    Examples
    --------
    >>> import networkx as nx
    >>> from kg.network.frames import to_frames
    >>> print(*to_cytoscape(to_frames(nx.Graph([("3716", "6774", {"weight": 2})]))), sep="")
    {"data":{},"directed":false,"multigraph":false,"elements":{"nodes":[
    {"data":{"id":"3716","value":"3716","name":"3716"}},
    {"data":{"id":"6774","value":"6774","name":"6774"}}
    ],"edges":[
    {"data":{"source":"3716","target":"6774","weight":2}}
    ]}}
    <BLANKLINE>
    """
    import polars as pl

    nodes, edges = _node_attributes(frames), _edge_attributes(frames)
    for scope, table, taken in (("node", nodes, {"value", "name"}), ("edge", edges, {"id", "source", "target"})):
        for name in sorted(taken & set(table.columns)):
            raise ExportError(f"the {scope} attribute {name!r} has a name that Cytoscape JSON has a use for; rename it")
    head = json.dumps(_known(frames.attributes), ensure_ascii=False, separators=(",", ":"))
    yield f'{{"data":{head},"directed":false,"multigraph":false,"elements":{{"nodes":[\n'

    ids = (pl.col("id"), pl.col("id").alias("value"), _label(nodes).alias("name"))
    yield from _items(frames.nodes.select(*ids, *nodes.columns))
    yield '\n],"edges":[\n'
    ends = (pl.col("ncbigene_a").alias("source"), pl.col("ncbigene_b").alias("target"))
    yield from _items(frames.pairs.select(*ends, *edges.columns))
    yield "\n]}}\n"


GRAPH_FORMATS: dict[str, Callable[[Frames], Iterator[str]]] = {
    ".graphml": to_graphml,
    ".gexf": to_gexf,
    ".cyjs": to_cytoscape,
}
"""The formats of whole graphs, by suffix."""

_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}


def _graphml_type(kind: type) -> str:
    """Return the name of a type, which GraphML and GEXF share."""
    return _TYPES[kind]


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a network that are neither infinite nor not-a-number."""
    return {name: value for name, value in attributes.items() if not isinstance(value, float) or math.isfinite(value)}


def _plain_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _node_attributes(frames: Frames) -> pl.DataFrame:
    return frames.nodes.drop("id")


def _edge_attributes(frames: Frames) -> pl.DataFrame:
    return frames.pairs.drop(name for name in FIRST_COLUMNS if name != "weight")


def _is_known(column: pl.Series) -> pl.Expr:
    """Return the condition that a column has a value, and that it is neither infinite nor not-a-number."""
    import polars as pl

    value = pl.col(column.name)
    return value.is_not_null() & value.is_finite() if column.dtype.is_float() else value.is_not_null()


def _where_known(column: pl.Series, before: str, after: str) -> pl.Expr:
    """Return the values of a column between two texts, or nothing where there is no value."""
    import polars as pl

    text = _xml(pl.col(column.name))
    return pl.when(_is_known(column)).then(pl.concat_str([pl.lit(before), text, pl.lit(after)])).otherwise(pl.lit(""))


def _xml(value: pl.Expr) -> pl.Expr:
    """Return values as text of XML, within an element or within double quotes."""
    import polars as pl

    text = value.cast(pl.String)
    for character, reference in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("\t", "&#9;"),
        ("\n", "&#10;"),
        ("\r", "&#13;"),
    ):
        text = text.str.replace_all(character, reference, literal=True)
    return text


def _lines(table: pl.DataFrame, *parts: pl.Expr) -> Iterator[str]:
    """Yield each row as the parts of a line, a block at a time."""
    import polars as pl

    for block in table.iter_slices(_BLOCK):
        yield "".join(block.select(pl.concat_str(parts)).to_series())


def _items(table: pl.DataFrame) -> Iterator[str]:
    """Yield each row as a JSON object on a line, with a comma and a line break between two."""
    import polars as pl

    # A structure of one member, less its braces, is that member.
    members = [
        pl.when(_is_known(column)).then(pl.struct(column.name).struct.json_encode().str.head(-1).str.tail(-1))
        for column in table
    ]
    item = (pl.lit('{"data":{'), pl.concat_str(members, separator=",", ignore_nulls=True), pl.lit("}}"))
    for place, block in enumerate(table.iter_slices(_BLOCK)):
        yield (",\n" if place else "") + ",\n".join(block.select(pl.concat_str(item)).to_series())


def _label(nodes: pl.DataFrame) -> pl.Expr:
    """Return the symbols of nodes, or their ids where there is none."""
    import polars as pl

    return pl.coalesce("symbol", "id") if "symbol" in nodes.columns else pl.col("id")
