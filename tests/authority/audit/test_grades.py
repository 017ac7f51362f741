"""Grades in a build: the table says what the audit says, and a build without low grades is read like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.authority.audit import GRADES, WEIGHTS, audit
from kg.authority.hgnc import read_hgnc
from kg.errors import BuildError, QueryError
from kg.folder import GRAPH_SUFFIXES
from tests.conftest import SEEDS
from tests.documents import document, row
from tests.pipeline.builds import contents, corpus, numbered

HGNC = Path(__file__).parents[1] / "hgnc.txt"
KEYS = ["figid", "mention", "ncbigene"]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    return kg.build(SEEDS, output=tmp_path_factory.mktemp("grades") / "build", hgnc=HGNC, audit=True)


def test_the_pass_the_table_and_an_audit_of_the_tables_say_the_same(build: kg.Build) -> None:
    said = list(audit(build, read_hgnc(HGNC)))
    assert list(build.audit()) == list(build.audit(hgnc=HGNC)) == said
    reasons = [[f"{signal.name}: {signal.text}" for signal in v.signals] for v in said]
    rows = [(v.figid, v.mention, v.entrez, v.score, v.grade, why) for v, why in zip(said, reasons, strict=True)]
    assert build.table("grades").rows() == rows
    assert build.manifest["grades"] == {grade: sum(v.grade == grade for v in said) for grade in GRADES}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Figures whose records and rows are easily taken for another: repeats, other symbols of a gene, two titles."""
    stat3 = (row(), row(symbol="STAT3", hgnc_symbol="APRF"), row(entrez="20848", hgnc_symbol="Stat3"), row())
    words = (row(word="IL-6\nx", symbol="IL6", entrez="3569"), row(word="JAK; a", source="bioentities_symbol"))
    return corpus(
        tmp_path / "in",
        PMC1__f000=numbered(0, genes=[*stat3, *words], papertitle=None),
        PMC1__f001=numbered(1, genes=[*stat3, *words], papertitle="STAT3 of plants"),
        PMC1__f002=numbered(2, genes=[], papertitle="Another"),
    )


def test_odd_figures_are_graded_alike_in_the_pass_and_from_the_tables(odd: Path, tmp_path: Path) -> None:
    build = kg.build(odd, output=tmp_path / "out", audit=True)
    said = [(v.figid, v.mention, v.entrez, v.grade, " ".join(v.reasons.split())) for v in audit(build)]
    assert [(v.figid, v.mention, v.entrez, v.grade, v.reasons) for v in build.audit()] == said
    assert len(said) == 2 * 4


def test_workers_order_and_updates_do_not_show(odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.pipeline.one_pass.BATCH", 1)
    options: dict[str, Any] = {"formats": GRAPH_SUFFIXES, "hgnc": HGNC, "audit": True}
    one = contents(kg.build(odd, SEEDS, output=tmp_path / "one", workers=1, **options).path)
    assert contents(kg.build(SEEDS, odd, output=tmp_path / "two", workers=2, **options).path) == one
    corpus(odd, PMC1__f001=numbered(1), PMC1__f003=numbered(3))
    full = contents(kg.build(odd, SEEDS, output=tmp_path / "full", **options).path)
    updated = kg.build(odd, SEEDS, output=tmp_path / "two", update=True, **options)
    assert (contents(updated.path), updated.n_kept) == (full, 4)


@pytest.mark.parametrize("seed", [0, 1])
def test_hash_seeds_do_not_show(tmp_path: Path, seed: int, build: kg.Build) -> None:
    command = [sys.executable, "-m", "kg", "build", SEEDS, "-o", tmp_path / "out", "--audit", "--hgnc", HGNC, "-q"]
    subprocess.run(list(map(str, command)), check=True, env={**os.environ, "PYTHONHASHSEED": str(seed)})
    assert contents(tmp_path / "out") == contents(build.path)


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
    with pytest.raises(BuildError, match="has no grades; build the folder again with --audit"):
        seeds_build.with_min_grade("plausible")
    with pytest.raises(QueryError, match="grade 'good' is not known; take one of supported, plausible"):
        build.with_min_grade("good")


def test_figures_without_genes_have_no_grades(tmp_path: Path) -> None:
    (tmp_path / "PMC1__f1.md").write_bytes(document(genes=[]))
    made = kg.build(tmp_path, output=tmp_path / "out", audit=True)
    assert made.scan("grades").collect().height == 0
    assert made.manifest["grades"] == dict.fromkeys(GRADES, 0)


def test_an_update_notices_that_grades_are_wanted_or_made_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def update(**options: Any) -> tuple[int, dict[str, bytes]]:
        made = kg.build(SEEDS, output=tmp_path / "out", update=True, **options)
        full = kg.build(SEEDS, output=tmp_path / "full", **options)
        assert contents(made.path) == contents(full.path)
        return made.n_kept, contents(made.path)

    n_kept, plain = update()
    assert n_kept == 0
    n_kept, graded = update(audit=True)
    assert n_kept == 0
    assert update(audit=True) == (2, graded)
    assert update() == (0, plain)
    assert update(audit=True, hgnc=HGNC)[0] == 0
    n_kept, with_hgnc = update(audit=True, hgnc=HGNC)
    assert n_kept == 2
    monkeypatch.setattr("kg.pipeline.grading.WEIGHTS", {**WEIGHTS, "alias": -9})
    n_kept, reweighed = update(audit=True, hgnc=HGNC)
    assert (n_kept, reweighed == with_hgnc) == (0, False)
