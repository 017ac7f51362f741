"""All pairs of some evidence with their statistics, as one table: counted, held against chance, and put in order."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from kg.network.chance.significance import STATISTICS, Chance
from kg.network.counting.pairs import count_pairs
from kg.network.counting.runs import run_starts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.network.chance.significance import Measured, Null
    from kg.network.counting.evidence import Evidence
    from kg.network.counting.pairs import Pairs

    Integers = npt.NDArray[np.integer[Any]]
    Blocks = deque[tuple[Pairs, Integers]]

__all__ = ["TABLE_COLUMNS", "Weight", "pair_table"]

Weight = Literal["count", "fractional", "newman", "papers", "npmi"]

TABLE_COLUMNS = ("n_figures", "n_papers", "fractional", *STATISTICS, "first_year")
"""What the table says of a pair, behind its nodes and its weight."""


def pair_table(
    evidence: Evidence,
    *,
    by_paper: bool,
    within_tokens: bool,
    weight: Weight,
    min_count: int = 1,
    null: Null = "hypergeometric",
    fdr: float | None = None,
) -> pl.DataFrame:
    """Return the pairs of some evidence with all statistics, heaviest first.

    Parameters
    ----------
    evidence
        What the figures support.
    by_paper, within_tokens
        As for `kg.network.counting.pairs.count_pairs`.
    weight, min_count, null, fdr
        As for `kg.network.cooccurrence_frames`.

    Returns
    -------
    polars.DataFrame
        ``a`` and ``b`` (rows of the nodes, the smaller first), ``weight``, and `TABLE_COLUMNS`.
    """
    import polars as pl

    chance = Chance(evidence, unit="paper" if by_paper else "unit")
    blocks: Blocks = deque()
    for block in count_pairs(evidence, by_paper=by_paper, within_tokens=within_tokens, newman=weight == "newman"):
        count = block.n_papers if by_paper else block.n_figures
        cells = chance.tell(block.left, block.right, count)
        keep = count >= min_count
        blocks.append((block.where(keep), cells if keep.all() else cells[keep]))
    measured = chance.measure(null)
    source = {"count": "n_papers" if by_paper else "n_figures", "papers": "n_papers"}.get(weight, weight)
    n, places = _places(blocks, measured, source, fdr, compiled=chance.compiled)
    columns = _columns(blocks, n, places, newman=weight == "newman", compiled=chance.compiled)
    columns |= measured.columns(columns.pop("cells"))
    named = {"a": columns["left"], "b": columns["right"], "weight": columns[source]}
    table = pl.DataFrame(named | {name: columns[name] for name in TABLE_COLUMNS})
    return table.with_columns(pl.col("first_year").replace(0, None))


def _places(
    blocks: Blocks, measured: Measured, source: str, fdr: float | None, *, compiled: bool
) -> tuple[int, Iterator[Integers]]:
    """Return how many pairs stand in the table, and for each block where its pairs do; -1 where one does not.

    They are in order by weight, descending, then by their nodes.
    """
    import numpy as np

    of_block: deque[npt.NDArray[Any]] = deque(
        measured.of("npmi", cells) if source == "npmi" else getattr(pairs, source) for pairs, cells in blocks
    )
    order = _by_nodes(blocks)
    if compiled and order is None and fdr is None and of_block[0].dtype.kind == "i":
        return sum(map(len, of_block)), _places_by_count(of_block)
    weights = np.concatenate(of_block)
    passed = None
    if source == "npmi":
        passed = weights > 0
    if fdr is not None:
        below = np.concatenate([measured.of("q_value", cells) for _, cells in blocks]) <= fdr
        passed = below if passed is None else passed & below
    order = np.arange(len(weights)) if order is None else order
    if passed is not None:
        order = order[passed[order]]
    places = np.full(len(weights), -1, np.int32)
    places[order] = _places_by_weight(weights[order])
    return len(order), iter(np.split(places, np.cumsum([len(cells) for _, cells in blocks])[:-1]))


def _places_by_count(of_block: deque[Integers]) -> Iterator[Integers]:
    """Yield the place of each count of some blocks, which are in order, as `_places` does; in compiled loops."""
    import numpy as np

    from kg.network.counting.kernels import next_places

    top = max(int(counts.max(initial=0)) for counts in of_block)
    repeats = np.zeros(top + 1, np.int64)
    for counts in of_block:
        repeats += np.bincount(top - counts, minlength=top + 1)
    free = (np.cumsum(repeats) - repeats).astype(np.int32)
    while of_block:
        yield next_places(of_block.popleft(), top, free)  # counts that leave memory, as their block does


def _by_nodes(blocks: Blocks) -> Integers | None:
    """Return what puts pairs in order by their nodes; None where they are, as blocks of one species are."""
    import numpy as np

    lefts = [pairs.left for pairs, _ in blocks]
    ends = [left[[0, -1]] for left in lefts if len(left)]
    if all(one[1] <= other[0] for one, other in pairwise(ends)):
        return None
    return np.lexsort((np.concatenate([pairs.right for pairs, _ in blocks]), np.concatenate(lefts)))


def _places_by_weight(weights: npt.NDArray[Any]) -> Integers:
    """Return the place of each weight in descending order; equal ones keep their order."""
    import numpy as np

    top = weights.max(initial=0)
    if weights.dtype.kind == "i" and top < 2**16:
        order = np.argsort((top - weights).astype(np.uint16), kind="stable")  # a radix sort
    else:
        # Twice as fast as a stable sort: equal weights are put in order once they are neighbours.
        order = np.argsort(weights)[::-1]
        starts = run_starts(weights[order])
        rank = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
        order = np.sort(rank << 32 | order) & 0xFFFFFFFF
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def _columns(
    blocks: Blocks, n: int, places: Iterator[Integers], *, newman: bool, compiled: bool
) -> dict[str, npt.NDArray[Any]]:
    """Return what stands in blocks as columns of the pairs that have a place, and their cells; blocks are used up."""
    import numpy as np

    whole = ("left", "right", "n_figures", "n_papers", "first_year")
    real = ("fractional", "newman") if newman else ("fractional",)
    columns: dict[str, npt.NDArray[Any]] = {name: np.empty(n, np.int32) for name in (*whole, "cells")}
    columns |= {name: np.empty(n) for name in real}
    while blocks:
        pairs, cells = blocks.popleft()  # which leave memory once they stand in their places
        part = next(places)
        for name in (*whole, *real):
            _put(getattr(pairs, name), part, columns[name], compiled=compiled)
        _put(cells, part, columns["cells"], compiled=compiled)
    return columns


def _put(values: npt.NDArray[Any], places: Integers, column: npt.NDArray[Any], *, compiled: bool) -> None:
    """Write values to their places in a column; one whose place is below 0 is left out."""
    if compiled:
        from kg.network.counting.kernels import put

        put(values, places, column)
    else:
        kept = places >= 0
        column[places[kept]] = values[kept]
