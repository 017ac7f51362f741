"""What stands in zip and tar archives, read in place, once, and without trusting them."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from lzma import LZMAError
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self, cast

from kg.compression import open_zstd
from kg.errors import Severity
from kg.sources.spool import MAX_ARCHIVE_BYTES, MAX_DOCUMENT_BYTES, Blob, Spool, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zipfile import ZipInfo

    from _typeshed import WriteableBuffer

__all__ = ["ARCHIVE_SUFFIXES", "Member", "read_archive"]

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst")

_CHUNK = 2**20

_MAX_ENDS = 100
"""How often the end of a stream may be read; `tarfile` passes over 2^60 bytes that are not there one by one."""


class Member(NamedTuple):
    """One entry of an archive, or what is wrong with it.

    Attributes
    ----------
    name
        Its path in the archive with ``/`` between the parts, for display and look-up, never to write to;
        empty for the archive as a whole.
    blob
        Its bytes; None where nobody wanted them or they cannot be had.
    is_folder
        Whether it is a folder.
    severity
        What the reason costs.
    reason
        What is wrong; empty where nothing is.
    """

    name: str
    blob: Blob | None = None
    is_folder: bool = False
    severity: Severity = Severity.FILE_SKIPPED
    reason: str = ""


def read_archive(path: str, spool: Spool, wants: Callable[[str], bool]) -> Iterator[Member]:
    """Return an iterator of an archive's entries in archive order, with the bytes of the files that are wanted.

    The archive is read once, from its beginning to its end. What can be read of a damaged one is returned; the
    damage is a member with a reason.

    Parameters
    ----------
    path
        A file whose name ends in one of `ARCHIVE_SUFFIXES`; what a tar archive is compressed with is seen from its
        first bytes.
    spool
        Where the bytes go.
    wants
        Says by its name in the archive whether a file's bytes are needed.

    Raises
    ------
    SourceError
        If archives unpack to more than `MAX_ARCHIVE_BYTES`, or the spool cannot be written.

    References
    ----------
    POSIX.1-2017, pax interchange format; PKWARE .ZIP File Format Specification 6.3.10.
    """
    if path.lower().endswith(".zip"):
        return _read_zip(path, spool, wants)
    return _read_tar(path, spool, wants)


class _Metered(io.RawIOBase):
    """A stream that reports each byte to the spool, and refuses to go further than `limit`."""

    def __init__(self, stream: BinaryIO, spool: Spool, archive: str) -> None:
        self._stream, self._spool, self._archive = stream, spool, archive
        self.n_read = 0
        self._n_ends = 0
        self.limit = MAX_ARCHIVE_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._spool.count_unpacked(len(data), self._archive)
        self.n_read += len(data)
        if self.n_read > self.limit:
            raise tarfile.ReadError("a header that does not end")
        self._n_ends += not data
        if self._n_ends > _MAX_ENDS:
            raise tarfile.ReadError("unexpected end of data")
        return len(data)


def _short(path: str) -> str:
    return path.rpartition("/")[2]


def _damaged(error: Exception, after: str) -> Member:
    what = str(error).strip().rstrip(".") or type(error).__name__
    if not after:
        return Member("", reason=f"cannot be read as a tar archive ({what}); make or download it again")
    reason = (
        f"is damaged or cut off after {after} ({what}); only what stands before was read: make or download it again"
    )
    return Member("", reason=reason)


def _too_large(name: str) -> Member:
    return Member(name, reason=TooLargeError.reason)


def _no_file(name: str, kind: str) -> Member:
    reason = f"{kind} in an archive is not followed; make the archive again with the file itself"
    return Member(name, severity=Severity.WARNING, reason=reason)


# What damaged input makes `zipfile` and its decompressors raise; RuntimeError is their word for "encrypted", and one
# kind of it for a compression that they do not know.
_ZIP_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
)


def _read_zip(path: str, spool: Spool, wants: Callable[[str], bool]) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(path)
    except _ZIP_DAMAGE as error:
        yield Member("", reason=f"cannot be read as a zip archive ({error}); make or download it again")
        return
    with archive:
        for info in sorted(archive.infolist(), key=attrgetter("header_offset")):
            yield _zip_member(archive, info, spool, wants)


def _zip_member(archive: zipfile.ZipFile, info: ZipInfo, spool: Spool, wants: Callable[[str], bool]) -> Member:
    name = info.filename.replace("\\", "/")  # the separator of some Windows programs, against the specification
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name.endswith("/") or kind == stat.S_IFDIR:  # `is_dir` fails on an empty name
        return Member(name, is_folder=True)
    if kind not in (0, stat.S_IFREG):
        return _no_file(name, "a link" if kind == stat.S_IFLNK else "a device or pipe")
    if not wants(name):
        return Member(name)
    if info.flag_bits & 1:
        return Member(name, reason="is encrypted; unpack the archive with its password and name the folder")
    if info.file_size > MAX_DOCUMENT_BYTES:
        return _too_large(name)
    try:
        with archive.open(info) as stream:
            metered = _Metered(cast("BinaryIO", stream), spool, _short(archive.filename or ""))
            return Member(name, spool.add(io.BufferedReader(metered, _CHUNK), name))
    except _ZIP_DAMAGE as error:
        return Member(name, reason=f"cannot be unpacked ({error}); make or download the archive again")


class _Header(tarfile.TarInfo):
    """A tar header; one that is cut off or nonsense is an error, where `tarfile` takes it for the end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):  # the end mark
                raise
            raise tarfile.ReadError(str(error)) from error


def _read_tar(path: str, spool: Spool, wants: Callable[[str], bool]) -> Iterator[Member]:
    from zstandard import ZstdError

    # What damaged input makes `tarfile` and the decompressors raise; the last three come from absurd numbers.
    damage = (tarfile.TarError, zlib.error, ZstdError, OSError, EOFError, ValueError, OverflowError, RecursionError)
    last = ""
    try:
        with Path(path).open("rb") as file, _decompressed(file) as stream:
            metered = _Metered(stream, spool, _short(path))
            for member in _tar_members(metered, spool, wants):
                last = member.name
                yield member
            metered.limit = MAX_ARCHIVE_BYTES
            if any(chunk.strip(b"\0") for chunk in iter(lambda: metered.read(_CHUNK), b"")):
                reason = "something follows the end of the archive, and is not read; unpack it to see what"
                yield Member("", severity=Severity.WARNING, reason=reason)
    except damage as error:
        yield _damaged(error, last)


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(4)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    if magic == b"\x28\xb5\x2f\xfd":
        return cast("BinaryIO", open_zstd(file))
    return file


def _tar_members(metered: _Metered, spool: Spool, wants: Callable[[str], bool]) -> Iterator[Member]:
    metered.limit = MAX_DOCUMENT_BYTES
    with tarfile.open(fileobj=cast("BinaryIO", metered), mode="r|", tarinfo=_Header) as archive:
        while True:
            # A header has a name and a few fields, but tarfile would read one of any size into memory.
            metered.limit = archive.offset + MAX_DOCUMENT_BYTES
            info = archive.next()
            if info is None:
                return
            archive.members = []  # type: ignore[attr-defined]  # tarfile would remember every header
            metered.limit = archive.offset + MAX_DOCUMENT_BYTES
            yield _tar_member(archive, info, spool, wants)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, spool: Spool, wants: Callable[[str], bool]) -> Member:
    if info.isdir():
        return Member(info.name, is_folder=True)
    if not info.isreg():
        return _no_file(info.name, "a link" if info.issym() or info.islnk() else "a device or pipe")
    if not wants(info.name):
        return Member(info.name)
    if info.size > MAX_DOCUMENT_BYTES:
        return _too_large(info.name)
    return Member(info.name, spool.add(cast("BinaryIO", archive.extractfile(info)), info.name))
