"""The table of grades of a build: a row for each candidate gene of each mention, and what is left above a grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.authority.audit.auditor import Verdict
from kg.authority.audit.curation import genes_meant
from kg.authority.audit.grading import GRADES
from kg.authority.audit.run import read_decisions, read_slices
from kg.authority.audit.subject import Signal
from kg.errors import BuildError, check_choice
from kg.folder import GRADES_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from kg.authority.audit.run import Tables

__all__ = ["check_grade", "keep_graded", "read_grades"]


def read_grades(folder: Tables) -> Iterator[Verdict]:
    """Yield the verdicts that a build was made with, in the order of `kg.authority.audit.audit`.

    Parameters
    ----------
    folder
        A build with grades; its tables are read some figures at a time.

    Raises
    ------
    BuildError
        If the build has no grades.
    """
    import polars as pl

    # A decision on a gene itself counts before one that puts it in the place of another.
    on_gene = {figid: genes_meant(decided) | decided for figid, decided in read_decisions(folder).items()}
    grades = _grades(folder)
    for figures, candidates in read_slices(folder):
        figids = figures.get_column("figid")
        own = pl.col("figid").is_between(pl.lit(figids[0]), pl.lit(figids[-1]))
        rows = grades.filter(own).collect().join(candidates, on=["figid", "mention", "ncbigene"], maintain_order="left")
        columns = ("figid", "mention", "word", "matched_symbol", "lexicon", "symbol", "ncbigene", "score", "grade")
        for *values, reasons in rows.select(*columns, "reasons").iter_rows():
            signals = tuple(Signal(*reason.split(": ", 1)) for reason in reasons)
            yield Verdict._make((*values, signals, on_gene.get(values[0], {}).get((values[1], values[6]))))


def _grades(folder: Tables) -> pl.LazyFrame:
    if not folder.has(GRADES_TABLE):
        raise BuildError("the build has no grades; build the folder again with --audit, which grades it")
    return folder.scan(GRADES_TABLE)


def check_grade(grade: str) -> None:
    """Refuse what is no grade.

    Raises
    ------
    QueryError
        If it is none of `GRADES`.
    """
    check_choice("grade", grade, GRADES)


def keep_graded(tables: Tables, candidates: pl.LazyFrame, min_grade: str) -> pl.LazyFrame:
    """Return the candidates that have a grade or a better one, in their order.

    Raises
    ------
    QueryError
        If it is no grade.
    BuildError
        If the build has no grades.
    """
    import polars as pl

    check_grade(min_grade)
    kept = _grades(tables).filter(pl.col("grade").is_in(GRADES[: GRADES.index(min_grade) + 1]))
    return candidates.join(kept, on=["figid", "mention", "ncbigene"], how="semi", maintain_order="left")
