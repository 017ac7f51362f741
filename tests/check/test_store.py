from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import kg.store_files
from kg.check import check
from kg.folder import Folder
from kg.rdf.store import load_into_build
from kg.store_files import NOTE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stored(seeds_build: kg.Build, tmp_path: Path) -> Folder:
    folder = Folder(shutil.copytree(seeds_build.path, tmp_path / "build"))
    load_into_build(folder)
    return Folder(folder.path)


def largest(folder: Folder) -> Path:
    return max((folder.path / "store").glob("*.sst"), key=lambda path: path.stat().st_size)


def test_a_store_as_it_was_written_conforms(stored: Folder) -> None:
    assert check(stored).violations == ()


def test_a_byte_that_was_changed_in_place_is_found(stored: Folder) -> None:
    file = largest(stored)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    report = check(stored)
    assert not report.conforms
    (violation,) = report.violations
    assert (violation.shape, violation.focus) == ("StoreFiles", f"store/{file.name}")
    assert (
        violation.message == f"The file was changed or damaged; make the store anew with `kg load {stored.path} store`."
    )


def test_a_store_that_is_not_whole_or_of_another_build_is_found(stored: Folder) -> None:
    file = largest(stored)
    file.rename(file.with_suffix(".away"))
    (violation,) = check(stored).violations
    assert (violation.shape, violation.focus) == ("StoreFiles", "store")
    assert "files of the store are missing, cut off or not its own; make it with `kg load" in violation.message
    (stored.path / "store" / NOTE).write_text("{}")
    (violation,) = check(stored).violations
    assert "not the store of this build as it is now" in violation.message


@pytest.mark.parametrize("pattern", ["MANIFEST-*", "CURRENT"])
def test_a_store_that_cannot_be_opened_is_found(stored: Folder, pattern: str) -> None:
    (file,) = (stored.path / "store").glob(pattern)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    (violation,) = check(stored).violations
    assert (violation.shape, violation.focus) == ("StoreFiles", "store")
    assert violation.message.startswith("It cannot be opened (")
    assert violation.message.endswith(f"); make the store anew with `kg load {stored.path} store`.")


def test_a_file_that_cannot_be_read_is_said(stored: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> str:
        raise OSError(5, "Input/output error", path)

    monkeypatch.setattr(kg.store_files, "file_digest", fail)
    (violation,) = check(stored).violations
    assert "a file of the store cannot be read (Input/output error)" in violation.message
