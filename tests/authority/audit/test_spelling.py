from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authority.audit.spelling import compare, edit_distance, latin, plain, scripts

words = st.text("AaBbIiLl15ßβМ-", max_size=6)


@pytest.mark.parametrize(
    ("word", "symbol", "kind", "distance"),
    [
        ("STAT3", "STAT3", "same", 0),
        ("Stat-3", "STAT3", "same", 0),
        ("IL-6/IL-6R", "IL6R", "same", 0),
        ("B-catenin", "beta-catenin", "letters", 0),
        ("β-catenin", "beta-catenin", "letters", 0),
        ("с-Мус", "c-Myc", "letters", 0),
        ("CxII", "CX2", "letters", 0),
        ("ÁPP", "APP", "letters", 0),
        ("ERK1/2", "ERK2", "shorthand", 1),
        ("Acsl3/4/5", "ACSL5", "shorthand", 2),
        ("GSK3a/B", "GSK3B", "shorthand", 1),
        ("DKK1-4", "DKK3", "shorthand", 2),
        ("DKK1-4", "DKK5", "other", 2),
        ("Rab1,5&7", "RAB7", "shorthand", 2),
        ("p-CREB", "CREB", "letters", 0),
        ("BDNF,pTrkB,p-ERK", "ERK", "letters", 0),
        ("c-Raf-1", "Raf-1", "letters", 0),
        ("Arc-Raf", "Raf", "part", 3),
        ("P-Smad2/3", "SMAD3", "shorthand", 2),
        ("IFN-y", "IFN-gamma", "letters", 0),
        ("IKKa/B/y", "IKK-gamma", "shorthand", 2),
        ("Ally", "ALLG", "other", 1),
        ("P-Smad", "SMAD", "letters", 0),
        ("PERK", "ERK", "part", 1),
        ("Cdks", "CDK", "letters", 0),
        ("CDKS", "CDK", "part", 1),
        ("HIC-1", "HLC-1", "swap", 1),
        ("PDC", "POC", "other", 1),
        ("НССсell", "ELL", "part", 4),
        ("Wnt/Ca2+", "CA-II", "part", 3),
        ("МАРК", "MAK", "other", 1),
        ("Aß", "ASS", "other", 2),
        ("LC3-11", "LC8", "other", 3),
    ],
)
def test_how_a_word_and_a_symbol_differ(word: str, symbol: str, kind: str, distance: int) -> None:
    assert compare(word, symbol) == (kind, distance)


def test_letters_of_other_scripts_are_read_as_they_look() -> None:
    assert [latin(word) for word in ("МАРК", "НPRT1", "GЗВP2", "Ca²+", "α-Syn", "Aß", "→ABCG2")] == [
        *("MAPK", "HPRT1", "G3BP2", "Ca2+", "α-Syn", "Aβ", "→ABCG2"),
    ]
    assert scripts("123") == scripts("→") == frozenset()
    assert scripts("蛋白A") == {"HAN", "LATIN"}
    assert plain("蛋白A") == "蛋白A"
    assert [plain(word) for word in ("", "γδ", "IFN-gamma", "II", "TGFBRI")] == ["", "GD", "IFNG", "II", "TGFBRI"]


def reference(a: str, b: str) -> int:
    """The edit distance as its recursion says it."""
    if not a or not b:
        return len(a) + len(b)
    return min(reference(a[1:], b) + 1, reference(a, b[1:]) + 1, reference(a[1:], b[1:]) + (a[0] != b[0]))


@given(words, words)
def test_the_edit_distance_is_the_least(a: str, b: str) -> None:
    assert edit_distance(a, b) == reference(a, b) == edit_distance(b, a)


@given(words)
def test_reading_as_latin_is_done_once(word: str) -> None:
    assert latin(latin(word)) == latin(word)
    assert plain(plain(word)) == plain(word)
    assert compare(word, word).distance == 0


@pytest.mark.parametrize(
    ("word", "symbol", "kind", "distance"),
    [
        ("1" * 100_000 + "x", "STAT3", "other", 100_001),
        ("1/1" * 33_000 + "?x", "STAT3", "other", 66_001),
        ("p-" * 50_000, "P", "part", 50_000),
        ("a" * 10_000, "b" * 10_001, "other", 10_001),
        ("a" * 100_000, "A" * 100_000, "same", 0),
        ("l" * 100_000, "1" * 100_000, "swap", 100_000),
        ("S" + "x" * 199, "STAT3", "other", 199),
        ("S" + "x" * 200, "STAT3", "other", 201),
        ("DKK" + "1" * 4_400 + "-4", "DKK4", "other", 4_404),
        ("DKK" + "1" * 100 + "-4", "DKK4", "shorthand", 100),
    ],
)
def test_what_is_longer_than_any_name_is_not_compared_letter_by_letter(
    word: str, symbol: str, kind: str, distance: int
) -> None:
    assert compare(word, symbol) == (kind, distance)
