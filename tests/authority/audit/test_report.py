"""The audit of a build, as a table and as a page."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

import kg
from kg.authority.audit import AUDIT_COLUMNS, auditor, run
from kg.errors import ExportError, SourceError
from tests.documents import document, genes_table, row

if TYPE_CHECKING:
    from pathlib import Path

CAPTION = '<script>alert(0)</script> IL-6 & "STAT3" <script>alert(1)</script> bind'


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """Three figures: one with a hostile caption and word, one without genes, one of the second generation."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "_data").mkdir()
    genes = [
        row(),
        row("<b>\tx", "IL6", hgnc_symbol="IL6", entrez="3569"),
        *(row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol=s, entrez=e) for s, e in JAK),
        row(),
    ]
    (folder / "PMC1__f1.md").write_bytes(document(genes=genes, caption=CAPTION))
    (folder / "PMC1__f2.md").write_bytes(document(figid="PMC1__f2", genes=[]))
    (folder / "PMC2__f1.md").write_bytes(
        document(figid="PMC2__f1", pmcid="PMC2", genes=None, caption=None, organisms=["Mus musculus"], figlink=None)
    )
    line = "{}\t{}\tAnimals\tStat3\tStat3\tStat3\t{}\tncbigene_symbol\t1\t0\t1"
    table = genes_table(line.format("10090", "Mus musculus", "20848"), line.format("9606", "Homo sapiens", "6774"))
    (folder / "_data" / "PMC2__f1-genes.tsv").write_bytes(table)
    return kg.build(folder, output=folder / "build", formats=[])


JAK = (("JAK1", "3716"), ("JAK2", "3717"))


def table(build: kg.Build, **options: object) -> list[dict[str, str]]:
    build.write_audit(stream := io.StringIO(), **options)  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(stream.getvalue()), delimiter="\t"))


def test_each_candidate_gene_of_each_mention_has_a_row(build: kg.Build) -> None:
    rows = table(build)
    assert tuple(rows[0]) == AUDIT_COLUMNS
    assert [(r["figid"], r["mention"], r["word"], r["entrez"]) for r in rows] == [
        ("PMC1__f1", "1", "STAT3", "6774"),
        ("PMC1__f1", "2", "<b> x", "3569"),
        ("PMC1__f1", "3", "JAK", "3716"),
        ("PMC1__f1", "3", "JAK", "3717"),
        ("PMC2__f1", "1", "Stat3", "20848"),
        ("PMC2__f1", "1", "Stat3", "6774"),
    ]
    assert "species_mismatch: the figure is of Mus musculus" in rows[5]["reasons"]
    assert "species_mismatch" not in rows[4]["reasons"]


@pytest.mark.parametrize("n_figures", [1, 2])
def test_slices_of_figures_give_the_same(build: kg.Build, monkeypatch: pytest.MonkeyPatch, n_figures: int) -> None:
    whole = list(build.audit())
    monkeypatch.setattr(run, "_FIGURES_AT_ONCE", n_figures)
    monkeypatch.setattr(auditor, "_CACHED", 0)
    assert list(build.audit()) == whole


def test_rows_are_chosen_by_grade_and_by_the_lowest_scores(build: kg.Build) -> None:
    rows = table(build)
    lowest = table(build, limit=2)
    assert [float(r["score"]) for r in lowest] == sorted(float(r["score"]) for r in rows)[:2]
    doubtful = table(build, grades=["doubtful"])
    assert doubtful == [r for r in rows if r["grade"] == "doubtful"]
    assert build.write_audit(io.StringIO(), grades=["doubtful"]).total() == len(rows)


class Page(HTMLParser):
    """What a page holds: rows, marked text, tags, and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.marked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["mark"]:
            self.marked.append(data)
            self.tags.append("")


def test_the_page_shows_captions_and_runs_nothing_of_theirs(build: kg.Build, tmp_path: Path) -> None:
    build.write_audit(tmp_path / "audit.html")
    text = (tmp_path / "audit.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.tags.count("tr") == 1 + 6
    assert page.tags.count("script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>&lt;b&gt;" in text
    assert {"IL-6", "STAT3"} <= set(page.marked)
    assert all(re.match(r"https?://(?:www\.ncbi\.nlm\.nih\.gov|identifiers\.org)/", link) for link in page.links)
    assert "PMC2__f1" in text  # a figure without a page has no link
    assert not {"link", "img", "iframe"} & set(page.tags)


def test_the_same_build_gives_the_same_bytes(build: kg.Build, tmp_path: Path) -> None:
    for suffix in ("html", "tsv"):
        for name in ("a", "b"):
            build.write_audit(tmp_path / f"{name}.{suffix}", hgnc="tests/authority/hgnc.txt")
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_a_wrong_suffix_a_missing_table_and_a_full_disk_are_said(build: kg.Build, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"audit.csv: an audit is written as .tsv or .html"):
        build.write_audit(tmp_path / "audit.csv")
    with pytest.raises(SourceError, match=r"none\.txt: cannot be read"):
        build.write_audit(tmp_path / "audit.tsv", hgnc=tmp_path / "none.txt")
    assert list(tmp_path.iterdir()) == []
