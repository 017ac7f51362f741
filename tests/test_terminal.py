from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.terminal import align, cell_width, escape_json, fold, visible

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
# What a terminal obeys, or a reader does not see.
DANGEROUS = "\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
DANGEROUS += "\u2060\u2066\u2067\u2068\u2069\ufeff\ud800\udfff\U000e0041"


@pytest.mark.parametrize("character", DANGEROUS, ids=ascii)
def test_what_a_terminal_obeys_is_written_out(character: str) -> None:
    written = visible(f"a{character}b")
    assert character not in written
    assert written.isascii()
    assert json.loads(escape_json(json.dumps(f"a{character}b", ensure_ascii=False))) == f"a{character}b"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("TP\u202e35", "TP\\u202e35"),
        ("\U000e0041", "\\U000e0041"),
        ("line\nbreak\t", "line\\x0abreak\\x09"),
    ],
)
def test_escapes_are_those_of_python(text: str, written: str) -> None:
    assert visible(text) == written


@pytest.mark.parametrize(
    "text", ["NF-κB", "с-Мус", "co\u00adordinate", "می\u200cخواهم", "👩\u200d🔬", "a\u00a0b", "é", "\\x1b"]
)
def test_words_of_all_scripts_stay_as_they_are(text: str) -> None:
    assert visible(text) == text


@given(ANY_TEXT)
def test_visible_text_can_be_printed(text: str) -> None:
    written = visible(text)
    written.encode()
    assert visible(written) == written
    assert len(written.splitlines()) <= 1


@given(st.recursive(ANY_TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3)))
def test_escaped_json_means_the_same(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    escaped = escape_json(text)
    assert json.loads(escaped) == value
    assert visible(escaped.replace("\n", "")) == escaped.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("STAT3", 5), ("蛋白", 4), ("e\u0301", 1), ("ｗ", 2), ("\u00ad", 0)]
)
def test_width_is_in_columns(text: str, width: int) -> None:
    assert cell_width(text) == width


def test_columns_line_up_by_width() -> None:
    assert align([["a", "蛋白", "1"], ["bcd", "x", "22"]], right=frozenset({2})) == ["a    蛋白   1", "bcd  x     22"]
    assert align([["a", ""], ["b", ""]]) == ["a", "b"]
    assert align([]) == []


def test_rows_of_different_length_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        align([["a"], ["b", "c"]])


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.text(st.sampled_from("ab蛋é ")), min_size=n, max_size=n), min_size=1, max_size=4)
    ),
    st.integers(1, 40),
)
@example([["", "", "aaaaaa蛋"], ["", "aaaa蛋蛋", ""]], 20)
def test_folded_rows_hold_all_text_within_the_width(rows: list[list[str]], width: int) -> None:
    folded = fold(rows, width)
    assert ["".join(column) for column in zip(*folded, strict=True)] == [
        "".join(column) for column in zip(*rows, strict=True)
    ]
    n_columns = len(rows[0])
    least = 2 * n_columns + 2 * (n_columns - 1)  # a wide character, and a gap, each
    assert all(cell_width(line) <= max(width, least) for line in align(folded))
    needed = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    if width >= sum(needed) + 2 * (n_columns - 1):
        assert folded == rows
