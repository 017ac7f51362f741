"""Keeps Python from looking for cycles in records, which have none: the search took a tenth of a build's time."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["searching_again", "unsearched"]


@contextmanager
def unsearched() -> Iterator[None]:
    """Do not look for cycles in the block; behind it, only among what it made and has not given back.

    What it keeps, such as words that have been read before, is set apart (`gc.freeze`): with each block there is more
    of it, and looking through all of it again and again would take longer than some of the work.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.collect(0)
            gc.freeze()
            gc.enable()


_lock = Lock()
_before: list[int] = []  # for each block that has not ended: how much was set apart before the first of them


@contextmanager
def searching_again() -> Iterator[None]:
    """Behind the block, look for cycles everywhere again, but where something was set apart before it.

    Of blocks in several threads the last one to end does so, whichever began first.
    """
    with _lock:
        _before.append(_before[0] if _before else gc.get_freeze_count())
    try:
        yield
    finally:
        with _lock:
            was_frozen = _before.pop()
            if not _before and not was_frozen:
                gc.unfreeze()
