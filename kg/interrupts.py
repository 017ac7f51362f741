"""What asks this process to end, Ctrl-C and SIGTERM, held back while half a step would be worse than none."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["interrupts_held"]

_HELD = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold SIGINT and SIGTERM back in the block; one that came is handled after it.

    A process that is started in the block never gets one: terminals and service managers send them to all processes of
    a group, and only the parent is to answer.
    """
    came: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():  # no other can set handlers, and none is interrupted
        # A mask is not enough: the system gives the signal to another thread, and Python handles it in the main one.
        known = {number: signal.getsignal(number) for number in _HELD}
        handlers = {number: handler for number, handler in known.items() if handler is not None}  # None: not Python's
    mask = None
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: came.append(number))
        if hasattr(signal, "pthread_sigmask"):  # Windows has none
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
        yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for late in dict.fromkeys(came):
            signal.raise_signal(late)
