"""A build into a running Neo4j, by the official driver: constraints, then nodes, then edges, in batches.

Every batch is one transaction, in which rows are merged by their keys and a node `(:KgLoad)` notes how far the load is.
So a load that is begun again after a failure goes on where it was, and one that is done again changes nothing. The note
goes when the load is complete.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from kg.errors import ExportError
from kg.export.counts import compare_counts
from kg.export.neo4j_csv import constraints
from kg.export.run import Exported
from kg.folder import file_digest
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import neo4j
    import polars as pl

    from kg.export.property_graph import PropertyGraph
    from kg.export.schema import EdgeKind

__all__ = ["load_neo4j"]

_ROWS = 5_000  # of a transaction
_NOTE = "KgLoad"
_SCHEMES = tuple(f"{name}{secure}://" for name in ("bolt", "neo4j") for secure in ("", "+s", "+ssc"))

# `+=` removes what is null in a row, and keeps what others have added to a node or an edge.
_NODES = "UNWIND $rows AS row MERGE (n:{label} {{id: row.id}}) SET n += row"
_EDGES = """UNWIND $rows AS row
MATCH (a:{source} {{id: row.source}}) MATCH (b:{target} {{id: row.target}})
MERGE (a)-[r:{relationship}]->(b) SET r += row.properties"""


def load_neo4j(
    graph: PropertyGraph,
    uri: str,
    *,
    user: str = "neo4j",
    password: str,
    database: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Exported:
    """Return what a Neo4j database holds of a graph once all of it was merged into it, compared with the tables.

    Parameters
    ----------
    graph
        The graph.
    uri
        Where the server is: ``bolt://…`` or ``neo4j://…``, with ``+s`` for an encrypted connection.
    user, password
        Who asks.
    database
        The database; by default the user's own.
    progress
        Called with the number of rows that are merged, and of all.

    Returns
    -------
    Exported
        Its ``counts`` are those of the labels and types in the database, also of what was there before.

    Raises
    ------
    ExportError
        If the driver is not installed, or the server cannot be reached, refuses the password or a statement. What was
        merged until then stays, and the next load goes on from there.
    BuildError
        If the build lacks a table.
    """
    expected = graph.counts()
    total = sum(expected.values())
    with _session(uri, user, password, database) as session:
        for statement in constraints(graph):
            session.run(statement).consume()
        key = _key(graph)
        n_before = _n_merged(session, key)
        n_rows = 0
        for statement, rows in _statements(graph):
            n_rows += len(rows)
            if n_rows > n_before:
                session.execute_write(_merge, statement, rows, key, n_rows)
            if progress is not None:
                progress(n_rows, total)
        session.run(f"MATCH (n:{_NOTE}) DELETE n").consume()
        counts = _counts(session, graph)
    return Exported(uri, counts, tuple(compare_counts(expected, counts, uri)), tuple(graph.notes()))


@contextmanager
def _session(uri: str, user: str, password: str, database: str | None) -> Iterator[neo4j.Session]:
    """Give a session; turn what can go wrong into a sentence."""
    try:
        from neo4j import GraphDatabase
        from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError
    except ImportError as error:
        raise ExportError("loading Neo4j needs its driver: pip install 'pfocr-kg[neo4j]'") from error
    if not uri.startswith(_SCHEMES):
        raise ExportError(f"{visible(uri)}: not an address of Neo4j; give bolt://HOST:7687")
    try:
        with (
            GraphDatabase.driver(uri, auth=(user, password), notifications_min_severity="OFF") as driver,
            driver.session(database=database) as session,
        ):
            yield session
    except AuthError as error:
        raise ExportError(f"{uri}: refuses the user {user!r} with this password (KG_PASSWORD)") from error
    except (ConfigurationError, ValueError) as error:
        raise ExportError(f"{uri}: not an address of Neo4j ({visible(str(error))}); give bolt://HOST:7687") from error
    except (DriverError, Neo4jError, OSError) as error:
        said = visible(" ".join(str(error).split()))
        raise ExportError(f"{uri}: {said}; what was loaded stays, and the same command goes on from there") from error


def _merge(transaction: neo4j.ManagedTransaction, statement: str, rows: list[Any], key: str, n_rows: int) -> None:
    """Merge the rows of a batch, and note how many of the graph's rows are merged now."""
    transaction.run(statement, rows=rows).consume()
    note = f"MERGE (n:{_NOTE} {{key: $key}}) SET n.n_rows = $n_rows"
    transaction.run(note, key=key, n_rows=n_rows).consume()


def _n_merged(session: neo4j.Session, key: str) -> int:
    """Return how many rows of this graph a load before merged; 0 where there was none, or it is complete.

    Notes of other graphs end here: this load may change what theirs merged, so they begin anew, as this one does if
    another came in between.
    """
    session.run(f"MATCH (n:{_NOTE}) WHERE n.key <> $key DELETE n", key=key).consume()
    found = session.run(f"MATCH (n:{_NOTE} {{key: $key}}) RETURN n.n_rows AS n", key=key).single()
    return 0 if found is None else int(found["n"])


def _key(graph: PropertyGraph) -> str:
    """Return what tells this graph from others: a digest of the build's manifest, the selection and the batches."""
    network = graph.selection.network
    pairs = None if network is None else file_digest(network)
    selection = {field.name: getattr(graph.selection, field.name) for field in fields(graph.selection)}
    chosen = {name: sorted(value) if isinstance(value, frozenset) else str(value) for name, value in selection.items()}
    said = json.dumps([graph.folder.manifest, chosen, pairs, _ROWS], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _statements(graph: PropertyGraph) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield statements with their rows, at most `_ROWS` at a time; nodes first."""
    for label in graph.labels:
        for rows in _parts(graph.nodes(label.name)):
            yield _NODES.format(label=label.name), rows.to_dicts()
    for kind in graph.edge_kinds:
        statement = _EDGES.format(source=kind.source, target=kind.target, relationship=kind.relationship)
        for rows in _parts(graph.edges(kind)):
            properties = rows.drop("source", "target").to_dicts() if rows.width > 2 else [{}] * rows.height
            ends = rows.select("source", "target").to_dicts()
            yield statement, [end | {"properties": values} for end, values in zip(ends, properties, strict=True)]


def _parts(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield batches in parts, with null for lists without items: the import files cannot tell them apart either."""
    import polars as pl

    lists = pl.col(pl.List(pl.String))
    for batch in batches:
        yield from batch.with_columns(pl.when(lists.list.len() > 0).then(lists)).iter_slices(_ROWS)


def _counts(session: neo4j.Session, graph: PropertyGraph) -> Mapping[str, int]:
    counts = {label.name: f"MATCH (n:{label.name}) RETURN count(n) AS n" for label in graph.labels}
    counts |= {kind.name: _count_edges(kind) for kind in graph.edge_kinds}
    return {name: int(session.run(text).single(strict=True)["n"]) for name, text in counts.items()}


def _count_edges(kind: EdgeKind) -> str:
    return f"MATCH (:{kind.source})-[r:{kind.relationship}]->(:{kind.target}) RETURN count(r) AS n"
