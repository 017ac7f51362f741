"""Significant pairs as RDF and KGX: the triples and rows are those of a loop over the pairs, and conform."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

import kg as package
from kg.check.shacl import validate
from kg.errors import ExportError
from kg.network import to_frames, write_network
from kg.network.explanations.papers import pair_papers
from kg.network.files.associations import significant, to_kgx, to_ntriples, to_turtle, write_kgx
from tests.documents import document, row
from tests.network.graphs import TEXT, two_genes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import kg
    from kg.network import Frames

BIOLINK = Namespace("https://w3id.org/biolink/vocab/")
PFKG = Namespace("https://w3id.org/pfocr-kg#")
TOGETHER = BIOLINK.occurs_together_in_literature_with
# Ids of KGX, https://github.com/biolink/kgx/blob/master/kgx/prefix_manager.py.
CURIE = re.compile(r"^[^ <()>:]*:[^/ :]+$")


@st.composite
def significance_networks(draw: st.DrawFn) -> nx.Graph[str]:
    """Return a network of genes and families with q-values."""
    genes = draw(st.lists(st.integers(1, 10**7).map(str), max_size=4, unique=True))
    families = draw(st.lists(TEXT, max_size=3, unique=True))
    graph: nx.Graph[str] = nx.Graph(level=draw(st.sampled_from(["figure", "paper"])))
    for node in genes:
        graph.add_node(node, symbol=draw(TEXT | st.none()), taxon=draw(st.sampled_from([None, "9606"])))
    for symbol in families:
        graph.add_node(draw(st.sampled_from(["family:", "family/10090:"])) + symbol, symbol=symbol, taxon="9606")
    limit = draw(st.sampled_from([None, 0.05, 0.2]))
    if limit is not None:
        graph.graph["fdr"] = limit
    nodes = list(graph)
    for place, node in enumerate(nodes):
        for other in nodes[:place]:
            if draw(st.booleans()):
                q = draw(st.sampled_from([0.0, 1e-320, 0.05, 0.06, 0.2, 1.0, None]) | st.floats(0, 1))
                count = {"n_figures": draw(st.integers(1, 9)), "n_papers": draw(st.integers(1, 9))}
                graph.add_edge(node, other, weight=draw(st.floats(0, 1e300, exclude_min=True)), q_value=q, **count)
    graph.add_edge("1", "2", weight=1, q_value=1.0, n_figures=1, n_papers=1)
    return graph


def iri(graph: nx.Graph[str], node: str) -> URIRef:
    from kg.vocab import family_iri

    if node.startswith("family"):
        return URIRef(family_iri(graph.nodes[node]["symbol"]))
    return URIRef(f"https://identifiers.org/ncbigene/{node}")


def expected_triples(graph: nx.Graph[str]) -> set[tuple[Any, Any, Any]]:
    """The triples, by a loop; without the association's own IRI, which is a blank here."""
    triples: set[tuple[Any, Any, Any]] = set()
    count = "n_papers" if graph.graph["level"] == "paper" else "n_figures"
    order = {node: (not node.isdigit(), len(node) if node.isdigit() else 0, node) for node in graph}
    for one, other, edge in graph.edges(data=True):
        if edge["q_value"] is None or edge["q_value"] > graph.graph.get("fdr", 0.05):
            continue
        a, b = sorted((one, other), key=order.__getitem__)
        for node in (a, b):
            symbol = graph.nodes[node].get("symbol")
            triples.add((iri(graph, node), RDFS.label, Literal(node if symbol is None else symbol)))
        triples.add((iri(graph, a), TOGETHER, iri(graph, b)))
        triples |= {
            ((a, b), RDF.type, BIOLINK.Association),
            ((a, b), RDF.subject, iri(graph, a)),
            ((a, b), RDF.predicate, TOGETHER),
            ((a, b), RDF.object, iri(graph, b)),
            ((a, b), BIOLINK.has_count, edge[count]),
            ((a, b), BIOLINK.adjusted_p_value, edge["q_value"]),
            ((a, b), PFKG.weight, float(edge["weight"])),
            ((a, b), BIOLINK.knowledge_level, Literal("statistical_association")),
            ((a, b), BIOLINK.agent_type, Literal("data_analysis_pipeline")),
            ((a, b), BIOLINK.primary_knowledge_source, Literal("infores:pfocr")),
        }
    return triples


def found_triples(graph: Graph) -> set[tuple[Any, Any, Any]]:
    """The triples of a file, an association known by the ids of its IRI, numbers by their values."""
    from urllib.parse import unquote

    datatypes: dict[Any, Any] = {
        BIOLINK.has_count: XSD.integer,
        BIOLINK.adjusted_p_value: XSD.double,
        PFKG.weight: XSD.double,
    }
    triples = set()
    for s, p, o in graph:
        subject: Any = s
        if str(s).startswith("https://w3id.org/pfocr-kg/association/"):
            subject = tuple(map(unquote, str(s).rpartition("/")[2].split("~")))
        if p in datatypes:
            assert isinstance(o, Literal)
            assert o.datatype == datatypes[p]
        triples.add((subject, p, o.toPython() if isinstance(o, Literal) and p in datatypes else o))
    return triples


@given(significance_networks())
@settings(deadline=None)
def test_both_rdf_formats_hold_the_significant_pairs_and_conform(network: nx.Graph[str]) -> None:
    frames = to_frames(network)
    expected = expected_triples(network)
    for form, syntax, rdf in (
        (to_turtle, "turtle", pyoxigraph.RdfFormat.TURTLE),
        (to_ntriples, "nt", pyoxigraph.RdfFormat.N_TRIPLES),
    ):
        text = "".join(form(frames))
        graph = Graph().parse(data=text, format=syntax)
        assert found_triples(graph) == expected
        assert len(list(pyoxigraph.parse(text.encode(), format=rdf))) >= len(graph)
    assert validate(Graph().parse(data=text, format="nt")) == []


@given(significance_networks())
@settings(deadline=None)
def test_kgx_rows_are_those_of_the_significant_pairs(network: nx.Graph[str]) -> None:
    nodes, edges = to_kgx(to_frames(network))
    limit = network.graph.get("fdr", 0.05)
    kept = [edge for *_, edge in network.edges(data=True) if edge["q_value"] is not None and edge["q_value"] <= limit]
    count = "n_papers" if network.graph["level"] == "paper" else "n_figures"
    assert sorted(edges["has_count"]) == sorted(edge[count] for edge in kept)
    assert sorted(edges["weight"]) == sorted(edge["weight"] for edge in kept)
    assert sorted(edges["adjusted_p_value"]) == sorted(edge["q_value"] for edge in kept)
    assert {*edges["subject"], *edges["object"]} == {*nodes["id"]}
    for column in (edges["id"], nodes["id"]):
        assert column.n_unique() == column.len()
        assert all(CURIE.match(name) for name in column)
    assert all((row["category"] == "biolink:Gene") == row["id"].startswith("NCBIGene:") for row in nodes.to_dicts())


def test_a_small_network_as_turtle() -> None:
    text = "".join(to_turtle(to_frames(two_genes())))
    assert text.startswith("@prefix biolink: <https://w3id.org/biolink/vocab/> .\n@prefix ncbigene: ")
    assert text.partition("\n\n")[2] == (
        """ncbigene:3569 rdfs:label "IL6" .

ncbigene:6774 rdfs:label "STAT3" .

ncbigene:3569 biolink:occurs_together_in_literature_with ncbigene:6774 .

<https://w3id.org/pfocr-kg/association/3569~6774> a biolink:Association ;
    rdf:subject ncbigene:3569 ;
    rdf:predicate biolink:occurs_together_in_literature_with ;
    rdf:object ncbigene:6774 ;
    biolink:has_count 2 ;
    biolink:adjusted_p_value 0.01e0 ;
    pfkg:weight 2.0e0 ;
    biolink:knowledge_level "statistical_association" ;
    biolink:agent_type "data_analysis_pipeline" ;
    biolink:primary_knowledge_source "infores:pfocr" .
"""
    )


def test_a_small_network_as_kgx(tmp_path: Path) -> None:
    graph = two_genes()
    graph.add_node("family:AP-1/x", symbol="AP-1/x", kind="family")
    graph.add_edge("6774", "family:AP-1/x", weight=0.5, n_figures=1, q_value=0.0)
    write_kgx(to_frames(graph), tmp_path / "out")
    tables = {}
    for name in ("nodes", "edges"):
        with (tmp_path / "out" / f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
            tables[name] = list(csv.DictReader(stream, delimiter="\t"))
    assert tables["nodes"] == [
        {"id": "NCBIGene:3569", "category": "biolink:Gene", "name": "IL6", "taxon": "NCBITaxon:9606"},
        {"id": "NCBIGene:6774", "category": "biolink:Gene", "name": "STAT3", "taxon": "NCBITaxon:9606"},
        {"id": "pfkg.family:AP-1%2Fx", "category": "biolink:GeneFamily", "name": "AP-1/x", "taxon": ""},
    ]
    assert tables["edges"] == [
        {
            "id": f"pfkg.association:{name}",
            "subject": subject,
            "predicate": "biolink:occurs_together_in_literature_with",
            "object": other,
            "category": f"biolink:{category}",
            "knowledge_level": "statistical_association",
            "agent_type": "data_analysis_pipeline",
            "primary_knowledge_source": "infores:pfocr",
            "has_count": n,
            "adjusted_p_value": q,
            "weight": weight,
        }
        for name, subject, other, category, n, q, weight in (
            ("3569~6774", "NCBIGene:3569", "NCBIGene:6774", "GeneToGeneAssociation", "2", "0.01", "2.0"),
            ("6774~family%3AAP-1%2Fx", "NCBIGene:6774", "pfkg.family:AP-1%2Fx", "Association", "1", "0.0", "0.5"),
        )
    ]


@pytest.mark.parametrize("options", [{}, {"expand": "full"}, {"expand": "none"}, {"tier": "synonyms", "until": 2019}])
def test_kgx_rows_of_a_build_name_the_papers_that_explain_a_pair(
    seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    monkeypatch.setattr("kg.network.explanations.papers._PAIRS", 7)
    frames = seeds_build.cooccurrence_frames(fdr=1.0, **options)
    write_network(frames, tmp_path / "out.kgx", folder=seeds_build)
    with (tmp_path / "out.kgx" / "edges.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == frames.pairs.height > 0
    for edge in rows[::37]:
        a, b = (edge[end].partition(":")[2] for end in ("subject", "object"))
        found = seeds_build.explain(a, b, **options)
        expected = sorted({figure.pmcid for figure in found.figures})
        assert edge["publications"] == "|".join(f"PMC:{pmcid.removeprefix('PMC')}" for pmcid in expected)


def test_a_paper_in_which_a_pair_shares_its_only_word_is_not_behind_it(tmp_path: Path) -> None:
    jak = [row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol=f"JAK{n}", entrez=f"{3715 + n}") for n in (1, 2)]
    own = [row(f"JAK{n}", f"JAK{n}", hgnc_symbol=f"JAK{n}", entrez=f"{3715 + n}") for n in (1, 2)]
    for number, genes in enumerate((own, jak, [*own, *jak]), start=1):
        data = document(figid=f"PMC{number}__f", pmcid=f"PMC{number}", genes=genes)
        (tmp_path / f"PMC{number}__f.md").write_bytes(data)
    build = package.build(tmp_path)
    for expand, papers in (("fractional", ["PMC1", "PMC3"]), ("full", ["PMC1", "PMC2", "PMC3"])):
        frames = build.cooccurrence_frames(expand=expand)  # type: ignore[arg-type]
        ends = frames.pairs.get_column("ncbigene_a"), frames.pairs.get_column("ncbigene_b")
        assert pair_papers(build, frames, *ends).to_list() == [papers]


def test_the_limit_is_that_of_the_network() -> None:
    graph = two_genes()
    assert significant(to_frames(graph)).height == 1
    graph.graph["fdr"] = 0.5
    assert significant(to_frames(graph)).height == 2
    graph.graph["fdr"] = 0.001
    assert significant(to_frames(graph)).height == 0
    assert len("".join(to_ntriples(to_frames(graph)))) == 0


@pytest.mark.parametrize("form", [to_turtle, to_ntriples])
def test_a_network_longer_than_a_block_is_written_whole(
    form: Callable[[Frames], Iterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = two_genes()
    graph.graph["fdr"] = 1.0
    whole = "".join(form(to_frames(graph)))
    monkeypatch.setattr("kg.network.files.associations._BLOCK", 1)
    assert "".join(form(to_frames(graph))) == whole


def test_what_cannot_be_an_association_is_refused() -> None:
    with pytest.raises(ExportError, match="the pairs have no q_value"):
        significant(to_frames(nx.Graph([("1", "2", {"n_figures": 1})])))
    graph = two_genes()
    graph.graph["level"] = "paper"
    with pytest.raises(ExportError, match="the pairs have no n_papers"):
        significant(to_frames(graph))
    with pytest.raises(ExportError, match="the node 'TP53' is neither an NCBI Gene id nor a family"):
        significant(to_frames(nx.relabel_nodes(two_genes(), {"6774": "TP53"})))
    graph = two_genes()
    graph.edges["3569", "6774"]["weight"] = float("inf")
    with pytest.raises(ExportError, match="a pair has no weight, or none that is a number"):
        significant(to_frames(graph))
    frames = to_frames(two_genes())
    assert significant(frames).schema["weight"] == pl.Float64
