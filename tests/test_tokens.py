from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.tokens import fold, token


@pytest.mark.parametrize(
    ("word", "symbol", "part"),
    [
        ("IL-6/IL-6R/gp130", "IL-6", "IL-6"),
        ("IL-6/IL-6R/gp130", "IL6R", "IL-6R"),
        ("HIC-1", "HLC-1", "HIC-1"),
        ("HIC-1,", "HLC-1", "HIC-1"),
        ("HIC-1,", "HIC1", "HIC-1"),
        ("JAK1 STAT3", "stat-3", "STAT3"),
        ("A,B;C+D&E|F", "d", "D"),
        ("TNF-a / IL6/IL-6", "IL6", "IL6"),
        ("MEK1/2", "MEK1", "MEK1"),
        ("MEK1/2", "MEK2", "MEK1/2"),
        ("ERK1/2", "ERK1/2", "ERK1/2"),
        ("-/+", "+", "-"),
        ("-/*", "+", "-/*"),
        ("/", "A", "/"),
    ],
)
def test_token_is_the_first_part_that_matches_or_the_only_part_or_the_word(word: str, symbol: str, part: str) -> None:
    assert token(word, symbol) == part


@given(st.text(min_size=1), st.text(min_size=1))
def test_token_stands_in_its_word(word: str, symbol: str) -> None:
    assert token(word, symbol)
    assert token(word, symbol) in word


@given(st.text())
def test_fold_leaves_letters_and_digits(text: str) -> None:
    folded = fold(text)
    assert folded == "" or folded.isalnum()
    assert fold(f" {text}-") == folded
