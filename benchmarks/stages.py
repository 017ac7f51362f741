"""Where the processor seconds of `kg build` go: its stages one after another, in one process, on a whole corpus.

Run it with `python -m benchmarks.stages CORPUS`. The stages call the functions that a build calls, on batches of the
same size. What is left over to the whole command is the handling of batches, files and memory.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Command, kg_command, print_table, run_rounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from kg.pipeline.index import Entry

__all__ = ["main"]


class Stages:
    """Processor seconds by stage, in the order in which stages first began."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        started = time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] += time.process_time() - started

    @contextmanager
    def apart(self, module: ModuleType, name: str, stage: str, *, of: str) -> Iterator[None]:
        """Count a function of a module, which a stage calls in the block, as a stage of its own."""
        function, before = getattr(module, name), self.seconds[stage]

        def timed(*arguments: object) -> object:
            with self(stage):
                return function(*arguments)

        setattr(module, name, timed)
        try:
            yield
        finally:
            setattr(module, name, function)
            self.seconds[of] -= self.seconds[stage] - before


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        build = kg_command("build", args.corpus, "-o", folder / "kg", "--format", "turtle", "--workers", "1")
        imports = "import kg, polars, zstandard, kg.pipeline, kg.sources, kg.cli"
        commands = {"whole": build, "imports": Command([sys.executable, "-c", imports])}
        used = run_rounds(commands, n_rounds=args.rounds)
        stages = Stages()
        stages.seconds["start of Python, imports"] = used["imports"].cpu
        _run(args.corpus, folder / "tables", stages)
    whole = used["whole"].cpu
    rows = [*stages.seconds.items(), ("everything else", whole - sum(stages.seconds.values()))]
    print_table(["stage", "CPU s", "% of the command"], [(what, f"{s:.2f}", f"{s / whole:.0%}") for what, s in rows])
    return 0


def _run(corpus: Path, tables: Path, stages: Stages) -> None:
    """Do what `kg build --format turtle --workers 1` does, stage by stage."""
    from kg.pipeline.batch import BATCH
    from kg.pipeline.index import index_documents
    from kg.pipeline.output import batched
    from kg.shared import READ, Shared
    from kg.sources import open_sources
    from kg.tables import FIGURE_TABLES, TableWriter, read_frame

    gc.disable()
    try:
        with open_sources([corpus]) as sources:
            with stages("find, digest and order the documents"):
                index = index_documents(sources.documents)
            writer = TableWriter(tables)
            for entries in batched(index, BATCH):
                for table, stream in _batch(entries, stages).items():
                    with stages("Parquet"):
                        writer.append(table, read_frame(stream))
            with stages("Parquet"):
                for table in FIGURE_TABLES:
                    writer.finish(table)
    finally:
        gc.enable()
    import polars as pl

    shared = Shared()
    with stages("gather what figures share"):
        shared.add({table: pl.read_parquet(tables / f"{table}.parquet", columns=list(READ[table])) for table in READ})
        shared.records()


def _batch(entries: Sequence[Entry], stages: Stages) -> dict[str, bytes]:
    """Read some documents; return the rows of their tables."""
    from kg.blocks import block_differences, figure_block
    from kg.parse import figure as figure_parser
    from kg.pipeline.index import read_entry
    from kg.rdf.formats import FORMATS
    from kg.rdf.mapping import describe_figure
    from kg.tables import FIGURE_TABLES, add_document, add_figure, empty_columns, to_ipc
    from kg.vocab import figure_graph_iri, figure_iri

    apart = stages.apart(figure_parser, "read_front_matter", "front matter", of="records")
    with apart, stages("records"):
        figures = [read_entry(entry).figure for entry in entries]
    with stages("schema.org blocks made again and compared"):
        for figure in figures:
            block_differences(figure.block or {}, figure_block(figure))
    with stages("statements as Turtle"):
        for figure in figures:
            graph = figure_graph_iri(figure_iri(figure.figid))
            "".join([FORMATS["turtle"].node(description, graph) for description in describe_figure(figure)]).encode()
    columns = {table: empty_columns(table) for table in FIGURE_TABLES}
    with stages("rows of tables"):
        for entry, figure in zip(entries, figures, strict=True):
            add_figure(columns, figure)
            add_document(columns["documents"], figure, entry.document.name)
    with stages("Arrow"):
        return {table: to_ipc(table, values) for table, values in columns.items() if values["figid"]}


if __name__ == "__main__":
    sys.exit(main())
