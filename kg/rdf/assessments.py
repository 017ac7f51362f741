"""Which triples say how far a mention can be believed.

The grade of its best candidate stands on the mention itself, with score and reasons. Few mentions need more: those
whose candidates are not all judged alike, and those on which a curator decided, have assessments besides.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from kg import vocab
from kg.model import GRADES, SIGNALS
from kg.rdf.mapping import AN_ASSESSMENT, gene_iris
from kg.rdf.subjects import Description, Recurring
from kg.text import clean
from kg.vocab import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from kg.authority.audit import Assessment, Decision, Judgement

__all__ = ["Grades", "describe_grades"]

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


class Grades(NamedTuple):
    """What the graph says of how far a figure's mentions can be believed.

    Attributes
    ----------
    of_mentions
        What each mention has of it, in order.
    assessments
        The descriptions of those that some mentions have besides.
    """

    of_mentions: list[Recurring]
    assessments: list[Description]


def describe_grades(figid: str, assessments: Sequence[Assessment]) -> Grades:
    """Return a figure's grades: on each mention those of its best candidate, and apart what that does not say.

    Parameters
    ----------
    figid
        The figure.
    assessments
        Of all candidates of each mention, the mentions in order. Where scores are equal the first is the best.
    """
    of_mentions: list[Recurring] = []
    last, highest = 0, 0.0
    exceptional = set()
    for number, _, judgement, _, decision in assessments:
        if number != last:
            of_mentions.append(_graded(judgement))
            last, highest = number, judgement.score
        else:
            exceptional.add(number)
            if judgement.score > highest:
                of_mentions[-1], highest = _graded(judgement), judgement.score
        if decision is not None:
            exceptional.add(number)
    return Grades(of_mentions, list(_exceptions(figid, assessments, exceptional)) if exceptional else [])


@lru_cache(maxsize=16_384)
def _graded(judgement: Judgement) -> Recurring:
    score, grade, reasons = judgement
    return Recurring(
        [(_GRADE, _GRADES[grade]), (_SCORE, [str(score)]), (_REASON, [_SIGNALS[reason] for reason in reasons])]
    )


def _exceptions(figid: str, assessments: Iterable[Assessment], mentions: Container[int]) -> Iterator[Description]:
    """Yield the assessments of some mentions: one for all the candidates of a mention that are judged alike."""
    figure = vocab.figure_iri(figid)
    for number, of_mention in groupby(assessments, key=attrgetter("mention")):
        if number not in mentions:
            continue
        joined = _joined(of_mention)
        if len(joined) > 1 or joined[0].decision is not None:
            mention = vocab.part_iri(figure, "mention", number)
            for n, assessment in enumerate(joined, start=1):
                yield _describe_assessment(f"{mention}-assessment-{n}", mention, assessment)


def _joined(assessments: Iterable[Assessment]) -> list[Assessment]:
    """Return the assessments of a mention, those of which the graph says the same as one."""
    found: dict[tuple[Judgement, Decision | None], Assessment] = {}
    for assessment in assessments:
        key = assessment.judgement, assessment.decision
        alike = found.get(key)
        genes = assessment.genes if alike is None else alike.genes + assessment.genes
        found[key] = assessment._replace(genes=genes)
    return list(found.values())


def _describe_assessment(iri: str, mention: str, assessment: Assessment) -> Description:
    decision = assessment.decision
    properties = [(_TYPE, AN_ASSESSMENT), (_ASSESSES, [mention]), (_ASSESSED_GENE, gene_iris(assessment.genes))]
    if decision is not None:
        properties += [(_ATTRIBUTED_TO, [vocab.curator_iri(decision.curator)]), (_DAY, [decision.date])]
        if decision.note:
            properties.append((_NOTE, [clean(decision.note)[0]]))
    return Description(iri, properties, _graded(assessment.judgement))
