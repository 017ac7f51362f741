"""Files of a network by suffix: the table of pairs, its order and types, and how files are replaced."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from kg.errors import ExportError
from kg.network import Frames, describe_file, to_frame, to_frames, write_network
from kg.network.files.network_files import NETWORK_SUFFIXES
from tests.network.graphs import networks, two_genes

FILES = [suffix for suffix in NETWORK_SUFFIXES if suffix != ".kgx"]

FIRST = ["symbol_a", "symbol_b", "weight", "ncbigene_a", "ncbigene_b"]


@given(networks())
@settings(deadline=None)
def test_the_table_has_every_pair_with_all_that_the_edge_has(graph: nx.Graph[str]) -> None:
    table = to_frame(graph)
    assert table.columns[:5] == FIRST
    assert set(table.columns[5:]) == {name for *_, edge in graph.edges(data=True) for name in edge} - {"weight"}
    assert table.height == graph.number_of_edges()
    for row in table.iter_rows(named=True):
        edge = graph.edges[row["ncbigene_a"], row["ncbigene_b"]]
        assert [row["symbol_a"], row["symbol_b"]] == [
            graph.nodes[row[end]]["symbol"] for end in ("ncbigene_a", "ncbigene_b")
        ]
        found = {name: row[name] for name in table.columns if name not in FIRST or name == "weight"}
        assert pl.DataFrame([found]).equals(
            pl.DataFrame([dict.fromkeys(found) | edge], schema=pl.DataFrame([found]).schema)
        )


@given(networks())
@settings(deadline=None)
def test_tsv_has_one_line_a_pair_and_the_same_numbers(graph: nx.Graph[str]) -> None:
    stream = io.StringIO(newline="")
    write_network(graph, stream)
    lines = stream.getvalue().splitlines()
    table = to_frame(graph)
    assert lines[0].split("\t") == table.columns
    assert len(lines) == 1 + graph.number_of_edges()
    for line, row in zip(lines[1:], table.iter_rows(named=True), strict=True):
        cells = dict(zip(table.columns, line.split("\t"), strict=True))
        assert float(cells["weight"]) == row["weight"]
        if row.get("count") is not None:
            assert int(cells["count"]) == row["count"]


@given(networks())
@settings(deadline=None)
def test_csv_and_parquet_hold_every_cell(graph: nx.Graph[str]) -> None:
    table = to_frame(graph)
    with TemporaryDirectory() as place:
        write_network(graph, Path(place) / "network.csv")
        write_network(graph, str(Path(place) / "network.parquet"))
        with (Path(place) / "network.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        assert_frame_equal(pl.read_parquet(Path(place) / "network.parquet"), table)
    assert rows[0] == table.columns
    for row, cells in zip(table.iter_rows(), rows[1:], strict=True):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, bool):
                assert cell == str(value).lower()
            elif isinstance(value, float):
                assert repr(float(cell)) == repr(value).replace("-nan", "nan")
            else:
                assert cell == ("" if value is None else str(value))


def test_a_gene_paired_with_itself_is_one_pair() -> None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("2", "2", weight=1, count=1)
    graph.add_edge("10", "2", weight=1, count=1)
    assert to_frame(graph).select("ncbigene_a", "ncbigene_b").rows() == [("2", "2"), ("2", "10")]


@given(networks())
@settings(deadline=None)
def test_pairs_come_heaviest_first_then_by_id(graph: nx.Graph[str]) -> None:
    def order(node: str) -> tuple[float, str]:
        return (int(node), "") if node.isdigit() else (float("inf"), node)

    table = to_frame(graph)
    rows = [(-row["weight"], order(row["ncbigene_a"]), order(row["ncbigene_b"])) for row in table.rows(named=True)]
    assert rows == sorted(rows)
    assert all(a < b for _, a, b in rows)


def test_types_are_those_of_the_values() -> None:
    graph: nx.Graph[str] = nx.Graph(since=None, fdr=0.05)
    graph.add_edge("1", "2", count=1, q=0.5, note="x", is_new=True, empty=None, mixed=1)
    graph.add_edge("1", "3", count=None, mixed=0.5)
    table = to_frame(graph)
    assert dict(table.schema) == {
        **dict.fromkeys(FIRST, pl.String),
        "weight": pl.Int64,
        "count": pl.Int64,
        "q": pl.Float64,
        "note": pl.String,
        "is_new": pl.Boolean,
        "empty": pl.String,
        "mixed": pl.Float64,
    }
    assert table["weight"].to_list() == [1, 1]
    assert to_frames(graph).attributes == {"fdr": 0.05}


@pytest.mark.parametrize("value", [["a"], ("a", "b"), {"a": 1}, 1 + 2j])
def test_a_value_that_no_file_holds_is_refused(value: object, tmp_path: Path) -> None:
    named = f"attribute 'odd' holds {type(value).__name__}; files of networks hold text"
    on_edge, on_node = nx.Graph([("1", "2", {"odd": value})]), nx.empty_graph(["1"])
    on_graph: nx.Graph[str] = nx.Graph(odd=value)
    on_node.nodes["1"]["odd"] = value
    for graph, scope in ((on_edge, "edge"), (on_node, "node"), (on_graph, "graph")):
        with pytest.raises(ExportError, match=f"the {scope} {named}"):
            write_network(graph, tmp_path / "network.graphml")
    with pytest.raises(ExportError, match="holds int and str"):
        to_frame(nx.Graph([("1", "2", {"odd": 1}), ("1", "3", {"odd": "x"})]))


def test_the_table_begins_with_the_surest_pair(tmp_path: Path) -> None:
    write_network(two_genes(), tmp_path / "network.tsv")
    lines = (tmp_path / "network.tsv").read_bytes().split(b"\n")
    assert lines[1] == b"IL6\tSTAT3\t2.0\t3569\t6774\t2\t2.0\t0.01"
    assert lines[-1] == b""
    assert b"\r" not in lines[0]


@pytest.mark.parametrize("suffix", FILES)
def test_tables_are_written_as_the_graph_is(suffix: str, tmp_path: Path) -> None:
    graph = two_genes()
    write_network(graph, tmp_path / f"graph{suffix}")
    write_network(to_frames(graph), tmp_path / f"frames{suffix}")
    assert (tmp_path / f"graph{suffix}").read_bytes() == (tmp_path / f"frames{suffix}").read_bytes()


def test_kgx_is_a_folder_and_replaces_only_its_own(tmp_path: Path) -> None:
    for form in (two_genes(), to_frames(two_genes())):
        write_network(form, tmp_path / "network.kgx")
        assert sorted(path.name for path in (tmp_path / "network.kgx").iterdir()) == ["edges.tsv", "nodes.tsv"]
    with pytest.raises(ExportError, match="KGX is a folder and does not go into a text stream"):
        write_network(two_genes(), io.StringIO(), suffix=".kgx")
    (tmp_path / "network.kgx" / "mine.txt").touch()
    with pytest.raises(ExportError, match="exists and is not a folder of KGX tables"):
        write_network(two_genes(), tmp_path / "network.kgx")


@pytest.mark.parametrize("name", ["network.xlsx", "network", "network.tsv.gz"])
def test_unknown_suffix_names_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        ExportError, match=r"\.tsv, \.csv, \.parquet, \.graphml, \.gexf, \.cyjs, \.cx2, \.ttl, \.nt, \.kgx"
    ):
        write_network(two_genes(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_suffix_is_read_in_any_case_and_can_be_given(tmp_path: Path) -> None:
    write_network(two_genes(), tmp_path / "one.GraphML")
    write_network(two_genes(), tmp_path / "two.dat", suffix=".graphml")
    assert (tmp_path / "one.GraphML").read_bytes() == (tmp_path / "two.dat").read_bytes()


@pytest.mark.parametrize("suffix", FILES)
def test_a_file_is_replaced_whole_or_not_at_all(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"network{suffix}"
    target.write_text("old", encoding="utf-8")
    broken = two_genes()
    broken.edges["3569", "6774"]["n_figures"] = []
    with pytest.raises(ExportError, match="'n_figures' holds int and list"):
        write_network(broken, target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
    write_network(two_genes(), target)
    assert target.read_bytes() != b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("suffix", FILES)
def test_a_place_that_cannot_be_written_is_one_sentence(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"network{suffix}").mkdir()
    with pytest.raises(ExportError, match=rf"network\{suffix}: cannot be written"):
        write_network(two_genes(), tmp_path / f"network{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == [f"network{suffix}"]
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be written"):
        write_network(two_genes(), tmp_path / "file" / f"network{suffix}")


def test_a_file_of_associations_is_described_by_what_it_has() -> None:
    nodes = pl.DataFrame({"id": ["1", "2", "3"], "symbol": ["A", "B", "C"]})
    pairs = pl.DataFrame(
        {
            "symbol_a": ["A", "A"],
            "symbol_b": ["B", "C"],
            "weight": [2.0, 1.0],
            "ncbigene_a": ["1", "1"],
            "ncbigene_b": ["2", "3"],
            "n_figures": [2, 1],
            "q_value": [0.04, 0.06],
        }
    )
    frames = Frames(nodes, pairs, {})
    assert describe_file(frames, "x.tsv") == "3 nodes, 2 pairs"
    for name in ("x.ttl", "x.nt", "x.kgx"):
        assert describe_file(frames, name) == "2 nodes, 1 pair: those of q at most 0.05"
    looser = Frames(nodes, pairs, {"fdr": 0.1})
    assert describe_file(looser, "x.ttl") == "3 nodes, 2 pairs: those of q at most 0.1"
