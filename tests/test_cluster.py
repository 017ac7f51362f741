"""Builds on Dask clusters: a real scheduler and real worker processes."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import distributed
import pytest

import kg
from kg import cluster
from kg.cluster import Cluster, open_cluster
from kg.errors import BuildError
from kg.executors import LOOK_AHEAD
from tests.conftest import SEEDS
from tests.pipeline.builds import contents, corpus, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOTH = ("turtle", "json-ld")
GRADED: dict[str, Any] = {"audit": True, "hgnc": "tests/authority/hgnc.txt"}
"""With HGNC's table, which each worker gets once."""
LOOPBACK = "127.0.0.1:0"


def square(number: int) -> int:
    return number * number


def fail_at_three(number: int) -> int:
    if number == 3:
        raise BuildError("three")
    return number


def lack_a_module(number: int) -> int:
    raise ModuleNotFoundError(f"No module named 'kg{number}'")


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def set_apart(_: int) -> int:
    gc.freeze()
    return gc.get_freeze_count()


def slowly(number: int) -> tuple[int, int]:
    time.sleep(0.05)
    return number, os.getpid()


@pytest.fixture(scope="module")
def threads() -> Iterator[Any]:
    """A cluster in this process: a scheduler and a worker, nothing listens."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=LOOPBACK
    ) as local:
        yield local


@pytest.fixture
def here(threads: Any) -> Iterator[Cluster]:
    with open_cluster(threads.scheduler_address) as found:
        yield found


def test_results_stand_in_the_order_of_the_items(here: Cluster) -> None:
    assert list(here.map(square, range(50))) == [n * n for n in range(50)]
    assert list(here.map(square, [])) == []


def test_look_ahead_is_bounded(here: Cluster) -> None:
    items = iter(range(1000))
    with contextlib.closing(here.map(square, items)) as results:
        assert next(results) == 0
        assert next(items) == 2 * LOOK_AHEAD


def test_what_work_sets_apart_in_a_worker_is_searched_for_cycles_behind_it(here: Cluster) -> None:
    gc.unfreeze()
    assert all(here.map(set_apart, range(3)))
    assert not gc.get_freeze_count()


def test_errors_of_the_function_are_its_own(here: Cluster) -> None:
    with pytest.raises(BuildError, match="three"):
        list(here.map(fail_at_three, range(100)))


def test_workers_without_the_package_are_a_sentence(here: Cluster) -> None:
    with pytest.raises(BuildError, match=r"the Dask workers lack a module .*install pfocr-kg"):
        list(here.map(lack_a_module, [1]))


def test_workers_of_another_version_are_a_sentence(here: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    run = cluster._run
    monkeypatch.setattr(cluster, "_run", lambda _, function, item: run("0.0.0", function, item))
    with pytest.raises(BuildError, match=r"the Dask workers have pfocr-kg .* and this process has 0\.0\.0"):
        list(here.map(square, [1]))


def test_a_scheduler_without_workers_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=LOOPBACK) as empty,
        open_cluster(empty.scheduler_address) as found,
        pytest.raises(BuildError, match="has no workers"),
    ):
        list(found.map(square, [1]))


def test_nobody_at_the_address_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(BuildError, match="no Dask scheduler answers there"), open_cluster("tcp://127.0.0.1:9"):
        pass


@pytest.mark.parametrize("address", ["", "foo", "127.0.0.1", "tcp://", "tcp://:1", "http://x:1", ":::::", "a b:1"])
def test_what_is_no_address_is_a_sentence_at_once(address: str) -> None:
    with pytest.raises(BuildError, match=r"not the address of a Dask scheduler; give tcp://"), open_cluster(address):
        pass


def test_an_address_that_wants_keys_is_a_sentence() -> None:
    with pytest.raises(BuildError, match="no Dask scheduler answers there"), open_cluster("tls://127.0.0.1:9"):
        pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BuildError, match=r"pip install 'pfocr-kg\[dask\]'"), open_cluster("local"):
        pass


def test_a_build_gives_the_same_bytes(threads: Any, tmp_path: Path) -> None:
    expected = contents(kg.build(SEEDS, output=tmp_path / "here", formats=BOTH, **GRADED).path)
    made = kg.build(SEEDS, output=tmp_path / "there", formats=BOTH, dask=threads.scheduler_address, **GRADED)
    assert contents(made.path) == expected
    with pytest.raises(BuildError, match="give one of them"):
        kg.build(SEEDS, workers=2, dask=threads.scheduler_address)


def test_tasks_carry_what_the_workers_cannot_see(tmp_path: Path) -> None:
    """The documents are gone from the disk before a worker gets them."""
    source = corpus(tmp_path / "in", PMC1__f001=numbered(1))
    with kg.sources.open_sources([source]) as sources:
        (document,) = sources.documents
        carried = document.with_bytes()
        (source / "PMC1__f001.md").unlink()
        assert carried.markdown.read() == numbered(1)
        assert document.with_bytes() == document  # what cannot be read stays as it is, and says why when it is read
        with pytest.raises(FileNotFoundError):
            document.markdown.read()


@pytest.fixture
def processes() -> Iterator[Any]:
    """Two worker processes and a scheduler on the loopback interface."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=LOOPBACK, silence_logs=50
    ) as local:
        yield local


@pytest.mark.integration
def test_a_worker_that_is_killed_changes_nothing(processes: Any, tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:04}": numbered(n) for n in range(6000)})
    expected = contents(kg.build(source, output=tmp_path / "here", formats=BOTH, workers=1, **GRADED).path)
    victims = [worker.pid for worker in processes.workers.values()]
    killed: list[int] = []

    def kill_once(done: int, total: int) -> None:
        if done > total / 4 and not killed:
            killed.append(victims[0])
            os.kill(victims[0], signal.SIGKILL)

    there = {"output": tmp_path / "there", "dask": processes.scheduler_address}
    made = kg.build(source, formats=BOTH, progress=kill_once, **there, **GRADED)
    assert killed == victims[:1]
    assert contents(made.path) == expected


@pytest.mark.integration
def test_a_worker_without_the_package_is_a_sentence() -> None:
    hidden = "import sys; sys.modules['kg'] = None"
    with distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=LOOPBACK, silence_logs=50) as local:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", local.scheduler_address, "--no-nanny"]
        with subprocess.Popen([*command, "--no-dashboard", "--preload", hidden], stderr=subprocess.DEVNULL) as worker:
            try:
                with open_cluster(local.scheduler_address) as found:
                    found._client.wait_for_workers(1, timeout=60)
                    with pytest.raises(BuildError, match=r"workers lack a module .*kg.*; install pfocr-kg .* there"):
                        list(found.map(square, [1]))
            finally:
                worker.kill()


@pytest.mark.integration
def test_every_worker_takes_part(processes: Any) -> None:
    with open_cluster(processes.scheduler_address) as found:
        results = list(found.map(slowly, range(40)))
    assert [number for number, _ in results] == list(range(40))
    assert len({pid for _, pid in results}) == 2


@pytest.mark.integration
def test_a_task_that_kills_every_worker_is_a_sentence(processes: Any) -> None:
    with (
        open_cluster(processes.scheduler_address) as found,
        pytest.raises(BuildError, match="several Dask workers died of one task"),
    ):
        list(found.map(die, [1]))


@pytest.mark.integration
def test_a_scheduler_that_dies_is_a_sentence_and_the_old_build_stays(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:04}": numbered(n) for n in range(3000)})
    out = tmp_path / "out"
    before = contents(kg.build(SEEDS, output=out).path)
    script = (
        "import distributed, sys\n"
        "if __name__ == '__main__':\n"
        "    with distributed.LocalCluster(n_workers=1, host='127.0.0.1', dashboard_address='127.0.0.1:0') as local:\n"
        "        print(local.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    program = tmp_path / "scheduler.py"
    program.write_text(script, encoding="utf-8")
    with subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        address = other.stdout.readline().strip()

        def kill(done: int, _: int) -> None:
            if done:
                other.kill()

        with pytest.raises(BuildError, match="the Dask scheduler is gone"):
            kg.build(source, output=out, dask=address, progress=kill)
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out", "scheduler.py"]
