"""The query part of the SPARQL 1.1 Protocol, clause by clause: https://www.w3.org/TR/sparql11-protocol/.

A test's name begins with the section. Every request goes through a socket to the real server.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.serve.problems import Refusal
from kg.serve.protocol import _parameters
from tests.conftest import JAK_STAT, RCC
from tests.serve.running import WORDS, wait_until

if TYPE_CHECKING:
    import kg
    from tests.serve.running import Running

ASK = "ASK { ?gene a schema:Gene }"
CONSTRUCT = "CONSTRUCT { ?m pfkg:word ?word } WHERE { ?m pfkg:word ?word }"
DESCRIBE = "DESCRIBE <https://identifiers.org/ncbigene/6774>"
GRAPHS = [f"https://pfocr.wikipathways.org/figures/{figid}.html#graph" for figid in (JAK_STAT, RCC)]
GENES = "https://w3id.org/pfocr-kg/graph/genes"
TITLES = "SELECT ?title { ?figure a pfkg:PathwayFigure ; dcterms:title ?title }"
NAMED = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"

SELECT_TYPES = {
    "application/sparql-results+json": "application/sparql-results+json",
    "application/json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "application/xml": "application/sparql-results+xml",
    "text/csv": "text/csv",
    "text/tab-separated-values": "text/tab-separated-values",
}
GRAPH_TYPES = {
    "text/turtle": "text/turtle",
    "application/n-triples": "application/n-triples",
    "application/rdf+xml": "application/rdf+xml",
    "application/ld+json": "application/ld+json",
}


@pytest.fixture(scope="module")
def words(seeds_build: kg.Build) -> list[str]:
    return [str(row["word"]) for row in seeds_build.query(WORDS).to_rows()]


def test_2_1_1_get_gives_the_query_in_the_address(server: Running, words: list[str]) -> None:
    assert [row["word"] for row in server.get(WORDS).rows()] == words
    assert len(words) == 28


def test_2_1_1_get_is_percent_encoded(server: Running) -> None:
    query = 'SELECT ("κ+ % & = #\\n" AS ?text) {}'
    assert server.ask("GET", "/sparql?query=" + quote(query, safe="")).rows() == [{"text": "κ+ % & = #\n"}]
    assert server.ask("GET", "/sparql?" + urlencode({"query": query})).rows() == [{"text": "κ+ % & = #\n"}]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("query", "default-graph-uri", "a=b&c", "")),
            st.text() | st.binary().map(lambda data: data.decode("latin-1")),
        ),
        min_size=1,
    ),
    st.sampled_from((quote, quote_plus)),
)
def test_2_1_1_what_is_encoded_is_decoded(pairs: list[tuple[str, str]], by: Any) -> None:
    encoded = urlencode(pairs, quote_via=by)
    assert _parameters(encoded.encode(), "it") == pairs
    assert _parameters(encoded.lower().encode(), "it") == parse_qsl(encoded.lower(), keep_blank_values=True)


@given(st.text(st.sampled_from("%=&+2Ff0 q\nzé")))
def test_2_1_1_what_is_half_encoded_stays(text: str) -> None:
    """As urllib reads it, and the URL standard of the WHATWG says."""
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(Refusal, match="not UTF-8"):
            _parameters(text.encode(), "it")
    else:
        assert _parameters(text.encode(), "it") == expected


def test_2_1_1_head_is_get_without_the_body(server: Running) -> None:
    path = "/sparql?query=" + quote(WORDS)
    head, get = server.ask("HEAD", path), server.ask("GET", path)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers[name] == get.headers[name]


def test_2_1_2_post_gives_the_query_in_a_form(server: Running, words: list[str]) -> None:
    assert [row["word"] for row in server.form([("query", WORDS)]).rows()] == words


def test_2_1_2_a_form_says_its_charset(server: Running) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert server.ask("POST", "/sparql", urlencode({"query": ASK}).encode(), headers).json()["boolean"] is True


def test_2_1_2_a_form_takes_graphs_too(server: Running) -> None:
    reply = server.form([("query", TITLES), ("default-graph-uri", GRAPHS[0])])
    assert [row["title"].split()[0] for row in reply.rows()] == ["Advances"]


def test_2_1_3_post_gives_the_query_as_the_body(server: Running, words: list[str]) -> None:
    assert [row["word"] for row in server.post(WORDS).rows()] == words


def test_2_1_3_the_body_is_utf_8(server: Running) -> None:
    reply = server.post('SELECT ("κ€🧬" AS ?x) {}', **{"Content-Type": "application/sparql-query; charset=utf-8"})
    assert reply.rows() == [{"x": "κ€🧬"}]


def test_2_1_3_graphs_stand_in_the_address(server: Running) -> None:
    reply = server.post(TITLES, path="/sparql?" + urlencode({"default-graph-uri": GRAPHS[1]}))
    assert [row["title"].split()[0] for row in reply.rows()] == ["Interleukin-6"]


def test_2_1_4_without_graphs_the_default_graph_is_the_union(server: Running) -> None:
    assert len(server.get(TITLES).rows()) == 2


def test_2_1_4_several_default_graphs_are_merged(server: Running) -> None:
    reply = server.form([("query", TITLES), *(("default-graph-uri", iri) for iri in GRAPHS)])
    assert len(reply.rows()) == 2


def test_2_1_4_default_graphs_alone_leave_no_named_graph(server: Running) -> None:
    assert server.form([("query", NAMED), ("default-graph-uri", GRAPHS[0])]).rows() == []


def test_2_1_4_named_graphs_alone_leave_the_default_graph_empty(server: Running) -> None:
    assert server.form([("query", TITLES), ("named-graph-uri", GRAPHS[0])]).rows() == []
    reply = server.form([("query", NAMED), *(("named-graph-uri", iri) for iri in GRAPHS)])
    assert sorted(row["g"] for row in reply.rows()) == sorted(GRAPHS)


def test_2_1_4_both_kinds_make_a_full_dataset(server: Running) -> None:
    query = "SELECT ?title ?label { ?f dcterms:title ?title GRAPH ?g { ncbigene:6774 rdfs:label ?label } }"
    fields = [("query", query), ("default-graph-uri", GRAPHS[0]), ("named-graph-uri", GENES)]
    assert [row["label"] for row in server.form(fields).rows()] == ["STAT3"]


def test_2_1_4_the_request_goes_before_from(server: Running) -> None:
    query = TITLES.replace("?title {", f"?title FROM <{GRAPHS[0]}> FROM NAMED <{GENES}> {{", 1)
    assert [row["title"].split()[0] for row in server.get(query).rows()] == ["Advances"]
    reply = server.form([("query", query), ("default-graph-uri", GRAPHS[1])])
    assert [row["title"].split()[0] for row in reply.rows()] == ["Interleukin-6"]


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("iri", ["relative", "", "http://a b/", "http://a/>", "http://a/\r\nX: y"])
def test_2_1_4_a_graph_is_an_absolute_iri(server: Running, name: str, iri: str) -> None:
    reply = server.form([("query", ASK), (name, iri)])
    assert (reply.status, reply.text) == (400, f"`{name}` must be an absolute IRI\n")


@pytest.mark.parametrize(("accept", "expected"), SELECT_TYPES.items())
def test_2_1_5_every_format_of_select(server: Running, words: list[str], accept: str, expected: str) -> None:
    reply = server.get(WORDS, accept=accept)
    assert (reply.status, reply.type) == (200, expected)
    assert _words(reply.type, reply.text) == words


def _words(media: str, text: str) -> list[str]:
    if media.endswith("json"):
        return [row["word"]["value"] for row in json.loads(text)["results"]["bindings"]]
    if media.endswith("xml"):
        namespace = "{http://www.w3.org/2005/sparql-results#}"
        return [node.text or "" for node in ET.fromstring(text).iter(namespace + "literal")]  # noqa: S314 - ours
    if media == "text/csv":
        return [row["word"] for row in csv.DictReader(io.StringIO(text))]
    return [line.strip('"') for line in text.splitlines()[1:]]


@pytest.mark.parametrize(("accept", "expected"), SELECT_TYPES.items())
def test_2_1_5_every_format_of_ask(server: Running, accept: str, expected: str) -> None:
    reply = server.get(ASK, accept=accept)
    assert (reply.status, reply.type) == (200, expected)
    assert "true" in reply.text


@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
@pytest.mark.parametrize(("accept", "expected"), GRAPH_TYPES.items())
def test_2_1_5_every_format_of_a_graph(
    server: Running, seeds_build: kg.Build, query: str, accept: str, expected: str
) -> None:
    reply = server.get(query, accept=accept)
    assert (reply.status, reply.type) == (200, expected)
    graph = rdflib.Graph().parse(data=reply.text, format={"application/n-triples": "nt"}.get(accept, accept))
    answer = seeds_build.query(query)
    lines = [str(ox.Triple(*row)) + " ." for row in answer]  # type: ignore[arg-type]
    assert set(graph) == set(rdflib.Graph().parse(data="\n".join(lines), format="nt"))
    assert len(graph) > 3


def test_2_1_5_without_accept_there_is_a_default(server: Running) -> None:
    assert server.get(WORDS).type == "application/sparql-results+json"
    assert server.get(CONSTRUCT).type == "text/turtle"


def test_2_1_5_the_client_weighs_formats(server: Running) -> None:
    assert server.get(WORDS, accept="text/csv;q=0.2, application/sparql-results+xml;q=0.7").type.endswith("xml")
    assert server.get(WORDS, accept="*/*;q=0.1, text/*;q=0.2").type == "text/csv"
    assert server.get(WORDS, accept="application/sparql-results+json;q=0, */*").type.endswith("xml")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_2_1_5_what_is_not_offered_is_not_acceptable(server: Running, method: str) -> None:
    for query, accept in ((WORDS, "image/png"), (WORDS, "text/turtle"), (CONSTRUCT, "text/csv")):
        reply = server.get(query, accept=accept) if method == "GET" else server.post(query, Accept=accept)
        assert reply.status == 406
        assert "accept" in reply.text


def test_2_1_5_the_answer_says_that_it_depends_on_accept(server: Running) -> None:
    assert "Accept" in server.get(WORDS).headers["vary"]


def test_2_1_5_a_parameter_goes_before_accept(server: Running) -> None:
    assert server.get(WORDS, accept="application/json", format="csv").type == "text/csv"
    assert server.get(CONSTRUCT, format="json-ld").type == "application/ld+json"
    assert server.get(WORDS, format="docx").status == 406


def test_2_1_6_success_is_200_with_the_whole_answer(server: Running) -> None:
    reply = server.get(WORDS)
    assert reply.status == 200
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_2_1_6_text_is_labelled_utf_8(server: Running) -> None:
    for accept, query in (("text/csv", WORDS), ("text/tab-separated-values", WORDS), ("text/turtle", CONSTRUCT)):
        assert server.get(query, accept=accept).headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize("query", ["SELECT", "SELECT * {", "nonsense", "SELECT * { ?s ?p }", "ASK { <a b> ?p ?o }"])
def test_2_1_7_a_malformed_query_is_400_with_its_place(server: Running, query: str) -> None:
    for reply in (server.get(query), server.post(query), server.form([("query", query)])):
        assert reply.status == 400
        assert reply.type == "text/plain"
        assert reply.text.startswith("line 1, column ")


def test_2_1_7_a_missing_query_is_400(server: Running) -> None:
    assert server.form([]).status == 400
    assert server.form([("other", ASK)]).status == 400
    assert server.ask("GET", "/sparql?default-graph-uri=http%3A%2F%2Fa%2F").status == 400
    assert server.ask("GET", "/sparql?other=1").status == 400
    assert server.ask("GET", "/sparql?query=").status == 400
    assert server.post("").status == 400


def test_2_1_7_several_queries_are_400(server: Running) -> None:
    assert server.ask("GET", f"/sparql?query={quote(ASK)}&query={quote(ASK)}").status == 400
    assert server.form([("query", ASK), ("query", WORDS)]).status == 400
    assert server.post(ASK, path=f"/sparql?query={quote(ASK)}").status == 400


def test_2_1_7_text_that_is_not_utf_8_is_400(server: Running) -> None:
    assert server.ask("GET", "/sparql?query=ASK%20%7B%7D%20%23%FF").status == 400
    for media in ("application/sparql-query", "application/x-www-form-urlencoded"):
        reply = server.ask("POST", "/sparql", b"query=\xff\xfe ASK {}", {"Content-Type": media})
        assert (reply.status, "UTF-8" in reply.text) == (400, True)
    utf16 = {"Content-Type": "application/sparql-query; charset=UTF-16"}
    assert server.ask("POST", "/sparql", ASK.encode("utf-16"), utf16).status == 415


@pytest.mark.parametrize("media", [None, "text/plain", "application/json", "multipart/form-data; boundary=x"])
def test_2_1_7_another_type_of_body_is_415(server: Running, media: str | None) -> None:
    headers = {} if media is None else {"Content-Type": media}
    reply = server.ask("POST", "/sparql", ASK.encode(), headers)
    assert reply.status == 415
    assert "application/sparql-query" in reply.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "QUERY"])
def test_2_1_7_another_method_is_405(server: Running, method: str) -> None:
    reply = server.ask(method, "/sparql?query=" + quote(ASK))
    assert reply.status == 405
    assert {"GET", "POST"} <= {name.strip() for name in reply.headers["allow"].split(",")}


def test_2_2_updates_are_refused_with_a_sentence(server: Running) -> None:
    update = "INSERT DATA { <a:a> <a:b> <a:c> }"
    direct = server.ask("POST", "/sparql", update.encode(), {"Content-Type": "application/sparql-update"})
    for reply in (direct, server.form([("update", update)]), server.get(update), server.get(None, update=update)):
        assert reply.status == 403
        assert "read only" in reply.text
    assert server.get("ASK { <a:a> ?p ?o }").json()["boolean"] is False


def test_service_description_without_a_query(server: Running) -> None:
    """SPARQL 1.1 Service Description, section 2."""
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    for accept in (None, *GRAPH_TYPES):
        reply = server.get(accept=accept)
        assert reply.status == 200
        graph = rdflib.Graph().parse(
            data=reply.text, format={"application/n-triples": "nt"}.get(reply.type, reply.type)
        )
        service = graph.value(None, rdflib.RDF.type, sd.Service)
        assert graph.value(service, sd.endpoint) == rdflib.URIRef(f"http://127.0.0.1:{server.port}/sparql")
        assert graph.value(service, sd.supportedLanguage) == sd.SPARQL11Query
        assert graph.value(service, sd.feature) == sd.UnionDefaultGraph
        assert len(list(graph.objects(service, sd.resultFormat))) == 8
        assert not any(isinstance(term, rdflib.BNode) for triple in graph for term in triple)


def test_service_description_is_the_page_for_a_browser(server: Running) -> None:
    reply = server.get(accept="text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    assert reply.type == "text/html"
    assert reply.body == server.get(path="/").body


def test_a_mistake_of_the_server_is_a_sentence_that_any_page_may_read(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("kg.serve.pool.Pool.answer", fail)
        reply = server.get("ASK { ?s ?p 'never asked before' }")
    assert (reply.status, reply.text) == (500, "the server made a mistake, which its log has\n")
    assert reply.headers["access-control-allow-origin"] == "*"
    wait_until(lambda: any(record.exc_info for record in caplog.records))  # the log comes after the answer
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    assert server.get(WORDS).status == 200


def test_a_slash_behind_the_address_leads_to_it(server: Running) -> None:
    reply = server.ask("GET", "/sparql/?query=ASK%7B%7D")
    assert (reply.status, urlsplit(reply.headers["location"])[2:4]) == (307, ("/sparql", "query=ASK%7B%7D"))


def test_answers_can_be_asked_for_again(server: Running) -> None:
    """RFC 9110, section 13.1.2."""
    first = server.get(WORDS)
    path = "/sparql?query=" + quote(WORDS).replace("%20", "+")
    for tag in (first.headers["etag"], 'W/"other", W/' + first.headers["etag"]):
        again = server.ask("GET", path, headers={"If-None-Match": tag})
        assert (again.status, again.body) == (304, b"")
    assert server.ask("GET", path, headers={"If-None-Match": '"other"'}).body == first.body
    assert server.get(WORDS, format="csv").headers["etag"] != first.headers["etag"]


def test_what_changes_each_time_is_not_kept(server: Running) -> None:
    query = "SELECT (STRUUID() AS ?id) {}"
    first, second = server.get(query), server.get(query)
    assert first.body != second.body
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"


def test_pages_of_other_sites_may_ask(server: Running) -> None:
    """WHATWG Fetch, section 3.2: what a SPARQL editor in a browser needs."""
    preflight = server.ask(
        "OPTIONS",
        "/sparql",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
    )
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    for reply in (server.get(WORDS), server.get("nonsense"), server.get(path="/nowhere")):
        assert reply.headers["access-control-allow-origin"] == "*"
