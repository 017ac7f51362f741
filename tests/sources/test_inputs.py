"""What the user names, and what that is called."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.sources import open_sources

from .files import CHECKOUT, archive_bytes, found, names, problems, write_tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two checkouts, a folder and an archive."""
    write_tree(tmp_path / "one", CHECKOUT)
    write_tree(tmp_path / "two", {"_figures/F1.md": b"other", "_figures/F9.md": b"f9"})
    write_tree(tmp_path / "papers" / "one", {"F5.md": b"f5"})
    (tmp_path / "a.zip").write_bytes(archive_bytes(".zip", {"F7.md": b"f7", "x/F8.md": b"f8"}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_names_of_one_input_are_relative_to_it(here: Path) -> None:
    assert names("two") == names(here / "two") == names("./two/") == ["_figures/F1.md", "_figures/F9.md"]
    assert names("two/_figures/F9.md") == names("one/../two/_figures/F9.md") == ["F9.md"]
    assert names("a.zip") == ["F7.md", "x/F8.md"]


def test_bytes_paths_and_one_path_alone_are_inputs(here: Path) -> None:
    assert names(os.fsencode(here / "two")) == names("two")  # type: ignore[arg-type]
    with open_sources("two") as text, open_sources(here / "two") as path:  # type: ignore[arg-type]
        assert found(text) == found(path)


def test_names_of_several_inputs_begin_with_the_input(here: Path) -> None:
    assert here.is_dir()
    assert names("two", "papers", "a.zip", "one/_figures/F2.md") == [
        "two/_figures/F1.md",
        "F2.md",
        "papers/one/F5.md",
        "a.zip/F7.md",
        "a.zip/x/F8.md",
        "two/_figures/F9.md",
    ]


def test_working_folder_is_called_by_its_name(here: Path) -> None:
    assert names(".", "papers/one")[-1] == f"{here.name}/two/_figures/F9.md"


def test_folder_above_is_called_by_its_name(here: Path) -> None:
    assert names("papers/one/..", "two") == ["two/_figures/F1.md", "papers/one/F5.md", "two/_figures/F9.md"]
    (here / "link").symlink_to("papers/one")
    assert names("link/../one", "two")[1] == "one/F5.md"


def test_folders_of_one_name_are_told_apart_by_the_folders_above(here: Path) -> None:
    assert names("papers/one", "one/_figures") == [
        "_figures/F1.md",
        "_figures/F2.md",
        "_figures/older/F3.MD",
        "one/F5.md",
    ]
    assert names("one", "papers/one") == [
        f"{here.name}/one/_figures/F1.md",
        f"{here.name}/one/_figures/F2.md",
        f"{here.name}/one/_figures/older/F3.MD",
        "papers/one/F5.md",
    ]
    assert names("two/_figures/F1.md", "one/_figures/F1.md") == ["one/_figures/F1.md", "two/_figures/F1.md"]


def test_folder_and_file_never_share_a_name(here: Path) -> None:
    write_tree(here, {"p/F.md": b"1", "x/p/F.md": b"2", "y/F.md": b"3"})
    with open_sources(["p", "x/p/F.md", "y/F.md"]) as sources:
        assert sorted(document.markdown.read() for document in sources.documents) == [b"1", b"2", b"3"]
        assert len({document.name for document in sources.documents}) == 3


def test_input_named_twice_is_one_input(here: Path) -> None:
    assert names("two", here / "two", "./two") == names("two")


def test_file_reached_twice_is_one_document(here: Path) -> None:
    (here / "link").symlink_to("two")
    assert names("two", "two/_figures/F9.md") == ["two/_figures/F1.md", "F9.md"]
    assert len(names("two", "link")) == 2
    assert len(names("a.zip", "*.zip")) == 2
    assert problems("link", "two", "a.zip", "*.zip") == []


_inputs = ["one", "two", "papers", "papers/one", "a.zip", "*/_figures", "two/_figures/F1.md", "one/_figures/*.md"]


@given(
    st.lists(st.sampled_from(_inputs), min_size=1, unique=True).flatmap(
        lambda i: st.tuples(st.just(i), st.permutations(i))
    )
)
def test_order_of_inputs_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, both: tuple[list[str], list[str]]
) -> None:
    root = tmp_path_factory.getbasetemp() / "order"
    if not root.exists():
        write_tree(root / "one", CHECKOUT)
        write_tree(root / "two", {"_figures/F1.md": b"other", "_figures/F9.md": b"f9"})
        write_tree(root / "papers" / "one", {"F5.md": b"f5"})
        (root / "a.zip").write_bytes(archive_bytes(".zip", {"F7.md": b"f7", "x/F8.md": b"f8"}))
    first, second = ([root / name for name in inputs] for inputs in both)
    with open_sources(first) as one, open_sources(second) as other:
        assert found(one) == found(other)
        assert one.problems == other.problems
        assert len({document.name for document in one.documents}) == len(one.documents)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*/_figures/F1.md", ["one/_figures/F1.md", "two/_figures/F1.md"]),
        ("one/_figures/F?.md", ["F1.md", "F2.md"]),
        ("one/_figures/F[2-9].md", ["F2.md"]),
        ("one/**/F*.[mM][dD]", ["_figures/F1.md", "_figures/F2.md", "_figures/older/F3.MD"]),
        ("one/**", ["_figures/F1.md", "_figures/F2.md", "_figures/older/F3.MD"]),
        ("pap*", ["papers/one/F5.md"]),
        ("*.zip", ["a.zip/F7.md", "a.zip/x/F8.md"]),
    ],
)
def test_pattern_is_expanded_relative_to_its_fixed_part(here: Path, pattern: str, expected: list[str]) -> None:
    assert names(pattern) == expected
    assert names(here / pattern) == expected


def test_two_stars_alone_are_the_working_folder(here: Path) -> None:
    assert names("**") == names(here)


def test_tables_are_found_for_files_of_a_pattern(here: Path) -> None:
    with open_sources([here / "one" / "_figures" / "F1*"]) as sources:
        assert found(sources) == [("F1.md", "F1", b"f1", {"genes": b"f1 genes", "chemicals": b"f1 chemicals"}, "_data")]


def test_name_with_pattern_signs_is_a_name_first(here: Path) -> None:
    write_tree(here, {"F[1].md": b"", "F1.md": b""})
    assert names("F[1].md") == ["F[1].md"]


def test_link_to_nothing_that_a_pattern_matches_is_a_problem(here: Path) -> None:
    (here / "two" / "_figures" / "F0.md").symlink_to("nowhere")
    assert names("two/_figures/*.md") == ["F1.md", "F9.md"]
    assert problems("two/_figures/*.md") == [
        "F0.md: file skipped: a link to a file that does not exist; mend the link or leave it out"
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nowhere.md", "nowhere.md: no such file or folder; check the path"),
        ("a.zip/x", "a.zip/x: no such file or folder; check the path"),
        ("nul\0.md", "nul\ufffd.md: no such file or folder; check the path"),
        ("", "'': no such file or folder; check the path"),
        ("nowhere/**", "nowhere/: no such file or folder; check the path"),
        ("*.nothing", "*.nothing: the pattern matches no file; check it against what is in the folder"),
        ("broken.md", "broken.md: a link to a file that does not exist; mend the link or leave it out"),
        ("loop.md", "loop.md: cannot be opened (Too many levels of symbolic links); check the path and its rights"),
        ("x" * 300, f"{'x' * 300}: cannot be opened (File name too long); check the path and its rights"),
    ],
)
def test_input_that_is_not_there_is_an_error_even_beside_another(here: Path, given: str, sentence: str) -> None:
    (here / "broken.md").symlink_to("nowhere")
    (here / "loop.md").symlink_to("loop.md")
    with pytest.raises(SourceError, match=f"^{re.escape(sentence)}$"):
        open_sources([given, "two"])


def test_no_input_is_an_error() -> None:
    with pytest.raises(SourceError, match="no input; name a file"):
        open_sources([])
