"""Evidence: which genes and families each figure supports, with what share, from the tables of a build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

from kg.errors import check_choice
from kg.model import TIERS
from kg.network.counting.expansion import expanded_family
from kg.network.counting.support import count_distinct, same_figures, shares
from kg.selection import family_id, figures_of_years, find_species, of_tier, species_of
from kg.tokens import token

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.folder import Folder

    Integers = npt.NDArray[np.integer[Any]]

__all__ = ["Evidence", "EvidenceOptions", "Expand", "Level", "Tier", "read_evidence"]

Tier = Literal["strict", "synonyms", "all"]
Expand = Literal["full", "none", "fractional"]
Level = Literal["figure", "paper"]


class EvidenceOptions(TypedDict, total=False):
    """Which figures support which nodes: options of `read_evidence`, and of all that is made of it."""

    tier: Tier
    expand: Expand
    organism: str | None
    since: int | None
    until: int | None
    collapse_reused: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """The nodes of a network, and what supports them.

    Attributes
    ----------
    nodes
        One row a node, in the order of the network: genes by NCBI Gene id as a number, then families by symbol.
        Columns ``id``, ``symbol``, ``kind`` (``gene`` or ``family``), ``taxon`` (null where unknown), ``species``
        (what tells species apart, as in `kg.selection.species_of`), ``n_figures`` (figures that are one count
        once) and ``n_papers``.
    support
        One row for each figure and node that it supports. Columns ``figure`` (a number for the figure and the
        species, as a pair stays within one; later years have smaller numbers, unknown years the smallest), ``unit``
        (the number of the figure that it is one with: its own, unless reused figures are collapsed), ``paper`` (a
        number for the paper and the species), ``year`` (0 where unknown), ``node`` (row of `nodes`), ``share`` (0 to
        1, the largest 1/√k of the node's tokens) and ``token`` (a number for the node's only token; -1 where it has
        several). Sorted by figure and node.
    figids
        The figure ids: that of a figure's number stands in the row of the number divided by `n_species`.
    n_species
        How many species the nodes have.
    """

    nodes: pl.DataFrame
    support: pl.DataFrame
    figids: pl.Series
    n_species: int


def read_evidence(
    folder: Folder,
    *,
    tier: Tier = "all",
    expand: Expand = "fractional",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    collapse_reused: bool = False,
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
    collapse_reused
        Figures of one paper that support the same nodes of a species are one.

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

    check_choice("tier", tier, TIERS)
    check_choice("expand", expand, get_args(Expand))
    figures, genes = _figures(folder, since, until), _genes(folder, organism)
    rows = _rows(folder, tier, figures, genes)
    nodes = genes.select(pl.col("ncbigene").alias("id"), "symbol", pl.lit("gene").alias("kind"), "taxon", "species")
    if expand == "none":
        rows, families = _families(rows, genes)
        nodes = pl.concat([nodes, families])
    return _to_evidence(rows, nodes, figures, collapse_reused=collapse_reused)


def _figures(folder: Folder, since: int | None, until: int | None) -> pl.DataFrame:
    """Return the figures of some years, the latest first, each with a number for its paper, and its year."""
    import polars as pl

    years = folder.scan("papers").select("pmcid", pl.col("year").cast(pl.Int32))
    figures = figures_of_years(folder, since, until).join(years, on="pmcid", how="left")
    return (
        figures.sort("year", "figid", descending=[True, False], nulls_last=False)
        .select("figid", pl.col("pmcid").rank("dense").cast(pl.Int64).alias("paper"), pl.col("year").fill_null(0))
        .collect()
    )


def _genes(folder: Folder, organism: str | None) -> pl.DataFrame:
    """Return the genes by id as a number."""
    import polars as pl

    genes = species_of(folder)
    if organism is not None:
        genes = genes.filter(pl.col("species").is_in(find_species(folder, organism)))
    # Of two ids without leading zeros the longer is the greater number, however long they are.
    return genes.sort(pl.col("ncbigene").str.len_chars(), "ncbigene").collect()


def _rows(folder: Folder, tier: Tier, figures: pl.DataFrame, genes: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each row of candidates whose mention, figure and gene are wanted, all known by numbers.

    Columns ``figure`` and ``node`` (rows of the figures and of the genes), ``is_curated``, ``mention`` (of the build),
    ``token`` (of a figure) and ``family`` (a symbol; null where the word is none).
    """
    import polars as pl

    # A category is known by its place, which takes a third of the time of a join.
    figid = pl.col("figid").cast(pl.Enum(figures.get_column("figid")), strict=False).to_physical().cast(pl.Int64)
    gene = pl.col("ncbigene").cast(pl.Enum(genes.get_column("ncbigene")), strict=False).to_physical().cast(pl.Int64)
    mentions, candidates = folder.scan("mentions").filter(of_tier(tier)), folder.scan("candidates")
    wanted = mentions.select(figid.alias("figure"), "mention", "word", "matched_symbol", "family").drop_nulls("figure")
    candidates = candidates.select(figid.alias("figure"), "mention", gene.alias("node"), "is_curated").drop_nulls()
    mention, candidate = pl.collect_all([wanted.sort("figure", "mention"), candidates])
    row, found = _find(mention.select("figure", "mention"), candidate.select("figure", "mention"))
    return candidate.filter(found).select(
        *("figure", "node", "is_curated"),
        mention=row,
        token=pl.Series(_tokens(mention)[row]),
        family=mention.get_column("family")[row],
    )


def _find(known: pl.DataFrame, wanted: pl.DataFrame) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Return the rows of sorted, distinct pairs of numbers where those wanted stand, and which of them there are."""
    import numpy as np

    width = 1 + max((int(frame.to_series(1).max()) for frame in (known, wanted) if frame.height), default=0)  # type: ignore[arg-type]
    keys, searched = (
        frame.to_series(0).to_numpy() * width + frame.to_series(1).to_numpy() for frame in (known, wanted)
    )
    row = np.searchsorted(keys, searched)
    found = np.append(keys, -1)[row] == searched
    return row[found], found


def _tokens(mentions: pl.DataFrame) -> Integers:
    """Return a number for the token of each mention: of its figure, its word, and the part of it that matched."""
    import numpy as np
    import polars as pl

    spellings = mentions.select("word", "matched_symbol").unique()
    parts = pl.Series("part", [token(word, symbol) for word, symbol in spellings.iter_rows()], dtype=pl.String)
    numbers = spellings.with_columns(parts).select(
        "word", "matched_symbol", (pl.struct("word", "part").rank("dense").cast(pl.Int64) - 1).alias("spelling")
    )
    numbered = mentions.join(numbers, on=["word", "matched_symbol"], how="left", maintain_order="left")
    place = numbered.select(pl.col("figure") * numbers.height + pl.col("spelling")).to_series().to_numpy()
    tokens: Integers = np.unique(place, return_inverse=True)[1]
    return tokens


def _families(rows: pl.DataFrame, genes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return each token that stands for one family, or else for one gene, with it; and the families."""
    import polars as pl

    of_gene = genes.select("taxon", "species").with_row_index("node").with_columns(pl.col("node").cast(pl.Int64))
    tokens = (
        rows.unique(["mention", "node"])
        .join(of_gene, on="node")
        .with_columns(expanded_family("mention", "species"))
        .group_by("figure", "token", "species")
        .agg(
            pl.col("taxon").min(),
            pl.col("family").drop_nulls().n_unique().alias("n_families"),
            pl.col("node").n_unique().alias("n_genes"),
            pl.col("family", "node").min(),
        )
        .filter((pl.col("n_families") == 1) | ((pl.col("n_families") == 0) & (pl.col("n_genes") == 1)))
    )
    named = tokens.filter(pl.col("family").is_not_null()).group_by("family", "species").agg(pl.col("taxon").min())
    ids = [family_id(symbol, species) for symbol, species, _ in named.iter_rows()]
    families = (
        named.with_columns(pl.Series("id", ids, dtype=pl.String))
        .select("id", pl.col("family").alias("symbol"), "species", "taxon")
        .sort("symbol", "id")
        .with_row_index("row", offset=genes.height)
    )
    chosen = tokens.join(
        families.select(pl.col("symbol").alias("family"), "species", pl.col("row").cast(pl.Int64)),
        on=["family", "species"],
        how="left",
    )
    support = chosen.select("figure", "token", pl.coalesce("row", "node").alias("node"))
    return support, families.select("id", "symbol", pl.lit("family").alias("kind"), "taxon", "species")


def _to_evidence(rows: pl.DataFrame, nodes: pl.DataFrame, figures: pl.DataFrame, *, collapse_reused: bool) -> Evidence:
    """Return the evidence of rows of a figure, a token of it, and a node that the token supports."""
    import numpy as np
    import polars as pl

    species = nodes.get_column("species").rank("dense").to_numpy().astype(np.int64) - 1
    n_species = int(species.max(initial=0)) + 1
    figure, token, node = (rows.get_column(name).to_numpy() for name in ("figure", "token", "node"))
    figure, token, node, share = shares(figure, token, node, species)
    paper = figures.get_column("paper").to_numpy()[figure] * n_species + species[node]
    figure_of_species = figure * n_species + species[node]
    unit = same_figures(figure_of_species, paper, node) if collapse_reused else figure_of_species
    n_figures, n_papers = (count_distinct(column, node, nodes.height) for column in (unit, paper))
    kept = np.flatnonzero(n_figures)
    support = pl.DataFrame(
        {
            "figure": figure_of_species,
            "unit": unit,
            "paper": paper,
            "year": figures.get_column("year").to_numpy()[figure],
            "node": kept.searchsorted(node),
            "share": share,
            "token": token,
        }
    )
    counts = pl.DataFrame({"n_figures": n_figures, "n_papers": n_papers})
    figids = figures.get_column("figid")
    return Evidence(pl.concat([nodes, counts], how="horizontal")[kept], support, figids, n_species)
