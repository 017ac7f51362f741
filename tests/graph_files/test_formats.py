"""Graphs of any text go into every format and come back: by our readers, by networkx and by ndex2."""

from __future__ import annotations

import io
import json
import math
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ExportError
from kg.graph_files import (
    Edge,
    GraphStream,
    Node,
    join_lists,
    read_cx2,
    read_cytoscape,
    read_gexf,
    read_graphml,
    split_list,
    to_cx2,
    to_cytoscape,
    to_gexf,
    to_graphml,
)
from kg.graph_files.tables import write_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMATS: dict[str, tuple[Callable[[GraphStream], Iterator[str]], Callable[[Path], Iterator[Node | Edge]]]] = {
    "graphml": (to_graphml, read_graphml),
    "gexf": (to_gexf, read_gexf),
    "cyjs": (to_cytoscape, read_cytoscape),
    "cx2": (to_cx2, read_cx2),
}
XML = ("graphml", "gexf")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
TEXT = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    [
        "a|b",
        "\\",
        "|",
        "\\|",
        "]]>",
        "&amp;",
        '"',
        "\r\n",
        "\t",
        "\u2028",
        "\x00",
        "\ufffe",
        "\uffff",
        "\x1f",
        "\x85",
        " ",
        "'",
        "{",
    ]
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "A": {"word": pl.String, "words": pl.List(pl.String), "n": pl.Int64},
    "B": {"n": pl.Int64, "x": pl.Float64, "yes": pl.Boolean},
}


@st.composite
def streams(draw: st.DrawFn) -> tuple[GraphStream, list[Node], list[Edge]]:
    """A graph of two kinds of nodes in batches, and what a reader must find."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "word": TEXT | st.none(),
        "words": st.lists(TEXT, max_size=3),
        "n": st.integers(-(2**60), 2**60) | st.none(),
        "x": st.floats() | st.none(),
        "yes": st.booleans() | st.none(),
    }
    ids = draw(st.lists(TEXT.filter(lambda text: not FORBIDDEN.search(text)), unique=True, max_size=5))
    batches, nodes = [], []
    for number, node in enumerate(ids):
        schema = SCHEMAS["AB"[number % 2]]
        row = {name: draw(values[name]) for name in schema}
        name = draw(TEXT)
        batches.append(
            pl.DataFrame([{"~id": node, "~name": name, **row}], schema={"~id": pl.String, "~name": pl.String, **schema})
        )
        nodes.append(Node(node, row, name))
    rows, edges = [], []
    for source in ids:
        for target in ids:
            if draw(st.booleans()):
                row = {"weight": draw(st.floats(-1e9, 1e9)), "words": draw(values["words"])}
                rows.append({"~source": source, "~target": target, **row})
                edges.append(Edge(source, target, row))
    table = pl.DataFrame(
        rows, schema={"~source": pl.String, "~target": pl.String, "weight": pl.Float64, "words": pl.List(pl.String)}
    )
    node_schemas = [{"~id": pl.String(), "~name": pl.String(), **schema} for schema in SCHEMAS.values()]
    stream = GraphStream(
        node_schemas,
        [table.schema],
        lambda: batches,
        lambda: table.iter_slices(2) if table.height else (),
        {"tier": "a & <b>", "fdr": 0.5, "n": 3, "yes": True, "odd": math.inf},
        is_directed=True,
    )
    return stream, nodes, edges


def known(row: dict[str, Any], form: str) -> dict[str, Any]:
    """What a file can say of a row."""

    def carried(value: Any) -> Any:
        if isinstance(value, list):
            return [carried(item) for item in value]
        return FORBIDDEN.sub("\ufffd", value) if isinstance(value, str) and form in XML else value

    return {
        name: carried(value)
        for name, value in row.items()
        if value is not None and value != [] and not (isinstance(value, float) and not math.isfinite(value))
    }


def written(form: str, stream: GraphStream, folder: str) -> Path:
    path = Path(folder) / f"graph.{form}"
    write_chunks(path, FORMATS[form][0](stream))
    return path


@pytest.mark.parametrize("form", FORMATS)
@given(made=streams())
@settings(max_examples=60)
def test_our_reader_finds_what_was_written(form: str, made: tuple[GraphStream, list[Node], list[Edge]]) -> None:
    stream, nodes, edges = made
    with TemporaryDirectory() as folder:
        found = list(FORMATS[form][1](written(form, stream, folder)))
    expected: list[Node | Edge] = [
        Node(n.id, known(n.attributes, form), None if form == "graphml" else known({"": n.name}, form)[""])
        for n in nodes
    ]
    expected += [Edge(e.source, e.target, known(e.attributes, form)) for e in edges]
    assert found == expected


@given(made=streams())
@settings(max_examples=60)
def test_other_software_finds_the_same(made: tuple[GraphStream, list[Node], list[Edge]]) -> None:
    from ndex2.cx2 import CX2Network

    stream, nodes, edges = made
    with TemporaryDirectory() as folder:
        paths = {form: written(form, stream, folder) for form in FORMATS}
        graphml = nx.read_graphml(paths["graphml"])
        gexf = nx.read_gexf(paths["gexf"], version="1.3")
        cytoscape = nx.cytoscape_graph(
            json.loads(paths["cyjs"].read_text(encoding="utf-8"), parse_constant=pytest.fail)
        )
        cx2 = CX2Network()
        cx2.create_from_raw_cx2(str(paths["cx2"]))
    assert cytoscape.graph == cx2.get_network_attributes() == {"tier": "a & <b>", "fdr": 0.5, "n": 3, "yes": True}
    assert {n: graphml.graph[n] for n in ("tier", "fdr", "n", "yes")} == cytoscape.graph
    for graph in (graphml, gexf, cytoscape):
        assert list(graph) == [node.id for node in nodes]
        assert graph.is_directed()
        assert {*graph.edges()} == {(edge.source, edge.target) for edge in edges}
    for node in nodes:
        values = known(node.attributes, "graphml")
        if "words" in values:
            assert (
                split_list(graphml.nodes[node.id]["words"])
                == split_list(gexf.nodes[node.id]["words"])
                == values["words"]
            )
        for name in values.keys() - {"words"}:
            # networkx gives no empty text
            assert graphml.nodes[node.id].get(name, "") == gexf.nodes[node.id].get(name, "") == values[name]
        assert {n: v for n, v in cytoscape.nodes[node.id].items() if n in node.attributes} == known(node.attributes, "")
    ids = [node["v"]["represents"] for node in cx2.get_nodes().values()]
    assert ids == [node.id for node in nodes]
    assert [(ids[e["s"]], ids[e["t"]], e["v"]) for e in cx2.get_edges().values()] == [
        (edge.source, edge.target, known(edge.attributes, "")) for edge in edges
    ]


@pytest.mark.parametrize("form", XML)
def test_what_xml_forbids_is_replaced(form: str, tmp_path: Path) -> None:
    forbidden = [chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)]
    graph = stream({"~id": ["a"], "~name": ["a"], "words": [forbidden]})
    write_chunks(tmp_path / f"graph.{form}", FORMATS[form][0](graph))
    (node,) = FORMATS[form][1](tmp_path / f"graph.{form}")
    assert isinstance(node, Node)
    assert node.attributes == {"words": ["\ufffd"] * len(forbidden)}


@given(st.lists(TEXT, max_size=5))
def test_lists_that_are_one_text_come_apart_again(texts: list[str]) -> None:
    table = pl.DataFrame({"texts": [texts]}, schema={"texts": pl.List(pl.String)})
    joined = table.select(join_lists("texts")).item()
    assert joined is None if not texts else split_list(joined) == texts


def stream(nodes: dict[str, list[Any]], edges: dict[str, list[Any]] | None = None) -> GraphStream:
    tables = (
        pl.DataFrame(nodes),
        pl.DataFrame(
            edges or {"~source": [], "~target": []}, schema_overrides={"~source": pl.String, "~target": pl.String}
        ),
    )
    return GraphStream(
        [tables[0].schema], [tables[1].schema], lambda: [tables[0]], lambda: [tables[1]] if tables[1].height else []
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_has_one_type(form: str) -> None:
    schemas: Any = [{"~id": pl.String(), "n": pl.Int64()}, {"~id": pl.String(), "n": pl.String()}]
    with pytest.raises(ExportError, match="the attribute 'n' is long here and string there; rename one of them"):
        list(FORMATS[form][0](GraphStream(schemas, [], list, list)))


@pytest.mark.parametrize(
    ("form", "name"), [("cyjs", "id"), ("cyjs", "value"), ("cyjs", "name"), ("cx2", "name"), ("cx2", "represents")]
)
def test_a_name_that_a_format_needs_is_refused(form: str, name: str) -> None:
    with pytest.raises(ExportError, match=f"the node attribute '{name}' has a name that .* has a use for; rename it"):
        list(FORMATS[form][0](stream({"~id": ["a"], "~name": ["a"], name: ["x"]})))


def test_cx2_needs_nodes_with_ids_of_their_own_and_edges_between_them() -> None:
    ends = {"~source": ["a"], "~target": ["a"]}
    with pytest.raises(ExportError, match="two nodes have the same id"):
        list(to_cx2(stream({"~id": ["a", "a"], "~name": ["a", "b"]}, ends)))
    for wrong in ("b", "0", "zzz"):
        with pytest.raises(ExportError, match=f"an edge ends at '{wrong}', and there is no such node"):
            list(to_cx2(stream({"~id": ["a"], "~name": ["a"]}, {"~source": ["a"], "~target": [wrong]})))
    with pytest.raises(ExportError, match="no such node"):
        list(to_cx2(stream({"~id": ["a"], "~name": ["a"]}, {"~source": ["b"], "~target": ["a"]})))


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_no_such_file_is_said(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"graph.{form}"
    for data in (b"{", b"\xff\xfe", b""):
        path.write_bytes(data)
        with pytest.raises(
            ExportError, match=r"not XML that can be read|ends before its end|not JSON that can be read"
        ):
            list(FORMATS[form][1](path))


def test_a_whole_line_that_is_no_json_is_said(tmp_path: Path) -> None:
    (tmp_path / "graph.cyjs").write_text('{"data":{"id":x}}\n', encoding="utf-8")
    with pytest.raises(ExportError, match="not JSON that can be read"):
        list(read_cytoscape(tmp_path / "graph.cyjs"))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_compressed_file_is_read_as_any_other(form: str, suffix: str, tmp_path: Path) -> None:
    graph = stream({"~id": ["a", "b"], "~name": ["A", "B"]}, {"~source": ["a"], "~target": ["b"]})
    path = tmp_path / f"graph.{form}{suffix}"
    write_chunks(path, FORMATS[form][0](graph))
    assert [type(element) for element in FORMATS[form][1](path)] == [Node, Node, Edge]
    if suffix == ".gz":
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(ExportError, match="cannot be read: Compressed file ended"):
            list(FORMATS[form][1](path))


def test_a_graph_of_nothing_is_a_graph() -> None:
    empty = GraphStream([{"~id": pl.String(), "~name": pl.String()}], [], list, list)
    assert len(nx.parse_graphml("".join(to_graphml(empty)))) == 0
    assert len(nx.read_gexf(io.BytesIO("".join(to_gexf(empty)).encode()), version="1.3")) == 0
    assert len(nx.cytoscape_graph(json.loads("".join(to_cytoscape(empty))))) == 0
    assert json.loads("".join(to_cx2(empty)))[-1] == {"status": [{"success": True, "error": ""}]}
