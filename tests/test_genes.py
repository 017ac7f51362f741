from __future__ import annotations

import sys
from pathlib import Path

import pytest

import kg
from kg.authority.hgnc import read_hgnc
from kg.errors import NotFoundError
from kg.genes import GeneNames, KnownGene, NotAGene
from kg.model import Gene
from tests.documents import document, genes_table, row
from tests.network.builds import Drawn, Mention, write_build

LINE = "{}\t{}\tAnimals\t{}\t{}\t{}\t{}\t{}\t1\t0\t1"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """STAT3 of three species; P21, an alias of two genes, one of them in two figures; a family; a word of two genes."""
    folder = tmp_path_factory.mktemp("genes")
    (folder / "_data").mkdir()
    p21 = row("p21", "P21", source="hgnc_alias_symbol", hgnc_symbol="CDKN1A", entrez="1026")
    genes = [
        row(),
        p21,
        row("p21", "p21", source="hgnc_alias_symbol", hgnc_symbol="HRAS", entrez="3265"),
        row("BSF2", "BSF-2", source="hgnc_alias_symbol", hgnc_symbol="IL6", entrez="3569"),
        *(row("ERK", "ERK", source="bioentities_symbol", hgnc_symbol=s, entrez=e) for s, e in ERK),
        *(row("MEK1/2", symbol, hgnc_symbol=symbol, entrez=e) for symbol, e in MEK),
    ]
    (folder / "PMC1__f1.md").write_bytes(document(genes=genes))
    (folder / "PMC1__f2.md").write_bytes(document(figid="PMC1__f2", genes=[p21]))
    (folder / "PMC1__f3.md").write_bytes(document(figid="PMC1__f3", genes=None))
    (folder / "_data" / "PMC1__f3-genes.tsv").write_bytes(
        genes_table(
            LINE.format("10090", "Mus musculus", "Stat3", "Stat3", "Stat3", "20848", "ncbigene_symbol"),
            LINE.format("10116", "Rattus norvegicus", "Stat3", "Stat3", "Stat3", "25125", "ncbigene_symbol"),
            LINE.format("10090", "Mus musculus", "waf1", "Waf1", "Cdkn1a", "12575", "ncbigene_synonym"),
        )
    )
    return kg.build(folder, output=folder / "build", formats=[])


ERK = (("MAPK3", "5595"), ("MAPK1", "5594"))
STAT3S = "20848 (Stat3, Mus musculus), 25125 (Stat3, Rattus norvegicus)"
MEK = (("MAP2K1", "5604"), ("MAP2K2", "5605"))


@pytest.mark.parametrize(
    ("name", "ncbigene"),
    [
        *((name, "6774") for name in ("STAT3", " STAT3 ", "6774", "06774", "ncbigene:6774", "NCBIGENE:6774")),
        *(("https://identifiers.org/" + name, "6774") for name in ("ncbigene/6774", "ncbigene:6774")),
        *((name, "6774") for name in ("hgnc.symbol:STAT3", "http://identifiers.org/hgnc.symbol/STAT3")),
        *((name, "3569") for name in ("IL6", "il6", "BSF-2", "bsf-2")),
        ("WAF1", "12575"),
        ("P21", "1026"),  # as it is spelled, it is an alias of one gene
        ("p21", "3265"),
    ],
)
def test_a_gene_goes_by_symbol_id_iri_and_alias(build: kg.Build, name: str, ncbigene: str) -> None:
    assert GeneNames(build).gene(name).ncbigene == ncbigene


def test_a_gene_says_what_the_table_says(build: kg.Build) -> None:
    assert GeneNames(build).find("P21") == KnownGene("1026", "CDKN1A", "Homo sapiens", "9606", 2)


@pytest.mark.parametrize(
    ("name", "why", "symbols"),
    [
        ("Stat3", "several", ["Stat3", "Stat3"]),
        ("sTAT3", "several", ["STAT3", "Stat3", "Stat3"]),
        ("erk", "family", ["MAPK1", "MAPK3"]),
        ("mek1/2", "word", ["MAP2K1", "MAP2K2"]),
        ("BSF2", "word", ["IL6"]),
        ("ncbigene:1", "unknown", []),
        ("nothing", "unknown", []),
    ],
)
def test_a_name_that_is_not_one_gene_says_why(build: kg.Build, name: str, why: str, symbols: list[str]) -> None:
    found = GeneNames(build).find(name)
    assert isinstance(found, NotAGene)
    assert (found.name, found.why, [gene.symbol for gene in found.genes]) == (name, why, symbols)
    with pytest.raises(NotFoundError) as caught:
        GeneNames(build).gene(name)
    assert str(caught.value) == str(found)


def test_a_species_settles_which_gene_is_meant(build: kg.Build) -> None:
    for species, ncbigene in (("9606", "6774"), ("10090", "20848"), ("10116", "25125")):
        assert GeneNames(build, species=[species]).gene("stat3").ncbigene == ncbigene
    mouse = GeneNames(build, species=["10090"])
    assert mouse.find("6774") == NotAGene("6774", "unknown")
    assert mouse.find("BSF-2") == NotAGene("BSF-2", "unknown")
    assert mouse.find("ERK") == NotAGene("ERK", "family")


def test_many_names_are_found_at_once_in_their_order(build: kg.Build) -> None:
    names = ["BSF-2", "nothing", "STAT3", "BSF-2", "5594"]
    found = GeneNames(build).find_all(names)
    assert list(found) == ["BSF-2", "nothing", "STAT3", "5594"]
    assert {name: GeneNames(build).find(name) for name in names} == found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("STTA3", "STTA3: no gene of that name; did you mean STAT3?"),
        ("MAPK", "MAPK: no gene of that name; did you mean MAPK3 or MAPK1 or MAP2K2?"),
        ("zz\x1b", "zz\\x1b: no gene of that name"),
        ("erk", "erk: no gene, but a family or complex; its members: MAPK1, MAPK3"),
        ("MEK1/2", "MEK1/2: no gene of that name, but a word of figures; it may mean MAP2K1, MAP2K2"),
        ("Stat3", f"Stat3: 2 genes of that name; give the id of one of them: {STAT3S}"),
    ],
)
def test_what_may_have_been_meant_is_a_sentence(build: kg.Build, name: str, said: str) -> None:
    assert str(GeneNames(build).find(name)) == said


def test_an_alias_is_found_in_any_case_of_any_letter(tmp_path: Path) -> None:
    letters = [chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    # Those that take more or less bytes in lower case, such as the sign of Kelvin's, whose is k.
    odd = [letter for letter in letters if len(letter.encode()) != len(letter.lower().encode())]
    assert {"\u212a", "İ", "ẞ"} < set(odd)
    genes = {str(n): Gene(str(n), f"G{n}", is_hgnc=False) for n in range(len(odd))}
    mentions = [
        Mention(f"word {n}", f"{letter}{rest}-{n}", "hgnc_alias_symbol", (n,))
        for rest in ("x", "ABCDefghijkl")
        for n, letter in zip(genes, odd, strict=True)
    ]
    folder = write_build(tmp_path / "build", [Drawn("F1", "PMC1", 2020, tuple(mentions))], genes)
    for mention in mentions:
        assert GeneNames(folder).gene(mention.symbol.lower()).ncbigene == mention.genes[0]


def test_a_symbol_of_two_lines_is_not_what_was_meant(tmp_path: Path) -> None:
    genes = {str(n): Gene(str(n), symbol, is_hgnc=False) for n, symbol in enumerate(("ABCD\nE", "ABCDF", "abcdf"))}
    folder = write_build(tmp_path / "build", [], genes)
    for name in ("ABCDE", "ABCD\nX"):
        assert getattr(GeneNames(folder).find(name), "close", None) == ("ABCDF",)
        assert GeneNames(folder, species=["10090"]).find(name) == NotAGene(name, "unknown")


def test_a_family_of_another_species_has_no_members(build: kg.Build) -> None:
    found = GeneNames(build, species=["10090"]).find("ERK")
    assert str(found) == "ERK: no gene, but a family or complex; none of its members is of that species"


def test_of_many_genes_the_first_are_named() -> None:
    genes = tuple(KnownGene(str(n), f"G{n}", None, None, 1) for n in range(1, 8))
    assert str(NotAGene("G", "family", genes)).endswith("its members: G1, G2, G3, G4, G5 and 2 more")


def test_hgnc_knows_a_gene_by_more_names(build: kg.Build) -> None:
    names = GeneNames(build, hgnc=read_hgnc("tests/authority/hgnc.txt"))
    found = names.known(["ifnb2", "hgnc.symbol:IFNB2", "hypb", "no such gene", "STAT3"])
    assert {name: gene.symbol for name, gene in found.items()} == {
        "ifnb2": "IL6",
        "hgnc.symbol:IFNB2": "IL6",
        "STAT3": "STAT3",
    }
    assert isinstance(GeneNames(build).find("IFNB2"), NotAGene)


def test_what_hgnc_said_when_the_build_was_made_are_names(tmp_path: Path) -> None:
    made = kg.build("seeds", output=tmp_path / "build", formats=[], hgnc="tests/authority/hgnc.txt")
    names = GeneNames(made).find_all(["aprf", "HILDA", "hgnc.symbol:CDF", "no such gene"])
    assert [found.symbol for found in names.values() if isinstance(found, KnownGene)] == ["STAT3", "LIF", "LIF"]
    assert isinstance(names["no such gene"], NotAGene)
    assert isinstance(GeneNames(kg.build("seeds", output=tmp_path / "plain", formats=[])).find("APRF"), NotAGene)


def test_a_name_that_hgnc_gives_to_another_gene_too_is_of_both(build: kg.Build, tmp_path: Path) -> None:
    """As MLL2: an alias of KMT2B, which figures were matched by, and a former symbol of KMT2D."""
    table = tmp_path / "hgnc.txt"
    table.write_text(
        Path("tests/authority/hgnc.txt").read_text(encoding="utf-8").replace("APRF", "APRF|BSF-2"), "utf-8"
    )
    said = (
        "BSF-2: 2 genes of that name; give the id of one of them: 3569 (IL6, Homo sapiens), 6774 (STAT3, Homo sapiens)"
    )
    assert getattr(GeneNames(build).find("BSF-2"), "symbol", None) == "IL6"
    assert str(GeneNames(build, species=["9606"], hgnc=read_hgnc(table)).find("BSF-2")) == said
    made = kg.build(build.path.parent, output=tmp_path / "build", formats=[], hgnc=table)
    assert str(GeneNames(made, species=["9606"]).find("bsf-2")) == said.replace("BSF-2", "bsf-2")
