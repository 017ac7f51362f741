"""GraphML, GEXF, Cytoscape JSON, CX2 and tables of hostile figures: other software reads back every node and edge."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pytest
from ndex2.cx2 import CX2Network
from typer.testing import CliRunner

import kg
from kg.cli import app
from kg.errors import ExportError
from kg.export import TARGETS, PropertyGraph, Selection
from kg.export.graph_stream import NAMED_BY
from kg.export.schema import EDGE_KINDS, NODE_LABELS, RELATIONSHIPS
from kg.graph_files import read_cx2, read_cytoscape, read_gexf, read_graphml, split_list
from kg.graph_files.stream import Edge, Node

from .hostile import hostile_build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Nodes = dict[str, dict[str, Any]]
Edges = dict[tuple[str, str], dict[str, Any]]

LISTS = {
    prop.name
    for properties in (
        *(label.properties for label in NODE_LABELS.values()),
        *(relationship.properties for relationship in RELATIONSHIPS.values()),
    )
    for prop in properties
    if prop.type == "string[]"
}
READERS: dict[str, Callable[[Path], Iterator[Node | Edge]]] = {
    "graphml": read_graphml,
    "gexf": read_gexf,
    "cytoscape": read_cytoscape,
    "cx2": read_cx2,
}


def said(row: dict[str, Any], *leave: str) -> dict[str, Any]:
    """What a file says of a row: neither nulls nor empty lists."""
    return {name: value for name, value in row.items() if name not in leave and value is not None and value != []}


@pytest.fixture(scope="module")
def graph() -> PropertyGraph:
    return PropertyGraph(hostile_build())


@pytest.fixture(scope="module")
def expected(graph: PropertyGraph) -> tuple[Nodes, Edges]:
    """Nodes by id with their names, and edges by their ends."""
    nodes, edges = {}, {}
    for label in graph.labels:
        for row in (row for batch in graph.nodes(label.name) for row in batch.to_dicts()):
            name = row[NAMED_BY[label.name]] or row["id"]
            if label.name == "GeneMention":
                row["number"] = str(row["number"])
            nodes[f"{label.name}:{row['id']}"] = said(row, "id", "name") | {"type": label.name, "name": name}
    for kind in graph.edge_kinds:
        for row in (row for batch in graph.edges(kind) for row in batch.to_dicts()):
            ends = f"{kind.source}:{row['source']}", f"{kind.target}:{row['target']}"
            assert ends not in edges
            edges[ends] = said(row, "source", "target") | {"interaction": kind.relationship}
    return nodes, edges


def with_lists(values: dict[str, Any], *leave: str) -> dict[str, Any]:
    """The attributes of a format without lists, its lists as they were."""
    return {n: split_list(v) if n in LISTS else v for n, v in values.items() if n not in leave}


def from_networkx(read: nx.Graph[Any], *leave: str) -> tuple[Nodes, Edges]:
    assert read.is_directed()
    return (
        {node: with_lists(values, *leave) for node, values in read.nodes(data=True)},
        {(a, b): with_lists(values, *leave) for a, b, values in read.edges(data=True)},
    )


def by_networkx_graphml(path: Path) -> tuple[Nodes, Edges]:
    return from_networkx(nx.read_graphml(path))


def by_networkx_gexf(path: Path) -> tuple[Nodes, Edges]:
    nodes, edges = from_networkx(nx.read_gexf(path, version="1.3"), "id")
    return {node: values | {"name": values.pop("label")} for node, values in nodes.items()}, edges


def by_networkx_cytoscape(path: Path) -> tuple[Nodes, Edges]:
    read = nx.cytoscape_graph(json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail))
    nodes = {node: said(values, "id", "value") for node, values in read.nodes(data=True)}
    return nodes, {(a, b): said(values, "source", "target") for a, b, values in read.edges(data=True)}


def by_ndex2(path: Path) -> tuple[Nodes, Edges]:
    read = CX2Network()
    read.create_from_raw_cx2(str(path))
    ids = {number: node["v"]["represents"] for number, node in read.get_nodes().items()}
    nodes = {ids[number]: said(node["v"], "represents") for number, node in read.get_nodes().items()}
    return nodes, {(ids[edge["s"]], ids[edge["t"]]): edge["v"] for edge in read.get_edges().values()}


@pytest.mark.parametrize(
    ("target", "read"),
    [
        ("graphml", by_networkx_graphml),
        ("gexf", by_networkx_gexf),
        ("cytoscape", by_networkx_cytoscape),
        ("cx2", by_ndex2),
    ],
)
def test_other_software_reads_every_node_and_edge(
    graph: PropertyGraph,
    expected: tuple[Nodes, Edges],
    tmp_path: Path,
    target: str,
    read: Callable[[Path], tuple[Nodes, Edges]],
) -> None:
    path = tmp_path / f"graph{TARGETS[target].suffixes[0]}"
    counts = TARGETS[target].write(graph, path)
    nodes, edges = read(path)
    assert nodes == expected[0]
    assert edges == expected[1]
    assert dict(counts) == graph.counts()


@pytest.mark.parametrize("target", READERS)
def test_our_own_reader_reads_the_same(
    graph: PropertyGraph, expected: tuple[Nodes, Edges], tmp_path: Path, target: str
) -> None:
    path = tmp_path / f"graph{TARGETS[target].suffixes[-1]}"
    TARGETS[target].write(graph, path)
    nodes, edges = {}, {}
    for element in READERS[target](path):
        if isinstance(element, Node):
            nodes[element.id] = element.attributes | ({} if element.name is None else {"name": element.name})
        else:
            edges[element.source, element.target] = element.attributes
    assert (nodes, edges) == expected
    found = TARGETS[target].read_counts(path)
    assert {name: found.get(name, 0) for name in graph.counts()} == graph.counts()


def test_a_compressed_file_has_the_same_text(graph: PropertyGraph, tmp_path: Path) -> None:
    import gzip

    for name in ("g.graphml", "g.graphml.gz"):
        TARGETS["graphml"].check_path(tmp_path / name)
        TARGETS["graphml"].write(graph, tmp_path / name)
    assert gzip.decompress((tmp_path / "g.graphml.gz").read_bytes()) == (tmp_path / "g.graphml").read_bytes()


def test_a_folder_is_not_named_like_a_file(tmp_path: Path) -> None:
    for name in ("csv", "parquet", "gmt", "kgx", "neo4j"):
        TARGETS[name].check_path(tmp_path / "genes.v1")
        with pytest.raises(ExportError, match=f"an export to {name} is a folder; choose such a name"):
            TARGETS[name].check_path(tmp_path / f"x.{name}".replace("neo4j", "cypher").replace("kgx", "TSV"))


@pytest.mark.parametrize("target", [*READERS, "csv", "parquet", "kgx", "kgx-jsonl"])
def test_what_is_lost_on_the_way_is_noticed(graph: PropertyGraph, tmp_path: Path, target: str) -> None:
    path = tmp_path / f"graph{TARGETS[target].suffixes[0] if TARGETS[target].suffixes else ''}"
    TARGETS[target].write(graph, path)
    gene = {"parquet": "nodes_Gene.parquet", "csv": "nodes_Gene.csv", "kgx": "nodes.tsv", "kgx-jsonl": "nodes.jsonl"}
    if target == "parquet":
        file = path / gene[target]
        pl.read_parquet(file).filter(pl.col("id") != "6774").write_parquet(file)
    else:
        file = path / gene[target] if path.is_dir() else path
        lines = file.read_text(encoding="utf-8").split("\n")
        here = [n for n, line in enumerate(lines) if "STAT3" in line and "ncbigene/6774" in line]
        assert len(here) == 1
        del lines[here[0]]
        file.write_text("\n".join(lines), encoding="utf-8", newline="")
    with pytest.raises(
        ExportError, match=r"6774|an edge ends at|edges have a (target|source|object|subject) that is no"
    ):
        TARGETS[target].read_counts(path)


def test_a_node_that_stands_twice_is_noticed(graph: PropertyGraph, tmp_path: Path) -> None:
    path = tmp_path / "graph.graphml"
    TARGETS["graphml"].write(graph, path)
    lines = path.read_text(encoding="utf-8").split("\n")
    place = next(n for n, line in enumerate(lines) if line.startswith('<node id="Gene:6774"'))
    path.write_text("\n".join([*lines[:place], lines[place], *lines[place:]]), encoding="utf-8", newline="")
    with pytest.raises(ExportError, match="two nodes have the id 'Gene:6774'"):
        TARGETS["graphml"].read_counts(path)


@pytest.mark.parametrize("target", READERS)
def test_a_file_that_is_cut_off_or_missing_is_noticed(graph: PropertyGraph, tmp_path: Path, target: str) -> None:
    path = tmp_path / f"graph{TARGETS[target].suffixes[0]}"
    TARGETS[target].write(graph, path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ExportError, match=r"not XML that can be read|ends before its end|not JSON"):
        TARGETS[target].read_counts(path)
    path.unlink()
    with pytest.raises(ExportError, match="cannot be read"):
        TARGETS[target].read_counts(path)


def csv_rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**7)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def as_csv(row: dict[str, Any]) -> dict[str, str]:
    """The cells of a row: a list is one text, a boolean a word."""
    return {
        name: ""
        if value is None
        else str(value).lower()
        if isinstance(value, bool)
        else "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in value)
        if isinstance(value, list)
        else str(value)
        for name, value in row.items()
    }


def test_the_csv_module_reads_every_cell(graph: PropertyGraph, expected: tuple[Nodes, Edges], tmp_path: Path) -> None:
    assert dict(TARGETS["csv"].write(graph, tmp_path / "out")) == graph.counts()
    for label in graph.labels:
        rows = [as_csv(row) for batch in graph.nodes(label.name) for row in batch.to_dicts()]
        assert csv_rows(tmp_path / "out" / f"nodes_{label.name}.csv") == rows
    for kind in graph.edge_kinds:
        rows = [as_csv(row) for batch in graph.edges(kind) for row in batch.to_dicts()]
        assert csv_rows(tmp_path / "out" / f"edges_{kind.name}.csv") == rows
    pairs = {(row["source"], row["target"]): row["interaction"] for row in csv_rows(tmp_path / "out" / "pairs.csv")}
    assert pairs == {ends: values["interaction"] for ends, values in expected[1].items()}


def test_parquet_holds_every_cell_with_its_type(graph: PropertyGraph, tmp_path: Path) -> None:
    assert dict(TARGETS["parquet"].write(graph, tmp_path / "out")) == graph.counts()
    for label in graph.labels:
        found = pl.read_parquet(tmp_path / "out" / f"nodes_{label.name}.parquet")
        assert found.equals(pl.concat(graph.nodes(label.name)))
    for kind in graph.edge_kinds:
        found = pl.read_parquet(tmp_path / "out" / f"edges_{kind.name}.parquet")
        assert found.equals(pl.concat(graph.edges(kind)))
    assert not [path for path in (tmp_path / "out").iterdir() if path.suffix != ".parquet"]


@pytest.mark.parametrize("target", [name for name in TARGETS if name not in ("neo4j", "ladybug", "jsonld-blocks")])
def test_a_second_export_has_the_same_bytes_and_nothing_foreign_is_replaced(tmp_path: Path, target: str) -> None:
    graph = PropertyGraph(hostile_build(), Selection(figures=frozenset(["PMC900__bare"])))
    suffixes = () if TARGETS[target].folder else TARGETS[target].suffixes[:1]
    path = tmp_path / f"out{''.join(suffixes)}"
    texts = []
    for _ in range(2):
        TARGETS[target].write(graph, path)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        texts.append([(file.name, file.read_bytes()) for file in files])
    assert texts[0] == texts[1]
    found = TARGETS[target].read_counts(path)
    expected = TARGETS[target].expected(graph)
    assert {name: found.get(name, 0) for name in expected} == expected
    if path.is_dir():
        suffix = files[0].suffix
        alone = tmp_path / "alone"
        alone.mkdir()
        for foreign in (path / "notes.txt", path / f"mine{suffix}", path / f"nodes_Mine{suffix}", alone / f"a{suffix}"):
            foreign.write_text("mine", encoding="utf-8")
            with pytest.raises(ExportError, match="not replaced"):
                TARGETS[target].write(graph, foreign.parent)
            assert foreign.read_text(encoding="utf-8") == "mine"
            foreign.unlink()


@pytest.mark.parametrize("target", ["kgx", "kgx-jsonl"])
def test_a_kgx_folder_of_another_source_is_not_replaced(graph: PropertyGraph, tmp_path: Path, target: str) -> None:
    for text in ("id\tsubject\nx:1\tA:1\n", "id\tsubject\n"):
        for name, content in (("nodes.tsv", "id\tcategory\nA:1\tbiolink:Gene\n"), ("edges.tsv", text)):
            (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(ExportError, match="not replaced"):
            TARGETS[target].write(graph, tmp_path)
        assert (tmp_path / "edges.tsv").read_text(encoding="utf-8") == text


def test_the_tables_of_a_build_are_not_replaced(graph: PropertyGraph, tmp_path: Path) -> None:
    build = kg.build("seeds/", output=tmp_path / "build")
    with pytest.raises(ExportError, match="not replaced"):
        TARGETS["parquet"].write(graph, build.path / "tables")
    assert (build.path / "tables" / "genes.parquet").is_file()


def test_every_kind_of_edge_is_in_the_hostile_build(graph: PropertyGraph) -> None:
    counts = graph.counts()
    assert [
        kind.name for kind in EDGE_KINDS if not counts.get(kind.name, 0) and kind.relationship != "CO_OCCURS_WITH"
    ] == []


@pytest.mark.parametrize("target", ["graphml", "kgx", "gmt"])
def test_an_export_of_nothing_says_so(seeds_build: kg.Build, tmp_path: Path, target: str) -> None:
    path = tmp_path / f"out{''.join(() if TARGETS[target].folder else TARGETS[target].suffixes[:1])}"
    arguments = ["export", str(seeds_build.path), target, "-o", str(path), "--years", "1900", "--verify"]
    result = CliRunner().invoke(app, arguments)
    said = "0 strict gene sets, 0 genes in strict sets" if target == "gmt" else "0 nodes, 0 edges"
    assert (result.exit_code, result.stderr.startswith(f"{path}: {said}")) == (1, True)
    assert result.stderr.splitlines()[1:] == [f"kg: {path}: nothing of this build fits these options"]


@pytest.mark.parametrize(
    ("target", "read"),
    [
        ("graphml", nx.read_graphml),
        ("gexf", lambda path: nx.read_gexf(path, version="1.3")),
        ("cytoscape", lambda path: nx.cytoscape_graph(json.loads(path.read_text(encoding="utf-8")))),
    ],
)
def test_networkx_keeps_two_edges_between_the_same_nodes(
    seeds_build: kg.Build, tmp_path: Path, target: str, read: Callable[[Path], nx.MultiDiGraph[str]]
) -> None:
    network = tmp_path / "net.tsv"
    network.write_text("ncbigene_a\tncbigene_b\tweight\n3716\tfamily:JAK\t2\n", encoding="utf-8")
    path = tmp_path / f"out{TARGETS[target].suffixes[0]}"
    made = seeds_build.export(target, path, selection=Selection(network=network), verify=True)
    graph = read(path)
    both = {edge["interaction"] for edge in graph["Gene:3716"]["GeneFamily:JAK"].values()}
    assert (both, made.differences) == ({"MEMBER_OF", "CO_OCCURS_WITH"}, ())
    assert graph.number_of_edges() == sum(n for name, n in made.counts.items() if "-" in name)


def test_pairs_that_have_no_place_are_told(seeds_build: kg.Build, tmp_path: Path) -> None:
    network = tmp_path / "net.tsv"
    network.write_text("ncbigene_a\tncbigene_b\tweight\n3569\t6774\t2\n1\t2\t1\n", encoding="utf-8")
    arguments = ["export", str(seeds_build.path), "kgx", "-o", str(tmp_path / "out"), "--with-network", str(network)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stderr.splitlines()[1].startswith(f"kg: {network}: 1 of its 2 ")) == (0, True)
