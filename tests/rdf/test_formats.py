from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import to_isomorphic

import kg
from kg.folder import GRAPH_SUFFIXES
from kg.rdf.formats import FORMATS, jsonld_context
from kg.rdf.graph import to_graph
from kg.rdf.mapping import describe_agents, describe_figure, describe_shared
from kg.shared import Shared
from kg.vocab import BASE, figure_graph_iri, figure_iri
from tests.conftest import JAK_STAT
from tests.figures import figures

if TYPE_CHECKING:
    from kg.model import Figure

OXIGRAPH = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "json-ld": pyoxigraph.RdfFormat.JSON_LD,
}
RDFLIB = {"turtle": "turtle", "n-triples": "nt", "json-ld": "json-ld"}
CONTEXT = Path(__file__).parents[2] / "ontology" / "context.jsonld"


def written(found: list[Figure], name: str) -> bytes:
    """A whole file of the format, as a build writes it."""
    fmt, shared = FORMATS[name], Shared()
    parts = [fmt.header(describe_agents())]
    for figure in found:
        shared.add_figures([figure])
        graph = figure_graph_iri(figure_iri(figure.figid))
        parts += [fmt.node(description, graph) for description in describe_figure(figure)]
    parts += [fmt.node(description, graph.value) for graph, description in describe_shared(shared.records())]
    return "".join([*parts, fmt.footer()]).encode()


def triples(quads: Any) -> set[tuple[str, str, str]]:
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads}


def expected(graph: rdflib.Graph) -> set[tuple[str, str, str]]:
    """The graph's triples, as pyoxigraph sees them through rdflib's own N-Triples."""
    return triples(pyoxigraph.parse(graph.serialize(format="nt", encoding="utf-8"), OXIGRAPH["n-triples"]))


@settings(max_examples=150)
@given(figures())
def test_every_format_is_read_by_pyoxigraph_as_the_graph_that_rdflib_has(figure: Figure) -> None:
    graph = to_graph([figure])
    wanted = expected(graph)
    assert len(wanted) == len(graph)
    for name, fmt in OXIGRAPH.items():
        quads = list(pyoxigraph.parse(written([figure], name), fmt))
        assert triples(quads) == wanted, name
        assert len(quads) == len(wanted), f"{name} says a triple twice"


@settings(max_examples=40)
@given(figures())
def test_every_format_is_read_by_rdflib_as_an_isomorphic_graph(figure: Figure) -> None:
    graph = to_isomorphic(to_graph([figure]))
    for name, fmt in RDFLIB.items():
        assert to_isomorphic(rdflib.Graph().parse(data=written([figure], name), format=fmt)) == graph, name


@settings(max_examples=30)
@given(st.lists(figures(), min_size=2, max_size=4, unique_by=lambda figure: figure.figid))
def test_shared_things_are_described_once_and_graphs_are_disjoint(found: list[Figure]) -> None:
    found.sort(key=lambda figure: figure.figid)
    quads = list(pyoxigraph.parse(written(found, "n-quads"), OXIGRAPH["n-quads"]))
    assert len({(quad.subject, quad.predicate, quad.object) for quad in quads}) == len(quads)
    assert triples(quads) == expected(to_graph(found))


def test_named_graphs_are_the_figures_own_and_the_shared_ones(seeds_build: kg.Build) -> None:
    quads = list(pyoxigraph.parse(path=str(seeds_build.path / "graph.nq"), format=OXIGRAPH["n-quads"]))
    figure = figure_iri(JAK_STAT)
    for quad in quads:
        subject, graph = str(quad.subject).strip("<>"), str(quad.graph_name).strip("<>")
        if subject.startswith("https://pfocr"):
            assert graph == subject.partition("#")[0] + "#graph"
        else:
            assert graph.startswith(BASE + "/graph/")
    assert any(str(quad.graph_name) == f"<{figure}#graph>" for quad in quads)


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
def test_the_seeds_are_read_back_whole(seeds_build: kg.Build, name: str) -> None:
    graph = kg.to_graph(kg.read_figures("seeds"))
    data = (seeds_build.path / f"graph.{GRAPH_SUFFIXES[name]}").read_bytes()
    assert triples(pyoxigraph.parse(data, OXIGRAPH[name])) == expected(graph)
    if name in RDFLIB:
        assert rdflib.Graph().parse(data=data, format=RDFLIB[name]).isomorphic(graph)


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
def test_a_file_is_the_same_however_its_nodes_are_batched(seeds_build: kg.Build, name: str) -> None:
    found = list(kg.read_figures("seeds"))
    assert written(found, name) == (seeds_build.path / f"graph.{GRAPH_SUFFIXES[name]}").read_bytes()


def test_no_blank_nodes_anywhere(seeds_build: kg.Build) -> None:
    for subject, _, obj in seeds_build.graph():
        assert not isinstance(subject, rdflib.BNode)
        assert not isinstance(obj, rdflib.BNode)


def test_the_context_file_is_the_context_of_the_graph() -> None:
    context = json.loads(CONTEXT.read_text(encoding="utf-8"))
    assert context == {"@context": jsonld_context()}, (
        "write it again: python -m kg.rdf.formats > ontology/context.jsonld"
    )


def test_a_jsonld_node_reads_as_a_superset_of_the_block(seeds_build: kg.Build) -> None:
    nodes = json.loads((seeds_build.path / "graph.jsonld").read_text(encoding="utf-8"))["@graph"]
    blocks = {block["@id"]: block for block in (json.loads(b) for b in seeds_build.table("figures")["block"])}
    by_id = {node["@id"]: node for node in nodes}
    assert len(by_id) == len(nodes)  # one node a subject
    for iri, block in blocks.items():
        node = by_id[iri]
        assert {key: node[key] for key in ("description", "name", "keywords")} == {
            key: block[key] for key in ("description", "name", "keywords")
        }
        assert block["@type"] in node["@type"]


def test_one_keyword_is_a_list_as_in_the_block() -> None:
    figure = kg.Figure("PMC1__f", kg.Paper("PMC1"), block={"keywords": ["A"]})
    nodes = json.loads(written([figure], "json-ld"))["@graph"]
    assert [node["keywords"] for node in nodes if "keywords" in node] == [["A"]]


def test_escapes_of_strings_are_those_of_the_specification() -> None:
    figure = kg.Figure("PMC1__f", kg.Paper("PMC1"), title='a"b\\c\nd\re\tf')
    for name in ("turtle", "n-triples"):
        assert rb'"a\"b\\c\nd\re\tf"' in written([figure], name)


def test_output_is_read_back_through_a_stream(seeds_build: kg.Build) -> None:
    with (seeds_build.path / "graph.ttl").open("rb") as file:
        assert len(list(pyoxigraph.parse(io.BytesIO(file.read()), OXIGRAPH["turtle"]))) == len(seeds_build.graph())
