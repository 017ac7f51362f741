"""GraphML, GEXF, Cytoscape JSON and CX2: networkx, ndex2, and other readers, find the network that was written."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings

from kg.errors import ExportError
from kg.graph_files import GraphStream, to_cx2, to_cytoscape, to_gexf, to_graphml
from kg.network import to_frames
from kg.network.files.graph_files import to_stream
from tests.network.graphs import networks, two_genes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def known(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a file can say of attributes: neither None nor infinity nor not-a-number."""
    return {name: value for name, value in values.items() if value is not None and not is_odd(value)}


def is_odd(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def nodes(graph: nx.Graph[Any], *leave: str) -> dict[str, dict[str, Any]]:
    return {node: {n: v for n, v in values.items() if n not in leave} for node, values in graph.nodes(data=True)}


def edges(graph: nx.Graph[Any], *leave: str) -> dict[frozenset[str], dict[str, Any]]:
    found = graph.edges(data=True)
    return {frozenset((a, b)): {n: v for n, v in values.items() if n not in leave} for a, b, values in found}


def sayable(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Return the graph less what a file cannot say."""
    kept: nx.Graph[Any] = nx.Graph(**known(graph.graph))
    kept.add_nodes_from((node, known(values)) for node, values in graph.nodes(data=True))
    kept.add_edges_from((a, b, known(values)) for a, b, values in graph.edges(data=True))
    return kept


def named(graph: nx.Graph[Any], attribute: str) -> dict[str, str]:
    return {node: values[attribute] for node, values in graph.nodes(data=True)}


def text(form: Callable[[GraphStream], Iterator[str]], graph: nx.Graph[Any]) -> str:
    return "".join(form(to_stream(to_frames(graph))))


@given(networks())
@settings(deadline=None)
def test_graphml_reads_back_as_the_same_graph(graph: nx.Graph[str]) -> None:
    back = nx.parse_graphml(text(to_graphml, graph), force_multigraph=False)
    defaults = ("node_default", "edge_default")
    assert {key: value for key, value in back.graph.items() if key not in defaults} == known(graph.graph)
    assert list(back) == list(graph)
    assert nodes(back) == nodes(sayable(graph))
    assert edges(back) == edges(sayable(graph))


@given(networks())
@settings(deadline=None)
def test_gexf_reads_back_as_the_same_graph(graph: nx.Graph[str]) -> None:
    import io

    back = nx.read_gexf(io.BytesIO(text(to_gexf, graph).encode()), version="1.3")
    assert list(back) == list(graph)
    assert named(back, "label") == named(graph, "symbol")
    assert nodes(back, "label") == nodes(sayable(graph))
    assert edges(back, "id") == edges(sayable(graph))


@given(networks())
@settings(deadline=None)
def test_cytoscape_json_reads_back_as_the_same_graph(graph: nx.Graph[str]) -> None:
    data = json.loads(text(to_cytoscape, graph), parse_constant=pytest.fail)
    back = nx.cytoscape_graph(data)
    assert back.graph == known(graph.graph)
    assert list(back) == list(graph)
    assert nodes(back, "id", "value", "name") == nodes(sayable(graph))
    assert named(back, "name") == named(graph, "symbol")
    assert edges(back, "source", "target") == edges(sayable(graph))


@given(networks())
@settings(deadline=None)
def test_cx2_reads_back_as_the_same_graph(graph: nx.Graph[str]) -> None:
    from ndex2.cx2 import CX2Network

    back = CX2Network()
    back.create_from_raw_cx2(json.loads(text(to_cx2, graph), parse_constant=pytest.fail))
    ids = {number: node["v"].pop("represents") for number, node in back.get_nodes().items()}
    assert back.get_network_attributes() == known(graph.graph)
    assert list(ids.values()) == list(graph)
    assert {ids[n]: node["v"].pop("name") for n, node in back.get_nodes().items()} == named(graph, "symbol")
    assert {ids[n]: node["v"] for n, node in back.get_nodes().items()} == nodes(sayable(graph))
    found = {frozenset((ids[edge["s"]], ids[edge["t"]])): edge["v"] for edge in back.get_edges().values()}
    assert found == edges(sayable(graph))


@pytest.mark.parametrize("form", [to_graphml, to_gexf, to_cytoscape, to_cx2])
def test_a_network_longer_than_a_block_is_written_whole(
    form: Callable[[GraphStream], Iterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = nx.complete_graph(4)
    whole = text(form, graph)
    monkeypatch.setattr("kg.network.files.graph_files._BLOCK", 2)
    assert text(form, graph) == whole


@pytest.mark.parametrize("form", [to_graphml, to_gexf, to_cytoscape])
@pytest.mark.parametrize("graph", [nx.Graph(), nx.empty_graph(["1"]), nx.Graph([("1", "2")])], ids=["0", "1", "2"])
def test_a_network_of_little_can_be_written(form: Callable[[GraphStream], Iterator[str]], graph: nx.Graph[str]) -> None:
    import io

    written = text(form, graph)
    if form is to_graphml:
        back: nx.Graph[Any] = nx.parse_graphml(written)
    elif form is to_gexf:
        back = nx.read_gexf(io.BytesIO(written.encode()), version="1.3")
    else:
        back = nx.cytoscape_graph(json.loads(written))
    assert list(back) == list(graph)
    assert [{*edge} for edge in back.edges()] == [{*edge} for edge in graph.edges()]


def test_a_real_network_reads_well() -> None:
    graph = two_genes()
    assert text(to_graphml, graph).splitlines()[-5:-3] == [
        f'<edge source="{a}" target="6774"><data key="d5">{weight}</data><data key="d6">{n}</data>'
        f'<data key="d7">{weight}</data><data key="d8">{q}</data></edge>'
        for a, weight, n, q in (("3569", 2.0, 2, 0.01), ("3716", 0.5, 1, 0.5))
    ]
    gexf = ET.fromstring(text(to_gexf, graph))  # noqa: S314  # our own text
    place = {"g": "http://gexf.net/1.3"}
    assert gexf.findtext("g:meta/g:description", namespaces=place) == "tier=all"
    assert [edge.get("weight") for edge in gexf.iterfind(".//g:edge", place)] == ["2.0", "0.5"]
    lines = text(to_cytoscape, graph).splitlines()
    assert lines[0] == '{"data":{"tier":"all"},"directed":false,"multigraph":false,"elements":{"nodes":['
    assert lines[1] == (
        '{"data":{"id":"3569","value":"3569","name":"IL6","symbol":"IL6","kind":"gene","taxon":"9606","n_figures":2}},'
    )
    assert lines[-3:] == [
        '{"data":{"source":"3569","target":"6774","weight":2.0,"n_figures":2,"fractional":2.0,"q_value":0.01}},',
        '{"data":{"source":"3716","target":"6774","weight":0.5,"n_figures":1,"fractional":0.5,"q_value":0.5}}',
        "]}}",
    ]


@pytest.mark.parametrize(
    ("graph", "named"),
    [
        (nx.Graph([("1", "2", {"source": "x"})]), "edge attribute 'source'"),
        (nx.Graph([("1", "2", {"id": 1})]), "edge attribute 'id'"),
    ],
)
def test_a_name_that_cytoscape_needs_is_refused(graph: nx.Graph[str], named: str) -> None:
    with pytest.raises(ExportError, match=f"the {named} has a name that Cytoscape JSON has a use for"):
        text(to_cytoscape, graph)


def test_a_node_attribute_that_cytoscape_needs_is_refused() -> None:
    graph = nx.empty_graph(["1"])
    graph.nodes["1"]["name"] = "x"
    with pytest.raises(ExportError, match="the node attribute 'name'"):
        text(to_cytoscape, graph)
