from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authority.audit import FigureText
from kg.authority.audit.definitions import best_long_form, find_definitions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Cells see lipoteichoic acid (LTA).", {"LTA": "lipoteichoic acid"}),
        ("the subunit (GCLC) and the modifier", {}),
        ("binding of GCLM (glutamate-cysteine ligase modifier)", {"GCLM": "glutamate-cysteine ligase modifier"}),
        ("PDH: pyruvate dehydrogenase; SDH: succinate dehydrogenase", {"PDH": "pyruvate dehydrogenase"}),
        ("ABA, Abscisic acid; SLs, strigolactones.", {"SLS": "strigolactones"}),
        ("IPP—isopentenyl diphosphate, DMAPP—dimethylallyl diphosphate", {"IPP": "isopentenyl diphosphate"}),
        ("FUM- fumarase, G3PT- glycerol-1-phosphatase", {"FUM": "fumarase"}),
        (
            "crt crotonase, bdh butanol dehydrogenase, buk butyrate kinase",
            {"CRT": "crotonase", "BUK": "butyrate kinase"},
        ),
        ("crt crotonase, and no list", {}),
        ("(IL-6; interleukin 6) and STAT3, which binds DNA", {}),
        ("EGF, VEGF, FGF and HGF", {}),
        ("transforming growth factor beta (TGF-β)", {"TGFB": "transforming growth factor beta"}),
    ],
)
def test_what_captions_define(text: str, found: dict[str, str]) -> None:
    definitions = find_definitions(text)
    assert {short: definitions.get(short) for short in found} == {short: (long,) for short, long in found.items()}
    if not found:
        assert definitions == {}


def test_two_long_forms_of_one_abbreviation_are_both_kept() -> None:
    text = "pyruvate carboxylase (PC) and phosphatidyl choline (PC)"
    assert find_definitions(text) == {"PC": ("pyruvate carboxylase", "phosphatidyl choline")}


def test_the_first_long_forms_of_many_are_kept() -> None:
    text = " ".join(f"p{n}x c{n} (PC)" for n in range(6_000))
    assert find_definitions(text) == {"PC": tuple(f"p{n}x c{n}" for n in range(20))}


def test_only_abbreviations_that_are_asked_for_are_looked_for() -> None:
    text = "lipoteichoic acid (LTA), LPS (lipopolysaccharide). PK: pyruvate kinase; pta aa, bdh b d h, crt crotonase"
    assert set(find_definitions(text)) == {"LTA", "LPS", "PK"}
    assert find_definitions(text, among={"PK", "LPS"}) == {"LPS": ("lipopolysaccharide",), "PK": ("pyruvate kinase",)}
    assert find_definitions(text, among=()) == {}


LISTS = [
    "a: PDH kinase and PDH: pyruvate dehydrogenase; (LTA - lipoteichoic acid) or PK- pyruvate kinase, pk pyruvate k.",
    "PDH\u2014pyruvate dehydrogenase, P-K\u2014pyruvate kinase; of\xa0PDH (a) or\u2009PK, pyruvate kinase; Pd-h - p d",
    "pdh pyruvate dehydrogenase, pk pyruvate kinase. lta lipoteichoic acid, IFN-β, interferon beta; β, PK (pyruvate k)",
    "X: the form, PK, of PDH and PK: p kinase (P K) in P-K (pyruvate kinase) or β-LTA = beta lipoteichoic acid",
]


@pytest.mark.parametrize("text", LISTS)
def test_looking_where_pieces_stand_finds_as_much(text: str) -> None:
    """What is wanted is found where pieces of the text give it as where all words are looked at."""
    read = FigureText(text, None, None)
    every = find_definitions(text)
    assert every
    for wanted in (*({name} for name in every), {"PDH", "PK", "LTA", "IFNB", "BLTA"}):
        pieces = read.pieces_of(read.names.intersection([name.encode() for name in wanted]))
        found = find_definitions(text, among=wanted, pieces=pieces)
        assert found == find_definitions(text, among=wanted) == {key: every[key] for key in every if key in wanted}


NAMES = ["PK", "pK", "PK1", "P-K", "x", "pyruvate kinase"]
SIGNS = [" ", ", ", "; ", ". ", ": ", "(", ") ", " and ", " or ", "–", "—", "- ", "\xa0"]


@given(st.lists(st.sampled_from(NAMES + SIGNS)))
def test_pieces_of_any_text_are_looked_at(parts: list[str]) -> None:
    text = "".join(parts)
    read = FigureText(text, None, None)
    wanted = {"PK", "PK1"}
    pieces = read.pieces_of(read.names.intersection([b"PK", b"PK1"]))
    found = find_definitions(text, among=wanted, pieces=pieces)
    every = find_definitions(text)
    assert found == find_definitions(text, among=wanted) == {key: every[key] for key in every if key in wanted}


def is_in_order(short: str, long: str) -> bool:
    letters = iter(long.lower())
    return all(letter in letters for letter in short.lower() if letter.isalnum())


@given(st.text("abc1", min_size=1, max_size=4), st.text("abc1 -", max_size=20))
def test_a_long_form_ends_the_text_and_holds_the_letters(short: str, text: str) -> None:
    found = best_long_form(short, text)
    if found is not None:
        assert text.strip(" ,;:-").endswith(found)
        assert is_in_order(short, found)
        assert len(found) > len(short)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for short, longs in find_definitions(f"{text} (AB) {text}; XY: {text}").items():
        assert short
        assert all(longs)


@pytest.mark.parametrize(
    "text",
    [
        "STAT3 - a" + " " * 100_000 + "b=",
        "and STAT3- c " * 8_000 + "=z",
        "or STAT3- a " * 8_000 + "=z",
        "(STAT3,a" * 12_500 + "=",
        "STAT3" + " " * 100_000 + "x",
        "." + " " * 100_000 + "=",
    ],
)
def test_long_captions_are_read_once(text: str) -> None:
    assert find_definitions(text) == {}
    assert find_definitions(text, among={"STAT3"}, pieces=[b"STAT3", b"STAT3-"]) == {}
    assert find_definitions(f"{text}; PDH: pyruvate dehydrogenase")["PDH"] == ("pyruvate dehydrogenase",)


def test_a_word_of_many_pieces_is_looked_for_once() -> None:
    text = FigureText(" ".join([f"PK\xa0a{number}x" for number in range(20_000)]), None, None)
    assert len(text.pieces_of({b"PK"})) == 20_001
    assert find_definitions(text.text, among={"PK"}, pieces=text.pieces_of({b"PK"})) == {}


def test_long_forms_stand_in_the_order_of_the_text() -> None:
    text = FigureText("PK (protein kinase) and pyruvate kinase (PK); NFŒ∫B: nuclear factor kappa B; x", None, None)
    names = {b"PK", b"NFKB"}
    found = find_definitions(text.caption, among={"PK", "NFKB"}, pieces=text.pieces_of(names))
    assert found == {"PK": ("protein kinase", "pyruvate kinase"), "NFKB": ("nuclear factor kappa B",)}


def test_a_long_dash_does_not_hide_a_word_with_a_short_one() -> None:
    text = FigureText("P-K—protein kinase; PK, pyruvate kinase; x", None, None)
    found = find_definitions(text.caption, among={"PK"}, pieces=text.pieces_of({b"PK"}))
    assert found == {"PK": ("protein kinase", "pyruvate kinase")}


def test_what_ends_no_long_form_hides_none_that_follows() -> None:
    text = "(PK, kept (LTA- low or LPS- late = both; PDH = pyruvate dehydrogenase   "
    assert find_definitions(text) == {"PDH": ("pyruvate dehydrogenase",)}
