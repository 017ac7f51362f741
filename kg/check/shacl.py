"""SHACL validation of a few figures at a time, by pySHACL.

pySHACL takes up a property shape anew for every focus node of its node shape, which makes a corpus of figures a matter
of half an hour. But a property shape may have targets of its own, and then its focus nodes are judged together. So the
shapes are rewritten once, when they are loaded: a property shape takes over the targets of its node shape (`hoist`).
The results are the same, seven times sooner.

References
----------
Shapes Constraint Language (SHACL), W3C Recommendation, sections 2.1.3 (targets) and 4.7.2 (sh:property),
https://www.w3.org/TR/shacl/.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from kg.check.report import VIOLATION, WARNING, Violation, short_iri
from kg.ontology_files import ontology_file
from kg.vocab import figure_of

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["SHAPES", "hoist", "read_shapes", "validate"]

SHAPES = {"shapes.ttl": VIOLATION, "shapes-recommended.ttl": WARNING}
"""The files of shapes in ``ontology/``, and what it means to break one."""


def read_shapes(name: str) -> Graph:
    """Return a file of `SHAPES` as it stands.

    Raises
    ------
    BuildError
        If the installation lacks it.
    """
    from rdflib import Graph

    return Graph().parse(ontology_file(name), format="turtle")


def hoist(shapes: Graph) -> Graph:
    """Return the shapes with the targets of each node shape handed to its property shapes, which then stand alone.

    Equal in what they say: the focus nodes of a property shape under a node shape with targets, and no more, are that
    node shape's focus nodes. Node shapes that other shapes refer to, and closed ones, stay as they are.

    Parameters
    ----------
    shapes
        Not changed.
    """
    from rdflib import RDF, SH, Graph, URIRef

    hoisted = Graph()
    for triple in shapes:
        hoisted.add(triple)
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    for node in set(shapes.subjects(SH.property, None)):
        own = [(target, value) for target in targets for value in shapes.objects(node, target)]
        is_referred_to = any(predicate != RDF.type for _, predicate in shapes.subject_predicates(node))
        keeps_its_properties = (node, SH.path, None) in shapes or (node, SH.closed, None) in shapes
        if not own or is_referred_to or keeps_its_properties or (node, SH.deactivated, None) in shapes:
            continue
        for prop in list(shapes.objects(node, SH.property)):
            if isinstance(prop, URIRef):
                hoisted.remove((node, SH.property, prop))
                for target, value in own:
                    hoisted.add((prop, target, value))
    return hoisted


@cache
def _hoisted_shapes(name: str) -> Graph:
    return hoist(read_shapes(name))


def validate(graph: Graph, *, recommended: bool = False, shapes: Graph | None = None) -> list[Violation]:
    """Return what is wrong in a graph by the shapes of ``ontology/``, sorted by figure, node and shape.

    Parameters
    ----------
    graph
        Whole figures, whole shared nodes.
    recommended
        Validate against ``shapes-recommended.ttl`` too.
    shapes
        Validate against these instead.

    Examples
    --------
    >>> from rdflib import Graph
    >>> text = "@prefix : <http://schema.org/> . <https://w3id.org/pfocr-kg/journal/J> a :Periodical ."
    >>> [violation.shape for violation in validate(Graph().parse(data=text, format="turtle"))]
    ['PeriodicalNameShape']
    """
    if shapes is not None:
        return sorted(_violations(graph, shapes), key=_in_order)
    names = list(SHAPES) if recommended else list(SHAPES)[:1]
    found = [violation for name in names for violation in _violations(graph, _hoisted_shapes(name))]
    return sorted(found, key=_in_order)


def _in_order(violation: Violation) -> tuple[str, str, str, str, bool, str]:
    figure = "\U0010ffff" if violation.figure is None else violation.figure
    path, value = violation.path or "", violation.value
    return (figure, violation.focus, violation.shape, path, value is not None, value or "")


def _violations(graph: Graph, shapes: Graph) -> list[Violation]:
    import pyshacl
    from rdflib import SH

    _, results, _ = pyshacl.validate(
        graph, shacl_graph=shapes, inference="none", advanced=False, do_owl_imports=False, meta_shacl=False
    )
    return [_violation(results, result, shapes) for result in results.objects(None, SH.result)]


def _violation(results: Graph, result: Any, shapes: Graph) -> Violation:
    from rdflib import SH

    def value(predicate: Any) -> str | None:
        term = results.value(result, predicate)
        return None if term is None else str(term)

    source = results.value(result, SH.sourceShape)
    path = value(SH.resultPath)
    message = shapes.value(source, SH.message)
    focus = value(SH.focusNode) or ""
    return Violation(
        VIOLATION if results.value(result, SH.resultSeverity) == SH.Violation else WARNING,
        str(source).partition("#")[2] or str(source),
        focus,
        None if path is None else short_iri(path),
        value(SH.value),
        str(message or value(SH.resultMessage)),
        figure_of(focus),
    )
