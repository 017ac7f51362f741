"""Where documents come from: files, folders, globs, archives and standard input; nothing is parsed here."""

from __future__ import annotations

from kg.sources.documents import Document, Sources, open_sources
from kg.sources.spool import MAX_ARCHIVE_BYTES, MAX_DOCUMENT_BYTES, Blob

__all__ = ["MAX_ARCHIVE_BYTES", "MAX_DOCUMENT_BYTES", "Blob", "Document", "Sources", "open_sources"]
