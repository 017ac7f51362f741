"""How much longer than bare Python `import kg` and `kg --help` take, in processor time.

Run it with `python -m benchmarks.startup`.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from benchmarks.measure import Bar, Command, print_bars, print_results, run_rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

LIMIT = 150
"""Processor milliseconds more than bare Python."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args(arguments)
    commands = {
        "python": Command([sys.executable, "-c", "pass"]),
        "import kg": Command([sys.executable, "-c", "import kg"]),
        "kg --help": Command([sys.executable, "-m", "kg", "--help"]),
    }
    results = run_rounds(commands, n_rounds=args.rounds)
    print_results(results)
    bare = results["python"].cpu
    return print_bars(
        [
            Bar(f"{name}, more than bare Python", (results[name].cpu - bare) * 1000, LIMIT, is_least=False, unit="ms")
            for name in ("import kg", "kg --help")
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
