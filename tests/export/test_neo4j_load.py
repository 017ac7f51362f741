"""What `kg load BUILD neo4j` does before and after it talks to a server; `test_neo4j` talks to one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import kg.cli.load
import kg.export.neo4j_bolt
from kg.cli import app
from kg.errors import ExportError
from kg.export import Exported, PropertyGraph, Selection
from kg.export.neo4j_bolt import load_neo4j
from tests.export.hostile import hostile_build
from tests.servers.process import free_port

if TYPE_CHECKING:
    from pathlib import Path

runner = CliRunner()


def test_statements_hold_every_row_once_and_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = PropertyGraph(hostile_build())
    monkeypatch.setattr(kg.export.neo4j_bolt, "_ROWS", 7)
    n_rows: dict[str, int] = {}
    for statement, rows in kg.export.neo4j_bolt._statements(graph):
        assert 0 < len(rows) <= 7
        n_rows[statement] = n_rows.get(statement, 0) + len(rows)
        for row in rows:
            assert [] not in (row | row.get("properties", {})).values()  # the import files have none of these either
    names = {name: n for name, n in graph.counts().items() if n}
    assert sorted(n_rows.values()) == sorted(names.values())
    assert "UNWIND $rows AS row MERGE (n:Gene {id: row.id}) SET n += row" in n_rows
    assert all("'" not in statement for statement in n_rows)


def test_another_part_of_a_build_is_another_load(seeds_build: kg.Build, tmp_path: Path) -> None:
    key = kg.export.neo4j_bolt._key
    whole = key(PropertyGraph(seeds_build))
    assert key(PropertyGraph(kg.read_build(seeds_build.path))) == whole
    assert key(PropertyGraph(seeds_build, Selection(tier="strict"))) != whole
    assert key(PropertyGraph(hostile_build())) != whole
    keys = set()
    for text in ("ncbigene_a\n", "ncbigene_b\n"):
        (tmp_path / "net.tsv").write_text(text, encoding="utf-8")
        keys.add(key(PropertyGraph(seeds_build, Selection(network=tmp_path / "net.tsv"))))
    assert len(keys - {whole}) == 2
    some = [frozenset(f"PMC{number}" for number in numbers) for numbers in (range(9), range(8, -1, -1))]
    assert len({key(PropertyGraph(seeds_build, Selection(figures=figures))) for figures in some}) == 1


def test_without_a_server_or_the_driver_there_is_a_sentence(
    seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = PropertyGraph(seeds_build)
    with pytest.raises(ExportError, match="the same command goes on from there"):
        load_neo4j(graph, f"bolt://127.0.0.1:{free_port()}", password="x")  # noqa: S106
    for uri in ("ftp://127.0.0.1", "http://127.0.0.1:7474", "127.0.0.1:7687"):
        with pytest.raises(ExportError, match="not an address of Neo4j; give bolt://HOST:7687"):
            load_neo4j(graph, uri, password="x")  # noqa: S106
    with pytest.raises(ExportError, match=r"not an address of Neo4j \(.*\); give bolt://HOST:7687"):
        load_neo4j(graph, "bolt://127.0.0.1:nowhere", password="x")  # noqa: S106
    monkeypatch.setitem(sys.modules, "neo4j", None)
    with pytest.raises(ExportError, match=r"pip install 'pfocr-kg\[neo4j\]'"):
        load_neo4j(graph, "bolt://127.0.0.1", password="x")  # noqa: S106


OPTIONS: list[tuple[list[str], dict[str, Any], Selection]] = [
    ([], {}, Selection()),
    (["--user", "me"], {"user": "me"}, Selection()),
    (["--database", "figures"], {"database": "figures"}, Selection()),
    (["--tier", "strict", "--no-mentions"], {}, Selection(tier="strict", mentions=False)),
]


@pytest.mark.parametrize(
    ("arguments", "changed", "selection"), OPTIONS, ids=[" ".join(a) or "none" for a, *_ in OPTIONS]
)
def test_kg_load_hands_its_options_on(
    seeds_build: kg.Build,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    changed: dict[str, Any],
    selection: Selection,
) -> None:
    calls = []

    def record(graph: PropertyGraph, uri: str, **options: Any) -> Exported:
        calls.append((graph.selection, uri, options))
        return Exported(
            uri, {"Figure": 2, "Figure-PART_OF-Paper": 1_000}, ("bolt://x: Gene: 1 where the tables have 2",)
        )

    monkeypatch.setattr(kg.export.neo4j_bolt, "load_neo4j", record)
    command = ["load", str(seeds_build.path), "neo4j", "--uri", "bolt://x", *arguments]
    done = runner.invoke(app, command, env={"KG_PASSWORD": "secret"})
    assert (done.exit_code, done.stdout) == (1, "")
    said = "kg: bolt://x: Gene: 1 where the tables have 2\n"
    assert done.stderr == f"bolt://x: 2 nodes, 1,000 edges\n{said}"
    assert runner.invoke(app, [*command, "--quiet"], env={"KG_PASSWORD": "secret"}).stderr == said
    defaults = {"user": "neo4j", "password": "secret", "database": None, "progress": None}
    assert calls == [(selection, "bolt://x", defaults | changed)] * 2


def test_names_that_the_build_does_not_have_are_said(
    seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.export.neo4j_bolt, "load_neo4j", lambda graph, uri, **_: Exported(uri, graph.counts(), ()))
    (tmp_path / "genes.txt").write_text("STAT3\nNOT1\n", encoding="utf-8")
    names = ["--genes", str(tmp_path / "genes.txt")]
    for command in (
        ["load", str(seeds_build.path), "neo4j", "--uri", "bolt://x"],
        ["export", str(seeds_build.path), "neo4j", "-o", str(tmp_path / "out")],
    ):
        done = runner.invoke(app, [*command, *names], env={"KG_PASSWORD": "secret"})
        assert done.exit_code == 0
        assert "kg: NOT1: no gene of that name" in done.stderr


def test_an_option_of_another_format_is_refused(seeds_build: kg.Build, tmp_path: Path) -> None:
    command = ["export", str(seeds_build.path), "neo4j", "-o", str(tmp_path / "out"), "--regenerate"]
    done = runner.invoke(app, command)
    assert (done.exit_code, "not an option of neo4j" in done.output) == (2, True)
    assert not (tmp_path / "out").exists()


def test_the_password_is_never_an_option_and_asked_for_on_a_terminal_only(
    seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KG_PASSWORD", raising=False)
    command = ["load", str(seeds_build.path), "neo4j", "--uri", "bolt://127.0.0.1:1"]
    done = runner.invoke(app, command)
    assert done.exit_code == 2
    assert "set KG_PASSWORD, or run the command on a terminal" in " ".join(done.stderr.replace("│", " ").split())
    assert "password" not in " ".join(runner.invoke(app, ["load", "--help"]).stdout.lower().split("--")[1:]).replace(
        "kg_password has the password", ""
    )


def test_the_target_is_one_that_there_is(seeds_build: kg.Build) -> None:
    for arguments in (
        ["load", str(seeds_build.path), "oracle", "--uri", "x"],
        ["load", str(seeds_build.path), "neo4j"],
    ):
        assert runner.invoke(app, arguments).exit_code == 2
