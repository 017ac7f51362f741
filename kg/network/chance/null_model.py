r"""Chance that knows that some genes stand in many figures, and that some figures hold many genes.

The bipartite configuration model draws each gene of each figure on its own, with chances that keep how many figures
each gene stands in and how many genes each figure holds, on average, and are otherwise as random as can be. Two genes
are then often together if both are common, and the more so the more of all genes stand in a few large figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import QueryError
from kg.network.chance.poisson_binomial import poisson_binomial_log10_p

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["ConfigurationModel", "fit_configuration_model"]

_IMPOSSIBLE = "the configuration model does not converge: no figures have these numbers of genes"
_STEPS = 500
_TOLERANCE = 1e-9  # of a degree, relative


@dataclass(frozen=True, slots=True)
class ConfigurationModel:
    """A fitted bipartite configuration model; genes of one degree are alike in it, and so are figures.

    Attributes
    ----------
    gene_degrees, figure_degrees
        The distinct degrees, ascending: figures of a gene, and genes of a figure.
    n_figures
        How many figures have each of the `figure_degrees`.
    chances
        That a gene stands in a figure: one row for each of the `gene_degrees`, one column for each of the others.
    """

    gene_degrees: Numbers
    figure_degrees: Numbers
    n_figures: Numbers
    chances: Reals

    def expected_count(self, n_a: Numbers, n_b: Numbers) -> Reals:
        r"""Return how many figures would hold both of two genes: :math:`\sum_f p_{af} p_{bf}`.

        Parameters
        ----------
        n_a, n_b
            Arrays of one length: the degrees of the genes of each pair.
        """
        first, second = (self.gene_degrees.searchsorted(degree) for degree in (n_a, n_b))
        products: Reals = (self.chances * self.n_figures) @ self.chances.T
        return products[first, second]

    def log10_p(self, count: Numbers, n_a: Numbers, n_b: Numbers) -> Reals:
        r"""Return the logarithm to base 10 of the chance that as many figures or more would hold both genes.

        The number of common figures is Poisson-binomial, with the chance :math:`p_{af} p_{bf}` in each figure.

        Parameters
        ----------
        count, n_a, n_b
            Arrays of one length: common figures, and the degrees of the genes of each pair.
        """
        first, second = (self.gene_degrees.searchsorted(degree) for degree in (n_a, n_b))
        return poisson_binomial_log10_p(count, first, second, self.chances, self.n_figures)


def fit_configuration_model(genes: Numbers, figures: Numbers) -> ConfigurationModel:
    r"""Return the bipartite configuration model of some degrees.

    Of all distributions over the ways to put genes into figures that keep each degree on average it is the one of
    greatest entropy: gene :math:`g` stands in figure :math:`f` with the chance
    :math:`p_{gf} = x_g y_f / (1 + x_g y_f)`. The fitnesses :math:`x, y` maximise a concave likelihood, here by Newton's
    method over the distinct degrees, of which there are few. A gene in all figures, and a figure with all genes, are
    certain, and are taken out before, until none is left.

    Parameters
    ----------
    genes
        In how many figures each gene stands; at least 1.
    figures
        How many genes each figure holds; at least 1, of the same sum.

    Raises
    ------
    QueryError
        If no way to put genes into figures has these degrees.

    References
    ----------
    Saracco et al. 2015, doi:10.1038/srep10595; Saracco et al. 2017 (common neighbours), doi:10.1088/1367-2630/aa6b38;
    Vallarano et al. 2021 (Newton's method), doi:10.1038/s41598-021-93830-4.

    Examples
    --------
    >>> import numpy as np
    >>> model = fit_configuration_model(np.array([1, 1, 2]), np.array([1, 1, 1, 1]))
    >>> model.chances.round(6).tolist()
    [[0.25], [0.5]]
    >>> model.expected_count(np.array([1]), np.array([2])).round(6).tolist()
    [0.5]
    """
    import numpy as np

    if int(genes.sum()) != int(figures.sum()):
        raise QueryError(f"degrees of genes add up to {genes.sum()}, those of figures to {figures.sum()}")
    gene_degrees, n_genes = np.unique(genes, return_counts=True)
    figure_degrees, n_figures = np.unique(figures, return_counts=True)
    chances = np.zeros((len(gene_degrees), len(figure_degrees)))
    row, column = np.arange(len(gene_degrees)), np.arange(len(figure_degrees))
    of_row, of_column = gene_degrees.copy(), figure_degrees.copy()
    while True:
        most_of_row, most_of_column = n_figures[column].sum(), n_genes[row].sum()
        ends = (of_row, most_of_row), (of_column, most_of_column)
        if any(degree.min(initial=0) < 0 or degree.max(initial=0) > most for degree, most in ends):
            raise QueryError(_IMPOSSIBLE)
        full_row, full_column = of_row == most_of_row, of_column == most_of_column
        if not (full_row.any() or full_column.any() or (of_row == 0).any() or (of_column == 0).any()):
            break
        # Certain genes go first: a figure that holds nothing but them is then empty, and so is a gene without figures.
        if full_row.any():
            chances[np.ix_(row[full_row], column)] = 1
            of_column = of_column - n_genes[row[full_row]].sum()
            row, of_row = row[~full_row], of_row[~full_row]
        elif full_column.any():
            chances[np.ix_(row, column[full_column])] = 1
            of_row = of_row - n_figures[column[full_column]].sum()
            column, of_column = column[~full_column], of_column[~full_column]
        else:
            row, of_row = row[of_row > 0], of_row[of_row > 0]
            column, of_column = column[of_column > 0], of_column[of_column > 0]
    if len(row) and len(column):
        chances[np.ix_(row, column)] = _fit(of_row, n_genes[row], of_column, n_figures[column])
    return ConfigurationModel(gene_degrees, figure_degrees, n_figures, chances)


def _fit(rows: Numbers, n_rows: Numbers, columns: Numbers, n_columns: Numbers) -> Reals:
    """Return the chances that give the degrees, none of which is empty or full."""
    import numpy as np

    ends = float(rows @ n_rows)
    x, y = np.log(rows / ends**0.5), np.log(columns / ends**0.5)
    loss = np.inf
    step_x, step_y, length = np.zeros_like(x), np.zeros_like(y), 1.0
    for _ in range(_STEPS):
        tried_x, tried_y = x + length * step_x, y + length * step_y
        exponent = tried_x[:, None] + tried_y
        tried = n_rows @ np.logaddexp(0, exponent) @ n_columns - n_rows * rows @ tried_x - n_columns * columns @ tried_y
        if tried > loss + 1e-12 * abs(loss):
            length /= 2
            continue
        x, y, loss, length = tried_x, tried_y, tried, 1.0
        chances = 1 / (1 + np.exp(-exponent))
        over_x, over_y = chances @ n_columns - rows, n_rows @ chances - columns
        if max(np.abs(over_x / rows).max(), np.abs(over_y / columns).max()) < _TOLERANCE:
            fitted: Reals = chances
            return fitted
        step_x, step_y = _newton(chances * (1 - chances), n_rows, n_columns, over_x, over_y)
    raise QueryError(_IMPOSSIBLE)


def _newton(slopes: Reals, n_rows: Numbers, n_columns: Numbers, over_x: Reals, over_y: Reals) -> tuple[Reals, Reals]:
    """Return Newton's step; the rows are eliminated, so that a system of the size of the columns remains."""
    import numpy as np

    of_x, of_y = slopes @ n_columns, n_rows @ slopes
    inner = (slopes * (n_rows / of_x)[:, None]).T @ (slopes * n_columns)
    # One number may be added to all x and taken from all y: of all solutions the shortest.
    right = (slopes * n_rows[:, None]).T @ (over_x / of_x) - over_y
    step_y: Reals = np.linalg.lstsq(np.diag(of_y) - inner, right)[0].astype(np.float64)
    return -(over_x + slopes @ (n_columns * step_y)) / of_x, step_y
