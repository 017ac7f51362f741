"""``kg check``: shapes and consistency."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.application import AsJson, BuildFolder, app, show_progress

__all__ = ["check"]


@app.command()
def check(
    folder: BuildFolder,
    recommended: Annotated[bool, typer.Option("--recommended", help="Also what should hold.")] = False,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=1024, help="Processes; by default the cores.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a build's graph against the SHACL shapes, and its parts against each other."""
    from kg.api import read_build
    from kg.check import check as check_folder

    with show_progress(quiet=as_json) as progress:
        report = check_folder(read_build(folder), recommended=recommended, workers=workers, progress=progress)
    typer.echo(report.to_json() if as_json else str(report))
    raise typer.Exit(0 if report.conforms else 1)
