from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import kg
from kg.errors import NotFoundError
from kg.summary import FigureView, GeneChoice, GeneView, PaperView, render_view, show
from kg.summary.records import CandidateSummary, DecisionSummary, TermSummary
from kg.terminal import cell_width
from tests.conftest import JAK_STAT, RCC
from tests.documents import document, genes_table, row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def two_species(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """Figures of people, mice and rats, one of them written by someone hostile."""
    folder = tmp_path_factory.mktemp("species")
    for name in ("_data", "_figures"):
        (folder / name).mkdir()
    (folder / "_figures" / "PMC1__f1.md").write_bytes(
        document(figid="PMC1__f1", genes=[row(), row(word="Stat", entrez="6774")])
    )
    (folder / "_figures" / "PMC1__f2.md").write_bytes(
        document(figid="PMC1__f2", genes=None, year="2020", figid_alias="PMC1__old", doi="10.1000/x", wpid="WP1")
    )
    line = "{}\t{}\tAnimals\t{}\tSTAT3\t{}\t{}\tncbigene_symbol\t1\t0\t1"
    (folder / "_data" / "PMC1__f2-genes.tsv").write_bytes(
        genes_table(
            line.format("9606", "Homo sapiens", "Stat3", "STAT3", "6774"),
            line.format("10090", "Mus musculus", "Stat3", "Stat3", "20848"),
            line.format("10116", "Rattus norvegicus", "Stat3", "Stat3", "25125"),
            line.format("10090", "Mus musculus", "stat3", "Stat3", "x"),
        )
    )
    hostile = "\x9b31m\u202eIL6\u2066 " + "word " * 400 + "蛋" * 150 + " x"
    (folder / "_figures" / "PMC3__f1.md").write_bytes(
        document(
            figid="PMC3__f1",
            pmcid="PMC3",
            year="2021",
            caption=hostile,
            figtitle="\u202eltit",
            papertitle="a\u200bb",
            reftext="c\u2028d",
            number="Fig. \u202e1",
            organisms=["Homo \u202esapiens"],
            genes=[row(word="ST\u202eAT", symbol="S\u2066"), row(word="STAT " * 20)],
            chemicals=[{"word": "bom\u202ebesin", "source": "mesh", "identifier": "D001839"}],
            diseases=[{"word": "pain", "source": "mesh", "identifier": "D010146"}],
        )
    )
    return kg.build(folder, output=folder / "build", formats=[])


def _figure(build: kg.Build, name: str) -> FigureView:
    view = show(build, name)
    assert isinstance(view, FigureView)
    return view


def _gene(build: kg.Build, name: str) -> GeneView:
    view = show(build, name)
    assert isinstance(view, GeneView)
    return view


@pytest.mark.parametrize(("figid", "n_mentions", "n_genes", "n_rows"), [(JAK_STAT, 18, 33, 36), (RCC, 10, 25, 27)])
def test_a_figure_has_all_that_was_read_in_it(
    seeds_build: kg.Build, figid: str, n_mentions: int, n_genes: int, n_rows: int
) -> None:
    view = _figure(seeds_build, figid)
    assert len(view.mentions) == n_mentions
    assert view.n_genes == n_genes
    assert len({gene.ncbigene for mention in view.mentions for gene in mention.candidates}) == n_genes
    extra = sum(mention.occurrences - 1 for mention in view.mentions)
    assert sum(len(mention.candidates) for mention in view.mentions) + extra == n_rows
    assert [mention.number for mention in view.mentions] == list(range(1, n_mentions + 1))


def test_a_figure_is_told_whole(seeds_build: kg.Build) -> None:
    view = _figure(seeds_build, JAK_STAT)
    assert view.title == "Advances of the STAT3 signaling pathways involving breast cancer chemoresistance"
    assert view.number == "Fig. 5"
    assert view.caption is not None
    assert view.caption.endswith("promote breast cancer chemoresistance")
    assert view.paper.year == 2020
    assert view.paper.citation == "Jia-hui Ma, et al. Cell Commun Signal. 2020;18:33."
    assert view.organisms == ("Homo sapiens",)
    assert view.links["page"] == "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig5/"
    assert view.links["image"].endswith("/bin/12964_2020_527_Fig5_HTML.jpg")
    assert view.links["pfocr"] == view.iri == f"https://pfocr.wikipathways.org/figures/{JAK_STAT}.html"
    assert "ndex" not in view.links
    assert "ndex" in _figure(seeds_build, RCC).links
    jak = view.mentions[7]
    assert (jak.word, jak.matched_symbol, jak.lexicon, jak.tier, jak.family) == (
        *("JAK", "JAK", "bioentities_symbol", "all"),
        "JAK",
    )
    assert [gene.symbol for gene in jak.candidates] == ["JAK1", "JAK2", "JAK3", "TYK2"]
    assert view.mentions[11].occurrences == 2
    assert view.mentions[17].candidates == (CandidateSummary("MYC", "4609", "Homo sapiens"),)
    assert [problem.path for problem in view.problems] == ["genes[19]"]
    assert _figure(seeds_build, RCC).problems == ()


@pytest.mark.parametrize(
    "name",
    [
        JAK_STAT,
        f" {JAK_STAT}\n",
        f"https://pfocr.wikipathways.org/figures/{JAK_STAT}.html",
        f"http://pfocr.wikipathways.org/figures/{JAK_STAT}",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig5/",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig5",
    ],
)
def test_a_figure_has_several_names(seeds_build: kg.Build, name: str) -> None:
    assert _figure(seeds_build, name).figid == JAK_STAT


@pytest.mark.parametrize(
    "name",
    [
        *("STAT3", "stat3", "Stat3", "6774", "ncbigene:6774", "NCBIGene:6774"),
        *("https://identifiers.org/ncbigene/6774", "http://identifiers.org/ncbigene:6774"),
        "https://identifiers.org/hgnc.symbol/STAT3",
    ],
)
def test_a_gene_has_several_names(seeds_build: kg.Build, name: str) -> None:
    view = _gene(seeds_build, name)
    assert (view.symbol, view.ncbigene, view.organism, view.taxon) == ("STAT3", "6774", "Homo sapiens", "9606")
    assert view.is_hgnc
    assert (view.n_figures, view.n_mentions) == (2, 3)
    assert [(figure.figid, figure.year, figure.words) for figure in view.figures] == [
        (JAK_STAT, 2020, ("STAT3",)),
        (RCC, 2018, ("STAT", "STAT3")),
    ]
    assert view.links["ncbi"] == "https://www.ncbi.nlm.nih.gov/gene/6774"
    assert view.links["hgnc"] == "https://identifiers.org/hgnc.symbol/STAT3"


def test_a_gene_is_found_by_an_alias(seeds_build: kg.Build) -> None:
    assert _gene(seeds_build, "il-6").symbol == "IL6"


@pytest.mark.parametrize("name", ["PMC6305783", "pmc6305783", "https://identifiers.org/pmc/PMC6305783"])
def test_a_paper_has_several_names(seeds_build: kg.Build, name: str) -> None:
    view = show(seeds_build, name)
    assert isinstance(view, PaperView)
    assert view.title == "Interleukin-6 induces drug resistance in renal cell carcinoma."
    assert view.year == 2018
    (figure,) = view.figures
    assert (figure.figid, figure.n_mentions, figure.n_genes) == (RCC, 10, 25)
    assert view.links == {"paper": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6305783/"}


def test_a_shared_symbol_lists_its_genes(two_species: kg.Build) -> None:
    choice = show(two_species, "Stat3")
    assert isinstance(choice, GeneChoice)
    assert [(gene.ncbigene, gene.organism, gene.n_figures) for gene in choice.genes] == [
        ("20848", "Mus musculus", 1),
        ("25125", "Rattus norvegicus", 1),
    ]
    text = render_view(choice)
    assert text.startswith("2 genes are called Stat3; show one of them by its id\n")
    assert "  Stat3  ncbigene:20848  Mus musculus             1\n" in text
    assert json.loads(choice.to_json())["kind"] == "genes"
    # As it is spelled, the symbol is one gene's; in any case, three have it.
    assert _gene(two_species, "STAT3").ncbigene == "6774"
    either = show(two_species, "sTAT3")
    assert isinstance(either, GeneChoice)
    assert len(either.genes) == 3


def test_figures_of_a_gene_are_the_newest_first(two_species: kg.Build) -> None:
    assert [figure.figid for figure in _gene(two_species, "6774").figures] == ["PMC3__f1", "PMC1__f1", "PMC1__f2"]


def test_an_alias_and_problems_of_the_data_file_are_found(two_species: kg.Build) -> None:
    view = _figure(two_species, "PMC1__old")
    assert view.figid == "PMC1__f2"
    assert view.links["wikipathways"] == "https://identifiers.org/wikipathways/WP1"
    assert view.links["doi"] == "https://doi.org/10.1000/x"
    assert any(problem.file.endswith("PMC1__f2-genes.tsv") for problem in view.problems)
    assert "ncbigene:20848" in render_view(_gene(two_species, "20848"))
    text = render_view(view)
    assert "3 genes, of Homo sapiens unless another species is named" in text
    assert "STAT3 (6774)" in text
    assert "Stat3 (20848, M. musculus)" in text


def test_chemicals_and_diseases_are_shown(two_species: kg.Build) -> None:
    view = _figure(two_species, "PMC3__f1")
    assert view.diseases == (TermSummary("pain", None, ("mesh:D010146",)),)
    assert view.chemicals[0].ids == ("mesh:D001839",)
    lines = render_view(view).splitlines()
    assert lines[lines.index("1 disease") + 1].split() == ["pain", "mesh:D010146"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("STTA3", "did you mean STAT3"),
        ("jk1", "did you mean JAK1"),
        (JAK_STAT.replace("Fig5", "Fig6"), f"did you mean {JAK_STAT}?"),
        ("PMC6305784", "did you mean PMC6305783?"),
        ("999999", "`kg stats` names the most frequent genes"),
        ("", "no figure, gene or paper of that name"),
        ("zzzzzzzz", "`kg stats` names the most frequent genes"),
        ("jak", "^jak: no gene, but a family or complex; its members: JAK1, JAK2, JAK3, TYK2$"),
        ("HIC-1", "^HIC-1: no gene of that name, but a word of figures; it may mean HIC1, NDUFC2$"),
        ("\x1b[2J" + "x" * 500, r"\\x1b\[2Jx{50}"),
    ],
)
def test_an_unknown_name_gets_suggestions(seeds_build: kg.Build, name: str, said: str) -> None:
    with pytest.raises(NotFoundError, match=said) as caught:
        show(seeds_build, name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["PMC3__f1", "PMC3", "6774", "PMC1__f2"])
@pytest.mark.parametrize("width", [1, 60, 80, 100])
def test_rendered_views_are_narrow_and_hold_no_controls(two_species: kg.Build, name: str, width: int) -> None:
    text = render_view(show(two_species, name), width=width)
    assert text.replace("\n", "").isprintable()
    for line in text.splitlines():
        assert line == line.rstrip()
        free = "https://" in line or "mesh:" in line or any(figid in line for figid in ("PMC3__f1", "PMC1__f"))
        assert free or cell_width(line) <= max(width, 60)


@pytest.mark.parametrize("name", ["PMC3__f1", "PMC3", "6774", "PMC1__f2"])
def test_json_holds_the_data_and_no_controls(two_species: kg.Build, name: str) -> None:
    view = show(two_species, name)
    text = view.to_json()
    assert text.replace("\n", "").isprintable()
    value = json.loads(text)
    assert value["kind"] == {"PMC3": "paper", "6774": "gene"}.get(name, "figure")
    if isinstance(view, FigureView):
        assert value["caption"] == view.caption
        assert [problem["severity"] for problem in value["problems"]] == [str(p.severity) for p in view.problems]


def test_a_rendered_figure_reads_well(seeds_build: kg.Build) -> None:
    text = render_view(_figure(seeds_build, JAK_STAT), width=96)
    assert "Fig. 5 of PMC7048131 (2020): Role of STAT3 signaling pathway in breast cancer.\n" in text
    assert "18 mentions of 33 genes\n" in text
    assert "\n      word              rows  matched  lexicon             tier      genes\n" in text
    assert "\n   8  JAK                  1  JAK      bioentities_symbol  all       JAK1 (3716), JAK2 (3717),\n" in text
    assert "\n  12  STAT3                2  STAT3    hgnc_symbol         strict    STAT3 (6774)\n" in text
    assert "\n  18  с-Мус                1  c-Myc    hgnc_alias_symbol   synonyms  MYC (4609)\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_long_lists_say_how_many_more(seeds_build: kg.Build) -> None:
    assert render_view(_gene(seeds_build, "STAT3"), n_figures=1).endswith("\n  and 1 more; as JSON all of them")
    assert " more;" not in render_view(_gene(seeds_build, "STAT3"))


def test_a_paper_without_a_title_leaves_no_colon(seeds_build: kg.Build) -> None:
    view = _figure(seeds_build, JAK_STAT)
    untitled = replace(view, paper=replace(view.paper, title=None))
    assert "\nFig. 5 of PMC7048131 (2020)\n" in render_view(untitled)


def test_a_figure_without_anything_is_shown(tmp_path: Path) -> None:
    bare = document(genes=[], year=None, caption=None, figtitle=None, number=None, reftext=None, filename=None)
    (tmp_path / "a.md").write_bytes(bare)
    build = kg.build(tmp_path / "a.md", output=tmp_path / "build", formats=[])
    assert "0 mentions of 0 genes" in render_view(show(build, "PMC1__f1"))
    assert render_view(show(build, "PMC1")).startswith("PMC1\nA paper\n")


def test_a_gene_has_what_hgnc_says_of_it(tmp_path: Path) -> None:
    build = kg.build("seeds", output=tmp_path / "build", formats=[], hgnc="tests/authority/hgnc.txt")
    gene = _gene(build, "LIF")
    assert gene.hgnc is not None
    assert (gene.hgnc.hgnc_id, gene.hgnc.symbol, gene.hgnc.location) == ("HGNC:6596", "LIF", "22q12.2")
    assert gene.hgnc.aliases == ("CDF", "DIA", "HILDA")
    lines = render_view(gene).splitlines()
    start = lines.index("HGNC  HGNC:6596")
    assert lines[start + 1 : start + 5] == [
        "  symbol   LIF",
        "  name     LIF interleukin 6 family cytokine",
        "  locus    protein-coding gene, gene with protein product, 22q12.2",
        "  aliases  CDF, DIA, HILDA",
    ]
    assert json.loads(gene.to_json())["hgnc"]["uniprot"] == ["P15018"]


def test_a_gene_of_a_build_without_hgnc_has_nothing_of_it(seeds_build: kg.Build) -> None:
    gene = _gene(seeds_build, "LIF")
    assert gene.hgnc is None
    assert "HGNC  " not in render_view(gene)


def test_a_figure_of_a_build_without_an_audit_has_no_verdicts(seeds_build: kg.Build) -> None:
    view = _figure(seeds_build, JAK_STAT)
    assert {gene.verdict for mention in view.mentions for gene in mention.candidates} == {None}
    assert "can be believed" not in render_view(view)


def test_a_figure_has_the_verdicts_of_the_audit(audited_build: kg.Build) -> None:
    view = _figure(audited_build, JAK_STAT)
    found = {(mention.number, gene.ncbigene): gene.verdict for mention in view.mentions for gene in mention.candidates}
    said = {(v.mention, v.entrez): v for v in audited_build.audit() if v.figid == JAK_STAT}
    assert found.keys() == said.keys()
    for key, verdict in found.items():
        assert verdict is not None
        assert (verdict.grade, verdict.score) == (said[key].grade, said[key].score)
        assert "; ".join(verdict.reasons) == said[key].reasons


def test_a_figure_has_what_curators_decided(audited_build: kg.Build) -> None:
    mention = _figure(audited_build, JAK_STAT).mentions[12]
    assert [gene.symbol for gene in mention.candidates] == ["SETD2", "HIF1A"]
    decision = DecisionSummary("29072", "other", "3091", "HIF1A", "it means\u202e hypoxia", "A. Reader", "2026-11-29")
    for gene, grade in zip(mention.candidates, ("conflicting", "supported"), strict=True):
        assert gene.verdict is not None
        assert (gene.verdict.grade, gene.verdict.decision) == (grade, decision)
    value = json.loads(_figure(audited_build, JAK_STAT).to_json())
    (first, _) = value["mentions"][12]["candidates"]
    assert (first["verdict"]["grade"], first["verdict"]["decision"]["curator"]) == ("conflicting", "A. Reader")


def test_genes_that_are_judged_alike_stand_together(audited_build: kg.Build) -> None:
    text = render_view(_figure(audited_build, JAK_STAT), width=80)
    assert text.replace("\n", "").isprintable()
    lines = text.splitlines()
    start = lines.index("How far they can be believed, and why")
    assert lines[start + 1 : start + 3] == [
        "  1 HIC-1 as NDUFC2: conflicting (0.000)",
        "      curation: rejected by A. Reader on 2026-11-29",
    ]
    (jak,) = [line for line in lines[start:] if line.startswith("  8 ")]
    assert jak.startswith("  8 JAK as JAK1, JAK2, JAK3, TYK2: ")
    setd2 = lines.index("  13 HIF-1 as SETD2: conflicting (0.000)")
    assert lines[setd2 + 1 : setd2 + 3] == [
        "      curation: rejected for HIF1A (3091) by A. Reader on 2026-11-29: it",
        "        means\\u202e hypoxia",
    ]
    assert max(map(len, lines[start:])) <= 80
