"""Folders on disk and in archives seen as the same thing, and which of their files are documents and tables."""

from __future__ import annotations

import os
import posixpath
import re
from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from kg.sources.spool import Blob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "DATA",
    "FIGURES",
    "KINDS",
    "ArchiveTree",
    "DataFolder",
    "DiskTree",
    "FileKind",
    "Listing",
    "Tree",
    "data_folders",
    "document_folders",
    "is_hidden",
    "join",
    "show",
]

FIGURES, DATA = "_figures", "_data"
"""The two folders of a checkout of the PFOCR database that matter here."""

KINDS = ("genes", "chemicals", "diseases")
"""The tables that a figure can have in `_data`."""

FileKind = Literal["file", "link", "broken link", "device"]
"""What a name in a folder stands for, if not a folder; a link is one to a file."""


class Listing(NamedTuple):
    """What stands in one folder.

    Attributes
    ----------
    files
        Kind by name.
    folders
        Whether it is a link, by name.
    error
        Why the folder could not be listed; None where it was.
    """

    files: dict[str, FileKind]
    folders: dict[str, bool]
    error: OSError | None = None


class Tree(Protocol):
    """Folders by their paths, with ``/`` between the parts."""

    def list_folder(self, folder: str) -> Listing:
        """Return what stands in a folder; nothing where there is none."""

    def real(self, folder: str, name: str = "") -> str:
        """Return what a folder, or a file in it, is known by, however it was reached."""

    def blob(self, folder: str, name: str) -> Blob:
        """Return the bytes of a file."""


def join(folder: str, name: str) -> str:
    """Return a path below a folder; the empty folder is the root of an archive.

    Examples
    --------
    >>> join("", "a.md"), join("/", "a.md"), join("x", "a.md")
    ('a.md', '/a.md', 'x/a.md')
    """
    return f"{folder}/{name}" if folder and not folder.endswith("/") else folder + name


def is_hidden(parts: Iterable[str]) -> bool:
    """Return whether one of the parts of a path is hidden."""
    return any(part.startswith(".") for part in parts)


# Control characters, line separators, and the surrogates that stand for undecodable bytes.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def show(name: str) -> str:
    r"""Return a name with U+FFFD for what no text can carry, or what would break a line.

    Examples
    --------
    >>> show("caf\udce9.md") == "caf\ufffd.md"
    True
    """
    return _UNSHOWABLE.sub("\ufffd", name)


class DiskTree:
    """The file system; each folder is listed once, however many documents ask for it."""

    def __init__(self) -> None:
        self._listings: dict[str, Listing] = {}
        self._real: dict[str, str] = {}

    def list_folder(self, folder: str) -> Listing:
        """Return what stands in a folder, links followed; nothing, with the error, where it cannot be listed."""
        if folder not in self._listings:
            self._listings[folder] = _scan(folder)
        return self._listings[folder]

    def real(self, folder: str, name: str = "") -> str:
        """Return the path without links; the links of folders are resolved once each."""
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        path = join(self._real[folder], name)
        return path if not name or self.list_folder(folder).files.get(name) == "file" else os.path.realpath(path)

    def blob(self, folder: str, name: str) -> Blob:
        """Return the file as a blob."""
        return Blob(join(folder, name))


def _scan(folder: str) -> Listing:
    listing = Listing({}, {})
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    listing.files[entry.name] = "file"
                elif entry.is_dir(follow_symlinks=False):
                    listing.folders[entry.name] = False
                elif not entry.is_symlink():
                    listing.files[entry.name] = "device"
                else:
                    _add_link(entry, listing)
    except OSError as error:
        return Listing({}, {}, error)
    return listing


def _add_link(entry: os.DirEntry[str], listing: Listing) -> None:
    try:
        if entry.is_dir():
            listing.folders[entry.name] = True
        else:
            entry.stat()
            listing.files[entry.name] = "link" if entry.is_file() else "device"
    except OSError:  # to nothing, to itself, or to where this user may not look
        listing.files[entry.name] = "broken link"


class ArchiveTree:
    """What was read from an archive; its root is the empty path.

    Parameters
    ----------
    path
        The archive, by which its files are known.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._listings = {"": Listing({}, {})}
        self._blobs: dict[str, Blob] = {}

    def add_folder(self, parts: list[str]) -> str:
        """Return the path of a folder, which is there from now on, as are those above it."""
        folder = ""
        for part in parts:
            above, folder = folder, join(folder, part)
            if folder not in self._listings:
                self._listings[folder] = Listing({}, {})
                self._listings[above].folders[part] = False
        return folder

    def add_file(self, parts: list[str], blob: Blob) -> bool:
        """Return whether the file is new; one that was there is replaced."""
        folder = self.add_folder(parts[:-1])
        files = self._listings[folder].files
        is_new = parts[-1] not in files
        files[parts[-1]] = "file"
        self._blobs[join(folder, parts[-1])] = blob
        return is_new

    def list_folder(self, folder: str) -> Listing:
        """Return what stands in a folder; nothing where there is none."""
        return self._listings.get(folder) or Listing({}, {})

    def real(self, folder: str, name: str = "") -> str:
        """Return the path in the archive after that of the archive."""
        return f"{self._path}\0{join(folder, name)}"

    def blob(self, folder: str, name: str) -> Blob:
        """Return the slice that the file was copied to."""
        return self._blobs[join(folder, name)]


def document_folders(tree: Tree, root: str) -> Iterator[tuple[str, bool]]:
    """Return an iterator of the folders whose documents count, and whether only ``*.md`` are documents there.

    Of a checkout (a folder that has `FIGURES` in it) these are `FIGURES` and what is below it; of any other folder
    itself and what is below it. Hidden folders and `DATA` are not entered. A folder reached twice, or a link that
    leads in a circle, counts once, under its own name rather than the link's.
    """
    folders, links = [root], deque[str]()
    seen = set()
    while folders or links:
        folder = folders.pop() if folders else links.popleft()
        real = tree.real(folder)
        if real in seen:
            continue
        seen.add(real)
        below = tree.list_folder(folder).folders
        is_inside = FIGURES in folder.split("/")
        if FIGURES in below and not is_inside:
            folders.append(join(folder, FIGURES))
            continue
        yield folder, is_inside
        names = [name for name in sorted(below) if not name.startswith(".") and name != DATA]
        links.extend(join(folder, name) for name in names if below[name])
        folders.extend(join(folder, name) for name in reversed(names) if not below[name])


class DataFolder(NamedTuple):
    """A place where the tables of a folder's documents can be.

    Attributes
    ----------
    folder
        Its path in the tree.
    n_up
        How far above the documents' folder it, or the folder that it stands in, is: 0 is in it.
    is_beside
        Whether the tables stand right beside the documents.
    listing
        What is in it.
    """

    folder: str
    n_up: int
    is_beside: bool
    listing: Listing


def data_folders(tree: Tree, folder: str) -> list[DataFolder]:
    """Return where the tables of a folder's documents can be, the first that has some wins.

    For documents in ``X/_figures``, or below: ``X/_data``, ``X/_figures/_data``, `DATA` in their own folder, beside
    them. For documents elsewhere the same, with their own folder in the place of ``X/_figures``.
    """
    parts = folder.split("/")
    n_up = parts[::-1].index(FIGURES) if FIGURES in parts else 0
    top = "/".join(parts[: len(parts) - n_up])
    places = [
        (join(posixpath.dirname(top), DATA), n_up + 1, False),
        (join(top, DATA), n_up, False),
        (join(folder, DATA), 0, False),
        (folder, 0, True),
    ]
    return [DataFolder(*place, tree.list_folder(place[0])) for place in places]
