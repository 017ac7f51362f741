"""How much longer than bare Python `import kg` and `kg --help` take, in processor time; fails at 150 ms.

Run it with `python -m benchmarks.startup`.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.measure import print_table, run_rounds

__all__ = ["main"]

BAR = 0.150
"""Processor seconds more than bare Python."""


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "import kg": [sys.executable, "-c", "import kg"],
        "kg --help": [sys.executable, "-m", "kg", "--help"],
    }
    results = run_rounds(commands, n_rounds=rounds)
    print_table(results)
    slowest = max(results["import kg"].cpu, results["kg --help"].cpu) - results["python"].cpu
    print(f"at most {slowest * 1000:.0f} ms more than bare Python (bar: {BAR * 1000:.0f} ms)")
    return 0 if slowest < BAR else 1


if __name__ == "__main__":
    sys.exit(main())
