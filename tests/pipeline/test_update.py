"""An update reads what changed, and gives the bytes of a full build."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.errors import BuildError, ParseError, Severity
from kg.folder import GRAPH_SUFFIXES, Folder
from kg.pipeline import batch, one_pass, reuse
from kg.rdf.query import open_store, read_quads
from kg.rdf.store import update_store
from kg.store_files import NOTE
from kg.vocab import DATASET_GRAPH
from tests.documents import document, genes_table, row
from tests.pipeline.builds import contents, corpus, numbered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.pipeline import Entry

ROWS = [row(), row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol="JAK1", entrez="3716"), row("x", entrez="")]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"compress": "gzip"},
    {"compress": "zstd", "partitions": 3},
    {"partitions": 2},
    {"formats": []},
]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the figures that are parsed for a build, as they are read."""
    found: list[str] = []
    parse = batch.read_figure

    def record(entry: Entry) -> Any:
        found.append(entry.figid)
        return parse(entry)

    monkeypatch.setattr(batch, "read_figure", record)
    return found


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return corpus(
        tmp_path / "in",
        **{f"PMC1__f{n:03}": numbered(n, genes=ROWS[: n % 4], papertitle=f"T{n % 2}") for n in range(12)},
        bad=b"---\nfigid: [\n---\n",
    )


def build(source: Path, output: Path, **options: Any) -> kg.Build:
    return kg.build(source, output=output, **{"formats": GRAPH_SUFFIXES} | options)


@pytest.mark.parametrize("options", OPTIONS)
def test_an_update_reads_only_what_changed_and_gives_the_same_bytes(
    source: Path, tmp_path: Path, read: list[str], options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_pass, "BATCH", 5)
    out = tmp_path / "out"
    build(source, out, **options)
    corpus(
        source,
        PMC1__f003=numbered(3, genes=ROWS, papertitle="Another"),
        PMC1__f0005=numbered(0, genes=ROWS).replace(b"PMC1__f000", b"PMC1__f0005"),
        PMC1__f999=numbered(999),
    )
    (source / "PMC1__f007.md").unlink()
    (source / "PMC1__f011.md").rename(source / "moved.md")
    read.clear()
    updated = build(source, out, update=True, **options)
    assert read == ["PMC1__f0005", "PMC1__f003", "PMC1__f011", "PMC1__f999"]
    assert updated.n_kept == updated.counts["figures"] - 4 == 9
    full = build(source, tmp_path / "full", **options)
    assert contents(out) == contents(full.path)
    assert full.n_kept == 0


def test_with_nothing_changed_nothing_is_written(source: Path, tmp_path: Path, read: list[str]) -> None:
    out = tmp_path / "out"
    build(source, out)
    before, when = contents(out), [path.stat().st_mtime_ns for path in sorted(out.rglob("*"))]
    read.clear()
    assert build(source, out, update=True).n_kept == 12
    assert (contents(out), read) == (before, [])
    assert [path.stat().st_mtime_ns for path in sorted(out.rglob("*"))] == when


def test_an_update_of_nothing_is_a_build(source: Path, tmp_path: Path) -> None:
    made = build(source, tmp_path / "out", update=True)
    assert made.n_kept == 0
    assert contents(made.path) == contents(build(source, tmp_path / "full").path)


@pytest.mark.parametrize("change", ["version", "format", "column", "table", "graph"])
def test_what_cannot_be_reused_is_built_again(source: Path, tmp_path: Path, change: str) -> None:
    out = tmp_path / "out"
    build(source, out, formats=["turtle"] if change == "format" else GRAPH_SUFFIXES)
    if change == "version":
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        manifest["tool"]["version"] = "0.0.1"
        (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    elif change == "column":
        table = out / "tables" / "mentions.parquet"
        pl.read_parquet(table).with_columns(pl.lit(1).alias("more")).write_parquet(table)
    elif change == "table":
        (out / "tables" / "genes.parquet").unlink()
    elif change == "graph":
        (out / "graph.nt").unlink()
    made = build(source, out, update=True)
    assert made.n_kept == 0
    assert contents(out) == contents(build(source, tmp_path / "full").path)


def test_fewer_formats_and_other_parts_take_the_old_figures(source: Path, tmp_path: Path, read: list[str]) -> None:
    out = tmp_path / "out"
    build(source, out, partitions=4)
    read.clear()
    made = build(source, out, update=True, formats=["n-quads"], compress="gzip")
    assert (made.n_kept, read) == (12, [])
    assert contents(out) == contents(build(source, tmp_path / "full", formats=["n-quads"], compress="gzip").path)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "longer": lambda data: data[:700] + b"# a comment\n" + data[700:],
    "flipped": lambda data: data[:700] + bytes([data[700] ^ 1]) + data[701:],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["graph.ttl", "graph.ttl.gz", "graph.ttl.zst", "tables/documents.parquet"])
def test_an_old_build_that_was_damaged_is_built_again(source: Path, tmp_path: Path, name: str, damage: str) -> None:
    options = {"formats": ["turtle"], "compress": {".gz": "gzip", ".zst": "zstd"}.get(name[-4:].lstrip("l"))}
    build(source, tmp_path / "out", **options)
    file = tmp_path / "out" / name
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    (source / "PMC1__f003.md").unlink()
    made = build(source, tmp_path / "out", update=True, **options)
    assert made.n_kept == 0
    assert contents(made.path) == contents(build(source, tmp_path / "full", **options).path)


def test_what_is_missing_is_made_again_also_where_nothing_changed(source: Path, tmp_path: Path) -> None:
    expected = contents(build(source, tmp_path / "out").path)
    (tmp_path / "out" / "graph.nq").write_bytes(b"")
    assert build(source, tmp_path / "out", update=True).n_kept == 0
    assert contents(tmp_path / "out") == expected


@pytest.mark.parametrize("key", ["tool", "inputs", "counts", "formats", "partitions", "problem_counts", "files"])
@pytest.mark.parametrize("value", [None, 5, [], {}, ["a"], [["a"]], {"figures": "x"}])
def test_a_manifest_that_was_edited_is_no_traceback(source: Path, tmp_path: Path, key: str, value: object) -> None:
    out = tmp_path / "out"
    expected = contents(build(source, out, formats=["turtle"]).path)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    if manifest[key] == value:
        return
    (out / "manifest.json").write_text(json.dumps(manifest | {key: value}), encoding="utf-8")
    if key == "tool":
        with pytest.raises(BuildError, match="is not a build folder"):
            build(source, out, formats=["turtle"], update=True)
    else:
        build(source, out, formats=["turtle"], update=True)
        assert key == "counts" or contents(out) == expected


def test_tables_that_moved_are_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("_figures", "_data"):
        (folder / name).mkdir(parents=True)
    (folder / "_figures" / "PMC1__f1.md").write_bytes(document(genes=None, chemicals=None, diseases=None))
    table = folder / "_data" / "PMC1__f1-genes.tsv"
    table.write_bytes(genes_table("9606\tHomo sapiens\tHuman\tX\tX\tX\tno number\tncbigene_symbol\t1\t1\t1"))
    build(folder, tmp_path / "out")
    (folder / "_figures" / "_data").mkdir()
    table.rename(folder / "_figures" / "_data" / table.name)
    made = build(folder, tmp_path / "out", update=True)
    assert made.n_kept == 0
    assert contents(made.path) == contents(build(folder, tmp_path / "full").path)


def test_what_else_changed_is_noticed(source: Path, tmp_path: Path, read: list[str]) -> None:
    """Only the parts of the graph, and then only a file that is not built."""
    out = tmp_path / "out"
    build(source, out, partitions=2)
    read.clear()
    build(source, out, partitions=3, update=True)
    assert contents(out) == contents(build(source, tmp_path / "full", partitions=3).path)
    (source / "worse.md").write_bytes(b"")
    made = build(source, out, partitions=3, update=True)
    assert "worse.md" in [problem.file for problem in made.problems]
    assert made.n_kept == made.counts["figures"] == 12


def test_documents_that_became_no_figure_are_not_kept(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", PMC1__f001=numbered(1), PMC1__f002=b"---\nfigid: PMC1__f002\nfoo: [\n---\n")
    for n_kept in (0, 1, 1):
        assert build(source, tmp_path / "out", update=True).n_kept == n_kept


def test_problems_of_figures_that_are_kept_are_raised_too(source: Path, tmp_path: Path) -> None:
    (source / "bad.md").unlink()
    out = tmp_path / "out"
    build(source, out)
    for more in ({}, {"PMC1__f500": numbered(500)}):
        corpus(source, **more)
        with pytest.raises(ParseError, match="row skipped"):
            build(source, out, update=True, on_error="raise")
    assert [p.severity for p in build(source, out, update=True).problems].count(Severity.ROW_SKIPPED) == 3


changes = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["change", "remove", "add"])), max_size=8)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(changes, min_size=1, max_size=3), size=st.integers(1, 4))
def test_any_chain_of_updates_is_a_full_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: list[list[tuple[int, str]]], size: int
) -> None:
    monkeypatch.setattr(one_pass, "BATCH", size)
    folder = tmp_path / "chain"
    shutil.rmtree(folder, ignore_errors=True)
    source = corpus(folder / "in", **{f"PMC1__f{n:03}": numbered(n, genes=ROWS[: n % 3]) for n in range(0, 10, 2)})
    build(source, folder / "out", formats=["turtle", "json-ld"])
    for step, found in enumerate(steps):
        for n, what in found:
            path = source / f"PMC1__f{n:03}.md"
            if what == "remove":
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(numbered(n, genes=ROWS[: step + 1], papertitle=f"{what} {step}"))
        if not list(source.iterdir()):
            return
        build(source, folder / "out", formats=["turtle", "json-ld"], update=True)
        build(source, folder / "full", formats=["turtle", "json-ld"])
        assert contents(folder / "out") == contents(folder / "full")


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(changes, min_size=1, max_size=3), name=st.sampled_from(list(GRAPH_SUFFIXES)))
def test_the_store_after_any_chain_of_updates_has_the_quads_of_a_full_build(
    tmp_path: Path, steps: list[list[tuple[int, str]]], name: str
) -> None:
    folder = tmp_path / "chain"
    shutil.rmtree(folder, ignore_errors=True)
    source = corpus(folder / "in", **{f"PMC1__f{n:03}": numbered(n, genes=ROWS[: n % 3]) for n in range(0, 10, 2)})
    build(source, folder / "out", formats=[name], store=True)
    for step, found in enumerate(steps):
        for n, what in found:
            path = source / f"PMC1__f{n:03}.md"
            if what == "remove":
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(numbered(n, genes=ROWS[: step + 1], papertitle=f"{what} {step}"))
        if not list(source.iterdir()):
            return
        updated = build(source, folder / "out", formats=[name], store=True, update=True)
        full = build(source, folder / "full", formats=[name], store=True)
        assert set(open_store(updated)) == set(open_store(full))
        quads = set(read_quads(build(source, folder / "quads", formats=["n-quads"])))
        named = {quad for quad in open_store(updated) if quad.graph_name != ox.DefaultGraph()}
        assert {quad for quad in named if quad.graph_name != ox.NamedNode(DATASET_GRAPH)} == quads
        union = open_store(updated).quads_for_pattern(None, None, None, ox.DefaultGraph())
        assert {quad.triple for quad in union} == {quad.triple for quad in named}
        assert updated.manifest["store"] == full.manifest["store"] == {"folder": "store", "quads": len(quads)}


def test_an_update_changes_only_the_graphs_that_differ(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    build(source, out, store=True)
    corpus(source, PMC1__f003=numbered(3, caption="Another"), PMC1__f999=numbered(999))
    (source / "PMC1__f007.md").unlink()
    seen: list[set[str]] = []

    def record(folder: Folder, path: Path, old: Path, figids: set[str]) -> int:
        seen.append(figids)
        return update_store(folder, path, old, figids)

    monkeypatch.setattr(reuse, "update_store", record)
    build(source, out, store=True, update=True)
    assert seen == [{"PMC1__f003", "PMC1__f007", "PMC1__f999"}]


@pytest.mark.parametrize("damage", ["none", "gone", "other", "cut off", "not asked for before"])
def test_an_update_makes_the_store_that_is_wanted(source: Path, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    build(source, out, store=damage != "not asked for before")
    if damage == "gone":
        shutil.rmtree(out / "store")
    elif damage == "other":
        (out / "store" / NOTE).write_text("{}")
    elif damage == "cut off":
        for file in (out / "store").glob("*.sst"):
            file.write_bytes(b"")
    updated = build(source, out, store=True, update=True)
    fresh = build(source, tmp_path / "fresh", store=True)
    assert {str(quad) for quad in open_store(updated)} == {str(quad) for quad in open_store(fresh)}
    assert "store" not in build(source, out, update=True).manifest  # as in a full build without it
    assert not (out / "store").exists()


def test_a_store_that_cannot_be_made_leaves_the_old_build(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    old = build(source, out, store=True)
    before = {str(quad) for quad in open_store(old)}

    def fail(*_: object) -> int:
        raise BuildError("the disk is full")

    monkeypatch.setattr(reuse, "update_store", fail)
    corpus(source, PMC1__f999=numbered(999))
    with pytest.raises(BuildError, match="the disk is full"):
        build(source, out, store=True, update=True)
    assert {str(quad) for quad in open_store(kg.read_build(out))} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
