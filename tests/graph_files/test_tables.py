"""Tables as files: every cell is there again, whatever is in it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ExportError
from kg.network import write_table

if TYPE_CHECKING:
    from pathlib import Path


@given(st.lists(st.floats()), st.sampled_from([".tsv", ".csv"]))
def test_real_numbers_read_back_as_they_were(numbers: list[float], suffix: str) -> None:
    stream = io.StringIO(newline="")
    write_table(pl.DataFrame({"share": numbers}, schema={"share": pl.Float64}), stream, suffix=suffix)
    lines = stream.getvalue().split("\n")
    assert (lines[0], lines[-1]) == ("share", "")
    assert list(map(repr, map(float, lines[1:-1]))) == [repr(number).replace("-nan", "nan") for number in numbers]


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
    monkeypatch.setattr("kg.graph_files.tables._BLOCK", 2)
    stream = io.StringIO(newline="")
    write_table(pl.DataFrame({"n": range(5)}), stream)
    assert stream.getvalue() == "n\n0\n1\n2\n3\n4\n"


def test_a_table_of_any_columns_can_be_written(tmp_path: Path) -> None:
    stream = io.StringIO()
    table = pl.DataFrame({"symbol": ["A\tB\nC", None], "share": [0.1, 1e-7], "is_new": [True, None]})
    write_table(table, stream)
    assert stream.getvalue() == "symbol\tshare\tis_new\nA B C\t0.1\ttrue\n\t1e-7\t\n"
    write_table(table, tmp_path / "table.parquet")
    assert pl.read_parquet(tmp_path / "table.parquet").equals(table)
    with pytest.raises(ExportError, match=r"take one of \.tsv, \.csv, \.parquet"):
        write_table(pl.DataFrame(), tmp_path / "network.graphml")


def test_parquet_does_not_go_into_text() -> None:
    with pytest.raises(ExportError, match="binary"):
        write_table(pl.DataFrame(), io.StringIO(), suffix=".parquet")
