"""``kg network`` and ``kg centrality``: genes that are drawn together."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from kg.cli.application import MANY, BuildFolder, Output, app

__all__ = ["centrality", "network"]

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
    Literal["count", "fractional"] | None,
    typer.Option(help="The edge weight; by default `fractional` with --expand fractional, else `count`."),
]
Organism = Annotated[
    str | None, typer.Option(metavar="TAXON", help="Only genes of this species: NCBI Taxonomy id or name.")
]
Since = Annotated[int | None, typer.Option(metavar="YEAR", help="Only papers of this year or later.")]
Until = Annotated[int | None, typer.Option(metavar="YEAR", help="Only papers of this year or earlier.")]
MinCount = Annotated[
    int, typer.Option(metavar="N", min=1, max=MANY, help="Only pairs that stand in at least N figures or papers.")
]


@app.command()
def network(
    folder: BuildFolder,
    output: Output = "-",
    tier: Tier = "all",
    level: Level = "figure",
    expand: Expand = "fractional",
    weight: Weight = None,
    organism: Organism = None,
    since: Since = None,
    until: Until = None,
    min_count: MinCount = 1,
) -> None:
    """Write the gene co-occurrence network: .tsv, .csv, .parquet or .graphml."""
    from kg.api import read_build
    from kg.network import write_network

    graph = read_build(folder).cooccurrence(
        tier=tier,
        level=level,
        expand=expand,
        weight=weight,
        organism=organism,
        since=since,
        until=until,
        min_count=min_count,
    )
    write_network(graph, sys.stdout if output == "-" else output)
    _say_empty(n_found=graph.number_of_edges())
    if output != "-":
        typer.echo(f"{output}: {len(graph):,} nodes, {graph.number_of_edges():,} pairs", err=True)


@app.command()
def centrality(
    folder: BuildFolder,
    output: Output = "-",
    tier: Tier = "all",
    level: Level = "figure",
    expand: Expand = "fractional",
    weight: Weight = None,
    organism: Organism = None,
    since: Since = None,
    until: Until = None,
    min_count: MinCount = 1,
) -> None:
    """Write the centrality of each gene in the co-occurrence network: .tsv, .csv or .parquet."""
    from kg.api import read_build
    from kg.network import write_table

    table = read_build(folder).centrality(
        tier=tier,
        level=level,
        expand=expand,
        weight=weight,
        organism=organism,
        since=since,
        until=until,
        min_count=min_count,
    )
    write_table(table, sys.stdout if output == "-" else output)
    _say_empty(n_found=len(table))


def _say_empty(*, n_found: int) -> None:
    if n_found == 0:
        typer.echo("kg: no pair of genes fits these options", err=True)
        raise typer.Exit(1)
