from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kg.errors import ExportError
from kg.network import cooccurrence, to_frame, write_network, write_table

from .builds import read_seeds, write_build

# What XML 1.0 can hold; the parser of figures lets nothing else through.
_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from('\t\n\r",<&'),
    min_size=1,
)


@st.composite
def networks(draw: st.DrawFn) -> nx.Graph[str]:
    """Return a small network with any symbols."""
    ids = draw(st.lists(st.integers(1, 10**12).map(str) | _text.map("family:{}".format), max_size=6, unique=True))
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from((node, {"symbol": draw(_text), "kind": "gene", "n_figures": 3}) for node in ids)
    is_count = draw(st.booleans())
    for place, node in enumerate(ids):
        for other in ids[:place]:
            if draw(st.booleans()):
                count, fractional = draw(st.integers(1, 2**40)), draw(st.floats(0, 1e9, exclude_min=True))
                weight = count if is_count else fractional
                graph.add_edge(node, other, weight=weight, count=count, fractional=fractional)
    graph.graph.update(tier="all", min_count=1)
    return graph


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> nx.Graph[str]:
    return cooccurrence(write_build(tmp_path_factory.mktemp("seeds") / "build", *read_seeds()))


@given(networks())
@settings(deadline=None)
def test_graphml_reads_back_as_the_same_graph(graph: nx.Graph[str]) -> None:
    with TemporaryDirectory() as place:
        path = Path(place) / "network.graphml"
        write_network(graph, path)
        back = nx.read_graphml(path)
    defaults = ("node_default", "edge_default")
    assert {key: value for key, value in back.graph.items() if key not in defaults} == graph.graph
    assert list(back.nodes(data=True)) == list(graph.nodes(data=True))
    assert nx.utils.edges_equal(list(back.edges(data=True)), list(graph.edges(data=True)))
    assert {type(v) for *_, e in back.edges(data=True) for v in e.values()} <= {int, float}


@given(networks())
@settings(deadline=None)
def test_tsv_has_one_line_a_pair_and_the_same_numbers(graph: nx.Graph[str]) -> None:
    stream = io.StringIO(newline="")
    write_network(graph, stream)
    lines = stream.getvalue().splitlines()
    assert lines[0].split("\t") == ["symbol_a", "symbol_b", "weight", "ncbigene_a", "ncbigene_b", "count", "fractional"]
    assert len(lines) == 1 + graph.number_of_edges()
    table = to_frame(graph)
    for line, row in zip(lines[1:], table.iter_rows(named=True), strict=True):
        cells = line.split("\t")
        assert len(cells) == 7
        assert (float(cells[2]), int(cells[5]), float(cells[6])) == (row["weight"], row["count"], row["fractional"])


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
    # As text where it is text, else as the number that the digits are read as.
    assert [
        tuple(type(c)(cell) for c, cell in zip(row, cells, strict=True))
        for row, cells in zip(table.rows(), rows[1:], strict=True)
    ] == table.rows()


@given(st.lists(st.floats(allow_nan=False)), st.sampled_from([".tsv", ".csv"]))
def test_real_numbers_read_back_as_they_were(numbers: list[float], suffix: str) -> None:
    stream = io.StringIO(newline="")
    write_table(pl.DataFrame({"share": numbers}, schema={"share": pl.Float64}), stream, suffix=suffix)
    lines = stream.getvalue().split("\n")
    assert (lines[0], lines[-1]) == ("share", "")
    assert list(map(repr, map(float, lines[1:-1]))) == list(map(repr, numbers))


@given(st.lists(st.text() | st.none(), min_size=1), st.text(min_size=1))
@settings(deadline=None)
def test_any_text_is_one_cell(cells: list[str | None], name: str) -> None:
    table = pl.DataFrame({name: cells, "last": 1}, schema={name: pl.String, "last": pl.Int64})
    tsv, quoted = io.StringIO(newline=""), io.StringIO(newline="")
    write_table(table, tsv)
    lines = tsv.getvalue().splitlines()
    assert [line.split("\t")[1] for line in lines] == ["last", *["1"] * len(cells)]
    write_table(table, quoted, suffix=".csv")
    assert [row[0] for row in csv.reader(io.StringIO(quoted.getvalue(), newline=""))] == [
        name,
        *(c or "" for c in cells),
    ]


def test_a_table_longer_than_a_block_is_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.network.files._BLOCK", 2)
    stream = io.StringIO(newline="")
    write_table(pl.DataFrame({"n": range(5)}), stream)
    assert stream.getvalue() == "n\n0\n1\n2\n3\n4\n"


def test_a_gene_paired_with_itself_is_one_pair() -> None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("2", "2", weight=1, count=1, fractional=1.0)
    graph.add_edge("10", "2", weight=1, count=1, fractional=1.0)
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


def test_the_seeds_begin_with_their_surest_pair(seeds: nx.Graph[str], tmp_path: Path) -> None:
    write_network(seeds, tmp_path / "network.tsv")
    lines = (tmp_path / "network.tsv").read_bytes().split(b"\n")
    assert lines[1] == b"IL6\tSTAT3\t2.0\t3569\t6774\t2\t2.0"
    assert lines[-1] == b""
    assert b"\r" not in lines[0]


@pytest.mark.parametrize("name", ["network.xlsx", "network", "network.tsv.gz"])
def test_unknown_suffix_names_the_known_ones(seeds: nx.Graph[str], tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"\.tsv, \.csv, \.parquet, \.graphml"):
        write_network(seeds, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_suffix_is_read_in_any_case_and_can_be_given(seeds: nx.Graph[str], tmp_path: Path) -> None:
    write_network(seeds, tmp_path / "one.GraphML")
    write_network(seeds, tmp_path / "two.dat", suffix=".graphml")
    assert (tmp_path / "one.GraphML").read_bytes() == (tmp_path / "two.dat").read_bytes()


def test_a_file_is_replaced_whole_or_not_at_all(seeds: nx.Graph[str], tmp_path: Path) -> None:
    target = tmp_path / "network.graphml"
    target.write_text("old", encoding="utf-8")
    broken = seeds.copy()
    nx.set_node_attributes(broken, {next(iter(broken)): {"symbol": None}})
    with pytest.raises(ExportError, match="'symbol' is a NoneType"):
        write_network(broken, target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
    write_network(seeds, target)
    assert len(nx.read_graphml(target)) == len(seeds)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("suffix", ["tsv", "csv", "parquet", "graphml"])
def test_a_place_that_cannot_be_written_is_one_sentence(seeds: nx.Graph[str], tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"network.{suffix}").mkdir()
    with pytest.raises(ExportError, match=rf"network\.{suffix}: cannot be written"):
        write_network(seeds, tmp_path / f"network.{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == [f"network.{suffix}"]
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be written"):
        write_network(seeds, tmp_path / "file" / f"network.{suffix}")


def test_parquet_does_not_go_into_text(seeds: nx.Graph[str]) -> None:
    with pytest.raises(ExportError, match="binary"):
        write_network(seeds, io.StringIO(), suffix=".parquet")


def test_a_table_of_any_columns_can_be_written() -> None:
    stream = io.StringIO()
    write_table(pl.DataFrame({"symbol": ["A\tB\nC", None], "share": [0.1, 1e-7]}), stream)
    assert stream.getvalue() == "symbol\tshare\nA B C\t0.1\n\t1e-7\n"
    with pytest.raises(ExportError, match=r"\.parquet"):
        write_table(pl.DataFrame(), Path("network.graphml"))
