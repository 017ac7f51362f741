"""Write N-Triples with maplib: ``python run_maplib.py TEMPLATES.json OUTPUT.nt``; runs in maplib's own environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
from maplib import Model  # type: ignore[import-not-found, unused-ignore]

__all__ = ["main"]

TYPES: dict[str, pl.DataType] = {"integer": pl.Int64(), "decimal": pl.Decimal(38, 12)}
"""What maplib asks of the columns of a datatype; it takes all others as text."""


def main(templates: str, output: str) -> None:
    """Read each table, expand its template, write everything."""
    model = Model()
    for table in json.loads(Path(templates).read_text(encoding="utf-8")):
        model.add_template(table["template"])
        types = {name: TYPES.get(kind.rpartition("#")[2], pl.String()) for name, kind in table["kinds"].items()}
        frame = pl.read_csv(
            table["path"],
            schema={"iri": pl.String(), **types},
            null_values=table["null"],
            empty_string_is_null=False,
        )
        model.map(table["name"], frame, validate_iris=False)
    model.write(output, format="ntriples")


if __name__ == "__main__":
    main(*sys.argv[1:])
