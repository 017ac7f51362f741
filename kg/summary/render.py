"""A build's numbers and views as plain text, for a terminal of 80 columns or more."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from kg.answers import counted, hang, indent, one_line, short, wrap, wrap_text
from kg.summary.records import FigureView, GeneChoice, GeneView, PaperView
from kg.terminal import align, cell_width, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kg.summary.records import (
        CandidateSummary,
        GeneFigure,
        HgncSummary,
        MentionSummary,
        ProblemList,
        Stats,
        TermSummary,
        TopGene,
        VerdictSummary,
        View,
    )

__all__ = ["problem_rows", "render_problems", "render_stats", "render_view"]

_BAR = 40  # columns of the longest bar
_LINK_NAMES = {
    "page": "figure",
    "image": "image",
    "pfocr": "PFOCR",
    "paper": "paper",
    "doi": "DOI",
    "ndex": "NDEx",
    "wikipathways": "WikiPathways",
    "ncbi": "NCBI Gene",
    "identifiers": "IRI",
    "hgnc": "HGNC symbol",
}


def render_stats(stats: Stats) -> str:
    """Return a build's numbers as lines of text, safe to print; none ends the last line."""
    rows = [[table, f"{n:,}"] for table, n in stats.n_rows.items()]
    lines = ["Rows of the tables", *indent(align(rows, right=frozenset({1})))]
    lines += [
        "",
        f"{counted(stats.n_genes, 'distinct gene')}; {stats.family_fraction:.0%} of the gene rows come from families",
    ]
    by_lexicon = [["lexicon", "tier", "rows"]]
    by_lexicon += [[visible(row.lexicon), row.tier or "unknown", f"{row.n_rows:,}"] for row in stats.lexicons]
    lines += ["", "Gene rows by lexicon and narrowest tier", *indent(align(by_lexicon, right=frozenset({2})))]
    by_tier = [[tier, f"{n:,}"] for tier, n in stats.tiers.items() if n or tier != "unknown"]
    lines += ["", "Gene rows by narrowest tier", *indent(align(by_tier, right=frozenset({1})))]
    lines += ["", "Genes in most figures", *_top_lines(stats.top_genes)]
    most = max((year.n_figures for year in stats.years), default=0)
    years = [
        [str(y.year or "unknown"), f"{y.n_figures:,}", "#" * max(1, round(_BAR * y.n_figures / most))]
        for y in stats.years
    ]
    lines += ["", "Figures by year of their paper", *indent(align(years, right=frozenset({1})))]
    lines += _grade_lines(stats)
    return "\n".join([*lines, *_problem_counts(stats)])


def _problem_counts(stats: Stats) -> list[str]:
    rows = []
    for severity, n in stats.problems.items():
        rows.append([severity, f"{n:,}"])
        rows += [[f"  {count.kind}", f"{count.n:,}"] for count in stats.problem_kinds if count.severity == severity]
    said = "Problems, which --problems lists" if stats.problem_kinds else "Problems"
    return ["", said, *indent(align(rows, right=frozenset({1})))]


def render_problems(found: ProblemList) -> str:
    """Return problems as lines of text, safe to print, below the headings of their kinds; none ends the last line."""
    lines = [counted(sum(count.n for count in found.counts), "problem")]
    of_kind = groupby(found.problems, key=attrgetter("severity", "kind"))
    for count, (_, listed) in zip(found.counts, of_kind, strict=True):
        lines += ["", f"{count.kind} ({count.severity}): {count.n:,}"]
        lines += indent(visible(str(problem)) for problem in listed)
    return "\n".join(lines)


def problem_rows(found: ProblemList) -> Iterator[str]:
    """Yield problems as lines of a TSV, safe to print, the header first."""
    names = ("severity", "kind", "file", "line", "path", "value", "reason")
    yield "\t".join(names)
    for problem in found.problems:
        cells = (getattr(problem, name) for name in names)
        yield "\t".join("" if cell is None else visible(str(cell)) for cell in cells)


def _grade_lines(stats: Stats) -> list[str]:
    """Return how many mentions have each grade, and what curators decided; nothing without an audit."""
    if not stats.grades:
        return []
    rows = [["grade", "mentions", "genes"]]
    rows += [[grade.grade, f"{grade.n_mentions:,}", f"{grade.n_genes:,}"] for grade in stats.grades]
    lines = ["", "Mentions by the grade of their best gene, and genes of mentions by their own"]
    lines += indent(align(rows, right=frozenset({1, 2})))
    said = ", ".join(f"{n:,} {decision}" for decision, n in stats.decisions.items())
    return [*lines, f"  {counted(stats.n_curated, 'mention')} curated" + (f": {said}" if stats.n_curated else "")]


def _top_lines(genes: Sequence[TopGene]) -> list[str]:
    rows = [["gene", "NCBI Gene", "organism", "figures", "own word"]]
    rows += [
        [visible(gene.symbol), gene.ncbigene, visible(gene.organism or ""), f"{gene.n_figures:,}", f"{gene.n_own:,}"]
        for gene in genes
    ]
    said = "The word of a family counts for each member; `own word`: figures with a word that is no family."
    return [*indent(wrap_text(said, 78)), *indent(align(rows, right=frozenset({1, 3, 4})))]


def render_view(view: View, *, width: int = 88, n_figures: int = 50) -> str:
    """Return a figure, gene or paper as lines of text, safe to print; none ends the last line.

    Parameters
    ----------
    view
        What `kg.summary.show` found.
    width
        Columns to fill, from 40; only links, ids and a gene's names are never broken.
    n_figures
        How many of a gene's or paper's figures to list; the text says how many more there are.
    """
    width = max(40, width)
    if isinstance(view, FigureView):
        lines = _figure_lines(view, width)
    elif isinstance(view, GeneView):
        lines = _gene_lines(view, width, n_figures)
    elif isinstance(view, GeneChoice):
        lines = _choice_lines(view)
    else:
        lines = _paper_lines(view, width, n_figures)
    return "\n".join(lines)


def _figure_lines(view: FigureView, width: int) -> list[str]:
    paper = view.paper
    number = f"{one_line(view.number)} of " if view.number else ""
    lines = [visible(view.figid), *wrap_text(view.title, width)]
    year, title = f" ({paper.year})" if paper.year else "", f": {paper.title}" if paper.title else ""
    lines += ["", *wrap_text(f"{number}{paper.pmcid}{year}{title}", width)]
    lines += wrap_text(paper.citation, width)
    if view.organisms:
        lines += wrap_text("Organisms: " + ", ".join(view.organisms), width)
    lines += ["", *_links(view.links)]
    if view.caption:
        lines += ["", *indent(wrap_text(view.caption, width - 2))]
    usual, several = _usual_organism(view.mentions)
    unless = f", of {one_line(usual)} unless another species is named" if usual and several else ""
    lines += [
        "",
        *wrap_text(f"{counted(len(view.mentions), 'mention')} of {counted(view.n_genes, 'gene')}{unless}", width),
    ]
    lines += _mention_lines(view.mentions, usual, width)
    lines += _verdict_lines(view.mentions, width)
    for title, terms in (("chemical", view.chemicals), ("disease", view.diseases)):
        if terms:
            lines += ["", counted(len(terms), title), *_term_lines(terms, width)]
    if view.problems:
        lines += ["", counted(len(view.problems), "problem")]
        for problem in view.problems:
            lines += hang("  ", wrap_text(str(problem), width - 4))
    return lines


def _mention_lines(mentions: Sequence[MentionSummary], usual: str | None, width: int) -> list[str]:
    if not mentions:
        return []
    heads = [["", "word", "rows", "matched", "lexicon", "tier"]]
    genes: list[list[str]] = [["genes"]]
    for mention in mentions:
        said = (short(mention.matched_symbol, 20), short(mention.lexicon, 20), mention.tier or "unknown")
        heads.append([str(mention.number), short(mention.word, 18), f"{mention.occurrences:,}", *said])
        names = [_candidate(gene, usual) for gene in mention.candidates]
        genes.append([f"{name}," for name in names[:-1]] + names[-1:])
    return _with_last_column(align(heads, right=frozenset({0, 2})), genes, width)


def _verdict_lines(mentions: Sequence[MentionSummary], width: int) -> list[str]:
    """Return grade, score and reasons of each mention's genes, those that are judged alike together."""
    lines: list[str] = []
    for mention in mentions:
        alike: dict[VerdictSummary, list[CandidateSummary]] = {}
        for gene in mention.candidates:
            if gene.verdict is not None:
                alike.setdefault(gene.verdict, []).append(gene)
        for verdict, genes in alike.items():
            symbols = ", ".join(gene.symbol for gene in genes)
            said = f"{mention.number} {mention.word} as {symbols}: {verdict.grade} ({verdict.score:.3f})"
            lines += hang("  ", wrap_text(said, width - 4))
            for reason in verdict.reasons:
                lines += hang("      ", wrap_text(reason, width - 8))
    return ["", "How far they can be believed, and why", *lines] if lines else []


def _usual_organism(mentions: Sequence[MentionSummary]) -> tuple[str | None, bool]:
    """Return the organism of most candidates, the first of equals, and whether there are others."""
    organisms = Counter(gene.organism for mention in mentions for gene in mention.candidates)
    return (organisms.most_common(1)[0][0], len(organisms) > 1) if organisms else (None, False)


def _candidate(gene: CandidateSummary, usual: str | None) -> str:
    """Return a gene as ``JAK1 (3716)``, as ``ace2 (492331, D. rerio)`` where it is not of the usual species."""
    organism = ""
    if gene.organism != usual:
        genus, _, species = one_line(gene.organism or "species unknown").partition(" ")
        organism = f", {genus[0]}. {species}" if gene.organism and species else f", {genus} {species}".rstrip()
    return f"{visible(gene.symbol)} ({gene.ncbigene}{organism})"


def _with_last_column(heads: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return aligned heads, each with its pieces wrapped in one more column; below the head where it is too narrow."""
    start = max(map(cell_width, heads)) + 4
    below = width - start < 24
    lines = []
    for head, pieces in zip(heads, cells, strict=True):
        wrapped = wrap(pieces, width - 6 if below else width - start)
        if below:
            lines += ["  " + head, *indent(wrapped, 6)]
            continue
        blanks = " " * (start - 2 - cell_width(head))
        lines.append(f"  {head}{blanks}{wrapped[0] if wrapped else ''}".rstrip(" "))
        lines += indent(wrapped[1:], start)
    return lines


def _term_lines(terms: Iterable[TermSummary], width: int) -> list[str]:
    rows = [[short(term.word, 30), short(term.name or "", width - 60), visible(" ".join(term.ids))] for term in terms]
    return indent(align(rows))


def _gene_lines(view: GeneView, width: int, n_figures: int) -> list[str]:
    taxon = f" (NCBI Taxonomy {visible(view.taxon)})" if view.taxon else ""
    lines = [f"{visible(view.symbol)}  ncbigene:{view.ncbigene}", visible(view.organism or "organism unknown") + taxon]
    lines += ["", *_links(view.links)]
    lines += ["", *_hgnc_lines(view.hgnc, width)] if view.hgnc is not None else []
    lines += ["", f"{counted(view.n_mentions, 'mention')} in {counted(view.n_figures, 'figure')}, newest first"]
    for figure in view.figures[:n_figures]:
        lines += _gene_figure_lines(figure, width)
    return lines + _more(len(view.figures) - n_figures)


def _hgnc_lines(hgnc: HgncSummary, width: int) -> list[str]:
    """Return what HGNC says, a line a fact that there is."""
    facts: dict[str, str | None] = {
        "symbol": hgnc.symbol,
        "name": hgnc.name,
        "locus": ", ".join(filter(None, (hgnc.locus_group, hgnc.locus_type, hgnc.location))),
        "aliases": ", ".join(hgnc.aliases),
        "previous symbols": ", ".join(hgnc.previous_symbols),
        "groups": ", ".join(hgnc.gene_groups),
        "Ensembl": hgnc.ensembl,
        "UniProt": ", ".join(hgnc.uniprot),
        "OMIM": ", ".join(hgnc.omim),
    }
    known = {name: fact for name, fact in facts.items() if fact}
    cells = [wrap_text(fact, max(24, width - 22)) for fact in known.values()]
    return [f"HGNC  {visible(hgnc.hgnc_id)}", *_with_last_column(list(known), cells, width)]


def _gene_figure_lines(figure: GeneFigure, width: int) -> list[str]:
    lines = [f"  {figure.year or '----'}  {visible(figure.figid)}"]
    lines += indent(wrap_text(figure.title, width - 8), 8)
    words = ", ".join(short(word, 40) for word in figure.words)
    return lines + indent(wrap_text(f"as {words}", width - 8), 8)


def _choice_lines(view: GeneChoice) -> list[str]:
    rows = [["gene", "id", "organism", "figures"]]
    rows += [
        [visible(gene.symbol), f"ncbigene:{gene.ncbigene}", visible(gene.organism or "unknown"), f"{gene.n_figures:,}"]
        for gene in view.genes
    ]
    title = f"{len(view.genes)} genes are called {visible(view.symbol)}; show one of them by its id"
    return [title, *indent(align(rows, right=frozenset({3})))]


def _paper_lines(view: PaperView, width: int, n_figures: int) -> list[str]:
    lines = [f"{visible(view.pmcid)}{f' ({view.year})' if view.year else ''}", *wrap_text(view.title, width)]
    lines += wrap_text(view.citation, width)
    published = ", ".join(filter(None, (view.journal, view.publisher)))
    lines += wrap_text(published, width)
    if view.keywords:
        lines += wrap_text("Keywords: " + ", ".join(view.keywords), width)
    lines += ["", *_links(view.links), "", counted(len(view.figures), "figure")]
    for figure in view.figures[:n_figures]:
        number = f"  {one_line(figure.number)}" if figure.number else ""
        lines.append(f"  {visible(figure.figid)}{number}")
        lines += indent(wrap_text(figure.title, width - 6), 6)
        lines.append(f"      {counted(figure.n_mentions, 'mention')} of {counted(figure.n_genes, 'gene')}")
    return lines + _more(len(view.figures) - n_figures)


def _more(n: int) -> list[str]:
    return [f"  and {n:,} more; as JSON all of them"] if n > 0 else []


def _links(links: Mapping[str, str]) -> list[str]:
    return indent(align([[_LINK_NAMES[name], visible(address)] for name, address in links.items()]))
