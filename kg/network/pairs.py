"""Pairs: how often, and with what shares, two nodes pair; by sparse products in blocks, so that memory stays flat.

Two nodes of a figure pair unless each has one token only, and that is the same one. So the pairs of a figure are
all of its pairs less those within the nodes of a single token, and both are products of an incidence matrix
with itself. Papers of several figures are listed pair by pair, because a pair counts once in a paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    Integers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

__all__ = ["Pairs", "count_pairs"]

# Cells of a block of the product, were it dense: bounds the memory beyond the pairs themselves to some 200 MB.
_BLOCK = 8_000_000
# Pairs of figures listed at a time; a single paper may exceed it.
_LISTED = 2_000_000
# Shares are square roots, so sums carry rounding; equal weights must be equal, or their order would be chance.
_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of nodes as arrays of one length, sorted by `left` and `right`.

    Attributes
    ----------
    left, right
        Numbers of the two nodes; left is the smaller.
    count
        In how many figures, or papers, they pair.
    fractional
        Sum of the products of their shares over those figures, or papers; to 12 decimals.
    """

    left: Integers
    right: Integers
    count: Integers
    fractional: Reals


def count_pairs(support: pl.DataFrame, *, n_nodes: int, by_paper: bool, within_tokens: bool, min_count: int) -> Pairs:
    """Return the pairs of the nodes of all figures.

    Parameters
    ----------
    support
        Of `kg.network.evidence.Evidence`.
    n_nodes
        Nodes are numbers below this one.
    by_paper
        A pair counts once a paper, and adds the largest product that it has in one of the paper's figures.
    within_tokens
        Nodes that share their only token pair too.
    min_count
        Pairs that count less are left out.
    """
    import polars as pl

    if within_tokens:
        support = support.with_columns(pl.lit(-1, dtype=pl.Int64).alias("token"))
    parts: list[_Sums] = []
    if by_paper:
        several = pl.col("figure").n_unique().over("paper") > 1
        parts.extend(_listed(support.filter(several), n_nodes))
        support = support.filter(~several)
    parts.extend(_multiplied(support, n_nodes))
    key, count, fractional = _merge(parts)
    keep = count >= min_count
    key = key[keep]
    return Pairs(key // max(n_nodes, 1), key % max(n_nodes, 1), count[keep], fractional[keep].round(_DECIMALS))


if TYPE_CHECKING:
    # Keys (left * n_nodes + right), counts, and sums of products.
    _Sums = tuple[Integers, Integers, Reals]


def _merge(parts: list[_Sums]) -> _Sums:
    """Return the sums of every key, by key."""
    import numpy as np

    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
    key, count, fractional = (np.concatenate(column) for column in zip(*parts, strict=True))
    if np.all(key[1:] > key[:-1]):
        return key, count, fractional
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = _starts(key)
    return key[starts], np.add.reduceat(count[order], starts), np.add.reduceat(fractional[order], starts)


def _starts(*columns: Integers) -> Integers:
    """Return where each run of equal rows begins."""
    import numpy as np

    if not len(columns[0]):
        return np.empty(0, np.int64)
    changes = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.concatenate(([0], np.flatnonzero(changes) + 1))


def _multiplied(support: pl.DataFrame, n_nodes: int) -> Iterator[_Sums]:
    """Yield the pairs of figures, block by block of left nodes."""
    import polars as pl

    if support.is_empty():
        return
    every = _Product(support, "figure", n_nodes)
    # Single tokens of one node make no pair.
    single = support.filter((pl.col("token") >= 0) & (pl.len().over("token") > 1))
    same = None if single.is_empty() else _Product(single, "token", n_nodes)
    step = max(1, _BLOCK // n_nodes)
    for start in range(0, n_nodes, step):
        key, count, fractional = every.block(start, start + step)
        if same is not None:
            inner, inner_count, inner_fractional = same.block(start, start + step)
            place = key.searchsorted(inner)
            count[place] -= inner_count
            fractional[place] -= inner_fractional
            keep = count > 0
            key, count, fractional = key[keep], count[keep], fractional[keep]
        yield key, count, fractional


class _Product:
    """The upper triangle of an incidence matrix times itself, once with ones and once with shares."""

    def __init__(self, support: pl.DataFrame, row: str, n_nodes: int) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        rows = support.get_column(row).rank("dense").to_numpy().astype(np.int64) - 1
        place = (rows, support.get_column("node").to_numpy())
        shape = (int(rows.max()) + 1, n_nodes)
        self._n = n_nodes
        self._ones: Any = csr_array((np.ones(len(rows), np.int64), place), shape=shape)
        self._shares: Any = csr_array((support.get_column("share").to_numpy(), place), shape=shape)
        self._ones_turned: Any = self._ones.T.tocsr()
        self._shares_turned: Any = self._shares.T.tocsr()

    def block(self, start: int, stop: int) -> _Sums:
        import numpy as np

        count = self._ones_turned[start:stop] @ self._ones
        fractional = self._shares_turned[start:stop] @ self._shares
        # The two have the same cells, for nothing is zero; sorted, their values stand side by side.
        count.sort_indices()
        fractional.sort_indices()
        left = np.repeat(np.arange(start, start + count.shape[0], dtype=np.int64), np.diff(count.indptr))
        upper = count.indices > left
        key = left[upper] * self._n + count.indices[upper]
        return key, count.data[upper], fractional.data[upper]


def _listed(support: pl.DataFrame, n_nodes: int) -> Iterator[_Sums]:
    """Yield the pairs of papers, each counted once with its largest product, block by block of papers."""
    import numpy as np

    paper, figure, node, token = (support.get_column(name).to_numpy() for name in ("paper", "figure", "node", "token"))
    share = support.get_column("share").to_numpy()
    if not len(paper):
        return
    later = _ends(figure) - np.arange(len(figure)) - 1  # nodes of the same figure that stand after each one
    ends = np.append(_starts(paper)[1:], len(paper))
    done = np.cumsum(later)[ends - 1]  # pairs listed by the end of each paper
    last_of_block = np.append(np.flatnonzero(np.diff(done // _LISTED)), len(ends) - 1)
    start = 0
    for stop in ends[last_of_block]:
        first = np.repeat(np.arange(start, stop), later[start:stop])
        before = np.cumsum(later[start:stop]) - later[start:stop]
        second = first + 1 + np.arange(len(first)) - np.repeat(before, later[start:stop])
        keep = (token[first] < 0) | (token[first] != token[second])
        first, second = first[keep], second[keep]
        start = stop
        if len(first):
            yield _once(paper[first], node[first] * n_nodes + node[second], share[first] * share[second])


def _ends(column: Integers) -> Integers:
    """Return for every row where its run of equal values ends."""
    import numpy as np

    starts = _starts(column)
    ends = np.append(starts[1:], len(column))
    return np.repeat(ends, ends - starts)


def _once(paper: Integers, key: Integers, product: Reals) -> _Sums:
    """Return the sums of every key, where a key counts once a paper with its largest product."""
    import numpy as np

    order = np.lexsort((key, paper))
    paper, key = paper[order], key[order]
    starts = _starts(paper, key)
    best = np.maximum.reduceat(product[order], starts)
    return _merge([(key[starts], np.ones(len(starts), np.int64), best)])
