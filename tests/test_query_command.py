"""``kg query`` and ``kg load`` as users run them: where the query comes from, time limits, Ctrl-C, other stores."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

import kg
import kg.cli.query
from kg.cli import app
from kg.rdf.results import RESULT_FORMATS
from kg.vocab import DATASET_GRAPH
from tests.rdf.test_upload import GRAPH, Peer, description, served
from tests.rdf.test_workers import ENDLESS
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.rdf.results import Kind

runner = CliRunner()


@pytest.fixture(scope="module")
def folder(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kg.build(seeds, output=tmp_path_factory.mktemp("query") / "build").path


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "build")


@pytest.fixture
def peer() -> Iterator[Peer]:
    with served(Peer()) as found:
        yield found


def test_a_query_that_takes_longer_than_its_timeout_is_ended(folder: Path) -> None:
    done = run("query", folder, ENDLESS, "--timeout", "0.3", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "kg: the query took longer than 0.3 s and was ended\n"
    assert run("query", folder, "ASK {}", "--timeout", "60").stdout == "true\n"


@pytest.mark.parametrize("moment", ["in the query", "in the answer"])
def test_ctrl_c_ends_a_query_at_once_with_status_130(folder: Path, moment: str) -> None:
    text = ENDLESS if moment == "in the query" else ENDLESS.replace("(COUNT(*) AS ?n)", "*")
    command = [sys.executable, "-m", "kg", "query", str(folder), text, "--format", "tsv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    if moment == "in the answer":
        assert process.stdout.read(100_000)  # and nobody reads on
    else:
        while subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=False).returncode:
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the child, too
    start = time.monotonic()
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, b"")
    assert time.monotonic() - start < 5
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_an_answer_that_nobody_reads_to_its_end_is_given_up(folder: Path) -> None:
    text = ENDLESS.replace("(COUNT(*) AS ?n)", "*")
    command = [sys.executable, "-m", "kg", "query", str(folder), text, "--format", "tsv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.read(100_000)
    process.stdout.close()
    assert process.wait(timeout=20) == 1
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("kind", RESULT_FORMATS)
def test_every_format_that_a_sentence_names_can_be_asked_for(folder: Path, kind: Kind) -> None:
    text = {"select": "SELECT ?s {}", "ask": "ASK {}", "graph": "DESCRIBE ncbigene:6774"}[kind]
    for name in RESULT_FORMATS[kind]:
        done = runner.invoke(app, ["query", str(folder), text, "--format", name])
        assert (done.exit_code, done.stdout != "") == (0, True), done.output


def test_an_example_is_asked_with_its_parameters(folder: Path) -> None:
    stat3 = run("query", folder, "--example", "gene-by-year", "--param", "gene=STAT3", "--format", "csv").stdout
    assert "2018" in stat3
    assert "2020" in stat3
    other = run("query", folder, "--example", "gene-by-year", "--param", "gene=SOCS3", "--format", "csv").stdout
    assert other != stat3


@pytest.mark.parametrize(
    ("example", "param", "reason"),
    [
        ("gene-by-year", "gene=STATT3", "no gene of that name; did you mean STAT3"),
        ("gene-by-year", "gene=stat3", "the build's symbol of that gene is STAT3"),
        ("gene-by-year", "gene=IL-6", "the build's symbol of that gene is IL6"),
        ("two-genes", "other=jak", "no gene, but a family or complex; its members: JAK1, JAK2, JAK3, TYK2"),
        ("is-drawn", "gene=nonsense", "no gene of that name"),
        ("family-words", "family=Jak", "the build has no such family; did you mean JAK"),
        ("figures-of-species", "species=homo sapiens", "the build has no such species; did you mean Homo sapiens?"),
        ("figures-of-paper", "paper=PMC6305784", "the build has no such paper; did you mean PMC6305783?"),
        ("figure-links", "figure=PMC6305783__2185-4610-64-103-g002", "no such figure; did you mean PMC6305783__2185-"),
    ],
)
def test_a_name_that_the_build_does_not_have_is_no_empty_answer(
    folder: Path, example: str, param: str, reason: str
) -> None:
    found = run("query", folder, "--example", example, "--param", param, check=False)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith(f"kg: --param {param}: ")
    assert reason in found.stderr


def test_values_that_are_no_names_are_not_looked_for(folder: Path) -> None:
    assert run("query", folder, "--example", "new-genes", "--param", "since=1700").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--example", "none-such"), "there is no example 'none-such'"),
        (("--example", "gene-by-year", "--param", "gene"), "'gene': give NAME=VALUE"),
        (("--example", "gene-words", *("--param", "gene=STAT3") * 2), "'gene' is given twice; give it once"),
        (("--example", "gene-by-year", "--param", "x=1"), "has no parameter 'x'"),
        (("ASK {}", "--param", "gene=STAT3"), "only an example has parameters"),
        (("ASK {}", "--example", "gene-by-year"), "only one of them"),
        (("-f", "q.rq", "--example", "gene-by-year"), "only one of them"),
        ((), "give a query, or -f FILE, or --example NAME"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = runner.invoke(app, ["query", str(folder), *arguments])
    text = done.output + str(done.exception)
    assert done.exit_code != 0
    assert said in " ".join(text.replace("│", " ").split())


def test_a_federated_example_is_not_asked(folder: Path) -> None:
    from kg.rdf.examples import read_examples

    name = next(example.name for example in read_examples().values() if example.is_federated)
    done = run("query", folder, "--example", name, check=False)
    assert done.returncode == 2
    assert "kg query never uses the network" in done.stderr


def test_known_prefixes_are_there(folder: Path) -> None:
    uniprot = "STR(up:a) = 'http://purl.uniprot.org/core/a'"
    text = f"ASK {{ FILTER({uniprot} && STR(wdt:P1) != STR(wd:P1) && STR(foaf:a) != STR(dc:a)) }}"
    assert run("query", folder, text).stdout == "true\n"


def test_a_large_build_without_a_store_says_how_to_make_one(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["query", str(copied), "ASK {}"]
    assert runner.invoke(app, arguments).stderr == ""
    monkeypatch.setattr(kg.cli.query, "SLOW_FIGURES", 2)
    said = f"kg: loading the graph first; with a store queries start at once: kg load {copied} store\n"
    assert runner.invoke(app, arguments).stderr == said
    assert runner.invoke(app, ["load", str(copied), "store", "--quiet"]).stderr == ""
    done = runner.invoke(app, arguments)
    assert (done.stdout, done.stderr) == ("true\n", "")


def test_a_store_is_made_and_asked(seeds: Path, copied: Path, tmp_path: Path) -> None:
    text = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    expected = run("query", copied, text).stdout
    assert "821 triples" in run("load", copied, "store").stderr.replace(",", "")
    assert run("query", copied, text).stdout == expected
    run("check", copied)
    run("build", seeds, "-o", tmp_path / "other", "--store", "--format", "turtle", "-q")
    assert (tmp_path / "other" / "store").is_dir()
    (tmp_path / "other" / "store" / "kg-build.json").write_text("{}")
    done = run("query", tmp_path / "other", "ASK {}", check=False)
    assert (done.returncode, "not the store of this build" in done.stderr) == (2, True)


def test_a_build_is_loaded_into_an_endpoint(copied: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["load", str(copied), "sparql", "--endpoint", peer.address, "--graph", GRAPH]
    done = runner.invoke(app, arguments)
    n_triples = f"{821 + len(description(kg.read_build(copied))):,}"
    assert (done.exit_code, done.stderr) == (0, f"{peer.address}: {n_triples} triples\n")
    assert {quad.graph_name for quad in peer.store} == {ox.NamedNode(GRAPH), ox.NamedNode(DATASET_GRAPH)}
    assert runner.invoke(app, arguments).exit_code == 1
    assert runner.invoke(app, [*arguments, "--replace", "--quiet"]).stderr == ""
    peer.answer = b'{"results": {"bindings": [{"n": {"value": "7"}}]}}'
    monkeypatch.setenv("KG_PASSWORD", "secret")
    query = peer.address.replace("/store", "/query")
    done = runner.invoke(app, [*arguments, "--replace", "--user", "me", "--query-endpoint", query])
    said = f"kg: {peer.address}: 14 triples are there, and the build has {n_triples}; load it again with --replace\n"
    assert (done.exit_code, done.stderr) == (1, said)
    assert "Basic bWU6c2VjcmV0" in peer.authorizations


def test_a_password_is_asked_for_or_missing(copied: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_PASSWORD", raising=False)
    arguments = ["load", str(copied), "sparql", "--endpoint", peer.address, "--user", "me"]
    done = runner.invoke(app, arguments)
    assert (done.exit_code, "set KG_PASSWORD" in done.stderr) == (2, True)
    monkeypatch.setattr("kg.cli.load._is_terminal", lambda: True)
    done = runner.invoke(app, arguments, input="secret\n")
    assert (done.exit_code, peer.authorizations) == (0, {"Basic bWU6c2VjcmV0"})
    assert "secret" not in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sparql",), "give it for sparql, as in http://localhost:7878/store"),
        (("store", "--endpoint", "http://a/"), "not an option for store"),
        (("store", "--replace"), "not an option for store"),
        (("store", "--tier", "strict"), "not an option for store"),
        (("sparql", "--uri", "bolt://a:1"), "not an option for sparql"),
        (("sparql", "--no-mentions"), "not an option for sparql"),
        (("neo4j",), "give it for neo4j, as in bolt://localhost:7687"),
        (("neo4j", "--graph", "http://a/"), "not an option for neo4j"),
        (("nowhere",), "'nowhere' is not one of 'store', 'sparql'"),
    ],
)
def test_options_of_another_target_are_refused(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = runner.invoke(app, ["load", str(folder), *arguments])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_a_server_that_is_no_server_is_a_sentence(folder: Path) -> None:
    done = run("load", folder, "sparql", "--endpoint", "http://127.0.0.1:9/store", check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "kg: http://127.0.0.1:9/query: nobody answers there; is the server running?\n",
    )
