"""``kg query``: SPARQL."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kg.cli.application import MANY, BuildFolder, app
from kg.errors import KgError
from kg.text import NotTextError, decode_written

if TYPE_CHECKING:
    from kg.folder import Folder

__all__ = ["query", "read_query"]

MAX_QUERY_BYTES = 10_000_000

SLOW_FIGURES = 2_000
"""From so many figures on, loading the RDF file for each query takes more than a second (measured)."""


@app.command()
def query(
    folder: BuildFolder,
    text: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="SPARQL; - reads standard input.")] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="FILE", help="Read the query from a file.")
    ] = None,
    example: Annotated[
        str | None, typer.Option("--example", metavar="NAME", help="Ask one of the queries of `kg examples`.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="K=V", help="A value for the example; may be given again.")
    ] = None,
    result_format: Annotated[
        Literal["table", "csv", "tsv", "json", "xml", "turtle", "n-triples", "rdf-xml", "json-ld"],
        typer.Option("--format", help="How to print the answer."),
    ] = "table",
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, max=MANY, help="Print only N rows.")] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0.001, max=1e6, help="End a query that takes longer.")
    ] = None,
) -> None:
    """Answer a SPARQL query; the usual prefixes need no declaration."""
    from kg.api import read_build
    from kg.rdf.workers import Question, Worker, most_memory

    values = _values(param or [])
    asked = _asked(text, file, example, values)
    build = read_build(folder)
    if example is not None:
        _say_what_lacks(example, build)
    if values:
        from kg.summary.parameters import check_parameters

        check_parameters(build, values)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    question = Question(text=asked, formats=(result_format,), limit=limit, width=width)
    with Worker(build.path, max_memory=most_memory()) as worker:
        for piece in worker.ask(question, timeout=timeout, on_load=lambda: _say_how_to_be_fast(build)):
            sys.stdout.buffer.write(piece)


def _asked(text: str | None, file: Path | None, example: str | None, values: dict[str, str]) -> str:
    """Return the query that the options give in one of four ways."""
    if example is None:
        if values:
            raise typer.BadParameter("only an example has parameters; give --example NAME", param_hint="--param")
        return read_query(text, file, more=("--example NAME",))
    if text is not None or file is not None:
        raise typer.BadParameter("give a query or -f FILE or --example NAME, only one of them", param_hint="QUERY")
    return _from_example(example, values)


def read_query(text: str | None, file: Path | None, *, more: tuple[str, ...] = ()) -> str:
    """Return a command's query: its argument, or what stands in a file or comes from standard input.

    Parameters
    ----------
    text, file
        The argument and the option, of which one is given.
    more
        Other ways to give a query, for the sentence that asks for one.

    Raises
    ------
    KgError
        If the file cannot be read.
    """
    if text is None and file is None:
        ways = ", or ".join(("give a query", "-f FILE", *more, "- for standard input"))
        raise typer.BadParameter(ways, param_hint="QUERY")
    if text is not None and file is not None:
        raise typer.BadParameter("give a query or -f FILE, only one of them", param_hint="QUERY")
    if text is not None and " " not in text and Path(text).is_file():
        raise typer.BadParameter(f"that is a file; to read the query from it: -f {text}", param_hint="QUERY")
    if "-" in (text, str(file)):
        return _decoded(sys.stdin.buffer.read(MAX_QUERY_BYTES + 1), "standard input")
    return _read_text(file) if file is not None else str(text)


def _values(params: list[str]) -> dict[str, str]:
    """Return the values of an example's parameters by their names."""
    values = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            raise typer.BadParameter(f"{param!r}: give NAME=VALUE", param_hint="--param")
        if key in values:
            raise typer.BadParameter(f"{key!r} is given twice; give it once", param_hint="--param")
        values[key] = value
    return values


def _from_example(name: str, values: dict[str, str]) -> str:
    from kg.errors import QueryRefusedError
    from kg.rdf.examples import find_example

    example = find_example(name)
    if example.is_federated:
        raise QueryRefusedError(
            f"the example {name} also asks {example.endpoint}, and kg query never uses the network;"
            f" `kg examples {name}` shows it, to be run elsewhere"
        )
    return example.bind(values)


def _say_what_lacks(name: str, build: Folder) -> None:
    """Say why an example has no rows, where the build was made without what it asks for."""
    from kg.rdf.examples import find_example

    needs = find_example(name).needs
    made_with: dict[str, object] = build.manifest["inputs"].get("audit", {})
    if needs is not None and not (made_with if needs == "audit" else made_with.get(needs)):
        typer.echo(f"kg: the build was made without --{needs}, so the example {name} has no rows", err=True)


def _say_how_to_be_fast(build: Folder) -> None:
    """Say how to make a store, where each query has to load a large build."""
    from kg.store_files import STORE

    if build.manifest["counts"].get("figures", 0) >= SLOW_FIGURES and not (build.path / STORE).is_dir():
        typer.echo(
            f"kg: loading the graph first; with a store queries start at once: kg load {build.path} store", err=True
        )


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _decoded(file.read(MAX_QUERY_BYTES + 1), path)
    except OSError as error:
        raise KgError(f"{path}: cannot be read: {error.strerror or error}") from error


def _decoded(data: bytes, place: str | Path) -> str:
    """Return the text of a query."""
    if len(data) > MAX_QUERY_BYTES:
        raise KgError(f"{place}: larger than {MAX_QUERY_BYTES:,} bytes, so it is not a query")
    try:
        return decode_written(data)
    except NotTextError as error:
        raise KgError(f"{place}:{error.line}: {error}; save the query as plain text, in UTF-8") from error
