"""``kg hgnc``: HGNC's table of human genes on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.application import app

__all__ = ["fetch"]

hgnc = typer.Typer(no_args_is_help=True, help="Download HGNC's table of human genes.")
app.add_typer(hgnc, name="hgnc")


@hgnc.callback()
def main() -> None:
    """Download HGNC's table of human genes."""


@hgnc.command()
def fetch(
    url: Annotated[str | None, typer.Option(metavar="URL", help="Another address of the complete set.")] = None,
) -> None:
    """Download HGNC's complete set from genenames.org, for --hgnc cached."""
    from kg.authority.hgnc_cache import HGNC_URL, fetch_hgnc

    path, about = fetch_hgnc(url or HGNC_URL)
    typer.echo(path)
    typer.echo(
        f"{about.n_entries:,} entries, {about.n_bytes:,} bytes, {about.fetched}, SHA-256 {about.sha256}", err=True
    )
