"""``kg stats`` and ``kg show``: what a build holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.cli.application import AsJson, BuildFolder, app

if TYPE_CHECKING:
    from kg.api import Build

__all__ = ["show", "stats"]


@app.command()
def stats(
    folder: BuildFolder,
    problems: Annotated[bool, typer.Option("--problems", help="List what was wrong or odd in the input.")] = False,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Only problems of this kind or severity; may be given again."),
    ] = None,
    list_format: Annotated[
        Literal["table", "tsv", "json"], typer.Option("--format", help="How to print the problems.")
    ] = "table",
    as_json: AsJson = False,
) -> None:
    """Print what a build holds: counts, top genes, figures by year; or list the problems of its input."""
    from kg.api import read_build
    from kg.summary import render_stats
    from kg.summary import stats as read_stats

    if as_json and list_format == "tsv":
        raise typer.BadParameter("give --json or --format tsv, not both", param_hint="--json")
    build = read_build(folder)
    if problems or kinds:
        _list_problems(build, kinds or [], "json" if as_json else list_format)
        return
    if list_format == "tsv" and not as_json:
        raise typer.BadParameter("tsv is for --problems", param_hint="--format")
    found = read_stats(build)
    typer.echo(found.to_json() if as_json or list_format == "json" else render_stats(found))


def _list_problems(build: Build, kinds: list[str], list_format: str) -> None:
    from kg.summary import problem_rows, render_problems
    from kg.summary import problems as read_problems

    found = read_problems(build, kinds=kinds)
    if list_format == "tsv":
        sys.stdout.writelines(f"{row}\n" for row in problem_rows(found))
    else:
        typer.echo(found.to_json() if list_format == "json" else render_problems(found))


@app.command()
def show(
    folder: BuildFolder,
    name: Annotated[str, typer.Argument(metavar="FIGID|GENE|PMCID", help="A figure, a gene or a paper.")],
    as_json: AsJson = False,
) -> None:
    """Print one figure with its mentions, one gene with its figures, or one paper."""
    from kg.api import read_build
    from kg.summary import render_view
    from kg.summary import show as read_view

    view = read_view(read_build(folder), name.encode("utf-8", "replace").decode())
    typer.echo(view.to_json() if as_json else render_view(view))
