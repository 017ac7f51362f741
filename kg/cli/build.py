"""``kg build``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.cli.application import MANY, HgncFile, app, show_progress
from kg.folder import GRAPH_SUFFIXES, MANIFEST

if TYPE_CHECKING:
    from kg.api import Build

__all__ = ["build"]

SHOWN_OF_A_KIND = 3
"""How many problems of each kind ``kg build`` prints."""


@app.command()
def build(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Files, folders, globs, .zip and .tar archives; - is standard input."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="BUILD", help="The build folder to write.")],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="|".join(GRAPH_SUFFIXES),
            help="An RDF file to write, or its suffix (ttl, nt, nq); may be given again.  [default: turtle, json-ld]",
        ),
    ] = None,
    compress: Annotated[Literal["gzip", "zstd"] | None, typer.Option(help="Compress the RDF files.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=1024, help="Processes; by default the cores, 1 for few figures."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler whose workers parse; local starts one on this machine."),
    ] = None,
    on_error: Annotated[
        Literal["skip", "raise"],
        typer.Option(help="Leave out what cannot be used and list it, or stop at the first such file or row."),
    ] = "skip",
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=MANY, help="Build only N figures, the first by id.")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Read only what changed since BUILD was built; the result is the same.")
    ] = False,
    partitions: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=99_999, help="Cut each RDF file into N, and one of what figures share."),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Load an Oxigraph store, too, so that queries start at once.")
    ] = False,
    hgnc: HgncFile = None,
    famplex: Annotated[
        Path | None, typer.Option(metavar="FILE", help="FamPlex's relations.csv, for the entities of families.")
    ] = None,
    current_symbols: Annotated[
        bool, typer.Option("--current-symbols", help="Label genes by the symbols that HGNC approves now.")
    ] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Grade each gene of each mention, for --min-grade.")] = False,
    curation: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="What curators decided: the audit's TSV, filled; may be given again."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Build the graph, the tables and the manifest of figures."""
    from kg.api import DEFAULT_FORMATS
    from kg.api import build as build_folder

    if workers is not None and dask is not None:
        raise typer.BadParameter("give --workers or --dask, not both", param_hint="--dask")
    if current_symbols and hgnc is None:
        raise typer.BadParameter(
            "needs --hgnc FILE, which says what symbols are current", param_hint="--current-symbols"
        )
    if str(output) == "-":
        raise typer.BadParameter("a build is a folder and cannot go into a pipe", param_hint="-o")

    before = _written(output)
    try:
        with show_progress(quiet=quiet) as progress:
            made = build_folder(
                *inputs,
                output=output,
                formats=formats or DEFAULT_FORMATS,
                compress=compress,
                workers=workers,
                on_error=on_error,
                dask=dask,
                limit=limit,
                update=update,
                partitions=partitions,
                store=store,
                hgnc=hgnc,
                famplex=famplex,
                current_symbols=current_symbols,
                audit=audit,
                curation=curation or (),
                progress=progress,
            )
    except KeyboardInterrupt:
        state = "as it was before" if _written(output) == before else "new and whole"
        typer.echo(f"kg: interrupted; {output} is {state}", err=True)
        raise
    if not quiet:
        _say_problems(made)
        counts = made.counts
        kept = f" ({made.n_kept:,} of them unchanged)" if update else ""
        typer.echo(
            f"{output}: {counts['figures']:,} figures{kept}, {counts['papers']:,} papers, "
            f"{counts['mentions']:,} gene mentions, {counts['genes']:,} genes",
            err=True,
        )


def _written(folder: Path) -> tuple[int, int] | None:
    """Return what tells the build in a folder from any other; None where there is none."""
    try:
        manifest = (folder / MANIFEST).stat()
    except OSError:
        return None
    return manifest.st_ino, manifest.st_mtime_ns


def _say_problems(made: Build) -> None:
    """Print the first problems of each kind, the costliest first, and how to see all."""
    from kg.summary import problems
    from kg.terminal import visible

    n_problems: dict[str, int] = made.manifest["problem_counts"]
    counts = ", ".join(f"{n:,} {severity}" for severity, n in n_problems.items() if n)
    if not counts:
        return
    found = problems(made, n_of_each=SHOWN_OF_A_KIND)
    for count in found.counts:
        of_kind = [p for p in found.problems if (p.severity, p.kind) == (count.severity, count.kind)]
        for problem in of_kind:
            typer.echo(visible(str(problem)), err=True)
        if count.n > len(of_kind):
            typer.echo(f"... {count.n - len(of_kind):,} more: {count.severity}, {count.kind}", err=True)
    typer.echo(f"problems: {counts}; kg stats {made.path} --problems lists them all", err=True)
