"""The store of a build holds the quads that its N-Quads have, whatever it was loaded from."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

import kg
import kg.store_files
from kg.errors import BuildError, QueryError
from kg.folder import DESCRIPTION, GRAPH_SUFFIXES, Folder
from kg.rdf import store as store_module
from kg.rdf.named_graphs import graph_of
from kg.rdf.query import open_store
from kg.rdf.store import load_into_build, write_store
from kg.store_files import NOTE, find_store
from kg.vocab import DATASET_GRAPH, SharedGraph
from tests.pipeline.builds import contents, corpus, numbered

if TYPE_CHECKING:
    from collections.abc import Iterable

DESCRIBED = ox.NamedNode(DATASET_GRAPH)
OPTIONS: list[dict[str, Any]] = [
    *({"formats": [name]} for name in GRAPH_SUFFIXES),
    {"formats": ["turtle"], "compress": "gzip"},
    {"formats": ["n-triples"], "compress": "zstd", "partitions": 2},
    {"formats": ["json-ld"], "partitions": 3},
    {"formats": ["n-quads"], "compress": "zstd"},
    {"formats": GRAPH_SUFFIXES, "workers": 2},
]


def expected_quads(build: kg.Build) -> set[ox.Quad]:
    """The quads of a build with N-Quads, as their parser reads them."""
    found = build.graph_files("n-quads")
    assert found is not None
    return {quad for path in found[1] for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)}


def store_quads(path: Path, *, described: bool = False) -> set[ox.Quad]:
    """The quads of named graphs, with or without what the build says of itself; the default graph is their union."""
    quads = set(ox.Store.read_only(str(path)))
    named = {quad for quad in quads if quad.graph_name != ox.DefaultGraph()}
    assert {quad.triple for quad in quads - named} == {quad.triple for quad in named}
    return {quad for quad in named if described or quad.graph_name != DESCRIBED}


def values(quads: Iterable[ox.Quad]) -> set[tuple[str, ...]]:
    """Triples as text without datatypes: Oxigraph gives back any whole number as an xsd:integer."""
    return {tuple(getattr(term, "value", "") for term in quad.triple) for quad in quads}


@pytest.fixture
def copied(seeds_build: kg.Build, tmp_path: Path) -> Folder:
    """A build of the seeds that a test may change."""
    shutil.copytree(seeds_build.path, tmp_path / "build")
    return Folder(tmp_path / "build")


@pytest.fixture(scope="module")
def stored(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A build of the seeds with a store, for reading."""
    return kg.build(seeds, output=tmp_path_factory.mktemp("stored") / "build", store=True)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_store_has_the_quads_of_n_quads_whatever_it_is_loaded_from(
    seeds: Path, seeds_build: kg.Build, tmp_path: Path, options: dict[str, Any]
) -> None:
    made = kg.build(seeds, output=tmp_path / "build", store=True, **options)
    expected = expected_quads(seeds_build)
    assert store_quads(made.path / "store") == expected
    assert made.manifest["store"] == {"folder": "store", "quads": len(expected)}
    assert not any(name.startswith("store") for name in made.manifest["files"])


def test_every_subject_tells_its_graph(tmp_path: Path) -> None:
    figures = Path(__file__).parents[1] / "full_record" / "input"
    quads = expected_quads(kg.build(figures, output=tmp_path / "build", formats=["n-quads"]))
    assert any("/journal/" in str(quad.subject) for quad in quads)
    assert {graph.value for graph in SharedGraph} <= {getattr(quad.graph_name, "value", "") for quad in quads}
    for quad in quads:
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.graph_name, ox.NamedNode)
        assert graph_of(quad.subject.value) == quad.graph_name.value


def test_the_union_has_no_row_twice_and_graphs_are_there(seeds_build: kg.Build, copied: Folder) -> None:
    load_into_build(copied)
    build = kg.read_build(copied.path)
    rows = build.query("SELECT ?s ?p ?o { ?s ?p ?o }").to_rows()
    described = {quad for quad in open_store(copied) if quad.graph_name == DESCRIBED}
    assert len(rows) == len({tuple(row.values()) for row in rows}) == len(seeds_build.graph()) + len(described)
    # Two figures, five graphs of what they share, and what the build says of itself.
    assert build.query("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }").to_rows() == [{"n": "8"}]
    assert values(described) == values(ox.parse(path=str(copied.path / DESCRIPTION), format=ox.RdfFormat.TURTLE))


def test_literals_of_every_kind_come_through(tmp_path: Path) -> None:
    odd = numbered(1, papertitle='a "b" \\ <c> .\n\nd é𝄞 @prefix x', figtitle=". ", caption="<x> <y> <z> .\n<a>")
    corpus(tmp_path / "in", PMC1__f001=odd)
    builds = [
        kg.build(tmp_path / "in", output=tmp_path / name, formats=[name, *others], store=True)
        for name, others in (("turtle", []), ("n-triples", []), ("json-ld", []), ("n-quads", ["turtle"]))
    ]
    expected = expected_quads(builds[-1])
    assert all(store_quads(build.path / "store") == expected for build in builds)


def test_a_store_is_made_and_made_again_for_a_finished_build(copied: Folder) -> None:
    before = contents(copied.path)
    assert find_store(copied) is None
    n_quads = load_into_build(copied)
    assert n_quads == len(store_quads(copied.path / "store"))
    assert kg.read_build(copied.path).load_store() == n_quads
    after = contents(copied.path)
    assert {name for name in after if not name.startswith("store/")} == set(before)
    assert all(after[name] == data for name, data in before.items() if name != "manifest.json")
    assert Folder(copied.path).manifest == copied.manifest | {"store": {"folder": "store", "quads": n_quads}}
    assert kg.read_build(copied.path).query("ASK { ncbigene:6774 rdfs:label 'STAT3' }")


def test_several_readers_at_once(copied: Folder) -> None:
    load_into_build(copied)
    stores = [open_store(copied) for _ in range(3)]
    assert len({len(store) for store in stores}) == 1
    with pytest.raises(RuntimeError, match="only possible on read-write instances"):
        stores[0].add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:a"), ox.NamedNode("a:a")))


@pytest.mark.parametrize("note", [None, "[]", '{"inputs": {}}'])
def test_a_store_of_another_build_is_refused(copied: Folder, note: str | None) -> None:
    load_into_build(copied)
    path = copied.path / "store" / NOTE
    path.unlink()
    if note is not None:
        path.write_text(note)
    with pytest.raises(QueryError, match=r"store: not the store of this build as it is now; make it with `kg load"):
        kg.read_build(copied.path).query("ASK {}")
    load_into_build(copied)
    assert kg.read_build(copied.path).query("ASK {}")


@pytest.mark.parametrize("note", ["", "[" * 100_000, '{"layout": ' + "7" * 5_000 + "}"], ids=len)
def test_a_note_that_cannot_be_read_is_named(copied: Folder, note: str) -> None:
    load_into_build(copied)
    (copied.path / "store" / NOTE).write_text(note)
    with pytest.raises(QueryError, match=rf"store/{NOTE}: the store's note cannot be read \(.*; make it with `kg load"):
        kg.read_build(copied.path).query("ASK {}")


def test_a_store_that_is_older_than_its_build_is_refused(seeds: Path, copied: Folder, tmp_path: Path) -> None:
    load_into_build(copied)
    other = kg.build(seeds, output=tmp_path / "other", limit=1)
    shutil.copytree(copied.path / "store", other.path / "store")
    with pytest.raises(QueryError, match="not the store of this build"):
        other.query("ASK {}")


def test_a_damaged_store_is_a_sentence(copied: Folder) -> None:
    load_into_build(copied)
    (copied.path / "store" / "CURRENT").write_text("nonsense\n")
    with pytest.raises(QueryError, match=r"store: cannot be opened as an Oxigraph store .*kg load .* store`"):
        kg.read_build(copied.path).query("ASK {}")


def test_without_rdf_there_is_no_store(seeds: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="a store is loaded from an RDF file"):
        kg.build(seeds, output=tmp_path / "a", formats=[], store=True)
    build = kg.build(seeds, output=tmp_path / "b", formats=[])
    with pytest.raises(QueryError, match="no RDF file to load"):
        build.load_store()
    assert not (build.path / "store").exists()


def test_a_folder_that_is_no_store_is_not_replaced(copied: Folder) -> None:
    (copied.path / "store").mkdir()
    (copied.path / "store" / "mine.txt").write_text("mine")
    with pytest.raises(BuildError, match="is not a store"):
        load_into_build(copied)
    assert (copied.path / "store" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_stands_in_the_place_of_a_store_can_be_moved(copied: Folder, tmp_path: Path, kind: str) -> None:
    place = copied.path / "store"
    mine = tmp_path / "mine" if kind == "link" else place
    if kind == "file":
        mine.write_text("mine")
    else:
        mine.mkdir()
        (mine / "mine.txt").write_text("mine")
    if kind == "link":
        place.symlink_to(mine)
    with pytest.raises(BuildError) as raised:
        load_into_build(copied)
    assert str(raised.value).startswith(f"{mine}: exists and is not a store; it is not replaced")
    assert str(raised.value).endswith(f"so move or remove {place} and load it again")


def test_a_store_that_cannot_be_written_is_a_sentence(copied: Folder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="the store cannot be written"):
        write_store(copied, tmp_path / "file")


def test_a_full_disk_is_not_said_to_be_the_fault_of_the_graph(copied: Folder, tmp_path: Path) -> None:
    with (copied.path / "graph.nq").open("a", encoding="utf-8") as graph:
        graph.writelines(f'<urn:a:{i}> <urn:p> "{i * 7919}" <urn:g> .\n' for i in range(30_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))
    try:
        with pytest.raises(BuildError, match=r"the store cannot be written .*File too large"):
            write_store(copied, tmp_path / "store")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_interrupted_load_leaves_the_old_store(copied: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    load_into_build(copied)
    before = store_quads(copied.path / "store")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store_module, "_load", stop)
    with pytest.raises(KeyboardInterrupt):
        load_into_build(copied)
    assert store_quads(copied.path / "store") == before
    assert [path.name for path in copied.path.iterdir() if path.name.startswith(".")] == []


def test_files_are_copied_where_they_cannot_be_linked(
    seeds_build: kg.Build, copied: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_into_build(copied)

    def refuse(source: str, target: str) -> None:
        raise OSError(18, f"Invalid cross-device link: {source} {target}")

    monkeypatch.setattr(os, "link", refuse)
    n_quads = store_module.update_store(copied, tmp_path / "build" / "new", copied.path / "store", set())
    assert store_quads(tmp_path / "build" / "new") == expected_quads(seeds_build)
    assert n_quads == len(expected_quads(seeds_build))
    with pytest.raises(BuildError, match="the store cannot be copied"):
        store_module.update_store(copied, tmp_path / "newer", tmp_path / "nowhere", set())


def test_the_note_names_the_inputs(copied: Folder) -> None:
    load_into_build(copied)
    note = json.loads((copied.path / "store" / NOTE).read_text())
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in (copied.path / "store").glob("*.sst")
    }
    assert files
    assert note == {"layout": 3, "inputs": copied.manifest["inputs"], "files": files}


def test_files_that_stay_in_an_update_are_not_read_again(copied: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    load_into_build(copied)
    read: list[str] = []

    def digest(path: Path) -> str:
        read.append(path.name)
        return "0"

    monkeypatch.setattr(kg.store_files, "file_digest", digest)
    old = {path.name for path in (copied.path / "store").glob("*.sst")}
    store_module.update_store(copied, copied.path / "new", copied.path / "store", set())
    new = {path.name for path in (copied.path / "new").glob("*.sst")}
    assert set(read) == new - old
    assert old & new


@pytest.mark.parametrize("files", [None, 1, {"a": 1}, {"a": {}}, []])
def test_a_note_that_says_nothing_of_files_is_no_proof(copied: Folder, files: object) -> None:
    load_into_build(copied)
    path = copied.path / "store" / NOTE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"files": files}))
    with pytest.raises(QueryError, match="files of the store are missing, cut off or not its own"):
        find_store(copied)


@pytest.mark.parametrize("damage", ["cut off", "gone", "one more"])
def test_a_store_with_other_files_than_it_was_made_with_is_refused(copied: Folder, damage: str) -> None:
    load_into_build(copied)
    file = max((copied.path / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    if damage == "cut off":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "gone":
        file.unlink()
    else:
        shutil.copy(file, file.with_name("999999.sst"))
    with pytest.raises(QueryError, match="files of the store are missing, cut off or not its own; make it with `kg lo"):
        kg.read_build(copied.path).query("ASK {}")


@pytest.mark.parametrize("name", ["note", "layout"])
def test_a_store_without_a_default_graph_is_of_an_older_version(copied: Folder, name: str) -> None:
    load_into_build(copied)
    path = copied.path / "store" / NOTE
    note = json.loads(path.read_text())
    path.write_text(json.dumps({"inputs": note["inputs"]} if name == "note" else note | {"layout": 2}))
    with pytest.raises(QueryError, match="not the store of this build as it is now"):
        find_store(copied)


def test_a_file_of_many_chunks_is_the_same_store(
    seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_LINES", 50)
    for name in GRAPH_SUFFIXES:
        folder = Folder(shutil.copytree(seeds_build.path, tmp_path / name))
        for other, suffix in GRAPH_SUFFIXES.items():
            if other != name:
                (folder.path / f"graph{suffix}").unlink(missing_ok=True)
        load_into_build(folder)
        assert store_quads(folder.path / "store") == expected_quads(seeds_build)


def test_a_file_that_is_no_rdf_names_its_line(copied: Folder) -> None:
    path = copied.path / "graph.nq"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:30], "<urn:a> nonsense .\n", *lines[30:]]))
    with pytest.raises(QueryError, match=r"graph\.nq:31: cannot be read as n-quads .*build the folder again"):
        load_into_build(copied)


DATASETS = {
    "{ ?s ?p ?o }": "all",
    "FROM <{figure}> { ?s ?p ?o }": "figure",
    "FROM <{figure}> FROM <{genes}> { ?s ?p ?o }": "figure and genes",
    "FROM <{figure}> FROM <{figure}> { ?s ?p ?o }": "figure",
    "FROM NAMED <{figure}> { ?s ?p ?o }": "",
    "FROM NAMED <{figure}> { GRAPH ?g { ?s ?p ?o } }": "figure",
    "FROM <{genes}> FROM NAMED <{figure}> { GRAPH ?g { ?s ?p ?o } }": "figure",
    "FROM <{genes}> FROM NAMED <{figure}> { ?s ?p ?o }": "genes",
    "FROM <{genes}> { GRAPH ?g { ?s ?p ?o } }": "",
    "FROM <urn:nothing> { ?s ?p ?o }": "",
    "{ GRAPH ?g { ?s ?p ?o } }": "all",
    "{ GRAPH <{figure}> { ?s ?p ?o } }": "figure",
    "{ { ?s ?p ?o } MINUS { GRAPH ?g { ?s ?p ?o } } }": "",
}
"""Queries for triples, and whose they are by the rules of SPARQL 1.1 Query Language, section 13.2."""


@pytest.mark.parametrize(("query", "whose"), DATASETS.items())
def test_the_dataset_of_a_store_is_as_the_standard_says(stored: Folder, query: str, whose: str) -> None:
    graphs: dict[str, set[ox.Triple]] = {}
    for quad in store_quads(stored.path / "store", described=True):
        assert isinstance(quad.graph_name, ox.NamedNode)
        graphs.setdefault(quad.graph_name.value, set()).add(quad.triple)
    figure, genes = next(name for name in graphs if "#graph" in name), SharedGraph.GENES.value
    names = {"all": [*graphs], "figure": [figure], "genes": [genes], "figure and genes": [figure, genes], "": []}
    text = "SELECT ?s ?p ?o " + query.replace("{figure}", figure).replace("{genes}", genes)
    rows = kg.read_build(stored.path).query(text).to_rows()
    assert len(rows) == sum(len(graphs[name]) for name in names[whose])
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_a_load_that_is_told_to_end_leaves_nothing_behind(copied: Folder) -> None:
    with (copied.path / "graph.nq").open("a", encoding="utf-8") as graph:
        graph.writelines(f'<urn:a:{i}> <urn:p> "{i * 7919}" <urn:g> .\n' for i in range(600_000))
    before = sorted(copied.path.iterdir())
    command = [sys.executable, "-m", "kg", "load", str(copied.path), "store"]
    with subprocess.Popen(command) as process:
        while not list(copied.path.glob(".store.*/new/*.sst")):
            assert process.poll() is None
            time.sleep(0.01)
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    assert sorted(copied.path.iterdir()) == before
