"""Grades mentions: of one figure at a time, each candidate gene with its reasons."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit.deciding import as_decided
from kg.authority.audit.figure_signals import FigureContext, figure_signals
from kg.authority.audit.grading import Judgement, judge
from kg.authority.audit.reading import Reading
from kg.authority.audit.subject import Candidate, KnownGenes, Mention, Reasons, mention_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.authority.audit.curation import Decision, Decisions
    from kg.authority.audit.figure_signals import Read
    from kg.authority.audit.subject import Signal
    from kg.authority.audit.text import FigureText
    from kg.authority.hgnc import HgncTable
    from kg.model import Gene, GeneMention

    _Kept = tuple[Reading, list[Gene], bool]

__all__ = ["Assessment", "Auditor", "Verdict", "assessments_of"]

_CACHED = 32_768  # words whose readings are kept


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


class Assessment(NamedTuple):
    """How far candidate genes of a mention can be believed that are judged alike.

    Attributes
    ----------
    mention
        The mention's number in its figure.
    genes
        The NCBI Gene ids of candidates that follow each other.
    judgement
        Their score, grade and reasons.
    lines
        The reasons with their sentences: ``name: sentence`` each, on one line.
    decision
        What a curator said of them.
    """

    mention: int
    genes: tuple[str, ...]
    judgement: Judgement
    lines: tuple[str, ...]
    decision: Decision | None = None


def assessments_of(verdicts: Iterable[Verdict]) -> list[Assessment]:
    """Return verdicts as assessments, those that follow each other and are alike as one."""
    found: list[Assessment] = []
    for verdict in verdicts:
        _, names, lines = Reasons.of(verdict.signals)
        judgement = Judgement(verdict.score, verdict.grade, names)
        one = Assessment(verdict.mention, (verdict.entrez,), judgement, lines, verdict.decision)
        if found and found[-1]._replace(genes=one.genes) == one:
            found[-1] = one._replace(genes=found[-1].genes + one.genes)
        else:
            found.append(one)
    return found


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
        # What records read that have the same genes, which are kept with it, so that their identity stands for them.
        self._kept: dict[tuple[object, ...], _Kept] = {}

        @lru_cache(maxsize=_CACHED)
        def read(
            word: str, symbol: str, lexicon: str, family: str | None, candidates: tuple[Candidate, ...]
        ) -> Reading:
            return Reading(Mention(0, word, symbol, lexicon, family, candidates), known)

        self._read = read

    def _read_records(self, records: Iterable[GeneMention]) -> list[Read]:
        """Return the number of each mention of a figure's record, what it reads, and its cases with their genes."""
        kept = self._kept
        found: list[Read] = []
        for record in records:
            number, word, symbol, lexicon, candidates = record
            if len(candidates) == 1:
                gene = candidates[0][0]
                key = word, symbol, lexicon, id(gene)
                reading = (kept.get(key) or self._read_anew(record, key, [gene]))[0]
                found.append((number, reading, reading.cases))
                continue
            genes = [candidate[0] for candidate in candidates]
            family = word, symbol, lexicon, frozenset(map(id, genes))
            reading, _, is_of_any_order = kept.get(family) or self._read_anew(record, family, genes)
            if is_of_any_order:
                ids = tuple([gene.ncbigene for gene in genes])
                found.append((number, reading, ((reading.cases[0][0], ids),)))
            else:  # in the order of the file
                reading = self._read(*mention_of(record)[1:])
                found.append((number, reading, reading.cases))
        return found

    def _read_anew(self, record: GeneMention, key: tuple[object, ...], genes: list[Gene]) -> _Kept:
        """Return what a mention reads, the genes, with which it is kept, and whether these may be in any order.

        Families list their members in any order. It matters where members are of several species, or where rows
        disagree on a gene; each of the genes is another object.
        """
        _, *rest, candidates = mention_of(record)
        reading = self._read(*rest, tuple(sorted(candidates)))
        is_of_any_order = len(reading.cases) == 1 and len(candidates) == len(genes)
        if len(self._kept) >= _CACHED:
            self._kept.clear()
        found = self._kept[key] = reading, genes, is_of_any_order
        return found

    def assess_figure(
        self, text: FigureText, organisms: Sequence[str], records: Iterable[GeneMention]
    ) -> list[Assessment]:
        """Return what `audit_figure` yields of the mentions of a figure's record, in fewer pieces and less time.

        Parameters
        ----------
        text, organisms
            As for `audit_figure`.
        records
            All of its mentions.
        """
        readings = self._read_records(records)
        context = FigureContext(text, organisms, readings)
        return [
            Assessment(number, genes, judge(own[1] + found[1]), own[2] + found[2])
            for number, genes, own, found in figure_signals(context, self._known)
        ]

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
        of_mentions = [(number, self._read(*rest)) for number, *rest in mentions]
        readings = [(number, reading, reading.cases) for number, reading in of_mentions]
        context = FigureContext(text, organisms, readings)
        judged: dict[int, list[tuple[float, str, tuple[Signal, ...]]]] = {number: [] for number, *_ in readings}
        for number, genes, own, found in figure_signals(context, self._known):
            reasons = own.then(found)
            score, grade, _ = judge(reasons.names)
            judged[number] += [(score, grade, reasons.signals)] * len(genes)
        for number, word, symbol, lexicon, _, candidates in mentions:
            verdicts = [
                Verdict(figid, number, word, symbol, lexicon, candidate.symbol, candidate.ncbigene, *judgement)
                for candidate, judgement in zip(candidates, judged[number], strict=True)
            ]
            yield from as_decided(verdicts, decisions) if decisions else verdicts
