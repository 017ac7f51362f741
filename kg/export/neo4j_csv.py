"""Neo4j's import files: CSV with typed headers, constraints, and a script that runs the import.

::

    DIR/nodes/LABEL.csv           id:ID(LABEL), the other properties, :LABEL
    DIR/edges/KIND.csv            :START_ID(LABEL), :END_ID(LABEL), the properties, :TYPE
    DIR/constraints.cypher        the key of each label, and indexes of what people look for
    DIR/import.sh                 `sh import.sh [DATABASE]` calls neo4j-admin with the options that the files need

Fields are quoted where they hold a comma, a quote or the end of a line, and quotes are doubled; an empty field is a
value that is not there, `""` an empty text. The items of a list stand between U+001F, a control character that no text
of a build can hold (`kg.text.clean`), so that nothing in an item has to be escaped.

References
----------
Neo4j Operations Manual 5, "Import", https://neo4j.com/docs/operations-manual/5/tools/neo4j-admin/neo4j-admin-import/
"""

from __future__ import annotations

import csv
import shlex
from typing import TYPE_CHECKING

from kg.atomic import replacing_folder
from kg.errors import ExportError
from kg.export.schema import EDGE_KINDS, NODE_LABELS, RELATIONSHIPS, EdgeKind, NodeLabel, Property
from kg.export.target import Target, is_export

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph

__all__ = ["SEPARATOR", "TARGET", "constraints", "write_neo4j"]

SEPARATOR = "\x1f"
"""What stands between the items of a list."""

_TYPES = {"string": "string", "integer": "long", "float": "double", "boolean": "boolean", "string[]": "string[]"}
_INDEXED = (("Paper", "year", None), ("Gene", "symbol", "genes"), ("GeneMention", "word", "mentions"))
_INDEXABLE = 8_000  # bytes; Neo4j refuses to write a longer value where there is an index
_FILES = ("constraints.cypher", "import.sh", "import.report")  # the last is neo4j-admin's
_FIELD = 100_000_000  # the csv module's limit is lower than what OCR has read as one word

_OPTIONS = (
    "--delimiter=,",
    "--array-delimiter=U+001F",
    "--quote='\"'",
    "--multiline-fields=true",
    "--read-buffer-size=16m",
    "--id-type=string",
    "--strict=true",
    "--bad-tolerance=0",
)
_SCRIPT = """#!/bin/sh
# Imports this folder into a database that is new or empty, while the server does not run: sh import.sh [DATABASE]
# NEO4J_ADMIN may name another neo4j-admin than the one of the PATH; OPTIONS adds some, such as --overwrite-destination.
set -eu
cd "$(dirname "$0")"
exec "${{NEO4J_ADMIN:-neo4j-admin}}" database import full "${{1:-neo4j}}" \\
  {options} ${{OPTIONS:-}} \\
{files}
"""


def write_neo4j(graph: PropertyGraph, path: Path) -> dict[str, int]:
    """Return how many nodes of each label and edges of each kind were written as Neo4j's import files.

    Parameters
    ----------
    graph
        The graph.
    path
        The folder, replaced if it holds nothing but such files.

    Raises
    ------
    ExportError
        If it cannot be written, or holds something else; it is then as it was before.
    """
    counts = {}
    with replacing_folder(path, may_replace=_is_ours, what="a folder of Neo4j's import files") as fresh:
        for folder in ("nodes", "edges"):
            (fresh / folder).mkdir()
        for label in graph.labels:
            batches = (_columns(batch, label=label.name) for batch in graph.nodes(label.name))
            counts[label.name] = _write_csv(fresh / _node_file(label), _node_header(label), batches)
        for kind in graph.edge_kinds:
            batches = (_columns(batch, label=kind.relationship) for batch in graph.edges(kind))
            counts[kind.name] = _write_csv(fresh / _edge_file(kind), _edge_header(kind), batches)
        _write_text(fresh / "constraints.cypher", "".join(f"{line};\n" for line in constraints(graph)))
        files = [f"--nodes={_node_file(label)}" for label in graph.labels]
        files += [f"--relationships={_edge_file(kind)}" for kind in graph.edge_kinds]
        listed = " \\\n".join(f"  {shlex.quote(file)}" for file in files)
        _write_text(fresh / "import.sh", _SCRIPT.format(options=" ".join(_OPTIONS), files=listed))
        (fresh / "import.sh").chmod(0o755)
    return counts


def constraints(graph: PropertyGraph) -> list[str]:
    """Return the statements that make a key of each label's ``id``, and indexes of what people look for.

    There is no index of words or symbols where one of them is longer than Neo4j can index.

    Examples
    --------
    >>> import kg
    >>> from kg.export import PropertyGraph
    >>> constraints(PropertyGraph(kg.build("seeds/")))[-2]
    'CREATE INDEX gene_symbol IF NOT EXISTS FOR (n:Gene) ON (n.symbol)'
    """
    import polars as pl

    names = [label.name for label in graph.labels]
    statements = [
        f"CREATE CONSTRAINT {name.lower()}_id IF NOT EXISTS FOR (n:{name}) REQUIRE n.id IS UNIQUE" for name in names
    ]
    for name, prop, table in _INDEXED:
        if name in names and table is not None:
            longest = graph.tables.scan(table).select(pl.col(prop).str.len_bytes().max()).collect().item()
            if longest is not None and longest > _INDEXABLE:
                continue
        if name in names:
            statements.append(f"CREATE INDEX {name.lower()}_{prop} IF NOT EXISTS FOR (n:{name}) ON (n.{prop})")
    return statements


def _node_file(label: NodeLabel) -> str:
    return f"nodes/{label.name}.csv"


def _edge_file(kind: EdgeKind) -> str:
    return f"edges/{kind.name}.csv"


def _node_header(label: NodeLabel) -> list[str]:
    _, *others = label.properties
    return [f"id:ID({label.name})", *_typed(others), ":LABEL"]


def _edge_header(kind: EdgeKind) -> list[str]:
    properties = RELATIONSHIPS[kind.relationship].properties
    return [f":START_ID({kind.source})", f":END_ID({kind.target})", *_typed(properties), ":TYPE"]


def _typed(properties: Iterable[Property]) -> list[str]:
    return [f"{prop.name}:{_TYPES[prop.type]}" for prop in properties]


def _columns(batch: pl.DataFrame, *, label: str) -> pl.DataFrame:
    """Return a batch with lists as text, and the column that names the label or the type."""
    import polars as pl

    lists = pl.col(pl.List(pl.String))
    # A list without items is not there: as an empty text it would be a list of one.
    text = pl.when(lists.list.len() > 0).then(lists.list.join(SEPARATOR))
    return batch.with_columns(text, pl.lit(label).alias(":"))


def _write_csv(path: Path, header: list[str], batches: Iterator[pl.DataFrame]) -> int:
    n_rows = 0
    with path.open("wb") as file:
        file.write((",".join(header) + "\n").encode())
        for batch in batches:
            batch.write_csv(file, include_header=False)
            n_rows += batch.height
    return n_rows


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _is_ours(path: Path) -> bool:
    tables = [*map(_node_file, NODE_LABELS.values()), *map(_edge_file, EDGE_KINDS)]
    return is_export(path, {*_FILES, *tables}, "import.sh")


def _read_counts(path: Path) -> Mapping[str, int]:
    """Return how many rows of each label and kind there are, read by Python's csv module.

    Raises
    ------
    ExportError
        If a row has another number of cells than the header, or an edge ends where there is no node.
    """
    counts: dict[str, int] = {}
    ids: dict[str, set[str]] = {}
    for label in NODE_LABELS.values():
        file = path / _node_file(label)
        if file.is_file():
            found = [row[0] for row in _rows(file, _node_header(label))]
            ids[label.name] = set(found)
            counts[label.name] = len(found)
            if len(ids[label.name]) != len(found):
                raise ExportError(f"{file}: an id stands twice; export again")
    for kind in EDGE_KINDS:
        file = path / _edge_file(kind)
        if file.is_file():
            counts[kind.name] = 0
            for source, target, *_ in _rows(file, _edge_header(kind)):
                if source not in ids[kind.source] or target not in ids[kind.target]:
                    raise ExportError(f"{file}: an edge ends where there is no node; export again")
                counts[kind.name] += 1
    return counts


def _rows(file: Path, header: list[str]) -> Iterator[list[str]]:
    csv.field_size_limit(_FIELD)
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        if next(reader) != header:
            raise ExportError(f"{file}: its header is not that of this version; export again")
        for row in reader:
            if len(row) != len(header):
                raise ExportError(f"{file}:{reader.line_num}: {len(row)} cells where there must be {len(header)}")
            yield row


TARGET = Target(
    name="neo4j",
    description="Neo4j's import files: CSV, constraints, and a script that runs `neo4j-admin database import`",
    suffixes=(),
    limits=(
        "A list without items is a property that is not there. Where a symbol or a word is longer than Neo4j can index,"
        " there is no index of them."
    ),
    write=write_neo4j,
    read_counts=_read_counts,
    folder=True,
)
"""``kg export BUILD neo4j``."""
