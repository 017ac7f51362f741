"""The ontology declares the terms that the code emits, each with what a reader needs."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg import vocab
from kg.model import GRADES, LEXICON_TIERS, SIGNALS, TIERS
from kg.version import __version__

ONTOLOGY = Path(__file__).parent.parent / "ontology"
PFKG = vocab.PREFIXES["pfkg"]
HEADER = URIRef(vocab.BASE)
TERMS = (
    *vocab.CLASSES,
    *vocab.DATASET_CLASSES,
    *vocab.NETWORK_CLASSES,
    *vocab.PROPERTIES,
    *vocab.DATASET_PROPERTIES,
    *vocab.NETWORK_PROPERTIES,
)
TURTLE_FILES = sorted(ONTOLOGY.rglob("*.ttl"))


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ONTOLOGY / "kg.ttl")


def minted(ontology: Graph) -> set[str]:
    return {str(term) for term in ontology.subjects(RDF.type, None, unique=True) if str(term).startswith(vocab.BASE)}


@pytest.mark.parametrize("path", TURTLE_FILES, ids=lambda path: path.stem)
def test_turtle_files_parse_alike_with_rdflib_and_pyoxigraph(path: Path) -> None:
    quads = list(pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE))
    assert len(quads) == len(Graph().parse(path)) > 0


def test_ontology_has_no_blank_nodes(ontology: Graph) -> None:
    assert not [triple for triple in ontology if any(isinstance(term, BNode) for term in triple)]


def test_header_names_version_license_and_creator(ontology: Graph) -> None:
    assert (HEADER, RDF.type, OWL.Ontology) in ontology
    assert ontology.value(HEADER, OWL.versionInfo) == Literal(__version__)
    assert ontology.value(HEADER, OWL.versionIRI) == URIRef(f"{vocab.BASE}/{__version__}")
    assert ontology.value(HEADER, DCTERMS.license) == URIRef(vocab.CC0)
    for prop in (DCTERMS.creator, DCTERMS.title, DCTERMS.description):
        assert ontology.value(HEADER, prop)


def test_every_term_that_the_code_emits_is_declared(ontology: Graph) -> None:
    emitted = {URIRef(vocab.expand(curie)) for curie in (*TERMS, "oa:identifying")}
    assert emitted <= set(ontology.subjects(RDF.type, None))


def test_minted_terms_are_those_that_the_code_uses(ontology: Graph) -> None:
    used = {vocab.expand(curie) for curie in TERMS}
    used |= {vocab.lexicon_iri(lexicon) for lexicon in LEXICON_TIERS}
    used |= {vocab.UNKNOWN_LEXICON, *(PFKG + name for name in (*TIERS, *GRADES, *SIGNALS))}
    assert {term for term in minted(ontology) if term.startswith(PFKG)} == {t for t in used if t.startswith(PFKG)}


def test_minted_terms_have_label_definition_and_home(ontology: Graph) -> None:
    for term in map(URIRef, minted(ontology) - {vocab.BASE}):
        assert len(list(ontology.objects(term, RDFS.label))) == 1, term
        assert len(list(ontology.objects(term, SKOS.definition))) == 1, term
        assert ontology.value(term, RDFS.isDefinedBy) == HEADER


def test_reused_terms_have_a_type_and_their_home_and_nothing_else(ontology: Graph) -> None:
    ours = minted(ontology)
    for term in set(ontology.subjects()):
        if str(term) not in ours:
            assert set(ontology.predicates(term)) == {RDF.type, RDFS.isDefinedBy}, term
            home = str(ontology.value(term, RDFS.isDefinedBy))
            assert str(term).startswith(home), term


def test_every_term_that_the_ontology_names_is_declared(ontology: Graph) -> None:
    declared = set(ontology.subjects(RDF.type, None))
    built_in = tuple(vocab.PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "xsd"))
    named = {term for triple in ontology for term in triple if isinstance(term, URIRef)}
    homes = set(ontology.objects(None, RDFS.isDefinedBy)) | {URIRef(vocab.CC0), URIRef(f"{vocab.BASE}/{__version__}")}
    assert {str(term) for term in named - declared - homes if not str(term).startswith(built_in)} == set()


def test_kinds_of_properties_agree_with_the_vocabulary(ontology: Graph) -> None:
    for prop in (*vocab.PROPERTIES.values(), *vocab.NETWORK_PROPERTIES.values()):
        if prop.iri.startswith(PFKG):
            kind = OWL.ObjectProperty if prop.value is vocab.Value.IRI else OWL.DatatypeProperty
            assert ontology.value(URIRef(prop.iri), RDF.type) == kind
            if prop.value is not vocab.Value.IRI:
                range_ = ontology.value(URIRef(prop.iri), RDFS.range)
                assert range_ == URIRef(vocab.expand(prop.value.value))


def test_a_lexicon_lies_in_its_tier_and_the_wider_ones(ontology: Graph) -> None:
    for lexicon, tier in LEXICON_TIERS.items():
        wider = {str(term) for term in ontology.transitive_objects(URIRef(PFKG + lexicon), SKOS.broader)}
        assert wider == {PFKG + lexicon, *(PFKG + name for name in TIERS[TIERS.index(tier) :])}
    assert ontology.value(URIRef(vocab.UNKNOWN_LEXICON), SKOS.broader) is None
