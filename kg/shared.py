"""What several figures share: papers, genes, families, organisms; each described once.

A shared thing takes, field by field, the first value that is not empty, in order of figure id; a later value that
differs is a warning. Batches of figures can be gathered apart and merged in order: the result is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, TypeVar

from kg import vocab
from kg.errors import Problem, Severity
from kg.model import Figure, Gene, GeneFamily, Paper
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Shared", "Tally"]

Record = TypeVar("Record", Paper, Gene)
# The documents in which each variant of a record was first seen, in order.
Variants = dict[str, dict[Record, str]]


@dataclass(slots=True)
class Tally:
    """How many figures and mentions name a thing."""

    n_figures: int = 0
    n_mentions: int = 0


@dataclass(slots=True)
class Shared:
    """Papers by PMCID, genes by NCBI Gene id, families by symbol, with all variants that figures gave of them."""

    papers: Variants[Paper] = field(default_factory=dict)
    paper_tally: dict[str, Tally] = field(default_factory=dict)
    genes: Variants[Gene] = field(default_factory=dict)
    gene_tally: dict[str, Tally] = field(default_factory=dict)
    families: dict[str, set[str]] = field(default_factory=dict)
    family_tally: dict[str, Tally] = field(default_factory=dict)
    organisms: dict[str, str] = field(default_factory=dict)
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
        self.paper_tally.setdefault(pmcid, Tally()).n_figures += 1
        genes: dict[str, int] = {}
        families: dict[str, int] = {}
        for mention in figure.mentions:
            for candidate in mention.candidates:
                gene = candidate.gene
                if self._latest.get(gene.ncbigene) is not gene:
                    self._latest[gene.ncbigene] = gene
                    self.genes.setdefault(gene.ncbigene, {}).setdefault(gene, source)
            ids = mention.genes
            for ncbigene in ids:
                genes[ncbigene] = genes.get(ncbigene, 0) + 1
            if mention.family is not None:
                self.families.setdefault(mention.symbol, set()).update(ids)
                families[mention.symbol] = families.get(mention.symbol, 0) + 1
        for tally, seen in ((self.gene_tally, genes), (self.family_tally, families)):
            for key, n_mentions in seen.items():
                count = tally.setdefault(key, Tally())
                count.n_figures += 1
                count.n_mentions += n_mentions
        for name in figure.organisms:
            if name in vocab.TAXA:
                self.organisms.setdefault(vocab.TAXA[name], name)

    def merge(self, later: Shared) -> None:
        """Take in what was gathered from figures that come after those gathered here."""
        for mine, theirs in ((self.papers, later.papers), (self.genes, later.genes)):
            for key, variants in theirs.items():
                known = mine.setdefault(key, {})
                for record, source in variants.items():
                    known.setdefault(record, source)  # type: ignore[arg-type]
        for symbol, members in later.families.items():
            self.families.setdefault(symbol, set()).update(members)
        for taxon, name in later.organisms.items():
            self.organisms.setdefault(taxon, name)
        for tally, other in (
            (self.paper_tally, later.paper_tally),
            (self.gene_tally, later.gene_tally),
            (self.family_tally, later.family_tally),
        ):
            for key, count in other.items():
                total = tally.setdefault(key, Tally())
                total.n_figures += count.n_figures
                total.n_mentions += count.n_mentions

    def merged_papers(self) -> Iterator[Paper]:
        """Yield the papers, by PMCID."""
        for pmcid in sorted(self.papers):
            yield _first_values(self.papers[pmcid])[0]

    def merged_genes(self) -> Iterator[Gene]:
        """Yield the genes, by NCBI Gene id as a number."""
        for ncbigene in sorted(self.genes, key=int):
            variants = self.genes[ncbigene]
            gene = _first_values(variants)[0]
            yield replace(gene, is_hgnc=True) if any(variant.is_hgnc for variant in variants) else gene

    def merged_families(self) -> Iterator[GeneFamily]:
        """Yield the families with all their members, by symbol."""
        for symbol in sorted(self.families):
            yield GeneFamily(symbol, tuple(sorted(self.families[symbol], key=int)))

    def merged_organisms(self) -> Iterator[tuple[str, str]]:
        """Yield taxon id and name of the organisms of figures and genes, by taxon id as a number."""
        names = dict(self.organisms)
        for gene in self.merged_genes():
            if vocab.is_taxon(gene.taxon):
                names.setdefault(gene.taxon, gene.organism or "")
        for taxon in sorted(names, key=int):
            yield taxon, names[taxon]

    def conflicts(self) -> Iterator[Problem]:
        """Yield a warning for each value that another figure's value, which came first, outdid."""
        for pmcid in sorted(self.papers):
            yield from _conflicts(f"papers[{pmcid}]", self.papers[pmcid])
        for ncbigene in sorted(self.genes, key=int):
            yield from _conflicts(f"genes[ncbigene:{ncbigene}]", self.genes[ncbigene])


def _first_values(variants: dict[Record, str]) -> tuple[Record, list[tuple[str, object, object, str]]]:
    """Return the record of first values, and each (field, first value, later value, document) that differs."""
    records = iter(variants.items())
    merged, _ = next(records)
    conflicts: dict[tuple[str, object], tuple[object, str]] = {}
    for record, source in records:
        changes: dict[str, object] = {}
        for name in [f.name for f in fields(record) if f.name != "is_hgnc"]:
            first, value = getattr(merged, name), getattr(record, name)
            if first in (None, ()) and value not in (None, ()):
                changes[name] = value
            elif value not in (None, (), first):
                conflicts.setdefault((name, value), (first, source))
        if changes:
            merged = replace(merged, **changes)  # type: ignore[arg-type]
    return merged, [(name, first, value, source) for (name, value), (first, source) in conflicts.items()]


def _conflicts(path: str, variants: dict[Record, str]) -> Iterator[Problem]:
    for name, first, value, source in _first_values(variants)[1]:
        reason = f"an earlier figure says {shorten(first)!r}, which counts"
        yield Problem(Severity.WARNING, source, None, f"{path}.{name}", shorten(value), reason)
