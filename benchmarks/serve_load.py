"""``kg serve`` under load: ``python -m benchmarks.serve_load BUILD``.

Clients ask the example ``two-genes`` about pairs of genes, each pair once, so that no answer is in the server's cache,
and each asks again as soon as it has its answer. Every answer is held against the figures that the tables of the build
give (polars). Then again with few pairs, so that the cache answers; with a query beside them that would run for hours;
and with all that can go wrong, while the memory of the server and its workers is watched. The clients share the cores
with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from benchmarks.measure import Bar, print_bars, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["main"]

MEDIAN_MS = 50.0
SLOWDOWN = 2.0
GROWTH = 1.1

# Six things of one type: more combinations than could be counted in a year, of which none is kept in memory.
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {' . '.join(f'?x{i} a ?type' for i in range(6))} }}"
WRONG = ("SELECT nonsense", "SELECT * { SERVICE <http://localhost/> {} }", "SELECT * { ?a ?b ?c . ?d ?e ?f }")

Pair = tuple[str, str]

_MAX_TRIES = 1_000
_WRITTEN = 1_000  # questions for each second of a load


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load, print what was measured, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--clients", type=int, default=50, metavar="N")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S")
    args = parser.parse_args(arguments)
    truth = _Truth(args.build)
    with _server(args.build) as (port, pid):
        return asyncio.run(_Bench(port, pid, truth, n_clients=args.clients, seconds=args.seconds).run())


class _Truth:
    """The figures of each gene, by its symbol, as the tables have them."""

    def __init__(self, build: Path) -> None:
        import polars as pl

        from kg.folder import Folder

        folder = Folder(build)
        labels = folder.scan("genes").select("ncbigene", label="symbol")
        rows = folder.scan("candidates").select("figid", "ncbigene").unique().join(labels, on="ncbigene").collect()
        grouped = rows.group_by("label").agg(pl.col("figid").unique()).sort("label")
        self.figures = {label: frozenset(figids) for label, figids in grouped.iter_rows()}
        self._figids = {label: sorted(figids) for label, figids in self.figures.items()}
        by_figure = rows.group_by("figid").agg(pl.col("label").unique().sort()).sort("figid")
        self._genes: dict[str, list[str]] = dict(by_figure.iter_rows())

    def pairs(self, *, by_figure: bool = False) -> Iterator[Pair]:
        """Yield pairs of genes that some figure shows, each once.

        Every gene is as likely as any other to be the first, and its partner is of one of its figures; or, by figure,
        both are any genes of any figure, so that the genes of large families are asked for most.
        """
        rng, seen = random.Random(1), set[Pair]()  # noqa: S311 - a sample, no secret
        symbols, figids = list(self.figures), list(self._genes)
        n_tries = 0
        while True:
            first = rng.choice(self._genes[rng.choice(figids)] if by_figure else symbols)
            second = rng.choice(self._genes[rng.choice(self._figids[first])])
            if first == second or (first, second) in seen:
                n_tries += 1
                if n_tries < _MAX_TRIES:
                    continue
                seen.clear()  # a corpus of few figures has no more pairs
            n_tries = 0
            seen.add((first, second))
            yield first, second

    def is_right(self, pair: Pair, body: bytes) -> bool:
        """Return whether an answer holds the figures that show both genes, and no others."""
        found = [row["id"]["value"] for row in json.loads(body)["results"]["bindings"]]
        return len(found) == len(set(found)) and set(found) == self.figures[pair[0]] & self.figures[pair[1]]


@contextmanager
def _server(build: Path) -> Iterator[tuple[int, int]]:
    command = [sys.executable, "-m", "kg", "serve", str(build), "--port", "0", "--timeout", "60"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None  # noqa: S101 - it is a pipe
            for line in process.stderr:
                if "SPARQL at" in line:
                    yield int(line.partition("/sparql,")[0].rpartition(":")[2]), process.pid
                    break
            else:
                raise RuntimeError(f"kg serve ended with status {process.wait()}")
        finally:
            process.terminate()


@dataclass
class _Load:
    """What clients saw: an answer's seconds and body for each pair, and the requests without an answer."""

    duration: float
    seconds: list[float] = field(default_factory=list)
    answers: list[tuple[Pair, bytes]] = field(default_factory=list)
    n_lost: int = 0

    def add(self, other: _Load) -> None:
        self.duration += other.duration
        self.seconds += other.seconds
        self.answers += other.answers
        self.n_lost += other.n_lost

    def row(self, truth: _Truth) -> list[str]:
        """Return the cells of a table."""
        times = [f"{self.milliseconds(share):.1f}" for share in (0.5, 0.95, 0.99)]
        rate = f"{len(self.seconds) / self.duration:,.0f}"
        return [f"{len(self.seconds):,}", rate, *times, str(self.n_wrong(truth)), str(self.n_lost)]

    def n_wrong(self, truth: _Truth) -> int:
        return sum(not truth.is_right(pair, body) for pair, body in self.answers)

    def milliseconds(self, share: float) -> float:
        return statistics.quantiles(self.seconds, n=1_000)[round(share * 1_000) - 1] * 1_000


class _Client(asyncio.Protocol):
    """A connection that is kept. It does little for an answer: the clients take the server's cores."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._opening: asyncio.Task[object] | None = None
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        if self._opening is None:
            connecting = asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
            self._opening = asyncio.create_task(connecting)
        if self._transport is None:
            # Whoever gives up while it opens leaves it to `close`: a connection that is half open belongs to nobody.
            await asyncio.shield(self._opening)
        if self._transport is None:
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    async def close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None:
            with suppress(OSError):
                await opening
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        end = received.find(b"\r\n\r\n") + 4
        if end < 4 or self._answer is None or self._answer.done():
            return
        start = received.index(b"content-length: ", 0, end) + 16
        length = int(received[start : received.index(b"\r", start)])
        if len(received) >= end + length:
            answer = int(received[9:12]), bytes(received[end : end + length])
            received.clear()
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or EOFError())


@lru_cache(maxsize=100)
def _encoded(line: str) -> str:
    return quote(line)


def _request(query: str) -> bytes:
    # The clients take the server's cores: a line that all their queries have is encoded once.
    encoded = quote("\n").join(map(_encoded, query.split("\n")))
    head = f"GET /sparql?query={encoded} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"
    return head.encode()


class _Bench:
    """The phases, one after the other, on one server."""

    def __init__(self, port: int, pid: int, truth: _Truth, *, n_clients: int, seconds: float) -> None:
        from kg.rdf.examples import find_example

        self._port, self._pid, self._truth = port, pid, truth
        self._n_clients, self._seconds = n_clients, seconds
        self._example, self._pairs = find_example("two-genes"), truth.pairs()

    async def run(self) -> int:
        """Run all, print what was measured, and return 1 where a bar is missed."""
        await self._load(self._pairs, 0.1)  # so that all has been read once
        varied = await self._load(self._pairs)
        popular = await self._load(self._truth.pairs(by_figure=True), 1 / 3)
        cached = await self._load(cycle([next(self._pairs) for _ in range(100)]), 1 / 3)
        alone, beside = await self._beside_a_slow_query()
        soak, sizes = await self._soak()
        loads = {
            "each pair once": varied,
            "each pair once, of any figure": popular,
            "100 pairs, again and again": cached,
            "each pair once, nothing beside": alone,
            "each pair once, a query of hours beside": beside,
            "soak: with errors and clients that go": soak,
        }
        print(f"{self._n_clients} clients; {len(self._truth.figures):,} genes to choose from.\n")
        print_table(
            ["", "answers", "a second", "median ms", "95 % ms", "99 % ms", "wrong", "lost"],
            [(name, *each.row(self._truth)) for name, each in loads.items()],
        )
        print(f"Memory of the server and its workers in the soak, MB: {', '.join(f'{size:.0f}' for size in sizes)}\n")
        quarter = max(1, len(sizes) // 4)
        growth = statistics.median(sizes[-quarter:]) / statistics.median(sizes[quarter : 2 * quarter])
        ratio = beside.milliseconds(0.5) / alone.milliseconds(0.5)
        return print_bars(
            [
                Bar(
                    "wrong answers",
                    sum(each.n_wrong(self._truth) for each in loads.values()),
                    0,
                    is_least=False,
                    unit="",
                ),
                Bar("lost answers", sum(each.n_lost for each in loads.values()), 0, is_least=False, unit=""),
                Bar("median, each pair once", varied.milliseconds(0.5), MEDIAN_MS, is_least=False, unit="ms"),
                Bar("median beside a query of hours, against without", ratio, SLOWDOWN, is_least=False),
                Bar("memory, last quarter of the soak against the second", growth, GROWTH, is_least=False),
            ]
        )

    async def _load(self, pairs: Iterator[Pair], share: float = 1.0) -> _Load:
        """Let the clients ask for a share of the time, and wait for what they have asked."""
        load = _Load(self._seconds * share)
        written = ((pair, _request(self._example.bind({"gene": pair[0], "other": pair[1]}))) for pair in pairs)
        # Most are written before the clock runs.
        questions = chain(list(islice(written, round(load.duration * _WRITTEN))), written)
        end = time.monotonic() + load.duration

        async def client() -> None:
            connection = _Client(self._port)
            while time.monotonic() < end:
                pair, request = next(questions)
                began = time.perf_counter()
                try:
                    status, body = await connection.ask(request)
                except (OSError, EOFError):
                    status, body = 0, b""
                    await connection.close()
                if status == 200:
                    load.seconds.append(time.perf_counter() - began)
                    load.answers.append((pair, body))
                else:
                    load.n_lost += 1
            await connection.close()

        await asyncio.gather(*(client() for _ in range(self._n_clients)))
        return load

    async def _beside_a_slow_query(self) -> tuple[_Load, _Load]:
        """Return the load alone, and beside a query that does not end; in turns, so that both meet the same machine."""
        alone, beside = _Load(0), _Load(0)
        for number in range(2):
            alone.add(await self._load(self._pairs, 0.5))
            slow = _Client(self._port)
            asked = asyncio.create_task(slow.ask(_request(f"{ENDLESS} # {number}")))
            beside.add(await self._load(self._pairs, 0.5))
            if asked.done():
                raise RuntimeError(f"the slow query was answered: {asked.result()}")
            asked.cancel()
            await asyncio.wait((asked,))
            await slow.close()
        return alone, beside

    async def _soak(self) -> tuple[_Load, list[float]]:
        """Return the load beside all that can go wrong, and the memory once in a while."""
        loading = asyncio.create_task(self._load(self._pairs))
        sizes: list[float] = []
        disturbed = asyncio.create_task(self._disturb())
        while not loading.done():
            sizes.append(_memory(self._pid))
            await asyncio.wait((loading,), timeout=self._seconds / 24)
        disturbed.cancel()
        await asyncio.wait((disturbed,))
        return loading.result(), sizes

    async def _disturb(self) -> None:
        for number, query in enumerate(cycle(WRONG)):
            connection = _Client(self._port)
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await connection.ask(_request(f"{query} # {number}"))
            finally:  # the load may end in the middle of a query
                await connection.close()
            await asyncio.sleep(0.1)


def _memory(pid: int) -> float:
    """Return the memory of a process and of those that it started, in MB, what they share counted once a process."""
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21])
    pages = sum(size for each, size in sizes.items() if pid in (each, parents[each]))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
