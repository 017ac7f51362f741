"""Figures and papers as sets of genes, the way that enrichment takes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypedDict, get_args

from kg.errors import QueryError, check_choice
from kg.gmt import GeneSet
from kg.model import TIERS
from kg.network.counting.evidence import Level
from kg.selection import figures_of_years, find_species, of_tier, species_of

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from kg.folder import Folder
    from kg.network.counting.evidence import Tier

__all__ = ["MIN_SIZE", "Candidates", "GeneNaming", "SetOptions", "Sets", "gene_sets", "read_sets"]

MIN_SIZE = 3
"""Genes of the smallest set by default, as in PFOCR's own gene set files."""

GeneNaming = Literal["symbol", "ncbigene"]


class SetOptions(TypedDict, total=False):
    """Which genes of which figures are in sets, for functions that hand the options on."""

    tier: Tier
    organism: str | None
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Sets:
    """Which genes stand in which figures or papers, as numbers.

    Attributes
    ----------
    rows
        One row for each row of the build's candidates, in its order: ``set`` (row of `ids`), ``figure`` (a number),
        ``mention``, ``gene`` (row of `genes`).
    ids
        Figure ids or PMCIDs, in order.
    genes
        All genes of the build: ``ncbigene``, ``symbol``, ``species``.
    """

    rows: pl.DataFrame
    ids: pl.Series
    genes: pl.DataFrame


class Candidates:
    """A build's candidates as numbers, read when they are first asked for and kept.

    Parameters
    ----------
    folder
        A finished build.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    @cached_property
    def genes(self) -> pl.DataFrame:
        """All genes of the build, as `kg.selection.species_of` gives them."""
        return species_of(self._folder).collect()

    @cached_property
    def figures(self) -> pl.DataFrame:
        """The figures, in order: ``figid``, and ``len``, the rows of each, which are neighbours."""
        import polars as pl

        runs = self._folder.scan("candidates").select(pl.col("figid").rle()).unnest("figid")
        return runs.select(pl.col("value").alias("figid"), "len").collect().rechunk()

    @cached_property
    def rows(self) -> pl.DataFrame:
        """One row for each of the build's, in its order: ``figure`` and ``gene`` (rows of those) and ``mention``."""
        import numpy as np
        import polars as pl

        # Texts are slow to compare; and columns that are looked at again and again are made one piece.
        number = pl.Enum(self.genes.get_column("ncbigene"))
        gene = pl.col("ncbigene").cast(number).to_physical().cast(pl.UInt32).alias("gene")
        rows = self._folder.scan("candidates").select("mention", gene).collect().rechunk()
        figure = np.repeat(np.arange(self.figures.height, dtype=np.uint32), self.figures.get_column("len"))
        return rows.select(pl.Series("figure", figure), "mention", "gene")

    def of(self, figids: pl.Series) -> pl.DataFrame:
        """Return the candidates of some figures, in order, as ``figid``, ``mention`` and ``ncbigene``."""
        import numpy as np
        import polars as pl

        figid, length = self.figures.get_columns()
        rows = self.rows.filter(pl.Series(np.repeat(figid.is_in(figids.implode()).to_numpy(), length)))
        return rows.select(
            figid.gather(rows.get_column("figure")),
            "mention",
            self.genes.get_column("ncbigene").gather(rows.get_column("gene")),
        )


def read_sets(
    folder: Folder,
    *,
    level: Level = "figure",
    tier: Tier = "all",
    species: Collection[str] | None = None,
    since: int | None = None,
    until: int | None = None,
    known: Candidates | None = None,
) -> Sets:
    """Return which genes stand in which figures or papers of a build.

    Parameters
    ----------
    folder
        A finished build.
    level, tier, since, until
        As for `gene_sets`.
    species
        Only genes of these, as `kg.selection.species_of` names them; by default of all.
    known
        The build's candidates, where they are read already or will be again.

    Raises
    ------
    QueryError
        If an option has a value that it does not know.
    BuildError
        If the build lacks a table.
    """
    import polars as pl

    check_choice("tier", tier, TIERS)
    check_choice("level", level, get_args(Level))
    known = known or Candidates(folder)
    genes, rows = known.genes, known.rows
    figures = known.figures.select("figid").with_row_index("figure")
    if species is not None:
        wanted = genes.get_column("species").is_in(list(species)).arg_true()
        rows = rows.filter(pl.col("gene").is_in(wanted.implode()))
    if tier != "all":
        mentions = folder.scan("mentions").filter(of_tier(tier)).select("figid", "mention")
        of_figures = mentions.join(figures.lazy(), on="figid")
        rows = rows.lazy().join(of_figures, on=["figure", "mention"], how="semi", maintain_order="left").collect()
    if level == "figure" and since is None and until is None:
        return Sets(rows.with_columns(set="figure"), figures.get_column("figid"), genes)
    # A figure of other years has no paper here, and no set.
    of_years = figures_of_years(folder, since, until).collect()
    chosen = figures.join(of_years, on="figid", how="left", maintain_order="left")
    own = pl.col("figid") if level == "figure" else pl.col("pmcid")
    ids = chosen.select(pl.when(pl.col("pmcid").is_not_null()).then(own).alias("id")).to_series()
    place = (ids.rank("dense") - 1).gather(rows.get_column("figure")).alias("set")
    rows = rows.with_columns(place).drop_nulls("set").select("set", "figure", "mention", "gene")
    return Sets(rows, ids.drop_nulls().sort().unique(maintain_order=True), genes)


def gene_sets(
    folder: Folder,
    *,
    level: Level = "figure",
    tier: Tier = "all",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    min_size: int = MIN_SIZE,
    naming: GeneNaming = "symbol",
) -> list[GeneSet]:
    """Return the figures or papers of a build as gene sets, by id.

    Parameters
    ----------
    folder
        A finished build.
    level
        ``figure``: a set is a figure, described by its title. ``paper``: a paper, with the genes of all its figures.
    tier, organism, since, until
        As for `kg.network.cooccurrence`.
    min_size
        Sets of fewer genes are left out.
    naming
        What genes are called: ``symbol``, or ``ncbigene`` for NCBI Gene ids.

    Returns
    -------
    list of GeneSet
        `name` is the figure's id or the PMCID. Genes come in order of their first appearance; two genes of one
        symbol are one.

    Raises
    ------
    QueryError
        If an option has a value that it does not know.
    NotFoundError
        If the build has no gene of the organism.
    BuildError
        If the build lacks a table.

    References
    ----------
    PFOCR's gene sets: Hanspers et al. 2020, doi:10.1186/s13059-020-02181-2.

    Examples
    --------
    >>> import kg
    >>> for each in gene_sets(kg.build("seeds/"), tier="strict"):
    ...     print(each.name, *each.genes)
    PMC6305783__2185-4610-64-103-g001 STAT1 SOCS3 STAT3
    PMC7048131__12964_2020_527_Fig5_HTML HIC1 IL6R LIF LIFR STAT3 MAK CPT1B
    """
    import polars as pl

    check_choice("naming", naming, get_args(GeneNaming))
    if min_size < 1:
        raise QueryError(f"min_size {min_size} is too small; a set has at least 1 gene")
    species = None if organism is None else find_species(folder, organism)
    found = read_sets(folder, level=level, tier=tier, species=species, since=since, until=until)
    table, unit = ("figures", "figid") if level == "figure" else ("papers", "pmcid")
    titles = dict(folder.scan(table).select(unit, "title").collect().iter_rows())
    called, ids = found.genes.get_column(naming).to_list(), found.ids.to_list()
    members = found.rows.group_by("set").agg(pl.col("gene").unique(maintain_order=True)).sort("set")
    sets = []
    for number, numbers in members.iter_rows():
        genes = tuple(dict.fromkeys(called[each] for each in numbers))
        if len(genes) >= min_size:
            sets.append(GeneSet(ids[number], titles.get(ids[number]) or "", genes))
    return sets
