"""The query operation of the SPARQL 1.1 Protocol: from an HTTP request to a query and its dataset.

References
----------
SPARQL 1.1 Protocol, section 2.1, https://www.w3.org/TR/sparql11-protocol/#query-operation; WHATWG URL,
section 5.1 (application/x-www-form-urlencoded parsing), https://url.spec.whatwg.org/#urlencoded-parsing
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from kg.serve.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FORM", "MAX_BODY_BYTES", "QUERY", "UPDATE", "Asked", "check_content_type", "read_request"]

MAX_BODY_BYTES = 1_000_000
"""How large the body of a request may be; a longer one is refused before it has arrived."""

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

READ_ONLY = "this endpoint is read only: queries (SELECT, ASK, CONSTRUCT, DESCRIBE) are answered, updates are not"

_CLOSE = {"Connection": "close"}
_MAX_PARAMETERS = 1_000
_HALF_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# RFC 3986, section 4.3, and what RFC 3987 adds to it: nothing that could end an IRI in SPARQL, or a header.
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`\x7f-\xa0\ud800-\udfff]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query operation.

    Attributes
    ----------
    query
        The query; None where the request has none, and asks for the service's description.
    default_graphs, named_graphs
        The graphs of the dataset that the request names, IRIs; both empty where it names none.
    formats
        What ``format=`` says, which goes before ``Accept``; not part of the standard.
    """

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


def check_content_type(value: str | None, *, encoding: str | None = None) -> str:
    """Return the media type of a POST request's body: `FORM` or `QUERY`.

    Parameters
    ----------
    value, encoding
        Its ``Content-Type`` and ``Content-Encoding``.

    Raises
    ------
    Refusal
        415, if there is none, it is another, compressed, or its text is not UTF-8; 403, if it is that of an update.
        The body is not read then, so that the connection ends.

    Examples
    --------
    >>> check_content_type("application/sparql-query; charset=utf-8")
    'application/sparql-query'
    """
    name, *parameters = (part.strip().lower() for part in (value or "").split(";"))
    if name == UPDATE:
        raise Refusal(403, READ_ONLY, headers=_CLOSE)
    if name not in (FORM, QUERY):
        raise Refusal(415, f"a query is posted as {FORM} or as {QUERY}; say which in Content-Type", headers=_CLOSE)
    if encoding not in (None, "identity"):
        raise Refusal(415, "the body must not be compressed", headers=_CLOSE)
    for parameter in parameters:
        key, _, charset = parameter.partition("=")
        if key.strip() == "charset" and charset.strip().strip('"') not in ("utf-8", "utf8", "us-ascii"):
            raise Refusal(415, "the body must be UTF-8", headers=_CLOSE)
    return name


def read_request(query_string: bytes, *, content_type: str | None = None, body: bytes = b"") -> Asked:
    """Return what a request asks.

    Parameters
    ----------
    query_string
        What stands behind the question mark of the address.
    content_type
        What `check_content_type` says of a POST request; None for GET.
    body
        The body of a POST request.

    Raises
    ------
    Refusal
        400, if a parameter is missing, repeated or malformed; 403, if it asks for an update.

    Examples
    --------
    >>> read_request(b"query=ASK%20%7B%7D&default-graph-uri=http%3A%2F%2Fexample.org%2Fg")
    Asked(query='ASK {}', default_graphs=('http://example.org/g',), named_graphs=(), formats=())
    """
    parameters = _parameters(query_string, "the address")
    query: str | None
    if content_type == FORM:
        parameters += _parameters(body, "the body")
    if any(name == "update" for name, _ in parameters):
        raise Refusal(403, READ_ONLY)
    queries = _values(parameters, "query")
    if content_type == QUERY:
        if queries:
            raise Refusal(400, "the query stands in the body and in the address; give it once")
        query = _decoded(body, "the body")
    else:
        query = _only("query", queries)
    if query is None and (content_type is not None or any(name != "format" for name, _ in parameters)):
        raise Refusal(400, "the parameter `query` is missing")
    if query is not None and not query.strip():
        raise Refusal(400, "the query is empty")
    return Asked(
        query,
        tuple(_graphs(parameters, "default-graph-uri")),
        tuple(_graphs(parameters, "named-graph-uri")),
        tuple(_values(parameters, "format")),
    )


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refusal(400, f"{where} is not UTF-8 (byte {error.start})") from error


def _parameters(data: bytes, where: str) -> list[tuple[str, str]]:
    """Return names and values (WHATWG URL, section 5.1), of which none may be cut short or guessed."""
    _decoded(data, where)
    pieces = data.split(b"&")
    if len(pieces) > _MAX_PARAMETERS:
        raise Refusal(400, f"{where} has more than {_MAX_PARAMETERS:,} parameters")
    parts = (piece.partition(b"=") for piece in pieces if piece)
    try:
        return [(_unquoted(name), _unquoted(value)) for name, _, value in parts]
    except UnicodeDecodeError as error:
        raise Refusal(400, f"{where} has percent-encoded bytes that are not UTF-8") from error


def _unquoted(data: bytes) -> str:
    """Return a name or a value as a text, without its escapes."""
    data = data.replace(b"+", b" ")
    if _HALF_ESCAPE.search(data):
        return unquote_to_bytes(data).decode()
    # Quoted-printable (RFC 2045, section 6.7) escapes as addresses do, by another sign, and is read in C: a query of a
    # page, with a blank between any two words, takes a fifth of the time.
    return a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"=")).decode()


def _values(parameters: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [value for key, value in parameters if key == name]


def _only(name: str, values: Sequence[str]) -> str | None:
    if len(values) > 1:
        raise Refusal(400, f"the parameter `{name}` stands {len(values)} times; give it once")
    return values[0] if values else None


def _graphs(parameters: Sequence[tuple[str, str]], name: str) -> list[str]:
    iris = _values(parameters, name)
    if not all(map(_ABSOLUTE_IRI.fullmatch, iris)):
        raise Refusal(400, f"`{name}` must be an absolute IRI")
    return iris
