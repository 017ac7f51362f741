"""The documents of some inputs, each with its tables: found and named, not parsed."""

from __future__ import annotations

import errno
import json
import os
import posixpath
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, Self, overload

from kg.errors import Problem, Severity, SourceError
from kg.scratch import open_scratch
from kg.sources.archives import read_archive
from kg.sources.inputs import Place, find_places
from kg.sources.spool import Blob, Spool, TooLargeError
from kg.sources.trees import (
    DATA,
    FIGURES,
    KINDS,
    ArchiveTree,
    DataFolder,
    DiskTree,
    Tree,
    data_folders,
    document_folders,
    is_hidden,
    join,
    show,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

__all__ = ["Document", "Sources", "open_sources"]

_NEEDED = "*.md files, *.txt files that open with `---`, or a checkout with its `_figures` folder"

_FENCE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*[\r\n])*-{3,}[ \t]*(?:[\r\n]|\Z)")
_N_HEAD = 1024

_TABLE_SUFFIXES = tuple(f"-{kind}.tsv" for kind in KINDS)

_MAX_NAME = 4096  # PATH_MAX of Linux: an archive can hold longer names, a file system cannot


class Document(NamedTuple):
    """One document with its `_data` tables: where the bytes are, small enough to be sent to a worker.

    Attributes
    ----------
    name
        How problems and tables name it: relative to the input's root, with ``/`` between the parts.
    stem
        The file's name without suffix, the figure id that it promises; empty for standard input.
    markdown
        The document.
    tables
        Kind and bytes of those tables that exist, in the order genes, chemicals, diseases.
    data_folder
        Where its tables are, or would be, named as `name` is; empty where they stand beside the input's only file.
    """

    name: str
    stem: str
    markdown: Blob
    tables: tuple[tuple[str, Blob], ...] = ()
    data_folder: str = DATA

    def table_name(self, kind: str) -> str:
        """Return how problems name one of its tables, whether that exists or not.

        Examples
        --------
        >>> Document("_figures/PMC1__f1.md", "PMC1__f1", Blob("PMC1__f1.md")).table_name("genes")
        '_data/PMC1__f1-genes.tsv'
        """
        return join(self.data_folder, f"{self.stem}-{kind}.tsv")

    def with_bytes(self) -> Document:
        """Return the document with its bytes in it, and those of its tables."""
        tables = tuple((kind, blob.with_bytes()) for kind, blob in self.tables)
        return self._replace(markdown=self.markdown.with_bytes(), tables=tables)

    def to_json(self) -> str:
        """Return the document, without bytes, as JSON: one line of ASCII."""
        return json.dumps(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the document that `to_json` wrote."""
        name, stem, markdown, tables, data_folder = json.loads(text)
        return cls(name, stem, Blob(*markdown), tuple((kind, Blob(*blob)) for kind, blob in tables), data_folder)


class Documents(Sequence[Document]):
    """Documents in order of stem, then name; each made when it is asked for, so that many need no memory.

    Parameters
    ----------
    scratch
        The database that `_Finder` filled.
    """

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._scratch.execute("SELECT COUNT(*) FROM documents").fetchone()[0])

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents in order."""
        for (text,) in self._scratch.execute("SELECT document FROM documents ORDER BY stem, name, document"):
            yield Document.from_json(text)

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> list[Document]: ...
    def __getitem__(self, at: int | slice) -> Document | list[Document]:
        """Return one document, or several; every one before them is looked at."""
        return list(self)[at]


class Closing(Protocol):
    """What has to be closed at the end."""

    def close(self) -> None:
        """Let go of everything."""


class Sources:
    """The documents of some inputs; a context manager, since bytes from archives and pipes live as long as it does.

    Attributes
    ----------
    documents
        Sorted by stem, then name, whatever the order of the inputs and of the file system.
    problems
        What could not be read, or is odd, sorted by file.
    """

    def __init__(self, documents: Documents, problems: list[Problem], *owned: Closing) -> None:
        self.documents = documents
        self.problems = problems
        self._owned = owned

    def __enter__(self) -> Self:
        """Return the sources themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the copies of what came out of archives and pipes."""
        for thing in self._owned:
            thing.close()


def open_sources(inputs: Sequence[str | os.PathLike[str]], *, stdin: BinaryIO | None = None) -> Sources:
    """Return the documents of some inputs, none of them parsed yet.

    Parameters
    ----------
    inputs
        Files, folders, archives (``.zip .tar .tar.gz .tgz .tar.zst``), patterns with ``* ? [ ] **`` where no file
        has that name, and ``-`` for one document on standard input.
    stdin
        What ``-`` reads; by default the process's own.

    Raises
    ------
    SourceError
        If an input does not exist or cannot be opened, a pattern matches nothing, archives unpack to more than
        `MAX_ARCHIVE_BYTES`, or no input has a document.

    Examples
    --------
    >>> with open_sources(["seeds"]) as sources:
    ...     [document.name for document in sources.documents]
    ['PMC6305783__2185-4610-64-103-g001.md', 'PMC7048131__12964_2020_527_Fig5_HTML.md']
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    places = find_places([os.fsdecode(item) for item in given])
    if not places:
        raise SourceError(f"no input; name a file, a folder, an archive or a pattern of {_NEEDED}")
    with ExitStack() as stack:
        finder = _Finder(stack.enter_context(Spool()), stdin)
        for place in places:
            finder.add(place)
        sources = finder.sources(places)
        stack.pop_all()
    return sources


class _Finder:
    """Collects the documents and problems of the places that it is given."""

    def __init__(self, spool: Spool, stdin: BinaryIO | None) -> None:
        self._spool = spool
        self._stdin = stdin
        self._disk = DiskTree()
        self._archives: dict[str, ArchiveTree] = {}
        self._data: dict[tuple[Tree, str], tuple[DataFolder, list[DataFolder]]] = {}
        # By what a file is known by, however it was reached; and whether it was reached by a link.
        self._scratch = open_scratch(
            "documents (key BLOB PRIMARY KEY, stem TEXT, name TEXT, is_link INTEGER, document TEXT)"
        )
        self._fruitful: set[str] = set()
        self._problems: set[Problem] = set()

    def sources(self, places: Sequence[Place]) -> Sources:
        """Return what was found in the places."""
        problems = sorted(self._problems, key=lambda problem: (problem.file, problem.reason))
        documents = Documents(self._scratch)
        if not documents:
            raise SourceError(_nothing(places, problems))
        barren = {place.label for place in places} - self._fruitful - {problem.file for problem in problems}
        no_document = f"has no document; needed are {_NEEDED}"
        problems += [_problem(label, no_document, Severity.WARNING) for label in sorted(barren)]
        return Sources(documents, problems, self._spool, self._scratch)

    def add(self, place: Place) -> None:
        """Look into a place."""
        shown = place.shown or posixpath.basename(place.path)
        match place.kind:
            case "file":
                folder, name = posixpath.split(place.path)
                self._add_document(place, self._disk, folder, name, shown)
            case "folder":
                self._add_folder(place, self._disk, place.path)
            case "archive":
                self._add_folder(place, self._unpacked(place), "")
            case "missing":
                self._report(shown, "a link to a file that does not exist; mend the link or leave it out")
            case "pipe" | "standard input":
                self._add_pipe(place, shown)

    def _report(self, file: str, reason: str, severity: Severity = Severity.FILE_SKIPPED) -> None:
        self._problems.add(_problem(file, reason, severity))

    def _add_pipe(self, place: Place, shown: str) -> None:
        try:
            if place.kind == "pipe":
                with Path(place.path).open("rb") as stream:
                    blob = self._spool.add(stream, shown)
            else:
                blob = self._spool.add(self._standard_input(), shown)
        except TooLargeError as error:
            self._report(shown, error.reason)
        except OSError as error:
            self._report(shown, f"cannot be read ({error.strerror or error}); save it to a file and name that")
        else:
            self._put(place.path, Document(show(shown), "", blob), is_link=False)
            self._fruitful.add(place.label)

    def _standard_input(self) -> BinaryIO:
        if self._stdin is not None:
            return self._stdin
        if sys.stdin is None:  # a process can be started without
            raise FileNotFoundError(errno.ENOENT, "there is none")
        return sys.stdin.buffer

    def _unpacked(self, place: Place) -> ArchiveTree:
        real = os.path.realpath(place.path)
        if real in self._archives:
            return self._archives[real]
        tree = self._archives[real] = ArchiveTree(real)
        for member in read_archive(place.path, self._spool, _is_wanted):
            parts = _parts(member.name)
            file = join(place.shown, "/".join(parts)) or posixpath.basename(place.path)
            if is_hidden(parts):
                continue
            if len(member.name) > _MAX_NAME:
                self._report(f"{file[:200]}…", f"the name is longer than {_MAX_NAME} letters; left out, rename it")
            elif member.reason:
                self._report(file, member.reason, member.severity)
            elif member.is_folder:
                tree.add_folder(parts)
            elif member.blob is None:
                tree.add_folder(parts[:-1])
            elif not tree.add_file(parts, member.blob):
                reason = "stands in the archive more than once; the last one counts, as in unpacking"
                self._report(file, reason, Severity.WARNING)
        return tree

    def _add_folder(self, place: Place, tree: Tree, root: str) -> None:
        for folder, is_inside in document_folders(tree, root):
            rest = folder.removeprefix(root).lstrip("/")
            shown = join(place.shown, rest) if rest else place.shown
            listing = tree.list_folder(folder)
            if listing.error:
                reason = f"the folder cannot be listed ({listing.error.strerror}); mend its rights"
                self._report(shown or posixpath.basename(root), reason)
            for name in listing.folders:
                if _has_suffix(name, ".md"):
                    reason = "a folder that is named like a document; looked into as a folder"
                    self._report(join(shown, name), reason, Severity.WARNING)
            suffixes = (".md",) if is_inside else (".md", ".txt")
            for name in listing.files:
                if _has_suffix(name, *suffixes) and self._is_document(tree, folder, name, join(shown, name)):
                    self._add_document(place, tree, folder, name, join(shown, name))

    def _is_document(self, tree: Tree, folder: str, name: str, shown: str) -> bool:
        kind = tree.list_folder(folder).files[name]
        if kind in ("broken link", "device"):
            self._report(shown, f"a {kind}, not a file; mend it or leave it out")
            return False
        if not _has_suffix(name, ".txt"):
            return True
        try:
            return _FENCE.match(tree.blob(folder, name).head(_N_HEAD)) is not None
        except OSError as error:
            self._report(shown, f"cannot be read ({error.strerror}); mend its rights or leave it out")
            return False

    def _add_document(self, place: Place, tree: Tree, folder: str, name: str, shown: str) -> None:
        stem = posixpath.splitext(name)[0]
        data, tables = self._tables(tree, folder, stem, shown)
        # Above the input's root there are no names, so a data folder there is called as if it stood in the root.
        above = shown.split("/")[:-1]
        above = above[: max(0, len(above) - data.n_up)]
        data_folder = "/".join(above if data.is_beside else [*above, DATA])
        document = Document(show(shown), show(stem), tree.blob(folder, name), tables, show(data_folder))
        key = tree.real(folder, name)
        self._keep(key, document, is_link=tree.list_folder(folder).files.get(name) == "link")
        self._fruitful.add(place.label)

    def _keep(self, key: str, document: Document, *, is_link: bool) -> None:
        """Keep a document; of two names for one file the one with tables, that is no link, and that sorts first."""
        known = "SELECT is_link, document FROM documents WHERE key = ?"
        for was_link, text in self._scratch.execute(known, (os.fsencode(key),)).fetchall():
            other = Document.from_json(text)
            if (not other.tables, bool(was_link), other.name) <= (not document.tables, is_link, document.name):
                return
        self._put(key, document, is_link=is_link)

    def _put(self, key: str, document: Document, *, is_link: bool) -> None:
        row = (os.fsencode(key), document.stem, document.name, is_link, document.to_json())
        self._scratch.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", row)

    def _tables(
        self, tree: Tree, folder: str, stem: str, shown: str
    ) -> tuple[DataFolder, tuple[tuple[str, Blob], ...]]:
        """Return the folder that a document's tables are in, or should be, and those that there are."""
        if (tree, folder) not in self._data:
            self._data[tree, folder] = self._data_folders(tree, folder, shown)
        usual, places = self._data[tree, folder]
        for place in places:
            files = place.listing.files
            # A device is no table: to open a pipe that nobody writes to would wait for ever.
            there = [
                (kind, tree.blob(place.folder, name))
                for kind in KINDS
                if files.get(name := f"{stem}-{kind}.tsv", "device") != "device"
            ]
            if there:
                return place, tuple(there)
        return usual, ()

    def _data_folders(self, tree: Tree, folder: str, shown: str) -> tuple[DataFolder, list[DataFolder]]:
        """Return where the tables of a folder's documents should be, and all the places where some are."""
        places = data_folders(tree, folder)
        for error in [place.listing.error for place in places if not place.is_beside]:
            if error and not isinstance(error, FileNotFoundError | NotADirectoryError):
                reason = f"the {DATA} folder of these documents cannot be listed ({error.strerror}); mend its rights"
                self._report(posixpath.dirname(shown) or shown, reason, Severity.WARNING)
        usual = places[0 if FIGURES in folder.split("/") else 2]
        return usual, [place for place in places if any(name.endswith(_TABLE_SUFFIXES) for name in place.listing.files)]


def _problem(file: str, reason: str, severity: Severity) -> Problem:
    return Problem(severity, show(file), None, "", "", show(reason))


def _nothing(places: Sequence[Place], problems: Sequence[Problem]) -> str:
    """Return what to say where no place has a document that can be read."""
    names = sorted({show(place.label or posixpath.basename(place.path)) for place in places})
    named = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    if not problems:
        return f"{named}: no document found; needed are {_NEEDED}"
    first = problems[0] if len(problems) == 1 else f"{problems[0]} (and {len(problems) - 1} more)"
    return f"{named}: no document can be read: {first}"


def _has_suffix(name: str, *suffixes: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(suffixes)


def _parts(member: str) -> list[str]:
    return [part for part in member.split("/") if part not in ("", ".", "..")]


def _is_wanted(member: str) -> bool:
    parts = _parts(member)
    return bool(parts) and not is_hidden(parts) and _has_suffix(parts[-1], ".md", ".txt", *_TABLE_SUFFIXES)
