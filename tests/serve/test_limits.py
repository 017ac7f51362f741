"""Time, size, and how many at once: what is over a limit is an error, and never half an answer."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import kg
import kg.serve.pool
import kg.serve.sending
from kg.rdf.store import write_store
from tests.conftest import SEEDS
from tests.serve.running import ENDLESS, WORDS, running, wait_until

if TYPE_CHECKING:
    from tests.serve.running import Running

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def children() -> dict[int, list[str]]:
    """Return the child processes of this one that answer queries, with the fields of their status."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and b"kg.rdf.answering" in command:
            found[int(folder.name)] = fields
    return found


@pytest.fixture
def before() -> set[int]:
    """The processes of the server that the tests share."""
    return set(children())


def ask_in_background(server: Running, query: str) -> threading.Thread:
    thread = threading.Thread(target=server.get, args=(query,))
    thread.start()
    return thread


def test_a_query_that_takes_too_long_is_ended(seeds_build: kg.Build, before: set[int]) -> None:
    with running(seeds_build, timeout=1.5) as server:
        first = set(children()) - before
        assert len(first) == 2
        began = time.monotonic()
        reply = server.get(ENDLESS)
        assert 1.4 < time.monotonic() - began < 10
        assert (reply.status, reply.type) == (504, "text/plain")
        assert reply.text == "the query took longer than 1.5 s and was ended; ask for less\n"
        # Its process is dead, and another stands in its place.
        wait_until(lambda: len(set(children()) - before) == 2 and set(children()) - before != first)
        assert len((set(children()) - before) & first) == 1
        assert len(server.get(WORDS).rows()) == 28
    assert set(children()) == before


def test_an_answer_that_would_take_too_long_to_write_is_ended(seeds_build: kg.Build) -> None:
    with running(seeds_build, timeout=1, max_rows=10**9, max_bytes=2**31) as server:
        reply = server.get("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        assert (reply.status, reply.type) == (504, "text/plain")


def test_other_queries_are_answered_meanwhile(seeds_build: kg.Build, before: set[int]) -> None:
    with running(seeds_build, timeout=4) as server:
        threads = [ask_in_background(server, ENDLESS) for _ in range(2)]
        # As many as there are workers: both are put aside, and fresh ones take their places.
        wait_until(lambda: len(set(children()) - before) == 4)
        own = os.getpriority(os.PRIO_PROCESS, 0)
        nice = sorted(int(fields[16]) for pid, fields in children().items() if pid not in before)
        assert nice == [own, own, 19, 19]
        for _ in range(3):
            began = time.monotonic()
            assert len(server.get(f"{WORDS} # {_}").rows()) == 28
            assert time.monotonic() - began < 3
        for thread in threads:
            thread.join()
        wait_until(lambda: len(set(children()) - before) == 2)


def test_a_client_that_goes_frees_its_worker(seeds_build: kg.Build, before: set[int]) -> None:
    with running(seeds_build, timeout=60) as server:
        first = set(children()) - before
        for _ in range(2):
            with server.connect() as connection:
                connection.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                time.sleep(0.3)
        wait_until(lambda: not (set(children()) & first) and len(set(children()) - before) == 2)
        assert len(server.get(WORDS).rows()) == 28


def test_a_client_that_goes_while_it_sends_a_body_frees_its_worker(seeds_build: kg.Build, before: set[int]) -> None:
    with running(seeds_build, timeout=60) as server:
        first = set(children()) - before
        with server.connect() as connection:
            head = f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
            connection.sendall(head.encode() + b" " * 8_000_000)  # more than is kept of a body that nobody reads
            time.sleep(0.3)
        wait_until(lambda: set(children()) - before != first and len(set(children()) - before) == 2)
        assert len(server.get(WORDS).rows()) == 28


def test_too_many_that_wait_are_turned_away(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kg.serve.pool.Pool.__init__,
        "__kwdefaults__",
        {
            **(kg.serve.pool.Pool.__init__.__kwdefaults__ or {}),
            "max_waiting": 3,
            "slow_after": 100.0,
        },
    )
    with running(seeds_build, timeout=3) as server, ThreadPoolExecutor(12) as threads:
        replies = list(threads.map(lambda i: server.get(f"{ENDLESS} # {i}"), range(12)))
        statuses = sorted(reply.status for reply in replies)
        assert statuses.count(503) >= 7
        assert set(statuses) == {503, 504}
        for reply in replies:
            if reply.status == 503:
                assert int(reply.headers["retry-after"]) > 0
                assert reply.text in (
                    "3 queries wait for a worker already; ask again in a moment\n",
                    "all workers were busy for 3 s; ask again in a moment\n",
                )
        assert len(server.get(WORDS).rows()) == 28


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_too_many_rows_are_an_error(seeds_build: kg.Build, name: str) -> None:
    with running(seeds_build, max_rows=28) as server:
        assert server.get(WORDS, format=name).status == 200
        reply = server.get("SELECT ?word { { ?m pfkg:word ?word } UNION { BIND('x' AS ?word) } }", format=name)
        assert (reply.status, reply.type) == (422, "text/plain")
        assert reply.text == "the answer has more than 28 rows; ask for less, with LIMIT for example\n"


def test_too_many_triples_are_an_error(seeds_build: kg.Build) -> None:
    with running(seeds_build, max_rows=28) as server:
        assert server.get("CONSTRUCT WHERE { ?m pfkg:word ?word }").status == 200
        assert server.get("CONSTRUCT WHERE { ?m pfkg:candidateGene ?gene }").status == 422


def test_too_many_bytes_are_an_error(seeds_build: kg.Build) -> None:
    with running(seeds_build, max_bytes=1_000) as server:
        reply = server.get("SELECT * { ?s ?p ?o }")
        assert reply.status == 422
        assert reply.text == "the answer is larger than 1,000 bytes; ask for less, with LIMIT for example\n"
        assert server.get("CONSTRUCT WHERE { ?s ?p ?o }").status == 422
        assert server.get(COUNT).status == 200


def test_too_much_memory_ends_only_the_query(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kg.serve.pool.Pool.__init__,
        "__kwdefaults__",
        {
            **(kg.serve.pool.Pool.__init__.__kwdefaults__ or {}),
            "max_memory": 300_000_000,
        },
    )
    with running(seeds_build, timeout=60) as server:
        reply = server.get("SELECT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i")
        assert reply.status == 500
        assert "memory" in reply.text
        assert len(server.get(WORDS).rows()) == 28


def test_answers_that_nobody_reads_are_bounded(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.serve.sending, "MAX_UNSENT_BYTES", 100)
    reply = server.get(WORDS)
    assert (reply.status, reply.headers["retry-after"]) == (503, "10")
    assert server.get("ASK {}").status == 200


def test_many_clients_get_their_own_answers(server: Running) -> None:
    def ask(number: int) -> bool:
        return server.get(f"SELECT ({number} * 7 AS ?x) {{}}").rows() == [{"x": str(number * 7)}]

    with ThreadPoolExecutor(30) as threads:
        assert all(threads.map(ask, range(300)))


def test_an_answer_is_kept_and_found_again(server: Running) -> None:
    query = f"{WORDS} # kept"
    first = server.get(query)
    assert [server.get(query).body for _ in range(3)] == [first.body] * 3


def test_another_build_in_its_place_is_taken_up(tmp_path: Path) -> None:
    folder = tmp_path / "build"
    built = kg.build(SEEDS, output=folder, formats=["n-quads"], limit=1)
    write_store(built, folder / "store")
    with running(built) as server:
        query = "SELECT (COUNT(*) AS ?n) { ?f a pfkg:PathwayFigure }"
        first = server.get(query)
        assert first.rows() == [{"n": "1"}]
        again = kg.build(SEEDS, output=folder, formats=["n-quads"])
        write_store(again, folder / "store")
        wait_until(lambda: server.get(query).rows() == [{"n": "2"}])
        assert server.get(query).headers["etag"] != first.headers["etag"]


def test_a_store_that_is_gone_is_said_and_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "build"
    built = kg.build(SEEDS, output=folder, formats=["n-quads"])
    write_store(built, folder / "store")
    with running(built, timeout=2) as server:
        (folder / "store").rename(folder / "away")
        assert server.get(ENDLESS).status == 504
        wait_until(lambda: any(line.startswith("a worker cannot start: ") for line in server.said))
        (folder / "away").rename(folder / "store")
        wait_until(lambda: server.get(WORDS + " # again").status == 200)
