"""The small values that the rest is made of: model, errors, text, vocab, blocks, tables, compression, files."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import URIRef

import kg
from kg import vocab
from kg.blocks import block_differences, figure_block
from kg.compression import COMPRESSIONS, compress, open_binary
from kg.errors import BuildError, ParseError, Problem, Severity
from kg.folder import Folder
from kg.shared import Shared
from kg.tables import COLUMNS, TableWriter, empty_columns, to_frame
from kg.text import clean, decode, shorten
from tests.conftest import SEEDS
from tests.figures import figures, texts

if TYPE_CHECKING:
    from pathlib import Path


@given(texts)
def test_clean_text_is_utf_8_and_xml(text: str) -> None:
    found, n_replaced = clean(text)
    assert len(found) == len(text)
    assert found.encode().decode() == found
    assert clean(found) == (found, 0)
    assert (n_replaced == 0) == (found == text)
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in found)


def test_decode_counts_what_it_replaced() -> None:
    assert decode(b"a\x00\x1f\x7f\xc2\x9f\xef\xbf\xbe\xc2\x85") == ("a\ufffd\ufffd\ufffd\ufffd\ufffd\x85", 5)
    assert decode("é\r\nx".encode()) == ("é\nx", 0)


def test_shorten() -> None:
    assert shorten("x" * 300) == "x" * 199 + "…"
    assert shorten(["a"]) == "['a']"


@given(texts)
def test_every_minted_iri_is_one_that_rdf_libraries_take(text: str) -> None:
    import pyoxigraph

    figure = vocab.figure_iri(text)
    for iri in (
        figure,
        vocab.part_iri(figure, "mention", 1),
        vocab.figure_graph_iri(figure),
        vocab.paper_iri(text),
        vocab.family_iri(text),
        vocab.journal_iri(text),
        vocab.publisher_iri(text),
        vocab.hgnc_symbol_iri(text),
        vocab.mesh_iri(text),
        vocab.chebi_iri(text),
        vocab.doid_iri(text),
        vocab.doi_iri(text),
        vocab.ndex_iri(text),
        vocab.pathway_iri(text),
        vocab.site_iri(text),
        vocab.page_url(text),
        vocab.page_url("https://example.org/" + text),
        vocab.image_url(text, text),
    ):
        assert pyoxigraph.NamedNode(iri)
        assert iri.isascii()
        assert URIRef(iri).n3()


@given(texts, texts)
def test_different_families_have_different_iris(first: str, second: str) -> None:
    if clean(first)[0] != clean(second)[0] and not {"\ufffd", "?"} & set(clean(first)[0] + clean(second)[0]):
        assert vocab.family_iri(first) != vocab.family_iri(second)


def test_a_parse_error_goes_through_pickle() -> None:
    error = ParseError([Problem(Severity.FILE_SKIPPED, "a.md", 2, "", "", "empty")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(again), again.problems) == ("a.md:2: file skipped: empty", error.problems)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(st.lists(figures(), min_size=1, max_size=5, unique_by=lambda figure: figure.figid), st.integers(0, 5))
def test_what_figures_share_is_the_same_gathered_at_once_or_in_parts(found: list[kg.Figure], cut: int) -> None:
    whole, parts = Shared(), Shared()
    whole.add_figures(found)
    parts.add_figures(found[:cut])
    parts.add_figures(found[cut:])
    for gathered in ("papers", "genes", "families"):
        assert list(getattr(parts, gathered)()) == list(getattr(whole, gathered)())
    assert parts.records().organisms == whole.records().organisms


def test_a_gene_with_two_symbols_takes_hgncs_and_says_so() -> None:
    shared = Shared()
    for n, (symbol, is_hgnc) in enumerate([("A", False), ("B", True)], 1):
        candidate = kg.model.Candidate(kg.Gene("1", symbol, is_hgnc=is_hgnc), (0,))
        mention = kg.GeneMention(1, "w", "s", "hgnc_symbol", (candidate,))
        shared.add_figures([kg.Figure(f"PMC1__f{n}", kg.Paper("PMC1"), mentions=(mention,))])
    (counted,) = shared.genes()
    assert counted.record == kg.Gene("1", "B", is_hgnc=True)
    assert (counted.n_figures, counted.n_mentions) == (2, 2)
    (problem,) = counted.conflicts
    assert (problem.path, problem.value) == ("genes[ncbigene:1].symbol", "A")


def test_a_difference_in_the_order_of_keys_is_a_difference() -> None:
    assert [d.key for d in block_differences({"a": 1, "b": 2}, {"b": 2, "a": 1})] == [""]
    assert block_differences({"a": 1}, {"a": 1}) == []


def test_a_block_has_keywords_in_the_order_of_the_rows_and_groups() -> None:
    (first,) = [figure for figure in kg.read_figures(SEEDS) if figure.figid.startswith("PMC7048131")]
    keywords = figure_block(first)["keywords"]
    assert isinstance(keywords, list)
    assert keywords[:3] == ["NDUFC2", "HIC1", "IL6"]


def test_tables_in_parts_are_tables_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = empty_columns("families")
    for n in range(50):
        for name, value in zip(columns, (f"F{n}", f"iri{n}", [str(n)] * (n % 3), n, n, None, None), strict=True):
            columns[name].append(value)
    whole = TableWriter(tmp_path / "whole")
    whole.append("families", to_frame("families", columns))
    whole.finish("families")
    monkeypatch.setattr("kg.tables.ROWS_PER_PART", dict.fromkeys(COLUMNS, 7))
    parts = TableWriter(tmp_path / "parts")
    for start in range(0, 50, 10):
        part = {name: values[start : start + 10] for name, values in columns.items()}
        parts.append("families", to_frame("families", part))
    parts.finish("families")
    frames = [pl.read_parquet(tmp_path / name / "families.parquet") for name in ("whole", "parts")]
    assert frames[0].equals(frames[1])
    assert frames[0].equals(to_frame("families", columns))
    assert parts.n_rows["families"] == 50
    assert {path.suffix for path in (tmp_path / "parts").iterdir()} == {".parquet"}


@pytest.mark.parametrize("compression", [None, *COMPRESSIONS])
def test_frames_end_to_end_are_one_file(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / f"x{COMPRESSIONS.get(compression or '', '')}"
    path.write_bytes(compress(b"one ", compression) + compress(b"two", compression))
    with open_binary(path) as stream:
        assert stream.read() == b"one two"


def test_what_is_no_build_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"no such folder; make one with `kg build INPUT -o"):
        Folder(tmp_path / "nothing")
    with pytest.raises(BuildError, match="not a build folder"):
        Folder(tmp_path)
    for text in ("{", "[]", '{"tool": []}', "[" * 100_000):
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(BuildError, match="not a build folder"):
            Folder(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"tool": {"name": "pfocr-kg"}}), encoding="utf-8")
    folder = Folder(tmp_path)
    with pytest.raises(BuildError, match=r"the table genes\.parquet is missing"):
        folder.table("genes")
    assert folder.graph_files("turtle") is None
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    del folder.manifest  # it was read
    with pytest.raises(BuildError, match="cannot be read"):
        _ = folder.manifest
