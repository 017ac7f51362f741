"""Check on a corpus that nothing is lost: rows rebuilt from mentions, blocks made again from records, both exactly.

Run it with `python -m benchmarks.rebuild_rows CORPUS`. What `kg` gives is held against the files as PyYAML's base
loader and the csv module read them; no code of `kg` takes part in that reading. A row that `kg` reports as skipped
must be one that it leaves out.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import kg
from benchmarks.measure import Bar, print_bars, print_table
from kg.blocks import block_differences, figure_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["main"]

Row = tuple[str, ...]
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
GENE_KEYS = ("word", "symbol", "source", "hgnc_symbol", "entrez")
TABLE_KEYS = (
    *("word", "match", "source", "ncbigene_symbol", "ncbigene_id", "organism_id", "organism_name", "organism_group"),
    *("count_direct", "count_synonym", "count_match"),
)
COUNTED = ("figures", "mentions", "rows in the files", "rows rebuilt", "rows left out", "blocks")


def front_matter(path: Path) -> dict[str, Any]:
    """Return the front matter of a file: what stands between the first two lines that are a fence."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    text = printable("\n".join(lines[1 : fences[1]]))
    # S506: the base loader builds text, lists and mappings, and nothing else.
    meta: dict[str, Any] = yaml.load(text, Loader=LOADER)  # noqa: S506
    return {key: printable(value) for key, value in meta.items()}


def printable(value: Any) -> Any:
    """Return a value with U+FFFD for the control characters, raw or escaped, that neither YAML nor RDF can carry."""
    if isinstance(value, str):
        return yaml.reader.Reader.NON_PRINTABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [printable(item) for item in value]
    return {key: printable(item) for key, item in value.items()}


def raw_rows(path: Path, meta: dict[str, Any]) -> list[Row]:
    """Return the gene rows as they stand in the file, or in its `_data` table."""
    if "genes" in meta:
        return [tuple(row[key] for key in GENE_KEYS) for row in meta["genes"] or []]
    table = path.parent.parent / "_data" / f"{path.stem}-genes.tsv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return [tuple(row[key] for key in TABLE_KEYS) for row in csv.DictReader(file, delimiter="\t")]


def rebuilt_rows(figure: kg.Figure) -> Iterator[tuple[int, Row]]:
    """Yield position and cells of the rows that a figure's mentions were made of."""
    for row in kg.gene_rows(figure):
        cells: Row = (row.word, row.symbol, row.lexicon, row.gene.symbol, row.gene.ncbigene)
        if row.counts is not None:
            gene = row.gene
            cells += (gene.taxon or "", gene.organism or "", gene.organism_group or "")
            cells += (row.counts.direct, row.counts.synonym, row.counts.match)
        yield row.position, cells


def check(path: Path, figure: kg.Figure, counts: Counter[str]) -> list[str]:
    """Return what differs between a file and its figure, and count what was compared."""
    meta = front_matter(path)
    rows = raw_rows(path, meta)
    rebuilt = dict(rebuilt_rows(figure))
    differences = [f"row {position}: {cells}" for position, cells in rebuilt.items() if rows[position] != cells]
    skipped = [position for position in range(len(rows)) if position not in rebuilt]
    counts.update(dict(zip(COUNTED, (1, len(figure.mentions), len(rows), len(rebuilt), len(skipped)), strict=False)))
    block = meta.get("schema-jsonld")
    if block is not None:
        counts["blocks"] += 1
        made = figure_block(figure)
        # As text, so that the order of keys counts at every depth.
        if json.dumps(block) != json.dumps(figure.block):
            differences.append("the block as read is not the one in the file")
        if json.dumps(block) != json.dumps(made):
            keys = [difference.key for difference in block_differences(block, made)]
            differences.append(f"the block as made is not the one in the file: {', '.join(keys)}")
    return differences


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, print counts, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=Path("seeds"))
    paths = {path.stem: path for path in sorted(parser.parse_args(arguments).corpus.rglob("*.md"))}
    reader = kg.read_figures(*paths.values())
    counts: Counter[str] = Counter()
    n_different = 0
    for figure in reader:
        for difference in check(paths[figure.figid], figure, counts):
            n_different += 1
            print(f"- {figure.figid}: {difference}")
    reported = sum(problem.severity is kg.Severity.ROW_SKIPPED for problem in reader.problems)
    print_table(["", "number"], [(name, f"{counts[name]:,}") for name in COUNTED])
    bars = [
        Bar("figures that could not be read", len(paths) - counts["figures"], 0, is_least=False, unit=""),
        Bar("rows or blocks that differ", n_different, 0, is_least=False, unit=""),
        Bar("rows left out without a report", counts["rows left out"] - reported, 0, is_least=False, unit=""),
    ]
    return print_bars(bars)


if __name__ == "__main__":
    sys.exit(main())
