"""The nodes of the property graph, by label, out of the tables of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import vocab
from kg.export.keys import short_keys
from kg.export.streams import ranges, slices
from kg.export.terms import TERMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from kg.export.selection import Tables

__all__ = ["NODES", "mention_id", "taxon_of_name"]


def mention_id() -> pl.Expr:
    """Return the id of the mention that a row is about, or belongs to."""
    import polars as pl

    return pl.format("{}#mention-{}", "figid", "mention")


def taxon_of_name(name: str) -> pl.Expr:
    """Return the NCBI Taxonomy id of the species in a column; null where it is not known."""
    import polars as pl

    return pl.col(name).replace_strict(vocab.TAXA, default=None, return_dtype=pl.String)


def _figures(tables: Tables) -> Iterator[pl.DataFrame]:
    import polars as pl

    kind = pl.element().struct.field("type")
    value = pl.element().struct.field("value")
    annotation = pl.List(pl.Struct({"type": pl.String, "value": pl.String}))
    # As the RDF has them.
    line = pl.when(kind.str.len_bytes() > 0).then(pl.format("{}: {}", kind, value)).otherwise(value)
    for part in ranges(tables):
        yield (
            part.scan("figures")
            .with_columns(
                pl.col("figid").alias("id"), pl.col("annotations").str.json_decode(annotation).list.eval(line)
            )
            .collect()
        )


def _papers(tables: Tables) -> Iterator[pl.DataFrame]:
    for part in ranges(tables, "papers", "pmcid"):
        yield part.scan("papers", "pmcid").rename({"pmcid": "id"}).collect()


def _mentions(tables: Tables) -> Iterator[pl.DataFrame]:
    import polars as pl

    for part in ranges(tables):
        yield (
            part.scan("mentions")
            .join(part.scan("figures").select("figid", "iri"), on="figid", maintain_order="left")
            .with_columns(
                mention_id().alias("id"),
                pl.format("{}#mention-{}", "iri", "mention").alias("iri"),
                pl.col("mention").alias("number"),
            )
            .collect()
        )


def _genes(tables: Tables) -> Iterator[pl.DataFrame]:
    return slices(tables.scan("genes").rename({"ncbigene": "id", "name": "full_name"}).collect())


def _families(tables: Tables) -> Iterator[pl.DataFrame]:
    import polars as pl

    return slices(tables.scan("families").with_columns(short_keys(pl.col("symbol")).alias("id")).collect())


def _terms(name: str) -> Callable[[Tables], Iterator[pl.DataFrame]]:
    def nodes(tables: Tables) -> Iterator[pl.DataFrame]:
        import polars as pl

        terms = TERMS[name]
        first = pl.exclude("id", "figid").drop_nulls().first()
        found = (
            tables.scan(name)
            .select(
                "figid",
                terms.key.alias("id"),
                "mesh",
                terms.other,
                pl.col("name").alias("given"),
                terms.name.alias("word"),
            )
            .group_by("id", maintain_order=True)
            .agg(first, pl.col("figid").n_unique().alias("n_figures"), pl.len().alias("n_mentions"))
            .with_columns(pl.coalesce("given", "word").alias("name"))
            .sort("id")
            .collect()
        )
        iris = pl.Series("iri", [terms.iri(key) for key in found.get_column("id")], dtype=pl.String)
        return slices(found.with_columns(iris))

    return nodes


def _organisms(tables: Tables) -> Iterator[pl.DataFrame]:
    """Yield the species of figures and of genes; the RDF describes the same ones."""
    import polars as pl

    named = tables.scan("figures").select(pl.col("organisms").explode().alias("name")).unique()
    of_figures = named.select(taxon_of_name("name").alias("id"), "name").filter(pl.col("id").is_not_null())
    of_genes = (
        tables.scan("genes")
        .filter(is_taxon())
        .group_by("taxon", maintain_order=True)
        .agg(pl.col("organism").first())
        .select(pl.col("taxon").alias("id"), pl.col("organism").alias("name"))
    )
    found = (
        pl.concat([of_figures, of_genes])
        .unique("id", keep="first", maintain_order=True)
        .collect()
        .sort(pl.col("id").cast(pl.Int64))
        .with_columns((pl.lit(vocab.organism_iri("")) + pl.col("id")).alias("iri"))
    )
    return slices(found)


def is_taxon() -> pl.Expr:
    """Return whether a gene's ``taxon`` is an id of the NCBI Taxonomy, as `kg.vocab.is_taxon` has it."""
    import polars as pl

    return pl.col("taxon").str.contains(r"^[1-9][0-9]{0,9}$")


NODES: Mapping[str, Callable[[Tables], Iterator[pl.DataFrame]]] = {
    "Figure": _figures,
    "Paper": _papers,
    "GeneMention": _mentions,
    "Gene": _genes,
    "GeneFamily": _families,
    "Chemical": _terms("chemicals"),
    "Disease": _terms("diseases"),
    "Organism": _organisms,
}
"""What yields the nodes of a label; of the columns those of `kg.export.schema.node_schema` count."""
