"""Evidence and enrichment as text for a terminal, as Markdown, and as JSON."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from kg.answers import counted, indent, one_line, short, to_json, wrap_text
from kg.terminal import align, cell_width, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.network.enrichment import Enrichment
    from kg.network.explain import End, Explanation, PairFigure, Word

__all__ = ["enrichment_json", "explanation_markdown", "render_enrichment", "render_explanation"]

_LINKS = {"page": "figure", "image": "image", "paper": "paper"}
_N_NAMED = 3  # figures that a line names at most
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def render_explanation(found: Explanation, *, width: int = 88, n_figures: int = 50) -> str:
    """Return the evidence of a pair as lines of text, safe to print; none ends the last line.

    Parameters
    ----------
    found
        What `kg.network.explain` found.
    width
        Columns to fill, from 60; only links are never broken.
    n_figures
        How many figures to list; the text says how many more there are.
    """
    width = max(60, width)
    lines = wrap_text(_head(found), width)
    if found.figures:
        lines += ["", *_pair_table(found, width, n_figures)]
    if found.uncounted:
        lines += ["", *(line for text in _uncounted_lines(found) for line in wrap_text(text, width))]
    return "\n".join(lines)


def _head(found: Explanation) -> str:
    pair = f"{_end(found.a)} and {_end(found.b)}" + (f", {found.a.organism}" if found.a.organism else "")
    if not found.figures:
        return f"{pair}: no figure counts"
    amount = f"{counted(found.n_figures, 'figure')} of {counted(found.n_papers, 'paper')}"
    return f"{pair}: {amount}; fractional count {found.fractional:.4g}"


def _end(end: End) -> str:
    return f"{end.symbol} ({end.id})"


def _pair_table(found: Explanation, width: int, n_figures: int) -> list[str]:
    """Return the figures as rows of year, words and title, with the links below each."""
    shown = found.figures[:n_figures]
    heads = [["year", f"{short(found.a.symbol, 20)} as", f"{short(found.b.symbol, 20)} as"]]
    room = max(16, (width - 36) // 2)
    heads += [
        [str(figure.year or "----"), *(short(_words(words), room) for words in (figure.words_a, figure.words_b))]
        for figure in shown
    ]
    cells = align(heads)
    start = max(map(cell_width, cells)) + 2
    lines = [f"  {cells[0]}{' ' * (start - cell_width(cells[0]))}figure"]
    for cell, figure in zip(cells[1:], shown, strict=True):
        title = wrap_text(figure.title or figure.figid, max(24, width - start - 2))
        lines.append(f"  {cell}{' ' * (start - cell_width(cell))}{title[0]}")
        lines += indent(title[1:], start + 2)
        lines += indent(
            align([[_LINKS[name], visible(figure.links[name])] for name in _LINKS if name in figure.links]), 8
        )
    more = len(found.figures) - n_figures
    return lines + ([f"  and {more:,} more; as JSON or Markdown all of them"] if more > 0 else [])


def _words(words: Iterable[Word]) -> str:
    """Return words with their tiers, and of how many genes their tokens may be; each once."""
    return ", ".join(dict.fromkeys(map(_word, words)))


def _word(word: Word) -> str:
    vague = f", 1 of {word.n_genes} genes" if word.n_genes > 1 else ""
    return f"{word.word} ({word.tier or 'unknown'}{vague})"


def _uncounted_lines(found: Explanation) -> list[str]:
    lines = []
    for each in found.uncounted:
        more = len(each.figids) - _N_NAMED
        named = ", ".join(each.figids[:_N_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        verb = "holds both without counting" if len(each.figids) == 1 else "hold both without counting"
        lines.append(f"{counted(len(each.figids), 'figure')} {verb}: {each.reason} ({named})")
    return lines


def explanation_markdown(found: Explanation) -> str:
    """Return the evidence of a pair as Markdown: a table of all figures, with links; none ends the last line.

    References
    ----------
    Tables: GitHub Flavored Markdown Spec, section 4.10, https://github.github.com/gfm/#tables-extension-
    """
    lines = [f"## {_markdown(found.a.symbol)} and {_markdown(found.b.symbol)}", "", _markdown(_head(found)) + "."]
    if found.figures:
        ends = (_markdown(found.a.symbol), _markdown(found.b.symbol))
        lines += ["", f"| year | figure | {ends[0]} as | {ends[1]} as | image | paper |", "|---|---|---|---|---|---|"]
        lines += [_markdown_row(figure) for figure in found.figures]
    for text in _uncounted_lines(found):
        lines += ["", _markdown(text) + "."]
    return "\n".join(lines)


def _markdown_row(figure: PairFigure) -> str:
    cells = [
        str(figure.year or ""),
        _link(figure.title or figure.figid, figure.links.get("page") or figure.links.get("pfocr")),
        _markdown(_words(figure.words_a)),
        _markdown(_words(figure.words_b)),
        _link("image", figure.links.get("image")) if "image" in figure.links else "",
        _link(figure.paper_title or figure.pmcid, figure.links.get("paper")),
    ]
    return f"| {' | '.join(cells)} |"


def _markdown(text: str) -> str:
    return _MARKUP.sub(r"\\\1", one_line(text))


def _link(text: str, address: str | None) -> str:
    # An address holds no blank and no angle bracket: `kg.vocab` makes it.
    return f"[{_markdown(text)}](<{address}>)" if address else _markdown(text)


def render_enrichment(found: Enrichment, *, width: int = 88, limit: int = 20) -> str:
    """Return an enrichment as lines of text, safe to print; none ends the last line.

    Parameters
    ----------
    found
        What `kg.network.enrich` found.
    width
        Columns to fill, from 60; only ids are never broken.
    limit
        How many sets to list; the text says how many more there are.
    """
    width = max(60, width)
    unit = found.level
    said = (
        f"{counted(found.n_listed, 'gene')} of the list, {found.n_background:,} of the background; "
        f"{counted(found.n_sets, unit)} tested, {found.table.height:,} with a gene of the list"
    )
    lines = [*wrap_text(said, width), ""]
    shown = found.table.head(limit)
    rows = [["rank", "p", "q", "odds", "overlap", "mentions", "year", unit]]
    for row in shown.iter_rows(named=True):
        rank = f"{row['rank']:,}{'=' if row['n_tied'] > 1 else ''}"
        overlap = f"{row['n_overlap']}/{row['n_genes']}"
        p, q, odds = f"{row['p_value']:.1e}", f"{row['q_value']:.1e}", f"{row['odds_ratio']:.3g}"
        name = visible(row["figid" if unit == "figure" else "pmcid"])
        rows.append([rank, p, q, odds, overlap, f"{row['n_mentions']}", str(row["year"] or "----"), name])
    cells = align(rows, right=frozenset(range(6)))
    lines.append(f"  {cells[0]}")
    for cell, title, genes in zip(cells[1:], shown.get_column("title"), shown.get_column("genes"), strict=True):
        lines.append(f"  {cell}")
        lines += indent(wrap_text(title, width - 8) if title else [], 8)
        lines += indent(wrap_text(genes.replace(";", " "), width - 8), 8)
    more = found.table.height - limit
    if (shown.get_column("n_tied") > 1).any():
        lines += ["", *wrap_text("= shares its rank: p and odds ratio are the same as another's.", width)]
    return "\n".join([*lines, *([f"  and {more:,} more"] if more > 0 else [])])


def enrichment_json(found: Enrichment, *, limit: int | None = None) -> str:
    """Return an enrichment as JSON text, safe to print, with the first sets or all."""
    table = found.table if limit is None else found.table.head(limit)
    return to_json(
        {
            "kind": "enrichment",
            "level": found.level,
            "n_listed": found.n_listed,
            "n_background": found.n_background,
            "n_sets": found.n_sets,
            "genes": [asdict(gene) for gene in found.genes],
            "outside": [asdict(gene) for gene in found.outside],
            "unknown": [{"name": each.name, "why": each.why, "said": str(each)} for each in found.unknown],
            "results": [row | {"genes": row["genes"].split(";")} for row in table.iter_rows(named=True)],
        }
    )
