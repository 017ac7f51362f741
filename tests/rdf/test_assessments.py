"""A mention has the grade of its best candidate; assessments stand where that does not say all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kg
from kg import vocab
from kg.authority.audit import Assessment, Decision, Judgement
from kg.rdf.assessments import describe_grades
from kg.rdf.mapping import describe_figure
from kg.rdf.query import load_store, query
from tests.conftest import SEEDS

if TYPE_CHECKING:
    from kg.rdf.subjects import Description, Properties

RECORD = Path(__file__).parent.parent / "full_record"
MENTION = vocab.part_iri(vocab.figure_iri("f"), "mention", 1)
SUPPORTED = Judgement(0.9, "supported", ("official_symbol", "same_gene"))
PLAUSIBLE = Judgement(0.7, "plausible", ("alias",))
DECISION = Decision("2", "reject", None, None, "no", "A", "2026-11-29")
REJECTED = Judgement(0.0, "conflicting", ("curation",))


def names(properties: Properties) -> dict[str, list[str]]:
    """Objects by property, ours without the namespace."""
    return {prop.curie: [text.removeprefix(vocab.PREFIXES["pfkg"]) for text in texts] for prop, texts in properties}


def assessed(
    mention: int, genes: tuple[str, ...], judgement: Judgement, decision: Decision | None = None, *, line: str = ""
) -> Assessment:
    return Assessment(mention, genes, judgement, (line,), decision)


def graded(judgement: Judgement) -> dict[str, list[str]]:
    return {
        "pfkg:grade": [judgement.grade],
        "pfkg:score": [str(judgement.score)],
        "pfkg:reason": list(judgement.reasons),
    }


def said(descriptions: list[Description]) -> list[tuple[str, list[str], dict[str, list[str]]]]:
    """The IRI, the genes and the grade of each assessment."""
    return [
        (iri, [gene.rpartition("/")[2] for gene in names(own)["pfkg:assessedGene"]], names(recurring.properties))
        for iri, own, recurring in descriptions
    ]


@pytest.mark.parametrize("genes", [[("1",)], [("1", "2")], [("1",), ("2", "3")]])
def test_candidates_that_are_judged_alike_need_no_assessment(genes: list[tuple[str, ...]]) -> None:
    (mention,), assessments = describe_grades("f", [assessed(1, some, SUPPORTED) for some in genes])
    assert names(mention.properties) == graded(SUPPORTED)
    assert assessments == []


def test_alike_is_what_the_graph_says_alike() -> None:
    found = [
        assessed(1, ("1",), PLAUSIBLE, line="alias: A is one"),
        assessed(1, ("2",), PLAUSIBLE, line="alias: B is one"),
    ]
    assert describe_grades("f", found).assessments == []


def test_a_mention_has_the_grade_of_its_best_candidate_and_each_candidate_one_assessment() -> None:
    found = [assessed(1, ("1",), PLAUSIBLE), assessed(1, ("2",), SUPPORTED), assessed(1, ("3", "4"), PLAUSIBLE)]
    (mention, other), assessments = describe_grades("f", [*found, assessed(2, ("1",), PLAUSIBLE)])
    assert names(mention.properties) == graded(SUPPORTED)
    assert names(other.properties) == graded(PLAUSIBLE)
    assert said(assessments) == [
        (f"{MENTION}-assessment-1", ["1", "3", "4"], graded(PLAUSIBLE)),
        (f"{MENTION}-assessment-2", ["2"], graded(SUPPORTED)),
    ]
    assert [names(own)["pfkg:assesses"] for _, own, _ in assessments] == [[MENTION]] * 2


def test_of_equal_scores_the_first_is_the_best() -> None:
    doubtful = Judgement(0.7, "doubtful", ("alias", "two_letters"))
    for first, second in ((doubtful, PLAUSIBLE), (PLAUSIBLE, doubtful)):
        (mention,), assessments = describe_grades("f", [assessed(1, ("1",), first), assessed(1, ("2",), second)])
        assert names(mention.properties) == graded(first)
        assert len(assessments) == 2


def test_what_a_curator_decided_stands_on_an_assessment() -> None:
    (mention,), (assessment,) = describe_grades("f", [assessed(1, ("2",), REJECTED, DECISION)])
    assert names(mention.properties) == graded(REJECTED)
    assert names(assessment.properties) == {
        "rdf:type": ["Assessment"],
        "pfkg:assesses": [MENTION],
        "pfkg:assessedGene": [vocab.gene_iri("2")],
        "prov:wasAttributedTo": [vocab.curator_iri("A")],
        "dcterms:date": ["2026-11-29"],
        "skos:note": ["no"],
    }


def test_a_decision_on_one_gene_keeps_it_apart_from_others_that_are_judged_alike() -> None:
    found = [
        assessed(1, ("1",), REJECTED),
        assessed(1, ("2",), REJECTED, DECISION),
        assessed(1, ("3",), REJECTED),
    ]
    (mention,), assessments = describe_grades("f", found)
    assert names(mention.properties) == graded(REJECTED)
    assert [genes for _, genes, _ in said(assessments)] == [["1", "3"], ["2"]]


def test_a_figure_with_fewer_grades_than_mentions_is_an_error() -> None:
    (figure, *_) = kg.read_figures(SEEDS)
    grades = describe_grades(figure.figid, [assessed(1, ("1",), PLAUSIBLE)])
    with pytest.raises(ValueError, match="shorter"):
        list(describe_figure(figure, grades.of_mentions))


def test_the_graph_has_the_grade_of_each_candidate_that_the_table_has(tmp_path: Path) -> None:
    build = kg.build(SEEDS, RECORD / "input", output=tmp_path / "b", curation=RECORD / "names" / "curation.tsv")
    found = query(
        load_store(build),
        """SELECT ?mention ?gene ?grade ?score ?reason {
          ?graded pfkg:candidateGene|pfkg:assessedGene ?gene ; pfkg:assesses? ?mention ;
            pfkg:grade ?grade ; pfkg:score ?score ; pfkg:reason ?reason .
          FILTER NOT EXISTS { ?assessment pfkg:assesses ?graded }
          ?mention a pfkg:GeneMention .
        }""",
    )
    rows = [tuple(str(getattr(term, "value", "")) for term in row) for row in found]
    assert sorted(rows) == sorted(
        (
            vocab.part_iri(vocab.figure_iri(row["figid"]), "mention", row["mention"]),
            vocab.gene_iri(row["ncbigene"]),
            vocab.grade_iri(row["grade"]),
            f"{row['score']:g}",  # as Oxigraph writes decimals
            vocab.signal_iri(reason.partition(":")[0]),
        )
        for row in build.table("grades").to_dicts()
        for reason in row["reasons"]
    )
