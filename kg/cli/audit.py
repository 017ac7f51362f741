"""``kg audit``: how far each mention can be believed."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from kg.cli.application import MANY, BuildFolder, HgncFile, Output, app

__all__ = ["Grade", "audit"]


class Grade(StrEnum):
    """The grades, as `kg.authority.audit.GRADES` names them."""

    SUPPORTED = "supported"
    PLAUSIBLE = "plausible"
    DOUBTFUL = "doubtful"
    CONFLICTING = "conflicting"


@app.command()
def audit(
    folder: BuildFolder,
    output: Output = "-",
    hgnc: HgncFile = None,
    grades: Annotated[
        list[Grade] | None, typer.Option("--grade", help="Only rows of this grade; may be given again.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=MANY, help="Only the N lowest scores.  [default: all; HTML: 2,000]"),
    ] = None,
) -> None:
    """Write how far each candidate gene of a mention can be believed, and why: .tsv, or .html to read and sort."""
    from kg.api import read_build

    target = sys.stdout if output == "-" else output
    chosen = None if grades is None else [grade.value for grade in grades]
    build = read_build(folder)
    is_graded = "audit" in build.manifest["inputs"]
    if not is_graded and hgnc is None and "hgnc" in build.manifest["inputs"].get("authority", {}):
        typer.echo(
            "kg: the build was made with HGNC's table, and is audited without; give --hgnc for the same", err=True
        )
    counts = build.write_audit(target, hgnc=hgnc, grades=chosen, limit=limit)
    sys.stdout.flush()  # the rows come before what is said of them
    said = ", ".join(f"{counts[grade.value]:,} {grade.value}" for grade in Grade)
    typer.echo(f"{sum(counts.values()):,} candidate genes: {said}", err=True)
