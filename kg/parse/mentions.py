"""From rows to mentions: which row is usable, and which rows belong to one mention."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import Problem, Severity
from kg.model import (
    LEXICON_TIERS,
    Candidate,
    ChemicalMention,
    Counts,
    DiseaseMention,
    Gene,
    GeneMention,
)
from kg.text import PLACEHOLDERS, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REQUIRED_COLUMNS", "Form", "Rows", "chemical_mentions", "disease_mentions", "gene_mentions"]

# An NCBI Gene id, as NCBI writes it: so the row can be written again from it.
_NCBI_GENE = re.compile(r"[1-9][0-9]{0,17}")
_MESH = re.compile(r"(?:mesh:)?([A-Z][0-9]+)", re.IGNORECASE)
_CHEBI = re.compile(r"(?:chebi:)?([0-9]+)", re.IGNORECASE)
_DOID = re.compile(r"(?:doid:)?([0-9]+)", re.IGNORECASE)

_EMBEDDED_FIELDS = ("word", "symbol", "source", "hgnc_symbol", "entrez")
_TABLE_FIELDS = ("word", "match", "source", "ncbigene_symbol", "ncbigene_id")
_TABLE_EXTRAS = ("organism_id", "organism_name", "organism_group", "count_direct", "count_synonym", "count_match")

REQUIRED_COLUMNS = {"genes": _TABLE_FIELDS, "chemicals": ("word",), "diseases": ("word",)}
"""The columns without which no row of a ``_data`` file can be used, by kind."""


class Form(Enum):
    """Where rows stand: in the front matter (generation 1), in a ``_data`` file (generation 2), or nowhere."""

    EMBEDDED = "embedded"
    TABLE = "table"
    ABSENT = "absent"


class Rows(NamedTuple):
    """The rows of one kind in one document, and where to report what is wrong with them.

    Attributes
    ----------
    kind
        ``genes``, ``chemicals`` or ``diseases``.
    form
        Where they stand, which decides their columns.
    rows
        Position in the file (from 0) and cells by column.
    problems
        The document's list of problems, appended to.
    place
        From a position and a column (empty for the row) to the file, line and path that a problem names.
    """

    kind: str
    form: Form
    rows: list[tuple[int, dict[str, str]]]
    problems: list[Problem]
    place: Callable[[int, str], tuple[str, int | None, str]]

    def skip(self, position: int, column: str, value: object, reason: str) -> None:
        """Report a row that is left out."""
        self._report(Severity.ROW_SKIPPED, position, column, value, reason)

    def warn(self, position: int, column: str, value: object, reason: str) -> None:
        """Report something odd in a row that stays."""
        self._report(Severity.WARNING, position, column, value, reason)

    def _report(self, severity: Severity, position: int, column: str, value: object, reason: str) -> None:
        file, line, path = self.place(position, column)
        self.problems.append(Problem(severity, file, line, path, shorten(value), reason))


@lru_cache(maxsize=65_536)
def _hgnc_gene(ncbigene: str, symbol: str) -> Gene:
    return Gene(ncbigene, symbol, is_hgnc=True, taxon="9606", organism="Homo sapiens")


@lru_cache(maxsize=65_536)
def _ncbi_gene(ncbigene: str, symbol: str, *organism: str) -> Gene:
    taxon, name, group = (cell or None for cell in organism)
    return Gene(ncbigene, symbol, is_hgnc=False, taxon=taxon, organism=name, organism_group=group)


# A candidate while it grows: its gene, its positions, its counts.
_Growing = tuple[Gene, list[int], list[Counts]]


def gene_mentions(rows: Rows) -> tuple[GeneMention, ...]:
    """Return the gene mentions of a document, numbered from 1 in order of first appearance.

    Rows with one word, one matched symbol and one lexicon make one mention, wherever they stand; in it, rows with one
    gene make one candidate. A row is left out, and reported, if a field is missing or its gene id is no number.
    """
    grouped: dict[tuple[str, str, str], dict[tuple[str, ...], _Growing]] = {}
    group = _group_table_rows if rows.form is Form.TABLE else _group_embedded_rows
    group(rows, grouped)
    mentions = []
    unknown = set()
    for number, ((word, symbol, lexicon), candidates) in enumerate(grouped.items(), 1):
        if lexicon not in LEXICON_TIERS and lexicon not in unknown:
            unknown.add(lexicon)
            position = next(iter(candidates.values()))[1][0]
            rows.warn(position, "source", lexicon, "an unknown lexicon: the mention counts in no tier but `all`")
        for gene, positions, _ in candidates.values():
            if len(positions) > 1:
                again = f"the row of {gene.symbol} stands {len(positions)} times"
                rows.warn(positions[1], "", word, again)
        mentions.append(
            GeneMention(
                number,
                word,
                symbol,
                lexicon,
                tuple(
                    [
                        Candidate(gene, tuple(positions), tuple(counts))
                        for gene, positions, counts in candidates.values()
                    ]
                ),
            )
        )
    return tuple(mentions)


def _usable(rows: Rows, position: int, row: dict[str, str], fields: tuple[str, ...]) -> bool:
    """Return whether a row names a word, a match, a gene symbol and a gene id; report it if not."""
    for column in fields:
        if column != "source" and not row.get(column):
            rows.skip(position, column, "", f"the row has no `{column}`")
            return False
    ncbigene = row[fields[-1]]
    if _NCBI_GENE.fullmatch(ncbigene) is None:
        rows.skip(position, fields[-1], ncbigene, "not an NCBI Gene id (a whole number above 0, no leading zero)")
        return False
    return True


def _group_embedded_rows(rows: Rows, grouped: dict[tuple[str, str, str], dict[tuple[str, ...], _Growing]]) -> None:
    warned: set[str] = set()
    for position, row in rows.rows:
        if not _usable(rows, position, row, _EMBEDDED_FIELDS):
            continue
        if len(row) > len(_EMBEDDED_FIELDS):
            for column in row.keys() - set(_EMBEDDED_FIELDS) - warned:
                warned.add(column)
                rows.warn(position, column, row[column], "the column is not known; left out in all rows")
        key = (row["entrez"], row["hgnc_symbol"])
        candidates = grouped.setdefault((row["word"], row["symbol"], row.get("source", "")), {})
        if key in candidates:
            candidates[key][1].append(position)
        else:
            candidates[key] = (_hgnc_gene(*key), [position], [])


def _group_table_rows(rows: Rows, grouped: dict[tuple[str, str, str], dict[tuple[str, ...], _Growing]]) -> None:
    for position, row in rows.rows:
        if not _usable(rows, position, row, _TABLE_FIELDS):
            continue
        taxon, organism, group, *counts = [row.get(column, "") for column in _TABLE_EXTRAS]
        key = (row["ncbigene_id"], row["ncbigene_symbol"], taxon, organism, group)
        candidates = grouped.setdefault((row["word"], row["match"], row.get("source", "")), {})
        if key not in candidates:
            candidates[key] = (_ncbi_gene(*key), [], [])
        candidates[key][1].append(position)
        candidates[key][2].append(Counts(*counts))


def _present(value: str | None) -> str | None:
    return None if value is None or value.strip() in PLACEHOLDERS else value.strip()


def _identifier(rows: Rows, position: int, column: str, value: str | None, pattern: re.Pattern[str]) -> str | None:
    """Return an identifier without its prefix; None, and a warning, where it is not of its kind."""
    value = _present(value)
    if value is None:
        return None
    match = pattern.fullmatch(value)
    if match is None:
        rows.warn(position, column, value, "not an identifier of its kind; left out")
        return None
    return match[1]


class _Entity(NamedTuple):
    word: str
    mesh: str | None
    match: str | None
    name: str | None
    other: str | None


def _entities(rows: Rows, other: str, pattern: re.Pattern[str]) -> list[_Entity]:
    """Return the usable rows of chemicals or diseases, of either generation."""
    found = []
    for position, row in rows.rows:
        word = row.get("word", "")
        if not word:
            rows.skip(position, "word", "", "the row has no `word`")
            continue
        if "identifier" in row:
            source = row.get("source", "").strip().lower() or "mesh"
            mesh = _identifier(rows, position, "identifier", row["identifier"], _MESH) if source == "mesh" else None
            own = _identifier(rows, position, "identifier", row["identifier"], pattern) if source == other else None
            if source not in ("mesh", other) and _present(row["identifier"]):
                rows.warn(position, "source", row["source"], f"not MESH or {other.upper()}; its identifier is left out")
        else:
            mesh = _identifier(rows, position, "mesh", row.get("mesh"), _MESH)
            own = _identifier(rows, position, other, row.get(other), pattern)
        found.append(_Entity(word, mesh, _present(row.get("match")), _present(row.get("name")), own))
    return found


def chemical_mentions(rows: Rows) -> tuple[ChemicalMention, ...]:
    """Return the chemical mentions of a document, one a usable row, numbered from 1."""
    return tuple(ChemicalMention(number, *entity) for number, entity in enumerate(_entities(rows, "chebi", _CHEBI), 1))


def disease_mentions(rows: Rows) -> tuple[DiseaseMention, ...]:
    """Return the disease mentions of a document, one a usable row, numbered from 1."""
    return tuple(DiseaseMention(number, *entity) for number, entity in enumerate(_entities(rows, "doid", _DOID), 1))
