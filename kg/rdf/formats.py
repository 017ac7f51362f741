"""Descriptions as text: Turtle, N-Triples, N-Quads and JSON-LD, a class each, all of them streams.

A file is ``header``, then ``node`` for each description, then ``footer``. The text of nodes can be made anywhere, in
any batches, and only has to be written in order. Where a header holds a first node, later nodes bring the separator.
"""

from __future__ import annotations

import json
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Protocol

from kg import vocab
from kg.model import GRADES, LEXICON_TIERS, SIGNALS
from kg.rdf.subjects import NONE_RECURRING
from kg.vocab import DATASET_PROPERTIES, PREFIXES, PROPERTIES, SharedGraph, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.rdf.subjects import Description, Properties, Recurring

__all__ = ["FORMATS", "Format", "JsonLd", "NQuads", "NTriples", "Turtle", "jsonld_context"]


class Format(Protocol):
    """How one RDF syntax writes descriptions."""

    name: str

    def header(self, agents: Iterable[Description]) -> str:
        """Return how a file begins: what the syntax needs, and the agents' descriptions."""
        ...

    def node(self, description: Description, graph: str) -> str:
        """Return one description; `graph` is the IRI of its named graph, which only N-Quads writes."""
        ...

    def footer(self) -> str:
        """Return how a file ends."""
        ...


# String literals of Turtle and N-Triples, too: of what JSON escapes, clean text has only what both escape alike
# (ECHAR of RDF 1.1 Turtle, section 6.4).
_quoted = encode_basestring

# The terms that have short names as objects. Only these and genes by number: an address of the input may begin with
# the same namespaces, and go on with anything.
_SHORT_TERMS = {
    vocab.expand(curie): curie
    for curie in (
        *vocab.CLASSES,
        *vocab.DATASET_CLASSES,
        "oa:identifying",
        "pfkg:unknownLexicon",
        *(f"pfkg:{name}" for name in (*LEXICON_TIERS, *GRADES, *SIGNALS)),
    )
}
_GENE = PREFIXES["ncbigene"]


@lru_cache(maxsize=16_384)
def _short_iri(iri: str) -> str:
    """Return an IRI as Turtle writes it: classes, lexicons and genes by their prefixed names."""
    short = _SHORT_TERMS.get(iri)
    if short is not None:
        return short
    number = iri.removeprefix(_GENE)
    if number.isdigit() and number.isascii():
        return "ncbigene:" + number
    return f"<{iri}>"


def _typed(datatype: str) -> str:
    return f'"%s"^^<{vocab.expand(datatype)}>'


_TURTLE_OBJECTS: Mapping[Value, Callable[[str], str]] = {
    Value.IRI: _short_iri,
    Value.TEXT: _quoted,
    Value.INTEGER: str,
    Value.DECIMAL: str,
    Value.YEAR: '"%s"^^xsd:gYear'.__mod__,
    Value.DATE: '"%s"^^xsd:date'.__mod__,
    Value.COUNT: '"%s"^^xsd:nonNegativeInteger'.__mod__,
    Value.TIME: '"%s"^^xsd:dateTime'.__mod__,
    Value.ADDRESS: '"%s"^^xsd:anyURI'.__mod__,
    Value.HEX: '"%s"^^xsd:hexBinary'.__mod__,
    Value.ENGLISH: lambda text: _quoted(text) + "@en",
}
# How Turtle writes each property: its name, and the function that writes an object.
_IN_TURTLE = {
    prop: ("a" if prop.key == "@type" else prop.curie, _TURTLE_OBJECTS[prop.value])
    for prop in (*PROPERTIES.values(), *DATASET_PROPERTIES.values())
}

_NEXT_LINE = " ;\n    "


def _turtle_lines(properties: Properties) -> list[str]:
    lines = []
    for prop, objects in properties:
        name, write = _IN_TURTLE[prop]
        lines.append(f"{name} {write(objects[0]) if len(objects) == 1 else ', '.join(map(write, objects))}")
    return lines


@lru_cache(maxsize=16_384)
def _recurring_in_turtle(recurring: Recurring) -> str:
    return _NEXT_LINE.join(_turtle_lines(recurring.properties))


class Turtle:
    """RDF 1.1 Turtle (https://www.w3.org/TR/turtle/), a paragraph a subject."""

    name = "turtle"

    def header(self, agents: Iterable[Description]) -> str:
        """Return the prefixes and the agents."""
        prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
        return prefixes + "".join(self.node(agent, SharedGraph.AGENTS.value) for agent in agents)

    def node(self, description: Description, graph: str) -> str:  # noqa: ARG002 - Turtle has no named graphs
        """Return one subject's paragraph."""
        subject, properties, recurring = description
        lines = _turtle_lines(properties)
        if recurring is not NONE_RECURRING:
            lines.append(_recurring_in_turtle(recurring))
        start = f"<{subject}>" if "#" in subject else _short_iri(subject)
        return f"\n{start} " + _NEXT_LINE.join(lines) + " .\n"

    def footer(self) -> str:
        """Return nothing: Turtle has no end."""
        return ""


_PREDICATES = {prop: f" <{prop.iri}> " for prop in PROPERTIES.values()}
_LITERALS = {
    Value.INTEGER: _typed("xsd:integer"),
    Value.DECIMAL: _typed("xsd:decimal"),
    Value.YEAR: _typed("xsd:gYear"),
    Value.DATE: _typed("xsd:date"),
}


def _predications(properties: Properties) -> list[str]:
    """Return predicates and objects as N-Triples writes them behind a subject."""
    found = []
    for prop, objects in properties:
        predicate = _PREDICATES[prop]
        if prop.value is Value.IRI:
            found += [f"{predicate}<{iri}>" for iri in objects]
        elif prop.value is Value.TEXT:
            found += [predicate + _quoted(text) for text in objects]
        else:
            literal = _LITERALS[prop.value]
            found += [predicate + literal % text for text in objects]
    return found


@lru_cache(maxsize=16_384)
def _recurring_predications(recurring: Recurring) -> list[str]:
    return _predications(recurring.properties)


class _Lines:
    """What N-Triples and N-Quads have in common."""

    def _lines(self, description: Description, end: str) -> str:
        subject, properties, recurring = description
        predications = _predications(properties)
        if recurring is not NONE_RECURRING:
            predications += _recurring_predications(recurring)
        return "".join([f"<{subject}>{predication}{end}" for predication in predications])

    def footer(self) -> str:
        """Return nothing: a file of lines has no end."""
        return ""


class NTriples(_Lines):
    """RDF 1.1 N-Triples (https://www.w3.org/TR/n-triples/)."""

    name = "n-triples"

    def header(self, agents: Iterable[Description]) -> str:
        """Return the agents."""
        return "".join(self.node(agent, SharedGraph.AGENTS.value) for agent in agents)

    def node(self, description: Description, graph: str) -> str:  # noqa: ARG002 - N-Triples has no named graphs
        """Return one subject's triples, a line each."""
        return self._lines(description, " .\n")


class NQuads(_Lines):
    """RDF 1.1 N-Quads (https://www.w3.org/TR/n-quads/): each figure in a graph of its own, shared things in theirs."""

    name = "n-quads"

    def header(self, agents: Iterable[Description]) -> str:
        """Return the agents, in their graph."""
        return "".join(self.node(agent, SharedGraph.AGENTS.value) for agent in agents)

    def node(self, description: Description, graph: str) -> str:
        """Return one subject's quads, a line each."""
        return self._lines(description, f" <{graph}> .\n")


# Properties that are lists in the schema.org block, and so here, also where there is one value.
_SETS = frozenset({"schema:keywords"})


_JSON_TYPES = {vocab.expand(curie): curie.removeprefix("schema:").removeprefix("pfkg:") for curie in vocab.CLASSES}


def _json_members(properties: Properties) -> list[str]:
    members = []
    for prop, objects in properties:
        if prop.key == "@type":
            values = [f'"{_JSON_TYPES[iri]}"' for iri in objects]
        elif prop.value is Value.INTEGER:
            values = objects
        else:
            values = [encode_basestring(text) for text in objects]
        is_set = prop.curie in _SETS or len(values) != 1
        members.append(f'"{prop.key}":{"[" + ",".join(values) + "]" if is_set else values[0]}')
    return members


@lru_cache(maxsize=16_384)
def _recurring_in_json(recurring: Recurring) -> str:
    return ",".join(_json_members(recurring.properties))


class JsonLd:
    """JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/), compact: one node a subject, the context in the file."""

    name = "json-ld"

    def header(self, agents: Iterable[Description]) -> str:
        """Return the context and the agents; a first node must be among them, for later ones bring a comma."""
        context = json.dumps(jsonld_context(), indent=1)
        nodes = ",\n".join(self._node(agent) for agent in agents)
        return f'{{"@context": {context},\n"@graph": [\n{nodes}'

    def node(self, description: Description, graph: str) -> str:  # noqa: ARG002 - the file is one graph
        """Return one subject's node behind a comma."""
        return ",\n" + self._node(description)

    def _node(self, description: Description) -> str:
        subject, properties, recurring = description
        members = [f'{{"@id":{encode_basestring(subject)}', *_json_members(properties)]
        if recurring is not NONE_RECURRING:
            members.append(_recurring_in_json(recurring))
        return ",".join(members) + "}"

    def footer(self) -> str:
        """Return the closing brackets."""
        return "\n]}\n"


def jsonld_context() -> dict[str, object]:
    """Return the JSON-LD context of the graph: prefixes, and bare names for schema.org's terms and ours.

    ``ontology/context.jsonld`` is this value; a test holds the two equal.
    """
    context: dict[str, object] = dict(PREFIXES)
    for curie in (*vocab.CLASSES, *vocab.NETWORK_CLASSES):
        bare = curie.removeprefix("schema:").removeprefix("pfkg:")
        if bare != curie:
            context[bare] = curie
    for prop in (*PROPERTIES.values(), *vocab.NETWORK_PROPERTIES.values()):
        if prop.key == "@type":
            continue
        if prop.value is Value.IRI:
            context[prop.key] = {"@id": prop.iri, "@type": "@id"}
        elif prop.value in (Value.DECIMAL, Value.DOUBLE, Value.YEAR, Value.DATE):
            context[prop.key] = {"@id": prop.iri, "@type": prop.value.value}
        elif prop.curie in _SETS:
            context[prop.key] = {"@id": prop.iri, "@container": "@set"}
        elif prop.key != prop.curie:
            context[prop.key] = prop.curie
    return context


FORMATS: Mapping[str, Format] = {fmt.name: fmt for fmt in (Turtle(), NTriples(), NQuads(), JsonLd())}
"""The formats by the names of `kg.folder.GRAPH_SUFFIXES`."""


if __name__ == "__main__":
    import sys

    sys.stdout.write(json.dumps({"@context": jsonld_context()}, indent=2) + "\n")
