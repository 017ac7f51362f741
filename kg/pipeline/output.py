"""The files of a build while they grow: graph files, tables, and what figures share."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from kg.authority.audit import GRADES, GRADES_TABLE
from kg.authority.naming import gene_columns
from kg.compression import compress
from kg.errors import Problem, Severity
from kg.folder import graph_name
from kg.pipeline.batch import raise_costly
from kg.pipeline.naming import name_shared
from kg.pipeline.problems import Problems
from kg.rdf.formats import FORMATS
from kg.rdf.mapping import describe_agents, describe_shared
from kg.rdf.tally import Tally
from kg.shared import READ, Shared, SharedRecords
from kg.tables import (
    TableWriter,
    add_family,
    add_gene,
    add_paper,
    add_problem,
    empty_columns,
    read_frame,
    to_frame,
)
from kg.vocab import curator_iri, curator_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.authority.naming import Authority
    from kg.model import Gene, GeneFamily
    from kg.pipeline.batch import Batch, Job
    from kg.pipeline.reuse import OldBuild
    from kg.tables import Columns, Counted, Thing

__all__ = ["Output", "batched"]

FIGURES_AT_ONCE = 1_024
"""Figures whose rows are in memory while what they share is read off them."""

_ROWS = 1_000
"""Shared things that are written at once."""

Item = TypeVar("Item")


class Output:
    """The files of a build, in a folder of its own.

    Parameters
    ----------
    path
        The folder.
    job
        The formats and their compression.
    n_parts
        How many files each graph is cut into; None for one that also holds what figures share.
    authority
        Who names genes and families, beside the figures.

    Attributes
    ----------
    problems
        Everything that is wrong or odd.
    n_problems
        How many problems there are by severity, once the output is finished.
    tally
        What the graph holds, once the output is finished; nothing where there is no graph.
    part_sizes
        The figures in each part of the graph; None where it is one file.
    """

    def __init__(self, path: Path, job: Job, *, n_parts: int | None = None, authority: Authority | None = None) -> None:
        self.path = path
        self.job = job
        self.authority = authority
        self.problems = Problems()
        self.n_problems: Counter[str] = Counter()
        self.tables = TableWriter(path / "tables")
        self.tally = Tally()
        self.part_sizes: list[int] | None = None if n_parts is None else []
        self._n_parts = n_parts
        self._part: int | None = None
        self._files: dict[str, BinaryIO] = {}
        self._open(0)

    def _open(self, part: int | None) -> None:
        """Begin the graph files of a part; None is that of shared things."""
        self._end_files()
        self._part = part
        if self.part_sizes is not None and part is not None:
            self.part_sizes.append(0)
        for name in self.job.formats:
            number = None if self._n_parts is None else "shared" if part is None else part + 1
            self._files[name] = (self.path / graph_name(name, self.job.compression, part=number)).open("wb")
            self._write(name, FORMATS[name].header(describe_agents()))

    def _end_files(self) -> None:
        for name, file in self._files.items():
            self._write(name, FORMATS[name].footer())
            file.close()
        self._files = {}

    def _write(self, name: str, text: str) -> None:
        if text:
            self._files[name].write(compress(text.encode(), self.job.compression))

    def add(self, batch: Batch, old: OldBuild | None = None) -> None:
        """Write a batch behind those before it; `old` has the figures that it keeps."""
        while self._part is not None and self._part < batch.task.part:  # one by one: a part can be empty
            self._open(self._part + 1)
        chunks = batch.chunks if old is None else old.weave(batch)
        for name, chunk in chunks.items():
            self._files[name].write(chunk)
        for table, stream in batch.tables.items():
            self.tables.append(table, read_frame(stream))
        if self.part_sizes is not None:
            self.part_sizes[-1] += batch.n_figures
        self.problems.add(batch.problems)

    def finish(self, kept: Mapping[str, pl.LazyFrame] | None = None) -> None:
        """Finish the tables of figures; read off them what figures share, and write that.

        Parameters
        ----------
        kept
            Rows by table of the figures that were added without them.
        """
        for table in self.job.tables:
            self.tables.finish(table, kept[table] if kept else None)
        if self.job.grader is not None:
            curation = self.job.grader.curation
            self.problems.add([*curation.problems, *curation.without_figures(self._figures_among(curation.rows))])
        shared = Shared()
        for tables in _read_figures(self.path / "tables"):
            self._add_problems(tables["documents"])
            self.tally.add_json(tables["documents"].get_column("statements").drop_nulls())
            shared.add(tables)
        if self._n_parts is not None:
            while self._part is not None and self._part + 1 < self._n_parts:
                self._open(self._part + 1)
            self._open(None)
        if self._files:
            self.tally.add(Tally.of(describe_agents()))
        for described in batched(describe_shared(self._counted(shared)), _ROWS):
            if self._files:
                self.tally.add(Tally.of(description for _, description in described))
            for name in self._files:
                node = FORMATS[name].node
                self._write(name, "".join([node(description, graph.value) for graph, description in described]))
        self._end_files()
        for problem in self._tabled("problems", self.problems, add_problem):
            self.n_problems[problem.severity.value] += 1
        for table in ("papers", "genes", "families", "problems"):
            self.tables.finish(table)

    def _figures_among(self, figids: Iterable[str]) -> Iterator[str]:
        """Yield which of some figures the build has."""
        import polars as pl

        figures = pl.scan_parquet(self.path / "tables" / "figures.parquet").select("figid")
        for some in batched(figids, _ROWS):
            yield from figures.filter(pl.col("figid").is_in(some)).collect().get_column("figid")

    def _add_problems(self, documents: pl.DataFrame) -> None:
        for text in documents.get_column("problems").drop_nulls():
            problems = [Problem(Severity(severity), *rest) for severity, *rest in json.loads(text)]
            self.problems.add(problems)
            if self.job.raise_problems:
                raise_costly(problems)

    def _counted(self, shared: Shared) -> SharedRecords:
        """Return what figures share; as it is walked, it also goes into the tables."""
        named = name_shared(shared, self.authority)
        if self.job.grader is not None:
            genes = (gene.record for gene in named.genes)
            self.problems.add(self.job.grader.curation.against_genes(genes, self.job.grader.table))

        def add_named_gene(columns: Columns, gene: Counted[Gene]) -> None:
            add_gene(columns, gene, gene_columns(named.hgnc.get(gene.record.ncbigene)))

        def add_named_family(columns: Columns, family: Counted[GeneFamily]) -> None:
            symbol = family.record.symbol
            add_family(columns, family, named.entities.get(symbol), named.famplex_members.get(symbol, ()))

        return SharedRecords(
            self._records(self._tabled("papers", shared.papers(), add_paper)),
            self._records(self._tabled("genes", named.genes, add_named_gene)),
            self._records(self._tabled("families", named.families, add_named_family)),
            shared.organisms(gene.record for gene in named.genes),
            named.hgnc,
            named.entities,
            self._curators(),
        )

    def _curators(self) -> dict[str, list[str]]:
        """Return the names of those whose decisions fitted, by their IRIs in order."""
        import polars as pl

        found: dict[str, list[str]] = {}
        if self.job.grader is not None:
            names = pl.scan_parquet(self.path / "tables" / "curations.parquet").select("curator").unique().collect()
            for name in sorted(names.get_column("curator")):
                found.setdefault(curator_iri(name), []).append(curator_name(name))
        return dict(sorted(found.items()))

    def _records(self, things: Iterable[Counted[Thing]]) -> Iterator[Thing]:
        for thing in things:
            self.problems.add(thing.conflicts)
            yield thing.record

    def _tabled(self, table: str, items: Iterable[Item], add: Callable[[Columns, Item], None]) -> Iterator[Item]:
        """Yield the items; as they are walked, their rows go into a table."""
        for batch in batched(items, _ROWS):
            columns = empty_columns(table)
            for item in batch:
                add(columns, item)
            self.tables.append(table, to_frame(table, columns))
            yield from batch

    def count_grades(self) -> dict[str, int]:
        """Return how many candidate genes have each grade, once the output is finished."""
        import polars as pl

        grades = pl.scan_parquet(self.path / "tables" / f"{GRADES_TABLE}.parquet").select("grade")
        counts = dict(grades.group_by("grade").agg(pl.len()).collect().iter_rows())
        return {grade: counts.get(grade, 0) for grade in GRADES}

    def abandon(self) -> None:
        """Close every file, finished or not."""
        for file in self._files.values():
            file.close()


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of a size, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _read_figures(folder: Path) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield what tables of figures say of shared things, some figures at a time, in order of their ids."""
    import polars as pl

    tables = {table: pl.scan_parquet(folder / f"{table}.parquet").select(columns) for table, columns in READ.items()}
    tables["documents"] = pl.scan_parquet(folder / "documents.parquet").select(
        *READ["documents"], "problems", "statements"
    )
    start = 0
    while len(documents := tables["documents"].slice(start, FIGURES_AT_ONCE).collect()):
        figids = documents.get_column("figid")
        own = pl.col("figid").is_between(pl.lit(figids[0]), pl.lit(figids[-1]))
        yield {
            table: documents if table == "documents" else rows.filter(own).collect() for table, rows in tables.items()
        }
        start += FIGURES_AT_ONCE
