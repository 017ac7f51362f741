from __future__ import annotations

import csv
import subprocess
from typing import TYPE_CHECKING

import polars as pl
import pytest

from kg.errors import ExportError
from kg.export import PropertyGraph, Selection
from kg.export.neo4j_csv import SEPARATOR, TARGET, constraints, write_neo4j
from kg.export.schema import NODE_LABELS, edge_schema, node_schema
from tests.export.hostile import hostile_build

if TYPE_CHECKING:
    from pathlib import Path

    import kg


NO_MENTIONS = Selection(mentions=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("neo4j") / "out"
    write_neo4j(PropertyGraph(hostile_build()), path)
    return path


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def as_text(value: object) -> str:
    """What a value is in a cell; what is not there is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return SEPARATOR.join(value) if isinstance(value, list) else str(value)


def test_cells_are_the_values_of_the_graph(written: Path) -> None:
    graph = PropertyGraph(hostile_build())
    for label in graph.labels:
        header, rows = read(written / "nodes" / f"{label.name}.csv")
        batches = [pl.DataFrame(schema=node_schema(label.name)), *graph.nodes(label.name)]
        assert [row[:-1] for row in rows] == [list(map(as_text, row)) for row in pl.concat(batches).rows()]
        assert {row[-1] for row in rows} == {label.name}
        assert header[0] == f"id:ID({label.name})"
        assert [cell.partition(":")[0] for cell in header[1:-1]] == [prop.name for prop in label.properties[1:]]
    for kind in graph.edge_kinds:
        header, rows = read(written / "edges" / f"{kind.name}.csv")
        batches = [pl.DataFrame(schema=edge_schema(kind.relationship)), *graph.edges(kind)]
        assert [row[:-1] for row in rows] == [list(map(as_text, row)) for row in pl.concat(batches).rows()]
        assert header[:2] == [f":START_ID({kind.source})", f":END_ID({kind.target})"]
        assert header[-1] == ":TYPE"


def test_an_empty_text_is_not_nothing(tmp_path: Path) -> None:
    from kg.export.neo4j_csv import _columns, _write_csv

    batch = pl.DataFrame({"id": ["1", "2", ""], "lists": [["a", "b"], [], None]}, strict=False)
    assert _write_csv(tmp_path / "x.csv", ["a", "b", "c"], iter([_columns(batch, label="Gene")])) == 3
    text = (tmp_path / "x.csv").read_text(encoding="utf-8")
    assert text == f'a,b,c\n1,a{SEPARATOR}b,Gene\n2,,Gene\n"",,Gene\n'


def test_headers_have_types(written: Path) -> None:
    assert read(written / "nodes" / "Gene.csv")[0] == [
        *("id:ID(Gene)", "iri:string", "symbol:string", "is_hgnc:boolean", "taxon:string", "organism:string"),
        *("hgnc_id:string", "hgnc_symbol:string", "full_name:string", "locus_group:string", "locus_type:string"),
        *("location:string", "aliases:string[]", "previous_symbols:string[]", "ensembl:string", "uniprot:string[]"),
        *("omim:string[]", "gene_groups:string[]", "n_figures:long", "n_mentions:long", ":LABEL"),
    ]
    assert read(written / "edges" / "Figure-MENTIONS-Gene.csv")[0] == [
        *(":START_ID(Figure)", ":END_ID(Gene)", "words:string[]", "lexicons:string[]", "tier:string"),
        *("grade:string", "score:double", "n_mentions:long", ":TYPE"),
    ]


def test_no_text_holds_what_separates_items(written: Path) -> None:
    graph = PropertyGraph(hostile_build())
    for batch in graph.nodes("Paper"):
        assert not any(SEPARATOR in word for words in batch["keywords"] for word in words)
    assert SEPARATOR in (written / "nodes" / "Paper.csv").read_text(encoding="utf-8")


def test_the_script_gives_every_file_to_neo4j_admin(written: Path, tmp_path: Path) -> None:
    admin = tmp_path / "admin"
    admin.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    admin.chmod(0o755)
    environment = {"NEO4J_ADMIN": str(admin), "PATH": "/usr/bin:/bin", "OPTIONS": "--overwrite-destination --threads=1"}
    command = [str(written / "import.sh"), "figures"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[:4] == ["database", "import", "full", "figures"]
    assert {"--array-delimiter=U+001F", '--quote="', "--overwrite-destination", "--threads=1"} <= set(said)
    files = {line.partition("=")[2] for line in said if line.startswith(("--nodes", "--relationships"))}
    assert files == {path.relative_to(written).as_posix() for path in written.rglob("*.csv")}


def test_constraints_stand_in_a_file(written: Path, seeds_build: kg.Build) -> None:
    statements = (written / "constraints.cypher").read_text(encoding="utf-8").split(";\n")
    assert statements[:-1] == constraints(PropertyGraph(hostile_build()))
    keys = {f"CREATE CONSTRAINT {n.lower()}_id IF NOT EXISTS FOR (n:{n}) REQUIRE n.id IS UNIQUE" for n in NODE_LABELS}
    assert keys < set(statements)
    # A symbol of 100,000 letters is more than an index takes.
    index = "CREATE INDEX gene_symbol IF NOT EXISTS FOR (n:Gene) ON (n.symbol)"
    assert index not in statements
    assert index in constraints(PropertyGraph(seeds_build))
    assert "CREATE INDEX genemention_word" not in " ".join(constraints(PropertyGraph(seeds_build, NO_MENTIONS)))


def test_what_was_written_is_read_back_and_compared(seeds_build: kg.Build, tmp_path: Path) -> None:
    path = tmp_path / "out"
    made = seeds_build.export("neo4j", path, verify=True)
    assert made.differences == ()
    assert made.counts == PropertyGraph(seeds_build).counts() == seeds_build.export("neo4j", path).counts
    genes = path / "nodes" / "Gene.csv"
    lines = genes.read_text(encoding="utf-8").splitlines(keepends=True)
    for text, message in (
        ("".join([*lines, lines[-1]]), "an id stands twice"),
        ("".join(lines[:-1]), "an edge ends where there is no node"),
        ("".join(["id\n", *lines[1:]]), "its header is not that of this version"),
        ("".join([*lines, "1,2\n"]), "2 cells where there must be 21"),
    ):
        genes.write_text(text, encoding="utf-8")
        with pytest.raises(ExportError, match=message):
            TARGET.read_counts(path)


def test_the_same_build_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    for _ in range(2):
        write_neo4j(PropertyGraph(hostile_build()), again)
        (again / "import.report").touch()  # neo4j-admin leaves it there
    for file in written.rglob("*.*"):
        assert (tmp_path / "again" / file.relative_to(written)).read_bytes() == file.read_bytes()


def test_a_folder_of_something_else_is_not_replaced(seeds_build: kg.Build, tmp_path: Path) -> None:
    graph = PropertyGraph(seeds_build)
    (tmp_path / "mine").mkdir()
    write_neo4j(graph, tmp_path / "out")
    for foreign in (tmp_path / "mine" / "mine.txt", tmp_path / "out" / "nodes" / "Mine.csv"):
        foreign.write_text("mine", encoding="utf-8")
        with pytest.raises(ExportError, match="not a folder of Neo4j's import files"):
            write_neo4j(graph, tmp_path / foreign.relative_to(tmp_path).parts[0])
        assert foreign.exists()
