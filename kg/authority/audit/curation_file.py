"""Files of decisions: the audit's TSV as curators and their spreadsheets give it back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from kg.authority.audit.curation import DECISIONS, Curation, CurationRow, Decision, decided_twice, squeeze
from kg.compression import open_binary
from kg.errors import Problem, Severity, SourceError
from kg.folder import file_digest
from kg.text import NotTextError, clean, decode_written, shorten

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kg.authority.hgnc import HgncTable

__all__ = ["CURATION_COLUMNS", "REQUIRED_COLUMNS", "read_curation", "to_cell"]

REQUIRED_COLUMNS = ("figid", "word", "symbol", "source", "entrez", "decision", "curator", "date")
CURATION_COLUMNS = ("decision", "other_gene", "other_symbol", "note", "curator", "date")
"""The columns that a file cannot do without, and those that curators fill."""

_ID = re.compile(r"[1-9][0-9]{0,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Spreadsheets take MARCH1 for a day in March, and 2310009E13Rik for a number (doi:10.1186/s13059-016-1044-7).
_MONTHS = "Jan|Feb|Mar|Mär|Mrz|Apr|Ma[yi]|Jun|Jul|Aug|Sep|Sept|O[ck]t|Nov|De[cz]"
_MANGLED = re.compile(rf"[0-9]{{1,2}}[-. ]+(?:{_MONTHS})\.?|(?:{_MONTHS})-[0-9]{{2}}|[0-9.]+E\+[0-9]+|#[A-Z/0]+[!?]?")
_SEPARATOR = re.compile(r"sep=(.)")
_AS_TEXT = "import the columns as text, so that the spreadsheet leaves symbols as they are"

# What a spreadsheet would run or reckon; and such text behind the apostrophe that makes it text.
_FORMULA, _GUARDED = re.compile(r"'*[=+\-@]"), re.compile(r"'+[=+\-@]")

Key = tuple[str, str, str, int | None, str]


def to_cell(text: str) -> str:
    """Return a text as a cell of the audit's table: on one line, an apostrophe before what looks like a formula.

    References
    ----------
    OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> to_cell("=HYPERLINK(1)"), to_cell("'-1"), to_cell("IL-6  (x)")
    ("'=HYPERLINK(1)", "''-1", 'IL-6 (x)')
    """
    cell = squeeze(text)
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _from_cell(cell: str) -> str:
    """Return the text of a cell that `to_cell` made, or that has none of it."""
    text = squeeze(clean(cell)[0])
    return text[1:] if _GUARDED.match(text) else text


def read_curation(paths: Iterable[str | os.PathLike[str]], table: HgncTable | None = None) -> Curation:
    """Return the decisions of files.

    Parameters
    ----------
    paths
        Files with the columns of the audit's TSV, between tabs, semicolons or commas; in UTF-8, or in UTF-16 with its
        byte order mark, as spreadsheets write "Unicode text". Rows without a decision count for nothing.
    table
        HGNC's complete set, for the symbols of other genes.

    Raises
    ------
    SourceError
        If a file cannot be read or lacks a column, or a decision is not whole or contradicts another; with the line.

    References
    ----------
    What spreadsheets do to symbols: Ziemann M, Eren Y, El-Osta A. Gene name errors are widespread in the scientific
    literature. Genome Biology 2016, 17:177. doi:10.1186/s13059-016-1044-7
    """
    rows: list[CurationRow] = []
    sources: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path in map(Path, paths):
        rows += _read(path, table, problems)
        sources.append((path.name, file_digest(path)))
    by_figure: dict[str, list[CurationRow]] = {}
    for row in sorted(rows, key=lambda row: (row.decision.date, row.decision.curator, row.file, row.line, repr(row))):
        by_figure.setdefault(row.figid, []).append(row)
    for of_figure in by_figure.values():
        _check_decided_once(of_figure)
    found = {figid: tuple(by_figure[figid]) for figid in sorted(by_figure)}
    return Curation(found, tuple(sorted(sources)), tuple(problems))


def _check_decided_once(rows: Iterable[CurationRow]) -> None:
    """Refuse rows of a figure that contradict each other; the numbers of mentions can be those of two builds.

    Raises
    ------
    SourceError
        If there are two.
    """
    seen: dict[Key, CurationRow] = {}
    for row in rows:
        key = (row.word, row.symbol, row.source, row.number, row.decision.ncbigene)
        first = seen.setdefault(key, row)
        if first.decision[:3] != row.decision[:3]:
            raise SourceError(decided_twice(row, first))


def _read(path: Path, table: HgncTable | None, problems: list[Problem]) -> Iterator[CurationRow]:
    """Yield the decisions of a file; add what is odd to the problems."""
    lines = _cells(path)
    number, header = next(lines, (1, []))
    columns = [cell.strip() for cell in header]
    _check_columns(columns, f"{path}:{number}")
    for line, cells in lines:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            raise SourceError(
                f"{path}:{line}: the line has {len(cells)} cells and the header {len(columns)}; put a text with the "
                "separator in it into quotes"
            )
        filled = [_from_cell(cell) for cell in cells[: len(columns)]]
        values = dict.fromkeys(columns, "") | dict(zip(columns, filled, strict=False))
        row = _row(values, path, line, table)
        if row is not None:
            yield row
        elif values.get("note"):
            problems.append(_undecided(path, line, values["note"]))


def _undecided(path: Path, line: int, note: str) -> Problem:
    reason = "a note without a decision, which the build does not keep"
    return Problem(Severity.WARNING, path.name, line, "note", shorten(note), reason)


def _text(path: Path) -> str:
    """Return the text of a file in one of the encodings that spreadsheets write."""
    try:
        with open_binary(path) as stream:
            data = stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    try:
        return decode_written(data)
    except NotTextError as error:
        raise SourceError(
            f"{path}:{error.line}: {error}; save the sheet as Unicode text, or as CSV in UTF-8"
        ) from error


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with the lines on which they begin, the header first."""
    text = _text(path)
    first = text.partition("\n")[0]
    named = _SEPARATOR.fullmatch(first.rstrip("\r"))
    separator = named[1] if named else max("\t;,", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells) and not (named and line == 1):
                yield line, cells
            line = rows.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{path}:{line}: not a table ({error}); save the sheet again") from error


def _check_columns(columns: Sequence[str], place: str) -> None:
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        there = shorten(", ".join(filter(None, columns)), 80) or "none"
        raise SourceError(
            f"{place}: the columns {', '.join(missing)} are missing (there are: {there}); "
            "take the table that `kg audit BUILD -o audit.tsv` writes"
        )
    twice = [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]
    if twice:
        raise SourceError(f"{place}: the column {twice[0]} stands twice; leave one of them")


def _row(values: Mapping[str, str], path: Path, line: int, table: HgncTable | None) -> CurationRow | None:
    """Return the decision of a row; None where there is none.

    Raises
    ------
    SourceError
        If it is not whole.
    """
    wrong = _wrong(values, table)
    if wrong is not None:
        raise SourceError(f"{path}:{line}: {wrong}")
    decision = values["decision"].lower()
    if not decision:
        return None
    number = values.get("mention", "")
    return CurationRow(
        file=path.name,
        line=line,
        figid=values["figid"],
        word=values["word"],
        symbol=values["symbol"],
        source=values["source"],
        number=int(number) if _ID.fullmatch(number) else None,
        gene_symbol=values.get("hgnc_symbol") or None,
        decision=Decision(
            ncbigene=values["entrez"],
            decision=decision,
            other_gene=values.get("other_gene") or None,
            other_symbol=values.get("other_symbol") or None,
            note=values.get("note") or None,
            curator=values["curator"],
            date=values["date"],
        ),
    )


def _wrong(values: Mapping[str, str], table: HgncTable | None) -> str | None:
    """Return what is wrong with a row, and what to do; None where nothing is."""
    decision, other = values["decision"].lower(), values.get("other_gene", "")
    symbol = values.get("other_symbol", "")
    if not decision:
        return "other_gene names a gene, and decision is empty; write other there" if other or symbol else None
    if decision not in DECISIONS:
        return f"decision is {shorten(values['decision'], 40)!r}; write {', '.join(DECISIONS[:-1])} or {DECISIONS[-1]}"
    if decision != "other" and (other or symbol):
        return f"decision is {decision}, and other_gene or other_symbol is filled; write other, or empty the two"
    if decision == "other" and not other:
        return "decision is other, and other_gene is empty; write the NCBI Gene id of the gene that is meant"
    for name in ("symbol", "hgnc_symbol", "other_symbol"):
        if _MANGLED.fullmatch(values.get(name, "")):
            return f"{name} is {values[name]!r}, which a spreadsheet made of a symbol; {_AS_TEXT}"
    for name in ("entrez", "other_gene"):
        if values.get(name) and not _ID.fullmatch(values[name]):
            return f"{name} is {shorten(values[name], 40)!r}, which is no NCBI Gene id; write its digits alone"
    empty = [name for name in ("figid", "symbol", "entrez", "curator", "date") if not values[name]]
    if empty:
        return f"{empty[0]} is empty, which says {_SAYS[empty[0]]}; fill it"
    if other == values["entrez"]:
        return "other_gene is the gene of the row itself; write accept, or the id of another gene"
    if decision == "other" and not symbol and (table is None or table.gene(other) is None):
        return f"other_symbol is empty, and no table of HGNC tells what gene {other} is called; write its symbol"
    if not _is_date(values["date"]):
        return f"date is {shorten(values['date'], 40)!r}, which is no day; write it like 2026-11-29, as text"
    return None


_SAYS = {
    "figid": "which figure it is",
    "symbol": "what the word matched",
    "entrez": "which gene was judged",
    "curator": "who decided",
    "date": "when it was decided",
}


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
