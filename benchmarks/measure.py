"""Measure commands in interleaved rounds, hold the medians against bars, and print both as Markdown.

Processor seconds are what to compare where others use the machine too; wall-clock seconds only mean something on a
machine that does nothing else. Every round runs every command once, so that all meet the same machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "ROOT",
    "Bar",
    "Command",
    "Measurement",
    "kg_command",
    "measure",
    "n_cores",
    "print_bars",
    "print_results",
    "print_table",
    "run_rounds",
]

ROOT = Path(__file__).resolve().parent.parent
"""The project."""

# A process counts as large as the one that starts it for a moment, so a small one starts what is measured.
_LAUNCH = """
import json, os, sys, time
started = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - started
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss], file)
"""


class Command(NamedTuple):
    """A program with its arguments, and what it finds in its environment beside what is there."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = {}


def kg_command(*arguments: str | Path) -> Command:
    """Return a command of `kg`, quiet, of this Python."""
    return Command([sys.executable, "-m", "kg", *map(str, arguments), "--quiet"])


class Measurement(NamedTuple):
    """What a command used: processor seconds (user and system), wall-clock seconds, peak memory in MB.

    Seconds are the sum over a command's processes; memory is that of its largest process.
    """

    cpu: float
    wall: float
    memory: float


class Bar(NamedTuple):
    """What must be reached: a value, and what it is held against.

    Attributes
    ----------
    what
        In words.
    value
        As measured; None where it could not be.
    limit
        The least that is good enough, or the most.
    is_least
        Which of the two.
    unit
        Written behind both.
    """

    what: str
    value: float | None
    limit: float
    is_least: bool = True
    unit: str = "x"

    def is_missed(self) -> bool:
        """Return whether it was measured, and was not reached."""
        if self.value is None:
            return False
        return self.value < self.limit if self.is_least else self.value > self.limit


def measure(command: Command | Sequence[str]) -> Measurement:
    """Return what one run of a command used, as the kernel counts it (wait4).

    Processes that the command has waited for count too, and so do theirs: the workers of `kg build` are among them.

    Parameters
    ----------
    command
        What to run; a program with its arguments will do.

    Raises
    ------
    RuntimeError
        If the command fails; the message has the end of what it said.
    """
    if not isinstance(command, Command):
        command = Command(command)
    with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile() as usage:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCH, usage.name, *command.arguments],
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        found = Path(usage.name).read_text(encoding="utf-8")
        status, cpu, wall, memory = json.loads(found) if found else (done.returncode, 0, 0, 0)
        if status != 0:
            output.seek(0)
            said = output.read().decode("utf-8", "replace")[-2000:]
            raise RuntimeError(f"exit status {status} of {' '.join(command.arguments)}\n{said}")
    # Linux counts ru_maxrss in KiB, macOS in bytes (getrusage(2)).
    unit = 1 if sys.platform == "darwin" else 1024
    return Measurement(cpu, wall, memory * unit / 1e6)


def run_rounds(commands: Mapping[str, Command | Sequence[str]], *, n_rounds: int) -> dict[str, Measurement]:
    """Return each command's medians over rounds in which every command runs once.

    Parameters
    ----------
    commands
        What to run, each a `Command` or a program with its arguments, by the name to report it under.
    n_rounds
        How often each runs; at least 1.

    Raises
    ------
    RuntimeError
        If a command fails.
    """
    runs: dict[str, list[Measurement]] = {name: [] for name in commands}
    for _ in range(n_rounds):
        for name, command in commands.items():
            runs[name].append(measure(command))
    return {
        name: Measurement(*(statistics.median(values) for values in zip(*measurements, strict=True)))
        for name, measurements in runs.items()
    }


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table whose columns but the first are numbers, and an empty line."""
    print(f"| {' | '.join(header)} |")
    print(f"|---|{'---:|' * (len(header) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


def print_results(
    results: Mapping[str, Measurement],
    *,
    n_triples: Mapping[str, int] | None = None,
    against: str | None = None,
) -> None:
    """Print what commands used, a line a command.

    Parameters
    ----------
    results
        By the name of the command.
    n_triples
        How many triples a command wrote, for those for which that is known; adds their rate a processor second.
    against
        The command that the others' processor seconds are divided by; adds a column.
    """
    header = ["", "CPU s", "wall s", "peak MB"]
    header += ["triples", "triples per CPU s"] if n_triples is not None else []
    header += [f"CPU, {against} = 1"] if against else []
    rows = []
    for name, result in results.items():
        row = [name, f"{result.cpu:.2f}", f"{result.wall:.2f}", f"{result.memory:.0f}"]
        if n_triples is not None:
            n = n_triples.get(name)
            row += ["", ""] if n is None else [f"{n:,}", f"{n / result.cpu:,.0f}"]
        if against:
            row.append(f"{result.cpu / results[against].cpu:.2f}")
        rows.append(row)
    print_table(header, rows)


def print_bars(bars: Sequence[Bar]) -> int:
    """Print bars, and return the exit status of the benchmark: 1 where one is missed."""
    print_table(
        ["bar", "measured", "to reach", ""],
        [
            (
                bar.what,
                "not measured" if bar.value is None else f"{_number(bar.value)} {bar.unit}".rstrip(),
                f"{'at least' if bar.is_least else 'at most'} {_number(bar.limit)} {bar.unit}".rstrip(),
                "" if bar.value is None else "**missed**" if bar.is_missed() else "held",
            )
            for bar in bars
        ],
    )
    return int(any(bar.is_missed() for bar in bars))


def n_cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only; it knows taskset, batch systems and containers
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
