"""A build's networks held against a library of gene sets: every tier, expansion and score, on the same genes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypedDict, get_args

from kg.errors import QueryError, check_choice
from kg.genes import GeneNames
from kg.model import TIERS
from kg.network.cooccurrence import cooccurrence_frames
from kg.network.counting.evidence import Expand, Tier, read_evidence
from kg.network.gene_lists.evaluation import AT, MAX_SIZE, evaluate
from kg.selection import find_species

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from kg.folder import Folder
    from kg.gmt import GeneSet
    from kg.network.chance.significance import Null
    from kg.network.counting.evidence import Level

__all__ = ["SCORES", "EvaluationOptions", "evaluate_network"]


class EvaluationOptions(TypedDict, total=False):
    """Which networks `evaluate_network` compares, for functions that hand the options on."""

    tiers: Sequence[Tier]
    expands: Sequence[Expand]
    level: Level
    organism: str | None
    since: int | None
    until: int | None
    min_count: int
    collapse_reused: bool
    null: Null


SCORES = (
    "count",
    "fractional",
    "newman",
    "papers",
    "npmi",
    "log_ratio",
    "odds_ratio",
    "jaccard",
    "p_value",
)
"""What pairs are ranked by: the weights of the network, then its statistics; the smallest p first."""


def evaluate_network(
    folder: Folder,
    sets: Sequence[GeneSet],
    *,
    tiers: Sequence[Tier] = ("strict", "synonyms", "all"),
    expands: Sequence[Expand] = ("fractional", "none", "full"),
    level: Level = "figure",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    min_count: int = 1,
    collapse_reused: bool = False,
    null: Null = "hypergeometric",
    ignore: Sequence[GeneSet] = (),
    max_size: int = MAX_SIZE,
    at: Sequence[int] = AT,
) -> pl.DataFrame:
    """Return how well the networks of a build agree with a library of gene sets, by tier, expansion and score.

    A pair is positive if a set of the library holds both genes. All networks are looked at on the same genes: those
    of the figures, in the widest of the tiers, that the library has too. Families, where they are nodes, are no genes
    and are left out.

    Parameters
    ----------
    folder
        A finished build.
    sets
        The library, as `kg.gmt.read_gmt` reads it; its names are found as `kg.genes.GeneNames` finds genes.
    tiers, expands
        Those to compare; by default all.
    level, since, until, min_count, collapse_reused, null
        As for `kg.network.cooccurrence`.
    organism
        The species, as for `kg.network.cooccurrence`; by default the one that has most of the library's names.
    ignore, max_size, at
        As for `kg.network.gene_lists.evaluation.evaluate`.

    Returns
    -------
    polars.DataFrame
        ``tier``, ``expand``, then the columns of `kg.network.evaluate`; a row for each of `SCORES`, by tier and
        expansion in the order given.

    Raises
    ------
    QueryError
        If an option has a value that it does not know, or no two genes of one set stand in the figures.
    NotFoundError
        If the build has no gene of the organism.
    BuildError
        If the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> from kg.gmt import GeneSet
    >>> sets = [GeneSet("IL-6 signalling", "", ("IL6", "IL6R", "STAT3", "SOCS3", "LIF"))]
    >>> table = evaluate_network(kg.build("seeds/"), sets, tiers=["synonyms"], expands=["full"], at=[3])
    >>> table.select("score", "n_genes", "n_pairs", "n_pairs_all").row(0)
    ('count', 5, 8, 10)
    """
    import polars as pl

    for name, values, known in (("tier", tiers, get_args(Tier)), ("expand", expands, get_args(Expand))):
        for value in values:
            check_choice(name, value, known)
        if not values:
            raise QueryError(f"there is no {name} to compare; name one of {', '.join(known)}")
    species, ids = _find_ids(folder, sets, ignore, organism)
    widest = max(tiers, key=TIERS.index)
    shared: dict[str, Any] = {"organism": species or None, "since": since, "until": until}
    universe = set(read_evidence(folder, tier=widest, expand="full", **shared).nodes.get_column("id"))
    options = shared | {"level": level, "min_count": min_count, "collapse_reused": collapse_reused, "null": null}
    tables = []
    for tier in tiers:
        for expand in expands:
            pairs = cooccurrence_frames(folder, tier=tier, expand=expand, weight="newman", **options).pairs
            scored = pairs.with_columns(
                pl.col("n_figures" if level == "figure" else "n_papers").alias("count"),
                pl.col("n_papers").alias("papers"),
                pl.col("weight").alias("newman"),
                (-pl.col("log10_p")).alias("p_value"),
            )
            found = evaluate(
                scored, sets, scores=SCORES, ids=ids, universe=universe, ignore=ignore, max_size=max_size, at=at
            )
            tables.append(found.select(pl.lit(tier).alias("tier"), pl.lit(expand).alias("expand"), pl.all()))
    return pl.concat(tables)


def _find_ids(
    folder: Folder, sets: Sequence[GeneSet], ignore: Sequence[GeneSet], organism: str | None
) -> tuple[str, dict[str, str]]:
    """Return the species that has most names of the sets, and the ids of the names that are one gene of it."""
    names = dict.fromkeys(gene for each in sets for gene in each.genes)
    more = dict.fromkeys(gene for each in ignore for gene in each.genes)
    of = None if organism is None else find_species(folder, organism)
    candidates = GeneNames(folder, species=of).candidates(names | more)
    found = Counter(species for name in names for species in {gene.species for gene in candidates[name]})
    if not found:
        raise QueryError("no name of the gene sets is a gene of the build; are both of one species?")
    species = min(found, key=lambda each: (-found[each], each))
    own = {name: [gene for gene in genes if gene.species == species] for name, genes in candidates.items()}
    return species, {name: genes[0].ncbigene for name, genes in own.items() if len(genes) == 1}
