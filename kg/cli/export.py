"""``kg export``: a build in other tools' formats."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import BuildFolder, app
from kg.cli.selection_options import selected, take_selection_options

if TYPE_CHECKING:
    from typing import Unpack

    from kg.export import Exported
    from kg.export.selection import SelectionOptions

__all__ = ["export_command", "say_counts"]


class Format(StrEnum):
    """The formats, as `kg.export.TARGETS` names them."""

    NEO4J = "neo4j"
    LADYBUG = "ladybug"
    KGX = "kgx"
    KGX_JSONL = "kgx-jsonl"
    GRAPHML = "graphml"
    GEXF = "gexf"
    CYTOSCAPE = "cytoscape"
    CX2 = "cx2"
    GMT = "gmt"
    PARQUET = "parquet"
    CSV = "csv"
    JSONLD_BLOCKS = "jsonld-blocks"


@app.command(name="export")
@take_selection_options()
def export_command(
    folder: BuildFolder,
    export_format: Annotated[
        Format,
        typer.Argument(metavar="FORMAT", help="For which tool; docs/databases.md says what each writes."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="The file or folder to write, as the format has it.")
    ],
    verify: Annotated[
        bool, typer.Option("--verify", help="Read back what was written, and compare that with the tables.")
    ] = False,
    regenerate: Annotated[
        bool,
        typer.Option("--regenerate", help="jsonld-blocks: make every block again, also where the file embeds one."),
    ] = False,
    **selection: Unpack[SelectionOptions],
) -> None:
    """Write a build in another tool's format; exit 1 if counts differ from the tables."""
    from kg.api import read_build
    from kg.export import TARGETS

    if str(output) == "-":
        raise typer.BadParameter("an export cannot go into a pipe; give a file or a folder", param_hint="-o")
    options = {"regenerate": True} if regenerate else {}
    target = TARGETS[export_format.value]
    for name in options:
        if name not in target.options:
            raise typer.BadParameter(f"not an option of {target.name}", param_hint=f"--{name}")
    build = read_build(folder)
    made = build.export(target.name, output, selection=selected(build, selection), verify=verify, **options)
    say_counts(made)


def say_counts(made: Exported, *, quiet: bool = False) -> None:
    """Say how much there is now, and end with exit status 1 if it is nothing, or not what the tables have.

    Raises
    ------
    typer.Exit
        If there is nothing, or there are differences.
    """
    from kg.export.schema import NODE_LABELS

    nodes = sum(n for name, n in made.counts.items() if name in NODE_LABELS)
    edges = sum(n for name, n in made.counts.items() if "-" in name)
    said = [f"{nodes:,} nodes", f"{edges:,} edges"] if NODE_LABELS.keys() & made.counts.keys() else []
    said += [f"{n:,} {name}" for name, n in made.counts.items() if name not in NODE_LABELS and "-" not in name]
    if not quiet:
        typer.echo(f"{made.where}: {', '.join(said)}", err=True)
    for note in made.notes:
        typer.echo(f"kg: {note}", err=True)
    for difference in made.differences:
        typer.echo(f"kg: {difference}", err=True)
    is_empty = not any(made.counts.values())
    if is_empty:
        typer.echo(f"kg: {made.where}: nothing of this build fits these options", err=True)
    if is_empty or made.differences:
        raise typer.Exit(1)
