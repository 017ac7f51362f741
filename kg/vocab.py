"""The terms of the graph: namespaces, classes, properties, and the functions that mint IRIs.

Every IRI that `kg` writes comes from here. Our own namespace, `PFKG`, is not registered at w3id.org;
`BASE` is the one constant to change when it moves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeGuard
from urllib.parse import quote, unquote

__all__ = [
    "BASE",
    "CC0",
    "CLASSES",
    "DATASET_CLASSES",
    "DATASET_GRAPH",
    "DATASET_PROPERTIES",
    "NETWORK_CLASSES",
    "NETWORK_PROPERTIES",
    "PREFIXES",
    "PROPERTIES",
    "TAXA",
    "UNKNOWN_LEXICON",
    "WIKIPATHWAYS",
    "Property",
    "SharedGraph",
    "Value",
    "article_url",
    "association_iri",
    "chebi_iri",
    "curator_iri",
    "curator_name",
    "dataset_iri",
    "doi_iri",
    "doid_iri",
    "ensembl_iri",
    "example_iri",
    "expand",
    "family_iri",
    "famplex_iri",
    "figure_graph_iri",
    "figure_iri",
    "figure_of",
    "gene_iri",
    "grade_iri",
    "hgnc_iri",
    "hgnc_symbol_iri",
    "image_url",
    "is_taxon",
    "journal_iri",
    "lexicon_iri",
    "mesh_iri",
    "named_iri",
    "ndex_iri",
    "omim_iri",
    "organism_iri",
    "page_url",
    "paper_iri",
    "part_iri",
    "pathway_iri",
    "publisher_iri",
    "signal_iri",
    "site_iri",
    "uniprot_iri",
    "web_iri",
]

BASE = "https://w3id.org/pfocr-kg"

PREFIXES = {
    "biolink": "https://w3id.org/biolink/vocab/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "ncbigene": "https://identifiers.org/ncbigene/",
    "oa": "http://www.w3.org/ns/oa#",
    "obo": "http://purl.obolibrary.org/obo/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pfkg": BASE + "#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    # http, not https: what the official schema.org JSON-LD context expands to.
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "void": "http://rdfs.org/ns/void#",
    "wp": "http://vocabularies.wikipathways.org/wp#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes of every file and query, in alphabetical order."""

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
WIKIPATHWAYS = "https://www.wikipathways.org/"


def expand(curie: str) -> str:
    """Return the IRI of a prefixed name.

    Raises
    ------
    KeyError
        If the prefix is none of `PREFIXES`.

    Examples
    --------
    >>> expand("schema:name")
    'http://schema.org/name'
    """
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


class Value(Enum):
    """What the objects of a property are; decides how each format writes them."""

    IRI = "IRI"
    TEXT = "xsd:string"
    INTEGER = "xsd:integer"
    DECIMAL = "xsd:decimal"
    DOUBLE = "xsd:double"
    YEAR = "xsd:gYear"
    DATE = "xsd:date"
    COUNT = "xsd:nonNegativeInteger"
    TIME = "xsd:dateTime"
    ADDRESS = "xsd:anyURI"
    HEX = "xsd:hexBinary"
    ENGLISH = "rdf:langString"


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """A property by its prefixed name, its IRI, the kind of its objects, and its key in JSON-LD.

    There is one object for each property, in `PROPERTIES`; properties are equal only to themselves.
    """

    curie: str
    iri: str
    value: Value
    key: str


def _property(curie: str, value: Value) -> Property:
    prefix, _, local = curie.partition(":")
    bare = prefix in {"schema", "pfkg"}
    return Property(curie, expand(curie), value, "@type" if curie == "rdf:type" else local if bare else curie)


PROPERTIES = {
    prop.curie: prop
    for prop in (
        _property("rdf:type", Value.IRI),
        _property("rdfs:label", Value.TEXT),
        _property("rdfs:seeAlso", Value.IRI),
        _property("dcterms:alternative", Value.TEXT),
        _property("dcterms:bibliographicCitation", Value.TEXT),
        _property("dcterms:date", Value.DATE),
        _property("dcterms:identifier", Value.TEXT),
        _property("dcterms:replaces", Value.IRI),
        _property("dcterms:title", Value.TEXT),
        _property("oa:hasBody", Value.IRI),
        _property("oa:hasTarget", Value.IRI),
        _property("oa:motivatedBy", Value.IRI),
        _property("prov:wasAttributedTo", Value.IRI),
        _property("schema:alternateName", Value.TEXT),
        _property("schema:creator", Value.IRI),
        _property("schema:datePublished", Value.YEAR),
        _property("schema:description", Value.TEXT),
        _property("schema:identifier", Value.TEXT),
        _property("schema:image", Value.IRI),
        _property("schema:isPartOf", Value.IRI),
        _property("schema:keywords", Value.TEXT),
        _property("schema:license", Value.IRI),
        _property("schema:mentions", Value.IRI),
        _property("schema:name", Value.TEXT),
        _property("schema:publisher", Value.IRI),
        _property("schema:sameAs", Value.IRI),
        _property("schema:taxonomicRange", Value.IRI),
        _property("schema:url", Value.IRI),
        _property("skos:altLabel", Value.TEXT),
        _property("skos:closeMatch", Value.IRI),
        _property("skos:exactMatch", Value.IRI),
        _property("skos:note", Value.TEXT),
        _property("wp:bdbEnsembl", Value.IRI),
        _property("wp:bdbHgncSymbol", Value.IRI),
        _property("wp:bdbUniprot", Value.IRI),
        _property("pfkg:annotation", Value.TEXT),
        _property("pfkg:assessedGene", Value.IRI),
        _property("pfkg:assesses", Value.IRI),
        _property("pfkg:candidateGene", Value.IRI),
        _property("pfkg:cytogeneticLocation", Value.TEXT),
        _property("pfkg:figureNumber", Value.TEXT),
        _property("pfkg:figureType", Value.TEXT),
        _property("pfkg:geneGroup", Value.TEXT),
        _property("pfkg:grade", Value.IRI),
        _property("pfkg:lexicon", Value.IRI),
        _property("pfkg:lexiconName", Value.TEXT),
        _property("pfkg:locusGroup", Value.TEXT),
        _property("pfkg:locusType", Value.TEXT),
        _property("pfkg:matchedSymbol", Value.TEXT),
        _property("pfkg:member", Value.IRI),
        _property("pfkg:occurrences", Value.INTEGER),
        _property("pfkg:organism", Value.IRI),
        _property("pfkg:organismName", Value.TEXT),
        _property("pfkg:pathwayScore", Value.DECIMAL),
        _property("pfkg:reason", Value.IRI),
        _property("pfkg:score", Value.DECIMAL),
        _property("pfkg:word", Value.TEXT),
    )
}
"""The properties that the graph uses, by prefixed name."""

CLASSES = (
    "biolink:Gene",
    "biolink:OrganismTaxon",
    "pfkg:Assessment",
    "pfkg:ChemicalMention",
    "pfkg:DiseaseMention",
    "pfkg:GeneFamily",
    "pfkg:GeneMention",
    "pfkg:HgncGene",
    "pfkg:PathwayFigure",
    "prov:Person",
    "schema:Dataset",
    "schema:Gene",
    "schema:Organization",
    "schema:Periodical",
    "schema:Person",
    "schema:ScholarlyArticle",
)
"""The classes that the graph uses, by prefixed name."""

NETWORK_PROPERTIES = {
    prop.curie: prop
    for prop in (
        _property("rdf:subject", Value.IRI),
        _property("rdf:predicate", Value.IRI),
        _property("rdf:object", Value.IRI),
        _property("biolink:adjusted_p_value", Value.DOUBLE),
        _property("biolink:agent_type", Value.TEXT),
        _property("biolink:has_count", Value.INTEGER),
        _property("biolink:knowledge_level", Value.TEXT),
        _property("biolink:occurs_together_in_literature_with", Value.IRI),
        _property("biolink:primary_knowledge_source", Value.TEXT),
        _property("pfkg:weight", Value.DOUBLE),
    )
}
"""The properties that a co-occurrence network uses besides, by prefixed name."""

NETWORK_CLASSES = ("biolink:Association",)
"""The classes that a co-occurrence network uses besides, by prefixed name."""

DATASET_PROPERTIES = {
    prop.curie: prop
    for prop in (
        _property("dcat:byteSize", Value.COUNT),
        _property("dcat:compressFormat", Value.IRI),
        _property("dcat:distribution", Value.IRI),
        _property("dcat:keyword", Value.TEXT),
        _property("dcat:landingPage", Value.IRI),
        _property("dcat:mediaType", Value.IRI),
        _property("dcat:version", Value.TEXT),
        _property("dcterms:conformsTo", Value.IRI),
        _property("dcterms:description", Value.TEXT),
        _property("dcterms:issued", Value.TIME),
        _property("dcterms:license", Value.IRI),
        _property("dcterms:publisher", Value.IRI),
        _property("prov:endedAtTime", Value.TIME),
        _property("prov:used", Value.IRI),
        _property("prov:wasAssociatedWith", Value.IRI),
        _property("prov:wasDerivedFrom", Value.IRI),
        _property("prov:wasGeneratedBy", Value.IRI),
        _property("rdfs:comment", Value.ENGLISH),
        _property("rdfs:isDefinedBy", Value.IRI),
        _property("schema:citation", Value.IRI),
        _property("schema:dateCreated", Value.TIME),
        _property("schema:distribution", Value.IRI),
        _property("schema:encodingFormat", Value.TEXT),
        _property("schema:isBasedOn", Value.IRI),
        _property("schema:measurementTechnique", Value.TEXT),
        _property("schema:size", Value.TEXT),
        _property("schema:softwareVersion", Value.TEXT),
        _property("schema:target", Value.IRI),
        _property("schema:variableMeasured", Value.TEXT),
        _property("schema:version", Value.TEXT),
        _property("sh:ask", Value.TEXT),
        _property("sh:construct", Value.TEXT),
        _property("sh:declare", Value.IRI),
        _property("sh:namespace", Value.ADDRESS),
        _property("sh:prefix", Value.TEXT),
        _property("sh:prefixes", Value.IRI),
        _property("sh:select", Value.TEXT),
        _property("skos:broader", Value.IRI),
        _property("skos:definition", Value.TEXT),
        _property("skos:hasTopConcept", Value.IRI),
        _property("skos:inScheme", Value.IRI),
        _property("skos:topConceptOf", Value.IRI),
        _property("spdx:algorithm", Value.IRI),
        _property("spdx:checksum", Value.IRI),
        _property("spdx:checksumValue", Value.HEX),
        _property("spex:federatesWith", Value.IRI),
        _property("void:class", Value.IRI),
        _property("void:classPartition", Value.IRI),
        _property("void:classes", Value.INTEGER),
        _property("void:distinctSubjects", Value.INTEGER),
        _property("void:entities", Value.INTEGER),
        _property("void:exampleResource", Value.IRI),
        _property("void:feature", Value.IRI),
        _property("void:linkPredicate", Value.IRI),
        _property("void:objectsTarget", Value.IRI),
        _property("void:properties", Value.INTEGER),
        _property("void:property", Value.IRI),
        _property("void:propertyPartition", Value.IRI),
        _property("void:subjectsTarget", Value.IRI),
        _property("void:subset", Value.IRI),
        _property("void:triples", Value.INTEGER),
        _property("void:uriSpace", Value.TEXT),
        _property("void:vocabulary", Value.IRI),
    )
}
"""The properties that the description of a build uses besides, by prefixed name."""

DATASET_CLASSES = (
    "dcat:Dataset",
    "dcat:Distribution",
    "prov:Activity",
    "prov:Entity",
    "prov:SoftwareAgent",
    "schema:DataDownload",
    "schema:SoftwareApplication",
    "sh:PrefixDeclaration",
    "sh:SPARQLAskExecutable",
    "sh:SPARQLConstructExecutable",
    "sh:SPARQLExecutable",
    "sh:SPARQLSelectExecutable",
    "skos:Concept",
    "skos:ConceptScheme",
    "spdx:Checksum",
    "void:Dataset",
    "void:Linkset",
)
"""The classes that the description of a build uses besides, by prefixed name."""

TAXA = {
    "Arabidopsis thaliana": "3702",
    "Bos taurus": "9913",
    "Caenorhabditis elegans": "6239",
    "Danio rerio": "7955",
    "Desulfovibrio vulgaris": "881",
    "Drosophila melanogaster": "7227",
    "Drosophila mojavensis": "7230",
    "Escherichia coli": "562",
    "Gallus gallus": "9031",
    "Homo sapiens": "9606",
    "Mus musculus": "10090",
    "Oryza sativa": "4530",
    "Parasteatoda tepidariorum": "114398",
    "Plasmodium falciparum": "5833",
    "Rattus norvegicus": "10116",
    "Saccharomyces cerevisiae": "4932",
    "Salmonella typhimurium": "90371",
    "Sus scrofa": "9823",
    "Xenopus laevis": "8355",
    "Xenopus tropicalis": "8364",
    "Zea mays": "4577",
}
"""Species names of the corpus and their ids in the NCBI Taxonomy (https://www.ncbi.nlm.nih.gov/taxonomy)."""

UNKNOWN_LEXICON = BASE + "#unknownLexicon"
"""The concept of a lexicon that we do not know; its name stands beside it."""


class SharedGraph(Enum):
    """Named graphs of what several figures share; a figure's own graph is `figure_graph_iri`."""

    PAPERS = BASE + "/graph/papers"
    GENES = BASE + "/graph/genes"
    FAMILIES = BASE + "/graph/families"
    ORGANISMS = BASE + "/graph/organisms"
    AGENTS = BASE + "/graph/agents"


DATASET_GRAPH = BASE + "/graph/dataset"
"""The named graph of a build's description, which is no part of what it describes."""

# RFC 3987 `iunreserved` beyond ASCII is left out on purpose: percent-encoded IRIs survive every tool.
_SEGMENT_SAFE = "!$&'()*+,;=:@-._~"
_NOT_IN_AN_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`\[\]\x7f-\U0010ffff]|%(?![0-9A-Fa-f]{2})")
_ORCID = re.compile(r"\b[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]\b")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(?=[/?#]|$)")


def _segment(text: str) -> str:
    """Return text as one path segment (RFC 3986 section 3.3)."""
    return text if text.isascii() and text.isalnum() else quote(text, safe=_SEGMENT_SAFE, errors="replace")


def web_iri(address: str, *, site: str = "") -> str:
    """Return a web address with what RFC 3987 forbids percent-encoded, and nothing else changed.

    Parameters
    ----------
    address
        A whole address of http or https; anything else is a path on the site.
    site
        The address that a path continues, with its last slash.

    Examples
    --------
    >>> web_iri("https://example.org/a b%20c")
    'https://example.org/a%20b%20c'
    >>> web_iri("/x", site="https://example.org/")
    'https://example.org/x'
    """
    if _WEB_ADDRESS.match(address) is None:
        address = site + address.lstrip("/")
    path, mark, fragment = address.partition("#")
    fragment = fragment.replace("#", "%23")
    return _NOT_IN_AN_IRI.sub(lambda match: quote(match.group(), safe="", errors="replace"), path + mark + fragment)


_FIGURES, _HTML = "https://pfocr.wikipathways.org/figures/", ".html"


def figure_iri(figid: str) -> str:
    """Return a figure's IRI, the one that PFOCR's embedded block has as ``@id``."""
    return f"{_FIGURES}{_segment(figid)}{_HTML}"


def figure_of(iri: str) -> str | None:
    """Return the id of the figure that an IRI names, or that it names a part of; None for any other IRI.

    Examples
    --------
    >>> figure_of("https://pfocr.wikipathways.org/figures/PMC1__a.html#mention-7")
    'PMC1__a'
    >>> figure_of("https://identifiers.org/pmc/PMC1") is None
    True
    """
    page = iri.partition("#")[0]
    if page.startswith(_FIGURES) and page.endswith(_HTML):
        return unquote(page[len(_FIGURES) : -len(_HTML)])
    return None


def part_iri(figure: str, kind: str, number: int) -> str:
    """Return the IRI of a part of a figure: ``mention``, ``chemical`` or ``disease`` and its number from 1.

    An assessment is a part of a part: ``mention-7-assessment`` and its number.
    """
    return f"{figure}#{kind}-{number}"


def figure_graph_iri(figure: str) -> str:
    """Return the IRI of the named graph that holds a figure's own triples, from the figure's IRI."""
    return figure + "#graph"


def paper_iri(pmcid: str) -> str:
    """Return a paper's IRI at identifiers.org."""
    return f"https://identifiers.org/pmc/{_segment(pmcid)}"


def gene_iri(ncbigene: str) -> str:
    """Return a gene's IRI, WikiPathways RDF's own (slash form), from its NCBI Gene id."""
    return f"https://identifiers.org/ncbigene/{ncbigene}"


def hgnc_symbol_iri(symbol: str) -> str:
    """Return the IRI that WikiPathways RDF gives an HGNC symbol."""
    return f"https://identifiers.org/hgnc.symbol/{_segment(symbol)}"


def hgnc_iri(hgnc_id: str) -> str:
    """Return the IRI of an entry of HGNC at identifiers.org, from an id like ``HGNC:11364``."""
    return f"https://identifiers.org/hgnc/{_segment(hgnc_id.removeprefix('HGNC:'))}"


def omim_iri(omim: str) -> str:
    """Return the IRI of an entry of OMIM at identifiers.org, from its number."""
    return f"https://identifiers.org/mim/{_segment(omim)}"


def ensembl_iri(ensembl: str) -> str:
    """Return the IRI that WikiPathways RDF gives a gene of Ensembl."""
    return f"https://identifiers.org/ensembl/{_segment(ensembl)}"


def uniprot_iri(uniprot: str) -> str:
    """Return the IRI that WikiPathways RDF gives a protein of UniProt."""
    return f"https://identifiers.org/uniprot/{_segment(uniprot)}"


def famplex_iri(entity: str) -> str:
    """Return the IRI of an entity of FamPlex at identifiers.org."""
    return f"https://identifiers.org/fplx/{_segment(entity)}"


def family_iri(symbol: str) -> str:
    """Return the local IRI of a family or complex, from the symbol that words matched."""
    return f"{BASE}/family/{_segment(symbol)}"


def association_iri(first: str, second: str) -> str:
    """Return the local IRI of the association of two nodes of a network, from their ids.

    Examples
    --------
    >>> association_iri("3716", "family:AP-1")
    'https://w3id.org/pfocr-kg/association/3716~family:AP-1'
    """
    ids = (_segment(node).replace("~", "%7E") for node in (first, second))
    return f"{BASE}/association/{'~'.join(ids)}"


def journal_iri(name: str) -> str:
    """Return the local IRI of a journal, from its name."""
    return f"{BASE}/journal/{_segment(name)}"


def publisher_iri(name: str) -> str:
    """Return the local IRI of a publisher, from its name."""
    return f"{BASE}/publisher/{_segment(name)}"


def curator_iri(curator: str) -> str:
    """Return the IRI of a curator: the ORCID iD that stands in the text, or a local one of the whole text.

    References
    ----------
    The form of ORCID iDs: https://support.orcid.org/hc/en-us/articles/360006897674

    Examples
    --------
    >>> curator_iri("A. Reader"), curator_iri("A. Reader, 0000-0002-1825-0097")
    ('https://w3id.org/pfocr-kg/curator/A.%20Reader', 'https://orcid.org/0000-0002-1825-0097')
    """
    match = _ORCID.search(curator)
    return f"https://orcid.org/{match[0]}" if match else f"{BASE}/curator/{_segment(curator)}"


def curator_name(curator: str) -> str:
    """Return a curator's text without the ORCID iD in it, or the iD where there is nothing else.

    Examples
    --------
    >>> curator_name("A. Reader (https://orcid.org/0000-0002-1825-0097)"), curator_name("0000-0002-1825-0097")
    ('A. Reader', '0000-0002-1825-0097')
    """
    name = re.sub(rf"\W*(?:https?://orcid\.org/|ORCID:\s*)?{_ORCID.pattern}\W*", " ", curator, flags=re.IGNORECASE)
    return name.strip() or curator


def grade_iri(grade: str) -> str:
    """Return the IRI of a grade's concept."""
    return PREFIXES["pfkg"] + grade


def signal_iri(signal: str) -> str:
    """Return the IRI of the concept of one of the audit's signals."""
    return PREFIXES["pfkg"] + signal


def is_taxon(text: str | None) -> TypeGuard[str]:
    """Return whether a text is an id of the NCBI Taxonomy, as NCBI writes it."""
    return text is not None and re.fullmatch(r"[1-9][0-9]{0,9}", text) is not None


def dataset_iri(digest: str) -> str:
    """Return the local IRI of a build as a dataset, from the digest of its inputs in hexadecimal digits."""
    return f"{BASE}/build/{digest[:16]}"


def example_iri(name: str) -> str:
    """Return the local IRI of an example query, from its name."""
    return f"{BASE}/queries/{name}"


def organism_iri(taxon: str) -> str:
    """Return a species' IRI in the OBO rendering of the NCBI Taxonomy."""
    return f"{PREFIXES['obo']}NCBITaxon_{taxon}"


def lexicon_iri(lexicon: str) -> str:
    """Return the IRI of a known lexicon's concept; for any other there is `UNKNOWN_LEXICON`."""
    return PREFIXES["pfkg"] + lexicon


def mesh_iri(mesh: str) -> str:
    """Return the IRI of a MeSH descriptor or supplementary concept."""
    return f"http://id.nlm.nih.gov/mesh/{_segment(mesh)}"


def chebi_iri(chebi: str) -> str:
    """Return the OBO PURL of a ChEBI id given as digits."""
    return f"{PREFIXES['obo']}CHEBI_{_segment(chebi)}"


def doid_iri(doid: str) -> str:
    """Return the OBO PURL of a Disease Ontology id given as digits."""
    return f"{PREFIXES['obo']}DOID_{_segment(doid)}"


def named_iri(kind: str, name: str) -> str:
    """Return the local IRI of a thing that has a name and no identifier; the RDF files have none for it.

    Examples
    --------
    >>> named_iri("chemical", "citric acid")
    'https://w3id.org/pfocr-kg/chemical/citric%20acid'
    """
    return f"{BASE}/{kind}/{_segment(name)}"


def doi_iri(doi: str) -> str:
    """Return a DOI's address at doi.org."""
    return "https://doi.org/" + quote(doi, safe="/" + _SEGMENT_SAFE, errors="replace")


def ndex_iri(network: str) -> str:
    """Return the address of an NDEx network, from its UUID."""
    return f"https://www.ndexbio.org/viewer/networks/{_segment(network)}"


def pathway_iri(wpid: str) -> str:
    """Return the IRI of a WikiPathways pathway, from its id."""
    return f"https://identifiers.org/wikipathways/{_segment(wpid)}"


def site_iri(path: str) -> str:
    """Return the address of a path on PFOCR's site; a whole address stays as it is."""
    return web_iri(path, site="https://pfocr.wikipathways.org/")


def page_url(page: str) -> str:
    """Return the address of a figure's page at NCBI, from its path or from a whole address."""
    return web_iri(page, site="https://www.ncbi.nlm.nih.gov/")


def article_url(pmcid: str) -> str:
    """Return the address of a paper at PubMed Central."""
    return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{_segment(pmcid)}/"


def image_url(pmcid: str, filename: str) -> str:
    """Return the address of a figure's picture at NCBI."""
    return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{_segment(pmcid)}/bin/{_segment(filename)}"
