"""The application that every command joins, and the options and the progress bar that several share."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Task

    from kg.api import Build

__all__ = ["MANY", "AsJson", "BuildFolder", "HgncFile", "MinGrade", "Output", "app", "open_build", "show_progress"]

MANY = 10**12
"""More than there is of anything."""

app = typer.Typer(
    name="kg",
    help="Knowledge graphs from published pathway figures (PFOCR).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


BuildFolder = Annotated[Path, typer.Argument(metavar="BUILD", help="A folder that `kg build` wrote.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HgncFile = Annotated[
    str | None,
    typer.Option(
        "--hgnc",
        metavar="FILE",
        help="HGNC's complete set (.txt, .json, also .gz), for names of genes; cached is what `kg hgnc fetch` got.",
    ),
]
MinGrade = Annotated[
    Literal["supported", "plausible", "doubtful", "conflicting"] | None,
    typer.Option(help="Only genes of mentions with this grade or a better one, in a build made with --audit."),
]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - is standard output.")]


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


def open_build(folder: Path, min_grade: str | None) -> Build:
    """Return a build, without the candidate genes below a grade if there is one."""
    from kg.api import read_build

    build = read_build(folder)
    return build if min_grade is None else build.with_min_grade(min_grade)


@contextmanager
def show_progress(what: str = "figures", *, quiet: bool) -> Iterator[Callable[[int, int | None], None] | None]:
    """Give a function that moves a progress bar on a terminal; None in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, ProgressColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    description, bar, *_ = Progress.get_default_columns()
    columns = (description, bar, MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        # Until the first call, while the documents are looked for and listed, the bar only moves.
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
