"""What clients send that read the standard in their own way, recorded from them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.serve.running import WORDS

if TYPE_CHECKING:
    from tests.serve.running import Running

SELECT, ASK, CONSTRUCT = WORDS, "ASK {}", "CONSTRUCT WHERE { ?s a pfkg:PathwayFigure }"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
JSON_ACCEPTED = f"{JSON},application/json,text/javascript,application/javascript"
TURTLE_ACCEPTED = "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3"
JSON_LD = "application/ld+json,application/x-json+ld"

# SPARQLWrapper 2.0.0 gives the same formats three times: as format, output and results. It asks for XML by default.
SPARQL_WRAPPER = [
    (SELECT, ["xml"], XML, XML),
    (SELECT, ["json"], JSON_ACCEPTED, JSON),
    (SELECT, ["csv"], "text/csv", "text/csv"),
    (SELECT, ["tsv", "text/tab-separated-values"], "text/tab-separated-values", "text/tab-separated-values"),
    (ASK, ["xml"], XML, XML),
    (ASK, ["tsv", "text/tab-separated-values"], "text/tab-separated-values", "text/tab-separated-values"),
    (CONSTRUCT, ["xml"], "application/rdf+xml", "application/rdf+xml"),
    (CONSTRUCT, ["json"], "*/*", "application/ld+json"),
    (CONSTRUCT, ["n3"], TURTLE_ACCEPTED, "text/turtle"),
    (CONSTRUCT, ["turtle"], "application/turtle,text/turtle", "text/turtle"),
    (CONSTRUCT, ["rdf+xml", "application/rdf+xml"], "application/rdf+xml", "application/rdf+xml"),
    (CONSTRUCT, ["json-ld", JSON_LD], JSON_LD, "application/ld+json"),
]


@pytest.mark.parametrize("method", ["GET", "POST", "POST directly"])
@pytest.mark.parametrize(("query", "formats", "accept", "expected"), SPARQL_WRAPPER)
def test_sparqlwrapper(
    server: Running, method: str, query: str, formats: list[str], accept: str, expected: str
) -> None:
    more = [(name, value) for name in ("format", "output", "results") for value in formats]
    headers = {"Accept": accept}
    if method == "GET":
        reply = server.ask("GET", "/sparql?" + urlencode([("query", query), *more]), headers=headers)
    elif method == "POST":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode([("query", query), *more]).encode()
        reply = server.ask("POST", "/sparql", body=body, headers=headers)
    else:
        headers["Content-Type"] = "application/sparql-query"
        reply = server.ask("POST", "/sparql?" + urlencode(more), body=query.encode(), headers=headers)
    assert (reply.status, reply.type) == (200, expected), reply.text


@pytest.mark.parametrize("formats", [["turtle"], ["rdf+xml"], ["json-ld"], ["n3"]])
def test_a_format_that_an_answer_cannot_have_is_refused(server: Running, formats: list[str]) -> None:
    path = "/sparql?" + urlencode([("query", SELECT), *(("format", name) for name in formats)])
    assert server.ask("GET", path).status == 406
