"""Names and words of figures' texts: those that are ASCII, and those that are not, are read alike."""

from __future__ import annotations

import re

import pytest

from kg.authority.audit import FigureText
from kg.authority.audit import text as text_module
from kg.authority.audit.spelling import plain
from kg.authority.audit.text import capitals, read_name

TEXTS = [
    "IL-6/STAT3 (HIF-1alpha), BMPRII; NF-kB p65_x 5'-UTR.",
    "NF-κB–p65 and IFN-β\u2009signal via TGFβII, p‐ERK, НPRT1, Жаба2 and Aß.",
    "TNF—α binds; MEK-1—ERK–2\xa0goes on — and ΔF508—CFTR stays.",
    "ΟΔΟΣ, ΣΑΣ and İL-2: \x1cSchrödinger\x85’s ﬁbroblast Ǆ №5 ½ ά µM 蛋白-1",
    "beta–catenin, γ-secretase–IV, IFN-Œ≤ and lone \ud800 surrogates",
    "—",
]


def _cut(text: str) -> list[str]:
    return re.sub(r"[ /,;:()\[\]{}|=+.'\"*]", " ", text).split()


def _names(text: str) -> set[str]:
    """Return the names of a text piece by piece, as the documentation of the audit has them."""
    pieces = _cut(text)
    parts = [part for piece in pieces if "-" in piece or "–" in piece for part in re.split("[-–—]", piece)]
    return {plain(piece) for piece in [*pieces, *parts]} - {""}


@pytest.mark.parametrize("caption", TEXTS)
def test_names_and_words(caption: str) -> None:
    """A text is read at once, and has the names and words of its pieces, and these; also when they are known."""
    for _ in range(2):
        text = FigureText(caption, None, None)
        words = re.findall(r"[^\W_]+", text.text.lower())
        names, of_words = {name.encode() for name in _names(text.text)}, set(map(capitals, words))
        pieces = {piece.encode("utf-8", "surrogatepass").upper() for piece in _cut(text.text)}
        assert names <= text.names
        assert {name for name in text.names if name.isalnum()} <= names | pieces
        assert of_words <= text.words
        assert {word for word in text.words if word.isalnum()} <= of_words | names | pieces
        assert read_name(text.text)[0] == " ".join(words)


@pytest.mark.parametrize("caption", TEXTS)
def test_phrases(caption: str) -> None:
    """Words follow each other in a text if nothing but signs is between them, and none of them is a part of another."""
    text = FigureText(caption, None, None)
    words = re.findall(r"[^\W_]+", text.text.lower())
    phrases = [" ".join(words[place : place + n]) for place in range(len(words)) for n in (1, 2, 3)]
    assert all(map(text.has_phrase, phrases))
    for phrase in phrases:
        for other in (phrase[1:], phrase[:-1], f"{phrase} x", phrase.replace(" ", "  x "), phrase[::-1]):
            assert text.has_phrase(" ".join(other.split())) == (
                f" {' '.join(other.split())} " in f" {' '.join(words)} "
            )


def test_few_pieces_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pieces give is kept for a limited number of them, and for none that is longer than names are."""
    monkeypatch.setattr(text_module, "_MOST_KEPT", 4)
    text_module._PLAIN.clear()
    text_module._OTHERS.clear()
    for number in range(12):
        text = FigureText(f"AKT{number} IL-{number} {'A' * 50}{number}", None, None)
        assert all(map(text.has, (f"AKT{number}", f"IL{number}", f"{'A' * 50}{number}")))
        for kept in (text_module._PLAIN, text_module._OTHERS):
            assert 0 < len(kept) <= 4
            assert max(map(len, kept)) <= 40


def _plain_names(text: str) -> set[str]:
    return {name.decode() for name in FigureText(text, None, None).names if name.isalnum()}


def test_species_stand_in_the_order_of_the_text() -> None:
    """Words that tell of other species are told as they come, each once; one inside another word is none of them."""
    text = "Preplants of the wormlike Éyeast: maize, Yeast and plants of maize"
    assert FigureText(text, None, None).other_species == ("maize", "yeast", "plants")


def test_long_dashes_part_names_beside_others() -> None:
    """A long dash by itself does not part names, as in `TNF—α`; beside another dash it does."""
    assert _plain_names("AKT—MEK") == {"AKTMEK"}
    assert _plain_names("AKT—MEK-1") == {"AKTMEK1", "AKT", "MEK", "1"}


def test_caption_is_repaired_with_the_titles() -> None:
    """What was read as Mac Roman is whole again in captions and titles, each by itself."""
    text = FigureText("NFŒ∫B", "IFN-Œ≤", "Œ≤")
    assert text.text == "NFκB IFN-β β"
    assert text.has("NF-kB")
    assert text.has("IFNB")
