"""The numbers of a build, counted in its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import Severity
from kg.model import TIERS
from kg.summary.problems import count_kinds
from kg.summary.records import LexiconCount, Stats, TopGene, YearCount
from kg.summary.verdicts import count_decisions, count_grades
from kg.tables import COUNTED

if TYPE_CHECKING:
    import polars as pl

    from kg.folder import Folder

__all__ = ["stats"]


def stats(folder: Folder, *, n_top: int = 20) -> Stats:
    """Return the numbers of a build.

    Parameters
    ----------
    folder
        The build; only its tables are read, lazily.
    n_top
        How many of the most frequent genes to name. Genes in equally many figures stand by symbol.

    Raises
    ------
    BuildError
        If a table is missing.

    Examples
    --------
    >>> import kg
    >>> seeds = kg.build("seeds/")
    >>> found = stats(seeds)
    >>> found.n_rows["candidates"], found.n_genes, round(found.family_fraction, 3), found.top_genes[0].symbol
    (63, 47, 0.667, 'IL6')
    """
    import polars as pl

    tables = (*COUNTED, "problems")
    sizes = [folder.scan(table).select(pl.len().alias("n")) for table in tables]
    n_genes = folder.scan("candidates").select(pl.col("ncbigene").n_unique())
    frames = pl.collect_all(
        [*sizes, n_genes, _lexicons(folder), _top_genes(folder, n_top), _years(folder)],
        engine="streaming",
    )
    counted = frames[: len(sizes)]
    genes, lexicons, top, years = frames[len(sizes) :]
    rows = lexicons.rows(named=True)
    total = sum(row["n_rows"] for row in rows)
    n_curated, decisions = count_decisions(folder)
    problem_kinds = count_kinds(folder)
    return Stats(
        n_rows={table: frame.item() for table, frame in zip(tables, counted, strict=True)},
        n_genes=genes.item(),
        lexicons=tuple(LexiconCount(row["lexicon"], row["tier"], row["n_rows"]) for row in rows),
        tiers=_by_tier(rows),
        family_fraction=sum(row["n_family_rows"] for row in rows) / total if total else 0.0,
        top_genes=tuple(TopGene(*row) for row in top.iter_rows()),
        years=tuple(YearCount(*row) for row in years.iter_rows()),
        grades=count_grades(folder),
        n_curated=n_curated,
        decisions=decisions,
        problems={
            severity.value: sum(count.n for count in problem_kinds if count.severity == severity.value)
            for severity in Severity
        },
        problem_kinds=problem_kinds,
    )


def _by_tier(rows: list[dict[str, object]]) -> dict[str, int]:
    tiers = dict.fromkeys((*TIERS, "unknown"), 0)
    for row in rows:
        tiers[str(row["tier"] or "unknown")] += int(str(row["n_rows"]))
    return tiers


def _lexicons(folder: Folder) -> pl.LazyFrame:
    import polars as pl

    mentions = folder.scan("mentions").select("figid", "mention", "lexicon", "tier", "family")
    return (
        folder.scan("candidates")
        .select("figid", "mention")
        .join(mentions, on=["figid", "mention"])
        .group_by("lexicon", "tier")
        .agg(pl.len().alias("n_rows"), pl.col("family").is_not_null().sum().alias("n_family_rows"))
        .sort("n_rows", "lexicon", descending=[True, False])
    )


def _top_genes(folder: Folder, n_top: int) -> pl.LazyFrame:
    import polars as pl

    def most_first(genes: pl.LazyFrame) -> pl.LazyFrame:
        return genes.sort("n_figures", "symbol", "ncbigene", descending=[True, False, False])

    top = most_first(folder.scan("genes").select("symbol", "ncbigene", "organism", "n_figures")).head(n_top)
    words = folder.scan("mentions").filter(pl.col("family").is_null()).select("figid", "mention")
    own = (
        folder.scan("candidates")
        .select("figid", "mention", "ncbigene")
        .join(top, on="ncbigene", how="semi")
        .join(words, on=["figid", "mention"], how="semi")
        .group_by("ncbigene")
        .agg(pl.col("figid").n_unique().alias("n_own"))
    )
    return most_first(top.join(own, on="ncbigene", how="left").with_columns(pl.col("n_own").fill_null(0)))


def _years(folder: Folder) -> pl.LazyFrame:
    import polars as pl

    return (
        folder.scan("figures")
        .select("pmcid")
        .join(folder.scan("papers").select("pmcid", "year"), on="pmcid", how="left")
        .group_by("year")
        .agg(pl.len().alias("n_figures"))
        .sort("year", nulls_last=True)
    )
