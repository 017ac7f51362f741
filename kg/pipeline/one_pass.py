"""One pass from sources to a build folder: index, read, write, replace.

1. *Index*: every document is digested and its figure id is read off, so that figures can be put in order of their ids
   before the first is parsed, and the same id twice is decided.
2. *Read*: batches of documents, here or in other processes, become the finished text of each format and the rows of
   each table (`read_batch`); an update reads only those that changed, and takes the others from the older build.
3. *Write*: the batches are written in order; then what the figures share, read off their tables; then the store, if
   one is wanted, from an RDF file or, where only some figures changed, from the older store; then the manifest.
4. *Replace*: all of it stands in a folder beside the target, which takes the target's place at once.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, closing
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.atomic import replacing_folder
from kg.cycles import searching_again
from kg.errors import BuildError, Severity
from kg.executors import Processes
from kg.folder import Folder, describe_files, is_build, provenance, write_manifest
from kg.pipeline.batch import BATCH, Job, Task, raise_costly, read_batch
from kg.pipeline.index import index_documents
from kg.pipeline.output import Output
from kg.pipeline.reuse import has_store, make_store, open_old_build
from kg.rdf.description import write_description
from kg.rdf.store import describe_store
from kg.tables import COUNTED, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.authority.naming import Authority
    from kg.errors import Problem
    from kg.executors import Executor
    from kg.pipeline.index import Index
    from kg.pipeline.reuse import OldBuild
    from kg.sources import Document

__all__ = ["Counts", "run"]


class Counts(NamedTuple):
    """How many documents a run read, and how many figures it took over from an older build."""

    n_read: int
    n_kept: int


def run(
    documents: Iterable[Document],
    target: Path,
    *,
    source_problems: Iterable[Problem] = (),
    job: Job,
    executor: Executor | None = None,
    limit: int | None = None,
    n_parts: int | None = None,
    store: bool = False,
    update: bool = False,
    authority: Authority | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Counts:
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
        The RDF formats and their compression, whether the first problem that costs a row or a file is an error, and
        who grades the mentions.
    executor
        Who reads the documents; by default as many processes as pay.
    limit
        Build only that many figures, the first in order.
    n_parts
        Files that each graph is cut into, beside the one of what figures share; None for one file in all.
    store
        Load an Oxigraph store from an RDF file, too.
    update
        Take what did not change from the build that the target is, if that is one of this version.
    authority
        Who names genes and families, beside the figures.
    progress
        Called with the documents done and the documents there are.

    Raises
    ------
    ParseError
        If the job wants problems raised, and there is one that costs a row or a file.
    BuildError
        If nothing could be built, or the target cannot be written; it is then as it was before.
    """
    with ExitStack() as stack:
        stack.enter_context(searching_again())
        index = index_documents(documents, limit=limit)
        problems = [*source_problems, *index.problems]
        if job.raise_problems:
            raise_costly(problems)
        old = open_old_build(target, job, index.rows()) if update else None
        inputs = _describe_inputs(index, job, n_parts, problems, authority, store=store)
        if old is not None:
            stack.enter_context(old)
            if _is_current(old, inputs, job, store=store):
                return Counts(0, old.n_kept)
            if not old.is_intact():
                old = None
        folder = stack.enter_context(
            replacing_folder(target, may_replace=is_build, what="a build folder", error_type=BuildError)
        )
        output = Output(folder, job, n_parts=n_parts, authority=authority)
        output.problems.add(problems)
        stack.callback(output.abandon)
        n_kept = old.n_kept if old else 0
        executor = executor or Processes.fitting(len(index) - n_kept)
        tell = None if progress is None else partial(_tell, progress, len(index))
        _fill(output, _tasks(index, n_parts, old), old, executor, tell)
        manifest = _manifest(output, inputs, job)
        manifest["files"] |= write_description(folder, manifest, output.tally)
        write_manifest(folder, manifest)
        if store:
            manifest["store"] = describe_store(make_store(Folder(folder), old))
            write_manifest(folder, manifest)
        return Counts(len(index) - n_kept, n_kept)


def _describe_inputs(
    index: Index,
    job: Job,
    n_parts: int | None,
    problems: Iterable[Problem],
    authority: Authority | None,
    *,
    store: bool,
) -> dict[str, object]:
    """Return what a build is made of and how, as JSON values; builds with the same are the same."""
    more: dict[str, object] = {}
    if authority is not None:
        more["authority"] = authority.describe()
    if job.grader is not None:
        more["audit"] = job.grader.describe()
    asked = [*(["store"] if store else []), *more.values()]
    return {"documents": len(index), "sha256": _digest(index, job, n_parts, problems, asked), **more}


def _is_current(old: OldBuild, inputs: Mapping[str, object], job: Job, *, store: bool) -> bool:
    """Return whether the old build is what would be built, so that there is nothing to do."""
    is_same = old.folder.manifest["inputs"] == inputs and (not store or has_store(old.folder))
    return is_same and not (job.raise_problems and _is_costly(old))


def _tell(progress: Callable[[int, int], None], n_documents: int, n_done: int) -> None:
    progress(n_done, n_documents)


def _fill(
    output: Output,
    tasks: Iterator[Task],
    old: OldBuild | None,
    executor: Executor,
    tell: Callable[[int], None] | None,
) -> None:
    """Write the figures of the tasks, and what they share; `tell` is called with the number of documents done.

    Raises
    ------
    BuildError
        If none of them can be built.
    """
    # The text of an update is compressed here, where it is put together.
    own = output.job if old is None else output.job._replace(compression=None)
    done = 0
    with closing(executor.map(partial(read_batch, own), _carrying(tasks) if executor.is_remote else tasks)) as batches:
        for batch in batches:
            output.add(batch, old)
            done += batch.n_documents
            if tell is not None:
                tell(done)
    output.finish(old.rows() if old else None)
    if not output.tables.n_rows["figures"]:
        raise BuildError(_nothing(list(islice(output.problems, 2)), output.n_problems.total()))


def _tasks(index: Index, n_parts: int | None, old: OldBuild | None) -> Iterator[Task]:
    """Yield the entries in tasks: those of one part of the graph each, and apart those that the old build has."""
    entries, n_entries, n_files = iter(index), len(index), n_parts or 1
    for part in range(n_files):
        rest = n_entries * (part + 1) // n_files - n_entries * part // n_files
        while some := list(islice(entries, min(BATCH, rest))):
            rest -= len(some)
            kept = [entry.figid for entry in some if old is not None and old.keeps(entry.figid)]
            among = frozenset(kept)
            yield Task(tuple(entry for entry in some if entry.figid not in among), tuple(kept), part)


def _carrying(tasks: Iterator[Task]) -> Iterator[Task]:
    """Yield the tasks with the documents' bytes in them, for workers that do not see this machine's files."""
    for task in tasks:
        yield task._replace(
            entries=tuple(entry._replace(document=entry.document.with_bytes()) for entry in task.entries)
        )


def _digest(index: Index, job: Job, n_parts: int | None, problems: Iterable[Problem], more: Iterable[object]) -> str:
    """Return the SHA-256 of all that decides on what a build holds, in hexadecimal digits."""
    # A compressed file shows where one batch ends and the next begins.
    size = BATCH if job.compression else None
    asked = [provenance(), job.formats, job.compression, n_parts, size, *more]
    sha256 = hashlib.sha256(json_text(asked).encode())
    for row in index.rows():
        sha256.update(json_text(row).encode())
    for problem in sorted(problems, key=str):
        sha256.update(json_text(problem).encode())
    return sha256.hexdigest()


def _is_costly(old: OldBuild) -> bool:
    counts = old.folder.manifest["problem_counts"]
    return any(counts[severity.value] for severity in Severity if severity is not Severity.WARNING)


def _nothing(problems: Sequence[Problem], n_problems: int) -> str:
    if not problems:
        return "nothing to build: the inputs hold no document"
    more = f" (and {n_problems - 1} more problems)" if n_problems > 1 else ""
    return f"nothing could be built: {problems[0]}{more}"


def _manifest(output: Output, inputs: dict[str, object], job: Job) -> dict[str, Any]:
    return {
        **provenance(),
        "inputs": inputs,
        "counts": {table: output.tables.n_rows[table] for table in COUNTED},
        "formats": list(job.formats),
        "compression": job.compression,
        "partitions": output.part_sizes,
        "problem_counts": {severity.value: output.n_problems[severity.value] for severity in Severity},
        **({} if job.grader is None else {"grades": output.count_grades()}),
        "files": describe_files(output.path),
    }
