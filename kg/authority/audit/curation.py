"""What curators decided on single genes of mentions: files of decisions, and figures as these have them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import Problem, Severity, SourceError
from kg.model import Candidate, Gene
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.authority.hgnc import HgncTable
    from kg.model import Figure, GeneMention

__all__ = [
    "DECISIONS",
    "Curated",
    "Curation",
    "CurationRow",
    "Decision",
    "Decisions",
    "decided_twice",
    "genes_meant",
    "squeeze",
]

DECISIONS = ("accept", "reject", "other")
"""The gene is right; it is wrong; another gene is meant."""

_MOST_NAMED = 5  # candidates that a problem names


class Decision(NamedTuple):
    """What a curator decided on a candidate gene of a mention.

    Attributes
    ----------
    ncbigene
        The candidate that was judged.
    decision
        One of `DECISIONS`.
    other_gene, other_symbol
        The gene that the word means, where that is another.
    note
        Why, in words.
    curator, date
        Who, and when as ``2026-11-29``.
    """

    ncbigene: str
    decision: str
    other_gene: str | None
    other_symbol: str | None
    note: str | None
    curator: str
    date: str


Decisions = Mapping[tuple[int, str], Decision]
"""What was decided in a figure, by the mention's number and the gene that was judged."""


def genes_meant(decisions: Decisions) -> dict[tuple[int, str], Decision]:
    """Return the decisions that put a gene in the place of another, by the mention's number and the gene that is meant.

    Where several mean one gene in one mention, the earliest is the one that added it; then the names of the curators
    decide, then the ids of the genes that were judged.
    """
    found: dict[tuple[int, str], Decision] = {}
    ordered = sorted(decisions.items(), key=lambda item: (item[1].date, item[1].curator, int(item[1].ncbigene)))
    for (number, _), decision in ordered:
        if decision.other_gene is not None:
            found.setdefault((number, decision.other_gene), decision)
    return found


class CurationRow(NamedTuple):
    """A decision as a file has it: where it stands, and which candidate of which mention it is about.

    Attributes
    ----------
    file, line
        The file's name, and the line from 1.
    figid, word, symbol, source
        The figure, and the mention in it; blanks are single ones.
    number
        The mention's number when it was judged; it tells words apart that differ in their blanks alone.
    gene_symbol
        What the judged gene was called.
    """

    file: str
    line: int
    figid: str
    word: str
    symbol: str
    source: str
    number: int | None
    gene_symbol: str | None
    decision: Decision

    def warn(self, column: str, value: str, reason: str) -> Problem:
        """Return a problem of the row, which is kept in the file and has no effect on the build."""
        return Problem(Severity.WARNING, self.file, self.line, column, shorten(value), reason)


class Curated(NamedTuple):
    """A figure as its curators have it.

    Attributes
    ----------
    figure
        The figure, with the genes that they added as candidates without rows.
    decisions
        What was decided.
    problems
        The rows that do not fit the figure.
    """

    figure: Figure
    decisions: Decisions
    problems: tuple[Problem, ...]


def squeeze(text: str) -> str:
    """Return a text with single blanks, as a cell of a table has it."""
    return " ".join(text.split())


@dataclass(slots=True)
class Curation:
    """The decisions of some files, by figure.

    Attributes
    ----------
    rows
        By figure id, the earliest decisions first; the order of the files does not matter.
    sources
        Name and SHA-256 of each file, by name.
    problems
        What is odd in the files themselves.
    """

    rows: Mapping[str, tuple[CurationRow, ...]]
    sources: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...] = field(default=())

    def apply(self, figure: Figure, table: HgncTable | None = None) -> Curated:
        """Return a figure as its curators have it.

        Parameters
        ----------
        figure
            As its file has it.
        table
            HGNC's complete set, for the symbols and the species of genes that were added.

        Raises
        ------
        SourceError
            If a gene of a word was decided in two ways.
        """
        rows = self.rows.get(figure.figid, ())
        if not rows:
            return Curated(figure, {}, ())
        used: dict[tuple[int, str], CurationRow] = {}
        problems: list[Problem] = []
        for row in rows:
            mention, problem = _find(row, figure)
            if mention is None:
                problems.append(problem or _gone(row))
                continue
            judged = next((c.gene for c in mention.candidates if c.gene.ncbigene == row.decision.ncbigene), None)
            if judged is None:
                problems.append(_no_candidate(row, mention, rows))
                continue
            first = used.setdefault((mention.number, judged.ncbigene), row)
            if first is row:
                problems += [*_renamed(row, judged), *_misnamed(row, table)]
            else:
                problems += _again(row, first)
        decisions = {key: row.decision for key, row in used.items()}
        genes = {key: _other_gene(decision, figure, table) for key, decision in genes_meant(decisions).items()}
        for key, decision in decisions.items():
            if decision.other_gene is not None:
                decisions[key] = decision._replace(other_symbol=genes[key[0], decision.other_gene].symbol)
        return Curated(_with_genes(figure, genes), decisions, tuple(problems))

    def digest(self, figid: str) -> str | None:
        """Return the SHA-256 of the rows of a figure, with their places, in hexadecimal digits; None for no rows."""
        rows = self.rows.get(figid)
        return None if rows is None else hashlib.sha256(repr(rows).encode()).hexdigest()

    def without_figures(self, figids: Iterable[str]) -> Iterator[Problem]:
        """Yield a warning for each row whose figure is none of these."""
        there = set(figids)
        for figid, rows in self.rows.items():
            if figid not in there:
                for row in rows:
                    yield row.warn("figid", figid, "the build has no such figure, so the decision is not used")

    def against_genes(self, genes: Iterable[Gene], table: HgncTable | None = None) -> Iterator[Problem]:
        """Yield a warning for each row whose other gene the build calls otherwise, or knows no species of.

        Parameters
        ----------
        genes
            Those of the build.
        table
            HGNC's complete set; what it knows, `apply` has said.
        """
        known = {gene.ncbigene: gene for gene in genes}
        for row in (row for rows in self.rows.values() for row in rows):
            ncbigene, symbol = row.decision.other_gene, row.decision.other_symbol
            gene = known.get(ncbigene or "")
            if gene is None or (table is not None and table.gene(gene.ncbigene) is not None):
                continue
            if symbol is not None and symbol != squeeze(gene.symbol):
                reason = f"elsewhere gene {ncbigene} is called {gene.symbol}, which counts; see whether the id is right"
                yield row.warn("other_symbol", symbol, reason)
            if gene.taxon is None and gene.organism is None:
                reason = (
                    f"neither HGNC nor a file says of which species gene {ncbigene} is, so networks pair it with no "
                    "gene of a known one; --hgnc tells it of human genes"
                )
                yield row.warn("other_gene", gene.ncbigene, reason)


def _find(row: CurationRow, figure: Figure) -> tuple[GeneMention | None, Problem | None]:
    """Return the mention that a row is about; or why there is none."""
    key = (row.word, row.symbol, row.source)
    found = [m for m in figure.mentions if (squeeze(m.word), squeeze(m.symbol), squeeze(m.lexicon)) == key]
    if found:
        return next((mention for mention in found if mention.number == row.number), found[0]), None
    matches = sorted({f"{m.symbol} of {m.lexicon}" for m in figure.mentions if squeeze(m.word) == row.word})
    if not matches:
        return None, None
    said = ", ".join(matches[:_MOST_NAMED])
    wanted = f"{row.symbol} of {row.source}"
    reason = f"the word now matched {said}, and not {wanted}, so the decision is not used"
    return None, row.warn("symbol", row.symbol, reason)


def _gone(row: CurationRow) -> Problem:
    return row.warn("word", row.word, f"figure {row.figid} has no such word, so the decision is not used")


def _no_candidate(row: CurationRow, mention: GeneMention, rows: Iterable[CurationRow]) -> Problem:
    ncbigene = row.decision.ncbigene
    if any(other.decision.other_gene == ncbigene and other[2:6] == row[2:6] for other in rows):
        reason = "the gene came of a curator's decision: change that row, and leave this one empty"
    else:
        names = [f"{candidate.gene.ncbigene} ({candidate.gene.symbol})" for candidate in mention.candidates]
        more = ", ..." if len(names) > _MOST_NAMED else ""
        said = ", ".join(names[:_MOST_NAMED]) + more
        reason = f"the gene is no candidate of {row.word} any more, which has {said}; the decision is not used"
    return row.warn("entrez", ncbigene, reason)


def _renamed(row: CurationRow, gene: Gene) -> Iterator[Problem]:
    if row.gene_symbol and row.gene_symbol != squeeze(gene.symbol):
        reason = f"the file now calls gene {gene.ncbigene} {gene.symbol}; the decision is used, for the id counts"
        yield row.warn("hgnc_symbol", row.gene_symbol, reason)


def _again(row: CurationRow, first: CurationRow) -> Iterator[Problem]:
    """Yield a warning if a row's decision was made before and something of it is lost.

    Raises
    ------
    SourceError
        If it was decided otherwise.
    """
    ours, theirs = row.decision, first.decision
    if ours[:3] != theirs[:3]:
        raise SourceError(decided_twice(row, first))
    if ours._replace(other_symbol=None) != theirs._replace(other_symbol=None):
        reason = f"the same decision as in {first.file}:{first.line}, which counts, as it came first"
        yield row.warn("curator", ours.curator, reason)


def decided_twice(row: CurationRow, first: CurationRow) -> str:
    """Return the sentence that two rows contradict each other."""
    return (
        f"{row.file}:{row.line}: the same gene of the same word as in {first.file}:{first.line}, decided otherwise; "
        "leave one of the two rows"
    )


def _misnamed(row: CurationRow, table: HgncTable | None) -> Iterator[Problem]:
    """Yield a warning if HGNC calls the other gene of a row otherwise."""
    ncbigene, symbol = row.decision.other_gene, row.decision.other_symbol
    known = table.gene(ncbigene) if table is not None and ncbigene is not None else None
    if known is not None and symbol not in (None, known.symbol):
        reason = (
            f"HGNC calls gene {ncbigene} {known.symbol}, which counts; see whether the id is the one that was meant"
        )
        yield row.warn("other_symbol", str(symbol), reason)


def _other_gene(decision: Decision, figure: Figure, table: HgncTable | None) -> Gene:
    """Return the gene that a curator read: as HGNC has it, or as the figure has it, or with its symbol alone."""
    ncbigene = str(decision.other_gene)
    known = table.gene(ncbigene) if table is not None else None
    if known is not None:
        return Gene(ncbigene, known.symbol, is_hgnc=True, taxon="9606", organism="Homo sapiens")
    genes = (candidate.gene for mention in figure.mentions for candidate in mention.candidates)
    named = Gene(ncbigene, str(decision.other_symbol), is_hgnc=False)
    return next((gene for gene in genes if gene.ncbigene == ncbigene), named)


def _with_genes(figure: Figure, genes: Mapping[tuple[int, str], Gene]) -> Figure:
    """Return a figure with genes as candidates, by the mention's number and the gene's id, where they are not yet."""
    added: dict[int, list[Candidate]] = {}
    of_mention = {mention.number: mention.genes for mention in figure.mentions}
    for (number, ncbigene), gene in genes.items():
        if ncbigene not in of_mention[number]:
            added.setdefault(number, []).append(Candidate(gene, ()))
    if not added:
        return figure
    mentions = (m._replace(candidates=(*m.candidates, *added.get(m.number, ()))) for m in figure.mentions)
    return replace(figure, mentions=tuple(mentions))
