"""The audit as a part of the one pass: figures as curators have them, and the verdicts on their mentions."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit import WEIGHTS, Auditor, Curation, FigureText, assessments_of, mention_of, read_curation
from kg.tables import json_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from kg.authority.audit import Assessment, Decisions
    from kg.authority.hgnc import HgncTable
    from kg.authority.naming import Authority
    from kg.errors import Problem
    from kg.model import Figure
    from kg.tables import Columns

__all__ = ["Graded", "Grader", "add_assessments", "open_grader"]


class Graded(NamedTuple):
    """A figure as its curators have it, with its mentions assessed and what of the curation does not fit."""

    figure: Figure
    assessments: list[Assessment]
    decisions: Decisions
    problems: tuple[Problem, ...]


class Grader:
    """Grades figures; it goes to each worker once, with HGNC's table and the decisions of curators in it.

    Parameters
    ----------
    table
        HGNC's complete set; without it some signals are silent.
    curation
        What curators decided.
    hgnc_digest
        The SHA-256 of the table's file.
    """

    def __init__(self, table: HgncTable | None, curation: Curation, hgnc_digest: str | None) -> None:
        self.table = table
        self.curation = curation
        self._hgnc_digest = hgnc_digest

    def __reduce__(self) -> tuple[type[Grader], tuple[HgncTable | None, Curation, str | None]]:
        """Return what it is made of; what it has learnt stays here."""
        return Grader, (self.table, self.curation, self._hgnc_digest)

    @cached_property
    def _auditor(self) -> Auditor:
        return Auditor(self.table)

    @property
    def rules(self) -> dict[str, str | None]:
        """What decides on the grades of every figure, beside this version, as JSON values."""
        weights = hashlib.sha256(json_text(sorted(WEIGHTS.items())).encode()).hexdigest()
        return {"weights": weights, "hgnc": self._hgnc_digest}

    def describe(self) -> dict[str, object]:
        """Return the rules and the files of decisions, as JSON values."""
        return {
            **self.rules,
            "curation": [{"file": name, "sha256": digest} for name, digest in self.curation.sources],
        }

    def grade(self, figure: Figure) -> Graded:
        """Return a figure as its curators have it, and its mentions assessed."""
        text, organisms = FigureText(figure.caption, figure.title, figure.paper.title), figure.organisms
        curated = self.curation.apply(figure, self.table)
        if not curated.decisions:
            assessments = self._auditor.assess_figure(text, organisms, figure.mentions)
        else:
            mentions = [mention_of(record) for record in figure.mentions]
            verdicts = self._auditor.audit_figure(figure.figid, text, organisms, mentions, curated.decisions)
            assessments = assessments_of(verdicts)
        return Graded(curated.figure, assessments, curated.decisions, curated.problems)


def open_grader(authority: Authority | None, curation: Iterable[str | os.PathLike[str]] = ()) -> Grader:
    """Return who grades the mentions of a build.

    Parameters
    ----------
    authority
        Who names its genes: HGNC's table is taken from there.
    curation
        Files of decisions.

    Raises
    ------
    SourceError
        If such a file cannot be used.
    """
    table = None if authority is None else authority.hgnc
    _, digest = (authority.sources or {}).get("hgnc", ("", None)) if authority is not None else ("", None)
    return Grader(table, read_curation(curation, table), digest)


def add_assessments(tables: Mapping[str, Columns], graded: Graded) -> None:
    """Append the rows of a figure's assessments and decisions to the columns of their tables."""
    figid, assessments = graded.figure.figid, graded.assessments
    grades = tables["grades"]
    if assessments:
        numbers, genes, judgements, lines, _ = zip(*assessments, strict=True)
        scores, names, _ = zip(*judgements, strict=True)
        grades["figid"] += [figid] * len(assessments)
        grades["mention"] += numbers
        grades["ncbigene"] += [ids[0] if len(ids) == 1 else "\n".join(ids) for ids in genes]
        grades["score"] += scores
        grades["grade"] += names
        grades["reasons"] += map("\n".join, lines)
    curations = tables["curations"]
    for (mention, _), decision in sorted(graded.decisions.items(), key=lambda item: (item[0][0], int(item[0][1]))):
        for column, value in zip(curations.values(), (figid, mention, *decision), strict=True):
            column.append(value)
