from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ExportError, SourceError
from kg.gmt import GeneSet, read_gmt, write_gmt

# Letters and marks, but nothing that a line or a cell ends with; the first and the last character show.
_cells = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6).filter(
    lambda text: text == text.strip("\ufeff")
)
_sets = st.lists(
    st.builds(
        GeneSet,
        _cells,
        st.just("") | _cells,
        st.lists(_cells, min_size=1, max_size=5, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each.name,
)


def read(text: str | bytes, **options: bool) -> list[GeneSet]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "sets.gmt")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_gmt(path, **options)


@given(sets=_sets)
def test_what_is_written_is_read_again(sets: list[GeneSet]) -> None:
    write_gmt(sets, stream := io.StringIO())
    assert read(stream.getvalue(), descriptions=True) == sets


def test_a_file_may_have_a_mark_other_line_ends_and_empty_cells() -> None:
    text = "\ufeffA\tfirst\tJAK1\t\t STAT3 \tJAK1\t\r\n\r\nB\t\tIL6\r\n"
    assert read(text) == [GeneSet("A", "first", ("JAK1", "STAT3")), GeneSet("B", "", ("IL6",))]


def test_a_library_without_descriptions_is_recognised() -> None:
    bare = "A\tJAK1\tSTAT3\nB\tSTAT3\tJAK1\nC\tIL6\tJAK1\tIL6R\n"
    sets = [
        GeneSet("A", "", ("JAK1", "STAT3")),
        GeneSet("B", "", ("STAT3", "JAK1")),
        GeneSet("C", "", ("IL6", "JAK1", "IL6R")),
    ]
    assert read(bare) == read(bare, descriptions=False) == sets
    assert read(bare, descriptions=True)[0] == GeneSet("A", "JAK1", ("STAT3",))
    # One description that is also a gene does not make them all genes.
    assert read("A\tJAK1\tSTAT3\nB\tx\tJAK1\nC\ty\tJAK1\n")[0] == GeneSet("A", "JAK1", ("STAT3",))
    assert read("A\t\tSTAT3\nB\t\tJAK1\n")[0] == GeneSet("A", "", ("STAT3",))


def test_tabs_and_line_breaks_do_not_break_a_line(tmp_path: Path) -> None:
    write_gmt([GeneSet("a\tb", "c\r\nd", ("e\u2028f",))], tmp_path / "sets.gmt")
    assert (tmp_path / "sets.gmt").read_text(encoding="utf-8") == "a b\tc d\te f\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_other_systems_are_the_same_sets(encoding: str, end: str) -> None:
    text = end.join(["Aβ\tx\tG\tH", "B\ty\tH", ""])
    assert read(text.encode(encoding)) == [GeneSet("Aβ", "x", ("G", "H")), GeneSet("B", "y", ("H",))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A\tx\tG\nB\n", r"sets\.gmt:2: the set has no genes"),
        ("A\tx\n", r"sets\.gmt:1: the set has no genes"),
        ("\tx\tG\n", r"sets\.gmt:1: the set has no name"),
        ("A\tx\tG\n\nA\tx\tH\n", r"sets\.gmt:3: line 1 has a set of the same name"),
        ("", r"sets\.gmt: there is no gene set in it"),
        (
            b"A\tx\tG\nB\tx\t\xff\n",
            r"sets\.gmt:2: neither UTF-8 nor UTF-16; save the gene sets as plain text",
        ),
        ("A\tx\tG\n".encode("utf-16-le"), r"sets\.gmt:1: not text; save"),
        (b"\xff\xfeA", r"sets\.gmt:1: neither UTF-8 nor UTF-16"),
        (b"PK\x03\x04", r"sets\.gmt:1: a workbook or archive and not text"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str | bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read(text)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.gmt: cannot be read: No such file"):
        read_gmt(tmp_path / "none.gmt")
    with pytest.raises(ExportError, match="cannot be written"):
        write_gmt([], tmp_path)
