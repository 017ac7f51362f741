"""Several queries at once: child processes that wait for questions, and the questions that wait for a child.

A query that runs longer than `SLOW_AFTER` is put aside: its process goes on at the lowest priority, and a fresh one
takes its place, so that a query of minutes holds up nobody. At most as many are aside as there are workers. At its time
limit a process is killed, whatever it does, and replaced.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from kg.errors import KgError, QueryLimitError
from kg.rdf.store import NOTE
from kg.serve.child import Child
from kg.serve.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.rdf.messages import Question
    from kg.rdf.workers import Answer

__all__ = ["MAX_MEMORY", "MAX_WAITING", "SLOW_AFTER", "Pool"]

SLOW_AFTER = 1.0
"""Seconds after which a query is put aside."""

MAX_WAITING = 200
"""How many queries may wait for a worker; one more is turned away."""

MAX_MEMORY = 2 * 2**30
"""Bytes that one query's process may take."""

_RETRY_AFTER = 1.0  # seconds before a store that could not be opened is tried again


class Pool:
    """Workers that answer queries about one store.

    Parameters
    ----------
    path
        A build folder with a store, or the folder of a store.
    workers
        How many queries are answered at once, beside those that are put aside.
    timeout
        Seconds that a query may take.
    max_memory
        Bytes that a query's process may take.
    max_waiting
        How many queries may wait.
    slow_after
        Seconds after which a query is put aside.
    say
        Called with a sentence where a worker cannot be started again.
    """

    def __init__(
        self,
        path: Path,
        *,
        workers: int,
        timeout: float,
        max_memory: int = MAX_MEMORY,
        max_waiting: int = MAX_WAITING,
        slow_after: float = SLOW_AFTER,
        say: Callable[[str], object] = print,
    ) -> None:
        self._path, self._n_workers, self._timeout = path, workers, timeout
        self._note = os.path.join(path, NOTE)  # noqa: PTH118 - it is asked for with each query, and a text is quick
        self._max_memory, self._max_waiting, self._slow_after = max_memory, max_waiting, slow_after
        self._say = say
        self._idle: list[Child] = []
        self._all: set[Child] = set()
        self._waiting: deque[asyncio.Future[Child]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._is_stopped = False
        self._identity = (0, 0)

    @property
    def identity(self) -> tuple[int, int]:
        """What tells the store that is there now from one that takes its place: another build, or an update.

        Workers that have opened an older one are replaced when they are asked next.
        """
        with suppress(OSError):  # for a moment, while one build takes another's place, there is none
            found = os.stat(self._note)  # noqa: PTH116
            self._identity = (found.st_ino, found.st_mtime_ns)
        return self._identity

    async def start(self) -> None:
        """Start the workers, and open the store in each.

        Raises
        ------
        KgError
            If the store cannot be opened.
        """
        started = await asyncio.gather(*(self._start_child() for _ in range(self._n_workers)), return_exceptions=True)
        for child in started:
            if isinstance(child, BaseException):
                raise child
            self._idle.append(child)

    async def stop(self) -> None:
        """End all workers at once, and turn away what waits; returns when every process is gone."""
        self._is_stopped = True
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(_stopping())
        children = list(self._all)
        for child in children:
            child.kill()
        for child in children:
            await child.ended()

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer to a question.

        Whoever is cancelled here frees its worker: the process is killed and replaced.

        Raises
        ------
        QueryError
            If the query is wrong; `QueryRefusedError` if it is not allowed; `QueryLimitError` if it takes more time,
            memory, rows or bytes than it may.
        Refusal
            503, if too many wait, or the server stops.
        """
        child = await self._take()
        answer = child.ask(question)
        loop = asyncio.get_running_loop()
        is_late = False

        def expire() -> None:
            nonlocal is_late
            is_late = True
            child.kill()

        timers = (
            loop.call_later(self._slow_after, self._put_aside, child),
            loop.call_later(self._timeout, expire),
        )
        try:
            return await answer
        except QueryLimitError as error:
            if self._is_stopped:
                raise _stopping() from error
            if is_late:
                reason = f"the query took longer than {self._timeout:g} s and was ended; ask for less"
                raise QueryLimitError(reason, "time") from error
            raise
        finally:
            for timer in timers:
                timer.cancel()
            if not answer.done() or answer.cancelled():
                child.kill()
            self._give_back(child, is_reusable=answer.done() and not answer.cancelled() and not is_late)

    async def _take(self) -> Child:
        """Return a worker that is free, in the order in which they are asked for."""
        if self._is_stopped:
            raise _stopping()
        identity = self.identity
        while self._idle:
            child = self._idle.pop()
            if child.is_alive and child.identity == identity:
                return child
            self._replace(child)
        if len(self._waiting) >= self._max_waiting:
            raise _busy()
        place: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self._timeout):
                return await place
        except BaseException as error:
            if place in self._waiting:
                self._waiting.remove(place)
            elif not place.cancelled() and place.exception() is None:
                self._offer(place.result())  # the worker came as the client went
            if isinstance(error, TimeoutError):
                raise _busy() from error
            raise

    def _offer(self, child: Child) -> None:
        """Give a free worker to the first that waits."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(child)
                return
        self._idle.append(child)

    def _give_back(self, child: Child, *, is_reusable: bool) -> None:
        if child.is_aside:
            child.kill()
            return
        if is_reusable and child.is_alive and child.identity == self._identity and not self._is_stopped:
            self._offer(child)
        else:
            self._replace(child)

    def _put_aside(self, child: Child) -> None:
        n_aside = sum(other.is_aside and other.is_alive for other in self._all)
        if n_aside < self._n_workers and not self._is_stopped:
            child.put_aside()
            self._begin_start()

    def _replace(self, child: Child) -> None:
        child.kill()
        if not self._is_stopped:
            self._begin_start()

    def _begin_start(self) -> None:
        task = asyncio.get_running_loop().create_task(self._add_child())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _add_child(self) -> None:
        while True:
            try:
                child = await self._start_child()
            except (KgError, OSError) as error:
                self._say(f"a worker cannot start: {error}")
                await asyncio.sleep(_RETRY_AFTER)
            else:
                if child.identity == self.identity:
                    self._offer(child)
                    return
                child.kill()  # another build took the place of the one that it opened

    async def _start_child(self) -> Child:
        identity = self.identity
        child = await Child.start(self._path, max_memory=self._max_memory)
        child.identity = identity
        self._all.add(child)
        child.when_ended(self._all.discard)
        return child


def _busy() -> Refusal:
    return Refusal(503, "too many queries wait; ask again in a moment", headers={"Retry-After": "2"})


def _stopping() -> Refusal:
    return Refusal(503, "the server is stopping", headers={"Retry-After": "10"})
