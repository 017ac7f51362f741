from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.network.betweenness
from kg.errors import QueryError
from kg.network import centrality
from kg.network.betweenness import betweenness

# The package's own `centrality` is the function.
MODULE = import_module("kg.network.centrality")


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph[str]:
    """Return a graph of up to 30 nodes, connected or not, with weights."""
    n = draw(st.integers(0, 30))
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from((str(node), {"symbol": f"G{node % 7}"}) for node in range(n))
    if n > 1:
        ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.floats(0.01, 10))
        for a, b, weight in draw(st.lists(ends, max_size=80)):
            if a != b:
                graph.add_edge(str(a), str(b), weight=weight)
    return graph


@given(graphs())
@settings(deadline=None)
def test_centralities_are_those_of_networkx(graph: nx.Graph[str]) -> None:
    table = centrality(graph)
    assert table.columns == ["symbol", "ncbigene", "degree", "strength", "pagerank", "betweenness"]
    assert table.height == len(graph)
    exact, ranks = nx.betweenness_centrality(graph), nx.pagerank(graph, tol=1e-12, max_iter=2000) if graph else {}
    for row in table.iter_rows(named=True):
        node = row["ncbigene"]
        assert row["symbol"] == graph.nodes[node]["symbol"]
        assert row["degree"] == graph.degree(node)
        assert row["strength"] == pytest.approx(graph.degree(node, weight="weight"))
        assert row["pagerank"] == pytest.approx(ranks[node], abs=1e-9)
        assert row["betweenness"] == pytest.approx(exact[node], abs=1e-12)
    rows = [(-strength, symbol, node) for symbol, node, _, strength, _, _ in table.iter_rows()]
    assert rows == sorted(rows)


@pytest.mark.parametrize(
    "graph",
    [
        nx.path_graph(150),
        nx.gnp_random_graph(300, 0.02, seed=1),
        nx.disjoint_union(nx.star_graph(80), nx.cycle_graph(71)),
        nx.grid_2d_graph(12, 11),
        nx.complete_graph(70),
    ],
    ids=["path", "random", "disconnected", "grid", "complete"],
)
def test_betweenness_of_several_batches_is_exact(graph: nx.Graph[Any]) -> None:
    exact = np.array(list(nx.betweenness_centrality(graph).values()))
    assert np.abs(betweenness(nx.to_scipy_sparse_array(graph, weight=None)) - exact).max() < 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_betweenness_of_some_sources_is_that_of_networkx(seed: int) -> None:
    graph = nx.gnp_random_graph(90, 0.05, seed=seed)
    sources = [node for node in graph if (node * 7 + seed) % 3 == 0]
    ones = {source: nx.betweenness_centrality_subset(graph, [source], list(graph)) for source in sources}
    # Half a path is counted by networkx, for it takes them to run both ways.
    sums = {node: 2 * sum(one[node] for one in ones.values()) for node in graph}
    expected = [sums[node] / ((len(sources) - (node in ones)) * 88) for node in graph]
    assert np.abs(betweenness(nx.to_scipy_sparse_array(graph), sources) - np.array(expected)).max() < 1e-12


def test_sampled_betweenness_repeats_and_comes_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "_SAMPLES", 150)
    graph = nx.relabel_nodes(nx.barabasi_albert_graph(300, 3, seed=2), str)
    one, same, other = (centrality(graph, betweenness="sampled", seed=seed) for seed in (0, 0, 1))
    exact = centrality(graph, betweenness="exact")
    assert one.equals(same)
    assert not one.equals(other)
    assert one.drop("betweenness").equals(exact.drop("betweenness"))
    assert (one["betweenness"] - exact["betweenness"]).abs().max() < 0.05  # type: ignore[operator]


def test_a_lone_source_is_not_divided_by_nothing() -> None:
    assert betweenness(nx.to_scipy_sparse_array(nx.path_graph(3)), [0]).tolist() == [0, 1, 0]


def test_auto_samples_large_graphs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.relabel_nodes(nx.gnp_random_graph(40, 0.1, seed=3), str)
    monkeypatch.setattr(MODULE, "_SAMPLES", 10)
    assert centrality(graph).equals(centrality(graph, betweenness="exact"))
    monkeypatch.setattr(MODULE, "_EXACT", 1)
    assert centrality(graph).equals(centrality(graph, betweenness="sampled"))
    assert not centrality(graph).equals(centrality(graph, betweenness="exact"))


def test_strength_does_not_depend_on_the_order_of_the_edges() -> None:
    graph: nx.Graph[str] = nx.Graph()
    weights = [0.1, 0.2, 0.3, 1e16, 1.0]
    graph.add_weighted_edges_from(("b", f"x{place}", weight) for place, weight in enumerate(weights))
    graph.add_weighted_edges_from(("a", f"y{place}", weight) for place, weight in enumerate(reversed(weights)))
    assert [row[:4:3] for row in centrality(graph).rows()[:2]] == [("a", math.fsum(weights)), ("b", math.fsum(weights))]


def test_nodes_without_symbol_are_called_by_their_id() -> None:
    assert centrality(nx.Graph([("a", "b")])).rows()[0][:4] == ("a", "a", 1, 1.0)


def test_unknown_betweenness_is_refused() -> None:
    with pytest.raises(QueryError, match="auto, exact, sampled"):
        centrality(nx.Graph(), betweenness="none")  # type: ignore[arg-type]


def test_batches_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.to_scipy_sparse_array(nx.gnp_random_graph(60, 0.06, seed=5))
    whole = betweenness(graph)
    monkeypatch.setattr(kg.network.betweenness, "_BATCH", 7)
    assert np.abs(betweenness(graph) - whole).max() < 1e-15
