"""Files of a network: TSV, CSV and Parquet of its pairs, and GraphML; written whole or not at all."""

from __future__ import annotations

import re
from itertools import chain, compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from kg.atomic import replacing_file
from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import networkx as nx
    import numpy as np
    import polars as pl
    from polars._typing import CsvQuoteStyle

__all__ = ["to_frame", "write_network", "write_table"]

_COLUMNS = ("symbol_a", "symbol_b", "weight", "ncbigene_a", "ncbigene_b", "count", "fractional")
_BREAKS = "[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]"
_BLOCK = 100_000  # rows of a table that are text at a time


def to_frame(graph: nx.Graph[Any]) -> pl.DataFrame:
    """Return the pairs of a network as a table, heaviest first, then by the ids of their nodes.

    Parameters
    ----------
    graph
        As `kg.network.cooccurrence` makes it, or as `networkx.read_graphml` reads it again.

    Returns
    -------
    polars.DataFrame
        ``symbol_a``, ``symbol_b``, ``weight``, ``ncbigene_a``, ``ncbigene_b`` (the nodes' ids, so ``family:JAK`` for
        a family), ``count``, ``fractional``. Of a pair the smaller id stands first: genes as numbers, then families.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_node("3716", symbol="JAK1")
    >>> graph.add_node("999", symbol="CDH1")
    >>> graph.add_edge("3716", "999", weight=0.5, count=1, fractional=0.5)
    >>> to_frame(graph).row(0)
    ('CDH1', 'JAK1', 0.5, '999', '3716', 1, 0.5)
    """
    import polars as pl

    nodes = sorted(graph, key=_id_order)
    a, b, edges = _edges(graph, nodes)
    weights = [values["weight"] for values in edges]
    weight = pl.Int64() if {*map(type, weights)} == {int} else pl.Float64()
    pairs = pl.DataFrame(
        {
            "a": a,
            "b": b,
            "weight": pl.Series(weights, dtype=weight),
            "count": pl.Series([values["count"] for values in edges], dtype=pl.Int64),
            "fractional": pl.Series([values["fractional"] for values in edges], dtype=pl.Float64),
        }
    ).sort("weight", "a", "b", descending=[True, False, False])
    ids = pl.Series(nodes, dtype=pl.String)
    symbols = pl.Series([graph.nodes[node].get("symbol", node) for node in nodes], dtype=pl.String)
    return pairs.with_columns(
        *(ids.gather(pairs.get_column(end)).alias(f"ncbigene_{end}") for end in "ab"),
        *(symbols.gather(pairs.get_column(end)).alias(f"symbol_{end}") for end in "ab"),
    ).select(_COLUMNS)


def _edges(graph: nx.Graph[Any], nodes: list[Any]) -> tuple[np.ndarray, np.ndarray, list[Mapping[str, Any]]]:
    """Return the edges as places of their ends among the nodes, the smaller first, and as attributes."""
    import numpy as np

    place = {node: number for number, node in enumerate(nodes)}
    rows = dict(graph.adjacency())
    starts = np.fromiter(map(place.__getitem__, rows), np.int64, len(rows))
    a = np.repeat(starts, [len(row) for row in rows.values()])
    b = np.fromiter(map(place.__getitem__, chain.from_iterable(rows.values())), np.int64, len(a))
    once = a <= b  # each edge stands in the rows of both its ends
    attributes = chain.from_iterable(row.values() for row in rows.values())
    return a[once], b[once], list(compress(attributes, once.tolist()))


def _id_order(node: str) -> tuple[bool, int, str]:
    """Return what sorts genes by number before families by name."""
    is_family = not node.isdigit()
    return (is_family, 0 if is_family else len(node), node)


def write_network(graph: nx.Graph[Any], target: str | Path | TextIO, *, suffix: str | None = None) -> None:
    """Write a network in the format of the target's suffix.

    Parameters
    ----------
    graph
        As `kg.network.cooccurrence` makes it.
    target
        A path that ends in ``.tsv``, ``.csv``, ``.parquet`` or ``.graphml``, or an open text stream. A file is
        replaced only once the new one is whole.
    suffix
        The format where the target's own suffix does not say; for a stream ``.tsv`` by default.

    Raises
    ------
    ExportError
        If the suffix is none of these, or the target cannot be written.

    References
    ----------
    GraphML: http://graphml.graphdrawing.org/specification.html.

    Examples
    --------
    >>> import sys
    >>> import networkx as nx
    >>> graph = nx.Graph([("3716", "6774", {"weight": 2, "count": 2, "fractional": 0.75})])
    >>> nx.set_node_attributes(graph, {"3716": "JAK1", "6774": "STAT3"}, "symbol")
    >>> write_network(graph, sys.stdout, suffix=".csv")
    symbol_a,symbol_b,weight,ncbigene_a,ncbigene_b,count,fractional
    JAK1,STAT3,2,3716,6774,2,0.75
    """
    if _suffix(target, suffix, (*_TABLES, ".parquet", ".graphml")) == ".graphml":
        _write(target, lambda stream: stream.writelines(_graphml(graph)))
    else:
        write_table(to_frame(graph), target, suffix=suffix)


def write_table(table: pl.DataFrame, target: str | Path | TextIO, *, suffix: str | None = None) -> None:
    """Write a table, of pairs or of centralities, in the format of the target's suffix.

    Parameters
    ----------
    table
        Text, integers and real numbers; real numbers are written with the digits that tell them from all others.
    target, suffix
        As for `write_network`; ``.tsv``, ``.csv`` or ``.parquet``. A cell of a TSV holds no tab and no line break:
        blanks stand for them.

    Raises
    ------
    ExportError
        If the suffix is none of these, or the target cannot be written.

    Examples
    --------
    >>> import sys
    >>> import polars as pl
    >>> write_table(pl.DataFrame({"symbol": ["JAK1"], "degree": [3]}), sys.stdout, suffix=".csv")
    symbol,degree
    JAK1,3
    """
    kind = _suffix(target, suffix, (*_TABLES, ".parquet"))
    if kind != ".parquet":
        _write(target, lambda stream: _TABLES[kind](table, stream))
    elif isinstance(target, (str, Path)):
        with replacing_file(Path(target)) as fresh:
            table.write_parquet(fresh)
    else:
        raise ExportError("Parquet is binary and does not go into a text stream; give a path that ends in .parquet")


def _suffix(target: str | Path | TextIO, suffix: str | None, known: tuple[str, ...]) -> str:
    if isinstance(target, (str, Path)):
        place, kind = str(target), suffix or Path(target).suffix
    else:
        place, kind = "the stream", suffix or ".tsv"
    if kind.lower() not in known:
        raise ExportError(f"{place}: the suffix {kind!r} names no format of a network; take one of {', '.join(known)}")
    return kind.lower()


def _write(target: str | Path | TextIO, write: Callable[[TextIO], None]) -> None:
    if not isinstance(target, (str, Path)):
        write(target)
        return
    with replacing_file(Path(target)) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        write(stream)


def _write_tsv(table: pl.DataFrame, stream: TextIO) -> None:
    import polars as pl

    safe = table.rename(lambda name: re.sub(_BREAKS, " ", name)).with_columns(
        pl.col(pl.String).str.replace_all(_BREAKS, " ")
    )
    _write_lines(safe, stream, separator="\t", quote_style="never")


def _write_csv(table: pl.DataFrame, stream: TextIO) -> None:
    _write_lines(table, stream, separator=",", quote_style="necessary")


def _write_lines(table: pl.DataFrame, stream: TextIO, *, separator: str, quote_style: CsvQuoteStyle) -> None:
    """Write a header and the rows, a block at a time: the stream takes text, which is not to be whole in memory."""
    stream.write(table.clear().write_csv(separator=separator, quote_style=quote_style))
    stream.writelines(
        block.write_csv(include_header=False, separator=separator, quote_style=quote_style)
        for block in table.iter_slices(_BLOCK)
    )


_TABLES: dict[str, Callable[[pl.DataFrame, TextIO], None]] = {".tsv": _write_tsv, ".csv": _write_csv}

_TYPES = {str: "string", int: "long", float: "double"}
_LINE_BREAK = {"\r": "&#13;"}  # a bare one would be read as a line feed


def _graphml(graph: nx.Graph[Any]) -> Iterator[str]:
    """Yield a graph as GraphML, line by line: networkx builds the whole tree in memory and takes many times as long."""
    keys: dict[tuple[str, str, type], str] = {}
    for scope, items in (
        ("graph", [graph.graph]),
        ("node", (values for _, values in graph.nodes(data=True))),
        ("edge", (values for _, _, values in graph.edges(data=True))),
    ):
        found = dict.fromkeys((name, type(value)) for values in items for name, value in values.items())
        keys.update({(scope, *attribute): f"d{place}" for place, attribute in enumerate(found, start=len(keys))})
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for (scope, name, kind), key in keys.items():
        if kind not in _TYPES:
            raise ExportError(f"the {scope} attribute {name!r} is a {kind.__name__}, which GraphML cannot hold")
        yield f'<key id="{key}" for="{scope}" attr.name={quoteattr(name)} attr.type="{_TYPES[kind]}"/>\n'
    yield '<graph edgedefault="undirected">\n'
    ids = {node: quoteattr(node) for node in graph}
    for node, values in graph.nodes(data=True):
        yield f"<node id={ids[node]}>{_data(keys, 'node', values)}</node>\n"
    for left, right, values in graph.edges(data=True):
        yield f"<edge source={ids[left]} target={ids[right]}>{_data(keys, 'edge', values)}</edge>\n"
    yield f"{_data(keys, 'graph', graph.graph)}\n</graph>\n</graphml>\n"


def _data(keys: Mapping[tuple[str, str, type], str], scope: str, values: Mapping[str, Any]) -> str:
    """Return the attributes of a graph, a node or an edge."""
    return "".join(
        [
            f'<data key="{keys[scope, name, type(value)]}">'
            f"{escape(value, _LINE_BREAK) if isinstance(value, str) else repr(value)}</data>"
            for name, value in values.items()
        ]
    )
