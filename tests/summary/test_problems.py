from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import kg
from kg.errors import QueryError
from kg.summary import problem_rows, problems, render_problems
from kg.summary.records import KindCount
from tests.documents import document, row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def odd_build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """Figures with many problems of one kind, and few of others, one of them a curator's."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "in").mkdir()
    for n in range(9):
        rows = [row(), row(), row(entrez="x\u202e")]
        (folder / "in" / f"PMC{n}__f1.md").write_bytes(document(figid=f"PMC{n}__f1", pmcid=f"PMC{n}", genes=rows))
    (folder / "in" / "empty.md").write_bytes(b"")
    whole = kg.build(folder / "in", output=folder / "whole", formats=[], audit=True)
    whole.write_audit(folder / "audit.tsv")
    header, first, *_ = (folder / "audit.tsv").read_text(encoding="utf-8").splitlines()
    cells = first.split("\t")
    cells[0], cells[10:] = "PMC99__f1", ["accept", "", "", "", "A. Reader", "2026-11-29"]
    (folder / "gone.tsv").write_text("\n".join([header, "\t".join(cells), ""]), encoding="utf-8")
    return kg.build(folder / "in", output=folder / "build", formats=[], curation=folder / "gone.tsv")


def test_problems_stand_by_what_they_cost_and_decisions_before_others(odd_build: kg.Build) -> None:
    found = problems(odd_build)
    assert found.counts == (
        KindCount("file skipped", "empty-file", 1),
        KindCount("row skipped", "not-a-gene-id", 9),
        KindCount("warning", "decision-not-used", 1),
        KindCount("warning", "row-twice", 9),
    )
    assert [problem.kind for problem in found.problems] == [
        count.kind for count in found.counts for _ in range(count.n)
    ]
    said = {(p.severity, p.file, p.line, p.path, p.value, p.reason) for p in found.problems}
    assert said == set(odd_build.problems)
    files = [problem.file for problem in found.problems if problem.kind == "row-twice"]
    assert files == sorted(files)


def test_the_first_of_each_kind_are_listed_and_all_counted(odd_build: kg.Build) -> None:
    found = problems(odd_build, n_of_each=2)
    assert found.counts == problems(odd_build).counts
    assert [problem.file for problem in found.problems] == [
        *("empty.md", "PMC0__f1.md", "PMC1__f1.md", "gone.tsv", "PMC0__f1.md", "PMC1__f1.md"),
    ]


@pytest.mark.parametrize(("kinds", "n"), [(["row-twice"], 9), (["warning"], 10), (["warning", "empty-file"], 11)])
def test_kinds_and_severities_are_chosen(odd_build: kg.Build, kinds: list[str], n: int) -> None:
    found = problems(odd_build, kinds=kinds)
    assert len(found.problems) == sum(count.n for count in found.counts) == n


def test_what_is_no_kind_is_refused(odd_build: kg.Build) -> None:
    with pytest.raises(QueryError, match="'warnings' is no kind of problem; did you mean warning"):
        problems(odd_build, kinds=["warnings"])


def test_listed_problems_hold_no_controls(odd_build: kg.Build) -> None:
    found = problems(odd_build)
    text = render_problems(found)
    assert text.replace("\n", "").isprintable()
    assert text.startswith(
        "20 problems\n\nempty-file (file skipped): 1\n  empty.md: file skipped: the file is empty\n\n"
    )
    rows = list(problem_rows(found))
    assert [len(line.split("\t")) for line in rows] == [7] * 21
    assert all(line.replace("\t", "").isprintable() for line in rows)
    assert found.to_json().replace("\n", "").isprintable()
    assert json.loads(found.to_json())["problems"][1]["value"] == "x\u202e"


def test_a_build_without_problems_has_none(tmp_path: Path) -> None:
    (tmp_path / "PMC1__f1.md").write_bytes(document())
    found = problems(kg.build(tmp_path / "PMC1__f1.md", output=tmp_path / "build", formats=[]))
    assert (found.counts, found.problems, render_problems(found)) == ((), (), "0 problems")
