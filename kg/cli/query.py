"""``kg query``: SPARQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from kg.cli.application import MANY, BuildFolder, app
from kg.errors import KgError

__all__ = ["query", "read_query"]

MAX_QUERY_BYTES = 10_000_000


@app.command()
def query(
    folder: BuildFolder,
    text: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="SPARQL; - reads standard input.")] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="FILE", help="Read the query from a file.")
    ] = None,
    result_format: Annotated[
        Literal["table", "csv", "tsv", "json", "xml", "turtle", "n-triples"],
        typer.Option("--format", help="How to print the answer."),
    ] = "table",
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, max=MANY, help="Print only N rows.")] = None,
) -> None:
    """Answer a SPARQL query; the usual prefixes need no declaration."""
    from kg.api import read_build
    from kg.rdf.query import write_result

    asked = read_query(text, file)
    write_result(read_build(folder).query(asked, limit=limit), sys.stdout.buffer, result_format)


def read_query(text: str | None, file: Path | None) -> str:
    """Return a command's query: its argument, or what stands in a file or comes from standard input.

    Raises
    ------
    KgError
        If the file cannot be read.
    """
    if text is None and file is None:
        raise typer.BadParameter("give a query, or -f FILE, or - for standard input", param_hint="QUERY")
    if text is not None and file is not None:
        raise typer.BadParameter("give a query or -f FILE, not both", param_hint="QUERY")
    if text is not None and " " not in text and Path(text).is_file():
        raise typer.BadParameter(f"that is a file; to read the query from it: -f {text}", param_hint="QUERY")
    if "-" in (text, str(file)):
        return sys.stdin.read()
    return str(text) if file is None else _read_text(file)


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_QUERY_BYTES + 1)
        if len(data) > MAX_QUERY_BYTES:
            raise KgError(f"{path}: larger than {MAX_QUERY_BYTES:,} bytes, so it is not a query")
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"{path}: cannot be read: {error}") from error
