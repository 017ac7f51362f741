"""The one place that says which triples a record has.

A record becomes descriptions (`kg.rdf.subjects`). The writers of `kg.rdf.formats` and the rdflib graphs of
`kg.rdf.graph` are made from the same ones. What the audit adds is in `kg.rdf.assessments`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from kg import vocab
from kg.blocks import figure_block
from kg.model import LEXICON_TIERS
from kg.rdf.subjects import NONE_RECURRING, Description, Properties
from kg.text import clean
from kg.vocab import PROPERTIES, Property, SharedGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kg.authority.hgnc import HgncGene
    from kg.model import ChemicalMention, DiseaseMention, Figure, Gene, GeneFamily, GeneMention, Paper
    from kg.rdf.subjects import Recurring
    from kg.shared import SharedRecords

__all__ = ["AN_ASSESSMENT", "TYPES", "describe_agents", "describe_figure", "describe_shared", "gene_iris"]

_TYPE = PROPERTIES["rdf:type"]
_LABEL = PROPERTIES["rdfs:label"]
_SEE_ALSO = PROPERTIES["rdfs:seeAlso"]
_ALTERNATIVE = PROPERTIES["dcterms:alternative"]
_CITATION = PROPERTIES["dcterms:bibliographicCitation"]
_DC_IDENTIFIER = PROPERTIES["dcterms:identifier"]
_REPLACES = PROPERTIES["dcterms:replaces"]
_TITLE = PROPERTIES["dcterms:title"]
_BODY = PROPERTIES["oa:hasBody"]
_TARGET = PROPERTIES["oa:hasTarget"]
_MOTIVATED_BY = PROPERTIES["oa:motivatedBy"]
_ALTERNATE_NAME = PROPERTIES["schema:alternateName"]
_CREATOR = PROPERTIES["schema:creator"]
_DATE = PROPERTIES["schema:datePublished"]
_DESCRIPTION = PROPERTIES["schema:description"]
_IDENTIFIER = PROPERTIES["schema:identifier"]
_IMAGE = PROPERTIES["schema:image"]
_PART_OF = PROPERTIES["schema:isPartOf"]
_KEYWORDS = PROPERTIES["schema:keywords"]
_LICENSE = PROPERTIES["schema:license"]
_MENTIONS = PROPERTIES["schema:mentions"]
_NAME = PROPERTIES["schema:name"]
_PUBLISHER = PROPERTIES["schema:publisher"]
_SAME_AS = PROPERTIES["schema:sameAs"]
_RANGE = PROPERTIES["schema:taxonomicRange"]
_URL = PROPERTIES["schema:url"]
_ALT_LABEL = PROPERTIES["skos:altLabel"]
_CLOSE_MATCH = PROPERTIES["skos:closeMatch"]
_EXACT_MATCH = PROPERTIES["skos:exactMatch"]
_ENSEMBL = PROPERTIES["wp:bdbEnsembl"]
_HGNC_SYMBOL = PROPERTIES["wp:bdbHgncSymbol"]
_UNIPROT = PROPERTIES["wp:bdbUniprot"]
_ANNOTATION = PROPERTIES["pfkg:annotation"]
_CANDIDATE = PROPERTIES["pfkg:candidateGene"]
_LOCATION = PROPERTIES["pfkg:cytogeneticLocation"]
_FIGURE_NUMBER = PROPERTIES["pfkg:figureNumber"]
_FIGURE_TYPE = PROPERTIES["pfkg:figureType"]
_GENE_GROUP = PROPERTIES["pfkg:geneGroup"]
_LEXICON = PROPERTIES["pfkg:lexicon"]
_LEXICON_NAME = PROPERTIES["pfkg:lexiconName"]
_LOCUS_GROUP = PROPERTIES["pfkg:locusGroup"]
_LOCUS_TYPE = PROPERTIES["pfkg:locusType"]
_MATCHED_SYMBOL = PROPERTIES["pfkg:matchedSymbol"]
_MEMBER = PROPERTIES["pfkg:member"]
_OCCURRENCES = PROPERTIES["pfkg:occurrences"]
_ORGANISM = PROPERTIES["pfkg:organism"]
_ORGANISM_NAME = PROPERTIES["pfkg:organismName"]
_PATHWAY_SCORE = PROPERTIES["pfkg:pathwayScore"]
_WORD = PROPERTIES["pfkg:word"]

_CLASSES_OF = (
    ("pfkg:PathwayFigure", "schema:Dataset"),
    ("schema:ScholarlyArticle",),
    ("pfkg:GeneMention",),
    ("pfkg:ChemicalMention",),
    ("pfkg:DiseaseMention",),
    ("pfkg:GeneFamily",),
    ("schema:Gene", "biolink:Gene"),
    ("pfkg:HgncGene", "schema:Gene", "biolink:Gene"),
    ("biolink:OrganismTaxon",),
    ("schema:Organization",),
    ("schema:Periodical",),
    ("pfkg:Assessment",),
    ("schema:Person", "prov:Person"),
)
TYPES = {vocab.expand(curies[0]): curies for curies in _CLASSES_OF}
"""The classes of each kind of subject, by the IRI of the first of them, with which its description opens."""

(
    _A_FIGURE,
    _A_PAPER,
    _A_MENTION,
    _A_CHEMICAL,
    _A_DISEASE,
    _A_FAMILY,
    _A_GENE,
    _AN_HGNC_GENE,
    _AN_ORGANISM,
    _AN_ORGANIZATION,
    _A_PERIODICAL,
    AN_ASSESSMENT,
    _A_PERSON,
) = [[vocab.expand(curie) for curie in curies] for curies in _CLASSES_OF]
_LEXICONS = {lexicon: [vocab.lexicon_iri(lexicon)] for lexicon in LEXICON_TIERS}
_IDENTIFYING = [vocab.expand("oa:identifying")]


class _Properties(list[tuple[Property, list[str]]]):
    """The properties of one description, as they are gathered."""

    def texts(self, prop: Property, *values: object) -> None:
        """Add the values that are text and not empty, each once."""
        kept = [clean(value)[0] for value in values if isinstance(value, str) and value]
        if kept:
            self.append((prop, list(dict.fromkeys(kept))))

    def iris(self, prop: Property, *iris: str | None) -> None:
        """Add the IRIs that there are, each once."""
        kept = [iri for iri in iris if iri]
        if kept:
            self.append((prop, list(dict.fromkeys(kept))))


def describe_figure(figure: Figure, graded: Sequence[Recurring] = ()) -> Iterator[Description]:
    """Yield a figure's own descriptions: the figure, its gene mentions, its chemicals, its diseases.

    The papers, genes, families and organisms that it refers to are shared things: see `describe_shared`.

    Parameters
    ----------
    figure
        The figure.
    graded
        What an audit says of each of its gene mentions (`kg.rdf.assessments`); nothing without one.
    """
    iri = vocab.figure_iri(figure.figid)
    candidates = [gene_iris(mention.genes) for mention in figure.mentions]
    yield Description(iri, _figure_properties(figure, list(dict.fromkeys(chain.from_iterable(candidates)))))
    target = [iri]
    graded = graded or [NONE_RECURRING] * len(candidates)
    for mention, genes, recurring in zip(figure.mentions, candidates, graded, strict=True):
        part = vocab.part_iri(iri, "mention", mention.number)
        yield Description(part, _mention_properties(mention, target, genes), recurring)
    for chemical in figure.chemicals:
        concept = vocab.chebi_iri(chemical.chebi) if chemical.chebi else None
        part = vocab.part_iri(iri, "chemical", chemical.number)
        yield Description(part, _term_properties(_A_CHEMICAL, chemical, target, concept))
    for disease in figure.diseases:
        concept = vocab.doid_iri(disease.doid) if disease.doid else None
        part = vocab.part_iri(iri, "disease", disease.number)
        yield Description(part, _term_properties(_A_DISEASE, disease, target, concept))


@lru_cache(maxsize=16_384)
def gene_iris(genes: tuple[str, ...]) -> list[str]:
    """Return the IRIs of genes; the list is not to be changed."""
    return [vocab.gene_iri(ncbigene) for ncbigene in genes]


def _figure_properties(figure: Figure, genes: list[str]) -> _Properties:
    # Where the file has a block, the graph carries what the block says.
    block = figure_block(figure) if figure.block is None else figure.block
    keywords = block.get("keywords")
    pmcid = figure.paper.pmcid
    properties = _Properties([(_TYPE, _A_FIGURE)])
    properties.texts(_NAME, block.get("name"))
    if isinstance(description := block.get("description"), str):
        properties.append((_DESCRIPTION, [clean(description)[0]]))  # empty too, as the block says it
    properties.texts(_KEYWORDS, *(keywords if isinstance(keywords, list) else [keywords]))
    properties.iris(_LICENSE, _license(block.get("license", "CC0")))
    properties.iris(_CREATOR, _creator(block.get("creator", {"name": "WikiPathways"})))
    properties.texts(_TITLE, figure.title)
    properties.texts(_DC_IDENTIFIER, figure.figid)
    properties.texts(_ALTERNATIVE, figure.alias)
    properties.texts(_FIGURE_NUMBER, figure.number)
    properties.texts(_FIGURE_TYPE, figure.figure_type)
    if figure.score is not None:
        properties.append((_PATHWAY_SCORE, [_decimal(figure.score)]))
    properties.append((_PART_OF, [vocab.paper_iri(pmcid)]))
    properties.iris(_IMAGE, vocab.image_url(pmcid, figure.filename) if figure.filename else None)
    properties.iris(_URL, vocab.page_url(figure.page) if figure.page else None)
    properties.iris(_ORGANISM, *[vocab.organism_iri(vocab.TAXA[n]) for n in figure.organisms if n in vocab.TAXA])
    properties.texts(_ORGANISM_NAME, *figure.organisms)
    properties.iris(
        _SEE_ALSO,
        vocab.ndex_iri(figure.ndex) if figure.ndex else None,
        vocab.pathway_iri(figure.wpid) if figure.wpid else None,
    )
    properties.iris(_REPLACES, *[vocab.site_iri(path) for path in figure.redirect_from])
    properties.texts(_ANNOTATION, *[f"{a.type}: {a.value}" if a.type else a.value for a in figure.annotations])
    if genes:
        properties.append((_MENTIONS, genes))
    return properties


def _license(value: object) -> str | None:
    """Return the IRI of a block's licence; None for a name that is not known."""
    if value == "CC0":
        return vocab.CC0
    return vocab.web_iri(value) if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def _creator(value: object) -> str | None:
    """Return the IRI of a block's creator; None for any but WikiPathways, whose names have no IRI of ours."""
    return vocab.WIKIPATHWAYS if isinstance(value, dict) and value.get("name") == "WikiPathways" else None


def _decimal(value: Decimal) -> str:
    """Return the canonical lexical form of an xsd:decimal, with a digit on each side of the point.

    References
    ----------
    XML Schema Part 2 (Second Edition), section 3.2.3.2.
    """
    text = format(value.normalize(), "f")
    return text if "." in text else text + ".0"


def _mention_properties(mention: GeneMention, target: list[str], genes: list[str]) -> Properties:
    properties = [
        (_TYPE, _A_MENTION),
        (_MOTIVATED_BY, _IDENTIFYING),
        (_TARGET, target),
        (_WORD, [clean(mention.word)[0]]),
        (_MATCHED_SYMBOL, [clean(mention.symbol)[0]]),
    ]
    lexicon = _LEXICONS.get(mention.lexicon)
    if lexicon is not None:
        properties.append((_LEXICON, lexicon))
    else:
        properties.append((_LEXICON, [vocab.UNKNOWN_LEXICON]))
        if mention.lexicon:
            properties.append((_LEXICON_NAME, [clean(mention.lexicon)[0]]))
    properties.append((_OCCURRENCES, [str(mention.occurrences)]))
    properties.append((_CANDIDATE, genes))
    if mention.is_family:
        properties.append((_BODY, [vocab.family_iri(mention.symbol)]))
    elif len(genes) == 1:
        properties.append((_BODY, genes))
    return properties


def _term_properties(
    types: list[str], term: ChemicalMention | DiseaseMention, target: list[str], concept: str | None
) -> _Properties:
    """Return the properties of a chemical or a disease; `concept` is the IRI of its own vocabulary, beside MeSH's."""
    properties = _Properties([(_TYPE, types), (_MOTIVATED_BY, _IDENTIFYING), (_TARGET, target)])
    properties.texts(_WORD, term.word)
    properties.texts(_MATCHED_SYMBOL, term.match)
    properties.texts(_NAME, term.name)
    properties.iris(_BODY, vocab.mesh_iri(term.mesh) if term.mesh else None, concept)
    return properties


def describe_agents() -> Iterator[Description]:
    """Yield who made the figures; every file opens with it."""
    yield Description(vocab.WIKIPATHWAYS, [(_TYPE, _AN_ORGANIZATION), (_NAME, ["WikiPathways"])])


def describe_shared(shared: SharedRecords) -> Iterator[tuple[SharedGraph, Description]]:
    """Yield what figures share, each described once, with the named graph that it belongs to.

    Papers come first, then journals, publishers, genes, families, curators and organisms; each kind in the order of its
    ids.
    """
    journals: dict[str, str | None] = {}
    publishers = set()
    for paper in shared.papers:
        yield SharedGraph.PAPERS, Description(vocab.paper_iri(paper.pmcid), _paper_properties(paper))
        if paper.journal:
            journals[paper.journal] = journals.get(paper.journal) or paper.journal_abbreviation
        if paper.publisher:
            publishers.add(paper.publisher)
    for journal, abbreviation in sorted(journals.items()):
        properties = _Properties([(_TYPE, _A_PERIODICAL)])
        properties.texts(_NAME, journal)
        properties.texts(_ALTERNATE_NAME, abbreviation)
        yield SharedGraph.PAPERS, Description(vocab.journal_iri(journal), properties)
    for publisher in sorted(publishers):
        properties = _Properties([(_TYPE, _AN_ORGANIZATION)])
        properties.texts(_NAME, publisher)
        yield SharedGraph.AGENTS, Description(vocab.publisher_iri(publisher), properties)
    for gene in shared.genes:
        known = shared.hgnc.get(gene.ncbigene)
        yield SharedGraph.GENES, Description(vocab.gene_iri(gene.ncbigene), _gene_properties(gene, known))
    for family in shared.families:
        entity = shared.famplex.get(family.symbol)
        yield SharedGraph.FAMILIES, Description(vocab.family_iri(family.symbol), _family_properties(family, entity))
    for curator, names in shared.curators.items():
        properties = _Properties([(_TYPE, _A_PERSON)])
        properties.texts(_NAME, *names)
        yield SharedGraph.AGENTS, Description(curator, properties)
    for taxon, name in shared.organisms:
        properties = _Properties([(_TYPE, _AN_ORGANISM)])
        properties.texts(_LABEL, name)
        properties.texts(_IDENTIFIER, f"NCBITaxon:{taxon}")
        yield SharedGraph.ORGANISMS, Description(vocab.organism_iri(taxon), properties)


def _paper_properties(paper: Paper) -> _Properties:
    properties = _Properties([(_TYPE, _A_PAPER)])
    properties.texts(_TITLE, paper.title)
    if paper.year is not None:
        properties.append((_DATE, [f"{paper.year:04}"]))
    properties.texts(_CITATION, paper.citation)
    properties.texts(_IDENTIFIER, paper.pmcid)
    properties.iris(_SAME_AS, vocab.doi_iri(paper.doi) if paper.doi else None)
    properties.iris(_PART_OF, vocab.journal_iri(paper.journal) if paper.journal else None)
    properties.iris(_PUBLISHER, vocab.publisher_iri(paper.publisher) if paper.publisher else None)
    properties.texts(_KEYWORDS, *paper.keywords)
    return properties


def _gene_properties(gene: Gene, known: HgncGene | None) -> _Properties:
    properties = _Properties([(_TYPE, _AN_HGNC_GENE if gene.is_hgnc else _A_GENE)])
    properties.texts(_LABEL, gene.symbol)
    properties.texts(_IDENTIFIER, f"ncbigene:{gene.ncbigene}")
    properties.iris(_HGNC_SYMBOL, vocab.hgnc_symbol_iri(gene.symbol) if gene.is_hgnc else None)
    properties.iris(_RANGE, vocab.organism_iri(gene.taxon) if vocab.is_taxon(gene.taxon) else None)
    if known is not None:
        properties.texts(_NAME, known.name)
        symbols = (known.symbol, *known.aliases, *known.previous)
        properties.texts(_ALT_LABEL, *[symbol for symbol in symbols if symbol != gene.symbol])
        properties.iris(_EXACT_MATCH, vocab.hgnc_iri(known.hgnc_id))
        properties.iris(_CLOSE_MATCH, *map(vocab.omim_iri, known.omim))
        properties.iris(_ENSEMBL, vocab.ensembl_iri(known.ensembl) if known.ensembl else None)
        properties.iris(_UNIPROT, *map(vocab.uniprot_iri, known.uniprot))
        properties.texts(_LOCUS_GROUP, known.locus_group)
        properties.texts(_LOCUS_TYPE, known.locus_type)
        properties.texts(_LOCATION, known.location)
        properties.texts(_GENE_GROUP, *known.gene_groups)
    return properties


def _family_properties(family: GeneFamily, entity: str | None) -> _Properties:
    properties = _Properties([(_TYPE, _A_FAMILY)])
    properties.texts(_LABEL, family.symbol)
    properties.append((_MEMBER, [vocab.gene_iri(ncbigene) for ncbigene in family.members]))
    properties.iris(_EXACT_MATCH, vocab.famplex_iri(entity) if entity else None)
    return properties
