from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from types import NoneType
from typing import get_args

import networkx as nx
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import kg
import kg.cli.network_options
import kg.network
from kg.cli import app
from tests.conftest import JAK_STAT, RCC, SEEDS
from tests.documents import document, row

runner = CliRunner()


def run(*arguments: str | Path, stdin: bytes | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run ``kg`` as a user does, in a process of its own."""
    command = [sys.executable, "-m", "kg", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    if check:
        assert done.returncode == 0, err
    return subprocess.CompletedProcess(command, done.returncode, out, err)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "build"
    run("build", SEEDS, "-o", path, "--quiet")
    return path


def commands() -> list[str]:
    group = typer.main.get_command(app)
    return list(group.commands)  # type: ignore[attr-defined]


def test_the_commands_are_these() -> None:
    assert commands() == [
        *("build", "stats", "show", "query", "examples", "serve", "network", "centrality", "communities"),
        *("explain", "trends", "enrich", "check", "audit", "export", "load", "cypher", "hgnc"),
    ]


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_has_help_and_stands_in_the_docs(command: str) -> None:
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    assert found.help
    for parameter in found.params:
        assert parameter.name == "help" or parameter.help, f"{command} {parameter.name}"
    readme = Path(__file__).parents[1] / "README.md"
    assert f"kg {command}" in readme.read_text(encoding="utf-8")


def test_build_talks_on_standard_error_and_writes_the_default_formats(tmp_path: Path) -> None:
    done = run("build", SEEDS, "-o", tmp_path / "out")
    assert done.stdout == ""
    assert "2 figures, 2 papers, 28 gene mentions" in done.stderr
    assert "problems: 1 warning" in done.stderr
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["dataset.ttl", "graph.jsonld", "graph.ttl", "manifest.json", "tables"]
    assert run("build", SEEDS, "-o", tmp_path / "out", "--quiet").stderr == ""


def test_build_lists_problems_and_ends_with_0_unless_nothing_was_built(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "PMC1__f1.md").write_bytes(document(genes=[row(entrez="x"), row()]))
    (source / "bad.md").write_bytes(b"# hello")
    for n in range(30):
        (source / f"empty{n:02}.md").write_bytes(b"")
    done = run("build", source, "-o", tmp_path / "out")
    assert "bad.md: file skipped: no front matter" in done.stderr
    assert "... 27 more: file skipped, empty-file" in done.stderr
    assert "genes[0].entrez: 'x': not an NCBI Gene id" in done.stderr
    said = f"problems: 31 file skipped, 1 row skipped; kg stats {tmp_path / 'out'} --problems lists them all\n"
    assert said in done.stderr
    failed = run("build", source, "-o", tmp_path / "out", "--on-error", "raise", check=False)
    assert (failed.returncode, failed.stderr) == (
        2,
        "kg: bad.md: file skipped: no front matter: the first line must be `---`; is this a PFOCR figure?\n",
    )
    (source / "PMC1__f1.md").unlink()
    failed = run("build", source, "-o", tmp_path / "out2", check=False)
    assert failed.returncode == 2
    assert "nothing could be built" in failed.stderr


def test_a_document_on_standard_input(tmp_path: Path) -> None:
    run("build", "-", "-o", tmp_path / "out", "--format", "n-triples", stdin=(SEEDS / f"{RCC}.md").read_bytes())
    assert kg.read_build(tmp_path / "out").table("figures")["figid"].to_list() == [RCC]


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (("build", "nowhere", "-o", "x"), 2, "nowhere"),
        (("build", "seeds"), 2, "Missing option"),
        (("build", "seeds", "-o", "x", "--format", "rdf"), 2, "rdf: not an RDF format of kg; there are turtle"),
        (("stats", "seeds"), 2, "not a build folder"),
        (("stats", "nowhere"), 2, "no such folder"),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_errors_are_one_sentence(arguments: tuple[str, ...], status: int, text: str) -> None:
    done = run(*arguments, check=False)
    assert done.returncode == status
    assert text in done.stderr
    assert done.stdout == ""


def test_stats(folder: Path) -> None:
    assert "JAK1" in run("stats", folder).stdout or "STAT3" in run("stats", folder).stdout
    assert json.loads(run("stats", folder, "--json").stdout)["n_rows"]["figures"] == 2


def test_stats_lists_all_problems(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "PMC1__f1.md").write_bytes(document(genes=[row(entrez="x\ty"), row()], year="\u202e20"))
    for n in range(30):
        (source / f"empty{n:02}.md").write_bytes(b"")
    run("build", source, "-o", tmp_path / "out", "--quiet")
    text = run("stats", tmp_path / "out", "--problems").stdout
    assert text.startswith(
        "32 problems\n\nempty-file (file skipped): 30\n  empty00.md: file skipped: the file is empty\n"
    )
    assert text.count("the file is empty") == 30
    assert "\n\nodd-number (warning): 1\n" in text
    rows = run("stats", tmp_path / "out", "--problems", "--format", "tsv").stdout.splitlines()
    assert rows[0].split("\t") == ["severity", "kind", "file", "line", "path", "value", "reason"]
    assert rows[-2].split("\t")[:6] == [
        *("row skipped", "not-a-gene-id", "PMC1__f1.md", "21", "genes[0].entrez"),
        "x\\x09y",
    ]
    assert rows[-1].split("\t")[5] == "\\u202e20"
    assert len(rows) == 33
    chosen = run("stats", tmp_path / "out", "--kind", "row skipped", "--kind", "odd-number", "--json").stdout
    assert [problem["kind"] for problem in json.loads(chosen)["problems"]] == ["not-a-gene-id", "odd-number"]
    assert json.loads(run("stats", tmp_path / "out", "--json").stdout)["problem_kinds"][0] == {
        "severity": "file skipped",
        "kind": "empty-file",
        "n": 30,
    }


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--kind", "empty-files"), "kg: 'empty-files' is no kind of problem; did you mean empty-file?\n"),
        (("--kind", "zzz"), "'zzz' is no kind of problem; there are unreadable, "),
        (("--format", "tsv"), "tsv is for --problems"),
        (("--problems", "--json", "--format", "tsv"), "give --json or --format tsv, not both"),
    ],
)
def test_stats_refuses_kinds_that_it_does_not_know(folder: Path, options: tuple[str, ...], text: str) -> None:
    done = run("stats", folder, *options, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr


def test_show(folder: Path) -> None:
    assert "STAT3" in run("show", folder, JAK_STAT).stdout
    assert JAK_STAT in run("show", folder, "STAT3").stdout
    assert JAK_STAT in run("show", folder, "PMC7048131").stdout
    assert json.loads(run("show", folder, "PMC7048131", "--json").stdout)
    missing = run("show", folder, "STAT33", check=False)
    assert missing.returncode == 1
    assert "STAT3" in missing.stderr


def test_query(folder: Path, tmp_path: Path) -> None:
    select = "SELECT ?id WHERE { ?f a pfkg:PathwayFigure ; dcterms:identifier ?id } ORDER BY ?id"
    assert run("query", folder, select, "--format", "csv").stdout.split() == ["id", RCC, JAK_STAT]
    assert RCC in run("query", folder, select).stdout
    assert json.loads(run("query", folder, select, "--format", "json").stdout)["results"]["bindings"]
    assert JAK_STAT not in run("query", folder, select, "--limit", "1", "--format", "tsv").stdout
    (tmp_path / "q.rq").write_text(select, encoding="utf-8")
    assert run("query", folder, "-f", tmp_path / "q.rq", "--format", "csv").stdout.split()[0] == "id"
    assert run("query", folder, "-", "--format", "csv", stdin=select.encode()).stdout.split()[0] == "id"
    describe = "CONSTRUCT { ?f a schema:Dataset } WHERE { ?f a schema:Dataset }"
    assert "schema.org/Dataset" in run("query", folder, describe, "--format", "n-triples").stdout
    assert run("query", folder, describe).stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("SELECT WHERE",), "line 1"),
        (("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",), "SERVICE"),
        ((), "give a query"),
        (("ASK {}", "-f", "x"), "only one of them"),
        (("-f", "nowhere.rq"), "nowhere.rq: cannot be read"),
    ],
)
def test_a_query_that_cannot_be_answered(folder: Path, arguments: tuple[str, ...], text: str) -> None:
    done = run("query", folder, *arguments, check=False)
    assert done.returncode == 2
    assert text in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_query_is_read_in_the_encodings_of_editors(folder: Path, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "ask.rq").write_text('ASK { ?m pfkg:word "с-Мус" }', encoding=encoding)
    assert run("query", folder, "-f", tmp_path / "ask.rq").stdout == "true\n"
    assert run("query", folder, "-", stdin=(tmp_path / "ask.rq").read_bytes()).stdout == "true\n"


def test_a_query_that_is_no_text_is_a_sentence_with_its_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.rq").write_bytes(b"ASK {\n?s ?p '\xe9' }")
    said = "bad.rq:2: neither UTF-8 nor UTF-16; save the query as plain text, in UTF-8\n"
    for arguments, stdin, place in ((("-f", tmp_path / "bad.rq"), b"", "bad.rq"), (("-",), b"ASK {\n\xff", "input")):
        done = run("query", folder, *arguments, stdin=stdin, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith(said.replace("bad.rq", place))


def test_network_and_centrality(folder: Path, tmp_path: Path) -> None:
    lines = run("network", folder, "--tier", "strict").stdout.splitlines()
    assert lines[0].split("\t")[:5] == ["symbol_a", "symbol_b", "weight", "ncbigene_a", "ncbigene_b"]
    assert len(lines) == 1 + 24
    run("network", folder, "-o", tmp_path / "net.graphml")
    graph = nx.read_graphml(tmp_path / "net.graphml")
    assert not graph.has_edge("3716", "3717")
    run("network", folder, "--expand", "full", "--weight", "count", "-o", tmp_path / "net.parquet")
    pairs = pl.read_parquet(tmp_path / "net.parquet")
    assert pairs.filter((pl.col("symbol_a") == "JAK1") & (pl.col("symbol_b") == "JAK2"))["weight"].to_list() == [2]
    header, first, *_ = run("centrality", folder).stdout.splitlines()
    assert header.split("\t") == ["symbol", "ncbigene", *kg.network.MEASURES]
    assert len(first.split("\t")) == 2 + len(kg.network.MEASURES)
    failed = run("network", folder, "-o", tmp_path / "net.xyz", check=False)
    assert failed.returncode == 2
    assert ".graphml" in failed.stderr


def test_check_conforms(folder: Path) -> None:
    assert run("check", folder, "--workers", "1").stdout
    assert json.loads(run("check", folder, "--json", "--recommended", "--workers", "1").stdout)["conforms"] is True


def test_check_of_a_broken_graph_ends_with_1(tmp_path: Path) -> None:
    run("build", SEEDS, "-o", tmp_path / "out", "--format", "n-triples", "--quiet")
    path = tmp_path / "out" / "graph.nt"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "hasTarget" not in line), encoding="utf-8")
    done = run("check", tmp_path / "out", "--workers", "1", check=False)
    assert done.returncode == 1
    assert "hasTarget" in done.stdout


def test_export(folder: Path, tmp_path: Path) -> None:
    run("export", folder, "jsonld-blocks", "-o", tmp_path / "blocks")
    assert sorted(path.stem for path in (tmp_path / "blocks").iterdir()) == [RCC, JAK_STAT]
    run("export", folder, "jsonld-blocks", "--regenerate", "-o", tmp_path / "blocks.jsonl")
    assert len((tmp_path / "blocks.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    failed = run("export", folder, "xml", "-o", tmp_path / "x", check=False)
    assert (failed.returncode, "jsonld-blocks" in failed.stderr) == (2, True)


def test_a_reader_that_goes_away_ends_the_command_quietly(folder: Path) -> None:
    command = f"{sys.executable} -m kg network {folder} --expand full | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("symbol_a")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "what", "last"),
    [
        (("build", str(SEEDS), "-o", "{out}"), b"figures", b"2/2"),
        (("communities", "{build}", "-o", "{out}.tsv"), b"runs", b"5/5"),
        (("centrality", "{build}", "-o", "{out}.tsv"), b"nodes", b"94/94"),
    ],
)
def test_a_progress_bar_on_a_terminal(
    folder: Path, tmp_path: Path, arguments: tuple[str, ...], what: bytes, last: bytes
) -> None:
    ours, theirs = pty.openpty()
    filled = (argument.format(build=folder, out=tmp_path / "out") for argument in arguments)
    command = [sys.executable, "-m", "kg", *filled]
    with subprocess.Popen(command, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        process.wait(timeout=120)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:  # at its end, a pty is an error
        while piece := terminal.read(4096):
            shown += piece
    assert what in shown
    assert last in shown


def test_hostile_text_in_a_problem_does_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "PMC1__f1.md").write_bytes(document(year="\u202e\u2066 evil"))
    done = run("build", tmp_path / "PMC1__f1.md", "-o", tmp_path / "out")
    assert "\u202e" not in done.stderr
    assert "evil" in done.stderr


def test_in_this_process_too(folder: Path, tmp_path: Path) -> None:
    """The same commands without a second process, where coverage sees them."""
    for arguments in (
        ["--version"],
        ["build", str(SEEDS), "-o", str(tmp_path / "out"), "--limit", "1"],
        ["stats", str(folder)],
        ["show", str(folder), RCC],
        ["query", str(folder), "ASK { ?s ?p ?o }"],
        ["network", str(folder), "-o", str(tmp_path / "n.tsv")],
        ["centrality", str(folder), "-o", str(tmp_path / "c.tsv")],
        ["communities", str(folder), "-o", str(tmp_path / "c.gmt")],
        ["export", str(folder), "jsonld-blocks", "-o", str(tmp_path / "b.jsonl")],
        ["export", str(folder), "neo4j", "-o", str(tmp_path / "neo4j"), "--verify"],
        ["cypher", str(folder), "MATCH (f:Figure) RETURN f.id"],
    ):
        result = runner.invoke(app, arguments)
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "arguments",
    [("build", "seeds", "-o", "-"), ("export", "BUILD", "jsonld-blocks", "-o", "-"), ("query", "BUILD")],
)
def test_what_does_not_go_into_a_pipe_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    done = run(*[str(folder) if argument == "BUILD" else argument for argument in arguments], check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert not Path("-").exists()


def test_a_file_of_a_query_is_suggested_and_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}", encoding="utf-8")
    done = run("query", folder, tmp_path / "q.rq", check=False)
    assert (done.returncode, f"-f {tmp_path / 'q.rq'}" in done.stderr) == (2, True)
    assert run("query", folder, "-f", "-", stdin=b"ASK {}").stdout == "true\n"
    (tmp_path / "big.rq").write_bytes(b" " * 10_000_001)
    done = run("query", folder, "-f", tmp_path / "big.rq", check=False)
    assert (done.returncode, "so it is not a query" in done.stderr) == (2, True)
    done = run("query", folder, "SELECT * { " + "?s ?p ?o . " * 10_000 + "}", check=False)
    assert (done.returncode, "triple patterns" in done.stderr) == (2, True)


def test_a_full_disk_is_a_sentence(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "kg", "network", str(folder), "--expand", "full"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "kg: standard output: No space left on device\n")


def test_a_damaged_table_is_a_sentence(tmp_path: Path) -> None:
    run("build", SEEDS, "-o", tmp_path / "out", "--quiet")
    path = tmp_path / "out" / "tables" / "genes.parquet"
    data = bytearray(path.read_bytes())
    data[4:200] = bytes(196)
    path.write_bytes(data)
    done = run("stats", tmp_path / "out", check=False)
    assert done.returncode == 2
    assert "a table cannot be read" in done.stderr


def test_a_table_in_the_place_of_decisions_is_a_sentence(tmp_path: Path) -> None:
    run("build", SEEDS, "-o", tmp_path / "out", "--audit", "--quiet")
    shutil.copy(tmp_path / "out" / "tables" / "genes.parquet", tmp_path / "out" / "tables" / "curations.parquet")
    done = run("audit", tmp_path / "out", "-o", "-", check=False)
    assert done.returncode == 2
    assert 'a table cannot be read or written (unable to find column "figid"' in done.stderr


def test_nothing_found_ends_with_1(folder: Path) -> None:
    for command in ("network", "centrality", "communities"):
        done = run(command, folder, "--since", "2030", check=False)
        assert (done.returncode, "no pair of genes fits" in done.stderr) == (1, True)
    assert run("network", folder, "--organism", "10090", check=False).returncode == 1


@pytest.mark.parametrize("option", ["Tier", "Level", "Expand", "Weight", "Null"])
def test_choices_are_those_of_the_library(option: str) -> None:
    """The command line names them again: loading the library for them would make ``--help`` half as slow again."""
    known, _ = get_args(getattr(kg.cli.network_options, option))
    literals = [part for part in get_args(known) if part is not NoneType] if NoneType in get_args(known) else [known]
    assert [set(get_args(literal)) for literal in literals] == [set(get_args(getattr(kg.network, option)))]


def test_examples_are_listed_and_printed_and_run(folder: Path) -> None:
    listed = run("examples").stdout.splitlines()
    assert listed[0].split() == ["example", "question"]
    assert "two-genes" in {line.split()[0] for line in listed}
    assert any("gene=IL6, other=STAT3" in line for line in listed)
    assert json.loads(run("examples", "--json").stdout)[0]["name"] == "believable-genes"
    text = run("examples", "is-drawn").stdout
    assert text.startswith("PREFIX ")
    assert (Path(__file__).parents[1] / "ontology" / "queries" / "is-drawn.rq").read_text().endswith(text)
    assert json.loads(run("examples", "is-drawn", "--json").stdout)["text"] == text
    assert run("query", folder, text).stdout == "true\n"
    failed = run("examples", "is-drawm", check=False)
    assert failed.returncode == 2
    assert "there is no example 'is-drawm'; did you mean is-drawn" in failed.stderr
