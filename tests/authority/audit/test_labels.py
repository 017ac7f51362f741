"""The mentions that people judged, which `benchmarks.audit_labels` holds the audit against."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

HERE = Path(__file__).parents[1]

with (HERE / "labels.tsv").open(encoding="utf-8", newline="") as file:
    LABELS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_labels_are_whole() -> None:
    assert len({(r["figid"], r["word"], r["symbol"], r["source"], r["entrez"]) for r in LABELS}) == len(LABELS)
    assert {row["label"] for row in LABELS} == {"right", "wrong"}
    for row in LABELS:
        assert row["reason"], row["figid"]
        # Figures of one half choose weights, the others test them: by a digest of the id, so that none is in both.
        is_even = hashlib.sha256(row["figid"].encode()).digest()[0] % 2 == 0
        assert row["half"] == ("choose" if is_even else "test")
    for label in ("right", "wrong"):
        for half in ("choose", "test"):
            assert sum(row["label"] == label and row["half"] == half for row in LABELS) >= 50
