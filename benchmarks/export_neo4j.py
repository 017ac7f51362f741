"""Neo4j's import files of `kg export` against biocypher's, and whether memory grows, as Markdown tables.

Run it with `python -m benchmarks.export_neo4j SMALL LARGE`: two builds. biocypher (`make bench-peers` installs it)
gets the nodes and edges ready in memory, and what counts is its writing alone: the easier job, since ours begins with a
build and counts as a whole process, with its start.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Bar, Command, measure, print_bars, print_table
from benchmarks.peers import FOLDER, interpreter, version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Measurement

__all__ = ["main", "write_records"]

SPEED_BAR, MEMORY_BAR = 2, 300
"""Times faster than biocypher's writer; MB of memory, whatever the corpus."""

PEER = "biocypher"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=FOLDER, help="the peers' virtual environments")
    parser.add_argument("--records", type=Path, help="write what biocypher gets of the small build there, and stop")
    args = parser.parse_args(arguments)
    if args.records:
        write_records(args.small, args.records)
        return 0
    ours: list[Measurement] = []
    theirs: list[dict[str, float]] = []
    there = interpreter(args.peers, PEER).exists()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if there:
            builds = [str(args.small), str(args.large)]
            options = ["--records", str(folder / "records.json")]
            measure([sys.executable, "-m", "benchmarks.export_neo4j", *builds, *options])
        for number in range(args.rounds):
            ours.append(measure(_export(args.small, folder / "small")))
            if there:
                theirs.append(_run_biocypher(args.peers, folder, number))
        n_rows = _count_rows(folder / "small")
        large = measure(_export(args.large, folder / "large"))
        n_large = _count_rows(folder / "large")
    cpu, memory = (statistics.median(values) for values in zip(*((m.cpu, m.memory) for m in ours), strict=True))
    rows = [
        ("`kg export BUILD neo4j`, small build", f"{cpu:.2f}", f"{memory:.0f}", f"{n_rows:,}"),
        ("the same, large build", f"{large.cpu:.2f}", f"{large.memory:.0f}", f"{n_large:,}"),
    ]
    peer = statistics.median(found["seconds"] for found in theirs) if theirs else None
    if peer is not None:
        rows.insert(1, ("biocypher's writer alone, small build", f"{peer:.2f}", "", f"{theirs[0]['n_rows']:,.0f}"))
    print_table(["", "CPU s", "peak MB", "rows"], rows)
    print(f"{PEER} {version(args.peers, PEER)}.\n" if there else f"{PEER} is not installed.\n")
    return print_bars(
        [
            Bar("times faster than biocypher's writer, CPU seconds", peer and peer / cpu, SPEED_BAR),
            Bar("peak memory, large build", large.memory, MEMORY_BAR, is_least=False, unit="MB"),
        ]
    )


def _export(build: Path, folder: Path) -> Command:
    return Command([sys.executable, "-m", "kg", "export", str(build), "neo4j", "-o", str(folder)])


def _run_biocypher(peers: Path, folder: Path, number: int) -> dict[str, float]:
    """Return the processor seconds of biocypher's writing, and the rows that it wrote."""
    program = [str(interpreter(peers, PEER)), str(Path(__file__).with_name("run_biocypher.py"))]
    said = folder / "seconds.json"
    measure([*program, str(folder / "records.json"), str(folder / f"biocypher-{number}"), str(said)])
    found: dict[str, float] = json.loads(said.read_text(encoding="utf-8"))
    return found


def _count_rows(folder: Path) -> int:
    """Return the rows of import files without their headers; a row can hold several lines."""
    import csv

    csv.field_size_limit(100_000_000)
    n_rows = 0
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            n_rows += sum(1 for _ in csv.reader(file)) - 1
    return n_rows


def write_records(build: Path, target: Path) -> None:
    """Write the nodes and edges of a build as biocypher takes them, with its schema; ids are IRIs, which are unique."""
    from kg.export import PropertyGraph
    from kg.export.schema import RELATIONSHIPS
    from kg.folder import Folder

    types = {"string": "str", "integer": "int", "float": "float", "boolean": "bool", "string[]": "str[]"}
    graph = PropertyGraph(Folder(build))
    schema: dict[str, Any] = {}
    iris: dict[str, dict[str, str]] = {}
    nodes: list[Any] = []
    edges: list[Any] = []
    for label in graph.labels:
        properties = {prop.name: types[prop.type] for prop in label.properties[2:]}
        entry = {"represented_as": "node", "preferred_id": "iri", "input_label": label.name}
        schema[label.name] = {**entry, "properties": properties}
        iris[label.name] = {}
        for batch in graph.nodes(label.name):
            for row in batch.to_dicts():
                key, iri = row.pop("id"), row.pop("iri")
                iris[label.name][key] = iri
                nodes.append((iri, label.name, row))
    for kind in graph.edge_kinds:
        name = kind.name.replace("-", "_")
        properties = {prop.name: types[prop.type] for prop in RELATIONSHIPS[kind.relationship].properties}
        entry = {"represented_as": "edge", "input_label": name, "source": kind.source, "target": kind.target}
        schema[name] = {**entry, "properties": properties}
        ends = iris[kind.source], iris[kind.target]
        for batch in graph.edges(kind):
            edges.extend(
                (None, ends[0][row.pop("source")], ends[1][row.pop("target")], name, row) for row in batch.to_dicts()
            )
    target.write_text(json.dumps({"schema": schema, "nodes": nodes, "edges": edges}), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
