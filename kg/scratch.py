"""Working storage for what grows with the corpus: private SQLite databases that go to disk when they are large."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kg.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["open_scratch", "scratch_errors"]

_CACHE_KIB = 2_048


def open_scratch(*tables: str) -> sqlite3.Connection:
    """Return a new database that nobody else sees, and that is gone when it is closed.

    It lives in memory up to some MB, and from there in a file of the temporary folder that has no name.

    Parameters
    ----------
    *tables
        The tables to create: names with their columns.

    References
    ----------
    SQLite, In-Memory Databases, "Temporary Databases", https://www.sqlite.org/inmemorydb.html

    Examples
    --------
    >>> scratch = open_scratch("papers (pmcid, title)")
    >>> scratch.execute("SELECT COUNT(*) FROM papers").fetchone()
    (0,)
    """
    scratch = sqlite3.connect("", isolation_level=None)
    # Nothing here has to outlive a crash, so there is neither a journal nor a transaction that ends.
    for statement in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
        scratch.execute(f"PRAGMA {statement}")
    for table in tables:
        scratch.execute(f"CREATE TABLE {table}")
    scratch.execute("BEGIN")
    return scratch


@contextmanager
def scratch_errors() -> Iterator[None]:
    """Turn what can go wrong with the databases, a full temporary folder, into a sentence.

    Raises
    ------
    BuildError
        If SQLite cannot go on.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise BuildError(
            f"the temporary folder cannot be written to ({error}); make room there, or set TMPDIR to a folder that has"
            " some"
        ) from error
