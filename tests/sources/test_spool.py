"""Bytes on disk, and the file that streams are copied to."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.sources import MAX_DOCUMENT_BYTES, Blob
from kg.sources.spool import Spool, TooLargeError


@given(st.lists(st.binary(max_size=50)))
def test_slices_hold_what_was_added(contents: list[bytes]) -> None:
    with Spool() as spool:
        blobs = [spool.add(io.BytesIO(content), "x") for content in contents]
        assert [blob.read() for blob in blobs] == contents
        assert [blob.head(3) for blob in blobs] == [content[:3] for content in contents]
        assert len({blob.path for blob in blobs}) <= 1


def test_blob_is_a_whole_file_by_default(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert Blob(str(tmp_path / "a")).read() == b"abc"
    assert Blob(str(tmp_path / "a")).head(2) == b"ab"
    assert Blob(str(tmp_path / "a"), 1, 1).read() == b"b"


def test_file_that_is_too_large_is_refused_without_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "huge.md"
    with path.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES)
    assert len(Blob(str(path)).read()) == MAX_DOCUMENT_BYTES
    with path.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(SourceError, match=r"^huge\.md: larger than 64 MiB"):
        Blob(str(path)).read()


def test_stream_that_is_too_large_leaves_nothing() -> None:
    class Zeros(io.RawIOBase):
        n_read = 0

        def read(self, size: int = -1, /) -> bytes:
            self.n_read += size
            return bytes(size)

    zeros = Zeros()
    with Spool() as spool:
        with pytest.raises(TooLargeError, match="x: larger than 64 MiB"):
            spool.add(zeros, "x")  # type: ignore[arg-type]
        assert zeros.n_read == MAX_DOCUMENT_BYTES + 1
        assert spool.add(io.BytesIO(b"y"), "y")[1:3] == (0, 1)


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Blob(str(tmp_path / "nowhere")).read()
    with pytest.raises(IsADirectoryError):
        Blob(str(tmp_path)).read()


def test_error_of_a_worker_can_travel() -> None:
    error = pickle.loads(pickle.dumps(TooLargeError("a.md")))  # noqa: S301 - our own
    assert (type(error), str(error)) == (TooLargeError, str(TooLargeError("a.md")))


def test_temporary_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with Spool() as spool, pytest.raises(SourceError, match=r"cannot be unpacked into the temporary folder .* TMPDIR"):
        spool.add(io.BytesIO(b"x"), "x")


def test_spool_is_deleted_at_the_end() -> None:
    with Spool() as spool:
        path = Path(spool.add(io.BytesIO(b"x"), "x").path)
        assert path.exists()
    assert not path.parent.exists()
