from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authority.famplex import FamPlex, Relation, read_famplex
from kg.compression import compress
from kg.errors import SourceError

FILE = Path(__file__).parent / "famplex.csv"


def test_an_entity_is_found_by_its_name_or_its_letters() -> None:
    famplex = read_famplex(FILE)
    found = [famplex.entity(word) for word in ("JAK", "jak", "WNT", "NF-kappa-B", "NFkappaB_p65", "STAT")]
    assert found == ["JAK", "JAK", "Wnt", "NFkappaB", "NFkappaB_p65", None]


def test_letters_of_two_entities_find_neither() -> None:
    famplex = FamPlex({"Gs": (), "G_s": (), "Gi": ()}, "made up")
    assert [famplex.entity(word) for word in ("Gs", "G_s", "GS", "GI")] == ["Gs", "G_s", None, "Gi"]


def test_members_of_nested_entities_are_members() -> None:
    famplex = read_famplex(FILE)
    assert famplex.children["NFkappaB_p65"] == (Relation("HGNC", "RELA", "isa"),)
    assert famplex.nested("NFkappaB") == ["NFkappaB_p50", "NFkappaB_p65"]
    assert famplex.genes("NFkappaB") == ["NFKB1", "RELA"]
    assert famplex.genes("nothing") == []


names = st.sampled_from("ABCDEF")


@given(st.lists(st.tuples(st.sampled_from(["HGNC", "FPLX"]), names, names), max_size=12))
def test_genes_are_those_that_can_be_reached(edges: list[tuple[str, str, str]]) -> None:
    children: dict[str, list[Relation]] = {}
    for namespace, name, entity in edges:
        children.setdefault(entity, []).append(Relation(namespace, name, "isa"))
    famplex = FamPlex({entity: tuple(below) for entity, below in children.items()}, "made up")
    for entity in "ABCDEF":
        reached = {entity}
        for _ in edges:  # as many steps as there are edges reach all there is
            reached |= {name for namespace, name, above in edges if namespace == "FPLX" and above in reached}
        genes = {name for namespace, name, above in edges if namespace == "HGNC" and above in reached}
        assert famplex.genes(entity) == sorted(genes)
        assert set(famplex.nested(entity)) == reached - {entity}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HGNC,JAK1,isa,FPLX,JAK\nHGNC,JAK2,isa\n", "bad.csv:2: no relation of FamPlex"),
        ("HGNC,JAK1,is,FPLX,JAK\n", "bad.csv:1: no relation of FamPlex"),
        ("HGNC,JAK1,isa,HGNC,JAK\n", "bad.csv:1: no relation of FamPlex"),
        ("HGNC,,isa,FPLX,JAK\n", "bad.csv:1: no relation of FamPlex"),
        ('HGNC,"JAK1"x,isa,FPLX,JAK\n', "bad.csv:1: not CSV"),
        ("\n\n", "there is no relation in it"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_the_way_out(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        read_famplex(tmp_path / "bad.csv")
    assert said in str(raised.value)
    assert "github.com/sorgerlab/famplex" in str(raised.value)


def test_a_compressed_file_reads_alike(tmp_path: Path) -> None:
    (tmp_path / "relations.csv.gz").write_bytes(compress(FILE.read_bytes(), "gzip"))
    assert read_famplex(tmp_path / "relations.csv.gz").children == read_famplex(FILE).children


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"\xff")
    (tmp_path / "cut.csv.gz").write_bytes(compress(FILE.read_bytes(), "gzip")[:40])
    for name, said in (
        ("latin.csv", "not in UTF-8"),
        ("none.csv", "No such file"),
        ("cut.csv.gz", "cannot be read .*ended"),
    ):
        with pytest.raises(SourceError, match=said):
            read_famplex(tmp_path / name)
