"""How well the mention audit agrees with mentions that people judged, as Markdown; exit status 1 where a bar is missed.

Run it with `python -m benchmarks.audit_labels BUILD --hgnc FILE`, where BUILD holds the figures of
`tests/authority/labels.tsv`. Half of the labels, by a digest of the figure's id, chose the weights; `--fit` fits them
again on that half and prints them; the bars are held against the other half. `--page` holds the counts, the weights and
the examples of `docs/audit.md` against the build, too.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import kg
from benchmarks.measure import ROOT
from kg.authority.audit import GRADES, audit
from kg.authority.audit.grading import FITTED, INTERCEPT, SET_BY_HAND, WEIGHTS
from kg.authority.hgnc import read_hgnc
from kg.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.authority.audit import Verdict

__all__ = ["Example", "Label", "Row", "fit", "main", "read_labels", "read_page"]

LABELS = ROOT / "tests" / "authority" / "labels.tsv"
PAGE = ROOT / "docs" / "audit.md"
KEPT = ("supported", "plausible")
MIN_KEPT, MIN_FLAGGED = 0.9, 0.8
STRENGTH = 0.5  # of the quadratic penalty on weights
FOR = frozenset({"caption_name", "caption_symbol", "caption_alias", "official_companions", "official_symbol"})
EITHER = frozenset({"alias", "previous_symbol"})
BELOW = ("NDUFC2", "SETD2", "MAK")
ABOVE = ("STAT3", "IL6R", "CPT1B", "LIF")


@dataclass(frozen=True, slots=True)
class Label:
    """A mention that was judged: its key, whether it is right, and which half it is of."""

    key: tuple[str, str, str, str, str]
    is_right: bool
    half: str
    reason: str


def read_labels(path: Path = LABELS) -> list[Label]:
    """Return the mentions that people judged."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Label(
            (row["figid"], row["word"], row["symbol"], row["source"], row["entrez"]),
            row["label"] == "right",
            row["half"],
            row["reason"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Example:
    """A mention that the page names: its word, gene, paper and grade, and whether it shows what the signal finds."""

    word: str
    gene: str
    pmcid: str
    grade: str
    is_found: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A signal as the page has it: its name, weight, count and examples."""

    signal: str
    weight: float
    n_fires: int
    examples: tuple[Example, ...]


_ROW = re.compile(r"^\| `(\w+)` \| ([+−][\d.]+) \| ([\d,]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_EXAMPLE = re.compile(r"`([^`]+)` as ([\w-]+) \((PMC\d+), (\w+)\)")


def read_page(path: Path = PAGE) -> list[Row]:
    """Return the signals of the page's tables; an example reads ``word`` as GENE (paper, grade)."""
    return [
        Row(
            name,
            float(weight.replace("−", "-")),
            int(n_fires.replace(",", "")),
            tuple(
                Example(word, gene, pmcid, grade, is_found)
                for cell, is_found in ((shown, True), (missed, False))
                for word, gene, pmcid, grade in _EXAMPLE.findall(cell)
            ),
        )
        for name, weight, n_fires, shown, missed in _ROW.findall(path.read_text(encoding="utf-8"))
    ]


def _key(verdict: Verdict) -> tuple[str, str, str, str, str]:
    return verdict.figid, verdict.word, verdict.symbol, verdict.source, verdict.entrez


def fit(labelled: Iterable[tuple[Label, Verdict]]) -> tuple[float, dict[str, float]]:
    """Return the intercept and the weights that fit labels of the half for choosing, rounded to quarters.

    Logistic regression with a quadratic penalty; a signal for a mention never weighs less than nothing, one against it
    never more; the signals of `SET_BY_HAND` keep their weights.

    References
    ----------
    Hastie T, Tibshirani R, Friedman J. The Elements of Statistical Learning, 2nd edition, section 4.4.
    doi:10.1007/978-0-387-84858-7
    """
    import numpy as np
    from scipy.optimize import minimize

    pairs = [(label, {s.name for s in verdict.signals}) for label, verdict in labelled if label.half == "choose"]
    names = sorted(set().union(*(given for _, given in pairs)) - set(SET_BY_HAND))
    x = np.array([[1.0, *[float(name in given) for name in names]] for _, given in pairs])
    offset = np.array([sum(SET_BY_HAND.get(name, 0.0) for name in given) for _, given in pairs])
    sign = np.array([1.0 if label.is_right else -1.0 for label, _ in pairs])
    strength = np.array([0.0, *[STRENGTH] * len(names)])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        z = sign * (x @ weights + offset)
        gradient = -(sign / (1 + np.exp(z))) @ x
        return float(np.logaddexp(0, -z).sum() + strength @ weights**2 / 2), gradient + strength * weights

    bounds = [(None, None)] + [
        (None, None) if name in EITHER else (0, None) if name in FOR else (None, 0) for name in names
    ]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    intercept, *weights = (round(float(value) * 4) / 4 + 0.0 for value in found)
    return intercept, dict(zip(names, weights, strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--hgnc", type=Path, help="HGNC's complete set")
    parser.add_argument("--page", action="store_true", help="hold docs/audit.md against the build, too")
    parser.add_argument("--fit", action="store_true", help="fit the weights again and print them")
    args = parser.parse_args(arguments)
    table = read_hgnc(args.hgnc) if args.hgnc else None
    started = time.process_time()
    verdicts = list(audit(Folder(args.build), table))
    print(f"{len(verdicts):,} candidate genes audited in {time.process_time() - started:.1f} CPU seconds\n")
    by_key = {_key(verdict): verdict for verdict in verdicts}
    labels = read_labels()
    missing = [label for label in labels if label.key not in by_key]
    if missing:
        print(f"the build lacks {len(missing)} labelled mentions, the first of {missing[0].key[0]}")
        return 1
    labelled = [(label, by_key[label.key]) for label in labels]
    if args.fit:
        intercept, weights = fit(labelled)
        print(f"fitted: intercept {intercept:+.2f}", *[f"{name} {w:+.2f}" for name, w in weights.items()], sep=", ")
        print("as they stand:", "yes" if (intercept, weights) == (INTERCEPT, dict(FITTED)) else "no", "\n")
    print_signals(verdicts)
    with tempfile.TemporaryDirectory() as scratch:
        seeds = list(audit(kg.build(ROOT / "seeds", output=Path(scratch, "seeds"), formats=[]), table))
    passed = [print_labels(labelled), print_named(verdicts, seeds)]
    if args.page:
        passed.append(print_page(read_page(), verdicts, seeds))
    print_without_labels(verdicts, args.build)
    return 0 if all(passed) else 1


def print_signals(verdicts: Sequence[Verdict]) -> None:
    """Print how often each signal fires, and the grades."""
    counts = Counter(signal.name for verdict in verdicts for signal in verdict.signals)
    print("| signal | fires | weight |\n|---|---|---|")
    for name, n in counts.most_common():
        print(f"| {name} | {n:,} | {WEIGHTS[name]:+.2f} |")
    grades = Counter((verdict.grade, "family" if _is_family(verdict) else "gene") for verdict in verdicts)
    print("\n| grade | genes | members of families |\n|---|---|---|")
    for grade in GRADES:
        print(f"| {grade} | {grades[grade, 'gene']:,} | {grades[grade, 'family']:,} |")


def _is_family(verdict: Verdict) -> bool:
    return any(signal.name == "family" for signal in verdict.signals)


def print_labels(labelled: Sequence[tuple[Label, Verdict]]) -> bool:
    """Print how many right mentions are kept and wrong ones flagged, and return whether the bars hold."""
    print("\n| half | right | kept | wrong | flagged | wrong, of vertebrates | flagged |")
    print("|---|---|---|---|---|---|---|")
    shares = {}
    for half in ("choose", "test"):
        right = [v.grade in KEPT for label, v in labelled if label.half == half and label.is_right]
        wrong = [v for label, v in labelled if label.half == half and not label.is_right]
        flagged = [v.grade not in KEPT for v in wrong]
        near = [v.grade not in KEPT for v in wrong if all(signal.name != "other_species" for signal in v.signals)]
        shares[half] = kept, caught = sum(right) / len(right), sum(flagged) / len(flagged)
        print(
            f"| {half} | {len(right)} | {kept:.1%} | {len(wrong)} | {caught:.1%} | {len(near)} | "
            f"{sum(near) / max(len(near), 1):.1%} |"
        )
    holds = shares["test"][0] >= MIN_KEPT and shares["test"][1] >= MIN_FLAGGED
    print(f"\nBars on the half `test`: kept ≥ {MIN_KEPT:.0%}, flagged ≥ {MIN_FLAGGED:.0%}: {_said(holds=holds)}")
    return holds


def print_named(verdicts: Sequence[Verdict], seeds: Sequence[Verdict]) -> bool:
    """Print the grades of the mentions that have bars of their own, and return whether these hold."""
    beta = [v for v in verdicts if v.hgnc_symbol == "ASS1" and v.word.strip("()[].,") in ("Aß", "Aβ")]
    n_flagged = sum(v.grade not in KEPT for v in beta)
    said = _said(holds=n_flagged == len(beta))
    print(f"\n`Aß` read as ASS1: {n_flagged} of {len(beta)} doubtful or conflicting: {said}")
    seed = [v for v in seeds if v.hgnc_symbol in BELOW + ABOVE and not _is_family(v)]
    holds = n_flagged == len(beta)
    for v in seed:
        held = (v.grade in KEPT) == (v.hgnc_symbol in ABOVE)
        holds = holds and held
        print(f"- {v.word} read as {v.hgnc_symbol}: {v.grade} ({v.score}): {_said(holds=held)}")
    return holds and {v.hgnc_symbol for v in seed} == {*BELOW, *ABOVE}


def print_page(rows: Sequence[Row], verdicts: Sequence[Verdict], seeds: Sequence[Verdict]) -> bool:
    """Print where the page's tables differ from the verdicts, and return whether they do not."""
    wrong = list(_page_differences(rows, verdicts, seeds))
    n_examples = sum(len(row.examples) for row in rows)
    print(f"\n{PAGE.name}: {len(rows)} signals, {n_examples} examples: {_said(holds=not wrong)}")
    print("".join(f"- {line}\n" for line in wrong), end="")
    return not wrong


def _page_differences(rows: Sequence[Row], verdicts: Sequence[Verdict], seeds: Sequence[Verdict]) -> Iterator[str]:
    counts = Counter(signal.name for verdict in verdicts for signal in verdict.signals)
    named = {example.word for row in rows for example in row.examples}
    known: dict[tuple[str, str, str], list[Verdict]] = {}
    for v in (*verdicts, *seeds):
        if v.word in named:
            known.setdefault((v.word, v.hgnc_symbol, v.figid.partition("__")[0]), []).append(v)
    if {row.signal for row in rows} != WEIGHTS.keys():
        yield f"signals: {', '.join(sorted({row.signal for row in rows} ^ WEIGHTS.keys()))}"
    for row in rows:
        if (row.weight, row.n_fires) != (WEIGHTS.get(row.signal), counts[row.signal]):
            yield f"{row.signal}: {WEIGHTS.get(row.signal)}, fires {counts[row.signal]:,}"
        for example in row.examples:
            found = known.get((example.word, example.gene, example.pmcid), [])
            fitting = [v for v in found if not example.is_found or row.signal in {s.name for s in v.signals}]
            if example.grade not in {v.grade for v in fitting}:
                yield f"{row.signal}: {example}: {', '.join(v.grade for v in fitting) or 'not so in the build'}"


def _said(*, holds: bool) -> str:
    return "holds" if holds else "MISSED"


def print_without_labels(verdicts: Sequence[Verdict], build: Path) -> None:
    """Print what can be measured without labels, by grade."""
    figures = Folder(build).scan("figures").select("figid", "pmcid", "caption").collect()
    paper = dict(figures.select("figid", "pmcid").iter_rows())
    with_caption = set(figures.drop_nulls("caption").get_column("figid"))
    official: dict[tuple[str, str], set[str]] = {}
    for v in verdicts:
        if any(signal.name == "official_symbol" for signal in v.signals):
            official.setdefault((paper[v.figid], v.entrez), set()).add(v.figid)
    alias = [v for v in verdicts if any(s.name in ("alias", "previous_symbol") for s in v.signals)]
    foreign = [v for v in verdicts if not v.word.isascii() and not _is_family(v)]
    print("\n| grade | aliases | whose gene a figure of the paper also has by its symbol | words that are not ASCII |")
    print("|---|---|---|---|")
    for grade in GRADES:
        own = [v for v in alias if v.grade == grade]
        agree = sum((paper[v.figid], v.entrez) in official for v in own)
        share = f"{agree / len(own):.1%}" if own else "none"
        print(f"| {grade} | {len(own):,} | {share} | {sum(v.grade == grade for v in foreign):,} |")
    same, n = _withheld(verdicts, with_caption)
    if n:
        print(f"\nWithout the texts {same / n:.1%} of {n:,} genes in figures with captions are kept or flagged alike.")


def _withheld(verdicts: Sequence[Verdict], figids: set[str]) -> tuple[int, int]:
    """Return how many verdicts on genes stay kept or flagged without the signals of texts, and of how many."""
    textual = {"other_species", *[f"caption_{kind}" for kind in ("alias", "conflict", "definition", "name", "symbol")]}
    same = n = 0
    for v in verdicts:
        if v.figid in figids and not _is_family(v):
            total = INTERCEPT + sum(WEIGHTS[s.name] for s in v.signals if s.name not in textual)
            same += (1 / (1 + math.exp(-total)) >= 0.5) == (v.grade in KEPT)
            n += 1
    return same, n


if __name__ == "__main__":
    sys.exit(main())
