"""Each centrality is networkx's, on graphs of any form; how they are chosen, sampled and sorted."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import kg.network.graph.betweenness
import kg.network.graph.weighted_paths
from kg.errors import QueryError
from kg.network import MEASURES, centrality
from kg.network.graph.betweenness import betweenness
from kg.network.graph.closeness import closeness
from kg.network.graph.spectral import eigenvector, pagerank
from kg.network.graph.structure import clustering, core_numbers
from kg.network.graph.weighted_paths import measure_paths

if TYPE_CHECKING:
    import polars as pl

# The package's own `centrality` is the function.
MODULE = import_module("kg.network.graph.centrality")

EXACT = 1e-12
# Sums of a few of these are often equal, so that several paths are shortest.
WEIGHTS = st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]) | st.floats(0.01, 10)

Network = nx.Graph  # of any nodes: networkx's type takes arguments for type checkers alone


@st.composite
def graphs(draw: st.DrawFn, weights: st.SearchStrategy[float] = WEIGHTS) -> nx.Graph[str]:
    """Return a graph of up to 30 nodes, connected or not, with weights."""
    n = draw(st.integers(0, 30))
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from((str(node), {"symbol": f"G{node % 7}"}) for node in range(n))
    if n > 1:
        ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), weights)
        for a, b, weight in draw(st.lists(ends, max_size=80)):
            if a != b:
                graph.add_edge(str(a), str(b), weight=weight, length=1 / weight if weight > 0 else None)
    return graph


def named(table: pl.DataFrame, measure: str) -> dict[str, float]:
    return dict(table.select("ncbigene", measure).iter_rows())


def eigenvector_reference(graph: nx.Graph[str]) -> tuple[dict[str, float], float]:
    """Return the part of the vector of ones in the leading eigenvectors, and how far the next eigenvalue is."""
    values, vectors = np.linalg.eigh(nx.to_numpy_array(graph))
    leading = values >= values[-1] * (1 - 1e-9)
    part = vectors[:, leading] @ vectors[:, leading].sum(axis=0)
    gap = values[-1] - values[~leading].max(initial=-values[-1])
    return dict(zip(graph, part / np.linalg.norm(part), strict=True)), gap


@given(graphs())
@example(nx.Graph())
@example(nx.empty_graph(["1"]))
@example(nx.empty_graph(["1", "2"]))
@settings(deadline=None)
def test_every_centrality_is_that_of_networkx(graph: nx.Graph[str]) -> None:
    table = centrality(graph)
    assert table.columns == ["symbol", "ncbigene", *MEASURES]
    assert table.height == len(graph)
    expected: dict[str, Any] = {
        "degree": dict(graph.degree()),
        "strength": dict(graph.degree(weight="weight")),
        "pagerank": nx.pagerank(graph, tol=1e-15, max_iter=10_000) if graph else {},
        "betweenness": nx.betweenness_centrality(graph),
        "closeness": nx.closeness_centrality(graph),
        "clustering": nx.clustering(graph),
        "core_number": nx.core_number(graph),
    }
    for measure, values in expected.items():
        assert named(table, measure) == pytest.approx(values, abs=EXACT, rel=EXACT), measure
    assert {*expected, "eigenvector"} == {*MEASURES}


@given(graphs())
@settings(deadline=None)
def test_eigenvector_is_the_leading_one_and_that_of_networkx(graph: nx.Graph[str]) -> None:
    if not graph:
        return
    found = named(centrality(graph, measures=["eigenvector"]), "eigenvector")
    expected, gap = eigenvector_reference(graph)
    # A vector is known as well as its eigenvalue stands apart from the next.
    near = EXACT + (1e-14 * 10 / gap if graph.number_of_edges() else 0)
    assert found == pytest.approx(expected, abs=near, rel=0)
    if gap > 0.01:
        theirs = nx.eigenvector_centrality(graph, max_iter=1_000_000, tol=1e-15, weight="weight")
        assert found == pytest.approx(theirs, abs=1e-9)


@given(graphs())
@settings(deadline=None)
def test_paths_by_inverse_weight_are_those_of_networkx(graph: nx.Graph[str]) -> None:
    table = centrality(graph, measures=["closeness", "betweenness"], distance="inverse")
    expected = nx.betweenness_centrality(graph, weight="length")
    assert named(table, "betweenness") == pytest.approx(expected, abs=EXACT)
    assert named(table, "closeness") == pytest.approx(nx.closeness_centrality(graph, distance="length"), rel=EXACT)


@given(graphs(WEIGHTS | st.sampled_from([0.0, -0.5])))
@settings(deadline=None)
def test_an_edge_of_no_similarity_is_a_neighbour_and_no_more(graph: nx.Graph[str]) -> None:
    whole = centrality(graph, distance="inverse").sort("ncbigene")
    kept = nx.create_empty_copy(graph)
    kept.add_edges_from((a, b, values) for a, b, values in graph.edges(data=True) if values["weight"] > 0)
    alike = centrality(kept, distance="inverse").sort("ncbigene")
    similar = ("pagerank", "eigenvector", "closeness", "betweenness")
    assert whole.select(similar).equals(alike.select(similar))
    assert named(whole, "degree") == dict(graph.degree())
    assert named(whole, "clustering") == pytest.approx(nx.clustering(graph))
    assert named(whole, "strength") == pytest.approx(dict(graph.degree(weight="weight")), abs=EXACT)


@given(graphs(), st.sets(st.sampled_from(MEASURES), min_size=1), st.sampled_from(["hops", "inverse"]))
@settings(deadline=None)
def test_what_is_chosen_is_what_would_be_there_among_all(graph: nx.Graph[str], chosen: Any, distance: Any) -> None:
    table = centrality(graph, measures=chosen, distance=distance)
    assert table.columns == ["symbol", "ncbigene", *(measure for measure in MEASURES if measure in chosen)]
    whole = centrality(graph, distance=distance)
    assert table.sort("ncbigene").equals(whole.sort("ncbigene").select(table.columns))
    first = "strength" if "strength" in chosen else table.columns[2]
    rows = [(-row[first], row["symbol"], row["ncbigene"]) for row in table.iter_rows(named=True)]
    assert rows == sorted(rows)


LARGER: dict[str, nx.Graph[Any]] = {
    "path": nx.path_graph(150),
    "random": nx.gnp_random_graph(300, 0.02, seed=1),
    "disconnected": nx.disjoint_union(nx.star_graph(80), nx.cycle_graph(71)),
    "grid": nx.grid_2d_graph(12, 11),
    "complete": nx.complete_graph(70),
    "word": nx.path_graph(64),
}


@pytest.mark.parametrize("name", LARGER)
def test_several_batches_are_exact(name: str) -> None:
    graph = LARGER[name]
    pattern = nx.to_scipy_sparse_array(graph, weight=None)
    results: list[tuple[Any, Any]] = [
        (betweenness(pattern), nx.betweenness_centrality(graph)),
        (closeness(pattern), nx.closeness_centrality(graph)),
        (clustering(pattern), nx.clustering(graph)),
        (core_numbers(pattern), nx.core_number(graph)),
        (pagerank(pattern), nx.pagerank(graph, tol=1e-15, max_iter=10_000)),
    ]
    for ours, theirs in results:
        assert np.abs(ours - np.array(list(theirs.values()))).max() < EXACT


@pytest.mark.parametrize("name", LARGER)
def test_inverse_weights_of_several_batches_are_exact(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = LARGER[name].copy()
    for place, (*_, values) in enumerate(graph.edges(data=True)):
        values["weight"] = 1 + place % 3
    monkeypatch.setattr("kg.network.graph.weighted_paths._CELLS", 40 * len(graph))
    lengths = nx.to_scipy_sparse_array(graph).astype(float)
    near, between = measure_paths(lengths, sources=range(len(graph)))
    assert near == pytest.approx(list(nx.closeness_centrality(graph, distance="weight").values()), abs=EXACT)
    assert between == pytest.approx(list(nx.betweenness_centrality(graph, weight="weight").values()), abs=EXACT)


def test_triangles_are_counted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.gnp_random_graph(80, 0.2, seed=4)
    monkeypatch.setattr("kg.network.graph.structure._BLOCK", 80 * 7)
    found = clustering(nx.to_scipy_sparse_array(graph, weight=None))
    expected: Any = nx.clustering(graph)
    assert found == pytest.approx(list(expected.values()), abs=EXACT)


def test_the_eigenvector_of_large_components_is_exact() -> None:
    random = nx.gnp_random_graph(400, 0.05, seed=2)
    expected, _ = eigenvector_reference(random)
    assert eigenvector(nx.to_scipy_sparse_array(random)) == pytest.approx(list(expected.values()), abs=EXACT)
    # Two components of the same largest eigenvalue, 2, share it; the path's is smaller.
    rings = nx.disjoint_union_all([nx.cycle_graph(400), nx.cycle_graph(300), nx.path_graph(50)])
    values = eigenvector(nx.to_scipy_sparse_array(rings))
    assert values == pytest.approx([700**-0.5] * 700 + [0] * 50, abs=EXACT)


def test_a_length_that_rounding_swallows_makes_no_circle() -> None:
    lengths = nx.Graph([(0, 1, {"weight": 1e9}), (1, 2, {"weight": 1e-9}), (0, 2, {"weight": 1e9})])
    near, between = measure_paths(nx.to_scipy_sparse_array(lengths), sources=range(3))
    assert near == pytest.approx([2 / 2e9, 2 / 1e9, 2 / 1e9])
    # From 1 and from 2 the way to 0 by the other is as long as the straight one; from 0 there is the straight one only.
    assert between.tolist() == [0, 0.25, 0.25]


@pytest.mark.parametrize("seed", range(5))
def test_betweenness_of_some_sources_is_that_of_networkx(seed: int) -> None:
    graph = nx.gnp_random_graph(90, 0.05, seed=seed)
    sources = [node for node in graph if (node * 7 + seed) % 3 == 0]
    ones = {source: nx.betweenness_centrality_subset(graph, [source], list(graph)) for source in sources}
    # Half a path is counted by networkx, for it takes them to run both ways.
    sums = {node: 2 * sum(one[node] for one in ones.values()) for node in graph}
    expected = np.array([sums[node] / ((len(sources) - (node in ones)) * 88) for node in graph])
    assert np.abs(betweenness(nx.to_scipy_sparse_array(graph), sources) - expected).max() < EXACT
    near, between = measure_paths(nx.to_scipy_sparse_array(graph).astype(float), sources=sources, with_closeness=False)
    assert np.abs(between - expected).max() < EXACT
    assert not near.any()


@pytest.mark.parametrize("distance", ["hops", "inverse"])
def test_sampled_betweenness_repeats_and_comes_near(monkeypatch: pytest.MonkeyPatch, distance: Any) -> None:
    monkeypatch.setattr(MODULE, "_SAMPLES", 150)
    graph = nx.relabel_nodes(nx.barabasi_albert_graph(300, 3, seed=2), str)
    one, same, other = (centrality(graph, betweenness="sampled", distance=distance, seed=seed) for seed in (0, 0, 1))
    exact = centrality(graph, betweenness="exact", distance=distance)
    assert one.equals(same)
    assert not one.equals(other)
    assert one.drop("betweenness").equals(exact.drop("betweenness"))
    assert (one["betweenness"] - exact["betweenness"]).abs().max() < 0.05  # type: ignore[operator]


def test_a_lone_source_is_not_divided_by_nothing() -> None:
    assert betweenness(nx.to_scipy_sparse_array(nx.path_graph(3)), [0]).tolist() == [0, 1, 0]


@pytest.mark.parametrize("distance", ["hops", "inverse"])
def test_auto_samples_large_graphs_only(monkeypatch: pytest.MonkeyPatch, distance: Any) -> None:
    graph = nx.relabel_nodes(nx.gnp_random_graph(40, 0.1, seed=3), str)
    monkeypatch.setattr(MODULE, "_SAMPLES", 10)
    assert centrality(graph).equals(centrality(graph, betweenness="exact"))
    monkeypatch.setitem(MODULE._EXACT, distance, 1)
    auto, sampled, exact = (
        centrality(graph, distance=distance, betweenness=how) for how in ("auto", "sampled", "exact")
    )
    assert auto.equals(sampled)
    assert not auto.equals(exact)


def test_strength_does_not_depend_on_the_order_of_the_edges() -> None:
    graph: nx.Graph[str] = nx.Graph()
    weights = [0.1, 0.2, 0.3, 1e16, 1.0]
    graph.add_weighted_edges_from(("b", f"x{place}", weight) for place, weight in enumerate(weights))
    graph.add_weighted_edges_from(("a", f"y{place}", weight) for place, weight in enumerate(reversed(weights)))
    rows = centrality(graph, measures=["strength"]).select("symbol", "strength").rows()
    assert rows[:2] == [("a", math.fsum(weights)), ("b", math.fsum(weights))]


def test_nodes_without_symbol_are_called_by_their_id_and_loops_do_not_count() -> None:
    graph = nx.Graph([("a", "b"), ("a", "a")])
    assert centrality(graph).rows()[0][:4] == ("a", "a", 1, 1.0)
    assert nx.number_of_selfloops(graph) == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"betweenness": "none"}, "auto, exact, sampled"),
        ({"distance": "weight"}, "hops, inverse"),
        ({"measures": ["degree", "fame"]}, "measure 'fame' is not known; take one of degree, strength"),
        ({"measures": []}, "no measure was chosen; take one or several of degree"),
    ],
)
def test_unknown_values_are_refused(options: dict[str, Any], named: str) -> None:
    with pytest.raises(QueryError, match=named):
        centrality(nx.Graph(), **options)


@pytest.mark.parametrize("weight", [math.inf, math.nan])
def test_a_weight_that_is_no_number_is_refused(weight: float) -> None:
    graph = nx.Graph([("1", "2", {"weight": 1.0}), ("7", "3\x1b", {"weight": weight})])
    with pytest.raises(QueryError, match=rf"the weight of 7 and 3\\x1b is {weight}; choose a weight"):
        centrality(graph)


def test_batches_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.to_scipy_sparse_array(nx.gnp_random_graph(60, 0.06, seed=5))
    whole = betweenness(graph)
    monkeypatch.setattr(kg.network.graph.betweenness, "_BATCH", 7)
    assert np.abs(betweenness(graph) - whole).max() < 1e-15


@pytest.mark.parametrize("distance", ["hops", "inverse"])
@pytest.mark.parametrize(
    ("measures", "n_paths"),
    [(None, 400), (["closeness"], 200), (["betweenness", "degree"], 200), (["degree"], 0)],
)
def test_progress_is_told_of_the_nodes_whose_paths_are_followed(
    monkeypatch: pytest.MonkeyPatch, distance: Any, measures: Any, n_paths: int
) -> None:
    monkeypatch.setattr(kg.network.graph.weighted_paths, "_CELLS", 10_000)
    told: list[tuple[int, int]] = []
    centrality(
        nx.path_graph(200),
        measures=measures,
        distance=distance,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) > 2 or not n_paths
    assert told[-1:] == ([(n_paths, n_paths)] if n_paths else [])
