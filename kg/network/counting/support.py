"""What each figure supports, as arrays: the shares of nodes in tokens, and figures that are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.network.counting.runs import distinct, run_starts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]

__all__ = ["count_distinct", "same_figures", "shares"]


def shares(figure: Integers, token: Integers, node: Integers, species: Integers) -> tuple[Any, Any, Any, Any]:
    """Return figure, token, node and share of each node of a figure, by figure, species and node.

    The token is a number for the token and the species, and -1 where the node has several.
    """
    import numpy as np

    n_nodes, n_species = max(len(species), 1), int(species.max(initial=0)) + 1
    figure_of = np.zeros(int(token.max(initial=-1)) + 1, np.int64)
    figure_of[token] = figure
    # Nodes of one species are neighbours within a token, and the same row twice is one.
    inner = np.argsort(species, kind="stable")
    place = np.empty_like(inner)
    place[inner] = np.arange(len(inner))
    token, of_token = np.divmod(distinct(token * n_nodes + place[node]), n_nodes)
    node = inner[of_token]
    token = token * n_species + species[node]
    n_of_token = np.diff(run_starts(token), append=len(token))
    share = np.repeat(1 / np.sqrt(n_of_token), n_of_token)
    figure = figure_of[token // n_species] * n_species + species[node]
    order = np.argsort(figure * n_nodes + node, kind="stable")
    first = run_starts(figure[order], node[order])
    single = np.diff(first, append=len(order)) == 1
    chosen = order[first]
    return (
        figure[chosen] // n_species,
        np.where(single, token[chosen], -1),
        node[chosen],
        np.maximum.reduceat(share[order], first) if len(first) else share,
    )


def count_distinct(unit: Integers, node: Integers, n_nodes: int) -> Integers:
    """Return in how many distinct units each node stands."""
    import numpy as np

    counts: Integers = np.bincount(distinct(unit * max(n_nodes, 1) + node) % max(n_nodes, 1), minlength=n_nodes)
    return counts


def same_figures(figure: Integers, paper: Integers, node: Integers) -> Integers:
    """Return for each row the first figure of the same paper that has the same nodes."""
    import numpy as np

    first = run_starts(figure)
    size = np.diff(first, append=len(figure))
    seen: dict[tuple[int, bytes], int] = {}
    units = [
        seen.setdefault((int(paper[start]), node[start : start + n].tobytes()), int(figure[start]))
        for start, n in zip(first.tolist(), size.tolist(), strict=True)
    ]
    return np.repeat(np.array(units, np.int64), size)
