from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kg.network import explanation_markdown, render_explanation
from kg.network.explanations.explain import Uncounted, Word
from kg.terminal import cell_width

if TYPE_CHECKING:
    import kg

HOSTILE = "a\x1b[2J|b \u202e[x](y) *z* " + "long " * 60


def test_the_evidence_of_a_pair_is_a_table_with_links(seeds_build: kg.Build) -> None:
    text = render_explanation(seeds_build.explain("JAK1", "STAT3"))
    lines = text.splitlines()
    assert lines[0] == "JAK1 (3716) and STAT3 (6774), Homo sapiens: 2 figures of 2 papers; fractional count 1"
    assert lines[2].split() == ["year", "JAK1", "as", "STAT3", "as", "figure"]
    assert lines[3].split("  ")[1:4:2] == ["2020", "STAT3 (strict)"]
    assert "JAK (all, 1 of 4 genes)" in lines[3]
    assert (
        "        image   https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/bin/12964_2020_527_Fig5_HTML.jpg" in lines
    )
    assert all(cell_width(line) <= 88 or "https://" in line for line in lines)


def test_figures_that_do_not_count_are_said_in_a_line(seeds_build: kg.Build) -> None:
    text = render_explanation(seeds_build.explain("JAK1", "JAK2"), width=200)
    assert text.splitlines()[0] == "JAK1 (3716) and JAK2 (3717), Homo sapiens: no figure counts"
    assert "2 figures hold both without counting: one and the same token is read as both (PMC6305783__" in text
    found = seeds_build.explain("IL6", "STAT3")
    some = replace(found, uncounted=(Uncounted("x", ("a", "b", "c", "d")), Uncounted("y", ("e",))))
    for rendered in (render_explanation(some), explanation_markdown(some)):
        assert "4 figures hold both without counting: x (a, b, c and 1 more)" in rendered
        assert "1 figure holds both without counting: y (e)" in rendered


def test_long_evidence_says_how_much_more_there_is(seeds_build: kg.Build) -> None:
    found = seeds_build.explain("IL6", "STAT3")
    assert render_explanation(found, n_figures=1).endswith("\n  and 1 more; as JSON or Markdown all of them")
    assert " more" not in render_explanation(found)


def test_markdown_has_a_row_a_figure_with_links(seeds_build: kg.Build) -> None:
    lines = explanation_markdown(seeds_build.explain("family:JAK", "STAT3", expand="none")).splitlines()
    assert lines[0] == "## JAK and STAT3"
    assert lines[4] == "| year | figure | JAK as | STAT3 as | image | paper |"
    assert lines[6].startswith("| 2020 | [Advances of the STAT3 signaling pathways")
    assert "](<https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig5/>)" in lines[6]
    assert len(lines) == 8


@pytest.mark.parametrize("width", [1, 60, 88, 120])
def test_what_others_wrote_breaks_neither_terminal_nor_table(seeds_build: kg.Build, width: int) -> None:
    found = seeds_build.explain("IL6", "STAT3")
    word = Word(HOSTILE, HOSTILE, "?", None, None, 1)
    links = {"paper": found.figures[0].links["paper"]}
    bad = replace(found.figures[0], title=HOSTILE, year=None, paper_title=HOSTILE, words_a=(word,), links=links)
    for figure in (bad, replace(bad, title=None, paper_title=None)):
        hostile = replace(found, figures=(figure,))
        text = render_explanation(hostile, width=width)
        assert text.replace("\n", "").isprintable()
        assert "(unknown)" not in text.split("figure")[0]
        markdown = explanation_markdown(hostile)
        assert markdown.replace("\n", "").isprintable()
        row = markdown.splitlines()[-1]
        assert row.replace("\\|", "").count("|") == 7
        assert json.loads(hostile.to_json())["figures"][0]["title"] == figure.title
