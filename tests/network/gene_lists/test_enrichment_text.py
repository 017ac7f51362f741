"""An enrichment as lines of a terminal, and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.network import enrichment_json, render_enrichment

if TYPE_CHECKING:
    import kg


def test_an_enrichment_is_a_table_with_titles_and_genes(seeds_build: kg.Build) -> None:
    found = seeds_build.enrich(["IL6", "STAT3", "SOCS3"])
    lines = render_enrichment(found).splitlines()
    assert lines[0] == "3 genes of the list, 47 of the background; 2 figures tested, 2 with a gene of the list"
    assert lines[2].split() == ["rank", "p", "q", "odds", "overlap", "mentions", "year", "figure"]
    assert lines[3].split()[-3:] == ["4", "2018", "PMC6305783__2185-4610-64-103-g001"]
    assert lines[5].strip() == "IL6 SOCS3 STAT3"
    assert render_enrichment(found, limit=1).endswith("\n  and 1 more")
    papers = render_enrichment(seeds_build.enrich(["IL6", "STAT3"], level="paper"))
    assert papers.splitlines()[3].endswith(" PMC6305783")


def test_ties_are_shown(seeds_build: kg.Build) -> None:
    found = seeds_build.enrich(["IL6"])
    tied = replace(found, table=found.table.with_columns(rank=1, n_tied=2))
    text = render_enrichment(tied)
    assert text.count("    1=  ") == 2
    assert "= shares its rank: p and odds ratio are the same as another's." in text
    assert "=" not in render_enrichment(found)


def test_json_of_an_enrichment_has_names_and_results(seeds_build: kg.Build) -> None:
    found = seeds_build.enrich(["IL6", "STAT3", "STTA3"])
    value = json.loads(enrichment_json(found))
    assert [gene["symbol"] for gene in value["genes"]] == ["IL6", "STAT3"]
    assert value["unknown"][0]["said"] == "STTA3: no gene of that name; did you mean STAT3 or STAT6 or STAT4?"
    assert [result["genes"] for result in value["results"]] == [["IL6", "STAT3"]] * 2
    first = json.loads(enrichment_json(found, limit=1))
    assert (len(first["results"]), first["n_found"]) == (1, 2)  # that there is more is told
