"""A few figures' triples as an rdflib graph that is made fast and only read.

rdflib's own store indexes every triple three ways and makes every term anew: three times as slow to fill as this one.
What a SHACL validator asks of a graph is nearly always the objects of a subject and a property, or the instances of a
class; the store answers these from two dictionaries.

Importing this module loads rdflib, so others import it inside functions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyoxigraph
from rdflib.store import Store
from rdflib.term import BNode, Literal, Node, URIRef

from kg.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BatchStore", "Descriptions", "shared_iri", "to_term", "to_triples"]

_STRING = "http://www.w3.org/2001/XMLSchema#string"

Descriptions = dict[Node, dict[Node, list[Node]]]


class BatchStore(Store):
    """Triples by subject and property, each list of objects in the order of the file; nothing can be added later.

    Parameters
    ----------
    triples
        Terms of rdflib. A triple that stands twice is kept twice: whoever reads the graph makes sets.

    Attributes
    ----------
    descriptions
        The objects by subject and property.
    split
        Subjects whose triples do not stand together.

    Examples
    --------
    >>> s, t, p, o = URIRef("a:s"), URIRef("a:t"), URIRef("a:p"), Literal("o")
    >>> store = BatchStore([(s, p, o), (t, p, o), (s, p, t)])
    >>> len(store), store.split == {s}
    (3, True)
    """

    # A pySHACL data graph is an rdflib Dataset, which takes no store that does not say so; there is but one graph here.
    context_aware = True
    graph_aware = True

    def __init__(self, triples: Iterable[tuple[Node, Node, Node]]) -> None:
        super().__init__()
        self.descriptions: Descriptions = {}
        self.split: set[Node] = set()
        self._subjects: Descriptions = {}
        self._prefixes: dict[str, URIRef] = {}
        self._n_triples = 0
        last: Node | None = None
        properties: dict[Node, list[Node]] = {}
        for subject, predicate, value in triples:
            if subject is not last:  # `to_term` gives equal terms as one object, so this nearly always decides
                if subject in self.descriptions and subject != last:
                    self.split.add(subject)
                properties = self.descriptions.setdefault(subject, {})
                last = subject
            properties.setdefault(predicate, []).append(value)
            self._n_triples += 1

    def triples(
        self,
        triple_pattern: Any,
        context: Any = None,  # noqa: ARG002 - rdflib's signature
    ) -> Iterator[tuple[Any, Iterator[None]]]:
        """Yield the triples that match a pattern, each with no context."""
        subject, predicate, value = triple_pattern
        nothing: Iterator[None] = iter(())
        if subject is None and predicate is not None:
            index = self._by_value(predicate)
            for found in index if value is None else (value,):
                for node in index.get(found, ()):
                    yield (node, predicate, found), nothing
            return
        for node in self.descriptions if subject is None else (subject,):
            properties = self.descriptions.get(node, {})
            for link in properties if predicate is None else (predicate,):
                for found in properties.get(link, ()):
                    if value is None or value == found:
                        yield (node, link, found), nothing

    def _by_value(self, predicate: Node) -> dict[Node, list[Node]]:
        """Return the subjects by object of one property; indexed when first asked for, as few properties are."""
        index = self._subjects.get(predicate)
        if index is None:
            index = self._subjects[predicate] = {}
            for subject, properties in self.descriptions.items():
                for value in properties.get(predicate, ()):
                    index.setdefault(value, []).append(subject)
        return index

    def __len__(self, context: Any = None) -> int:
        """Return the number of triples."""
        return self._n_triples

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:  # noqa: FBT001, FBT002
        """Remember a prefix, which pySHACL writes its texts with."""
        if override or prefix not in self._prefixes:
            self._prefixes[prefix] = namespace

    def prefix(self, namespace: URIRef) -> str | None:
        """Return the prefix of a namespace."""
        return next((prefix for prefix, bound in self._prefixes.items() if bound == namespace), None)

    def namespace(self, prefix: str) -> URIRef | None:
        """Return the namespace of a prefix."""
        return self._prefixes.get(prefix)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Yield the prefixes and their namespaces."""
        yield from self._prefixes.items()


@lru_cache(maxsize=65_536)
def shared_iri(value: str) -> URIRef:
    """Return an IRI as the object that other callers have, too, while few are in use."""
    return URIRef(value)


@lru_cache(maxsize=65_536)
def _literal(value: str, datatype: str, language: str | None) -> Literal:
    if language is not None:
        return Literal(value, lang=language)
    if datatype == _STRING:
        return Literal(value)
    # Not normalized: a report names the value as the file has it.
    return Literal(value, datatype=shared_iri(datatype), normalize=False)


def to_term(term: object) -> Node:
    """Return a term of pyoxigraph as one of rdflib; equal terms come back as the same object, while few are in use.

    Raises
    ------
    BuildError
        If it is a triple, as RDF 1.2 allows.

    Examples
    --------
    >>> to_term(pyoxigraph.Literal("a"))
    rdflib.term.Literal('a')
    """
    if isinstance(term, pyoxigraph.NamedNode):
        return shared_iri(term.value)
    if isinstance(term, pyoxigraph.Literal):
        return _literal(term.value, term.datatype.value, term.language)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    raise BuildError(f"{term}: a triple in a triple, which is not RDF 1.1; build the folder again")


def to_triples(quads: Iterable[pyoxigraph.Quad]) -> Iterator[tuple[Node, Node, Node]]:
    """Yield the triples of quads in terms of rdflib, whatever their graphs.

    Examples
    --------
    >>> quads = pyoxigraph.parse(b"<a:s> <a:p> <a:o> .", format=pyoxigraph.RdfFormat.TURTLE)
    >>> len(BatchStore(to_triples(quads)))
    1
    """
    for quad in quads:
        yield to_term(quad.subject), to_term(quad.predicate), to_term(quad.object)
