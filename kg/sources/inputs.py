"""What the user named: files, folders, archives, patterns and pipes, and what each is called in names and problems."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kg.errors import SourceError
from kg.sources.archives import ARCHIVE_SUFFIXES
from kg.sources.trees import join, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["STANDARD_INPUT", "Kind", "Place", "find_places"]

STANDARD_INPUT = "standard input"

Kind = Literal["file", "folder", "archive", "pipe", "standard input", "missing"]
"""What a path leads to; missing is a link to nothing that a pattern matched."""

_MAGIC = re.compile(r"[*?[]")


class Place(NamedTuple):
    """One thing to look into.

    Attributes
    ----------
    path
        Absolute, with ``/`` between the parts.
    kind
        What it is.
    shown
        What it is called, and what stands before the names of its parts; empty where it is the only input.
    label
        What the input that it belongs to is called; empty where that is the only one.
    """

    path: str
    kind: Kind
    shown: str
    label: str


class _Input(NamedTuple):
    """One input: the path that names are relative to, and what it stands for."""

    root: str
    paths: tuple[tuple[str, Kind], ...]


def find_places(inputs: Iterable[str]) -> list[Place]:
    """Return what the inputs stand for, sorted by what it is called, whatever their order.

    Parameters
    ----------
    inputs
        Paths, patterns (where nothing has that path), and ``-``.

    Raises
    ------
    SourceError
        If a path does not exist or cannot be opened, or a pattern matches nothing.
    """
    found = dict.fromkeys(_input(given) for given in inputs)
    labels = _labels([item.root for item in found]) if len(found) > 1 else {item.root: "" for item in found}
    places = set()
    for root, paths in found:
        label = labels[root]
        for path, kind in paths:
            rest = path.removeprefix(root).lstrip("/")
            places.add(Place(path, kind, join(label, rest) if rest else label, label))
    return sorted(places, key=lambda place: (place.shown, place.path))


def _input(given: str) -> _Input:
    if given == "-":
        return _Input(STANDARD_INPUT, ((STANDARD_INPUT, "standard input"),))
    kind = _kind(given)
    if kind != "missing":
        path = _absolute(given)
        return _Input(path, ((path, kind),))
    if os.path.lexists(given):
        raise SourceError(f"{show(given)}: a link to a file that does not exist; mend the link or leave it out")
    pattern = given.replace(os.sep, "/")
    if not _MAGIC.search(pattern):
        raise SourceError(f"{show(given) or repr(given)}: no such file or folder; check the path")
    if folder := re.fullmatch(r"(.*?)(?:(?<![^/])\*\*/*)+", pattern, re.DOTALL):
        return _input(folder[1] or ".")  # `X/**` is all of X, and that is X
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - pathlib takes no absolute pattern
    if not matches:
        raise SourceError(f"{show(given)}: the pattern matches no file; check it against what is in the folder")
    above, slash, _ = _MAGIC.split(pattern, maxsplit=1)[0].rpartition("/")
    return _Input(_absolute(above or slash or "."), tuple((_absolute(path), _kind(path)) for path in matches))


def _kind(path: str) -> Kind:
    if not path:  # which `Path` takes for the working folder
        return "missing"
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return "missing"
    except OSError as error:
        reason = f"cannot be opened ({error.strerror}); check the path and its rights"
        raise SourceError(f"{show(path)}: {reason}") from error
    if stat.S_ISDIR(mode):
        return "folder"
    if not stat.S_ISREG(mode):
        return "pipe"
    return "archive" if path.lower().endswith(ARCHIVE_SUFFIXES) else "file"


def _absolute(path: str) -> str:
    # What `..` means depends on links, so it is resolved; other links keep the name that the user gave.
    given = Path(path)
    return (given.resolve() if ".." in given.parts else given.absolute()).as_posix()


def _labels(roots: Sequence[str]) -> dict[str, str]:
    """Return what each root is called: its last part, with as many of those above it as tell it from the others."""
    parts = {root: root.strip("/").split("/") for root in roots}
    depths = dict.fromkeys(parts, 1)
    while True:
        labels = {root: "/".join(parts[root][-depth:]) for root, depth in depths.items()}
        counts = Counter(labels.values())
        clashing = {label for label, n_roots in counts.items() if n_roots > 1}
        for label in counts:  # nor may one be a folder above another: `a` with `b.md` in it, and `a/b.md`
            above = {label[:i] for i, letter in enumerate(label) if letter == "/"} & counts.keys()
            if above:
                clashing |= above | {label}
        deeper = [root for root in depths if labels[root] in clashing and depths[root] < len(parts[root])]
        if not deeper:
            return labels
        for root in deeper:
            depths[root] += 1
