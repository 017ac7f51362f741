"""Whether a build's Oxigraph store, if it has one, is of this build, and its bytes are those that were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.check.report import VIOLATION, Violation
from kg.errors import QueryError
from kg.store_files import STORE, damaged_files, find_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.folder import Folder

__all__ = ["check_store"]


def check_store(folder: Folder) -> Iterator[Violation]:
    """Yield what is wrong with the files of a build's store; every byte of them is read."""
    try:
        path = find_store(folder)
        damaged = [] if path is None else damaged_files(path)
    except QueryError as error:
        yield _violation(STORE, str(error))
        return
    for name in damaged:
        message = f"The file was changed or damaged; make the store anew with `kg load {folder.path} store`."
        yield _violation(f"{STORE}/{name}", message)


def _violation(focus: str, message: str) -> Violation:
    return Violation(VIOLATION, "StoreFiles", focus, None, None, message, None)
