"""A report reads well on a terminal and in a program."""

from __future__ import annotations

import json

from kg.check import Report, Violation
from kg.check.report import VIOLATION, WARNING

MISSING = Violation(VIOLATION, "GeneLabelShape", "http://a/1", "rdfs:label", None, "Add it.", None)
ODD = Violation(WARNING, "RecommendedGeneTaxonShape", "http://a/1", None, "ä", "Mend it.", "PMC1__f")


def test_text_lists_violations_and_ends_with_the_outcome() -> None:
    assert str(Report(False, 1, 1234, (MISSING, MISSING, ODD), n_omitted=5)).splitlines() == [
        "violation: http://a/1: rdfs:label: Add it. (GeneLabelShape)",
        "violation: http://a/1: rdfs:label: Add it. (GeneLabelShape)",
        "warning: http://a/1: 'ä': Mend it. (RecommendedGeneTaxonShape)",
        "… and 5 more of the same shapes",
        "does not conform: 1 figures, 1,234 triples, 2 violations listed, 1 warning listed",
    ]


def test_json_holds_everything() -> None:
    report = Report(True, 1, 1234, (ODD,))
    read = json.loads(report.to_json())
    assert read["conforms"] is True
    assert "ä" in report.to_json()
    assert Report(**{**read, "violations": tuple(Violation(**row) for row in read["violations"])}) == report
