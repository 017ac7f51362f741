"""gzip and Zstandard: whole frames that can be joined end to end, and streams that read such files."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

__all__ = ["COMPRESSIONS", "compress", "open_binary", "open_zstd"]

COMPRESSIONS = {"gzip": ".gz", "zstd": ".zst"}
"""The compressions of the RDF files, and the suffix of each."""

_FRAME, _SKIPPABLE = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
_REPEATED = 1  # the kind of a block that is one byte, and its size how often it stands there
_EMPTY_BLOCK = bytes(3)
_PIECE = 1 << 17


def compress(data: bytes, compression: str | None) -> bytes:
    """Return data as one gzip member (RFC 1952) or Zstandard frame (RFC 8878); unchanged for None.

    Members and frames written one after the other are a valid file, so they can be made in any process. They carry
    no time, so the same data gives the same bytes, and a checksum, so that a byte that changed is noticed.

    Examples
    --------
    >>> gzip.decompress(compress(b"a", "gzip") + compress(b"b", "gzip"))
    b'ab'
    """
    if compression is None:
        return data
    if compression == "gzip":
        return gzip.compress(data, compresslevel=1, mtime=0)
    import zstandard

    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(data)


@contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, decompressed as its suffix says.

    Raises
    ------
    EOFError
        In the block, where it reads on to the place at which a compressed file is cut off.
    OSError
        If the file cannot be opened; in the block, where it reads what is damaged or not compressed so.
    """
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            try:
                with gzip.open(raw) as stream:
                    yield cast("IO[bytes]", stream)
            except zlib.error as error:
                raise gzip.BadGzipFile(f"damaged: {error}") from error
        elif path.suffix == ".zst":
            import zstandard

            try:
                with io.BufferedReader(open_zstd(raw)) as stream:  # which has lines
                    yield stream
            except zstandard.ZstdError as error:
                raise OSError(f"not Zstandard, or damaged: {error}") from error
        else:
            yield raw


def open_zstd(raw: IO[bytes]) -> io.RawIOBase:
    """Return a stream of what the Zstandard frames of a file hold, one after the other; the file stays open.

    Where the file is cut off, what stands before is read and then comes an EOFError, as with gzip; zstandard's own
    stream would end as that of a whole file does.
    """
    return _ZstdStream(raw)


class _ZstdStream(io.RawIOBase):
    def __init__(self, raw: IO[bytes]) -> None:
        import zstandard

        self._source = _Source(raw)
        decompressor = zstandard.ZstdDecompressor()
        self._reader = decompressor.stream_reader(cast("Any", self._source), read_across_frames=True, closefd=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        n_bytes = self._reader.readinto(buffer)
        if not n_bytes and self._source.cut is not None:
            raise self._source.cut
        return n_bytes


class _Source:
    """A file of Zstandard frames as zstandard reads it: by `read`, which gives a header or a block at a time."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._pieces = _frame_pieces(raw)
        self.cut: EOFError | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            return next(self._pieces, b"")
        except EOFError as error:
            self.cut = error
            return b""


def _frame_pieces(raw: IO[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a file piece by piece, none of them longer than a block can be.

    What is no frame is passed on as it is: the decompressor refuses it.

    Raises
    ------
    EOFError
        If the file ends within a frame, or before the first.

    References
    ----------
    RFC 8878, section 3.1, https://doi.org/10.17487/RFC8878
    """
    magic = _exactly(raw, 4)
    while magic:
        if magic == _FRAME:
            yield from _data_frame(raw)
        elif magic[1:] == _SKIPPABLE and magic[0] >> 4 == 5:
            size = _exactly(raw, 4)
            yield magic + size
            left = int.from_bytes(size, "little")
            while left:
                piece = _exactly(raw, min(left, _PIECE))
                yield piece
                left -= len(piece)
        else:
            yield magic
            yield from iter(lambda: raw.read(_PIECE), b"")
        first = raw.read(1)
        magic = first and first + _exactly(raw, 3)


def _data_frame(raw: IO[bytes]) -> Iterator[bytes]:
    """Yield a frame of data, the magic number of which was read."""
    descriptor = _exactly(raw, 1)
    content_size, is_single, has_checksum, dictionary = (
        descriptor[0] >> 6,
        descriptor[0] >> 5 & 1,
        descriptor[0] >> 2 & 1,
        descriptor[0] & 3,
    )
    n_size = (is_single, 2, 4, 8)[content_size]
    yield _FRAME + descriptor + _exactly(raw, 1 - is_single + (0, 1, 2, 4)[dictionary] + n_size)
    try:
        is_last = False
        while not is_last:
            header = _exactly(raw, 3)
            value = int.from_bytes(header, "little")
            is_last, kind, size = bool(value & 1), value >> 1 & 3, value >> 3
            yield header + _exactly(raw, 1 if kind == _REPEATED else size)
        if has_checksum:
            yield _exactly(raw, 4)
    except EOFError:
        yield _EMPTY_BLOCK  # or else zstandard keeps what it has unpacked and not given away yet
        raise


def _exactly(raw: IO[bytes], n_bytes: int) -> bytes:
    data = raw.read(n_bytes)
    if len(data) != n_bytes:
        raise EOFError("cut off: the file ends before its last Zstandard frame does")
    return data
