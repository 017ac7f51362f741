from __future__ import annotations

import gzip
import shutil
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import zstandard

import kg
from kg.compression import compress
from kg.errors import QueryError
from kg.folder import DESCRIPTION, GRAPH_SUFFIXES, MANIFEST, Folder
from kg.rdf.query import load_store, query, read_quads
from kg.vocab import DATASET_GRAPH
from tests.conftest import JAK_STAT, RCC
from tests.rdf.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FORMATS = tuple(GRAPH_SUFFIXES)
_WRITER = zstandard.ZstdCompressor().compressobj()
_CUT_AT_A_LINE_END = _WRITER.compress(b"<a:a> <a:b> <a:c> .\n") + _WRITER.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


@pytest.fixture
def one_format(seeds_build: kg.Build, tmp_path: Path) -> Callable[[str, str | None], Folder]:
    """Make a folder of the seeds with one RDF file."""

    def make(name: str, compression: str | None) -> Folder:
        found = seeds_build.graph_files(name)
        assert found is not None
        (file,) = found[1]
        data = file.read_bytes()
        half = len(data) // 2
        # Two members, as workers write them.
        parts = compress(data[:half], compression) + compress(data[half:], compression)
        suffix = {None: "", "gzip": ".gz", "zstd": ".zst"}[compression]
        (tmp_path / (file.name + suffix)).write_bytes(parts)
        for other in (MANIFEST, DESCRIPTION):
            shutil.copy(seeds_build.path / other, tmp_path)
        return Folder(tmp_path)

    return make


def _triples(store: ox.Store) -> set[tuple[str, str, str]]:
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in store}


@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
@pytest.mark.parametrize("name", _FORMATS)
def test_every_format_loads_the_same_graph(
    one_format: Callable[[str, str | None], Folder], name: str, compression: str | None, seeds_build: kg.Build
) -> None:
    store = load_store(one_format(name, compression))
    assert _triples(store) == _triples(load_store(seeds_build))
    graphs = {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}
    assert bool(graphs - {DATASET_GRAPH}) == (name == "n-quads")


def test_quads_can_be_read_without_a_store(
    one_format: Callable[[str, str | None], Folder], seeds_build: kg.Build
) -> None:
    for folder in (seeds_build, one_format("n-quads", "gzip")):
        triples = {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in read_quads(folder)}
        store = load_store(seeds_build)
        store.remove_graph(ox.NamedNode(DATASET_GRAPH))
        assert triples == _triples(store)


@pytest.mark.parametrize("name", _FORMATS)
def test_every_format_gives_the_same_answer(one_format: Callable[[str, str | None], Folder], name: str) -> None:
    text = f"""SELECT (COUNT(DISTINCT ?m) AS ?mentions) (COUNT(DISTINCT ?g) AS ?genes) WHERE {{
        ?f dcterms:identifier "{JAK_STAT}" . ?m oa:hasTarget ?f ; a pfkg:GeneMention ; pfkg:candidateGene ?g }}"""
    assert query(one_format(name, None), text).to_rows() == [{"mentions": "18", "genes": "33"}]


def test_the_seeds_have_their_figures_and_mentions(seeds_build: kg.Build) -> None:
    rows = query(
        seeds_build,
        """SELECT ?id (COUNT(?m) AS ?mentions) WHERE {
            ?f a pfkg:PathwayFigure ; dcterms:identifier ?id . ?m oa:hasTarget ?f } GROUP BY ?id ORDER BY ?id""",
    ).to_rows()
    assert rows == [{"id": RCC, "mentions": "10"}, {"id": JAK_STAT, "mentions": "18"}]
    assert query(
        seeds_build, "ASK { ?f schema:mentions ncbigene:6774 ; schema:isPartOf/schema:identifier 'PMC6305783' }"
    )


def test_a_build_without_rdf_says_how_to_get_one(seeds: Path, tmp_path: Path) -> None:
    build = kg.build(seeds, output=tmp_path / "build", formats=[])
    with pytest.raises(QueryError, match=r"no RDF file to query; make one with `kg build INPUT -o .* --format turtle`"):
        query(build, "ASK {}")


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".ttl", b"@prefix a: <b:> .\na:x a:y"),
        (".nq", b"<a:a> <a:b> <a:c> .\nnonsense\n"),
        (".jsonld", b'{"@graph": ['),
        (".ttl.gz", gzip.compress(b"<a:a> <a:b> <a:c> .", mtime=0)[:-6]),
        (".ttl.gz", b"no gzip"),
        (".ttl.zst", zstandard.compress(b"<a:a> <a:b> <a:c> .")[:-3] + b"\0\0\0"),
        (".ttl.zst", b"no zstd at all"),
        (".nt.zst", _CUT_AT_A_LINE_END),
        (".ttl", b'<a:a> <a:b> "\xff" .'),
    ],
)
def test_a_damaged_file_is_named(seeds_build: kg.Build, tmp_path: Path, suffix: str, data: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes((seeds_build.path / "manifest.json").read_bytes())
    (tmp_path / f"graph{suffix}").write_bytes(data)
    with pytest.raises(QueryError, match=rf"graph\{suffix}(:\d+)?: .*; build the folder again"):
        load_store(Folder(tmp_path))


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        yield server


def test_a_jsonld_file_never_fetches_its_context(seeds_build: kg.Build, tmp_path: Path, listener: Listener) -> None:
    (tmp_path / "manifest.json").write_bytes((seeds_build.path / "manifest.json").read_bytes())
    (tmp_path / "graph.jsonld").write_text(f'{{"@context": "{listener.url}", "@id": "a:a", "name": "x"}}')
    with pytest.raises(QueryError, match="build the folder again"):
        load_store(Folder(tmp_path))
    assert listener.n_calls() == 0


def test_from_reads_no_file_and_no_address(seeds_build: kg.Build, tmp_path: Path, listener: Listener) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text('<http://example.org/secret> <http://example.org/p> "secret" .\n')
    store = load_store(seeds_build)
    for source in (secret.as_uri(), listener.url):
        for text in (
            "SELECT * FROM <SOURCE> { ?s ?p ?o }",
            "SELECT * FROM NAMED <SOURCE> { GRAPH ?g { ?s ?p ?o } }",
            "SELECT * FROM NAMED <SOURCE> { ?s ?p ?o }",
            "SELECT * { GRAPH <SOURCE> { ?s ?p ?o } }",
            "BASE <SOURCE> SELECT * FROM <> { ?s ?p ?o }",
        ):
            assert query(store, text.replace("SOURCE", source)).to_rows() == []
    with pytest.raises(QueryError, match="syntax error"):
        query(store, "SELECT * FROM <SOURCE> { ?s ?p ?o }".replace("SOURCE", str(secret)))
    assert listener.n_calls() == 0
    # The control: the file can be read, and is what the query would find.
    store.load(path=str(secret), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(secret.as_uri()))
    text = "SELECT * FROM <SOURCE> { ?s ?p ?o }".replace("SOURCE", secret.as_uri())
    assert len(query(store, text).to_rows()) == 1


def test_from_narrows_to_a_figure(seeds_build: kg.Build) -> None:
    graph = f"https://pfocr.wikipathways.org/figures/{RCC}.html#graph"
    text = "SELECT DISTINCT ?id {} {{ ?f dcterms:identifier ?id }} ORDER BY ?id"
    assert [row["id"] for row in query(seeds_build, text.format(f"FROM <{graph}>")).to_rows()] == [RCC]
    assert [row["id"] for row in query(seeds_build, text.format("")).to_rows()] == [RCC, JAK_STAT]


def test_prefixes_are_there_and_can_be_declared_otherwise(seeds_build: kg.Build) -> None:
    assert query(seeds_build, "ASK { ncbigene:6774 rdfs:label 'STAT3' }")
    assert query(seeds_build, "PREFIX ncbigene: <https://identifiers.org/> ASK { ncbigene:ncbigene\\/6774 ?p ?o }")


@pytest.mark.parametrize(
    "text", ["SELECT ?f { ?f a pfkg:PathwayFigure }", "CONSTRUCT { ?f a ?c } { ?f a ?c }", "DESCRIBE ncbigene:6774"]
)
@pytest.mark.parametrize("limit", [0, 1, 2, 1000])
def test_a_limit_cuts_and_says_so(seeds_build: kg.Build, text: str, limit: int) -> None:
    everything = query(seeds_build, text).to_rows()
    result = query(seeds_build, text, limit=limit)
    rows = result.to_rows()
    assert len(rows) == min(limit, len(everything))
    assert result.truncated == (limit < len(everything))
    assert all(row in everything for row in rows)


def test_a_negative_limit_is_refused(seeds_build: kg.Build) -> None:
    with pytest.raises(QueryError, match="a limit of -1: give a number from 0"):
        query(seeds_build, "ASK {}", limit=-1)


def test_a_graph_counts_each_triple_once() -> None:
    store = ox.Store()
    node = ox.NamedNode("http://example.org/a")
    for graph in ("g1", "g2"):
        store.add(ox.Quad(node, node, node, ox.NamedNode(f"http://example.org/{graph}")))
    result = query(store, "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }", limit=1)
    assert len(list(result)) == 1
    assert not result.truncated
