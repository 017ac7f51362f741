"""``kg centrality`` and ``kg communities``: what a gene is in the network."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from kg.cli.application import MANY, BuildFolder, MinGrade, Output, app, open_build, show_progress
from kg.cli.network_options import say_empty, take_network_options

if TYPE_CHECKING:
    from typing import Unpack

    import kg.network
    from kg.network import NetworkOptions

__all__ = ["centrality", "communities"]

_N_SHOWN = 10  # communities that are named on standard error


class Measure(StrEnum):
    """The centralities, as `kg.network.MEASURES` names them."""

    DEGREE = "degree"
    STRENGTH = "strength"
    PAGERANK = "pagerank"
    BETWEENNESS = "betweenness"
    EIGENVECTOR = "eigenvector"
    CLOSENESS = "closeness"
    CLUSTERING = "clustering"
    CORE_NUMBER = "core_number"


Measures = Annotated[
    list[Measure] | None,
    typer.Option("--measure", help="A column of the table; repeat it for several. By default all."),
]
Distance = Annotated[
    Literal["hops", "inverse"],
    typer.Option(help="What makes a path short, for betweenness and closeness: few pairs, or pairs of high weight."),
]
Betweenness = Annotated[
    Literal["auto", "exact", "sampled"],
    typer.Option(help="Paths from all nodes, or from 1,024; by default all, but of very large networks."),
]
Algorithm = Annotated[
    Literal["louvain", "leiden"],
    typer.Option(help="Leiden is faster and finds better communities; it needs `pip install 'pfocr-kg[leiden]'`."),
]
Resolution = Annotated[
    float, typer.Option(metavar="R", min=1e-9, max=1e9, help="Above 1 for smaller communities, below 1 for larger.")
]
Runs = Annotated[
    int,
    typer.Option("--runs", metavar="N", min=1, max=MANY, help="Runs, of which the best counts; see how they agree."),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**31, help="Another seed for what is drawn at random.")]


@app.command()
@take_network_options()
def centrality(
    folder: BuildFolder,
    output: Output = "-",
    measures: Measures = None,
    distance: Distance = "hops",
    betweenness: Betweenness = "auto",
    seed: Seed = 0,
    min_grade: MinGrade = None,
    **options: Unpack[NetworkOptions],
) -> None:
    """Write the centralities of each gene in the co-occurrence network: .tsv, .csv or .parquet."""
    from kg.network import write_table

    chosen = None if measures is None else cast("list[kg.network.Measure]", [measure.value for measure in measures])
    build = open_build(folder, min_grade)
    with show_progress("nodes", quiet=False) as progress:
        table = build.centrality(
            measures=chosen, distance=distance, betweenness=betweenness, seed=seed, progress=progress, **options
        )
    write_table(table, sys.stdout if output == "-" else output)
    say_empty(n_found=len(table))


@app.command()
@take_network_options()
def communities(
    folder: BuildFolder,
    output: Output = "-",
    algorithm: Algorithm = "louvain",
    resolution: Resolution = 1.0,
    n_runs: Runs = 5,
    seed: Seed = 0,
    min_grade: MinGrade = None,
    **options: Unpack[NetworkOptions],
) -> None:
    """Write the community of each gene in the co-occurrence network: .tsv, .csv, .parquet, .json, or .gmt as sets."""
    from kg.network import write_communities

    build = open_build(folder, min_grade)
    with show_progress("runs", quiet=False) as progress:
        found = build.communities(
            algorithm=algorithm, resolution=resolution, n_runs=n_runs, seed=seed, progress=progress, **options
        )
    write_communities(found, sys.stdout if output == "-" else output)
    say_empty(n_found=len(found.communities))
    for line in found.to_lines(_N_SHOWN):
        typer.echo(line, err=True)
