"""``kg network``: genes that are drawn together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from kg.cli.application import BuildFolder, MinGrade, app, open_build
from kg.cli.network_options import say_empty, take_network_options

if TYPE_CHECKING:
    from typing import Unpack

    from kg.network import NetworkOptions

__all__ = ["network"]

Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Where to write, in the format of the suffix; may be given again. - is standard output, the default.",
    ),
]
Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw it as .png or .svg; needs `pip install 'pfocr-kg[plot]'`.")
]


Sets = Annotated[
    Path | None,
    typer.Option(
        metavar="SETS.gmt",
        help="Print how well each tier, expansion and weight agrees with a library of gene sets, instead.",
    ),
]


@app.command()
@take_network_options()
def network(
    folder: BuildFolder,
    output: Outputs = None,
    plot: Plot = None,
    evaluate: Sets = None,
    min_grade: MinGrade = None,
    **options: Unpack[NetworkOptions],
) -> None:
    """Write the gene co-occurrence network: .tsv, .csv, .parquet, .graphml, .gexf, .cyjs, .cx2, .ttl, .nt or .kgx."""
    from kg.network import EvaluationOptions, describe_file, plot_network, write_network, write_table

    build = open_build(folder, min_grade)
    if evaluate is not None:
        # Tiers, expansions and weights are what is compared; the other options hold for all.
        kept = {name: value for name, value in options.items() if name in EvaluationOptions.__annotations__}
        write_table(build.evaluate(evaluate, **cast("Any", kept)), sys.stdout)
        if not output and plot is None:
            return
    targets = output or ([] if plot else ["-"])
    frames = build.cooccurrence_frames(**options)
    for target in targets:
        write_network(frames, sys.stdout if target == "-" else target, folder=build)
    say_empty(n_found=frames.pairs.height)
    if plot is not None:
        plot_network(frames, plot)
    for path in (target for target in targets if target != "-"):
        typer.echo(f"{path}: {describe_file(frames, path)}", err=True)
    if plot is not None:
        typer.echo(f"{plot}: drawn of {frames.nodes.height:,} nodes and {frames.pairs.height:,} pairs", err=True)
