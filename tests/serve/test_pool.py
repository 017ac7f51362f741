"""Workers and those who wait for them, without a server around."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from kg.errors import KgError, QueryError, QueryLimitError, QueryRefusedError
from kg.rdf.messages import Question
from kg.rdf.store import write_store
from kg.serve.cache import Cache, Cached, is_repeatable
from kg.serve.child import Child
from kg.serve.pool import ASIDE, Pool
from kg.serve.problems import Refusal
from kg.store_files import NOTE
from tests.serve.running import ENDLESS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import kg
    from kg.rdf.workers import Answer

COUNT = Question(text="SELECT (COUNT(?m) AS ?n) { ?m a pfkg:GeneMention }", formats=("csv",))
SLOW = Question(text=ENDLESS)
ANSWER = b"n\r\n28\r\n"


@pytest.fixture(scope="module")
def store(seeds_build: kg.Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "store"
    write_store(seeds_build, path)
    return path


@asynccontextmanager
async def pool_of(store: Path, **options: Any) -> AsyncIterator[Pool]:
    defaults: dict[str, Any] = {"workers": 1, "timeout": 20, "say": lambda _: None}
    pool = Pool(store, **defaults | options)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


def test_answers_and_errors(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store) as pool:
            assert (await pool.answer(COUNT)).data == ANSWER
            for text, error in (
                ("SELECT", QueryError),
                ("ASK { SERVICE <a:b> {} }", QueryRefusedError),
            ):
                with pytest.raises(error, match="line 1"):
                    await pool.answer(Question(text=text))
            with pytest.raises(QueryLimitError, match="more than 5 rows"):
                await pool.answer(Question(text="SELECT * { ?s ?p ?o }", max_rows=5))
            assert (await pool.answer(COUNT)).data == ANSWER

    asyncio.run(run())


def test_workers_have_a_group_of_their_own_in_the_server_s_session(store: Path) -> None:
    """Ctrl-C goes to a group; and Linux weighs sessions against each other whatever their processes' priorities."""

    async def run() -> None:
        async with pool_of(store) as pool:
            (child,) = pool._idle
            assert os.getpgid(child.pid) == child.pid
            assert os.getsid(child.pid) == os.getsid(0)

    asyncio.run(run())


def test_who_waits_gets_the_next_free_worker_in_order(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store, slow_after=100) as pool:
            order: list[int] = []

            async def ask(number: int) -> None:
                await pool.answer(COUNT)
                order.append(number)

            await asyncio.gather(*(ask(number) for number in range(20)))
            assert order == list(range(20))

    asyncio.run(run())


def test_who_is_cancelled_while_waiting_takes_nothing(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store, slow_after=100) as pool:
            slow = asyncio.create_task(pool.answer(SLOW))
            await asyncio.sleep(0.1)
            waiting = [asyncio.create_task(pool.answer(COUNT)) for _ in range(3)]
            await asyncio.sleep(0.1)
            waiting[0].cancel()
            slow.cancel()
            assert [(await task).data for task in waiting[1:]] == [ANSWER] * 2
            results = await asyncio.gather(slow, waiting[0], return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            # The worker comes in the same moment as its client goes.
            for _ in range(5):
                first, second = (asyncio.create_task(pool.answer(COUNT)) for _ in range(2))
                await first
                second.cancel()
                await asyncio.gather(second, return_exceptions=True)
                assert (await pool.answer(COUNT)).data == ANSWER

    asyncio.run(run())


def test_who_waits_too_long_is_turned_away(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store, slow_after=100, timeout=1.5) as pool:
            tasks = [asyncio.create_task(pool.answer(SLOW)) for _ in range(2)]
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert isinstance(results[0], QueryLimitError)
            assert results[0].limit == "time"
            assert isinstance(results[1], Refusal | QueryLimitError)
            if isinstance(results[1], Refusal):
                assert str(results[1]) == "all workers were busy for 1.5 s; ask again in a moment"

    asyncio.run(run())


def test_who_waits_when_it_stops_is_told(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store, slow_after=100) as pool:
            tasks = [asyncio.create_task(pool.answer(SLOW)) for _ in range(3)]
            await asyncio.sleep(0.2)
            await pool.stop()
            results = await asyncio.gather(*tasks, pool.answer(COUNT), return_exceptions=True)
            assert [str(result) for result in results] == ["the server is stopping"] * 4

    asyncio.run(run())


def test_a_worker_that_died_is_replaced(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store) as pool:
            (child,) = pool._idle
            os.kill(child.pid, signal.SIGKILL)
            await child.ended()
            assert (await pool.answer(COUNT)).data == ANSWER
            (child,) = pool._idle
            asking = asyncio.create_task(pool.answer(SLOW))
            await asyncio.sleep(0.2)
            os.kill(child.pid, signal.SIGSEGV)
            with pytest.raises(QueryLimitError) as error:
                await asking
            assert error.value.limit == "memory"
            assert (await pool.answer(COUNT)).data == ANSWER
            child.kill()
            with pytest.raises(QueryLimitError):
                await child.ask(COUNT)

    asyncio.run(run())


def test_a_worker_that_opened_what_was_replaced_meanwhile_is_not_used(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Child.start
    started: list[Child] = []

    async def start_slowly(path: Path, *, max_memory: int | None) -> Child:
        child = await start(path, max_memory=max_memory)
        started.append(child)
        if len(started) == 2:
            os.utime(store / NOTE, ns=(0, 1))  # as if another build had taken its place just now
        return child

    async def run() -> None:
        async with pool_of(store) as pool:
            started[0].kill()
            await started[0].ended()
            assert (await pool.answer(COUNT)).data == ANSWER
            assert len(started) == 3
            assert started[2].identity == pool.identity

    monkeypatch.setattr(Child, "start", start_slowly)
    asyncio.run(run())


def test_a_worker_that_is_killed_as_it_starts_is_not_said_to_be_a_query(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_and_die(child: Child) -> asyncio.Future[Answer]:
        os.kill(child.pid, signal.SIGKILL)
        return ask_to_open(child)

    ask_to_open = Child.open
    monkeypatch.setattr(Child, "open", open_and_die)
    with pytest.raises(KgError, match="its process was ended before it had opened the store"):
        asyncio.run(Child.start(store, max_memory=None))


async def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):  # however long a worker takes to start on a machine that is busy
        while not holds():
            await asyncio.sleep(0.02)


def n_aside(pool: Pool) -> int:
    return sum(child.is_aside and child.is_alive for child in pool._all)


def test_only_so_many_are_put_aside(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store, slow_after=0.2, timeout=15) as pool:
            slow = [asyncio.create_task(pool.answer(SLOW)) for _ in range(ASIDE + 1)]
            await until(lambda: len(pool._slow) == 1)
            assert (n_aside(pool), len(pool._all)) == (ASIDE, ASIDE + 1)
            # The last one has its worker, since nobody else wants it, and goes aside as soon as there is room.
            await asyncio.sleep(0.5)
            assert not any(task.done() for task in slow)
            slow[0].cancel()
            await until(lambda: not pool._slow and n_aside(pool) == ASIDE)
            assert (await pool.answer(COUNT)).data == ANSWER
            assert not any(task.done() for task in slow[1:])
            for task in slow[1:]:
                task.cancel()

    asyncio.run(run())


def test_a_slow_query_without_room_aside_gives_way_to_who_waits(store: Path) -> None:
    async def run() -> None:
        async with pool_of(store, slow_after=0.2, timeout=60) as pool:
            slow = [asyncio.create_task(pool.answer(SLOW)) for _ in range(ASIDE + 1)]
            await until(lambda: len(pool._slow) == 1)
            assert (await pool.answer(COUNT)).data == ANSWER
            (given_up,) = (task for task in slow if task.done())
            with pytest.raises(Refusal, match=r"too many slow queries run; this one was ended after 0\.2 s, since"):
                given_up.result()
            # Those that become slow while others wait, too: a dozen of them hold up nobody for their time limit.
            slow += [asyncio.create_task(pool.answer(SLOW)) for _ in range(4)]
            await asyncio.sleep(0)
            assert (await pool.answer(COUNT)).data == ANSWER
            assert n_aside(pool) == ASIDE
            assert sum(task.done() for task in slow) >= 4
            for task in slow:
                task.cancel()
            results = await asyncio.gather(*slow, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError | Refusal) for result in results)

    asyncio.run(run())


def test_a_store_that_is_none_is_an_error(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(KgError):
            await Child.start(tmp_path / "nothing", max_memory=None)
        with pytest.raises(KgError):
            async with pool_of(tmp_path / "nothing", workers=2):
                pass

    asyncio.run(run())


def test_the_cache_keeps_what_was_asked_for_last() -> None:
    cache = Cache(8 * (512 + 10))
    for number in range(12):
        cache.put(number, Cached("text/csv", b"x" * 10))
        cache.get(0)
    cache.put("large", Cached("text/csv", b"x" * 11))
    assert [number for number in range(12) if cache.get(number)] == [0, *range(5, 12)]
    assert cache.get("large") is None
    cache.put(0, Cached("text/csv", b"y"))
    assert cache.get(0) == Cached("text/csv", b"y")
    assert cache.get(5) is not None


def test_empty_answers_do_not_pile_up_in_the_cache() -> None:
    cache = Cache(10_000)
    for number in range(1_000):
        cache.put(number, Cached("application/n-triples", b""))
    kept = [number for number in range(1_000) if cache.get(number)]
    assert kept == list(range(1_000 - len(kept), 1_000))
    assert 1 < len(kept) < 100


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?s ?p ?o }", True),
        ("SELECT ?uuid { ?uuid ?now 'BNODE()' } # RAND()", True),
        ("SELECT (now() AS ?t) {}", False),
        ("SELECT (1+rand() AS ?t) {}", False),
        ("SELECT (true&&bnode() AS ?t) {}", False),
        ("SELECT (\\u006Eow() AS ?t) {}", False),
        ("SELECT (1<rand()&&2>1 AS ?t) {}", False),
        ("SELECT * { ?s ?p ?o } #" + " " * 4_000, False),
    ],
)
def test_what_may_be_kept(query: str, *, expected: bool) -> None:
    assert is_repeatable(query) is expected
