"""The audit of a build: a row for each candidate gene of each mention, read off the build's tables some at a time."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kg.authority.audit.figure_signals import FigureContext, figure_signals
from kg.authority.audit.grading import judge
from kg.authority.audit.subject import Candidate, KnownGenes, Mention
from kg.authority.audit.text import FigureText
from kg.authority.audit.word_signals import word_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from kg.authority.audit.subject import Signal
    from kg.authority.hgnc import HgncTable

__all__ = ["Auditor", "Tables", "Verdict", "audit"]

_FIGURES_AT_ONCE = 500
_CACHED = 200_000  # words and matches whose signals are kept


class Tables(Protocol):
    """What has the tables of a build, as `kg.folder.Folder` has."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table as a lazy frame."""
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

    def audit_figure(
        self, figid: str, text: FigureText, organisms: Sequence[str], mentions: Sequence[Mention]
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
        """
        context = FigureContext(text, organisms, mentions)
        for mention in mentions:
            judged: dict[object, tuple[float, str, tuple[Signal, ...]]] = {}
            start = (figid, mention.number, mention.word, mention.symbol, mention.lexicon)
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
                yield Verdict(*start, candidate.symbol, candidate.ncbigene, *found)

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


def audit(folder: Tables, table: HgncTable | None = None) -> Iterator[Verdict]:
    """Yield a verdict for each candidate gene of each mention of a build, by figure id, mention and candidate.

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
    for figures, mentions in _read(folder):
        of_figure = {figid: list(rows) for figid, rows in groupby(_mentions(mentions), key=itemgetter(0))}
        for figid, caption, title, paper_title, organisms in figures.iter_rows():
            text = FigureText(caption, title, paper_title)
            yield from auditor.audit_figure(figid, text, organisms, [m for _, m in of_figure.get(figid, ())])


def _mentions(rows: pl.DataFrame) -> Iterator[tuple[str, Mention]]:
    """Yield figure ids and mentions of rows of candidates."""
    for (figid, number), group in groupby(rows.iter_rows(), key=itemgetter(0, 1)):
        members = list(group)
        _, _, word, symbol, lexicon, family, *_ = members[0]
        yield figid, Mention(number, word, symbol, lexicon, family, tuple(Candidate(*row[6:]) for row in members))


def _read(folder: Tables) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield some figures with their texts, and the candidates of their mentions, in order."""
    import polars as pl

    figures = folder.scan("figures").select("figid", "caption", "title", "pmcid", "organisms")
    papers = folder.scan("papers").select("pmcid", pl.col("title").alias("paper_title"))
    mentions = folder.scan("mentions").select("figid", "mention", "word", "matched_symbol", "lexicon", "family")
    candidates = folder.scan("candidates").select("figid", "mention", "ncbigene", "symbol", "taxon", "organism")
    start = 0
    while len(some := figures.slice(start, _FIGURES_AT_ONCE).collect()):
        start += _FIGURES_AT_ONCE
        figids, pmcids = some.get_column("figid"), some.get_column("pmcid")
        own = pl.col("figid").is_between(pl.lit(figids[0]), pl.lit(figids[-1]))
        of_papers = pl.col("pmcid").is_between(pl.lit(pmcids.min()), pl.lit(pmcids.max()))
        texts = some.join(papers.filter(of_papers).collect(), on="pmcid", how="left", maintain_order="left")
        rows = mentions.filter(own).join(candidates.filter(own), on=["figid", "mention"], maintain_order="left_right")
        yield (
            texts.select("figid", "caption", "title", "paper_title", "organisms"),
            rows.unique(["figid", "mention", "ncbigene"], keep="first", maintain_order=True).collect(),
        )
