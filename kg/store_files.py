"""The folder of a build's Oxigraph store: which build it was made from, and whether its files are as they were written.

RocksDB's files of data, ``*.sst``, never change. Inside the folder lies a note of the build, and of the size and the
SHA-256 of each of them. At opening the sizes are looked at, which takes no time; by `damaged_files` every byte is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kg.errors import QueryError
from kg.folder import file_digest

if TYPE_CHECKING:
    from pathlib import Path

    from kg.folder import Folder

__all__ = ["NOTE", "STORE", "damaged_files", "find_store", "write_note"]

STORE = "store"
"""The folder of a build's store, in the build's own."""

NOTE = "kg-build.json"
"""The file in a store's folder that says which build it belongs to; RocksDB leaves it alone."""

_LAYOUT = 3  # 1 had nothing in the default graph, 2 no digests


def find_store(folder: Folder) -> Path | None:
    """Return the folder of a build's store; None where it has none.

    Raises
    ------
    QueryError
        If the store was made from another build or by another version, or is not whole.
    """
    path = folder.path / STORE
    if not path.is_dir():
        return None
    way_out = f"make it with `kg load {folder.path} store`"
    try:
        note = json.loads((path / NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        note = None
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise QueryError(f"{path / NOTE}: the store's note cannot be read ({reason}); {way_out}") from error
    if not isinstance(note, dict) or note | _of_build(folder) != note:
        raise QueryError(f"{path}: not the store of this build as it is now; {way_out}")
    if _sizes(note.get("files")) != {file.name: file.stat().st_size for file in _data_files(path)}:
        raise QueryError(f"{path}: files of the store are missing, cut off or not its own; {way_out}")
    return path


def damaged_files(path: Path) -> list[str]:
    """Return the names of the files whose bytes are not those that were written.

    Parameters
    ----------
    path
        What `find_store` returns.

    Raises
    ------
    QueryError
        If a file cannot be read.
    """
    files = json.loads((path / NOTE).read_text(encoding="utf-8"))["files"]
    try:
        return [file.name for file in _data_files(path) if file_digest(file) != files[file.name].get("sha256")]
    except OSError as error:
        raise QueryError(f"{path}: a file of the store cannot be read ({error.strerror or error})") from error


def write_note(path: Path, folder: Folder) -> None:
    """Write into the folder of a store which build it is of, and what its files are.

    Parameters
    ----------
    path
        The store's folder. Where it was made from an older store and has its note, the files that both have are not
        read again.
    folder
        The build.
    """
    note = path / NOTE
    known = json.loads(note.read_text(encoding="utf-8"))["files"] if note.is_file() else {}
    files = {
        file.name: known.get(file.name) or {"bytes": file.stat().st_size, "sha256": file_digest(file)}
        for file in _data_files(path)
    }
    note.write_text(json.dumps(_of_build(folder) | {"files": files}) + "\n", encoding="utf-8")


def _of_build(folder: Folder) -> dict[str, object]:
    """Return what a store says of the build that it belongs to."""
    return {"layout": _LAYOUT, "inputs": folder.manifest.get("inputs")}


def _sizes(files: object) -> dict[str, object] | None:
    """Return the sizes that a note tells; None where it tells them in no way that we know."""
    if not isinstance(files, dict) or not all(isinstance(entry, dict) for entry in files.values()):
        return None
    return {name: entry.get("bytes") for name, entry in files.items()}


def _data_files(path: Path) -> list[Path]:
    return sorted(path.glob("*.sst"))
