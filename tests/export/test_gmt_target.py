"""Gene sets as GMT: those of `kg.network.gene_sets`, in PFOCR's layout, and chemicals and diseases by loops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kg.errors import ExportError
from kg.export import TARGETS, PropertyGraph, Selection
from kg.gmt import read_gmt
from kg.model import TIERS
from kg.network import gene_sets

from .hostile import hostile_build

if TYPE_CHECKING:
    from pathlib import Path

    import kg

BREAKS = re.compile("[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")


@pytest.mark.parametrize("which", ["seeds", "hostile"])
def test_each_tier_has_the_gene_sets_of_the_network(seeds_build: kg.Build, tmp_path: Path, which: str) -> None:
    build = seeds_build if which == "seeds" else hostile_build()
    graph = PropertyGraph(build)
    counts = TARGETS["gmt"].write(graph, tmp_path / "out")
    for tier in ("strict", "synonyms", "all"):
        expected = gene_sets(build, tier=tier, naming="ncbigene")
        lines = (tmp_path / "out" / f"genes-{tier}.gmt").read_text(encoding="utf-8").split("\n")[:-1]
        found = {line.split("\t")[0]: line.split("\t")[1:] for line in lines}
        assert found.keys() == {each.name for each in expected}
        for each in expected:
            title, *genes = found[each.name]
            assert title == BREAKS.sub(" ", each.description)
            assert set(genes) == set(each.genes)
            assert len(genes) == len(set(genes)) >= 3
        assert counts[f"{tier} gene sets"] == len(expected)
    assert dict(counts) == dict(TARGETS["gmt"].expected(graph)) == dict(TARGETS["gmt"].read_counts(tmp_path / "out"))


def test_a_narrow_tier_has_only_its_files(seeds_build: kg.Build, tmp_path: Path) -> None:
    for place, tier in enumerate(TIERS, start=1):
        TARGETS["gmt"].write(PropertyGraph(seeds_build, Selection(tier=tier)), tmp_path / "out")  # type: ignore[arg-type]
        names = sorted(path.name for path in (tmp_path / "out").iterdir())
        assert names == sorted(["chemicals.gmt", "diseases.gmt", *(f"genes-{name}.gmt" for name in TIERS[:place])])


def test_chemicals_and_diseases_are_sets_too(tmp_path: Path) -> None:
    import kg as package
    from tests.documents import document

    chemicals = [{"word": f"c{n}", "source": "mesh", "identifier": f"D00000{n}"} for n in (1, 2, 2, 3)]
    chemicals.append({"word": "no id", "source": "mesh", "identifier": ""})
    diseases = [{"word": f"d{n}", "source": "mesh", "identifier": f"D00001{n}"} for n in (1, 2)]
    (tmp_path / "PMC1__f1.md").write_bytes(document(chemicals=chemicals, diseases=diseases, figtitle=None))
    graph = PropertyGraph(package.build(tmp_path / "PMC1__f1.md"))
    counts = TARGETS["gmt"].write(graph, tmp_path / "out")
    text = (tmp_path / "out" / "chemicals.gmt").read_text(encoding="utf-8")
    assert text == "PMC1__f1\t\tMESH:D000001\tMESH:D000002\tMESH:D000003\tname:no id\n"
    assert (tmp_path / "out" / "diseases.gmt").read_text(encoding="utf-8") == ""
    assert (counts["chemical sets"], counts["chemicals in sets"], counts["disease sets"]) == (1, 4, 0)
    assert dict(counts) == dict(TARGETS["gmt"].expected(graph)) == dict(TARGETS["gmt"].read_counts(tmp_path / "out"))
    assert read_gmt(tmp_path / "out" / "chemicals.gmt", descriptions=True)[0].genes[-1] == "name:no id"


def test_a_broken_file_is_said(seeds_build: kg.Build, tmp_path: Path) -> None:
    TARGETS["gmt"].write(PropertyGraph(seeds_build), tmp_path / "out")
    (tmp_path / "out" / "genes-all.gmt").write_text("one\tcell\n", encoding="utf-8")
    with pytest.raises(ExportError, match=r"the set has no genes.*export again"):
        TARGETS["gmt"].read_counts(tmp_path / "out")
