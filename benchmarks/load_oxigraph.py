"""Load N-Triples into an Oxigraph store on disk: ``python -m benchmarks.load_oxigraph GRAPH.nt FOLDER``."""

from __future__ import annotations

import sys

import pyoxigraph

__all__ = ["main"]


def main(graph: str, folder: str) -> None:
    """Load the file, and finish what the store does behind that."""
    store = pyoxigraph.Store(folder)
    store.bulk_load(path=graph, format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.optimize()
    store.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
