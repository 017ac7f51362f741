"""Who does the work: one function over many items, in this process or in several, results in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from kg.errors import BuildError
from kg.interrupts import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

__all__ = [
    "FILES_PER_WORKER",
    "LOOK_AHEAD",
    "Executor",
    "Processes",
    "count_cores",
    "default_workers",
    "ordered_map",
]

T = TypeVar("T")
R = TypeVar("R")

LOOK_AHEAD = 4
"""Tasks a worker that are under way at most; more would only fill the memory."""

SECONDS_BETWEEN_LOOKS = 2.0
"""How long to wait for a result before looking whether the workers still live."""

FILES_PER_WORKER = 2500
"""Below twice as many files, starting a second process costs more than it saves (measured on PFOCR figures)."""


class Executor(Protocol):
    """Who does the work.

    Attributes
    ----------
    is_remote
        Whether it may be done where this machine's files are not to be seen.
    """

    is_remote: bool

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Generator[R]:
        """Return an iterator of the function's results, in the order of the items; see `ordered_map`."""
        ...


class Processes:
    """Processes of this machine: this one, or several beside it.

    Parameters
    ----------
    workers
        How many; up to 1 means this one.
    """

    is_remote = False

    def __init__(self, workers: int) -> None:
        self.workers = workers

    @classmethod
    def fitting(cls, n_items: int) -> Self:
        """Return as many processes as pay for so many files."""
        return cls(default_workers(n_items))

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Generator[R]:
        """Return an iterator of the function's results, in the order of the items; see `ordered_map`."""
        return ordered_map(function, items, workers=self.workers)


def default_workers(n_items: int) -> int:
    """Return how many processes pay for so many files: 1, or up to one for each core that this process may use.

    Parameters
    ----------
    n_items
        The number of files to read.

    Examples
    --------
    >>> default_workers(4999)
    1
    """
    return max(1, min(count_cores(), n_items // FILES_PER_WORKER))


def count_cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only; it knows taskset, batch systems and containers
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def ordered_map(function: Callable[[T], R], items: Iterable[T], *, workers: int) -> Generator[R]:
    """Return an iterator of the function's results, in the order of the items.

    Items are taken as they are needed, never more than `LOOK_AHEAD` a worker ahead of the result last asked for,
    so memory does not grow with their number. Work starts with the first result; closing the iterator early
    (`contextlib.closing`) ends the processes.

    Parameters
    ----------
    function
        What to do with an item. Each of several workers gets it once, pickled: a function at the top of a module, or a
        partial of one, whose arguments may be large.
    items
        Walked once.
    workers
        Processes; up to 1 means this one. New processes are spawned, not forked: a fork of a process that has
        threads (polars starts some) can wait forever for a lock that nobody holds.

    Raises
    ------
    BuildError
        If a worker dies. Exceptions of the function are raised as they are, and no further task starts.

    Examples
    --------
    >>> list(ordered_map(len, ["MAPK", "AKT"], workers=1))
    [4, 3]
    """
    if workers > 1:
        yield from _parallel_map(function, items, workers)
        return
    for item in items:
        yield function(item)


def _parallel_map(function: Callable[[T], R], items: Iterable[T], workers: int) -> Generator[R]:
    context = _Context()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(function,))
    pending: deque[Future[R]] = deque()
    try:
        for item in items:
            with interrupts_held():  # the first tasks start the workers; half a start cannot be shut down
                pending.append(pool.submit(_do, item))
            if len(pending) == LOOK_AHEAD * workers:
                yield context.result(pending.popleft())
        while pending:
            yield context.result(pending.popleft())
    except BrokenProcessPool as error:
        context.terminate(pool)
        raise BuildError(
            "a worker process died, most often because the memory was full: go on with fewer workers (1 needs no"
            " second process) or more memory; a script that starts workers has to call them under"
            " `if __name__ == '__main__':`"
        ) from error
    except (GeneratorExit, KeyboardInterrupt):
        context.terminate(pool)  # nobody waits for the results of the tasks that run
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end_results(pool: ProcessPoolExecutor) -> None:
    """Close our own end of the pipe of results, once all workers are killed.

    A worker that is killed while it writes leaves half a result, and the pool's thread waits for the other half as
    long as somebody could write it: this process, which has that end open and never uses it.
    """
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    if writer is not None:
        writer.close()


class _Worker(SpawnProcess):
    """A process that Ctrl-C and SIGTERM do not reach, not even while it starts: only the parent answers, once."""

    def start(self) -> None:
        with interrupts_held():  # the mask is inherited, and stays in force in the worker
            super().start()


class _Context(SpawnContext):
    """The spawn context, which remembers the processes that it made."""

    def __init__(self) -> None:
        super().__init__()
        self.workers: list[_Worker] = []

    def Process(self, *args: Any, **kwargs: Any) -> _Worker:  # type: ignore[override]  # noqa: N802
        """Return a new worker, not yet started; the arguments are the pool's own affair."""
        self.workers.append(_Worker(*args, **kwargs))
        return self.workers[-1]

    def result(self, future: Future[R]) -> R:
        """Return a task's result; raise BrokenProcessPool where it will never come.

        The pool itself does not always notice that a worker was killed, above all not one that had just started.
        """
        while True:
            finished, _ = wait_for([future], timeout=SECONDS_BETWEEN_LOOKS)
            if finished:
                return future.result()
            if any(worker.exitcode is not None for worker in self.workers):
                raise BrokenProcessPool("a worker is gone")

    def terminate(self, pool: ProcessPoolExecutor) -> None:
        """End the workers that run, so that the pool can be shut down."""
        for worker in self.workers:
            if worker.is_alive():
                worker.kill()
        _end_results(pool)


_task: Callable[[Any], Any] | None = None
"""What this process does as a worker."""


def _do(item: Any) -> Any:
    """Do the worker's task to an item."""
    assert _task is not None, "the pool starts its workers with a task"  # noqa: S101
    return _task(item)


def _start_worker(task: Callable[[Any], Any]) -> None:
    global _task  # noqa: PLW0603 - the one place where a process of a pool can keep what it is started with
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    # A parent that is killed cannot stop its workers, and their queue never ends because they hold both ends of it.
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
