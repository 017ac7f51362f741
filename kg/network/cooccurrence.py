"""The co-occurrence network: genes that stand together in figures, or in papers, as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict, get_args

from kg.errors import QueryError
from kg.network.evidence import read_evidence
from kg.network.pairs import count_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import networkx as nx
    import polars as pl

    from kg.folder import Folder
    from kg.network.evidence import Expand, Tier
    from kg.network.pairs import Pairs

__all__ = ["Level", "NetworkOptions", "Weight", "cooccurrence"]

Level = Literal["figure", "paper"]
Weight = Literal["count", "fractional"]


class NetworkOptions(TypedDict, total=False):
    """The options of `cooccurrence`, for functions that hand them on."""

    tier: Tier
    level: Level
    expand: Expand
    weight: Weight | None
    organism: str | None
    since: int | None
    until: int | None
    min_count: int


def cooccurrence(
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
) -> nx.Graph[str]:
    r"""Return the network of genes that pair in the figures of a build.

    The unit of evidence is a token: the part of an OCR word that a matched symbol matches. In one figure, tier and
    organism let :math:`k(t)` be the number of genes that token :math:`t` may mean. Two genes pair if two *different*
    tokens support them, so that one word that names a whole family makes no pair within it. A figure in which they
    pair adds one to ``count``, and :math:`g(a)\,g(b)` to ``fractional``, where :math:`g = \max_t 1/\sqrt{k(t)}` over
    the tokens of the gene: a token is a vector of length one over the genes that it may mean.

    Parameters
    ----------
    folder
        A finished build.
    tier
        Lexicons to believe: ``strict`` official symbols, ``synonyms`` also aliases and previous symbols, ``all`` also
        families, complexes and unknown lexicons.
    level
        ``figure``, or ``paper``: a pair counts once in a paper, and adds the largest product that it has in one of the
        paper's figures. Genes of two figures of one paper do not pair.
    expand
        ``fractional``: as above. ``full``: every two genes of a figure pair, those of one token too. ``none``: a token
        that expands to one family stands as the family, any other token of several genes stands for nothing, and what
        is left pairs.
    weight
        Which of ``count`` and ``fractional`` is the edge's ``weight``; by default ``fractional`` where `expand` is,
        otherwise ``count``.
    organism
        An NCBI Taxonomy id, or a species name of the build in any case; by default all species, each with pairs of
        its own.
    since, until
        First and last year of the papers, both included; where one is given, papers without a year are left out.
    min_count
        Pairs with a smaller ``count`` are left out; at least 1.

    Returns
    -------
    networkx.Graph
        Nodes are genes by NCBI Gene id (``3716``) and, under ``none``, families (``family:JAK``; of another species
        than human ``family/10090:JAK``); each has a pair. Genes come by id as a number, then families by symbol.
        Node attributes: ``symbol``, ``kind`` (``gene`` or ``family``), ``n_figures`` (that support it, paired or not),
        and ``taxon`` where known. Edges, by their nodes' order: ``weight``, ``count`` (int), ``fractional`` (float,
        12 decimals). Graph attributes: the options that were not left out.

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
    Tiers: Hanspers et al. 2020, doi:10.1186/s13059-020-02181-2.

    Examples
    --------
    >>> import kg
    >>> graph = cooccurrence(kg.build("seeds/"))
    >>> graph.edges["3569", "6774"]  # IL6 and STAT3, in both figures, each by a word of its own
    {'weight': 2.0, 'count': 2, 'fractional': 2.0}
    >>> graph.has_edge("3716", "3717")  # JAK1 and JAK2 have one word between them
    False
    """
    weight = weight or ("fractional" if expand == "fractional" else "count")
    _check(level, weight, min_count)
    evidence = read_evidence(folder, tier=tier, expand=expand, organism=organism, since=since, until=until)
    pairs = count_pairs(
        evidence.support,
        n_nodes=evidence.nodes.height,
        by_paper=level == "paper",
        within_tokens=expand == "full",
        min_count=min_count,
    )
    options: dict[str, str | int | None] = {
        "tier": tier,
        "level": level,
        "expand": expand,
        "weight": weight,
        "organism": organism,
        "since": since,
        "until": until,
        "min_count": min_count,
    }
    graph = _to_graph(evidence.nodes, pairs, weight)
    graph.graph.update((name, value) for name, value in options.items() if value is not None)
    return graph


def _check(level: str, weight: str, min_count: int) -> None:
    for name, value, known in (("level", level, get_args(Level)), ("weight", weight, get_args(Weight))):
        if value not in known:
            raise QueryError(f"{name} {value!r} is not known; take one of {', '.join(known)}")
    if min_count < 1:
        raise QueryError(f"min_count {min_count} is too small; a pair counts at least 1")


def _to_graph(nodes: pl.DataFrame, pairs: Pairs, weight: Weight) -> nx.Graph[str]:
    """Return the pairs as a graph; every attribute is a plain Python value, as GraphML needs."""
    import networkx as nx
    import numpy as np

    graph: nx.Graph[str] = nx.Graph()
    for row in nodes[np.union1d(pairs.left, pairs.right)].iter_rows(named=True):
        node = row.pop("id")
        graph.add_node(node, **{name: value for name, value in row.items() if value is not None})
    graph.add_edges_from(_edges(nodes.get_column("id").to_list(), pairs, weight))
    return graph


def _edges(ids: list[str], pairs: Pairs, weight: Weight) -> Iterator[tuple[str, str, dict[str, int | float]]]:
    columns = (pairs.left.tolist(), pairs.right.tolist(), pairs.count.tolist(), pairs.fractional.tolist())
    for left, right, count, fractional in zip(*columns, strict=True):
        chosen = count if weight == "count" else fractional
        yield ids[left], ids[right], {"weight": chosen, "count": count, "fractional": fractional}
