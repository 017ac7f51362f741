"""The documents of a build in order of their figure ids, each id once."""

from __future__ import annotations

import hashlib
import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import ParseError, Problem, Severity, SourceError
from kg.parse import parse_figure
from kg.scratch import open_scratch
from kg.sources import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.parse import ParsedFigure

__all__ = ["Entry", "Index", "index_documents", "read_document", "read_entry"]

# What the first line of front matter looks like in a file of PFOCR's own; any other way to write it is parsed.
_FIGID = re.compile(rb"(?:\xef\xbb\xbf)?---\r?\nfigid: ([A-Za-z0-9][A-Za-z0-9._-]*)\r?\n")

_ROWS = 1000


class Entry(NamedTuple):
    """A document that is to become a figure, in the order of the build; `digest` is its SHA-256 with its tables'."""

    figid: str
    document: Document
    digest: str


class Index:
    """The documents of a build in order of figure id; on disk where they are many.

    Attributes
    ----------
    problems
        What was wrong with the documents that are not among them.
    """

    def __init__(self, *, limit: int | None = None) -> None:
        self.problems: list[Problem] = []
        self._limit = -1 if limit is None else limit
        self._scratch = open_scratch("documents (figid TEXT, name TEXT, digest TEXT, data_folder TEXT, document TEXT)")

    def __len__(self) -> int:
        """Return how many documents there are."""
        counted = "SELECT COUNT(*) FROM (SELECT 1 FROM documents LIMIT ?)"
        return int(self._scratch.execute(counted, (self._limit,)).fetchone()[0])

    def __iter__(self) -> Iterator[Entry]:
        """Yield the documents in order of figure id."""
        rows = self._scratch.execute(
            "SELECT figid, digest, document FROM documents ORDER BY figid, name LIMIT ?", (self._limit,)
        )
        for figid, digest, document in rows:
            yield Entry(figid, Document.from_json(document), digest)

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield figure id, document name, digest and data folder of each, in order."""
        yield from self._scratch.execute(
            "SELECT figid, name, digest, data_folder FROM documents ORDER BY figid, name LIMIT ?", (self._limit,)
        )

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents, in any order."""
        entries = self._readable(documents)
        while some := list(islice(entries, _ROWS)):
            self._insert(some)

    def _insert(self, entries: Iterable[Entry]) -> None:
        rows = ((e.figid, e.document.name, e.digest, e.document.data_folder, e.document.to_json()) for e in entries)
        self._scratch.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", rows)

    def _readable(self, documents: Iterable[Document]) -> Iterator[Entry]:
        for document in documents:
            try:
                yield _entry(document)
            except ParseError as error:
                self.problems += error.problems

    def settle(self) -> None:
        """Let one document stand for each figure id, and report the others."""
        several = "SELECT figid FROM documents GROUP BY figid HAVING COUNT(*) > 1 ORDER BY figid"
        chosen = "SELECT digest, document FROM documents WHERE figid = ? ORDER BY name DESC"
        for (figid,) in self._scratch.execute(several).fetchall():
            entries = [
                Entry(figid, Document.from_json(document), digest)
                for digest, document in self._scratch.execute(chosen, (figid,))
            ]
            winner = _winner(entries, self.problems)
            self._scratch.execute("DELETE FROM documents WHERE figid = ?", (figid,))
            if winner is not None:
                self._insert([winner])


def index_documents(documents: Iterable[Document], *, limit: int | None = None) -> Index:
    """Return the documents in order of figure id, each id once.

    Of documents with the same id, identical ones count as one. Else one of generation 2 wins over one of
    generation 1, and then the smaller digest; the losers are listed as skipped.

    Parameters
    ----------
    documents
        In any order.
    limit
        Keep only that many, the first in order.
    """
    index = Index(limit=limit)
    index.add(documents)
    index.settle()
    return index


def read_document(document: Document) -> ParsedFigure:
    """Return the figure of a document of `kg.sources`.

    Raises
    ------
    ParseError
        If the document cannot be read; a file that cannot even be opened counts as one.
    """
    return _parse(document, *_load(document))


def read_entry(entry: Entry) -> ParsedFigure:
    """Return the figure of a listed document.

    Raises
    ------
    ParseError
        If the document cannot be read, or is not the one that was listed.
    """
    markdown, tables = _load(entry.document)
    if _digest(markdown, tables) != entry.digest:
        raise ParseError([_moved(entry, "the file changed since")])
    parsed = _parse(entry.document, markdown, tables)
    if parsed.figure.figid != entry.figid:
        raise ParseError([_moved(entry, "the file gives it twice")])
    return parsed


_Tables = dict[str, tuple[str, bytes]]


def _load(document: Document) -> tuple[bytes, _Tables]:
    try:
        markdown = document.markdown.read()
        return markdown, {kind: (document.table_name(kind), blob.read()) for kind, blob in document.tables}
    except (OSError, SourceError) as error:
        reason = f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"
        raise ParseError([Problem(Severity.FILE_SKIPPED, document.name, None, "", "", reason)]) from error


def _parse(document: Document, markdown: bytes, tables: _Tables) -> ParsedFigure:
    return parse_figure(markdown, name=document.name, stem=document.stem, tables=tables)


def _entry(document: Document) -> Entry:
    markdown, tables = _load(document)
    digest = _digest(markdown, tables)
    match = _FIGID.match(markdown)
    if match and markdown.count(b"\nfigid:") == 1:
        return Entry(match[1].decode(), document, digest)
    return Entry(_parse(document, markdown, tables).figure.figid, document, digest)


def _digest(markdown: bytes, tables: _Tables) -> str:
    """Return the SHA-256 of a document with its tables, in hexadecimal digits."""
    sha256 = hashlib.sha256(markdown)
    for kind, (_, data) in tables.items():
        sha256.update(f"\0{kind}\0{len(data)}\0".encode())
        sha256.update(data)
    return sha256.hexdigest()


def _winner(entries: list[Entry], problems: list[Problem]) -> Entry | None:
    """Return the document that stands for a figure id, if one can be read; report the others.

    Of equal documents the last of the list stands for all.
    """
    ranked: list[tuple[int, str, Entry]] = []
    for entry in {entry.digest: entry for entry in entries}.values():
        try:
            generation = read_document(entry.document).generation
        except ParseError as error:
            problems += error.problems
        else:
            ranked.append((-generation, entry.digest, entry))
    ranked.sort(key=lambda item: item[:2])
    for _, _, loser in ranked[1:]:
        reason = f"the figure id also stands in {ranked[0][2].document.name}, which counts"
        problems.append(Problem(Severity.FILE_SKIPPED, loser.document.name, None, "figid", loser.figid, reason))
    return ranked[0][2] if ranked else None


def _moved(entry: Entry, why: str) -> Problem:
    reason = f"the figure id was {entry.figid} when the documents were listed; {why}"
    return Problem(Severity.FILE_SKIPPED, entry.document.name, None, "figid", entry.figid, reason)
