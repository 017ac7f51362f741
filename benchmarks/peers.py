"""`kg build` to N-Triples against morph-kgc, KGX and maplib, which get ready tables: the easier job.

Run it with `python -m benchmarks.peers CORPUS`; `--install` (`make bench-peers`) makes a virtual environment for each
peer first. Peers that are not installed are named in the result and left out. What the peers read is made of a build
of ours, outside of the measured time (`benchmarks.peer_inputs`).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Bar, Command, kg_command, measure, print_bars, print_results, run_rounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.measure import Measurement

__all__ = ["PEERS", "install", "main", "peer_commands"]

PEERS = {
    "morph-kgc": "morph-kgc==2.10.0",
    "KGX": "kgx==2.6.0",
    "maplib": "maplib==0.20.26",
    "biocypher": "biocypher[neo4j]==0.17.0",
}
"""What is installed of each, the newest that pip can; biocypher is for `benchmarks.export_neo4j`."""

TRIPLES = ("morph-kgc", "KGX", "maplib")
"""Those that write triples, and are measured here."""

KG = "kg"
"""What results call it."""

FOLDER = ROOT / ".venv-peers"

MORPH_INI = """[CONFIGURATION]
output_file: {folder}/morph-kgc.nt
na_values: \\N
number_of_processes: 1
logging_level: ERROR
[tables]
mappings: {folder}/mapping.ttl
"""


def install(folder: Path = FOLDER, names: Iterable[str] = tuple(PEERS)) -> None:
    """Make a virtual environment for each of some peers that has none.

    Parameters
    ----------
    folder
        Where the environments are.
    names
        The peers, by default all.

    Raises
    ------
    subprocess.CalledProcessError
        If pip fails.
    """
    for name in names:
        requirement = PEERS[name]
        if not interpreter(folder, name).exists():
            print(f"Installing {requirement} into {(folder / name).name} ...")
            venv.create(folder / name, with_pip=True)
            pip = [str(interpreter(folder, name)), "-m", "pip", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "install", requirement], check=True)


def interpreter(folder: Path, name: str) -> Path:
    """Return the Python of a peer, whether it is there or not."""
    return folder / name / "bin" / "python"


def version(folder: Path, name: str) -> str:
    """Return the version of a peer that is installed."""
    package = re.split(r"[\[=]", PEERS[name])[0]
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([interpreter(folder, name), "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def peer_commands(folder: Path, inputs: Path) -> dict[str, Command]:
    """Return the command of each peer that is installed; it reads what is in `inputs` and writes `NAME.nt` there."""
    (inputs / "morph-kgc.ini").write_text(MORPH_INI.format(folder=inputs), encoding="utf-8")
    here = Path(__file__).parent
    tables = [str(inputs / "nodes.tsv"), str(inputs / "edges.tsv")]
    arguments = {
        "morph-kgc": ["-m", "morph_kgc", str(inputs / "morph-kgc.ini")],
        "KGX": [
            *(str(here / "run_kgx.py"), "transform", "--stream", "-i", "tsv", "-f", "nt"),
            *("-o", str(inputs / "KGX.nt"), *tables),
        ],
        "maplib": [str(here / "run_maplib.py"), str(inputs / "templates.json"), str(inputs / "maplib.nt")],
    }
    return {
        name: Command([str(interpreter(folder, name)), *arguments[name]])
        for name in arguments
        if interpreter(folder, name).exists()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=FOLDER, help="their virtual environments")
    parser.add_argument("--install", action="store_true", help="make those first, and measure nothing")
    args = parser.parse_args(arguments)
    if args.install:
        install(args.peers)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        build = ("build", args.corpus, "-o", folder / KG, "--format", "n-triples", "--workers", "1")
        commands = {KG: kg_command(*build)}
        measure(commands[KG])
        # In a process of its own: what this one holds counts as memory of all that it starts.
        measure(Command([sys.executable, "-m", "benchmarks.peer_inputs", str(folder / KG), temporary]))
        peers = peer_commands(args.peers, folder)
        results = run_rounds(commands | peers, n_rounds=args.rounds)
        start = measure(Command([*peers["KGX"].arguments[:2], "transform", "--help"])) if "KGX" in peers else None
        graphs = {name: folder / name / "graph.nt" for name in commands} | {n: folder / f"{n}.nt" for n in peers}
        n_triples = {name: _count_lines(path) for name, path in graphs.items()}
        print_results(results, n_triples=n_triples, against=KG)
        print("; ".join(_versions(args.peers, peers)) + ".\n")
        for name in ("morph-kgc", "maplib"):
            if name in peers:
                _print_shared(name, graphs[KG], graphs[name])
    if start is not None:
        print(f"KGX makes a graph of its own of the same mentions. {start.cpu:.1f} of its CPU seconds are its start.\n")
    return print_bars(_bars(results, n_triples))


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _versions(folder: Path, peers: Mapping[str, Command]) -> list[str]:
    return [f"{name} {version(folder, name)}" if name in peers else f"{name} is not installed" for name in TRIPLES]


def _print_shared(name: str, ours: Path, theirs: Path) -> None:
    from benchmarks.peer_inputs import compare

    shared, missing, more = compare(ours, theirs)
    print(f"{name} writes {shared:,} of the same triples, {missing:,} fewer and {more:,} others.\n")


def _bars(results: Mapping[str, Measurement], n_triples: Mapping[str, int]) -> list[Bar]:
    ours, morph = results[KG], results.get("morph-kgc")
    rates = {name: n_triples[name] / result.cpu for name, result in results.items()}
    return [
        Bar(f"morph-kgc against {KG}, CPU seconds", morph and morph.cpu / ours.cpu, 3),
        Bar(f"morph-kgc against {KG}, peak memory", morph and morph.memory / ours.memory, 2),
        Bar(f"{KG} against KGX, triples per CPU second", rates[KG] / rates["KGX"] if "KGX" in rates else None, 12),
    ]


if __name__ == "__main__":
    sys.exit(main())
