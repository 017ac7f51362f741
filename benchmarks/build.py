"""`kg build CORPUS --format turtle` against the plain way: python-frontmatter, an rdflib Graph, `serialize("turtle")`.

Run it with `python -m benchmarks.build CORPUS`. Both are whole commands; ours also writes tables and a manifest. The
bars are held against the plain way as fast as we could make it (`BoundPrefixes` of `benchmarks.plain_rdflib`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Bar, Command, print_bars, print_results, run_rounds
from benchmarks.variants import PLAIN, best_of, kg_command, variants

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

TURTLE, TUNED, N_TRIPLES = "rdflib, Turtle", "rdflib, Turtle, tuned", "rdflib, N-Triples"

RATIO, FAST_RATIO = 20, 35
"""How many times fewer processor seconds `kg` takes at least; plain, and with the extra `[fast]`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary, variants() as environments:
        folder = Path(temporary)
        plain = [sys.executable, "-m", "benchmarks.plain_rdflib", str(args.corpus)]
        ours = {
            name: kg_command(
                environment, "build", args.corpus, "-o", folder / name, "--format", "turtle", "--workers", "1"
            )
            for name, environment in environments.items()
        }
        outputs = {TURTLE: folder / "plain.ttl", TUNED: folder / "tuned.ttl", N_TRIPLES: folder / "plain.nt"}
        theirs = {name: Command([*plain, str(path)]) for name, path in outputs.items()}
        theirs[TUNED] = Command([*theirs[TUNED].arguments, "--tuned"])
        results = run_rounds(ours | theirs, n_rounds=args.rounds)
        graphs = {name: folder / name / "graph.ttl" for name in ours}
        n_triples = {name: count_triples(path) for name, path in (graphs | outputs).items()}
    print_results(results, n_triples=n_triples, against=PLAIN)
    reference = results[TUNED].cpu
    return print_bars(
        [
            Bar(f"{TUNED}, against {name}, CPU seconds, {whose} bar", reference / results[name].cpu, limit)
            for name, whose, limit in ((PLAIN, "plain", RATIO), (best_of(ours), "[fast]", FAST_RATIO))
        ]
    )


def count_triples(path: Path) -> int:
    """Return the number of triples in a Turtle or N-Triples file."""
    import pyoxigraph

    return sum(1 for _ in pyoxigraph.parse(path=path))


if __name__ == "__main__":
    sys.exit(main())
