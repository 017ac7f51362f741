"""Archives as they come: damaged, encrypted, oversized, full of links and of hostile names."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from hashlib import shake_256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.sources import MAX_DOCUMENT_BYTES, open_sources

from .files import CHECKOUT, archive_bytes, found, names, problems, tar_bytes, zip_bytes

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tar.zst")

NOISE = {f"F{i:02}.md": shake_256(bytes([i])).digest(40_000) for i in range(20)}
"""Documents that do not compress, so that a cut goes through the middle of them in every format."""


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def tar_info(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_of(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for info, content in members:
            archive.writestr(info, content)
    return stream.getvalue()


def test_links_and_devices_of_a_tar_are_left_out_with_a_warning(tmp_path: Path) -> None:
    data = tar_of(
        (tarfile.TarInfo("F.md"), b"f"),
        (tar_info("G.md", tarfile.SYMTYPE, "F.md"), b""),
        (tar_info("H.md", tarfile.LNKTYPE, "F.md"), b""),
        (tar_info("I.md", tarfile.CHRTYPE), b""),
        (tar_info("J.md", tarfile.FIFOTYPE), b""),
        (tar_info("_figures", tarfile.SYMTYPE, "elsewhere"), b""),
        (tar_info(".git/K.md", tarfile.SYMTYPE, "F.md"), b""),
    )
    path = write(tmp_path, "a.tar", data)
    assert names(path) == ["F.md"]
    way_out = "in an archive is not followed; make the archive again with the file itself"
    assert problems(path) == [
        f"G.md: warning: a link {way_out}",
        f"H.md: warning: a link {way_out}",
        f"I.md: warning: a device or pipe {way_out}",
        f"J.md: warning: a device or pipe {way_out}",
        f"_figures: warning: a link {way_out}",
    ]


def test_links_and_devices_of_a_zip_are_left_out_with_a_warning(tmp_path: Path) -> None:
    link, device, folder = zipfile.ZipInfo("G.md"), zipfile.ZipInfo("H.md"), zipfile.ZipInfo("_figures")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    device.external_attr = (stat.S_IFCHR | 0o666) << 16
    folder.external_attr = (stat.S_IFDIR | 0o755) << 16
    file = zipfile.ZipInfo("_figures/F.md")
    path = write(tmp_path, "a.zip", zip_of((link, b"F.md"), (device, b""), (folder, b""), (file, b"f")))
    assert names(path) == ["_figures/F.md"]
    assert [problem.partition(" in ")[0] for problem in problems(path)] == [
        "G.md: warning: a link",
        "H.md: warning: a device or pipe",
    ]


@pytest.mark.parametrize("start", [b"", b"\0"])
def test_member_of_a_zip_without_a_name_is_passed_over(tmp_path: Path, start: bytes) -> None:
    data = zip_bytes({"F.md": b"f", "GG": b"g"})
    if start:
        data = data.replace(b"GG", b"\0G")  # a name ends at its first NUL
    else:
        entry = data.rindex(b"PK\x01\x02")
        data = data[: entry + 28] + b"\0\0" + data[entry + 30 : entry + 46] + data[entry + 48 :]
        end = data.rindex(b"PK\x05\x06")
        size = struct.unpack("<L", data[end + 12 : end + 16])[0] - 2
        data = data[: end + 12] + struct.pack("<L", size) + data[end + 16 :]
    assert names(write(tmp_path, "a.zip", data)) == ["F.md"]


def test_encrypted_member_is_a_problem(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"F.md": b"f", "G.md": b"g"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flags, in both headers of the last file
        data[data.rindex(signature) + offset] |= 1
    path = write(tmp_path, "a.zip", bytes(data))
    assert names(path) == ["F.md"]
    assert problems(path) == [
        "G.md: file skipped: is encrypted; unpack the archive with its password and name the folder"
    ]


def test_damaged_member_of_a_zip_costs_only_itself(tmp_path: Path) -> None:
    data = bytearray(zip_bytes(NOISE))
    data[data.index(NOISE["F07.md"][:100]) + 50] ^= 1
    path = write(tmp_path, "a.zip", bytes(data))
    assert names(path) == [name for name in NOISE if name != "F07.md"]
    (problem,) = problems(path)
    assert problem.startswith("F07.md: file skipped: cannot be unpacked (Bad CRC-32")


def test_compression_that_nobody_knows_is_a_problem(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"F.md": b"f", "G.md": b"g"}))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.rindex(signature) + offset] = 99
    (problem,) = problems(write(tmp_path, "a.zip", bytes(data)))
    assert problem.startswith("G.md: file skipped: cannot be unpacked (That compression method is not supported")


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.zst"])
def test_archive_that_is_cut_off_keeps_what_stands_before(tmp_path: Path, suffix: str) -> None:
    data = archive_bytes(suffix, NOISE)
    path = write(tmp_path, f"a{suffix}", data[: len(data) // 2])
    kept = names(path)
    assert kept == list(NOISE)[: len(kept)]
    assert 5 < len(kept) < 15
    (problem,) = problems(path)
    assert problem.startswith(f"a{suffix}: file skipped: is damaged or cut off after ")


def test_archive_that_is_cut_between_two_members_is_noticed(tmp_path: Path) -> None:
    data = tar_bytes({"F.md": b"f" * 512, "G.md": b"g" * 512})
    assert data[1024 + 512 :].startswith(b"g")
    path = write(tmp_path, "a.tar", data[:1024])
    assert names(path) == ["F.md"]
    (problem,) = problems(path)
    assert problem.startswith("a.tar: file skipped: is damaged or cut off after F.md (empty header); only what stands")


def test_damaged_header_in_the_middle_is_not_taken_for_the_end(tmp_path: Path) -> None:
    data = bytearray(tar_bytes({"F.md": b"f", "G.md": b"g", "H.md": b"h"}))
    data[1024 + 5] ^= 1
    path = write(tmp_path, "a.tar", bytes(data))
    assert names(path) == ["F.md"]
    (problem,) = problems(path)
    assert "cut off after F.md (bad checksum)" in problem


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", bytes(2000)])
def test_what_is_no_archive_is_an_error(tmp_path: Path, suffix: str, data: bytes) -> None:
    with pytest.raises(SourceError, match=rf"^a{suffix}: no document"):
        open_sources([write(tmp_path, f"a{suffix}", data)])


@given(st.sampled_from(SUFFIXES), st.data())
@settings(max_examples=300, deadline=None)
def test_any_damage_is_a_problem_or_an_error_of_ours(suffix: str, data: st.DataObject) -> None:
    damaged = bytearray(archive_bytes(suffix, CHECKOUT))
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=5)):
        damaged[place] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(0, len(damaged)) | st.just(len(damaged))) :]
    with TemporaryDirectory() as folder:
        path = write(Path(folder), f"a{suffix}", bytes(damaged))
        try:
            with open_sources([path]) as sources:
                found(sources)
        except SourceError:
            pass


@given(st.integers(0, 1023), st.binary(min_size=1, max_size=24))
@settings(max_examples=300, deadline=None)
def test_any_header_with_a_right_checksum_is_survived(place: int, junk: bytes) -> None:
    info = tarfile.TarInfo("F" * 120 + ".md")  # longer than the field: an extended header stands before it
    info.size, info.pax_headers = 1, {"mtime": "1.5"}
    data = bytearray(info.tobuf(tarfile.PAX_FORMAT) + b"f".ljust(512, b"\0") + bytes(1024))
    data[place : place + len(junk)] = junk
    for start in (0, 1024):
        data[start + 148 : start + 156] = b" " * 8
        data[start + 148 : start + 156] = b"%06o\0 " % sum(data[start : start + 512])
    with TemporaryDirectory() as folder:
        try:
            with open_sources([write(Path(folder), "a.tar", bytes(data))]) as sources:
                found(sources)
        except SourceError:
            pass


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.zst"])
def test_bomb_is_given_up_and_the_rest_is_read(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, f"a{suffix}", archive_bytes(suffix, {"F.md": bytes(MAX_DOCUMENT_BYTES + 1), "G.md": b"g"}))
    assert path.stat().st_size < 2**20
    assert names(path) == ["G.md"]
    (problem,) = problems(path)
    assert problem.startswith("F.md: file skipped: larger than 64 MiB")


def test_zip_that_lies_about_a_size_is_not_believed(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"F.md": bytes(MAX_DOCUMENT_BYTES + 1), "G.md": b"g"}))
    start = data.index(b"PK\x01\x02")
    data[start + 24 : start + 28] = struct.pack("<L", 100)
    path = write(tmp_path, "a.zip", bytes(data))
    assert names(path) == ["G.md"]


def test_large_file_that_is_no_document_is_passed_over(tmp_path: Path) -> None:
    tree = {"F.md": b"f", "video.mp4": bytes(2 * MAX_DOCUMENT_BYTES), "G.md": b"g"}
    path = write(tmp_path, "a.tgz", gzip.compress(tar_bytes(tree), 1))
    assert names(path) == ["F.md", "G.md"]
    assert problems(path) == []


def test_header_without_end_is_given_up(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 3 * MAX_DOCUMENT_BYTES
    bomb = tar_bytes({"F.md": b"f"})[:1024] + header.tobuf() + bytes(header.size)
    path = write(tmp_path, "a.tgz", gzip.compress(bomb, 1))
    assert names(path) == ["F.md"]
    assert "a header that does not end" in problems(path)[0]


@pytest.mark.parametrize("name", ["video.mp4", "G.md"])
def test_size_beyond_the_end_is_noticed_at_once(tmp_path: Path, name: str) -> None:
    header = tarfile.TarInfo(name)
    header.size = 2**55
    path = write(tmp_path, "a.tar", tar_bytes({"F.md": b"f"})[:1024] + header.tobuf(tarfile.GNU_FORMAT))
    assert names(path) == ["F.md"]
    assert f"a.tar: file skipped: is damaged or cut off after {name} (unexpected end of data)" in problems(path)[-1]


def test_map_of_a_sparse_file_that_is_nonsense_is_a_problem(tmp_path: Path) -> None:
    header = tarfile.TarInfo("G.md")
    header.size = 512
    header.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    data = tar_bytes({"F.md": b"f"})[:1024] + header.tobuf(tarfile.PAX_FORMAT) + b"9" * 512
    path = write(tmp_path, "a.tar", data)
    assert names(path) == ["F.md"]
    assert len(problems(path)) == 1


def test_headers_without_end_are_given_up(tmp_path: Path) -> None:
    header = tar_info("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    path = write(tmp_path, "a.tar", tar_of((tarfile.TarInfo("F.md"), b"f"), *[(header, b"x")] * 3000))
    assert names(path) == ["F.md"]
    assert len(problems(path)) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_archives_together_have_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setattr("kg.sources.spool.MAX_ARCHIVE_BYTES", 2_000_000)
    paths = [write(tmp_path, f"{letter}{suffix}", archive_bytes(suffix, NOISE)) for letter in "abcd"]
    assert len(names(paths[0])) == len(NOISE)
    with pytest.raises(SourceError, match=r"unpacks to more than .* GiB; unpack it yourself"):
        open_sources(paths)


@pytest.mark.parametrize("make", [zip_bytes, tar_bytes])
def test_member_names_are_never_paths(tmp_path: Path, make: object) -> None:
    assert callable(make)
    tree = {"../../F.md": b"f", "/etc/G.md": b"g", "./x/../H.md": b"h", "..": b"", "I.md": b"i"}
    path = write(tmp_path, "a.zip" if make is zip_bytes else "a.tar", make(tree))
    assert names(path) == ["F.md", "etc/G.md", "x/H.md", "I.md"]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_backslashes_of_a_zip_separate(tmp_path: Path) -> None:
    data = zip_bytes({"_figures/F.md": b"f"}).replace(b"_figures/F.md", b"_figures\\F.md")
    assert names(write(tmp_path, "a.zip", data)) == ["_figures/F.md"]


def test_files_that_a_mac_adds_are_left_out(tmp_path: Path) -> None:
    tree = {"F.md": b"f", "._F.md": b"\0\5\x16\7", "__MACOSX/._F.md": b"\0\5\x16\7", ".github/G.md": b""}
    assert names(write(tmp_path, "a.zip", zip_bytes(tree))) == ["F.md"]


def test_name_that_is_longer_than_any_path_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tar", tar_bytes({"d/" * 3000 + "F.md": b"f", "G.md": b"g"}))
    assert names(path) == ["G.md"]
    (problem,) = problems(path)
    assert problem.endswith("…: file skipped: the name is longer than 4096 letters; left out, rename it")
    assert len(problem) < 300


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_last_of_two_members_of_one_name_counts(tmp_path: Path, suffix: str) -> None:
    if suffix == ".zip":
        data = zip_of((zipfile.ZipInfo("F.md"), b"1"), (zipfile.ZipInfo("./F.md"), b"2"))
    else:
        data = tar_of((tarfile.TarInfo("F.md"), b"1"), (tarfile.TarInfo("F.md"), b"2"))
    with open_sources([write(tmp_path, f"a{suffix}", data)]) as sources:
        assert [content for _, _, content, *_ in found(sources)] == [b"2"]
        assert [str(problem) for problem in sources.problems] == [
            "F.md: warning: stands in the archive more than once; the last one counts, as in unpacking"
        ]


def test_archive_glued_to_another_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tar", tar_bytes({"F.md": b"f"}) + tar_bytes({"G.md": b"g"}))
    assert names(path) == ["F.md"]
    (problem,) = problems(path)
    assert problem.startswith("a.tar: warning: something follows the end of the archive")


def test_compression_is_seen_from_the_bytes(tmp_path: Path) -> None:
    data = tar_bytes(CHECKOUT)
    for name, packed in (("a.tar", gzip.compress(data)), ("b.tgz", zstandard.compress(data)), ("c.tar.zst", data)):
        assert names(write(tmp_path, name, packed)) == ["_figures/F1.md", "_figures/F2.md", "_figures/older/F3.MD"]


def test_compressed_archive_of_several_parts_is_one_archive(tmp_path: Path) -> None:
    data = tar_bytes(NOISE)
    halves = data[:9000], data[9000:]
    assert names(write(tmp_path, "a.tgz", b"".join(map(gzip.compress, halves)))) == list(NOISE)
    assert names(write(tmp_path, "a.tar.zst", b"".join(map(zstandard.compress, halves)))) == list(NOISE)


def test_zstandard_that_is_cut_off_behind_the_last_member_is_a_problem(tmp_path: Path) -> None:
    writer = zstandard.ZstdCompressor().compressobj()
    data = writer.compress(tar_bytes(NOISE)) + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    path = write(tmp_path, "a.tar.zst", data)
    assert names(path) == list(NOISE)
    (problem,) = problems(path)
    assert "(cut off: the file ends before its last Zstandard frame does)" in problem


def test_wrong_checksum_of_a_compressed_archive_is_a_problem(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(tar_bytes({"F.md": b"f"})))
    data[-5] ^= 1
    path = write(tmp_path, "a.tgz", bytes(data))
    assert names(path) == ["F.md"]
    (problem,) = problems(path)
    assert "CRC check failed" in problem
