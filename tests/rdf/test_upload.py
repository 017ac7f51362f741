"""`kg load BUILD sparql`: chunks, counts, failures, resuming; against servers that are made up, and real ones."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

import kg
from kg.errors import ExportError, QueryError
from kg.folder import DESCRIPTION
from kg.rdf import endpoint as endpoint_module
from kg.rdf import upload as upload_module
from kg.rdf.endpoint import Endpoint, query_address
from kg.rdf.upload import PROGRESS, read_triples, upload
from kg.vocab import DATASET_GRAPH
from tests.servers import fuseki, oxigraph
from tests.servers.process import HOST, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GRAPH = "https://example.org/pfocr"
DESCRIBED = ox.NamedNode(DATASET_GRAPH)
ME: dict[str, Any] = {"user": "me", "password": "s€cret"}


class Peer:
    """A triple store that does what the protocols say, on an Oxigraph store in memory; and fails when it is told to.

    Attributes
    ----------
    failures
        Statuses that the next writing requests are answered with; 0 does nothing wrong, -1 writes and hangs up.
    """

    def __init__(self) -> None:
        self.store = ox.Store()
        self.failures: list[int] = []
        self.requests: list[str] = []
        self.authorizations: set[str | None] = set()
        self.location = ""
        self.answer: bytes | None = None
        self.address = ""

    def write(self, method: str, query: str, body: bytes) -> int:
        asked = parse_qs(query, keep_blank_values=True)
        graph = ox.NamedNode(asked["graph"][0]) if "graph" in asked else ox.DefaultGraph()
        if method == "PUT":
            self.store.remove_graph(graph)
        self.store.load(body, ox.RdfFormat.N_TRIPLES, to_graph=graph)
        return 204

    def read(self, body: bytes) -> bytes:
        if self.answer is not None:
            return self.answer
        text = parse_qs(body.decode())["query"][0]
        result = self.store.query(text)
        assert isinstance(result, ox.QuerySolutions)
        return result.serialize(format=ox.QueryResultsFormat.JSON) or b""


@contextmanager
def served(peer: Peer) -> Iterator[Peer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.authorizations.add(self.headers["Authorization"])
            peer.requests.append(f"{self.command} {self.path}")
            status, answer = 200, b""
            if parts.path == "/query":
                answer = peer.read(body)
            else:
                failure = peer.failures.pop(0) if peer.failures else 0
                if failure <= 0:
                    status = peer.write(self.command, parts.query, body)
                if failure < 0:
                    self.close_connection = True
                    return
                if failure:
                    status, answer = failure, b"because\nof this"
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            if peer.location:
                self.send_header("Location", peer.location)
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_POST  # noqa: N815 - the name that http.server calls

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    peer.address = f"http://{HOST}:{server.server_port}/store"
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with served(Peer()) as found:
        yield found


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks so small that the seeds have many, and pauses so short that nobody waits."""
    monkeypatch.setattr(upload_module, "CHUNK", 100)
    monkeypatch.setattr(endpoint_module, "_FIRST_PAUSE", 0.001)


@pytest.fixture
def build(seeds: Path, tmp_path: Path) -> kg.Build:
    return kg.build(seeds, output=tmp_path / "build")


def load(build: kg.Build, peer: Peer, **options: Any) -> upload_module.Upload:
    graph = options.pop("graph", None)
    replace = options.pop("replace", False)
    with Endpoint(peer.address, graph=graph, **options) as endpoint:
        return upload(build, endpoint, graph=graph, replace=replace)


def description(build: kg.Build) -> set[str]:
    """The triples that a build says of itself."""
    return {str(quad.triple) for quad in ox.parse(path=str(build.path / DESCRIPTION), format=ox.RdfFormat.TURTLE)}


def whole(build: kg.Build) -> upload_module.Upload:
    """What a load comes to that is whole."""
    n_triples = len(build.graph()) + len(description(build))
    return upload_module.Upload(n_triples, n_triples)


def writes_of(peer: Peer) -> list[str]:
    return [request for request in peer.requests if "/store" in request]


def triples_of(build: kg.Build) -> set[str]:
    return {f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o in build.graph()}


@pytest.mark.parametrize("graph", [None, GRAPH])
def test_all_triples_arrive_in_chunks_and_are_counted(build: kg.Build, peer: Peer, graph: str | None) -> None:
    done = load(build, peer, graph=graph)
    assert done == whole(build)
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    found = {str(quad.triple) for quad in peer.store.quads_for_pattern(None, None, None, name)}
    assert found == {str(triple) for triple in read_triples(build)}
    described = {str(quad.triple) for quad in peer.store.quads_for_pattern(None, None, None, DESCRIBED)}
    assert len(described) == len(description(build))
    assert {quad.graph_name for quad in peer.store} == {name, DESCRIBED}
    assert len(writes_of(peer)) == -(-len(build.graph()) // 100) + 1
    assert not (build.path / PROGRESS).exists()


@pytest.mark.parametrize(
    "options", [{"formats": ["n-quads"], "partitions": 3}, {"formats": ["json-ld"], "compress": "gzip"}]
)
def test_each_triple_is_read_once_from_any_files(seeds: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    build = kg.build(seeds, output=tmp_path / "build", **options)
    triples = [str(triple) for triple in read_triples(build)]
    assert len(triples) == len(set(triples)) == len(build.graph())


def test_a_graph_with_something_in_it_is_refused_or_replaced(build: kg.Build, peer: Peer) -> None:
    other = ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:a"), ox.NamedNode("a:a"), ox.NamedNode(GRAPH))
    peer.store.add(other)
    with pytest.raises(ExportError, match="holds 1 triples already; --replace takes them out first"):
        load(build, peer, graph=GRAPH)
    assert list(peer.store) == [other]
    done = load(build, peer, graph=GRAPH, replace=True)
    assert done.n_found == done.n_triples
    assert other not in peer.store
    assert load(build, peer, graph=GRAPH + "/other") == done


def test_the_graph_of_the_description_takes_no_figures(build: kg.Build, peer: Peer) -> None:
    with pytest.raises(ExportError, match="for the description of the build; --graph takes another IRI"):
        load(build, peer, graph=DATASET_GRAPH)
    assert not writes_of(peer)


def test_a_load_goes_on_where_it_failed(build: kg.Build, peer: Peer) -> None:
    peer.failures = [0, 0, 403]
    with pytest.raises(
        ExportError, match=r"does not allow this user to write.*; 200 triples arrived, and the same command"
    ):
        load(build, peer)
    assert json.loads((build.path / PROGRESS).read_text())["triples"] == 200
    assert kg.read_build(build.path).query("ASK {}")  # the file does not disturb
    n_before = len(writes_of(peer))
    done = load(build, peer)
    assert done == whole(build)
    assert len(writes_of(peer)[n_before:]) == -(-(len(build.graph()) - 200) // 100) + 1
    assert not (build.path / PROGRESS).exists()


def test_a_description_that_does_not_arrive_is_sent_again(build: kg.Build, peer: Peer) -> None:
    n_chunks = -(-len(build.graph()) // 100)
    peer.failures = [*[0] * n_chunks, 403]
    with pytest.raises(ExportError, match="does not allow this user to write"):
        load(build, peer)
    assert load(build, peer) == whole(build)
    assert len(writes_of(peer)) == n_chunks + 2
    assert not (build.path / PROGRESS).exists()


def test_the_description_takes_the_place_of_another_and_older_builds_have_none(build: kg.Build, peer: Peer) -> None:
    peer.store.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:a"), ox.NamedNode("a:a"), DESCRIBED))
    assert load(build, peer) == whole(build)
    (build.path / DESCRIPTION).unlink()
    assert load(build, peer, replace=True) == (len(build.graph()), len(build.graph()))


def test_a_load_to_another_place_does_not_go_on_there(build: kg.Build, peer: Peer) -> None:
    peer.failures = [0, 0, 403]
    with pytest.raises(ExportError):
        load(build, peer)
    assert load(build, peer, graph=GRAPH).n_found == whole(build).n_found


def test_a_file_of_progress_that_is_damaged_is_a_sentence(build: kg.Build, peer: Peer) -> None:
    (build.path / PROGRESS).write_text("{")
    with pytest.raises(ExportError, match=r"load-sparql\.json: cannot be read .*; delete it, and load with --replace"):
        load(build, peer)
    assert load(build, peer, replace=True).n_found == whole(build).n_found


def test_what_may_pass_is_tried_again(build: kg.Build, peer: Peer) -> None:
    peer.failures = [503, 500, 0, 502, -1, 429]
    assert load(build, peer).n_found == whole(build).n_found


def test_a_count_that_differs_is_told(build: kg.Build, peer: Peer) -> None:
    peer.answer = b'{"results": {"bindings": [{"n": {"value": "0"}}]}}'
    assert load(build, peer) == (whole(build).n_triples, 0)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, r"wants a name and a password, or refuses these; .* \(HTTP 401\)"),
        (404, "has nothing under this address"),
        (413, "refuses a chunk of this size"),
        (400, "refused with HTTP 400: because of this"),
        (302, r"is elsewhere \(HTTP 302\): give http://elsewhere"),
    ],
)
def test_what_does_not_pass_is_a_sentence_at_once(build: kg.Build, peer: Peer, status: int, said: str) -> None:
    peer.failures = [status]
    peer.location = "http://elsewhere"
    with pytest.raises(ExportError, match=said):
        load(build, peer)
    assert len(writes_of(peer)) == 1


def test_what_does_not_pass_after_all_is_a_sentence(build: kg.Build, peer: Peer) -> None:
    peer.failures = [503] * 20
    with pytest.raises(ExportError, match=r"refused with HTTP 503: because of this \(tried 6 times\)"):
        load(build, peer)


def test_nobody_there_and_somebody_slow_are_sentences(build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(ExportError, match="nobody answers there; is the server running"),
        Endpoint(f"http://{HOST}:{free_port()}/store") as endpoint,
    ):
        upload(build, endpoint)
    monkeypatch.setattr(endpoint_module, "TRIES", 2)
    with socket.create_server((HOST, 0)) as silent:  # accepts, and never says a word
        port = silent.getsockname()[1]
        with (
            pytest.raises(ExportError, match=r"says nothing for 0\.05 s; is it overloaded\? \(tried 2 times\)"),
            Endpoint(f"http://{HOST}:{port}/store", timeout=0.05) as endpoint,
        ):
            upload(build, endpoint)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "there is no host of this name"),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), "its certificate cannot be trusted"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "no connection by https .*; does it speak http"),
    ],
)
def test_what_never_passes_is_tried_once(monkeypatch: pytest.MonkeyPatch, error: OSError, said: str) -> None:
    tries: list[object] = []

    def fail(*_: object, **__: object) -> None:
        tries.append(None)
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(ExportError, match=said), Endpoint("https://example.org/store") as endpoint:
        endpoint.count()
    assert len(tries) == 1


@pytest.mark.integration
def test_a_certificate_of_nobody_is_refused_at_once(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(["openssl", *asked.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    n_calls = 0

    def answer(sock: socket.socket) -> None:
        nonlocal n_calls
        connection, _ = sock.accept()
        n_calls += 1
        with connection, suppress(ssl.SSLError):  # the client does not like it
            context.wrap_socket(connection, server_side=True)

    with socket.create_server((HOST, 0)) as sock:
        thread = threading.Thread(target=answer, args=(sock,))
        thread.start()
        with (
            pytest.raises(ExportError, match=r"/query: its certificate cannot be trusted \(.*self-signed"),
            Endpoint(f"https://{HOST}:{sock.getsockname()[1]}/store") as endpoint,
        ):
            endpoint.count()
        thread.join()
    assert n_calls == 1


@pytest.mark.parametrize(
    "answer", [b"<html>", b"{}", b"[]", b'{"results": {"bindings": []}}', b'{"results": 1}', b"x" * 200_000]
)
def test_an_address_that_does_not_count_is_a_sentence(build: kg.Build, peer: Peer, answer: bytes) -> None:
    peer.answer = answer
    with pytest.raises(ExportError, match=r"/query: does not answer SPARQL queries with JSON; give --query-endpoint"):
        load(build, peer)


def test_a_name_and_a_password_are_sent(build: kg.Build, peer: Peer) -> None:
    load(build, peer, **ME)
    assert peer.authorizations == {"Basic bWU6c+KCrGNyZXQ="}


@pytest.mark.parametrize(
    ("address", "graph", "said"),
    [
        ("ftp://example.org/", None, "not an address; give one like"),
        ("example.org", None, "not an address"),
        ("http://[::1", None, "not an address"),
        ("http://example.org:x/", None, "not an address"),
        ("http://exa mple.org/", None, "not an address"),
        ("http://example.org/é", None, "letters beyond ASCII percent-encoded"),
        ("http://exämple..org/", None, "punycode"),
        ("http://me:secret@example.org/", None, "holds a name or a password; give --user NAME"),
        ("http://example.org/", "no iri", "no iri: not an IRI"),
        ("http://example.org/", "a:b> { } #", "not an IRI"),
    ],
)
def test_addresses_that_are_none(address: str, graph: str | None, said: str) -> None:
    with pytest.raises(ExportError, match=said) as caught:
        Endpoint(address, graph=graph)
    assert "secret" not in str(caught.value)


def test_addresses_keep_their_own_parameters(build: kg.Build, peer: Peer) -> None:
    peer.address += "?a=b"
    with Endpoint(peer.address, query=peer.address.replace("/store?a=b", "/query")) as endpoint:
        upload(build, endpoint)
    assert any(request == "POST /store?a=b&default" for request in peer.requests)
    assert query_address("https://x.org/sparql-graph-crud-auth") == "https://x.org/sparql"


def test_without_rdf_there_is_nothing_to_load(seeds: Path, tmp_path: Path, peer: Peer) -> None:
    with pytest.raises(QueryError, match="no RDF file to load"):
        load(kg.build(seeds, output=tmp_path / "bare", formats=[]), peer)


@pytest.mark.integration
def test_a_real_oxigraph_server_has_all_triples(build: kg.Build, tmp_path: Path) -> None:
    with oxigraph.serving(tmp_path / "server") as address:
        for graph in (None, GRAPH):
            with Endpoint(f"{address}/store", graph=graph) as endpoint:
                done = upload(build, endpoint, graph=graph)
                assert done == whole(build)
                assert upload(build, endpoint, graph=graph, replace=True) == done
    served_quads = ox.Store.read_only(str(tmp_path / "server" / "data"))
    found = {str(quad.triple) for quad in served_quads if quad.graph_name != DESCRIBED}
    assert found == {str(triple) for triple in read_triples(build)}
    assert len(list(served_quads.quads_for_pattern(None, None, None, DESCRIBED))) == len(description(build))


@pytest.mark.integration
def test_a_load_goes_on_when_a_real_server_is_back(
    build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, add, n_sent = free_port(), Endpoint.add, 0

    def add_some(self: Endpoint, triples: bytes) -> None:
        nonlocal n_sent
        if n_sent == 3:
            raise KeyboardInterrupt
        add(self, triples)
        n_sent += 1

    monkeypatch.setattr(Endpoint, "add", add_some)
    with (
        oxigraph.serving(tmp_path / "server", port=port) as address,
        Endpoint(f"{address}/store") as endpoint,
        pytest.raises(KeyboardInterrupt),
    ):
        upload(build, endpoint)
    monkeypatch.setattr(Endpoint, "add", add)
    with Endpoint(f"http://{HOST}:{port}/store") as endpoint, pytest.raises(ExportError, match="300 triples arrived"):
        upload(build, endpoint)
    with oxigraph.serving(tmp_path / "server", port=port) as address, Endpoint(f"{address}/store") as endpoint:
        assert upload(build, endpoint) == whole(build)


@pytest.mark.integration
def test_a_real_fuseki_has_all_triples(build: kg.Build, tmp_path: Path) -> None:
    with fuseki.serving(tmp_path / "server") as address:
        for path, graph in (("/data", None), ("/data", GRAPH), ("", GRAPH + "/other")):
            with Endpoint(address + path, graph=graph) as endpoint:
                done = upload(build, endpoint, graph=graph)
                assert done == whole(build)
                assert upload(build, endpoint, graph=graph, replace=True) == done


@pytest.mark.integration
def test_a_real_fuseki_wants_the_right_password(build: kg.Build, tmp_path: Path) -> None:
    with fuseki.serving(tmp_path / "server", users={ME["user"]: ME["password"]}) as address:
        for options in ({}, ME | {"password": "wrong"}):
            with Endpoint(f"{address}/data", **options) as endpoint, pytest.raises(ExportError, match="HTTP 401"):
                upload(build, endpoint)
        with Endpoint(f"{address}/data", **ME) as endpoint:
            assert upload(build, endpoint).n_found == whole(build).n_found
