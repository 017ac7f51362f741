"""What can go wrong: one record for a problem in the data, one tree of exceptions for the caller.

The tree::

    KgError                     every error that is the input's, the user's or the machine's
    ├── SourceError             an input that cannot be opened, or none at all
    ├── ParseError              a document that cannot be read; lists its problems
    ├── BuildError              a build folder that cannot be written, or is not one
    ├── NotFoundError           nothing under that name in this build
    ├── QueryError              a query that is wrong
    │   ├── QueryRefusedError   one that is not allowed
    │   └── QueryLimitError     one that takes more time, memory or bytes than it may
    └── ExportError             a target that cannot be written, or does not hold what it should
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    "BuildError",
    "ExportError",
    "KgError",
    "NotFoundError",
    "ParseError",
    "Problem",
    "QueryError",
    "QueryLimitError",
    "QueryRefusedError",
    "Severity",
    "SourceError",
    "check_choice",
]


class Severity(StrEnum):
    """How much of the input a problem costs, worst first."""

    FILE_SKIPPED = "file skipped"
    ROW_SKIPPED = "row skipped"
    WARNING = "warning"


class Problem(NamedTuple):
    """One thing that is wrong, or odd, in the input.

    Attributes
    ----------
    severity
        What it costs: the whole file, one row, or nothing.
    file
        The document, relative to the input's root, with ``/`` between the parts.
    line
        The line in that file, counted from 1; None where no line can be named.
    path
        Where in the document: ``genes[3].entrez`` is the field of the fourth row; empty for the whole file.
    value
        The offending value as the file has it, shortened to 200 characters.
    reason
        One sentence: what is wrong and what to do.

    Examples
    --------
    >>> print(Problem(Severity.WARNING, "a.md", 3, "year", "in press", "not a year of four digits; left out"))
    a.md:3: warning: year: 'in press': not a year of four digits; left out
    """

    severity: Severity
    file: str
    line: int | None
    path: str
    value: str
    reason: str

    def __str__(self) -> str:
        """Return the problem on one line, as compilers do: place, severity, path, value, reason."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        value = repr(self.value) if self.value else ""
        return ": ".join(part for part in (place, self.severity.value, self.path, value, self.reason) if part)


class KgError(Exception):
    """Base of every error that a user can cause and mend; its text is one sentence."""


class SourceError(KgError):
    """An input does not exist, cannot be opened, or holds nothing to read."""


class ParseError(KgError):
    """A document cannot be read.

    Parameters
    ----------
    problems
        Every problem of the document, the fatal one last; at least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(str(self.problems[-1]))

    def __reduce__(self) -> tuple[type[ParseError], tuple[tuple[Problem, ...]]]:
        """Return what pickle needs to carry the error out of a worker."""
        return (type(self), (self.problems,))


class BuildError(KgError):
    """A build folder cannot be written, or a folder is not one."""


class NotFoundError(KgError):
    """Nothing in the build has that name."""


class QueryError(KgError):
    """A query is malformed, or asks for what is not allowed."""


class QueryRefusedError(QueryError):
    """A query asks for what is never allowed: another service, or a change of the data."""


class QueryLimitError(QueryError):
    """A query took more than it may.

    Parameters
    ----------
    message
        One sentence.
    limit
        Of what: ``time``, ``memory`` (its process died), or ``bytes`` or ``rows`` of the answer.
    """

    def __init__(self, message: str, limit: Literal["time", "memory", "bytes", "rows"]) -> None:
        self.limit = limit
        super().__init__(message)


class ExportError(KgError):
    """A target cannot be written, or does not hold what it should."""


def check_choice(name: str, value: object, known: Collection[str]) -> None:
    """Check that an option has one of the values that it knows.

    Raises
    ------
    QueryError
        If not; it names them all.

    Examples
    --------
    >>> check_choice("level", "page", ["figure", "paper"])
    Traceback (most recent call last):
    kg.errors.QueryError: level 'page' is not known; take one of figure, paper
    """
    if value not in known:
        raise QueryError(f"{name} {value!r} is not known; take one of {', '.join(known)}")
