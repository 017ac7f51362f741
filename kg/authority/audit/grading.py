"""From signals to a score and a grade: a sum of weights, each a number that can be looked up."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kg.model import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kg.authority.audit.subject import Signal

__all__ = [
    "CONTRADICTING",
    "FITTED",
    "GRADES",
    "INTERCEPT",
    "SET_BY_HAND",
    "WEIGHTS",
    "Judgement",
    "grade",
    "judge",
    "score",
    "weigh",
]

SET_BY_HAND: Mapping[str, float] = {
    "bacterial_style": -1.5,
    "better_reading": -3.0,
    "caption_definition": 1.5,
    "caption_family": 1.5,
    "distance": -1.0,
    "family": -0.75,
    "family_name": -4.0,
    "letter_swap": -0.5,
    "mixed_scripts": -0.5,
    "namesake": -3.0,
    "part_of_word": -1.0,
    "same_gene": 0.5,
    "several_genes": -1.0,
    "sharp_s": -4.0,
    "species_mismatch": -2.0,
    "two_letters": -1.0,
}
"""Weights of signals that stand on fewer than five of the labels for fitting: chosen by what they say."""

INTERCEPT = 1.5
FITTED: Mapping[str, float] = {
    "alias": -0.25,
    "caption_alias": 0.5,
    "caption_conflict": -1.25,
    "caption_name": 1.5,
    "caption_symbol": 0.25,
    "common_word": -0.75,
    "metabolite": -1.5,
    "official_companions": 1.75,
    "official_symbol": 0.5,
    "other_species": -3.5,
    "previous_symbol": -0.25,
    "shared_alias": -1.25,
    "small_letters": -1.5,
    "three_letters": -1.5,
}
"""Weights from a logistic regression on one half of `tests/authority/labels.tsv`, rounded to quarters.

``python -m benchmarks.audit_labels BUILD --hgnc FILE --fit`` does it again.
"""

WEIGHTS: Mapping[str, float] = {**FITTED, **SET_BY_HAND}
"""What each signal adds to the log odds that a mention is right."""

CONTRADICTING = frozenset({"better_reading", "caption_conflict", "sharp_s", "species_mismatch"})
"""Signals that say what the word is instead: with one of them a doubtful mention is a conflicting one."""

_SUPPORTED, _PLAUSIBLE = 0.88, 0.5  # log odds of 2 and of 0


class Judgement(NamedTuple):
    """How far something can be believed.

    Attributes
    ----------
    score
        0 to 1.
    grade
        One of `GRADES`.
    signals
        The reasons.
    reasons, lines
        Their names; and each as a line of text.
    """

    score: float
    grade: str
    signals: tuple[Signal, ...]
    reasons: tuple[str, ...]
    lines: str

    @classmethod
    def of(cls, signals: tuple[Signal, ...]) -> Judgement:
        """Return what signals say."""
        return cls.graded(*judge(signals), signals)

    @classmethod
    def graded(cls, score: float, grade: str, signals: tuple[Signal, ...]) -> Judgement:
        """Return a score and a grade with their reasons."""
        names = tuple([signal.name for signal in signals])
        return cls(score, grade, signals, names, "\n".join([signal.line for signal in signals]))

    def with_more(self, total: float, signals: Sequence[Signal], *, contradicts: bool) -> Judgement:
        """Return what more signals say with those that it has.

        Parameters
        ----------
        total, contradicts
            The sum of the weights of those that it has, and whether one of them says what the word is instead.
        signals
            The others.
        """
        names, lines = [], self.lines
        for signal in signals:
            name = signal[0]
            total += WEIGHTS[name]
            contradicts = contradicts or name in CONTRADICTING
            names.append(name)
            lines += f"\n{signal.line}"
        score, found = grade(INTERCEPT + total, contradicts=contradicts)
        return Judgement(score, found, self.signals + tuple(signals), self.reasons + tuple(names), lines)


def weigh(signals: Iterable[Signal]) -> tuple[float, bool]:
    """Return the sum of the weights of signals, and whether one of them says what the word is instead."""
    total, contradicts = 0.0, False
    for name, _ in signals:
        total += WEIGHTS[name]
        contradicts = contradicts or name in CONTRADICTING
    return total, contradicts


@lru_cache(maxsize=4096)  # weights are quarters, so sums are few
def grade(log_odds: float, *, contradicts: bool) -> tuple[float, str]:
    """Return the score, the logistic function of the log odds to three decimals, and the grade."""
    found = round(1 / (1 + math.exp(-log_odds)), 3)
    if found >= _PLAUSIBLE:
        return found, "supported" if found >= _SUPPORTED else "plausible"
    return found, "conflicting" if contradicts else "doubtful"


def score(signals: Iterable[Signal]) -> float:
    """Return how likely a mention is right, 0 to 1, to three decimals: the logistic function of the sum of weights."""
    return judge(signals)[0]


def judge(signals: Iterable[Signal]) -> tuple[float, str]:
    """Return the score and the grade of a mention, one of `GRADES`.

    Examples
    --------
    >>> from kg.authority.audit import Signal
    >>> judge([Signal("alias", ""), Signal("sharp_s", "")])
    (0.06, 'conflicting')
    """
    total, contradicts = weigh(signals)
    return grade(INTERCEPT + total, contradicts=contradicts)
