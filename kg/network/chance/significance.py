"""What the counts of a network's pairs say against chance: every statistic once for all pairs that are alike.

The statistics of a pair follow from its count, the degrees of its two nodes, and their species. Of millions of pairs
most are alike in all of these, so that each combination is looked at once, and stands for its pairs. A combination of a
small count is known by its cell in a table of counts and of pairs of classes; nodes of one degree and species are one
class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kg.network.chance import statistics
from kg.network.chance.null_model import fit_configuration_model
from kg.network.counting.compiled import pays
from kg.network.counting.listing import count_listed
from kg.network.counting.runs import distinct, run_starts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kg.network.counting.evidence import Evidence

    Numbers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["STATISTICS", "Chance", "Measured", "Null"]

Null = Literal["hypergeometric", "configuration"]

STATISTICS = ("expected", "log_ratio", "npmi", "jaccard", "odds_ratio", "p_value", "log10_p", "q_value")
"""The statistics of a pair, in the order of the columns of a table."""

_CELLS = 32_000_000  # in which the combinations of small counts are looked up
_AT_A_TIME = 16_384  # combinations, so that their statistics stay in the processor's cache
_SMALL = 16  # the greatest such count; greater ones are rare, and hardly two pairs of them alike


@dataclass(frozen=True, slots=True)
class Measured:
    """The statistics of pairs, a row a combination.

    Attributes
    ----------
    row_of
        The row of each cell that `Chance.tell` returned.
    statistics
        Of each row the `STATISTICS`, in their order; those of a row are neighbours in memory.
    compiled
        Whether loops run that numba compiles.
    """

    row_of: Numbers
    statistics: Reals
    compiled: bool

    def of(self, name: str, cells: Numbers) -> Reals:
        """Return a statistic of the pairs of some cells."""
        column: Reals = self.statistics[:, STATISTICS.index(name)][self.row_of[cells]]
        return column

    def columns(self, cells: Numbers, order: Numbers) -> dict[str, Reals]:
        """Return the statistics of the pairs of some cells in an order, each as a column."""
        import numpy as np

        columns = np.empty((len(STATISTICS), len(order)))
        if self.compiled:
            from kg.network.chance.kernels import take_statistics

            take_statistics(cells, order, self.row_of, self.statistics, columns)
        else:
            rows = self.row_of[cells[order]]
            for number, column in enumerate(columns):
                column[:] = self.statistics[:, number][rows]
        return dict(zip(STATISTICS, columns, strict=True))


@dataclass(frozen=True, slots=True)
class Margins:
    """For each node its species, and in how many units it stands; and the species of each unit.

    A unit is a figure, or a paper, of one species. Species are numbers from 0.
    """

    species: Numbers
    degree: Numbers
    unit_species: Numbers


class Chance:
    """Measures pairs against chance, once it has been told of all of them.

    All pairs of two nodes of one species are tests, those that never meet too (of p = 1), so that neither a
    smallest count nor any other filter changes the false discovery rates.

    Parameters
    ----------
    evidence
        What the figures support.
    unit
        What is counted: the column ``unit`` or ``paper`` of the support.

    Attributes
    ----------
    n_most
        How many pairs there can be.
    compiled
        Whether loops run that numba compiles.
    """

    def __init__(self, evidence: Evidence, *, unit: Literal["unit", "paper"]) -> None:
        import numpy as np

        self._evidence, self._unit = evidence, unit
        self._margins = _margins(evidence, unit)
        species, degree = self._margins.species, self._margins.degree
        width = int(degree.max(initial=0)) + 1
        classes, class_of = np.unique(species * width + degree, return_inverse=True)
        self._class = class_of.astype(np.uint32)
        self._species, self._degree = (values.astype(np.int32) for values in np.divmod(classes, width))
        n, first = len(classes), np.arange(len(classes))
        self._before = first * (2 * n - first - 1) // 2  # pairs of classes before those of each one
        self._n_classes = max(n * (n + 1) // 2, 1)  # pairs of them
        self._n_small = min(_CELLS // self._n_classes, _SMALL)
        # How many pairs each cell has. Behind the cells of small counts each pair of a greater one has its own; there
        # is room for as many as there can be, which is no memory before it is used.
        n_listed = count_listed(evidence)
        self._free = self._n_classes * self._n_small
        self._repeats = np.zeros(self._free + n_listed // (self._n_small + 1), np.int32)
        self._greater: list[tuple[Numbers, Numbers, Numbers]] = []
        self.compiled = pays(n_listed)
        n_nodes = np.bincount(species)
        self._n_tests = int((n_nodes * (n_nodes - 1) // 2).sum())
        self.n_most = min(n_listed, self._n_tests)

    def tell(self, left: Numbers, right: Numbers, count: Numbers, cells: Numbers) -> None:
        """Write for each pair the cell of its combination; pairs must not be told of twice."""
        import numpy as np

        if self.compiled:
            from kg.network.chance.kernels import tell_pairs

            classes = self._class, self._before, self._n_classes
            greater = tell_pairs(left, right, count, classes, self._repeats, (self._n_small, self._free), cells)
        else:
            greater = np.flatnonzero(count > self._n_small)
            a, b = self._classes_of(left, right)
            cells[:] = (count - 1) * np.int64(self._n_classes) + self._before[a] + b
            cells[greater] = np.arange(self._free, self._free + len(greater))
            np.add.at(self._repeats, cells, 1)
        self._free += len(greater)
        a, b = self._classes_of(left[greater], right[greater])
        self._greater.append((a.astype(np.int32), b.astype(np.int32), count[greater]))

    def _classes_of(self, left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
        """Return the classes of the nodes of pairs, the smaller first."""
        import numpy as np

        a, b = self._class[left], self._class[right]
        return np.minimum(a, b), np.maximum(a, b)

    def _combinations(self, cells: Numbers) -> list[Numbers]:
        """Return the two classes and the count of the combination of each cell that has pairs, in order."""
        import numpy as np

        small = cells[: cells.searchsorted(self._n_classes * self._n_small)]
        n = len(self._degree)
        less = small // self._n_classes
        pair = small - less * self._n_classes
        a = np.repeat(np.arange(n, dtype=np.int32), np.arange(n, 0, -1))[pair]
        parts = [(a, (pair - self._before[a]).astype(np.int32), (less + 1).astype(np.int32)), *self._greater]
        return [np.concatenate(part) for part in zip(*parts, strict=True)]

    def measure(self, null: Null) -> Measured:
        """Return the statistics of the pairs that it was told of; it cannot be told of more.

        Parameters
        ----------
        null
            ``hypergeometric`` keeps in how many units each gene stands; ``configuration`` also how many genes each
            unit holds. It gives what is expected, and p; npmi and the odds ratio look at the genes alone.
        """
        import numpy as np

        cells = np.flatnonzero(self._repeats[: self._free] != 0)  # several times as fast as of numbers
        repeats = self._repeats[cells]
        self._repeats[cells] = np.arange(len(cells), dtype=np.int32)
        a, b, count = self._combinations(cells)
        n_a, n_b, species = self._degree[a], self._degree[b], self._species[a]
        expected, log10_p = self._expect(count, n_a, n_b, species, null)
        log10_q = statistics.benjamini_hochberg(log10_p, n_tests=self._n_tests, repeats=repeats)
        n_units = np.bincount(self._margins.unit_species)
        n: Numbers | int = int(n_units[0]) if len(n_units) == 1 else n_units[species]
        # From the processor's cache a row then takes a line, not two.
        table = np.empty((len(count) + 1, len(STATISTICS)))
        ahead = -table.ctypes.data % table.strides[0] // table.itemsize
        table = table.ravel()[ahead : ahead + table[1:].size].reshape(len(count), len(STATISTICS))
        for start in range(0, len(count), _AT_A_TIME):
            part = slice(start, start + _AT_A_TIME)
            values, n_all = (count[part], n_a[part], n_b[part]), n if isinstance(n, int) else n[part]
            columns = {
                "expected": expected[part],
                "log_ratio": statistics.log_ratio(count[part], expected[part]),
                "npmi": statistics.npmi(*values, n_all),
                "jaccard": statistics.jaccard(*values),
                "odds_ratio": statistics.odds_ratio(*values, n_all),
                "p_value": 10 ** log10_p[part],
                "log10_p": log10_p[part],
                "q_value": 10 ** log10_q[part],
            }
            for number, name in enumerate(STATISTICS):
                table[part, number] = columns[name]
        return Measured(self._repeats, table, self.compiled)

    def _expect(self, count: Numbers, n_a: Numbers, n_b: Numbers, species: Numbers, null: Null) -> tuple[Reals, Reals]:
        """Return what is expected of combinations, and the logarithm of p."""
        import numpy as np

        margins = self._margins
        expected, log10_p = np.empty(len(count)), np.empty(len(count))
        is_one = not len(species) or bool(species.min() == species.max())
        known = species[:1] if is_one else np.flatnonzero(np.bincount(species))
        for one in known:
            of = slice(None) if is_one else species == one  # without copies of what is all
            if null == "hypergeometric":
                n = int(np.count_nonzero(margins.unit_species == one))
                expected[of] = statistics.expected_count(n_a[of], n_b[of], n)
                log10_p[of] = statistics.hypergeometric_log10_p(count[of], n_a[of], n_b[of], n, compiled=self.compiled)
            else:
                model = fit_configuration_model(
                    margins.degree[margins.species == one], self._unit_degree()[margins.unit_species == one]
                )
                expected[of] = model.expected_count(n_a[of], n_b[of])
                log10_p[of] = model.log10_p(count[of], n_a[of], n_b[of])
        return expected, log10_p

    def _unit_degree(self) -> Numbers:
        """Return how many nodes each unit has."""
        import numpy as np

        support, n_nodes = self._evidence.support, max(self._evidence.nodes.height, 1)
        unit, node = (support.get_column(name).to_numpy() for name in (self._unit, "node"))
        units = distinct(unit * n_nodes + node) // n_nodes
        return np.diff(run_starts(units), append=len(units))


def _margins(evidence: Evidence, unit: str) -> Margins:
    import numpy as np

    nodes, units = evidence.support.get_column("node").to_numpy(), evidence.support.get_column(unit).to_numpy()
    species = evidence.nodes.get_column("species").rank("dense").to_numpy().astype(np.int64) - 1
    degree = evidence.nodes.get_column("n_papers" if unit == "paper" else "n_figures").to_numpy()
    some_node = np.full(int(units.max(initial=-1)) + 1, -1)
    some_node[units] = nodes  # those of a unit are of one species
    return Margins(species, degree, species[some_node[some_node >= 0]])
