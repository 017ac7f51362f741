"""The disparity filter: by hand, by its integral, and against a loop over the formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from kg.errors import QueryError
from kg.network import backbone
from kg.network.graph.backbone import disparity

if TYPE_CHECKING:
    from typing import Any


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph[str]:
    n = draw(st.integers(2, 12))
    graph: nx.Graph[str] = nx.Graph(tier="all")
    graph.add_nodes_from((str(node), {"symbol": f"G{node}"}) for node in range(n))
    for a in range(n):
        for b in range(a):
            if draw(st.booleans()):
                graph.add_edge(str(a), str(b), weight=draw(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 9.0, 100.0])), count=a)
    return graph


def reference(graph: nx.Graph[str], a: str, b: str) -> float:
    """Return the smaller chance of the two ends, by the integral of formula 2 of the paper."""
    weight = graph.edges[a, b]["weight"]
    if weight <= 0:
        return 1.0
    chances = []
    for node in (a, b):
        weights = [edge["weight"] for edge in graph[node].values() if edge["weight"] > 0]
        k, share = len(weights), weight / sum(weights)
        within, _ = quad(lambda x, k=k: (k - 1) * (1 - x) ** (k - 2), 0, share) if k > 1 else (0.0, 0.0)
        chances.append(1 - within)
    return min(chances)


def test_a_star_by_hand() -> None:
    # The hub has k = 4 and strength 10: shares .7, .1, .1, .1; each leaf has one edge, so no say.
    graph: nx.Graph[str] = nx.Graph()
    graph.add_weighted_edges_from([("hub", "a", 7), ("hub", "b", 1), ("hub", "c", 1), ("hub", "d", 1)])
    kept = backbone(graph, alpha=0.5)
    assert list(kept.edges()) == [("hub", "a")]
    assert kept.edges["hub", "a"]["disparity"] == pytest.approx(0.3**3)
    assert backbone(graph, alpha=0.75).number_of_edges() == 4  # .9 ** 3 is .729
    assert backbone(graph, alpha=0.729).number_of_edges() == 1
    assert backbone(graph, alpha=0.027).number_of_edges() == 0


def test_an_edge_stays_for_the_end_where_it_stands_out() -> None:
    # For x the edge to the hub is 1 of 6 of its strength; for the hub it is 5 of 55 in a row of equals but one.
    graph: nx.Graph[str] = nx.Graph()
    graph.add_weighted_edges_from(
        [("hub", f"n{i}", 5) for i in range(10)] + [("hub", "x", 5), ("x", "y", 1), ("x", "z", 1)]
    )
    at_hub, at_x = (1 - 5 / 55) ** 10, (1 - 5 / 7) ** 2
    assert at_x < 0.1 < at_hub
    assert list(backbone(graph, alpha=0.1).edges(data="disparity")) == [("hub", "x", pytest.approx(at_x))]


@given(graphs())
@settings(deadline=None, max_examples=50)
def test_chances_are_those_of_the_paper(graph: nx.Graph[str]) -> None:
    ends = [(int(a), int(b)) for a, b in graph.edges()]
    left, right = np.array(ends, int).reshape(-1, 2).T
    weights = np.array([values["weight"] for *_, values in graph.edges(data=True)], np.float64)
    found = disparity(left, right, weights, n_nodes=len(graph))
    assert found == pytest.approx([reference(graph, a, b) for a, b in graph.edges()], abs=1e-9)
    assert disparity(right, left, weights, n_nodes=len(graph)) == pytest.approx(found, abs=1e-15)


@given(graphs(), st.sampled_from([0.0131, 0.317, 1.0]))
@settings(deadline=None, max_examples=50)
def test_the_backbone_is_a_part_of_the_network(graph: nx.Graph[str], alpha: float) -> None:
    kept = backbone(graph, alpha=alpha)
    expected = {frozenset(edge) for edge in graph.edges() if reference(graph, *edge) < alpha - 1e-12}
    assert {frozenset(edge) for edge in kept.edges()} == expected
    assert [node for node in graph if node in kept] == list(kept)
    assert all(kept.degree(node) for node in kept)
    for a, b, values in kept.edges(data=True):
        assert {name: value for name, value in values.items() if name != "disparity"} == graph.edges[a, b]
    assert kept.graph == graph.graph
    assert dict(kept.nodes(data=True)) == {node: graph.nodes[node] for node in kept}
    assert all("disparity" not in edge for *_, edge in graph.edges(data=True))


def test_loops_count_for_nothing_and_an_edge_without_weight_for_one() -> None:
    graph = nx.Graph([("a", "b"), ("a", "a"), ("a", "c")])
    assert [edge["disparity"] for *_, edge in backbone(graph, alpha=0.6).edges(data=True)] == [0.5, 0.5]


@pytest.mark.parametrize("alpha", [0.0, -1.0, 1.01, float("nan")])
def test_a_limit_that_is_no_chance_is_refused(alpha: float) -> None:
    with pytest.raises(QueryError, match="is not above 0 and at most 1"):
        backbone(nx.Graph(), alpha=alpha)


def test_a_weight_that_is_no_number_is_refused() -> None:
    graph: nx.Graph[Any] = nx.Graph([("a", "b", {"weight": float("inf")})])
    with pytest.raises(QueryError, match="a weight is no number"):
        backbone(graph)
