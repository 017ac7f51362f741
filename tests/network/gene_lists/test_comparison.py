from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import kg
from kg.errors import NotFoundError, QueryError
from kg.model import Gene
from kg.network.cooccurrence import cooccurrence_frames
from kg.network.gene_lists.comparison import SCORES, evaluate_network
from kg.network.gene_lists.evaluation import evaluate
from tests.network.builds import Drawn, Mention, write_build

if TYPE_CHECKING:
    from pathlib import Path

SETS = [
    kg.GeneSet("IL-6", "", ("IL6", "IL6R", "STAT3", "LIF", "LIFR")),
    kg.GeneSet("JAK", "", ("JAK1", "JAK2", "IL-6")),
]


def test_every_tier_expansion_and_score_has_a_row_on_the_same_genes(seeds_build: kg.Build) -> None:
    table = evaluate_network(seeds_build, SETS, at=[5])
    combinations = [(t, e) for t in ("strict", "synonyms", "all") for e in ("fractional", "none", "full")]
    expected = [(tier, expand, score) for tier, expand in combinations for score in SCORES]
    assert table.select("tier", "expand", "score").rows() == expected
    assert table["n_genes"].unique().to_list() == [7]
    assert table.select("n_pairs_all", "n_positive_all").unique().rows() == [(21, 13)]


def test_scores_are_the_columns_of_the_network(seeds_build: kg.Build) -> None:
    table = evaluate_network(seeds_build, SETS, tiers=["all"], expands=["full"], level="paper", at=[3])
    pairs = cooccurrence_frames(seeds_build, expand="full", level="paper").pairs
    scores = {
        "count": "n_papers",
        "papers": "n_papers",
        "fractional": "fractional",
        "npmi": "npmi",
        "jaccard": "jaccard",
    }
    for score, column in scores.items():
        alone = evaluate(pairs, SETS, scores=[column], ids=names(seeds_build), at=[3])
        assert table.filter(score=score).drop("tier", "expand", "score").equals(alone.drop("score"))


def test_the_smallest_p_comes_first(tmp_path: Path) -> None:
    genes = {str(n): Gene(str(n), f"G{n}", True, "9606") for n in (1, 2, 3, 4)}
    words = {gene: Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in genes}
    drawn = [
        Drawn(f"F{n}", f"PMC{n}", 2020, tuple(map(words.__getitem__, held)))
        for n, held in enumerate(["123", "123", "13", "3", "3", "4"])
    ]
    sets = [kg.GeneSet("S", "", ("G1", "G2")), kg.GeneSet("other", "", ("G3", "G4"))]
    table = evaluate_network(write_build(tmp_path / "build", drawn, genes), sets)
    assert table.filter(score="p_value")["auroc"].unique().to_list() == [1.0]
    assert 1.0 not in table.filter(score="count")["auroc"].to_list()  # G3 is in nearly every figure


def names(build: kg.Build) -> dict[str, str]:
    return dict(build.table("genes").select("symbol", "ncbigene").iter_rows()) | {"IL-6": "3569"}


def test_the_species_is_that_of_most_names(tmp_path: Path) -> None:
    genes = {
        **{str(n): Gene(str(n), f"G{n}", True, "9606", "Homo sapiens") for n in (1, 2, 3)},
        **{str(n): Gene(str(n), f"G{n - 10}", False, "9913", "Bos taurus") for n in (11, 12)},
    }
    own = tuple(Mention(gene, gene, "hgnc_symbol", (gene,)) for gene in genes)
    folder = write_build(tmp_path / "build", [Drawn("F", "PMC1", 2020, own)], genes)
    sets = [kg.GeneSet("S", "", ("G1", "G2", "G3"))]
    assert evaluate_network(folder, sets)["n_genes"].unique().to_list() == [3]
    assert evaluate_network(folder, sets, organism="bos taurus")["n_genes"].unique().to_list() == [2]
    with pytest.raises(QueryError, match="no name of the gene sets is a gene of the build"):
        evaluate_network(folder, [kg.GeneSet("S", "", ("A", "B"))])
    with pytest.raises(NotFoundError, match="no gene of '7955'"):
        evaluate_network(folder, sets, organism="7955")


def test_a_library_is_a_file_or_sets(seeds_build: kg.Build, tmp_path: Path) -> None:
    kg.write_gmt(SETS, tmp_path / "sets.gmt")
    options: dict[str, Any] = {"tiers": ["all"], "expands": ["none"], "at": [3]}
    table = seeds_build.evaluate(SETS, **options)
    assert seeds_build.evaluate(tmp_path / "sets.gmt", **options).equals(table)
    assert seeds_build.evaluate(str(tmp_path / "sets.gmt"), **options).equals(table)
    less = seeds_build.evaluate(SETS, ignore=[kg.GeneSet("JAKs", "", ("JAK1", "JAK2"))], **options)
    assert less["n_pairs_all"].to_list() == [20] * len(SCORES)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tiers": ["loose"]}, "tier 'loose' is not known"),
        ({"expands": ["some"]}, "expand 'some' is not known"),
        ({"tiers": []}, "there is no tier to compare"),
        ({"level": "journal"}, "level 'journal'"),
        ({"max_size": 1}, "max_size 1"),
    ],
)
def test_an_impossible_option_is_a_sentence(seeds_build: kg.Build, options: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        evaluate_network(seeds_build, SETS, **options)
