"""``kg load``: a build into a database; one function a target."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.cli.application import BuildFolder, app, show_progress
from kg.cli.export import say_counts
from kg.cli.selection_options import selected, take_selection_options

if TYPE_CHECKING:
    from typing import Unpack

    from kg.api import Build
    from kg.export.selection import SelectionOptions

__all__ = ["load"]

PASSWORD = "KG_PASSWORD"  # noqa: S105 - the name of a variable

_OTHERS = {
    "store": {"endpoint", "query_endpoint", "graph", "replace", "user", "uri", "database"},
    "sparql": {"uri", "database"},
    "neo4j": {"endpoint", "query_endpoint", "graph", "replace"},
}
"""The options that are only for other targets; those of a selection are Neo4j's."""


@app.command()
@take_selection_options()
def load(
    context: typer.Context,
    folder: BuildFolder,
    target: Annotated[
        Literal["store", "sparql", "neo4j"], typer.Argument(metavar="TARGET", help="store, sparql or neo4j.")
    ],
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="sparql: the address of its Graph Store Protocol.")
    ] = None,
    query_endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="sparql: its address for queries, where that cannot be guessed.")
    ] = None,
    graph: Annotated[
        str | None, typer.Option(metavar="IRI", help="sparql: the graph to load into.  [default: the default graph]")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="sparql: empty the graph first.")] = False,
    uri: Annotated[str | None, typer.Option(metavar="URI", help="neo4j: where it is, bolt://HOST:7687.")] = None,
    database: Annotated[
        str | None, typer.Option(metavar="NAME", help="neo4j: which database; by default the user's own.")
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Who loads; {PASSWORD} has the password.  [default for neo4j: neo4j]"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    **selection: Unpack[SelectionOptions],
) -> None:
    """Load a build into its own Oxigraph store, a triple store on the network, or Neo4j; what part of it: neo4j.

    Counts are compared at the end; where they differ, the exit status is 1.
    """
    from kg.api import read_build

    _refuse_others(context, target, set(selection))
    build = read_build(folder)
    if target == "store":
        _load_store(build, quiet=quiet)
    elif target == "sparql":
        if endpoint is None:
            raise typer.BadParameter("give it for sparql, as in http://localhost:7878/store", param_hint="--endpoint")
        _load_sparql(build, endpoint, query_endpoint, graph, user, replace=replace, quiet=quiet)
    else:
        if uri is None:
            raise typer.BadParameter("give it for neo4j, as in bolt://localhost:7687", param_hint="--uri")
        _load_neo4j(build, selection, uri=uri, user=user or "neo4j", database=database, quiet=quiet)


def _refuse_others(context: typer.Context, target: str, selection: set[str]) -> None:
    """Refuse options that are another target's."""
    others = _OTHERS[target] | (selection if target != "neo4j" else set())
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if name in others and source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"not an option for {target}", param_hint=parameter.opts[0])


def _load_store(build: Build, *, quiet: bool) -> None:
    n_quads = build.load_store()
    if not quiet:
        typer.echo(f"{build.path}/store: {n_quads:,} triples", err=True)


def _load_sparql(
    build: Build,
    address: str,
    query: str | None,
    graph: str | None,
    user: str | None,
    *,
    replace: bool,
    quiet: bool,
) -> None:
    from kg.rdf.endpoint import Endpoint
    from kg.rdf.upload import upload

    password = None if user is None else _password(user)
    with (
        show_progress("triples", quiet=quiet) as progress,
        Endpoint(address, graph=graph, query=query, user=user, password=password) as endpoint,
    ):
        done = upload(build, endpoint, graph=graph, replace=replace, progress=progress)
    if done.n_found != done.n_triples:
        typer.echo(
            f"kg: {address}: {done.n_found:,} triples are there, and the build has {done.n_triples:,}; load it again"
            " with --replace",
            err=True,
        )
        raise typer.Exit(1)
    if not quiet:
        typer.echo(f"{address}: {done.n_triples:,} triples", err=True)


def _load_neo4j(
    build: Build, selection: SelectionOptions, *, uri: str, user: str, database: str | None, quiet: bool
) -> None:
    from kg.export.neo4j_bolt import load_neo4j
    from kg.export.property_graph import PropertyGraph

    graph = PropertyGraph(build, selected(build, selection))
    password = _password(user)  # before there is a progress bar, which would write over the question
    with show_progress("rows", quiet=quiet) as progress:
        made = load_neo4j(graph, uri, user=user, password=password, database=database, progress=progress)
    say_counts(made, quiet=quiet)


def _password(user: str) -> str:
    """Return a password from the environment or the terminal; options can be seen by everybody on the machine."""
    password = os.environ.get(PASSWORD)
    if password is None and _is_terminal():
        password = str(typer.prompt(f"Password of {user}", hide_input=True, err=True))
    if password is None:
        raise typer.BadParameter(
            f"the password is missing: set {PASSWORD}, or run the command on a terminal, which asks",
            param_hint="--user",
        )
    return password


def _is_terminal() -> bool:
    return sys.stdin.isatty()
