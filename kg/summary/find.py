"""One figure, gene or paper of a build, found by any of its names."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from kg import vocab
from kg.errors import NotFoundError, Problem, Severity
from kg.summary.records import (
    FigureView,
    GeneChoice,
    GeneCount,
    GeneFigure,
    GeneSummary,
    GeneView,
    MentionSummary,
    PaperFigure,
    PaperSummary,
    PaperView,
    TermSummary,
    View,
)
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    import polars as pl

    from kg.folder import Folder

__all__ = ["show"]

_GENE_ID = re.compile(r"(?:ncbigene:|https?://identifiers\.org/ncbigene[/:])?0*([1-9][0-9]*)", re.IGNORECASE | re.ASCII)


def show(folder: Folder, name: str) -> View:
    """Return a figure, a gene or a paper of a build.

    Parameters
    ----------
    folder
        The build.
    name
        A figure's id, alias, IRI or page at NCBI; a paper's PMCID or IRI; a gene's NCBI Gene id (``6774``,
        ``ncbigene:6774``), IRI or symbol. A symbol is looked for as it is spelled, then in any case.

    Returns
    -------
    FigureView, PaperView, GeneView or GeneChoice
        `GeneChoice` where several genes have the symbol, in one organism or in several.

    Raises
    ------
    NotFoundError
        If nothing has that name; it suggests names that are close.

    Examples
    --------
    >>> import kg
    >>> seeds = kg.build("seeds/")
    >>> gene = show(seeds, "stat3")
    >>> gene.symbol, gene.ncbigene, gene.figures[0].words
    ('STAT3', '6774', ('STAT3',))
    >>> show(seeds, "PMC6305783").citation
    'Kei Ishibashi, et al. Fukushima J Med Sci. 2018;64(3):103-110.'
    """
    name = name.strip()
    found = _find_figure(folder, name) or _find_paper(folder, name) or _find_gene(folder, name)
    if found is None:
        raise NotFoundError(_not_found(folder, name))
    return found


def _first(frame: pl.LazyFrame) -> dict[str, Any] | None:
    rows = frame.head(1).collect().rows(named=True)
    return rows[0] if rows else None


def _find_figure(folder: Folder, name: str) -> FigureView | None:
    import polars as pl

    figures = folder.scan("figures")
    page = name.replace("http://", "https://", 1).rstrip("/")
    for condition in (
        pl.col("figid") == name,
        pl.col("iri").is_in([name, page, f"{page}.html"]),
        pl.col("page_url").str.strip_suffix("/") == page,
        pl.col("alias") == name,
    ):
        row = _first(figures.filter(condition).sort("figid"))
        if row is not None:
            return _figure_view(folder, row)
    return None


def _figure_view(folder: Folder, row: dict[str, Any]) -> FigureView:
    import polars as pl

    figid, pmcid = row["figid"], row["pmcid"]
    own = pl.col("figid") == figid
    paper = _first(folder.scan("papers").filter(pl.col("pmcid") == pmcid)) or {}
    addresses = {
        "page": row["page_url"],
        "image": row["image_url"],
        "pfocr": row["iri"],
        "paper": _article_url(pmcid),
        "doi": paper.get("doi") and vocab.doi_iri(paper["doi"]),
        "ndex": row["ndex"] and vocab.ndex_iri(row["ndex"]),
        "wikipathways": row["wpid"] and vocab.pathway_iri(row["wpid"]),
    }
    return FigureView(
        figid=figid,
        iri=row["iri"],
        title=row["title"],
        number=row["number"],
        caption=row["caption"],
        paper=PaperSummary(pmcid, paper.get("title"), paper.get("citation"), paper.get("year")),
        organisms=tuple(row["organisms"]),
        n_genes=row["n_genes"],
        links={key: address for key, address in addresses.items() if address},
        mentions=_mentions(folder, own),
        chemicals=_terms(folder.scan("chemicals").filter(own).sort("chemical"), "chebi"),
        diseases=_terms(folder.scan("diseases").filter(own).sort("disease"), "doid"),
        problems=_figure_problems(folder, figid),
    )


def _article_url(pmcid: str) -> str:
    return vocab.web_iri(f"https://www.ncbi.nlm.nih.gov/pmc/articles/{pmcid}/")


def _mentions(folder: Folder, own: pl.Expr) -> tuple[MentionSummary, ...]:
    candidates: dict[int, dict[str, GeneSummary]] = {}
    columns = ("mention", "ncbigene", "symbol", "organism")
    rows = folder.scan("candidates").filter(own).sort("position").select(columns).collect()
    for number, ncbigene, symbol, organism in rows.iter_rows():
        candidates.setdefault(number, {}).setdefault(ncbigene, GeneSummary(symbol, ncbigene, organism))
    mentions = folder.scan("mentions").filter(own).sort("mention").collect()
    return tuple(
        MentionSummary(
            row["mention"],
            row["word"],
            row["matched_symbol"],
            row["lexicon"],
            row["tier"],
            row["family"],
            row["occurrences"],
            tuple(candidates.get(row["mention"], {}).values()),
        )
        for row in mentions.iter_rows(named=True)
    )


def _terms(frame: pl.LazyFrame, ontology: str) -> tuple[TermSummary, ...]:
    return tuple(
        TermSummary(
            row["word"],
            row["name"],
            tuple(f"{prefix}:{row[prefix]}" for prefix in ("mesh", ontology) if row[prefix]),
        )
        for row in frame.collect().iter_rows(named=True)
    )


def _figure_problems(folder: Folder, figid: str) -> tuple[Problem, ...]:
    import polars as pl

    source = folder.scan("documents").filter(pl.col("figid") == figid).select("file").collect().item()
    # Tables are named as the document is, which usually is the figure's id.
    stems = {figid, source.rpartition("/")[2].rpartition(".")[0]}
    companions = [f"{stem}-{table}.tsv" for stem in sorted(stems) for table in ("genes", "chemicals", "diseases")]
    own = (pl.col("file") == source) | pl.col("file").str.split("/").list.last().is_in(companions)
    rows = folder.scan("problems").filter(own).collect()
    return tuple(Problem(**{**row, "severity": Severity(row["severity"])}) for row in rows.iter_rows(named=True))


def _find_paper(folder: Folder, name: str) -> PaperView | None:
    import polars as pl

    iri = name.replace("http://", "https://", 1)
    row = _first(folder.scan("papers").filter((pl.col("pmcid") == name.upper()) | (pl.col("iri") == iri)))
    if row is None:
        return None
    pmcid = row["pmcid"]
    links = {"paper": _article_url(pmcid)} | ({"doi": vocab.doi_iri(row["doi"])} if row["doi"] else {})
    columns = ("figid", "number", "title", "n_mentions", "n_genes")
    figures = folder.scan("figures").filter(pl.col("pmcid") == pmcid).sort("figid").select(columns).collect()
    return PaperView(
        pmcid=pmcid,
        iri=row["iri"],
        title=row["title"],
        citation=row["citation"],
        year=row["year"],
        doi=row["doi"],
        journal=row["journal"],
        publisher=row["publisher"],
        keywords=tuple(row["keywords"]),
        links=links,
        figures=tuple(PaperFigure(*figure) for figure in figures.iter_rows()),
    )


def _find_gene(folder: Folder, name: str) -> GeneView | GeneChoice | None:
    import polars as pl

    genes = folder.scan("genes")
    number = _GENE_ID.fullmatch(name)
    if number is not None:
        row = _first(genes.filter(pl.col("ncbigene") == number[1]))
        return None if row is None else _gene_view(folder, row)
    for condition in (pl.col("symbol") == name, pl.col("symbol").str.to_lowercase() == name.lower()):
        rows = genes.filter(condition).collect().rows(named=True)
        if len(rows) == 1:
            return _gene_view(folder, rows[0])
        if rows:
            rows.sort(key=lambda row: (row["organism"] or "", int(row["ncbigene"])))
            choices = (GeneCount(row["symbol"], row["ncbigene"], row["organism"], row["n_figures"]) for row in rows)
            return GeneChoice(name, tuple(choices))
    return None


def _gene_view(folder: Folder, row: dict[str, Any]) -> GeneView:
    ncbigene = row["ncbigene"]
    links = {"ncbi": f"https://www.ncbi.nlm.nih.gov/gene/{ncbigene}", "identifiers": row["iri"]}
    if row["is_hgnc"]:
        links["hgnc"] = vocab.hgnc_symbol_iri(row["symbol"])
    return GeneView(
        symbol=row["symbol"],
        ncbigene=ncbigene,
        iri=row["iri"],
        is_hgnc=row["is_hgnc"],
        organism=row["organism"],
        taxon=row["taxon"],
        n_figures=row["n_figures"],
        n_mentions=row["n_mentions"],
        links=links,
        figures=_gene_figures(folder, ncbigene),
    )


def _gene_figures(folder: Folder, ncbigene: str) -> tuple[GeneFigure, ...]:
    import polars as pl

    own = folder.scan("candidates").filter(pl.col("ncbigene") == ncbigene).select("figid", "mention").unique()
    frame = (
        own.join(folder.scan("mentions").select("figid", "mention", "word"), on=["figid", "mention"])
        .sort("mention")
        .group_by("figid")
        .agg(pl.col("word").unique(maintain_order=True).alias("words"))
        .join(folder.scan("figures").select("figid", "title", "pmcid"), on="figid")
        .join(folder.scan("papers").select("pmcid", "year"), on="pmcid", how="left")
        .sort("year", "figid", descending=[True, False], nulls_last=True)
        .select("figid", "title", "pmcid", "year", "words")
        .collect()
    )
    return tuple(GeneFigure(**{**row, "words": tuple(row["words"])}) for row in frame.iter_rows(named=True))


def _not_found(folder: Folder, name: str) -> str:
    import polars as pl

    said = visible(shorten(name, 100))
    family = _first(folder.scan("families").filter(pl.col("symbol").str.to_lowercase() == name.lower()))
    if family is not None:
        symbols = folder.scan("genes").filter(pl.col("ncbigene").is_in(family["members"])).select("symbol").collect()
        members = shorten(", ".join(sorted(symbols.to_series())))
        return f"{said}: no gene, but a family or complex in {folder.path}; show one of its members: {members}"
    meant = _meant_by_word(folder, name)
    if meant:
        return f"{said}: no gene of that name, but a word of figures in {folder.path}; it may mean {', '.join(meant)}"
    close = _close_names(folder, name)
    way_out = (
        f"did you mean {' or '.join(map(visible, close))}?" if close else "`kg stats` names the most frequent genes"
    )
    return f"{said}: no figure, gene or paper of that name in {folder.path}; {way_out}"


def _meant_by_word(folder: Folder, name: str) -> list[str]:
    """Return the genes that a word or its lexicon entry, in any case, was matched to most often, with their counts."""
    import polars as pl

    same = [pl.col(column).str.to_lowercase() == name.lower() for column in ("word", "matched_symbol")]
    mentions = folder.scan("mentions").filter(same[0] | same[1]).select("figid", "mention")
    candidates = folder.scan("candidates").select("figid", "mention", "symbol").unique()
    counts = (
        mentions.join(candidates, on=["figid", "mention"])
        .group_by("symbol")
        .agg(pl.len().alias("n"))
        .sort("n", "symbol", descending=[True, False])
        .collect()
    )
    return [f"{visible(symbol)} ({n} {'mention' if n == 1 else 'mentions'})" for symbol, n in counts.head(5).rows()]


def _close_names(folder: Folder, name: str) -> list[str]:
    """Return up to three names like `name`: ids of figures and papers for what looks like one, else gene symbols."""
    import polars as pl

    if name.upper().startswith("PMC"):
        # Ids are compared only where their beginnings agree: there are many, and their ends are what is mistyped.
        start = name.upper()[:6]
        kind = ("figures", "figid") if "_" in name else ("papers", "pmcid")
        column = pl.col(kind[1])
        known = folder.scan(kind[0]).filter(column.str.starts_with(start)).select(column.sort()).collect()
        return difflib.get_close_matches(name, known.to_series().to_list(), cutoff=0.8)
    symbols = folder.scan("genes").select(pl.col("symbol").unique().sort()).collect().to_series()
    spelled: dict[str, str] = {}
    for symbol in symbols:
        spelled.setdefault(symbol.upper(), symbol)
    return [spelled[close] for close in difflib.get_close_matches(name.upper(), list(spelled))]
