"""The edges of the property graph, by kind, out of the tables of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.export.keys import short_keys
from kg.export.nodes import is_taxon, mention_id, taxon_of_name
from kg.export.streams import Range, ranges, slices
from kg.export.terms import TERMS
from kg.folder import GRADES_TABLE
from kg.model import GRADES, TIERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
    import polars as pl

    # A row can stand twice in a file; a mention's rows need not be neighbours.
    key = ["figid", "mention", "ncbigene"]
    rows = part.scan("candidates").sort("figid", "mention", "position", nulls_last=True).select(key)
    edges = rows.unique(keep="first", maintain_order=True)
    if part.has(GRADES_TABLE):
        graded = edges.join(part.scan(GRADES_TABLE), on=key, how="left", maintain_order="left")
    else:
        graded = edges.with_columns(*_nulls("grade", "score"), pl.lit([], pl.List(pl.String)).alias("reasons"))
    return graded.select("grade", "score", "reasons", source=mention_id(), target="ncbigene")


def _refers_to_families(part: Range) -> pl.LazyFrame:
    import polars as pl

    return (
        part.scan("mentions")
        .filter(pl.col("family").is_not_null())
        .select(
            *_nulls("grade", "score"),
            pl.lit([], pl.List(pl.String)).alias("reasons"),
            source=mention_id(),
            target=short_keys(pl.col("family")),
        )
    )


def _mentions_genes(part: Range) -> pl.LazyFrame:
    """Return figures with the genes that their words may mean, in the order of the files' rows."""
    import polars as pl

    # Numbers stand for figures, mentions and genes: they are joined and grouped many times as fast as texts.
    figures = pl.Enum(part.scan("figures").select("figid").collect().to_series())
    figure = pl.col("figid").cast(figures).to_physical().cast(pl.Int64)
    key = (figure * 2**32 + pl.col("mention")).alias("key")
    mentions = part.scan("mentions").select(key, "word", "lexicon", rank=_rank("tier", TIERS))
    gene = pl.col("ncbigene").cast(pl.Int64).alias("gene")
    found = (
        part.scan("candidates")
        .select(key, gene, figure=figure, source="figid", target="ncbigene")
        .unique(["key", "gene"], keep="first", maintain_order=True)
        .join(mentions, on="key", maintain_order="left")
        .with_row_index("row")
    )
    if part.has(GRADES_TABLE):
        here = (
            pl.col("figid").cast(figures, strict=False).is_not_null()
        )  # the grades of a part of a build are those of the whole
        grades = part.scan(GRADES_TABLE).filter(here).select(key, gene, "score", grade=_rank("grade", GRADES))
        found = found.join(grades, on=["key", "gene"], how="left", maintain_order="left")
    else:
        found = found.with_columns(pl.lit(None, pl.Int64).alias("grade"), *_nulls("score"))
    rows = found.collect()
    # Most genes of a figure are named by one mention.
    is_shared = rows.select(pl.struct("figure", "gene").is_duplicated()).to_series()
    edges = pl.concat([_of_one_mention(rows.filter(~is_shared)), _of_several_mentions(rows.filter(is_shared))])
    names = (("rank", TIERS), ("grade", GRADES))
    tier, grade = (
        pl.col(rank).replace_strict(dict(enumerate(ranked)), default=None, return_dtype=pl.String)
        for rank, ranked in names
    )
    return edges.sort("row").lazy().with_columns(tier.alias("tier"), grade.alias("grade"))


def _rank(column: str, ranked: Sequence[str]) -> pl.Expr:
    """Return the place of each text in an order, the best first; null where it is none of them."""
    import polars as pl

    places = {name: number for number, name in enumerate(ranked)}
    return pl.col(column).replace_strict(places, default=None, return_dtype=pl.Int64)


def _nulls(*columns: str) -> list[pl.Expr]:
    """Return columns of nulls, for what is not said of edges."""
    import polars as pl

    return [pl.lit(None).alias(column) for column in columns]


def _of_one_mention(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as edges: each is one."""
    import polars as pl

    lists = [
        pl.when(pl.col(column).is_not_null()).then(pl.col(column).reshape((-1, 1)).arr.to_list()).alias(f"{column}s")
        for column in ("word", "lexicon")
    ]
    return rows.select("row", "source", "target", *lists, "rank", "grade", "score", n_mentions=pl.lit(1, pl.UInt32))


def _of_several_mentions(rows: pl.DataFrame) -> pl.DataFrame:
    """Return an edge for all rows of a figure and a gene; it stands where the first of them does."""
    import polars as pl

    lists = [
        pl.col(column).drop_nulls().unique(maintain_order=True).alias(f"{column}s") for column in ("word", "lexicon")
    ]
    first = pl.col("row", "source", "target").first()
    best = pl.col("rank", "grade").min(), pl.col("score").max()
    grouped = rows.group_by("figure", "gene").agg(first, *lists, *best, n_mentions=pl.len())
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
            *_nulls("tier", "grade", "score"),
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
