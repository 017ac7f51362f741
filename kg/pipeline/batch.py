"""What becomes of some documents: the finished text of each format, and the rows of each table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kg.blocks import block_differences, figure_block
from kg.compression import compress
from kg.cycles import unsearched
from kg.errors import ParseError, Problem, Severity
from kg.pipeline.grading import add_assessments
from kg.pipeline.index import Entry, read_entry
from kg.rdf.assessments import describe_grades
from kg.rdf.formats import FORMATS
from kg.rdf.mapping import describe_figure
from kg.rdf.tally import Tally
from kg.tables import AUDIT_TABLES, FIGURE_TABLES, Columns, add_document, add_figure, empty_columns, json_text, to_ipc
from kg.text import shorten
from kg.vocab import figure_graph_iri, figure_iri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.authority.audit import Assessment
    from kg.model import Figure
    from kg.pipeline.grading import Graded, Grader

__all__ = ["BATCH", "Batch", "Job", "Task", "raise_costly", "read_batch", "read_figure"]

BATCH = 50
"""Documents a task: enough to drown the cost of handing it over, few enough to keep memory flat."""


class Job(NamedTuple):
    """What a build makes of each batch; each worker gets it once.

    Attributes
    ----------
    formats
        The RDF files, as `kg.folder.GRAPH_SUFFIXES` names them.
    compression
        How their text is compressed.
    raise_problems
        Whether the first problem that costs a row or a file is an error.
    grader
        Who grades the mentions, where that is wanted.
    """

    formats: tuple[str, ...] = ()
    compression: str | None = None
    raise_problems: bool = False
    grader: Grader | None = None

    def decisions(self, figid: str) -> str | None:
        """Return the digest of what curators said of a figure."""
        return None if self.grader is None else self.grader.curation.digest(figid)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables whose rows belong to one figure each."""
        return FIGURE_TABLES if self.grader is None else (*FIGURE_TABLES, *AUDIT_TABLES)


class Task(NamedTuple):
    """Some documents that follow each other in the order of the build.

    Attributes
    ----------
    entries
        Those that are to be read.
    kept
        Ids of the figures between them that are taken from an older build.
    part
        Which part of the graph they belong to, from 0.
    """

    entries: tuple[Entry, ...]
    kept: tuple[str, ...] = ()
    part: int = 0


@dataclass(slots=True)
class Batch:
    """What became of a task's entries.

    Attributes
    ----------
    task
        The task, without its documents.
    chunks
        Text by format, compressed as the job says.
    tables
        Rows by table, as an Arrow IPC stream.
    problems
        What was wrong with documents that became no figure; the problems of figures stand in the table `documents`.
    n_documents
        How many documents there were, with those that are kept.
    n_figures
        How many figures came of them, with those that are kept.
    """

    task: Task
    chunks: dict[str, bytes]
    tables: dict[str, bytes]
    problems: list[Problem]
    n_documents: int
    n_figures: int


def read_figure(entry: Entry) -> tuple[Figure, list[Problem]]:
    """Return the figure of a listed document, with all that is odd in it: its block that differs, too.

    Raises
    ------
    ParseError
        If the document cannot be read, or is not the one that was listed.
    """
    figure, problems, _ = read_entry(entry)
    return figure, [*problems, *_block_problems(entry.document.name, figure)]


def raise_costly(problems: Iterable[Problem]) -> None:
    """Raise the first problem that costs a row or a file.

    Raises
    ------
    ParseError
        If there is one.
    """
    for problem in problems:
        if problem.severity is not Severity.WARNING:
            raise ParseError([problem])


def read_batch(job: Job, task: Task) -> Batch:
    """Return what becomes of some documents: all that a build needs of them, and nothing that it does not.

    Raises
    ------
    ParseError
        If the job wants problems raised, and there is one that costs a row or a file.
    """
    with unsearched():
        return _read_batch(job, task)


def _read_batch(job: Job, task: Task) -> Batch:
    columns = {table: empty_columns(table) for table in job.tables}
    texts: dict[str, list[bytes]] = {name: [] for name in job.formats}
    skipped: list[Problem] = []
    for entry in task.entries:
        try:
            figure, problems = read_figure(entry)
        except ParseError as error:
            problems = list(error.problems)
            skipped += problems
        else:
            graded = None if job.grader is None else job.grader.grade(figure)
            if graded is not None:
                problems += graded.problems
            _add(columns, texts, entry, figure, problems, graded, job.decisions(figure.figid))
        if job.raise_problems:
            raise_costly(problems)
    chunks = {name: compress(b"".join(text), job.compression) if text else b"" for name, text in texts.items()}
    tables = {table: to_ipc(table, values) for table, values in columns.items() if values["figid"]}
    n_kept, n_figures = len(task.kept), len(columns["documents"]["figid"])
    return Batch(task._replace(entries=()), chunks, tables, skipped, len(task.entries) + n_kept, n_figures + n_kept)


def _add(
    columns: dict[str, Columns],
    texts: dict[str, list[bytes]],
    entry: Entry,
    figure: Figure,
    problems: list[Problem],
    graded: Graded | None,
    decisions: str | None,
) -> None:
    assessments: list[Assessment] = []
    if graded is not None:
        figure, assessments = graded.figure, graded.assessments
        add_assessments(columns, graded)
    add_figure(columns, figure)
    n_bytes: dict[str, int] = {}
    statements = None
    if texts:
        graph = figure_graph_iri(figure_iri(figure.figid))
        grades = describe_grades(figure.figid, assessments)
        descriptions = [*describe_figure(figure, grades.of_mentions), *grades.assessments]
        statements = Tally.of(descriptions).to_json()
        for name, parts in texts.items():
            node = FORMATS[name].node
            parts.append("".join([node(description, graph) for description in descriptions]).encode())
            n_bytes[name] = len(parts[-1])
    add_document(
        columns["documents"],
        figure,
        entry.document.name,
        sha256=entry.digest,
        data_folder=entry.document.data_folder,
        decisions=decisions,
        problems=problems,
        statements=statements,
        n_bytes=n_bytes,
    )


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
