"""Compressed files, whole, cut off, and damaged."""

from __future__ import annotations

import gzip
import io
import struct
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from kg.compression import COMPRESSIONS, compress, open_binary, open_zstd

if TYPE_CHECKING:
    from pathlib import Path

LINES = b"".join(b"<a:%d> <a:b> <a:%d> .\n" % (n, n * n) for n in range(3_000))
SKIPPABLE = struct.pack("<II", 0x184D2A53, 5) + b"aside"


def read(path: Path, data: bytes) -> bytes:
    path.write_bytes(data)
    with open_binary(path) as stream:
        return stream.read()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"write_content_size": False},
        {"write_checksum": True},
        {"level": 12},
        {"compression_params": zstandard.ZstdCompressionParameters(format=zstandard.FORMAT_ZSTD1, window_log=10)},
    ],
    ids=", ".join,
)
@pytest.mark.parametrize("text", [b"", b"a", b"a" * 300_000, LINES, bytes(range(256)) * 2], ids=len)
def test_frames_of_every_kind_are_read_whole_and_no_cut_is_silent(
    tmp_path: Path, options: dict[str, Any], text: bytes
) -> None:
    compressor = zstandard.ZstdCompressor(**options)
    pieces = io.BytesIO()
    with compressor.stream_writer(pieces, closefd=False) as writer:  # a frame that does not know its size
        writer.write(text)
    data = compressor.compress(text) + SKIPPABLE + pieces.getvalue()
    assert read(tmp_path / "x.zst", data + SKIPPABLE) == text * 2
    whole = {len(compressor.compress(text)), len(compressor.compress(text) + SKIPPABLE)}
    for length in {*range(20), *range(0, len(data), max(1, len(data) // 20)), *range(len(data) - 12, len(data))}:
        if 0 <= length < len(data) and length not in whole:
            with pytest.raises(EOFError, match="cut off"):
                read(tmp_path / "x.zst", data[:length])


def test_a_file_that_ends_between_two_blocks_is_cut_off(tmp_path: Path) -> None:
    blocks = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(blocks, closefd=False) as writer:
        writer.write(LINES[: LINES.index(b"\n") + 1])
        writer.flush(zstandard.FLUSH_BLOCK)
        at_a_line_end = len(blocks.getvalue())
        writer.write(LINES)
    path = tmp_path / "x.zst"
    path.write_bytes(blocks.getvalue()[:at_a_line_end])
    with open_binary(path) as stream:
        assert stream.readline() == LINES[: LINES.index(b"\n") + 1]
        with pytest.raises(EOFError, match="cut off"):
            stream.readline()


def test_what_stands_before_a_cut_is_read(tmp_path: Path) -> None:
    data = zstandard.ZstdCompressor(write_checksum=True).compress(LINES)
    (tmp_path / "x.zst").write_bytes(data[:-1])
    found: list[bytes] = []
    with open_binary(tmp_path / "x.zst") as stream, pytest.raises(EOFError, match="cut off"):
        found.extend(iter(partial(stream.read1, 1000), b""))  # type: ignore[attr-defined]  # a BufferedReader has it
    assert b"".join(found) == LINES


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_is_damaged_or_something_else_is_an_oserror(tmp_path: Path, suffix: str) -> None:
    data = gzip.compress(LINES) if suffix == ".gz" else zstandard.ZstdCompressor(write_checksum=True).compress(LINES)
    damaged = data[:200] + bytes([data[200] ^ 1]) + data[201:]
    for content in (b"no such thing, but text", damaged, data + b"and text"):
        with pytest.raises(OSError, match=r"damaged|[Nn]ot "):
            read(tmp_path / f"x{suffix}", content)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_no_flipped_bit_gives_another_text(tmp_path: Path, compression: str) -> None:
    data = compress(LINES, compression) + compress(b"the end", compression)
    noticed = 0
    for place in (*range(30), *range(30, len(data) - 30, len(data) // 300), *range(len(data) - 30, len(data))):
        damaged = bytearray(data)
        damaged[place] ^= 1 << place % 8
        try:
            text = read(tmp_path / f"x{COMPRESSIONS[compression]}", bytes(damaged))
        except (OSError, EOFError):
            noticed += 1
        else:
            assert text == LINES + b"the end"  # the time and the system in a header of gzip, for example
    assert noticed > 300


def test_the_file_below_stays_open() -> None:
    raw = io.BytesIO(compress(b"one", "zstd"))
    with open_zstd(raw) as stream:
        assert stream.read() == b"one"
    assert not raw.closed
    assert gzip.decompress(compress(b"one", "gzip")) == b"one"
