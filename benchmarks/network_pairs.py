"""What it costs to count all pairs and to hold them against chance, next to the plain ways, as Markdown tables.

Run it with `python -m benchmarks.network_pairs LARGE SMALL`: two builds, such as one of 66,283 figures and one of some
thousands. Each step runs in a process of its own, in rounds in which every step runs once; its processor seconds begin
when the libraries, compiled loops among them, are loaded and the build is open. Like is held against like: the plain
ways have their gene sets ready in memory, and so have counts and statistics what the figures support. It fails where
all pairs of the large build with all statistics take more than a tenth of the time of `Counter(combinations)` alone, or
1.5 GB, or on the small build more than a fiftieth of networkx's `weighted_projected_graph`.

numpy asks for no huge pages here: a virtual machine that gets its memory from a host as it needs it takes five times as
long to fill them as small ones, and how long depends on who used the memory before.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Bar, Command, measure, print_bars
from kg.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kg.network.counting.evidence import Evidence

__all__ = ["main"]

COUNTER, PROJECTION = "`Counter(combinations)` alone", "`weighted_projected_graph` alone"
COUNTS, STATISTICS = "counts alone", "counts and all statistics"
PLAIN = "the same without the extra `fast`"
WHOLE, CONFIGURATION = "counts, statistics, and reading the build", "the same with `--null configuration`"
COUNTER_BAR, MEMORY_BAR, PROJECTION_BAR = 10, 1500, 50
"""Times faster than `Counter`, MB of memory, times faster than networkx."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("large", type=Path)
    parser.add_argument("small", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step")
    parser.add_argument("--seconds", type=Path, help="where a step says how long it took")
    args = parser.parse_args(arguments)
    if args.step:
        args.seconds.write_text(str(run_step(args.step, args.large)), encoding="utf-8")
        return 0
    large = run_rounds(args.large, (COUNTER, COUNTS, STATISTICS, PLAIN, WHOLE, CONFIGURATION), args.rounds)
    small = run_rounds(args.small, (PROJECTION, COUNTER, STATISTICS, PLAIN, WHOLE, CONFIGURATION), args.rounds)
    print_steps("large build", large, COUNTER)
    print_steps("small build", small, PROJECTION)
    faster, memory = large[COUNTER][0] / large[STATISTICS][0], large[STATISTICS][1]
    projected = small[PROJECTION][0] / small[STATISTICS][0]
    return print_bars(
        [
            Bar("large build, all statistics against `Counter` alone", faster, COUNTER_BAR),
            Bar("memory for it", memory, MEMORY_BAR, is_least=False, unit="MB"),
            Bar("small build, all statistics against networkx", projected, PROJECTION_BAR),
        ]
    )


def run_rounds(build: Path, steps: tuple[str, ...], n_rounds: int) -> dict[str, tuple[float, float]]:
    """Return each step's median processor seconds, and the median peak memory of its process in MB."""
    runs: dict[str, list[tuple[float, float]]] = {step: [] for step in steps}
    with tempfile.TemporaryDirectory() as place:
        said = Path(place, "seconds")
        for _ in range(n_rounds):
            for step in steps:
                builds = [str(build), str(build)]
                options = ["--step", step, "--seconds", str(said)]
                command = [sys.executable, "-m", "benchmarks.network_pairs", *builds, *options]
                memory = measure(Command(command, environment={"NUMPY_MADVISE_HUGEPAGE": "0"})).memory
                runs[step].append((float(said.read_text(encoding="utf-8")), memory))
    return {
        step: (statistics.median(seconds for seconds, _ in values), statistics.median(memory for _, memory in values))
        for step, values in runs.items()
    }


def print_steps(title: str, results: dict[str, tuple[float, float]], plain: str) -> None:
    """Print results as a Markdown table, each with how many times it is faster than the plain way."""
    print(f"| {title} | CPU seconds | times faster | peak memory, MB |\n|---|---|---|---|")
    for step, (seconds, memory) in results.items():
        print(f"| {step} | {seconds:.2f} | {results[plain][0] / seconds:.1f} | {memory:.0f} |")
    print()


def run_step(step: str, build: Path) -> float:
    """Return the processor seconds of a step."""
    import networkx as nx

    from kg.network import cooccurrence_frames
    from kg.network.counting.evidence import read_evidence
    from kg.network.counting.pairs import count_pairs
    from kg.network.pair_table import pair_table

    folder = Folder(build)
    if step == PLAIN:
        sys.modules["numba"] = None  # type: ignore[assignment]  # as if it were not installed
    elif find_spec("numba") is not None:
        load_loops(folder)
    if step in (WHOLE, CONFIGURATION):
        null: Any = "configuration" if step == CONFIGURATION else "hypergeometric"
        return _time(lambda: cooccurrence_frames(folder, expand="full", null=null))
    evidence = read_evidence(folder, expand="full")
    if step in (STATISTICS, PLAIN):
        return _time(lambda: pair_table(evidence, by_paper=False, within_tokens=True, weight="count"))
    if step == COUNTS:
        return _time(lambda: list(count_pairs(evidence, by_paper=False, within_tokens=True)))
    sets = _gene_sets(evidence)
    if step == COUNTER:
        return _time(lambda: _count(sets))
    graph = nx.Graph((("figure", figure), gene) for figure, genes in enumerate(sets) for gene in genes)
    genes = {gene for genes in sets for gene in genes}
    return _time(lambda: nx.bipartite.weighted_projected_graph(graph, genes))


def load_loops(folder: Folder) -> None:
    """Load the compiled loops, as libraries are loaded, by counting the pairs of a few figures."""
    import kg.network.chance.kernels
    import kg.network.counting.kernels  # noqa: F401
    from kg.network.counting.evidence import read_evidence
    from kg.network.explanations.few_figures import FewFigures
    from kg.network.pair_table import pair_table

    figids = folder.scan("figures").select("figid").head(20).collect().get_column("figid")
    few = read_evidence(FewFigures(folder, figids.to_list()), expand="full")
    pair_table(few, by_paper=False, within_tokens=True, weight="count")


def _gene_sets(evidence: Evidence) -> list[list[str]]:
    """Return the NCBI Gene ids of each figure, sorted."""
    named = evidence.support.select("figure", evidence.nodes.get_column("id")[evidence.support["node"]])
    sets: list[list[str]] = named.group_by("figure", maintain_order=True).agg("id").get_column("id").to_list()
    return sets


def _count(sets: list[list[str]]) -> int:
    counts: Counter[tuple[str, str]] = Counter()
    for genes in sets:
        counts.update(combinations(genes, 2))
    return len(counts)


def _time(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
