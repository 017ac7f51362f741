"""How well a network's pairs agree with a library of gene sets: AUROC, average precision, precision at k.

A pair of genes is *positive* if some set of the library holds both. A score is good if positive pairs score high.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.gmt import GeneSet

    Integers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

__all__ = ["AT", "MAX_SIZE", "Ranking", "evaluate", "rank_pairs"]

MAX_SIZE = 200
"""Genes of the largest set that `evaluate` believes by default: to stand together in a larger one says little."""

AT = (100, 1_000, 10_000)
"""How many of the first pairs `evaluate` looks at by default."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores in groups of equal values, the highest first: how many there are up to the end of each, and how many hits.

    Attributes
    ----------
    n
        Pairs up to the end of each group.
    n_positive
        Positive pairs among them.
    """

    n: Integers
    n_positive: Integers

    def with_last(self, n: int, n_positive: int) -> Ranking:
        """Return the ranking with one more group of equals behind all others, unless `n` is 0."""
        import numpy as np

        if n == 0:
            return self
        ends = [0, 0] if not len(self.n) else [int(self.n[-1]), int(self.n_positive[-1])]
        return Ranking(np.append(self.n, ends[0] + n), np.append(self.n_positive, ends[1] + n_positive))

    def auroc(self) -> float | None:
        """Return the area under the receiver operating characteristic; None without positives or negatives.

        It is the probability that a random positive pair scores higher than a random negative one, where equal scores
        count one half.

        References
        ----------
        Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.
        """
        import numpy as np

        hits = np.diff(self.n_positive, prepend=0)
        misses = np.diff(self.n, prepend=0) - hits
        n_hits, n_misses = int(hits.sum()), int(misses.sum())
        if not n_hits or not n_misses:
            return None
        # A miss loses against the hits before it, and half against those of its own group.
        won = float((misses * (self.n_positive - hits / 2)).sum())
        return won / n_hits / n_misses

    def average_precision(self) -> float | None:
        r"""Return :math:`\sum_i (R_i - R_{i-1}) P_i` over the groups; None without positives.

        :math:`P_i` and :math:`R_i` are precision and recall of all pairs up to the end of group :math:`i`; nothing is
        interpolated. A random order has the fraction of positives.

        References
        ----------
        Davis and Goadrich 2006, doi:10.1145/1143844.1143874; the same sum as scikit-learn's
        ``average_precision_score``.
        """
        import numpy as np

        if not len(self.n) or not self.n_positive[-1]:
            return None
        hits = np.diff(self.n_positive, prepend=0)
        return float((hits * (self.n_positive / self.n)).sum() / self.n_positive[-1])

    def precision_at(self, k: int) -> float | None:
        """Return the fraction of positives among the first `k`; None where there are fewer.

        Of the group that `k` cuts, the mean over all orders counts.
        """
        import numpy as np

        if not len(self.n) or k > self.n[-1]:
            return None
        group = int(np.searchsorted(self.n, k))
        before, hits_before = (int(self.n[group - 1]), int(self.n_positive[group - 1])) if group else (0, 0)
        share = (k - before) / (int(self.n[group]) - before)
        return (hits_before + share * (int(self.n_positive[group]) - hits_before)) / k


def rank_pairs(scores: Any, positive: Any) -> Ranking:
    """Return the ranking of pairs by their scores, the highest first.

    Parameters
    ----------
    scores
        One number a pair; none is NaN.
    positive
        One truth value a pair.

    Examples
    --------
    >>> ranking = rank_pairs([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    >>> ranking.auroc(), round(ranking.average_precision(), 4), ranking.precision_at(2)
    (0.875, 0.8333, 0.75)
    """
    import numpy as np

    values = np.asarray(scores)
    order = np.argsort(values, kind="stable")[::-1]
    values = values[order]
    ends = np.append(np.flatnonzero(values[1:] != values[:-1]) + 1, len(values)) if len(values) else np.empty(0, int)
    hits = np.cumsum(np.asarray(positive, bool)[order], dtype=np.int64)
    return Ranking(ends.astype(np.int64), hits[ends - 1])


def evaluate(
    pairs: pl.DataFrame,
    sets: Iterable[GeneSet],
    *,
    scores: Sequence[str] = ("weight",),
    ids: Mapping[str, str] | None = None,
    universe: Collection[str] | None = None,
    ignore: Iterable[GeneSet] = (),
    max_size: int = MAX_SIZE,
    at: Sequence[int] = AT,
) -> pl.DataFrame:
    """Return how well scores of pairs agree with common membership in gene sets.

    The genes that count are those that the pairs and the sets have in common; every other pair is left out. Of these
    genes' pairs, those that a set holds are positive. The first columns look at the pairs of the table alone; the last
    at all pairs of the genes, where those that the table lacks come last and tie: by them, tables of different pairs
    compare.

    Parameters
    ----------
    pairs
        A row a pair, as `kg.network.to_frame` makes it: the genes' ids in ``ncbigene_a`` and ``ncbigene_b``.
    sets
        The library.
    scores
        Columns of `pairs` to evaluate; a higher value is a better pair. A null ranks last.
    ids
        The id of each gene name of the library; names that it lacks are left out. By default a name is the symbol
        of a pair's gene or an id itself; a symbol of several ids is left out.
    universe
        Ids of the genes to look at; by default those of the pairs.
    ignore
        Sets, of any size, whose pairs are neither positive nor negative but left out: families, for example, whose
        members share much that no figure says.
    max_size
        Sets of more genes are left out.
    at
        Numbers of first pairs whose precision is told.

    Returns
    -------
    polars.DataFrame
        A row a score, in the order given: ``score``; ``n_genes``; ``n_pairs``, ``n_positive`` (of the table);
        ``auroc``, ``average_precision``, ``precision_at_K``, null where it cannot be; ``n_pairs_all``,
        ``n_positive_all``, ``auroc_all``, ``average_precision_all`` (of all pairs of the genes).

    Raises
    ------
    QueryError
        If an option is out of its range, `pairs` lacks a score, or pairs and sets have no pair of genes in common.

    References
    ----------
    Common membership in KEGG's pathways as the benchmark of a network: von Mering et al. 2005,
    doi:10.1093/nar/gki005.

    Examples
    --------
    >>> import kg
    >>> from kg.gmt import GeneSet
    >>> from kg.network import to_frame
    >>> pairs = to_frame(kg.build("seeds/").cooccurrence())
    >>> found = evaluate(pairs, [GeneSet("IL-6 signalling", "", ("IL6", "IL6R", "STAT3", "SOCS3"))], at=[3])
    >>> found.select("n_genes", "n_pairs", "n_positive", "n_pairs_all", "precision_at_3").row(0)
    (4, 5, 5, 6, 1.0)
    """
    import numpy as np
    import polars as pl

    _check(pairs, scores, max_size, at)
    names = _ids(pairs) if ids is None else ids
    members = _members(sets, names, max_size)
    known = set(pairs.get_column("ncbigene_a")) | set(pairs.get_column("ncbigene_b"))
    wanted = known if universe is None else set(universe)
    genes = sorted(wanted & {gene for of in members for gene in of}, key=lambda gene: (len(gene), gene))
    truth = _pairs_of_sets(members, genes)
    ignored = _pairs_of_sets(_members(ignore, names, None), genes)
    truth = truth[~_is_in(truth, ignored)]
    if not len(truth):
        raise QueryError("the pairs and the gene sets have no two genes of one set in common; are both of one species?")
    numbers = pl.DataFrame({"gene": genes, "place": pl.Series(range(len(genes)), dtype=pl.Int64)})
    shared = (
        pairs.join(numbers.rename({"place": "a"}), left_on="ncbigene_a", right_on="gene")
        .join(numbers.rename({"place": "b"}), left_on="ncbigene_b", right_on="gene")
        .select(pl.min_horizontal("a", "b").alias("a"), pl.max_horizontal("a", "b").alias("b"), *dict.fromkeys(scores))
    )
    keys = shared.get_column("a").to_numpy() * len(genes) + shared.get_column("b").to_numpy()
    kept = ~_is_in(keys, ignored)
    keys, shared = keys[kept], shared.filter(pl.Series(kept))
    positive = _is_in(keys, truth)
    n_all = len(genes) * (len(genes) - 1) // 2 - len(ignored)
    rows = []
    for score in scores:
        values = shared.get_column(score).cast(pl.Float64).fill_null(-np.inf).fill_nan(-np.inf).to_numpy()
        ranking = rank_pairs(values, positive)
        every = ranking.with_last(n_all - len(keys), len(truth) - int(positive.sum()))
        rows.append(
            {"score": score, "n_genes": len(genes), "n_pairs": len(keys), "n_positive": int(positive.sum())}
            | {"auroc": ranking.auroc(), "average_precision": ranking.average_precision()}
            | {f"precision_at_{k}": ranking.precision_at(k) for k in at}
            | {"n_pairs_all": n_all, "n_positive_all": len(truth)}
            | {"auroc_all": every.auroc(), "average_precision_all": every.average_precision()}
        )
    integers = {"n_genes", "n_pairs", "n_positive", "n_pairs_all", "n_positive_all"}
    schema = {n: pl.String if n == "score" else pl.Int64 if n in integers else pl.Float64 for n in rows[0]}
    return pl.DataFrame(rows, schema=schema)


def _check(pairs: pl.DataFrame, scores: Sequence[str], max_size: int, at: Sequence[int]) -> None:
    for score in scores:
        if score not in pairs.columns:
            raise QueryError(f"the pairs have no column {score!r}; they have {', '.join(pairs.columns)}")
    if not scores:
        raise QueryError("there is no score to evaluate; name a column of the pairs")
    if max_size < 2:
        raise QueryError(f"max_size {max_size} is too small; a set of two genes is the first that holds a pair")
    if any(k < 1 for k in at):
        raise QueryError(f"precision at {min(at)} is not defined; give numbers from 1")


def _ids(pairs: pl.DataFrame) -> dict[str, str]:
    """Return the ids of the pairs' symbols that have one, and of the ids themselves."""
    import polars as pl

    ends = [
        pairs.select(pl.col(f"symbol_{end}").alias("symbol"), pl.col(f"ncbigene_{end}").alias("id")) for end in "ab"
    ]
    genes = pl.concat(ends).unique()
    own = genes.filter(pl.len().over("symbol") == 1)
    return dict(own.iter_rows()) | {number: number for number in genes.get_column("id")}


def _members(sets: Iterable[GeneSet], ids: Mapping[str, str], max_size: int | None) -> list[set[str]]:
    """Return the ids of each set's genes, of those sets that are not too large and have two."""
    found = [
        {ids[gene] for gene in each.genes if gene in ids}
        for each in sets
        if max_size is None or len(each.genes) <= max_size
    ]
    return [members for members in found if len(members) > 1]


def _pairs_of_sets(sets: Iterable[set[str]], genes: Sequence[str]) -> Integers:
    """Return the pairs of genes that stand in one set: the smaller number times that of all plus the larger, sorted."""
    import numpy as np
    from scipy.sparse import csr_array, triu

    place = {gene: number for number, gene in enumerate(genes)}
    members = [[place[gene] for gene in of if gene in place] for of in sets]
    columns = np.array([gene for of in members for gene in of], np.int64)
    starts = np.concatenate(([0], np.cumsum([len(of) for of in members], dtype=np.int64)))
    incidence: Any = csr_array((np.ones(len(columns), np.int32), columns, starts), shape=(len(members), len(genes)))
    together: Any = triu(incidence.T @ incidence, k=1).tocoo()
    return np.sort(together.row.astype(np.int64) * len(genes) + together.col)


def _is_in(keys: Integers, known: Integers) -> npt.NDArray[np.bool_]:
    """Return which keys are among the known ones, which are sorted."""
    import numpy as np

    found: npt.NDArray[np.bool_] = np.append(known, -1)[np.searchsorted(known, keys)] == keys
    return found
