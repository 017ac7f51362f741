"""Which triples say how far a mention can be believed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kg import vocab
from kg.model import GRADES, SIGNALS
from kg.rdf.mapping import AN_ASSESSMENT, gene_iris
from kg.rdf.subjects import Description, Recurring
from kg.text import clean
from kg.vocab import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.authority.audit import Assessment, Decision, Judgement

__all__ = ["describe_assessments"]

_TYPE = PROPERTIES["rdf:type"]
_DAY = PROPERTIES["dcterms:date"]
_ATTRIBUTED_TO = PROPERTIES["prov:wasAttributedTo"]
_NOTE = PROPERTIES["skos:note"]
_ASSESSED_GENE = PROPERTIES["pfkg:assessedGene"]
_ASSESSES = PROPERTIES["pfkg:assesses"]
_GRADE = PROPERTIES["pfkg:grade"]
_REASON = PROPERTIES["pfkg:reason"]
_SCORE = PROPERTIES["pfkg:score"]

_GRADES = {grade: [vocab.grade_iri(grade)] for grade in GRADES}
_SIGNALS = {signal: vocab.signal_iri(signal) for signal in SIGNALS}


def describe_assessments(figid: str, assessments: Sequence[Assessment]) -> Iterator[Description]:
    """Yield the assessments of a figure's mentions: one for all the candidates of a mention that are judged alike.

    Parameters
    ----------
    figid
        The figure.
    assessments
        Of all candidates of each mention, the mentions in order.
    """
    figure = vocab.figure_iri(figid)
    start, n_assessments = 0, len(assessments)
    while start < n_assessments:
        number, end = assessments[start][0], start + 1
        while end < n_assessments and assessments[end][0] == number:
            end += 1
        mention = vocab.part_iri(figure, "mention", number)
        of_mention = assessments[start:end]
        for n, assessment in enumerate(of_mention if len(of_mention) == 1 else _joined(of_mention), start=1):
            yield _describe_assessment(f"{mention}-assessment-{n}", mention, assessment)
        start = end


def _joined(assessments: Iterable[Assessment]) -> list[Assessment]:
    """Return the assessments of a mention, those that are alike as one."""
    found: dict[tuple[Judgement, Decision | None], Assessment] = {}
    for assessment in assessments:
        key = assessment.judgement, assessment.decision
        alike = found.get(key)
        genes = assessment.genes if alike is None else alike.genes + assessment.genes
        found[key] = assessment._replace(genes=genes)
    return list(found.values())


@lru_cache(maxsize=16_384)
def _judged(grade: str, score: float, reasons: tuple[str, ...]) -> Recurring:
    return Recurring(
        [(_GRADE, _GRADES[grade]), (_SCORE, [str(score)]), (_REASON, [_SIGNALS[reason] for reason in reasons])]
    )


def _describe_assessment(iri: str, mention: str, assessment: Assessment) -> Description:
    _, genes, judgement, _, decision = assessment
    properties = [(_TYPE, AN_ASSESSMENT), (_ASSESSES, [mention]), (_ASSESSED_GENE, gene_iris(genes))]
    if decision is not None:
        properties += [(_ATTRIBUTED_TO, [vocab.curator_iri(decision.curator)]), (_DAY, [decision.date])]
        if decision.note:
            properties.append((_NOTE, [clean(decision.note)[0]]))
    return Description(iri, properties, _judged(judgement.grade, judgement.score, judgement.reasons))
