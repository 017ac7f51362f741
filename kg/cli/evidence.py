"""``kg explain``, ``kg trends`` and ``kg enrich``: what stands behind a pair, which pairs rise, where a list stands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.cli.application import MANY, AsJson, BuildFolder, HgncFile, MinGrade, Output, app, open_build
from kg.cli.network_options import Level, say_empty, take_network_options
from kg.name_lists import read_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from kg.genes import NotAGene
    from kg.network import PairOptions, SetOptions, TrendOptions

__all__ = ["enrich", "explain", "trends"]

_PIPE = "names themselves can come through a pipe: echo IL6 STAT3 | tr ' ' '\\n' | kg enrich BUILD -"
_N_TOLD = 20  # names of a list that are told on standard error, one a line

GeneName = typer.Argument(metavar="GENE", help="A gene by symbol, alias, NCBI Gene id or IRI.")


@app.command()
@take_network_options(without=["weight", "min_count", "null", "fdr"])
def explain(
    folder: BuildFolder,
    a: Annotated[str, GeneName],
    b: Annotated[str, GeneName],
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    min_grade: MinGrade = None,
    hgnc: HgncFile = None,
    **options: Unpack[PairOptions],
) -> None:
    """Print the figures in which two genes pair, with the words that were read as them, and links."""
    from kg.network import explanation_markdown, render_explanation

    if as_json and markdown:
        raise typer.BadParameter("give --json or --markdown, not both", param_hint="--markdown")
    names = [name.encode("utf-8", "replace").decode() for name in (a, b)]
    found = open_build(folder, min_grade).explain(*names, hgnc=hgnc, **options)
    if as_json:
        typer.echo(found.to_json())
    else:
        typer.echo(explanation_markdown(found) if markdown else render_explanation(found, width=_width()))
    raise typer.Exit(0 if found.figures else 1)


@app.command()
@take_network_options(without=["level", "weight", "min_count", "null", "fdr"])
def trends(
    folder: BuildFolder,
    output: Output = "-",
    by_year: Annotated[bool, typer.Option("--by-year", help="Write a row a pair and year, with its count.")] = False,
    split: Annotated[
        int | None,
        typer.Option(metavar="YEAR", help="The first of the later years.  [default: the one that halves the papers]"),
    ] = None,
    level: Level = "paper",
    min_count: Annotated[
        int, typer.Option(metavar="N", min=1, max=MANY, help="Only pairs of at least N papers or figures in all.")
    ] = 3,
    min_grade: MinGrade = None,
    **options: Unpack[TrendOptions],
) -> None:
    """Write which pairs rise faster than their genes do, from earlier to later years: .tsv, .csv or .parquet."""
    from kg.network import write_table

    build = open_build(folder, min_grade)
    if by_year and split is not None:
        raise typer.BadParameter("the years stand alone with --by-year; leave --split out", param_hint="--split")
    if by_year:
        table = build.pairs_by_year(level=level, min_count=min_count, **options)
    else:
        table = build.trends(split=split, level=level, min_count=min_count, **options)
    write_table(table, sys.stdout if output == "-" else output)
    say_empty(n_found=len(table))


@app.command()
@take_network_options(without=["level", "expand", "weight", "min_count", "collapse_reused", "null", "fdr"])
def enrich(
    folder: BuildFolder,
    genes: Annotated[str, typer.Argument(metavar="GENES", help="A file of genes, one a line; - is standard input.")],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write all sets as .tsv, .csv or .parquet; - is a TSV."),
    ] = None,
    level: Annotated[Literal["figure", "paper"], typer.Option(help="What is ranked.")] = "figure",
    background: Annotated[
        str,
        typer.Option(
            metavar="corpus|FILE|N", help="What chance draws from: the figures' genes, those of a file, or N genes."
        ),
    ] = "corpus",
    min_size: Annotated[
        int, typer.Option(metavar="N", min=1, max=MANY, help="Only figures or papers of at least N genes.")
    ] = 3,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MANY, help="Print only the first N.")] = 20,
    as_json: AsJson = False,
    min_grade: MinGrade = None,
    **options: Unpack[SetOptions],
) -> None:
    """Rank figures, or papers, by how much more of a gene list they hold than chance would put there."""
    from kg.network import enrichment_json, render_enrichment, write_table

    if as_json and output is not None:
        raise typer.BadParameter("give --json or -o, not both", param_hint="-o")
    build = open_build(folder, min_grade)
    found = build.enrich(
        read_names(genes, "GENES", way=_PIPE),
        level=level,
        background=_background(background),
        min_size=min_size,
        limit=limit if output is None else None,
        **options,
    )
    _tell_unknown(found.unknown)
    if output is not None:
        write_table(found.table, sys.stdout if output == "-" else output)
    else:
        shown = (
            enrichment_json(found, limit=limit) if as_json else render_enrichment(found, width=_width(), limit=limit)
        )
        typer.echo(shown)
    if found.table.is_empty():
        typer.echo("kg: no figure or paper of that size holds a gene of the list", err=True)
        raise typer.Exit(1)


def _background(text: str) -> Literal["corpus"] | int | list[str]:
    """Return the background that an option names; a file may be called like a number or ``corpus`` by its folder."""
    if text == "corpus":
        return "corpus"
    return int(text) if text.isascii() and text.isdigit() else read_names(text, "--background", way=_PIPE)


def _tell_unknown(unknown: Iterable[NotAGene]) -> None:
    """Say on standard error which names of a list are no genes, and what may have been meant."""
    told = list(unknown)
    for name in told[:_N_TOLD]:
        typer.echo(f"kg: {name}", err=True)
    if len(told) > _N_TOLD:
        typer.echo(f"kg: and {len(told) - _N_TOLD:,} more names that are no genes; --json lists all", err=True)


def _width() -> int:
    """Return the columns of the terminal, up to 120; 100 in a pipe."""
    import shutil

    return min(120, shutil.get_terminal_size((100, 24)).columns)
