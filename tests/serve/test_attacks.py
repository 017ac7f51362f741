"""What somebody might send who means no good: nothing reaches out, nothing is read, and the server stays."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import kg
import kg.serve.connection
import kg.serve.endpoint
from kg.serve.protocol import MAX_BODY_BYTES
from tests.conftest import JAK_STAT, SEEDS
from tests.rdf.listener import Listener
from tests.serve.running import ENDLESS, WORDS, read_all, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serve.running import Reply, Running

DIRECT = {"Content-Type": "application/sparql-query"}


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as made:
        yield made


SERVICES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { service silent <URL> { ?s ?p ?o } }",
    "SELECT * { { { OPTIONAL { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } } } } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { { } UNION { SERVICE <URL> { } } } }",
    "SELECT * { BIND(<URL> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "ASK { GRAPH ?g { SERVICE <URL> { } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { #comment\nSERVICE#comment\n<URL> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RV\\u0049CE <URL> { ?s ?p ?o } }",
    "SELECT * { FILTER(true)SERVICE<URL>{ } }",
    "SELECT * { VALUES ?x { trueSERVICE <URL> { } }",
    "PREFIX x: <URL> SELECT * { SERVICEx:y { } }",
    "SELECT * { ?s ?p ?o FILTER(?a<?b)SERVICE#>\n<URL> { } }",
    "SELECT * { ?s ?p '''a''' . SERVICE <URL> { } }",
]


@pytest.mark.parametrize("query", SERVICES)
def test_no_service_is_called(server: Running, listener: Listener, query: str) -> None:
    asked = query.replace("URL", listener.url)
    twice = quote(quote(asked))
    replies: list[Reply] = [server.get(asked), server.post(asked), server.form([("query", asked)])]
    # A keyword that runs into the next word is no SPARQL, and refused as that where the engine does not know it either.
    assert {reply.status for reply in replies} <= {400, 403}
    assert replies[0].status == 403 or "SERVICE" in replies[0].text
    assert server.ask("GET", "/sparql?query=" + twice).status in (400, 403)
    assert listener.n_calls() == 0


@pytest.mark.parametrize(
    "text", ["LOAD <URL>", "LOAD SILENT <URL> INTO GRAPH <a:b>", "# x\nPREFIX a: <b:c> lOaD <URL>"]
)
def test_nothing_is_loaded(server: Running, listener: Listener, text: str) -> None:
    update = text.replace("URL", listener.url)
    replies = [server.get(update), server.post(update), server.form([("update", update)])]
    replies.append(server.ask("POST", "/sparql", update.encode(), {"Content-Type": "application/sparql-update"}))
    assert [reply.status for reply in replies] == [403] * 4
    assert server.get("\\u004COAD <a:b>").status in (400, 403)
    assert listener.n_calls() == 0


def test_no_file_and_no_address_is_read(server: Running, listener: Listener, seeds_build: kg.Build) -> None:
    file = (seeds_build.path / "graph.ttl").resolve().as_uri()
    for iri in (file, f"{listener.url}graph.ttl", "file:///etc/passwd"):
        for query in (
            "SELECT * FROM <IRI> { ?s ?p ?o }",
            "SELECT * FROM NAMED <IRI> { GRAPH ?g { ?s ?p ?o } }",
            "SELECT * { GRAPH <IRI> { ?s ?p ?o } }",
        ):
            assert server.get(query.replace("IRI", iri)).rows() == []
        assert server.form([("query", "SELECT * { ?s ?p ?o }"), ("default-graph-uri", iri)]).rows() == []
        assert server.form([("query", "SELECT * { GRAPH ?g { ?s ?p ?o } }"), ("named-graph-uri", iri)]).rows() == []
        assert server.get(f"DESCRIBE <{iri}>").status == 200
    assert listener.n_calls() == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "{" * 100_000 + "}" * 100_000 + " }",
        "SELECT (" + "(" * 200_000 + "1" + ")" * 200_000 + " AS ?x) {}",
        "ASK { FILTER(" + "!" * 300_000 + "true) }",
        "ASK { FILTER(1" + "+1" * 200_000 + ") }",
        "ASK { FILTER(?a<" + "f(" * 900 + "1" + ")" * 900 + ">2) }",
        "ASK { ?s " + "(" * 50_000 + "a:b" + ")" * 50_000 + " ?o }",
        "ASK { ?s ?p " + "(" * 50_000 + ")" * 50_000 + " }",
        "ASK { ?s ?p " + "[" * 50_000 + "]" * 50_000 + " }",
        "ASK {" + " ?s ?p ?o ." * 80_000 + "}",
        "ASK { <a:a> " + "/".join(["<a:b>"] * 100_000) + " ?o }",
        "\\u0028" * 150_000,
        '"""\\"' * 200_000,
        "SELECT * { ?s ?p ?o }" + "#" * 900_000,
    ],
    ids=lambda query: query[:24],
)
def test_no_query_brings_the_server_down(server: Running, query: str) -> None:
    assert len(query) <= MAX_BODY_BYTES
    began = time.monotonic()
    assert server.post(query).status in (200, 400, 500, 504)
    assert time.monotonic() - began < 25
    assert len(server.get(WORDS).rows()) == 28


def test_a_long_body_is_refused_before_it_has_come(server: Running) -> None:
    for head in (
        f"Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n",
        "Content-Length: 99999999999\r\n\r\nquery=",
    ):
        data = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n{head}"
        reply = server.raw(data.encode())
        assert reply.startswith(b"HTTP/1.1 413 ")
        assert b"at most 1,000,000 bytes" in reply


def test_a_long_body_in_chunks_is_refused(server: Running) -> None:
    with server.connect() as connection:
        head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        connection.sendall(head.encode() + b"Content-Type: application/sparql-query\r\n\r\n")
        try:
            for _ in range(40):
                connection.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hung up, as it should
        reply = read_all(connection)
    assert reply.startswith(b"HTTP/1.1 413 ") or reply == b""
    assert server.get(WORDS).status == 200


def test_a_compressed_body_is_refused(server: Running) -> None:
    assert server.post(WORDS, **{"Content-Encoding": "gzip"}).status == 415


def test_a_body_that_trickles_is_given_up(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.serve.endpoint, "BODY_SECONDS", 0.3)
    head = (
        "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n"
    )
    reply = server.raw(head.encode() + b"\r\nASK {")
    assert reply.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_trickles_is_given_up(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.serve.connection, "HEAD_SECONDS", 0.3)
    assert server.raw(b"") == b""
    assert server.raw(b"GET /sparql HTTP/1.1\r\nHost: loc") == b""
    # After an answer, on the same connection, too.
    request = b"GET /examples HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(request)
        assert connection.recv(12) == b"HTTP/1.1 200"
        time.sleep(0.1)
        connection.sendall(b"GET /sp")
        began = time.monotonic()
        read_all(connection)
        assert time.monotonic() - began < 3


def test_a_head_without_end_is_given_up(server: Running) -> None:
    with server.connect() as connection:
        try:
            connection.sendall(b"GET /sparql?query=")
            for _ in range(40):
                connection.sendall(b"a" * 8_000)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert read_all(connection).partition(b"\r\n")[0] in (b"HTTP/1.1 400 Bad Request", b"")
    assert server.get(WORDS).status == 200


def test_a_client_that_does_not_read_is_given_up(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.serve.connection, "SEND_SECONDS", 0.3)
    query = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 60000"
    with running(seeds_build) as server, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(3)
        received = read_all(connection)
        length = int(received.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert len(received) < length
        assert len(server.get(WORDS).rows()) == 28


@pytest.mark.parametrize(
    "path",
    [
        "/figures/../../../etc/passwd",
        "/figures/..%2f..%2f..%2fetc%2fpasswd",
        "/figures/%2e%2e/%2e%2e/manifest.json",
        "/figures//etc/passwd",
        "/figures/%00",
        f"/figures/{JAK_STAT}.html/../../manifest.json",
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/page.html",
        "/examples/..%2f..%2fkg.ttl",
        "/examples/../../../README.md",
        "/figures/" + "a" * 20_000,
    ],
)
def test_no_path_leads_to_a_file(server: Running, path: str) -> None:
    reply = server.ask("GET", path)
    assert reply.status == 404
    assert reply.type == "text/plain"
    assert len(reply.text) < 300


def test_headers_cannot_be_injected(server: Running) -> None:
    evil = "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<script>"
    for path in (
        f"/sparql?query=ASK%20%7B%7D&format={evil}",
        f"/figures/{evil}",
        f"/examples/{evil}",
        f"/{evil}",
        f"/sparql?query=ASK%20%7B%7D&default-graph-uri=a:{evil}",
        f"/sparql?query={evil}",
    ):
        reply = server.ask("GET", path)
        assert reply.status in (400, 404, 406)
        assert "set-cookie" not in reply.headers
        assert reply.type == "text/plain"
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_strange_host_is_refused(server: Running) -> None:
    """DNS rebinding: a page under a name of its own that leads to this machine."""
    for host in ("evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1@evil.example", 'a"><b', ""):
        data = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        assert server.raw(data.encode()).partition(b" ")[2][:3] == b"421"
    for host in ("localhost", "127.0.0.1:1", "[::1]:8008", "LOCALHOST:99"):
        data = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        assert server.raw(data.encode()).partition(b" ")[2][:3] == b"200"


def test_a_host_can_be_allowed_and_other_sites_kept_out(seeds_build: kg.Build) -> None:
    with running(seeds_build, allow_hosts=("kg.example",), origin="https://kg.example") as server:
        assert server.ask("GET", "/", headers={"Host": "kg.example"}).status == 200
        assert server.ask("GET", "/", headers={"Host": "other.example"}).status == 421
        headers = server.get(WORDS).headers
        assert headers["access-control-allow-origin"] == "https://kg.example"
        assert "Origin" in headers["vary"]


def test_what_is_not_http_is_refused(server: Running) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01\x00", b"HELO there\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100):
        assert server.raw(data).partition(b"\r\n")[0] in (b"HTTP/1.1 400 Bad Request", b"")
    smuggled = (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /figures/x HTTP/1.1\r\n\r\n"
    )
    assert server.raw(smuggled).startswith(b"HTTP/1.1 400 ")
    assert server.get(WORDS).status == 200


def test_text_of_the_data_does_not_become_markup(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("evil")
    text = (SEEDS / f"{JAK_STAT}.md").read_text(encoding="utf-8")
    title = "Advances of the STAT3 signaling pathways involving breast cancer chemoresistance"
    (folder / f"{JAK_STAT}.md").write_text(text.replace(title, "</script><script>alert(1)</script>"), encoding="utf-8")
    built = kg.build(folder, output=folder / "build", formats=["n-triples"])
    with running(built) as server:
        page = server.get(path=f"/figures/{JAK_STAT}").text
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert page.count("</script>") == 1


def test_too_many_parameters_are_refused(server: Running) -> None:
    reply = server.form([("named-graph-uri", f"a:{i}") for i in range(1_001)] + [("query", "ASK {}")])
    assert reply.status == 400


def test_a_flood_of_slow_queries_leaves_the_page(seeds_build: kg.Build) -> None:
    with running(seeds_build, timeout=5) as server:
        connections = [server.connect() for _ in range(20)]
        try:
            for connection in connections:
                connection.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert server.get(path="/").status == 200
            assert server.get(path=f"/figures/{JAK_STAT}").status == 200
        finally:
            for connection in connections:
                connection.close()
        assert len(server.get(WORDS).rows()) == 28
