"""``kg examples``: the example queries."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.application import AsJson, app

__all__ = ["examples"]


@app.command()
def examples(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="An example; without it, all are listed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the example queries, or print one; `kg query BUILD --example NAME` runs it."""
    from kg.rdf.examples import examples_to_json, find_example, render_examples

    if as_json:
        typer.echo(examples_to_json(name))
    elif name is None:
        typer.echo(render_examples())
    else:
        typer.echo(find_example(name).text, nl=False)
