"""Names and words of figures' texts: those that are ASCII, and those that are not, are read alike."""

from __future__ import annotations

import re

import pytest

from kg.authority.audit import FigureText
from kg.authority.audit.spelling import plain
from kg.authority.audit.text import phrase

TEXTS = [
    "IL-6/STAT3 (HIF-1alpha), BMPRII; NF-kB p65_x 5'-UTR.",
    "NF-κB–p65 and IFN-β\u2009signal via TGFβII, p‐ERK, НPRT1, Жаба2 and Aß.",
    "TNF—α binds; MEK-1—ERK–2\xa0goes on — and ΔF508—CFTR stays.",
    "ΟΔΟΣ, ΣΑΣ and İL-2: \x1cSchrödinger\x85’s ﬁbroblast Ǆ №5 ½ ά µM 蛋白-1",
    "beta–catenin, γ-secretase–IV, IFN-Œ≤ and lone \ud800 surrogates",
    "—",
]


def _names(text: str) -> set[str]:
    """Return the names of a text piece by piece, as the documentation of the audit has them."""
    pieces = re.sub(r"[ /,;:()\[\]{}|=+.'\"*]", " ", text).split()
    parts = [part for piece in pieces if "-" in piece or "–" in piece for part in re.split("[-–—]", piece)]
    return {plain(piece) for piece in [*pieces, *parts]} - {""}


@pytest.mark.parametrize("caption", TEXTS)
def test_names_and_words(caption: str) -> None:
    """A text is read at once, and has the names and words of its pieces."""
    text = FigureText(caption, None, None)
    words = re.findall(r"[^\W_]+", text.text.lower())
    assert text.names == _names(text.text)
    assert text.words == set(words)
    assert text.phrases == phrase(text.text) == f" {' '.join(words)} "


def test_long_dashes_part_names_beside_others() -> None:
    """A long dash by itself does not part names, as in `TNF—α`; beside another dash it does."""
    assert FigureText("AKT—MEK", None, None).names == {"AKTMEK"}
    assert FigureText("AKT—MEK-1", None, None).names == {"AKTMEK1", "AKT", "MEK", "1"}


def test_caption_is_repaired_with_the_titles() -> None:
    """What was read as Mac Roman is whole again in captions and titles, each by itself."""
    text = FigureText("NFŒ∫B", "IFN-Œ≤", "Œ≤")
    assert text.text == "NFκB IFN-β β"
    assert text.has("NF-kB")
    assert text.has("IFNB")
