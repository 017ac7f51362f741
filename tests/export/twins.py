"""Questions that are asked in Cypher of the property graph and in SPARQL of the triples, and have one answer."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["TWINS", "Twin"]


class Twin(NamedTuple):
    """One question in both languages; the columns of the answers are the same."""

    question: str
    cypher: str
    sparql: str


TWINS = (
    Twin(
        "Which figures show both IL6 and STAT3?",
        """MATCH (:Gene {symbol: 'IL6'})<-[:MENTIONS]-(f:Figure)-[:MENTIONS]->(:Gene {symbol: 'STAT3'}),
      (f)-[:PART_OF]->(p:Paper)
RETURN f.title AS title, p.year AS year ORDER BY year, title""",
        """SELECT ?title ?year WHERE {
  ?figure schema:mentions/rdfs:label "IL6", "STAT3" ; schema:isPartOf/schema:datePublished ?year .
  OPTIONAL { ?figure dcterms:title ?title }
} ORDER BY ?year ?title""",
    ),
    Twin(
        "Which genes stand in most figures?",
        """MATCH (f:Figure)-[:MENTIONS]->(g:Gene)
RETURN g.symbol AS symbol, g.id AS id, count(f) AS n ORDER BY n DESC, id LIMIT 10""",
        """SELECT ?symbol ?id (COUNT(?figure) AS ?n) WHERE {
  ?figure schema:mentions ?gene . ?gene rdfs:label ?symbol ; schema:identifier ?identifier
  BIND(STRAFTER(?identifier, "ncbigene:") AS ?id)
} GROUP BY ?symbol ?id ORDER BY DESC(?n) ?id LIMIT 10""",
    ),
    Twin(
        "By which words do figures mean STAT3, and nothing else?",
        """MATCH (f:Figure)-[:HAS_MENTION]->(m:GeneMention {n_candidates: 1})-[:REFERS_TO]->(:Gene {symbol: 'STAT3'})
RETURN m.word AS word, count(DISTINCT f) AS n ORDER BY n DESC, word""",
        """SELECT ?word (COUNT(DISTINCT ?figure) AS ?n) WHERE {
  ?mention a pfkg:GeneMention ; oa:hasTarget ?figure ; pfkg:word ?word ; oa:hasBody/rdfs:label "STAT3" .
  FILTER NOT EXISTS { ?mention oa:hasBody/a pfkg:GeneFamily }
} GROUP BY ?word ORDER BY DESC(?n) ?word""",
    ),
    Twin(
        "Which families do words name, and how many genes may each mean?",
        """MATCH (g:Gene)-[:MEMBER_OF]->(f:GeneFamily)
RETURN f.symbol AS family, count(g) AS n ORDER BY n DESC, family""",
        """SELECT ?family (COUNT(?gene) AS ?n) WHERE {
  ?iri a pfkg:GeneFamily ; rdfs:label ?family ; pfkg:member ?gene
} GROUP BY ?family ORDER BY DESC(?n) ?family""",
    ),
    Twin(
        "What stands with SOCS3 in figures?",
        """MATCH (:Gene {symbol: 'SOCS3'})<-[:MENTIONS]-(f:Figure)-[:MENTIONS]->(other:Gene)
WHERE other.symbol <> 'SOCS3'
RETURN other.symbol AS symbol, other.id AS id, count(DISTINCT f) AS n ORDER BY n DESC, symbol, id""",
        """SELECT ?symbol ?id (COUNT(DISTINCT ?figure) AS ?n) WHERE {
  ?figure schema:mentions/rdfs:label "SOCS3" ; schema:mentions ?other .
  ?other rdfs:label ?symbol ; schema:identifier ?identifier . FILTER(?symbol != "SOCS3")
  BIND(STRAFTER(?identifier, "ncbigene:") AS ?id)
} GROUP BY ?symbol ?id ORDER BY DESC(?n) ?symbol ?id""",
    ),
    Twin(
        "How many figures are of each year?",
        """MATCH (f:Figure)-[:PART_OF]->(p:Paper) WHERE p.year IS NOT NULL
RETURN p.year AS year, count(f) AS n ORDER BY year""",
        """SELECT ?year (COUNT(?figure) AS ?n) WHERE {
  ?figure a pfkg:PathwayFigure ; schema:isPartOf/schema:datePublished ?year
} GROUP BY ?year ORDER BY ?year""",
    ),
    Twin(
        "How many words did each lexicon give?",
        """MATCH (m:GeneMention) RETURN m.lexicon AS lexicon, count(m) AS n ORDER BY lexicon""",
        """SELECT ?lexicon (COUNT(?mention) AS ?n) WHERE {
  ?mention a pfkg:GeneMention ; pfkg:lexicon ?iri BIND(STRAFTER(STR(?iri), "#") AS ?lexicon)
} GROUP BY ?lexicon ORDER BY ?lexicon""",
    ),
    Twin(
        "Which genes are there only because a word names their family?",
        """MATCH (g:Gene)
WHERE NOT EXISTS { MATCH (g)<-[:REFERS_TO]-(m:GeneMention) WHERE NOT EXISTS { MATCH (m)-[:REFERS_TO]->(:GeneFamily) } }
RETURN g.symbol AS symbol, g.id AS id ORDER BY symbol, id""",
        """SELECT ?symbol ?id WHERE {
  ?gene a schema:Gene ; rdfs:label ?symbol ; schema:identifier ?identifier
  FILTER NOT EXISTS {
    ?mention pfkg:candidateGene ?gene FILTER NOT EXISTS { ?mention oa:hasBody/rdf:type pfkg:GeneFamily }
  }
  BIND(STRAFTER(?identifier, "ncbigene:") AS ?id)
} ORDER BY ?symbol ?id""",
    ),
    Twin(
        "Which words are spelled in another way than the symbol that they matched?",
        """MATCH (f:Figure)-[:HAS_MENTION]->(m:GeneMention) WHERE m.word <> m.matched_symbol
RETURN m.word AS word, m.matched_symbol AS symbol, count(f) AS n ORDER BY n DESC, word, symbol""",
        """SELECT ?word ?symbol (COUNT(?figure) AS ?n) WHERE {
  ?mention a pfkg:GeneMention ; oa:hasTarget ?figure ; pfkg:word ?word ; pfkg:matchedSymbol ?symbol
  FILTER(?word != ?symbol)
} GROUP BY ?word ?symbol ORDER BY DESC(?n) ?word ?symbol""",
    ),
    Twin(
        "Which species do the genes of figures of a species belong to?",
        """MATCH (o:Organism)<-[:IN_TAXON]-(f:Figure)-[:MENTIONS]->(g:Gene)-[:IN_TAXON]->(of_gene:Organism)
RETURN o.name AS figures, of_gene.name AS genes, count(DISTINCT g) AS n ORDER BY figures, genes""",
        """SELECT ?figures ?genes (COUNT(DISTINCT ?gene) AS ?n) WHERE {
  ?figure pfkg:organism/rdfs:label ?figures ; schema:mentions ?gene . ?gene schema:taxonomicRange/rdfs:label ?genes
} GROUP BY ?figures ?genes ORDER BY ?figures ?genes""",
    ),
)
"""The questions; the first five are those of the documentation."""
