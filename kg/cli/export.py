"""``kg export``: a build in other tools' formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.application import BuildFolder, app

__all__ = ["export_command"]


@app.command(name="export")
def export_command(
    folder: BuildFolder,
    export_format: Annotated[str, typer.Argument(metavar="FORMAT", help="jsonld-blocks: the schema.org blocks.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="A .jsonl file, or a folder of one file a figure.")
    ],
    regenerate: Annotated[
        bool, typer.Option("--regenerate", help="Make every block again, also where the file embeds one.")
    ] = False,
) -> None:
    """Write a build in another tool's format."""
    from kg.api import read_build
    from kg.export import EXPORTS

    if str(output) == "-":
        raise typer.BadParameter("several files cannot go into a pipe; give a folder or a .jsonl file", param_hint="-o")
    if export_format not in EXPORTS:
        raise typer.BadParameter(f"{export_format!r}: there is {', '.join(EXPORTS)}", param_hint="FORMAT")
    n_written = EXPORTS[export_format](read_build(folder), output, regenerate=regenerate)
    typer.echo(f"{output}: {n_written:,} blocks", err=True)
