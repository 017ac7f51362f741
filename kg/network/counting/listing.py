"""The pairs of all figures, listed for a range of left nodes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.network.counting.runs import run_starts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from kg.network.counting.evidence import Evidence

    Integers = npt.NDArray[np.integer[Any]]
    Entries = Mapping[str, npt.NDArray[Any]]

__all__ = ["Listing", "count_listed"]

# Pairs of figures listed at a time, and cells to sum them in: so few that they stay in the processor's cache.
# A single node may exceed them.
_LISTED = 100_000
_CELLS = 1_000_000
# As many when a compiled loop sums them, which needs no cells: so many that their arrays are not too many.
_IN_A_LOOP = 1_000_000
_SHORT = 2**16


def count_listed(evidence: Evidence) -> int:
    """Return how many pairs of nodes all figures have."""
    import numpy as np

    size = np.diff(run_starts(evidence.support.get_column("figure").to_numpy()), append=evidence.support.height)
    return int((size * (size - 1) // 2).sum())


class Listing:
    """Lists the pairs of figures for a range of left nodes; `entries` stand by figure and node.

    Attributes
    ----------
    entries
        As given.
    by_node
        For compiled loops: where the entries of each node begin, and what `list_by_node` returns.
    rights
        For compiled loops: the nodes of the entries.
    """

    def __init__(self, entries: Entries, n_nodes: int, *, compiled: bool = False) -> None:
        import numpy as np

        self.entries = entries
        node = entries["node"]
        starts = np.append(run_starts(entries["figure"]), len(node))
        self._first = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=n_nodes))))
        if compiled:
            from kg.network.counting.kernels import list_by_node

            told = starts, self._first, node, entries["share"], entries["year"], entries.get("token")
            self.by_node = self._first, *list_by_node(*told)
            self._order, self._later = self.by_node[1:3]
            # Half as long where they can be, so that the more of them stay in the processor's cache.
            self.rights = node.astype(np.uint16) if n_nodes <= _SHORT else node
        else:
            size = np.diff(starts)
            later = np.repeat(starts[1:], size) - np.arange(len(node)) - 1  # entries of the figure after each one
            # By node and then figure: a radix sort, where the nodes' numbers are short.
            self._order = np.argsort(node.astype(np.uint16) if n_nodes <= _SHORT else node, kind="stable")
            self._later = later[self._order]
        self._listed = np.concatenate(([0], np.cumsum(self._later, dtype=np.int64)))

    def end_of_block(self, start: int, end: int) -> int:
        """Return where a block ends that starts with one node and stays before another."""
        listed = self._listed[self._first[start : end + 1]]
        stop = start + int(listed.searchsorted(listed[0] + _LISTED, side="right")) - 1
        return max(start + 1, min(stop, start + _CELLS // (end - start)))

    def end_of_loop(self, start: int, end: int) -> int:
        """Return where a block for a compiled loop ends, which needs no cells."""
        listed = self._listed[self._first[start : end + 1]]
        return max(start + 1, start + int(listed.searchsorted(listed[0] + _IN_A_LOOP, side="right")) - 1)

    def count(self, start: int, stop: int) -> int:
        """Return how many pairs the left nodes from one to another have in all figures."""
        return int(self._listed[self._first[stop]] - self._listed[self._first[start]])

    def pairs(self, start: int, stop: int) -> tuple[Integers, Integers, Integers]:
        """Return the pairs of left nodes with others: left entries, how many pairs each has, and all right entries.

        A node's entries are by figure, so that those of the earliest figures come last.
        """
        import numpy as np

        low, high = self._first[start], self._first[stop]
        left, n_pairs = self._order[low:high], self._later[low:high]
        skip = left + 1 - (self._listed[low:high] - self._listed[low])
        return left, n_pairs, np.arange(self._listed[high] - self._listed[low]) + np.repeat(skip, n_pairs)
