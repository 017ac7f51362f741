"""The problems of a build, each with its kind: how many there are, and all of them or the first."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kg.errors import Problem, QueryError, Severity
from kg.problem_kinds import DECISION_KINDS, PROBLEM_KINDS, problem_kind
from kg.summary.records import KindCount, KnownProblem, ProblemList

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from kg.folder import Folder

__all__ = ["count_kinds", "problems"]


def problems(folder: Folder, *, kinds: Collection[str] = (), n_of_each: int | None = None) -> ProblemList:
    """Return what was wrong or odd in the input of a build, the costliest kinds first.

    Parameters
    ----------
    folder
        The build.
    kinds
        Only problems of these, of `kg.problem_kinds.PROBLEM_KINDS` or of the severities.
    n_of_each
        At most that many of a kind, the first by file and line; the counts are those of all.

    Raises
    ------
    QueryError
        If there is no such kind.
    BuildError
        If the table is missing.

    Examples
    --------
    >>> import kg
    >>> found = problems(kg.build("seeds/"))
    >>> found.counts
    (KindCount(severity='warning', kind='row-twice', n=1),)
    >>> found.problems[0].line
    175
    """
    import polars as pl

    for kind in kinds:
        _check_kind(kind)
    rows = _with_kinds(folder)
    if kinds:
        rows = rows.filter(pl.col("kind").is_in(list(kinds)) | pl.col("severity").is_in(list(kinds)))
    counts = _counts(rows)
    if n_of_each is not None:
        rows = rows.filter(pl.int_range(pl.len()).over("severity", "kind") < n_of_each)
    of_kind: dict[tuple[str, str], list[KnownProblem]] = {(count.severity, count.kind): [] for count in counts}
    for kind, *values in rows.select("kind", *Problem._fields).collect().iter_rows():
        of_kind[values[0], kind].append(KnownProblem(kind, *values))
    return ProblemList(counts, tuple(problem for found in of_kind.values() for problem in found))


def count_kinds(folder: Folder) -> tuple[KindCount, ...]:
    """Return how many problems there are of each kind, as `problems` orders them."""
    return _counts(_with_kinds(folder))


def _check_kind(kind: str) -> None:
    known = [*PROBLEM_KINDS, *(severity.value for severity in Severity)]
    if kind not in known:
        close = difflib.get_close_matches(kind, known)
        meant = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}"
        raise QueryError(f"{kind!r} is no kind of problem; {meant}")


def _with_kinds(folder: Folder) -> pl.LazyFrame:
    """Return the table of problems with their kinds; a reason is looked at once."""
    import polars as pl

    rows = folder.scan("problems")
    reasons = rows.select(pl.col("reason").unique()).collect().to_series()
    kinds = pl.DataFrame([reasons, pl.Series("kind", map(problem_kind, reasons), pl.String)])
    return rows.join(kinds.lazy(), on="reason", how="left", maintain_order="left")


def _counts(rows: pl.LazyFrame) -> tuple[KindCount, ...]:
    import polars as pl

    severities = [severity.value for severity in Severity]
    found = [KindCount(*row) for row in rows.group_by("severity", "kind").agg(pl.len()).collect().iter_rows()]

    def importance(count: KindCount) -> tuple[int, bool, int, int]:
        is_decision = count.kind in DECISION_KINDS
        return severities.index(count.severity), not is_decision, -count.n, PROBLEM_KINDS.index(count.kind)

    return tuple(sorted(found, key=importance))
