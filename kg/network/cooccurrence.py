"""The co-occurrence network: genes that stand together in figures, or in papers, as tables or a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from kg.errors import QueryError, check_choice
from kg.network.chance.significance import Null
from kg.network.counting.evidence import EvidenceOptions, Level, read_evidence
from kg.network.frames import FIRST_COLUMNS, Frames
from kg.network.pair_table import TABLE_COLUMNS, Weight, pair_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Unpack

    import networkx as nx
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.folder import Folder
    from kg.network.counting.evidence import Expand, Tier

    Integers = npt.NDArray[np.integer[Any]]

__all__ = [
    "PAIR_COLUMNS",
    "NetworkOptions",
    "Null",
    "Weight",
    "cooccurrence",
    "cooccurrence_frames",
]

PAIR_COLUMNS = (*FIRST_COLUMNS, *TABLE_COLUMNS)
"""The columns of a table of pairs, in order."""


class NetworkOptions(EvidenceOptions, total=False):
    """The options of `cooccurrence`, for functions that hand them on."""

    level: Level
    weight: Weight | None
    min_count: int
    null: Null
    fdr: float | None


def cooccurrence_frames(
    folder: Folder,
    *,
    tier: Tier = "all",
    level: Level = "figure",
    expand: Expand = "fractional",
    weight: Weight | None = None,
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    min_count: int = 1,
    collapse_reused: bool = False,
    null: Null = "hypergeometric",
    fdr: float | None = None,
) -> Frames:
    r"""Return the network of genes that pair in the figures of a build, as tables.

    The unit of evidence is a token: the part of an OCR word that a matched symbol matches. In one figure, tier and
    organism let :math:`k(t)` be the number of genes that token :math:`t` may mean. Two genes pair if two *different*
    tokens support them, so that one word that names a whole family makes no pair within it. A figure in which they
    pair adds one to ``n_figures``, and :math:`g(a)\,g(b)` to ``fractional``, where :math:`g = \max_t 1/\sqrt{k(t)}`
    over the tokens of the gene: a token is a vector of length one over the genes that it may mean.

    Parameters
    ----------
    folder
        A finished build.
    tier
        Lexicons to believe: ``strict`` official symbols, ``synonyms`` also aliases and previous symbols, ``all`` also
        families, complexes and unknown lexicons.
    level
        What is counted and tested: ``figure``, or ``paper``, where a pair counts once in a paper, and adds the largest
        value that it has in one of the paper's figures. Genes of two figures of one paper do not pair.
    expand
        ``fractional``: as above. ``full``: every two genes of a figure pair, those of one token too. ``none``: a token
        that expands to one family stands as the family, any other token of several genes stands for nothing, and what
        is left pairs.
    weight
        ``count``: figures (or papers) in which they pair. ``fractional``: as above. ``newman``: the sum of
        :math:`1/(n-1)`, where a figure supports :math:`n` genes, so that a gene's weights add up to its figures.
        ``papers``: papers in which they pair. ``npmi``: as in the table; pairs at or below 0 are left out, for a weight
        is a similarity. By default ``fractional`` where `expand` is, otherwise ``count``.
    organism
        An NCBI Taxonomy id, or a species name of the build in any case; by default all species, each with pairs of
        its own.
    since, until
        First and last year of the papers, both included; where one is given, papers without a year are left out.
    min_count
        Pairs of fewer figures (or papers) are left out, but stay tests; at least 1.
    collapse_reused
        Figures of one paper that support the same genes count as one.
    null
        The chance that ``expected``, ``log_ratio``, p and q refer to: ``hypergeometric`` keeps how many figures (or
        papers) each gene stands in; ``configuration`` also how many genes each figure holds.
    fdr
        Only pairs of at most this q, more than 0 and at most 1.

    Returns
    -------
    Frames
        ``nodes``, each with a pair: ``id`` (a gene by NCBI Gene id, ``3716``, or a family, ``family:JAK``; of another
        species than human ``family/10090:JAK``), ``symbol``, ``kind`` (``gene`` or ``family``), ``taxon`` (null where
        unknown), ``n_figures`` and ``n_papers`` (that support it, paired or not). Genes come by id as a number, then
        families by symbol. ``pairs``: `PAIR_COLUMNS`, heaviest first, then by the ids; of a pair the node that comes
        first in ``nodes`` is a.  The formulas of the statistics stand in `kg.network.chance.statistics`, those of the
        configuration model in `kg.network.chance.null_model`. ``attributes``: the options that were not left out.

    Raises
    ------
    QueryError
        If an option has a value that it does not know.
    NotFoundError
        If the build has no gene of the organism; it names those that there are.
    BuildError
        If the build lacks a table.

    References
    ----------
    Tiers: Hanspers et al. 2020, doi:10.1186/s13059-020-02181-2. Newman's weight: Newman 2001,
    doi:10.1103/PhysRevE.64.016132.

    Examples
    --------
    >>> import kg
    >>> pairs = cooccurrence_frames(kg.build("seeds/"), tier="strict").pairs
    >>> pairs.select("symbol_a", "symbol_b", "weight", "n_figures", "expected", "jaccard").row(0)
    ('CPT1B', 'HIC1', 1.0, 1, 0.5, 1.0)
    """
    weight = weight or ("fractional" if expand == "fractional" else "count")
    options: dict[str, Any] = {
        "tier": tier,
        "level": level,
        "expand": expand,
        "weight": weight,
        "organism": organism,
        "since": since,
        "until": until,
        "min_count": min_count,
        "collapse_reused": collapse_reused,
        "null": null,
        "fdr": fdr,
    }
    _check(level, weight, null, min_count, fdr)
    evidence = read_evidence(
        folder,
        tier=tier,
        expand=expand,
        organism=organism,
        since=since,
        until=until,
        collapse_reused=collapse_reused,
    )
    attributes = {name: value for name, value in options.items() if value is not None}
    table = pair_table(
        evidence,
        by_paper=level == "paper",
        within_tokens=expand == "full",
        weight=weight,
        min_count=min_count,
        null=null,
        fdr=fdr,
    )
    return _to_frames(evidence.nodes, table, attributes)


def _check(level: str, weight: str, null: str, min_count: int, fdr: float | None) -> None:
    for name, value, known in (("level", level, Level), ("weight", weight, Weight), ("null", null, Null)):
        check_choice(name, value, get_args(known))
    if min_count < 1:
        raise QueryError(f"min_count {min_count} is too small; a pair counts at least 1")
    if fdr is not None and not 0 < fdr <= 1:
        raise QueryError(f"fdr {fdr} is no false discovery rate; give a number above 0, at most 1")


def _to_frames(nodes: pl.DataFrame, table: pl.DataFrame, attributes: dict[str, Any]) -> Frames:
    import numpy as np

    ends = [table.get_column(end) for end in "ab"]
    ids, symbols = (nodes.get_column(name) for name in ("id", "symbol"))
    pairs = table.with_columns(
        *(ids.gather(end).alias(f"ncbigene_{end.name}") for end in ends),
        *(symbols.gather(end).alias(f"symbol_{end.name}") for end in ends),
    ).select(PAIR_COLUMNS)
    paired = np.zeros(nodes.height, bool)
    for end in ends:
        paired[end.to_numpy()] = True
    kept = nodes.filter(paired).select("id", "symbol", "kind", "taxon", "n_figures", "n_papers")
    return Frames(kept, pairs, attributes)


def cooccurrence(
    folder: Folder, *, attributes: Collection[str] | None = None, **options: Unpack[NetworkOptions]
) -> nx.Graph[str]:
    """Return the network of genes that pair in the figures of a build, as a networkx graph.

    Parameters
    ----------
    folder
        A finished build.
    attributes
        What an edge has beside its ``weight``: some of the columns from ``n_figures`` on in the table of pairs, or all,
        by default. A million edges take 0.6 GB without, and 1.2 GB with all of them.
    **options
        Those of `cooccurrence_frames`, which says what they mean, and what is raised.

    Returns
    -------
    networkx.Graph
        Nodes by ``id``, with the other columns of the nodes as attributes; edges with `attributes`; the options as
        attributes of the graph. Values are plain Python numbers and text; what is not known is left out.

    Raises
    ------
    QueryError
        Also if an edge has no attribute of a name.

    Examples
    --------
    >>> import kg
    >>> graph = cooccurrence(kg.build("seeds/"), attributes=["n_figures", "fractional"])
    >>> graph.edges["3569", "6774"]  # IL6 and STAT3, in both figures, each by a word of its own
    {'weight': 2.0, 'n_figures': 2, 'fractional': 2.0}
    >>> graph.has_edge("3716", "3717")  # JAK1 and JAK2 have one word between them
    False
    """
    import networkx as nx

    for name in attributes or ():
        if name not in TABLE_COLUMNS:
            raise QueryError(f"an edge has no attribute {name!r}; take some of {', '.join(TABLE_COLUMNS)}")
    frames = cooccurrence_frames(folder, **options)
    graph: nx.Graph[str] = nx.Graph(**frames.attributes)
    for node in frames.nodes.iter_rows(named=True):
        graph.add_node(node.pop("id"), **{name: value for name, value in node.items() if value is not None})
    wanted = ["weight", *(name for name in TABLE_COLUMNS if attributes is None or name in attributes)]
    graph.add_edges_from(_edges(frames.pairs.select("ncbigene_a", "ncbigene_b", *wanted), wanted))
    return graph


def _edges(pairs: pl.DataFrame, names: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the edges; every value is a plain Python one."""
    for left, right, *values in pairs.iter_rows():
        yield left, right, {name: value for name, value in zip(names, values, strict=True) if value is not None}
