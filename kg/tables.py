"""The tables of a build: their names, columns and types, and how records become rows.

A table is one Parquet file, ``tables/NAME.parquet``. `COLUMNS` is the one place that names a column.
"""

from __future__ import annotations

import io
import json
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from kg import vocab
from kg.folder import GRAPH_SUFFIXES
from kg.model import Gene, GeneFamily, Paper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from kg.errors import Problem
    from kg.model import Counts, Figure

__all__ = [
    "AUDIT_TABLES",
    "BUILD_TABLES",
    "COLUMNS",
    "COUNTED",
    "FIGURE_TABLES",
    "Columns",
    "Counted",
    "TableWriter",
    "add_document",
    "add_family",
    "add_figure",
    "add_gene",
    "add_paper",
    "add_problem",
    "empty_columns",
    "json_text",
    "read_frame",
    "schema",
    "to_frame",
    "to_ipc",
]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    # One row a document that became a figure, by figid: what an update has to know of it. `sha256`: of the document and
    # its tables. `data_folder`: where these are, or would be. `paper`, `problems`: what it says of its paper, and what
    # is odd in it, as JSON; null for nothing. `decisions`: the SHA-256 of what curators said of it; null for nothing.
    # `statements`: its triples by class and property, as JSON.
    # `n_bytes_ttl` and so on: the length of its text in each RDF file, before compression; null where there is no file.
    "documents": {
        "figid": "text",
        "file": "text",
        "sha256": "text",
        "data_folder": "text",
        "decisions": "text",
        "paper": "text",
        "problems": "text",
        "statements": "text",
        **{f"n_bytes_{suffix}": "integer" for suffix in GRAPH_SUFFIXES.values()},
    },
    # One row a figure, by figid. `organisms`: species names. `block`: the embedded schema.org block as JSON, null
    # where the file has none. `annotations`, `extra`: JSON.
    "figures": {
        "figid": "text",
        "iri": "text",
        "pmcid": "text",
        "number": "text",
        "title": "text",
        "caption": "text",
        "page_url": "text",
        "image_url": "text",
        "figure_type": "text",
        "score": "real",
        "rank": "text",
        "organisms": "texts",
        "alias": "text",
        "redirect_from": "texts",
        "ndex": "text",
        "wpid": "text",
        "seo": "text",
        "annotations": "text",
        "n_mentions": "integer",
        "n_genes": "integer",
        "block": "text",
        "extra": "text",
    },
    # One row a paper, by pmcid.
    "papers": {
        "pmcid": "text",
        "iri": "text",
        "title": "text",
        "citation": "text",
        "year": "integer",
        "doi": "text",
        "journal": "text",
        "journal_abbreviation": "text",
        "publisher": "text",
        "keywords": "texts",
        "n_figures": "integer",
    },
    # One row a gene mention, by figid and number. `tier`: the narrowest, null for an unknown lexicon.
    # `family`: the family symbol where the word names one. `occurrences`: rows of its most frequent candidate.
    "mentions": {
        "figid": "text",
        "mention": "integer",
        "word": "text",
        "matched_symbol": "text",
        "lexicon": "text",
        "tier": "text",
        "family": "text",
        "n_candidates": "integer",
        "occurrences": "integer",
    },
    # One row per row of the file's genes, by figid and position (from 0); `mention` joins to `mentions`. Genes that a
    # curator added (`is_curated`) have no position, and stand behind the figure's others.
    "candidates": {
        "figid": "text",
        "position": "integer",
        "mention": "integer",
        "ncbigene": "text",
        "symbol": "text",
        "is_hgnc": "boolean",
        "taxon": "text",
        "organism": "text",
        "organism_group": "text",
        "count_direct": "text",
        "count_synonym": "text",
        "count_match": "text",
        "is_curated": "boolean",
    },
    # One row a gene, by NCBI Gene id as a number. From `hgnc_id` on: what HGNC says of it; null without its table, and
    # for what it does not know. `hgnc_symbol`: the symbol that is approved today.
    "genes": {
        "ncbigene": "text",
        "iri": "text",
        "symbol": "text",
        "is_hgnc": "boolean",
        "taxon": "text",
        "organism": "text",
        "n_figures": "integer",
        "n_mentions": "integer",
        "hgnc_id": "text",
        "hgnc_symbol": "text",
        "name": "text",
        "locus_group": "text",
        "locus_type": "text",
        "location": "text",
        "aliases": "lines",
        "previous_symbols": "lines",
        "ensembl": "text",
        "uniprot": "lines",
        "omim": "lines",
        "gene_groups": "lines",
    },
    # One row a family or complex, by symbol; `members` are NCBI Gene ids. `famplex`: its entity in FamPlex, and
    # `famplex_members`: HGNC symbols of the members there; null without a table of FamPlex.
    "families": {
        "symbol": "text",
        "iri": "text",
        "members": "texts",
        "n_figures": "integer",
        "n_mentions": "integer",
        "famplex": "text",
        "famplex_members": "texts",
    },
    "chemicals": {
        "figid": "text",
        "chemical": "integer",
        "word": "text",
        "mesh": "text",
        "match": "text",
        "name": "text",
        "chebi": "text",
    },
    "diseases": {
        "figid": "text",
        "disease": "integer",
        "word": "text",
        "mesh": "text",
        "match": "text",
        "name": "text",
        "doid": "text",
    },
    # One row a candidate gene of a mention, by figid, mention and candidate. `score`: 0 to 1. `reasons`: like
    # ``alias: HLC-1 is an alias``, the name of a signal and what it says.
    "grades": {
        "figid": "text",
        "mention": "integer",
        "ncbigene": "rows",
        "score": "real",
        "grade": "text",
        "reasons": "lines",
    },
    # One row a decision of a curator that fits the figure, by figid; `ncbigene` is the gene that was judged,
    # `other_gene` the one that is meant. `date`: as 2026-11-29.
    "curations": {
        "figid": "text",
        "mention": "integer",
        "ncbigene": "text",
        "decision": "text",
        "other_gene": "text",
        "other_symbol": "text",
        "note": "text",
        "curator": "text",
        "date": "text",
    },
    # One row a problem, by file, line, path and reason.
    "problems": {
        "severity": "text",
        "file": "text",
        "line": "integer",
        "path": "text",
        "value": "text",
        "reason": "text",
    },
}
"""Every table with its columns and their types: ``text``, ``integer``, ``real``, ``boolean``, and lists of text.

These are ``texts``, lists in memory, too, and ``lines``: a text a line until the file is written, which is ten times as
fast; an empty text has none. So is text of ``rows``, of which each line has a row of its own in the file, with the
other values.
"""

AUDIT_TABLES = ("grades", "curations")
"""The tables of a build that was made with an audit, and of no other."""

BUILD_TABLES = tuple(table for table in COLUMNS if table not in AUDIT_TABLES)
"""The tables of every build."""

COUNTED = tuple(table for table in BUILD_TABLES if table not in ("documents", "problems"))
"""The tables of what a build is about; the others say where it comes from."""

ROWS_PER_PART = {table: 1_024 if table in ("documents", "figures", "papers") else 16_384 for table in COLUMNS}
"""Rows of a row group; those of the three are wide."""

FIGURE_TABLES = ("documents", "figures", "mentions", "candidates", "chemicals", "diseases")
"""The tables whose rows belong to one figure each; the others describe what figures share."""

Thing = TypeVar("Thing", Paper, Gene, GeneFamily)

Columns = dict[str, list[Any]]
"""The values of a table, a list a column, all of one length."""


class Counted(NamedTuple, Generic[Thing]):
    """A shared thing, with how many figures name it, and how many mentions (papers have none).

    Attributes
    ----------
    conflicts
        A warning for each value that another figure's value, which came first, outdid.
    """

    record: Thing
    n_figures: int
    n_mentions: int = 0
    conflicts: tuple[Problem, ...] = ()


def empty_columns(table: str) -> Columns:
    """Return the columns of a table without rows."""
    return {column: [] for column in COLUMNS[table]}


def json_text(value: object) -> str:
    """Return a value as JSON on one line, as the tables and the manifest keep it; never ASCII-escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _append(columns: Columns, *values: object) -> None:
    for column, value in zip(columns.values(), values, strict=True):
        column.append(value)


def _extend(columns: Columns, *values: list[Any]) -> None:
    for column, more in zip(columns.values(), values, strict=True):
        column.extend(more)


_GENE_DETAILS = tuple(COLUMNS["genes"])[tuple(COLUMNS["genes"]).index("hgnc_id") :]
_PAPER_FIELDS = tuple(field.name for field in fields(Paper) if field.name != "pmcid")
_PAPER = attrgetter(*_PAPER_FIELDS)


class _NoCounts:
    """What a row of generation 1 has in the place of counts."""

    direct = synonym = match = None


_NO_COUNTS = _NoCounts()


def add_document(
    columns: Columns,
    figure: Figure,
    file: str,
    *,
    sha256: str | None = None,
    data_folder: str | None = None,
    decisions: str | None = None,
    problems: Sequence[Problem] = (),
    statements: str | None = None,
    n_bytes: Mapping[str, int] | None = None,
) -> None:
    """Append the row of a figure's document to the columns of the table `documents`.

    Parameters
    ----------
    columns
        The columns to append to.
    figure
        What it became.
    file
        Its name, as problems have it.
    sha256
        Its digest.
    data_folder
        Where its tables are, or would be.
    decisions
        The digest of what curators said of it.
    problems
        What is odd in it.
    statements
        Its triples by class and property, as `kg.rdf.tally` counts them.
    n_bytes
        The length of its text by RDF format.
    """
    said = zip(_PAPER_FIELDS, _PAPER(figure.paper), strict=True)
    paper = {name: value for name, value in said if value not in (None, ())}
    lengths = n_bytes or {}
    _append(
        columns,
        figure.figid,
        file,
        sha256,
        data_folder,
        decisions,
        json_text(paper) if paper else None,
        json_text(problems) if problems else None,
        statements,
        *[lengths.get(name) for name in GRAPH_SUFFIXES],
    )


def add_figure(tables: Mapping[str, Columns], figure: Figure) -> None:
    """Append a figure's rows to the columns of each of `FIGURE_TABLES` but `documents`.

    Parameters
    ----------
    tables
        The columns to append to, by table name.
    figure
        The record.
    """
    genes = [mention.genes for mention in figure.mentions]
    _add_mentions(tables["mentions"], figure, genes)
    _add_candidates(tables["candidates"], figure)
    for c in figure.chemicals:
        _append(tables["chemicals"], figure.figid, c.number, c.word, c.mesh, c.match, c.name, c.chebi)
    for d in figure.diseases:
        _append(tables["diseases"], figure.figid, d.number, d.word, d.mesh, d.match, d.name, d.doid)
    _add_figure_row(tables["figures"], figure, len(set().union(*genes)))


def _add_mentions(columns: Columns, figure: Figure, genes: Sequence[tuple[str, ...]]) -> None:
    mentions = figure.mentions
    _extend(
        columns,
        [figure.figid] * len(mentions),
        [mention.number for mention in mentions],
        [mention.word for mention in mentions],
        [mention.symbol for mention in mentions],
        [mention.lexicon for mention in mentions],
        [mention.tier for mention in mentions],
        [mention.symbol if mention.is_family else None for mention in mentions],
        [len(ids) for ids in genes],
        [mention.occurrences for mention in mentions],
    )


def _add_candidates(columns: Columns, figure: Figure) -> None:
    """Append a row for each row of the file's genes, in its order, then one for each gene that a curator added."""
    rows: list[tuple[int | None, int, Gene, Counts | _NoCounts]] = sorted(
        [
            (position, mention.number, candidate.gene, candidate.counts[i] if candidate.counts else _NO_COUNTS)
            for mention in figure.mentions
            for candidate in mention.candidates
            for i, position in enumerate(candidate.positions)
        ],
        key=itemgetter(0),
    )
    rows += [
        (None, mention.number, candidate.gene, _NO_COUNTS)
        for mention in figure.mentions
        for candidate in mention.candidates
        if not candidate.positions
    ]
    _extend(
        columns,
        [figure.figid] * len(rows),
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2].ncbigene for row in rows],
        [row[2].symbol for row in rows],
        [row[2].is_hgnc for row in rows],
        [row[2].taxon for row in rows],
        [row[2].organism for row in rows],
        [row[2].organism_group for row in rows],
        [row[3].direct for row in rows],
        [row[3].synonym for row in rows],
        [row[3].match for row in rows],
        [row[0] is None for row in rows],
    )


def _add_figure_row(columns: Columns, figure: Figure, n_genes: int) -> None:
    figid, pmcid = figure.figid, figure.paper.pmcid
    _append(
        columns,
        figid,
        vocab.figure_iri(figid),
        pmcid,
        figure.number,
        figure.title,
        figure.caption,
        vocab.page_url(figure.page) if figure.page else None,
        vocab.image_url(pmcid, figure.filename) if figure.filename else None,
        figure.figure_type,
        None if figure.score is None else float(figure.score),
        figure.rank,
        list(figure.organisms),
        figure.alias,
        list(figure.redirect_from),
        figure.ndex,
        figure.wpid,
        figure.seo,
        json_text([{"type": a.type, "value": a.value} for a in figure.annotations]) if figure.annotations else None,
        len(figure.mentions),
        n_genes,
        None if figure.block is None else json_text(figure.block),
        json_text(figure.extra) if figure.extra else None,
    )


def add_paper(columns: Columns, paper: Counted[Paper]) -> None:
    """Append a paper's row to the columns of the table `papers`."""
    record = paper.record
    _append(
        columns,
        record.pmcid,
        vocab.paper_iri(record.pmcid),
        record.title,
        record.citation,
        record.year,
        record.doi,
        record.journal,
        record.journal_abbreviation,
        record.publisher,
        list(record.keywords),
        paper.n_figures,
    )


def add_gene(columns: Columns, gene: Counted[Gene], details: Mapping[str, object] | None = None) -> None:
    """Append a gene's row to the columns of the table `genes`; `details` are the columns from `hgnc_id` on."""
    record, known = gene.record, details or {}
    _append(
        columns,
        record.ncbigene,
        vocab.gene_iri(record.ncbigene),
        record.symbol,
        record.is_hgnc,
        record.taxon,
        record.organism,
        gene.n_figures,
        gene.n_mentions,
        *[known.get(column) for column in _GENE_DETAILS],
    )


def add_family(
    columns: Columns, family: Counted[GeneFamily], entity: str | None = None, famplex_members: Sequence[str] = ()
) -> None:
    """Append a family's row to the columns of the table `families`; what FamPlex says of it comes last."""
    symbol, members = family.record.symbol, list(family.record.members)
    there = None if entity is None else list(famplex_members)
    _append(columns, symbol, vocab.family_iri(symbol), members, family.n_figures, family.n_mentions, entity, there)


def add_problem(columns: Columns, problem: Problem) -> None:
    """Append a problem's row to the columns of the table `problems`."""
    _append(columns, problem.severity.value, *problem[1:])


def schema(table: str) -> dict[str, pl.DataType]:
    """Return the polars types of a table's columns."""
    import polars as pl

    types: dict[str, pl.DataType] = {
        "text": pl.String(),
        "texts": pl.List(pl.String()),
        "lines": pl.List(pl.String()),
        "rows": pl.String(),
        "integer": pl.Int64(),
        "real": pl.Float64(),
        "boolean": pl.Boolean(),
    }
    return {column: types[kind] for column, kind in COLUMNS[table].items()}


def to_frame(table: str, columns: Columns) -> pl.DataFrame:
    """Return columns, all or some, as a polars frame of the table's types, rows in the order given.

    ``lines`` and ``rows`` are one text each, until `TableWriter` writes the file.
    """
    import polars as pl

    types = {column: kind for column, kind in schema(table).items() if column in columns}
    joined = [column for column in types if COLUMNS[table][column] in ("lines", "rows")]
    return pl.DataFrame(columns, schema=types | dict.fromkeys(joined, pl.String()))


def _as_in_file(table: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return rows of `to_frame` as the table's file has them: ``lines`` as lists, and each of ``rows`` by itself."""
    import polars as pl

    kinds = COLUMNS[table]
    joined = [column for column in kinds if kinds[column] in ("lines", "rows")]
    if not joined:
        return rows
    texts, none = pl.col(joined), pl.lit([], dtype=pl.List(pl.String))
    split = rows.with_columns(pl.when(texts.ne_missing("")).then(texts.str.split("\n")).otherwise(none))
    apart = [column for column in joined if kinds[column] == "rows"]
    return split.explode(apart) if apart else split


def to_ipc(table: str, columns: Columns) -> bytes:
    """Return columns as an Arrow IPC stream, to be sent to another process."""
    stream = io.BytesIO()
    to_frame(table, columns).write_ipc_stream(stream)
    return stream.getvalue()


def read_frame(stream: bytes) -> pl.DataFrame:
    """Return the rows of an Arrow IPC stream of `to_ipc`."""
    import polars as pl

    return pl.read_ipc_stream(io.BytesIO(stream))


class TableWriter:
    """Writes the Parquet files of a build, each row once and in the order that it came; holds few rows at a time.

    Rows wait in memory up to `ROWS_PER_PART`, then in part files, until `finish` streams the parts into one file.

    Parameters
    ----------
    folder
        Where the files go; made if it is missing.

    Attributes
    ----------
    n_rows
        The rows of each table that is finished.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_rows = dict.fromkeys(COLUMNS, 0)
        self._waiting: dict[str, list[pl.DataFrame]] = {table: [] for table in COLUMNS}
        self._parts: dict[str, list[Path]] = {table: [] for table in COLUMNS}
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, table: str, rows: pl.DataFrame) -> None:
        """Add rows behind those that the table has."""
        waiting = self._waiting[table]
        waiting.append(rows)
        if sum(map(len, waiting)) >= ROWS_PER_PART[table]:
            self._flush(table)

    def _flush(self, table: str) -> None:
        import polars as pl

        rows, self._waiting[table] = pl.concat(self._waiting[table]), []
        part = self.folder / f".{table}-{len(self._parts[table]):05}.arrow"
        rows.write_ipc(part, compression="lz4")
        self._parts[table].append(part)

    def finish(self, table: str, kept: pl.LazyFrame | None = None) -> None:
        """Write a table's file, and remove its parts.

        Parameters
        ----------
        table
            The table.
        kept
            Rows of other figures, in order of figure id, that come between those that were added.
        """
        import polars as pl

        path = self.folder / f"{table}.parquet"
        if self._waiting[table]:
            self._flush(table)
        parts = self._parts.pop(table)
        rows = _as_in_file(table, pl.scan_ipc(parts) if parts else to_frame(table, empty_columns(table)).lazy())
        if kept is not None:
            rows = kept.merge_sorted(rows, key="figid")
        rows.sink_parquet(
            path, compression="zstd", row_group_size=ROWS_PER_PART[table], maintain_order=True, statistics=True
        )
        for part in parts:
            part.unlink()
        self.n_rows[table] = int(pl.scan_parquet(path).select(pl.len()).collect().item())
