"""Partitions of a network into communities: two algorithms that find one, its modularity, and how two compare."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from kg.errors import QueryError, check_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]

__all__ = ["Algorithm", "find_partitions", "modularity", "rand_index"]

Algorithm = Literal["louvain", "leiden"]

_RANDOMNESS = 0.001  # of Leiden's refinement, as its library has it by default
_ITERATIONS = 10  # of Leiden: each starts from the result of the one before; most of the gain is in the first few


def find_partitions(
    similarity: Any,  # a scipy array
    *,
    algorithm: Algorithm,
    resolution: float,
    seeds: Iterable[int],
) -> Iterator[Labels]:
    """Yield the community of every node that each run of an algorithm finds.

    Both move nodes between communities as long as modularity grows, then join each community into one node, and begin
    again. Leiden also splits communities that hang together badly, so that all of its communities are connected.

    Parameters
    ----------
    similarity
        Square symmetric scipy sparse array of weights above 0.
    algorithm
        ``louvain``, by networkx; ``leiden``, by the library graspologic-native.
    resolution
        Above 1 for more and smaller communities, below 1 for fewer and larger ones; above 0.
    seeds
        Of each run one, 0 or more; the same seed gives the same communities.

    Yields
    ------
    numpy.ndarray
        A number a node, which means no more than which nodes have the same one.

    Raises
    ------
    QueryError
        If the algorithm is not known, or its library is not installed.

    References
    ----------
    Louvain: Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008. Leiden: Traag et al. 2019,
    doi:10.1038/s41598-019-41695-z.

    Examples
    --------
    >>> import networkx as nx
    >>> two = nx.to_scipy_sparse_array(nx.disjoint_union(nx.complete_graph(3), nx.complete_graph(2)))
    >>> next(find_partitions(two, algorithm="louvain", resolution=1.0, seeds=[0])).tolist()
    [0, 0, 0, 1, 1]
    """
    check_choice("algorithm", algorithm, get_args(Algorithm))
    prepare = _louvain if algorithm == "louvain" else _leiden
    run = prepare(similarity, resolution)  # once for all runs: it takes a quarter of the time of one
    for seed in seeds:
        yield run(seed)


def _louvain(similarity: Any, resolution: float) -> Callable[[int], Labels]:
    import networkx as nx
    import numpy as np

    graph = nx.from_scipy_sparse_array(similarity)

    def run(seed: int) -> Labels:
        labels = np.empty(similarity.shape[0], np.int64)
        communities = nx.community.louvain_communities(graph, resolution=resolution, seed=seed)
        for number, nodes in enumerate(communities):
            labels[list(nodes)] = number
        return labels

    return run


def _leiden(similarity: Any, resolution: float) -> Callable[[int], Labels]:
    import numpy as np
    from scipy.sparse import triu

    try:
        library = import_module("graspologic_native")
    except ImportError as error:
        raise QueryError(
            "Leiden needs graspologic-native: install pfocr-kg[leiden], or take the algorithm louvain"
        ) from error
    cells = triu(similarity, format="coo")
    ends = (map(str, cells.row.tolist()), map(str, cells.col.tolist()))
    edges = list(zip(*ends, cells.data.astype(float).tolist(), strict=True))

    def run(seed: int) -> Labels:
        labels = np.full(similarity.shape[0], -1, np.int64)
        if edges:
            _, found = library.leiden(
                edges=edges,
                starting_communities=None,
                resolution=resolution,
                randomness=_RANDOMNESS,
                iterations=_ITERATIONS,
                use_modularity=True,
                seed=seed,
                trials=1,
            )
            labels[np.fromiter(map(int, found), np.int64, len(found))] = list(found.values())
        # A node without edges, which an edge list cannot hold, is a community by itself.
        alone = np.flatnonzero(labels < 0)
        labels[alone] = labels.max(initial=-1) + 1 + np.arange(len(alone))
        return labels

    return run


def modularity(similarity: Any, labels: Labels, *, resolution: float = 1.0) -> float:
    r"""Return the modularity of a partition: how much more weight lies within communities than strengths would give.

    :math:`Q = \sum_c [w_c/w - \gamma (s_c/2w)^2]`, with the weight :math:`w_c` of the edges within community
    :math:`c`, the strength :math:`s_c` of its nodes, the weight :math:`w` of all edges, and the resolution
    :math:`\gamma`.

    Parameters
    ----------
    similarity
        Square symmetric scipy sparse array of weights above 0.
    labels
        The community of every node, as a number from 0.
    resolution
        That of `find_partitions`.

    Returns
    -------
    float
        At most 1; 0 where there is no edge.

    References
    ----------
    Newman 2004, doi:10.1103/PhysRevE.70.056131; with resolution Reichardt and Bornholdt 2006,
    doi:10.1103/PhysRevE.74.016110.

    Examples
    --------
    >>> import networkx as nx, numpy as np
    >>> two = nx.to_scipy_sparse_array(nx.disjoint_union(nx.complete_graph(3), nx.complete_graph(3)))
    >>> modularity(two, np.array([0, 0, 0, 1, 1, 1]))
    0.5
    """
    import numpy as np
    from scipy.sparse import coo_array

    cells = coo_array(similarity)
    twice = float(cells.data.sum())
    if twice == 0:
        return 0.0
    within = cells.data[labels[cells.row] == labels[cells.col]].sum()
    strength = np.bincount(labels, weights=np.asarray(similarity.sum(axis=1)))
    return float(within / twice - resolution * ((strength / twice) ** 2).sum())


def rand_index(first: Labels, second: Labels) -> float:
    r"""Return the adjusted Rand index of two partitions of the same nodes.

    Of all pairs of nodes, how many are together in both, :math:`n_{12}`, against what chance would give, :math:`e = n_1
    n_2 / n`, and the most that it can be, :math:`(n_1 + n_2)/2`: :math:`(n_{12} - e) / ((n_1 + n_2)/2 - e)`, with
    :math:`n_1` and :math:`n_2` of :math:`n` pairs together in the one and in the other.

    Returns
    -------
    float
        1 for the same partition, about 0 for two that have nothing to do with each other; it can be below 0.

    References
    ----------
    Hubert and Arabie 1985, doi:10.1007/BF01908075.

    Examples
    --------
    >>> import numpy as np
    >>> rand_index(np.array([0, 0, 1, 1]), np.array([5, 5, 2, 2])), rand_index(np.array([0, 0, 1]), np.array([0, 1, 1]))
    (1.0, -0.5)
    """
    import numpy as np

    def together(*columns: Labels) -> int:
        _, sizes = np.unique(np.stack(columns), axis=1, return_counts=True)
        return int((sizes * (sizes - 1)).sum()) // 2

    both, one, other = together(first, second), together(first), together(second)
    n_pairs = len(first) * (len(first) - 1) // 2
    # All of the formula times twice the pairs, so that whole numbers stay whole.
    expected = 2 * one * other
    room = (one + other) * n_pairs - expected
    # Without room both have one community, or both have each node by itself: the same partition.
    return (2 * both * n_pairs - expected) / room if room else 1.0
