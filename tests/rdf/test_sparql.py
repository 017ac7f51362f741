from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.rdf import sparql
from kg.rdf.query import query
from kg.rdf.sparql import MAX_DEPTH, MAX_OPERATORS, check_query, tokens
from tests.rdf.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each must be refused before anything runs. URL is an address, x an IRI of the empty prefix; both lead to a listener.
STANDARD_ATTACKS = {
    "plain": "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "lower case": "select * { service <URL> { ?s ?p ?o } }",
    "mixed case": "SELECT * { SeRvIcE <URL> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "ask": "ASK { SERVICE <URL> { ?s ?p ?o } }",
    "construct": "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "optional": "SELECT * { ?s ?p ?o OPTIONAL { SERVICE <URL> { ?s ?q ?r } } }",
    "union": "SELECT * { { ?s ?p ?o } UNION { SERVICE <URL> { ?s ?p ?o } } }",
    "minus": "SELECT * { ?s ?p ?o MINUS { SERVICE <URL> { ?s ?p ?o } } }",
    "graph": "SELECT * { GRAPH ?g { SERVICE <URL> { ?s ?p ?o } } }",
    "lateral": "SELECT * { ?s ?p ?o LATERAL { SERVICE <URL> { ?s ?p ?o } } }",
    "sub-select": "SELECT * { { SELECT ?s { SERVICE <URL> { ?s ?p ?o } } } }",
    "filter exists": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "filter not exists": "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "bind exists": "SELECT * { ?s ?p ?o BIND(EXISTS { SERVICE <URL> { ?s ?p ?o } } AS ?e) }",
    "having": "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (EXISTS { SERVICE <URL> { ?s ?p ?o } })",
    "order by": "SELECT ?s { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <URL> { ?s ?p ?o } })",
    "in a service": "SELECT * { SERVICE <URL> { SERVICE <URL> { ?s ?p ?o } } }",
    "variable endpoint": "SELECT * { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }",
    "prefixed endpoint": "PREFIX e: <URL> SELECT * { SERVICE e:x { ?s ?p ?o } }",
    "empty prefix with a blank": "PREFIX : <URL> SELECT * { SERVICE :x { ?s ?p ?o } }",
    "base": "BASE <URL> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "after a comment": "SELECT * { # nothing here\n SERVICE <URL> { ?s ?p ?o } }",
    "before a comment": "SELECT * { SERVICE# is this one word?\n<URL>#{\n{ ?s ?p ?o } }",
    "no blanks": "SELECT*{SERVICE<URL>{?s?p?o}}",
    "line break in between": "SELECT * {\r\nSERVICE\r\n<URL>\r\n{ ?s ?p ?o } }",
    "quote in a comment": "SELECT * { # it's\n SERVICE <URL> { ?s ?p ?o } # it's\n }",
    "hash in a string": "SELECT * { BIND('#' AS ?x) SERVICE <URL> { ?s ?p ?o } }",
    "hash in an IRI": "SELECT * { BIND(<a:b#c> AS ?x) SERVICE <URL> { ?s ?p ?o } }",
    "quotes in long strings": "SELECT * { BIND('''a'b''c''' AS ?x) SERVICE <URL> { BIND(''''''  AS ?y) } }",
    "escaped quote": "SELECT * { BIND('a\\'' AS ?x) SERVICE <URL> { ?s ?p 'b' } }",
    "escaped backslash": "SELECT * { BIND('a\\\\' AS ?x) SERVICE <URL> { ?s ?p 'b' } }",
    "less than": "SELECT * { FILTER(1 <2) SERVICE <URL> { ?s ?p ?o } }",
    "name with a dot": "SELECT * { ?s ?p wp:x. SERVICE <URL> { ?s ?p ?o } }",
    "escaped letter": "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "long escape": "SELECT * { SERVI\\U00000043e <URL> { ?s ?p ?o } }",
    "all letters escaped": "SELECT * { \\u0073\\u0065\\u0072\\u0076\\u0069\\u0063\\u0065 <URL> { ?s ?p ?o } }",
    "escaped quote ends a string": "SELECT * { BIND('\\u0027 AS ?x) SERVICE <URL> { ?s ?p ?o } # ' AS ?x)\n }",
    "escaped line feed ends a comment": "SELECT * { #\\u000ASERVICE <URL> { ?s ?p ?o }\n }",
}
# Oxigraph wants no blank after a keyword; these have no token SERVICE, and reach out all the same.
ENGINE_ATTACKS = {
    "joined to silent": "SELECT * { SERVICESILENT<URL>{ ?s ?p ?o } }",
    "joined to a prefixed name": "PREFIX e: <URL> SELECT * { SERVICEe:x { ?s ?p ?o } }",
    "joined to the empty prefix": "PREFIX : <URL> SELECT * { SERVICE:x { ?s ?p ?o } }",
    "joined to silent and a name": "PREFIX e: <URL> SELECT * { SERVICESILENTe:x { ?s ?p ?o } }",
    "behind true": "SELECT * { ?s ?p trueSERVICE <URL> { ?a ?b ?c } }",
    "behind true, joined to a name": "PREFIX e: <URL> SELECT * { ?s ?p trueSERVICEe:x { ?a ?b ?c } }",
    "behind a number": "PREFIX e: <URL> SELECT * { ?s ?p 1SERVICEe:x { ?a ?b ?c } }",
    "looks like an IRI": "SELECT * { FILTER(1<2)SERVICE#>\n<URL>{ ?s ?p ?o } }",
    "looks like an IRI, bound": "SELECT * { BIND(1<2 AS ?t)BIND(2<3AS?u)SERVICE#>\n<URL>{ ?s ?p ?o } }",
    "lateral": "PREFIX e: <URL> SELECT * { {} LATERAL { SERVICEe:x { ?s ?p ?o } } }",
}
ATTACKS = STANDARD_ATTACKS | {f"engine: {name}": text for name, text in ENGINE_ATTACKS.items()}

HARMLESS = {
    "variable": "SELECT ?service { ?service ?p ?o }",
    "dollar variable": "SELECT $SERVICE { $SERVICE ?p ?o }",
    "part of a variable": "SELECT * { ?serviceName ?my_service ?SERVICE }",
    "prefix": "PREFIX service: <http://example.org/> SELECT * { ?s ?p service:x }",
    "prefix of a graph": "PREFIX service: <http://example.org/> SELECT * { GRAPH service:x { ?s ?p ?o } }",
    "prefix of a dataset": "PREFIX service: <http://example.org/> SELECT * FROM service:x { ?s ?p ?o }",
    "described": "PREFIX service: <http://example.org/> DESCRIBE service:x { ?s ?p ?o }",
    "function": "PREFIX service: <http://example.org/> SELECT * { ?s ?p ?o FILTER(service:x(?o)) }",
    "local name": "SELECT * { ?s schema:service ?o }",
    "local name with an escape": "SELECT * { ?s schema:a\\-SERVICE ?o }",
    "local name with a dot": "SELECT * { ?s schema:a.SERVICE ?o }",
    "blank node": "SELECT * { _:service ?p _:SERVICE }",
    "IRI": "SELECT * { ?s ?p <http://x/SERVICE> }",
    "IRI with brackets": "SELECT * { ?s ?p <http://x/(a)/service(b)#c> }",
    "comment": "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
    "comment in between": "SELECT * { # SERVICE <http://x/> {}\n ?s ?p ?o }",
    "short string": 'SELECT * { ?s ?p "SERVICE" }',
    "single quotes": "SELECT * { ?s ?p 'a SERVICE <x> {}' }",
    "long string": 'SELECT * { ?s ?p """a " b ""\nSERVICE <x> {}""" }',
    "long single quotes": "SELECT * { ?s ?p '''it's\nSERVICE <x> {}''' }",
    "escaped quote": "SELECT * { ?s ?p 'a\\' SERVICE <x> {}' }",
    "escaped letters of a string": "SELECT * { ?s ?p 'caf\\u00e9 service' }",
    "escape in an IRI": "SELECT * { ?s ?p <http://x/caf\\u00e9/\\u0053ERVICE> }",
    "language": "SELECT * { ?s ?p 'a'@service }",
    "less than": "SELECT * { ?service ?p ?o FILTER(?service<?o&&?o>?p) }",
}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        yield server


@pytest.fixture
def store() -> ox.Store:
    store = ox.Store()
    node = ox.NamedNode("http://example.org/a")
    store.add(ox.Quad(node, node, ox.Literal(value=True)))
    store.add(ox.Quad(node, node, ox.Literal(1)))
    return store


@pytest.mark.parametrize("name", ATTACKS)
def test_service_is_refused_before_anything_runs(name: str, store: ox.Store, listener: Listener) -> None:
    with pytest.raises(QueryError, match=r"SERVICE is not allowed|syntax error"):
        query(store, ATTACKS[name].replace("URL", listener.url))
    assert listener.n_calls() == 0


@pytest.mark.parametrize("name", STANDARD_ATTACKS)
def test_the_error_names_service(name: str) -> None:
    with pytest.raises(QueryError, match="SERVICE is not allowed: a query reads this build alone"):
        check_query(STANDARD_ATTACKS[name])


@pytest.mark.parametrize("name", ["plain", *(f"engine: {name}" for name in ENGINE_ATTACKS)])
def test_unchecked_the_attack_would_reach_out(name: str, store: ox.Store, listener: Listener) -> None:
    # The control: without the check, the listener hears of these.
    text = ATTACKS[name].replace("URL", listener.url)
    try:
        answer = store.query(text)
        assert isinstance(answer, ox.QuerySolutions)
        list(answer)
    except (OSError, RuntimeError, ValueError):
        pass  # the listener hangs up
    assert listener.n_calls() > 0


@pytest.mark.parametrize("name", HARMLESS)
def test_the_word_is_free_where_it_is_no_clause(name: str, store: ox.Store) -> None:
    text = HARMLESS[name]
    check_query(text)
    if name != "function":  # it parses, and does not exist
        list(query(store, text))


_GAPS = st.sampled_from(["", " ", "\n", "#x\n", " #>\n", "\t"])
_BEFORE = st.sampled_from(
    (
        *("", "{} ", "?s ?p ?o.", "?s ?p ?o ", "?s ?p true", "?s ?p 1", "?s ?p e:y ", "BIND(1 AS ?x)", "FILTER(1<2)"),
        *("OPTIONAL{", "{}UNION{", "MINUS{", "{SELECT*{", "GRAPH?g{", "FILTER EXISTS{", "?s ?p <a:b>.", "VALUES?x{1}"),
        *("'", "# "),
    )
)
_KEYWORDS = st.sampled_from(["SERVICE", "service", "Service", "\\u0053ERVICE", "SERVIC\\U00000065"])


@given(_BEFORE, _KEYWORDS, st.sampled_from(["", "SILENT"]), st.sampled_from(["<a:b>", "e:x", ":x", "?u"]), _GAPS, _GAPS)
def test_no_spelling_gets_through(before: str, keyword: str, silent: str, endpoint: str, gap: str, gap2: str) -> None:
    inner = f"{before}{keyword}{gap}{silent}{gap2}{endpoint}{gap}{{ ?a ?b ?c }}"
    text = f"PREFIX e: <a:> PREFIX : <a:> SELECT * {{ {inner} {'}' * before.count('{')} }}"
    if before == "# " and "\n" not in inner:
        check_query(text + "\n}")  # all of it is a comment
        return
    with pytest.raises(QueryError):
        query(ox.Store(), text)


@given(st.text(alphabet="SERVICEservice \"'\\#<>{}?$:@.u0053^\n()true1", max_size=60))
def test_tokens_cover_the_text_in_order(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert token.start >= end
        assert text[token.start : token.end] == token.text
        end = token.end


@given(st.text(max_size=60))
def test_any_text_is_refused_with_a_sentence_or_not_at_all(text: str) -> None:
    said = ""
    try:
        check_query(text)
    except QueryError as error:
        said = str(error)
    assert said == "" or len(said.split("\n")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX a: <b:> DELETE WHERE { ?s ?p ?o }",
        "load <file:///etc/hosts>",
        "CLEAR ALL",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused(text: str) -> None:
    with pytest.raises(QueryError, match="only queries"):
        check_query(text)


@pytest.mark.parametrize("word", ["insert", "load", "with"])
def test_update_words_are_free_as_names(word: str) -> None:
    check_query(f"PREFIX {word}: <a:> SELECT ?{word} {{ ?{word} {word}:x '{word}' }}")


def test_a_function_that_does_not_exist_is_named() -> None:
    with pytest.raises(QueryError, match="cannot be answered"):
        query(ox.Store(), "SELECT * { FILTER(<http://example.org/f>(1)) }")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 5000 + "}" * 5000,
        "SELECT * { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }",
        "SELECT * { ?s ?p " + "[ ?p " * 200 + "1" + "]" * 200 + " }",
        "SELECT * { FILTER(?a<b:f" + "(" * 900 + "1" + ")" * 900 + ">2) }",
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    # Oxigraph's parser would end the process, or take minutes.
    with pytest.raises(QueryError, match=f"more than {MAX_DEPTH} deep|cannot stand here"):
        check_query(text)


@pytest.mark.parametrize("chain", ["!", "1+", "?s||", "1 + "])
def test_long_chains_are_refused(chain: str) -> None:
    with pytest.raises(QueryError, match=f"more than {MAX_OPERATORS:,} operators"):
        check_query(f"SELECT * {{ ?s ?p ?o FILTER({chain * 20000}1) }}")


def test_a_chain_that_looks_like_an_iri_is_refused() -> None:
    with pytest.raises(QueryError, match="an IRI of more than"):
        check_query(f"SELECT * {{ ?s ?p ?o FILTER(?o<{'1+' * 20000}1>2) }}")


def test_many_values_are_fine(store: ox.Store) -> None:
    values = " ".join(f"(<http://example.org/{i}>)" for i in range(20000))
    text = f"SELECT * {{ VALUES (?s) {{ {values} }} ?s ?p ?o FILTER(?o NOT IN ({', '.join(map(str, range(5000)))})) }}"
    assert list(query(store, text)) == []


def test_a_chain_just_within_the_bounds_runs(store: ox.Store) -> None:
    depth = MAX_DEPTH - 3
    text = f"SELECT * {{ ?s ?p ?o FILTER({'(' * depth}1{')' * depth}) FILTER({'1+' * 900}1 > 0) }}"
    assert len(list(query(store, text))) == 2


FORBIDDEN = [*"{}()[].;!+-*/|&^=<>?'\"\\#aé", "SERVICE", "serviCe", "LOAD", "insert ", " AS ", "<x:y>"]
FORBIDDEN += ["\\u0053", "ſervice"]


@given(pieces=st.lists(st.sampled_from(FORBIDDEN), max_size=80), times=st.sampled_from([1, 1, 1, 12, 60]))
def test_what_is_let_through_at_a_glance_is_let_through_by_a_close_look(pieces: list[str], times: int) -> None:
    text = "".join(pieces) * times
    if sparql._is_plain(text):
        found = list(tokens(text))
        sparql._check_form(text, found)
        sparql._check_words(text, found)
        sparql._check_size(text, found)


@pytest.mark.parametrize(
    ("text", "place", "reason", "line", "caret"),
    [
        ("SELECT * {\n  ?s ?p }", "line 2, column 9", "`}` cannot stand here", "  ?s ?p }", 8),
        ("SELECT * {\r\n\t?s é:x ?o }", "line 2, column 5", "the prefix `é:` is not declared", " ?s é:x ?o }", 4),
        ("SELECT * { ?s ?p ?o } LIMIT x", "line 1, column 29", "`x` cannot stand here", None, 28),
        ("SELECT * { ?s ?p ?o", "line 1, column 20", "the query ends before it is complete", None, 19),
        (
            "SELECT * { ?s ?p 'abc }\n}",
            "line 1, column 18",
            "the string is never closed",
            "SELECT * { ?s ?p 'abc }",
            17,
        ),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", "line 1, column 40", "neither grouped nor aggregated", None, 39),
        ("", "line 1, column 1", "the query ends before it is complete", "", 0),
        ("SELECT * { ?s ?p '𝒜蛋' . foo }", "line 1, column 25", "`foo` cannot stand here", None, 25),
        (
            "PREFIX e: <a:> SELECT * { e:x ?p wpp:x, e:y }",
            "line 1, column 34",
            "the prefix `wpp:` is not declared",
            None,
            33,
        ),
        ("PREFIX e: <a:> SELECT * { e:x ?p ?o e:y }", "line 1, column 37", "`e:y` cannot stand here", None, 36),
        ("ASK { <s> ?p ?o }", "line 1, column 7", "`<s>` is not an absolute IRI", None, 6),
        ("ASK { ?s <http://[x> ?o }", "line 1, column 10", "`<http://[x>` is not an absolute IRI", None, 9),
        ("ASK { ?s ?p ?o } <a:b>", "line 1, column 18", "`<a:b>` cannot stand here", None, 17),
        ("FOO", "line 1, column 1", "`FOO` cannot stand here", None, 0),
        ("SELECT ?service { ?service ?p }", "line 1, column 31", "`}` cannot stand here", None, 30),
        ("SELECT \ud800", "line 1, column 8", "half of a surrogate pair", "SELECT \\ud800", 7),
    ],
)
def test_a_syntax_error_is_marked_where_it_is(text: str, place: str, reason: str, line: str | None, caret: int) -> None:
    with pytest.raises(QueryError) as caught:
        query(ox.Store(), text)
    first, shown, mark = str(caught.value).split("\n")
    assert first.startswith(place + ": ")
    assert reason in first
    assert shown == (text if line is None else line)
    assert mark == " " * caret + "^"


def test_a_long_line_is_shown_around_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        query(ox.Store(), "SELECT * { " + "?s ?p ?o . " * 50 + "foo . " + "?s ?p ?o . " * 50)
    _, shown, mark = str(caught.value).split("\n")
    assert len(shown) < 130
    assert shown[mark.index("^") :].startswith("foo")
    assert shown.startswith("…")
    assert shown.endswith("…")


def test_controls_in_a_query_are_not_printed() -> None:
    with pytest.raises(QueryError) as caught:
        query(ox.Store(), "SELECT * { \x1b[2J\u202e }")
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)
