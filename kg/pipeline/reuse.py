"""What an older build has already: the figures whose documents did not change, with their text and rows."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Self

from kg.compression import compress, open_binary
from kg.errors import BuildError, QueryError, Severity
from kg.folder import DESCRIPTION, GRAPH_SUFFIXES, Folder, file_digest, is_build, provenance
from kg.rdf.formats import FORMATS
from kg.rdf.mapping import describe_agents
from kg.rdf.query import open_store
from kg.rdf.store import update_store, write_store
from kg.store_files import STORE, find_store
from kg.tables import BUILD_TABLES, read_frame

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    import polars as pl

    from kg.pipeline.batch import Batch, Job

__all__ = ["OldBuild", "has_store", "make_store", "open_old_build"]

Row = tuple[str, str, str, str]
"""Figure id, file, digest and data folder of a document."""

_ROWS = 1_024


class OldBuild:
    """An older build from which a new one takes what did not change; a context manager, for its files are open.

    Parameters
    ----------
    folder
        The older build, of the same version as this one.
    job
        What is to be built: formats that the older build has, too.
    documents
        Figure id, file, digest and data folder of the documents that there are now, in order.

    Attributes
    ----------
    n_kept
        How many figures are taken over.
    """

    def __init__(self, folder: Folder, job: Job, documents: Iterable[Row]) -> None:
        self.folder = folder
        self.n_kept = 0
        self._job = job
        self._gone: list[str] = []
        self._fresh: set[str] = set()
        self._compare(documents)
        self._stack = ExitStack()
        self._texts = {name: _Texts(folder, name) for name in job.formats}
        for texts in self._texts.values():
            self._stack.callback(texts.close)

    def _compare(self, documents: Iterable[Row]) -> None:
        """Note which figures it has that are changed or no longer there, and which it lacks."""
        mine = _rows(self.folder, "figid", "file", "sha256", "data_folder", "decisions")
        old = next(mine, None)
        for document in documents:
            now = (*document, self._job.decisions(document[0]))
            while old is not None and old[0] < now[0]:
                self._gone.append(old[0])
                old = next(mine, None)
            if old == now:
                self.n_kept += 1
                old = next(mine, None)
            else:
                self._fresh.add(now[0])
        while old is not None:
            self._gone.append(old[0])
            old = next(mine, None)

    def __enter__(self) -> Self:
        """Return the build itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close its files."""
        self._stack.close()

    def is_intact(self) -> bool:
        """Return whether all its files are as they were written."""
        files = self.folder.manifest["files"]
        return all(file["sha256"] == file_digest(self.folder.path / name) for name, file in files.items())

    def keeps(self, figid: str) -> bool:
        """Return whether the figure's document is unchanged."""
        return figid not in self._fresh

    def weave(self, batch: Batch) -> dict[str, bytes]:
        """Return the text of a batch by format, compressed, with that of the figures that it keeps in its place."""
        fresh = read_frame(batch.tables["documents"]).rows(named=True) if "documents" in batch.tables else []
        chunks = {}
        for name, texts in self._texts.items():
            pieces, start = dict.fromkeys(batch.task.kept, b""), 0
            for row in fresh:
                n_bytes = row[_length(name)]
                pieces[row["figid"]] = batch.chunks[name][start : start + n_bytes]
                start += n_bytes
            for figid in batch.task.kept:
                pieces[figid] = texts.read(figid)
            text = b"".join(pieces[figid] for figid in sorted(pieces))
            chunks[name] = compress(text, self._job.compression) if text else b""
        return chunks

    @property
    def different(self) -> set[str]:
        """The ids of the figures that changed, came, or went."""
        return self._fresh | set(self._gone)

    def rows(self) -> dict[str, pl.LazyFrame]:
        """Return the rows of the figures that are kept, by table."""
        import polars as pl

        gone = pl.Series(self._gone, dtype=pl.String)
        tables = {
            table: self.folder.scan(table).filter(~pl.col("figid").is_in(gone.implode())) for table in self._job.tables
        }
        unwanted = [_length(name) for name in GRAPH_SUFFIXES if name not in self._job.formats]
        tables["documents"] = tables["documents"].with_columns(
            pl.lit(None, dtype=pl.Int64).alias(column) for column in unwanted
        )
        if not self._job.formats:
            tables["documents"] = tables["documents"].with_columns(pl.lit(None, dtype=pl.String).alias("statements"))
        return tables


def open_old_build(path: Path, job: Job, documents: Iterable[Row]) -> OldBuild | None:
    """Return the build in a folder for reuse; None where there is none, or nothing of it can be reused.

    That is so where another version made it, its mentions were graded otherwise or not at all, it lacks an RDF file
    that is wanted, or one of its files has another size than the manifest says.

    Parameters
    ----------
    path
        The folder.
    job
        What is to be built.
    documents
        Figure id, file, digest and data folder of the documents that there are now, in order.
    """
    if not is_build(path):
        return None
    folder = Folder(path)
    manifest = folder.manifest
    if (
        manifest["tool"] != provenance()["tool"]
        or not _is_whole(manifest)
        or not set(job.formats) <= set(manifest["formats"])
        or _rules(manifest["inputs"].get("audit")) != (None if job.grader is None else job.grader.rules)
        or not all(f"tables/{table}.parquet" in manifest["files"] for table in job.tables)
    ):
        return None
    for name, file in manifest["files"].items():
        there = path / name
        if not there.is_file() or there.stat().st_size != file["bytes"]:
            return None
    return OldBuild(folder, job, documents)


def _rules(audit: Any) -> dict[str, Any] | None:
    """Return what a manifest says of the rules of its grades; None where it says nothing of them."""
    return {name: value for name, value in audit.items() if name != "curation"} if isinstance(audit, dict) else None


def has_store(folder: Folder) -> bool:
    """Return whether a build has a store of its own; one that is another build's, or is damaged, is none."""
    with suppress(QueryError):
        path = find_store(folder)
        if path is not None:
            open_store(path)
            return True
    return False


def make_store(folder: Folder, old: OldBuild | None) -> int:
    """Make the store of a new build, from that of an older one where there is one; return the number of its quads.

    Raises
    ------
    QueryError
        If the new build has no RDF file.
    BuildError
        If the store cannot be written.
    """
    path = folder.path / STORE
    if old is None or not has_store(old.folder):
        return write_store(folder, path)
    return update_store(folder, path, old.folder.path / STORE, old.different)


def _is_whole(manifest: Mapping[str, Any]) -> bool:
    """Return whether a manifest has what an update needs, which one that was edited by hand may not have."""
    kinds = {"inputs": dict, "counts": dict, "problem_counts": dict, "files": dict, "formats": list}
    sizes, files = manifest.get("partitions"), manifest.get("files")
    return (
        all(isinstance(manifest.get(key), kind) for key, kind in kinds.items())
        and isinstance(files, dict)
        and all(isinstance(file, dict) and {"bytes", "sha256"} <= file.keys() for file in files.values())
        and {DESCRIPTION, *(f"tables/{table}.parquet" for table in BUILD_TABLES)} <= files.keys()
        and all(isinstance(name, str) for name in manifest["formats"])
        and isinstance(manifest["counts"].get("figures"), int)
        and (
            sizes is None or (isinstance(sizes, list) and sizes != [] and all(isinstance(size, int) for size in sizes))
        )
        and all(isinstance(manifest["problem_counts"].get(severity.value), int) for severity in Severity)
    )


def _length(name: str) -> str:
    return f"n_bytes_{GRAPH_SUFFIXES[name]}"


def _rows(folder: Folder, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the table of documents, some at a time."""
    documents, start = folder.scan("documents").select(columns), 0
    while rows := documents.slice(start, _ROWS).collect().rows():
        yield from rows
        start += _ROWS


class _Texts:
    """The text of the figures in one RDF format, in order of figure id."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._pieces = _read_texts(folder, name)
        self.close = self._pieces.close

    def read(self, figid: str) -> bytes:
        """Return a figure's text; it comes after those that were read before."""
        for other, text in self._pieces:
            if other == figid:
                return text
        raise BuildError(f"the old build lacks the text of {figid}; build without --update")


def _read_texts(folder: Folder, name: str) -> Generator[tuple[str, bytes]]:
    """Yield figure ids and texts."""
    header = FORMATS[name].header(describe_agents()).encode()
    _, files = folder.graph_files(name) or ("", [])
    sizes: list[int] = folder.manifest["partitions"] or [folder.manifest["counts"]["figures"]]
    documents = _rows(folder, "figid", _length(name))
    for file, size in zip(files, sizes, strict=False):  # the last file of several is that of shared things
        with open_binary(file) as stream:
            _read_exactly(stream, len(header), file)
            for figid, n_bytes in islice(documents, size):
                yield figid, _read_exactly(stream, int(n_bytes), file)


def _read_exactly(stream: IO[bytes], n_bytes: int, file: Path) -> bytes:
    data = stream.read(n_bytes)
    if len(data) != n_bytes:
        raise BuildError(f"{file}: shorter than its build says; build without --update")
    return data
