"""``kg cypher``: Cypher."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from kg.cli.application import MANY, BuildFolder, app
from kg.cli.query import read_query

__all__ = ["cypher"]


@app.command()
def cypher(
    folder: BuildFolder,
    text: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="Cypher; - reads standard input.")] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="FILE", help="Read the query from a file.")
    ] = None,
    result_format: Annotated[
        Literal["table", "csv", "tsv", "json"], typer.Option("--format", help="How to print the answer.")
    ] = "table",
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, max=MANY, help="Print only N rows.")] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0.001, max=1e6, help="End a query that takes longer.")
    ] = None,
) -> None:
    """Answer a Cypher query; needs `pip install 'pfocr-kg[ladybug]'`."""
    from kg.api import read_build
    from kg.export.cypher import write_cypher_result

    asked = read_query(text, file)

    def made(path: Path) -> None:
        typer.echo(f"{path}: made for this query and those to come", err=True)

    answer = read_build(folder).cypher(asked, limit=limit, timeout=timeout, made=made)
    write_cypher_result(answer, sys.stdout.buffer, result_format)
