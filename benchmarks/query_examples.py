"""Each local example query by `kg`, from an Oxigraph store, against rdflib in memory: processor seconds.

Run it with ``python -m benchmarks.query_examples BUILD``; the build has N-Quads. Store and graph are loaded first; then
each answer is computed and walked to its end in a process of its own, forked from the one that holds them, and its rows
are counted. rdflib is stopped after a number of processor seconds: that example's ratio is then at least what stands
there. It fails where the median of the ratios is below the bar, or two answers differ in their rows.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import statistics
import struct
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

import kg
from benchmarks.example_twins import Tables
from benchmarks.examples_agree import values_of
from benchmarks.measure import Bar, print_bars, print_table
from kg.rdf.examples import read_examples
from kg.rdf.query import query
from kg.rdf.store import write_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rdflib import Graph

__all__ = ["Run", "main", "timed"]

BAR = 8.0
"""How many times faster the median example is."""

_LEAST = 0.2
"""Processor seconds for which an answer is repeated: some machines count them in hundredths."""


class Run(NamedTuple):
    """What one answer took and how many rows it has; None where it was stopped."""

    seconds: float
    n_rows: int | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cap", type=int, default=20, help="processor seconds after which rdflib is stopped")
    args = parser.parse_args(arguments)
    build = kg.read_build(args.build)
    queries = _queries(build)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        write_store(build, path)
        store = ox.Store.read_only(str(path))
        ours = {
            name: [timed(partial(_ask_oxigraph, store, text), cap=args.cap) for _ in range(args.rounds)]
            for name, text in queries.items()
        }
    graph = build.graph()
    theirs = {name: timed(partial(_ask_rdflib, graph, text), cap=args.cap) for name, text in queries.items()}
    rows, ratios, n_different = [], [], 0
    for name, runs in ours.items():
        took, other = statistics.median(run.seconds for run in runs), theirs[name]
        ratios.append(other.seconds / took)
        n_different += other.n_rows not in (None, runs[0].n_rows)
        mark = "" if other.n_rows is not None else "more than "
        rows.append(
            [name, f"{runs[0].n_rows:,}", f"{took:.4f}", f"{mark}{other.seconds:.3f}", f"{mark}{ratios[-1]:,.0f}"]
        )
    print_table(["example", "rows", "kg, CPU s", "rdflib, CPU s", "times"], rows)
    n_capped = sum(run.n_rows is None for run in theirs.values())
    print(f"\nrdflib was stopped after {args.cap} CPU s in {n_capped} of {len(theirs)} examples.\n")
    return print_bars(
        [
            Bar("median of the ratios", statistics.median(ratios), BAR),
            Bar("answers with other numbers of rows", n_different, 0, is_least=False, unit=""),
        ]
    )


def _queries(build: kg.Build) -> dict[str, str]:
    """Return the local examples that need no named graphs, with values of the build."""
    values = values_of(Tables(build))
    return {
        example.name: example.bind({parameter.name: values[parameter.name] for parameter in example.parameters})
        for example in read_examples().values()
        if not example.is_federated and not example.needs and "GRAPH" not in example.text
    }


def _ask_oxigraph(store: ox.Store, text: str) -> int:
    found = query(store, text)
    return 1 if found.kind == "ask" else sum(1 for _ in found)


def _ask_rdflib(graph: Graph, text: str) -> int:
    return sum(1 for _ in graph.query(text))


def timed(ask: Callable[[], int], *, cap: int) -> Run:
    """Return the processor seconds of an answer in a forked process, and its rows; it is stopped at the cap."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (cap, cap + 1))
            started, n_times, seconds = time.process_time(), 0, 0.0
            while seconds < _LEAST:
                n_rows, n_times = ask(), n_times + 1
                seconds = time.process_time() - started
            os.write(writer, struct.pack("dq", seconds / n_times, n_rows))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    if not data:
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGXCPU:
            raise RuntimeError(f"an answer ended without a word (status {status})")
        return Run(float(cap), None)
    seconds, n_rows = struct.unpack("dq", data)
    return Run(seconds, n_rows)


if __name__ == "__main__":
    sys.exit(main())
