"""What HGNC and FamPlex add to a build, what they report, and what they leave as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kg
from kg.authority.naming import Authority, open_authority
from kg.cli import app
from kg.errors import BuildError, SourceError
from kg.folder import GRAPH_SUFFIXES
from kg.model import Gene, GeneFamily
from tests.documents import document, genes_table, row

HERE = Path(__file__).parent
HGNC, FAMPLEX = HERE / "hgnc.txt", HERE / "famplex.csv"
LINE = "{}\t{}\tAnimals\t{}\t{}\t{}\t{}\tncbigene_symbol\t1\t0\t1"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A figure of generation 1 with a former symbol, a wrong id and a family; one of generation 2 of two species."""
    folder = tmp_path_factory.mktemp("naming")
    (folder / "_data").mkdir()
    genes = [
        row(),
        row("BSF2", "BSF2", source="hgnc_alias_symbol", hgnc_symbol="IFNB2", entrez="3569"),
        *(row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol=s, entrez=e) for s, e in JAK),
    ]
    (folder / "PMC1__f1.md").write_bytes(document(genes=genes))
    (folder / "PMC1__f2.md").write_bytes(document(figid="PMC1__f2", genes=None))
    (folder / "_data" / "PMC1__f2-genes.tsv").write_bytes(
        genes_table(
            LINE.format("9606", "Homo sapiens", "LIF", "LIF", "LIF", "3976"),
            LINE.format("9606", "Homo sapiens", "XYZ", "XYZ", "XYZ", "5970"),
            LINE.format("10090", "Mus musculus", "Lif", "Lif", "Lif", "16878"),
        )
    )
    return folder


JAK = (("JAK1", "3716"), ("JAK9", "99999"))


def test_the_table_adds_names_and_ids_and_leaves_every_node_iri(source: Path, tmp_path: Path) -> None:
    bare = kg.build(source, output=tmp_path / "bare", formats=GRAPH_SUFFIXES)
    for symbols in (False, True):
        full = kg.build(
            source,
            output=tmp_path / "full",
            formats=GRAPH_SUFFIXES,
            hgnc=HGNC,
            famplex=FAMPLEX,
            current_symbols=symbols,
        )
        assert set(full.graph().subjects()) == set(bare.graph().subjects())
        assert full.table("genes")["iri"].to_list() == bare.table("genes")["iri"].to_list()
        assert full.table("families")["iri"].to_list() == bare.table("families")["iri"].to_list()
    assert bare.table("genes")["hgnc_id"].null_count() == len(bare.table("genes"))


def test_genes_are_labelled_by_the_files_or_by_current_symbols(source: Path, tmp_path: Path) -> None:
    asked = "SELECT ?label ?other { ncbigene:3569 rdfs:label ?label ; skos:altLabel ?other } ORDER BY ?other"
    aliases = ["BSF2", "HGF", "HSF", "IFNB2", "IL-6", "IL6"]
    for symbols, label in ((False, "IFNB2"), (True, "IL6")):
        build = kg.build(source, output=tmp_path / "out", hgnc=HGNC, current_symbols=symbols)
        rows = build.query(asked).to_rows()
        assert {r["label"] for r in rows} == {label}
        assert [r["other"] for r in rows] == [alias for alias in aliases if alias != label]


def test_a_gene_of_a_data_file_is_hgncs_if_the_table_says_so(source: Path, tmp_path: Path) -> None:
    build = kg.build(source, output=tmp_path / "out", hgnc=HGNC)
    is_hgnc = dict(build.table("genes").select("symbol", "is_hgnc").iter_rows())
    assert (is_hgnc["LIF"], is_hgnc["XYZ"], is_hgnc["Lif"]) == (True, False, False)
    without = dict(kg.build(source).table("genes").select("symbol", "is_hgnc").iter_rows())
    assert not without["LIF"]


def test_what_is_renamed_or_does_not_fit_is_reported(source: Path, tmp_path: Path) -> None:
    build = kg.build(source, output=tmp_path / "out", hgnc=HGNC, famplex=FAMPLEX)
    found = {(p.file, p.path): p.reason for p in build.problems if p.file in ("hgnc.txt", "famplex.csv")}
    assert found == {
        ("famplex.csv", "families[JAK].members"): (
            "FamPlex also has JAK2, JAK3, TYK2; FamPlex lacks JAK9; both lists are kept"
        ),
        ("hgnc.txt", "genes[ncbigene:3569].symbol"): "a former symbol; HGNC calls the gene IL6",
        ("hgnc.txt", "genes[ncbigene:5970].symbol"): "HGNC gives the id to RELA, so symbol and id disagree",
        ("hgnc.txt", "genes[ncbigene:99999].symbol"): "HGNC knows neither the id nor the symbol",
    }
    families = build.table("families").select("famplex", "members", "famplex_members").row(0)
    assert families == ("JAK", ["3716", "99999"], ["JAK1", "JAK2", "JAK3", "TYK2"])


@pytest.mark.parametrize(
    ("ncbigene", "symbol", "reason"),
    [
        ("3569", "IL6", None),
        ("3569", "BSF2", "an alias; HGNC calls the gene IL6"),
        ("3569", "STAT3", "HGNC gives the id to IL6; STAT3 is that of ncbigene:6774, so symbol and id disagree"),
        ("1", "A12M1", "HGNC has withdrawn the entry"),
        ("1", "STAT3", "HGNC does not know the id; the symbol is that of ncbigene:6774"),
        ("1", "ASS", "HGNC does not know the id; the symbol is a former one of ASS1"),
    ],
)
def test_the_reasons(ncbigene: str, symbol: str, reason: str | None) -> None:
    authority = open_authority(hgnc=HGNC)
    assert authority is not None
    named = authority.name_gene(Gene(ncbigene, symbol, is_hgnc=True, taxon="9606"))
    assert [problem.reason for problem in named.problems] == ([] if reason is None else [reason])
    assert named.gene.symbol == symbol


def test_members_are_compared_without_hgnc_by_the_symbols_of_the_build() -> None:
    authority = open_authority(famplex=FAMPLEX)
    assert authority is not None
    family = GeneFamily("NF-kappa-B", ("4790",))
    assert authority.name_family(family, {"NFKB1": "4790", "RELA": "5970"}, {"4790": "NFKB1", "5970": "RELA"}).problems[
        0
    ].reason == ("FamPlex also has RELA; both lists are kept")
    assert (
        authority.name_family(GeneFamily("NFkappaB_p65", ("5970",)), {"RELA": "5970"}, {"5970": "RELA"}).problems == ()
    )
    assert authority.name_family(GeneFamily("none", ("5970",)), {}, {}).entity is None
    assert Authority().name_family(family, {}, {}).entity is None
    assert Authority().name_gene(Gene("1", "A", is_hgnc=True)).hgnc is None


def test_members_are_one_gene_by_whatever_symbol_a_table_calls_it(tmp_path: Path) -> None:
    """FamPlex and HGNC's table differ in age: a symbol that only one gene bears, once or as an alias, is that gene."""
    relations = tmp_path / "famplex.csv"
    relations.write_text("HGNC,NFKB3,isa,FPLX,REL\nHGNC,BSF2,isa,FPLX,REL\nHGNC,TAK1,isa,FPLX,REL\n", encoding="utf-8")
    authority = open_authority(hgnc=HGNC, famplex=relations)
    assert authority is not None
    (problem,) = authority.name_family(
        GeneFamily("REL", ("5970", "3569")), {}, {"5970": "RELA", "3569": "IL6"}
    ).problems
    assert problem.reason == "FamPlex also has TAK1; both lists are kept"  # two genes bear it


def test_an_update_notices_another_table_and_keeps_what_it_can(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(HGNC.read_text(encoding="utf-8").replace("interleukin 6\t", "another name\t"), encoding="utf-8")
    out = tmp_path / "out"
    kg.build(source, output=out, hgnc=HGNC)
    same = kg.build(source, output=out, hgnc=HGNC, update=True)
    before = (out / "graph.ttl").read_bytes()
    changed = kg.build(source, output=out, hgnc=other, update=True)
    assert (same.n_kept, changed.n_kept) == (2, 2)
    assert (out / "graph.ttl").read_bytes() != before
    assert changed.manifest["inputs"]["authority"]["hgnc"]["file"] == "other.txt"
    fresh = kg.build(source, output=tmp_path / "fresh", hgnc=other)
    assert (fresh.path / "graph.ttl").read_bytes() == (out / "graph.ttl").read_bytes()


def test_bad_tables_stop_before_anything_is_written(source: Path, tmp_path: Path) -> None:
    for options in ({"hgnc": FAMPLEX}, {"famplex": HGNC}, {"hgnc": tmp_path / "none"}):
        with pytest.raises(SourceError):
            kg.build(source, output=tmp_path / "out", **options)  # type: ignore[arg-type]
    with pytest.raises(BuildError, match="give HGNC's table, too"):
        kg.build(source, output=tmp_path / "out", current_symbols=True)
    assert not (tmp_path / "out").exists()


def test_the_description_names_the_tables_and_tells_builds_apart(source: Path, tmp_path: Path) -> None:
    bare = kg.build(source, output=tmp_path / "bare", formats="turtle")
    named = kg.build(source, output=tmp_path / "named", formats="turtle", hgnc=HGNC)
    asked = "SELECT ?set ?digest { ?set a void:Dataset ; prov:wasGeneratedBy/prov:used/schema:identifier ?digest }"
    found = [{(row["set"], row["digest"]) for row in build.query(asked).to_rows()} for build in (bare, named)]
    assert not {dataset for dataset, _ in found[0]} & {dataset for dataset, _ in found[1]}
    assert f"sha256:{hashlib.sha256(HGNC.read_bytes()).hexdigest()}" in {digest for _, digest in found[1]}


def test_an_audit_without_the_table_of_its_build_says_so(source: Path, tmp_path: Path) -> None:
    kg.build(source, output=tmp_path / "named", formats=(), hgnc=HGNC)
    for more, is_said in (([], True), (["--hgnc", str(HGNC)], False)):
        done = CliRunner().invoke(app, ["audit", str(tmp_path / "named"), "-o", str(tmp_path / "a.tsv"), *more])
        assert done.exit_code == 0
        assert ("kg: the build was made with HGNC's table" in done.stderr) is is_said
