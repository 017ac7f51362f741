r"""A graph as streams of tables, which is what every writer here takes, and as single nodes and edges, as read again.

A writer never holds the whole graph: it takes batches of rows and yields text. The columns ``~id``, ``~name``,
``~source`` and ``~target`` say what a row is; every other column is an attribute. What is null is left out, and so is
an empty list.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import polars as pl

__all__ = [
    "ID",
    "NAME",
    "SOURCE",
    "TARGET",
    "Edge",
    "GraphStream",
    "Node",
    "Value",
    "attribute_types",
    "holds_any",
    "is_known",
    "join_lists",
    "plain_attributes",
    "split_list",
    "type_name",
    "value_type",
]

ID, NAME, SOURCE, TARGET = "~id", "~name", "~source", "~target"
"""The columns of nodes (id, and what to write beside it) and of edges (the ids of both ends)."""

_STRUCTURE = (ID, NAME, SOURCE, TARGET)

Value = str | int | float | bool | list[str]
"""What an attribute can be."""

_TYPES = {str: "string", int: "long", float: "double", bool: "boolean", list: "list"}


@dataclass(frozen=True, slots=True, eq=False)
class GraphStream:
    """A graph that is written once, batch by batch.

    Attributes
    ----------
    node_schemas, edge_schemas
        The columns and types of all batches that may come: one schema for each kind of node, and of edge.
    nodes, edges
        Functions that give the batches anew: tables with the columns of one of the schemas.
    attributes
        Of the graph as a whole.
    is_directed
        Whether an edge leads from its source to its target, and not both ways.
    edge_key
        The attribute that tells edges between the same two nodes apart; None where there is one at most.
    """

    node_schemas: Sequence[Mapping[str, pl.DataType]]
    edge_schemas: Sequence[Mapping[str, pl.DataType]]
    nodes: Callable[[], Iterable[pl.DataFrame]]
    edges: Callable[[], Iterable[pl.DataFrame]]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    is_directed: bool = False
    edge_key: str | None = None


class Node(NamedTuple):
    """A node as a file has it: its id, its attributes, and its name where the format has a place for one."""

    id: str
    attributes: dict[str, Any]
    name: str | None = None


class Edge(NamedTuple):
    """An edge as a file has it: the ids of its ends, and its attributes."""

    source: str
    target: str
    attributes: dict[str, Any]


def attribute_types(schemas: Iterable[Mapping[str, pl.DataType]]) -> dict[str, str]:
    """Return the type of each attribute: ``string``, ``long``, ``double``, ``boolean`` or ``list`` (of texts).

    Raises
    ------
    ExportError
        If an attribute has two types in two schemas: a file has one for each name.

    Examples
    --------
    >>> import polars as pl
    >>> attribute_types([{"~id": pl.String(), "year": pl.Int64()}, {"~id": pl.String(), "words": pl.List(pl.String)}])
    {'year': 'long', 'words': 'list'}
    """
    found: dict[str, str] = {}
    for schema in schemas:
        for name, dtype in schema.items():
            if name not in _STRUCTURE and found.setdefault(name, kind := type_name(dtype)) != kind:
                raise ExportError(f"the attribute {name!r} is {found[name]} here and {kind} there; rename one of them")
    return found


def type_name(dtype: pl.DataType) -> str:
    """Return what the type of a column is called here."""
    return value_type(dtype.to_python())


def value_type(kind: type) -> str:
    """Return what a type of Python is called here."""
    return _TYPES[kind]


def plain_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a graph that are neither infinite nor not-a-number."""
    return {name: value for name, value in attributes.items() if not isinstance(value, float) or math.isfinite(value)}


def holds_any(texts: pl.Series, characters: str) -> bool:
    """Return whether a column of texts, or of lists of texts, holds one of some characters.

    All of it is searched as one text, character by character: many times as fast as a regular expression.

    Examples
    --------
    >>> import polars as pl
    >>> holds_any(pl.Series([["a", "b|c"], []]), "|;"), holds_any(pl.Series(["a", None]), "|;")
    (True, False)
    """
    import polars as pl

    text = (texts.explode() if isinstance(texts.dtype, pl.List) else texts).str.join("").item()
    return any(character in text for character in characters)


def is_known(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the condition that a column has a value that is neither infinite, nor not-a-number, nor an empty list."""
    import polars as pl

    value = pl.col(name)
    if dtype.is_float():
        return value.is_not_null() & value.is_finite()
    return value.list.len() > 0 if isinstance(dtype, pl.List) else value.is_not_null()


def join_lists(name: str) -> pl.Expr:
    r"""Return lists of texts as one text each, for formats that have no lists; null where a list is empty.

    ``|`` stands between two texts; in a text a backslash stands before each ``|`` and each backslash.
    `split_list` takes them apart again.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"words": [["a|b", "c"], [], None]}, schema={"words": pl.List(pl.String)})
    >>> table.select(join_lists("words")).to_series().to_list()
    ['a\\|b|c', None, None]
    """
    import polars as pl

    texts = pl.col(name)
    escaped = texts.list.eval(
        pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all("|", "\\|", literal=True)
    )
    return pl.when(texts.list.len() > 0).then(escaped.list.join("|")).alias(name)


def split_list(text: str) -> list[str]:
    r"""Return the texts that `join_lists` joined.

    Examples
    --------
    >>> split_list("a\\|b|c")
    ['a|b', 'c']
    """
    parts = re.findall(r"(?:^|\|)((?:[^\\|]|\\.)*)", text, re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts]
