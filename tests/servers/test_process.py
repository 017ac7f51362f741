from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.servers import maven
from tests.servers.process import HOST, ServerError, free_port, listens, running

if TYPE_CHECKING:
    from pathlib import Path

# Listens, and starts a child that deafens itself to SIGTERM; both ids go to the output.
SERVER = """
import os, signal, socket, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); "
    "print('ready', flush=True); time.sleep(99)"], stdout=subprocess.PIPE)
child.stdout.readline()
print(os.getpid(), child.pid, os.environ["GREETING"], flush=True)
with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    while True:
        listener.accept()[0].close()
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_is_ready_when_it_is_given_and_gone_afterwards_with_its_children(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", SERVER, HOST, str(port)]
    with running(
        command, is_ready=lambda: listens(port), folder=tmp_path / "new", environment={"GREETING": "hello"}
    ) as server:
        assert listens(port)
        own, child, greeting = server.output().split()
    assert greeting == "hello"
    assert not listens(port)
    for _ in range(100):  # the child of a killed process is buried by init, a little later
        if not is_alive(int(child)):
            break
        time.sleep(0.05)
    assert [is_alive(int(pid)) for pid in (own, child)] == [False, False]


def test_a_server_that_ends_or_does_not_answer_says_what_it_said(tmp_path: Path) -> None:
    for code, message in (
        ("print('no luck'); raise SystemExit(3)", r"(?s)status 3.*no luck"),
        ("import time; print('slow', flush=True); time.sleep(99)", r"(?s)did not answer in 0\.8 s.*slow"),
    ):
        command = [sys.executable, "-c", code]
        with (
            pytest.raises(ServerError, match=message),
            running(command, is_ready=lambda: False, folder=tmp_path, seconds=0.8),
        ):
            pass


def test_what_was_resolved_is_not_resolved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(maven.MavenError, match="mvn is missing"):
        maven.resolve("a.b:c:1.0", cache=tmp_path)
    (tmp_path / "a.b_c_1.0").mkdir()
    assert maven.resolve("a.b:c:1.0", cache=tmp_path) == tmp_path / "a.b_c_1.0"


@pytest.mark.integration
def test_an_artefact_comes_with_what_it_needs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = maven.resolve("org.slf4j:slf4j-simple:2.0.16", cache=tmp_path)
    names = ["slf4j-api-2.0.16.jar", "slf4j-simple-2.0.16.jar"]
    assert maven.classpath(folder).split(os.pathsep) == [str(folder / name) for name in names]
    monkeypatch.setenv("PATH", "")
    assert maven.resolve("org.slf4j:slf4j-simple:2.0.16", cache=tmp_path) == folder


@pytest.mark.integration
def test_an_artefact_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(maven.MavenError, match=r"org\.slf4j:there-is-none"):
        maven.resolve("org.slf4j:there-is-none:1", cache=tmp_path)
    assert list(tmp_path.iterdir()) == []
