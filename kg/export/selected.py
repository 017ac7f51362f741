"""The tables of a selected part of a build, which are read as a build's own are."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import BuildError, check_choice
from kg.folder import GRADES_TABLE
from kg.model import TIERS
from kg.selection import figures_of_years, find_species, species_of
from kg.tables import COLUMNS, ROWS_PER_PART

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from kg.export.selection import Selection, Tables
    from kg.folder import Folder

__all__ = ["select"]


def select(folder: Folder, selection: Selection) -> Tables:
    """Return the tables of a build with only the rows that are selected.

    What figures share (papers, genes, families, with their members) is there if a figure that is left names it; the
    columns that count (``n_figures`` and so on) count what is left. `figures`, `genes` and the years choose figures;
    `tier`, `organism` and `min_grade` choose mentions in them, and leave figures without any.

    Raises
    ------
    QueryError
        If there is no such tier or grade, or no year between the two.
    NotFoundError
        If the build has no gene of the organism.
    BuildError
        If the build lacks a table, or has no grades where one is asked for.
    """
    check_choice("tier", selection.tier, TIERS)
    left = _Left.of(folder)
    if selection.tier != "all":
        left = left.of_tier(selection.tier)
    if selection.organism is not None:
        left = left.of_species(find_species(folder, selection.organism))
    if selection.min_grade is not None:
        left = left.of_grade(selection.min_grade)
    if selection.since is not None or selection.until is not None:
        left = left.of_figures(figures_of_years(folder, selection.since, selection.until))
    if selection.figures is not None:
        left = left.of_figures(_column("figid", selection.figures))
    if selection.genes is not None:
        left = left.of_figures(left.candidates.join(_column("ncbigene", selection.genes), on="ncbigene", how="semi"))
    return folder if left.folder_is_whole else _Selected(left)


def _column(name: str, values: Iterable[str]) -> pl.LazyFrame:
    import polars as pl

    return pl.DataFrame({name: pl.Series(sorted(values), dtype=pl.String)}).lazy()


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """What is left of a build: the figures, and the mentions in them with their candidates; nothing is read yet."""

    folder: Folder
    figures: pl.LazyFrame
    mentions: pl.LazyFrame
    candidates: pl.LazyFrame
    folder_is_whole: bool = True

    @classmethod
    def of(cls, folder: Folder) -> _Left:
        """Return all of a build."""
        return cls(folder, folder.scan("figures"), folder.scan("mentions"), folder.scan("candidates"))

    def of_tier(self, tier: str) -> _Left:
        """Return what is left without the mentions of wider tiers, and of lexicons that are not known."""
        import polars as pl

        mentions = self.mentions.filter(pl.col("tier").is_in(TIERS[: TIERS.index(tier) + 1]))
        candidates = _semi(self.candidates, mentions, "figid", "mention")
        return replace(self, mentions=mentions, candidates=candidates, folder_is_whole=False)

    def of_species(self, species: list[str]) -> _Left:
        """Return what is left without genes of other species, and without the mentions that can mean no other."""
        import polars as pl

        genes = species_of(self.folder).filter(pl.col("species").is_in(species))
        candidates = _semi(self.candidates, genes, "ncbigene")
        mentions = _semi(self.mentions, candidates, "figid", "mention")
        return replace(self, mentions=mentions, candidates=candidates, folder_is_whole=False)

    def of_grade(self, min_grade: str) -> _Left:
        """Return what is left without genes of lower grades, and without the mentions that can mean no other."""
        from kg.authority.audit import keep_graded

        candidates = keep_graded(self.folder, self.candidates, min_grade)
        mentions = _semi(self.mentions, candidates, "figid", "mention")
        return replace(self, mentions=mentions, candidates=candidates, folder_is_whole=False)

    def of_figures(self, figures: pl.LazyFrame) -> _Left:
        """Return what is left of some figures."""
        ids = figures.select("figid").unique().collect().lazy()
        figures, mentions, candidates = (
            _semi(table, ids, "figid") for table in (self.figures, self.mentions, self.candidates)
        )
        return _Left(self.folder, figures, mentions, candidates, folder_is_whole=False)


def _semi(table: pl.LazyFrame, kept: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """Return the rows of a table that the other has, too, in their order."""
    return table.join(kept.select(by), on=list(by), how="semi", maintain_order="left")


class _Selected:
    """The tables of what is left, in a temporary folder that goes with this object."""

    def __init__(self, left: _Left) -> None:
        self._folder = left.folder
        place = tempfile.mkdtemp(prefix="kg-")
        weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        self._place = Path(place)
        try:
            self._keep("candidates", left.candidates)
            for table, rows in self._counted(left).items():
                self._keep(table, rows)
            for table, rows in self._shared(left.folder).items():
                self._keep(table, rows)
        except OSError as error:
            raise BuildError(f"the temporary folder cannot be written to ({error}); make room there") from error

    def _keep(self, table: str, rows: pl.LazyFrame) -> None:
        kept = rows.select(list(COLUMNS[table]))
        kept.sink_parquet(self._place / f"{table}.parquet", row_group_size=ROWS_PER_PART[table], maintain_order=True)

    def _counted(self, left: _Left) -> dict[str, pl.LazyFrame]:
        """Return the figures and mentions that are left, counted anew."""
        import polars as pl

        distinct = self.scan("candidates").select("figid", "mention", "ncbigene", "is_curated").unique()
        of_mentions = distinct.group_by("figid", "mention").agg(
            pl.len().cast(pl.Int64).alias("n_candidates"), pl.col("is_curated").all().alias("is_curated")
        )
        of_figures = distinct.group_by("figid").agg(
            pl.col("mention").n_unique().cast(pl.Int64).alias("n_mentions"),
            pl.col("ncbigene").n_unique().cast(pl.Int64).alias("n_genes"),
        )
        figures = left.figures.drop("n_mentions", "n_genes").join(
            of_figures, on="figid", how="left", maintain_order="left"
        )
        mentions = left.mentions.drop("n_candidates").join(of_mentions, on=["figid", "mention"], maintain_order="left")
        return {
            "figures": figures.with_columns(pl.col("n_mentions", "n_genes").fill_null(0)),
            # Where all that is left came of curators, the word's family is not meant.
            "mentions": mentions.with_columns(pl.when(~pl.col("is_curated")).then("family").alias("family")),
        }

    def _shared(self, folder: Folder) -> dict[str, pl.LazyFrame]:
        """Return the rows of the other tables that the figures which are left name, counted anew."""
        import polars as pl

        figures, mentions, candidates = map(self.scan, ("figures", "mentions", "candidates"))
        in_figures = {table: _semi(folder.scan(table), figures, "figid") for table in ("chemicals", "diseases")}
        named = mentions.filter(pl.col("family").is_not_null()).select("figid", "mention", symbol="family")
        members = (
            named.join(candidates.filter(~pl.col("is_curated")), on=["figid", "mention"])
            .select("symbol", "ncbigene")
            .unique()
        )
        listed = members.sort(pl.col("ncbigene").cast(pl.Int64)).group_by("symbol").agg(members="ncbigene")
        of_genes = _counted(candidates.select("figid", "mention", "ncbigene").unique(), "ncbigene")
        of_papers = figures.group_by("pmcid").agg(pl.len().cast(pl.Int64).alias("n_figures"))
        families = (
            folder.scan("families")
            .drop("members", "n_figures", "n_mentions")
            .join(listed, on="symbol", maintain_order="left")
        )
        return in_figures | {
            "papers": folder.scan("papers").drop("n_figures").join(of_papers, on="pmcid", maintain_order="left"),
            "genes": folder.scan("genes")
            .drop("n_figures", "n_mentions")
            .join(of_genes, on="ncbigene", maintain_order="left"),
            "families": families.join(_counted(named, "symbol"), on="symbol", maintain_order="left"),
        }

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table, with its columns and in its order; that of grades is the build's, with all its rows."""
        import polars as pl

        if table == GRADES_TABLE:
            return self._folder.scan(table)
        return pl.scan_parquet(self._place / f"{table}.parquet")

    def has(self, table: str) -> bool:
        """Return whether there is a table, of those that not every build has."""
        return self._folder.has(table)


def _counted(named: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """Return how many figures, and how many mentions, name each thing."""
    import polars as pl

    n_figures = pl.col("figid").n_unique().cast(pl.Int64).alias("n_figures")
    return named.group_by(by).agg(n_figures, pl.len().cast(pl.Int64).alias("n_mentions"))
