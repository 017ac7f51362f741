"""Bytes of documents: files as they are, and what comes out of archives and pipes, copied once to a temporary file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from kg.errors import SourceError

__all__ = ["MAX_ARCHIVE_BYTES", "MAX_DOCUMENT_BYTES", "Blob", "Spool", "TooLargeError"]

MAX_DOCUMENT_BYTES = 64 * 2**20
"""Far beyond any figure (of 2,491 of PFOCR's the largest has 25 kB), but not beyond a file named by mistake."""

MAX_ARCHIVE_BYTES = 64 * 2**30
"""What all archives of one call may unpack to, some hundred times the published corpus."""

_CHUNK = 2**20


class TooLargeError(SourceError):
    """One document is larger than `MAX_DOCUMENT_BYTES`."""

    reason = f"larger than {MAX_DOCUMENT_BYTES // 2**20} MiB, so it is not a figure; leave it out of the input"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name}: {self.reason}")

    def __reduce__(self) -> tuple[type[TooLargeError], tuple[str]]:
        """Return what pickle needs to carry the error out of a worker."""
        return (type(self), (self.name,))


class Blob(NamedTuple):
    """Bytes: a file, or a slice of the spool that holds what came out of archives and pipes.

    Attributes
    ----------
    path
        The file.
    offset
        Where the bytes begin in it.
    size
        How many they are; None for the whole file.
    data
        The bytes themselves, where they were read already; None where they are on disk only.
    """

    path: str
    offset: int = 0
    size: int | None = None
    data: bytes | None = None

    def with_bytes(self) -> Blob:
        """Return the blob with its bytes in it; as it is, if they cannot be read, so that reading it tells why."""
        try:
            return self._replace(data=self.read())
        except (OSError, SourceError):
            return self

    def read(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        OSError
            If the file cannot be read.
        SourceError
            If there are more than `MAX_DOCUMENT_BYTES`.
        """
        if self.data is not None:
            return self.data
        with Path(self.path).open("rb") as file:
            if self.size is not None:
                file.seek(self.offset)
                return file.read(self.size)
            if os.fstat(file.fileno()).st_size > MAX_DOCUMENT_BYTES:
                raise TooLargeError(Path(self.path).name)  # no folders: what a build says of itself knows none
            return file.read()

    def head(self, size: int) -> bytes:
        """Return the first bytes, at most `size` of them.

        Raises
        ------
        OSError
            If the file cannot be read.
        """
        with Path(self.path).open("rb") as file:
            file.seek(self.offset)
            return file.read(size if self.size is None else min(size, self.size))


class Spool:
    """A temporary file that grows by what streams hold; a context manager that deletes it at the end."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._file: BinaryIO | None = None
        self._n_unpacked = 0

    def __enter__(self) -> Self:
        """Return the spool itself; nothing is written before the first `add`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Delete what was written."""
        self.close()

    def close(self) -> None:
        """Delete what was written; the slices cannot be read any more."""
        if self._file:
            self._file.close()
            self._file = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def add(self, stream: BinaryIO, name: str) -> Blob:
        """Return the slice that a stream was copied to.

        Parameters
        ----------
        stream
            Read to its end, or until it proves too large.
        name
            What errors call it.

        Raises
        ------
        TooLargeError
            If it holds more than `MAX_DOCUMENT_BYTES`; nothing of it is kept.
        SourceError
            If the temporary folder cannot be written to.
        """
        chunks, n_bytes = [], 0
        while chunk := stream.read(min(_CHUNK, MAX_DOCUMENT_BYTES + 1 - n_bytes)):
            chunks.append(chunk)
            n_bytes += len(chunk)
            if n_bytes > MAX_DOCUMENT_BYTES:
                raise TooLargeError(name)
        try:
            if self._file is None:
                self._folder = tempfile.TemporaryDirectory(prefix="kg-")
                # Unbuffered: workers read the slices while this process still has the file open.
                self._file = (Path(self._folder.name) / "spool").open("wb", buffering=0)
            offset = self._file.tell()
            for chunk in chunks:
                rest = memoryview(chunk)
                while rest:
                    rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise SourceError(
                f"{name}: cannot be unpacked into the temporary folder ({error.strerror or error});"
                " make room there, or set TMPDIR to a folder that has some"
            ) from error
        return Blob(self._file.name, offset, n_bytes)

    def count_unpacked(self, n_bytes: int, archive: str) -> None:
        """Add to what archives unpacked to so far.

        Raises
        ------
        SourceError
            If that is more than `MAX_ARCHIVE_BYTES`.
        """
        self._n_unpacked += n_bytes
        if self._n_unpacked > MAX_ARCHIVE_BYTES:
            raise SourceError(
                f"{archive}: unpacks to more than {MAX_ARCHIVE_BYTES // 2**30} GiB; unpack it yourself where you"
                " trust it, and name the folder"
            )
