"""All pairs of some evidence with their statistics, as one table: counted, held against chance, and put in order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from kg.network.chance.significance import STATISTICS, Chance
from kg.network.counting.pairs import count_pairs
from kg.network.counting.room import Room
from kg.network.counting.runs import run_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.network.chance.significance import Measured, Null
    from kg.network.counting.evidence import Evidence

    Integers = npt.NDArray[np.integer[Any]]

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
    room = Room(chance.n_most)
    ends: list[tuple[np.integer[Any], np.integer[Any]]] = []  # left nodes of each block
    for block in count_pairs(
        evidence, by_paper=by_paper, within_tokens=within_tokens, newman=weight == "newman", room=room
    ):
        count = block.n_papers if by_paper else block.n_figures
        cells = room.rest("cells")[: len(count)]
        chance.tell(block.left, block.right, count, cells)
        keep = count >= min_count
        kept = block if keep.all() else block.where(keep)
        if len(kept.left):
            ends.append((kept.left[0], kept.left[-1]))
        room.fill(kept.columns() | {"cells": cells if kept is block else cells[keep]}, len(kept.left))
    measured = chance.measure(null)
    columns = room.columns()
    in_order = all(one[1] <= other[0] for one, other in pairwise(ends))
    source = {"count": "n_papers" if by_paper else "n_figures", "papers": "n_papers"}.get(weight, weight)
    order = _order(columns, measured, source, fdr, in_order=in_order)
    cells = columns.pop("cells")
    statistics = measured.columns(cells, order)
    free = cells, measured.statistics.reshape(-1)  # of no more use
    columns = _take(columns, order, free, compiled=chance.compiled) | statistics
    named = {"a": columns["left"], "b": columns["right"], "weight": columns[source]}
    table = pl.DataFrame(named | {name: columns[name] for name in TABLE_COLUMNS})
    return table.with_columns(pl.col("first_year").replace(0, None))


def _order(
    columns: Mapping[str, npt.NDArray[Any]], measured: Measured, source: str, fdr: float | None, *, in_order: bool
) -> Integers:
    """Return the order of the pairs that stand in the table: by weight, descending, then by their nodes.

    Pairs that are in order by their nodes need not be put in it, as those of one species.
    """
    import numpy as np

    weights: npt.NDArray[Any] = measured.of("npmi", columns["cells"]) if source == "npmi" else columns[source]
    if measured.compiled and in_order and fdr is None and weights.dtype.kind == "i":
        from kg.network.counting.kernels import order_by_count

        return order_by_count(weights)
    passed = weights > 0 if source == "npmi" else np.ones(len(weights), bool)
    if fdr is not None:
        passed &= measured.of("q_value", columns["cells"]) <= fdr
    order = np.flatnonzero(passed)
    if not in_order:
        order = order[np.lexsort((columns["right"][order], columns["left"][order]))]
    return order[_by_weight(weights[order])].astype(np.int32)


def _by_weight(weights: npt.NDArray[Any]) -> Integers:
    """Return the order of weights, descending; equal ones keep their order."""
    import numpy as np

    top = weights.max(initial=0)
    if weights.dtype.kind == "i" and top < 2**16:
        return np.argsort((top - weights).astype(np.uint16), kind="stable")  # a radix sort
    # Twice as fast as a stable sort: equal weights are put in order once they are neighbours.
    order = np.argsort(weights)[::-1]
    starts = run_starts(weights[order])
    rank = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    by_rank: Integers = np.sort(rank << 32 | order) & 0xFFFFFFFF
    return by_rank


def _take(
    columns: dict[str, npt.NDArray[Any]], order: Integers, free: Iterable[npt.NDArray[Any]], *, compiled: bool
) -> dict[str, npt.NDArray[Any]]:
    """Return columns in an order, in memory that is free, or becomes so: each is used up for the next of its kind."""
    import numpy as np

    taken = {}
    room = {values.dtype: values for values in free}
    while columns:
        name, values = columns.popitem()
        if not compiled:
            taken[name] = values[order]
            continue
        from kg.network.counting.kernels import take

        column = room.pop(values.dtype, values[:0])[: len(order)]
        taken[name] = column if len(column) == len(order) else np.empty(len(order), values.dtype)
        take(values, order, taken[name])
        room[values.dtype] = values
    return taken
