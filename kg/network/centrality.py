"""Centralities of a network's nodes: degree, strength, PageRank and betweenness, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from kg.errors import QueryError
from kg.network.betweenness import betweenness as measure_betweenness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx
    import polars as pl

__all__ = ["Betweenness", "centrality"]

Betweenness = Literal["auto", "exact", "sampled"]

# Nodes times edges up to which `auto` is exact: some two minutes of one core.
_EXACT = 20_000_000_000
_SAMPLES = 1024


def centrality(graph: nx.Graph[Any], *, betweenness: Betweenness = "auto", seed: int = 0) -> pl.DataFrame:
    """Return four centralities of every node, strongest first.

    Parameters
    ----------
    graph
        An undirected network without self-loops, as `kg.network.cooccurrence` makes it; its ``weight`` is a
        similarity. A node without ``symbol`` is called by its id, an edge without ``weight`` counts 1.
    betweenness
        ``exact``: paths from every node. ``sampled``: from 1,024 nodes drawn at random, the same for the same seed
        and graph. ``auto``: exact up to 20 thousand million nodes times edges.
    seed
        Of the random draw; nothing else is random.

    Returns
    -------
    polars.DataFrame
        ``symbol``, ``ncbigene`` (the node's id), ``degree`` (number of neighbours), ``strength`` (sum of the weights
        of its edges), ``pagerank`` (weighted, damping 0.85, sums to 1), ``betweenness`` (unweighted: in this network
        a weight is no distance; 0 to 1, over pairs of other nodes). By strength, descending, then symbol, then id.

    Raises
    ------
    QueryError
        If `betweenness` has a value that it does not know.

    References
    ----------
    PageRank: Page et al. 1999, http://ilpubs.stanford.edu:8090/422/. Betweenness: Brandes 2001,
    doi:10.1080/0022250X.2001.9990249. Strength: Barrat et al. 2004, doi:10.1073/pnas.0400087101.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph([("3716", "6774", {"weight": 2.0}), ("6774", "3569", {"weight": 0.5})])
    >>> centrality(graph).select("ncbigene", "degree", "strength", "betweenness").rows()
    [('6774', 2, 2.5, 1.0), ('3716', 1, 2.0, 0.0), ('3569', 1, 0.5, 0.0)]
    """
    import networkx as nx
    import polars as pl

    if betweenness not in get_args(Betweenness):
        raise QueryError(f"betweenness {betweenness!r} is not known; take one of {', '.join(get_args(Betweenness))}")
    nodes = list(graph)
    symbols = graph.nodes(data="symbol")
    # networkx stops where all values together move less than the tolerance times the nodes: too early for many nodes.
    ranks = nx.pagerank(graph, weight="weight", tol=1e-10 / max(len(nodes), 1), max_iter=1000)
    columns = {
        "symbol": [str(node) if symbols[node] is None else str(symbols[node]) for node in nodes],
        "ncbigene": [str(node) for node in nodes],
        "degree": [len(graph[node]) for node in nodes],
        "strength": [_strength(graph[node].values()) for node in nodes],
        "pagerank": [ranks[node] for node in nodes],
        "betweenness": _betweenness(graph, nodes, betweenness, seed),
    }
    schema = {"symbol": pl.String, "ncbigene": pl.String, "degree": pl.Int64} | dict.fromkeys(
        ("strength", "pagerank", "betweenness"), pl.Float64
    )
    return pl.DataFrame(columns, schema=schema).sort("strength", "symbol", "ncbigene", descending=[True, False, False])


def _strength(edges: Iterable[Mapping[str, Any]]) -> float:
    import math

    # Summed exactly, so that nodes of the same weights tie whatever the order of their edges.
    return math.fsum(edge.get("weight", 1) for edge in edges)


def _betweenness(graph: nx.Graph[Any], nodes: list[Any], how: Betweenness, seed: int) -> list[float]:
    import random

    import networkx as nx

    if not nodes:
        return []
    sampled = how == "sampled" or (how == "auto" and len(nodes) * graph.number_of_edges() > _EXACT)
    sources = None
    if sampled and len(nodes) > _SAMPLES:
        sources = random.Random(seed).sample(range(len(nodes)), _SAMPLES)  # noqa: S311  # not for secrets
    values: list[float] = measure_betweenness(nx.to_scipy_sparse_array(graph, nodes, weight=None), sources).tolist()
    return values
