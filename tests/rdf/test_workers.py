"""Queries in child processes: what they answer, and that they end when they are told to."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

import kg
from kg.errors import QueryError, QueryLimitError, QueryRefusedError
from kg.rdf import answering, workers
from kg.rdf.messages import Question, read_message, write_message
from kg.rdf.query import open_store, query
from kg.rdf.store import write_store
from kg.rdf.workers import Worker
from tests.conftest import RCC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox

# Seven times each triple with each: nobody waits for that.
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(7)) + " }"
SYMBOLS = "SELECT ?s { ?g rdfs:label ?s ; a schema:Gene } ORDER BY ?s"


@pytest.fixture(scope="module")
def store(seeds_build: kg.Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workers") / "store"
    write_store(seeds_build, path)
    return path


@pytest.fixture
def worker(store: Path) -> Iterator[Worker]:
    with Worker(store) as found:
        yield found


def is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_a_worker_answers_again_and_again(worker: Worker, seeds_build: kg.Build) -> None:
    assert (worker.is_alive, worker.pid) == (False, None)
    worker.open()
    pid = worker.pid
    expected = query(seeds_build, SYMBOLS).to_rows()
    answer = worker.answer(Question(text=SYMBOLS))
    assert [row["s"]["value"] for row in json.loads(answer.data)["results"]["bindings"]] == [r["s"] for r in expected]
    assert (answer.kind, answer.format, answer.truncated) == ("select", "json", False)
    assert worker.answer(Question(text="ASK {}", formats=("csv",))).data == b"true"
    limited = worker.answer(Question(text=SYMBOLS, formats=("tsv",), limit=2))
    assert (limited.data.count(b"\n"), limited.truncated) == (3, True)
    assert worker.pid == pid


def test_the_format_is_the_first_that_fits(worker: Worker) -> None:
    formats = ("json", "turtle", "n-triples")
    assert worker.answer(Question(text="DESCRIBE ncbigene:6774", formats=formats)).format == "turtle"
    assert worker.answer(Question(text="ASK {}", formats=formats)).kind == "ask"
    with pytest.raises(QueryError, match="csv: not a format for the answer to a CONSTRUCT or DESCRIBE"):
        worker.answer(Question(text="DESCRIBE ncbigene:6774", formats=("csv",)))
    assert worker.answer(Question(text="ASK {}", formats=formats)).data  # an error is no end


def test_a_build_is_opened_with_its_store_or_loaded(seeds: Path, tmp_path: Path) -> None:
    for name, store in (("with", True), ("without", False)):
        build = kg.build(seeds, output=tmp_path / name, store=store)
        said: list[str] = []
        with Worker(build.path) as worker:
            stream = worker.ask(Question(text=SYMBOLS, formats=("csv",)), on_load=lambda: said.append("loading"))  # noqa: B023
            assert b"STAT3" in b"".join(stream)
            assert b"STAT3" in b"".join(worker.ask(Question(text=SYMBOLS), on_load=lambda: said.append("again")))  # noqa: B023
        assert said == ["loading"]


def test_graphs_of_the_protocol_take_the_place_of_from(worker: Worker) -> None:
    graph = f"https://pfocr.wikipathways.org/figures/{RCC}.html#graph"
    text = "SELECT ?id FROM <http://example.org/none> { ?f dcterms:identifier ?id ; a pfkg:PathwayFigure }"
    asked = Question(text=text, formats=("csv",), default_graphs=(graph,))
    assert worker.answer(asked).data.split() == [b"id", RCC.encode()]
    inside = "SELECT ?id { GRAPH ?g { ?f dcterms:identifier ?id ; a pfkg:PathwayFigure } }"
    assert worker.answer(Question(text=inside, formats=("csv",), named_graphs=(graph,))).data.split()[1:] == [
        RCC.encode()
    ]
    assert worker.answer(Question(text=text, formats=("csv",), named_graphs=(graph,))).data.split() == [b"id"]
    with pytest.raises(QueryError, match="the address of a graph is no IRI"):
        worker.answer(Question(text=text, default_graphs=("no iri",)))


def test_graphs_of_the_protocol_in_this_process(store: Path) -> None:
    opened = open_store(store)
    graph = f"https://pfocr.wikipathways.org/figures/{RCC}.html#graph"
    text = "SELECT ?id { ?f dcterms:identifier ?id ; a pfkg:PathwayFigure }"
    assert query(opened, text, default_graphs=[graph]).to_rows() == [{"id": RCC}]
    assert query(opened, text, named_graphs=[graph]).to_rows() == []
    with pytest.raises(QueryError, match="the address of a graph is no IRI"):
        query(opened, text, named_graphs=["no iri"])


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("SELECT", QueryError, "line 1, column 7: syntax error"),
        ("ASK { SERVICE <http://example.org/> {} }", QueryRefusedError, "SERVICE is not allowed"),
        ("LOAD <file:///etc/passwd>", QueryRefusedError, "a build is read only"),
        ("ASK { FILTER(<http://example.org/f>(1)) }", QueryError, "cannot be answered"),
        ("ASK { ?a ?b '\ud800' }", QueryError, "half of a surrogate pair"),
    ],
)
def test_errors_come_as_they_are(worker: Worker, text: str, error: type[QueryError], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        worker.answer(Question(text=text))
    assert type(caught.value) is error


def test_a_query_that_takes_too_long_is_dead_and_the_next_is_answered(worker: Worker) -> None:
    worker.open()
    pid = worker.pid
    assert pid is not None
    start = time.monotonic()
    with pytest.raises(QueryLimitError, match=r"took longer than 0\.2 s and was ended") as caught:
        worker.answer(Question(text=ENDLESS), timeout=0.2)
    assert (caught.value.limit, time.monotonic() - start < 5, is_gone(pid)) == ("time", True, True)
    assert worker.answer(Question(text="ASK {}"), timeout=30).data


def test_opening_does_not_count_as_time_of_the_query(worker: Worker) -> None:
    stream = worker.ask(Question(text="ASK {}"), timeout=1, on_load=lambda: time.sleep(1.1))
    assert b"".join(stream)


def test_a_worker_can_be_killed_from_another_thread(worker: Worker) -> None:
    worker.open()
    threading.Timer(0.2, worker.kill).start()
    with pytest.raises(QueryLimitError, match="the query's process was ended") as caught:
        worker.answer(Question(text=ENDLESS))
    assert caught.value.limit == "memory"
    assert worker.answer(Question(text="ASK {}")).data
    worker.close()
    worker.kill()  # there is none


def test_a_query_of_a_build_leaves_memory_to_others(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0.7 * total < workers.most_memory() < 0.8 * total
    monkeypatch.setattr(workers, "most_memory", lambda: 300_000_000)
    with pytest.raises(QueryLimitError, match="most often because the memory was full"):
        seeds_build.query("SELECT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i", timeout=60)


UNDER_A_LIMIT = """
import resource, sys
from pathlib import Path
from kg.rdf.workers import Question, Worker
resource.setrlimit(resource.RLIMIT_DATA, (2_000_000_000, 2_000_000_000))
with Worker(Path(sys.argv[1]), max_memory=4_000_000_000) as worker:
    print(worker.answer(Question(text="ASK {}", formats=("json",))).data.decode())
"""


def test_a_worker_answers_where_the_system_allows_less_memory(store: Path) -> None:
    command = [sys.executable, "-c", UNDER_A_LIMIT, str(store)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ('{"head":{},"boolean":true}\n', "")


def test_a_worker_that_dies_of_its_memory_is_told(store: Path) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g"
    with Worker(store, max_memory=300_000_000) as worker:
        with pytest.raises(QueryLimitError, match="most often because the memory was full") as caught:
            worker.answer(Question(text=text), timeout=60)
        assert caught.value.limit == "memory"
        assert worker.answer(Question(text="ASK {}")).data


def test_an_answer_that_is_too_large_is_an_error(worker: Worker) -> None:
    text = "SELECT * { ?s ?p ?o }"
    with pytest.raises(QueryLimitError, match="the answer is larger than 1,000 bytes") as caught:
        worker.answer(Question(text=text, max_bytes=1000))
    assert caught.value.limit == "bytes"
    size = len(worker.answer(Question(text=text)).data)
    assert len(worker.answer(Question(text=text, max_bytes=size)).data) == size


def test_an_answer_that_is_not_read_to_its_end_is_given_up(worker: Worker) -> None:
    text = "SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f }"
    stream = iter(worker.ask(Question(text=text, formats=("tsv",))))
    assert next(stream).startswith(b"?")
    pid = worker.pid
    assert worker.answer(Question(text="ASK {}")).data
    assert worker.pid != pid


def test_a_child_whose_parent_is_gone_ends_in_the_middle_of_a_query(worker: Worker) -> None:
    worker.open()
    process = worker._process
    assert process is not None
    assert process.stdin is not None
    write_message(process.stdin, b"Q", json.dumps(_content(ENDLESS)).encode())
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_ctrl_c_reaches_the_parent_alone(worker: Worker) -> None:
    worker.open()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGINT)
    assert worker.answer(Question(text="ASK {}"), timeout=30).data


def test_what_cannot_be_opened_is_a_sentence(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Worker(tmp_path / "file") as worker, pytest.raises(QueryError, match="cannot be opened as an Oxigraph store"):
        worker.open()
    build = kg.build(seeds, output=tmp_path / "bare", formats=[])
    with Worker(build.path) as worker, pytest.raises(QueryError, match="no RDF file to query"):
        worker.answer(Question(text="ASK {}"))


def test_a_build_answers_within_a_time_or_not_at_all(seeds_build: kg.Build) -> None:
    assert seeds_build.query(SYMBOLS, timeout=60).to_rows() == seeds_build.query(SYMBOLS).to_rows()
    assert seeds_build.query("ASK { ncbigene:6774 ?p ?o }", timeout=60)
    limited = seeds_build.query("DESCRIBE ncbigene:6774", timeout=60, limit=2)
    assert (list(limited), limited.truncated) == (
        list(seeds_build.query("DESCRIBE ncbigene:6774", limit=2)),
        True,
    )
    with pytest.raises(QueryLimitError, match=r"took longer than 0\.1 s"):
        seeds_build.query(ENDLESS, timeout=0.1)


def _content(text: str | None, **options: Any) -> dict[str, Any]:
    formats = {"formats": ["csv"], "default_graphs": [], "named_graphs": []}
    return {"text": text, **formats, **options}


def _served(path: Path, *contents: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """What a child answers, in this process."""
    questions, answers = io.BytesIO(), io.BytesIO()
    for content in contents:
        write_message(questions, b"Q", json.dumps(content).encode())
    questions.seek(0)
    answering.serve(path, questions, answers)
    answers.seek(0)
    found = []
    while (message := read_message(answers)) is not None:
        found.append(message)
    return found


def test_the_messages_of_a_child(seeds_build: kg.Build, store: Path, tmp_path: Path) -> None:
    messages = _served(
        store, _content(None), _content("ASK {}"), _content("ASK", max_bytes=1), _content("ASK {}", max_bytes=1)
    )
    assert b"".join(kind for kind, _ in messages) == b"LODHBDEHE"
    assert [json.loads(data) for kind, data in messages if kind == b"E"][1]["limit"] == "bytes"
    assert [data for kind, data in messages if kind in b"HBD"] == [b"\0", b"ask csv", b"true", b"\0", b"ask csv"]
    kinds = b"".join(
        kind for kind, _ in _served(seeds_build.path, _content("SELECT * { ?s ?p ?o . ?a ?b ?c }", limit=9_999))
    )
    assert kinds.startswith(b"LOHBB")
    assert kinds.endswith(b"D")
    (error,) = _served(tmp_path / "none", _content("SELECT"))
    assert json.loads(error[1])["type"] == "QueryError"


@pytest.mark.parametrize(
    ("text", "name"), [(SYMBOLS, "csv"), (SYMBOLS, "json"), ("DESCRIBE ncbigene:6774", "n-triples")]
)
def test_more_rows_than_are_allowed_are_an_error(store: Path, text: str, name: str) -> None:
    contents = [_content(text, formats=[name], max_rows=n) for n in (1, 1000)]
    messages = _served(store, *contents)
    errors = [json.loads(data) for kind, data in messages if kind == b"E"]
    assert [error["limit"] for error in errors] == ["rows"]
    assert "more than 1 rows" in errors[0]["message"]
    assert messages[-1][0] == b"D"


def test_a_store_that_fails_while_it_is_read_is_a_sentence(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> ox.Store:
        raise OSError("the disk is gone")

    monkeypatch.setattr(answering, "open_store", fail)
    *_, (kind, data) = _served(store, _content("ASK {}"))
    assert (kind, "cannot be read (the disk is gone)" in json.loads(data)["message"]) == (b"E", True)


def test_half_a_message_is_none() -> None:
    stream = io.BytesIO()
    write_message(stream, b"B", b"12345")
    whole = stream.getvalue()
    assert read_message(io.BytesIO(whole)) == (b"B", b"12345")
    assert [read_message(io.BytesIO(whole[:n])) for n in range(len(whole))] == [None] * len(whole)


def test_errors_of_a_build_keep_their_kind(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"tool": {"name": "pfocr-kg"}, "partitions": [0]}')
    (tmp_path / "tables").mkdir()
    with Worker(tmp_path) as worker, pytest.raises(QueryError, match="no RDF file"):
        worker.answer(Question(text="ASK {}"))
