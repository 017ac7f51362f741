"""gzip and Zstandard: whole frames that can be joined end to end, and streams that read such files."""

from __future__ import annotations

import gzip
import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["COMPRESSIONS", "compress", "open_binary"]

COMPRESSIONS = {"gzip": ".gz", "zstd": ".zst"}
"""The compressions of the RDF files, and the suffix of each."""


def compress(data: bytes, compression: str | None) -> bytes:
    """Return data as one gzip member (RFC 1952) or Zstandard frame (RFC 8878); unchanged for None.

    Members and frames written one after the other are a valid file, so they can be made in any process. They carry
    no time, so the same data gives the same bytes.

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

    return zstandard.ZstdCompressor(level=3).compress(data)


@contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, decompressed as its suffix says."""
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            with gzip.open(raw) as stream:
                yield cast("IO[bytes]", stream)
        elif path.suffix == ".zst":
            import zstandard

            reader: Any = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            with io.BufferedReader(reader) as stream:  # which has lines
                yield stream
        else:
            yield raw
