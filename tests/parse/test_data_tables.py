from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from kg.parse.data_tables import parse_data_table

CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_what_csv_writes_with_tabs_is_read_back(rows: list[list[str]]) -> None:
    rows = [row for row in rows if "".join(row).strip()]
    stream = io.StringIO()
    csv.writer(stream, delimiter="\t", lineterminator="\n").writerows([["a", "b", "c"], *rows])
    table = parse_data_table(stream.getvalue())
    assert table.columns == ("a", "b", "c")
    assert [cells for _, _, cells in table.rows] == rows
    assert not table.faults
    assert not table.raw_quotes


def test_a_stray_quote_costs_no_other_line() -> None:
    table = parse_data_table('word\tid\n"open\t1\nnext\t2\n"Rock" x\t3\n')
    assert [cells for _, _, cells in table.rows] == [['"open', "1"], ["next", "2"], ['"Rock" x', "3"]]
    assert table.raw_quotes == [2, 4]


def test_a_line_with_too_few_or_too_many_cells_is_a_fault_and_keeps_its_position() -> None:
    table = parse_data_table("a\tb\n1\n1\t2\n\n1\t2\t3\n4\t5")
    assert [(line, position, cells) for line, position, cells in table.rows] == [(3, 1, ["1", "2"]), (6, 3, ["4", "5"])]
    assert [(fault.line, fault.reason) for fault in table.faults] == [
        (2, "1 cell where the header has 2"),
        (5, "3 cells where the header has 2"),
    ]
