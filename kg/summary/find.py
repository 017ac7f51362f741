"""One figure, gene or paper of a build, found by any of its names."""

from __future__ import annotations

import difflib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from kg import vocab
from kg.errors import NotFoundError, Problem, Severity
from kg.genes import GeneNames, KnownGene
from kg.summary.records import (
    CandidateSummary,
    FigureView,
    GeneChoice,
    GeneCount,
    GeneFigure,
    GeneView,
    HgncSummary,
    MentionSummary,
    PaperFigure,
    PaperSummary,
    PaperView,
    TermSummary,
    View,
)
from kg.summary.verdicts import read_verdicts
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from kg.folder import Folder
    from kg.genes import NotAGene

__all__ = ["close_ids", "show"]


def show(folder: Folder, name: str) -> View:
    """Return a figure, a gene or a paper of a build.

    Parameters
    ----------
    folder
        The build.
    name
        A figure's id, alias, IRI or page at NCBI; a paper's PMCID or IRI; a gene's NCBI Gene id (``6774``,
        ``ncbigene:6774``), IRI, symbol or alias, as `kg.genes.GeneNames` finds it.

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
    found = _find_figure(folder, name) or _find_paper(folder, name)
    if found is not None:
        return found
    gene = GeneNames(folder).find(name)
    if isinstance(gene, KnownGene):
        return _gene_view(folder, gene.ncbigene)
    if gene.why == "several":
        choices = (GeneCount(each.symbol, each.ncbigene, each.organism, each.n_figures) for each in gene.genes)
        return GeneChoice(name, tuple(choices))
    raise NotFoundError(_not_found(folder, gene))


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
        "paper": vocab.article_url(pmcid),
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
        mentions=_mentions(folder, figid),
        chemicals=_terms(folder.scan("chemicals").filter(own).sort("chemical"), "chebi"),
        diseases=_terms(folder.scan("diseases").filter(own).sort("disease"), "doid"),
        problems=_figure_problems(folder, figid),
    )


def _mentions(folder: Folder, figid: str) -> tuple[MentionSummary, ...]:
    import polars as pl

    own = pl.col("figid") == figid
    verdicts = read_verdicts(folder, figid)
    candidates: dict[int, dict[str, CandidateSummary]] = {}
    columns = ("mention", "ncbigene", "symbol", "organism")
    rows = folder.scan("candidates").filter(own).sort("position", nulls_last=True).select(columns).collect()
    for number, ncbigene, symbol, organism in rows.iter_rows():
        candidate = CandidateSummary(symbol, ncbigene, organism, verdicts.get((number, ncbigene)))
        candidates.setdefault(number, {}).setdefault(ncbigene, candidate)
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
    links = {"paper": vocab.article_url(pmcid)} | ({"doi": vocab.doi_iri(row["doi"])} if row["doi"] else {})
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


def _gene_view(folder: Folder, ncbigene: str) -> GeneView:
    import polars as pl

    (row,) = folder.scan("genes").filter(pl.col("ncbigene") == ncbigene).collect().rows(named=True)
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
        hgnc=_hgnc_summary(row),
        figures=_gene_figures(folder, ncbigene),
    )


def _hgnc_summary(row: Mapping[str, Any]) -> HgncSummary | None:
    """Return what a row of genes has of HGNC."""
    if row["hgnc_id"] is None:
        return None
    values: dict[str, Any] = {**row, "symbol": row["hgnc_symbol"]}
    for name, value in values.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return HgncSummary(**{field.name: values[field.name] for field in fields(HgncSummary)})


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


def _not_found(folder: Folder, gene: NotAGene) -> str:
    if gene.why != "unknown":
        return str(gene)
    close = close_ids(folder, gene.name) or gene.close
    way_out = (
        f"did you mean {' or '.join(map(visible, close))}?" if close else "`kg stats` names the most frequent genes"
    )
    return f"{visible(shorten(gene.name, 100))}: no figure, gene or paper of that name in {folder.path}; {way_out}"


def close_ids(folder: Folder, name: str) -> list[str]:
    """Return up to three ids of figures or papers like `name`, where it looks like one."""
    import polars as pl

    if not name.upper().startswith("PMC"):
        return []
    # Ids are compared only where their beginnings agree: there are many, and their ends are what is mistyped.
    start = name.upper()[:6]
    kind = ("figures", "figid") if "_" in name else ("papers", "pmcid")
    column = pl.col(kind[1])
    known = folder.scan(kind[0]).filter(column.str.starts_with(start)).select(column.sort()).collect()
    return difflib.get_close_matches(name, known.to_series().to_list(), cutoff=0.8)
