"""What several figures share: papers, genes, families, organisms; each described once.

A shared thing takes, field by field, the first value that is not empty, in order of figure id; a later value that
differs is a warning. Batches of figures can be gathered apart and merged in order: the result is the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, TypeVar

from kg import vocab
from kg.errors import Problem, Severity
from kg.model import Figure, Gene, GeneFamily, Paper
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Shared", "SharedRecords", "Tally"]

Record = TypeVar("Record", Paper, Gene)
# The variants of a record in the order in which figures gave them, each with the document that gave it first.
Variants = dict[str, dict[Record, str]]
# A field, its first value, a later one that differs, and the document of the later one.
Conflict = tuple[str, object, object, str]


@dataclass(slots=True)
class Tally:
    """How many figures name each thing, and how many mentions; papers have no mentions."""

    n_figures: Counter[str] = field(default_factory=Counter)
    n_mentions: Counter[str] = field(default_factory=Counter)

    def merge(self, other: Tally) -> None:
        """Add another's counts."""
        self.n_figures.update(other.n_figures)
        self.n_mentions.update(other.n_mentions)


@dataclass(frozen=True, slots=True)
class SharedRecords:
    """What figures share, each thing once: papers by PMCID, genes by id as a number, families by symbol.

    Attributes
    ----------
    organisms
        Taxon ids and names of the species of figures and genes, by id as a number; the name is empty where none is
        known.
    conflicts
        A warning for each value that another figure's value, which came first, outdid.
    """

    papers: list[Paper]
    genes: list[Gene]
    families: list[GeneFamily]
    organisms: list[tuple[str, str]]
    conflicts: list[Problem]


@dataclass(slots=True)
class Shared:
    """Everything that figures said of papers, genes, families and organisms, and how often."""

    papers: Variants[Paper] = field(default_factory=dict)
    genes: Variants[Gene] = field(default_factory=dict)
    families: dict[str, set[str]] = field(default_factory=dict)
    organisms: dict[str, str] = field(default_factory=dict)
    paper_tally: Tally = field(default_factory=Tally)
    gene_tally: Tally = field(default_factory=Tally)
    family_tally: Tally = field(default_factory=Tally)
    # The parser gives rows of one gene one object, so a look at the last one seen mostly saves the hashing.
    _latest: dict[str, Gene] = field(default_factory=dict, repr=False, compare=False)

    def add(self, figure: Figure, source: str = "") -> None:
        """Gather what one figure says of shared things; figures come in order of their ids.

        Parameters
        ----------
        figure
            The record.
        source
            The document that it was read from, which a warning names.
        """
        pmcid = figure.paper.pmcid
        self.papers.setdefault(pmcid, {}).setdefault(figure.paper, source)
        self.paper_tally.n_figures[pmcid] += 1
        genes: list[str] = []
        families: list[str] = []
        latest = self._latest
        for mention in figure.mentions:
            for candidate in mention.candidates:
                gene = candidate.gene
                if latest.get(gene.ncbigene) is not gene:
                    latest[gene.ncbigene] = gene
                    self.genes.setdefault(gene.ncbigene, {}).setdefault(gene, source)
            ids = mention.genes
            genes += ids
            if mention.is_family:
                families.append(mention.symbol)
                self.families.setdefault(mention.symbol, set()).update(ids)
        self.gene_tally.n_figures.update(set(genes))
        self.gene_tally.n_mentions.update(genes)
        self.family_tally.n_figures.update(set(families))
        self.family_tally.n_mentions.update(families)
        for name in figure.organisms:
            if name in vocab.TAXA:
                self.organisms.setdefault(vocab.TAXA[name], name)

    def merge(self, later: Shared) -> None:
        """Take in what was gathered from figures that come after those gathered here."""
        _merge_variants(self.papers, later.papers)
        _merge_variants(self.genes, later.genes)
        for symbol, members in later.families.items():
            self.families.setdefault(symbol, set()).update(members)
        for taxon, name in later.organisms.items():
            self.organisms.setdefault(taxon, name)
        self.paper_tally.merge(later.paper_tally)
        self.gene_tally.merge(later.gene_tally)
        self.family_tally.merge(later.family_tally)

    def records(self) -> SharedRecords:
        """Return each shared thing once, and the conflicts between what figures said of it."""
        conflicts: list[Problem] = []
        papers = []
        for pmcid in sorted(self.papers):
            paper, differing = _first_values(self.papers[pmcid])
            papers.append(paper)
            conflicts += _problems(f"papers[{pmcid}]", differing)
        genes = []
        for ncbigene in sorted(self.genes, key=int):
            variants = self.genes[ncbigene]
            # What HGNC's rows say of a gene counts before what others say: it is they that make it HGNC's.
            by_authority = sorted(variants.items(), key=lambda item: not item[0].is_hgnc)
            gene, differing = _first_values(dict(by_authority))
            genes.append(gene)
            conflicts += _problems(f"genes[ncbigene:{ncbigene}]", differing)
        families = [
            GeneFamily(symbol, tuple(sorted(self.families[symbol], key=int))) for symbol in sorted(self.families)
        ]
        organisms = dict(self.organisms)
        for gene in genes:
            if vocab.is_taxon(gene.taxon):
                organisms.setdefault(gene.taxon, gene.organism or "")
        by_taxon = sorted(organisms.items(), key=lambda item: int(item[0]))
        return SharedRecords(papers, genes, families, by_taxon, conflicts)


def _merge_variants(mine: Variants[Record], theirs: Variants[Record]) -> None:
    for key, variants in theirs.items():
        known = mine.setdefault(key, variants)
        if known is not variants:
            for record, source in variants.items():
                known.setdefault(record, source)


def _first_values(variants: dict[Record, str]) -> tuple[Record, list[Conflict]]:
    """Return the record of first values, and the later values that differ from them, each once."""
    records = iter(variants.items())
    merged, _ = next(records)
    conflicts: dict[tuple[str, object], Conflict] = {}
    for record, source in records:
        changes: dict[str, object] = {}
        for name in [f.name for f in fields(record) if f.name != "is_hgnc"]:
            first, value = getattr(merged, name), getattr(record, name)
            if first in (None, ()) and value not in (None, ()):
                changes[name] = value
            elif value not in (None, (), first):
                conflicts.setdefault((name, value), (name, first, value, source))
        if changes:
            merged = replace(merged, **changes)  # type: ignore[arg-type]
    return merged, list(conflicts.values())


def _problems(path: str, conflicts: list[Conflict]) -> Iterator[Problem]:
    for name, first, value, source in conflicts:
        reason = f"elsewhere it is {shorten(first)!r}, which counts"
        yield Problem(Severity.WARNING, source, None, f"{path}.{name}", shorten(value), reason)
