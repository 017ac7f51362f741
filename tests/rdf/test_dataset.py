"""The graphs that a query names are found as Oxigraph reads them, and asked once."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.errors import QueryError
from kg.rdf.dataset import dataset_clause
from kg.rdf.query import query


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("SELECT * from <a:g> { ?s ?p ?o }", ["a:g"], []),
        ("SELECT * FROM <a:g> FROM NAMED <a:h> FROM <a:i>{ ?s ?p ?o }", ["a:g", "a:i"], ["a:h"]),
        ("BASE <a:b/> PREFIX x: <c#> SELECT * FROM x:d FROM <c#d> FROM <a:b/c#d> { ?s ?p ?o }", ["a:b/c#d"] * 3, []),
        ("SELECT*FROM<a:g>FROM named schema:g{}", ["a:g"], ["http://schema.org/g"]),
        ("SELECT (EXISTS { ?a ?b 'FROM' } AS ?from) FROM <a:g> {}", ["a:g"], []),
        ("# FROM <a:x>\nASK FROM <a:g> {}", ["a:g"], []),
    ],
)
def test_the_graphs_that_a_query_names(text: str, default: list[str], named: list[str]) -> None:
    assert dataset_clause(text) == (default, named)


@pytest.mark.parametrize("text", ["SELECT ?from { ?from from:x 'FROM' } # FROM", "ASK {}", "ASK { ?s <FROM> 'FROM' }"])
def test_a_query_that_names_no_graphs(text: str) -> None:
    assert dataset_clause(text) is None


@pytest.mark.parametrize("text", ["FROM", "FROM FROM", "SELECT * FROM", "SELECT * FROM NAMED", "ASK FROM nonsense {}"])
def test_names_of_graphs_that_cannot_be_read_are_left_to_the_engine(text: str) -> None:
    assert dataset_clause(text) == ([], [])
    with pytest.raises(QueryError, match="syntax error"):
        query(ox.Store(), text)


@pytest.mark.parametrize("text", ["FROM <a:g> FROM <a:g> {}", "{}"])
def test_a_graph_that_is_named_twice_is_asked_once(text: str) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("a:s"), ox.NamedNode("a:p"), ox.Literal("o"), ox.NamedNode("a:g")))
    text = f"SELECT * {text.replace('{}', '{ ?s ?p ?o }')}"
    given = [] if "FROM" in text else ["a:g", "a:g"]
    assert len(list(query(store, text, default_graphs=given).to_rows())) == 1
