from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import xml.etree.ElementTree as ET
from contextlib import suppress
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.rdf.query import query, write_result
from kg.rdf.results import RESULT_FORMATS, Result, to_result

if TYPE_CHECKING:
    from pathlib import Path

    import kg


def _written(result: Result, fmt: str) -> bytes:
    stream = io.BytesIO()
    write_result(result, stream, fmt)
    return stream.getvalue()


def _values(*terms: str) -> Result:
    return query(ox.Store(), f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {' '.join(f'({term})' for term in terms)} }} }}")


def test_a_table_lines_up_and_shortens_iris() -> None:
    result = _values("<https://identifiers.org/ncbigene/6774> 1", "'STAT3' 20", "'蛋白'@zh UNDEF", "rdf:type 3.5")
    assert _written(result, "table").decode().splitlines() == [
        "x                y",
        "ncbigene:6774    1",
        "STAT3           20",
        "蛋白@zh",
        "rdf:type       3.5",
    ]


@pytest.mark.parametrize(
    ("iri", "shown"),
    [
        ("http://schema.org/", "http://schema.org/"),
        ("http://schema.org/a/b", "http://schema.org/a/b"),
        ("http://schema.org/a.", "http://schema.org/a."),
        ("http://schema.org/a.b-c_1", "schema:a.b-c_1"),
        ("http://example.org/a", "http://example.org/a"),
    ],
)
def test_an_iri_is_short_only_where_that_is_a_name(iri: str, shown: str) -> None:
    assert _written(_values(f"<{iri}> 1"), "table").decode().splitlines()[1] == f"{shown}  1"


def test_a_table_holds_no_controls() -> None:
    written = _written(_values(r"'a\u001B[2Jb\nc' '\u202Ed'"), "table").decode()
    assert written.splitlines() == ["x               y", "a\\x1b[2Jb\\x0ac  \\u202ed"]


def test_an_empty_table_has_its_head() -> None:
    assert _written(query(ox.Store(), "SELECT ?a ?b { ?a ?b ?c }"), "table") == b"a  b\n"


def test_on_a_terminal_columns_fold_to_its_width() -> None:
    leader, follower = pty.openpty()
    with os.fdopen(follower, "wb", buffering=0) as terminal:
        result = _values(rf"'{'word ' * 60}\u001B[31m[bold]' 1")
        write_result(result, terminal)
        assert not terminal.closed
    data = b""
    with suppress(OSError):  # how a terminal ends that nobody has open any more; it gives what it has in pieces
        while piece := os.read(leader, 65536):
            data += piece
    os.close(leader)
    shown = data.decode()
    assert "".join(re.findall("[word]", shown)).count("word") == 60
    assert max(map(len, shown.splitlines())) == 80
    assert "\x1b[31m" not in shown
    assert "\\x1b[31m[bold]" in shown.replace("\r\n", "").replace(" ", "")


@pytest.mark.parametrize(("text", "kind"), [("SELECT * {}", "select"), ("ASK {}", "ask"), ("DESCRIBE <a:a>", "graph")])
def test_formats_that_do_not_fit_are_refused_by_name(text: str, kind: str) -> None:
    result = query(ox.Store(), text)
    assert result.kind == kind
    for fmt in sorted({name for names in RESULT_FORMATS.values() for name in names} | {"yaml", ""}):
        if fmt in result.formats:
            _written(query(ox.Store(), text), fmt)
        else:
            with pytest.raises(QueryError, match=f"use one of {', '.join(result.formats)}"):
                _written(result, fmt)


def test_ask_is_a_truth_value() -> None:
    for text, truth in (("ASK {}", True), ("ASK { ?s ?p ?o }", False)):
        assert bool(query(ox.Store(), text)) is truth
        assert _written(query(ox.Store(), text), "table") == f"{truth}\n".lower().encode()
        assert json.loads(_written(query(ox.Store(), text), "json"))["boolean"] is truth
    assert query(ox.Store(), "SELECT * { ?s ?p ?o }")
    assert list(query(ox.Store(), "ASK {}")) == []


def test_other_parsers_read_the_formats() -> None:
    def result() -> Result:
        return _values("'a,\"b\"\\n' 1", "<a:b> UNDEF")

    assert list(csv.reader(io.StringIO(_written(result(), "csv").decode(), newline=""))) == [
        ["x", "y"],
        ['a,"b"\n', "1"],
        ["a:b", ""],
    ]
    assert _written(result(), "tsv").decode().split("\n")[:2] == ["?x\t?y", '"a,\\"b\\"\\n"\t1']
    assert json.loads(_written(result(), "json"))["results"]["bindings"][1] == {"x": {"type": "uri", "value": "a:b"}}
    root = ET.fromstring(_written(result(), "xml"))  # noqa: S314 - our own output
    assert [uri.text for uri in root.iter("{http://www.w3.org/2005/sparql-results#}uri")] == ["a:b"]


def test_a_graph_is_sorted_and_reads_back(seeds_build: kg.Build, tmp_path: Path) -> None:
    text = "CONSTRUCT { ?f schema:mentions ?g } { ?f schema:mentions ?g }"
    lines = _written(query(seeds_build, text), "n-triples").splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 33 + 25
    path = tmp_path / "graph.ttl"
    with path.open("wb") as stream:
        write_result(query(seeds_build, text), stream, "turtle")
    assert path.read_text().startswith("@prefix biolink: ")
    store = ox.Store()
    store.load(path=str(path))
    assert sorted(f"{t.subject} {t.predicate} {t.object} .".encode() for t in store) == lines
    assert _written(query(seeds_build, text), "table").decode().splitlines()[0].split() == [
        "subject",
        "predicate",
        "object",
    ]


@pytest.mark.parametrize("fmt", RESULT_FORMATS["select"])
def test_the_same_query_gives_the_same_bytes(seeds_build: kg.Build, fmt: str) -> None:
    text = "SELECT * { ?s ?p ?o }"
    assert _written(query(seeds_build, text), fmt) == _written(query(seeds_build, text), fmt)


_LITERALS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8).map(ox.Literal)
_TERMS = st.one_of(
    st.none(),
    _LITERALS,
    st.integers(-(2**63), 2**63 - 1).map(ox.Literal),
    st.sampled_from(["a:b", "http://schema.org/x"]).map(ox.NamedNode),
    st.sampled_from(["b1", "b2"]).map(ox.BlankNode),
)


@given(st.lists(st.tuples(_TERMS, _TERMS), max_size=6), st.integers(0, 7), st.sampled_from(RESULT_FORMATS["select"]))
def test_a_cut_answer_is_the_beginning_of_the_whole(
    rows: list[tuple[ox.Literal | None, ...]], limit: int, fmt: str
) -> None:
    def answer(n: int) -> Result:
        # Rows of any terms, through a function, as blank nodes cannot be written in a query.
        def cell(row: ox.Literal, column: ox.Literal) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None:
            return rows[int(row.value)][int(column.value)]

        numbers = " ".join(map(str, range(n)))
        text = f"SELECT ?row_ ?x {{ VALUES ?n {{ {numbers} }} BIND(<f:f>(?n, 0) AS ?row_) BIND(<f:f>(?n, 1) AS ?x) }}"
        return to_result(ox.Store().query(text, custom_functions={ox.NamedNode("f:f"): cell}))

    whole = answer(len(rows))
    assert isinstance(whole.answer, ox.QuerySolutions)
    cut = to_result(whole.answer, limit=limit)
    assert cut.truncated == (len(rows) > limit)
    assert _written(cut, fmt) == _written(answer(min(limit, len(rows))), fmt)


def test_rows_without_variables_are_counted() -> None:
    result = query(ox.Store(), "SELECT * { VALUES () { () () () } }", limit=2)
    assert result.truncated
    assert result.to_rows() == [{}, {}]
