"""Corpora of small documents, and what stands in build folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.documents import document

if TYPE_CHECKING:
    from pathlib import Path


def corpus(folder: Path, **documents: bytes) -> Path:
    """A folder of documents, by name without suffix."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in documents.items():
        (folder / f"{name}.md").write_bytes(data)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their relative paths."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def numbered(n: int, **fields: object) -> bytes:
    """A document of the figure with that number."""
    return document(figid=f"PMC1__f{n:03}", **fields)
