"""The options of commands that take a part of a build into another tool."""

# No `from __future__ import annotations` here: the options below are read as objects, whichever module asks for them.
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kg.cli.application import MinGrade
from kg.cli.network_options import Tier, take_options

if TYPE_CHECKING:
    from kg.api import Build
    from kg.export.selection import Selection, SelectionOptions

__all__ = ["selected", "take_selection_options"]

_Organism = Annotated[
    str | None, typer.Option(metavar="TAXON", help="Only genes of this species: NCBI Taxonomy id or name.")
]
_Years = Annotated[
    str | None, typer.Option(metavar="Y-Y", help="Only figures of papers of these years: 2015-2020, 2015- or 2015.")
]
_Genes = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Only figures with one of these genes, by id, symbol or alias.")
]
_Figures = Annotated[Path | None, typer.Option(metavar="FILE", help="Only these figures, by id.")]
_Mentions = Annotated[
    bool, typer.Option("--mentions/--no-mentions", help="Words as nodes, or figures that point to genes only.")
]
_Network = Annotated[
    Path | None,
    typer.Option("--with-network", metavar="NET", help="Also the pairs of a .tsv, .csv or .parquet of `kg network`."),
]

_Command = TypeVar("_Command", bound=Callable[..., None])


def _options(
    *,
    tier: Tier = "all",
    organism: _Organism = None,
    min_grade: MinGrade = None,
    years: _Years = None,
    genes: _Genes = None,
    figures: _Figures = None,
    mentions: _Mentions = True,
    network: _Network = None,
) -> "SelectionOptions":
    """Return the options as the library takes them, so that mypy holds their names and types to the library's."""
    return {
        "tier": tier,
        "organism": organism,
        "min_grade": min_grade,
        "years": years,
        "genes": genes,
        "figures": figures,
        "mentions": mentions,
        "network": network,
    }


def take_selection_options() -> Callable[[_Command], _Command]:
    """Return a decorator that puts the selection's options in the place of a command's ``**selection``.

    Inside, ``**selection: Unpack[SelectionOptions]`` goes on to `kg.export.selection.read_selection` as it came.
    """
    return take_options(signature(_options).parameters)


def selected(build: "Build", options: "SelectionOptions") -> "Selection":
    """Return the part of a build that the options choose; say which of their names it does not have."""
    from kg.export.selection import read_selection

    chosen = read_selection(build, **options)
    for sentence in chosen.unknown:
        typer.echo(f"kg: {sentence}", err=True)
    return chosen
