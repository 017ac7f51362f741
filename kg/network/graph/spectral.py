"""PageRank and eigenvector centrality of a weighted network, from its sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals = npt.NDArray[np.float64]

__all__ = ["eigenvector", "pagerank"]

_ROUNDS = 250  # of PageRank: its error shrinks by the damping each time, and 0.85^250 is 2e-18
_DENSE = 256  # nodes up to which all eigenvectors are computed, which cannot fail to converge
_EQUAL = 1e-9  # share by which eigenvalues of two components may differ and still be the same one
_DECIMALS = 12


def pagerank(similarity: Any, *, damping: float = 0.85) -> Reals:  # a scipy array
    r"""Return the PageRank of every node: how often a random walker stands on it.

    With probability :math:`d` the walker follows an edge, chosen by weight; otherwise, and always from a node without
    edges, it jumps to any node: :math:`x_v = (1-d)/n + d\,(\sum_u x_u w_{uv}/s_u + \sum_{u: s_u=0} x_u/n)`, with the
    strengths :math:`s`.

    Parameters
    ----------
    similarity
        Square symmetric scipy sparse array of weights above 0.
    damping
        The probability :math:`d`, 0 to 1.

    Returns
    -------
    numpy.ndarray
        One value a node; their sum is 1.

    References
    ----------
    Page et al. 1999, http://ilpubs.stanford.edu:8090/422/.

    Examples
    --------
    >>> import networkx as nx
    >>> pagerank(nx.to_scipy_sparse_array(nx.star_graph(3))).round(3).tolist()
    [0.48, 0.173, 0.173, 0.173]
    """
    import numpy as np

    n = similarity.shape[0]
    if not n:
        return np.zeros(0)
    strength = np.asarray(similarity.sum(axis=1), np.float64)
    loose = strength == 0
    share = damping / np.where(loose, 1, strength)
    rank = np.full(n, 1 / n)
    for _ in range(_ROUNDS):
        before = rank
        jumps = (1 - damping) + damping * before[loose].sum()
        rank = similarity @ np.where(loose, 0, before * share) + jumps / n
        if np.abs(rank - before).sum() < 1e-16:
            break
    result: Reals = rank
    return result


def eigenvector(similarity: Any) -> Reals:
    r"""Return the eigenvector centrality of every node: its value is in proportion to the sum of its neighbours'.

    The vector is that of the largest eigenvalue of the weights, of length one. In a network of several components,
    that of the component whose eigenvalue is largest; all other nodes have 0. Where several components have that
    eigenvalue, each has the share that the vector of ones has in it. This is the limit of the power iteration from
    equal values, which is what networkx computes.

    Parameters
    ----------
    similarity
        Square symmetric scipy sparse array of weights above 0.

    Returns
    -------
    numpy.ndarray
        One value a node, 0 to 1, to 12 decimals; the sum of their squares is 1.

    References
    ----------
    Bonacich 1987, doi:10.1086/228631.

    Examples
    --------
    >>> import networkx as nx
    >>> eigenvector(nx.to_scipy_sparse_array(nx.star_graph(3))).round(3).tolist()
    [0.707, 0.408, 0.408, 0.408]
    """
    import numpy as np
    from scipy.sparse.csgraph import connected_components

    n = similarity.shape[0]
    result = np.zeros(n)
    if not n:
        return result
    _, component = connected_components(similarity, directed=False)
    order = np.argsort(component, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(component[order])) + 1)
    strength = np.asarray(similarity.sum(axis=1))
    # No eigenvalue of a component is above its largest strength (Gershgorin), so most need no look.
    bounds = [float(strength[nodes].max()) for nodes in members]
    found: list[tuple[float, Any, Reals]] = []
    largest = 0.0
    for place in sorted(range(len(members)), key=bounds.__getitem__, reverse=True):
        if bounds[place] < largest * (1 - _EQUAL):
            break
        value, vector = _leading(similarity[members[place]][:, members[place]])
        found.append((value, members[place], vector))
        largest = max(largest, value)
    for value, nodes, vector in found:
        if value >= largest * (1 - _EQUAL):
            result[nodes] = vector * vector.sum()
    result /= np.sqrt((result * result).sum())
    return result.round(_DECIMALS)


def _leading(matrix: Any) -> tuple[float, Reals]:
    """Return the largest eigenvalue of a connected component, and its vector of length one, which is positive."""
    import numpy as np
    from scipy.sparse.linalg import eigsh

    n = matrix.shape[0]
    if n <= _DENSE:
        values, vectors = np.linalg.eigh(matrix.toarray())
    else:
        values, vectors = eigsh(matrix.astype(np.float64), k=1, which="LA", v0=np.ones(n), ncv=min(n, 64), tol=0)
    return float(values[-1]), np.abs(vectors[:, -1])
