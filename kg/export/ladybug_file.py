"""A LadybugDB database, which is one file, with the whole property graph in it.

References
----------
LadybugDB documentation, "Import data", https://docs.ladybugdb.com/import/
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from kg.atomic import replacing_file
from kg.errors import ExportError
from kg.export.schema import EDGE_KINDS, NODE_LABELS, RELATIONSHIPS, EdgeKind, NodeLabel, Property
from kg.export.target import Target
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import ladybug
    import polars as pl

    from kg.export.property_graph import PropertyGraph

__all__ = ["TARGET", "connected", "schema_statements", "write_ladybug"]

_TYPES = {"string": "STRING", "integer": "INT64", "float": "DOUBLE", "boolean": "BOOL", "string[]": "STRING[]"}
_MEMORY = 256 * 2**20  # bytes of its cache
_ADDRESSES = 2**44  # of bytes: twice what LadybugDB reserves unless it is told a size


def write_ladybug(graph: PropertyGraph, path: Path) -> dict[str, int]:
    """Return how many nodes of each label and edges of each kind were written into a LadybugDB database.

    Parameters
    ----------
    graph
        The graph.
    path
        The database, one file; it is replaced once the new one is whole.

    Raises
    ------
    ExportError
        If LadybugDB is not installed, or the file cannot be written; it is then as it was before.
    """
    counts = {}
    with replacing_file(path) as fresh, connected(fresh, name=path) as connection:
        for statement in schema_statements(graph.labels, graph.edge_kinds):
            connection.execute(statement)
        for label in graph.labels:
            counts[label.name] = _copy(connection, label.name, graph.nodes(label.name), fresh.parent)
        for kind in graph.edge_kinds:
            ends = f" (from='{kind.source}', to='{kind.target}')"
            counts[kind.name] = _copy(connection, kind.relationship, graph.edges(kind), fresh.parent, ends)
        connection.execute("CHECKPOINT")
    return counts


def schema_statements(labels: Sequence[NodeLabel], kinds: Sequence[EdgeKind]) -> list[str]:
    """Return the statements that make the tables of a database.

    Examples
    --------
    >>> schema_statements([NODE_LABELS["Organism"]], EDGE_KINDS[:1])
    ['CREATE NODE TABLE Organism(id STRING PRIMARY KEY, iri STRING, name STRING)', \
'CREATE REL TABLE PART_OF(FROM Figure TO Paper)']
    """
    tables = []
    for label in labels:
        key, *others = label.properties
        columns = [f"{key.name} STRING PRIMARY KEY", *map(_column, others)]
        tables.append(f"CREATE NODE TABLE {label.name}({', '.join(columns)})")
    for relationship in dict.fromkeys(kind.relationship for kind in kinds):
        ends = [f"FROM {kind.source} TO {kind.target}" for kind in kinds if kind.relationship == relationship]
        columns = list(map(_column, RELATIONSHIPS[relationship].properties))
        tables.append(f"CREATE REL TABLE {relationship}({', '.join([*ends, *columns])})")
    return tables


def _column(prop: Property) -> str:
    return f"{prop.name} {_TYPES[prop.type]}"


def _copy(
    connection: ladybug.Connection, table: str, batches: Iterator[pl.DataFrame], folder: Path, options: str = ""
) -> int:
    """Put rows into a table, by way of Parquet files that go when they are read; return how many."""
    n_rows = 0
    with TemporaryDirectory(dir=folder) as work:
        for number, batch in enumerate(batches):
            batch.write_parquet(Path(work, f"{number:06}.parquet"))
            n_rows += batch.height
        if n_rows:
            files = ", ".join(f"'{_quoted(file)}'" for file in sorted(Path(work).iterdir()))
            connection.execute(f"COPY {table} FROM [{files}]{options}")
    return n_rows


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "\\'")


@contextmanager
def connected(path: Path, *, read_only: bool = False, name: Path | None = None) -> Iterator[ladybug.Connection]:
    """Give a connection to a database, and close both.

    Parameters
    ----------
    path
        The database.
    read_only
        Whether it is opened for reading only.
    name
        What an error calls it, where that is not its path.

    Raises
    ------
    ExportError
        If LadybugDB is not installed, or cannot open or change the database.
    """
    try:
        import ladybug
    except ImportError as error:
        raise ExportError("LadybugDB is not installed: pip install 'pfocr-kg[ladybug]'") from error
    try:
        with (
            ladybug.Database(
                str(path), read_only=read_only, buffer_pool_size=_MEMORY, max_db_size=_max_size()
            ) as database,
            ladybug.Connection(database) as connection,
        ):
            yield connection
    except RuntimeError as error:
        raise ExportError(f"{name or path}: {visible(str(error).partition(chr(10))[0])}") from error


def _max_size() -> int | None:
    """Return the largest size of a database for which there are addresses; None for LadybugDB's own, 8 TiB.

    LadybugDB reserves so many addresses at once. Where the process may have few (``ulimit -v``, batch systems), it gets
    the largest power of two up to half of them.
    """
    if sys.platform == "win32":
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY or limit > _ADDRESSES else 1 << (max(2, limit).bit_length() - 2)


def _read_counts(path: Path) -> Mapping[str, int]:
    """Return how many nodes and edges LadybugDB finds in a database."""
    with connected(path, read_only=True) as connection:
        ends = set(_rows(connection, "CALL show_tables() RETURN name"))
        tables = {name for (name,) in ends}
        counts = {
            label: _one(connection, f"MATCH (n:{label}) RETURN count(n)") for label in NODE_LABELS if label in tables
        }
        for kind in EDGE_KINDS:
            if {kind.source, kind.target, kind.relationship} <= tables:
                counts[kind.name] = _one(connection, f"MATCH {_edge(kind)} RETURN count(r)")
        return counts


def _edge(kind: EdgeKind) -> str:
    return f"(:{kind.source})-[r:{kind.relationship}]->(:{kind.target})"


def _rows(connection: ladybug.Connection, text: str) -> list[tuple[object, ...]]:
    found = cast("ladybug.QueryResult", connection.execute(text))
    return [tuple(row) for row in found.get_all()]


def _one(connection: ladybug.Connection, text: str) -> int:
    return int(cast("int", next(chain.from_iterable(_rows(connection, text)))))


TARGET = Target(
    name="ladybug",
    description="a LadybugDB database, for Cypher with nothing else installed; `kg cypher` makes its own",
    suffixes=(".lbug", ".lbdb"),
    limits="",
    write=write_ladybug,
    read_counts=_read_counts,
)
"""``kg export BUILD ladybug``."""
