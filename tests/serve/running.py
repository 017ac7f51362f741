"""A real server on this machine, in a thread, and real requests to it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from kg.serve import Options, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kg.folder import Folder

# Some ten to the twelfth combinations of the triples of the two sample figures.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
WORDS = "SELECT ?word { ?m pfkg:word ?word } ORDER BY ?word"


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers["content-type"].partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def rows(self) -> list[dict[str, str]]:
        bindings = self.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in bindings]


class Running:
    """A server that answers at `port`."""

    def __init__(self, folder: Folder, options: Options) -> None:
        self.said: list[str] = []
        self.error: BaseException | None = None
        self._folder, self._options = folder, options
        self._is_ready = threading.Event()
        self._stop: Callable[[], None] | None = None
        self._address = ""
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        self._is_ready.wait(60)
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        if self._stop is not None and self._thread.is_alive():
            self._stop()
        self._thread.join(60)
        assert not self._thread.is_alive()

    @property
    def port(self) -> int:
        port = urlsplit(self._address).port
        assert port is not None
        return port

    def _run(self) -> None:
        def ready(address: str, stop: Callable[[], None]) -> None:
            self._address, self._stop = address, stop
            self._is_ready.set()

        try:
            serve(self._folder, self._options, say=self.said.append, ready=ready)
        except BaseException as error:  # noqa: BLE001 - the test's thread gets it
            self.error = error
        finally:
            self._is_ready.set()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 60,
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, response.read())
        finally:
            connection.close()

    def get(
        self, query: str | None = None, *, accept: str | None = None, path: str = "/sparql", **parameters: str
    ) -> Reply:
        parameters = ({} if query is None else {"query": query}) | parameters
        headers = {} if accept is None else {"Accept": accept}
        return self.ask("GET", path + ("?" + urlencode(parameters) if parameters else ""), headers=headers)

    def post(self, query: str, *, path: str = "/sparql", **headers: str) -> Reply:
        return self.ask("POST", path, query.encode(), {"Content-Type": "application/sparql-query"} | headers)

    def form(self, fields: Sequence[tuple[str, str]], *, accept: str = "*/*") -> Reply:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        return self.ask("POST", "/sparql", urlencode(fields, quote_via=quote).encode(), headers)

    def raw(self, data: bytes, *, timeout: float = 20) -> bytes:
        """Send bytes, and return what comes back until the server hangs up."""
        with self.connect(timeout=timeout) as connection:
            connection.sendall(data)
            return read_all(connection)

    def connect(self, *, timeout: float = 20) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    return received


@contextmanager
def running(folder: Folder, **options: Any) -> Iterator[Running]:
    server = Running(folder, Options(**{"port": 0, "workers": 2} | options))
    try:
        server.start()
        yield server
    finally:
        server.stop()


def wait_until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
