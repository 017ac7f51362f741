"""Several queries at once: child processes that wait for questions, and the questions that wait for a child.

A query that runs longer than `SLOW_AFTER` is put aside: its process goes on with what the others leave of the cores,
and a fresh one takes its place, so that a query of minutes holds up nobody. `ASIDE` queries may be aside for each
worker. A slow one that finds no room there keeps its worker as long as nobody waits for it, and no longer. At its time
limit a process is killed, whatever it does, and replaced.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from kg.errors import KgError, QueryLimitError
from kg.serve.child import Child
from kg.serve.problems import Refusal
from kg.store_files import NOTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.rdf.messages import Question
    from kg.rdf.workers import Answer

__all__ = ["ASIDE", "MAX_MEMORY", "MAX_WAITING", "SLOW_AFTER", "Pool"]

SLOW_AFTER = 1.0
"""Seconds after which a query is put aside."""

ASIDE = 2
"""How many queries may be aside for each worker."""

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
        self._slow: deque[_Run] = deque()  # what is slow, and not aside; the first was so first
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
            503, if too many wait, too many are slow, or the server stops.
        """
        child = await self._take()
        answer = child.ask(question)
        run = _Run(child, timeout=self._timeout, slow_after=self._slow_after, when_slow=self._make_room)
        try:
            return await answer
        except QueryLimitError as error:
            if self._is_stopped:
                raise _stopping() from error
            if run.ended_for == "time":
                reason = f"the query took longer than {self._timeout:g} s and was ended; ask for less"
                raise QueryLimitError(reason, "time") from error
            if run.ended_for == "others":
                reason = (
                    f"too many slow queries run; this one was ended after {self._slow_after:g} s, since others wait"
                )
                raise _busy(reason) from error
            raise
        finally:
            run.cancel()
            if run in self._slow:
                self._slow.remove(run)
            if not answer.done() or answer.cancelled():
                child.kill()
            is_whole = answer.done() and not answer.cancelled() and run.ended_for is None
            self._give_back(child, is_reusable=is_whole)

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
            raise _busy(f"{self._max_waiting} queries wait for a worker already")
        return await self._wait()

    async def _wait(self) -> Child:
        loop = asyncio.get_running_loop()
        place: asyncio.Future[Child] = loop.create_future()
        self._waiting.append(place)
        if self._slow:
            self._slow.popleft().end("others")
        timer = loop.call_later(self._timeout, self._turn_away, place)
        try:
            return await place
        except asyncio.CancelledError:
            if place in self._waiting:
                self._waiting.remove(place)
            elif not place.cancelled() and place.exception() is None:
                self._offer(place.result())  # the worker came as the client went
            raise
        finally:
            timer.cancel()

    def _turn_away(self, place: asyncio.Future[Child]) -> None:
        if not place.done():
            self._waiting.remove(place)
            place.set_exception(_busy(f"all workers were busy for {self._timeout:g} s"))

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

    def _make_room(self, run: _Run) -> None:
        """Put a slow query aside; where there is no room, let it have its worker until another waits for it."""
        if self._is_stopped:
            return
        n_aside = sum(other.is_aside and other.is_alive for other in self._all)
        if n_aside < self._n_workers * ASIDE:
            run.child.put_aside()
            self._begin_start()
        elif self._waiting:
            run.end("others")
        else:
            self._slow.append(run)

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
        child.when_ended(self._forget)
        return child

    def _forget(self, child: Child) -> None:
        self._all.discard(child)
        if child.is_aside and self._slow:
            self._make_room(self._slow.popleft())


class _Run:
    """A query that runs: it is slow after a while, and ends at its time limit.

    Attributes
    ----------
    child
        The process that answers it.
    ended_for
        Why it was ended, if it was: its time is over, or others wait for its worker.
    """

    def __init__(self, child: Child, *, timeout: float, slow_after: float, when_slow: Callable[[_Run], object]) -> None:
        self.child = child
        self.ended_for: Literal["time", "others"] | None = None
        self._when_slow = when_slow
        # One timer for both, which hardly any query comes to see.
        self._rest = max(0, timeout - slow_after)
        self._timer = asyncio.get_running_loop().call_later(timeout - self._rest, self._be_slow)

    def cancel(self) -> None:
        """Forget the time: the answer is there, or nobody waits for it."""
        self._timer.cancel()

    def end(self, reason: Literal["time", "others"]) -> None:
        """Kill its process."""
        self.ended_for = reason
        self.child.kill()

    def _be_slow(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._rest, self.end, "time")
        if self._rest > 0:
            self._when_slow(self)


def _busy(reason: str) -> Refusal:
    return Refusal(503, f"{reason}; ask again in a moment", headers={"Retry-After": "2"})


def _stopping() -> Refusal:
    return Refusal(503, "the server is stopping", headers={"Retry-After": "10"})
