"""One pass from sources to a build folder: index, read, write, replace.

1. *Index*: every document is digested and its figure id is read off, so that figures can be put in order of their ids
   before the first is parsed, and the same id twice is decided.
2. *Read*: batches of documents, here or in other processes, become the finished text of each format, table columns,
   and what the figures say of shared things (`read_batch`).
3. *Write*: the batches are written in order; then the shared things, once; then tables and manifest.
4. *Replace*: all of it stands in a folder beside the target, which takes the target's place at once.
"""

from __future__ import annotations

import gc
import hashlib
import re
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kg.atomic import replacing_folder
from kg.blocks import block_differences, figure_block
from kg.compression import COMPRESSIONS, compress
from kg.errors import BuildError, ParseError, Problem, Severity, SourceError
from kg.executors import ordered_map
from kg.folder import GRAPH_SUFFIXES, is_build, write_manifest
from kg.parse import parse_figure
from kg.rdf.formats import FORMATS
from kg.rdf.mapping import describe_agents, describe_figure, describe_shared
from kg.shared import Shared, SharedRecords
from kg.tables import (
    COLUMNS,
    FIGURE_TABLES,
    Columns,
    TableWriter,
    add_family,
    add_figure,
    add_gene,
    add_paper,
    add_problem,
    empty_columns,
    json_text,
)
from kg.text import shorten
from kg.vocab import figure_graph_iri, figure_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from kg.model import Figure
    from kg.parse import ParsedFigure
    from kg.sources import Document

__all__ = ["BATCH", "Entry", "Index", "Job", "index_documents", "read_batch", "read_document", "read_entry", "run"]

BATCH = 25
"""Documents a task: enough to drown the cost of handing it over, few enough to keep memory flat."""

# What the first line of front matter looks like in a file of PFOCR's own; any other way to write it is parsed.
_FIGID = re.compile(rb"(?:\xef\xbb\xbf)?---\r?\nfigid: ([A-Za-z0-9][A-Za-z0-9._-]*)\r?\n")


class Entry(NamedTuple):
    """A document that is to become a figure, in the order of the build."""

    figid: str
    document: Document
    digest: str


@dataclass(slots=True)
class Index:
    """The documents of a build in order of figure id, and what was wrong with those that are not among them."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Job(NamedTuple):
    """What a build makes of each batch; sent to the workers with it."""

    formats: tuple[str, ...] = ()
    compression: str | None = None


@dataclass(slots=True)
class Batch:
    """What became of some documents, in order: finished text by format, table columns, shared things, problems."""

    chunks: dict[str, bytes]
    tables: dict[str, Columns]
    shared: Shared = field(default_factory=Shared)
    problems: list[Problem] = field(default_factory=list)
    n_documents: int = 0


def read_document(document: Document) -> ParsedFigure:
    """Return the figure of a document of `kg.sources`.

    Raises
    ------
    ParseError
        If the document cannot be read; a file that cannot even be opened counts as one.
    """
    return _parse(document, *_load(document))


_Tables = dict[str, tuple[str, bytes]]


def _load(document: Document) -> tuple[bytes, _Tables]:
    try:
        markdown = document.markdown.read()
        return markdown, {kind: (document.table_name(kind), blob.read()) for kind, blob in document.tables}
    except (OSError, SourceError) as error:
        reason = f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"
        raise ParseError([Problem(Severity.FILE_SKIPPED, document.name, None, "", "", reason)]) from error


def _parse(document: Document, markdown: bytes, tables: _Tables) -> ParsedFigure:
    return parse_figure(markdown, name=document.name, stem=document.stem, tables=tables)


def read_entry(entry: Entry) -> ParsedFigure:
    """Return the figure of a listed document, with all that is odd in it: its block that differs, too.

    Raises
    ------
    ParseError
        If the document cannot be read, or is not the one that was listed.
    """
    markdown, tables = _load(entry.document)
    if _digest(markdown, tables) != entry.digest:
        raise ParseError([_moved(entry, "the file changed since")])
    parsed = _parse(entry.document, markdown, tables)
    if parsed.figure.figid != entry.figid:
        raise ParseError([_moved(entry, "the file gives it twice")])
    return parsed._replace(problems=(*parsed.problems, *_block_problems(entry.document.name, parsed.figure)))


def index_documents(documents: Iterable[Document], *, limit: int | None = None) -> Index:
    """Return the documents in order of figure id, each id once.

    Of documents with the same id, identical ones count as one. Else one of generation 2 wins over one of
    generation 1, and then the smaller digest; the losers are listed as skipped.

    Parameters
    ----------
    documents
        In any order.
    limit
        Keep only that many, the first in order.
    """
    index = Index()
    by_figid: dict[str, list[Entry]] = {}
    for document in documents:
        try:
            entry = _entry(document)
        except ParseError as error:
            index.problems += error.problems
        else:
            by_figid.setdefault(entry.figid, []).append(entry)
    for figid in islice(sorted(by_figid), limit):
        entries = by_figid[figid]
        winner = entries[0] if len(entries) == 1 else _winner(entries, index.problems)
        if winner is not None:
            index.entries.append(winner)
    return index


def _entry(document: Document) -> Entry:
    markdown, tables = _load(document)
    digest = _digest(markdown, tables)
    match = _FIGID.match(markdown)
    if match and markdown.count(b"\nfigid:") == 1:
        return Entry(match[1].decode(), document, digest)
    return Entry(_parse(document, markdown, tables).figure.figid, document, digest)


def _digest(markdown: bytes, tables: _Tables) -> str:
    """Return the SHA-256 of a document with its tables, in hexadecimal digits."""
    sha256 = hashlib.sha256(markdown)
    for kind, (_, data) in tables.items():
        sha256.update(f"\0{kind}\0{len(data)}\0".encode())
        sha256.update(data)
    return sha256.hexdigest()


def _winner(entries: list[Entry], problems: list[Problem]) -> Entry | None:
    """Return the document that stands for a figure id, if one can be read; report the others."""
    ranked: list[tuple[int, str, Entry]] = []
    by_name = sorted(entries, key=lambda entry: entry.document.name, reverse=True)
    for entry in {entry.digest: entry for entry in by_name}.values():
        try:
            generation = read_document(entry.document).generation
        except ParseError as error:
            problems += error.problems
        else:
            ranked.append((-generation, entry.digest, entry))
    ranked.sort(key=lambda item: item[:2])
    for _, _, loser in ranked[1:]:
        reason = f"the figure id also stands in {ranked[0][2].document.name}, which counts"
        problems.append(Problem(Severity.FILE_SKIPPED, loser.document.name, None, "figid", loser.figid, reason))
    return ranked[0][2] if ranked else None


def read_batch(job: Job, entries: Sequence[Entry]) -> Batch:
    """Return what becomes of some documents: all that a build needs of them, and nothing that it does not."""
    with _without_cycle_collector():
        return _read_batch(job, entries)


@contextmanager
def _without_cycle_collector() -> Iterator[None]:
    """Keep Python from looking for cycles in the block: records have none, and the search takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_batch(job: Job, entries: Sequence[Entry]) -> Batch:
    formats = [FORMATS[name] for name in job.formats]
    batch = Batch({}, {table: empty_columns(table) for table in FIGURE_TABLES}, n_documents=len(entries))
    texts: dict[str, list[str]] = {fmt.name: [] for fmt in formats}
    for entry in entries:
        try:
            figure, problems, _ = read_entry(entry)
        except ParseError as error:
            batch.problems += error.problems
            continue
        batch.problems += problems
        batch.shared.add(figure, entry.document.name)
        add_figure(batch.tables, figure, entry.document.name)
        if formats:
            graph = figure_graph_iri(figure_iri(figure.figid))
            descriptions = list(describe_figure(figure))
            for fmt in formats:
                texts[fmt.name] += [fmt.node(description, graph) for description in descriptions]
    for name, nodes in texts.items():
        batch.chunks[name] = compress("".join(nodes).encode(), job.compression) if nodes else b""
    return batch


def _moved(entry: Entry, why: str) -> Problem:
    reason = f"the figure id was {entry.figid} when the documents were listed; {why}"
    return Problem(Severity.FILE_SKIPPED, entry.document.name, None, "figid", entry.figid, reason)


def _block_problems(name: str, figure: Figure) -> list[Problem]:
    """Return a warning for each value of the embedded block that the figure's own records do not give."""
    if figure.block is None:
        return []
    return [
        Problem(
            Severity.WARNING,
            name,
            None,
            f"schema-jsonld.{difference.key}".rstrip("."),
            shorten(json_text(difference.embedded)),
            f"the block differs from the figure's own fields, which give {shorten(json_text(difference.made))}"
            + _list_difference(difference.embedded, difference.made),
        )
        for difference in block_differences(figure.block, figure_block(figure))
    ]


def _list_difference(embedded: object, made: object) -> str:
    """Return what stands in one list only; nothing for values that are not lists."""
    if not isinstance(embedded, list) or not isinstance(made, list):
        return ""
    only = [
        f"; only in {where}: {shorten(', '.join(map(str, values)))}"
        for where, values in (
            ("the block", [item for item in embedded if item not in made]),
            ("the fields", [item for item in made if item not in embedded]),
        )
        if values
    ]
    return "".join(only) or "; the same in another order or number"


class _Output:
    """The files of a build while they grow, in a folder of its own."""

    def __init__(self, path: Path, job: Job) -> None:
        self.path = path
        self.job = job
        self.shared = Shared()
        self.tables = TableWriter(path / "tables")
        self.problems: list[Problem] = []
        suffix = COMPRESSIONS.get(job.compression or "", "")
        self.files = {name: (path / f"graph.{GRAPH_SUFFIXES[name]}{suffix}").open("wb") for name in job.formats}
        for name in self.files:
            self._write(name, FORMATS[name].header(describe_agents()))

    def _write(self, name: str, text: str) -> None:
        if text:
            self.files[name].write(compress(text.encode(), self.job.compression))

    def add(self, batch: Batch) -> None:
        """Write a batch behind those before it."""
        for name, chunk in batch.chunks.items():
            self.files[name].write(chunk)
        for table, columns in batch.tables.items():
            self.tables.extend(table, columns)
        self.shared.merge(batch.shared)
        self.problems += batch.problems

    def close(self) -> None:
        """Write what figures share, and finish every file."""
        records = self.shared.records()
        for described in _batched(describe_shared(records), 1000):
            for name in self.files:
                nodes = [FORMATS[name].node(description, graph.value) for graph, description in described]
                self._write(name, "".join(nodes))
        for name, file in self.files.items():
            self._write(name, FORMATS[name].footer())
            file.close()
        self.problems = sorted({*self.problems, *records.conflicts}, key=_place)
        self._add_shared_rows(records)
        self.tables.close()

    def _add_shared_rows(self, records: SharedRecords) -> None:
        papers, genes, families = self.shared.paper_tally, self.shared.gene_tally, self.shared.family_tally
        columns = {table: empty_columns(table) for table in COLUMNS}
        for paper in records.papers:
            add_paper(columns["papers"], paper, n_figures=papers.n_figures[paper.pmcid])
        for gene in records.genes:
            n_figures, n_mentions = genes.n_figures[gene.ncbigene], genes.n_mentions[gene.ncbigene]
            add_gene(columns["genes"], gene, n_figures=n_figures, n_mentions=n_mentions)
        for family in records.families:
            n_figures, n_mentions = families.n_figures[family.symbol], families.n_mentions[family.symbol]
            add_family(columns["families"], family, n_figures=n_figures, n_mentions=n_mentions)
        for problem in self.problems:
            add_problem(columns["problems"], problem)
        for table in COLUMNS:
            self.tables.extend(table, columns[table])

    def abandon(self) -> None:
        """Close every file, finished or not."""
        for file in self.files.values():
            file.close()


_Item = TypeVar("_Item")


def _batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _place(problem: Problem) -> tuple[str, int, str, str, str, str]:
    return (problem.file, problem.line or 0, problem.path, problem.reason, problem.value, problem.severity.value)


def run(
    documents: Iterable[Document],
    target: Path,
    *,
    source_problems: Iterable[Problem] = (),
    job: Job,
    workers: int = 1,
    raise_problems: bool = False,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Build a folder from documents.

    Parameters
    ----------
    documents
        In any order.
    target
        The folder; replaced as a whole, and only at the very end.
    source_problems
        What was wrong with the inputs before there were documents.
    job
        The RDF formats and their compression.
    workers
        Processes that parse; 1 is this one.
    raise_problems
        Stop at the first problem that costs a row or a file, in the order of the build.
    limit
        Build only that many figures, the first in order.
    progress
        Called with the documents done and the documents there are.

    Raises
    ------
    ParseError
        If `raise_problems` is set and there is such a problem.
    BuildError
        If nothing could be built, or the target cannot be written; it is then as it was before.
    """
    index = index_documents(documents, limit=limit)
    problems = [*source_problems, *index.problems]
    if raise_problems:
        _raise_first(problems)
    with replacing_folder(target, may_replace=is_build, what="a build folder", error_type=BuildError) as folder:
        output = _Output(folder, job)
        output.problems += problems
        done = 0
        try:
            batches = ordered_map(partial(read_batch, job), _batched(index.entries, BATCH), workers=workers)
            with closing(batches):
                for batch in batches:
                    if raise_problems:
                        _raise_first(batch.problems)
                    output.add(batch)
                    done += batch.n_documents
                    if progress is not None:
                        progress(done, len(index.entries))
            output.close()
        finally:
            output.abandon()
        if not output.tables.n_rows["figures"]:
            raise BuildError(_nothing(output.problems))
        write_manifest(folder, _manifest(index, output))


def _raise_first(problems: Iterable[Problem]) -> None:
    for problem in problems:
        if problem.severity is not Severity.WARNING:
            raise ParseError([problem])


def _nothing(problems: Sequence[Problem]) -> str:
    if not problems:
        return "nothing to build: the inputs hold no document"
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return f"nothing could be built: {problems[0]}{more}"


def _manifest(index: Index, output: _Output) -> dict[str, object]:
    counts = {table: output.tables.n_rows[table] for table in COLUMNS if table != "problems"}
    by_severity = Counter(problem.severity for problem in output.problems)
    return {
        "counts": counts,
        "formats": list(output.job.formats),
        "compression": output.job.compression,
        "problem_counts": {severity.value: by_severity[severity] for severity in Severity},
        "inputs": ({"figid": e.figid, "file": e.document.name, "sha256": e.digest} for e in index.entries),
        "problems": (problem._asdict() for problem in output.problems),
    }
