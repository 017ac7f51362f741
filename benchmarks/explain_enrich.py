"""What `explain` and `enrich` cost on a large build, after start-up: processor seconds, as a Markdown table.

Run it with `python -m benchmarks.explain_enrich BUILD`. Start-up is Python with the libraries loaded and the build
opened; each answer is the first of a process of its own, rendered as the command prints it. It fails where the median
of an answer takes more than half a second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import kg
from benchmarks.measure import Bar, print_bars

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["answer", "main"]

BAR = 0.5
"""Processor seconds of one answer."""

N_LISTED = 60
"""Genes of the list: those in most figures, so that the list meets as many figures as any."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args(arguments)
    frequent = kg.read_build(args.build).table("genes").sort("n_figures", "ncbigene", descending=[True, False])
    symbols = frequent.filter(taxon="9606").get_column("symbol").to_list()
    genes = [*symbols[: N_LISTED - 2], "STTA3", "p53"]
    questions: dict[str, list[str]] = {
        "explain IL6 STAT3": ["explain", "IL6", "STAT3"],
        f"explain {symbols[0]} {symbols[1]}": ["explain", *symbols[:2]],
        "explain JAK1 JAK2": ["explain", "JAK1", "JAK2"],
        f"enrich, {len(genes)} frequent genes": ["enrich", "figure", *genes],
        "enrich, the same, papers": ["enrich", "paper", *genes],
        "enrich, 5 genes": ["enrich", "figure", "IL6", "STAT3", "SOCS3", "JAK2", "CISH"],
    }
    results: dict[str, list[tuple[float, float, int]]] = {name: [] for name in questions}
    for _ in range(args.rounds):
        for name, question in questions.items():
            results[name].append(ask(args.build, question))
    print("| answer | start-up, CPU s | answer, CPU s | figures |\n|---|---|---|---|")
    slowest = 0.0
    for name, runs in results.items():
        start, took = (statistics.median(run[place] for run in runs) for place in (0, 1))
        slowest = max(slowest, took)
        print(f"| {name} | {start:.2f} | {took:.2f} | {runs[0][2]:,} |")
    print()
    return print_bars([Bar("the slowest answer, CPU s after start-up", slowest, BAR, is_least=False, unit="s")])


def ask(build: str, question: Sequence[str]) -> tuple[float, float, int]:
    """Return what a fresh process takes to start up and to answer, and how many figures or papers it found."""
    code = f"from benchmarks.explain_enrich import answer; answer({build!r}, {list(question)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    start, took, n_found = json.loads(done.stdout)
    return float(start), float(took), int(n_found)


def answer(path: str, question: Sequence[str]) -> None:
    """Answer one question and print the processor seconds of starting up and of the answer, and how much it found."""
    import numpy as np
    import polars as pl

    from kg.network import render_enrichment, render_explanation

    build = kg.read_build(path)
    # Loads numpy.ma, too, as polars does at the first array.
    pl.DataFrame({"a": np.zeros(1)}).lazy().select("a").collect()
    started = time.process_time()
    kind, *arguments = question
    if kind == "explain":
        pair = build.explain(arguments[0], arguments[1])
        render_explanation(pair)
        n = len(pair.figures)
    else:
        found = build.enrich(arguments[1:], level="paper" if arguments[0] == "paper" else "figure", limit=20)
        render_enrichment(found)
        n = found.n_found
    print(json.dumps([started, time.process_time() - started, n]))


if __name__ == "__main__":
    sys.exit(main())
