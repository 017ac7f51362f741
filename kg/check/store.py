"""Whether a build's Oxigraph store, if it has one, is of this build, has the bytes that were written, and opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.check.report import VIOLATION, Violation
from kg.errors import QueryError
from kg.store_files import STORE, damaged_files, find_store
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.folder import Folder

__all__ = ["check_store"]


def check_store(folder: Folder) -> Iterator[Violation]:
    """Yield what is wrong with a build's store; every byte of its files of data is read, and then it is opened.

    RocksDB has checksums of its other files, which change, and reads them all as it opens a store.
    """
    import pyoxigraph as ox

    way_out = f"make the store anew with `kg load {folder.path} store`."
    try:
        path = find_store(folder)
        damaged = [] if path is None else damaged_files(path)
        for name in damaged:
            yield _violation(f"{STORE}/{name}", f"The file was changed or damaged; {way_out}")
        if path is not None and not damaged:
            ox.Store.read_only(str(path))
    except QueryError as error:
        yield _violation(STORE, str(error))
    except (OSError, RuntimeError) as error:  # RocksDB's own errors are RuntimeErrors
        yield _violation(STORE, f"It cannot be opened ({visible(str(error))}); {way_out}")


def _violation(focus: str, message: str) -> Violation:
    return Violation(VIOLATION, "StoreFiles", focus, None, None, message, None)
