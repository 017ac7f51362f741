"""The tables of a build: their names, columns and types, and how records become rows.

A table is one Parquet file, ``tables/NAME.parquet``. `COLUMNS` is the one place that names a column.
"""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kg import vocab

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from kg.errors import Problem
    from kg.model import Figure, Gene, GeneFamily, Paper

__all__ = [
    "COLUMNS",
    "FIGURE_TABLES",
    "Columns",
    "TableWriter",
    "add_family",
    "add_figure",
    "add_gene",
    "add_paper",
    "add_problem",
    "empty_columns",
    "json_text",
    "schema",
    "to_frame",
]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    # One row a figure, by figid. `organisms`: species names. `block`: the embedded schema.org block as JSON, null
    # where the file has none. `annotations`, `extra`: JSON. `source`: the document it was read from.
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
        "source": "text",
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
    # One row per row of the file's genes, by figid and position (from 0); `mention` joins to `mentions`.
    "candidates": {
        "figid": "text",
        "position": "integer",
        "mention": "integer",
        "ncbigene": "text",
        "symbol": "text",
        "taxon": "text",
        "organism": "text",
        "organism_group": "text",
        "count_direct": "text",
        "count_synonym": "text",
        "count_match": "text",
    },
    # One row a gene, by NCBI Gene id as a number.
    "genes": {
        "ncbigene": "text",
        "iri": "text",
        "symbol": "text",
        "is_hgnc": "boolean",
        "taxon": "text",
        "organism": "text",
        "n_figures": "integer",
        "n_mentions": "integer",
    },
    # One row a family or complex, by symbol; `members` are NCBI Gene ids.
    "families": {"symbol": "text", "iri": "text", "members": "texts", "n_figures": "integer", "n_mentions": "integer"},
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
"""Every table with its columns and their types: ``text``, ``texts`` (a list), ``integer``, ``real``, ``boolean``."""

ROWS_PER_PART = {table: 1_024 if table in ("figures", "papers") else 16_384 for table in COLUMNS}
"""Rows of a row group; those of figures and papers are the wide ones."""

FIGURE_TABLES = ("figures", "mentions", "candidates", "chemicals", "diseases")
"""The tables whose rows belong to one figure each; the others describe what figures share."""

Columns = dict[str, list[Any]]
"""The values of a table, a list a column, all of one length."""


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


class _NoCounts:
    """What a row of generation 1 has in the place of counts."""

    direct = synonym = match = None


_NO_COUNTS = _NoCounts()


def add_figure(tables: Mapping[str, Columns], figure: Figure, source: str) -> None:
    """Append a figure's rows to the columns of each of `FIGURE_TABLES`.

    Parameters
    ----------
    tables
        The columns to append to, by table name.
    figure
        The record.
    source
        The document that it was read from, as problems name it.
    """
    figid, pmcid = figure.figid, figure.paper.pmcid
    genes = [mention.genes for mention in figure.mentions]
    _extend(
        tables["mentions"],
        [figid] * len(genes),
        [mention.number for mention in figure.mentions],
        [mention.word for mention in figure.mentions],
        [mention.symbol for mention in figure.mentions],
        [mention.lexicon for mention in figure.mentions],
        [mention.tier for mention in figure.mentions],
        [mention.symbol if mention.is_family else None for mention in figure.mentions],
        [len(ids) for ids in genes],
        [mention.occurrences for mention in figure.mentions],
    )
    rows = sorted(
        [
            (position, mention.number, candidate.gene, candidate.counts[i] if candidate.counts else _NO_COUNTS)
            for mention in figure.mentions
            for candidate in mention.candidates
            for i, position in enumerate(candidate.positions)
        ],
        key=itemgetter(0),
    )
    _extend(
        tables["candidates"],
        [figid] * len(rows),
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2].ncbigene for row in rows],
        [row[2].symbol for row in rows],
        [row[2].taxon for row in rows],
        [row[2].organism for row in rows],
        [row[2].organism_group for row in rows],
        [row[3].direct for row in rows],
        [row[3].synonym for row in rows],
        [row[3].match for row in rows],
    )
    for chemical in figure.chemicals:
        _append(
            tables["chemicals"],
            figid,
            chemical.number,
            chemical.word,
            chemical.mesh,
            chemical.match,
            chemical.name,
            chemical.chebi,
        )
    for disease in figure.diseases:
        _append(
            tables["diseases"],
            figid,
            disease.number,
            disease.word,
            disease.mesh,
            disease.match,
            disease.name,
            disease.doid,
        )
    _append(
        tables["figures"],
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
        len({ncbigene for ids in genes for ncbigene in ids}),
        None if figure.block is None else json_text(figure.block),
        json_text(figure.extra) if figure.extra else None,
        source,
    )


def add_paper(columns: Columns, paper: Paper, *, n_figures: int) -> None:
    """Append a paper's row to the columns of the table `papers`."""
    _append(
        columns,
        paper.pmcid,
        vocab.paper_iri(paper.pmcid),
        paper.title,
        paper.citation,
        paper.year,
        paper.doi,
        paper.journal,
        paper.journal_abbreviation,
        paper.publisher,
        list(paper.keywords),
        n_figures,
    )


def add_gene(columns: Columns, gene: Gene, *, n_figures: int, n_mentions: int) -> None:
    """Append a gene's row to the columns of the table `genes`."""
    iri = vocab.gene_iri(gene.ncbigene)
    _append(columns, gene.ncbigene, iri, gene.symbol, gene.is_hgnc, gene.taxon, gene.organism, n_figures, n_mentions)


def add_family(columns: Columns, family: GeneFamily, *, n_figures: int, n_mentions: int) -> None:
    """Append a family's row to the columns of the table `families`."""
    _append(columns, family.symbol, vocab.family_iri(family.symbol), list(family.members), n_figures, n_mentions)


def add_problem(columns: Columns, problem: Problem) -> None:
    """Append a problem's row to the columns of the table `problems`."""
    _append(columns, problem.severity.value, *problem[1:])


def schema(table: str) -> dict[str, pl.DataType]:
    """Return the polars types of a table's columns."""
    import polars as pl

    types: dict[str, pl.DataType] = {
        "text": pl.String(),
        "texts": pl.List(pl.String()),
        "integer": pl.Int64(),
        "real": pl.Float64(),
        "boolean": pl.Boolean(),
    }
    return {column: types[kind] for column, kind in COLUMNS[table].items()}


def to_frame(table: str, columns: Columns) -> pl.DataFrame:
    """Return columns as a polars frame of the table's types, rows in the order given."""
    import polars as pl

    return pl.DataFrame(columns, schema=schema(table))


class TableWriter:
    """Writes the Parquet files of a build, each row once and in the order that it came; holds few rows at a time.

    Rows wait in memory up to `ROWS_PER_PART`, then in a part file, until `close` streams the parts into one file.

    Parameters
    ----------
    folder
        Where the files go; made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_rows = dict.fromkeys(COLUMNS, 0)
        self._waiting = {table: empty_columns(table) for table in COLUMNS}
        self._parts: dict[str, list[Path]] = {table: [] for table in COLUMNS}
        folder.mkdir(parents=True, exist_ok=True)

    def extend(self, table: str, columns: Columns) -> None:
        """Add rows behind those that the table has."""
        waiting = self._waiting[table]
        for name, values in columns.items():
            waiting[name] += values
        first = next(iter(waiting.values()))
        if len(first) >= ROWS_PER_PART[table]:
            self._flush(table)

    def _flush(self, table: str) -> None:
        columns, self._waiting[table] = self._waiting[table], empty_columns(table)
        part = self.folder / f".{table}-{len(self._parts[table]):05}.arrow"
        frame = to_frame(table, columns)
        frame.write_ipc(part, compression="lz4")
        self._parts[table].append(part)
        self.n_rows[table] += len(frame)

    def close(self) -> None:
        """Write the files, and remove the parts."""
        import polars as pl

        for table, parts in self._parts.items():
            path, size = self.folder / f"{table}.parquet", ROWS_PER_PART[table]
            if not parts:  # all rows are still here
                frame = to_frame(table, self._waiting.pop(table))
                frame.write_parquet(path, compression="zstd", row_group_size=size)
                self.n_rows[table] = len(frame)
                continue
            self._flush(table)
            rows = pl.scan_ipc(parts)
            rows.sink_parquet(path, compression="zstd", row_group_size=size, maintain_order=True)
            for part in parts:
                part.unlink()
