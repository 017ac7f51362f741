"""Measure commands: processor seconds, wall-clock seconds and peak memory, medians of interleaved rounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Measurement", "measure", "print_table", "run_rounds"]


class Measurement(NamedTuple):
    """What a command used: processor seconds (user and system), wall-clock seconds, peak memory in MB.

    Seconds are the sum over a command's processes; memory is that of its largest process.
    """

    cpu: float
    wall: float
    memory: float


def measure(command: Sequence[str], *, log: Path | None = None) -> Measurement:
    """Return what one run of a command used, as the kernel counts it (wait4).

    The memory of the process that starts the command is the least that can come out, so callers import little.

    Parameters
    ----------
    command
        The program and its arguments.
    log
        Where its output goes; nowhere by default.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails.
    """
    with (log or Path(os.devnull)).open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    # Linux counts ru_maxrss in KiB, macOS in bytes (getrusage(2)).
    unit = 1 if sys.platform == "darwin" else 1024
    return Measurement(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit / 1e6)


def run_rounds(commands: Mapping[str, Sequence[str]], *, n_rounds: int) -> dict[str, Measurement]:
    """Return each command's medians over rounds in which every command runs once, so that all meet the same machine.

    Parameters
    ----------
    commands
        Programs with their arguments, by the name to report them under.
    n_rounds
        How often each runs; at least 1.
    """
    runs: dict[str, list[Measurement]] = {name: [] for name in commands}
    for _ in range(n_rounds):
        for name, command in commands.items():
            runs[name].append(measure(command))
    return {
        name: Measurement(*(statistics.median(values) for values in zip(*measurements, strict=True)))
        for name, measurements in runs.items()
    }


def print_table(results: Mapping[str, Measurement]) -> None:
    """Print results to standard output, a line a command."""
    width = max(map(len, results))
    print(f"{'':{width}}  {'CPU s':>8}  {'wall s':>8}  {'peak MB':>8}")
    for name, result in results.items():
        print(f"{name:{width}}  {result.cpu:8.3f}  {result.wall:8.3f}  {result.memory:8.0f}")
