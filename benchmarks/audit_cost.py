"""What HGNC's table and the mention audit cost in a build: processor seconds and peak memory.

    python -m benchmarks.audit_cost SMALL LARGE --hgnc FILE

The large corpus is built plain, with HGNC's table, and with the table and the audit, by one worker, as `kg build` does
it by default: it writes Turtle and JSON-LD. Where less is written, the audit's share is larger; so there are two builds
with Turtle alone, too. Peaks are compared with that of the small corpus, for memory must not grow with the figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Bar, kg_command, print_bars, print_results, run_rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

COST, MEMORY_RATIO = 1.3, 1.5
"""Processor seconds of a build with HGNC and audit to those of a plain one; its peak memory to a small corpus's."""

PLAIN, HGNC, AUDIT, SMALL = "plain", "with HGNC", "with HGNC and audit", "small corpus, with HGNC and audit"
PLAIN_TURTLE, AUDIT_TURTLE = "Turtle alone, plain", "Turtle alone, with HGNC and audit"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("small", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("large", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--hgnc", type=Path, required=True, help="HGNC's complete set")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        options = ("-o", Path(temporary, "build"), "--workers", "1")
        turtle = (*options, "--format", "turtle")
        hgnc, audit = ("--hgnc", args.hgnc), ("--hgnc", args.hgnc, "--audit")
        results = run_rounds(
            {
                PLAIN: kg_command("build", args.large, *options),
                HGNC: kg_command("build", args.large, *options, *hgnc),
                AUDIT: kg_command("build", args.large, *options, *audit),
                SMALL: kg_command("build", args.small, *options, *audit),
                PLAIN_TURTLE: kg_command("build", args.large, *turtle),
                AUDIT_TURTLE: kg_command("build", args.large, *turtle, *audit),
            },
            n_rounds=args.rounds,
        )
    of_turtle = {name: results.pop(name) for name in (PLAIN_TURTLE, AUDIT_TURTLE)}
    print_results(results, against=PLAIN)
    print_results(of_turtle, against=PLAIN_TURTLE)
    cost, memory = results[AUDIT].cpu / results[PLAIN].cpu, results[AUDIT].memory / results[SMALL].memory
    return print_bars(
        [
            Bar("HGNC and audit against a plain build, CPU", cost, COST, is_least=False),
            Bar("peak memory against the small corpus", memory, MEMORY_RATIO, is_least=False),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
