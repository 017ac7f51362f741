from __future__ import annotations

import html
import re

import pytest

from kg.authority.audit import Verdict
from kg.authority.audit.marking import Caption


def verdict(word: str = "STAT3", symbol: str = "STAT3") -> Verdict:
    return Verdict("f1", 1, word, symbol, "hgnc_symbol", symbol, "1", 0.5, "plausible", ())


def marked(shown: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", shown)


def test_each_row_of_a_figure_has_its_own_names_marked() -> None:
    rows = [verdict("Stat-3/x"), verdict("JAK", "JAK1")]
    caption = Caption("<b> STAT3, Stat-3; JAK1 (jak) & STAT5", rows)
    assert [marked(caption.html(row)) for row in rows] == [["STAT3", "Stat-3"], ["JAK1", "jak"]]
    assert html.unescape(re.sub("</?mark>", "", caption.html(rows[0]))) == "<b> STAT3, Stat-3; JAK1 (jak) & STAT5"


@pytest.mark.parametrize("text", [None, ""])
def test_no_caption_is_nothing(text: str | None) -> None:
    assert Caption(text, [verdict()]).html(verdict()) == ""


def test_of_a_long_caption_each_row_shows_what_is_around_its_marks() -> None:
    words = [f"w{n}" for n in range(2_000)]
    words[5] = words[1_000] = words[1_010] = "STAT3"
    words[-1] = "JAK"
    text = " ".join(words)
    rows = [verdict(), verdict("JAK", "JAK"), verdict("TP53", "TP53")]
    caption = Caption(text, rows)
    first, last, beginning = map(caption.html, rows)
    assert marked(first) == ["STAT3"] * 3
    parts = re.sub("</?mark>", "", first).split(" …")
    assert len(parts) == 3
    assert [part.strip() in text for part in parts] == [True] * 3
    assert text.startswith(parts[0])
    assert parts[2] == ""
    assert last.startswith("… ")
    assert last.endswith("<mark>JAK</mark>")
    assert beginning == text[:6_000] + " …"


@pytest.mark.parametrize(
    "text", ["STAT3 " * 17_000, "STAT3 " + "w" * 300 + " ", "STAT3" + "-" * 100_000, "x" * 7_000 + " STAT3"]
)
def test_a_caption_takes_a_bounded_part_of_each_row(text: str) -> None:
    rows = [verdict()] * 200
    caption = Caption(text if len(text) > 6_000 else text * 400, rows)
    for row in rows:
        shown = caption.html(row)
        assert marked(shown)
        assert len(re.sub("</?mark>| … ", "", shown)) <= 6_004
