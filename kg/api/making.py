"""Building: figure files in, a build out."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from kg.api.opened import Build
from kg.compression import COMPRESSIONS
from kg.errors import BuildError
from kg.folder import graph_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kg.executors import Executor

__all__ = ["DEFAULT_FORMATS", "OnError", "build"]

DEFAULT_FORMATS = ("turtle", "json-ld")

OnError = Literal["skip", "raise"]


def build(
    *inputs: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    formats: str | Iterable[str] = DEFAULT_FORMATS,
    compress: Literal["gzip", "zstd"] | None = None,
    on_error: OnError = "skip",
    workers: int | None = None,
    dask: str | None = None,
    limit: int | None = None,
    update: bool = False,
    partitions: int | None = None,
    store: bool = False,
    hgnc: str | os.PathLike[str] | None = None,
    famplex: str | os.PathLike[str] | None = None,
    current_symbols: bool = False,
    audit: bool = False,
    curation: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Build:
    """Return the build of figures: tables, RDF files and a manifest in one folder.

    Parameters
    ----------
    *inputs
        Files, folders, globs and archives; ``-`` is one document on standard input.
    output
        The folder, replaced as a whole where it holds a build; a temporary one, which goes with the returned object,
        where it is None.
    formats
        RDF files to write, one or several of ``turtle``, ``n-triples``, ``n-quads`` and ``json-ld``, or their suffixes.
    compress
        Compression of the RDF files.
    on_error
        ``skip`` builds what can be built and lists the problems; ``raise`` stops at the first file or row that
        cannot be used.
    workers
        Processes; by default the cores, and one for fewer than some thousand figures.
    dask
        The address of a Dask scheduler whose workers parse, or ``local`` for a cluster of this machine's own.
    limit
        Build only that many figures, the first by figure id.
    update
        Read only the documents that changed since the folder was built, and take the others' figures from it; the
        result is the same.
    partitions
        Cut each RDF file into that many, ``graph-00001.ttl`` and so on, beside ``graph-shared.ttl`` with what figures
        share; each is valid by itself.
    store
        Load an Oxigraph store, too, from one of the RDF files: queries then start at once.
    hgnc
        HGNC's complete set, for names and ids of genes: a file, or ``"cached"`` for the one that ``kg hgnc fetch``
        downloaded. IRIs are the same without it.
    famplex
        FamPlex's ``relations.csv``, for the entities of families.
    current_symbols
        Label genes by the symbols that HGNC approves now; those of the files become other labels. Needs `hgnc`.
    audit
        Grade each candidate gene of each mention, in a table of its own, which `Build.with_min_grade` needs, and in the
        graph.
    curation
        A file, or several, with what curators decided on candidate genes: the audit's TSV with the last columns
        filled. Grades follow it, as with `audit`; rows that do not fit are among the problems.
    progress
        Called with the number of documents done and of all.

    Raises
    ------
    SourceError
        If an input does not exist or none holds a document, or a table of names or of decisions cannot be used.
    ParseError
        If `on_error` is ``raise`` and a file or row cannot be used.
    BuildError
        If nothing could be built, or the folder cannot be written.

    Examples
    --------
    >>> import kg
    >>> kg.build("seeds/").counts["figures"]
    2
    """
    from kg.authority.naming import open_authority
    from kg.pipeline import Job, open_grader, run
    from kg.scratch import scratch_errors
    from kg.sources import open_sources

    wanted = tuple(dict.fromkeys(map(graph_format, (formats,) if isinstance(formats, str) else formats)))
    for option, value, known in (
        ("compress", compress, (None, *COMPRESSIONS)),
        ("on_error", on_error, get_args(OnError)),
    ):
        if value not in known:
            raise BuildError(f"{option}={value!r}: there is {', '.join(map(repr, known))}")
    if workers is not None and dask is not None:
        raise BuildError("workers and dask: give one of them")
    if store and not wanted:
        raise BuildError("a store is loaded from an RDF file: ask for one of the formats, too")
    for option, number in (("workers", workers), ("limit", limit), ("partitions", partitions)):
        if number is not None and number < 1:
            raise BuildError(f"{option}={number}: give a number from 1")
    if current_symbols and hgnc is None:
        raise BuildError("current_symbols: give HGNC's table, too, for it says which symbols are current")
    if output is not None and not str(output).isprintable():
        raise BuildError(
            f"{str(output)!r}: the name of a build folder holds characters that tables cannot be called by"
        )
    authority = open_authority(
        hgnc=None if hgnc is None else str(hgnc),
        famplex=None if famplex is None else str(famplex),
        current_symbols=current_symbols,
    )
    decided = [curation] if isinstance(curation, (str, os.PathLike)) else list(curation)
    grader = open_grader(authority, decided) if audit or decided else None
    temporary = None if output is not None else tempfile.mkdtemp(prefix="kg-")
    target = Path(output) if output is not None else Path(str(temporary), "build")
    with (
        _removed_on_error(temporary),
        scratch_errors(),
        open_sources(inputs) as sources,
        _executor(workers, dask) as executor,
    ):
        counts = run(
            sources.documents,
            target,
            source_problems=sources.problems,
            job=Job(wanted, compress, on_error == "raise", grader),
            executor=executor,
            limit=limit,
            n_parts=partitions,
            store=store,
            update=update,
            authority=authority,
            progress=progress,
        )
    made = Build(target)
    made.n_kept = counts.n_kept
    if temporary is not None:
        weakref.finalize(made, shutil.rmtree, temporary, ignore_errors=True)
    return made


@contextmanager
def _executor(workers: int | None, dask: str | None) -> Iterator[Executor | None]:
    """Give who parses; None for as many processes as pay."""
    from kg.executors import Processes

    if dask is None:
        yield None if workers is None else Processes(workers)
        return
    from kg.cluster import open_cluster

    with open_cluster(dask) as cluster:
        yield cluster


@contextmanager
def _removed_on_error(temporary: str | None) -> Iterator[None]:
    """Remove a temporary folder if the block does not end well."""
    try:
        yield
    except BaseException:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        raise
