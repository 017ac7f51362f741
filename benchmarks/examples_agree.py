"""Whether every example query answers what the tables say.

Each local example of ``ontology/queries`` is asked of a build, with the values that it has and with values of that
build, and compared row by row with its twin in polars (`benchmarks.example_twins`).

    python -m benchmarks.examples_agree BUILD

The exit status is 1 where two answers differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from benchmarks.example_twins import TWINS, Tables
from benchmarks.measure import Bar, print_bars, print_table
from kg.api import read_build
from kg.rdf.examples import read_examples
from kg.rdf.query import open_store, query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.example_twins import Row
    from kg.rdf.examples import Example

__all__ = ["answer", "differences", "main", "values_of"]


def answer(store: ox.Store, example: Example, values: Mapping[str, str]) -> list[Row]:
    """Return the rows of an example: of SELECT the terms, of ASK true or false, of CONSTRUCT the triples."""
    found = query(store, example.bind(values))
    if found.kind == "ask":
        return [("true" if found else "false",)]
    return [tuple("" if term is None else str(getattr(term, "value", term)) for term in row) for row in found]


def values_of(tables: Tables) -> dict[str, str]:
    """Return values of a build for the parameters: often drawn genes, its first figure, paper, family and species."""
    by_figures = tables.drawn.group_by("symbol").len().sort("len", "symbol", descending=[True, False])
    symbols = [*by_figures.get_column("symbol").head(2), "none", "none"]
    sizes = (
        tables.mentions.drop_nulls("family").group_by("family").len().sort("len", "family", descending=[True, False])
    )
    species = tables.figures.get_column("organisms").explode().drop_nulls().unique().sort()
    years = tables.papers.get_column("year").drop_nulls().sort()
    return {
        "gene": symbols[0],
        "other": symbols[1],
        "figure": tables.figures.get_column("figid").sort()[0],
        "paper": tables.papers.get_column("pmcid").sort()[0],
        "family": next(iter(sizes.get_column("family")), "none"),
        "species": next(iter(species), "none"),
        "since": years[len(years) // 2] if len(years) else "2000",
        "least": "1",
    }


def differences(store: ox.Store, tables: Tables) -> Iterator[tuple[str, int, float, list[str]]]:
    """Yield for each local example and set of values its name, rows and CPU seconds, and the rows that differ."""
    chosen = values_of(tables)
    has_graphs = _has_figure_graphs(store)
    for example in read_examples().values():
        if example.is_federated or (example.name == "graphs-of-gene" and not has_graphs):
            continue
        defaults = {parameter.name: parameter.default for parameter in example.parameters}
        for values in (defaults, {name: chosen[name] for name in defaults})[: 2 if defaults else 1]:
            started = time.process_time()
            rows = answer(store, example, values)
            seconds = time.process_time() - started
            found, wanted = Counter(rows), Counter(TWINS[example.name](tables, values))
            wrong = [f"only in the answer: {row}" for row in (found - wanted)]
            wrong += [f"only in the tables: {row}" for row in (wanted - found)]
            yield " ".join([example.name, *map("=".join, values.items())]), len(rows), seconds, sorted(wrong)


def _has_figure_graphs(store: ox.Store) -> bool:
    return any(graph.value.endswith("#graph") for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each example with its rows and CPU seconds, and what differs; return 1 where something does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    build = read_build(parser.parse_args(arguments).build)
    rows, n_different, slowest = [], 0, 0.0
    for name, n_rows, seconds, wrong in differences(open_store(build), Tables(build)):
        rows.append([f"`{name}`", f"{n_rows:,}", f"{seconds:.3f}", "yes" if not wrong else "**no**"])
        n_different += bool(wrong)
        slowest = max(slowest, seconds)
        for line in wrong[:5]:
            print(f"{name}: {line}", file=sys.stderr)
    print_table(["example", "rows", "CPU s", "agrees with the tables"], rows)
    print(f"\nslowest answer: {slowest:.2f} CPU s\n")
    return print_bars([Bar("examples that differ from the tables", n_different, 0, is_least=False, unit="")])


if __name__ == "__main__":
    raise SystemExit(main())
