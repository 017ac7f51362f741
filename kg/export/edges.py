"""The edges of the property graph, by kind, out of the tables of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.export.keys import short_keys
from kg.export.nodes import is_taxon, mention_id, taxon_of_name
from kg.export.streams import Range, ranges, slices
from kg.export.terms import TERMS
from kg.model import TIERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from kg.export.selection import Tables

__all__ = ["EDGES"]


def _by_figure(rows: Callable[[Range], pl.LazyFrame]) -> Callable[[Tables], Iterator[pl.DataFrame]]:
    """Return what yields the edges of some figures at a time."""

    def edges(tables: Tables) -> Iterator[pl.DataFrame]:
        return (rows(part).collect() for part in ranges(tables))

    return edges


def _part_of(part: Range) -> pl.LazyFrame:
    return part.scan("figures").select(source="figid", target="pmcid")


def _has_mention(part: Range) -> pl.LazyFrame:
    return part.scan("mentions").select(source="figid", target=mention_id())


def _refers_to_genes(part: Range) -> pl.LazyFrame:
    # A row can stand twice in a file; a mention's rows need not be neighbours.
    rows = part.scan("candidates").sort("figid", "mention", "position", nulls_last=True)
    return rows.unique(["figid", "mention", "ncbigene"], keep="first", maintain_order=True).select(
        source=mention_id(), target="ncbigene"
    )


def _refers_to_families(part: Range) -> pl.LazyFrame:
    import polars as pl

    return (
        part.scan("mentions")
        .filter(pl.col("family").is_not_null())
        .select(source=mention_id(), target=short_keys(pl.col("family")))
    )


def _mentions_genes(part: Range) -> pl.LazyFrame:
    """Return figures with the genes that their words may mean, in the order of the files' rows."""
    import polars as pl

    # Numbers stand for figures, mentions and genes: they are joined and grouped many times as fast as texts.
    figures = pl.Enum(part.scan("figures").select("figid").collect().to_series())
    figure = pl.col("figid").cast(figures).to_physical().cast(pl.Int64)
    key = (figure * 2**32 + pl.col("mention")).alias("key")
    rank = pl.col("tier").replace_strict({tier: number for number, tier in enumerate(TIERS)}, default=None)
    mentions = part.scan("mentions").select(key, "word", "lexicon", rank=rank)
    rows = (
        part.scan("candidates")
        .select(key, figure=figure, gene=pl.col("ncbigene").cast(pl.Int64), source="figid", target="ncbigene")
        .unique(["key", "gene"], keep="first", maintain_order=True)
        .join(mentions, on="key", maintain_order="left")
        .with_row_index("row")
        .collect()
    )
    # Most genes of a figure are named by one mention.
    is_shared = rows.select(pl.struct("figure", "gene").is_duplicated()).to_series()
    edges = pl.concat([_of_one_mention(rows.filter(~is_shared)), _of_several_mentions(rows.filter(is_shared))])
    tier = pl.col("rank").replace_strict(dict(enumerate(TIERS)), default=None, return_dtype=pl.String)
    return edges.sort("row").lazy().with_columns(tier.alias("tier"))


def _of_one_mention(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as edges: each is one."""
    import polars as pl

    lists = [
        pl.when(pl.col(column).is_not_null()).then(pl.col(column).reshape((-1, 1)).arr.to_list()).alias(f"{column}s")
        for column in ("word", "lexicon")
    ]
    return rows.select("row", "source", "target", *lists, "rank", n_mentions=pl.lit(1, pl.UInt32))


def _of_several_mentions(rows: pl.DataFrame) -> pl.DataFrame:
    """Return an edge for all rows of a figure and a gene; it stands where the first of them does."""
    import polars as pl

    lists = [
        pl.col(column).drop_nulls().unique(maintain_order=True).alias(f"{column}s") for column in ("word", "lexicon")
    ]
    first = pl.col("row", "source", "target").first()
    grouped = rows.group_by("figure", "gene").agg(first, *lists, pl.col("rank").min(), n_mentions=pl.len())
    return grouped.drop("figure", "gene")


def _distinct(rows: pl.LazyFrame, by: list[str], column: str) -> pl.LazyFrame:
    """Return for each group the list of a column's values, each once and in the order of the rows."""
    values = rows.select(*by, column).drop_nulls().unique(maintain_order=True, keep="first")
    return values.group_by(by, maintain_order=True).agg(column)


def _mentions_terms(name: str) -> Callable[[Range], pl.LazyFrame]:
    def edges(part: Range) -> pl.LazyFrame:
        import polars as pl

        edge = ["figid", "key"]
        rows = part.scan(name).select("figid", TERMS[name].key.alias("key"), "word")
        counted = rows.group_by(edge, maintain_order=True).agg(pl.len().alias("n_mentions"))
        return counted.join(_distinct(rows, edge, "word"), on=edge, how="left", maintain_order="left").select(
            pl.lit(None, pl.String).alias("tier"),
            pl.lit([], pl.List(pl.String)).alias("lexicons"),
            "n_mentions",
            source="figid",
            target="key",
            words="word",
        )

    return edges


def _members(tables: Tables) -> Iterator[pl.DataFrame]:
    """Yield genes with the families that they belong to, both in the order of their nodes."""
    import polars as pl

    members = tables.scan("families").select(target=short_keys(pl.col("symbol")), source="members").explode("source")
    found = members.drop_nulls().unique().collect()
    return slices(found.sort(pl.col("source").cast(pl.Int64), "target"))


def _genes_in_taxon(tables: Tables) -> Iterator[pl.DataFrame]:
    return slices(tables.scan("genes").filter(is_taxon()).select(source="ncbigene", target="taxon").collect())


def _figures_in_taxon(part: Range) -> pl.LazyFrame:
    named = part.scan("figures").select(source="figid", name="organisms").explode("name")
    return named.select("source", target=taxon_of_name("name")).drop_nulls().unique(maintain_order=True, keep="first")


EDGES: Mapping[str, Callable[[Tables], Iterator[pl.DataFrame]]] = {
    "Figure-PART_OF-Paper": _by_figure(_part_of),
    "Figure-HAS_MENTION-GeneMention": _by_figure(_has_mention),
    "GeneMention-REFERS_TO-Gene": _by_figure(_refers_to_genes),
    "GeneMention-REFERS_TO-GeneFamily": _by_figure(_refers_to_families),
    "Figure-MENTIONS-Gene": _by_figure(_mentions_genes),
    "Figure-MENTIONS-Chemical": _by_figure(_mentions_terms("chemicals")),
    "Figure-MENTIONS-Disease": _by_figure(_mentions_terms("diseases")),
    "Gene-MEMBER_OF-GeneFamily": _members,
    "Gene-IN_TAXON-Organism": _genes_in_taxon,
    "Figure-IN_TAXON-Organism": _by_figure(_figures_in_taxon),
}
"""What yields the edges of a kind, those of a network aside; of the columns those of the relationship count."""
