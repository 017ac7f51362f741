"""The options that every command on a network has: written once, and given to each command that asks for them."""

# No `from __future__ import annotations` here: the options below are read as objects, whichever module asks for them.
from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar, get_type_hints

import typer

from kg.cli.application import MANY

if TYPE_CHECKING:
    from kg.network import NetworkOptions

__all__ = ["Expand", "Level", "Null", "Tier", "Weight", "say_empty", "take_network_options", "take_options"]

Tier = Annotated[
    Literal["strict", "synonyms", "all"],
    typer.Option(help="Lexicons that count: official symbols; also aliases and previous symbols; also families."),
]
Level = Annotated[Literal["figure", "paper"], typer.Option(help="What a pair is counted in.")]
Expand = Annotated[
    Literal["fractional", "none", "full"],
    typer.Option(help="How a word that means several genes counts: shared out, as its family, or as every gene."),
]
Weight = Annotated[
    Literal["count", "fractional", "newman", "papers", "npmi"] | None,
    typer.Option(
        help="The edge weight: figures (or papers); shared out; 1/(n-1) of n genes; papers; normalised pointwise "
        "mutual information.  [default: fractional with --expand fractional, else count]"
    ),
]
Null = Annotated[
    Literal["hypergeometric", "configuration"],
    typer.Option(help="Chance that keeps the figures of each gene, or also the genes of each figure (slower)."),
]
_Organism = Annotated[
    str | None, typer.Option(metavar="TAXON", help="Only genes of this species: NCBI Taxonomy id or name.")
]
_Since = Annotated[int | None, typer.Option(metavar="YEAR", help="Only papers of this year or later.")]
_Until = Annotated[int | None, typer.Option(metavar="YEAR", help="Only papers of this year or earlier.")]
_MinCount = Annotated[
    int, typer.Option(metavar="N", min=1, max=MANY, help="Only pairs that stand in at least N figures or papers.")
]
_CollapseReused = Annotated[
    bool, typer.Option("--collapse-reused", help="Count figures of one paper that show the same genes once.")
]
_Fdr = Annotated[
    float | None,
    typer.Option(metavar="Q", min=0, max=1, help="Only pairs above chance at this false discovery rate."),
]

_Command = TypeVar("_Command", bound=Callable[..., None])


def _options(
    *,
    tier: Tier = "all",
    level: Level = "figure",
    expand: Expand = "fractional",
    weight: Weight = None,
    organism: _Organism = None,
    since: _Since = None,
    until: _Until = None,
    min_count: _MinCount = 1,
    collapse_reused: _CollapseReused = False,
    null: Null = "hypergeometric",
    fdr: _Fdr = None,
) -> "NetworkOptions":
    """Return the options as the library takes them, so that mypy holds their names and types to the library's."""
    return {
        "tier": tier,
        "level": level,
        "expand": expand,
        "weight": weight,
        "organism": organism,
        "since": since,
        "until": until,
        "min_count": min_count,
        "collapse_reused": collapse_reused,
        "null": null,
        "fdr": fdr,
    }


def take_network_options(*, without: Collection[str] = ()) -> Callable[[_Command], _Command]:
    """Return a decorator that puts the network options in the place of a command's ``**options``.

    The command stays the function that it is; only the signature that typer reads becomes longer, its own parameters
    first. Inside, ``**options: Unpack[NetworkOptions]`` goes on to the library as it came. ``app.command()`` stands
    above this decorator.

    Parameters
    ----------
    without
        Names of options that the command does not have.

    Raises
    ------
    ValueError
        If there is no option of a name, or the command has no ``**options``.

    Examples
    --------
    >>> @take_network_options(without=["weight"])
    ... def count(folder: str, **options: object) -> None: ...
    >>> list(signature(count).parameters)[:4]
    ['folder', 'tier', 'level', 'expand']
    """
    shared = dict(signature(_options).parameters)
    for name in without:
        if name not in shared:
            raise ValueError(f"{name!r} is no network option")
    return take_options({name: option for name, option in shared.items() if name not in without})


def take_options(shared: Mapping[str, Parameter]) -> Callable[[_Command], _Command]:
    """Return a decorator that puts options that several commands share in the place of a command's ``**options``.

    Parameters
    ----------
    shared
        The options, as typer reads them off a function's signature, by name.

    Raises
    ------
    ValueError
        If a command has no ``**options``.
    """

    def complete(command: _Command) -> _Command:
        given = signature(command).parameters.values()
        own = {parameter.name: parameter for parameter in given if parameter.kind is not Parameter.VAR_KEYWORD}
        if len(own) == len(given):
            raise ValueError("the command has no **options that the shared options could go into")
        command.__annotations__ = {name: parameter.annotation for name, parameter in own.items()}
        hints = get_type_hints(command, include_extras=True)
        parameters = [parameter.replace(annotation=hints[name]) for name, parameter in own.items()]
        command.__dict__["__signature__"] = Signature([*parameters, *shared.values()])
        command.__annotations__ = hints | {name: option.annotation for name, option in shared.items()}
        return command

    return complete


def say_empty(*, n_found: int) -> None:
    """Say that no pair fits the options, and end with exit status 1, if nothing was found.

    Raises
    ------
    typer.Exit
        If `n_found` is 0.
    """
    if n_found == 0:
        typer.echo("kg: no pair of genes fits these options", err=True)
        raise typer.Exit(1)
