from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import kg
from kg.errors import BuildError
from kg.folder import Folder
from kg.summary import render_stats, stats
from kg.summary.records import YearCount
from tests.documents import document, row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def odd_build(tmp_path: Path) -> kg.Build:
    """Two figures without a year, one of them with rows that are odd."""
    (tmp_path / "a.md").write_bytes(
        document(year="NA", genes=[row(), row(source="new\u202e_lexicon"), row(entrez="x")])
    )
    (tmp_path / "b.md").write_bytes(document(figid="PMC2__f1", pmcid="PMC2", year="", genes=[]))
    (tmp_path / "c.md").write_bytes(document(figid="PMC3__f1", pmcid="PMC3", year="1999"))
    (tmp_path / "d.md").write_bytes(b"---\nnot: [closed\n---\n")
    return kg.build(tmp_path, output=tmp_path / "build", formats=[])


def test_the_seeds_are_counted(seeds_build: kg.Build) -> None:
    found = stats(seeds_build)
    assert dict(found.n_rows) == {
        "figures": 2,
        "papers": 2,
        "mentions": 18 + 10,
        "candidates": 36 + 27,
        "genes": 47,
        "families": 6,
        "chemicals": 0,
        "diseases": 0,
        "problems": len(seeds_build.problems),
    }
    assert found.n_genes == 47
    assert [(count.lexicon, count.tier, count.n_rows) for count in found.lexicons] == [
        ("bioentities_symbol", "all", 42),
        ("hgnc_symbol", "strict", 12),
        ("hgnc_alias_symbol", "synonyms", 8),
        ("hgnc_prev_symbol", "synonyms", 1),
    ]
    assert dict(found.tiers) == {"strict": 12, "synonyms": 9, "all": 42, "unknown": 0}
    assert found.family_fraction == 42 / 63
    assert found.years == (YearCount(2018, 1), YearCount(2020, 1))
    assert sum(found.problems.values()) == len(seeds_build.problems)


def test_top_genes_stand_by_figures_then_symbol(seeds_build: kg.Build) -> None:
    top = stats(seeds_build).top_genes
    assert len(top) == 20
    both = ["IL6", "JAK1", "JAK2", "JAK3", "NFKB1", "NFKB2", "REL", "RELA", "RELB", "STAT3", "TYK2"]
    assert [gene.symbol for gene in top if gene.n_figures == 2] == both
    assert list(top) == sorted(top, key=lambda gene: (-gene.n_figures, gene.symbol))
    assert [gene.symbol for gene in stats(seeds_build, n_top=1).top_genes] == ["IL6"]


def test_own_words_are_those_that_are_no_family(seeds_build: kg.Build, tmp_path: Path) -> None:
    own = {gene.symbol: gene.n_own for gene in stats(seeds_build).top_genes}
    assert (own["IL6"], own["STAT3"], own["JAK1"], own["TYK2"]) == (2, 2, 0, 0)
    genes = [row(), row(word="Stat3"), row(word="STAT", symbol="STAT", source="bioentities_symbol")]
    (tmp_path / "a.md").write_bytes(document(genes=genes))
    (tmp_path / "b.md").write_bytes(document(figid="PMC2__f1", pmcid="PMC2", genes=genes[2:]))
    (gene,) = stats(kg.build(tmp_path, output=tmp_path / "build", formats=[])).top_genes
    assert (gene.n_figures, gene.n_own) == (2, 1)


def test_one_gene_is_not_several(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(document(genes=[row()]))
    assert "\n1 distinct gene; " in render_stats(stats(kg.build(tmp_path / "a.md", output=tmp_path / "b", formats=[])))


def test_unknown_lexicons_and_years_are_counted(odd_build: kg.Build) -> None:
    found = stats(odd_build)
    assert found.tiers["unknown"] == 1
    assert found.years == (YearCount(1999, 1), YearCount(None, 2))
    assert list(found.problems) == ["file skipped", "row skipped", "warning"]
    assert found.problems["file skipped"] == 1
    assert found.problems["row skipped"] == 1
    assert found.n_rows["figures"] == 3


def test_rendered_numbers_hold_no_controls(odd_build: kg.Build) -> None:
    text = render_stats(stats(odd_build))
    assert text.replace("\n", "").isprintable()
    assert "unknown  " in text


def test_a_build_without_genes_has_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(document(genes=[]))
    found = stats(kg.build(tmp_path / "a.md", output=tmp_path / "build", formats=[]))
    assert found.family_fraction == 0
    assert found.top_genes == ()
    assert "0 distinct genes; 0% of the gene rows" in render_stats(found)


def test_rendered_numbers_fit_a_terminal(seeds_build: kg.Build) -> None:
    lines = render_stats(stats(seeds_build)).splitlines()
    assert max(map(len, lines)) <= 80
    assert "  candidates  63" in lines
    assert "47 distinct genes; 67% of the gene rows come from families" in lines
    assert "  bioentities_symbol  all         42" in lines
    assert "  IL6         3569  Homo sapiens        2         2" in lines
    assert "  JAK1        3716  Homo sapiens        2         0" in lines
    said = "The word of a family counts for each member; `own word`: figures with a word that is no family."
    assert said in " ".join(map(str.strip, lines))
    assert lines[-5:] == [
        "Problems, which --problems lists",
        "  file skipped  0",
        "  row skipped   0",
        "  warning       1",
        "    row-twice   1",
    ]
    assert lines == [line.rstrip() for line in lines]


def test_numbers_are_json(seeds_build: kg.Build) -> None:
    value = json.loads(stats(seeds_build).to_json())
    assert value["kind"] == "stats"
    assert value["n_rows"]["figures"] == 2
    il6 = {"symbol": "IL6", "ncbigene": "3569", "organism": "Homo sapiens", "n_figures": 2, "n_own": 2}
    assert value["top_genes"][0] == il6
    assert value["years"][0] == {"year": 2018, "n_figures": 1}


def test_a_missing_table_is_named(seeds_build: kg.Build, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((seeds_build.path / "manifest.json").read_bytes())
    with pytest.raises(BuildError, match=r"the table figures\.parquet is missing"):
        stats(Folder(tmp_path))


def test_mentions_are_counted_by_the_grade_of_their_best_gene(audited_build: kg.Build) -> None:
    found = stats(audited_build)
    order = ["supported", "plausible", "doubtful", "conflicting"]
    assert [count.grade for count in found.grades] == order
    of_mention: dict[tuple[str, int], list[int]] = {}
    for verdict in audited_build.audit():
        of_mention.setdefault((verdict.figid, verdict.mention), []).append(order.index(verdict.grade))
    grades = [grade for grades in of_mention.values() for grade in grades]
    best = [min(grades) for grades in of_mention.values()]
    for place, count in enumerate(found.grades):
        assert (count.n_mentions, count.n_genes) == (best.count(place), grades.count(place))
    assert sum(count.n_mentions for count in found.grades) == 28


def test_what_curators_decided_is_counted(audited_build: kg.Build) -> None:
    found = stats(audited_build)
    assert (found.n_curated, found.decisions) == (3, {"accept": 1, "reject": 1, "other": 1})
    assert "\n  3 mentions curated: 1 accept, 1 reject, 1 other\n" in render_stats(found)
    value = json.loads(found.to_json())
    assert value["grades"][0].keys() == {"grade", "n_mentions", "n_genes"}


def test_a_build_without_an_audit_has_no_grades(seeds_build: kg.Build, tmp_path: Path) -> None:
    found = stats(seeds_build)
    assert (found.grades, found.n_curated, found.decisions) == ((), 0, {})
    assert "curated" not in render_stats(found)
    graded = render_stats(stats(kg.build("seeds", output=tmp_path / "build", formats=[], audit=True)))
    assert "\n  0 mentions curated\n" in graded
