"""Grades in a build: the table says what the audit says, and a build without low grades is read like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.authority.audit import GRADES, grades
from kg.errors import BuildError, QueryError
from tests.conftest import SEEDS
from tests.documents import document

HGNC = Path(__file__).parents[1] / "hgnc.txt"
KEYS = ["figid", "mention", "ncbigene"]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    return kg.build(SEEDS, output=tmp_path_factory.mktemp("grades") / "build", hgnc=HGNC, audit=True)


def test_the_table_says_what_the_audit_says(build: kg.Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = [
        (v.figid, v.mention, v.entrez, v.score, v.grade, "; ".join(f"{s.name}: {s.text}" for s in v.signals))
        for v in build.audit(hgnc=HGNC)
    ]
    assert build.scan("grades").collect().rows() == said
    counts = {grade: sum(row[4] == grade for row in said) for grade in GRADES}
    assert build.manifest["grades"] == counts
    monkeypatch.setattr(grades, "_ROWS_AT_ONCE", 7)
    parts = kg.build(SEEDS, output=tmp_path / "parts", hgnc=HGNC, audit=True)
    name = "tables/grades.parquet"
    assert parts.manifest["files"][name] == build.manifest["files"][name]
    assert not [path for path in (parts.path / "tables").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("place", range(len(GRADES)))
def test_candidates_below_a_grade_are_left_out(build: kg.Build, place: int) -> None:
    kept = {row[:3] for row in build.scan("grades").collect().iter_rows() if row[4] in GRADES[: place + 1]}
    graded = build.with_min_grade(GRADES[place])
    candidates = graded.table("candidates")
    assert set(candidates.select(KEYS).iter_rows()) == kept
    whole = build.table("candidates")
    assert candidates.rows() == [row for row in whole.rows() if (row[0], row[2], row[3]) in kept]
    assert graded.table("mentions").equals(build.table("mentions"))


def test_networks_lists_and_pairs_are_of_the_grade(build: kg.Build) -> None:
    graded = build.with_min_grade("plausible")
    gone = {"4718", "4117", "29072"}  # NDUFC2, MAK, SETD2
    assert gone <= set(build.cooccurrence(tier="synonyms"))
    assert not gone & set(graded.cooccurrence(tier="synonyms"))
    assert build.explain("STAT3", "NDUFC2").count > 0
    assert graded.explain("STAT3", "NDUFC2").count == 0
    sets = {each.name: set(each.genes) for each in graded.gene_sets(naming="ncbigene")}
    assert not gone & set().union(*sets.values())
    assert graded.enrich(["STAT3", "SOCS3"]).table.height == 2


def test_a_build_without_grades_and_a_grade_that_is_none_are_refused(seeds_build: kg.Build, build: kg.Build) -> None:
    with pytest.raises(BuildError, match=r"grades.parquet is missing; build the folder again, with --audit"):
        seeds_build.with_min_grade("plausible")
    with pytest.raises(QueryError, match="grade 'good' is not known; take one of supported, plausible"):
        build.with_min_grade("good")


def test_figures_without_genes_have_no_grades(tmp_path: Path) -> None:
    (tmp_path / "PMC1__f1.md").write_bytes(document(genes=[]))
    made = kg.build(tmp_path, output=tmp_path / "out", audit=True)
    assert made.scan("grades").collect().height == 0
    assert made.manifest["grades"] == dict.fromkeys(GRADES, 0)


def test_an_update_notices_that_grades_are_wanted(tmp_path: Path) -> None:
    kg.build(SEEDS, output=tmp_path / "out")
    graded = kg.build(SEEDS, output=tmp_path / "out", update=True, audit=True)
    assert graded.n_kept == 2
    assert graded.scan("grades").collect().height == 62
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    kg.build(SEEDS, output=tmp_path / "out", update=True, audit=True)
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
