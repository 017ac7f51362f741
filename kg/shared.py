"""What several figures share: papers, genes, families, organisms; each described once.

It is read off the tables of the figures. A shared thing takes, field by field, the first value that is not empty, in
order of figure id and of the rows in a file; a later value that differs is a warning. What curators say of a gene comes
after all that files say.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from kg import vocab
from kg.errors import Problem, Severity
from kg.model import Figure, Gene, GeneFamily, Paper
from kg.scratch import open_scratch
from kg.tables import FIGURE_TABLES, Counted, add_document, add_figure, empty_columns, to_frame
from kg.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import polars as pl

    from kg.authority.hgnc import HgncGene

__all__ = ["READ", "Shared", "SharedRecords"]

Record = TypeVar("Record", Paper, Gene)
# A field, its first value, a later one that differs, and the document of the later one.
Conflict = tuple[str, object, object, str]

READ: Mapping[str, tuple[str, ...]] = {
    "documents": ("figid", "file", "paper"),
    "figures": ("figid", "pmcid", "organisms"),
    "mentions": ("figid", "mention", "family"),
    "candidates": (
        "figid",
        "mention",
        "ncbigene",
        "symbol",
        "is_hgnc",
        "taxon",
        "organism",
        "organism_group",
        "is_curated",
    ),
}
"""The tables and columns that tell of shared things."""

_GENE = READ["candidates"][2:]


@dataclass(frozen=True, slots=True)
class SharedRecords:
    """What figures share, each thing once: papers by PMCID, genes by id as a number, families by symbol.

    Each kind is walked once.

    Attributes
    ----------
    organisms
        Taxon ids and names of the species of figures and genes, by id as a number; the name is empty where none is
        known.
    hgnc
        What HGNC says of genes, by NCBI Gene id.
    famplex
        Entities of FamPlex, by the symbols of families.
    curators
        Names of those who decided on mentions, by their IRIs in order.
    """

    papers: Iterable[Paper]
    genes: Iterable[Gene]
    families: Iterable[GeneFamily]
    organisms: Iterable[tuple[str, str]]
    hgnc: Mapping[str, HgncGene] = field(default_factory=dict)
    famplex: Mapping[str, str] = field(default_factory=dict)
    curators: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    """How many figures name each thing, and how many mentions."""

    n_figures: Counter[str] = field(default_factory=Counter)
    n_mentions: Counter[str] = field(default_factory=Counter)

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows of what is named, figures and mentions."""
        for name, n_figures, n_mentions in rows.iter_rows():
            self.n_figures[name] += n_figures
            self.n_mentions[name] += n_mentions


class Shared:
    """Everything that figures say of papers, genes, families and organisms, and how often.

    Papers, of which there are nearly as many as figures, wait on disk; the others are bounded by what biology knows.
    """

    def __init__(self) -> None:
        # The variants of a gene in the order in which figures gave them, and whether a curator did; each with the
        # document that gave it first.
        self._genes: dict[str, dict[tuple[Gene, bool], str]] = {}
        self._families: dict[str, set[str]] = {}
        self._organisms: dict[str, str] = {}
        self._gene_tally, self._family_tally = _Tally(), _Tally()
        self._scratch = open_scratch("papers (pmcid TEXT, said TEXT, file TEXT, n_figures INTEGER)")

    def add(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Gather what some figures say of shared things.

        Parameters
        ----------
        tables
            Whole figures, in order of their ids, and after those that were added before: the columns of `READ`.
        """
        documents, figures = tables["documents"], tables["figures"]
        self._add_papers(documents, figures)
        self._add_genes(tables["candidates"], documents)
        self._add_families(tables["mentions"], tables["candidates"])
        for name in figures.get_column("organisms").explode().drop_nulls().unique(maintain_order=True):
            if name in vocab.TAXA:
                self._organisms.setdefault(vocab.TAXA[name], name)

    def add_figures(self, figures: Iterable[Figure]) -> None:
        """Gather what some figures say of shared things; they come in order of their ids."""
        columns = {table: empty_columns(table) for table in FIGURE_TABLES}
        for figure in figures:
            add_figure(columns, figure)
            add_document(columns["documents"], figure, "")
        # Records that were not parsed from files can hold what tables cannot.
        self.add(
            {
                table: to_frame(table, {name: _cleaned(columns[table][name]) for name in names})
                for table, names in READ.items()
            }
        )

    def records(self) -> SharedRecords:
        """Return each shared thing once."""
        genes = [gene.record for gene in self.genes()]
        return SharedRecords(
            (paper.record for paper in self.papers()),
            genes,
            (family.record for family in self.families()),
            self.organisms(genes),
        )

    def _add_papers(self, documents: pl.DataFrame, figures: pl.DataFrame) -> None:
        import polars as pl

        said = (
            figures.select("figid", "pmcid")
            .join(documents, on="figid", maintain_order="left")
            .group_by("pmcid", "paper", maintain_order=True)
            .agg(pl.col("file").first(), pl.len())
        )
        self._scratch.executemany("INSERT INTO papers VALUES (?, ?, ?, ?)", said.iter_rows())

    def _add_genes(self, candidates: pl.DataFrame, documents: pl.DataFrame) -> None:
        import polars as pl

        variants = candidates.unique(_GENE, keep="first", maintain_order=True).join(
            documents.select("figid", "file"), on="figid", maintain_order="left"
        )
        for *values, is_curated, file in variants.select(*_GENE, "file").iter_rows():
            gene = Gene(*values)
            self._genes.setdefault(gene.ncbigene, {}).setdefault((gene, is_curated), file)
        named = candidates.select("ncbigene", "figid", "mention").unique()
        self._gene_tally.add(named.group_by("ncbigene").agg(pl.col("figid").n_unique(), pl.len()))

    def _add_families(self, mentions: pl.DataFrame, candidates: pl.DataFrame) -> None:
        import polars as pl

        named = mentions.filter(pl.col("family").is_not_null())
        self._family_tally.add(named.group_by("family").agg(pl.col("figid").n_unique(), pl.len()))
        # A gene that a curator added to a family's word is meant in the family's place.
        members = (
            named.join(candidates.filter(~pl.col("is_curated")), on=["figid", "mention"])
            .select("family", "ncbigene")
            .unique()
        )
        for family, ncbigene in members.iter_rows():
            self._families.setdefault(family, set()).add(ncbigene)

    def papers(self) -> Iterator[Counted[Paper]]:
        """Yield the papers by PMCID."""
        rows = self._scratch.execute("SELECT pmcid, said, file, n_figures FROM papers ORDER BY pmcid, rowid")
        for pmcid, said in groupby(rows, key=itemgetter(0)):
            variants: dict[Paper, str | None] = {}
            n_figures = 0
            for _, text, file, n in said:
                values = json.loads(text) if text else {}
                if "keywords" in values:
                    values["keywords"] = tuple(values["keywords"])
                variants.setdefault(Paper(pmcid, **values), file)
                n_figures += n
            paper, conflicts = _first_values(variants)
            yield Counted(paper, n_figures, conflicts=tuple(_problems(f"papers[{pmcid}]", conflicts)))

    def genes(self) -> list[Counted[Gene]]:
        """Return the genes by id as a number."""
        found = []
        for ncbigene in sorted(self._genes, key=int):
            gene, conflicts = _first_values(_by_authority(self._genes[ncbigene]))
            problems = tuple(_problems(f"genes[ncbigene:{ncbigene}]", conflicts))
            tally = self._gene_tally
            found.append(Counted(gene, tally.n_figures[ncbigene], tally.n_mentions[ncbigene], problems))
        return found

    def families(self) -> Iterator[Counted[GeneFamily]]:
        """Yield the families by symbol, their members by id as a number."""
        tally = self._family_tally
        for symbol in sorted(self._families):
            family = GeneFamily(symbol, tuple(sorted(self._families[symbol], key=int)))
            yield Counted(family, tally.n_figures[symbol], tally.n_mentions[symbol])

    def organisms(self, genes: Iterable[Gene]) -> list[tuple[str, str]]:
        """Return taxon ids and names of the species of figures and of genes, by id as a number.

        The name is empty where none is known.
        """
        organisms = dict(self._organisms)
        for gene in genes:
            if vocab.is_taxon(gene.taxon):
                organisms.setdefault(gene.taxon, gene.organism or "")
        return sorted(organisms.items(), key=lambda item: int(item[0]))


def _cleaned(value: Any) -> Any:
    """Return a text, or texts in lists, without what UTF-8 cannot carry; any other value as it is."""
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return clean(value)[0] if isinstance(value, str) else value


def _by_authority(variants: Mapping[tuple[Gene, bool], str]) -> dict[Gene, str | None]:
    """Return the variants of a gene in the order in which they count, with their documents; None for curators'."""
    found: dict[Gene, str | None] = {}
    # What HGNC says of a gene counts before what others say, for that makes it HGNC's; then what the files say.
    for (gene, is_curated), file in sorted(variants.items(), key=lambda item: (not item[0][0].is_hgnc, item[0][1])):
        found.setdefault(gene, None if is_curated else file)
    return found


def _first_values(variants: dict[Record, str | None]) -> tuple[Record, list[Conflict]]:
    """Return the record of first values, and the later values of documents that differ from them, each once."""
    records = iter(variants.items())
    merged, _ = next(records)
    conflicts: dict[tuple[str, object], Conflict] = {}
    for record, source in records:
        changes: dict[str, object] = {}
        for name in [f.name for f in fields(record) if f.name != "is_hgnc"]:
            first, value = getattr(merged, name), getattr(record, name)
            if first in (None, ()) and value not in (None, ()):
                changes[name] = value
            elif source is not None and value not in (None, (), first):
                conflicts.setdefault((name, value), (name, first, value, source))
        if changes:
            merged = replace(merged, **changes)  # type: ignore[arg-type]
    return merged, list(conflicts.values())


def _problems(path: str, conflicts: list[Conflict]) -> Iterator[Problem]:
    for name, first, value, source in conflicts:
        reason = f"elsewhere it is {shorten(first)!r}, which counts"
        yield Problem(Severity.WARNING, source, None, f"{path}.{name}", shorten(value), reason)
