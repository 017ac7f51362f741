from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.gmt import GeneSet
from kg.network.gene_lists.evaluation import evaluate, rank_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

GENES = [str(number) for number in range(1, 9)]

Scored = list[tuple[int, bool]]
scored: st.SearchStrategy[Scored] = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12)


def auroc(pairs: Scored) -> Fraction | None:
    """The definition: of every positive and negative pair, how often the positive one scores higher; ties one half."""
    duels = [(a, b) for a, hit in pairs if hit for b, other in pairs if not other]
    won = sum((Fraction(a > b) + Fraction(a == b, 2) for a, b in duels), Fraction())
    return won / len(duels) if duels else None


def average_precision(pairs: Scored) -> Fraction | None:
    """The definition: for each threshold the precision times the recall that it adds."""
    n_hits = sum(hit for _, hit in pairs)
    total, recall = Fraction(), Fraction()
    for threshold in sorted({score for score, _ in pairs}, reverse=True):
        taken = [hit for score, hit in pairs if score >= threshold]
        total += Fraction(sum(taken), len(taken)) * (Fraction(sum(taken), max(n_hits, 1)) - recall)
        recall = Fraction(sum(taken), max(n_hits, 1))
    return total if n_hits else None


def precision_at(pairs: Scored, k: int) -> Fraction | None:
    """The mean over every choice of `k` pairs that leaves out no better one."""
    if k > len(pairs):
        return None
    cut = sorted((score for score, _ in pairs), reverse=True)[k - 1]
    sure = [hit for score, hit in pairs if score > cut]
    rest = list(combinations([hit for score, hit in pairs if score == cut], k - len(sure)))
    return Fraction(sum(sum(sure) + sum(chosen) for chosen in rest), len(rest) * k)


def same(found: float | None, expected: Fraction | None) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)


@given(pairs=scored, k=st.integers(1, 12))
def test_measures_are_those_of_their_definitions(pairs: Scored, k: int) -> None:
    ranking = rank_pairs([score for score, _ in pairs], [hit for _, hit in pairs])
    assert same(ranking.auroc(), auroc(pairs))
    assert same(ranking.average_precision(), average_precision(pairs))
    assert same(ranking.precision_at(k), precision_at(pairs, k))


@given(pairs=scored, n=st.integers(0, 5), hits=st.integers(0, 5))
def test_pairs_that_are_not_there_come_last_and_tie(pairs: Scored, n: int, hits: int) -> None:
    hits = min(n, hits)
    last = [(-1, place < hits) for place in range(n)]
    ranking = rank_pairs([score for score, _ in pairs], [hit for _, hit in pairs]).with_last(n, hits)
    assert same(ranking.auroc(), auroc(pairs + last))
    assert same(ranking.average_precision(), average_precision(pairs + last))


def test_measures_of_a_known_ranking() -> None:
    # scikit-learn's own examples of roc_auc_score and average_precision_score.
    ranking = rank_pairs([0.1, 0.4, 0.35, 0.8], [False, False, True, True])
    assert ranking.auroc() == 0.75
    assert ranking.average_precision() == pytest.approx(0.8333333333333333)


def table(pairs: Sequence[tuple[str, str, float | None]]) -> pl.DataFrame:
    columns = {
        **{f"symbol_{end}": [f"G{pair[place]}" for pair in pairs] for place, end in enumerate("ab")},
        "weight": [pair[2] for pair in pairs],
        **{f"ncbigene_{end}": [pair[place] for pair in pairs] for place, end in enumerate("ab")},
    }
    schema = {name: pl.Float64 if name == "weight" else pl.String for name in columns}
    return pl.DataFrame(columns, schema=schema)


@st.composite
def networks(draw: st.DrawFn) -> list[tuple[str, str, float | None]]:
    pairs = draw(st.lists(st.sampled_from(list(combinations(GENES, 2))), unique=True, min_size=1))
    return [(a, b, draw(st.none() | st.integers(0, 3))) for a, b in pairs]


libraries = st.lists(st.lists(st.sampled_from([*GENES, "99"]), min_size=1, max_size=6, unique=True), max_size=4)


@given(pairs=networks(), library=libraries, max_size=st.integers(2, 6), by_symbol=st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_universe_is_what_network_and_library_share(
    pairs: list[tuple[str, str, float | None]], library: list[list[str]], max_size: int, by_symbol: bool
) -> None:
    names = [tuple(f"G{gene}" if by_symbol else gene for gene in genes) for genes in library]
    sets = [GeneSet(f"S{n}", "", genes) for n, genes in enumerate(names)]
    known = {gene for pair in pairs for gene in pair[:2]}
    kept = [set(genes) & known for genes in library if len(genes) <= max_size]
    universe = {gene for genes in kept if len(genes) > 1 for gene in genes}
    truth = {frozenset(pair) for genes in kept for pair in combinations(genes, 2)}
    if not truth:
        with pytest.raises(QueryError, match="no two genes of one set"):
            evaluate(table(pairs), sets, max_size=max_size)
        return
    here = [(frozenset((a, b)), -1 if score is None else int(score)) for a, b, score in pairs if {a, b} <= universe]
    marked = [(score, pair in truth) for pair, score in here]
    every = [*map(frozenset, combinations(universe, 2))]
    missing = [(-2, pair in truth) for pair in every if pair not in dict(here)]
    (row,) = evaluate(table(pairs), sets, max_size=max_size, at=[1, 3]).rows(named=True)
    assert (row["score"], row["n_genes"], row["n_pairs"]) == ("weight", len(universe), len(here))
    assert row["n_positive"] == sum(hit for _, hit in marked)
    assert (row["n_pairs_all"], row["n_positive_all"]) == (len(every), len(truth))
    assert same(row["auroc"], auroc(marked))
    assert same(row["average_precision"], average_precision(marked))
    assert same(row["precision_at_1"], precision_at(marked, 1))
    assert same(row["precision_at_3"], precision_at(marked, 3))
    assert same(row["auroc_all"], auroc(marked + missing))
    assert same(row["average_precision_all"], average_precision(marked + missing))


SETS = [GeneSet("A", "", ("G1", "G2", "G3")), GeneSet("B", "", ("G4", "G5"))]
PAIRS = table([("1", "2", 2.0), ("1", "4", 1.0), ("4", "5", None)])


def test_a_given_universe_and_given_names_are_used() -> None:
    ids = {f"G{gene}": gene for gene in GENES}
    (row,) = evaluate(PAIRS, SETS, universe=["1", "2", "3"], ids=ids).rows(named=True)
    assert (row["n_genes"], row["n_pairs"], row["n_pairs_all"], row["n_positive_all"]) == (3, 1, 3, 3)
    (row,) = evaluate(PAIRS, SETS, ids={"G1": "4", "G2": "5"}).rows(named=True)
    assert (row["n_genes"], row["n_pairs"], row["n_positive"]) == (2, 1, 1)


def test_pairs_of_ignored_sets_are_neither_positive_nor_negative() -> None:
    families = [GeneSet("F", "", ("G1", "G4", "G2")), GeneSet("one", "", ("G5",))]
    (row,) = evaluate(PAIRS, SETS, ignore=families).rows(named=True)
    # Of 4 genes and 6 pairs, 3 are of a family: 1-2, which is positive, and 1-4 and 2-4.
    assert (row["n_genes"], row["n_pairs"], row["n_positive"]) == (4, 1, 1)
    assert (row["n_pairs_all"], row["n_positive_all"]) == (3, 1)
    with pytest.raises(QueryError, match="no two genes of one set"):
        evaluate(PAIRS, SETS, ignore=SETS)


def test_a_symbol_of_two_genes_is_left_out() -> None:
    double = PAIRS.with_columns(symbol_b=pl.Series(["G2", "G1", "G5"]))
    (row,) = evaluate(double, SETS).rows(named=True)
    assert (row["n_genes"], row["n_positive"]) == (2, 1)


def test_several_scores_are_evaluated_in_their_order() -> None:
    more = PAIRS.with_columns(flat=pl.lit(1.0), number=pl.Series([3, 2, 1]))
    found = evaluate(more, SETS, scores=["number", "flat", "weight"])
    assert found["score"].to_list() == ["number", "flat", "weight"]
    assert found["auroc"].to_list() == [0.5, 0.5, 0.5]
    assert found["auroc_all"].null_count() == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scores": ["npmi"]}, "no column 'npmi'; they have symbol_a"),
        ({"scores": []}, "no score"),
        ({"max_size": 1}, "max_size 1 is too small"),
        ({"at": [5, 0]}, "precision at 0"),
    ],
)
def test_an_impossible_option_is_a_sentence(options: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        evaluate(PAIRS, SETS, **options)
