"""A build folder: its layout, its manifest, and what can be read from it.

::

    BUILD/manifest.json        what was built, by which version; the digest of the inputs; counts
    BUILD/dataset.ttl          the same and more as RDF: a description of the dataset, the lexicons, the example queries
    BUILD/tables/NAME.parquet  the tables of `kg.tables`
    BUILD/graph.SUFFIX         the RDF files that were asked for, `.gz` or `.zst` where compressed; in parts
                               `graph-00001.SUFFIX` and so on, and `graph-shared.SUFFIX`
    BUILD/store/               an Oxigraph store, where it was asked for
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.compression import COMPRESSIONS
from kg.errors import BuildError
from kg.text import shorten
from kg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = [
    "DESCRIPTION",
    "GRADES_TABLE",
    "GRAPH_SUFFIXES",
    "MANIFEST",
    "TOOL",
    "Folder",
    "describe_files",
    "file_digest",
    "graph_format",
    "graph_name",
    "is_build",
    "provenance",
    "write_manifest",
]

MANIFEST = "manifest.json"
DESCRIPTION = "dataset.ttl"
TOOL = "pfocr-kg"

GRADES_TABLE = "grades"
"""The table of a build that was audited; `figid`, `mention` and `ncbigene` join it to `candidates`, whose rows can
repeat a gene."""

GRAPH_SUFFIXES = {"turtle": "ttl", "n-triples": "nt", "n-quads": "nq", "json-ld": "jsonld"}
"""The RDF formats of a build, and the suffix of each one's file."""


def graph_format(spelled: str) -> str:
    """Return the format of `GRAPH_SUFFIXES` that a name or a suffix means, in any letters, with its hyphen or without.

    Raises
    ------
    BuildError
        If there is none; it says which may have been meant.

    Examples
    --------
    >>> graph_format("ttl"), graph_format("N-Triples"), graph_format(".jsonld")
    ('turtle', 'n-triples', 'json-ld')
    """
    spellings = {_folded(name): known for known, suffix in GRAPH_SUFFIXES.items() for name in (known, suffix)}
    found = spellings.get(_folded(spelled))
    if found is None:
        close = dict.fromkeys(spellings[name] for name in difflib.get_close_matches(_folded(spelled), spellings))
        meant = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(GRAPH_SUFFIXES)}"
        raise BuildError(f"{shorten(spelled, 40)}: not an RDF format of kg; {meant}")
    return found


def _folded(name: str) -> str:
    return name.strip().lstrip(".").replace("-", "").casefold()


def graph_name(name: str, compression: str | None = None, *, part: int | str | None = None) -> str:
    """Return what an RDF file of a build is called.

    Parameters
    ----------
    name
        A format of `GRAPH_SUFFIXES`.
    compression
        One of `kg.compression.COMPRESSIONS`, or none.
    part
        Its number, from 1, where the graph is cut into several files; ``shared`` is the file of what figures share.

    Examples
    --------
    >>> graph_name("turtle"), graph_name("n-triples", "gzip", part=3)
    ('graph.ttl', 'graph-00003.nt.gz')
    """
    middle = "" if part is None else f"-{part:05}" if isinstance(part, int) else f"-{part}"
    return f"graph{middle}.{GRAPH_SUFFIXES[name]}{COMPRESSIONS.get(compression or '', '')}"


class Folder:
    """A finished build, read only.

    Parameters
    ----------
    path
        The folder that `kg build` wrote.

    Raises
    ------
    BuildError
        If there is no folder, or it is not a build of ours.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise BuildError(f"{path}: a file, not a build folder; make one with `kg build INPUT -o FOLDER`")
        if not self.path.is_dir():
            raise BuildError(f"{path}: there is no such folder; make one with `kg build INPUT -o {path}`")
        if not is_build(self.path):
            raise BuildError(f"{path}: not a build folder ({MANIFEST} of {TOOL} is missing); make one with `kg build`")

    def __repr__(self) -> str:
        """Return the folder and what it holds, on one line."""
        counts = ", ".join(f"{n:,} {table}" for table, n in self.manifest.get("counts", {}).items() if n)
        return f"<{type(self).__name__} {self.path}: {counts}>"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest, as JSON values."""
        return _read_manifest(self.path)

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table of `kg.tables.COLUMNS` as a lazy frame.

        Raises
        ------
        BuildError
            If the folder lacks that table, or it cannot be read.
        """
        import polars as pl

        path = self.path / "tables" / f"{table}.parquet"
        if not path.is_file():
            raise BuildError(f"{self.path}: the table {path.name} is missing; build the folder again")
        try:
            pl.read_parquet_schema(path)
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = str(error).partition("\n")[0]
            raise BuildError(f"{path}: cannot be read ({reason}); build the folder again") from error
        return pl.scan_parquet(path)

    def has(self, table: str) -> bool:
        """Return whether the folder has a table."""
        return (self.path / "tables" / f"{table}.parquet").is_file()

    def table(self, table: str) -> pl.DataFrame:
        """Return a table of `kg.tables.COLUMNS` as a frame.

        Raises
        ------
        BuildError
            If the folder lacks that table.
        """
        return self.scan(table).collect()

    def graph_files(self, *formats: str) -> tuple[str, list[Path]] | None:
        """Return the first of the RDF formats that the folder has, with its files in order; None where it has none.

        Parameters
        ----------
        *formats
            Names of `GRAPH_SUFFIXES`, the most wanted first.
        """
        sizes: list[int] | None = self.manifest.get("partitions")
        parts = [None] if sizes is None else [*range(1, len(sizes) + 1), "shared"]
        for name in formats:
            for compression in (None, *COMPRESSIONS):
                files = [self.path / graph_name(name, compression, part=part) for part in parts]
                if any(file.is_file() for file in files):
                    return name, files
        return None


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"{path / MANIFEST}: cannot be read ({error}); build the folder again") from error
    if not isinstance(manifest, dict):
        raise BuildError(f"{path / MANIFEST}: not a manifest; build the folder again")
    return manifest


def is_build(path: Path) -> bool:
    """Return whether a folder holds a manifest of ours."""
    if not (path / MANIFEST).is_file():
        return False
    try:
        return bool(_read_manifest(path).get("tool", {}).get("name") == TOOL)
    except (BuildError, AttributeError):
        return False


def write_manifest(path: Path, content: Mapping[str, object]) -> None:
    """Write the manifest of a build: who built it, and `content`, a line a key."""
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in content.items()]
    (path / MANIFEST).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_files(path: Path) -> dict[str, dict[str, object]]:
    """Return the size in bytes and the SHA-256 of the files of a folder that is not finished, by relative path."""
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {
        file.relative_to(path).as_posix(): {"bytes": file.stat().st_size, "sha256": file_digest(file)} for file in files
    }


def provenance() -> dict[str, object]:
    """Return who builds: the tool with its version, and the time, if any.

    There is no clock in it, so that the same inputs give the same bytes; where ``SOURCE_DATE_EPOCH`` is set
    (https://reproducible-builds.org/specs/source-date-epoch/), that time is.

    Raises
    ------
    BuildError
        If ``SOURCE_DATE_EPOCH`` is not a number of seconds.
    """
    found: dict[str, object] = {"tool": {"name": TOOL, "version": __version__}}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            found["created"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
        except (ValueError, OverflowError, OSError) as error:
            raise BuildError(f"SOURCE_DATE_EPOCH={epoch}: not a number of seconds since 1970") from error
    return found
