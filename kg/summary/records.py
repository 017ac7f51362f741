"""What there is to say about a build, a figure, a gene and a paper: frozen values that turn into JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from kg.answers import Answer
from kg.errors import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CandidateSummary",
    "DecisionSummary",
    "FigureView",
    "GeneChoice",
    "GeneCount",
    "GeneFigure",
    "GeneView",
    "GradeCount",
    "KindCount",
    "KnownProblem",
    "LexiconCount",
    "MentionSummary",
    "PaperFigure",
    "PaperSummary",
    "PaperView",
    "ProblemList",
    "Stats",
    "TermSummary",
    "TopGene",
    "VerdictSummary",
    "View",
    "YearCount",
]


@dataclass(frozen=True, slots=True)
class LexiconCount:
    """Rows of genes that one lexicon gave; `tier` is its narrowest, None for an unknown lexicon."""

    lexicon: str
    tier: str | None
    n_rows: int


@dataclass(frozen=True, slots=True)
class GeneCount:
    """A gene and the number of figures that it stands in."""

    symbol: str
    ncbigene: str
    organism: str | None
    n_figures: int


@dataclass(frozen=True, slots=True)
class TopGene(GeneCount):
    """A gene with the figures that it stands in; `n_own` of them name it by a word that is no family."""

    n_own: int


@dataclass(frozen=True, slots=True)
class YearCount:
    """A year of publication and the number of figures; None counts those whose paper has no year."""

    year: int | None
    n_figures: int


@dataclass(frozen=True, slots=True)
class GradeCount:
    """A grade of the audit: the mentions whose best candidate gene has it, and all candidate genes that have it."""

    grade: str
    n_mentions: int
    n_genes: int


@dataclass(frozen=True, slots=True)
class KindCount:
    """The number of problems of one severity and one kind."""

    severity: str
    kind: str
    n: int


@dataclass(frozen=True, slots=True)
class Stats(Answer):
    """The numbers of a build.

    Attributes
    ----------
    n_rows
        Rows of each table.
    n_genes
        Distinct genes among the candidates of all mentions.
    lexicons
        Rows of genes by lexicon, most first.
    tiers
        Rows of genes by the narrowest tier that includes them; ``unknown`` for other lexicons.
    family_fraction
        Share of the rows of genes that are there because a word named a family or complex; 0 to 1.
    top_genes
        The genes in most figures, most first; the word of a family counts for each of its members.
    years
        Figures by the year of their paper, in order; None last.
    grades
        Mentions and their candidate genes by grade, best first; empty without an audit.
    n_curated
        Mentions that curators decided on.
    decisions
        Their decisions by kind; empty without an audit.
    problems
        Number of problems by severity, worst first.
    problem_kinds
        Number of problems by severity and kind, those that cost most first.
    """

    kind: ClassVar[str] = "stats"

    n_rows: Mapping[str, int]
    n_genes: int
    lexicons: tuple[LexiconCount, ...]
    tiers: Mapping[str, int]
    family_fraction: float
    top_genes: tuple[TopGene, ...]
    years: tuple[YearCount, ...]
    grades: tuple[GradeCount, ...]
    n_curated: int
    decisions: Mapping[str, int]
    problems: Mapping[str, int]
    problem_kinds: tuple[KindCount, ...]


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """A problem, as `kg.errors.Problem` is one, with its kind."""

    kind: str
    severity: str
    file: str
    line: int | None
    path: str
    value: str
    reason: str

    def __str__(self) -> str:
        """Return the problem on one line, as `kg.errors.Problem` does."""
        return str(Problem(Severity(self.severity), self.file, self.line, self.path, self.value, self.reason))


@dataclass(frozen=True, slots=True)
class ProblemList(Answer):
    """Problems by kind, those that cost most first, and of one kind by file and line; with the number of each kind."""

    kind: ClassVar[str] = "problems"

    counts: tuple[KindCount, ...]
    problems: tuple[KnownProblem, ...]


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """What a curator decided: on gene `ncbigene`, who, when (as 2026-11-29) and why.

    The decision is ``accept``, ``reject``, or ``other``: the word means `other_gene`.
    """

    ncbigene: str
    decision: str
    other_gene: str | None
    other_symbol: str | None
    note: str | None
    curator: str
    date: str


@dataclass(frozen=True, slots=True)
class VerdictSummary:
    """How far a candidate gene can be believed: a grade of the audit, a score from 0 to 1, the reasons, a decision.

    A reason is like ``alias: HLC-1 is an alias``, the name of a signal and what it says. The decision is that of a
    curator, on this gene or on one that the curator read as this one.
    """

    grade: str
    score: float
    reasons: tuple[str, ...]
    decision: DecisionSummary | None


@dataclass(frozen=True, slots=True)
class CandidateSummary:
    """A candidate gene by symbol and NCBI Gene id; `verdict` is None in a build without an audit."""

    symbol: str
    ncbigene: str
    organism: str | None = None
    verdict: VerdictSummary | None = None


@dataclass(frozen=True, slots=True)
class MentionSummary:
    """A gene mention of a figure with its distinct candidates, in order of first appearance."""

    number: int
    word: str
    matched_symbol: str
    lexicon: str
    tier: str | None
    family: str | None
    occurrences: int
    candidates: tuple[CandidateSummary, ...]


@dataclass(frozen=True, slots=True)
class TermSummary:
    """A chemical or disease of a figure; `ids` are prefixed, like ``mesh:D001839``."""

    word: str
    name: str | None
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperSummary:
    """A paper in brief."""

    pmcid: str
    title: str | None
    citation: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class FigureView(Answer):
    """One figure with everything read in it; `links` by name, `problems` those of its own files."""

    kind: ClassVar[str] = "figure"

    figid: str
    iri: str
    title: str | None
    number: str | None
    caption: str | None
    paper: PaperSummary
    organisms: tuple[str, ...]
    n_genes: int
    links: Mapping[str, str]
    mentions: tuple[MentionSummary, ...]
    chemicals: tuple[TermSummary, ...]
    diseases: tuple[TermSummary, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class GeneFigure:
    """A figure that a gene stands in, with the distinct words that named the gene there."""

    figid: str
    title: str | None
    pmcid: str
    year: int | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HgncSummary:
    """What HGNC says of a gene; `symbol` is the one that is approved today."""

    hgnc_id: str
    symbol: str
    name: str | None
    locus_group: str | None
    locus_type: str | None
    location: str | None
    aliases: tuple[str, ...]
    previous_symbols: tuple[str, ...]
    ensembl: str | None
    uniprot: tuple[str, ...]
    omim: tuple[str, ...]
    gene_groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GeneView(Answer):
    """One gene; `figures` are the newest first. `hgnc` is None without its table, or where HGNC has no such gene."""

    kind: ClassVar[str] = "gene"

    symbol: str
    ncbigene: str
    iri: str
    is_hgnc: bool
    organism: str | None
    taxon: str | None
    n_figures: int
    n_mentions: int
    links: Mapping[str, str]
    hgnc: HgncSummary | None
    figures: tuple[GeneFigure, ...]


@dataclass(frozen=True, slots=True)
class GeneChoice(Answer):
    """The genes that share a symbol, by organism and id: the name does not say which one is meant."""

    kind: ClassVar[str] = "genes"

    symbol: str
    genes: tuple[GeneCount, ...]


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure of a paper."""

    figid: str
    number: str | None
    title: str | None
    n_mentions: int
    n_genes: int


@dataclass(frozen=True, slots=True)
class PaperView(Answer):
    """One paper with its figures, by figure id."""

    kind: ClassVar[str] = "paper"

    pmcid: str
    iri: str
    title: str | None
    citation: str | None
    year: int | None
    doi: str | None
    journal: str | None
    publisher: str | None
    keywords: tuple[str, ...]
    links: Mapping[str, str]
    figures: tuple[PaperFigure, ...]


View: TypeAlias = FigureView | GeneView | GeneChoice | PaperView
"""What `kg.summary.show` can find."""
