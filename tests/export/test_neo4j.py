"""A real Neo4j takes both ways in: the import files, and the load over Bolt."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import neo4j
import polars as pl
import pytest
from typer.testing import CliRunner

import kg.export.neo4j_bolt
from kg.cli import app
from kg.errors import ExportError
from kg.export import PropertyGraph, Selection
from kg.export.neo4j_bolt import load_neo4j
from kg.export.schema import edge_schema, node_schema
from kg.rdf.query import load_store, query
from tests.export.hostile import hostile_build
from tests.export.twins import TWINS
from tests.servers.neo4j import PASSWORD, USER, Neo4j

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration
runner = CliRunner()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4j]:
    """A server with an empty database."""
    server = Neo4j.install(tmp_path_factory.mktemp("neo4j") / "home")
    with server.running():
        yield server


@pytest.fixture
def session(server: Neo4j) -> Iterator[neo4j.Session]:
    """A session with the server, whose database is emptied before."""
    with connect(server) as session:
        session.run("MATCH (n) DETACH DELETE n").consume()
        yield session


class connect:  # noqa: N801 - used as a function
    """A session with a server."""

    def __init__(self, server: Neo4j) -> None:
        self.driver = neo4j.GraphDatabase.driver(server.uri, auth=(USER, PASSWORD), notifications_min_severity="OFF")
        self.session = self.driver.session()

    def __enter__(self) -> neo4j.Session:
        return self.session

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self.driver.close()


def there(values: dict[str, Any]) -> dict[str, Any]:
    """Properties without those that are not there: null, and lists without items."""
    return {name: value for name, value in values.items() if value not in (None, [])}


def assert_holds(session: neo4j.Session, build: kg.Build) -> None:
    """The database holds the graph of a build, value for value, and nothing else."""
    graph = PropertyGraph(build)
    for label in graph.labels:
        batches = [pl.DataFrame(schema=node_schema(label.name)), *graph.nodes(label.name)]
        expected = {row["id"]: there(row) for row in pl.concat(batches).iter_rows(named=True)}
        found = [dict(record["n"]) for record in session.run(f"MATCH (n:{label.name}) RETURN n")]
        assert len(found) == len(expected)
        assert {row["id"]: row for row in found} == expected, label.name
    n_edges = 0
    for kind in graph.edge_kinds:
        batches = [pl.DataFrame(schema=edge_schema(kind.relationship)), *graph.edges(kind)]
        rows = pl.concat(batches).to_dicts()
        edges = {(row.pop("source"), row.pop("target")): there(row) for row in rows}
        text = f"MATCH (a:{kind.source})-[r:{kind.relationship}]->(b:{kind.target}) RETURN a.id, b.id, properties(r)"
        records = [tuple(record.values()) for record in session.run(text)]
        assert {(a, b): values for a, b, values in records} == edges, kind.name
        assert len(records) == len(edges)
        n_edges += len(edges)
    total = session.run("MATCH (n) WITH count(n) AS nodes MATCH ()-[r]->() RETURN nodes, count(r) AS edges").single()
    assert total is not None
    assert total["edges"] == n_edges
    assert total["nodes"] == sum(PropertyGraph(build).counts()[label.name] for label in graph.labels)


def test_import_files_of_hostile_figures_are_imported_unchanged(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("import")
    build = hostile_build()
    made = build.export("neo4j", folder / "csv", verify=True)
    assert made.differences == ()
    server = Neo4j.install(folder / "home")
    environment = {**os.environ, "NEO4J_ADMIN": server.write_admin()}
    command = ["sh", str(folder / "csv" / "import.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with server.running(), connect(server) as session:
        for statement in (folder / "csv" / "constraints.cypher").read_text(encoding="utf-8").split(";\n")[:-1]:
            session.run(statement).consume()
        assert_holds(session, build)


def test_hostile_figures_are_loaded_unchanged_and_a_second_time_nothing_changes(
    server: Neo4j, session: neo4j.Session
) -> None:
    build = hostile_build()
    graph = PropertyGraph(build)
    steps: list[tuple[int, int]] = []
    for _ in range(2):
        made = load_neo4j(graph, server.uri, password=PASSWORD, progress=lambda *step: steps.append(step))
        assert made.differences == ()
        assert made.counts == graph.counts()
        assert_holds(session, build)
    total = sum(graph.counts().values())
    assert steps[-1] == (total, total)


def test_a_load_goes_on_where_it_failed(
    server: Neo4j, session: neo4j.Session, seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.export.neo4j_bolt, "_ROWS", 10)
    graph = PropertyGraph(seeds_build)
    statements = kg.export.neo4j_bolt._statements
    made: list[int] = []

    def failing(graph: PropertyGraph) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        for number, (statement, rows) in enumerate(statements(graph)):
            yield ("UNWIND $rows AS row RETURN 1/0", rows) if number == 12 else (statement, rows)

    monkeypatch.setattr(kg.export.neo4j_bolt, "_statements", failing)
    with pytest.raises(ExportError, match=r"by zero.*what was loaded stays, and the same command goes on from there"):
        load_neo4j(graph, server.uri, password=PASSWORD)
    note = session.run("MATCH (n:KgLoad) RETURN n.n_rows AS n").single(strict=True)["n"]
    assert 0 < note < sum(graph.counts().values())
    monkeypatch.setattr(kg.export.neo4j_bolt, "_statements", statements)
    merge = kg.export.neo4j_bolt._merge

    def counting(transaction: neo4j.ManagedTransaction, statement: str, rows: list[Any], key: str, n: int) -> None:
        made.append(len(rows))
        merge(transaction, statement, rows, key, n)

    monkeypatch.setattr(kg.export.neo4j_bolt, "_merge", counting)
    assert load_neo4j(graph, server.uri, password=PASSWORD).differences == ()
    assert sum(made) == sum(graph.counts().values()) - note
    assert_holds(session, seeds_build)


def test_another_load_in_between_makes_the_first_begin_anew(
    server: Neo4j, session: neo4j.Session, seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.export.neo4j_bolt, "_ROWS", 10)
    statements = kg.export.neo4j_bolt._statements

    def failing(graph: PropertyGraph) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        for number, (statement, rows) in enumerate(statements(graph)):
            yield ("UNWIND $rows AS row RETURN 1/0", rows) if number == 12 else (statement, rows)

    monkeypatch.setattr(kg.export.neo4j_bolt, "_statements", failing)
    for selection in (Selection(), Selection(tier="strict")):  # the counts of the second are lower
        with pytest.raises(ExportError, match="by zero"):
            load_neo4j(PropertyGraph(seeds_build, selection), server.uri, password=PASSWORD)
    monkeypatch.setattr(kg.export.neo4j_bolt, "_statements", statements)
    session.run("MATCH (n:Gene {id: '6774'}) SET n.note = 'mine', n.full_name = 'of an older build'").consume()
    assert load_neo4j(PropertyGraph(seeds_build), server.uri, password=PASSWORD).differences == ()
    note = session.run("MATCH (n:Gene {id: '6774'}) WITH n, n.note AS note REMOVE n.note RETURN note").single(
        strict=True
    )
    assert note["note"] == "mine"  # what others added stays, and what is null is taken away
    assert_holds(session, seeds_build)


def test_kg_load_asks_for_the_password_in_a_variable_and_compares(
    server: Neo4j, session: neo4j.Session, seeds_build: kg.Build
) -> None:
    arguments = ["load", str(seeds_build.path), "neo4j", "--uri", server.uri, "--user", USER, "--database", "neo4j"]
    environment = {"KG_PASSWORD": PASSWORD}
    done = runner.invoke(app, arguments, env=environment)
    assert (done.exit_code, done.stderr) == (0, f"{server.uri}: 86 nodes, 240 edges\n")
    assert runner.invoke(app, [*arguments, "--quiet"], env=environment).stderr == ""
    session.run("CREATE (:Gene {id: 'another'})").consume()
    differs = runner.invoke(app, arguments, env=environment)
    assert differs.exit_code == 1
    assert f"kg: {server.uri}: Gene: 48 where the tables have 47" in differs.stderr
    few = runner.invoke(app, [*arguments, "--no-mentions", "--tier", "strict"], env=environment)
    assert few.exit_code == 1  # the database has more than the part


@pytest.mark.parametrize(
    ("uri", "password", "message"),
    [
        (None, "wrong", "refuses the user 'neo4j' with this password"),
        ("bolt://127.0.0.1:1", PASSWORD, "Couldn't connect|Unable to connect|refused"),
        ("ftp://127.0.0.1", PASSWORD, "not an address of Neo4j"),
    ],
)
def test_what_can_go_wrong_is_a_sentence(
    server: Neo4j, seeds_build: kg.Build, uri: str | None, password: str, message: str
) -> None:
    with pytest.raises(ExportError, match=message):
        load_neo4j(PropertyGraph(seeds_build), uri or server.uri, password=password)


def test_cypher_gives_the_answers_of_sparql(server: Neo4j, session: neo4j.Session) -> None:
    build = kg.build("seeds/", formats="turtle")
    load_neo4j(PropertyGraph(build), server.uri, password=PASSWORD)
    store = load_store(build)
    for twin in TWINS:
        found = [tuple(map(str, record.values())) for record in session.run(twin.cypher)]
        assert found == [tuple(row.values()) for row in query(store, twin.sparql).to_rows()], twin.question
        assert found == [tuple(map(str, row)) for row in build.cypher(twin.cypher).rows]
