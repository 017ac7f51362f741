"""Communities: groups of genes that stand together more than with others, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, TextIO

from kg.answers import Answer, counted
from kg.errors import QueryError
from kg.gmt import GeneSet, write_gmt
from kg.graph_files.tables import TABLE_SUFFIXES, file_suffix, write_table, write_text
from kg.network.graph.adjacency import Adjacency, to_adjacency
from kg.network.graph.partition import Algorithm, find_partitions, modularity, rand_index
from kg.terminal import align, visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import networkx as nx
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.network.frames import Frames

    Labels = npt.NDArray[np.int64]

__all__ = ["Communities", "Community", "CommunityGene", "communities", "write_communities"]

_DECIMALS = 12
_N_NAMED = 5  # genes that describe a community


@dataclass(frozen=True, slots=True)
class CommunityGene:
    """A node of a community.

    Attributes
    ----------
    symbol, ncbigene
        Of the node; `ncbigene` is its id, so ``family:JAK`` for a family.
    strength
        Sum of the weights of its edges.
    within_fraction
        The part of the strength that lies within the community, 0 to 1; 0 for a node of no strength.
    """

    symbol: str
    ncbigene: str
    strength: float
    within_fraction: float


@dataclass(frozen=True, slots=True)
class Community:
    """A community: its number, from 1 for the largest, and its genes, those of most strength within it first."""

    number: int
    genes: tuple[CommunityGene, ...]

    @property
    def size(self) -> int:
        """The number of its genes."""
        return len(self.genes)


@dataclass(frozen=True, slots=True)
class Communities(Answer):
    """The communities of a network, largest first.

    Attributes
    ----------
    algorithm, resolution, seed, n_runs
        How they were found.
    modularity
        Of the partition, at that resolution.
    stability
        The mean adjusted Rand index over all pairs of runs; None for a single run.
    communities
        Each node is in one of them.
    """

    kind: ClassVar[str] = "communities"

    algorithm: Algorithm
    resolution: float
    seed: int
    n_runs: int
    modularity: float
    stability: float | None
    communities: tuple[Community, ...]

    def to_lines(self, n_shown: int) -> list[str]:
        """Return what was found, and the largest communities with the genes that lead them, safe to print."""
        n_genes = sum(group.size for group in self.communities)
        agree = (
            f", stability {self.stability:.2f} (mean adjusted Rand index of {self.n_runs} runs)"
            if self.stability is not None
            else ""
        )
        n = len(self.communities)
        groups = "1 community" if n == 1 else f"{n:,} communities"
        head = f"{counted(n_genes, 'gene')} in {groups}; modularity {self.modularity:.3f}"
        rows = [
            (str(group.number), counted(group.size, "gene"), visible(", ".join(_leading(group))))
            for group in self.communities[:n_shown]
        ]
        left = n - len(rows)
        more = [f"and {left:,} smaller"] if left else []
        return [head + agree, *align(rows, right=frozenset({0, 1})), *more]

    def numbers(self) -> dict[str, int]:
        """Return the number of each node's community, by the node's id."""
        return {gene.ncbigene: group.number for group in self.communities for gene in group.genes}

    def to_frame(self) -> pl.DataFrame:
        """Return one row a node, by community, then by strength within it.

        Returns
        -------
        polars.DataFrame
            ``symbol``, ``ncbigene``, ``community`` (its number), ``size`` (of the community), ``strength``,
            ``within_fraction`` (the part of the strength that lies within the community).
        """
        import polars as pl

        schema = {
            "symbol": pl.String,
            "ncbigene": pl.String,
            "community": pl.Int64,
            "size": pl.Int64,
            "strength": pl.Float64,
            "within_fraction": pl.Float64,
        }
        rows = [
            (gene.symbol, gene.ncbigene, group.number, group.size, gene.strength, gene.within_fraction)
            for group in self.communities
            for gene in group.genes
        ]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def to_gene_sets(self) -> list[GeneSet]:
        """Return the communities as gene sets of symbols, called ``community 1`` and so on; see `kg.gmt.write_gmt`."""
        return [
            GeneSet(
                f"community {group.number}",
                f"{counted(group.size, 'gene')}, led by {', '.join(_leading(group))}",
                tuple(dict.fromkeys(gene.symbol for gene in group.genes)),
            )
            for group in self.communities
        ]


def _leading(group: Community) -> list[str]:
    return [gene.symbol for gene in group.genes[:_N_NAMED]]


def write_communities(found: Communities, target: str | Path | TextIO) -> None:
    """Write communities in the format of the target's suffix.

    Parameters
    ----------
    found
        What `communities` returned.
    target
        A path, or an open text stream for a TSV. ``.tsv``, ``.csv`` and ``.parquet`` hold the table of
        `Communities.to_frame`, ``.gmt`` the communities as sets of symbols, ``.json`` everything.

    Raises
    ------
    ExportError
        If the suffix is none of these, or the target cannot be written.
    """
    kind = file_suffix(target, None, (*TABLE_SUFFIXES, ".gmt", ".json"))
    if kind == ".json":
        write_text(target, lambda stream: stream.writelines((found.to_json(), "\n")))
    elif kind == ".gmt":
        write_gmt(found.to_gene_sets(), target)
    else:
        write_table(found.to_frame(), target)


def communities(
    network: nx.Graph[Any] | Frames,
    *,
    algorithm: Algorithm = "louvain",
    resolution: float = 1.0,
    n_runs: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> Communities:
    """Return the communities of a network: the partition of the greatest modularity that some runs find.

    The algorithms find one good partition of many, another for another seed; `stability` says how much the runs
    agree, and so how far a single community can be trusted.

    Parameters
    ----------
    network
        An undirected network, as `kg.network.cooccurrence` makes it, or its tables; its ``weight`` is a similarity, and
        an edge whose weight is 0 or less (NPMI has such) counts for nothing.
    algorithm
        ``louvain``, by networkx. ``leiden`` is several times faster, reaches a greater modularity and gives connected
        communities; it needs the extra ``leiden``.
    resolution
        Above 1 for more and smaller communities, below 1 for fewer and larger ones; above 0.
    n_runs
        How often the algorithm runs, at least once, each time with the next seed.
    seed
        The first seed; the same seed gives the same communities. 0 or more.
    progress
        Called with how many runs are done, and how many there are, before each run and after the last.

    Raises
    ------
    QueryError
        If an option has a value that it cannot have, a weight is no number, or Leiden's library is not installed.

    References
    ----------
    Louvain: Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008. Leiden: Traag et al. 2019,
    doi:10.1038/s41598-019-41695-z. Modularity: Newman 2004, doi:10.1103/PhysRevE.70.056131. Many partitions of nearly
    the same modularity: Good et al. 2010, doi:10.1103/PhysRevE.81.046106. Adjusted Rand index: Hubert and Arabie 1985,
    doi:10.1007/BF01908075.

    Examples
    --------
    >>> import networkx as nx
    >>> found = communities(nx.barbell_graph(4, 0))
    >>> [group.size for group in found.communities], round(found.modularity, 3), found.stability
    ([4, 4], 0.423, 1.0)
    """
    _check(resolution, n_runs, seed)
    adjacency = to_adjacency(network)
    similarity = adjacency.similarity
    tell = progress or (lambda _done, _total: None)
    tell(0, n_runs)
    runs = []
    seeds = range(seed, seed + n_runs)
    for labels in find_partitions(similarity, algorithm=algorithm, resolution=resolution, seeds=seeds):
        runs.append(labels)
        tell(len(runs), n_runs)
    qualities = [modularity(similarity, labels, resolution=resolution) for labels in runs]
    # Rounded, so that of two runs that found the same one the first is taken.
    best = max(range(n_runs), key=lambda place: (round(qualities[place], _DECIMALS), -place))
    indices = [rand_index(first, second) for first, second in combinations(runs, 2)]
    return Communities(
        algorithm=algorithm,
        resolution=resolution,
        seed=seed,
        n_runs=n_runs,
        modularity=qualities[best],
        stability=sum(indices) / len(indices) if indices else None,
        communities=_describe(adjacency, similarity, runs[best]),
    )


def _check(resolution: float, n_runs: int, seed: int) -> None:
    if not 0 < resolution < float("inf"):
        raise QueryError(f"resolution {resolution} is not above 0; take 1, or more for smaller communities")
    for name, number, least in (("n_runs", n_runs, 1), ("seed", seed, 0)):
        if number < least:
            raise QueryError(f"{name} {number} is too small; it is at least {least}")


def _describe(adjacency: Adjacency, similarity: Any, labels: Labels) -> tuple[Community, ...]:
    """Return the communities by size, then strength, then their first nodes; each with its nodes."""
    import numpy as np
    from scipy.sparse import coo_array

    cells = coo_array(similarity)
    n = len(labels)
    strength = np.bincount(cells.row, weights=cells.data, minlength=n)
    inner = labels[cells.row] == labels[cells.col]
    within = np.bincount(cells.row[inner], weights=cells.data[inner], minlength=n).round(_DECIMALS)
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if n else []
    groups.sort(key=lambda nodes: (-len(nodes), -strength[nodes].sum().round(_DECIMALS), nodes[0]))
    described = []
    for number, nodes in enumerate(groups, start=1):
        ranked = sorted(nodes.tolist(), key=lambda node: (-within[node], adjacency.symbols[node], adjacency.ids[node]))
        genes = (
            CommunityGene(
                adjacency.symbols[node],
                adjacency.ids[node],
                float(strength[node]),
                float(within[node] / strength[node]) if strength[node] else 0.0,
            )
            for node in ranked
        )
        described.append(Community(number, tuple(genes)))
    return tuple(described)
