"""Each rule of consistency notices the one thing that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import kg
from kg import vocab
from kg.authority.audit.curation_file import REQUIRED_COLUMNS
from kg.check import check, consistency
from kg.check.consistency import Facts, Ledger
from kg.folder import GRAPH_SUFFIXES, Folder
from kg.vocab import SharedGraph, expand
from tests.check.builds import change_counts, check_changed_lines, copy_with_one_format
from tests.conftest import JAK_STAT, RCC, SEEDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.check import Report
    from tests.check.builds import Lines

RULES = {
    line.split()[0] for line in (consistency.__doc__ or "").splitlines() if line and line[0] != "=" and "  " in line
}
FIRST, SECOND = vocab.figure_iri(RCC), vocab.figure_iri(JAK_STAT)
STAT3 = vocab.gene_iri("6774")
PAPER = f"<{vocab.paper_iri('PMC1')}>"
GENES = f"<{SharedGraph.GENES.value}>"


def rules_broken(report: Report) -> set[str]:
    assert not report.conforms
    return {violation.shape for violation in report.violations if violation.shape in RULES}


def quad(subject: str, predicate: str, value: str, graph: str) -> str:
    return f"{subject} <{expand(predicate)}> {value} <{graph}> ."


def add(*quads: str) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines, *quads]


def drop(*parts: str) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        kept = [line for line in lines if not all(part in line for part in parts)]
        assert len(kept) < len(lines)
        return kept

    return change


def drop_description(subject: str) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        kept = [line for line in lines if not line.startswith(f"<{subject}> ")]
        assert len(kept) < len(lines)
        return kept

    return change


def replace(old: str, new: str, *, within: str = "") -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        changed = [line.replace(old, new) if within in line else line for line in lines]
        assert changed != lines
        return changed

    return change


def repeat_first_gene_at_the_end(lines: Lines) -> Lines:
    return [*lines, *[line for line in lines if line.startswith(f"<{STAT3}> ")]]


def scatter_a_mention(lines: Lines) -> Lines:
    mention = [line for line in lines if line.startswith(f"<{FIRST}#mention-1>")]
    others = [line for line in lines if line not in mention]
    last = max(i for i, line in enumerate(others) if line.startswith(f"<{FIRST}#"))
    first = min(i for i, line in enumerate(others) if line.startswith(f"<{FIRST}#"))
    return [*others[:first], *mention[:3], *others[first : last + 1], *mention[3:], *others[last + 1 :]]


def swap_figures(lines: Lines) -> Lines:
    parts = [[line for line in lines if line.startswith(f"<{figure}")] for figure in (SECOND, FIRST)]
    return [*parts[0], *parts[1], *[line for line in lines if not line.startswith((f"<{FIRST}", f"<{SECOND}"))]]


def end_with_a_mention_of(figure: str) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines, *[line for line in lines if line.startswith(f"<{figure}#mention-1>")]]


def rename_subject_to_blank_node(lines: Lines) -> Lines:
    human = f"<{vocab.organism_iri('9606')}> "
    return ["_:human " + line.removeprefix(human) if line.startswith(human) else line for line in lines]


# A change, what it must break, and what else it breaks in some batches: halves of a node in two batches count as two.
CASES: dict[str, tuple[Callable[[Lines], Lines], set[str], set[str]]] = {
    "unknown property": (replace(expand("schema:name"), expand("schema:legalName")), {"OntologyTerm"}, set()),
    "unknown class": (replace(expand("schema:Dataset"), expand("schema:Book")), {"OntologyTerm"}, set()),
    "blank node": (rename_subject_to_blank_node, {"NoBlankNode", "LinkEnds"}, set()),
    "no class": (add(quad("<http://a/x>", "rdfs:label", '"x"', SharedGraph.AGENTS.value)), {"HasClass"}, set()),
    "gene twice": (repeat_first_gene_at_the_end, {"DescribedOnce"}, {"CountsAgree"}),
    "mention in two places": (scatter_a_mention, {"DescribedOnce"}, set()),
    "figures in another order": (swap_figures, {"FigureOrder"}, set()),
    "figure in two places": (end_with_a_mention_of(FIRST), {"FigureOrder"}, {"DescribedOnce", "CountsAgree"}),
    "last figure in two places": (end_with_a_mention_of(SECOND), {"FigureOrder"}, {"DescribedOnce", "CountsAgree"}),
    "figure in a shared graph": (replace(f"<{FIRST}#graph>", GENES), {"OwnGraph"}, set()),
    "gene in the default graph": (replace(f" {GENES} .", " ."), {"OwnGraph"}, set()),
    "papers among the genes": (replace(SharedGraph.PAPERS.value, SharedGraph.GENES.value), {"OwnGraph"}, set()),
    "target elsewhere": (
        replace(f"<{FIRST}>", f"<{SECOND}>", within=f"mention-1> <{expand('oa:hasTarget')}>"),
        {"OwnFigure"},
        set(),
    ),
    "gene not mentioned": (drop(f"<{FIRST}> ", expand("schema:mentions"), f"<{STAT3}>"), {"MentionedGenes"}, set()),
    "gene of no mention": (
        drop(f"<{FIRST}#mention-", expand("pfkg:candidateGene"), "/6772>"),
        {"MentionedGenes"},
        set(),
    ),
    "gene not described": (drop_description(STAT3), {"LinkEnds", "CountsAgree"}, set()),
    "family not described": (drop_description(vocab.family_iri("JAK")), {"LinkEnds", "CountsAgree"}, set()),
    "organism not described": (drop_description(vocab.organism_iri("9606")), {"LinkEnds"}, set()),
    "agent not described": (drop_description(vocab.WIKIPATHWAYS), {"LinkEnds"}, set()),
    "paper of no figure": (
        add(
            quad(PAPER, "rdf:type", f"<{expand('schema:ScholarlyArticle')}>", SharedGraph.PAPERS.value),
            quad(PAPER, "schema:identifier", '"PMC1"', SharedGraph.PAPERS.value),
        ),
        {"NoOrphan", "CountsAgree"},
        set(),
    ),
}


@pytest.mark.parametrize("batch", [60, 10_000])
@pytest.mark.parametrize("case", CASES)
def test_rule_notices(
    case: str, batch: int, seeds_build: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.check.stream.BATCH", batch)
    change, certain, possible = CASES[case]
    report = check_changed_lines(seeds_build, tmp_path / "build", change, name="n-quads")
    assert certain <= rules_broken(report) <= certain | possible


# The candidates of this mention are not judged alike: one of them is rejected.
MIXED = f"<{SECOND}#mention-8"
OF_AUDITS: dict[str, tuple[Callable[[Lines], Lines], set[str]]] = {
    "candidate not assessed": (
        replace("/3716>", "/3717>", within=f"{MIXED}-assessment-1> <{expand('pfkg:assessedGene')}>"),
        {"AssessedGenes"},
    ),
    "assessment of another mention": (
        replace("#mention-8>", "#mention-1>", within=f"{MIXED}-assessment-1> <{expand('pfkg:assesses')}>"),
        {"OwnFigure", "AssessedGenes", "BestGrade"},
    ),
    "another grade than the best": (
        replace("#supported>", "#conflicting>", within=f"{MIXED}> <{expand('pfkg:grade')}>"),
        {"BestGrade"},
    ),
    "another score than the best": (replace('"0.905"', '"0.0"', within=f"{MIXED}> <"), {"BestGrade"}),
    "other reasons than the best": (drop(f"{MIXED}> <{expand('pfkg:reason')}>", "#family>"), {"BestGrade"}),
    "mention without the grade of its assessments": (drop(f"{MIXED}> <{expand('pfkg:grade')}>"), {"BestGrade"}),
    "worse assessment without a score": (drop(f"{MIXED}-assessment-2> <{expand('pfkg:score')}>"), set()),
    "worse assessment with a score that is no number": (
        replace('"0.0"', '"none"', within=f"{MIXED}-assessment-2> <"),
        set(),
    ),
    "assessment without a score": (drop(f"{MIXED}-assessment-1> <{expand('pfkg:score')}>"), {"BestGrade"}),
    "curator of nobody": (
        add(
            *(
                quad("<https://orcid.org/0000-0002-1825-0097>", "rdf:type", f"<{expand(it)}>", SharedGraph.AGENTS.value)
                for it in ("schema:Person", "prov:Person")
            )
        ),
        {"NoOrphan"},
    ),
    "curator in another graph": (
        replace(f"#Person> <{SharedGraph.AGENTS.value}>", f"#Person> {GENES}"),
        {"OwnGraph"},
    ),
}


@pytest.fixture(scope="module")
def curated_build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """The seeds with grades and decisions: on an only candidate, and on the second and on the first of several."""
    folder = tmp_path_factory.mktemp("curated")
    said = ("reject", "A. Reader", "2026-11-29")
    rows = (
        REQUIRED_COLUMNS,
        (JAK_STAT, "МАРК", "MAK", "hgnc_symbol", "4117", *said),
        (JAK_STAT, "JAK", "JAK", "bioentities_symbol", "3717", *said),
        (JAK_STAT, "AKT", "AKT", "bioentities_symbol", "208", *said),
    )
    (folder / "a.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return kg.build(SEEDS, output=folder / "build", formats=GRAPH_SUFFIXES, curation=folder / "a.tsv")


def test_a_curated_build_conforms(curated_build: kg.Build) -> None:
    assert check(curated_build).conforms


@pytest.mark.parametrize("case", OF_AUDITS)
def test_rule_notices_what_is_wrong_in_an_audit(case: str, curated_build: kg.Build, tmp_path: Path) -> None:
    change, broken = OF_AUDITS[case]
    assert rules_broken(check_changed_lines(curated_build, tmp_path / "build", change, name="n-quads")) == broken


def test_every_rule_has_a_case() -> None:
    broken = (*(certain for _, certain, _ in CASES.values()), *(rules for _, rules in OF_AUDITS.values()))
    assert set().union(*broken) == RULES


def test_counts_of_manifest_tables_and_graph_are_compared(seeds_build: kg.Build, tmp_path: Path) -> None:
    copy_with_one_format(seeds_build, tmp_path / "build", "turtle")
    change_counts(tmp_path / "build", mentions=1, candidates=2)
    report = check(Folder(tmp_path / "build"))
    mentions, candidates = sorted(report.violations, key=lambda violation: violation.focus, reverse=True)
    n = seeds_build.manifest["counts"]
    assert (mentions.focus, candidates.focus) == ("mentions", "candidates")
    assert mentions.value == f"{n['mentions']} in the table, 1 in the manifest, {n['mentions']} in the graph"
    assert candidates.value == f"{n['candidates']} in the table, 2 in the manifest"
    assert rules_broken(report) == {"CountsAgree"}


def test_links_without_ends_name_who_refers() -> None:
    ledger = Ledger()
    assert ledger.add(Facts(referred={STAT3: FIRST})) == []
    (violation,) = ledger.finish()
    assert (violation.focus, violation.value, violation.figure) == (FIRST, STAT3, RCC)


def test_a_node_of_two_batches_is_described_twice() -> None:
    ledger = Ledger()
    assert ledger.add(Facts(described={STAT3: "genes"}, referred={STAT3: FIRST})) == []
    assert [violation.focus for violation in ledger.add(Facts(described={STAT3: "genes"}))] == [STAT3]
    assert list(ledger.finish()) == []
