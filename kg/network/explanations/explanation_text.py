"""The evidence of a pair as text for a terminal, and as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.answers import counted, indent, one_line, short, wrap_text
from kg.terminal import align, cell_width, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.network.explanations.explain import End, Explanation, PairFigure, Word

__all__ = ["explanation_markdown", "render_explanation"]

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
