"""Pictures: what is chosen, that nothing overlaps, that the same network gives the same bytes, what an SVG holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from kg.errors import ExportError, QueryError
from kg.network import backbone, plot_network, to_frames
from kg.network.pictures import plot
from kg.network.pictures.drawing import part_boxes, place_nodes, to_drawing

if TYPE_CHECKING:
    from pathlib import Path

    from kg.network.pictures.drawing import Drawing

SVG = "{http://www.w3.org/2000/svg}"


def network(n: int = 40, *, seed: int = 1) -> nx.Graph[str]:
    """A network of some communities with weights of many sizes; node i is called GENEi."""
    graph: nx.Graph[str] = nx.Graph()
    base = nx.connected_caveman_graph(max(1, n // 8), 8) if n >= 8 else nx.path_graph(n)
    graph.add_nodes_from((str(node), {"symbol": f"GENE{node}"}) for node in base)
    for place, (a, b) in enumerate(base.edges()):
        graph.add_edge(str(a), str(b), weight=1.0 + (place * 7919 + seed) % 97)
    return graph


def read_svg(path: Path) -> tuple[ET.Element, list[str]]:
    root = ET.parse(path).getroot()  # noqa: S314  # our own file
    return root, ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


boxes = st.lists(
    st.tuples(*[st.floats(-50, 50)] * 2, *[st.floats(1, 40)] * 2) | st.just((0.0, 0.0, 20.0, 9.0)),
    min_size=1,
    max_size=30,
)


@given(boxes)
@settings(deadline=None)
def test_boxes_are_parted_and_those_that_do_not_overlap_stay(found: list[tuple[float, ...]]) -> None:
    centres, sizes = np.array(found)[:, :2], np.array(found)[:, 2:]
    places = part_boxes(centres, sizes)
    first, second = np.triu_indices(len(places), k=1)
    for where in (centres, places):
        room = np.abs(where[first] - where[second]) - (sizes[first] + sizes[second]) / 2
        overlapping = (room < -1e-6).all(axis=1)
        if where is centres and not overlapping.any():
            assert np.array_equal(places, centres)
    assert not overlapping.any()
    # Two boxes are moved by the same way, so that the whole stays where it is.
    assert places.mean(axis=0) == pytest.approx(centres.mean(axis=0), abs=1e-6)


def test_a_small_network_is_drawn_whole() -> None:
    graph = network(16)
    drawing = to_drawing(graph, max_nodes=80, max_edges=200)
    assert (drawing.n_nodes, drawing.n_edges) == (16, graph.number_of_edges())
    assert nx.utils.edges_equal(drawing.graph.edges(data="weight"), graph.edges(data="weight"))
    for node, values in drawing.graph.nodes(data=True):
        assert values["symbol"] == graph.nodes[node]["symbol"]
        assert values["strength"] == graph.degree(node, weight="weight")
    assert {values["community"] for _, values in drawing.graph.nodes(data=True)} == {1, 2}


def test_of_a_large_network_the_strongest_nodes_are_drawn_with_what_stands_out() -> None:
    graph: nx.Graph[str] = nx.relabel_nodes(nx.gnp_random_graph(150, 0.5, seed=2), str)
    for place, (*_, edge) in enumerate(graph.edges(data=True)):
        edge["weight"] = 1.0 + (place * 7919) % 101
    drawing = to_drawing(to_frames(graph), max_nodes=30, max_edges=60)
    strengths = dict(graph.degree(weight="weight"))
    assert {*drawing.graph} == {*sorted(graph, key=lambda node: -strengths[node])[:30]}
    assert drawing.graph.number_of_edges() == 60
    assert nx.is_connected(drawing.graph)
    inner = graph.subgraph(drawing.graph)
    drawn = {frozenset(edge) for edge in drawing.graph.edges()}
    drawn_tree = nx.maximum_spanning_tree(drawing.graph)
    assert drawn_tree.size(weight="weight") == nx.maximum_spanning_tree(nx.Graph(inner)).size(weight="weight")
    whole = backbone(nx.Graph(inner), alpha=1)
    chance = {frozenset((a, b)): values["disparity"] for a, b, values in whole.edges(data=True)}
    rest = drawn - {frozenset(edge) for edge in drawn_tree.edges()}
    assert max(chance[edge] for edge in rest) <= min(chance[edge] for edge in {*chance} - drawn)


def test_what_hangs_apart_is_drawn_side_by_side() -> None:
    graph = nx.disjoint_union_all([nx.complete_graph(5), nx.path_graph(3), nx.path_graph(2)])
    places = place_nodes(nx.relabel_nodes(graph, str), width=100, height=50)
    assert list(places) == [str(node) for node in range(10)]
    for part, low, high in ((range(5), 0, 50), (range(5, 8), 50, 80), (range(8, 10), 80, 100)):
        x, y = np.array([places[str(node)] for node in part]).T
        assert low - 1e-9 <= x.min() <= x.max() <= high + 1e-9
        assert -1e-9 <= y.min() <= y.max() <= 50 + 1e-9


@pytest.mark.parametrize("suffix", ["png", "svg", "SVG"])
def test_the_same_network_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    pictures = []
    for name, form in (("a", network(16)), ("b", to_frames(network(16)))):
        with mpl.rc_context({"font.size": 30, "font.family": "monospace"} if name == "b" else {}):
            plot_network(form, tmp_path / f"{name}.{suffix}")
        pictures.append((tmp_path / f"{name}.{suffix}").read_bytes())
    assert pictures[0] == pictures[1]
    magic = b"\x89PNG\r\n" if suffix == "png" else b"<?xml"
    assert pictures[0].startswith(magic)
    assert b"20" + b"26-" not in pictures[0]


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    plot_network(network(16), tmp_path / "here.svg")
    code = (
        "from tests.network.pictures.test_plot import network\nfrom kg.network import plot_network\n"
        f"plot_network(network(16), {str(tmp_path / 'there.svg')!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "5"})
    assert (tmp_path / "here.svg").read_bytes() == (tmp_path / "there.svg").read_bytes()


def test_an_svg_holds_every_label_as_text_and_says_what_it_shows(tmp_path: Path) -> None:
    graph = network(40)
    plot_network(graph, tmp_path / "whole.svg")
    _, texts = read_svg(tmp_path / "whole.svg")
    assert {f"GENE{node}" for node in graph} <= set(texts)
    assert "40 genes and 140 pairs" in texts
    assert sum(text.startswith("strength ") for text in texts) == sum(text.startswith("weight ") for text in texts) == 2
    plot_network(graph, tmp_path / "part.svg", max_nodes=12, max_edges=20)
    _, texts = read_svg(tmp_path / "part.svg")
    (caption,) = [text for text in texts if " of 40 genes" in text]
    match = re.fullmatch(
        r"(\d+) of 40 genes, those of the greatest strength, and (\d+) of 140 pairs, those that stand out among them",
        caption,
    )
    assert match is not None
    assert int(match[1]) <= 12
    assert int(match[2]) <= 20
    assert len({text for text in texts if re.fullmatch(r"GENE\d+", text)}) == int(match[1])


def test_labels_and_nodes_of_a_dense_network_do_not_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[Any] = []
    original = plot._draw

    def keep(drawing: Drawing) -> Any:
        figures.append(original(drawing))
        return figures[-1]

    monkeypatch.setattr(plot, "_draw", keep)
    graph = nx.relabel_nodes(nx.complete_graph(40), str)
    nx.set_node_attributes(graph, {node: f"LONGNAME{node}" for node in graph}, "symbol")
    plot_network(graph, tmp_path / "dense.png", max_edges=150)
    (figure,) = figures
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    axes = figure.axes[0]
    labels = [text for text in axes.texts if text.get_text().startswith("LONGNAME") and "," not in text.get_text()]
    assert len(labels) == 40
    drawn = [(text.get_text(), text.get_window_extent(renderer)) for text in labels]
    circles = axes.collections[1].get_paths()
    drawn += [("circle", axes.transData.transform_path(path).get_extents()) for path in circles]
    assert len(drawn) == 80
    for place, (name, box) in enumerate(drawn):
        for other, second in drawn[place + 1 :]:
            apart = box.x1 < second.x0 or second.x1 < box.x0 or box.y1 < second.y0 or second.y1 < box.y0
            # A label stands right below its own circle.
            own = other == "circle" and name != "circle" and abs(box.x0 + box.x1 - second.x0 - second.x1) < 2
            assert apart or own, (name, other)


def test_communities_have_colours_of_their_own_and_the_eighth_is_grey(tmp_path: Path) -> None:
    graph = nx.relabel_nodes(nx.disjoint_union_all([nx.complete_graph(n) for n in range(3, 12)]), str)
    plot_network(graph, tmp_path / "many.svg")
    root, texts = read_svg(tmp_path / "many.svg")
    legend = [text for text in texts if ", " in text]
    assert len(legend) == 9
    assert legend[0] == "63 genes and 200 of 219 pairs, those that stand out among them"
    assert legend[1].endswith(" and 7 more")
    fills = set(re.findall("fill: (#[0-9a-f]{6})", ET.tostring(root, encoding="unicode")))
    assert {"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#9a9a9a"} <= fills


@pytest.mark.parametrize("symbol", ["$x^2", "\x1b[2J", "蛋白质", "<&>", "A" * 100, "a\nb"])
def test_any_symbol_can_be_drawn(symbol: str, tmp_path: Path) -> None:
    graph = network(8)
    graph.nodes["0"]["symbol"] = symbol
    plot_network(graph, tmp_path / "odd.svg")
    _, texts = read_svg(tmp_path / "odd.svg")
    shown = {"\x1b[2J": "\\x1b[2J", "a\nb": "a\\x0ab"}.get(symbol, symbol)
    assert any(text.startswith(shown[:20]) and len(text) < 60 for text in texts)
    plot_network(graph, tmp_path / "odd.png")


def test_two_genes_are_a_picture(tmp_path: Path) -> None:
    plot_network(nx.Graph([("1", "2")]), tmp_path / "two.svg", max_nodes=2, max_edges=2)
    _, texts = read_svg(tmp_path / "two.svg")
    assert {"1", "2", "2 genes and 1 pair"} <= set(texts)


def test_a_picture_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "network.png"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(QueryError, match="there is no pair of genes to draw"):
        plot_network(nx.empty_graph(3), target)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(ExportError, match=r"folder\.svg: cannot be written"):
        plot_network(network(8), tmp_path / "folder.svg")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ExportError, match=r"pictures need matplotlib: install pfocr-kg\[plot\]"):
        plot_network(network(8), target)
    assert target.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.svg", "network.png"]


@pytest.mark.parametrize(
    ("options", "named"),
    [({"max_nodes": 1}, "max_nodes 1 is too small"), ({"max_edges": 0}, "max_edges 0 is too small")],
)
def test_too_little_to_draw_is_refused(options: dict[str, int], named: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=named):
        plot_network(network(8), tmp_path / "x.svg", **options)


@pytest.mark.parametrize("name", ["x.pdf", "x", "x.svg.gz"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"a picture's suffix is \.png or \.svg"):
        plot_network(network(8), tmp_path / name)


@pytest.mark.parametrize("graph", [nx.Graph(), nx.Graph([("a", "b", {"weight": -1.0})]), nx.Graph([("a", "a")])])
def test_without_a_pair_there_is_nothing_to_draw(graph: nx.Graph[str], tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="there is no pair of genes to draw"):
        plot_network(graph, tmp_path / "x.png")
