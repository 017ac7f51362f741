"""The property graph as one stream of nodes and edges, for the formats of programs that draw and analyse networks.

A node's id is its label, a colon and its id: ``Gene:6774``. Its attribute ``type`` is its label, an edge's attribute
``interaction`` its relationship; the other attributes are the properties. What a node is called (its title, word,
symbol or name, else its id) is its name. A property that has several types in several labels is text.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kg.atomic import replacing_file
from kg.errors import ExportError
from kg.export.schema import edge_schema, node_schema
from kg.graph_files import ID, NAME, SOURCE, TARGET, GraphStream, Node
from kg.graph_files.tables import write_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph
    from kg.graph_files import Edge

__all__ = ["JSON_LIMITS", "LISTS_AS_TEXT", "NAMED_BY", "XML_LIMITS", "count_elements", "to_stream", "write_stream"]

NAMED_BY: Mapping[str, str] = {
    "Figure": "title",
    "Paper": "title",
    "GeneMention": "word",
    "Gene": "symbol",
    "GeneFamily": "id",
    "Chemical": "name",
    "Disease": "name",
    "Organism": "name",
}
"""The property that a node of a label is called by."""

_TYPE, _INTERACTION = "type", "interaction"

_NAMES = (
    "A node that has no name is named by its id. A property that has several types in several labels (`number`) is"
    " text."
)
LISTS_AS_TEXT = (
    "A list is one text with `|` between its items, and a backslash before each `|` and each backslash in them."
)
"""What `kg.graph_files.join_lists` does, for users."""
JSON_LIMITS = f"What is null, and a list that is empty, is left out. {_NAMES}"
"""What Cytoscape JSON and CX2 cannot hold."""
XML_LIMITS = f"{LISTS_AS_TEXT} {JSON_LIMITS} U+FFFD stands for characters that XML forbids."
"""What GraphML and GEXF cannot hold."""


def to_stream(graph: PropertyGraph, *, name: str | None = None) -> tuple[GraphStream, Counter[str]]:
    """Return a property graph as a stream, and the counts by label and kind, which grow as it is written.

    Parameters
    ----------
    graph
        The graph.
    name
        An attribute to write names as, for a format that has no place for them.

    Examples
    --------
    >>> import kg
    >>> from kg.export import PropertyGraph
    >>> stream, _ = to_stream(PropertyGraph(kg.build("seeds/")))
    >>> next(iter(stream.nodes())).row(0)[::2][:2]
    ('Figure:PMC6305783__2185-4610-64-103-g001', 'Figure')
    """
    counts = Counter({label.name: 0 for label in graph.labels} | {kind.name: 0 for kind in graph.edge_kinds})
    texts = _of_several_types(graph)

    def nodes() -> Iterator[pl.DataFrame]:
        for label in graph.labels:
            for batch in graph.nodes(label.name):
                counts[label.name] += batch.height
                yield _node_batch(batch, label.name, name, texts)

    def edges() -> Iterator[pl.DataFrame]:
        for kind in graph.edge_kinds:
            for batch in graph.edges(kind):
                counts[kind.name] += batch.height
                yield _edge_batch(batch, kind.relationship, kind.source, kind.target)

    # The schemas are those of batches without a row, made by the same functions.
    node_schemas = [
        _node_batch(_empty(node_schema(label.name)), label.name, name, texts).schema for label in graph.labels
    ]
    edge_schemas = [
        _edge_batch(_empty(edge_schema(kind.relationship)), kind.relationship, kind.source, kind.target).schema
        for kind in graph.edge_kinds
    ]
    ends = [(kind.source, kind.target) for kind in graph.edge_kinds]
    key = _INTERACTION if len(set(ends)) < len(ends) else None  # a gene can belong to a family and be drawn with it
    return GraphStream(node_schemas, edge_schemas, nodes, edges, is_directed=True, edge_key=key), counts


def _empty(schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema=dict(schema))


def _of_several_types(graph: PropertyGraph) -> set[str]:
    """Return the names of properties that have another type in another label."""
    types: dict[str, set[str]] = {}
    for label in graph.labels:
        for prop in label.properties:
            types.setdefault(prop.name, set()).add(prop.type)
    return {name for name, found in types.items() if len(found) > 1}


def _node_batch(batch: pl.DataFrame, label: str, name: str | None, texts: set[str]) -> pl.DataFrame:
    import polars as pl

    named = pl.coalesce(NAMED_BY[label], "id")
    own = [column for column in batch.columns if column not in ("id", "name")]
    return batch.select(
        _node_id(label, "id").alias(ID),
        named.alias(NAME),
        pl.lit(label).alias(_TYPE),
        *([] if name is None else [named.alias(name)]),
        *(pl.col(column).cast(pl.String) if column in texts else pl.col(column) for column in own),
    )


def _edge_batch(batch: pl.DataFrame, relationship: str, source: str, target: str) -> pl.DataFrame:
    import polars as pl

    return batch.select(
        _node_id(source, "source").alias(SOURCE),
        _node_id(target, "target").alias(TARGET),
        pl.lit(relationship).alias(_INTERACTION),
        pl.exclude("source", "target"),
    )


def _node_id(label: str, column: str) -> pl.Expr:
    import polars as pl

    return pl.lit(f"{label}:") + pl.col(column)


def write_stream(
    graph: PropertyGraph, path: Path, form: Callable[[GraphStream], Iterator[str]], *, name: str | None = None
) -> Mapping[str, int]:
    """Return how many of each label and kind were written to a file, which is replaced once the new one is whole.

    Parameters
    ----------
    graph
        The graph.
    path
        The file; compressed where it ends in ``.gz``.
    form
        What makes the text of a stream.
    name
        As for `to_stream`.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    stream, counts = to_stream(graph, name=name)
    with replacing_file(path) as fresh:
        write_chunks(fresh, form(stream))
    return counts


def count_elements(elements: Iterable[Node | Edge], path: Path) -> Mapping[str, int]:
    """Return how many nodes of each label and edges of each kind a file holds.

    Parameters
    ----------
    elements
        What a reader of `kg.graph_files` finds in it.
    path
        The file, for the message.

    Raises
    ------
    ExportError
        If two nodes have the same id, or an edge ends at no node.
    """
    counts: Counter[str] = Counter()
    ids: set[str] = set()
    for element in elements:
        if isinstance(element, Node):
            if element.id in ids:
                raise ExportError(f"{path}: two nodes have the id {element.id!r}; export again")
            ids.add(element.id)
            counts[element.attributes[_TYPE]] += 1
            continue
        for end in (element.source, element.target):
            if end not in ids:
                raise ExportError(f"{path}: an edge ends at {end!r}, and there is no such node; export again")
        source, target = (end.partition(":")[0] for end in (element.source, element.target))
        counts[f"{source}-{element.attributes[_INTERACTION]}-{target}"] += 1
    return counts
