from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

import kg

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def audited_build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """The seeds with grades; a curator read HIF-1 as HIF1A, and found two other genes right and wrong."""
    folder = tmp_path_factory.mktemp("audited")
    whole = kg.build("seeds", output=folder / "whole", formats=[], audit=True)
    table = folder / "audit.tsv"
    whole.write_audit(table)
    _decide(table)
    return kg.build("seeds", output=folder / "build", formats=[], curation=table)


def _decide(table: Path) -> None:
    said = {
        "SETD2": {"decision": "other", "other_gene": "3091", "other_symbol": "HIF1A", "note": "it means\u202e hypoxia"},
        "NDUFC2": {"decision": "reject"},
        "HIC1": {"decision": "accept"},
    }
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        if row["hgnc_symbol"] in said and row["figid"].startswith("PMC7048131"):
            row.update(said[row["hgnc_symbol"]], curator="A. Reader", date="2026-11-29")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
