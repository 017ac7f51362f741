"""The problems of a build, each once and in order; on disk where they are many."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kg.errors import Problem, Severity
from kg.scratch import open_scratch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Problems"]


class Problems:
    """A sorted set of problems: by file, line, path, reason, value and severity."""

    def __init__(self) -> None:
        self._scratch = open_scratch(
            "problems (file TEXT, line INTEGER, path TEXT, reason TEXT, value TEXT, severity TEXT)"
        )

    def add(self, problems: Iterable[Problem]) -> None:
        """Add problems, in any order."""
        rows = ((p.file, p.line, p.path, p.reason, p.value, p.severity.value) for p in problems)
        self._scratch.executemany("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)", rows)

    def __iter__(self) -> Iterator[Problem]:
        """Yield each problem once."""
        columns = "severity, file, line, path, value, reason"
        order = "file, IFNULL(line, 0), path, reason, value, severity"
        for severity, *rest in self._scratch.execute(f"SELECT DISTINCT {columns} FROM problems ORDER BY {order}"):  # noqa: S608 - constants
            yield Problem(Severity(severity), *rest)

    def counts(self) -> Counter[str]:
        """Return how many different problems there are of each severity."""
        distinct = "SELECT DISTINCT * FROM problems"
        rows = self._scratch.execute(f"SELECT severity, COUNT(*) FROM ({distinct}) GROUP BY severity")  # noqa: S608 - constants
        return Counter(dict(rows))
