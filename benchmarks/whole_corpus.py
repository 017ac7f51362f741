"""A whole corpus with one worker and with two: seconds, memory, the floor under both, and an update that finds nothing.

Run it with `python -m benchmarks.whole_corpus SMALL LARGE`; the peak memory of both corpora is compared. All builds
write Turtle, tables and a manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Bar, Command, kg_command, measure, print_bars, print_results, print_table, run_rounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.measure import Measurement

__all__ = ["digest", "main"]

SMALL_1, SMALL_2 = "small corpus, 1 worker", "small corpus, 2 workers"
LARGE_1, LARGE_2 = "1 worker", "2 workers"
DASK, UPDATE, FLOOR = "Dask, local", "update, nothing changed", "floor"

MEMORY, MEMORY_RATIO = 200, 1.5
"""What the largest process may hold at its peak, in MB, and how many times what it holds for the small corpus."""

SPEED_UP, FLOOR_RATIO, UPDATE_RATIO = 1.5, 20, 0.2
"""Wall-clock seconds of one worker to two; of two workers to the floor; of an update to a full build."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("large", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        commands = kg_commands(args.small, args.large, folder)
        builds = {name: folder / name for name in commands}
        measure(commands[LARGE_1])  # what the floor writes as many bytes as
        commands[UPDATE] = kg_command(
            *("build", args.large, "-o", builds[LARGE_2], "--format", "turtle", "--workers", "2", "--update"),
        )
        floor = [str(args.large), str(builds[LARGE_1]), str(folder / FLOOR)]
        commands[FLOOR] = Command([sys.executable, "-m", "benchmarks.floor", *floor])
        results = run_rounds(commands, n_rounds=args.rounds)
        print_table(
            ["", "figures", "files", "MB", "MB written"],
            [_size(args.small, builds[SMALL_1]), _size(args.large, builds[LARGE_1])],
        )
        print_results(results, against=LARGE_1)
        print("Seconds of wall clock mean little where other work ran beside it.\n")
        # The update came last and left the folder of two workers as it found it, or not.
        compared = {
            f"{name}, then updated" if name == LARGE_2 else name: digest(build)
            for name, build in builds.items()
            if name not in (SMALL_1, SMALL_2)
        }
        same = _print_digests(compared)
    return max(print_bars(_bars(results)), int(not same))


def kg_commands(small: Path, large: Path, folder: Path) -> dict[str, Command]:
    """Return the full builds by name; each writes the folder of its name."""

    def build(name: str, corpus: Path, *options: str) -> Command:
        return kg_command("build", corpus, "-o", folder / name, "--format", "turtle", *options)

    return {
        SMALL_1: build(SMALL_1, small, "--workers", "1"),
        SMALL_2: build(SMALL_2, small, "--workers", "2"),
        LARGE_1: build(LARGE_1, large, "--workers", "1"),
        LARGE_2: build(LARGE_2, large, "--workers", "2"),
        DASK: build(DASK, large, "--dask", "local"),
    }


def _size(corpus: Path, build: Path) -> tuple[str, ...]:
    read = [path.stat().st_size for path in _files(corpus)]
    written = [path.stat().st_size for path in _files(build)]
    n_figures = sum(path.suffix == ".md" for path in _files(corpus))
    return corpus.name, f"{n_figures:,}", f"{len(read):,}", f"{sum(read) / 1e6:,.1f}", f"{sum(written) / 1e6:,.1f}"


def _files(folder: Path) -> list[Path]:
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def digest(build: Path) -> str:
    """Return the SHA-256 of a build folder: of its files' names and bytes."""
    sha256 = hashlib.sha256()
    for path in sorted(_files(build)):
        sha256.update(f"{path.relative_to(build)}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                sha256.update(chunk)
    return sha256.hexdigest()


def _print_digests(digests: Mapping[str, str]) -> bool:
    """Print the digests of the builds of the large corpus, and return whether they are one."""
    print_table(["build", "SHA-256 of all its files"], [(name, f"`{value[:16]}…`") for name, value in digests.items()])
    return len(set(digests.values())) == 1


def _bars(results: Mapping[str, Measurement]) -> list[Bar]:
    one, two, floor, update = results[LARGE_1], results[LARGE_2], results[FLOOR], results[UPDATE]
    memory = max(one.memory, two.memory)
    small = max(results[SMALL_1].memory, results[SMALL_2].memory)
    share = max(update.cpu / two.cpu, update.wall / two.wall)
    return [
        Bar("peak memory of any process", memory, MEMORY, is_least=False, unit="MB"),
        Bar("the same, against the small corpus", memory / small, MEMORY_RATIO, is_least=False),
        Bar("1 worker against 2, wall", one.wall / two.wall, SPEED_UP),
        Bar("2 workers against the floor, wall", two.wall / floor.wall, FLOOR_RATIO, is_least=False),
        Bar("update with nothing changed against a full build, CPU and wall", share, UPDATE_RATIO, is_least=False),
    ]


if __name__ == "__main__":
    sys.exit(main())
