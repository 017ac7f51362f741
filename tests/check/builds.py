"""Builds to break: copies of a build with one RDF file, whose lines a test may change."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from kg.check import check
from kg.folder import GRAPH_SUFFIXES, MANIFEST, Folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.check import Report

Lines = list[str]


def copy_with_one_format(build: Folder, target: Path, name: str) -> Path:
    """Return the RDF file of a copy of a build, which has no other."""
    shutil.copytree(build.path, target)
    for other, suffix in GRAPH_SUFFIXES.items():
        if other != name:
            (target / f"graph.{suffix}").unlink()
    return target / f"graph.{GRAPH_SUFFIXES[name]}"


def check_changed_lines(build: Folder, target: Path, change: Callable[[Lines], Lines], *, name: str) -> Report:
    """Return the report on a copy of a build after a change of its lines."""
    path = copy_with_one_format(build, target, name)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    return check(Folder(target))


def change_counts(target: Path, **counts: int) -> None:
    """Change counts in a build's manifest."""
    manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    manifest["counts"] |= counts
    (target / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
