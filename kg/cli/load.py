"""``kg load``: a build into a database."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.cli.application import BuildFolder, app, show_progress
from kg.cli.export import say_counts
from kg.cli.selection_options import take_selection_options
from kg.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from kg.export.selection import SelectionOptions

__all__ = ["load"]

_PASSWORD = "KG_PASSWORD"  # noqa: S105 - the name of the variable


@app.command()
@take_selection_options()
def load(
    folder: BuildFolder,
    target: Annotated[Literal["neo4j"], typer.Argument(metavar="TARGET", help="neo4j: over Bolt.")],  # noqa: ARG001
    uri: Annotated[str, typer.Option(metavar="URI", help="Where it is: bolt://HOST:7687.")],
    user: Annotated[str, typer.Option(metavar="NAME", help="Who loads; KG_PASSWORD has the password.")] = "neo4j",
    database: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which database; by default the user's own.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    **selection: Unpack[SelectionOptions],
) -> None:
    """Load a build into a database, beside what is there; exit 1 if counts then differ from the tables."""
    load_neo4j_command(folder, selection, uri=uri, user=user, database=database, quiet=quiet)


def load_neo4j_command(
    folder: Path, selection: SelectionOptions, *, uri: str, user: str, database: str | None, quiet: bool
) -> None:
    """Load Neo4j."""
    from kg.api import read_build
    from kg.export.neo4j_bolt import load_neo4j
    from kg.export.property_graph import PropertyGraph
    from kg.export.selection import read_selection

    build = read_build(folder)
    chosen = read_selection(build, **selection)
    for sentence in chosen.unknown:
        typer.echo(f"kg: {sentence}", err=True)
    graph = PropertyGraph(build, chosen)
    with show_progress(quiet=quiet, what="rows") as progress:
        made = load_neo4j(graph, uri, user=user, password=_password(), database=database, progress=progress)
    say_counts(made, quiet=quiet)


def _password() -> str:
    """Return the password: of the variable, or as it is typed."""
    password = os.environ.get(_PASSWORD)
    if password is not None:
        return password
    if not sys.stdin.isatty():
        raise ExportError(f"the password is missing: set {_PASSWORD}, or run the command on a terminal, which asks")
    return str(typer.prompt("Password", hide_input=True, err=True))
