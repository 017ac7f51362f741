"""Centralities of a network's nodes, by networkx's names and definitions, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from kg.errors import QueryError, check_choice
from kg.network.graph.adjacency import Adjacency, to_adjacency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import networkx as nx
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.network.frames import Frames

    Reals = npt.NDArray[np.float64]

__all__ = ["MEASURES", "Betweenness", "Distance", "Measure", "centrality"]

Measure = Literal[
    "degree", "strength", "pagerank", "betweenness", "eigenvector", "closeness", "clustering", "core_number"
]
Distance = Literal["hops", "inverse"]
Betweenness = Literal["auto", "exact", "sampled"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
"""The centralities, in the order of the table's columns."""

_WHOLE = ("degree", "core_number")
# Nodes times edges up to which `auto` is exact: some two minutes of one core.
_EXACT: dict[str, int] = {"hops": 20_000_000_000, "inverse": 8_000_000_000}
_SAMPLES = 1024


def centrality(
    network: nx.Graph[Any] | Frames,
    *,
    measures: Iterable[Measure] | None = None,
    distance: Distance = "hops",
    betweenness: Betweenness = "auto",
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> pl.DataFrame:
    """Return centralities of every node, strongest first.

    Each is what networkx computes, from the sparse matrix of the network, which takes a fraction of the time.

    Parameters
    ----------
    network
        An undirected network, as `kg.network.cooccurrence` makes it, or its tables; its ``weight`` is a similarity.
        Self-loops are left out. A node without ``symbol`` is called by its id, an edge without ``weight`` counts 1.
    measures
        Which of `MEASURES` to compute; by default all.
    distance
        What makes a path short, for closeness and betweenness: ``hops``, its number of edges, whatever their weights;
        or ``inverse``, the sum of 1/weight over its edges, so that a strong edge is a short one.
    betweenness
        ``exact``: paths from every node. ``sampled``: from 1,024 nodes drawn at random, the same for the same seed
        and graph. ``auto``: exact up to 20 thousand million nodes times edges, 8 by ``inverse`` distance.
    seed
        Of the random draw; nothing else is random.
    progress
        Called with how many nodes' paths are followed, and how many there are to follow: for closeness and betweenness,
        which take most of the time.

    Returns
    -------
    polars.DataFrame
        ``symbol``, ``ncbigene`` (the node's id), and the measures in the order of `MEASURES`. By strength,
        descending, or where that was not asked for by the first measure; then by symbol, then by id.

        ``degree``: number of neighbours. ``strength``: sum of the weights of the edges. ``pagerank``: weighted, damping
        0.85, sums to 1. ``betweenness``: share of the shortest paths between two other nodes that pass this one, 0 to
        1. ``eigenvector``: weighted, of length one. ``closeness``: the inverse of the mean distance to the nodes
        that it reaches, times the share of nodes that it reaches. ``clustering``: share of the pairs of neighbours
        that are neighbours. ``core_number``: the largest k for which the node is in the k-core. A node without edges
        has 0, but for ``pagerank`` (and ``eigenvector``, if no node has any: 1/√n). Where a weight is 0 or less (NPMI
        has such), ``pagerank``, ``eigenvector`` and paths by ``inverse`` distance take it that there is no edge.

    Raises
    ------
    QueryError
        If an option has a value that it does not know, or a weight is no number.

    References
    ----------
    Strength: Barrat et al. 2004, doi:10.1073/pnas.0400087101. PageRank: Page et al. 1999,
    http://ilpubs.stanford.edu:8090/422/. Betweenness: Brandes 2001, doi:10.1080/0022250X.2001.9990249; sampled:
    Brandes and Pich 2007, doi:10.1142/S0218127407018403. Eigenvector: Bonacich 1987, doi:10.1086/228631. Closeness:
    Wasserman and Faust 1994, doi:10.1017/CBO9780511815478. Clustering: Watts and Strogatz 1998, doi:10.1038/30918.
    Core number: Seidman 1983, doi:10.1016/0378-8733(83)90028-X. Distance as 1/weight: Newman 2001,
    doi:10.1103/PhysRevE.64.016132.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph([("3716", "6774", {"weight": 2.0}), ("6774", "3569", {"weight": 0.5})])
    >>> centrality(graph, measures=["degree", "strength", "betweenness"]).drop("symbol").rows()
    [('6774', 2, 2.5, 1.0), ('3716', 1, 2.0, 0.0), ('3569', 1, 0.5, 0.0)]
    """
    import polars as pl

    chosen = _check(measures, distance, betweenness)
    adjacency = to_adjacency(network)
    values = _neighbourhood(adjacency, chosen) | _paths(adjacency, chosen, distance, betweenness, seed, progress)
    columns = [
        pl.Series("symbol", adjacency.symbols, dtype=pl.String),
        pl.Series("ncbigene", adjacency.ids, dtype=pl.String),
        *(pl.Series(name, values[name], dtype=pl.Int64 if name in _WHOLE else pl.Float64) for name in chosen),
    ]
    first = "strength" if "strength" in chosen else chosen[0]
    return pl.DataFrame(columns).sort(first, "symbol", "ncbigene", descending=[True, False, False])


def _check(measures: Iterable[str] | None, distance: str, betweenness: str) -> list[Measure]:
    """Return the chosen measures in the order of the columns."""
    wanted = set(MEASURES if measures is None else measures)
    for name, values, known in (
        ("measure", sorted(wanted), MEASURES),
        ("distance", [distance], get_args(Distance)),
        ("betweenness", [betweenness], get_args(Betweenness)),
    ):
        for value in values:
            check_choice(name, value, known)
    if not wanted:
        raise QueryError(f"no measure was chosen; take one or several of {', '.join(MEASURES)}")
    return [measure for measure in MEASURES if measure in wanted]


def _neighbourhood(adjacency: Adjacency, chosen: list[Measure]) -> dict[str, Any]:
    """Return the measures that do not look at paths."""
    import numpy as np

    from kg.network.graph.spectral import eigenvector, pagerank
    from kg.network.graph.structure import clustering, core_numbers

    compute: dict[str, Callable[[], Any]] = {
        "degree": lambda: np.diff(adjacency.weights.indptr),
        "strength": lambda: _strength(adjacency.weights),
        "pagerank": lambda: pagerank(adjacency.similarity),
        "eigenvector": lambda: eigenvector(adjacency.similarity),
        "clustering": lambda: clustering(adjacency.pattern),
        "core_number": lambda: core_numbers(adjacency.pattern),
    }
    return {name: compute[name]() for name in chosen if name in compute}


def _strength(weights: Any) -> list[float]:
    import math
    from itertools import pairwise

    # Summed exactly, so that nodes of the same weights tie whatever the order of their edges.
    values = weights.data.tolist()
    return [math.fsum(values[start:stop]) for start, stop in pairwise(weights.indptr.tolist())]


def _paths(
    adjacency: Adjacency,
    chosen: list[Measure],
    distance: Distance,
    how: Betweenness,
    seed: int,
    progress: Callable[[int, int], object] | None,
) -> dict[str, Reals]:
    """Return the measures of shortest paths."""
    from kg.network.graph.betweenness import betweenness
    from kg.network.graph.closeness import closeness
    from kg.network.graph.weighted_paths import measure_paths

    wanted = {"closeness", "betweenness"} & set(chosen)
    if not wanted:
        return {}
    matrix = adjacency.pattern if distance == "hops" else adjacency.similarity
    sources = _sources(matrix, distance, how, seed) if "betweenness" in wanted else []
    total = len(sources) + ("closeness" in wanted) * matrix.shape[0]
    done = 0

    def advance(n: int) -> None:
        nonlocal done
        done += n
        if progress is not None:
            progress(done, total)

    if distance == "hops":
        compute = {
            "closeness": lambda: closeness(matrix, advance=advance),
            "betweenness": lambda: betweenness(matrix, sources, advance=advance),
        }
        return {name: compute[name]() for name in sorted(wanted)}
    matrix.data = 1 / matrix.data
    near, between = measure_paths(matrix, sources=sources, with_closeness="closeness" in wanted, advance=advance)
    return {"closeness": near, "betweenness": between}


def _sources(matrix: Any, distance: Distance, how: Betweenness, seed: int) -> list[int]:
    """Return the numbers of the nodes whose paths are followed for betweenness."""
    import random

    n = matrix.shape[0]
    n_edges = matrix.nnz // 2
    if how == "exact" or n <= _SAMPLES or (how == "auto" and n * n_edges <= _EXACT[distance]):
        return list(range(n))
    return random.Random(seed).sample(range(n), _SAMPLES)  # noqa: S311  # not for secrets
