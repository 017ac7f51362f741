"""The audit as a table for curators, and as one HTML page that can be sorted and needs nothing else."""

from __future__ import annotations

import csv
import heapq
from collections import Counter
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from kg.atomic import replacing_file
from kg.authority.audit.curation_file import CURATION_COLUMNS, to_cell
from kg.authority.audit.grading import GRADES
from kg.authority.audit.marking import Caption
from kg.authority.audit.page import page_end, page_head
from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kg.authority.audit.auditor import Verdict
    from kg.folder import Folder

__all__ = ["AUDIT_COLUMNS", "write_audit"]

AUDIT_COLUMNS = (
    *("figid", "mention", "word", "symbol", "source", "hgnc_symbol", "entrez", "score", "grade", "reasons"),
    *CURATION_COLUMNS,
)
"""The columns of the TSV; curators fill the last ones."""

_HTML_ROWS = 2_000
_FIGURES_AT_ONCE = 500


def write_audit(
    verdicts: Iterable[Verdict],
    target: str | Path | TextIO,
    folder: Folder,
    *,
    grades: Collection[str] | None = None,
    limit: int | None = None,
) -> Counter[str]:
    """Write an audit, and return how many verdicts have each grade, written or not.

    Parameters
    ----------
    verdicts
        As `kg.authority.audit.audit` yields them; they are walked once, and few are held.
    target
        A ``.tsv`` or ``.html`` file, replaced only once the new one is whole; or an open stream, for TSV.
    folder
        The build, for the captions and links of the HTML.
    grades
        Only rows of these grades.
    limit
        At most that many rows, those of the lowest scores, lowest first. By default a TSV has all rows, in order of
        figures, and an HTML page the lowest 2,000.

    Raises
    ------
    ExportError
        If the suffix is neither, or the file cannot be written.
    """
    counts: Counter[str] = Counter()
    chosen = _chosen(verdicts, counts, grades)
    if not isinstance(target, (str, Path)):
        _write_tsv(chosen if limit is None else _lowest(chosen, limit), target)
        return counts
    path = Path(target)
    if path.suffix.lower() not in (".tsv", ".html"):
        raise ExportError(f"{target}: an audit is written as .tsv or .html; choose one of these suffixes")
    with replacing_file(path) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        if path.suffix.lower() == ".tsv":
            _write_tsv(chosen if limit is None else _lowest(chosen, limit), stream)
        else:
            _write_html(_lowest(chosen, _HTML_ROWS if limit is None else limit), stream, folder, counts)
    return counts


def _chosen(verdicts: Iterable[Verdict], counts: Counter[str], grades: Collection[str] | None) -> Iterator[Verdict]:
    for verdict in verdicts:
        counts[verdict.grade] += 1
        if grades is None or verdict.grade in grades:
            yield verdict


def _lowest(verdicts: Iterable[Verdict], n: int) -> list[Verdict]:
    """Return the verdicts of the lowest scores, lowest first; those of one score in order."""
    return heapq.nsmallest(n, verdicts, key=lambda v: v.score)


def _write_tsv(verdicts: Iterable[Verdict], stream: TextIO) -> None:
    rows = csv.writer(stream, delimiter="\t", lineterminator="\n")
    rows.writerow(AUDIT_COLUMNS)
    nothing = ("",) * len(CURATION_COLUMNS)
    for v in verdicts:
        said = nothing if (decision := v.own_decision) is None else decision[1:]
        cells = (v.figid, v.mention, v.word, v.symbol, v.source, v.hgnc_symbol, v.entrez, v.score, v.grade, v.reasons)
        rows.writerow([to_cell(cell) if isinstance(cell, str) else cell for cell in (*cells, *said)])


def _write_html(verdicts: list[Verdict], stream: TextIO, folder: Folder, counts: Mapping[str, int]) -> None:
    of_figures: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        of_figures.setdefault(verdict.figid, []).append(verdict)
    figures = _figures(folder, of_figures)
    nothing = _Figure(Caption(None, ()), None, None)
    stream.write(page_head(counts, GRADES, len(verdicts)))
    stream.writelines(_html_row(verdict, figures.get(verdict.figid, nothing)) for verdict in verdicts)
    stream.write(page_end())


class _Figure(NamedTuple):
    """What the rows of a figure show of it: its caption, its page and its picture."""

    caption: Caption
    page: str | None
    picture: str | None


def _figures(folder: Folder, verdicts: Mapping[str, list[Verdict]]) -> dict[str, _Figure]:
    """Return the figures of some verdicts, which are given by figure."""
    import polars as pl

    found: dict[str, _Figure] = {}
    figids = sorted(verdicts)
    table = folder.scan("figures").select("figid", "caption", "page_url", "image_url")
    for start in range(0, len(figids), _FIGURES_AT_ONCE):
        some = figids[start : start + _FIGURES_AT_ONCE]
        for figid, caption, page, picture in table.filter(pl.col("figid").is_in(some)).collect().iter_rows():
            found[figid] = _Figure(Caption(caption, verdicts[figid]), page, picture)
    return found


def _html_row(verdict: Verdict, shown: _Figure) -> str:
    figure = _link(shown.page, verdict.figid) if shown.page else escape(verdict.figid)
    gene = _link(f"https://identifiers.org/ncbigene/{verdict.entrez}", verdict.hgnc_symbol)
    reasons = "".join(
        f"<li><b>{escape(signal.name.replace('_', ' '))}</b> {escape(signal.text)}</li>" for signal in verdict.signals
    )
    caption = shown.caption.html(verdict) or "<i>The figure has no caption.</i>"
    cells = (  # whose text sorts: a blank parts a symbol from the digits below it
        f"{figure} {_link(shown.picture, 'picture')}" if shown.picture else figure,
        f"<b>{escape(verdict.word)}</b>",
        f"{escape(verdict.symbol)} <br><small>{escape(verdict.source)}</small>",
        f"{gene} <br><small>{escape(verdict.entrez)}</small>",
        f"{verdict.score:.3f}",
        f'<span class="{verdict.grade}">{verdict.grade}</span>',
        f"<ul>{reasons}</ul><details><summary>caption</summary><p>{caption}</p></details>",
    )
    return f'<tr data-grade="{verdict.grade}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>\n'


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'
