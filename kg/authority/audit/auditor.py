"""Grades mentions: of one figure at a time, each candidate gene with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit.deciding import as_decided
from kg.authority.audit.figure_signals import FigureContext, figure_signals
from kg.authority.audit.grading import judge
from kg.authority.audit.subject import Candidate, KnownGenes, Mention
from kg.authority.audit.word_signals import word_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.authority.audit.curation import Decision, Decisions
    from kg.authority.audit.subject import Signal
    from kg.authority.audit.text import FigureText
    from kg.authority.hgnc import HgncTable

__all__ = ["Auditor", "Verdict"]

_CACHED = 200_000  # words and matches whose signals are kept


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
        return "; ".join(f"{signal.name}: {signal.text}" for signal in self.signals)


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
        self._known = KnownGenes(table)
        self._of_words: dict[object, tuple[Signal, ...]] = {}

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
        context = FigureContext(text, organisms, mentions)
        for mention in mentions:
            judged: dict[object, tuple[float, str, tuple[Signal, ...]]] = {}
            start = (figid, mention.number, mention.word, mention.symbol, mention.lexicon)
            verdicts: list[Verdict] = []
            for candidate in mention.candidates:
                # What is said of a family holds for all of its members of a species.
                key = candidate.ncbigene if mention.family is None else (candidate.taxon, candidate.organism)
                found = judged.get(key)
                if found is None:
                    given = (
                        *self._word_signals(mention, candidate),
                        *figure_signals(mention, candidate, context, self._known),
                    )
                    found = judged[key] = (*judge(given), given)
                verdicts.append(Verdict(*start, candidate.symbol, candidate.ncbigene, *found))
            yield from as_decided(verdicts, decisions) if decisions else verdicts

    def _word_signals(self, mention: Mention, candidate: Candidate) -> tuple[Signal, ...]:
        # Those of a family are the same for all of its members.
        own = None if mention.family is not None else (candidate.ncbigene, mention.candidates)
        key = (mention.word, mention.symbol, mention.lexicon, own)
        found = self._of_words.get(key)
        if found is None:
            found = tuple(word_signals(mention, candidate, self._known))
            if len(self._of_words) < _CACHED:
                self._of_words[key] = found
        return found
