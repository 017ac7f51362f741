"""Which figures and which genes of a build a question is about: years of publication, and species."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import NotFoundError, QueryError
from kg.model import TIERS
from kg.terminal import visible

if TYPE_CHECKING:
    import polars as pl

    from kg.folder import Folder

__all__ = ["HUMAN", "family_id", "figures_of_years", "find_species", "of_tier", "species_of"]

HUMAN = "9606"
"""The species of the family lexicons, so that a human family needs none in its id."""

_N_NAMED = 10  # species that a message names at most


def figures_of_years(folder: Folder, since: int | None = None, until: int | None = None) -> pl.LazyFrame:
    """Return the figures of some years, as ``figid`` and ``pmcid``, in the order of the build.

    Parameters
    ----------
    folder
        A finished build.
    since, until
        First and last year of the papers, both included; where one is given, papers without a year are left out.

    Raises
    ------
    QueryError
        If there is no year between the two.
    BuildError
        If the build lacks a table.
    """
    import polars as pl

    if since is not None and until is not None and since > until:
        raise QueryError(f"no year is both since {since} and until {until}; give the earlier year first")
    figures = folder.scan("figures").select("figid", "pmcid")
    if since is None and until is None:
        return figures
    papers = folder.scan("papers").select("pmcid", "year").filter(pl.col("year").is_not_null())
    if since is not None:
        papers = papers.filter(pl.col("year") >= since)
    if until is not None:
        papers = papers.filter(pl.col("year") <= until)
    return figures.join(papers, on="pmcid", how="semi", maintain_order="left")


def of_tier(tier: str) -> pl.Expr:
    """Return whether a mention is of a tier or of one that it includes; an unknown lexicon is of ``all`` alone.

    Examples
    --------
    >>> import polars as pl
    >>> mentions = pl.DataFrame({"tier": ["strict", "all", None]})
    >>> [mentions.filter(of_tier(tier)).height for tier in ("strict", "synonyms", "all")]
    [1, 1, 3]
    """
    import polars as pl

    return pl.lit(value=True) if tier == "all" else pl.col("tier").is_in(TIERS[: TIERS.index(tier) + 1])


def species_of(folder: Folder) -> pl.LazyFrame:
    """Return the genes of a build, as ``ncbigene``, ``symbol``, ``taxon`` and ``species``: what tells species apart.

    It is the id in the NCBI Taxonomy, or the name where there is no id, or nothing.
    """
    import polars as pl

    # A gene's species is the gene's own, so that a slip in one row cannot make a pair of two species.
    species = pl.coalesce("taxon", "organism", pl.lit(""))
    return folder.scan("genes").select("ncbigene", "symbol", "taxon", species.alias("species"))


def family_id(symbol: str, species: str) -> str:
    """Return the id that a family has as a node of a network.

    Examples
    --------
    >>> family_id("JAK", HUMAN), family_id("JAK", "10090")
    ('family:JAK', 'family/10090:JAK')
    """
    return f"family{'' if species == HUMAN else '/' + species}:{symbol}"


def find_species(folder: Folder, organism: str) -> list[str]:
    """Return what the genes of an organism have as their species, which is one text unless a name has two ids.

    Parameters
    ----------
    folder
        A finished build.
    organism
        An NCBI Taxonomy id, or a species name of the build in any case.

    Raises
    ------
    NotFoundError
        If the build has no gene of the organism; it names those that there are.
    """
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
