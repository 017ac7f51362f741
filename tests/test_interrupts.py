from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kg
from kg.atomic import replacing_folder
from kg.interrupts import interrupts_held
from tests.conftest import SEEDS
from tests.pipeline.builds import contents

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signals as POSIX has them")


class ToldToEnd(BaseException):
    """What the test's handler of SIGTERM raises."""


@pytest.fixture
def another_thread() -> Iterator[None]:
    """A thread beside the main one, which the system can give signals to."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.fixture
def raising_on_sigterm() -> Iterator[None]:
    def end(_: int, __: object) -> None:
        raise ToldToEnd

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


def send(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0.05)


@pytest.mark.usefixtures("another_thread", "raising_on_sigterm")
@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, ToldToEnd)])
def test_what_came_in_the_block_is_handled_after_it(number: int, error: type[BaseException]) -> None:
    steps = []
    before = signal.getsignal(number), signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def held() -> None:
        with interrupts_held():
            send(number)
            steps.append("whole")

    with pytest.raises(error):
        held()
    assert steps == ["whole"]
    assert (signal.getsignal(number), signal.pthread_sigmask(signal.SIG_BLOCK, ())) == before


def test_what_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interrupts_held():
            send(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_process_that_is_started_in_the_block_gets_none() -> None:
    ask = "import signal; print(sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))))"
    with interrupts_held():
        told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout
    assert told == f"[{int(signal.SIGINT)}, {int(signal.SIGTERM)}]\n"


def test_other_threads_can_hold_what_their_children_get() -> None:
    found: list[set[int]] = []

    def hold() -> None:
        with interrupts_held():
            found.append(set(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))))

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert found == [{int(signal.SIGINT), int(signal.SIGTERM)}]


@pytest.mark.usefixtures("another_thread")
def test_a_folder_is_replaced_whole_whatever_comes_between_the_two_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "a").write_text("old", encoding="utf-8")
    monkeypatch.setattr("kg.atomic._exchange", lambda *_: False)
    rename = Path.rename

    def interrupted(self: Path, to: Path) -> Path:
        send(signal.SIGINT)
        return rename(self, to)

    def replace() -> None:
        with replacing_folder(target, may_replace=lambda _: True, what="x") as folder:
            (folder / "a").write_text("new", encoding="utf-8")

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace()
    assert (target / "a").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


LATE = """
import os, signal, sys, time
import kg.atomic
from kg.__main__ import main
exchange = kg.atomic._exchange
def late(*folders):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.05)
    return exchange(*folders)
kg.atomic._exchange = late
sys.argv = ["kg", "build", "seeds", "-o", sys.argv[1]]
main()
"""


def test_sigterm_while_the_folder_is_replaced_says_that_it_is_new(tmp_path: Path) -> None:
    expected = contents(kg.build(SEEDS, output=tmp_path / "other").path)
    out = tmp_path / "out"
    kg.build(SEEDS, output=out, limit=1)
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", LATE, str(out)], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (143, f"kg: interrupted; {out} is new and whole\n")
    assert contents(out) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "out"]
