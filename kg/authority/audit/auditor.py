"""Grades mentions: of one figure at a time, each candidate gene with its reasons."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit.deciding import as_decided
from kg.authority.audit.figure_signals import FigureContext, figure_signals
from kg.authority.audit.grading import INTERCEPT, Judgement, grade, weigh
from kg.authority.audit.reading import Reading
from kg.authority.audit.subject import Candidate, KnownGenes, Mention

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.authority.audit.curation import Decision, Decisions
    from kg.authority.audit.reading import Case
    from kg.authority.audit.subject import Signal
    from kg.authority.audit.text import FigureText
    from kg.authority.hgnc import HgncTable

__all__ = ["Auditor", "Verdict"]

_CACHED = 32_768  # readings that are kept


class Verdict(NamedTuple):
    """How far a candidate gene of a mention can be believed.

    Attributes
    ----------
    figid, mention
        The figure, and the mention's number in it.
    word, symbol, source
        The OCR word, and the lexicon entry that it matched.
    hgnc_symbol, entrez
        The candidate gene, as the file names it.
    score
        0 to 1: how likely the mention is right.
    grade
        One of `kg.authority.audit.GRADES`.
    signals
        The reasons.
    decision
        What a curator said of the gene, or of another that the curator read as this one.
    """

    figid: str
    mention: int
    word: str
    symbol: str
    source: str
    hgnc_symbol: str
    entrez: str
    score: float
    grade: str
    signals: tuple[Signal, ...]
    decision: Decision | None = None

    @property
    def own_decision(self) -> Decision | None:
        """The decision, if it was made on this gene, and not on another in whose place this one stands."""
        return self.decision if self.decision is not None and self.decision.ncbigene == self.entrez else None

    @property
    def reasons(self) -> str:
        """The signals as text: ``name: sentence``, between semicolons."""
        return "; ".join([f"{name}: {text}" for name, text in self.signals])


class Auditor:
    """Grades the mentions of figures, one figure at a time.

    Parameters
    ----------
    table
        HGNC's complete set. Without it signals that need names of genes are silent.

    Examples
    --------
    >>> from kg.authority.audit import FigureText
    >>> mak = Mention(1, "МАРК", "MAK", "hgnc_symbol", None, (Candidate("4117", "MAK"),))
    >>> verdict, = Auditor().audit_figure("f1", FigureText("MAPK and AKT", None, None), [], [mak])
    >>> verdict.grade, [signal.name for signal in verdict.signals]
    ('doubtful', ['official_symbol', 'mixed_scripts', 'distance', 'three_letters'])
    """

    def __init__(self, table: HgncTable | None = None) -> None:
        self._known = known = KnownGenes(table)

        @lru_cache(maxsize=_CACHED)
        def read(
            word: str, symbol: str, lexicon: str, family: str | None, candidates: tuple[Candidate, ...]
        ) -> Reading:
            return Reading(Mention(0, word, symbol, lexicon, family, candidates), known)

        self._read = read

    def audit_figure(
        self,
        figid: str,
        text: FigureText,
        organisms: Sequence[str],
        mentions: Sequence[Mention],
        decisions: Decisions | None = None,
    ) -> Iterator[Verdict]:
        """Yield a verdict for each candidate of each mention of a figure, in order.

        Parameters
        ----------
        figid
            The figure's id.
        text
            Its caption and titles.
        organisms
            The species that its file names.
        mentions
            All of its mentions.
        decisions
            What curators decided, by the mention's number and the gene; genes that they added come behind those that
            the file has.
        """
        make = Verdict._make  # faster than by name, and verdicts are many
        for mention, judgements in zip(mentions, self.judge_figure(text, organisms, mentions), strict=True):
            number, word, symbol, lexicon, _, candidates = mention
            verdicts = [
                make((figid, number, word, symbol, lexicon, candidate.symbol, candidate.ncbigene, *judgement, None))
                for candidate, judgement in zip(candidates, judgements, strict=True)
            ]
            yield from as_decided(verdicts, decisions) if decisions else verdicts

    def judge_figure(
        self, text: FigureText, organisms: Sequence[str], mentions: Sequence[Mention]
    ) -> Iterator[list[Judgement]]:
        """Yield the judgements of each mention of a figure, one a candidate; members of a family share theirs.

        Parameters
        ----------
        text, organisms, mentions
            As for `audit_figure`.
        """
        readings = [(number, self._read(*rest)) for number, *rest in mentions]
        context = FigureContext(text, organisms, readings)
        for number, reading in readings:
            of_case = [self._judge(number, reading, case, context) for case in reading.cases]
            yield [of_case[place] for place in reading.case_of]

    def _judge(self, number: int, reading: Reading, case: Case, context: FigureContext) -> Judgement:
        found = figure_signals(number, reading, case, context, self._known)
        if not found:
            return case.alone
        total, contradicts = weigh(found)
        judged = grade(INTERCEPT + case.total + total, contradicts=contradicts or case.contradicts)
        return Judgement(*judged, (*case.signals, *found))
