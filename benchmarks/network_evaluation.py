"""How well a build's networks agree with a library of gene sets, by tier, expansion and score, as a Markdown table.

Run it with `python -m benchmarks.network_evaluation BUILD SETS.gmt`; `--hgnc hgnc_complete_set.txt.gz` leaves out pairs
of genes that HGNC puts into one gene group. There is no bar: it shows which options a library speaks for.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import kg
from kg.network import SCORES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "read_gene_groups"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--hgnc", type=Path, help="HGNC's complete set, as TSV or compressed")
    parser.add_argument("--level", choices=["figure", "paper"], default="figure")
    parser.add_argument("--score", choices=SCORES, action="append", help="only these; may be given again")
    parser.add_argument("--groups-as-sets", action="store_true", help="hold the networks against the gene groups")
    args = parser.parse_args(arguments)
    groups = read_gene_groups(args.hgnc) if args.hgnc else []
    sets = groups if args.groups_as_sets else kg.read_gmt(args.sets)
    table = kg.read_build(args.build).evaluate(
        sets, ignore=() if args.groups_as_sets else groups, level=args.level, at=[100, 1_000]
    )
    first = table.row(0, named=True)
    print(f"{len(sets):,} sets; {first['n_genes']:,} genes; {first['n_pairs_all']:,} pairs of them, of which")
    print(f"{first['n_positive_all']:,} ({first['n_positive_all'] / first['n_pairs_all']:.1%}) stand in one set\n")
    print("| tier | expand | score | pairs | positive | AUROC | AP | P@100 | P@1,000 | AUROC, all | AP, all |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    measures = (
        "auroc",
        "average_precision",
        "precision_at_100",
        "precision_at_1000",
        "auroc_all",
        "average_precision_all",
    )
    for row in table.iter_rows(named=True):
        if args.score is None or row["score"] in args.score:
            share = f"{row['n_positive'] / max(row['n_pairs'], 1):.1%}"
            numbers = ["" if row[name] is None else f"{row[name]:.3f}" for name in measures]
            cells = [row["tier"], row["expand"], row["score"], f"{row['n_pairs']:,}", share, *numbers]
            print(f"| {' | '.join(cells)} |")
    return 0


def read_gene_groups(path: Path) -> list[kg.GeneSet]:
    """Return HGNC's gene groups, from its complete set as TSV."""
    groups: dict[str, list[str]] = {}
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for row in csv.DictReader(data.decode().splitlines(), delimiter="\t"):
        for group in filter(None, row["gene_group"].split("|")):
            groups.setdefault(group, []).append(row["symbol"])
    return [kg.GeneSet(name, "", tuple(dict.fromkeys(genes))) for name, genes in groups.items()]


if __name__ == "__main__":
    sys.exit(main())
