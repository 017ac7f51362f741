"""What a format of ``kg export`` is: one record, from which the command, the registry and the docs are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from kg.export.property_graph import PropertyGraph

__all__ = ["Target", "is_export", "tables_counts"]

# What somebody gives who takes a folder for a file.
_OF_FILES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".gmt", ".parquet", ".cypher", ".xlsx", ".gz", ".zip")


def tables_counts(graph: PropertyGraph) -> Mapping[str, int]:
    """Return how many of each label and kind the tables have: what most targets must hold."""
    return graph.counts()


@dataclass(frozen=True, slots=True)
class Target:
    """A format that a build is exported to.

    Attributes
    ----------
    name
        As ``kg export`` takes it.
    description
        What it is for, in a few words without a full stop.
    suffixes
        What the name of a file ends in; the target is a file, but for `folder`.
    limits
        What the format cannot hold, and what stands there instead: whole sentences; empty if nothing is lost.
    write
        Writes a graph to a path, whole or not at all, with the options by name, and returns how many of each label and
        kind were written.
    read_counts
        Reads it back, and returns how many of each label and kind there are.
    folder
        Whether a name with another suffix, or none, is a folder of files.
    expected
        How many there must be, asked of the tables.
    options
        The options of ``kg export`` that it takes beside those of the selection.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    limits: str
    write: Callable[..., Mapping[str, int]]
    read_counts: Callable[[Path], Mapping[str, int]]
    folder: bool = False
    expected: Callable[[PropertyGraph], Mapping[str, int]] = tables_counts
    options: tuple[str, ...] = ()

    @property
    def output(self) -> str:
        """What ``-o`` names, for people.

        Examples
        --------
        >>> from kg.export import TARGETS
        >>> TARGETS["jsonld-blocks"].output
        'a folder or a .jsonl file'
        """
        files = [f"a {' or '.join(self.suffixes)} file"] if self.suffixes else []
        return " or ".join((["a folder"] if self.folder else []) + files)

    def check_path(self, path: Path) -> None:
        """Refuse a path that another format would have.

        Raises
        ------
        ExportError
            If the target is a file only, and the suffix is none of its own; or a folder only, and the name is a file's.
        """
        name = path.name.lower()
        is_anothers = not name.endswith(self.suffixes) if self.suffixes else name.endswith(_OF_FILES)
        if is_anothers and not (self.folder and self.suffixes):
            raise ExportError(f"{path}: an export to {self.name} is {self.output}; choose such a name")


def is_export(path: Path, names: Collection[str], mark: str) -> bool:
    """Return whether a folder is one that an export wrote, so that another may take its place.

    Parameters
    ----------
    path
        The folder.
    names
        The files that an export can write, with slashes: it holds no others.
    mark
        The one that every export writes.
    """
    folders = {name.rpartition("/")[0] for name in names}
    return (path / mark).is_file() and all(
        not child.is_symlink() and child.relative_to(path).as_posix() in (folders if child.is_dir() else names)
        for child in path.rglob("*")
    )
