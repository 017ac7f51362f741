"""Which part of a build an export takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypedDict

from kg.errors import NotFoundError, QueryError
from kg.genes import GeneNames, KnownGene, NotAGene
from kg.name_lists import read_names
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from kg.folder import Folder

__all__ = ["EVERYTHING", "Selection", "SelectionOptions", "Tables", "read_selection"]

Tier = Literal["strict", "synonyms", "all"]

_YEARS = re.compile("([0-9]{4})?(-)?([0-9]{4})?", re.ASCII)
_N_TOLD = 3  # names that a message tells


@dataclass(frozen=True, slots=True)
class Selection:
    """What part of a build to take; by default all of it.

    Attributes
    ----------
    tier
        Lexicons whose mentions count: ``strict``, ``synonyms`` or ``all``; ``all`` with those that are not known.
    organism
        Only genes of this species: its NCBI Taxonomy id or name.
    min_grade
        Only candidate genes of this grade of the audit or a better one, in a build that was graded.
    since, until
        Only figures of papers of these years, both included.
    genes
        Only figures with one of these genes: NCBI Gene ids.
    figures
        Only these figures, by id.
    mentions
        Whether mentions are nodes; without them figures point to genes directly.
    network
        A file of ``kg network`` (.tsv, .csv or .parquet) whose pairs become CO_OCCURS_WITH.
    unknown
        A sentence for each name that was asked for and that the build does not have.
    """

    tier: Tier = "all"
    organism: str | None = None
    min_grade: str | None = None
    since: int | None = None
    until: int | None = None
    genes: frozenset[str] | None = None
    figures: frozenset[str] | None = None
    mentions: bool = True
    network: Path | None = None
    unknown: tuple[str, ...] = ()


EVERYTHING = Selection()
"""The selection that leaves nothing out."""


class SelectionOptions(TypedDict, total=False):
    """The options of commands that take a part of a build."""

    tier: Tier
    organism: str | None
    min_grade: str | None
    years: str | None
    genes: str | Path | None
    figures: str | Path | None
    mentions: bool
    network: Path | None


class Tables(Protocol):
    """Where tables of `kg.tables.COLUMNS` are read from: a build, or what was selected of one."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table, with its columns and in its order."""
        ...

    def has(self, table: str) -> bool:
        """Return whether there is a table, of those that not every build has."""
        ...


def read_selection(
    folder: Folder,
    *,
    tier: Tier = "all",
    organism: str | None = None,
    min_grade: str | None = None,
    years: str | None = None,
    genes: str | Path | None = None,
    figures: str | Path | None = None,
    mentions: bool = True,
    network: Path | None = None,
) -> Selection:
    """Return the selection that the options of a command mean, the files of names read and the names looked up.

    Parameters
    ----------
    folder
        The build that names are looked up in.
    tier, organism, min_grade, mentions, network
        Those of `Selection`.
    years
        A year, or the first and the last with a hyphen; either may be missing.
    genes, figures
        Files with names of genes, as `kg.genes.GeneNames` takes them, and with ids of figures; ``-`` is standard input.

    Raises
    ------
    QueryError
        If `years` are no years.
    NotFoundError
        If the build has none of the genes, or none of the figures.
    KgError
        If a file cannot be read.

    Examples
    --------
    >>> import kg
    >>> read_selection(kg.build("seeds/"), years="2015-2018").until
    2018
    """
    since, until = _years(years)
    gene_ids, no_genes = (None, []) if genes is None else _genes(folder, genes)
    figure_ids, no_figures = (None, []) if figures is None else _figures(folder, figures)
    unknown = (*no_genes, *no_figures)
    return Selection(tier, organism, min_grade, since, until, gene_ids, figure_ids, mentions, network, unknown)


def _years(text: str | None) -> tuple[int | None, int | None]:
    """Return the first and the last of some years."""
    if text is None:
        return None, None
    found = _YEARS.fullmatch(text.strip())
    if found is None or not (found[1] or found[3]):
        raise QueryError(f"{visible(text)!r} are no years; give one as 2018, or several as 2015-2020, 2015- or -2020")
    first, hyphen, last = found.groups()
    since, until = (int(year) if year else None for year in (first, last))
    return since, until if hyphen else since


def _genes(folder: Folder, place: str | Path) -> tuple[frozenset[str], list[str]]:
    """Return the ids of the genes in a file, and a sentence for each name that is none's."""
    found = GeneNames(folder).find_all(read_names(place, "genes"))
    known = frozenset(gene.ncbigene for gene in found.values() if isinstance(gene, KnownGene))
    unknown = [str(name) for name in found.values() if isinstance(name, NotAGene)]
    if not known:
        raise NotFoundError("; ".join([f"{place}: names no gene of this build", *unknown[:_N_TOLD]]))
    return known, unknown


def _figures(folder: Folder, place: str | Path) -> tuple[frozenset[str], list[str]]:
    """Return the ids of the figures in a file that the build has, and a sentence for each that it lacks."""
    wanted = {name.strip(): None for name in read_names(place, "figures", one_a_line=True)}
    there = set(folder.scan("figures").select("figid").collect().get_column("figid"))
    unknown = [f"{visible(shorten(name, 100))}: no figure of that id" for name in wanted if name not in there]
    if not there.intersection(wanted):
        raise NotFoundError("; ".join([f"{place}: names no figure of this build", *unknown[:_N_TOLD]]))
    return frozenset(there.intersection(wanted)), unknown
