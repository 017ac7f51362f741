"""`kg export` to files: KGX against KGX, GraphML against networkx, and whether memory grows, as Markdown tables.

Run it with `python -m benchmarks.export_files SMALL LARGE`: two builds. KGX (`make bench-peers` installs it) writes
again, as TSV, the rows that we wrote: the easier job, since ours begins with a build. networkx writes the graph that it
has in memory; we make ours out of the build meanwhile. Processor seconds of whole processes for KGX; of the writing
alone for GraphML, when the libraries are loaded.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Bar, Command, Measurement, measure, print_bars, print_results, print_table, run_rounds
from benchmarks.peers import FOLDER, interpreter

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

KGX_BAR, GRAPHML_BAR, MEMORY_BAR = 10, 5, 300
"""Times faster than KGX and than networkx; MB of the largest process."""

FILES = {
    "kgx": "kgx",
    "kgx-jsonl": "kgx-jsonl",
    "graphml": "graph.graphml",
    "gexf": "graph.gexf",
    "cytoscape": "graph.cyjs",
    "cx2": "graph.cx2",
    "gmt": "gmt",
    "parquet": "parquet",
    "csv": "csv",
}
"""The formats, and where each goes."""

OURS, NETWORKX = "`kg.export`, out of a build", "`networkx.write_graphml`, out of memory"
KG, KGX, KGX_STREAM = "`kg export BUILD kgx`", "`kgx transform`", "`kgx transform --stream`"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=FOLDER, help="the peers' virtual environments")
    parser.add_argument("--step", choices=[OURS, NETWORKX])
    parser.add_argument("--seconds", type=Path, help="where a step says how long it took")
    args = parser.parse_args(arguments)
    if args.step:
        args.seconds.write_text(str(run_step(args.step, args.small)), encoding="utf-8")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        kgx = measure_kgx(args.small, folder, args.peers, args.rounds)
        print_results(kgx)
        graphml = measure_graphml(args.small, folder, args.rounds)
        rows = [(name, f"{seconds:.2f}") for name, seconds in graphml.items()]
        print_table(["GraphML of the small build", "CPU s"], rows)
        small, large = (measure_memory(build, folder) for build in (args.small, args.large))
    print_table(
        ["peak MB", "small build", "large build", "CPU s of the large build"],
        [(name, f"{small[name].memory:.0f}", f"{large[name].memory:.0f}", f"{large[name].cpu:.1f}") for name in FILES],
    )
    faster = kgx[KGX].cpu / kgx[KG].cpu if KGX in kgx else None
    return print_bars(
        [
            Bar("KGX TSV: times faster than KGX's own transform", faster, KGX_BAR),
            Bar("GraphML: times faster than networkx", graphml[NETWORKX] / graphml[OURS], GRAPHML_BAR),
            Bar(
                "peak memory of any format, large build",
                max(used.memory for used in large.values()),
                MEMORY_BAR,
                is_least=False,
                unit="MB",
            ),
        ]
    )


def _export(build: Path, name: str, folder: Path) -> Command:
    return Command([sys.executable, "-m", "kg", "export", str(build), name, "-o", str(folder / FILES[name])])


def measure_kgx(build: Path, folder: Path, peers: Path, n_rounds: int) -> dict[str, Measurement]:
    """Return what our export and KGX's transforms of its rows use; without KGX, ours alone."""
    commands = {KG: _export(build, "kgx", folder)}
    measure(commands[KG])  # KGX's first round reads what this writes
    if interpreter(peers, "KGX").exists():
        program = [str(interpreter(peers, "KGX")), str(Path(__file__).with_name("run_kgx.py")), "transform"]
        rest = ["-i", "tsv", "-f", "tsv", "-o", str(folder / "again")]
        tables = [str(folder / "kgx" / name) for name in ("nodes.tsv", "edges.tsv")]
        commands[KGX] = Command([*program, *rest, *tables])
        commands[KGX_STREAM] = Command([*program, "--stream", *rest, *tables])
    return run_rounds(commands, n_rounds=n_rounds)


def measure_graphml(build: Path, folder: Path, n_rounds: int) -> dict[str, float]:
    """Return the median processor seconds of both ways to write GraphML, each in processes of its own."""
    seconds: dict[str, list[float]] = {OURS: [], NETWORKX: []}
    said = folder / "seconds"
    for _ in range(n_rounds):
        for step, values in seconds.items():
            options = ["--step", step, "--seconds", str(said)]
            measure([sys.executable, "-m", "benchmarks.export_files", str(build), str(build), *options])
            values.append(float(said.read_text(encoding="utf-8")))
    return {step: statistics.median(values) for step, values in seconds.items()}


def run_step(step: str, build: Path) -> float:
    """Return the processor seconds of one way to write GraphML."""
    import networkx as nx

    from kg.export import TARGETS, PropertyGraph
    from kg.folder import Folder

    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary, "graph.graphml")
        graph = PropertyGraph(Folder(build))
        started = time.process_time()
        TARGETS["graphml"].write(graph, path)
        if step == NETWORKX:
            read = nx.read_graphml(path)
            started = time.process_time()
            nx.write_graphml(read, Path(temporary, "again.graphml"))
        return time.process_time() - started


def measure_memory(build: Path, folder: Path) -> dict[str, Measurement]:
    """Return what each format's export uses."""
    return {name: measure(_export(build, name, folder)) for name in FILES}


if __name__ == "__main__":
    sys.exit(main())
