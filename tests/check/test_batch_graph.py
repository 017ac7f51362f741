"""The fast store answers as rdflib's own."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.check.batch_graph import BatchStore, to_term, to_triples
from kg.errors import BuildError

Triple = tuple[Node, Node, Node]

iris = st.sampled_from([URIRef(f"http://a/{letter}") for letter in "abcd"])
values = st.one_of(iris, st.sampled_from([Literal("a"), Literal("a", lang="en"), Literal(1), BNode("b")]))
triples = st.tuples(iris, iris, values)


@given(st.lists(triples), st.lists(st.tuples(*[st.one_of(st.none(), values)] * 3)))
def test_patterns_match_as_in_rdflib(found: list[Triple], patterns: list[tuple[Node, Node, Node]]) -> None:
    graph = Graph(BatchStore(found), bind_namespaces="none")
    reference = Graph()
    for triple in found:
        reference.add(triple)
    for pattern in [*patterns, (None, None, None)]:
        assert set(graph.triples(pattern)) == set(reference.triples(pattern))
    assert len(graph) == len(found)


@given(st.lists(triples))
def test_split_are_the_subjects_that_come_back(found: list[Triple]) -> None:
    subjects = [subject for subject, _, _ in found]
    runs = [subject for i, subject in enumerate(subjects) if i == 0 or subjects[i - 1] != subject]
    assert BatchStore(found).split == {subject for subject in runs if runs.count(subject) > 1}


def test_terms_keep_datatype_language_and_lexical_form() -> None:
    integer = pyoxigraph.NamedNode(str(XSD.integer))
    assert to_term(pyoxigraph.Literal("01", datatype=integer)).n3() == f'"01"^^<{XSD.integer}>'
    assert to_term(pyoxigraph.Literal("a", language="en")) == Literal("a", lang="en")
    assert to_term(pyoxigraph.BlankNode("b")) == BNode("b")
    assert to_term(pyoxigraph.NamedNode("http://a/b")) is to_term(pyoxigraph.NamedNode("http://a/b"))


def test_a_triple_in_a_triple_is_refused() -> None:
    text = b"<http://a/s> <http://a/p> <<( <http://a/s> <http://a/p> <http://a/o> )>> ."
    with pytest.raises(BuildError, match=r"a triple in a triple, which is not RDF 1\.1"):
        list(to_triples(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE)))


def test_prefixes_are_kept() -> None:
    graph = Graph(BatchStore([]), bind_namespaces="none")
    graph.bind("a", URIRef("http://a/"))
    assert graph.qname(URIRef("http://a/b")) == "a:b"
    assert dict(graph.namespaces())["a"] == URIRef("http://a/")
