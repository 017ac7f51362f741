"""What the counts of a network's pairs say against chance: every statistic once for all pairs that are alike.

The statistics of a pair follow from its count, the degrees of its two nodes, and their species. Of millions of pairs
most are alike in all of these, so that each combination is looked at once, and stands for its pairs.
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

__all__ = ["STATISTICS", "Chance", "Null"]

Null = Literal["hypergeometric", "configuration"]

STATISTICS = ("expected", "log_ratio", "npmi", "jaccard", "odds_ratio", "p_value", "log10_p", "q_value")
"""The statistics of a pair, in the order of the columns of a table."""

_CELLS = 32_000_000  # in which the combinations of small counts are looked up
_AT_A_TIME = 65_536  # combinations, so that what is in between stays in the processor's cache
_SMALL = 16  # the greatest such count; greater ones are rare, and hardly two pairs of them alike


@dataclass(frozen=True, slots=True)
class Margins:
    """How often nodes stand anywhere: for each node its species, and in how many units it stands; and the reverse.

    A unit is a figure, or a paper, of one species. Species are numbers from 0.
    """

    species: Numbers
    degree: Numbers
    unit_species: Numbers
    unit_degree: Numbers


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
    """

    def __init__(self, evidence: Evidence, *, unit: Literal["unit", "paper"]) -> None:
        import numpy as np

        self._margins = _margins(evidence, unit)
        species, degree = self._margins.species, self._margins.degree
        width = int(degree.max(initial=0)) + 1
        classes, self._class = np.unique(species * width + degree, return_inverse=True)
        self._species, self._degree = np.divmod(classes, width)
        n, first = len(classes), np.arange(len(classes))
        self._before = first * (2 * n - first - 1) // 2  # pairs of classes before those of each one
        self._n_classes = max(n * (n + 1) // 2, 1)  # pairs of them
        self._n_small = min(_CELLS // self._n_classes, _SMALL)
        # One more than the row, and 0 where there is none; those of count 1, by far the most, are near one another.
        self._row_of = np.zeros(self._n_classes * self._n_small, np.int32)
        self._combinations: list[tuple[Numbers, Numbers, Numbers]] = []
        self._repeats = np.zeros(1024, np.int32)
        self._n_rows = 0
        self._compiled = pays(count_listed(evidence))

    def rows(self, left: Numbers, right: Numbers, count: Numbers) -> Numbers:
        """Return for each pair the row of the statistics that are its own; pairs must not be told of twice."""
        import numpy as np

        if self._compiled:
            return self._rows_in_a_loop(left, right, count)
        a, b = self._classes_of(left, right)
        rows = np.empty(len(count), np.int32)
        small = np.flatnonzero(count <= self._n_small)
        cell = (count[small] - 1) * np.int64(self._n_classes) + self._before[a[small]] + b[small]
        # Of new cells one pair each stays in the table: it says what the combination is.
        new = np.flatnonzero(self._row_of[cell] == 0)
        self._row_of[cell[new]] = new
        first = new[self._row_of[cell[new]] == new]
        where = small[first]
        self._row_of[cell[first]] = self._add(a[where], b[where], count[where]) + 1
        rows[small] = self._row_of[cell] - 1
        large = np.flatnonzero(count > self._n_small)
        rows[large] = self._add(a[large], b[large], count[large])
        np.add.at(self._repeats, rows, 1)
        return rows

    def _rows_in_a_loop(self, left: Numbers, right: Numbers, count: Numbers) -> Numbers:
        """Return the same as `rows`, but for how the rows are numbered, from a loop that numba compiles."""
        from kg.network.chance.kernels import number_rows

        self._make_room(len(count))
        classes = self._class, self._before, self._n_classes
        table = self._row_of, self._n_small, self._repeats
        rows, new = number_rows(left, right, count, classes, table, self._n_rows)
        self._add(*self._classes_of(left[new], right[new]), count[new])
        return rows

    def _classes_of(self, left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
        """Return the classes of the nodes of pairs, the smaller first."""
        import numpy as np

        a, b = self._class[left], self._class[right]
        return np.minimum(a, b), np.maximum(a, b)

    def _add(self, a: Numbers, b: Numbers, count: Numbers) -> Numbers:
        """Return the rows of new combinations."""
        import numpy as np

        self._make_room(len(count))
        self._combinations.append((a, b, count))
        first, self._n_rows = self._n_rows, self._n_rows + len(count)
        return np.arange(first, self._n_rows, dtype=np.int32)

    def _make_room(self, n_new: int) -> None:
        """Let there be room for the repeats of more rows."""
        import numpy as np

        if self._n_rows + n_new > len(self._repeats):
            self._repeats = np.append(self._repeats, np.zeros(self._n_rows + n_new, np.int32))

    def measure(self, null: Null) -> dict[str, Reals]:
        """Return the `STATISTICS`, a row a combination.

        Parameters
        ----------
        null
            ``hypergeometric`` keeps in how many units each gene stands; ``configuration`` also how many genes each
            unit holds. It gives what is expected, and p; npmi and the odds ratio look at the genes alone.
        """
        import numpy as np

        none = np.empty(0, np.int64)
        a, b, count = (np.concatenate(part) for part in zip((none,) * 3, *self._combinations, strict=True))
        columns = self._columns(count, self._degree[a], self._degree[b], self._species[a], null)
        n_nodes = np.bincount(self._margins.species)
        n_tests = int((n_nodes * (n_nodes - 1) // 2).sum())
        repeats = self._repeats[: len(count)]
        log10_q = statistics.benjamini_hochberg(columns["log10_p"], n_tests=n_tests, repeats=repeats)
        columns["p_value"], columns["q_value"] = 10 ** columns["log10_p"], 10**log10_q
        return {name: columns[name] for name in STATISTICS}

    def _columns(self, count: Numbers, n_a: Numbers, n_b: Numbers, species: Numbers, null: Null) -> dict[str, Reals]:
        import numpy as np

        margins = self._margins
        n = np.bincount(margins.unit_species)[species]
        expected, log10_p = np.empty(len(count)), np.empty(len(count))
        known = np.flatnonzero(np.bincount(species))
        for one in known:
            of = slice(None) if len(known) == 1 else species == one  # without copies of what is all
            if null == "hypergeometric":
                expected[of] = statistics.expected_count(n_a[of], n_b[of], n[of])
                log10_p[of] = statistics.hypergeometric_log10_p(
                    count[of], n_a[of], n_b[of], int(n[of][0]), compiled=self._compiled
                )
            else:
                degrees = margins.degree[margins.species == one], margins.unit_degree[margins.unit_species == one]
                model = fit_configuration_model(*degrees)
                expected[of] = model.expected_count(n_a[of], n_b[of])
                log10_p[of] = model.log10_p(count[of], n_a[of], n_b[of])
        columns = {"expected": expected, "log10_p": log10_p}
        columns |= {name: np.empty(len(count)) for name in ("log_ratio", "npmi", "jaccard", "odds_ratio")}
        for start in range(0, len(count), _AT_A_TIME):
            part = slice(start, start + _AT_A_TIME)
            values = count[part], n_a[part], n_b[part]
            columns["log_ratio"][part] = statistics.log_ratio(count[part], expected[part])
            columns["npmi"][part] = statistics.npmi(*values, n[part])
            columns["jaccard"][part] = statistics.jaccard(*values)
            columns["odds_ratio"][part] = statistics.odds_ratio(*values, n[part])
        return columns


def _margins(evidence: Evidence, unit: str) -> Margins:
    import numpy as np

    n_nodes = max(evidence.nodes.height, 1)
    species = evidence.nodes.get_column("species").rank("dense").to_numpy().astype(np.int64) - 1
    place = evidence.support.get_column(unit).to_numpy() * n_nodes + evidence.support.get_column("node").to_numpy()
    units, nodes = np.divmod(distinct(place), n_nodes)
    starts = run_starts(units)
    degree = np.bincount(nodes, minlength=evidence.nodes.height)
    return Margins(species, degree, species[nodes[starts]], np.diff(starts, append=len(units)))
