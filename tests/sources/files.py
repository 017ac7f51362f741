"""Small trees of files for the tests of sources, on disk and in archives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import zstandard

from kg.sources import Sources, open_sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Tree = dict[str, bytes]
"""Contents by path, with ``/`` between the parts."""

CHECKOUT: Tree = {
    "README.md": b"a database",
    "_config.txt": b"---\n",
    "_data/F1-chemicals.tsv": b"f1 chemicals",
    "_data/F1-genes.tsv": b"f1 genes",
    "_data/F2-diseases.tsv": b"f2 diseases",
    "_data/notes.md": b"no figure",
    "_figures/F1.md": b"f1",
    "_figures/F2.md": b"f2",
    "_figures/notes.txt": b"---\n",
    "_figures/older/F3.MD": b"f3",
    "docs/use.md": b"how to",
}

Found = list[tuple[str, str, bytes, dict[str, bytes], str]]


def write_tree(folder: Path, tree: Mapping[str, bytes]) -> Path:
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def tar_bytes(tree: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in tree.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def zip_bytes(tree: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tree.items():
            archive.writestr(name, content)
    return stream.getvalue()


def archive_bytes(suffix: str, tree: Mapping[str, bytes]) -> bytes:
    import gzip

    if suffix == ".zip":
        return zip_bytes(tree)
    data = tar_bytes(tree)
    if suffix in (".tar.gz", ".tgz"):
        return gzip.compress(data, mtime=0)
    return zstandard.compress(data) if suffix == ".tar.zst" else data


def found(sources: Sources) -> Found:
    """Return name, stem, content, tables and data folder of each document."""
    return [
        (d.name, d.stem, d.markdown.read(), {kind: blob.read() for kind, blob in d.tables}, d.data_folder)
        for d in sources.documents
    ]


def names(*inputs: str | Path) -> list[str]:
    with open_sources(inputs) as sources:
        return [document.name for document in sources.documents]


def problems(*inputs: str | Path) -> list[str]:
    with open_sources(inputs) as sources:
        return [str(problem) for problem in sources.problems]
