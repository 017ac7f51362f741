"""Descriptions as rdflib triples, and figures as an rdflib graph."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import RDF, XSD, Graph, Literal, URIRef

from kg.rdf.mapping import describe_agents, describe_figure, describe_shared
from kg.rdf.query import read_quads
from kg.shared import Shared
from kg.vocab import PREFIXES, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rdflib.term import Node

    from kg.folder import Folder
    from kg.model import Figure
    from kg.rdf.subjects import Description

__all__ = ["add_figures", "bind_prefixes", "read_graph", "to_graph"]

_NODES: dict[Value, Callable[[str], Node]] = {
    Value.IRI: URIRef,
    Value.TEXT: Literal,
    Value.INTEGER: lambda text: Literal(text, datatype=XSD.integer),
    Value.DECIMAL: lambda text: Literal(text, datatype=XSD.decimal, normalize=False),
    Value.YEAR: lambda text: Literal(text, datatype=XSD.gYear),
}


_FIGURES = 1000
"""Figures whose shared things are gathered at once."""


def to_graph(figures: Iterable[Figure]) -> Graph:
    """Return an rdflib graph in memory of figures and of all that they refer to.

    Parameters
    ----------
    figures
        In order of their ids, if papers or genes that they share are to take the same values as in a build.

    Returns
    -------
    rdflib.Graph
        The same triples as the files of a build of these figures; its prefixes are those of `kg.vocab`.

    Examples
    --------
    >>> from kg.model import Figure, Paper
    >>> graph = to_graph([Figure("PMC1__f", Paper("PMC1", title="A paper"), caption="A pathway")])
    >>> sorted(graph.objects(None, RDF.type))[0]
    rdflib.term.URIRef('http://schema.org/Dataset')
    """
    graph = _new_graph()
    add_figures(graph, figures)
    return graph


def read_graph(folder: Folder) -> Graph:
    """Return a build's graph as an rdflib graph in memory, parsed by Oxigraph.

    Its literals are rdflib's own: a plain text has no datatype, as in a graph that rdflib itself has parsed.

    Raises
    ------
    QueryError
        If the build has no RDF file.
    """
    graph = _new_graph()
    iris: dict[str, URIRef] = {}

    def iri(term: ox.NamedNode) -> URIRef:
        return iris.get(term.value) or iris.setdefault(term.value, URIRef(term.value))

    def node(term: ox.NamedNode | ox.Literal) -> Node:
        if isinstance(term, ox.NamedNode):
            return iri(term)
        datatype = iri(term.datatype)
        return Literal(term.value, datatype=None if datatype == XSD.string else datatype, normalize=False)

    # The files have no blank nodes and no quoted triples, which other kinds of terms would be.
    quads: Iterator[Any] = read_quads(folder)
    graph.addN((iri(quad.subject), iri(quad.predicate), node(quad.object), graph) for quad in quads)
    return graph


def _new_graph() -> Graph:
    graph = Graph()
    bind_prefixes(graph)
    return graph


def bind_prefixes(graph: Graph) -> None:
    """Bind the prefixes of `kg.vocab` in an rdflib graph, whose own ``schema`` is another namespace (https)."""
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri, replace=True)


def add_figures(graph: Graph, figures: Iterable[Figure]) -> None:
    """Add the triples of figures, and of all that they refer to, to an rdflib graph."""
    shared, remaining = Shared(), iter(figures)
    while some := list(islice(remaining, _FIGURES)):
        shared.add_figures(some)
        for figure in some:
            for description in describe_figure(figure):
                _add(graph, description)
    for description in describe_agents():
        _add(graph, description)
    for _, description in describe_shared(shared.records()):
        _add(graph, description)


def _add(graph: Graph, description: Description) -> None:
    subject, properties, recurring = description
    node = URIRef(subject)
    for prop, objects in chain(properties, recurring.properties):
        predicate = URIRef(prop.iri) if prop.key != "@type" else RDF.type
        make = _NODES[prop.value]
        for text in objects:
            graph.add((node, predicate, make(text)))
