"""Server processes: started on a free port of this machine, waited for, and stopped whatever happens.

`running` is a context manager; the tests of a server wrap it in a fixture::

    port = free_port()
    with running(["server", f"--port={port}"], is_ready=lambda: listens(port), folder=tmp_path) as server:
        ...  # and `server.output()` goes into the message of a test that fails
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["HOST", "Server", "ServerError", "free_port", "listens", "running"]

HOST = "127.0.0.1"

_SHOWN = 4_000  # characters of output in an error
_PAUSE = 0.1  # seconds between two questions whether a server answers
_PATIENCE = 30  # seconds that a server has to stop when it is asked to


class ServerError(Exception):
    """A server did not start; its text ends with what the server said."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that runs, and the file that takes its output."""

    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        """Return the end of what it said so far, on standard output and standard error."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-_SHOWN:]


def free_port() -> int:
    """Return a TCP port of this machine that nobody uses at the moment."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def listens(port: int) -> bool:
    """Return whether somebody accepts connections on a port of this machine."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    is_ready: Callable[[], bool],
    folder: Path,
    seconds: float = 120,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Start a server, give it when it is ready, and stop it with all processes that it started.

    Parameters
    ----------
    command
        The program and its arguments.
    is_ready
        Asked again and again until it is true; errors of a server that does not answer yet are its business.
    folder
        The working folder of the server; ``server-output.txt`` in it takes the output.
    seconds
        How long the server has until it must be ready.
    environment
        Variables that are set beside those of this process.

    Raises
    ------
    ServerError
        If the server ends, or is not ready in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server-output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a process group of its own, which can be stopped as a whole
        )
    server = Server(process, log)
    try:
        _wait(server, is_ready, seconds)
        yield server
    finally:
        _stop(process)


def _wait(server: Server, is_ready: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_ready():
        status = server.process.poll()
        if status is not None:
            raise ServerError(f"{server.process.args!r} ended with status {status}:\n{server.output()}")
        if time.monotonic() > end:
            raise ServerError(f"{server.process.args!r} did not answer in {seconds:g} s:\n{server.output()}")
        time.sleep(_PAUSE)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process group to end, and kill what is left of it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
