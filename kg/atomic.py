"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import ExportError
from kg.interrupts import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.errors import KgError

__all__ = ["replacing_file", "replacing_folder"]

_SETTLED = 60
"""Seconds after which the maker of a folder has locked it, if it lives."""


@contextmanager
def replacing_file(target: Path) -> Iterator[Path]:
    """Give a path beside the target; what is written there takes the target's place when the block ends well.

    Raises
    ------
    ExportError
        If the target cannot be written; it is then as it was before.
    """
    try:
        with _workshop(target) as work:
            fresh = work / target.name
            yield fresh
            fresh.replace(target)
    except OSError as error:
        raise ExportError(f"{target}: cannot be written: {error.strerror or error}") from error


@contextmanager
def replacing_folder(
    target: Path,
    *,
    may_replace: Callable[[Path], bool],
    what: str,
    error_type: type[KgError] = ExportError,
    way_out: str = "choose another -o",
) -> Iterator[Path]:
    """Give a new folder beside the target, which takes the target's place when the block ends well.

    Parameters
    ----------
    target
        The folder to make or replace.
    may_replace
        Whether a folder that is not empty is of the kind that may be replaced.
    what
        The name of that kind, for the sentence that refuses another.
    error_type
        The error that is raised.
    way_out
        What to do where the target is something else.

    Raises
    ------
    KgError
        Of `error_type`, if the target is something else or cannot be written; it is then as it was before.
    """
    target = target.resolve()  # a link stays, and what it leads to is replaced
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not may_replace(target))):
        raise error_type(f"{target}: exists and is not {what}; it is not replaced, so {way_out}")
    try:
        with _workshop(target) as work:
            fresh, old = work / "new", work / "old"
            fresh.mkdir()
            try:
                yield fresh
                with interrupts_held():
                    if not (target.exists() and _exchange(fresh, target)):
                        if target.exists():
                            target.rename(old)
                        fresh.rename(target)
            finally:
                # Whatever happened between the two renames: what was before there is there again.
                if old.exists() and not target.exists():
                    old.rename(target)
    except OSError as error:
        raise error_type(f"{target}: cannot be written: {error.strerror or error}; it is as it was before") from error


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target, which goes at the end; what killed processes left there goes first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix, suffix = f".{target.name}.", ".tmp"
    for left in target.parent.glob(f"{glob.escape(prefix)}*{suffix}"):
        if _is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    with ExitStack() as stack:
        with interrupts_held():  # or one could come when the folder is there, and nobody knows that it has to go
            work = Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=target.parent))
            stack.callback(shutil.rmtree, work, ignore_errors=True)
        held = os.open(work, os.O_RDONLY)
        stack.callback(os.close, held)
        _lock(held)
        yield work


def _is_abandoned(work: Path) -> bool:
    """Return whether a folder of `_workshop` was left by a process that ended before it could take it away."""
    try:
        if time.time() - work.stat().st_mtime < _SETTLED or (work / "old").exists():
            return False
        held = os.open(work, os.O_RDONLY)
    except OSError:
        return False
    try:
        return _lock(held)
    finally:
        os.close(held)


def _lock(descriptor: int) -> bool:
    """Return whether this process now holds the lock of an open folder, which ends with the process."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):  # another system, a file system without locks, or another process holds it
        return False
    return True


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders in one step, where the system can: Linux's renameat2, with RENAME_EXCHANGE.

    References
    ----------
    renameat2(2), https://man7.org/linux/man-pages/man2/rename.2.html
    """
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return False
    at_working_directory, exchange = -100, 2
    paths = os.fsencode(first), os.fsencode(second)
    return bool(renameat2(at_working_directory, paths[0], at_working_directory, paths[1], exchange) == 0)
