"""`kg build CORPUS --format turtle` against the plain way: python-frontmatter, an rdflib Graph, `serialize("turtle")`.

Run it with `python -m benchmarks.build CORPUS`. Both are whole commands; ours also writes tables and a manifest. The
bars are held against the plain way as it is written, and as fast as we could make it (`BoundPrefixes` of
`benchmarks.plain_rdflib`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Bar, Command, kg_command, print_bars, print_results, run_rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

KG, TURTLE, TUNED, N_TRIPLES = "kg", "rdflib, Turtle", "rdflib, Turtle, tuned", "rdflib, N-Triples"

RATIO = 20
"""How many times fewer processor seconds `kg` takes at least."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        plain = [sys.executable, "-m", "benchmarks.plain_rdflib", str(args.corpus)]
        build = ("build", args.corpus, "-o", folder / KG, "--format", "turtle", "--workers", "1")
        outputs = {TURTLE: folder / "plain.ttl", TUNED: folder / "tuned.ttl", N_TRIPLES: folder / "plain.nt"}
        theirs = {name: Command([*plain, str(path)]) for name, path in outputs.items()}
        theirs[TUNED] = Command([*theirs[TUNED].arguments, "--tuned"])
        results = run_rounds({KG: kg_command(*build)} | theirs, n_rounds=args.rounds)
        graphs = {KG: folder / KG / "graph.ttl"} | outputs
        n_triples = {name: count_triples(path) for name, path in graphs.items()}
    print_results(results, n_triples=n_triples, against=KG)
    return print_bars(
        [
            Bar(f"{name}, against {KG}, CPU seconds", results[name].cpu / results[KG].cpu, RATIO)
            for name in (TURTLE, TUNED)
        ]
    )


def count_triples(path: Path) -> int:
    """Return the number of triples in a Turtle or N-Triples file."""
    import pyoxigraph

    return sum(1 for _ in pyoxigraph.parse(path=path))


if __name__ == "__main__":
    sys.exit(main())
