"""The plain way: python-frontmatter, one rdflib Graph in memory, `serialize("turtle")`; what `kg` is measured against.

It uses nothing of `kg`, so that it stays what someone would write in an afternoon; it knows the quirks that would
stop it, and no more. Run it with `python -m benchmarks.plain_rdflib CORPUS OUTPUT.ttl|OUTPUT.nt [--tuned]`.
"""

from __future__ import annotations

import csv
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import frontmatter  # type: ignore[import-untyped, unused-ignore]
from rdflib import DCTERMS, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import NamespaceManager, split_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BoundPrefixes", "add_figure", "main", "read_graph"]

BIOLINK = Namespace("https://w3id.org/biolink/vocab/")
MESH = Namespace("http://id.nlm.nih.gov/mesh/")
OA = Namespace("http://www.w3.org/ns/oa#")
OBO = Namespace("http://purl.obolibrary.org/obo/")
PFKG = Namespace("https://w3id.org/pfocr-kg#")
SCHEMA = Namespace("http://schema.org/")
WP = Namespace("http://vocabularies.wikipathways.org/wp#")
PREFIXES = {"biolink": BIOLINK, "oa": OA, "obo": OBO, "pfkg": PFKG, "schema": SCHEMA, "wp": WP}

CC0 = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
WIKIPATHWAYS = URIRef("https://www.wikipathways.org/")
PLACEHOLDERS = {"", "NA", ".na.character", "None"}
LEXICONS = {
    *("hgnc_symbol", "ncbigene_symbol", "hgnc_alias_symbol", "hgnc_prev_symbol", "ncbigene_synonym"),
    *("bioentities_symbol", "famplex_relations"),
}
FAMILIES = {"bioentities_symbol", "famplex_relations"}
TAXA = {"Homo sapiens": "9606"}
"""Species by name, filled as `_data` files name them."""


def segment(text: str) -> str:
    """Return text as a part of an IRI's path."""
    return quote(text, safe="!$&'()*+,;=:@-._~")


def address(path: str) -> str:
    """Return a path without its leading slash, and with what an IRI forbids percent-encoded."""
    return quote(path.lstrip("/"), safe="/!$&'()*+,;=:@-._~%#?")


def value(meta: Mapping[str, Any], key: str) -> str | None:
    """Return a field's text, or None for what stands for nothing."""
    text = str(meta.get(key)).strip()
    return None if text in PLACEHOLDERS else text


def values(field: object, separator: str) -> list[str]:
    """Return the texts of a list, or of text with separators."""
    items = field if isinstance(field, list) else str(field).split(separator)
    texts = [str(item).strip() for item in items]
    return [text for text in dict.fromkeys(texts) if text not in PLACEHOLDERS]


def data_rows(folder: Path, figid: str, kind: str) -> list[dict[str, str]]:
    """Return the rows of a `_data` file; none where there is no file."""
    path = folder / f"{figid}-{kind}.tsv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def gene_rows(meta: Mapping[str, Any], folder: Path) -> list[tuple[str, str, str, str, str, str]]:
    """Return word, match, lexicon, symbol, NCBI id and taxon of each row, of either generation."""
    if "genes" in meta:
        keys = ["word", "symbol", "source", "hgnc_symbol", "entrez"]
        rows = [[str(row[key]) for key in keys] + ["9606"] for row in meta["genes"] or []]
    else:
        keys = ["word", "match", "source", "ncbigene_symbol", "ncbigene_id", "organism_id"]
        rows = [[row[key] for key in keys] for row in data_rows(folder, str(meta["figid"]), "genes")]
    return [(word, match, lexicon, symbol, gene, taxon) for word, match, lexicon, symbol, gene, taxon in rows]


def add_paper(graph: Graph, paper: URIRef, meta: Mapping[str, Any]) -> None:
    """Add a paper, unless a figure before this one has described it."""
    if (paper, RDF.type, SCHEMA.ScholarlyArticle) in graph:
        return
    graph.add((paper, RDF.type, SCHEMA.ScholarlyArticle))
    graph.add((paper, SCHEMA.identifier, Literal(str(meta["pmcid"]))))
    fields = (
        (DCTERMS.title, "papertitle"),
        (DCTERMS.bibliographicCitation, "reftext"),
    )
    for predicate, key in fields:
        if text := value(meta, key):
            graph.add((paper, predicate, Literal(text)))
    if year := value(meta, "year"):
        graph.add((paper, SCHEMA.datePublished, Literal(year, datatype=XSD.gYear)))
    if doi := value(meta, "doi"):
        graph.add((paper, SCHEMA.sameAs, URIRef("https://doi.org/" + address(doi))))
    for kind, key, predicate in (
        ("journal", "journal_title", SCHEMA.isPartOf),
        ("publisher", "publisher_name", SCHEMA.publisher),
    ):
        if name := value(meta, key):
            agent = URIRef(f"https://w3id.org/pfocr-kg/{kind}/{segment(name)}")
            graph.add((paper, predicate, agent))
            graph.add((agent, RDF.type, SCHEMA.Periodical if kind == "journal" else SCHEMA.Organization))
            graph.add((agent, SCHEMA.name, Literal(name)))
            short = value(meta, "journal_nlm_ta")
            if kind == "journal" and short:
                graph.add((agent, SCHEMA.alternateName, Literal(short)))
    for keyword in values(meta.get("keywords"), "|"):
        graph.add((paper, SCHEMA.keywords, Literal(keyword)))


def add_genes(graph: Graph, figure: URIRef, rows: Iterable[tuple[str, str, str, str, str, str]], *, hgnc: bool) -> None:
    """Add the genes of a figure, and its mentions: rows of one word, match and lexicon."""
    mentions: dict[tuple[str, str, str], dict[str, int]] = {}
    for word, match, lexicon, symbol, ncbigene, taxon in rows:
        candidates = mentions.setdefault((word, match, lexicon), {})
        candidates[ncbigene] = candidates.get(ncbigene, 0) + 1
        gene = URIRef(f"https://identifiers.org/ncbigene/{ncbigene}")
        graph.add((figure, SCHEMA.mentions, gene))
        if (gene, RDFS.label, None) not in graph:
            graph.add((gene, RDFS.label, Literal(symbol)))
            graph.add((gene, SCHEMA.identifier, Literal(f"ncbigene:{ncbigene}")))
            graph.add((gene, SCHEMA.taxonomicRange, OBO[f"NCBITaxon_{taxon}"]))
            graph.add((gene, RDF.type, SCHEMA.Gene))
            graph.add((gene, RDF.type, BIOLINK.Gene))
        if hgnc:
            graph.add((gene, RDF.type, PFKG.HgncGene))
            graph.add((gene, WP.bdbHgncSymbol, URIRef(f"https://identifiers.org/hgnc.symbol/{segment(symbol)}")))
    for number, ((word, match, lexicon), candidates) in enumerate(mentions.items(), 1):
        mention = URIRef(f"{figure}#mention-{number}")
        genes = [URIRef(f"https://identifiers.org/ncbigene/{ncbigene}") for ncbigene in candidates]
        graph.add((mention, RDF.type, PFKG.GeneMention))
        graph.add((mention, OA.motivatedBy, OA.identifying))
        graph.add((mention, OA.hasTarget, figure))
        graph.add((mention, PFKG.word, Literal(word)))
        graph.add((mention, PFKG.matchedSymbol, Literal(match)))
        graph.add((mention, PFKG.occurrences, Literal(max(candidates.values()))))
        if lexicon in LEXICONS:
            graph.add((mention, PFKG.lexicon, PFKG[lexicon]))
        else:
            graph.add((mention, PFKG.lexicon, PFKG.unknownLexicon))
            graph.add((mention, PFKG.lexiconName, Literal(lexicon)))
        for gene in genes:
            graph.add((mention, PFKG.candidateGene, gene))
        if lexicon in FAMILIES:
            family = URIRef(f"https://w3id.org/pfocr-kg/family/{segment(match)}")
            graph.add((mention, OA.hasBody, family))
            graph.add((family, RDF.type, PFKG.GeneFamily))
            graph.add((family, RDFS.label, Literal(match)))
            for gene in genes:
                graph.add((family, PFKG.member, gene))
        elif len(genes) == 1:
            graph.add((mention, OA.hasBody, genes[0]))


def add_entities(graph: Graph, figure: URIRef, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add the chemical or disease mentions of a figure."""
    own, class_ = ("chebi", PFKG.ChemicalMention) if kind == "chemical" else ("doid", PFKG.DiseaseMention)
    for number, row in enumerate(rows, 1):
        mention = URIRef(f"{figure}#{kind}-{number}")
        graph.add((mention, RDF.type, class_))
        graph.add((mention, OA.motivatedBy, OA.identifying))
        graph.add((mention, OA.hasTarget, figure))
        graph.add((mention, PFKG.word, Literal(str(row["word"]))))
        for predicate, key in ((PFKG.matchedSymbol, "match"), (SCHEMA.name, "name")):
            if text := value(row, key):
                graph.add((mention, predicate, Literal(text)))
        source = str(row.get("source", "")).lower()
        mesh = value(row, "mesh") or (value(row, "identifier") if source in {"", "mesh"} else None)
        if mesh:
            graph.add((mention, OA.hasBody, MESH[mesh.partition(":")[2] or mesh]))
        if number_text := value(row, own):
            graph.add((mention, OA.hasBody, OBO[f"{own.upper()}_{number_text.partition(':')[2] or number_text}"]))


def add_links(graph: Graph, figure: URIRef, meta: Mapping[str, Any]) -> None:
    """Add what a figure's own fields say."""
    texts = (
        (DCTERMS.identifier, "figid"),
        (DCTERMS.title, "figtitle"),
        (DCTERMS.alternative, "figid_alias"),
        (PFKG.figureNumber, "number"),
        (PFKG.figureType, "figtype"),
    )
    for predicate, key in texts:
        if (text := value(meta, key)) and text != "Fig.":
            graph.add((figure, predicate, Literal(text)))
    score = value(meta, "pathway_score") or value(meta, "automl_pathway")
    if score:
        graph.add((figure, PFKG.pathwayScore, Literal(Decimal(score))))
    if page := value(meta, "figlink"):
        graph.add((figure, SCHEMA.url, URIRef("https://www.ncbi.nlm.nih.gov/" + address(page))))
    if filename := value(meta, "filename"):
        folder = f"https://www.ncbi.nlm.nih.gov/pmc/articles/{meta['pmcid']}/bin/"
        graph.add((figure, SCHEMA.image, URIRef(folder + segment(filename))))
    for old in values(meta.get("redirect_from"), "\n"):
        graph.add((figure, DCTERMS.replaces, URIRef("https://pfocr.wikipathways.org/" + address(old))))
    if ndex := value(meta, "ndex"):
        graph.add((figure, RDFS.seeAlso, URIRef(f"https://www.ndexbio.org/viewer/networks/{ndex}")))
    if wpid := value(meta, "wpid"):
        graph.add((figure, RDFS.seeAlso, URIRef(f"https://identifiers.org/wikipathways/{wpid}")))
    for annotation in meta.get("annotations") or []:
        text = ": ".join(str(annotation[key]) for key in ("type", "value") if annotation.get(key))
        graph.add((figure, PFKG.annotation, Literal(text)))


def add_figure(graph: Graph, meta: Mapping[str, Any], folder: Path) -> None:
    """Add one figure with its paper, its block, its genes and everything else.

    Parameters
    ----------
    graph
        Where to.
    meta
        The front matter, as python-frontmatter reads it.
    folder
        The `_data` folder.
    """
    figid = str(meta["figid"])
    figure = URIRef(f"https://pfocr.wikipathways.org/figures/{segment(figid)}.html")
    paper = URIRef(f"https://identifiers.org/pmc/{meta['pmcid']}")
    graph.add((figure, RDF.type, PFKG.PathwayFigure))
    graph.add((figure, SCHEMA.isPartOf, paper))
    add_paper(graph, paper, meta)
    add_links(graph, figure, meta)
    if block := meta.get("schema-jsonld"):
        graph.add((figure, RDF.type, SCHEMA[block["@type"]]))
        graph.add((figure, SCHEMA.name, Literal(block["name"])))
        graph.add((figure, SCHEMA.description, Literal(block["description"])))
        graph.add((figure, SCHEMA.license, CC0))
        graph.add((figure, SCHEMA.creator, WIKIPATHWAYS))
        graph.add((WIKIPATHWAYS, RDF.type, SCHEMA.Organization))
        graph.add((WIKIPATHWAYS, SCHEMA.name, Literal(block["creator"]["name"])))
        for keyword in block["keywords"]:
            graph.add((figure, SCHEMA.keywords, Literal(str(keyword))))
    rows = gene_rows(meta, folder)
    for row in data_rows(folder, figid, "genes"):
        TAXA[row["organism_name"]] = row["organism_id"]
    for name in [*values(meta.get("organisms"), ","), *values(meta.get("organisms_ner"), ",")]:
        graph.add((figure, PFKG.organismName, Literal(name)))
        if name in TAXA:
            graph.add((figure, PFKG.organism, OBO[f"NCBITaxon_{TAXA[name]}"]))
    add_genes(graph, figure, rows, hgnc="genes" in meta)
    for kind in ("chemical", "disease"):
        entities = meta.get(f"{kind}s") or data_rows(folder, figid, f"{kind}s")
        add_entities(graph, figure, kind, entities)


def read_graph(corpus: Path) -> Graph:
    """Return the graph of all figures in a folder."""
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    for path in sorted(corpus.rglob("*.md")):
        add_figure(graph, frontmatter.load(str(path)).metadata, path.parent.parent / "_data")
    for name, taxon in TAXA.items():
        organism = OBO[f"NCBITaxon_{taxon}"]
        graph.add((organism, RDF.type, BIOLINK.OrganismTaxon))
        graph.add((organism, RDFS.label, Literal(name)))
        graph.add((organism, SCHEMA.identifier, Literal(f"NCBITaxon:{taxon}")))
    return graph


class BoundPrefixes(NamespaceManager):
    """Looks only among the prefixes that are bound, which makes `serialize("turtle")` three times faster.

    rdflib remembers the namespace of every IRI that it meets, and looks for the longest among all of them; mentions,
    which are fragments, give each figure one. What is written is the same graph.
    """

    def compute_qname(self, uri: str, generate: bool = True) -> tuple[str, URIRef, str]:  # noqa: FBT001, FBT002
        """Return prefix, namespace and name of an IRI.

        Raises
        ------
        KeyError
            If no prefix is bound for it, and none is to be made.
        """
        if not generate and self.store.prefix(URIRef(split_uri(uri)[0])) is None:
            raise KeyError(uri)
        return super().compute_qname(uri, generate)


def main(corpus: str, output: str, option: str = "") -> None:
    """Read a corpus and write it as Turtle, or as N-Triples where the output ends in `.nt`."""
    format_ = "nt" if output.endswith(".nt") else "turtle"
    graph = read_graph(Path(corpus))
    if option == "--tuned":
        graph.namespace_manager = BoundPrefixes(graph)
    graph.serialize(output, format=format_, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
