"""The table of grades of a build: a row for each candidate gene of each mention, and what is left above a grade."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from kg.authority.audit.grading import GRADES
from kg.errors import BuildError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

    from kg.authority.audit.run import Tables, Verdict

__all__ = ["GRADES_TABLE", "check_grade", "keep_graded", "write_grades"]

GRADES_TABLE = "grades"
"""The table's name; `figid`, `mention` and `ncbigene` join it to `candidates`, whose rows can repeat a gene."""

_ROWS_AT_ONCE = 50_000


def write_grades(verdicts: Iterable[Verdict], path: Path) -> dict[str, int]:
    """Write the table of grades as Parquet, in the order of the verdicts, and return how many have each grade.

    Columns ``figid``, ``mention``, ``ncbigene``, ``score`` (0 to 1), ``grade`` and ``reasons`` (as the TSV has them).

    Parameters
    ----------
    verdicts
        As `kg.authority.audit.audit` yields them; few are held at a time.
    path
        The file; parts of it stand beside it until it is whole.
    """
    import polars as pl

    schema = {
        "figid": pl.String(),
        "mention": pl.Int64(),
        "ncbigene": pl.String(),
        "score": pl.Float64(),
        "grade": pl.String(),
        "reasons": pl.String(),
    }
    counts: Counter[str] = Counter()
    parts: list[Path] = []
    waiting = iter(verdicts)
    while True:
        some = list(islice(waiting, _ROWS_AT_ONCE))
        if parts and not some:
            break
        counts.update(v.grade for v in some)
        columns = (
            [v.figid for v in some],
            [v.mention for v in some],
            [v.entrez for v in some],
            [v.score for v in some],
            [v.grade for v in some],
            _reasons(some),
        )
        parts.append(path.with_name(f".{path.stem}-{len(parts):05}.arrow"))
        rows = pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
        rows.write_ipc(parts[-1], compression="lz4")
    pl.scan_ipc(parts).sink_parquet(path, compression="zstd", row_group_size=16_384, maintain_order=True)
    for part in parts:
        part.unlink()
    return {grade: counts[grade] for grade in GRADES}


def _reasons(verdicts: Iterable[Verdict]) -> list[str]:
    """Return the reasons of verdicts as text; those of a family's members are one object, made once."""
    found: list[str] = []
    signals, text = None, ""
    for verdict in verdicts:
        if verdict.signals is not signals:
            signals, text = verdict.signals, verdict.reasons
        found.append(text)
    return found


def check_grade(grade: str) -> None:
    """Refuse what is no grade.

    Raises
    ------
    QueryError
        If it is none of `GRADES`.
    """
    if grade not in GRADES:
        raise QueryError(f"grade {grade!r} is not known; take one of {', '.join(GRADES)}")


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
    try:
        grades = tables.scan(GRADES_TABLE)
    except BuildError as error:
        raise BuildError(f"{error}, with --audit, which grades it") from error
    kept = grades.filter(pl.col("grade").is_in(GRADES[: GRADES.index(min_grade) + 1]))
    return candidates.join(kept, on=["figid", "mention", "ncbigene"], how="semi", maintain_order="left")
