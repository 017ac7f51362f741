from __future__ import annotations

from decimal import Decimal

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import XSD

import kg
from kg.model import Annotation, Candidate, ChemicalMention, DiseaseMention, GeneMention
from kg.rdf.mapping import describe_agents, describe_figure, describe_shared
from kg.shared import Shared
from kg.vocab import BASE, PREFIXES, PROPERTIES, expand, figure_iri
from tests.conftest import JAK_STAT, RCC


def node(curie: str) -> URIRef:
    return URIRef(expand(curie))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return kg.to_graph(kg.read_figures("seeds"))


FIGURE = URIRef(figure_iri(JAK_STAT))
PAPER = URIRef("https://identifiers.org/pmc/PMC7048131")
STAT3 = URIRef("https://identifiers.org/ncbigene/6774")


def test_a_figure_is_what_its_block_says_and_more(graph: Graph) -> None:
    assert set(graph.objects(FIGURE, RDF.type)) == {node("pfkg:PathwayFigure"), node("schema:Dataset")}
    assert graph.value(FIGURE, node("schema:name")) == Literal("CreativeWork")
    assert graph.value(FIGURE, node("dcterms:identifier")) == Literal(JAK_STAT)
    assert graph.value(FIGURE, node("pfkg:figureNumber")) == Literal("Fig. 5")
    assert graph.value(FIGURE, node("pfkg:pathwayScore")) == Literal("0.9648319", datatype=XSD.decimal)
    assert graph.value(FIGURE, node("schema:isPartOf")) == PAPER
    assert graph.value(FIGURE, node("schema:image")) == URIRef(
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/bin/12964_2020_527_Fig5_HTML.jpg"
    )
    assert graph.value(FIGURE, node("schema:url")) == URIRef(
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig5/"
    )
    assert graph.value(FIGURE, node("pfkg:organism")) == node("obo:NCBITaxon_9606")
    assert len(set(graph.objects(FIGURE, node("schema:mentions")))) == 33
    assert len(set(graph.objects(FIGURE, node("schema:keywords")))) == 33
    network = graph.value(URIRef(figure_iri(RCC)), node("rdfs:seeAlso"))
    assert network == URIRef("https://www.ndexbio.org/viewer/networks/3bdb3224-df06-11ea-99da-0ac135e8bacf")


def test_a_family_word_has_its_family_as_body_and_a_gene_word_its_gene(graph: Graph) -> None:
    mentions = {str(graph.value(m, node("pfkg:word"))): m for m in graph.subjects(node("oa:hasTarget"), FIGURE)}
    jak = mentions["JAK"]
    assert graph.value(jak, node("oa:hasBody")) == URIRef(f"{BASE}/family/JAK")
    assert len(set(graph.objects(jak, node("pfkg:candidateGene")))) == 4
    stat3 = mentions["STAT3"]
    assert graph.value(stat3, node("oa:hasBody")) == STAT3
    assert graph.value(stat3, node("pfkg:occurrences")) == Literal(2)
    assert graph.value(stat3, node("pfkg:lexicon")) == node("pfkg:hgnc_symbol")
    members = set(graph.objects(URIRef(f"{BASE}/family/JAK"), node("pfkg:member")))
    assert members == {URIRef(f"https://identifiers.org/ncbigene/{n}") for n in (3716, 3717, 3718, 7297)}


def test_a_gene_is_one_of_wikipathways(graph: Graph) -> None:
    assert set(graph.objects(STAT3, RDF.type)) == {node("pfkg:HgncGene"), node("schema:Gene"), node("biolink:Gene")}
    assert graph.value(STAT3, node("wp:bdbHgncSymbol")) == URIRef("https://identifiers.org/hgnc.symbol/STAT3")
    assert graph.value(STAT3, node("schema:identifier")) == Literal("ncbigene:6774")


def test_a_paper_has_its_year(graph: Graph) -> None:
    assert graph.value(PAPER, node("schema:datePublished")) == Literal("2020", datatype=XSD.gYear)


def described(figure: kg.Figure) -> Graph:
    return kg.to_graph([figure])


def test_an_ambiguous_gene_word_has_candidates_and_no_body() -> None:
    genes = [Candidate(kg.Gene(str(n), f"G{n}", is_hgnc=False), (n,)) for n in (1, 2)]
    mention = GeneMention(1, "gap", "GAP", "ncbigene_synonym", tuple(genes))
    found = described(kg.Figure("PMC1__f", kg.Paper("PMC1"), mentions=(mention,)))
    iri = URIRef(figure_iri("PMC1__f") + "#mention-1")
    assert len(set(found.objects(iri, node("pfkg:candidateGene")))) == 2
    assert found.value(iri, node("oa:hasBody")) is None
    assert (URIRef("https://identifiers.org/ncbigene/1"), RDF.type, node("pfkg:HgncGene")) not in found


def test_input_text_never_makes_a_term_of_ours() -> None:
    mention = GeneMention(1, "w", "s", "PathwayFigure", (Candidate(kg.Gene("1", "A", is_hgnc=True), (0,)),))
    found = described(kg.Figure("PMC1__f", kg.Paper("PMC1"), mentions=(mention,)))
    iri = URIRef(figure_iri("PMC1__f") + "#mention-1")
    assert found.value(iri, node("pfkg:lexicon")) == node("pfkg:unknownLexicon")
    assert found.value(iri, node("pfkg:lexiconName")) == Literal("PathwayFigure")


def test_chemicals_diseases_annotations_aliases_and_links() -> None:
    figure = kg.Figure(
        "PMC1__f",
        kg.Paper("PMC1", doi="10.1/<a>b", journal="Journal of X", journal_abbreviation="J X", publisher="X & Y"),
        chemicals=(ChemicalMention(1, "bradykinin", "D001920", "m", "n", "3165"),),
        diseases=(DiseaseMention(1, "MI", "D009203", doid="5844"),),
        annotations=(Annotation("T", "v"), Annotation(None, "w")),
        alias="PMC1__F1",
        redirect_from=("/figures/PMC1__F1",),
        wpid="WP1",
        score=Decimal(1),
    )
    found = described(figure)
    iri = figure_iri("PMC1__f")
    chemical, disease = URIRef(iri + "#chemical-1"), URIRef(iri + "#disease-1")
    assert set(found.objects(chemical, node("oa:hasBody"))) == {
        URIRef("http://id.nlm.nih.gov/mesh/D001920"),
        node("obo:CHEBI_3165"),
    }
    assert set(found.objects(disease, node("oa:hasBody"))) == {
        URIRef("http://id.nlm.nih.gov/mesh/D009203"),
        node("obo:DOID_5844"),
    }
    assert set(found.objects(URIRef(iri), node("pfkg:annotation"))) == {Literal("T: v"), Literal("w")}
    assert found.value(URIRef(iri), node("dcterms:alternative")) == Literal("PMC1__F1")
    assert found.value(URIRef(iri), node("dcterms:replaces")) == URIRef(
        "https://pfocr.wikipathways.org/figures/PMC1__F1"
    )
    assert found.value(URIRef(iri), node("rdfs:seeAlso")) == URIRef("https://identifiers.org/wikipathways/WP1")
    assert str(found.value(URIRef(iri), node("pfkg:pathwayScore"))) == "1.0"
    paper = URIRef("https://identifiers.org/pmc/PMC1")
    assert found.value(paper, node("schema:sameAs")) == URIRef("https://doi.org/10.1/%3Ca%3Eb")
    journal = found.value(paper, node("schema:isPartOf"))
    assert found.value(journal, node("schema:alternateName")) == Literal("J X")
    publisher = found.value(paper, node("schema:publisher"))
    assert found.value(publisher, node("schema:name")) == Literal("X & Y")


def test_where_a_file_has_a_block_the_graph_says_what_the_block_says() -> None:
    block = {"name": "N", "description": "D", "keywords": ["A", "A", "B"]}
    found = described(kg.Figure("PMC1__f", kg.Paper("PMC1"), caption="other", block=block))
    iri = URIRef(figure_iri("PMC1__f"))
    assert found.value(iri, node("schema:description")) == Literal("D")
    assert set(found.objects(iri, node("schema:keywords"))) == {Literal("A"), Literal("B")}


@pytest.mark.parametrize(
    ("block", "license_iri", "has_creator"),
    [
        (None, kg.vocab.CC0, True),
        ({"license": "CC0", "creator": {"name": "WikiPathways"}}, kg.vocab.CC0, True),
        (
            {"license": "https://creativecommons.org/licenses/by/4.0/"},
            "https://creativecommons.org/licenses/by/4.0/",
            True,
        ),
        ({"license": "all rights reserved", "creator": {"name": "Somebody"}}, None, False),
    ],
)
def test_the_graph_claims_no_more_than_the_block(
    block: dict[str, object] | None, license_iri: str | None, has_creator: bool
) -> None:
    found = described(kg.Figure("PMC1__f", kg.Paper("PMC1"), block=block))
    iri = URIRef(figure_iri("PMC1__f"))
    assert found.value(iri, node("schema:license")) == (URIRef(license_iri) if license_iri else None)
    assert (found.value(iri, node("schema:creator")) is not None) == has_creator


def test_every_emitted_property_is_one_of_the_vocabulary(seeds_build: kg.Build) -> None:
    known = {prop.iri for prop in PROPERTIES.values()}
    assert {str(predicate) for predicate in set(seeds_build.graph().predicates())} <= known


def test_no_list_of_objects_is_empty_or_repeats_one() -> None:
    shared = Shared()
    found = []
    for figure in kg.read_figures("seeds"):
        shared.add_figures([figure])
        found += list(describe_figure(figure))
    found += [description for _, description in describe_shared(shared.records())]
    found += list(describe_agents())
    assert len({description.subject for description in found}) == len(found)
    for description in found:
        for _, objects in (*description.properties, *description.recurring.properties):
            assert objects
            assert len(set(objects)) == len(objects)


def test_prefixes_are_bound(graph: Graph) -> None:
    bound = dict(graph.namespaces())
    assert {prefix: str(bound[prefix]) for prefix in PREFIXES} == PREFIXES
