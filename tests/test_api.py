from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING

import networkx as nx
import pytest
import rdflib

import kg
from kg.errors import BuildError, ParseError, SourceError
from tests.conftest import JAK_STAT, RCC, SEEDS
from tests.documents import document, row

if TYPE_CHECKING:
    from pathlib import Path


def test_a_build_without_a_folder_lives_as_long_as_its_object() -> None:
    build = kg.build(SEEDS)
    path = build.path
    assert path.is_dir()
    assert kg.read_build(path).counts == build.counts
    del build
    gc.collect()
    assert not path.exists()


def test_a_build_that_fails_leaves_no_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "x.md").write_bytes(b"")
    with pytest.raises(BuildError):
        kg.build(tmp_path / "x.md")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_graph_is_rdflibs(seeds_build: kg.Build) -> None:
    graph = seeds_build.graph()
    assert isinstance(graph, rdflib.Graph)
    assert graph.isomorphic(kg.to_graph(kg.read_figures(SEEDS)))
    (found,) = graph.query("SELECT (COUNT(*) AS ?n) WHERE { ?mention a pfkg:GeneMention }")
    assert [str(value) for value in found] == ["28"]  # type: ignore[union-attr]
    again = rdflib.Graph().parse(data=graph.serialize(format="turtle"), format="turtle")
    assert again.isomorphic(graph)


def test_a_graph_of_named_graphs_only_is_whole() -> None:
    build = kg.build(SEEDS, formats=["n-quads"])
    assert len(build.graph()) == len(kg.to_graph(kg.read_figures(SEEDS)))


def test_the_network_is_networkxs(seeds_build: kg.Build) -> None:
    network = seeds_build.cooccurrence()
    assert isinstance(network, nx.Graph)
    assert not network.has_edge("3716", "3717")
    assert seeds_build.cooccurrence(expand="full").has_edge("3716", "3717")
    assert seeds_build.cooccurrence(tier="strict").number_of_edges() == 24
    assert seeds_build.centrality(tier="strict").height == len(seeds_build.cooccurrence(tier="strict"))


def test_queries_need_no_prefixes(seeds_build: kg.Build) -> None:
    rows = seeds_build.query(
        "SELECT ?id WHERE { ?f a pfkg:PathwayFigure ; dcterms:identifier ?id } ORDER BY ?id"
    ).to_rows()
    assert [r["id"] for r in rows] == [RCC, JAK_STAT]


def test_figures_are_read_in_order_as_often_as_one_likes(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_bytes(document(figid="PMC1__a", genes=[row(entrez="x")]))
    (tmp_path / "a.md").write_bytes(document(figid="PMC1__b"))
    (tmp_path / "c.md").write_bytes(b"")
    (tmp_path / "d.md").write_bytes(b"---\nfigid: PMC1__d\npmcid: [\n---\n")
    reader = kg.read_figures(tmp_path)
    for _ in range(2):
        assert [figure.figid for figure in reader] == ["PMC1__a", "PMC1__b"]
        assert sorted({problem.file for problem in reader.problems}) == ["a.md", "b.md", "c.md", "d.md"]
    with pytest.raises(ParseError):
        list(kg.read_figures(tmp_path, on_error="raise"))


@pytest.mark.parametrize(
    "options",
    [{"compress": "bz2"}, {"on_error": "rais"}, {"limit": 0}, {"limit": -1}, {"workers": 0}, {"formats": ["rdf"]}],
)
def test_an_option_that_is_none_is_a_sentence(options: dict[str, object]) -> None:
    with pytest.raises(BuildError, match=r"there is|there are|give a number"):
        kg.build(SEEDS, **options)  # type: ignore[arg-type]


def test_a_format_may_be_one_text() -> None:
    assert kg.build(SEEDS, formats="n-triples").manifest["formats"] == ["n-triples"]


def test_a_reader_says_what_a_build_says(tmp_path: Path) -> None:
    (tmp_path / "PMC1__f1.md").write_bytes(document(schema_jsonld={"name": "x"}))
    (tmp_path / "PMC1__f2.md").write_bytes(document(figid="PMC1__f2") + b"figid: PMC1__f3\n")
    reader = kg.read_figures(tmp_path)
    assert [figure.figid for figure in reader] == kg.build(tmp_path).table("figures")["figid"].to_list()
    assert sorted(reader.problems) == sorted(kg.build(tmp_path).problems)
    with pytest.raises(SourceError, match="once only"):
        kg.read_figures("-")


def test_a_damaged_build_is_a_sentence(tmp_path: Path) -> None:
    path = kg.build(SEEDS, output=tmp_path / "out").path
    (path / "tables" / "genes.parquet").write_bytes(b"garbage")
    with pytest.raises(BuildError, match=r"genes\.parquet: cannot be read"):
        kg.read_build(path).table("genes")
    whole = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    lacks: list[dict[str, object]] = [{"counts": None}, {"counts": {"figures": "x"}}, {"inputs": 1}]
    for lack in (*lacks, {"problem_counts": []}, {"partitions": 3}):
        (path / "manifest.json").write_text(json.dumps(whole | lack), encoding="utf-8")
        with pytest.raises(BuildError, match="its manifest lacks"):
            kg.read_build(path)


def test_a_build_says_what_it_is(seeds_build: kg.Build) -> None:
    assert repr(seeds_build).startswith(f"<Build {seeds_build.path}: 2 figures, 2 papers, 28 mentions")


def test_a_missing_input_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        kg.build(tmp_path / "nowhere")
