"""The command line: each command turns its options into one call of the library, and prints what comes back.

Data goes to standard output, talk to standard error. Exit status: 0 fine, 1 does not conform or nothing found,
2 a wrong option or an error of the input.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.errors import KgError
from kg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kg.errors import Problem

__all__ = ["app"]

MAX_QUERY_BYTES = 10_000_000

MANY = 10**12
"""More than there is of anything."""

PROBLEMS_SHOWN = 20
WARNINGS_SHOWN = 5
"""How many problems ``kg build`` prints of each severity that costs something, and of warnings."""

app = typer.Typer(
    name="kg",
    help="Knowledge graphs from published pathway figures (PFOCR).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class RdfFormat(StrEnum):
    """The RDF files of a build."""

    TURTLE = "turtle"
    N_TRIPLES = "n-triples"
    N_QUADS = "n-quads"
    JSON_LD = "json-ld"


BuildFolder = Annotated[Path, typer.Argument(metavar="BUILD", help="A folder that `kg build` wrote.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - is standard output.")]
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


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kg {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Knowledge graphs from published pathway figures (PFOCR)."""


@app.command()
def build(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Files, folders, globs, .zip and .tar archives; - is standard input."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="BUILD", help="The build folder to write.")],
    formats: Annotated[
        list[RdfFormat] | None,
        typer.Option("--format", help="An RDF file to write; may be given again.  [default: turtle, json-ld]"),
    ] = None,
    compress: Annotated[Literal["gzip", "zstd"] | None, typer.Option(help="Compress the RDF files.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=1024, help="Processes; by default the cores, 1 for few figures."),
    ] = None,
    on_error: Annotated[
        Literal["skip", "raise"],
        typer.Option(help="Leave out what cannot be used and list it, or stop at the first such file or row."),
    ] = "skip",
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=MANY, help="Build only N figures, the first by id.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Build the graph, the tables and the manifest of figures."""
    from kg.api import DEFAULT_FORMATS
    from kg.api import build as build_folder

    if str(output) == "-":
        raise typer.BadParameter("a build is a folder and cannot go into a pipe", param_hint="-o")

    try:
        with _progress(quiet=quiet) as progress:
            made = build_folder(
                *inputs,
                output=output,
                formats=[f.value for f in formats] if formats else DEFAULT_FORMATS,
                compress=compress,
                workers=workers,
                on_error=on_error,
                limit=limit,
                progress=progress,
            )
    except KeyboardInterrupt:
        typer.echo(f"kg: interrupted; {output} is as it was before", err=True)
        raise
    if not quiet:
        _say_problems(made.problems)
        counts = made.counts
        typer.echo(
            f"{output}: {counts['figures']:,} figures, {counts['papers']:,} papers, "
            f"{counts['mentions']:,} gene mentions, {counts['genes']:,} genes",
            err=True,
        )


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that moves a progress bar on a terminal; None in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    with Progress(
        *Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn(), console=console
    ) as bar:
        task = bar.add_task("figures", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say_problems(problems: Sequence[Problem]) -> None:
    """Print the costliest problems, and how many there are of each kind."""
    from kg.errors import Severity
    from kg.terminal import visible

    by_severity = {severity: [p for p in problems if p.severity is severity] for severity in Severity}
    for severity, found in by_severity.items():
        shown = PROBLEMS_SHOWN if severity is not Severity.WARNING else WARNINGS_SHOWN
        for problem in found[:shown]:
            typer.echo(visible(str(problem)), err=True)
        if len(found) > shown:
            typer.echo(f"... {len(found) - shown:,} more: {severity.value}", err=True)
    if problems:
        counts = ", ".join(f"{len(found):,} {severity.value}" for severity, found in by_severity.items() if found)
        typer.echo(f"problems: {counts}; all of them are in tables/problems.parquet and manifest.json", err=True)


@app.command()
def stats(folder: BuildFolder, as_json: AsJson = False) -> None:
    """Print what a build holds: counts, top genes, figures by year."""
    from kg.api import read_build
    from kg.summary import render_stats
    from kg.summary import stats as read_stats

    found = read_stats(read_build(folder))
    typer.echo(found.to_json() if as_json else render_stats(found))


@app.command()
def show(
    folder: BuildFolder,
    name: Annotated[str, typer.Argument(metavar="FIGID|GENE|PMCID", help="A figure, a gene or a paper.")],
    as_json: AsJson = False,
) -> None:
    """Print one figure with its mentions, one gene with its figures, or one paper."""
    from kg.api import read_build
    from kg.summary import render_view
    from kg.summary import show as read_view

    view = read_view(read_build(folder), name.encode("utf-8", "replace").decode())
    typer.echo(view.to_json() if as_json else render_view(view))


@app.command()
def query(
    folder: BuildFolder,
    text: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="SPARQL; - reads standard input.")] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="FILE", help="Read the query from a file.")
    ] = None,
    result_format: Annotated[
        Literal["table", "csv", "tsv", "json", "xml", "turtle", "n-triples"],
        typer.Option("--format", help="How to print the answer."),
    ] = "table",
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, max=MANY, help="Print only N rows.")] = None,
) -> None:
    """Answer a SPARQL query; the usual prefixes need no declaration."""
    from kg.api import read_build
    from kg.rdf.query import write_result

    if text is None and file is None:
        raise typer.BadParameter("give a query, or -f FILE, or - for standard input", param_hint="QUERY")
    if text is not None and file is not None:
        raise typer.BadParameter("give a query or -f FILE, not both", param_hint="QUERY")
    if text is not None and " " not in text and Path(text).is_file():
        raise typer.BadParameter(f"that is a file; to read the query from it: -f {text}", param_hint="QUERY")
    asked = sys.stdin.read() if "-" in (text, str(file)) else text if file is None else _read_text(file)
    write_result(read_build(folder).query(str(asked), limit=limit), sys.stdout.buffer, result_format)


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_QUERY_BYTES + 1)
        if len(data) > MAX_QUERY_BYTES:
            raise KgError(f"{path}: larger than {MAX_QUERY_BYTES:,} bytes, so it is not a query")
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"{path}: cannot be read: {error}") from error


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


@app.command()
def check(
    folder: BuildFolder,
    recommended: Annotated[bool, typer.Option("--recommended", help="Also what should hold.")] = False,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=1024, help="Processes; by default the cores.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a build's graph against the SHACL shapes, and its parts against each other."""
    from kg.api import read_build
    from kg.check import check as check_folder

    with _progress(quiet=as_json) as progress:
        report = check_folder(read_build(folder), recommended=recommended, workers=workers, progress=progress)
    typer.echo(report.to_json() if as_json else str(report))
    raise typer.Exit(0 if report.conforms else 1)


@app.command(name="export")
def export_command(
    folder: BuildFolder,
    export_format: Annotated[str, typer.Argument(metavar="FORMAT", help="jsonld-blocks: the schema.org blocks.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="A .jsonl file, or a folder of one file a figure.")
    ],
    regenerate: Annotated[
        bool, typer.Option("--regenerate", help="Make every block again, also where the file embeds one.")
    ] = False,
) -> None:
    """Write a build in another tool's format."""
    from kg.api import read_build
    from kg.export import EXPORTS

    if str(output) == "-":
        raise typer.BadParameter("several files cannot go into a pipe; give a folder or a .jsonl file", param_hint="-o")
    if export_format not in EXPORTS:
        raise typer.BadParameter(f"{export_format!r}: there is {', '.join(EXPORTS)}", param_hint="FORMAT")
    n_written = EXPORTS[export_format](read_build(folder), output, regenerate=regenerate)
    typer.echo(f"{output}: {n_written:,} blocks", err=True)
