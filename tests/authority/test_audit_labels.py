"""The benchmark of the audit: what it fits, what it prints, and when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from benchmarks import audit_labels
from benchmarks.audit_labels import Example, Label, Row, fit, main, print_page, read_labels, read_page
from kg.authority.audit import Signal, Verdict, audit
from kg.authority.audit.grading import FITTED, SET_BY_HAND, WEIGHTS
from kg.authority.hgnc import read_hgnc
from tests.conftest import SEEDS
from tests.documents import document, row

HGNC = Path(__file__).parent / "hgnc.txt"


def labelled(*names: str, is_right: bool, half: str = "choose") -> tuple[Label, Verdict]:
    key = ("f", "w", "s", "l", "1")
    given = tuple(Signal(name, "") for name in names)
    return Label(key, is_right, half, ""), Verdict("f", 1, "w", "s", "l", "G", "1", 0.5, "plausible", given)


def test_a_fit_follows_the_labels_of_one_half_and_the_signs() -> None:
    right = [labelled("official_symbol", is_right=True)] * 20
    wrong = [labelled("alias", "metabolite", is_right=False)] * 20
    misleading = [labelled("caption_name", is_right=False)] * 5 + [labelled("common_word", is_right=True)] * 5
    other_half = [labelled("official_symbol", is_right=False, half="test")] * 50
    intercept, weights = fit([*right, *wrong, *misleading, *other_half])
    assert weights["official_symbol"] > 0 > weights["metabolite"]
    assert (weights["caption_name"], weights["common_word"]) == (0, 0)
    assert not weights.keys() & SET_BY_HAND.keys()
    assert all(value * 4 == round(value * 4) for value in (intercept, *weights.values()))


def test_every_label_can_be_fitted_by_signals_that_have_weights() -> None:
    assert len(read_labels()) >= 200
    assert FITTED.keys() >= audit_labels.FOR | audit_labels.EITHER
    for name, weight in FITTED.items():
        assert name in audit_labels.EITHER or (weight > 0) == (name in audit_labels.FOR), name


def test_a_build_that_lacks_the_figures_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kg.build(SEEDS, output=tmp_path / "build", formats=[])
    assert main([str(tmp_path / "build")]) == 1
    assert f"the build lacks {len(read_labels())} labelled mentions" in capsys.readouterr().out


def test_what_it_prints_and_that_a_missed_bar_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    genes = [row(), row("PEP", "PEP", source="hgnc_alias_symbol", hgnc_symbol="PAEP", entrez="5047")]
    genes.append(row("Aß", "ASS", source="hgnc_prev_symbol", hgnc_symbol="ASS1", entrez="445"))
    (tmp_path / "PMC1__f1.md").write_bytes(document(genes=genes, caption="STAT3 signalling"))
    kg.build(tmp_path, output=tmp_path / "build", formats=[])
    keys = [(("PMC1__f1", "STAT3", "STAT3", "hgnc_symbol", "6774"), True)]
    keys.append((("PMC1__f1", "PEP", "PEP", "hgnc_alias_symbol", "5047"), False))
    labels = [Label(key, is_right, half, "") for key, is_right in keys for half in ("choose", "test")]
    monkeypatch.setattr(audit_labels, "read_labels", lambda: labels)
    assert main([str(tmp_path / "build"), "--hgnc", str(HGNC), "--fit"]) == 0
    printed = capsys.readouterr().out
    for said in ("as they stand: no", "| test | 1 | 100.0% | 1 | 100.0% |", "1 of 1 doubtful or conflicting: holds"):
        assert said in printed
    assert "MISSED" not in printed
    wrong = [Label(label.key, not label.is_right, label.half, "") for label in labels]
    monkeypatch.setattr(audit_labels, "read_labels", lambda: wrong)
    assert main([str(tmp_path / "build"), "--hgnc", str(HGNC)]) == 1
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.parametrize("table", [HGNC, None], ids=["HGNC", "without"])
def test_what_the_seeds_mean_is_kept_and_what_they_do_not_is_flagged(tmp_path: Path, table: Path | None) -> None:
    build = kg.build(SEEDS, output=tmp_path / "build", formats=[])
    grades = {v.hgnc_symbol: v.grade for v in audit(build, None if table is None else read_hgnc(table))}
    assert {grades[symbol] for symbol in audit_labels.BELOW} <= {"doubtful", "conflicting"}
    assert {grades[symbol] for symbol in audit_labels.ABOVE} <= {"plausible", "supported"}


def test_the_page_has_each_signal_with_its_weight_and_an_example_of_a_grade() -> None:
    rows = read_page()
    assert {given.signal: given.weight for given in rows} == WEIGHTS
    assert len(rows) == len(WEIGHTS)
    without = [given.signal for given in rows if not any(example.is_found for example in given.examples)]
    assert without == ["several_genes"]


def test_what_the_page_says_of_the_seeds_is_so(tmp_path: Path) -> None:
    verdicts = list(audit(kg.build(SEEDS, output=tmp_path / "build", formats=[]), read_hgnc(HGNC)))
    papers = {verdict.figid.partition("__")[0] for verdict in verdicts}
    found = [(given.signal, example) for given in read_page() for example in given.examples if example.pmcid in papers]
    assert {example.gene for _, example in found} == {"NDUFC2", "MAK", "SETD2"}
    for signal, example in found:
        (verdict,) = [v for v in verdicts if (v.word, v.hgnc_symbol) == (example.word, example.gene)]
        assert verdict.grade == example.grade
        assert not example.is_found or signal in {given.name for given in verdict.signals}


def test_a_page_that_differs_from_a_build_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "audit.md"
    page.write_text(
        "| `alias` | −0.25 | 1,234 | it | `w` as G (PMC1, plausible), too | none |\n"
        "| `letter_swap` | +0.50 | 1 | it | `x` as G (PMC1, plausible) | `w` as G (PMC1, doubtful) |\n",
        encoding="utf-8",
    )
    word = Example("w", "G", "PMC1", "plausible", is_found=True)
    other = Example("x", "G", "PMC1", "plausible", is_found=True)
    missed = Example("w", "G", "PMC1", "doubtful", is_found=False)
    rows = [Row("alias", -0.25, 1234, (word,)), Row("letter_swap", 0.5, 1, (other, missed))]
    assert read_page(page) == rows
    verdict = Verdict("PMC1__f", 1, "w", "s", "l", "G", "1", 0.5, "plausible", (Signal("alias", ""),))
    swapped = verdict._replace(figid="PMC2__f", signals=(Signal("letter_swap", ""),))
    assert not print_page(rows, [verdict], [swapped])
    printed = capsys.readouterr().out
    for line in (
        "audit.md: 2 signals, 3 examples: MISSED",
        "alias: -0.25, fires 1\n",
        "letter_swap: -0.5, fires 0\n",
        f"letter_swap: {other}: not so in the build",
        f"letter_swap: {missed}: plausible",
        "signals: ",
    ):
        assert line in printed
    assert f"alias: {word}" not in printed
    every = [Row(name, weight, int(name == "alias"), ()) for name, weight in WEIGHTS.items()]
    assert print_page(every, [verdict], [])
