from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.rdf.row_count import RowCount

# Texts that look like what stands between two rows.
texts = st.lists(st.sampled_from(["},{", "[{", '"', "\\", "\n", "\r\n", "<result>", "a", "κ", ",", "}", "{"])).map(
    "".join
)
cells = st.one_of(st.none(), texts)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
@given(rows=st.lists(st.tuples(texts, cells), max_size=6), sizes=st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_rows_are_counted_whatever_is_in_them_and_however_they_come(
    name: str, rows: list[tuple[str, str | None]], sizes: list[int]
) -> None:
    values = " ".join(
        f"({ox.Literal(first)} {'UNDEF' if second is None else ox.Literal(second)})" for first, second in rows
    )
    answer = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(answer, ox.QuerySolutions)
    data = answer.serialize(format=getattr(ox.QueryResultsFormat, name.upper()))
    assert data is not None
    count, seen, at = RowCount(name), 0, 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        seen = count.add(data[at : at + size])
        assert seen <= len(rows)
        at += size
    assert seen == len(rows)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_an_answer_of_yes_or_no_has_no_rows(name: str) -> None:
    answer = ox.Store().query("ASK {}")
    assert isinstance(answer, ox.QueryBoolean)
    data = answer.serialize(format=getattr(ox.QueryResultsFormat, name.upper()))
    assert data is not None
    assert RowCount(name).add(data) == 0


def test_other_formats_are_not_counted() -> None:
    assert RowCount("turtle").add(b"<a:a> <a:b> <a:c> .\n") == 0
