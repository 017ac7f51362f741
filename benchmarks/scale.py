"""How the cost of a build, and of loading a store with it, grows with the number of figures; and what 40 million take.

Run it with `python -m benchmarks.scale INPUT --figures 2500 10000 66283 200000`. The corpora are made of INPUT
(`benchmarks.scaled_corpus`), each the beginning of the next. Builds write N-Triples, tables and a manifest with a
worker a core.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measure import Command, Measurement, kg_command, measure, n_cores, print_table, run_rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Size", "main"]

ALL_FIGURES = 40_000_000
"""Figures in all of PubMed Central, about."""


class Size(NamedTuple):
    """What one size of corpus took: its build, and where it was loaded, its store; MB are millions of bytes."""

    figures: int
    read_mb: float
    graph_mb: float
    tables_mb: float
    triples: int
    build: Measurement
    store: Measurement | None
    store_mb: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="*", default=["seeds"], metavar="INPUT")
    parser.add_argument("--figures", type=int, nargs="+", default=[2_500, 10_000, 66_283, 200_000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--store-up-to", type=int, default=66_283, metavar="N", help="load stores of N figures at most")
    parser.add_argument("--scratch", type=Path, help="where corpora and builds go (default: the temporary folder)")
    args = parser.parse_args(arguments)
    sizes = []
    for n_figures in sorted(args.figures):
        with tempfile.TemporaryDirectory(dir=args.scratch) as temporary:
            folder = Path(temporary)
            _make_corpus(args.inputs, n_figures, folder / "corpus")
            build = kg_command(
                *("build", folder / "corpus", "-o", folder / "build", "--format", "n-triples"),
                *("--workers", str(n_cores())),
            )
            used = run_rounds({"kg": build}, n_rounds=args.rounds)["kg"]
            store = _load(folder) if n_figures <= args.store_up_to else None
            sizes.append(_size(n_figures, folder, used, store))
    print(f"`kg`, {n_cores()} workers\n")
    _print_sizes(sizes)
    _print_stores(sizes)
    _print_plan(sizes)
    return 0


def _make_corpus(inputs: Sequence[str], n_figures: int, target: Path) -> None:
    make = ["-m", "benchmarks.scaled_corpus", *inputs, "-o", str(target), "--figures", str(n_figures)]
    measure(Command([sys.executable, *make]))


def _load(folder: Path) -> Measurement:
    load = ["-m", "benchmarks.load_oxigraph", str(folder / "build" / "graph.nt"), str(folder / "store")]
    return measure(Command([sys.executable, *load]))


def _size(n_figures: int, folder: Path, build: Measurement, store: Measurement | None) -> Size:
    graph = folder / "build" / "graph.nt"
    with graph.open("rb") as file:
        n_triples = sum(1 for _ in file)
    graph_mb, store_mb = graph.stat().st_size / 1e6, _megabytes(folder / "store")
    read_mb, tables_mb = _megabytes(folder / "corpus"), _megabytes(folder / "build" / "tables")
    return Size(n_figures, read_mb, graph_mb, tables_mb, n_triples, build, store, store_mb)


def _megabytes(folder: Path) -> float:
    return sum(Path(parent, name).stat().st_size for parent, _, names in os.walk(folder) for name in names) / 1e6


def _print_sizes(sizes: Sequence[Size]) -> None:
    print_table(
        ["figures", "MB read", "MB N-Triples", "MB tables", "triples", "CPU s", "wall s", "peak MB", "CPU ms a figure"],
        [
            (
                f"{size.figures:,}",
                *(f"{mb:,.1f}" for mb in (size.read_mb, size.graph_mb, size.tables_mb)),
                f"{size.triples:,}",
                f"{size.build.cpu:,.1f}",
                f"{size.build.wall:,.1f}",
                f"{size.build.memory:,.0f}",
                f"{size.build.cpu / size.figures * 1000:.2f}",
            )
            for size in sizes
        ],
    )


def _print_stores(sizes: Sequence[Size]) -> None:
    print_table(
        [
            "figures, loaded into Oxigraph",
            "CPU s",
            "wall s",
            "peak MB",
            "triples per CPU s",
            "MB on disk",
            "bytes a triple",
        ],
        [
            (
                f"{size.figures:,}",
                *(f"{value:,.1f}" for value in (size.store.cpu, size.store.wall)),
                f"{size.store.memory:,.0f}",
                f"{size.triples / size.store.cpu:,.0f}",
                f"{size.store_mb:,.1f}",
                f"{size.store_mb * 1e6 / size.triples:.0f}",
            )
            for size in sizes
            if size.store
        ],
    )


def _print_plan(sizes: Sequence[Size]) -> None:
    """Print what all figures would take at the rate of the largest corpus, and memory at the rate of its growth."""
    last = sizes[-1]
    factor = ALL_FIGURES / last.figures
    rows = [
        ("read, GB", last.read_mb * factor / 1000),
        ("N-Triples, GB", last.graph_mb * factor / 1000),
        ("tables, GB", last.tables_mb * factor / 1000),
        ("triples, millions", last.triples * factor / 1e6),
        ("CPU hours of building", last.build.cpu * factor / 3600),
    ]
    if len(sizes) > 1:
        before = sizes[-2]
        per_figure = (last.build.memory - before.build.memory) / (last.figures - before.figures)
        rows.append(
            ("peak memory of a process, GB", (last.build.memory + per_figure * (ALL_FIGURES - last.figures)) / 1e3)
        )
    stores = [(size, size.store) for size in sizes if size.store]
    if stores:
        size, store = stores[-1]
        seconds = store.cpu / size.triples * last.triples * factor
        rows.append(("CPU hours of loading Oxigraph", seconds / 3600))
        rows.append(("Oxigraph on disk, GB", size.store_mb / size.figures * ALL_FIGURES / 1000))
    print_table([f"{ALL_FIGURES:,} figures, at these rates", ""], [(what, f"{value:,.0f}") for what, value in rows])


if __name__ == "__main__":
    sys.exit(main())
