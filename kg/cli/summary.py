"""``kg stats`` and ``kg show``: what a build holds."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.application import AsJson, BuildFolder, app

__all__ = ["show", "stats"]


@app.command()
def stats(folder: BuildFolder, as_json: AsJson = False) -> None:
    """Print what a build holds: counts, top genes, figures by year."""
    from kg.api import read_build
    from kg.summary import render_stats
    from kg.summary import stats as read_stats

    found = read_stats(read_build(folder))
    typer.echo(found.to_json() if as_json else render_stats(found))


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
