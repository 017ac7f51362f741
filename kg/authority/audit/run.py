"""The audit: a verdict for each candidate gene of each mention, of a figure's record or read off a build's tables."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kg.authority.audit.curation import Decision
from kg.authority.audit.figure_signals import FigureContext, figure_signals
from kg.authority.audit.grading import GRADES, judge
from kg.authority.audit.subject import Candidate, KnownGenes, Mention, Signal
from kg.authority.audit.text import FigureText
from kg.authority.audit.word_signals import word_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from kg.authority.hgnc import HgncTable
    from kg.model import Figure

    Decisions = Mapping[tuple[int, str], Decision]

__all__ = ["Auditor", "Tables", "Verdict", "audit", "read_decisions", "read_slices"]

_FIGURES_AT_ONCE = 500
_CACHED = 200_000  # words and matches whose signals are kept


class Tables(Protocol):
    """What has the tables of a build, as `kg.folder.Folder` has."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table as a lazy frame."""
        ...

    def has(self, table: str) -> bool:
        """Return whether there is such a table."""
        ...


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
    >>> mak = Mention(1, "МАРК", "MAK", "hgnc_symbol", None, (Candidate("4117", "MAK"),))
    >>> verdict, = Auditor().audit_figure("f1", FigureText("MAPK and AKT", None, None), [], [mak])
    >>> verdict.grade, [signal.name for signal in verdict.signals]
    ('doubtful', ['official_symbol', 'mixed_scripts', 'distance', 'three_letters'])
    """

    def __init__(self, table: HgncTable | None = None) -> None:
        self._known = KnownGenes(table)
        self._of_words: dict[object, tuple[Signal, ...]] = {}

    def audit_record(self, figure: Figure, decisions: Decisions) -> Iterator[Verdict]:
        """Yield the verdicts on a figure's record as its file has it; see `audit_figure`.

        Parameters
        ----------
        figure
            The record.
        decisions
            What curators decided, by the mention's number and the gene.
        """
        text = FigureText(figure.caption, figure.title, figure.paper.title)
        mentions = [
            Mention(
                m.number,
                m.word,
                m.symbol,
                m.lexicon,
                m.symbol if m.is_family else None,
                _candidates([(c.gene.ncbigene, c.gene.symbol, c.gene.taxon, c.gene.organism) for c in m.candidates]),
            )
            for m in figure.mentions
        ]
        return self.audit_figure(figure.figid, text, figure.organisms, mentions, decisions)

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
            yield from _curated(verdicts, decisions) if decisions else verdicts

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


def _candidates(genes: list[tuple[str, str, str | None, str | None]]) -> tuple[Candidate, ...]:
    """Return the candidates of a mention, each gene once: as the first row has it."""
    if len(genes) == 1:  # the usual case
        return (Candidate(*genes[0]),)
    found: dict[str, Candidate] = {}
    for gene in genes:
        if gene[0] not in found:
            found[gene[0]] = Candidate(*gene)
    return tuple(found.values())


def _curated(verdicts: list[Verdict], decisions: Decisions) -> Iterator[Verdict]:
    """Yield the verdicts on a mention as curators have them."""
    number = verdicts[0].mention
    own = {v.entrez: decisions[number, v.entrez] for v in verdicts if (number, v.entrez) in decisions}
    others: dict[str, Decision] = {}
    for decision in own.values():
        if decision.other_gene is not None:
            others.setdefault(decision.other_gene, decision)
    symbols = {verdict.entrez: verdict.hgnc_symbol for verdict in verdicts}
    for verdict in verdicts:
        of_gene = own.get(verdict.entrez)
        if of_gene is not None:
            yield _decided(verdict, of_gene, is_right=of_gene.decision == "accept")
        elif verdict.entrez in others:
            decision = others[verdict.entrez]
            yield _decided(verdict, decision, is_right=True, instead=symbols[decision.ncbigene])
        else:
            yield verdict
    for ncbigene, decision in others.items():
        if ncbigene not in symbols:
            gene = verdicts[0]._replace(hgnc_symbol=str(decision.other_symbol), entrez=ncbigene, signals=())
            yield _decided(gene, decision, is_right=True, instead=symbols[decision.ncbigene])


def _decided(verdict: Verdict, decision: Decision, *, is_right: bool, instead: str = "") -> Verdict:
    """Return a verdict as a curator has it, the decision as its first reason; `instead` is what it was read as."""
    what = "accepted" if is_right else "rejected"
    if instead:
        what += f" in the place of {instead} ({decision.ncbigene})"
    elif decision.other_gene is not None:
        what += f" for {decision.other_symbol} ({decision.other_gene})"
    note = f": {decision.note}" if decision.note else ""
    reason = Signal("curation", f"{what} by {decision.curator} on {decision.date}{note}")
    score, grade = (1.0, GRADES[0]) if is_right else (0.0, GRADES[-1])
    return verdict._replace(score=score, grade=grade, signals=(reason, *verdict.signals), decision=decision)


def audit(folder: Tables, table: HgncTable | None = None) -> Iterator[Verdict]:
    """Yield a verdict for each candidate gene of each mention of a build, by figure id, mention and candidate.

    What curators decided in the build is part of it.

    Parameters
    ----------
    folder
        A build; only its tables are read, some figures at a time.
    table
        HGNC's complete set. Without it signals that need names of genes are silent.

    Raises
    ------
    BuildError
        If the build lacks a table.
    """
    auditor = Auditor(table)
    decided = read_decisions(folder)
    for figures, mentions in read_slices(folder):
        of_figure = {figid: list(rows) for figid, rows in groupby(_mentions(mentions), key=itemgetter(0))}
        for figid, caption, title, paper, organisms in figures.iter_rows():
            text = FigureText(caption, title, json.loads(paper).get("title") if paper else None)
            found = [mention for _, mention in of_figure.get(figid, ())]
            yield from auditor.audit_figure(figid, text, organisms, found, decided.get(figid))


def read_decisions(folder: Tables) -> dict[str, dict[tuple[int, str], Decision]]:
    """Return what curators decided in a build, by figure, mention and gene; they are few."""
    found: dict[str, dict[tuple[int, str], Decision]] = {}
    if folder.has("curations"):
        for figid, mention, *decision in folder.scan("curations").collect().iter_rows():
            found.setdefault(figid, {})[mention, decision[0]] = Decision(*decision)
    return found


def _mentions(rows: pl.DataFrame) -> Iterator[tuple[str, Mention]]:
    """Yield figure ids and mentions of rows of candidates."""
    rows = rows.filter(~rows["is_curated"]).drop("is_curated")
    for (figid, number), group in groupby(rows.iter_rows(), key=itemgetter(0, 1)):
        members = list(group)
        _, _, word, symbol, lexicon, family, *_ = members[0]
        yield figid, Mention(number, word, symbol, lexicon, family, tuple(Candidate(*row[6:]) for row in members))


def read_slices(folder: Tables) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield some figures with their texts, and the candidates of their mentions, in order.

    The title of the paper is that of the figure's own file, so that what one file says decides on its mentions.
    """
    import polars as pl

    figures = folder.scan("figures").select("figid", "caption", "title", "organisms")
    papers = folder.scan("documents").select("figid", "paper")
    mentions = folder.scan("mentions").select("figid", "mention", "word", "matched_symbol", "lexicon", "family")
    candidates = folder.scan("candidates").select(
        "figid", "mention", "ncbigene", "symbol", "taxon", "organism", "is_curated"
    )
    start = 0
    while len(some := figures.slice(start, _FIGURES_AT_ONCE).collect()):
        start += _FIGURES_AT_ONCE
        figids = some.get_column("figid")
        own = pl.col("figid").is_between(pl.lit(figids[0]), pl.lit(figids[-1]))
        texts = some.join(papers.filter(own).collect(), on="figid", how="left", maintain_order="left")
        rows = mentions.filter(own).join(candidates.filter(own), on=["figid", "mention"], maintain_order="left_right")
        yield (
            texts.select("figid", "caption", "title", "paper", "organisms"),
            rows.unique(["figid", "mention", "ncbigene"], keep="first", maintain_order=True).collect(),
        )
