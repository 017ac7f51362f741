"""`kg serve` as a process: how it begins, and that it leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import kg
from kg.rdf.store import write_store
from tests.conftest import SEEDS
from tests.serve.running import ENDLESS, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the warning is about


def descendants(pid: int) -> set[int]:
    """Return the processes that a process started, and those that they did."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Server:
    """The command, started; its lines are in `lines`."""

    def __init__(self, arguments: Sequence[object], temporary: Path) -> None:
        temporary.mkdir(exist_ok=True)
        self.temporary = temporary
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve", *map(str, arguments), "--port", "0"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(temporary)},
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def port(self) -> int:
        wait_until(lambda: any("SPARQL at" in line for line in self.lines) or self.process.poll() is not None)
        line = next(line for line in self.lines if "SPARQL at" in line)
        return int(line.partition("/sparql,")[0].rpartition(":")[2])

    def end(self, signum: signal.Signals) -> int:
        self.process.send_signal(signum)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(30)
        self._reader.join(30)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return status


@contextmanager
def started(*arguments: object, temporary: Path) -> Iterator[Server]:
    server = Server(arguments, temporary)
    try:
        yield server
    finally:
        server.process.kill()
        server.wait()


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_all_that_it_started(
    seeds_build: kg.Build, tmp_path: Path, signum: signal.Signals, status: int
) -> None:
    with started(seeds_build.path, "--timeout", 60, temporary=tmp_path / "tmp") as server:
        port = server.port()
        assert "loading one into" in server.lines[0]
        workers = descendants(server.process.pid)
        assert len(workers) >= 2
        assert len(list(server.temporary.iterdir())) == 1
        replies: list[int] = []

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", f"/sparql?query={quote(ENDLESS)}")
            replies.append(connection.getresponse().status)
            connection.close()

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(1.5)  # one query runs, put aside by now
        workers |= descendants(server.process.pid)
        began = time.monotonic()
        assert server.end(signum) == status
        assert time.monotonic() - began < 5
        asking.join(30)
        assert replies == [503]
        wait_until(lambda: not any(map(is_running, workers)))
        assert list(server.temporary.iterdir()) == []
        assert "Traceback" not in "\n".join(server.lines)


def test_workers_end_with_a_server_that_is_killed(seeds_build: kg.Build, tmp_path: Path) -> None:
    with started(seeds_build.path, "--timeout", 60, temporary=tmp_path / "tmp") as server:
        port = server.port()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(1.5)
            workers = descendants(server.process.pid)
            assert len(workers) >= 3
            server.end(signal.SIGKILL)
            wait_until(lambda: not any(map(is_running, workers)))


def test_a_store_is_used_where_it_stands(tmp_path: Path) -> None:
    built = kg.build(SEEDS, output=tmp_path / "build", formats=["n-triples"])
    write_store(built, built.path / "store")
    with started(built.path, temporary=tmp_path / "tmp") as server:
        server.port()
        assert len(server.lines) == 1
        assert list(server.temporary.iterdir()) == []
        assert server.end(signal.SIGTERM) == 0


def test_a_signal_while_it_loads_leaves_nothing(tmp_path: Path) -> None:
    built = kg.build(SEEDS, output=tmp_path / "build", formats=["n-triples"])
    graph = built.path / "graph.nt"
    lines = "".join(f"<a:{i}> <a:b> <a:c{i}> .\n" for i in range(500_000))
    graph.write_text(graph.read_text() + lines)
    for signum, status in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
        with started(built.path, temporary=tmp_path / "tmp") as server:
            wait_until(lambda server=server: bool(server.lines))  # type: ignore[misc]
            assert server.end(signum) == status
            assert not any("SPARQL at" in line for line in server.lines)
            assert "Traceback" not in "\n".join(server.lines)
            assert list(server.temporary.iterdir()) == []


def test_a_port_that_is_taken_is_said_before_anything_is_loaded(seeds_build: kg.Build) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "kg", "serve", seeds_build.path, "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
    assert done.returncode == 2
    assert done.stderr == (
        f"kg: 127.0.0.1:{port}: cannot listen there (Address already in use); choose another --host or --port\n"
    )


def test_another_address_than_the_loopback_is_warned_about(seeds_build: kg.Build, tmp_path: Path) -> None:
    with started(seeds_build.path, "--host", EVERYWHERE, temporary=tmp_path / "tmp") as server:
        server.port()
        assert server.lines[0].startswith(f"warning: {EVERYWHERE} can be reached from other machines")
        assert server.end(signal.SIGTERM) == 0
