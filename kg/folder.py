"""A build folder: its layout, its manifest, and what can be read from it.

::

    BUILD/manifest.json        what was built, from what, by which version; counts; problems
    BUILD/tables/NAME.parquet  the tables of `kg.tables`
    BUILD/graph.SUFFIX         the RDF files that were asked for, `.gz` or `.zst` where compressed
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.compression import COMPRESSIONS
from kg.errors import BuildError
from kg.version import __version__

if TYPE_CHECKING:
    import polars as pl

__all__ = ["GRAPH_SUFFIXES", "MANIFEST", "TOOL", "Folder", "is_build", "write_manifest"]

MANIFEST = "manifest.json"
TOOL = "pfocr-kg"

GRAPH_SUFFIXES = {"turtle": "ttl", "n-triples": "nt", "n-quads": "nq", "json-ld": "jsonld"}
"""The RDF formats of a build, and the suffix of each one's file."""


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

    def table(self, table: str) -> pl.DataFrame:
        """Return a table of `kg.tables.COLUMNS` as a frame.

        Raises
        ------
        BuildError
            If the folder lacks that table.
        """
        return self.scan(table).collect()

    def graph_file(self, *formats: str) -> tuple[str, Path] | None:
        """Return the first of the RDF formats that the folder has, with its file; None where it has none.

        Parameters
        ----------
        *formats
            Names of `GRAPH_SUFFIXES`, the most wanted first.
        """
        for name in formats:
            for compression in ("", *COMPRESSIONS.values()):
                path = self.path / f"graph.{GRAPH_SUFFIXES[name]}{compression}"
                if path.is_file():
                    return name, path
        return None


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
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
    """Write the manifest of a build: who built it, and `content`, with each item of an iterable on a line of its own.

    There is no clock in it, so that the same inputs give the same bytes; where ``SOURCE_DATE_EPOCH`` is set
    (https://reproducible-builds.org/specs/source-date-epoch/), that time is.

    Raises
    ------
    BuildError
        If ``SOURCE_DATE_EPOCH`` is not a number of seconds.
    """
    manifest: dict[str, object] = {"tool": {"name": TOOL, "version": __version__}}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            manifest["created"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
        except (ValueError, OverflowError, OSError) as error:
            raise BuildError(f"SOURCE_DATE_EPOCH={epoch}: not a number of seconds since 1970") from error
    with (path / MANIFEST).open("w", encoding="utf-8", newline="\n") as file:
        for n, (key, value) in enumerate({**manifest, **content}.items()):
            file.write(f"{',' if n else '{'}\n{json.dumps(key)}: ")
            if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
                # Item by item: there is one for each document.
                file.write("[")
                for i, item in enumerate(value):
                    file.write(f"{',' if i else ''}\n {json.dumps(item, ensure_ascii=False)}")
                file.write("]")
            else:
                file.write(json.dumps(value, ensure_ascii=False))
        file.write("\n}\n")
