"""What the counts of a network's pairs say against chance: every statistic once for all pairs that are alike.

The statistics of a pair follow from its count, the degrees of its two nodes, and their species. Of millions of pairs
most are alike in all of these, so that each combination is looked at once, and stands for its pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kg.network.chance import statistics
from kg.network.chance.null_model import fit_configuration_model
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
        n_pairs = max(n * (n + 1) // 2, 1)
        self._n_small = min(_CELLS // n_pairs, _SMALL)
        self._row_of = np.zeros(n_pairs * self._n_small, np.int32)  # one more than the row, and 0 where there is none
        self._combinations: list[tuple[Numbers, Numbers, Numbers]] = []
        self._repeats = np.zeros(1024, np.int64)
        self._n_rows = 0

    def rows(self, left: Numbers, right: Numbers, count: Numbers) -> Numbers:
        """Return for each pair the row of the statistics that are its own; pairs must not be told of twice."""
        import numpy as np

        a, b = self._class[left], self._class[right]
        a, b = np.minimum(a, b), np.maximum(a, b)
        rows = np.empty(len(count), np.int32)
        small = np.flatnonzero(count <= self._n_small)
        cell = (self._before[a[small]] + b[small]) * self._n_small + count[small] - 1
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

    def _add(self, a: Numbers, b: Numbers, count: Numbers) -> Numbers:
        """Return the rows of new combinations."""
        import numpy as np

        self._combinations.append((a, b, count))
        first, self._n_rows = self._n_rows, self._n_rows + len(count)
        if self._n_rows > len(self._repeats):
            self._repeats = np.append(self._repeats, np.zeros(self._n_rows, np.int64))
        return np.arange(first, self._n_rows, dtype=np.int32)

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
        for one in distinct(species):
            of = species == one
            if null == "hypergeometric":
                expected[of] = statistics.expected_count(n_a[of], n_b[of], n[of])
                log10_p[of] = statistics.hypergeometric_log10_p(count[of], n_a[of], n_b[of], int(n[of][0]))
            else:
                degrees = margins.degree[margins.species == one], margins.unit_degree[margins.unit_species == one]
                model = fit_configuration_model(*degrees)
                expected[of] = model.expected_count(n_a[of], n_b[of])
                log10_p[of] = model.log10_p(count[of], n_a[of], n_b[of])
        return {
            "expected": expected,
            "log_ratio": statistics.log_ratio(count, expected),
            "npmi": statistics.npmi(count, n_a, n_b, n),
            "jaccard": statistics.jaccard(count, n_a, n_b),
            "odds_ratio": statistics.odds_ratio(count, n_a, n_b, n),
            "log10_p": log10_p,
        }


def _margins(evidence: Evidence, unit: str) -> Margins:
    import numpy as np

    n_nodes = max(evidence.nodes.height, 1)
    species = evidence.nodes.get_column("species").rank("dense").to_numpy().astype(np.int64) - 1
    place = evidence.support.get_column(unit).to_numpy() * n_nodes + evidence.support.get_column("node").to_numpy()
    units, nodes = np.divmod(distinct(place), n_nodes)
    starts = run_starts(units)
    degree = np.bincount(nodes, minlength=evidence.nodes.height)
    return Margins(species, degree, species[nodes[starts]], np.diff(starts, append=len(units)))
