"""The HGNC complete set: human genes with their approved symbol, aliases, previous symbols and ids elsewhere."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.compression import open_binary
from kg.errors import SourceError
from kg.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

__all__ = ["HGNC_COLUMNS", "HgncGene", "HgncTable", "read_hgnc"]

_SINGLE: Mapping[str, str] = {
    "hgnc_id": "hgnc_id",
    "symbol": "symbol",
    "name": "name",
    "status": "status",
    "locus_group": "locus_group",
    "locus_type": "locus_type",
    "location": "location",
    "ncbigene": "entrez_id",
    "ensembl": "ensembl_gene_id",
}
_SEVERAL: Mapping[str, str] = {
    "aliases": "alias_symbol",
    "alias_names": "alias_name",
    "previous": "prev_symbol",
    "previous_names": "prev_name",
    "gene_groups": "gene_group",
    "uniprot": "uniprot_ids",
    "omim": "omim_id",
}
HGNC_COLUMNS: Mapping[str, str] = {**_SINGLE, **_SEVERAL}
"""The columns of `HgncTable.frame`, and the names that HGNC gives them; the last seven hold lists."""

_OTHER_NAMES = {"gene_group": "gene_family"}  # JSON files before 2020 have the older names of some fields
_ID_PATTERNS = {"hgnc_id": "^HGNC:[0-9]+$", "ncbigene": "^[0-9]+$"}
_ID_RULES = {"hgnc_id": "is HGNC: and digits", "ncbigene": "has digits only"}
_WHERE = "take the complete set of https://www.genenames.org/download/, or run `kg hgnc fetch`"


@dataclass(frozen=True, slots=True)
class HgncGene:
    """A gene as HGNC describes it.

    Attributes
    ----------
    hgnc_id
        Like ``HGNC:11364``.
    symbol
        The approved symbol, or the last one of a withdrawn entry.
    status
        ``Approved`` or ``Entry Withdrawn``.
    location
        The cytogenetic band.
    ncbigene, ensembl
        Ids elsewhere; None where HGNC knows none.
    aliases, previous
        Symbols that are also used, and that were approved before.
    omim, uniprot, gene_groups
        Ids and names of what it belongs to; most genes have one of each, some several.
    """

    hgnc_id: str
    symbol: str
    name: str | None
    status: str | None
    locus_group: str | None
    locus_type: str | None
    location: str | None
    ncbigene: str | None
    ensembl: str | None
    aliases: tuple[str, ...] = ()
    alias_names: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    previous_names: tuple[str, ...] = ()
    gene_groups: tuple[str, ...] = ()
    uniprot: tuple[str, ...] = ()
    omim: tuple[str, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """Whether HGNC has withdrawn the entry."""
        return self.status == "Entry Withdrawn"


@dataclass(slots=True)
class HgncTable:
    """The HGNC complete set, in memory: some 40,000 rows, and the few genes of it that were asked for.

    Attributes
    ----------
    frame
        The columns of `HGNC_COLUMNS`, a row an entry, in the order of the file; empty text is null, lists can be empty.
    source
        The file.
    """

    frame: pl.DataFrame
    source: str
    _by_id: dict[str, int] = field(init=False, repr=False)
    _by_symbol: dict[str, int] = field(init=False, repr=False)
    _genes: dict[int, HgncGene] = field(init=False, repr=False, default_factory=dict)
    _by_former: dict[str, list[int]] | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        """List the rows by NCBI Gene id, and by symbol."""
        # Reversed, so that the first row counts where two share an id.
        ids = self.frame.get_column("ncbigene").to_list()
        self._by_id = {ncbigene: row for row, ncbigene in reversed(list(enumerate(ids))) if ncbigene}
        self._by_symbol = {symbol: row for row, symbol in enumerate(self.frame.get_column("symbol"))}

    def __len__(self) -> int:
        """Return the number of entries, withdrawn ones too."""
        return self.frame.height

    def gene(self, ncbigene: str) -> HgncGene | None:
        """Return the gene of an NCBI Gene id; None where HGNC has none."""
        return self._row(self._by_id.get(ncbigene))

    def symbol(self, symbol: str) -> HgncGene | None:
        """Return the entry of a symbol, approved or withdrawn, as it is spelled; None where there is none."""
        return self._row(self._by_symbol.get(symbol))

    def renamed(self, symbol: str) -> list[HgncGene]:
        """Return the genes that were once called by a symbol, by today's symbol.

        Examples
        --------
        >>> table = read_hgnc("tests/authority/hgnc.txt")
        >>> [gene.symbol for gene in table.renamed("IFNB2")]
        ['IL6']
        """
        if self._by_former is None:
            found: dict[str, list[int]] = {}
            for row, former in enumerate(self.frame.get_column("previous")):
                for name in former:
                    found.setdefault(name, []).append(row)
            self._by_former = found
        genes = [self._row(row) for row in self._by_former.get(symbol, ())]
        return sorted((gene for gene in genes if gene is not None), key=lambda gene: gene.symbol)

    def called(self, name: str) -> list[HgncGene]:
        """Return the genes that a name is the symbol of, or else an alias or a former symbol, in any case; by symbol.

        Examples
        --------
        >>> table = read_hgnc("tests/authority/hgnc.txt")
        >>> [gene.symbol for gene in table.called("bsf2")]
        ['IL6']
        """
        import polars as pl

        lower = name.lower()
        others = pl.concat_list("aliases", "previous").list.eval(pl.element().str.to_lowercase()).list.contains(lower)
        for found in (pl.col("symbol").str.to_lowercase() == lower, others):
            rows = self.frame.select(found.arg_true()).to_series().to_list()
            genes = [gene for row in rows if (gene := self._row(row)) is not None and not gene.is_withdrawn]
            if genes:
                return sorted(genes, key=lambda gene: gene.symbol)
        return []

    def _row(self, row: int | None) -> HgncGene | None:
        if row is None:
            return None
        if row not in self._genes:
            values = self.frame.row(row)  # in the order of the gene's fields
            self._genes[row] = HgncGene(*values[: len(_SINGLE)], *map(tuple, values[len(_SINGLE) :]))
        return self._genes[row]


def read_hgnc(path: str | Path) -> HgncTable:
    """Return the HGNC complete set of a file.

    Parameters
    ----------
    path
        The complete set as HGNC publishes it: tab-separated text, or JSON, each also compressed as ``.gz`` or ``.zst``.
        Columns that are not in `HGNC_COLUMNS` are passed over.

    Raises
    ------
    SourceError
        If the file cannot be read, is not such a table, lacks a column or has one twice, holds what is no id, or
        gives an id to two entries; with the line where there is one, and what to do.

    References
    ----------
    The columns: https://www.genenames.org/help/statistics-and-downloads/

    Examples
    --------
    >>> table = read_hgnc("tests/authority/hgnc.txt")
    >>> table.gene("6774").symbol, table.gene("6774").uniprot, table.symbol("IL6").aliases
    ('STAT3', ('P40763',), ('IL-6', 'BSF2', 'HGF', 'HSF'))
    """
    text = _read_text(Path(path))
    frame, place = _from_json(text, path) if text.lstrip()[:1] in ("{", "[") else _from_tsv(text, path)
    _check_ids(frame, str(path), place)
    return HgncTable(frame, str(path))


def _read_text(path: Path) -> str:
    try:
        with open_binary(path) as stream:
            return clean(stream.read().decode("utf-8-sig"))[0]
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not in UTF-8, so not the HGNC complete set; {_WHERE}") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{path}: cannot be read ({reason}); {_WHERE}") from error


def _from_tsv(text: str, path: str | Path) -> tuple[pl.DataFrame, str]:
    import polars as pl

    header, _, _ = text.partition("\n")
    columns = header.rstrip("\r").split("\t")
    _check_columns(columns, f"{path}:1")
    n_tabs = len(columns) - 1
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        if line.count("\t") != n_tabs:
            what = f"the line has {line.count(chr(9)) + 1} cells and the header {n_tabs + 1}"
            raise SourceError(f"{path}:{number}: {what}, so the table is not whole; {_WHERE}")
    rows = pl.read_csv(
        io.BytesIO(text.encode()), separator="\t", quote_char=None, infer_schema=False, columns=_present(columns)
    )
    # A list stands in quotes, its items between bars.
    unquoted = pl.all().str.strip_chars("\r").str.strip_prefix('"').str.strip_suffix('"').replace("", None)
    return _typed(rows.select(unquoted)), "line"


def _from_json(text: str, path: str | Path) -> tuple[pl.DataFrame, str]:
    import polars as pl

    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}:{error.lineno}: not JSON ({error.msg}); {_WHERE}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or lists within lists
        raise SourceError(f"{path}: JSON that cannot be read ({error}); {_WHERE}") from error
    response = content.get("response") if isinstance(content, dict) else None
    docs = response.get("docs") if isinstance(response, dict) else None
    if not isinstance(docs, list) or not docs or not all(isinstance(doc, dict) for doc in docs):
        raise SourceError(f"{path}: JSON without the entries of HGNC (response.docs); {_WHERE}")
    columns = sorted({key for doc in docs for key in doc})
    _check_columns(columns, str(path))
    frame = pl.DataFrame(
        {name: [_joined(doc.get(name)) for doc in docs] for name in _present(columns)},
        schema=dict.fromkeys(_present(columns), pl.String),
    )
    return _typed(frame), "response.docs entry"


def _joined(value: Any) -> str | None:
    """Return a value of the JSON form as the other form has it: on one line, and without what no text can hold."""
    text = "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return " ".join(clean(text)[0].splitlines()) or None


def _present(columns: Sequence[str]) -> list[str]:
    """Return the names that a file gives to the columns that are read."""
    return [
        _OTHER_NAMES[name] if name not in columns and _OTHER_NAMES.get(name) in columns else name
        for name in HGNC_COLUMNS.values()
    ]


def _check_columns(columns: Sequence[str], place: str) -> None:
    twice = [name for name, n_times in Counter(columns).items() if name and n_times > 1]
    if twice:
        raise SourceError(f"{place}: the column {shorten(twice[0], 40)} stands twice; {_WHERE}")
    missing = [name for name in _present(columns) if name not in columns]
    if missing:
        found = shorten(", ".join(filter(None, columns)), 80) or "none"
        named = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise SourceError(f"{place}: the columns {named} are missing (there are: {found}); {_WHERE}")


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns under our names, lists between bars as lists."""
    import polars as pl

    present = dict(zip(HGNC_COLUMNS, _present(rows.columns), strict=True))
    texts = [pl.col(present[name]).alias(name) for name in _SINGLE]
    lists = [pl.col(present[name]).fill_null("").str.split("|").alias(name) for name in _SEVERAL]
    not_empty = pl.element().filter(pl.element() != "")
    return rows.select(*texts, *[column.list.eval(not_empty) for column in lists])


def _check_ids(frame: pl.DataFrame, path: str, place: str) -> None:
    """Refuse a table without an id or symbol in a row, with what is no id, and one whose entries share an HGNC id."""
    first = 2 if place == "line" else 0

    def where(row: int) -> str:
        return f"{path}:{row + first}" if place == "line" else f"{path}: {place} {row + first}"

    wrong = _first_wrong(frame)
    if wrong is not None:
        raise SourceError(f"{where(wrong[0])}: {wrong[1]}; {_WHERE}")
    seen: dict[str, int] = {}
    for row, hgnc_id in enumerate(frame.get_column("hgnc_id")):
        if hgnc_id in seen:
            raise SourceError(f"{where(row)}: {hgnc_id} is also the id of {place} {seen[hgnc_id] + first}; {_WHERE}")
        seen[hgnc_id] = row
    if not seen:
        raise SourceError(f"{path}: the table has no rows; {_WHERE}")


def _first_wrong(frame: pl.DataFrame) -> tuple[int, str] | None:
    """Return the first row whose ids or symbol cannot be HGNC's, and what is wrong with it."""
    import polars as pl

    ids = {name: pl.col(name).str.contains(pattern).not_() for name, pattern in _ID_PATTERNS.items()}
    lacks = pl.col("hgnc_id").is_null() | pl.col("symbol").is_null()
    rows = frame.select(pl.any_horizontal(lacks, *ids.values()).arg_true()).to_series()
    if rows.is_empty():
        return None
    row = rows[0]
    entry = frame.row(row, named=True)
    if not entry["hgnc_id"] or not entry["symbol"]:
        return row, "the entry has no HGNC id or no symbol"
    wrong = frame[row].select(**ids).row(0, named=True)
    name = next(name for name in ids if wrong[name])
    return row, f"{shorten(entry[name], 40)!r} is no {HGNC_COLUMNS[name]}, which {_ID_RULES[name]}"
