"""LadybugDB: the database file, and `kg cypher`, which reads it and nothing else."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

import kg
import kg.export.cypher
import kg.export.ladybug_file
from kg.cli import app
from kg.errors import ExportError, QueryError, QueryLimitError
from kg.export import PropertyGraph, Selection
from kg.export.cypher import CypherResult, check_cypher, database_of, write_cypher_result
from kg.export.cypher_answering import serve
from kg.export.ladybug_file import TARGET, connected, write_ladybug
from kg.export.schema import edge_schema, node_schema
from kg.rdf.messages import pack_message, read_message
from kg.rdf.query import load_store, query
from tests.export.hostile import hostile_build
from tests.export.twins import TWINS

runner = CliRunner()
SYMBOLS = "MATCH (g:Gene) WHERE g.symbol STARTS WITH 'STAT' RETURN g.symbol AS symbol, g.n_figures AS n ORDER BY symbol"


@pytest.fixture(scope="module")
def build() -> kg.Build:
    """A build of the seeds with a database."""
    made = kg.build("seeds/", formats="turtle")
    database_of(made)
    return made


@pytest.fixture
def bare(seeds_build: kg.Build, tmp_path: Path) -> kg.Build:
    """A copy of the build of the seeds, without a database."""
    shutil.copytree(seeds_build.path, tmp_path / "build", ignore=shutil.ignore_patterns("*.lbug"))
    return kg.read_build(tmp_path / "build")


def test_a_database_holds_hostile_figures_unchanged(tmp_path: Path) -> None:
    build = hostile_build()
    graph = PropertyGraph(build)
    made = build.export("ladybug", tmp_path / "it's.lbug", verify=True)
    assert (made.counts, made.differences) == (graph.counts(), ())
    assert [file.name for file in tmp_path.iterdir()] == ["it's.lbug"]
    with connected(tmp_path / "it's.lbug", read_only=True) as connection:

        def ask(text: str) -> pl.DataFrame:
            return pl.DataFrame(list(connection.execute(text).rows_as_dict()), schema=schema)  # type: ignore[union-attr]

        for label in graph.labels:
            schema = node_schema(label.name)
            columns = ", ".join(f"n.{name} AS {name}" for name in schema)
            found = ask(f"MATCH (n:{label.name}) RETURN {columns}")
            assert found.sort("id").equals(pl.concat([found.clear(), *graph.nodes(label.name)]).sort("id"))
        for kind in graph.edge_kinds:
            schema = edge_schema(kind.relationship)
            columns = ", ".join(f"r.{name} AS {name}" for name in list(schema)[2:])
            ends = f"(a:{kind.source})-[r:{kind.relationship}]->(b:{kind.target})"
            found = ask(f"MATCH {ends} RETURN a.id AS source, b.id AS target{', ' * bool(columns)}{columns}")
            expected = pl.concat([found.clear(), *graph.edges(kind)])
            assert found.sort("source", "target").equals(expected.sort("source", "target")), kind.name


def test_a_database_of_a_part_has_no_other_tables(seeds_build: kg.Build, tmp_path: Path) -> None:
    graph = PropertyGraph(seeds_build, Selection(mentions=False))
    write_ladybug(graph, tmp_path / "few.lbug")
    assert TARGET.read_counts(tmp_path / "few.lbug") == graph.counts()
    with pytest.raises(ExportError, match=r"an export to ladybug is a \.lbug or \.lbdb file"):
        seeds_build.export("ladybug", tmp_path / "few.txt")


def test_verify_sees_what_is_missing(seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.lbug"
    copy = kg.export.ladybug_file._copy

    def forgetful(*arguments: Any) -> int:
        n_rows = copy(*arguments)
        if arguments[1] == "GeneFamily":
            arguments[0].execute("MATCH (n:GeneFamily {id: 'JAK'}) DELETE n")
        return n_rows

    monkeypatch.setattr(kg.export.ladybug_file, "_copy", forgetful)
    result = runner.invoke(app, ["export", str(seeds_build.path), "ladybug", "-o", str(path)])
    assert isinstance(result.exception, ExportError)  # edges of the family that is gone
    monkeypatch.setattr(kg.export.ladybug_file, "_copy", lambda *a: 0 if a[1] == "MEMBER_OF" else copy(*a))
    result = runner.invoke(app, ["export", str(seeds_build.path), "ladybug", "-o", str(path), "--verify"])
    assert result.exit_code == 1
    assert f"kg: {path}: Gene-MEMBER_OF-GeneFamily: 0 where the tables have 33\n" in result.stderr


def test_what_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.lbug").write_text("no database", encoding="utf-8")
    with pytest.raises(ExportError, match=r"x\.lbug: "):
        TARGET.read_counts(tmp_path / "x.lbug")


def test_cypher_gives_the_answers_of_sparql(build: kg.Build) -> None:
    store = load_store(build)
    for twin in TWINS:
        found = [tuple(map(str, row)) for row in build.cypher(twin.cypher).rows]
        assert found == [tuple(row.values()) for row in query(store, twin.sparql).to_rows()], twin.question
        assert found


def test_the_database_is_made_once_in_the_build_and_goes_with_it(bare: kg.Build) -> None:
    first = runner.invoke(app, ["cypher", str(bare.path), SYMBOLS])
    (database,) = bare.path.glob("*.lbug")
    assert first.stderr == f"{database}: made for this query and those to come\n"
    assert first.stdout.splitlines()[:2] == ["symbol  n", "STAT1   1"]
    again = runner.invoke(app, ["cypher", str(bare.path), SYMBOLS])
    assert (again.stdout, again.stderr) == (first.stdout, "")
    kg.build("seeds/", output=bare.path)
    assert list(bare.path.glob("*.lbug")) == []


def test_a_build_that_cannot_be_written_to_has_its_database_elsewhere(
    bare: kg.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root, who can write everywhere
    places: list[Path] = []
    path = database_of(bare, made=places.append)
    assert places == [path]
    assert path.is_file()
    assert bare.path not in path.parents


def test_formats_and_limit(build: kg.Build, tmp_path: Path) -> None:
    def run(*arguments: str, stdin: str | None = None) -> str:
        result = runner.invoke(app, ["cypher", str(build.path), *arguments], input=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    table = run(SYMBOLS)
    assert json.loads(run(SYMBOLS, "--format", "json"))[0] == {"symbol": "STAT1", "n": 1}
    assert next(csv.DictReader(io.StringIO(run(SYMBOLS, "--format", "csv")))) == {"symbol": "STAT1", "n": "1"}
    assert run(SYMBOLS, "--format", "tsv").splitlines()[:2] == ["symbol\tn", "STAT1\t1"]
    assert run(SYMBOLS, "--limit", "1").splitlines() == ["symbol  n", "STAT1   1"]
    (tmp_path / "query.cypher").write_text(SYMBOLS, encoding="utf-8")
    assert run("-f", str(tmp_path / "query.cypher")) == run("-", stdin=SYMBOLS) == table
    assert runner.invoke(app, ["cypher", str(build.path)]).exit_code == 2


def test_values_of_every_kind_are_plain(build: kg.Build) -> None:
    values = "g, g.is_hgnc AS b, [1, 2] AS l, null AS x, 0.5 AS f, date('2020-01-02') AS d"
    node = f"MATCH (g:Gene {{id: '6774'}}) RETURN {values}"
    answer = build.cypher(node)
    assert answer.to_rows()[0] | {"g": None} == {
        "g": None,
        "b": True,
        "l": [1, 2],
        "x": None,
        "f": 0.5,
        "d": "2020-01-02",
    }
    gene = answer.rows[0][0]
    assert (gene["_LABEL"], gene["symbol"], gene["n_figures"]) == ("Gene", "STAT3", 2)
    assert "_ID" not in gene
    edge = build.cypher("MATCH (:Figure)-[r:MENTIONS]->(:Gene {id: '6774'}) RETURN r LIMIT 1").rows[0][0]
    assert edge.keys() == {"_LABEL", "words", "lexicons", "tier", "n_mentions"}
    assert build.cypher(SYMBOLS, limit=2).truncated
    assert not build.cypher(SYMBOLS, limit=100).truncated
    with pytest.raises(QueryError, match="give a number from 0"):
        build.cypher(SYMBOLS, limit=-1)
    stream = io.BytesIO()
    write_cypher_result(answer, stream, "csv")
    assert next(csv.DictReader(io.StringIO(stream.getvalue().decode())))["l"] == "[1, 2]"
    with pytest.raises(QueryError, match="xml: not a format"):
        write_cypher_result(answer, stream, "xml")


def test_numbers_that_json_has_no_form_of_are_texts(build: kg.Build) -> None:
    answer = build.cypher("RETURN 1.0 / 0 AS a, [0.0 / 0.0] AS b, 0.5 AS c")
    assert answer.rows[0][0] == float("inf")
    written = {}
    for form in ("json", "tsv"):
        stream = io.BytesIO()
        write_cypher_result(answer, stream, form)
        written[form] = stream.getvalue().decode()
    assert json.loads(written["json"], parse_constant=pytest.fail) == [{"a": "Infinity", "b": ["NaN"], "c": 0.5}]
    assert written["tsv"] == 'a\tb\tc\nInfinity\t["NaN"]\t0.5\n'


def test_what_a_terminal_would_obey_and_what_ends_a_line_is_not_printed() -> None:
    result = CypherResult(("a\tb",), (("x\x1b[31m\ty\nz",),))
    for form, expected in (("table", "\\x1b[31m"), ("tsv", "a b\nx\x1b[31m y z\n")):
        stream = io.BytesIO()
        write_cypher_result(result, stream, form)
        assert expected in stream.getvalue().decode()
        assert form == "tsv" or "\x1b" not in stream.getvalue().decode()


ATTACKS = [
    "LOAD FROM '{secret}' (header=false) RETURN *",
    "load  from '{secret}' RETURN *",
    "MATCH (g:Gene) RETURN g; LOAD FROM '{secret}' RETURN *",
    "/* ' */ LOAD FROM '{secret}' RETURN * /* ' */",
    "// \n LOAD FROM '{secret}' RETURN *",
    "UNWIND [1] AS x LOAD FROM '{secret}' RETURN *",
    "MATCH (g:Gene) WHERE EXISTS {{ LOAD FROM '{secret}' RETURN * }} RETURN g",
    "RETURN 'a\\'' AS x LOAD FROM '{secret}' RETURN *",
    "MATCH (g:Gene) WHERE 1 = 1LOAD FROM '{secret}' (header=false) RETURN *",
    "MATCH (g:Gene) WHERE 1 < 1.5load FROM '{secret}' (header=false) RETURN *",
    "MATCH (g:Gene) WHERE 1 < 1e5LOAD FROM '{secret}' (header=false) RETURN *",
    "MATCH (g:Gene) WHERE 1 = 1CALL current_setting('home_directory') RETURN *",
    "COPY (MATCH (g:Gene) RETURN g.id) TO '{target}'",
    "COPY Gene FROM '{secret}'",
    "EXPORT DATABASE '{target}'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{secret}' AS other (dbtype sqlite)",
    "INSTALL httpfs",
    "LOAD EXTENSION '{secret}'",
    "LOAD httpfs",
    "CALL home_directory='{folder}'",
    "CALL  /* */ spill_to_disk=true",
    "EXPLAIN LOAD FROM '{secret}' RETURN *",
    "PROFILE COPY (MATCH (g:Gene) RETURN g.id) TO '{target}'",
    "MATCH (g:Gene) SET g.symbol = 'x'",
    "MATCH (g:Gene) DETACH DELETE g",
    "CREATE (:Gene {{id: 'x'}})",
    "DROP TABLE MENTIONS",
    "MERGE (:Gene {{id: 'x'}})",
    "CREATE MACRO f(x) AS x",
    "BEGIN TRANSACTION",
    "FROM '{secret}' RETURN *",
    "ＬＯＡＤ FROM '{secret}' RETURN *",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_query_neither_reads_nor_writes_files(build: kg.Build, tmp_path: Path, attack: str) -> None:
    secret, target = tmp_path / "secret.csv", tmp_path / "target.csv"
    secret.write_text("secret\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    text = attack.format(secret=secret, target=target, folder=tmp_path)
    with pytest.raises(QueryError) as refused:
        build.cypher(text)
    assert "secret\n" not in str(refused.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if "MATCH" in attack.upper() or "CREATE" in attack])
def test_the_database_is_read_only_even_where_a_word_is_overlooked(
    build: kg.Build, monkeypatch: pytest.MonkeyPatch, attack: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(kg.export.cypher, "check_cypher", lambda _: None)
    before = build.cypher("MATCH (n) RETURN count(n) AS n").rows
    if not any(word in attack for word in (" LOAD ", "COPY", "CALL")):  # what only the check keeps out
        with pytest.raises(QueryError, match="the query cannot be answered"):
            build.cypher(attack.format(secret=tmp_path, target=tmp_path, folder=tmp_path))
    assert build.cypher("MATCH (n) RETURN count(n) AS n").rows == before


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (g:Gene) WHERE g.symbol = 'LOAD FROM' RETURN g.symbol;",
        "MATCH (g:Gene) RETURN g.symbol AS `load` // COPY",
        '/* LOAD */ OPTIONAL MATCH (g:Gene {id: "COPY\'"}) RETURN g.symbol',
        "CALL show_tables() RETURN name",
        "WITH 1 AS x RETURN x",
        "RETURN 'it\\'s' AS x",
        "EXPLAIN MATCH (g:Gene) RETURN g",
    ],
)
def test_words_in_quotes_names_and_comments_are_free(build: kg.Build, text: str) -> None:
    check_cypher(text)
    assert build.cypher(text).columns


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no query"),
        ("// nothing", "there is no query"),
        ("RETURN 'open", "opened by ' and not closed"),
        ("RETURN /* open", r"opened by /\* and not closed"),
        ("GIVE me", "GIVE: no query begins so"),
        ("MATCH (g:Gene) RETURN g.nothing", "(?s)cannot be answered.*nothing"),
        ("CALL", "CALL is allowed for db_version, "),
    ],
)
def test_a_wrong_query_is_a_sentence(build: kg.Build, text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build.cypher(text)


def test_without_the_extra_there_is_a_sentence(
    build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ladybug", None)
    with pytest.raises(ExportError, match=r"pip install 'pfocr-kg\[ladybug\]'"):
        build.cypher(SYMBOLS)
    with pytest.raises(ExportError, match=r"pip install 'pfocr-kg\[ladybug\]'"):
        build.export("ladybug", tmp_path / "x.lbug")


ENDLESS = (
    "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE (a * b) % 7 = 9 RETURN count(*) AS n"
)


def test_a_query_that_takes_too_long_is_ended(build: kg.Build) -> None:
    with pytest.raises(QueryLimitError, match=r"took longer than 0.2 s and was ended") as caught:
        build.cypher(ENDLESS, timeout=0.2)
    assert caught.value.limit == "time"
    assert build.cypher("RETURN 1 AS n", timeout=60).rows == ((1,),)
    for timeout in (0, -1, float("nan"), float("inf")):
        with pytest.raises(QueryError, match="give a number of seconds above 0"):
            build.cypher("RETURN 1 AS n", timeout=timeout)
    done = runner.invoke(app, ["cypher", str(build.path), ENDLESS, "--timeout", "0.2"])
    assert (done.stdout, isinstance(done.exception, QueryLimitError)) == ("", True)


LONGEST = "UNWIND range(1, 100000000) AS x UNWIND range(1, 100000000) AS y RETURN count(*) AS n"


@pytest.mark.parametrize("text", [LONGEST, "UNWIND range(1, 1000000000) AS x RETURN count(*) AS n"])
def test_the_time_limit_holds_where_ladybugdb_does_not_look_at_it(build: kg.Build, text: str) -> None:
    started = time.monotonic()
    with pytest.raises(QueryLimitError, match=r"took longer than 0.5 s and was ended"):
        build.cypher(text, timeout=0.5)
    assert time.monotonic() - started < 10  # with the start of a process on a busy machine


@pytest.mark.parametrize(("signalled", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_query_and_leaves_nothing(
    bare: kg.Build, tmp_path: Path, signalled: signal.Signals, status: int
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    # The rights of a folder do not hold for root, who may run the tests.
    script = "import os, sys; os.access = lambda _, mode: mode != os.W_OK; from kg.__main__ import main; main()"
    command = [sys.executable, "-c", script, "cypher", str(bare.path), LONGEST]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stderr is not None
        assert b"made for this query" in process.stderr.readline()
        child = _child_of(process.pid)
        assert list(temporary.iterdir())
        process.send_signal(signalled)
        assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == status
    assert list(temporary.iterdir()) == list(bare.path.glob("*.lbug")) == []
    _wait_until_gone(child)


def test_a_query_ends_with_its_parent(build: kg.Build) -> None:
    with subprocess.Popen([sys.executable, "-m", "kg", "cypher", str(build.path), LONGEST]) as process:
        child = _child_of(process.pid)
        time.sleep(1)  # into the query, most likely
        process.kill()
    _wait_until_gone(child)


def _child_of(parent: int) -> int:
    """Return the number of the process that answers a query, once it runs."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    for _ in range(600):
        for pid in map(int, children.read_text().split()):
            if b"cypher_answering" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        time.sleep(0.05)
    raise AssertionError("no process answers the query")


def _wait_until_gone(pid: int) -> None:
    for _ in range(400):
        if not Path(f"/proc/{pid}").exists() or " Z" in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.05)
    raise AssertionError("the query's process still runs")


@pytest.mark.parametrize("brackets", ["()", "[]"])
def test_a_query_that_nests_too_deep_is_refused(build: kg.Build, brackets: str) -> None:
    def nested(depth: int) -> str:
        return f"RETURN {brackets[0] * depth}1{brackets[1] * depth} AS n"

    assert len(build.cypher(nested(50)).rows) == 1
    for depth in (51, 5_000):
        with pytest.raises(QueryError, match="brackets nest more than 50 deep"):
            build.cypher(nested(depth), timeout=2)
    assert len(build.cypher("RETURN '" + "(" * 60 + "' AS n").rows) == 1


def test_a_crash_of_the_database_is_a_sentence(build: kg.Build) -> None:
    killer = threading.Thread(target=lambda: os.kill(_child_of(os.getpid()), signal.SIGSEGV))
    killer.start()
    with pytest.raises(QueryError, match="the query's process crashed, most often because the query nests too deep"):
        build.cypher(LONGEST, timeout=60)
    killer.join()
    assert build.cypher("RETURN 1 AS n").rows == ((1,),)


@pytest.mark.parametrize("gigabytes", [8, 4])
def test_few_addresses_suffice(bare: kg.Build, gigabytes: int) -> None:
    script = (
        "import resource, sys; from kg.__main__ import main;"
        f" resource.setrlimit(resource.RLIMIT_AS, ({gigabytes * 10**9}, {gigabytes * 10**9})); main()"
    )
    command = [sys.executable, "-c", script, "cypher", str(bare.path), SYMBOLS, "--format", "tsv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.splitlines()[1]) == (0, "STAT1\t1"), done.stderr


def test_an_error_while_a_database_is_made_names_the_database(bare: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.export.ladybug_file, "_max_size", lambda: 3)  # not a power of two
    with pytest.raises(ExportError) as caught:
        database_of(bare)
    assert str(caught.value).startswith(f"{bare.path}/cypher-")
    assert ".tmp" not in str(caught.value)


def test_two_columns_of_one_name_are_not_made_one(build: kg.Build) -> None:
    answer = build.cypher("RETURN 1 AS a, 2 AS a, 3 AS b")
    assert (answer.columns, answer.rows) == (("a", "a", "b"), ((1, 2, 3),))
    stream = io.BytesIO()
    write_cypher_result(answer, stream, "csv")
    assert stream.getvalue() == b"a,a,b\n1,2,3\n"
    with pytest.raises(QueryError, match="a: two columns of the answer are called so; name them apart with AS"):
        write_cypher_result(answer, stream, "json")


def test_a_long_answer_is_whole(build: kg.Build) -> None:
    answer = build.cypher("UNWIND range(1, 20000) AS n RETURN n, 'line\\nbreak' AS t")
    assert answer.rows == tuple((n, "line\nbreak") for n in range(1, 20_001))


def test_the_child_answers_one_question(build: kg.Build) -> None:
    def asked(text: str, limit: int | None = None) -> list[tuple[bytes, bytes]]:
        question = json.dumps({"text": text, "limit": limit}).encode()
        answers = io.BytesIO()
        serve(database_of(build), io.BytesIO(pack_message(b"Q", question)), answers)
        answers.seek(0)
        return list(iter(lambda: read_message(answers) or (b"", b""), (b"", b"")))

    kinds, data = zip(*asked("UNWIND [1, 2] AS n RETURN n", limit=1), strict=True)
    assert kinds == (b"O", b"H", b"B", b"D")
    assert data[1:] == (b"select json", b'["n"]\n[1]\n', b"\1")
    assert json.loads(asked("RETURN g.x")[-1][1])["type"] == "QueryError"
    assert [kind for kind, _ in asked("UNWIND range(1, 20000) AS n RETURN n")].count(b"B") > 1
    silent = io.BytesIO()
    serve(database_of(build), io.BytesIO(), silent)
    assert silent.getvalue() == b""


def test_a_full_memory_is_a_sentence(build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("kg.export.cypher_answering._execute", full)
    answers = io.BytesIO()
    serve(database_of(build), io.BytesIO(pack_message(b"Q", b'{"text": "RETURN 1", "limit": null}')), answers)
    assert b"more memory than there is" in answers.getvalue()
