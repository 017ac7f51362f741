"""Trends: pairs by year, and pairs that rise faster than their genes do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from kg.errors import QueryError, check_choice
from kg.network.chance.statistics import benjamini_hochberg, expected_count
from kg.network.counting.evidence import EvidenceOptions, Level, read_evidence
from kg.network.counting.pairs import count_pairs
from kg.network.counting.support import count_distinct

if TYPE_CHECKING:
    from typing import Unpack

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.folder import Folder
    from kg.network.counting.evidence import Evidence, Expand, Tier

    Integers = npt.NDArray[np.integer[Any]]
    Reals = npt.NDArray[np.float64]

__all__ = ["TrendOptions", "pairs_by_year", "trends"]


class TrendOptions(EvidenceOptions, total=False):
    """The options that `trends` and `pairs_by_year` share, for functions that hand them on."""


def trends(
    folder: Folder,
    *,
    split: int | None = None,
    tier: Tier = "all",
    level: Level = "paper",
    expand: Expand = "fractional",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    min_count: int = 3,
    collapse_reused: bool = False,
) -> pl.DataFrame:
    r"""Return how the pairs of a network grew from the earlier to the later years, against the growth of their genes.

    In each of two periods :math:`t` let :math:`n_a^t` and :math:`n_b^t` of :math:`N^t` papers hold the two genes, so
    that :math:`E^t = n_a^t n_b^t / N^t` would hold both by chance, and let :math:`c_t` be the papers in which they
    pair. If the pair is as much above chance in the one period as in the other, whatever that is, then of its
    :math:`c = c_1 + c_2` papers :math:`c_2` are later with a binomial distribution,

    .. math:: c_2 \mid c \sim \mathrm{Binomial}\bigl(c,\; E^2 / (E^1 + E^2)\bigr),

    and p is the chance of :math:`c_2` or more: the exact conditional test of two Poisson rates. A pair does not rise
    because its genes do, or because more is published. A pair of a gene that the earlier papers do not hold cannot be
    seen to rise: its p is 1.

    Parameters
    ----------
    folder
        A finished build.
    split
        The first of the later years. By default the year that parts the papers most evenly.
    tier, expand, organism, collapse_reused
        As for `kg.network.cooccurrence`.
    level
        ``paper`` (default) or ``figure``. The figures of a paper are not independent of one another, and the test
        takes what it counts to be so: with figures, p is too small.
    since, until
        First and last year; papers without a year are left out in any case.
    min_count
        Pairs of fewer papers, or figures, in all years are not tested.

    Returns
    -------
    polars.DataFrame
        A row a pair that was tested: ``symbol_a``, ``symbol_b``, ``ncbigene_a``, ``ncbigene_b``, ``count``,
        ``first_year``, ``earlier``, ``later`` (:math:`c_1, c_2`), ``expected_later`` (:math:`c E^2 / (E^1 + E^2)`),
        ``rate_ratio`` (:math:`\frac{c_2 + ½}{c_1 + ½} \cdot \frac{E^1}{E^2}`; null where one of the periods
        lacks one of the genes), ``p_value``, ``log10_p``, ``q_value`` (Benjamini-Hochberg over these pairs). By p, then
        the rate ratio, descending, then the ids.

    Raises
    ------
    QueryError
        If an option has a value that it does not know, or there are no two years to compare.
    NotFoundError
        If the build has no gene of the organism.
    BuildError
        If the build lacks a table.

    References
    ----------
    The conditional test: Przyborowski and Wilenski 1940, doi:10.2307/2332612. That leaving out rare pairs
    keeps q right: Bourgon et al. 2010, doi:10.1073/pnas.0914005107.

    Examples
    --------
    >>> import kg
    >>> table = trends(kg.build("seeds/"), min_count=2)
    >>> table.filter(symbol_a="IL6", symbol_b="STAT3").select("first_year", "earlier", "later", "p_value").row(0)
    (2018, 1, 1, 0.75)
    """
    import numpy as np
    import polars as pl

    evidence = _of_known_years(
        folder,
        level,
        tier=tier,
        expand=expand,
        organism=organism,
        since=since,
        until=until,
        collapse_reused=collapse_reused,
    )
    first_later = _split(evidence, split)
    periods = [
        evidence.support.filter(pl.col("year") < first_later),
        evidence.support.filter(pl.col("year") >= first_later),
    ]
    total = _count(evidence, level, expand, min_count=min_count)
    key = total["key"]
    earlier = _look_up(_count(replace(evidence, support=periods[0]), level, expand), key)
    later = total["count"] - earlier
    a, b = np.divmod(key, evidence.nodes.height)
    expected = [_expected(evidence, period, level, a, b) for period in periods]
    both = expected[0] + expected[1]
    share = np.divide(expected[1], both, out=np.ones(len(both)), where=both > 0)
    log10_p = _binomial_log10_p(later, total["count"], share)
    comparable = (expected[0] > 0) & (expected[1] > 0)
    ratio = (later + 0.5) / (earlier + 0.5) * expected[0] / np.where(comparable, expected[1], 1)
    table = _named(evidence, a, b).with_columns(
        pl.Series("count", total["count"], dtype=pl.Int64),
        pl.Series("first_year", total["first_year"], dtype=pl.Int64),
        pl.Series("earlier", earlier, dtype=pl.Int64),
        pl.Series("later", later, dtype=pl.Int64),
        pl.Series("expected_later", total["count"] * share),
        pl.when(pl.Series(comparable)).then(pl.Series(ratio)).alias("rate_ratio"),
        pl.Series("p_value", 10**log10_p),
        pl.Series("log10_p", log10_p),
        pl.Series("q_value", 10 ** benjamini_hochberg(log10_p, n_tests=len(log10_p))),
        pl.Series("key", key),
    )
    return table.sort("log10_p", "rate_ratio", "key", descending=[False, True, False], nulls_last=True).drop("key")


def pairs_by_year(
    folder: Folder,
    *,
    tier: Tier = "all",
    level: Level = "paper",
    expand: Expand = "fractional",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    min_count: int = 1,
    collapse_reused: bool = False,
) -> pl.DataFrame:
    """Return in how many papers, or figures, of each year the pairs of a network pair.

    Parameters
    ----------
    folder
        A finished build.
    tier, level, expand, organism, since, until, min_count, collapse_reused
        As for `trends`; `min_count` is of all years together.

    Returns
    -------
    polars.DataFrame
        ``symbol_a``, ``symbol_b``, ``ncbigene_a``, ``ncbigene_b``, ``year``, ``count``: a row a pair and year with a
        count, by the ids and the year. The counts of a pair add up to its count in the network of the same options,
        papers without a year aside.

    Raises
    ------
    QueryError, NotFoundError, BuildError
        As for `trends`.

    Examples
    --------
    >>> import kg
    >>> table = pairs_by_year(kg.build("seeds/"), min_count=2)
    >>> table.filter(symbol_a="IL6", symbol_b="STAT3").select("year", "count").rows()
    [(2018, 1), (2020, 1)]
    """
    import numpy as np
    import polars as pl

    evidence = _of_known_years(
        folder,
        level,
        tier=tier,
        expand=expand,
        organism=organism,
        since=since,
        until=until,
        collapse_reused=collapse_reused,
    )
    key = _count(evidence, level, expand, min_count=min_count)["key"]
    parts = []
    for year in evidence.support.get_column("year").unique().sort():
        of_year = _count(replace(evidence, support=evidence.support.filter(pl.col("year") == year)), level, expand)
        kept = np.isin(of_year["key"], key, assume_unique=True)
        counts = {"key": of_year["key"][kept], "count": of_year["count"][kept].astype(np.int64)}
        parts.append(pl.DataFrame(counts).with_columns(pl.lit(year, dtype=pl.Int64).alias("year")))
    schema = {"key": pl.Int64, "count": pl.Int64, "year": pl.Int64}
    table = pl.concat([pl.DataFrame(schema=schema), *parts]).sort("key", "year")
    a, b = np.divmod(table.get_column("key").to_numpy(), max(evidence.nodes.height, 1))
    return pl.concat([_named(evidence, a, b), table.select("year", "count")], how="horizontal")


def _of_known_years(folder: Folder, level: str, **options: Unpack[EvidenceOptions]) -> Evidence:
    """Return the evidence of papers whose year is known."""
    import polars as pl

    check_choice("level", level, get_args(Level))
    evidence = read_evidence(folder, **options)
    return replace(evidence, support=evidence.support.filter(pl.col("year") > 0))


def _split(evidence: Evidence, split: int | None) -> int:
    """Return the first of the later years."""
    import polars as pl

    # A paper has a number for each of its species; it counts once.
    paper = pl.col("paper") // evidence.n_species
    papers = evidence.support.select(paper, "year").unique().group_by("year").len().sort("year")
    years = papers.get_column("year").to_list()
    if len(years) < 2:
        known = f"all are of {years[0]}" if years else "no paper has a year"
        raise QueryError(f"there are no two years to compare: {known}")
    if split is None:
        before = papers.select(pl.col("len").cum_sum()).to_series().to_list()
        # The later part of two equally even ones: it has the more years before it.
        halves = [(abs(2 * n - before[-1]), -year, year) for n, year in zip(before[:-1], years[1:], strict=True)]
        return int(min(halves)[2])
    if not years[0] < split <= years[-1]:
        raise QueryError(f"split {split} parts nothing: the papers are of {years[0]} to {years[-1]}")
    return split


def _count(evidence: Evidence, level: Level, expand: Expand, *, min_count: int = 1) -> dict[str, Integers]:
    """Return the pairs by key, left node times the number of nodes plus right, with count and first year."""
    import numpy as np

    if min_count < 1:
        raise QueryError(f"min_count {min_count} is too small; a pair counts at least 1")
    columns: dict[str, list[Integers]] = {"key": [np.empty(0, np.int64)], "count": [], "first_year": []}
    columns["count"], columns["first_year"] = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    blocks = (
        count_pairs(evidence, by_paper=level == "paper", within_tokens=expand == "full")
        if evidence.support.height
        else ()
    )
    for pairs in blocks:
        count = pairs.n_papers if level == "paper" else pairs.n_figures
        keep = count >= min_count
        columns["key"].append(pairs.left[keep].astype(np.int64) * evidence.nodes.height + pairs.right[keep])
        columns["count"].append(count[keep])
        columns["first_year"].append(pairs.first_year[keep])
    found = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.argsort(found["key"])
    return {name: values[order] for name, values in found.items()}


def _look_up(counts: dict[str, Integers], key: Integers) -> Integers:
    """Return the count of each key; 0 where there is none."""
    import numpy as np

    known = np.append(counts["key"], -1)
    place = counts["key"].searchsorted(key)
    found: Integers = np.where(known[place] == key, np.append(counts["count"], 0)[place], 0)
    return found


def _expected(evidence: Evidence, support: pl.DataFrame, level: Level, a: Integers, b: Integers) -> Reals:
    """Return in how many papers, or figures, of a period the two nodes of each pair would meet by chance."""
    import numpy as np
    import polars as pl

    unit = "paper" if level == "paper" else "unit"
    held = count_distinct(
        support.get_column(unit).to_numpy(), support.get_column("node").to_numpy(), evidence.nodes.height
    )
    species = evidence.nodes.get_column("species").rank("dense").to_numpy().astype(np.int64) - 1
    node = support.get_column("node").to_numpy()
    of_species = pl.DataFrame({"species": species[node], "unit": support.get_column(unit)})
    n = np.zeros(int(species.max(initial=0)) + 1, np.int64)
    for number, n_units in of_species.group_by("species").agg(pl.col("unit").n_unique()).iter_rows():
        n[number] = n_units
    return expected_count(held[a], held[b], np.maximum(n[species[a]], 1))


def _binomial_log10_p(later: Integers, count: Integers, share: Reals) -> Reals:
    """Return the logarithm to base 10 of the chance that as many or more of a count are later."""
    import numpy as np
    from scipy.special import betainc

    p = np.ones(len(later))
    some = later > 0
    p[some] = betainc(later[some], count[some] - later[some] + 1.0, share[some])
    with np.errstate(divide="ignore"):  # where nothing is expected to be later, and something is
        return np.minimum(np.log(p), 0) / math.log(10)


def _named(evidence: Evidence, a: Integers, b: Integers) -> pl.DataFrame:
    """Return the symbols and ids of pairs."""
    import polars as pl

    return pl.DataFrame(
        [
            evidence.nodes.get_column(column).gather(pl.Series(end)).alias(f"{name}_{place}")
            for name, column in (("symbol", "symbol"), ("ncbigene", "id"))
            for place, end in (("a", a), ("b", b))
        ]
    )
