"""A network as two tables, of its nodes and of its pairs, which is the form that every file is written from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import TYPE_CHECKING, Any

from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx
    import numpy as np
    import polars as pl

__all__ = ["FIRST_COLUMNS", "Frames", "to_frame", "to_frames"]

FIRST_COLUMNS = ("symbol_a", "symbol_b", "weight", "ncbigene_a", "ncbigene_b")
"""The columns that every table of pairs begins with."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """A network as tables of text, numbers and booleans, whose cells may be null.

    Attributes
    ----------
    nodes
        One row a node: ``id``, then its attributes.
    pairs
        One row a pair: `FIRST_COLUMNS` (the ids are those of `nodes`), then its attributes.
    attributes
        Of the network as a whole: the options that made it.
    """

    nodes: pl.DataFrame
    pairs: pl.DataFrame
    attributes: Mapping[str, Any] = field(default_factory=dict)


def to_frames(graph: nx.Graph[Any]) -> Frames:
    """Return a network as tables.

    Parameters
    ----------
    graph
        As `kg.network.cooccurrence` makes it, or as networkx reads it again from a file. An attribute that a node or
        an edge lacks, or that is None, is null; an edge without ``weight`` counts 1.

    Raises
    ------
    ExportError
        If an attribute is neither text nor a number nor a boolean.
    """
    import polars as pl

    nodes = pl.DataFrame(
        [
            pl.Series("id", list(map(str, graph)), dtype=pl.String),
            *_attributes("node", [values for _, values in graph.nodes(data=True)], leave=("id",)),
        ]
    )
    attributes = {str(name): value for name, value in graph.graph.items() if value is not None}
    _attributes("graph", [attributes])
    return Frames(nodes, to_frame(graph), attributes)


def to_frame(graph: nx.Graph[Any]) -> pl.DataFrame:
    """Return the pairs of a network as a table, heaviest first, then by the ids of their nodes.

    Parameters
    ----------
    graph
        As for `to_frames`.

    Returns
    -------
    polars.DataFrame
        ``symbol_a``, ``symbol_b``, ``weight``, ``ncbigene_a``, ``ncbigene_b`` (the nodes' ids, so ``family:JAK`` for
        a family), then the other attributes of the edges in the order in which they first appear: ``count``,
        ``fractional`` and so on. Of a pair the smaller id stands first: genes as numbers, then families.

    Raises
    ------
    ExportError
        If an attribute is neither text nor a number nor a boolean.

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
    weights = _attributes("edge", [{"weight": values.get("weight", 1)} for values in edges])
    pairs = pl.DataFrame(
        [
            pl.Series("a", a),
            pl.Series("b", b),
            *(weights or [pl.Series("weight", [], dtype=pl.Float64)]),
            *_attributes("edge", edges, leave=FIRST_COLUMNS),
        ]
    ).sort("weight", "a", "b", descending=[True, False, False], nulls_last=True)
    ids = pl.Series(list(map(str, nodes)), dtype=pl.String)
    symbols = pl.Series(
        [
            str(node) if (symbol := graph.nodes[node].get("symbol")) is None else str(symbol)  # any name will do
            for node in nodes
        ],
        dtype=pl.String,
    )
    named = pairs.with_columns(
        *(ids.gather(pairs.get_column(end)).alias(f"ncbigene_{end}") for end in "ab"),
        *(symbols.gather(pairs.get_column(end)).alias(f"symbol_{end}") for end in "ab"),
    )
    return named.select(*FIRST_COLUMNS, *(name for name in pairs.columns if name not in ("a", "b", "weight")))


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


def _id_order(node: Any) -> tuple[bool, int, str]:
    """Return what sorts genes by number before families by name."""
    text = str(node)
    is_family = re.fullmatch("[0-9]+", text) is None
    return (is_family, 0 if is_family else len(text), text)


def _attributes(
    scope: str, items: list[Mapping[str, Any]] | list[dict[str, Any]], leave: Iterable[str] = ()
) -> list[pl.Series]:
    """Return the attributes of some items as columns, in the order in which they first appear."""
    import polars as pl

    names = dict.fromkeys(name for item in items for name in item)
    columns = []
    for name in names:
        if name in leave:
            continue
        values = [item.get(name) for item in items]
        kinds = {*map(type, values)} - {type(None)}
        dtype = _dtype(scope, name, kinds)
        columns.append(pl.Series(str(name), values, dtype=dtype, strict=False))
    return columns


def _dtype(scope: str, name: str, kinds: set[type]) -> pl.DataType:
    """Return the type of a column that holds values of these types."""
    import polars as pl

    for types, dtype in (
        ({str}, pl.String()),
        ({bool}, pl.Boolean()),
        ({int}, pl.Int64()),
        ({int, float}, pl.Float64()),
    ):
        if kinds <= types:
            return dtype
    listed = " and ".join(sorted(kind.__name__ for kind in kinds))
    raise ExportError(
        f"the {scope} attribute {name!r} holds {listed}; files of networks hold text, numbers or booleans"
    )
