"""What the audit and curators say of one figure's mentions, and how many mentions of a build have each grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.folder import GRADES_TABLE
from kg.summary.records import DecisionSummary, GradeCount, VerdictSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from kg.authority.audit import Decision
    from kg.folder import Folder

__all__ = ["count_decisions", "count_grades", "read_verdicts"]


class _OneFigure:
    """A build's tables with the rows of one figure alone."""

    def __init__(self, folder: Folder, figid: str) -> None:
        self._folder, self._figid = folder, figid

    def scan(self, table: str) -> pl.LazyFrame:
        import polars as pl

        return self._folder.scan(table).filter(pl.col("figid") == self._figid)

    def has(self, table: str) -> bool:
        return self._folder.has(table)


def read_verdicts(folder: Folder, figid: str) -> Mapping[tuple[int, str], VerdictSummary]:
    """Return the verdicts on a figure's genes, by the mention's number and the gene; none without an audit.

    Raises
    ------
    BuildError
        If the build lacks a table.
    """
    if not folder.has(GRADES_TABLE):
        return {}
    from kg.authority.audit import read_grades

    return {
        (verdict.mention, verdict.entrez): VerdictSummary(
            verdict.grade,
            verdict.score,
            tuple(f"{signal.name}: {signal.text}" for signal in verdict.signals),
            _decision(verdict.decision),
        )
        for verdict in read_grades(_OneFigure(folder, figid))
    }


def _decision(decision: Decision | None) -> DecisionSummary | None:
    return None if decision is None else DecisionSummary(**decision._asdict())


def count_grades(folder: Folder) -> tuple[GradeCount, ...]:
    """Return how many mentions and candidate genes have each grade, the best first; none without an audit."""
    if not folder.has(GRADES_TABLE):
        return ()
    import polars as pl

    from kg.authority.audit import GRADES

    ordered = folder.scan(GRADES_TABLE).select("figid", "mention", pl.col("grade").cast(pl.Enum(GRADES)))
    best = ordered.group_by("figid", "mention").agg(pl.col("grade").min())
    mentions, genes = (
        dict(frame.rows())
        for frame in pl.collect_all(
            [rows.group_by("grade").agg(pl.len()) for rows in (best, ordered)], engine="streaming"
        )
    )
    return tuple(GradeCount(grade, mentions.get(grade, 0), genes.get(grade, 0)) for grade in GRADES)


def count_decisions(folder: Folder) -> tuple[int, dict[str, int]]:
    """Return the number of mentions that curators decided on, and of their decisions by kind; none without an audit."""
    if not folder.has("curations"):
        return 0, {}
    import polars as pl

    from kg.authority.audit.curation import DECISIONS

    rows = folder.scan("curations")
    n_mentions = rows.select(pl.struct("figid", "mention").n_unique())
    by_kind = rows.group_by("decision").agg(pl.len())
    n, counts = pl.collect_all([n_mentions, by_kind])
    found = dict(counts.rows())
    return n.item(), {decision: found.get(decision, 0) for decision in DECISIONS}
