"""From rows to mentions: which row is usable, and which rows belong to one mention."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

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
from kg.parse.plain_yaml import GENE_FIELDS
from kg.text import PLACEHOLDERS, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "KNOWN_COLUMNS",
    "REQUIRED_COLUMNS",
    "TABLE_GENE_FIELDS",
    "Form",
    "Rows",
    "chemical_mentions",
    "disease_mentions",
    "gene_mentions",
]

# An NCBI Gene id, as NCBI writes it: so the row can be written again from it.
_NCBI_GENE = re.compile(r"[1-9][0-9]{0,17}")
_MESH = re.compile(r"(?:mesh:)?([A-Z][0-9]+)", re.IGNORECASE)
_CHEBI = re.compile(r"(?:chebi:)?([0-9]+)", re.IGNORECASE)
_DOID = re.compile(r"(?:doid:)?([0-9]+)", re.IGNORECASE)

TABLE_GENE_FIELDS = (
    *("word", "match", "source", "ncbigene_symbol", "ncbigene_id"),
    *("organism_id", "organism_name", "organism_group", "count_direct", "count_synonym", "count_match"),
)
"""The columns of a gene's row in a table, in the order in which `Rows` has them."""

# In both: word, match and lexicon make the mention; what follows, up to the counts, is the candidate gene.
_MENTION, _GENE, _COUNTS = slice(3), slice(3, 8), slice(8, None)

KNOWN_COLUMNS = {
    "genes": frozenset(TABLE_GENE_FIELDS),
    "chemicals": frozenset({"word", "mesh", "match", "name", "chebi", "source", "identifier"}),
    "diseases": frozenset({"word", "mesh", "match", "name", "doid", "source", "identifier"}),
}
"""The columns of a ``_data`` file that are read, by kind."""

REQUIRED_COLUMNS = {"genes": TABLE_GENE_FIELDS[:5], "chemicals": ("word",), "diseases": ("word",)}
"""The columns without which no row of a ``_data`` file can be used, by kind."""


class Form(Enum):
    """Where rows stand: in the front matter (generation 1), in a ``_data`` file (generation 2), or nowhere."""

    EMBEDDED = "embedded"
    TABLE = "table"
    ABSENT = "absent"


Row = TypeVar("Row")


class Rows(NamedTuple, Generic[Row]):
    """The rows of one kind in one document, and where to report what is wrong with them.

    Attributes
    ----------
    form
        Where they stand, which decides their columns.
    rows
        Position in the file (from 0) and cells. Cells of genes stand in the order of `GENE_FIELDS`, or of
        `TABLE_GENE_FIELDS` in a table; those of chemicals and diseases are by column.
    problems
        The document's list of problems, appended to.
    place
        From a position and a column (empty for the row) to the file, line and path that a problem names.
    """

    form: Form
    rows: Sequence[tuple[int, Row]]
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


@lru_cache(maxsize=16_384)
def _gene(symbol: str, ncbigene: str, *organism: str) -> Gene | None:
    """Return the gene that a row names, one object for equal ones; None if it lacks a symbol or a usable id."""
    if not symbol or _NCBI_GENE.fullmatch(ncbigene) is None:
        return None
    if not organism:
        return Gene(ncbigene, symbol, is_hgnc=True, taxon="9606", organism="Homo sapiens")
    taxon, name, group = (cell or None for cell in organism)
    return Gene(ncbigene, symbol, is_hgnc=False, taxon=taxon, organism=name, organism_group=group)


# A usable row: the gene that it names, its position in the file, its cells.
_GeneRow = tuple[Gene, int, tuple[str, ...]]


def gene_mentions(rows: Rows[tuple[str, ...]]) -> tuple[GeneMention, ...]:
    """Return the gene mentions of a document, numbered from 1 in order of first appearance.

    Rows with one word, one matched symbol and one lexicon make one mention, wherever they stand; in it, rows with one
    gene make one candidate. A row is left out, and reported, if a field is missing or its gene id is no number.
    """
    grouped: dict[tuple[str, ...], list[_GeneRow]] = {}
    for position, cells in rows.rows:
        gene = _gene(*cells[_GENE])
        if gene is None or not cells[0] or not cells[1]:
            _report_unusable(rows, position, cells)
            continue
        row = (gene, position, cells)
        words = cells[_MENTION]
        if words in grouped:
            grouped[words].append(row)
        else:
            grouped[words] = [row]
    mentions = [
        GeneMention(number, word, symbol, lexicon, _candidates(rows, found))
        for number, ((word, symbol, lexicon), found) in enumerate(grouped.items(), 1)
    ]
    _report_unknown_lexicons(rows, mentions)
    return tuple(mentions)


def _candidates(rows: Rows[tuple[str, ...]], found: list[_GeneRow]) -> tuple[Candidate, ...]:
    """Return the candidates of one mention, from its rows."""
    if len(found) == 1:  # the usual case
        return (_candidate(rows, found),)
    by_gene: dict[tuple[str, ...], list[_GeneRow]] = {}
    for row in found:
        by_gene.setdefault(row[2][_GENE], []).append(row)
    return tuple([_candidate(rows, same) for same in by_gene.values()])


def _candidate(rows: Rows[tuple[str, ...]], found: list[_GeneRow]) -> Candidate:
    """Return one candidate, from its rows; report those that are one too many."""
    gene, position, cells = found[0]
    has_counts = len(cells) > len(GENE_FIELDS)
    if len(found) == 1:  # the usual case
        return Candidate(gene, (position,), (Counts(*cells[_COUNTS]),) if has_counts else ())
    rows.warn(found[1][1], "", gene.symbol, f"the same row stands {len(found)} times")
    counts = [Counts(*cells[_COUNTS]) for _, _, cells in found] if has_counts else ()
    return Candidate(gene, tuple([position for _, position, _ in found]), tuple(counts))


def _report_unknown_lexicons(rows: Rows[tuple[str, ...]], mentions: list[GeneMention]) -> None:
    first: dict[str, int] = {}
    for mention in mentions:
        if mention.lexicon not in LEXICON_TIERS:
            first.setdefault(mention.lexicon, mention.candidates[0].positions[0])
    for lexicon, position in first.items():
        rows.warn(position, "source", lexicon, "an unknown lexicon: the mention counts in no tier but `all`")


def _report_unusable(rows: Rows[tuple[str, ...]], position: int, row: tuple[str, ...]) -> None:
    columns = TABLE_GENE_FIELDS if rows.form is Form.TABLE else GENE_FIELDS
    for column, cell in zip(columns[:5], row, strict=False):
        if not cell and column != "source":
            rows.skip(position, column, "", f"the row has no `{column}`")
            return
    rows.skip(position, columns[4], row[4], "not an NCBI Gene id (a whole number above 0, no leading zero)")


_EntityRows = Rows[dict[str, str]]


def _present(value: str | None) -> str | None:
    return None if value is None or value.strip() in PLACEHOLDERS else value.strip()


def _identifier(
    rows: _EntityRows, position: int, column: str, value: str | None, pattern: re.Pattern[str]
) -> str | None:
    """Return an identifier without its prefix; None, and a warning, where it is not of its kind."""
    value = _present(value)
    if value is None:
        return None
    match = pattern.fullmatch(value)
    if match is None:
        rows.warn(position, column, value, "not an identifier of its kind; left out")
        return None
    return match[1].upper()


class _Entity(NamedTuple):
    word: str
    mesh: str | None
    match: str | None
    name: str | None
    other: str | None


def _entities(rows: _EntityRows, other: str, pattern: re.Pattern[str]) -> list[_Entity]:
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


def chemical_mentions(rows: _EntityRows) -> tuple[ChemicalMention, ...]:
    """Return the chemical mentions of a document, one a usable row, numbered from 1."""
    return tuple(ChemicalMention(number, *entity) for number, entity in enumerate(_entities(rows, "chebi", _CHEBI), 1))


def disease_mentions(rows: _EntityRows) -> tuple[DiseaseMention, ...]:
    """Return the disease mentions of a document, one a usable row, numbered from 1."""
    return tuple(DiseaseMention(number, *entity) for number, entity in enumerate(_entities(rows, "doid", _DOID), 1))
