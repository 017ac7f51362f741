from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import rdflib
import yaml
from rdflib import RDF, URIRef

import kg
from kg.errors import ExportError
from kg.export import write_blocks
from kg.vocab import expand, figure_iri
from tests.conftest import JAK_STAT, RCC, SEEDS
from tests.documents import document, row

if TYPE_CHECKING:
    from pathlib import Path

# The official context at https://schema.org/, as far as the block's keys go; nothing is fetched.
SCHEMA_ORG = {
    "type": "@type",
    "id": "@id",
    "@vocab": "http://schema.org/",
    "schema": "http://schema.org/",
    "Dataset": {"@id": "schema:Dataset"},
    "Organization": {"@id": "schema:Organization"},
    "creator": {"@id": "schema:creator"},
    "description": {"@id": "schema:description"},
    "keywords": {"@id": "schema:keywords"},
    "license": {"@id": "schema:license", "@type": "@id"},
    "name": {"@id": "schema:name"},
}


def embedded(figid: str) -> dict[str, object]:
    text = (SEEDS / f"{figid}.md").read_text(encoding="utf-8")
    block = yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n"))["schema-jsonld"]
    assert isinstance(block, dict)
    return block


@pytest.mark.parametrize("regenerate", [False, True])
def test_blocks_of_the_seeds_are_the_embedded_ones(seeds_build: kg.Build, tmp_path: Path, regenerate: bool) -> None:
    assert write_blocks(seeds_build, tmp_path / "blocks", regenerate=regenerate) == 2
    for figid in (JAK_STAT, RCC):
        block = json.loads((tmp_path / "blocks" / f"{figid}.jsonld").read_text(encoding="utf-8"))
        assert block == embedded(figid)
        assert list(block) == list(embedded(figid))


def test_a_jsonl_file_has_a_block_a_line(seeds_build: kg.Build, tmp_path: Path) -> None:
    write_blocks(seeds_build, tmp_path / "blocks.jsonl")
    lines = (tmp_path / "blocks.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [embedded(RCC), embedded(JAK_STAT)]


def test_a_figure_without_a_block_gets_one_and_one_that_differs_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(document(genes=[row(), row("x", hgnc_symbol="JAK1", entrez="3716"), row()]))
    (tmp_path / "b.md").write_bytes(document(figid="PMC1__f2", schema_jsonld={"name": "mine"}))
    build = kg.build(tmp_path)
    write_blocks(build, tmp_path / "out.jsonl")
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert first["keywords"] == ["STAT3", "JAK1"]
    assert second == {"name": "mine"}
    write_blocks(build, tmp_path / "out.jsonl", regenerate=True)
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[1])["keywords"] == ["STAT3"]


def test_a_second_export_replaces_the_first(seeds_build: kg.Build, tmp_path: Path) -> None:
    write_blocks(seeds_build, tmp_path / "out")
    assert write_blocks(seeds_build, tmp_path / "out", regenerate=True) == 2


@pytest.mark.parametrize("name", ["x.json", "x.jsonld", "x.gz"])
def test_a_file_of_another_kind_is_refused(seeds_build: kg.Build, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"a file of blocks ends in \.jsonl"):
        write_blocks(seeds_build, tmp_path / name)


@pytest.mark.parametrize("kind", ["folder", "block of somebody", "link"])
def test_what_only_looks_like_blocks_is_not_replaced(seeds_build: kg.Build, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "out" / "x.jsonld"
    (tmp_path / "out").mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(tmp_path)
    else:
        path.write_text('{"@id": "mine"}', encoding="utf-8")
    with pytest.raises(ExportError, match="not a folder of"):
        write_blocks(seeds_build, tmp_path / "out")
    assert path.exists()


def test_a_folder_of_other_files_is_not_replaced(seeds_build: kg.Build, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match=r"not a folder of \.jsonld files"):
        write_blocks(seeds_build, tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").exists()


@pytest.mark.parametrize("figid", [JAK_STAT, RCC])
def test_a_block_read_as_schema_org_agrees_with_the_figures_own_triples(seeds_build: kg.Build, figid: str) -> None:
    block = {**embedded(figid), "@context": SCHEMA_ORG}
    read = rdflib.Graph().parse(data=json.dumps(block), format="json-ld")
    figure = URIRef(figure_iri(figid))
    apart = {URIRef(expand("schema:license")), URIRef(expand("schema:creator"))}
    said = {(s, p, o) for s, p, o in read.triples((figure, None, None)) if p not in apart}
    graph = seeds_build.graph()
    assert said <= set(graph.triples((figure, None, None)))
    block_predicates = {p for _, p, _ in said} - {RDF.type}
    ours = {(s, p, o) for s, p, o in graph.triples((figure, None, None)) if p in block_predicates}
    assert ours == {triple for triple in said if triple[1] != RDF.type}
    # The two that differ: what PFOCR writes is a relative IRI and a blank node, ours are addresses.
    assert graph.value(figure, URIRef(expand("schema:license"))) == URIRef(kg.vocab.CC0)
    creator = graph.value(figure, URIRef(expand("schema:creator")))
    blank = read.value(figure, URIRef(expand("schema:creator")))
    for predicate, obj in read.predicate_objects(blank):
        assert (creator, predicate, obj) in graph
