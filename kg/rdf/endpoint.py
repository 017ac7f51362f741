"""A triple store on the network: its Graph Store address, written to, and its query address, asked how much arrived.

References
----------
SPARQL 1.1 Graph Store HTTP Protocol, https://www.w3.org/TR/sparql11-http-rdf-update/; SPARQL 1.1 Protocol,
https://www.w3.org/TR/sparql11-protocol/; The 'Basic' HTTP Authentication Scheme, RFC 7617.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import time
from copy import copy
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

from kg.errors import ExportError
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Endpoint", "query_address"]

TRIES = 6
"""How often a request is sent before an error that may pass is final; the pauses between grow to a minute in all."""

_FIRST_PAUSE = 2.0
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_ANSWER = 100_000

# By the last part of an address of the Graph Store Protocol, that of the address for queries (of Oxigraph,
# Fuseki and Virtuoso).
_QUERY_PARTS = {"store": "query", "data": "query", "sparql-graph-crud": "sparql", "sparql-graph-crud-auth": "sparql"}

_REASONS = {
    401: "wants a name and a password, or refuses these; give --user NAME, and the password when asked or in"
    " KG_PASSWORD",
    403: "does not allow this user to write; is it read-only?",
    404: "has nothing under this address; give that of its Graph Store Protocol, as in http://localhost:7878/store",
    405: "cannot be written to under this address; give that of its Graph Store Protocol",
    413: "refuses a chunk of this size; raise its limit",
    415: "does not take N-Triples",
}


def query_address(endpoint: str) -> str:
    """Return the address for queries that belongs to one of the Graph Store Protocol; the same, if there is no rule.

    Examples
    --------
    >>> query_address("http://localhost:7878/store"), query_address("http://localhost:3030/kg/data")
    ('http://localhost:7878/query', 'http://localhost:3030/kg/query')
    >>> query_address("http://localhost:3030/kg")
    'http://localhost:3030/kg'
    """
    parts = urlsplit(endpoint)
    head, slash, last = parts.path.rstrip("/").rpartition("/")
    path = head + slash + _QUERY_PARTS[last] if last in _QUERY_PARTS else parts.path
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


class Endpoint:
    """One graph of a triple store on the network; a context manager, for its connections stay open.

    Parameters
    ----------
    address
        Of the Graph Store Protocol: http or https.
    graph
        The IRI of the graph; None for the default graph.
    query
        The address for queries; by default `query_address` says.
    user, password
        For HTTP's Basic authentication.
    timeout
        Seconds that the server may be silent.

    Raises
    ------
    ExportError
        If an address is none, or holds a password, or the graph is no IRI.
    """

    def __init__(
        self,
        address: str,
        *,
        graph: str | None = None,
        query: str | None = None,
        user: str | None = None,
        password: str | None = None,
        timeout: float = 120.0,
    ) -> None:
        if graph is not None and not _is_iri(graph):
            raise ExportError(f"{visible(graph)}: not an IRI; a graph is named by one, like https://example.org/pfocr")
        self.address = address
        self._graph = graph
        self._timeout = timeout
        self._headers = {"User-Agent": "pfocr-kg"}
        if user is not None:
            token = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
            self._headers["Authorization"] = f"Basic {token}"
        self._store = _Address(address)
        asked = _Address(query or query_address(address))
        self._query = asked, asked.path
        self._connections: dict[_Address, http.client.HTTPConnection] = {}

    def of_graph(self, graph: str) -> Endpoint:
        """Return another graph of the same store, on the same connections."""
        other = copy(self)
        other._graph = graph  # noqa: SLF001 - its own
        return other

    def __enter__(self) -> Self:
        """Return the endpoint itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close its connections."""
        for connection in self._connections.values():
            connection.close()

    def add(self, triples: bytes) -> None:
        """Add N-Triples to the graph, which is made where there is none.

        Raises
        ------
        ExportError
            If the server cannot be reached, or refuses.
        """
        self._write("POST", triples)

    def replace(self, triples: bytes = b"") -> None:
        """Put N-Triples in the place of all that is in the graph.

        Raises
        ------
        ExportError
            If the server cannot be reached, or refuses.
        """
        self._write("PUT", triples)

    def _write(self, method: str, triples: bytes) -> None:
        which = urlencode({"graph": self._graph}) if self._graph is not None else "default"
        path = self._store.path + ("&" if "?" in self._store.path else "?") + which
        self._send(method, self._store, path, triples, {"Content-Type": "application/n-triples"})

    def count(self) -> int:
        """Return how many triples the graph has.

        Raises
        ------
        ExportError
            If the server cannot be reached, or does not answer queries.
        """
        pattern = "?s ?p ?o" if self._graph is None else f"GRAPH <{self._graph}> {{ ?s ?p ?o }}"
        body = urlencode({"query": f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"}).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/sparql-results+json",
        }
        answer = self._send("POST", *self._query, body, headers)
        try:
            return int(json.loads(answer)["results"]["bindings"][0]["n"]["value"])
        except (ValueError, KeyError, IndexError, TypeError) as error:
            where = self._query[0].text
            raise ExportError(f"{where}: does not answer SPARQL queries with JSON; give --query-endpoint") from error

    def _send(self, method: str, address: _Address, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        """Send a request until it is answered; return the answer, or say why not."""
        reason, pause = "", _FIRST_PAUSE
        for attempt in range(TRIES):
            if attempt:
                time.sleep(pause)
                pause *= 2
            connection = self._connections.setdefault(address, address.connect(self._timeout))
            try:
                connection.request(method, path, body, self._headers | headers)
                response = connection.getresponse()
                answer = response.read(_MAX_ANSWER)
                if response.read(1):
                    connection.close()
            except TimeoutError:
                reason = f"says nothing for {self._timeout:g} s; is it overloaded?"
            except (OSError, http.client.HTTPException) as error:
                final = _final_reason(error)
                if final is not None:
                    raise ExportError(f"{address.text}: {final}") from error
                reason = f"the connection failed ({visible(str(error) or type(error).__name__)})"
            else:
                if response.status < 300:
                    return answer
                reason = _reason(response, answer)
                if response.status not in _MAY_PASS:
                    raise ExportError(f"{address.text}: {reason}")
            connection.close()
        raise ExportError(f"{address.text}: {reason} (tried {TRIES} times)")


def _final_reason(error: Exception) -> str | None:
    """Return why there is no connection, and will be none however often it is tried; None if that may pass."""
    if isinstance(error, ConnectionRefusedError):
        return "nobody answers there; is the server running?"
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
        return "there is no host of this name"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted ({visible(str(error))})"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return f"no connection by https ({visible(str(error))}); does it speak http?"
    return None


def _reason(response: http.client.HTTPResponse, answer: bytes) -> str:
    said = visible(shorten(" ".join(answer.decode(errors="replace").split())))
    status = f"HTTP {response.status}"
    if response.status in _REASONS:
        return f"{_REASONS[response.status]} ({status})"
    if 300 <= response.status < 400:
        return f"is elsewhere ({status}): give {visible(response.headers.get('Location', 'that address'))}"
    return f"refused with {status}" + (f": {said}" if said else "")


def _is_iri(text: str) -> bool:
    import pyoxigraph as ox

    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


class _Address:
    """A web address, taken apart."""

    def __init__(self, text: str) -> None:
        try:
            parts = urlsplit(text)
            self.host, self.port = parts.hostname, parts.port
        except ValueError as error:
            raise ExportError(f"{visible(text)}: not an address ({error})") from error
        if parts.scheme not in ("http", "https") or not self.host or not text.isprintable() or " " in text:
            raise ExportError(f"{visible(text)}: not an address; give one like http://localhost:7878/store")
        try:
            text.encode("ascii")
        except UnicodeEncodeError as error:
            raise ExportError(
                f"{visible(text)}: not an address; write letters beyond ASCII percent-encoded, and names of hosts in"
                " punycode"
            ) from error
        if parts.username is not None or parts.password is not None:
            raise ExportError("the address holds a name or a password; give --user NAME, and the password when asked")
        self.text = text
        self.is_secure = parts.scheme == "https"
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """Return a connection, not yet open."""
        kind = http.client.HTTPSConnection if self.is_secure else http.client.HTTPConnection
        return kind(str(self.host), self.port, timeout=timeout)
