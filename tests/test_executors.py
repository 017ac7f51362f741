"""Real processes: order, look-ahead, errors, a killed worker, interrupts and early ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import BuildError, ParseError, Problem, Severity
from kg.executors import FILES_PER_WORKER, LOOK_AHEAD, default_workers, ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator


def square(number: int) -> int:
    return number * number


def slow_for_even(number: int) -> int:
    time.sleep(0.05 if number % 2 == 0 else 0)
    return number


def pid(_: int) -> int:
    return os.getpid()


def interrupt_handler(_: int) -> object:
    return signal.getsignal(signal.SIGINT)


def fail_at_three_then_slow(number: int, folder: Path) -> int:
    if number == 3:
        raise ValueError("three")
    time.sleep(0.5 if number > 3 else 0)
    (folder / str(number)).touch()
    return number


def fail_at_three(number: int, folder: Path) -> int:
    if number == 3:
        raise ParseError([Problem(Severity.FILE_SKIPPED, "a.md", None, "", "", "no front matter")])
    (folder / str(number)).touch()
    return number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def sleep_long(number: int, folder: Path) -> int:
    (folder / str(os.getpid())).touch()
    time.sleep(60 if number else 0)
    return number


def long_result(_: int) -> bytes:
    return bytes(100_000_000)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")  # a zombie that nobody has waited for yet has ended all the same
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_ended(folder: Path, *, seconds: float = 10) -> None:
    processes = [int(path.name) for path in folder.iterdir()]
    assert processes
    end = time.monotonic() + seconds
    while any(map(is_running, processes)):
        assert time.monotonic() < end, "workers are left over"
        time.sleep(0.02)


class Counted:
    """Numbers without end, which know how many were taken."""

    def __init__(self) -> None:
        self.n_taken = 0

    def __iter__(self) -> Iterator[int]:
        while True:
            self.n_taken += 1
            yield self.n_taken - 1


@given(st.lists(st.integers(), max_size=20))
def test_one_worker_maps_in_order(numbers: list[int]) -> None:
    assert list(ordered_map(square, numbers, workers=1)) == [number * number for number in numbers]


@pytest.mark.parametrize("workers", [0, 1])
def test_one_worker_is_this_process(workers: int) -> None:
    assert set(ordered_map(pid, range(3), workers=workers)) == {os.getpid()}


def test_results_of_several_workers_stand_in_the_order_of_the_items() -> None:
    assert list(ordered_map(slow_for_even, range(20), workers=2)) == list(range(20))


def test_several_workers_are_other_processes() -> None:
    processes = set(ordered_map(pid, range(8), workers=2))
    assert os.getpid() not in processes
    assert 1 <= len(processes) <= 2


def test_no_items_give_no_results() -> None:
    assert list(ordered_map(square, [], workers=2)) == []


def test_work_starts_with_the_first_result() -> None:
    items = Counted()
    results = ordered_map(square, items, workers=1)
    assert items.n_taken == 0
    assert next(results) == 0
    assert items.n_taken == 1


def test_look_ahead_is_bounded() -> None:
    items = Counted()
    with closing(ordered_map(square, items, workers=2)) as results:
        for n_given, _ in zip(range(1, 50), results, strict=False):
            assert n_given <= items.n_taken < n_given + 2 * LOOK_AHEAD


@pytest.mark.parametrize("workers", [1, 2])
def test_error_of_the_function_propagates_and_stops_the_rest(workers: int, tmp_path: Path) -> None:
    results = ordered_map(partial(fail_at_three, folder=tmp_path), range(1000), workers=workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ParseError, match="no front matter") as caught:
        next(results)
    assert caught.value.problems[0].file == "a.md"
    assert len(list(tmp_path.iterdir())) <= 3 + 2 * LOOK_AHEAD


def test_tasks_that_wait_are_cancelled_by_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="three"):
        list(ordered_map(partial(fail_at_three_then_slow, folder=tmp_path), range(1000), workers=2))
    n_submitted = 3 + 2 * LOOK_AHEAD
    assert len(list(tmp_path.iterdir())) < n_submitted - 1


def test_workers_ignore_interrupts() -> None:
    assert set(ordered_map(interrupt_handler, range(4), workers=2)) == {signal.SIG_IGN}


def test_error_of_the_items_propagates() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(ordered_map(square, items(), workers=2))


def test_workers_start_where_interrupts_cannot_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    assert list(ordered_map(square, range(5), workers=2)) == [0, 1, 4, 9, 16]


def test_killed_worker_is_a_sentence_with_a_way_out() -> None:
    with pytest.raises(BuildError, match=r"a worker process died.*fewer workers"):
        list(ordered_map(die_at_three, range(50), workers=2))


def test_closing_early_ends_the_workers_at_once(tmp_path: Path) -> None:
    start = time.monotonic()
    with closing(ordered_map(partial(sleep_long, folder=tmp_path), range(9), workers=2)) as results:
        assert next(results) == 0
    assert time.monotonic() - start < 30
    wait_until_ended(tmp_path)


def test_closing_early_does_not_wait_for_half_a_result() -> None:
    """The workers are killed while they send; the pool's thread must not wait for what they had left."""
    for _ in range(2):
        with closing(ordered_map(long_result, range(20), workers=2)) as results:
            assert len(next(results)) == 100_000_000


SCRIPT = """
from functools import partial
from pathlib import Path
from kg.executors import ordered_map
from tests.test_executors import sleep_long
if __name__ == "__main__":
    try:
        for result in ordered_map(partial(sleep_long, folder=Path(FOLDER)), range(9), workers=2):
            print("working", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.fixture
def script(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A script in a process group of its own, whose two workers have started on items that take a minute."""
    folder = tmp_path / "workers"
    folder.mkdir()
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.replace("FOLDER", repr(str(folder))), encoding="utf-8")
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, str(path)],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        end = time.monotonic() + 20
        while len(list(folder.iterdir())) < 2:
            assert time.monotonic() < end
            time.sleep(0.02)
        yield process, folder
        process.kill()


def test_workers_are_deaf_to_what_a_service_manager_sends_to_all(script: tuple[subprocess.Popen[str], Path]) -> None:
    process, folder = script
    for path in folder.iterdir():
        os.kill(int(path.name), signal.SIGTERM)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)
    wait_until_ended(folder)


def test_interrupt_stops_promptly_and_without_tracebacks(script: tuple[subprocess.Popen[str], Path]) -> None:
    process, folder = script
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    out, err = process.communicate(timeout=20)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)
    wait_until_ended(folder)


EARLY = """
import os, signal, time
from kg.executors import ordered_map
def items():
    yield 1
    yield 2
    try:
        time.sleep(0.03)  # before, they have no handler yet, and would end without a word
        for _ in range(30):  # while they are starting
            try:
                os.killpg(0, signal.SIGINT)
                time.sleep(1)
            except KeyboardInterrupt:
                time.sleep(0.01)
    finally:
        time.sleep(1)  # time enough for them to say what they should not
    raise KeyboardInterrupt
if __name__ == "__main__":
    try:
        list(ordered_map(abs, items(), workers=2))
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_interrupt_while_workers_start_is_quiet_too(tmp_path: Path) -> None:
    script = tmp_path / "early.py"
    script.write_text(EARLY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, start_new_session=True, timeout=30
    )
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted\n", "", 0)


def test_workers_do_not_outlive_a_killed_parent(script: tuple[subprocess.Popen[str], Path]) -> None:
    process, folder = script
    process.kill()
    process.wait()
    wait_until_ended(folder)


def test_few_files_take_one_worker() -> None:
    assert default_workers(0) == default_workers(2 * FILES_PER_WORKER - 1) == 1


def test_many_files_take_the_cores_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert default_workers(2 * FILES_PER_WORKER) == 2
    assert default_workers(1_000_000) == 8


def test_cores_are_counted_where_there_is_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_workers(1_000_000) == 1
