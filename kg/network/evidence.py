"""Evidence: which genes and families each figure supports, with what share, from the tables of a build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from kg.errors import NotFoundError, QueryError
from kg.model import TIERS
from kg.network.tokens import token
from kg.terminal import visible

if TYPE_CHECKING:
    import polars as pl

    from kg.folder import Folder

__all__ = ["Evidence", "Expand", "Tier", "read_evidence"]

Tier = Literal["strict", "synonyms", "all"]
Expand = Literal["full", "none", "fractional"]

_FAMILY_TAXON = "9606"  # the family lexicons are human, so a human family needs no organism in its id
_N_NAMED = 10  # species that a message names at most


@dataclass(frozen=True, slots=True)
class Evidence:
    """The nodes of a network, and what supports them.

    Attributes
    ----------
    nodes
        One row a node, in the order of the network: genes by NCBI Gene id as a number, then families by symbol.
        Columns ``id``, ``symbol``, ``kind`` (``gene`` or ``family``), ``taxon`` (null where unknown), ``n_figures``.
    support
        One row for each figure and node that it supports. Columns ``figure`` (a number for the figure and the
        organism: a pair stays within one), ``paper`` (the same for its paper), ``node`` (row of `nodes`),
        ``share`` (0 to 1, the largest 1/√k of the node's tokens) and ``token`` (a number for the node's only token;
        -1 where it has several). Sorted by paper, figure and node.
    """

    nodes: pl.DataFrame
    support: pl.DataFrame


def read_evidence(
    folder: Folder,
    *,
    tier: Tier = "all",
    expand: Expand = "fractional",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Evidence:
    """Return what the figures of a build support.

    Parameters
    ----------
    folder
        A finished build.
    tier
        Lexicons to believe; a tier includes those before it, and an unknown lexicon is in ``all`` alone.
    expand
        ``none``: a token that expands to a family supports the family, and one of several candidates nothing else;
        otherwise every candidate of a token is supported.
    organism
        An NCBI Taxonomy id, or a species name of the build in any case; genes of other species are left out.
    since, until
        First and last year of the papers, both included; where one is given, papers without a year are left out.

    Raises
    ------
    QueryError
        If an option has a value that it does not know.
    NotFoundError
        If the build has no gene of the organism.
    BuildError
        If the build lacks a table.
    """
    import polars as pl

    _check(tier, expand, since, until)
    rows, genes = _rows(folder, tier, organism, _figures(folder, since, until))
    nodes = genes.select(pl.col("ncbigene").alias("id"), "symbol", "taxon", pl.lit("gene").alias("kind"))
    if expand == "none":
        support, families = _families(rows, genes)
        nodes = pl.concat([nodes, families])
    else:
        support = rows.select("figure", "paper", "token", pl.col("gene").alias("node")).unique()
    return _number(_shares(support), nodes)


def _check(tier: str, expand: str, since: int | None, until: int | None) -> None:
    for name, value, known in (("tier", tier, TIERS), ("expand", expand, get_args(Expand))):
        if value not in known:
            raise QueryError(f"{name} {value!r} is not known; take one of {', '.join(known)}")
    if since is not None and until is not None and since > until:
        raise QueryError(f"no year is both since {since} and until {until}; give the earlier year first")


def _figures(folder: Folder, since: int | None, until: int | None) -> pl.DataFrame:
    """Return the figures of some years by id, each with a number for itself and one for its paper."""
    import polars as pl

    figures = folder.scan("figures").select("figid", "pmcid")
    if since is not None or until is not None:
        papers = folder.scan("papers").select("pmcid", "year").filter(pl.col("year").is_not_null())
        if since is not None:
            papers = papers.filter(pl.col("year") >= since)
        if until is not None:
            papers = papers.filter(pl.col("year") <= until)
        figures = figures.join(papers, on="pmcid", how="semi")
    return (
        figures.sort("figid")
        .with_row_index("figure")
        .select("figid", pl.col("figure").cast(pl.Int64), pl.col("pmcid").rank("dense").cast(pl.Int64).alias("paper"))
        .collect()
    )


def _rows(folder: Folder, tier: Tier, organism: str | None, figures: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row for each mention and distinct candidate gene, and the genes, all known by numbers.

    The rows have ``figure`` (and organism: the number of both), ``paper`` (likewise), ``mention``, ``family`` (null
    where the word is none), ``token`` (of a figure and organism), and ``gene``, a row of the genes.
    """
    import polars as pl

    genes = _genes(folder, organism)
    n_groups = (genes.get_column("group").max() or 0) + 1  # type: ignore[operator]
    mentions, n_spellings = _mentions(folder, tier, figures)
    place = figures.lazy().select("figid", "figure")
    members = genes.lazy().select("ncbigene", "gene", "group")
    candidates = folder.scan("candidates").select("figid", "mention", "ncbigene").join(place, on="figid")
    rows = (
        candidates.join(members, on="ncbigene")
        .select("figure", "mention", "gene", "group")
        .unique()
        .join(mentions.lazy(), on=["figure", "mention"])
        .select(
            (pl.col("figure") * n_groups + pl.col("group")).alias("figure"),
            (pl.col("paper") * n_groups + pl.col("group")).alias("paper"),
            "mention",
            "family",
            ((pl.col("figure") * n_spellings + pl.col("spelling")) * n_groups + pl.col("group")).alias("token"),
            "gene",
        )
    )
    return rows.collect(), genes


def _genes(folder: Folder, organism: str | None) -> pl.DataFrame:
    """Return the genes by id as a number, each with its row, and a number for its species."""
    import polars as pl

    # A gene's species is the gene's own, so that a slip in one row cannot make a pair of two species.
    species = pl.coalesce("taxon", "organism", pl.lit(""))
    genes = folder.scan("genes").select("ncbigene", "symbol", "taxon", species.alias("species"))
    if organism is not None:
        genes = genes.filter(pl.col("species").is_in(_species(folder, organism)))
    # Of two ids without leading zeros the longer is the greater number, however long they are.
    ordered = (
        genes.sort(pl.col("ncbigene").str.len_chars(), "ncbigene")
        .with_row_index("gene")
        .with_columns(pl.col("gene").cast(pl.Int64))
    )
    return ordered.with_columns((pl.col("species").rank("dense").cast(pl.Int64) - 1).alias("group")).collect()


def _species(folder: Folder, organism: str) -> list[str]:
    """Return what the genes of an organism have as their species, which is one text unless a name has two ids."""
    import polars as pl

    known = (
        folder.scan("genes")
        .group_by(pl.coalesce("taxon", "organism").alias("species"))
        .agg(pl.len().alias("n"), pl.col("organism").drop_nulls().unique().sort().alias("names"))
        .drop_nulls("species")
        .sort("n", "species", descending=[True, False])
        .select("species", "names")
        .collect()
        .rows()
    )
    wanted = " ".join(organism.split()).lower()
    found = [species for species, names in known if wanted in (species, *(name.lower() for name in names))]
    if found:
        return found
    names = [visible(" ".join(dict.fromkeys([species, *names[:1]]))) for species, names in known]
    some = ", ".join(names[:_N_NAMED]) + (f" and {len(names) - _N_NAMED} more" if len(names) > _N_NAMED else "")
    raise NotFoundError(f"no gene of {organism!r} in this build; there are: {some or 'none of a known species'}")


def _mentions(folder: Folder, tier: Tier, figures: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return the mentions of a tier, each with a number for its word and part; and how many such numbers there are."""
    import polars as pl

    mentions = folder.scan("mentions")
    if tier != "all":
        mentions = mentions.filter(pl.col("tier").is_in(TIERS[: TIERS.index(tier) + 1]))
    columns = ("figure", "paper", "mention", "word", "matched_symbol", "family")
    frame = mentions.join(figures.lazy(), on="figid").select(columns).collect()
    spellings = frame.select("word", "matched_symbol").unique()
    parts = pl.Series("part", [token(word, symbol) for word, symbol in spellings.iter_rows()], dtype=pl.String)
    spellings = spellings.with_columns(parts).select(
        "word", "matched_symbol", (pl.struct("word", "part").rank("dense").cast(pl.Int64) - 1).alias("spelling")
    )
    numbered = frame.join(spellings, on=["word", "matched_symbol"]).drop("word", "matched_symbol")
    return numbered, spellings.height


def _families(rows: pl.DataFrame, genes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return each token that stands for one family, or else for one gene, with it; and the families."""
    import polars as pl

    # A family word of one candidate expands to nothing: it is that gene (`Cyclin-D1`), as in the RDF.
    expands = pl.col("family").is_not_null() & (pl.len().over("figure", "mention") > 1)
    tokens = (
        rows.with_columns(pl.when(expands).then("family").alias("family"))
        .group_by("figure", "paper", "token")
        .agg(
            pl.col("family").drop_nulls().n_unique().alias("n_families"),
            pl.col("gene").n_unique().alias("n_genes"),
            pl.col("family", "gene").min(),
        )
        .filter((pl.col("n_families") == 1) | ((pl.col("n_families") == 0) & (pl.col("n_genes") == 1)))
    )
    groups = tokens.join(genes.select("gene", "taxon", "species"), on="gene")
    place = pl.when(pl.col("species") == _FAMILY_TAXON).then(pl.lit("")).otherwise(pl.format("/{}", "species"))
    families = (
        groups.filter(pl.col("family").is_not_null())
        .select(
            pl.col("family").alias("symbol"), "taxon", "species", pl.format("family{}:{}", place, "family").alias("id")
        )
        .unique()
        .sort("symbol", "id")
        .with_row_index("node", offset=genes.height)
    )
    chosen = groups.join(
        families.select(pl.col("symbol").alias("family"), "species", pl.col("node").cast(pl.Int64)),
        on=["family", "species"],
        how="left",
    )
    support = chosen.select("figure", "paper", "token", pl.coalesce("node", "gene").alias("node"))
    return support, families.select("id", "symbol", "taxon", pl.lit("family").alias("kind"))


def _shares(support: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each figure, organism and node, with its share and its only token."""
    import polars as pl

    share = 1 / pl.len().over("token").cast(pl.Float64).sqrt()
    return (
        support.with_columns(share.alias("share"))
        .group_by("figure", "paper", "node")
        .agg(pl.col("share").max(), pl.when(pl.len() == 1).then(pl.col("token").first()).otherwise(-1).alias("token"))
    )


def _number(support: pl.DataFrame, nodes: pl.DataFrame) -> Evidence:
    """Return the nodes that something supports, and the support with their rows as numbers."""
    import polars as pl

    counts = support.group_by("node").agg(pl.len().cast(pl.Int64).alias("n_figures")).sort("node")
    kept = nodes[counts.get_column("node")].with_columns(counts.get_column("n_figures"))
    numbered = support.with_columns(pl.col("node").rank("dense").cast(pl.Int64) - 1)
    return Evidence(kept.select("id", "symbol", "kind", "taxon", "n_figures"), numbered.sort("paper", "figure", "node"))
