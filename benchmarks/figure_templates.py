"""Real figures, cut into what `benchmarks.scaled_corpus` makes others of: text with gaps, words, rows, keywords.

The files are read as text, so that the YAML style and the odd values of real ones are kept; PyYAML only says what
stands in them.
"""

from __future__ import annotations

import csv
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from kg.sources import open_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.sources import Blob, Document

__all__ = ["FIGURE", "KEYWORDS", "PAPER", "PMCID", "ROWS", "SISTER", "Run", "Source", "Template", "Word", "read_source"]

PMCID, FIGURE, PAPER, SISTER = "\0P", "\0F", "\0J", "\0K"
"""Gaps in a text: the PMCID, and the numbers of figure, paper and sister."""

KEYWORDS, ROWS = "\0keywords", "\0rows"
"""Parts of a text that are gaps: the keywords of the embedded block, and the rows of genes."""

EMBEDDED = ("word", "symbol", "source", "hgnc_symbol", "entrez")
TABLE = ("word", "match", "source", "ncbigene_symbol", "ncbigene_id")
"""Word, matched symbol, lexicon, gene's symbol and gene's id: in the front matter, and in a table."""

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# A row as PFOCR writes it; any other is right too, but no sister is made of it.
_ROW = re.compile(r"- word: (.+)\n  symbol: (.+)\n  source: (.+)\n  hgnc_symbol: (.+)\n  entrez: '?([0-9]{1,9})'?\n")
# The first word of a text that has more than one on its first line; a number behind it makes the text another one.
_FIRST_WORD = re.compile(r"^(caption|figtitle|papertitle|  description): (\S+) ", re.MULTILINE)


class Run(NamedTuple):
    """Rows of one word that follow each other: their text, and their genes' symbols as YAML writes them.

    In `sister` and `sister_symbols` stands `SISTER` where the number goes.
    """

    text: str
    symbols: tuple[str, ...]
    sister: str
    sister_symbols: tuple[str, ...]


class Word(NamedTuple):
    """What one word of a figure gave: runs of rows, and the genes' ids, one a row; no sisters if it is `fixed`."""

    text: str
    runs: tuple[Run, ...]
    genes: tuple[str, ...]
    fixed: bool


class Template(NamedTuple):
    """A figure to make others of.

    Attributes
    ----------
    figid
        With `PMCID` in it.
    parts
        The file's text, cut at `KEYWORDS` and `ROWS`. A file whose keywords do not follow from its rows keeps them.
    words, order
        The words, and which word and which of its runs stand one after the other.
    terms
        Keywords of chemicals and diseases, as YAML writes them.
    header
        The first line of its table of genes; empty where its rows stand in the front matter, or nowhere.
    tables
        The other tables, by kind.
    """

    figid: str
    parts: tuple[str, ...]
    words: tuple[Word, ...]
    order: tuple[tuple[int, int], ...]
    terms: tuple[str, ...]
    header: str
    tables: tuple[tuple[str, bytes], ...]


class Source(NamedTuple):
    """What a corpus is made of: papers with their figures.

    Attributes
    ----------
    papers
        The figures of each paper.
    n_genes
        Different genes in all figures.
    rows_per_figure
        Mean number of rows of genes.
    n_left_out
        Documents that are not written as PFOCR writes them.
    """

    papers: tuple[tuple[Template, ...], ...]
    n_genes: int
    rows_per_figure: float
    n_left_out: int


class _Read(NamedTuple):
    """A document: its text, its front matter, its tables, and the text and cells of its rows of genes."""

    text: str
    meta: Mapping[str, Any]
    tables: Mapping[str, str]
    rows: list[tuple[str, tuple[str, ...]]]


def read_source(inputs: Sequence[str | Path]) -> Source:
    """Return what a corpus is made of.

    Parameters
    ----------
    inputs
        What `kg build` reads: files, folders, archives.

    Raises
    ------
    ValueError
        If no figure can be used.
    """
    with open_sources([str(path) for path in inputs]) as sources:
        read = [found for document in sources.documents if (found := _read(document))]
        n_left_out = len(sources.documents) - len(read)
    if not read:
        raise ValueError("no figure to make others of")
    marker = _marker(cell for item in read for _, cells in item.rows for cell in (cells[1], cells[3]))
    papers: dict[str, list[Template]] = {}
    for item in read:
        papers.setdefault(item.meta["pmcid"], []).append(_template(item, marker))
    genes = [cells[4] for item in read for _, cells in item.rows]
    return Source(tuple(map(tuple, papers.values())), len(set(genes)), len(genes) / len(read), n_left_out)


def _text(blob: Blob) -> str:
    return blob.read().decode("utf-8", "replace").replace("\r\n", "\n")


def _read(document: Document) -> _Read | None:
    """Return what stands in a document; None where it is not written as PFOCR writes it."""
    text = _text(document.markdown)
    tables = {kind: _text(blob) for kind, blob in document.tables}
    parts = re.split(r"^---[ \t]*\n", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0] or "\0" in text:
        return None
    try:
        # S506: the base loader builds text, lists and mappings, and nothing else.
        meta = yaml.load(parts[1], Loader=LOADER)  # noqa: S506
        rows = _rows(meta, parts[1], tables)
        valid = bool(re.fullmatch(r"PMC[0-9]+", meta["pmcid"]) and meta["figid"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return None
    return _Read(text, meta, tables, rows) if valid else None


def _rows(meta: Mapping[str, Any], text: str, tables: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the text and the cells of each row of genes, from the front matter or the table."""
    if "genes" in meta:
        lines = re.findall(r"^- .*\n(?:  .*\n)*", _segment(text, "genes"), re.MULTILINE)
        return [(line, tuple([row[key] for key in EMBEDDED])) for line, row in zip(lines, meta["genes"], strict=True)]
    return [(f"{line}\n", tuple([row[key] for key in TABLE])) for line, row in _cells(tables.get("genes", "\n"))]


def _cells(table: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each line of a table with its cells by column."""
    header, *lines = table.rstrip("\n").split("\n")
    for line in lines:
        cells = next(csv.reader([line], delimiter="\t")) if '"' in line else line.split("\t")
        yield line, dict(zip(header.split("\t"), cells, strict=True))


def _segment(text: str, key: str) -> str:
    """Return the lines of a key of the front matter; empty where it is missing."""
    match = re.search(rf"^{re.escape(key)}:.*\n(?:[ ].*\n|- .*\n|\n)*", text, re.MULTILINE)
    return match[0] if match else ""


def _marker(symbols: Iterable[str]) -> str:
    """Return what parts a symbol from its sister's number: more letters z than any symbol has there already."""
    endings = [re.search(r"(z*)[0-9]*$", symbol, re.IGNORECASE) for symbol in symbols]
    return "z" * (1 + max((len(match[1]) for match in endings if match), default=0))


def _template(item: _Read, marker: str) -> Template:
    text, meta, tables, rows = item
    figid = meta["figid"]
    is_pmcid = re.compile(re.escape(meta["pmcid"]) + r"(?![0-9])")
    if not is_pmcid.match(figid):
        figid = f"{meta['pmcid']}__{figid}"
        text = text.replace(meta["figid"], figid)
    embedded = "genes" in meta
    words, order = _words(rows, None if embedded else tables.get("genes", "\n").partition("\n")[0].split("\t"), marker)
    terms = [word for kind in ("chemicals", "diseases") for word in dict.fromkeys(_entities(meta, tables, kind))]
    keywords = [*dict.fromkeys(cells[3] for _, cells in rows), *terms]
    return Template(
        is_pmcid.sub(PMCID, figid),
        tuple([is_pmcid.sub(PMCID, part) for part in _parts(text, meta, keywords)]),
        words,
        order,
        tuple(map(_scalar, terms)),
        tables["genes"].partition("\n")[0] + "\n" if "genes" in tables and not embedded else "",
        tuple([(kind, table.encode()) for kind, table in tables.items() if embedded or kind != "genes"]),
    )


def _entities(meta: Mapping[str, Any], tables: Mapping[str, str], kind: str) -> list[str]:
    """Return the words of chemicals or diseases."""
    rows = meta.get(kind) or [row for _, row in _cells(tables.get(kind, "\n"))]
    return [row["word"] for row in rows]


def _parts(text: str, meta: Mapping[str, Any], keywords: list[str]) -> list[str]:
    """Return a file's text with gaps for rows and keywords, and for numbers that make its prose another one."""
    rows = _segment(text, "genes").partition("\n")[2]
    if rows:
        text = text.replace(rows, ROWS + "\n", 1)
    block = _segment(text, "schema-jsonld")
    found = re.search(r"^  keywords:\n(?:  - .*\n(?:    .*\n)*)*", block, re.MULTILINE)
    if found and meta["schema-jsonld"].get("keywords") == keywords:
        text = text.replace(block, block.replace(found[0], f"  keywords:\n{KEYWORDS}\n"), 1)
    return [
        part.removeprefix("\n") if number else part
        for number, part in enumerate(re.split(f"({KEYWORDS}|{ROWS})", _numbered(text, meta)))
    ]


def _numbered(text: str, meta: Mapping[str, Any]) -> str:
    """Return the text with a number behind the first word of its captions and titles.

    The block's description is the caption, so both have a number or none.
    """
    found = {match[1].strip(): match[2].strip("'\"") for match in _FIRST_WORD.finditer(text)}
    description = (meta.get("schema-jsonld") or {}).get("description", "")
    both = description == meta.get("caption") and found.get("caption") == found.get("description")

    def with_number(match: re.Match[str]) -> str:
        if match[1] in ("caption", "  description") and not both:
            return match[0]
        return f"{match[0]}{PAPER if match[1] == 'papertitle' else FIGURE} "

    return _FIRST_WORD.sub(with_number, text)


def _words(
    rows: list[tuple[str, tuple[str, ...]]], columns: list[str] | None, marker: str
) -> tuple[tuple[Word, ...], tuple[tuple[int, int], ...]]:
    """Return the words, and the order of their runs; `columns` are those of a table."""
    runs: dict[str, list[Run]] = {}
    genes: dict[str, list[str]] = {}
    order = []
    for word, group in groupby(rows, key=lambda row: row[1][0]):
        found = list(group)
        genes.setdefault(word, []).extend(cells[4] for _, cells in found)
        symbols = [_scalar(cells[3]) for _, cells in found]
        sisters = [_sister(line, cells, columns, marker) for line, cells in found]
        order.append((list(genes).index(word), len(runs.setdefault(word, []))))
        runs[word].append(
            Run(
                "".join([line for line, _ in found]),
                tuple(symbols),
                "".join(sisters) if all(sisters) else "",
                tuple([_mark(symbol, marker) for symbol in symbols]),
            )
        )
    words = [Word(word, tuple(runs[word]), tuple(genes[word]), not all(r.sister for r in runs[word])) for word in runs]
    return tuple(words), tuple(order)


def _sister(line: str, cells: tuple[str, ...], columns: list[str] | None, marker: str) -> str:
    """Return the row of a sister; empty where the row is written in another way than most."""
    if not all(re.search(r"[^\W_]", cell) for cell in (cells[1], cells[3])):
        return ""
    if columns is None:
        match = _ROW.fullmatch(line)
        if match is None:
            return ""
        word, symbol, source, name, gene = match.groups()
        return (
            f"- word: {_mark_word(word, cells, marker)}\n  symbol: {_mark(symbol, marker)}\n  source: {source}\n"
            f"  hgnc_symbol: {_mark(name, marker)}\n  entrez: '{SISTER}{gene:0>9}'\n"
        )
    raw = dict(zip(columns, line.rstrip("\n").split("\t"), strict=False))
    if len(raw) != line.count("\t") + 1 or not re.fullmatch(r"[0-9]{1,9}", raw["ncbigene_id"]):
        return ""
    raw["word"] = _mark_word(raw["word"], cells, marker)
    raw["match"], raw["ncbigene_symbol"] = _mark(raw["match"], marker), _mark(raw["ncbigene_symbol"], marker)
    raw["ncbigene_id"] = f"{SISTER}{raw['ncbigene_id']:0>9}"
    return "\t".join(raw.values()) + "\n"


def _mark(text: str, marker: str) -> str:
    """Return text, in quotes or not, with the marker and a gap for the number behind its last letter or digit."""
    return re.sub(r"([^\W_])([\W_]*)$", lambda match: f"{match[1]}{marker}{SISTER}{match[2]}", text, count=1)


def _mark_word(text: str, cells: tuple[str, ...], marker: str) -> str:
    """Return a word with its number behind each part where a part is what matched, else behind the whole."""
    word, symbol = cells[:2]
    parts = re.split(r"[/,;+&|\s]+", word)
    if len(parts) > 1 and _fold(symbol) in map(_fold, parts):
        return re.sub(r"[^/,;+&|\s]+", lambda match: _mark(match[0], marker), text)
    return _mark(text, marker)


def _fold(text: str) -> str:
    return "".join(filter(str.isalnum, text.upper()))


def _scalar(text: str) -> str:
    """Return text as YAML writes it on one line."""
    dumped: str = yaml.dump(text, Dumper=DUMPER, allow_unicode=True, width=1_000_000)
    if "\n" in text:
        dumped = yaml.dump(text, Dumper=DUMPER, allow_unicode=True, width=1_000_000, default_style='"')
    return dumped.partition("\n")[0]
