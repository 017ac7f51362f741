"""What each local example query should answer, computed from a build's tables by polars, without any RDF."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from kg import vocab
from kg.vocab import BASE, PREFIXES, TAXA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kg.folder import Folder

__all__ = ["TWINS", "Row", "Tables"]

Row = tuple[str, ...]
"""The texts of a row's terms; empty where a variable has no value."""

STRICT = ("hgnc_symbol", "ncbigene_symbol")
SYNONYMS = ("hgnc_alias_symbol", "hgnc_prev_symbol", "ncbigene_synonym")
FAMILIES = ("bioentities_symbol", "famplex_relations")
TIERS = dict.fromkeys(STRICT, "strict") | dict.fromkeys(SYNONYMS, "synonyms") | dict.fromkeys(FAMILIES, "all")

figid, gene, symbol, word, lexicon, paper = map(pl.col, ("figid", "ncbigene", "symbol", "word", "lexicon", "pmcid"))
year = pl.col("year")


class Tables:
    """The tables of a build, joined as the examples need them."""

    def __init__(self, folder: Folder) -> None:
        self.table, self.has = folder.table, folder.has
        self.genes = folder.table("genes").select(
            "ncbigene", "symbol", pl.col("iri").alias("gene_iri"), "is_hgnc", "taxon", "organism"
        )
        self.papers = folder.table("papers").with_columns(pl.col("year").cast(pl.String).str.zfill(4))
        self.families = folder.table("families")
        self.mentions = folder.table("mentions")
        self.figures = folder.table("figures").join(
            self.papers.select("pmcid", "year", pl.col("title").alias("paper_title")), on="pmcid"
        )

    @cached_property
    def candidates(self) -> pl.DataFrame:
        """One row a gene of a mention, with the mention's columns, the gene's symbol and IRI."""
        pairs = self.table("candidates").select("figid", "mention", "ncbigene").unique()
        return pairs.join(self.mentions, on=["figid", "mention"]).join(self.genes, on="ncbigene")

    @cached_property
    def drawn(self) -> pl.DataFrame:
        """One row a gene of a figure, with the figure's paper and year."""
        pairs = self.candidates.select("figid", "ncbigene", "symbol", "gene_iri").unique()
        return pairs.join(self.figures.select("figid", "pmcid", "year"), on="figid")

    @cached_property
    def members(self) -> pl.DataFrame:
        """One row a gene of a family."""
        rows = self.families.select(pl.col("symbol").alias("family"), pl.col("members").alias("ncbigene"))
        return rows.explode("ncbigene").drop_nulls().join(self.genes, on="ncbigene")

    @cached_property
    def grades(self) -> pl.DataFrame:
        """One row a graded gene of a mention, with what `candidates` has; none where the build has no grades."""
        if not self.has("grades"):
            nothing = pl.lit(None, pl.Float64).alias("score"), pl.lit(None, pl.String).alias("grade")
            return self.candidates.clear().with_columns(*nothing, pl.lit(None, pl.List(pl.String)).alias("reasons"))
        return self.table("grades").join(self.candidates, on=["figid", "mention", "ncbigene"])

    def concepts(self, table: str) -> pl.DataFrame:
        """One row a concept of a chemical or disease; one row with none where it has no id."""
        mint: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("mesh", vocab.mesh_iri),
            ("chebi", vocab.chebi_iri) if table == "chemicals" else ("doid", vocab.doid_iri),
        )
        rows: list[tuple[str, str, str | None]] = []
        for row in self.table(table).iter_rows(named=True):
            found: list[str | None] = [iri(row[key]) for key, iri in mint if row[key]]
            rows += [(row["figid"], row["word"], concept) for concept in found or [None] if row["word"]]
        schema = {"figid": pl.String, "word": pl.String, "concept": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")


def _rows(frame: pl.DataFrame, *columns: str) -> list[Row]:
    return [tuple(map(_text, row)) for row in frame.select(columns).iter_rows()]


def _text(value: object) -> str:
    """Return a value as SPARQL has it: a whole number among decimals without a point."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _term(name: str) -> pl.Expr:
    return (PREFIXES["pfkg"] + pl.col(name)).alias(name)


def _both(tables: Tables, values: Mapping[str, str]) -> pl.DataFrame:
    first = tables.drawn.filter(symbol == values["gene"]).select("figid")
    second = tables.drawn.filter(symbol == values["other"]).select("figid")
    return first.join(second, on="figid").join(tables.figures, on="figid")


def _two_genes(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    return _rows(_both(tables, values), "figid", "year", "title", "page_url")


def _papers_of_two_genes(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    counted = _both(tables, values).group_by("pmcid", "year", "paper_title").len()
    return _rows(counted, "pmcid", "year", "paper_title", "len")


def _drawn_with_gene(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.drawn.filter(symbol == values["gene"]).select("figid", own="ncbigene")
    beside = tables.drawn.join(own, on="figid").filter(gene != pl.col("own"))
    counted = beside.group_by("symbol", "gene_iri").agg(figid.n_unique(), paper.n_unique())
    return _rows(counted, "symbol", "gene_iri", "figid", "pmcid")


def _gene_by_year(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.drawn.filter(symbol == values["gene"], year.is_not_null())
    return _rows(own.group_by("year").agg(figid.n_unique(), paper.n_unique()), "year", "figid", "pmcid")


def _new_genes(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    dated = tables.drawn.filter(year.is_not_null())
    counted = dated.group_by("symbol", "gene_iri").agg(year.min(), figid.n_unique())
    return _rows(counted.filter(year >= values["since"]), "symbol", "gene_iri", "year", "figid")


def _gene_words(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.candidates.filter(symbol == values["gene"]).with_columns(_known("lexicon"))
    return _rows(own, "figid", "word", "lexicon")


def _known(name: str) -> pl.Expr:
    """Return the IRIs of lexicons; one that is not known has the concept of those."""
    known = pl.col(name).is_in(list(TIERS))
    return pl.when(known).then(_term(name)).otherwise(pl.lit(vocab.UNKNOWN_LEXICON)).alias(name)


def _words_of_several_genes(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    single = tables.candidates.filter(lexicon.is_in([*STRICT, *SYNONYMS]))
    counted = single.group_by("figid", "word").agg(gene.n_unique(), first=symbol.min(), last=symbol.max())
    return _rows(counted.filter(gene > 1), "figid", "word", "ncbigene", "first", "last")


def _words_of_several_matches(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    counted = tables.mentions.group_by("figid", "word").agg(pl.col("matched_symbol").sort().str.join(" "), pl.len())
    return _rows(counted.filter(pl.col("len") > 1), "figid", "word", "matched_symbol")


def _mentions_by_tier(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    known = tables.mentions.filter(lexicon.is_in(list(TIERS)))
    counted = known.group_by("lexicon").agg(pl.len(), figid.n_unique())
    counted = counted.with_columns(tier=lexicon.replace_strict(TIERS, return_dtype=pl.String))
    return _rows(counted.with_columns(_term("lexicon"), _term("tier")), "tier", "lexicon", "len", "figid")


def _look_alike_letters(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    rows = _rows(tables.mentions, "word", "matched_symbol", "figid")
    return [row for row in rows if any("\u0370" <= letter <= "\u04ff" for letter in row[0])]


def _figures(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    return _rows(tables.figures, "figid", "number", "pmcid", "year")


def _figures_of_paper(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    return _rows(tables.figures.filter(paper == values["paper"]), "figid", "number", "title", "page_url", "n_genes")


def _figure_links(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    figure = tables.figures.filter(figid == values["figure"]).to_dicts()
    found: list[tuple[str, str | None]] = []
    for row in figure:
        article = tables.papers.row(by_predicate=paper == row["pmcid"], named=True)
        found += [
            ("schema:image", row["image_url"]),
            ("schema:url", row["page_url"]),
            ("schema:isPartOf", article["iri"]),
            ("schema:sameAs", article["doi"] and vocab.doi_iri(article["doi"])),
            ("rdfs:seeAlso", row["ndex"] and vocab.ndex_iri(row["ndex"])),
            ("rdfs:seeAlso", row["wpid"] and vocab.pathway_iri(row["wpid"])),
            *(("dcterms:replaces", vocab.site_iri(address)) for address in row["redirect_from"]),
        ]
    return [(vocab.expand(link), target) for link, target in dict.fromkeys(found) if target]


def _figures_of_species(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    named = tables.figures.filter(pl.col("organisms").list.contains(values["species"]))
    return _rows(named, "figid", "year", "title")


def _species_names(tables: Tables) -> dict[str, str | None]:
    """Return the names of species by their ids: a figure's before a gene's."""
    named = set(tables.figures.get_column("organisms").explode().drop_nulls())
    names: dict[str, str | None] = {taxon: name for name, taxon in TAXA.items() if name in named}
    is_taxon = pl.col("taxon").str.contains(r"^[1-9][0-9]{0,9}$")
    for taxon, name in tables.genes.filter(is_taxon).select("taxon", "organism").iter_rows():
        names.setdefault(taxon, name)
    return names


def _genes_by_species(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    names = _species_names(tables)
    drawn = tables.drawn.join(tables.genes.select("ncbigene", "taxon"), on="ncbigene")
    counted = drawn.filter(pl.col("taxon").is_in(list(names))).group_by("taxon").agg(gene.n_unique(), figid.n_unique())
    return [
        (f"NCBITaxon:{row[0]}", names[row[0]] or "", row[1], row[2])
        for row in _rows(counted, "taxon", "ncbigene", "figid")
    ]


def _terms_with_gene(table: str) -> Callable[[Tables, Mapping[str, str]], list[Row]]:
    def twin(tables: Tables, values: Mapping[str, str]) -> list[Row]:
        own = tables.drawn.filter(symbol == values["gene"]).select("figid")
        counted = tables.concepts(table).join(own, on="figid").group_by("word", "concept").agg(figid.n_unique())
        return _rows(counted, "word", "concept", "figid")

    return twin


def _chemicals_and_genes(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    chemicals = tables.concepts("chemicals").drop_nulls().select("figid", "concept").unique()
    counted = chemicals.join(tables.drawn, on="figid").group_by("symbol", "gene_iri", "concept").agg(figid.n_unique())
    return _rows(counted.filter(figid >= int(values["least"])), "symbol", "gene_iri", "concept", "figid")


def _block_disagrees(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    symbols: dict[str, list[str]] = dict(tables.drawn.group_by("figid").agg("symbol").iter_rows())
    terms = pl.concat([tables.table(name).select("figid", "word") for name in ("chemicals", "diseases")])
    words: dict[str, list[str]] = dict(terms.drop_nulls().group_by("figid").agg("word").iter_rows())
    named = tables.table("candidates").group_by("figid").agg(symbol.unique())
    made: dict[str, list[str]] = dict(named.iter_rows())
    found: list[Row] = []
    for figure, block in tables.figures.select("figid", "block").iter_rows():
        shown, others = symbols.get(figure, []), words.get(figure, [])
        keywords = json.loads(block).get("keywords") if block else [*made.get(figure, []), *others]
        listed = {text for text in (keywords if isinstance(keywords, list) else [keywords]) if text}
        found += [(figure, "genes", text) for text in shown if text not in listed]
        found += [(figure, "block", text) for text in listed if text not in shown and text not in others]
    return found


def _families(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    counted = tables.members.group_by("family").agg(pl.len(), symbol.sort().str.join(" "))
    return _rows(counted, "family", "len", "symbol")


def _family_words(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.mentions.filter(pl.col("family") == values["family"])
    return _rows(own.group_by("word").agg(figid.n_unique()), "word", "figid")


def _families_that_share_genes(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.members.filter(pl.col("family") == values["family"])
    others = tables.members.filter(pl.col("family") != values["family"]).select("ncbigene", other="family")
    return _rows(own.join(others, on="ncbigene"), "symbol", "gene_iri", "other")


def _genes_of_family_by_own_name(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.members.filter(pl.col("family") == values["family"])
    single = tables.candidates.filter(~lexicon.is_in(FAMILIES)).group_by("ncbigene").agg(figid.n_unique())
    counted = own.join(single, on="ncbigene", how="left").with_columns(figid.fill_null(0))
    return _rows(counted, "symbol", "gene_iri", "figid")


def _never_official(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    official = tables.candidates.filter(lexicon.is_in(STRICT)).select("ncbigene")
    counted = (
        tables.drawn.join(official, on="ncbigene", how="anti").group_by("symbol", "gene_iri").agg(figid.n_unique())
    )
    return _rows(counted, "symbol", "gene_iri", "figid")


def _synonyms_only(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    surer = tables.candidates.filter(~lexicon.is_in(SYNONYMS)).select("ncbigene")
    rest = tables.candidates.join(surer, on="ncbigene", how="anti").with_columns(_term("lexicon"))
    counted = rest.group_by("symbol", "gene_iri", "word", "lexicon").len()
    return _rows(counted, "symbol", "gene_iri", "word", "lexicon", "len")


def _official(tables: Tables) -> pl.DataFrame:
    """One row a gene of a figure that a word names by its official symbol."""
    strict = tables.candidates.filter(lexicon.is_in(STRICT))
    return (
        strict.select("figid", "ncbigene", "symbol", "gene_iri")
        .unique()
        .join(tables.figures.select("figid", "pmcid"), on="figid")
    )


def _official_symbols(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    counted = _official(tables).group_by("symbol", "gene_iri").agg(paper.n_unique())
    return _rows(counted.filter(paper >= int(values["least"])), "symbol", "gene_iri", "pmcid")


def _official_partners(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    official = _official(tables)
    own = official.filter(symbol == values["gene"]).select("figid", own="ncbigene")
    beside = official.join(own, on="figid").filter(gene != pl.col("own"))
    return _rows(beside.group_by("symbol", "gene_iri").agg(figid.n_unique()), "symbol", "gene_iri", "figid")


def _is_drawn(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    return [("true" if _official(tables).filter(symbol == values["gene"]).height else "false",)]


def _coverage(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    counts = {
        "figures": tables.figures.height,
        "figures with a gene": tables.drawn.get_column("figid").n_unique(),
        "papers": tables.papers.height,
        "papers with a year": tables.papers.filter(year.is_not_null()).height,
        "gene mentions": tables.mentions.height,
        "genes": tables.genes.height,
        "HGNC genes": tables.genes.filter("is_hgnc").height,
        "families": tables.families.height,
        "chemical mentions": tables.table("chemicals").height,
        "disease mentions": tables.table("diseases").height,
        "species": len(_species_names(tables)),
    }
    return [(what, str(n)) for what, n in counts.items()]


def _coverage_by_year(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    figures = tables.figures.filter(year.is_not_null()).group_by("year").agg(paper.n_unique(), figid.n_unique())
    genes = tables.drawn.group_by("year").agg(gene.n_unique())
    joined = figures.join(genes, on="year", how="left").with_columns(gene.fill_null(0))
    return _rows(joined, "year", "pmcid", "figid", "ncbigene")


def _most_figured_papers(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    figures = tables.figures.group_by("pmcid", "paper_title").agg(figid.n_unique())
    genes = tables.drawn.group_by("pmcid").agg(gene.n_unique())
    joined = figures.join(genes, on="pmcid", how="left").with_columns(gene.fill_null(0))
    return _rows(joined.filter(figid >= int(values["least"])), "pmcid", "paper_title", "figid", "ncbigene")


def _journals(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    named = tables.figures.join(tables.papers.select("pmcid", "journal"), on="pmcid").filter(
        pl.col("journal").is_not_null()
    )
    return _rows(named.group_by("journal").agg(figid.n_unique(), paper.n_unique()), "journal", "figid", "pmcid")


def _graphs_of_gene(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.drawn.filter(symbol == values["gene"])
    graphs = [f"{vocab.figure_iri(name)}#graph" for name in own.get_column("figid").unique()]
    if own.height:
        graphs.append(f"{BASE}/graph/genes")
    if tables.members.filter(symbol == values["gene"]).height:
        graphs.append(f"{BASE}/graph/families")
    return [(graph,) for graph in graphs]


def _genes_of_paper(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = _official(tables).filter(paper == values["paper"]).select("gene_iri").unique()
    article = tables.papers.filter(paper == values["paper"]).get_column("iri")
    return [(iri, vocab.expand("schema:mentions"), other) for iri in article for (other,) in own.iter_rows()]


def _doubtful_mentions(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.grades.filter(symbol == values["gene"], pl.col("grade").is_in(["doubtful", "conflicting"]))
    signal = pl.col("reasons").str.extract("^([a-z_]+): ")
    named = own.explode("reasons").with_columns(_term("grade"), reasons=pl.lit(PREFIXES["pfkg"]) + signal)
    return _rows(named, "figid", "word", "matched_symbol", "grade", "score", "reasons")


def _believable_genes(tables: Tables, values: Mapping[str, str]) -> list[Row]:
    own = tables.grades.filter(figid == values["figure"], pl.col("grade").is_in(["supported", "plausible"]))
    return _rows(own.group_by("symbol", "gene_iri").agg(pl.col("score").max()), "symbol", "gene_iri", "score")


def _decisions(tables: Tables, _: Mapping[str, str]) -> list[Row]:
    if not tables.has("curations"):
        return []
    decided = tables.table("curations")
    # Of several that mean one gene, the earliest added it; then curators and ids decide.
    those = decided.filter(pl.col("other_gene").is_not_null())
    in_order = those.sort("figid", "mention", "date", "curator", pl.col("ncbigene").cast(pl.Int64))
    others = in_order.with_columns(ncbigene="other_gene")
    key = ["figid", "mention", "ncbigene"]
    rows = pl.concat([decided, others]).unique(key, keep="first", maintain_order=True).join(tables.grades, on=key)
    named = rows.with_columns(_term("grade"), name=pl.col("curator").map_elements(vocab.curator_name, pl.String))
    return _rows(named, "figid", "word", "symbol", "grade", "name", "date", "note")


TWINS: Mapping[str, Callable[[Tables, Mapping[str, str]], list[Row]]] = {
    "believable-genes": _believable_genes,
    "block-disagrees": _block_disagrees,
    "chemicals-and-genes": _chemicals_and_genes,
    "chemicals-with-gene": _terms_with_gene("chemicals"),
    "coverage": _coverage,
    "coverage-by-year": _coverage_by_year,
    "decisions": _decisions,
    "diseases-with-gene": _terms_with_gene("diseases"),
    "doubtful-mentions": _doubtful_mentions,
    "drawn-with-gene": _drawn_with_gene,
    "families": _families,
    "families-that-share-genes": _families_that_share_genes,
    "family-words": _family_words,
    "figure-links": _figure_links,
    "figures": _figures,
    "figures-of-paper": _figures_of_paper,
    "figures-of-species": _figures_of_species,
    "gene-by-year": _gene_by_year,
    "gene-words": _gene_words,
    "genes-by-species": _genes_by_species,
    "genes-of-family-by-own-name": _genes_of_family_by_own_name,
    "genes-of-paper": _genes_of_paper,
    "graphs-of-gene": _graphs_of_gene,
    "is-drawn": _is_drawn,
    "journals": _journals,
    "look-alike-letters": _look_alike_letters,
    "mentions-by-tier": _mentions_by_tier,
    "most-figured-papers": _most_figured_papers,
    "never-official": _never_official,
    "new-genes": _new_genes,
    "official-partners": _official_partners,
    "official-symbols": _official_symbols,
    "papers-of-two-genes": _papers_of_two_genes,
    "synonyms-only": _synonyms_only,
    "two-genes": _two_genes,
    "words-of-several-genes": _words_of_several_genes,
    "words-of-several-matches": _words_of_several_matches,
}
"""The twin of each local example: tables and the values of all its parameters in, rows in any order out."""
