"""Figures without a build: the records of files, and their graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.errors import ParseError, Problem, Severity, SourceError

if TYPE_CHECKING:
    import os

    import rdflib

    from kg.api.making import OnError
    from kg.model import Figure

__all__ = ["FigureReader", "read_figures", "to_graph"]


class FigureReader(Iterable["Figure"]):
    """Figures as they are read, in order of their ids; walked as often as one likes.

    Parameters
    ----------
    inputs
        As for `build`, standard input aside.
    on_error
        As for `build`.
    """

    def __init__(self, inputs: tuple[str | os.PathLike[str], ...], on_error: OnError) -> None:
        self._inputs = inputs
        self._on_error = on_error
        self.problems: list[Problem] = []
        """What was wrong or odd in the documents read by the last walk so far."""

    def __iter__(self) -> Iterator[Figure]:
        """Read the documents, one figure at a time."""
        from kg.pipeline import index_documents, read_figure
        from kg.scratch import scratch_errors
        from kg.sources import open_sources

        with scratch_errors(), open_sources(self._inputs) as sources:
            index = index_documents(sources.documents)
            self.problems = []
            self._report([*sources.problems, *index.problems])
            for entry in index:
                try:
                    figure, problems = read_figure(entry)
                except ParseError as error:
                    self._report(error.problems)
                    continue
                self._report(problems)
                yield figure

    def _report(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if self._on_error == "raise" and problem.severity is not Severity.WARNING:
                raise ParseError([problem])
            self.problems.append(problem)


def read_figures(*inputs: str | os.PathLike[str], on_error: OnError = "skip") -> FigureReader:
    """Return the figures of files, folders, globs and archives, to be walked in order of figure id.

    Parameters
    ----------
    *inputs
        As for `build`.
    on_error
        ``skip`` leaves out what cannot be read and lists it in ``problems``; ``raise`` stops there.

    Returns
    -------
    FigureReader
        An iterable of `Figure`, with the list ``problems``.

    Raises
    ------
    SourceError
        While walking, if an input does not exist or none holds a document; at once for ``-``.
    ParseError
        While walking, if `on_error` is ``raise`` and a file or row cannot be used.

    Examples
    --------
    >>> import kg
    >>> [(figure.figid, len(figure.mentions)) for figure in kg.read_figures("seeds/")]
    [('PMC6305783__2185-4610-64-103-g001', 10), ('PMC7048131__12964_2020_527_Fig5_HTML', 18)]
    """
    if "-" in inputs:
        raise SourceError("standard input can be read once only; give read_figures a file, or `build` the `-`")
    return FigureReader(inputs, on_error)


def to_graph(figures: Iterable[Figure]) -> rdflib.Graph:
    """Return an rdflib graph in memory of figures and of all that they refer to.

    Parameters
    ----------
    figures
        In order of their ids, if what they share is to take the same values as in a build.

    Examples
    --------
    >>> import kg
    >>> len(kg.to_graph(kg.read_figures("seeds/"))) == len(kg.build("seeds/").graph())
    True
    """
    from kg.rdf.graph import to_graph as figures_to_graph

    return figures_to_graph(figures)
