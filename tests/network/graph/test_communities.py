"""Communities: their partitions, modularity and stability by independent counts, and the files that hold them."""

from __future__ import annotations

import io
import json
import sys
from itertools import combinations
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ExportError, QueryError
from kg.gmt import read_gmt
from kg.network import communities, write_communities
from kg.network.graph.partition import find_partitions, modularity, rand_index

if TYPE_CHECKING:
    from pathlib import Path

ALGORITHMS = ["louvain", "leiden"]
labels = st.lists(st.integers(0, 4), min_size=1, max_size=20)


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph[str]:
    """Return a graph of up to 15 nodes; some edges have no weight above 0, some nodes no edge."""
    n = draw(st.integers(0, 15))
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from((str(node), {"symbol": f"G{node % 4}"}) for node in range(n))
    for a, b in combinations(range(n), 2):
        if draw(st.booleans()):
            graph.add_edge(str(a), str(b), weight=draw(st.sampled_from([-1.0, 0.0, 0.25, 1.0, 3.5])))
    return graph


def positive(graph: nx.Graph[str]) -> nx.Graph[str]:
    kept: nx.Graph[str] = nx.create_empty_copy(graph)
    kept.add_edges_from((a, b, edge) for a, b, edge in graph.edges(data=True) if edge["weight"] > 0)
    return kept


def planted() -> nx.Graph[str]:
    """Three groups of 12, 10 and 8 nodes, dense within and sparse between."""
    chances = [[0.9, 0.03, 0.03], [0.03, 0.9, 0.03], [0.03, 0.03, 0.9]]
    graph = nx.stochastic_block_model([12, 10, 8], chances, seed=1)
    return nx.relabel_nodes(nx.Graph(graph.edges()), str)


@given(graphs(), st.sampled_from(ALGORITHMS), st.sampled_from([0.5, 1.0, 2.0]))
@settings(deadline=None)
def test_communities_are_a_partition_of_that_modularity(
    graph: nx.Graph[str], algorithm: Any, resolution: float
) -> None:
    found = communities(graph, algorithm=algorithm, resolution=resolution, n_runs=2)
    groups = [{gene.ncbigene for gene in group.genes} for group in found.communities]
    assert nx.community.is_partition(graph, groups)
    kept = positive(graph)
    expected = nx.community.modularity(kept, groups, resolution=resolution) if kept.number_of_edges() else 0
    assert found.modularity == pytest.approx(expected, abs=1e-12)
    assert [group.number for group in found.communities] == list(range(1, len(groups) + 1))
    assert [group.size for group in found.communities] == sorted(map(len, groups), reverse=True)
    for group, members in zip(found.communities, groups, strict=True):
        for gene in group.genes:
            inside = sum(edge["weight"] for other, edge in kept[gene.ncbigene].items() if other in members)
            strength = kept.degree(gene.ncbigene, weight="weight")
            assert gene.strength == pytest.approx(strength)
            assert gene.within_fraction == pytest.approx(inside / strength if strength else 0)
        ranks = [(-round(gene.strength * gene.within_fraction, 9), gene.symbol) for gene in group.genes]
        assert ranks == sorted(ranks)


@given(labels, labels)
def test_rand_index_is_that_of_all_pairs(first: list[int], second: list[int]) -> None:
    n = min(len(first), len(second))
    one, other = np.array(first[:n]), np.array(second[:n])
    pairs = [(one[a] == one[b], other[a] == other[b]) for a, b in combinations(range(n), 2)]
    both, ones, others = (sum(map(test, pairs)) for test in (all, lambda p: p[0], lambda p: p[1]))
    expected = ones * others / len(pairs) if pairs else 0
    most = (ones + others) / 2
    found = rand_index(one, other)
    assert found == pytest.approx((both - expected) / (most - expected) if most != expected else 1)
    assert rand_index(other, one) == found
    assert rand_index(one, (one + 3) % 7) == 1


@given(graphs(), st.sampled_from([0.5, 1.0, 2.0]), st.data())
@settings(deadline=None)
def test_modularity_is_that_of_networkx(graph: nx.Graph[str], resolution: float, data: st.DataObject) -> None:
    kept = positive(graph)
    if not kept.number_of_edges():
        return
    chosen = np.array([data.draw(st.integers(0, 3)) for _ in kept])
    groups = [{node for node, label in zip(kept, chosen, strict=True) if label == number} for number in range(4)]
    found = modularity(nx.to_scipy_sparse_array(kept), chosen, resolution=resolution)
    assert found == pytest.approx(nx.community.modularity(kept, filter(None, groups), resolution=resolution), abs=1e-12)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_planted_groups_are_found(algorithm: Any) -> None:
    found = communities(planted(), algorithm=algorithm)
    assert [{int(gene.ncbigene) for gene in group.genes} for group in found.communities] == [
        {*range(12)},
        {*range(12, 22)},
        {*range(22, 30)},
    ]
    assert found.stability == 1
    assert found.numbers() == {str(node): 1 + (node > 11) + (node > 21) for node in range(30)}
    finer = communities(planted(), algorithm=algorithm, resolution=8)
    assert len(finer.communities) > 3


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_best_of_the_runs_is_taken_and_a_seed_repeats(algorithm: Any) -> None:
    graph = nx.relabel_nodes(nx.gnp_random_graph(120, 0.06, seed=3), str)
    runs = [communities(graph, algorithm=algorithm, n_runs=1, seed=seed) for seed in range(2, 7)]
    found = communities(graph, algorithm=algorithm, n_runs=5, seed=2)
    assert len({run.modularity for run in runs}) > 1
    best = max(runs, key=lambda run: run.modularity)
    assert found.modularity == best.modularity
    assert found.communities == best.communities
    assert best.stability is None
    assert found == communities(graph, algorithm=algorithm, n_runs=5, seed=2)
    nodes = sorted(graph)
    indices = [
        rand_index(*(np.array([run.numbers()[node] for node in nodes]) for run in pair))
        for pair in combinations(runs, 2)
    ]
    assert found.stability == pytest.approx(sum(indices) / 10)
    assert 0 < sum(indices) / 10 < 1


def test_of_runs_that_are_as_good_the_first_is_taken() -> None:
    ring = nx.relabel_nodes(nx.cycle_graph(9), str)
    runs = [communities(ring, n_runs=1, seed=seed) for seed in range(6)]
    assert len({round(run.modularity, 12) for run in runs}) == 1
    assert any(run.communities != runs[0].communities for run in runs)
    assert communities(ring, n_runs=6).communities == runs[0].communities


def test_leiden_reaches_at_least_the_modularity_of_louvain() -> None:
    graph = nx.relabel_nodes(nx.gnp_random_graph(200, 0.05, seed=5), str)
    leiden, louvain = (communities(graph, algorithm=name) for name in ("leiden", "louvain"))
    assert leiden.modularity > louvain.modularity - 0.005


def test_without_its_library_leiden_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graspologic_native", None)
    with pytest.raises(QueryError, match=r"install pfocr-kg\[leiden\], or take the algorithm louvain"):
        communities(planted(), algorithm="leiden")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"algorithm": "infomap"}, "algorithm 'infomap' is not known; take one of louvain, leiden"),
        ({"resolution": 0}, "resolution 0 is not above 0"),
        ({"resolution": float("nan")}, "resolution nan is not above 0"),
        ({"n_runs": 0}, "n_runs 0 is too small; it is at least 1"),
        ({"seed": -1}, "seed -1 is too small; it is at least 0"),
    ],
)
def test_unknown_values_are_refused(options: dict[str, Any], named: str) -> None:
    with pytest.raises(QueryError, match=named):
        communities(planted(), **options)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_matrix_without_edges_is_one_community_a_node(algorithm: Any) -> None:
    empty = nx.to_scipy_sparse_array(nx.empty_graph(3))
    [found] = find_partitions(empty, algorithm=algorithm, resolution=1.0, seeds=[0])
    assert len(set(found.tolist())) == 3
    assert modularity(empty, found) == 0


def test_communities_of_one_size_come_by_strength() -> None:
    graph = nx.Graph([("1", "2", {"weight": 1.0}), ("3", "4", {"weight": 5.0}), ("5", "6", {"weight": 1.0})])
    found = communities(graph)
    assert [[gene.ncbigene for gene in group.genes] for group in found.communities] == [
        ["3", "4"],
        ["1", "2"],
        ["5", "6"],
    ]


def test_the_files_hold_what_was_found(tmp_path: Path) -> None:
    graph = planted()
    nx.set_node_attributes(graph, {node: f"GENE{node}" for node in graph}, "symbol")
    found = communities(graph)
    table = found.to_frame()
    assert table.columns == ["symbol", "ncbigene", "community", "size", "strength", "within_fraction"]
    assert table["community"].to_list() == [1] * 12 + [2] * 10 + [3] * 8
    assert table["size"].to_list() == [12] * 12 + [10] * 10 + [8] * 8
    stream = io.StringIO()
    write_communities(found, stream)
    write_communities(found, tmp_path / "found.tsv")
    assert (tmp_path / "found.tsv").read_text(encoding="utf-8") == stream.getvalue()
    write_communities(found, tmp_path / "found.parquet")
    assert pl.read_parquet(tmp_path / "found.parquet").equals(table)
    write_communities(found, tmp_path / "found.GMT")
    sets = read_gmt(tmp_path / "found.GMT", descriptions=True)
    assert [gene_set.name for gene_set in sets] == ["community 1", "community 2", "community 3"]
    assert [list(gene_set.genes) for gene_set in sets] == [
        table.filter(community=number)["symbol"].to_list() for number in (1, 2, 3)
    ]
    leaders = ", ".join(table.filter(community=2)["symbol"].to_list()[:5])
    assert sets[1].description == f"10 genes, led by {leaders}"
    write_communities(found, str(tmp_path / "found.json"))
    answer = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (answer["kind"], answer["algorithm"], answer["n_runs"]) == ("communities", "louvain", 5)
    assert answer["modularity"] == found.modularity
    assert [gene["symbol"] for gene in answer["communities"][0]["genes"]] == table["symbol"].to_list()[:12]
    with pytest.raises(ExportError, match=r"take one of \.tsv, \.csv, \.parquet, \.gmt, \.json"):
        write_communities(found, tmp_path / "found.xlsx")


def test_what_was_found_in_some_lines() -> None:
    found = communities(planted(), seed=0)
    lines = found.to_lines(2)
    assert lines[0] == (
        f"30 genes in 3 communities; modularity {found.modularity:.3f}, "
        "stability 1.00 (mean adjusted Rand index of 5 runs)"
    )
    assert lines[1].startswith("1  12 genes  ")
    assert lines[2].startswith("2  10 genes  ")
    assert lines[3:] == ["and 1 smaller"]
    alone = communities(nx.Graph([("\x1b[2J", "b")]), n_runs=1).to_lines(5)
    assert alone == ["2 genes in 1 community; modularity 0.000", "1  2 genes  \\x1b[2J, b"]


def test_progress_is_told_run_by_run() -> None:
    told: list[tuple[int, int]] = []
    communities(planted(), n_runs=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_run_does_not_change_the_next(algorithm: Any) -> None:
    matrix = nx.to_scipy_sparse_array(nx.gnm_random_graph(60, 300, seed=1))
    together = find_partitions(matrix, algorithm=algorithm, resolution=1.0, seeds=range(4))
    alone = [next(find_partitions(matrix, algorithm=algorithm, resolution=1.0, seeds=[seed])) for seed in range(4)]
    assert [labels.tolist() for labels in together] == [labels.tolist() for labels in alone]
    assert len({tuple(labels.tolist()) for labels in alone}) > 1
