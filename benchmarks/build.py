"""`kg build CORPUS --format turtle` against the plain way: python-frontmatter, an rdflib Graph, `serialize("turtle")`.

Run it with `python -m benchmarks.build CORPUS`. It fails where `kg` takes more than a fifteenth of the plain way's
processor seconds, or 200 MB.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import print_table, run_rounds

__all__ = ["main"]

RATIO = 15
"""How many times fewer processor seconds `kg` takes at least."""

MEMORY = 200
"""What the largest process of `kg` may hold at its peak, in MB."""


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder, "build")
        plain = [sys.executable, "-m", "benchmarks.plain_rdflib", str(args.corpus)]
        commands = {
            # rdflib's Turtle looks for each IRI's prefix among all, and each figure's mentions make a prefix of their
            # own; its N-Triples show what the rest costs.
            "plain, N-Triples": [*plain, f"{folder}/plain.nt"],
            "plain": [*plain, f"{folder}/plain.ttl"],
            "kg build": [sys.executable, *f"-m kg build {args.corpus} -o {build} --format turtle --quiet".split()],
        }
        results = run_rounds(commands, n_rounds=args.rounds)
        print_table(results)
        sizes = count_triples(Path(folder, "plain.ttl")), count_triples(build / "graph.ttl")
    ratio = results["plain"].cpu / results["kg build"].cpu
    memory = results["kg build"].memory
    print(f"triples: plain {sizes[0]:,}, kg {sizes[1]:,}")
    print(f"CPU ratio: {ratio:.1f} (bar: {RATIO}), peak memory: {memory:.0f} MB (bar: {MEMORY} MB)")
    return 0 if ratio >= RATIO and memory < MEMORY else 1


def count_triples(path: Path) -> int:
    """Return the number of triples in a Turtle file."""
    import pyoxigraph

    return sum(1 for _ in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE))


if __name__ == "__main__":
    sys.exit(main())
