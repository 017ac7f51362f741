"""Exact betweenness, and the other centralities, against networkx, on a network of 450,000 pairs.

Run it with `python -m benchmarks.network_betweenness [CORPUS]`: the heaviest 450,000 pairs of the corpus' network, or
without a corpus of a network made up with as uneven degrees. networkx follows the paths from a few nodes only, and its
time is extrapolated to all of them. It fails where `kg` takes more than a twentieth of networkx's processor seconds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Bar, print_bars, run_rounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.measure import Measurement

__all__ = ["main", "make_network", "run_kg", "run_networkx"]

RATIO = 20
"""How many times fewer processor seconds the exact betweenness takes at least."""

N_EDGES = 450_000
N_NODES = 6_500
"""Of the network that is made up; a corpus' network has its own."""

MEASURES: dict[tuple[str, str], int] = {
    ("betweenness", "hops"): 60,
    ("betweenness", "inverse"): 6,
    ("closeness", "hops"): 300,
    ("clustering", "hops"): 500,
}
"""Measures and distances, with the number of nodes for which networkx computes each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.npz")
        corpus = None if args.corpus is None else str(args.corpus)
        run_rounds({"make": call(f"make_network({corpus!r}, {str(path)!r})")}, n_rounds=1)
        commands = {
            "kg, reading": call(f"run_kg({str(path)!r})"),
            "networkx, reading": call(f"run_networkx({str(path)!r})"),
        }
        for (measure, distance), n_sources in MEASURES.items():
            name = f"{measure}, {distance}"
            commands[f"kg, {name}"] = call(f"run_kg({str(path)!r}, {measure!r}, {distance!r})")
            commands[f"networkx, {name}"] = call(f"run_networkx({str(path)!r}, {measure!r}, {distance!r}, {n_sources})")
        results = run_rounds(commands, n_rounds=args.rounds)
        ratio = print_comparison(results, *count(path))
    print()
    return print_bars([Bar("exact betweenness, times fewer CPU s than networkx", ratio, RATIO)])


def call(code: str) -> list[str]:
    """Return the command that calls a function of this module."""
    return [sys.executable, "-c", f"from benchmarks import network_betweenness as b; b.{code}"]


def count(path: Path) -> tuple[int, int]:
    """Return the numbers of nodes and edges of a stored network."""
    matrix = read(path)
    return matrix.shape[0], matrix.nnz // 2


def print_comparison(results: Mapping[str, Measurement], n_nodes: int, n_edges: int) -> float:
    """Print a Markdown table to standard output, and return how much faster exact betweenness is."""
    print(f"{n_nodes:,} nodes, {n_edges:,} edges; CPU seconds, without those of reading the network\n")
    print("| measure | distance | networkx, nodes | networkx, extrapolated to all | kg, all | ratio | kg, peak MB |")
    print("|---|---|---|---|---|---|---|")
    ratios = {}
    for (measure, distance), n_sources in MEASURES.items():
        theirs = results[f"networkx, {measure}, {distance}"].cpu - results["networkx, reading"].cpu
        ours = results[f"kg, {measure}, {distance}"]
        seconds, whole = ours.cpu - results["kg, reading"].cpu, theirs * n_nodes / n_sources
        ratios[measure, distance] = whole / seconds
        print(
            f"| {measure} | {distance} | {theirs:.1f} for {n_sources} | {whole:,.0f} | {seconds:.1f} | "
            f"{whole / seconds:.0f} | {ours.memory:.0f} |"
        )
    return ratios["betweenness", "hops"]


def make_network(corpus: str | None, path: str) -> None:
    """Store the matrix of a network of at most 450,000 edges."""
    import numpy as np
    from scipy.sparse import csr_array, save_npz

    if corpus is None:
        # Pairs of nodes drawn by their expected degrees, which fall as a power of their rank.
        random = np.random.default_rng(0)
        chances = np.arange(1, N_NODES + 1) ** -0.7
        drawn = random.choice(N_NODES, size=(8 * N_EDGES, 2), p=chances / chances.sum())
        pairs = np.unique(np.sort(drawn[drawn[:, 0] != drawn[:, 1]], axis=1), axis=0)
        pairs = pairs[np.sort(random.permutation(len(pairs))[:N_EDGES])]
        weights = random.integers(1, 50, len(pairs)) / 2
    else:
        pairs, weights = corpus_pairs(corpus)
    used, ends = np.unique(pairs, return_inverse=True)
    left, right = ends.reshape(-1, 2).T
    both = (np.concatenate((left, right)), np.concatenate((right, left)))
    save_npz(path, csr_array((np.concatenate((weights, weights)), both), shape=(len(used), len(used))))


def corpus_pairs(corpus: str) -> tuple[Any, Any]:
    """Return the heaviest pairs of a corpus' network, as numbers of nodes, and their weights."""
    import numpy as np

    import kg
    from kg.network import to_frame

    pairs = to_frame(kg.build(corpus, formats="n-triples").cooccurrence()).head(N_EDGES)
    ids = {node: place for place, node in enumerate(sorted({*pairs["ncbigene_a"], *pairs["ncbigene_b"]}))}
    ends = [[ids[node] for node in pairs[f"ncbigene_{end}"]] for end in "ab"]
    return np.array(ends).T, pairs["weight"].to_numpy()


def read(path: str | Path) -> Any:
    """Return a stored matrix."""
    from scipy.sparse import csr_array, load_npz

    return csr_array(load_npz(path))


def run_kg(path: str, measure: str | None = None, distance: str = "hops") -> None:
    """Read a network, and compute a measure of all nodes as `kg.network.centrality` does."""
    import numpy as np

    from kg.network.graph.betweenness import betweenness
    from kg.network.graph.closeness import closeness
    from kg.network.graph.structure import clustering
    from kg.network.graph.weighted_paths import measure_paths

    matrix = read(path)
    if distance == "inverse":
        matrix.data = 1 / matrix.data
        measure_paths(matrix, sources=range(matrix.shape[0]), with_closeness=False)
    elif measure is not None:
        matrix.data = np.ones(len(matrix.data))
        measures: dict[str, Any] = {"betweenness": betweenness, "closeness": closeness, "clustering": clustering}
        measures[measure](matrix)


def run_networkx(path: str, measure: str | None = None, distance: str = "hops", n_sources: int = 0) -> None:
    """Read a network, and compute a measure with networkx from, or of, some nodes."""
    import networkx as nx

    graph = nx.from_scipy_sparse_array(read(path))
    nodes = list(graph)[:: max(1, len(graph) // max(1, n_sources))][:n_sources]
    if distance == "inverse":
        for *_, values in graph.edges(data=True):
            values["length"] = 1 / values["weight"]
    if measure == "betweenness":
        nx.betweenness_centrality(graph, k=n_sources, seed=0, weight="length" if distance == "inverse" else None)
    elif measure == "closeness":
        for node in nodes:
            nx.closeness_centrality(graph, node)
    elif measure == "clustering":
        nx.clustering(graph, nodes)


if __name__ == "__main__":
    sys.exit(main())
