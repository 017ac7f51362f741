"""From signals to a score and a grade: a sum of weights, each a number that can be looked up."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kg.model import GRADES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CONTRADICTING",
    "FITTED",
    "GRADES",
    "INTERCEPT",
    "SET_BY_HAND",
    "WEIGHTS",
    "Judgement",
    "judge",
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
        0 to 1: how likely it is right.
    grade
        One of `GRADES`.
    reasons
        The names of the signals that say so.
    """

    score: float
    grade: str
    reasons: tuple[str, ...]


@cache  # signals come together in some thousand ways
def judge(reasons: tuple[str, ...]) -> Judgement:
    """Return the judgement on a mention of which signals with these names speak.

    The score is the logistic function of the sum of their weights, to three decimals.

    Examples
    --------
    >>> judge(("alias", "sharp_s"))
    Judgement(score=0.06, grade='conflicting', reasons=('alias', 'sharp_s'))
    """
    log_odds = INTERCEPT + sum([WEIGHTS[name] for name in reasons])
    score = round(1 / (1 + math.exp(-log_odds)), 3)
    if score >= _PLAUSIBLE:
        return Judgement(score, "supported" if score >= _SUPPORTED else "plausible", reasons)
    return Judgement(score, "doubtful" if CONTRADICTING.isdisjoint(reasons) else "conflicting", reasons)
