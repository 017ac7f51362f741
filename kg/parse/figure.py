"""From front matter and ``_data`` tables to one figure, with every problem that stood in the way."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.errors import ParseError, Problem, Severity
from kg.model import Annotation, Figure, Paper
from kg.parse.data_tables import parse_data_table
from kg.parse.front_matter import FrontMatter, FrontMatterError, read_front_matter
from kg.parse.mentions import (
    KNOWN_COLUMNS,
    REQUIRED_COLUMNS,
    TABLE_GENE_FIELDS,
    Form,
    Rows,
    chemical_mentions,
    disease_mentions,
    gene_mentions,
)
from kg.parse.plain_yaml import GENE_FIELDS
from kg.text import PLACEHOLDERS, clean, decode, first_replaced_line, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ParsedFigure", "parse_figure"]

# Keys that some part of this package reads; any other is kept in `Figure.extra`, with a warning.
_KNOWN = frozenset(
    (
        *("figid", "figlink", "number", "caption", "pmcid", "papertitle", "reftext", "pmc_ranked_result_index"),
        *("pathway_score", "filename", "figtitle", "year", "organisms", "ndex", "annotations", "seo", "schema-jsonld"),
        *("genes", "chemicals", "diseases", "figid_alias", "redirect_from", "figtype"),
        *("organisms_ner", "doi", "journal_title", "journal_nlm_ta", "publisher_name", "keywords"),
        *("automl_pathway", "wpid"),
    )
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9.]+/\S+)", re.IGNORECASE)
_NDEX = re.compile(r"(?:https?://\S+/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_WPID = re.compile(r"(?:https?://\S+/|wikipathways:)?(WP[0-9]+)(?:_r[0-9]+)?(?:\.html)?", re.IGNORECASE)
_NO_FIGURE_NUMBER = frozenset({"F", "Fig", "Fig.", "Figure"})
_UNSAFE_ID = re.compile(r"[/\\:\x00-\x1f\x7f]|^\.|^\s|\s$")
MAX_ID_BYTES = 200
"""An id names a file in exports: with a suffix it must fit the 255 bytes that file systems give a name."""


class ParsedFigure(NamedTuple):
    """A figure, what was odd in its document, and the generation of the document's format.

    The generation is 1 or 2 by where the gene rows stand, and 0 where there are none to be found.
    """

    figure: Figure
    problems: tuple[Problem, ...]
    generation: int


class _Document:
    """One document on its way to a figure: its fields, and the problems found so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.unread: set[str] = set()
        self.front: FrontMatter
        self.fields: dict[str, Any] = {}

    def fatal(self, reason: str, *, line: int | None = None, path: str = "", value: object = "") -> ParseError:
        self.problems.append(Problem(Severity.FILE_SKIPPED, self.name, line, path, shorten(value), reason))
        return ParseError(self.problems)

    def report(self, severity: Severity, path: Sequence[str | int], value: object, reason: str) -> None:
        """Add a problem at a place in the front matter."""
        line = self.front.line(*path)
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        self.problems.append(Problem(severity, self.name, line, place, shorten(value), reason))

    def warn(self, key: str, value: object, reason: str) -> None:
        self.report(Severity.WARNING, (key,), value, reason)

    def keep(self, key: str, reason: str) -> None:
        """Leave a field of an unexpected shape to `Figure.extra`."""
        self.unread.add(key)
        self.warn(key, self.fields[key], f"{reason}; left out of the graph, kept in `extra`")

    def text(self, key: str) -> str | None:
        """Return a field's text without blanks around it; None for a placeholder."""
        value = self.fields.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.keep(key, "text was expected, not a list or mapping")
            return None
        value = value.strip()
        return None if value in PLACEHOLDERS else value

    def texts(self, key: str, separator: str) -> tuple[str, ...]:
        """Return a field's distinct texts in order, from a list or from text with separators."""
        value = self.fields.get(key)
        if value is None:
            return ()
        items = value.split(separator) if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self.keep(key, "a list of texts was expected")
            return ()
        stripped = [item.strip() for item in items]
        return tuple(dict.fromkeys(item for item in stripped if item not in PLACEHOLDERS))


def parse_figure(
    markdown: bytes, *, name: str, stem: str = "", tables: Mapping[str, tuple[str, bytes]] | None = None
) -> ParsedFigure:
    r"""Return the figure of one document of either generation.

    Parameters
    ----------
    markdown
        The document's bytes.
    name
        How problems name it.
    stem
        The figure id that its file name promises; empty where it has none.
    tables
        The ``_data`` files by kind (``genes``, ``chemicals``, ``diseases``): name and bytes. Those for which the front
        matter itself has rows are not read.

    Raises
    ------
    ParseError
        If the document cannot be read, or lacks a usable ``figid`` or ``pmcid``.

    Examples
    --------
    >>> text = b"---\nfigid: PMC1__f\npmcid: PMC1\ngenes: []\n---\n"
    >>> parse_figure(text, name="PMC1__f.md").figure.figid
    'PMC1__f'
    """
    document = _Document(name)
    _read(document, markdown)
    figid, pmcid = _identity(document, stem)
    tables = tables or {}
    genes = _gene_rows(document, tables)
    if genes.form is Form.ABSENT:
        document.problems.append(_no_genes(document.name, stem or figid))
    figure = Figure(
        figid=figid,
        paper=_paper(document, pmcid),
        number=_number(document),
        title=document.text("figtitle"),
        caption=_caption(document),
        page=_page(document),
        filename=document.text("filename"),
        figure_type=document.text("figtype"),
        score=_score(document),
        rank=document.text("pmc_ranked_result_index"),
        organisms=tuple(
            dict.fromkeys([*document.texts("organisms", ","), *document.texts("organisms_ner", ",")]),
        ),
        alias=document.text("figid_alias"),
        redirect_from=document.texts("redirect_from", "\n"),
        ndex=_identifier(document, "ndex", _NDEX, "the UUID of an NDEx network"),
        wpid=_identifier(document, "wpid", _WPID, "the id of a WikiPathways pathway (`WP` and digits)"),
        seo=document.text("seo"),
        annotations=_annotations(document),
        mentions=gene_mentions(genes),
        chemicals=chemical_mentions(_rows(document, "chemicals", tables)),
        diseases=disease_mentions(_rows(document, "diseases", tables)),
        block=_block(document),
        extra=_extra(document),
    )
    _check_species(document, figure)
    generation = {Form.EMBEDDED: 1, Form.TABLE: 2, Form.ABSENT: 0}[genes.form]
    return ParsedFigure(figure, tuple(document.problems), generation)


def _check_species(document: _Document, figure: Figure) -> None:
    """Warn if the file names species, and has genes of others."""
    if not figure.organisms:
        return
    named = {candidate.gene.organism for mention in figure.mentions for candidate in mention.candidates}
    others = ", ".join(sorted(name for name in named.difference(figure.organisms) if name))
    if others:
        key = "organisms" if document.fields.get("organisms") else "organisms_ner"
        document.warn(key, ", ".join(figure.organisms), f"it does not name {others}, of which the figure has genes")


def _read(document: _Document, markdown: bytes) -> None:
    """Read the front matter; report what is odd in the text and the YAML themselves."""
    if not markdown.strip():
        raise document.fatal("the file is empty")
    try:
        text, n_replaced = decode(markdown)
    except UnicodeDecodeError as error:
        line, byte = _bad_byte(markdown, error)
        raise document.fatal("not UTF-8; save the file as UTF-8", line=line, value=byte) from error
    try:
        document.front = read_front_matter(text)
    except FrontMatterError as error:
        raise document.fatal(error.reason, line=error.line) from error
    document.fields = document.front.fields
    n_replaced += _clean_values(document.fields) if "\\" in text else 0
    for notice in document.front.notices:
        problem = Problem(Severity.WARNING, document.name, notice.line, notice.key, "", notice.reason)
        document.problems.append(problem)
    if n_replaced:
        document.problems.append(_replaced(document.name, first_replaced_line(markdown), n_replaced))


def _replaced(name: str, line: int, n_replaced: int) -> Problem:
    count = "1 control character or lone surrogate" if n_replaced == 1 else f"{n_replaced} control characters or such"
    return Problem(
        Severity.WARNING, name, line, "", "", f"{count}, which RDF cannot carry, became U+FFFD; the first here"
    )


def _clean_values(fields: dict[str, Any]) -> int:
    r"""Clean what escapes in double quotes (``"\\0"``) brought in after the text was cleaned; return how many."""
    n_replaced = 0

    def cleaned(value: Any) -> Any:
        nonlocal n_replaced
        if isinstance(value, str):
            value, n = clean(value)
            n_replaced += n
            return value
        if isinstance(value, list):
            return [cleaned(item) for item in value]
        return {cleaned(key): cleaned(item) for key, item in value.items()}

    for key, value in list(fields.items()):
        fields[key] = cleaned(value)
    return n_replaced


def _identity(document: _Document, stem: str) -> tuple[str, str]:
    """Return the figure's and the paper's id; both name files and IRIs, so both must be harmless."""
    ids = []
    for key in ("figid", "pmcid"):
        value = document.text(key)
        if value is None:
            raise document.fatal(f"`{key}` is missing", line=document.front.line(key), path=key)
        if _UNSAFE_ID.search(value) or len(value.encode()) > MAX_ID_BYTES:
            reason = (
                f"not usable as an id: no `/`, `\\`, `:` or control character, no leading dot, {MAX_ID_BYTES} bytes"
            )
            raise document.fatal(reason, line=document.front.line(key), path=key, value=value)
        ids.append(value)
    figid, pmcid = ids
    if re.fullmatch(r"PMC[0-9]+", pmcid) is None:
        document.warn("pmcid", pmcid, "not a PubMed Central id (`PMC` and digits)")
    if figid.partition("__")[0] != pmcid:
        document.warn("figid", figid, f"does not begin with the paper's id, {pmcid}")
    if stem and stem != figid:
        document.warn("figid", figid, f"the file is named {stem}; the figid counts")
    return figid, pmcid


def _gene_rows(document: _Document, tables: Mapping[str, tuple[str, bytes]]) -> Rows[tuple[str, ...]]:
    """Return the rows of genes, from the front matter where it has them, else from the ``_data`` file."""
    if document.front.rows is not None:
        _report_unread(document, "genes", tables)
        place = partial(_embedded_place, document, "genes")
        return Rows(Form.EMBEDDED, list(enumerate(document.front.rows)), document.problems, place)
    rows = _rows(document, "genes", tables)
    if rows.form is Form.TABLE:  # all of its rows have the same columns, those of the first
        columns = rows.rows[0][1].keys() if rows.rows else ()
        absent = dict.fromkeys([column for column in TABLE_GENE_FIELDS if column not in columns], "")
        pick = itemgetter(*TABLE_GENE_FIELDS)
        cells = [(position, pick(row | absent if absent else row)) for position, row in rows.rows]
        return Rows(rows.form, cells, rows.problems, rows.place)
    unknown: set[str] = set()
    cells = []
    for position, row in rows.rows:
        cells.append((position, tuple([row.get(column, "") for column in GENE_FIELDS])))
        for column in sorted(row.keys() - {*GENE_FIELDS, *unknown}):
            unknown.add(column)
            rows.warn(position, column, row[column], "the column is not known; left out in all rows")
    return Rows(rows.form, cells, rows.problems, rows.place)


def _rows(document: _Document, kind: str, tables: Mapping[str, tuple[str, bytes]]) -> Rows[dict[str, str]]:
    """Return the rows of one kind, from the front matter where it has them, else from the ``_data`` file."""
    embedded = document.fields.get(kind)
    is_empty = embedded is None or embedded == [] or (isinstance(embedded, str) and embedded.strip() in PLACEHOLDERS)
    if not is_empty:
        _report_unread(document, kind, tables)
        return _embedded_rows(document, kind, embedded)
    if kind in tables:
        return _table_rows(document, kind, *tables[kind])
    if embedded == []:
        return _embedded_rows(document, kind, embedded)
    return Rows(Form.ABSENT, [], document.problems, lambda *_: (document.name, None, kind))


def _report_unread(document: _Document, kind: str, tables: Mapping[str, tuple[str, bytes]]) -> None:
    if kind in tables:
        document.warn(kind, "", f"the file has its own rows, so {tables[kind][0]} is not read")


def _embedded_place(document: _Document, kind: str, position: int, column: str) -> tuple[str, int | None, str]:
    path = (kind, position, column) if column else (kind, position)
    return document.name, document.front.line(*path), f"{kind}[{position}]" + (f".{column}" if column else "")


def _embedded_rows(document: _Document, kind: str, embedded: object) -> Rows[dict[str, str]]:
    if not isinstance(embedded, list):
        document.keep(kind, "a list of rows was expected")
        embedded = []
    found: list[tuple[int, dict[str, str]]] = []
    rows = Rows(Form.EMBEDDED, found, document.problems, partial(_embedded_place, document, kind))
    for position, row in enumerate(embedded):
        if isinstance(row, dict) and all(isinstance(value, str) for value in row.values()):
            found.append((position, row))
        else:
            rows.skip(position, "", row, "a row must be a mapping of texts")
    return rows


def _table_rows(document: _Document, kind: str, name: str, data: bytes) -> Rows[dict[str, str]]:
    problems = document.problems
    try:
        text, n_replaced = decode(data)
    except UnicodeDecodeError as error:
        reason = "not UTF-8, so none of its rows is read; save the file as UTF-8"
        line, byte = _bad_byte(data, error)
        problems.append(Problem(Severity.ROW_SKIPPED, name, line, "", byte, reason))
        return Rows(Form.TABLE, [], problems, lambda *_: (name, None, ""))
    if n_replaced:
        problems.append(_replaced(name, first_replaced_line(data), n_replaced))
    table = parse_data_table(text)
    lines = {position: line for line, position, _ in table.rows}
    for line, value, reason in table.faults:
        problems.append(Problem(Severity.ROW_SKIPPED, name, line, "", shorten(value), reason))
    for line in table.raw_quotes:
        reason = "the quotes are not CSV's, so the cells are taken as they stand"
        problems.append(Problem(Severity.WARNING, name, line, "", "", reason))
    rows = [(position, dict(zip(table.columns, cells, strict=True))) for _, position, cells in table.rows]
    missing = [column for column in REQUIRED_COLUMNS[kind] if column not in table.columns]
    if not missing:
        for column in sorted(set(table.columns) - KNOWN_COLUMNS[kind]):
            reason = "the column is not known; left out in all rows"
            problems.append(Problem(Severity.WARNING, name, 1, column, "", reason))
    elif rows:
        reason = f"the header lacks {', '.join(missing)}, so none of the {len(rows)} rows is read"
        problems.append(Problem(Severity.ROW_SKIPPED, name, 1, "", shorten(text.partition("\n")[0]), reason))
        rows = []
    return Rows(Form.TABLE, rows, problems, lambda position, column: (name, lines[position], column))


def _bad_byte(data: bytes, error: UnicodeDecodeError) -> tuple[int, str]:
    """Return the line and the value of the byte that is not UTF-8."""
    return data.count(b"\n", 0, error.start) + 1, f"byte 0x{data[error.start]:02x}"


def _no_genes(name: str, stem: str) -> Problem:
    reason = f"no `genes` here and no _data/{stem}-genes.tsv; the figure has no gene mentions"
    return Problem(Severity.WARNING, name, None, "genes", "", reason)


def _paper(document: _Document, pmcid: str) -> Paper:
    return Paper(
        pmcid=pmcid,
        title=document.text("papertitle"),
        citation=document.text("reftext"),
        year=_year(document),
        doi=_identifier(document, "doi", _DOI, "a DOI (`10.` and digits, a slash, a name)"),
        journal=document.text("journal_title"),
        journal_abbreviation=document.text("journal_nlm_ta"),
        publisher=document.text("publisher_name"),
        keywords=document.texts("keywords", "|"),
    )


def _identifier(document: _Document, key: str, pattern: re.Pattern[str], what: str) -> str | None:
    """Return an identifier without the address that it may stand in; None, and a warning, where it is none."""
    value = document.text(key)
    match = pattern.fullmatch(value) if value else None
    if value and match is None:
        document.warn(key, value, f"not {what}; left out")
    return match[1] if match else None


def _year(document: _Document) -> int | None:
    value = document.text("year")
    if value is None:
        return None
    if re.fullmatch(r"[12][0-9]{3}", value) is None:
        document.warn("year", value, "not a year of four digits; left out")
        return None
    return int(value)


def _number(document: _Document) -> str | None:
    value = document.text("number")
    value = value.replace("\xa0", " ") if value else None
    return None if value in _NO_FIGURE_NUMBER else value


def _caption(document: _Document) -> str | None:
    """Return the caption with the blanks that it has: the embedded block repeats it to the letter."""
    value = document.text("caption")
    return None if value is None else str(document.fields["caption"])


def _page(document: _Document) -> str | None:
    value = document.text("figlink")
    return value.lstrip("/") or None if value else None


def _score(document: _Document) -> Decimal | None:
    key = "pathway_score"
    value = document.text(key)
    if value is None:
        key = "automl_pathway"
        value = document.text(key)
    if value is None:
        return None
    # Python's Decimal would take more than a decimal number of XML Schema or YAML: underscores, other scripts' digits.
    score = Decimal(value) if _NUMBER.fullmatch(value) else Decimal("NaN")
    if not score.is_finite() or not -30 < score.adjusted() < 30 or len(value) > 60:
        document.warn(key, value, "not a finite number of reasonable size; left out")
        return None
    if not 0 <= score <= 1:
        document.warn(key, value, "a score lies between 0 and 1; left out")
        return None
    return abs(score)  # a zero has no sign


def _annotations(document: _Document) -> tuple[Annotation, ...]:
    found = []
    items = document.fields.get("annotations") or []
    if isinstance(items, str) and items.strip() in PLACEHOLDERS:
        return ()
    for position, item in enumerate(items if isinstance(items, list) else [items]):
        if isinstance(item, str) and item.strip() not in PLACEHOLDERS:
            found.append(Annotation(None, item.strip()))
        elif isinstance(item, dict) and isinstance(item.get("value"), str):
            kind, value = item.get("type"), item["value"].strip()
            kind = kind.strip() if isinstance(kind, str) else ""
            if value not in PLACEHOLDERS:
                found.append(Annotation(None if kind in PLACEHOLDERS else kind, value))
        elif not isinstance(item, str):
            reason = "an annotation is a `type` and a `value`; left out"
            document.report(Severity.WARNING, ("annotations", position), item, reason)
    return tuple(found)


def _block(document: _Document) -> dict[str, object] | None:
    block = document.fields.get("schema-jsonld")
    if block is None or isinstance(block, dict):
        return block
    if not isinstance(block, str) or block.strip() not in PLACEHOLDERS:
        document.keep("schema-jsonld", "a mapping was expected")
    return None


def _extra(document: _Document) -> dict[str, object]:
    """Return what no other field of the record carries: unknown keys, and known ones of an unexpected shape."""
    unknown = document.fields.keys() - _KNOWN
    for key in [key for key in document.fields if key in unknown]:
        document.warn(key, document.fields[key], "the key is not known; kept in `extra`, not in the graph")
    return {key: value for key, value in document.fields.items() if key in unknown or key in document.unread}
