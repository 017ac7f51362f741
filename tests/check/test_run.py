"""A check reads every format and compression alike, in any number of processes, and says what it could not read."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
import zstandard

from kg.check import Report, check
from kg.check.report import MAX_PER_SHAPE, WARNING
from kg.errors import BuildError
from kg.folder import GRAPH_SUFFIXES, Folder
from kg.vocab import expand
from tests.check.builds import check_changed_lines, copy_with_one_format

if TYPE_CHECKING:
    from pathlib import Path

    import kg
    from tests.check.builds import Lines


@pytest.fixture(scope="module")
def report(seeds_build: kg.Build) -> Report:
    return check(seeds_build)


def test_seeds_conform(report: Report) -> None:
    assert report.conforms
    assert report.violations == ()
    assert (report.n_figures, report.n_omitted) == (2, 0)


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_every_format_and_compression_gives_the_same_report(
    name: str, compression: str, seeds_build: kg.Build, report: Report, tmp_path: Path
) -> None:
    path = copy_with_one_format(seeds_build, tmp_path / "build", name)
    if compression:
        data = path.read_bytes()
        compress = gzip.compress if compression == ".gz" else zstandard.ZstdCompressor().compress
        middle = len(data) // 2
        path.with_name(path.name + compression).write_bytes(compress(data[:middle]) + compress(data[middle:]))
        path.unlink()
    assert check(Folder(tmp_path / "build")) == report


def test_workers_and_batches_do_not_change_the_report(
    seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(lines: Lines) -> Lines:
        return [line for line in lines if expand("pfkg:occurrences") not in line]

    expected = check_changed_lines(seeds_build, tmp_path / "build", change, name="n-triples")
    assert len(expected.violations) > 10
    monkeypatch.setattr("kg.check.stream.BATCH", 40)
    assert check(Folder(tmp_path / "build"), workers=2) == expected
    assert check(Folder(tmp_path / "build"), workers=1) == expected


def test_recommendations_are_warnings_and_do_not_count(seeds_build: kg.Build, tmp_path: Path) -> None:
    def change(lines: Lines) -> Lines:
        return [line for line in lines if expand("schema:image") not in line]

    assert check_changed_lines(seeds_build, tmp_path / "build", change, name="n-triples").violations == ()
    report = check(Folder(tmp_path / "build"), recommended=True)
    assert report.conforms
    assert {(found.severity, found.shape) for found in report.violations} == {(WARNING, "RecommendedFigureImageShape")}
    assert len(report.violations) == 2


def test_a_violation_names_its_figure_node_property_and_value(seeds_build: kg.Build, tmp_path: Path) -> None:
    def change(lines: Lines) -> Lines:
        return [line.replace("0.9362612", "1.9362612") for line in lines]

    report = check_changed_lines(seeds_build, tmp_path / "build", change, name="turtle")
    (violation,) = report.violations
    assert not report.conforms
    assert violation.shape == "PathwayFigureScoreShape"
    assert (violation.path, violation.value) == ("pfkg:pathwayScore", "1.9362612")
    assert violation.figure is not None
    assert violation.focus.endswith(f"/{violation.figure}.html")
    assert str(violation).startswith(f"violation: {violation.focus}: pfkg:pathwayScore: '1.9362612': ")


def test_of_one_shape_so_many_violations_are_listed_and_the_rest_counted(
    seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_PER_SHAPE == 1000
    monkeypatch.setattr("kg.check.run.MAX_PER_SHAPE", 3)

    def change(lines: Lines) -> Lines:
        return [line for line in lines if expand("pfkg:word") not in line]

    report = check_changed_lines(seeds_build, tmp_path / "build", change, name="n-triples")
    assert len(report.violations) == 3
    assert report.n_omitted == Folder(tmp_path / "build").manifest["counts"]["mentions"] - 3


def test_progress_counts_figures(seeds_build: kg.Build) -> None:
    calls: list[tuple[int, int]] = []
    check(seeds_build, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (2, 2)


def test_a_build_without_rdf_is_an_error_with_a_way_out(seeds_build: kg.Build, tmp_path: Path) -> None:
    copy_with_one_format(seeds_build, tmp_path / "build", "turtle").unlink()
    with pytest.raises(BuildError, match="no RDF file to check; build it with `--format turtle`"):
        check(Folder(tmp_path / "build"))


@pytest.mark.parametrize("name", GRAPH_SUFFIXES)
def test_a_file_that_is_cut_off_is_an_error(name: str, seeds_build: kg.Build, tmp_path: Path) -> None:
    path = copy_with_one_format(seeds_build, tmp_path / "build", name)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BuildError, match=rf"{path.name}(:\d+)?: cannot be read as {name} \("):
        check(Folder(tmp_path / "build"))


@pytest.mark.parametrize("compression", [".gz", ".zst"])
@pytest.mark.parametrize("damage", ["cut off", "overwritten"])
def test_a_damaged_compressed_file_is_noticed(
    compression: str, damage: str, seeds_build: kg.Build, tmp_path: Path
) -> None:
    path = copy_with_one_format(seeds_build, tmp_path / "build", "n-triples")
    compress = gzip.compress if compression == ".gz" else zstandard.ZstdCompressor().compress
    data = compress(path.read_bytes())
    middle = len(data) // 2
    data = data[:middle] if damage == "cut off" else data[:middle] + b"\0" * 64 + data[middle + 64 :]
    path.with_name(path.name + compression).write_bytes(data)
    path.unlink()
    try:
        report = check(Folder(tmp_path / "build"))
    except BuildError as error:
        assert "build the folder again" in str(error)  # noqa: PT017 - or else it reads as a shorter file, as zstandard may
    else:
        assert "CountsAgree" in {violation.shape for violation in report.violations}
