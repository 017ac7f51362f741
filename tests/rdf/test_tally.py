"""What is counted as descriptions are made is what the graph has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF

import kg
from kg.pipeline.grading import open_grader
from kg.rdf.assessments import describe_grades
from kg.rdf.formats import FORMATS
from kg.rdf.graph import to_graph
from kg.rdf.mapping import describe_agents, describe_figure, describe_shared
from kg.rdf.tally import Tally
from kg.shared import Shared
from kg.vocab import CLASSES, PROPERTIES, expand
from tests.conftest import SEEDS
from tests.figures import figures

if TYPE_CHECKING:
    from kg.model import Figure
    from kg.rdf.subjects import Description

RECORD = Path(__file__).parent.parent / "full_record"
NAMES = {expand(curie): curie for curie in (*CLASSES, *PROPERTIES)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(figures(), max_size=4, unique_by=lambda figure: figure.figid))
def test_the_tally_of_any_figures_is_that_of_their_graph(found: list[Figure]) -> None:
    ordered = sorted(found, key=lambda figure: figure.figid)
    shared = Shared()
    shared.add_figures(ordered)
    tally = Tally()
    tally.add_json(Tally.of(describe_figure(figure)).to_json() for figure in ordered)
    tally.add(Tally.of(describe_agents()))
    tally.add(Tally.of(description for _, description in describe_shared(shared.records())))

    graph = to_graph(ordered)
    assert tally.n_triples == len(graph)
    assert tally.n_subjects == len(set(graph.subjects()))
    assert tally.by_property() == Counter(NAMES[str(predicate)] for predicate in graph.predicates())
    kinds: dict[str, set[object]] = {}
    for subject, kind in graph.subject_objects(RDF.type):
        kinds.setdefault(NAMES[str(kind)], set()).add(subject)
    assert tally.by_class() == {
        name: (
            len(subjects),
            Counter(NAMES[str(p)] for s, p, _ in graph if s in subjects),
        )
        for name, subjects in kinds.items()
    }


def test_the_tally_of_graded_figures_is_that_of_their_triples() -> None:
    grader, n_triples = open_grader(None, [RECORD / "names" / "curation.tsv"]), FORMATS["n-triples"]
    found: list[Description] = []
    for record in (*kg.read_figures(SEEDS), *kg.read_figures(RECORD / "input")):
        figure, assessments, *_ = grader.grade(record)
        grades = describe_grades(figure.figid, assessments)
        found += [*describe_figure(figure, grades.of_mentions), *grades.assessments]
    text = "".join([n_triples.node(description, "") for description in found])
    triples = list(pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_TRIPLES))
    tally = Tally.of(found)
    assert tally.by_property() == Counter(NAMES[triple.predicate.value] for triple in triples)
    assert (tally.n_triples, tally.n_subjects) == (len(triples), len(found))
    numbers = {name: n for name, (n, _) in tally.by_class().items()}
    n_graded = numbers["pfkg:GeneMention"] + numbers["pfkg:Assessment"]
    assert tally.by_property()["pfkg:grade"] == tally.by_property()["pfkg:score"] == n_graded


def test_an_empty_tally_counts_nothing() -> None:
    tally = Tally.of([])
    tally.add_json([])
    assert (tally.n_triples, tally.n_subjects, tally.by_class(), tally.by_property()) == (0, 0, {}, {})
    assert tally.to_json() == "{}"
