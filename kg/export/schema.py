"""The one property graph that every export is made from: its labels, relationships, properties and types.

Nothing here reads data; `kg.export.property_graph` fills it. The documentation's tables are made from these records.

Every node has an ``id``, unique within its label, and an ``iri``, unique in the graph, by which Cypher and SPARQL meet.
Every edge has a ``source`` and a ``target``, the ids of its ends, and there is at most one edge of a kind between two
nodes. An `EdgeKind` is a relationship with the labels of its ends: ``MENTIONS`` has three, from figures to genes, to
chemicals and to diseases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = [
    "EDGE_KINDS",
    "NODE_LABELS",
    "RELATIONSHIPS",
    "EdgeKind",
    "NodeLabel",
    "Property",
    "PropertyType",
    "Relationship",
    "edge_schema",
    "node_schema",
]

PropertyType: TypeAlias = Literal["string", "integer", "float", "boolean", "string[]"]
"""The types of values; all but a list of strings, which is empty where there is nothing, can be null."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of nodes or edges.

    Attributes
    ----------
    name
        Its name, the same in every format.
    type
        The type of its values.
    description
        What it says, as a noun without a full stop.
    term
        The property of the RDF that says the same, prefixed; None where only the tables do.
    """

    name: str
    type: PropertyType
    description: str
    term: str | None = None


@dataclass(frozen=True, slots=True)
class NodeLabel:
    """A kind of node.

    Attributes
    ----------
    name
        The label.
    description
        What such a node is.
    term
        The class of the same thing in the RDF, prefixed; None where the RDF has it only as an object.
    properties
        ``id``, the key, then ``iri``, then the others.
    """

    name: str
    description: str
    term: str | None
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class EdgeKind:
    """A relationship between nodes of two labels.

    Attributes
    ----------
    relationship
        Its name.
    source, target
        The labels of its ends.
    path
        The SPARQL property path from the one node to the other in the RDF.
    """

    relationship: str
    source: str
    target: str
    path: str

    @property
    def name(self) -> str:
        """The three names with hyphens, for counts and files.

        Examples
        --------
        >>> EDGE_KINDS[0].name
        'Figure-PART_OF-Paper'
        """
        return f"{self.source}-{self.relationship}-{self.target}"

    @property
    def pattern(self) -> str:
        """The edge as Cypher matches it.

        Examples
        --------
        >>> EDGE_KINDS[0].pattern
        '(:Figure)-[:PART_OF]->(:Paper)'
        """
        return f"(:{self.source})-[:{self.relationship}]->(:{self.target})"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A kind of edge.

    Attributes
    ----------
    name
        The type.
    description
        What an edge says of its ends.
    kinds
        The labels that it stands between.
    properties
        Those of an edge, beside its ends; the same for all its kinds.
    """

    name: str
    description: str
    kinds: tuple[EdgeKind, ...]
    properties: tuple[Property, ...] = ()


def _label(name: str, description: str, term: str | None, key: Property, *properties: Property) -> NodeLabel:
    iri = Property("iri", "string", "the IRI of the node in the RDF")
    return NodeLabel(name, description, term, (key, iri, *properties))


def _relationship(
    name: str, description: str, ends: Mapping[tuple[str, str], str], *properties: Property
) -> Relationship:
    kinds = tuple(EdgeKind(name, source, target, path) for (source, target), path in ends.items())
    return Relationship(name, description, kinds, properties)


_PAIRS = (("Gene", "Gene"), ("Gene", "GeneFamily"), ("GeneFamily", "GeneFamily"))
_N_FIGURES = Property("n_figures", "integer", "figures that name it")
_N_MENTIONS = Property("n_mentions", "integer", "mentions that name it")
# Null, or empty, without HGNC's table, and for what it does not know.
_OF_HGNC = (
    Property("hgnc_id", "string", "its HGNC id, `HGNC:` and a number; null without HGNC's table", "skos:exactMatch"),
    Property("hgnc_symbol", "string", "the symbol that HGNC approves today", "skos:altLabel"),
    Property("full_name", "string", "the name that HGNC approves", "schema:name"),
    Property("locus_group", "string", "HGNC's locus group", "pfkg:locusGroup"),
    Property("locus_type", "string", "HGNC's locus type", "pfkg:locusType"),
    Property("location", "string", "its place on a chromosome", "pfkg:cytogeneticLocation"),
    Property("aliases", "string[]", "alias symbols", "skos:altLabel"),
    Property("previous_symbols", "string[]", "symbols that were approved before", "skos:altLabel"),
    Property("ensembl", "string", "its Ensembl gene id", "wp:bdbEnsembl"),
    Property("uniprot", "string[]", "its UniProt accessions", "wp:bdbUniprot"),
    Property("omim", "string[]", "its OMIM ids", "skos:closeMatch"),
    Property("gene_groups", "string[]", "the names of its HGNC gene groups", "pfkg:geneGroup"),
)
_TERM_KEY = "`MESH:` and the MeSH id; else `{other}:` and that id; else `name:` and its name, as of families"

NODE_LABELS: Mapping[str, NodeLabel] = {
    label.name: label
    for label in (
        _label(
            "Figure",
            "a published pathway figure",
            "pfkg:PathwayFigure",
            Property("id", "string", "PFOCR's figure id", "dcterms:identifier"),
            Property("number", "string", "its number in the paper, as printed", "pfkg:figureNumber"),
            Property("title", "string", "its title", "dcterms:title"),
            Property("caption", "string", "its caption", "schema:description"),
            Property("page_url", "string", "its page at PubMed Central", "schema:url"),
            Property("image_url", "string", "its picture at PubMed Central", "schema:image"),
            Property("figure_type", "string", "its type, as PFOCR has it", "pfkg:figureType"),
            Property("score", "float", "how sure PFOCR is that it is a pathway, 0 to 1", "pfkg:pathwayScore"),
            Property("rank", "string", "its place in PFOCR's list"),
            Property("organisms", "string[]", "the names of its species", "pfkg:organismName"),
            Property("alias", "string", "another id of it", "dcterms:alternative"),
            Property("redirect_from", "string[]", "former addresses on PFOCR's site", "dcterms:replaces"),
            Property("ndex", "string", "the id of its NDEx network", "rdfs:seeAlso"),
            Property("wpid", "string", "the id of its WikiPathways pathway", "rdfs:seeAlso"),
            Property("annotations", "string[]", "ontology terms, each as `TYPE: VALUE`", "pfkg:annotation"),
            Property("n_mentions", "integer", "gene mentions in it"),
            Property("n_genes", "integer", "distinct genes in it"),
        ),
        _label(
            "Paper",
            "the article that a figure was published in",
            "schema:ScholarlyArticle",
            Property("id", "string", "the PMCID", "schema:identifier"),
            Property("title", "string", "its title", "dcterms:title"),
            Property("citation", "string", "its reference", "dcterms:bibliographicCitation"),
            Property("year", "integer", "the year of publication", "schema:datePublished"),
            Property("doi", "string", "its DOI", "schema:sameAs"),
            Property("journal", "string", "the name of the journal", "schema:isPartOf"),
            Property("journal_abbreviation", "string", "the journal's name in short"),
            Property("publisher", "string", "the name of the publisher", "schema:publisher"),
            Property("keywords", "string[]", "the authors' keywords", "schema:keywords"),
            _N_FIGURES,
        ),
        _label(
            "GeneMention",
            "a word in a figure that matched one entry of one lexicon",
            "pfkg:GeneMention",
            Property("id", "string", "the figure's id, `#mention-` and its number"),
            Property("number", "integer", "its number in the figure, from 1"),
            Property("word", "string", "the word, as OCR read it", "pfkg:word"),
            Property("matched_symbol", "string", "the lexicon entry that it matched", "pfkg:matchedSymbol"),
            Property("lexicon", "string", "the lexicon", "pfkg:lexicon"),
            Property("tier", "string", "the lexicon's tier: `strict`, `synonyms` or `all`; null if not known"),
            Property("n_candidates", "integer", "genes that it may mean"),
            Property("occurrences", "integer", "how often it stands in the figure", "pfkg:occurrences"),
        ),
        _label(
            "Gene",
            "a gene",
            "schema:Gene",
            Property("id", "string", "the NCBI Gene id", "schema:identifier"),
            Property("symbol", "string", "its symbol", "rdfs:label"),
            Property("is_hgnc", "boolean", "whether the symbol is HGNC's"),
            Property("taxon", "string", "the NCBI Taxonomy id of its species", "schema:taxonomicRange"),
            Property("organism", "string", "the name of its species"),
            *_OF_HGNC,
            _N_FIGURES,
            _N_MENTIONS,
        ),
        _label(
            "GeneFamily",
            "a gene family or complex that words name",
            "pfkg:GeneFamily",
            Property("id", "string", "the lexicon entry; of one beyond 1,000 bytes the beginning and a digest"),
            Property("symbol", "string", "the lexicon entry", "rdfs:label"),
            Property("famplex", "string", "its entity in FamPlex; null without its table", "skos:exactMatch"),
            Property("famplex_members", "string[]", "the HGNC symbols of its members there"),
            _N_FIGURES,
            _N_MENTIONS,
        ),
        _label(
            "Chemical",
            "a chemical that words name",
            None,
            Property("id", "string", _TERM_KEY.format(other="CHEBI")),
            Property(
                "name", "string", "its name, as the lexicon has it, or the first word that names it", "schema:name"
            ),
            Property("mesh", "string", "its MeSH id", "oa:hasBody"),
            Property("chebi", "string", "its ChEBI id, digits only", "oa:hasBody"),
            _N_FIGURES,
            _N_MENTIONS,
        ),
        _label(
            "Disease",
            "a disease that words name",
            None,
            Property("id", "string", _TERM_KEY.format(other="DOID")),
            Property(
                "name", "string", "its name, as the lexicon has it, or the first word that names it", "schema:name"
            ),
            Property("mesh", "string", "its MeSH id", "oa:hasBody"),
            Property("doid", "string", "its Disease Ontology id, digits only", "oa:hasBody"),
            _N_FIGURES,
            _N_MENTIONS,
        ),
        _label(
            "Organism",
            "a species",
            "biolink:OrganismTaxon",
            Property("id", "string", "the NCBI Taxonomy id", "schema:identifier"),
            Property("name", "string", "its name", "rdfs:label"),
        ),
    )
}
"""The labels by name, in the order in which nodes are written."""

RELATIONSHIPS: Mapping[str, Relationship] = {
    relationship.name: relationship
    for relationship in (
        _relationship("PART_OF", "the figure stands in the paper", {("Figure", "Paper"): "schema:isPartOf"}),
        _relationship("HAS_MENTION", "the mention stands in the figure", {("Figure", "GeneMention"): "^oa:hasTarget"}),
        _relationship(
            "REFERS_TO",
            "the mention may mean the gene; or it names the family",
            {("GeneMention", "Gene"): "pfkg:candidateGene", ("GeneMention", "GeneFamily"): "oa:hasBody"},
            Property(
                "grade",
                "string",
                "how far the audit believes it: `supported`, `plausible`, `doubtful` or `conflicting`; null for"
                " families, and in a build that was not audited",
                "pfkg:grade",
            ),
            Property("score", "float", "the audit's score, 0 to 1", "pfkg:score"),
            Property("reasons", "string[]", "the audit's reasons, each as `SIGNAL: what it says`", "pfkg:reason"),
        ),
        _relationship(
            "MENTIONS",
            "a word of the figure may mean the gene, or names the chemical or disease",
            {
                ("Figure", "Gene"): "schema:mentions",
                ("Figure", "Chemical"): "^oa:hasTarget/oa:hasBody",
                ("Figure", "Disease"): "^oa:hasTarget/oa:hasBody",
            },
            Property("words", "string[]", "the words of the figure, each once", "pfkg:word"),
            Property("lexicons", "string[]", "the lexicons that they matched; empty but for genes", "pfkg:lexicon"),
            Property("tier", "string", "the narrowest tier of these lexicons; null but for genes"),
            Property("grade", "string", "the audit's best grade of these mentions; null but for genes"),
            Property("score", "float", "the audit's highest score of these mentions; null but for genes"),
            Property("n_mentions", "integer", "mentions in the figure"),
        ),
        _relationship("MEMBER_OF", "the gene belongs to the family", {("Gene", "GeneFamily"): "^pfkg:member"}),
        _relationship(
            "IN_TAXON",
            "the gene is of the species; or the figure is about it",
            {("Gene", "Organism"): "schema:taxonomicRange", ("Figure", "Organism"): "pfkg:organism"},
        ),
        _relationship(
            "CO_OCCURS_WITH",
            "the two are drawn together; only with a network, undirected, each pair once",
            dict.fromkeys(_PAIRS, "biolink:occurs_together_in_literature_with"),
            Property("weight", "float", "the weight of the network", "pfkg:weight"),
            Property("n_figures", "integer", "figures that the pair stands in", "biolink:has_count"),
            Property("n_papers", "integer", "papers that the pair stands in"),
            Property("p_value", "float", "how likely chance alone gives as many"),
            Property("q_value", "float", "the false discovery rate", "biolink:adjusted_p_value"),
        ),
    )
}
"""The relationships by name, in the order in which edges are written."""

EDGE_KINDS: tuple[EdgeKind, ...] = tuple(kind for relationship in RELATIONSHIPS.values() for kind in relationship.kinds)
"""Every relationship with every two labels that it stands between, in the order in which edges are written."""


def node_schema(label: str) -> dict[str, pl.DataType]:
    """Return the columns of a label's nodes with their polars types, ``id`` first.

    Examples
    --------
    >>> node_schema("Organism")
    {'id': String, 'iri': String, 'name': String}
    """
    return _types(NODE_LABELS[label].properties)


def edge_schema(relationship: str) -> dict[str, pl.DataType]:
    """Return the columns of a relationship's edges with their polars types, ``source`` and ``target`` first.

    Examples
    --------
    >>> edge_schema("PART_OF")
    {'source': String, 'target': String}
    """
    ends = [Property(name, "string", "") for name in ("source", "target")]
    return _types([*ends, *RELATIONSHIPS[relationship].properties])


def _types(properties: tuple[Property, ...] | list[Property]) -> dict[str, pl.DataType]:
    import polars as pl

    types: dict[PropertyType, pl.DataType] = {
        "string": pl.String(),
        "integer": pl.Int64(),
        "float": pl.Float64(),
        "boolean": pl.Boolean(),
        "string[]": pl.List(pl.String()),
    }
    return {prop.name: types[prop.type] for prop in properties}
