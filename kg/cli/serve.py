"""``kg serve``: SPARQL over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.application import MANY, BuildFolder, app

__all__ = ["serve"]


@app.command()
def serve(
    folder: BuildFolder,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Listen on this address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65_535, help="Port; 0 takes a free one.")] = 8008,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=256, help="Queries at once.  [default: cores + 1]")
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=86_400, help="End a query that takes longer.")
    ] = 30.0,
    max_rows: Annotated[
        int, typer.Option(metavar="N", min=1, max=MANY, help="Refuse answers of more rows or triples.")
    ] = 1_000_000,
    max_bytes: Annotated[
        int, typer.Option(metavar="N", min=1_000, max=2**31, help="Refuse answers of more bytes.")
    ] = 64_000_000,
    origin: Annotated[str, typer.Option(metavar="ORIGIN", help="Whose pages may read answers (CORS).")] = "*",
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Also answer to this name in the Host header.")
    ] = None,
) -> None:
    """Answer SPARQL over HTTP, with a query page and figures by their addresses."""
    from kg.api import read_build
    from kg.serve import Options, is_loopback
    from kg.serve import serve as run

    def say(line: str) -> None:
        typer.echo(line, err=True)

    if not is_loopback(host):
        say(f"warning: {host} can be reached from other machines; there is neither a password nor encryption")
    options = Options(
        host=host,
        port=port,
        workers=workers,
        timeout=timeout,
        max_rows=max_rows,
        max_bytes=max_bytes,
        origin=origin,
        allow_hosts=tuple(allow_host or ()),
    )
    run(read_build(folder), options, say=say)
