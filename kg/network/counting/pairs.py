"""Pairs: how often, and with what shares, two nodes pair; in blocks of left nodes, so that memory stays flat.

The pairs are the cells above the diagonal of ``B.T @ B``, where ``B`` is the incidence of figures by nodes. They are
not multiplied but listed, block by block and figure for figure, and summed into cells: half the work of the product,
the cells come in order, several sums share one list, and each pair of each figure can be looked at. That leaves out
the pairs of a single token, and counts a pair once in a paper, or in figures that are one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from kg.network.counting.compiled import pays
from kg.network.counting.listing import Listing, count_listed
from kg.network.counting.room import Room
from kg.network.counting.runs import run_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt

    from kg.network.counting.evidence import Evidence
    from kg.network.counting.listing import Entries

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["Pairs", "count_pairs"]

# A block of more cells than this for each pair of a figure is summed by sorting.
_SPARSE = 64
# Shares are square roots, so sums carry rounding; equal weights must be equal, or their order would be chance.
_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of nodes as arrays of one length, by `left` and then `right`.

    Attributes
    ----------
    left, right
        Rows of the two nodes; left is the smaller.
    n_figures
        In how many figures they pair; figures that are one count once.
    n_papers
        In how many papers.
    fractional
        Sum of the products of their shares over the figures or papers; to 12 decimals.
    newman
        Sum of 1/(n-1) over them, n the nodes of a figure; to 12 decimals. None where it was not asked for.
    first_year
        Of the earliest paper in which they pair; 0 where no year is known.
    """

    left: Integers
    right: Integers
    n_figures: Integers
    n_papers: Integers
    fractional: Reals
    newman: Reals | None
    first_year: Integers

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays by name, without any that was not asked for."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: values for name, values in columns.items() if values is not None}

    def where(self, keep: npt.NDArray[np.bool_]) -> Pairs:
        """Return some of the pairs."""
        return replace(self, **{name: values[keep] for name, values in self.columns().items()})


def count_pairs(
    evidence: Evidence, *, by_paper: bool, within_tokens: bool, newman: bool = False, room: Room | None = None
) -> Iterator[Pairs]:
    """Yield the pairs of the nodes of all figures, block by block of left nodes of one species.

    Parameters
    ----------
    evidence
        What the figures support.
    by_paper
        A pair adds to the sums once a paper, the largest value that it has in one of the paper's figures; otherwise
        once a figure, or once for figures that are one.
    within_tokens
        Nodes that share their only token pair too.
    newman
        Whether to sum 1/(n-1).
    room
        Where a block may stand, to be filled before the next one is asked for. By default each has memory of its own.

    Yields
    ------
    Pairs
        Those of some left nodes; each pair is in one block. Within a species the blocks are in order. There is at least
        one block.
    """
    import numpy as np

    species = evidence.nodes.get_column("species").rank("dense").to_numpy()
    inner = np.argsort(species, kind="stable").astype(np.int32)  # nodes of one species are neighbours, in their order
    ends = species[inner].searchsorted(species[inner], side="right")
    entries = _entries(evidence, inner, within_tokens=within_tokens, newman=newman)
    if not len(inner):
        none = np.empty(0, np.int32)
        yield Pairs(none, none, none, none, np.empty(0), np.empty(0) if newman else None, none)
        return
    compiled = pays(count_listed(evidence))
    listing = Listing(entries, len(inner), compiled=compiled)
    again = Listing({name: values[entries["again"]] for name, values in entries.items()}, len(inner))
    # How often a pair counts once only: in a paper, and in figures that are one.
    once = {"paper": "n_papers"} | ({} if np.array_equal(entries["unit"], entries["figure"]) else {"unit": "n_figures"})
    start = 0
    while start < len(inner):
        end = int(ends[start])
        stop = listing.end_of_loop(start, end) if compiled else listing.end_of_block(start, end)
        block = _Block(start, stop, end)
        if compiled:
            left, right, sums = block.sum_in_a_loop(listing, room or Room(block.most(listing)), newman=newman)
        else:
            left, right, sums = block.sum(listing, newman=newman)
            sums["n_papers"] = sums["n_figures"].copy()
        once_in = "paper" if by_paper else "unit"
        block.count_once(again, left, right, sums, once, unit=once_in, compiled=compiled)
        if ends[0] < len(inner):  # of one species the nodes have kept their numbers
            left, right = inner[left], inner[right]
        for values in sums.values():
            if values.dtype.kind == "f":
                _round(values, compiled=compiled)
        yield Pairs(left, right, **{"newman": None} | sums)
        start = stop


def _round(values: Reals, *, compiled: bool) -> None:
    if compiled:
        from kg.network.counting.kernels import round_off

        round_off(values, 10.0**_DECIMALS)
    else:
        values.round(_DECIMALS, out=values)


def _entries(evidence: Evidence, inner: Integers, *, within_tokens: bool, newman: bool) -> Entries:
    """Return what the figures support as arrays, by figure and node, with the nodes renumbered."""
    import numpy as np

    number = np.empty_like(inner)
    number[inner] = np.arange(len(inner))
    columns = ("figure", "unit", "paper", "year", "share", "token")
    entries = {name: evidence.support.get_column(name).to_numpy() for name in columns}
    # The nodes of a figure are of one species, so they are still in order.
    entries["node"] = number[evidence.support.get_column("node").to_numpy()]
    if within_tokens:
        del entries["token"]
    starts = run_starts(entries["figure"])
    size = np.diff(starts, append=len(entries["node"]))
    if newman:
        entries["newman"] = np.repeat(1 / np.maximum(size - 1, 1), size)
    entries["again"] = _stands_again(starts, entries["paper"], entries["node"])
    return entries


def _stands_again(starts: Integers, paper: Integers, node: Integers) -> npt.NDArray[np.bool_]:
    """Return which entries have a node that stands twice in their paper; no other can pair twice in it."""
    import numpy as np

    n_figures = np.bincount(paper[starts])  # species are numbers of their own in papers, as in figures
    some = np.flatnonzero((n_figures > 1)[paper])
    of_paper = paper[some] * (int(node.max(initial=0)) + 1) + node[some]
    order = np.argsort(of_paper)
    runs = np.diff(run_starts(of_paper[order]), append=len(order))
    again = np.zeros(len(paper), bool)
    again[some[order]] = np.repeat(runs > 1, runs)
    return again


class _Block:
    """The cells of the left nodes from one to another, paired with those from the first to the end of their species."""

    def __init__(self, start: int, stop: int, end: int) -> None:
        self.start = start
        self.end = end
        self.width = end - start
        self.n_cells = (stop - start) * self.width
        self.stop = stop

    def _cells(self, entries: Entries, left: Integers, n_pairs: Integers, right: Integers) -> Integers:
        """Return the cell of each pair; of two nodes that share their only token, the one behind the last."""
        import numpy as np

        node, token = entries["node"], entries.get("token")
        place = (node[left].astype(np.int64) - self.start) * self.width - self.start
        cells: Integers = node.take(right) + np.repeat(place, n_pairs)
        if token is not None and len(left):
            known = token[left]
            np.putmask(known, known < 0, -2)
            cells[token.take(right) == np.repeat(known, n_pairs)] = self.n_cells
        return cells

    def sum(self, listing: Listing, *, newman: bool) -> tuple[Integers, Integers, dict[str, Any]]:
        """Return the left and right nodes of all pairs, and the sums over all figures."""
        import numpy as np

        entries = listing.entries
        left, n_pairs, right = listing.pairs(self.start, self.stop)
        cell = self._cells(entries, left, n_pairs, right)
        known, n_cells = None, self.n_cells
        if len(cell) * _SPARSE < n_cells:
            known, cell = np.unique(np.append(cell, n_cells), return_inverse=True)
            cell, n_cells = cell[:-1], len(known) - 1
        count = np.bincount(cell, minlength=n_cells)[:n_cells]
        found = np.flatnonzero(count)
        products = entries["share"].take(right)
        products *= np.repeat(entries["share"][left], n_pairs)
        first_year = np.empty(n_cells + 1, np.int32)
        first_year[cell] = np.repeat(entries["year"][left], n_pairs)  # the last, so the earliest, stays
        sums = {
            "n_figures": count[found].astype(np.int32),
            "fractional": np.bincount(cell, products, n_cells)[found],
            "first_year": first_year[found],
        }
        if newman:
            sums["newman"] = np.bincount(cell, np.repeat(entries["newman"][left], n_pairs), n_cells)[found]
        left, right = np.divmod(found if known is None else known[found], self.width)
        return (self.start + left).astype(np.int32), (self.start + right).astype(np.int32), sums

    def most(self, listing: Listing) -> int:
        """Return how many pairs there can be."""
        return min(listing.count(self.start, self.stop), self.n_cells)

    def sum_in_a_loop(self, listing: Listing, room: Room, *, newman: bool) -> tuple[Integers, Integers, dict[str, Any]]:
        """Return the same as `sum`, and papers that are figures, from a loop that numba compiles; written to a room."""
        from kg.network.counting.kernels import sum_pairs

        entries = listing.entries
        whole = ("left", "right", "n_figures", "first_year", "n_papers")
        left, right, n_figures, first_year, n_papers = (room.rest(name) for name in whole)
        fractional = room.rest("fractional")
        by_newman = (entries["newman"], room.rest("newman")) if newman else None
        n_found = sum_pairs(
            (self.start, self.stop, self.end),
            listing.by_node,
            (listing.rights, entries["share"]),
            (left, right, n_figures, fractional, first_year),
            entries.get("token"),
            by_newman,
        )
        n_papers[:n_found] = n_figures[:n_found]
        sums: dict[str, Any] = {
            "n_figures": n_figures,
            "n_papers": n_papers,
            "fractional": fractional,
            "first_year": first_year,
        }
        if by_newman is not None:
            sums["newman"] = by_newman[1]
        return left[:n_found], right[:n_found], {name: values[:n_found] for name, values in sums.items()}

    def count_once(
        self,
        again: Listing,
        lefts: Integers,
        rights: Integers,
        sums: dict[str, Any],
        once: Mapping[str, str],
        *,
        unit: str,
        compiled: bool,
    ) -> None:
        """Count a pair once in a paper, or in figures that are one, with its largest values there."""
        import numpy as np

        entries = again.entries
        left, n_pairs, right = again.pairs(self.start, self.stop)
        cell = self._cells(entries, left, n_pairs, right)
        keep = cell < self.n_cells
        if not keep.any():
            return
        right, left = right[keep], np.repeat(left, n_pairs)[keep]
        if compiled:
            from kg.network.counting.kernels import find_pairs

            place = find_pairs(lefts, rights, entries["node"][left], entries["node"][right])
        else:
            place = ((lefts - self.start) * np.int64(self.width) + rights).searchsorted(cell[keep] + self.start)
        for name, count in once.items():
            of_pair = entries[name][left]
            order = np.lexsort((of_pair, place))
            starts = run_starts(place[order], of_pair[order])
            if len(starts) == len(place):
                continue
            where = place[order][starts]
            np.subtract.at(sums[count], where, (np.diff(starts, append=len(place)) - 1).astype(np.int32))
            if name == unit:
                values = {"fractional": entries["share"][left] * entries["share"][right]}
                if "newman" in sums:
                    values["newman"] = entries["newman"][left]
                for weight, value in values.items():
                    ordered = value[order]
                    surplus = np.add.reduceat(ordered, starts) - np.maximum.reduceat(ordered, starts)
                    np.subtract.at(sums[weight], where, surplus)
