"""Loading a graph for SPARQL: Oxigraph by `kg` against rdflib in memory: ``python -m benchmarks.query_store BUILD``.

What can be asked first: the build's RDF file in an Oxigraph store in memory, as `kg query` has it where the build has
no store, against the same triples in an rdflib graph in memory. Beside them stands the store on disk, which
`kg load BUILD store` makes once, with each figure in its named graph and all in the default graph; and opening it,
which is what a query then waits for. All are whole processes, with their start.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Bar, print_bars, print_results, run_rounds

__all__ = ["main"]

_LOAD = """
import shutil
import sys
from kg.folder import Folder
from kg.rdf.query import load_store, open_store
from kg.rdf.store import write_store
from pathlib import Path
what, build, target = sys.argv[1:]
if what == "memory":
    load_store(Folder(build))
elif what == "disk":
    shutil.rmtree(target, ignore_errors=True)
    write_store(Folder(build), Path(target))
else:
    store = open_store(Path(target))
    assert next(iter(store.quads_for_pattern(None, None, None)))
"""
_RDFLIB = """
import sys
import rdflib
rdflib.Graph().parse(sys.argv[1], format="nt")
"""


def main(arguments: list[str] | None = None) -> int:
    """Load, print, and return the exit status: 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="a build with any RDF file")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kg-query-store-") as work:
        build, n_triples = _with_n_triples(args.build, Path(work))
        store = str(Path(work, "store"))
        names = ("Oxigraph in memory", "rdflib in memory", "Oxigraph on disk, once", "opening that")
        commands = {
            names[0]: [sys.executable, "-c", _LOAD, "memory", str(build), store],
            names[1]: [sys.executable, "-c", _RDFLIB, str(build / "graph.nt")],
            names[2]: [sys.executable, "-c", _LOAD, "disk", str(build), store],
            names[3]: [sys.executable, "-c", _LOAD, "open", str(build), store],
        }
        results = run_rounds(commands, n_rounds=args.rounds)
        ours, theirs, disk, _ = (results[name] for name in names)
        print(f"{n_triples:,} triples.\n")
        print_results(results, n_triples=dict.fromkeys(names[:3], n_triples), against=names[1])
        size = sum(file.stat().st_size for file in Path(store).iterdir()) / 1e6
        print(
            f"The store takes {size:,.0f} MB on disk: six indexes of the named graphs, and three of the default graph."
            f" Making it takes {disk.cpu / theirs.cpu:.2f} of"
            " the CPU seconds that rdflib takes each time that it is started.\n"
        )
    return print_bars(
        [
            Bar("loading: CPU seconds of rdflib, by ours", theirs.cpu / ours.cpu, 5),
            Bar("memory: ours, by rdflib's", ours.memory / theirs.memory, 0.5, is_least=False),
            Bar("opening a store", results[names[3]].cpu, 1, is_least=False, unit="s"),
        ]
    )


def _with_n_triples(build: Path, work: Path) -> tuple[Path, int]:
    """Return a folder with the build's graph as N-Triples alone, which both read, and the number of triples."""
    import pyoxigraph as ox

    from kg.folder import Folder
    from kg.rdf.query import read_quads

    folder = work / "build"
    folder.mkdir()
    shutil.copy(build / "manifest.json", folder)
    with (folder / "graph.nt").open("wb") as file:
        ox.serialize((quad.triple for quad in read_quads(Folder(build))), file, ox.RdfFormat.N_TRIPLES)
    with (folder / "graph.nt").open("rb") as file:
        return folder, sum(1 for _ in file)


if __name__ == "__main__":
    sys.exit(main())
