"""One export from beginning to end: written, and its counts compared with the tables'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.export.counts import compare_counts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.export.property_graph import PropertyGraph
    from kg.export.target import Target

__all__ = ["Exported", "export_graph"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export or a load wrote.

    Attributes
    ----------
    where
        The path, or the address.
    counts
        How many there are of each label and kind of edges, by name.
    differences
        A sentence for each that differs from the tables; none if all is well.
    notes
        A sentence for what was asked for and has no place in the graph.
    """

    where: str
    counts: Mapping[str, int]
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


def export_graph(graph: PropertyGraph, target: Target, path: Path, *, verify: bool = False, **options: Any) -> Exported:
    """Return what was written of a graph in a target's format, compared with the tables.

    Parameters
    ----------
    graph
        The graph of a build, or of a part of it.
    target
        The format.
    path
        The file or folder to write; it is replaced if it holds such an export.
    verify
        Read back what was written, and compare that, instead of what was counted while writing.
    **options
        Those that the target takes.

    Raises
    ------
    ExportError
        If the path is not of the target's kind, or cannot be written.
    BuildError
        If the build lacks a table.

    Examples
    --------
    >>> import kg, pathlib, tempfile
    >>> from kg.export import TARGETS, PropertyGraph
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     graph = PropertyGraph(kg.build("seeds/"))
    ...     made = export_graph(graph, TARGETS["jsonld-blocks"], pathlib.Path(folder, "blocks.jsonl"), verify=True)
    >>> dict(made.counts), made.differences
    ({'blocks': 2}, ())
    """
    target.check_path(path)
    written = target.write(graph, path, **options)
    found = target.read_counts(path) if verify else written
    expected = target.expected(graph)
    counts = {name: found.get(name, 0) for name in (*expected, *(name for name in found if name not in expected))}
    differences = tuple(compare_counts(expected, counts, str(path)))
    return Exported(str(path), counts, differences, tuple(graph.notes()))
