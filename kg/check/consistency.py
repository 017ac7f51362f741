"""What no shape can say of a figure by itself: that links have ends, that a node stands once, that counts agree.

`examine` judges a batch and gathers what it describes and refers to; a `Ledger` sums these up. Only IRIs of shared
things are kept. The rules, by the name that a violation has as its shape:

===============  ====================================================================================================
OntologyTerm     properties and classes are those of `kg.vocab`
NoBlankNode      every subject is an IRI
HasClass         every node has one of the classes that the shapes are about
DescribedOnce    the triples of a subject stand together, in one place
FigureOrder      figures are in order of their ids, each once
OwnGraph         in N-Quads, a figure's triples are in its own named graph, those of a shared thing in its kind's
OwnFigure        a mention's target is the figure that its IRI says, and an assessment's mention the mention
AssessedGenes    the genes of a mention's assessments are its candidates, each once
BestGrade        grade, score and reasons of a mention with assessments are those of the best of them
MentionedGenes   the genes that a figure mentions are the candidates of its mentions
LinkEnds         what a node refers to is described
NoOrphan         a described gene, paper or family is referred to
CountsAgree      the manifest, the tables and the graph count the same
===============  ====================================================================================================
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kg import vocab
from kg.check.report import VIOLATION, Violation, short_iri
from kg.tables import COUNTED as TABLES
from kg.vocab import SharedGraph, expand, figure_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rdflib.term import Node

    from kg.check.batch_graph import BatchStore, Descriptions
    from kg.folder import Folder

__all__ = ["COUNTED", "Facts", "Ledger", "count_violations", "examine"]

COUNTED = {
    "pfkg:PathwayFigure": "figures",
    "schema:ScholarlyArticle": "papers",
    "pfkg:GeneMention": "mentions",
    "schema:Gene": "genes",
    "pfkg:GeneFamily": "families",
    "pfkg:ChemicalMention": "chemicals",
    "pfkg:DiseaseMention": "diseases",
    "schema:Organization": "organizations",
    "schema:Periodical": "journals",
    "schema:Person": "persons",
    "pfkg:Assessment": "assessments",
    "biolink:OrganismTaxon": "organisms",
}
"""The class by which a node is counted, and what it is counted as: the name of its table, where there is one."""

_MUST_BE_REFERRED_TO = frozenset({"papers", "genes", "families", "persons"})

_GRAPHS = {
    "papers": SharedGraph.PAPERS,
    "journals": SharedGraph.PAPERS,
    "genes": SharedGraph.GENES,
    "families": SharedGraph.FAMILIES,
    "organisms": SharedGraph.ORGANISMS,
    "organizations": SharedGraph.AGENTS,
    "persons": SharedGraph.AGENTS,
}

_LINKS = (
    "schema:isPartOf",
    "schema:mentions",
    "schema:creator",
    "schema:publisher",
    "schema:taxonomicRange",
    "prov:wasAttributedTo",
    "pfkg:assessedGene",
    "pfkg:candidateGene",
    "pfkg:member",
    "pfkg:organism",
    "oa:hasBody",
)
"""Properties whose objects are shared things; a body may also be a term of an ontology of others."""

_OURS = (vocab.gene_iri(""), vocab.family_iri(""))


class _Terms(NamedTuple):
    """The terms that the rules ask for, as rdflib has them."""

    type: Node
    target: Node
    candidate: Node
    assesses: Node
    assessed: Node
    grade: Node
    score: Node
    reason: Node
    mentions: Node
    body: Node
    links: tuple[Node, ...]
    properties: frozenset[Node]
    classes: frozenset[Node]
    counted: Mapping[Node, str]


@cache
def _terms() -> _Terms:
    from kg.check.batch_graph import shared_iri

    def term(curie: str) -> Node:
        return shared_iri(expand(curie))

    return _Terms(
        term("rdf:type"),
        term("oa:hasTarget"),
        term("pfkg:candidateGene"),
        term("pfkg:assesses"),
        term("pfkg:assessedGene"),
        term("pfkg:grade"),
        term("pfkg:score"),
        term("pfkg:reason"),
        term("schema:mentions"),
        term("oa:hasBody"),
        tuple(map(term, _LINKS)),
        frozenset(map(term, vocab.PROPERTIES)),
        frozenset(map(term, vocab.CLASSES)),
        {term(curie): kind for curie, kind in COUNTED.items()},
    )


@dataclass(slots=True)
class Facts:
    """What a batch holds.

    Attributes
    ----------
    counts
        Nodes by the values of `COUNTED`.
    described
        The shared things that are described, with what each counts as.
    referred
        The shared things that are referred to, with the first node that does.
    """

    counts: Counter[str] = field(default_factory=Counter)
    described: dict[str, str] = field(default_factory=dict)
    referred: dict[str, str] = field(default_factory=dict)


def examine(
    store: BatchStore, *, late: Iterable[str] = (), graphs: Iterable[tuple[str, str]] = ()
) -> tuple[Facts, list[Violation]]:
    """Return what a batch holds, and what is wrong with it by itself, in the order of the file.

    Parameters
    ----------
    store
        The batch's triples.
    late
        Figures that are out of order, by id.
    graphs
        Subjects with the named graphs that they stand in; empty for formats without.
    """
    facts = Facts()
    found = [_late(figure) for figure in late]
    found += sorted((_twice(str(node)) for node in store.split), key=lambda violation: violation.focus)
    for node, properties in store.descriptions.items():
        found += _term_violations(str(node), properties)
        found += _gather(facts, node, properties)
    found += _figure_violations(store.descriptions)
    found += _assessment_violations(store.descriptions)
    found += _graph_violations(graphs, facts.described)
    return facts, found


def _violation(rule: str, focus: str, path: str | None, value: str | None, message: str) -> Violation:
    return Violation(VIOLATION, rule, focus, path, value, message, figure_of(focus))


def _late(figure: str) -> Violation:
    message = "The figure does not come after the one before it in order of ids, or stands twice: build again."
    return _violation("FigureOrder", vocab.figure_iri(figure), None, None, message)


def _twice(node: str) -> Violation:
    return _violation("DescribedOnce", node, None, None, "The node is described in two places: describe it once.")


def _term_violations(node: str, properties: Mapping[Node, list[Node]]) -> Iterator[Violation]:
    terms = _terms()
    message = "The term is not one that the ontology declares for these graphs: use one of those."
    if not terms.properties.issuperset(properties):
        for predicate in sorted(properties.keys() - terms.properties, key=str):
            yield _violation("OntologyTerm", node, short_iri(str(predicate)), None, message)
    types = properties.get(terms.type, ())
    if not terms.classes.issuperset(types):
        for unknown in sorted(set(types) - terms.classes, key=str):
            yield _violation("OntologyTerm", node, "rdf:type", str(unknown), message)


def _gather(facts: Facts, node: Node, properties: Mapping[Node, list[Node]]) -> Iterator[Violation]:
    """Add a node to the facts; yield what keeps it from counting."""
    from rdflib.term import BNode

    terms = _terms()
    name = str(node)
    if isinstance(node, BNode):
        yield _violation("NoBlankNode", name, None, None, "Blank nodes break merging and federation: use an IRI.")
    kinds = [terms.counted[kind] for kind in properties.get(terms.type, ()) if kind in terms.counted]
    facts.counts.update(set(kinds))
    if not kinds:
        yield _violation("HasClass", name, "rdf:type", None, "No shape judges a node without a class: add its class.")
    if figure_of(name) is None:
        facts.described[name] = kinds[0] if kinds else ""
    for link in terms.links:
        for value in properties.get(link, ()):
            other = str(value)
            if link != terms.body or other.startswith(_OURS):
                facts.referred.setdefault(other, name)


def _figure_violations(descriptions: Descriptions) -> Iterator[Violation]:
    """Yield where a figure and its mentions disagree."""
    terms = _terms()
    candidates: dict[str, set[Node]] = {}
    for node, properties in descriptions.items():
        name, _, part = str(node).partition("#")
        if part:
            for target in properties.get(terms.target, ()):
                if str(target) != name:
                    message = "The target is not the figure that the IRI of the mention begins with: point it there."
                    yield _violation("OwnFigure", str(node), "oa:hasTarget", str(target), message)
            candidates.setdefault(name, set()).update(properties.get(terms.candidate, ()))
    for node, properties in descriptions.items():
        name = str(node)
        if figure_of(name) is not None and "#" not in name:
            mentioned = set(properties.get(terms.mentions, ()))
            for gene in sorted(mentioned ^ candidates.get(name, set()), key=str):
                lacks = "no mention has it as a candidate" if gene in mentioned else "the figure does not mention it"
                message = f"The gene stands in one of figure and mentions only ({lacks}): build again."
                yield _violation("MentionedGenes", name, "schema:mentions", str(gene), message)


def _assessment_violations(descriptions: Descriptions) -> Iterator[Violation]:
    """Yield where a mention and its assessments disagree."""
    terms = _terms()
    assessments: dict[Node, list[Mapping[Node, list[Node]]]] = {}
    for node, properties in descriptions.items():
        for mention in properties.get(terms.assesses, ()):
            assessments.setdefault(mention, []).append(properties)
            if not str(node).startswith(f"{mention}-"):
                message = "The assessment is not about the mention that its IRI begins with: point it there."
                yield _violation("OwnFigure", str(node), "pfkg:assesses", str(mention), message)
    for mention, own in assessments.items():
        properties = descriptions.get(mention, {})
        genes = [gene for assessment in own for gene in assessment.get(terms.assessed, ())]
        if sorted(genes, key=str) != sorted(properties.get(terms.candidate, ()), key=str):
            message = "The assessments of the mention are not about its candidate genes, each once: build again."
            yield _violation("AssessedGenes", str(mention), "pfkg:assessedGene", None, message)
        best = max(own, key=_score)  # the first of them where scores are equal
        for prop in (terms.grade, terms.score, terms.reason):
            if set(properties.get(prop, ())) != set(best.get(prop, ())):
                message = "The mention does not have what its assessment with the highest score has: build again."
                yield _violation("BestGrade", str(mention), short_iri(str(prop)), None, message)


def _score(assessment: Mapping[Node, list[Node]]) -> float:
    """Return the score of an assessment; below all others what is no score, of which the shapes tell."""
    try:
        return float(str(assessment[_terms().score][0]))
    except (KeyError, ValueError):
        return -1.0


def _graph_violations(graphs: Iterable[tuple[str, str]], described: Mapping[str, str]) -> Iterator[Violation]:
    """Yield the subjects that stand in a named graph not theirs."""
    for subject, graph in sorted(graphs):
        if figure_of(subject) is not None:
            own = vocab.figure_graph_iri(subject.partition("#")[0])
        elif described.get(subject) in _GRAPHS:
            own = _GRAPHS[described[subject]].value
        else:
            continue  # a node without a class: `HasClass` says so
        if graph != own:
            message = f"The node stands in another named graph than its own, <{own}>: build again."
            yield _violation("OwnGraph", subject, None, graph or "the default graph", message)


class Ledger:
    """What all batches together describe and refer to.

    Examples
    --------
    >>> ledger = Ledger()
    >>> ledger.add(Facts(referred={"https://identifiers.org/pmc/PMC1": "http://a/f"}))
    []
    >>> [violation.shape for violation in ledger.finish()]
    ['LinkEnds']
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._described: dict[str, str] = {}
        self._referred: dict[str, str] = {}

    def add(self, facts: Facts) -> list[Violation]:
        """Take in what a batch holds; return the nodes that an earlier batch described already."""
        twice = [_twice(node) for node in facts.described if node in self._described]
        self.counts += facts.counts
        self._described |= facts.described
        for node, source in facts.referred.items():
            self._referred.setdefault(node, source)
        return twice

    def finish(self) -> Iterator[Violation]:
        """Yield the links without ends and the nodes without links, by IRI."""
        for node in sorted(self._referred.keys() - self._described.keys()):
            source = self._referred[node]
            message = "What the node refers to is described nowhere: build again."
            yield _violation("LinkEnds", source, None, node, message)
        for node, kind in sorted(self._described.items()):
            if kind in _MUST_BE_REFERRED_TO and node not in self._referred:
                message = "Nothing refers to the node: build again, so that what no figure needs is left out."
                yield _violation("NoOrphan", node, None, None, message)


def count_violations(folder: Folder, counts: Mapping[str, int]) -> Iterator[Violation]:
    """Yield the counts on which manifest, tables and graph do not agree.

    Parameters
    ----------
    folder
        The build.
    counts
        What the graph holds, by the values of `COUNTED`.
    """
    import polars as pl

    in_manifest = folder.manifest.get("counts", {})
    for name in TABLES:
        found = {"table": folder.scan(name).select(pl.len()).collect().item()}
        if name in in_manifest:
            found["manifest"] = in_manifest[name]
        if name in COUNTED.values():
            found["graph"] = counts.get(name, 0)
        if len(set(found.values())) > 1:
            value = ", ".join(f"{n} in the {place}" for place, n in found.items())
            message = "The parts of the build do not come from one run: build again."
            yield _violation("CountsAgree", name, None, value, message)
