from __future__ import annotations

import csv
import io
import time
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kg.blocks import block_differences, figure_block
from kg.errors import ParseError, Problem, Severity
from kg.model import Annotation, ChemicalMention, DiseaseMention, Figure, gene_rows
from kg.parse import ParsedFigure, parse_figure
from tests.conftest import JAK_STAT, RCC, SEEDS
from tests.documents import document, genes_table, raw, row


def parse(markdown: bytes, **tables: bytes) -> ParsedFigure:
    named = {kind: (f"_data/PMC1__f1-{kind}.tsv", data) for kind, data in tables.items()}
    return parse_figure(markdown, name="PMC1__f1.md", stem="PMC1__f1", tables=named)


def figure(markdown: bytes, **tables: bytes) -> Figure:
    return parse(markdown, **tables).figure


def problems(markdown: bytes, **tables: bytes) -> list[Problem]:
    return list(parse(markdown, **tables).problems)


def warning(markdown: bytes, **tables: bytes) -> Problem:
    (problem,) = problems(markdown, **tables)
    assert problem.severity is Severity.WARNING
    return problem


def refused(markdown: bytes) -> Problem:
    with pytest.raises(ParseError) as caught:
        parse(markdown)
    problem = caught.value.problems[-1]
    assert problem.severity is Severity.FILE_SKIPPED
    assert str(caught.value) == str(problem)
    return problem


# The seeds, and the property that nothing is lost.


@pytest.mark.parametrize(("figid", "n_mentions", "n_genes", "n_rows"), [(JAK_STAT, 18, 33, 36), (RCC, 10, 25, 27)])
def test_the_seeds_give_their_mentions(figid: str, n_mentions: int, n_genes: int, n_rows: int) -> None:
    parsed = parse_figure((SEEDS / f"{figid}.md").read_bytes(), name=figid, stem=figid)
    mentions = parsed.figure.mentions
    assert len(mentions) == n_mentions
    assert len({gene for mention in mentions for gene in mention.genes}) == n_genes
    assert len(gene_rows(parsed.figure)) == n_rows
    assert [mention.number for mention in mentions] == list(range(1, n_mentions + 1))
    assert parsed.generation == 1


def test_a_family_word_is_one_mention_and_a_word_of_two_lexicon_entries_is_two() -> None:
    mentions = parse_figure((SEEDS / f"{JAK_STAT}.md").read_bytes(), name="x").figure.mentions
    jak = [mention for mention in mentions if mention.word == "JAK"]
    assert [[candidate.gene.symbol for candidate in mention.candidates] for mention in jak] == [
        ["JAK1", "JAK2", "JAK3", "TYK2"]
    ]
    assert jak[0].family is not None
    assert [mention.symbol for mention in mentions if mention.word == "HIC-1"] == ["HLC-1", "HIC1"]
    (stat3,) = [mention for mention in mentions if mention.word == "STAT3"]
    assert stat3.occurrences == 2


WORDS = st.sampled_from(
    ["STAT3", "JAK", "NO", "1E5", "012", "МАРК", "ERK---", "a: b", "#x", "'q", '"q"', "-x", "\\n", "é\u2028"]
)
ROWS = st.lists(
    st.builds(
        lambda word, symbol, source, gene: row(word, symbol, source=source, hgnc_symbol=gene[0], entrez=gene[1]),
        WORDS,
        WORDS,
        st.sampled_from(["hgnc_symbol", "bioentities_symbol", "a_new_one"]),
        st.sampled_from([("STAT3", "6774"), ("JAK1", "3716"), ("JAK2", "3717"), ("JAK2", "3716")]),
    ),
    max_size=12,
)


@given(ROWS)
def test_the_rows_of_generation_1_can_be_written_again_from_the_mentions(rows: list[dict[str, str]]) -> None:
    again = [
        {
            "word": r.word,
            "symbol": r.symbol,
            "source": r.lexicon,
            "hgnc_symbol": r.gene.symbol,
            "entrez": r.gene.ncbigene,
        }
        for r in gene_rows(figure(document(genes=rows)))
    ]
    assert again == rows


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["9606\tHomo sapiens\tPrimates", "7955\tDanio rerio\tFish", "\t\t"]),
            st.sampled_from(["gap", '"Rock', "a b", "NA", "NO"]),
            st.sampled_from(["GAP\tRASA1\t5921", "GAP\tRGS6\t6004", "NA\tNA\t1"]),
            st.sampled_from(["ncbigene_symbol", "famplex_relations"]),
            st.sampled_from(["4\t11\t14", "NA\t1\t2"]),
        ),
        max_size=12,
    )
)
def test_the_rows_of_generation_2_can_be_written_again_from_the_mentions(rows: list[tuple[str, ...]]) -> None:
    stream = io.StringIO()
    cells = [[cell for part in parts for cell in part.split("\t")] for parts in rows]
    csv.writer(stream, delimiter="\t", lineterminator="\n").writerows(cells)
    found = gene_rows(figure(raw(""), genes=genes_table(*stream.getvalue().splitlines())))
    again = []
    for r in found:
        assert r.counts is not None
        gene = [r.gene.taxon or "", r.gene.organism or "", r.gene.organism_group or ""]
        match = [r.word, r.symbol, r.gene.symbol, r.gene.ncbigene, r.lexicon]
        again.append([*gene, *match, r.counts.direct, r.counts.synonym, r.counts.match])
    assert again == cells


# Quirks of real files.


@pytest.mark.parametrize("word", ["NO", "ON", "1E5", "012", "SEPT7", "7-Sep", "2020-01-01", "МАРК", "с-Мус", "ERK---"])
def test_gene_words_keep_their_text_without_quotes(word: str) -> None:
    text = f"genes:\n- word: {word}\n  symbol: {word}\n  source: hgnc_symbol\n  hgnc_symbol: {word}\n  entrez: 6774\n"
    (mention,) = figure(raw(text)).mentions
    assert (mention.word, mention.symbol, mention.candidates[0].gene.symbol) == (word, word, word)
    assert mention.genes == ("6774",)


@pytest.mark.parametrize(
    ("organisms", "expected"),
    [
        ("organisms: Homo sapiens", ("Homo sapiens",)),
        ("organisms: Homo sapiens, Mus musculus", ("Homo sapiens", "Mus musculus")),
        ("organisms:\n- Homo sapiens\n- Homo sapiens\n- Yeast", ("Homo sapiens", "Yeast")),
        ("organisms:\n- NA\norganisms_ner:\n- Danio rerio\n- Homo sapiens", ("Danio rerio", "Homo sapiens")),
        ("organisms: .na.character", ()),
        ("organisms:", ()),
    ],
)
def test_organisms_come_in_every_shape(organisms: str, expected: tuple[str, ...]) -> None:
    assert figure(raw(organisms + "\ngenes: []\n")).organisms == expected


ROW = "\ngenes:\n- {word: JAK1, symbol: JAK1, source: hgnc_symbol, hgnc_symbol: JAK1, entrez: '3716'}\n"


def test_species_that_do_not_include_those_of_the_genes_are_a_warning() -> None:
    problem = warning(raw("organisms: Yeast, Sus scrofa" + ROW))
    assert (problem.path, problem.value) == ("organisms", "Yeast, Sus scrofa")
    assert problem.line is not None
    assert problem.reason == "it does not name Homo sapiens, of which the figure has genes"
    assert warning(raw("organisms_ner: [Danio rerio]" + ROW)).path == "organisms_ner"


@pytest.mark.parametrize(
    "organisms", ["organisms: NA", "organisms: Yeast, Homo sapiens", "organisms_ner: [Homo sapiens]"]
)
def test_species_that_include_those_of_the_genes_are_none(organisms: str) -> None:
    assert problems(raw(organisms + ROW)) == []


@pytest.mark.parametrize("link", ["/pmc/articles/PMC1/figure/F1/", "pmc/articles/PMC1/figure/F1/"])
def test_figlink_comes_with_and_without_its_slash(link: str) -> None:
    assert figure(document(figlink=link)).page == "pmc/articles/PMC1/figure/F1/"


@pytest.mark.parametrize(
    ("number", "expected"),
    [("Fig.", None), ("Fig. 5", "Fig. 5"), ("F5", "F5"), ("Fig.\xa05", "Fig. 5"), ("", None), ("Scheme", "Scheme")],
)
def test_figure_numbers(number: str, expected: str | None) -> None:
    assert figure(document(number=number)).number == expected


@pytest.mark.parametrize("placeholder", [".na.character", "NA", "''", "", "~", "' NA '"])
def test_placeholders_are_nothing(placeholder: str) -> None:
    keys = ("doi", "journal_title", "publisher_name", "keywords", "figtitle", "caption", "year", "ndex", "annotations")
    found = figure(raw("".join(f"{key}: {placeholder}\n" for key in keys) + "genes: []\n"))
    assert (found.paper.doi, found.paper.journal, found.paper.publisher, found.paper.keywords) == (None, None, None, ())
    assert (found.title, found.caption, found.paper.year, found.ndex, found.annotations) == (None, None, None, None, ())


def test_generation_2_has_its_paper_and_its_tables() -> None:
    front = (
        "doi: 10.1/x\njournal_title: Journal of X\njournal_nlm_ta: J X\npublisher_name: X Press\n"
        "keywords: a | b|c\nautoml_pathway: 0.9375442\nwpid: WP1\nfigid_alias: PMC1__F1\nfigtype: Figure\n"
        "redirect_from: /figures/PMC1__F1\nannotations:\n- type: Pathway Ontology\n  value: signaling\n"
    )
    genes = genes_table(
        "9606\tHomo sapiens\tPrimates\tgap\tGAP\tRASA1\t5921\tncbigene_synonym\t4\t11\t14",
        "7955\tDanio rerio\tFish\tgap\tGAP\tgap43\t30608\tncbigene_synonym\t4\t11\t14",
    )
    chemicals = b"word\tmesh\tmatch\tname\tchebi\nbradykinin\tmesh:D001920\tNA\tBradykinin\tCHEBI:3165\n"
    diseases = b"word\tmesh\tmatch\tname\tdoid\nStroma\tNA\tNA\tNA\tNA\nMI\tmesh:D009203\tNA\tNA\tDOID:5844\n"
    parsed = parse(raw(front), genes=genes, chemicals=chemicals, diseases=diseases)
    assert parsed.problems == ()
    assert parsed.generation == 2
    found = parsed.figure
    paper = found.paper
    assert (paper.doi, paper.journal, paper.journal_abbreviation) == ("10.1/x", "Journal of X", "J X")
    assert (paper.publisher, paper.keywords) == ("X Press", ("a", "b", "c"))
    assert (found.score, found.wpid, found.alias) == (Decimal("0.9375442"), "WP1", "PMC1__F1")
    assert (found.redirect_from, found.annotations) == (
        ("/figures/PMC1__F1",),
        (Annotation("Pathway Ontology", "signaling"),),
    )
    (mention,) = found.mentions
    assert [(c.gene.symbol, c.gene.taxon, c.gene.is_hgnc) for c in mention.candidates] == [
        ("RASA1", "9606", False),
        ("gap43", "7955", False),
    ]
    assert found.chemicals == (ChemicalMention(1, "bradykinin", "D001920", None, "Bradykinin", "3165"),)
    assert found.diseases == (DiseaseMention(1, "Stroma"), DiseaseMention(2, "MI", "D009203", doid="5844"))


def test_chemicals_of_generation_1() -> None:
    rows = [
        {"word": "bombesin", "source": "MESH", "identifier": "D001839"},
        {"word": "water", "source": "CHEBI", "identifier": "CHEBI:15377"},
        {"word": "x", "source": "MESH", "identifier": ""},
    ]
    assert figure(document(chemicals=rows)).chemicals == (
        ChemicalMention(1, "bombesin", "D001839"),
        ChemicalMention(2, "water", chebi="15377"),
        ChemicalMention(3, "x"),
    )


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert figure(b"\xef\xbb\xbf" + document().replace(b"\n", b"\r\n")) == figure(document())


def test_reftext_loses_its_trailing_blank_and_the_caption_keeps_its_own() -> None:
    found = figure(raw("reftext: 'A. J. 2023 Mar 24 '\ncaption: ' A '\ngenes: []\n"))
    assert (found.paper.citation, found.caption) == ("A. J. 2023 Mar 24", " A ")


@pytest.mark.parametrize("figid", [JAK_STAT, RCC])
def test_the_block_made_from_records_is_the_embedded_one(figid: str) -> None:
    found = parse_figure((SEEDS / f"{figid}.md").read_bytes(), name="x").figure
    assert found.block is not None
    assert block_differences(found.block, figure_block(found)) == []
    typed = yaml.safe_load((SEEDS / f"{figid}.md").read_text(encoding="utf-8").strip().strip("-"))["schema-jsonld"]
    assert figure_block(found) == typed
    assert list(figure_block(found)) == list(typed)


# File skipped.


@pytest.mark.parametrize(
    ("markdown", "line", "reason"),
    [
        (b"", None, "empty"),
        (b" \n", None, "empty"),
        (b"# Readme\n", None, "no front matter"),
        (b"---\nfigid: x\n", 3, "has no end"),
        (b"---\nfigid: [\n---\n", 3, "not YAML"),
        (b"---\npmcid: PMC1\n---\n", 2, "`figid` is missing"),
        (b"---\nfigid: PMC1__x\npmcid: NA\n---\n", 3, "`pmcid` is missing"),
        (b"---\nfigid: caf\xe9\npmcid: PMC1\n---\n", 2, "not UTF-8"),
        ("---\nfigid: x\n---\n".encode("utf-16"), 1, "not UTF-8"),
        (b"---\npmcid: PMC1\nfigid: ../../etc/passwd\n---\n", 3, "not usable as an id"),
        (b"---\npmcid: PMC1\nfigid: a\\b\n---\n", 3, "not usable as an id"),
        (b"---\npmcid: PMC1\nfigid: C:x\n---\n", 3, "not usable as an id"),
        (b"---\npmcid: PMC1\nfigid: .hidden\n---\n", 3, "not usable as an id"),
        (b"---\npmcid: ../PMC1\nfigid: x\n---\n", 2, "not usable as an id"),
        (b"---\npmcid: PMC1\nfigid: " + b"x" * 300 + b"\n---\n", 3, "not usable as an id"),
        (b"---\na: &a [*a]\nfigid: x\n---\n", 2, "contains itself"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused(markdown: bytes, line: int | None, reason: str) -> None:
    problem = refused(markdown)
    assert problem.line == line
    assert reason in problem.reason


# Row skipped.


@pytest.mark.parametrize("entrez", ["", "12a", "NA", "-1", "0", "012", "1.0", "１２", "9" * 40])
def test_a_row_without_a_gene_id_is_left_out_and_the_figure_stays(entrez: str) -> None:
    parsed = parse(document(genes=[row(), row("JAK1", entrez=entrez), row("LIF", entrez="3976")]))
    assert [mention.word for mention in parsed.figure.mentions] == ["STAT3", "LIF"]
    (problem,) = parsed.problems
    assert (problem.severity, problem.path, problem.value) == (Severity.ROW_SKIPPED, "genes[1].entrez", entrez)
    assert problem.line is not None
    assert (
        document(genes=[row(), row("JAK1", entrez=entrez)])
        .decode()
        .splitlines()[problem.line - 1]
        .strip()
        .startswith("entrez:")
    )
    assert [r.position for r in gene_rows(parsed.figure)] == [0, 2]


@pytest.mark.parametrize("column", ["word", "symbol", "hgnc_symbol", "entrez"])
def test_a_row_without_a_field_is_left_out(column: str) -> None:
    broken = {key: value for key, value in row().items() if key != column}
    (problem,) = problems(document(genes=[broken]))
    assert (problem.severity, problem.path) == (Severity.ROW_SKIPPED, f"genes[0].{column}")


@pytest.mark.parametrize("broken", ["text", ["a"], {"word": ["a"]}])
def test_a_row_of_another_shape_is_left_out(broken: object) -> None:
    (problem,) = problems(document(genes=[broken]))
    assert (problem.severity, problem.path) == (Severity.ROW_SKIPPED, "genes[0]")


def test_a_malformed_line_of_a_table_is_left_out() -> None:
    good = "9606\tHomo sapiens\tPrimates\tAR\tAR\tAR\t367\tncbigene_symbol\t1\t1\t1"
    found = problems(raw(""), genes=genes_table(good, "too short", good.replace("367", "NA")))
    assert [(p.severity, p.file, p.line) for p in found] == [
        (Severity.ROW_SKIPPED, "_data/PMC1__f1-genes.tsv", 3),
        (Severity.ROW_SKIPPED, "_data/PMC1__f1-genes.tsv", 4),
    ]


def test_a_table_without_its_columns_is_one_problem() -> None:
    (problem,) = problems(raw(""), genes=b"word\tid\na\t1\nb\t2\n")
    assert (problem.severity, problem.line) == (Severity.ROW_SKIPPED, 1)
    assert "lacks match, source, ncbigene_symbol, ncbigene_id" in problem.reason


def test_a_table_that_is_not_utf_8_is_one_problem() -> None:
    (problem,) = problems(raw(""), genes=b"word\nok\ncaf\xe9\n")
    assert (problem.severity, problem.line, problem.value) == (Severity.ROW_SKIPPED, 3, "byte 0xe9")


def test_chemicals_without_a_word_are_left_out() -> None:
    (problem,) = problems(document(chemicals=[{"word": "", "source": "MESH", "identifier": "D1"}]))
    assert (problem.severity, problem.path) == (Severity.ROW_SKIPPED, "chemicals[0].word")


# Warnings.


@pytest.mark.parametrize(
    ("markdown", "path", "reason"),
    [
        (document(genes=[row(), row()]), "genes[1]", "stands 2 times"),
        (document(genes=[row(source="a_new_one")]), "genes[0].source", "unknown lexicon"),
        (document(genes=[row(extra="x")]), "genes[0].extra", "column is not known"),
        (document(pmcid="PMC2", figid="PMC1__f1"), "figid", "does not begin with the paper's id"),
        (document(figid="PMC1__other"), "figid", "the file is named PMC1__f1"),
        (document(year="in press"), "year", "not a year"),
        (document(pathway_score=float("nan")), "pathway_score", "not a finite number"),
        (document(pathway_score=float("inf")), "pathway_score", "not a finite number"),
        (document(pathway_score="high"), "pathway_score", "not a finite number"),
        (document(pathway_score="0_1"), "pathway_score", "not a finite number"),
        (document(pathway_score="1e999999"), "pathway_score", "not a finite number"),
        (document(pathway_score=1.5), "pathway_score", "between 0 and 1"),
        (document(papertitle=["a"]), "papertitle", "text was expected"),
        (document(organisms={"a": "b"}), "organisms", "a list of texts was expected"),
        (document(genes="none"), "genes", "a list of rows was expected"),
        (document(colour="blue"), "colour", "the key is not known"),
        (document(annotations=[{"type": "x"}]), "annotations[0]", "an annotation is"),
        (document(schema_jsonld="x"), "schema-jsonld", "a mapping was expected"),
        (
            document(chemicals=[{"word": "a", "source": "MESH", "identifier": "?"}]),
            "chemicals[0].identifier",
            "left out",
        ),
        (document(chemicals=[{"word": "a", "source": "X", "identifier": "1"}]), "chemicals[0].source", "left out"),
    ],
)
def test_what_is_odd_is_a_warning_with_its_place(markdown: bytes, path: str, reason: str) -> None:
    problem = warning(markdown)
    assert problem.path == path
    assert problem.line is not None
    assert reason in problem.reason


def test_a_pmcid_that_is_none_is_a_warning() -> None:
    (problem,) = problems(document(pmcid="1", figid="1__f1").replace(b"'1'", b"x1").replace(b"1__f1", b"x1__f1"))[:1]
    assert "not a PubMed Central id" in problem.reason


def test_a_missing_table_is_a_warning() -> None:
    problem = warning(raw(""))
    assert (problem.path, "_data/PMC1__f1-genes.tsv" in problem.reason) == ("genes", True)


def test_rows_in_both_places_are_a_warning_and_the_front_matter_counts() -> None:
    problem = warning(document(), genes=genes_table())
    assert "_data/PMC1__f1-genes.tsv is not read" in problem.reason


def test_unusual_quotes_in_a_table_are_a_warning() -> None:
    line = '9606\tHomo sapiens\tPrimates\t"Rock\tROCK\tROCK1\t6093\tfamplex_relations\t1\t1\t1'
    parsed = parse(raw(""), genes=genes_table(line))
    assert [mention.word for mention in parsed.figure.mentions] == ['"Rock']
    assert [(p.severity, p.line) for p in parsed.problems] == [(Severity.WARNING, 2)]


@pytest.mark.parametrize(
    "text", [b"caption: a\x1fb\n", b'caption: "a\\0b"\n', b'caption: "a\\x1fb"\n', b"caption: a\xc2\x96b\n"]
)
def test_characters_that_rdf_cannot_carry_are_replaced_with_a_warning(text: bytes) -> None:
    parsed = parse(raw(text.decode() + "genes: []\n"))
    assert parsed.figure.caption == "a\ufffdb"
    assert ["became U+FFFD" in problem.reason for problem in parsed.problems] == [True]


def test_control_characters_in_a_table_are_replaced_with_a_warning() -> None:
    parsed = parse(raw("genes: []\n"), chemicals=b"word\tmesh\nO-carotone \x1f B-carotene\tmesh:D002338\n")
    assert parsed.figure.chemicals[0].word == "O-carotone \ufffd B-carotene"
    assert [(p.file, "became U+FFFD" in p.reason) for p in parsed.problems] == [("_data/PMC1__f1-chemicals.tsv", True)]


def test_many_unknown_keys_take_no_time() -> None:
    started = time.process_time()
    parsed = parse(raw("genes: []\n" + "".join(f"k{n}: v\n" for n in range(20_000))))
    assert len(parsed.problems) == len(parsed.figure.extra) == 20_000
    assert time.process_time() - started < 10  # it was quadratic, and took twice as long


@pytest.mark.parametrize("embedded", ["~", "NA", "[]", ".na.character", "''"])
def test_a_placeholder_does_not_hide_the_table(embedded: str) -> None:
    line = "9606\tHomo sapiens\tPrimates\tAR\tAR\tAR\t367\tncbigene_symbol\t1\t1\t1"
    parsed = parse(raw(f"genes: {embedded}\n"), genes=genes_table(line))
    assert [mention.word for mention in parsed.figure.mentions] == ["AR"]
    assert (parsed.problems, parsed.generation) == ((), 2)


def test_unknown_columns_of_a_table_are_a_warning() -> None:
    parsed = parse(raw("genes: []\n"), chemicals=b"word\tcolour\nwater\tblue\n")
    assert [(p.severity, p.line, p.path) for p in parsed.problems] == [(Severity.WARNING, 1, "colour")]
    assert parsed.figure.chemicals == (ChemicalMention(1, "water"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("doi: https://doi.org/10.1/x(y)", ("10.1/x(y)", None, None)),
        ("doi: 'doi: 10.1/x'", ("10.1/x", None, None)),
        ("ndex: https://www.ndexbio.org/viewer/networks/3bdb3224-df06-11ea-99da-0ac135e8bacf", (None, "3bdb", None)),
        ("wpid: https://www.wikipathways.org/pathways/WP12.html", (None, None, "WP12")),
    ],
)
def test_identifiers_lose_the_address_that_they_stand_in(text: str, expected: tuple[str | None, ...]) -> None:
    found = figure(raw(text + "\ngenes: []\n"))
    assert (found.paper.doi, found.ndex and found.ndex[:4], found.wpid) == expected


@pytest.mark.parametrize("text", ["doi: not a doi", "ndex: x", "wpid: pathway 12"])
def test_what_is_no_identifier_is_left_out_with_a_warning(text: str) -> None:
    problem = warning(raw(text + "\ngenes: []\n"))
    assert (problem.path, problem.line) == (text.partition(":")[0], 4)


def test_what_is_not_known_is_kept() -> None:
    assert figure(document(colour="blue", papertitle=["a"])).extra == {"papertitle": ["a"], "colour": "blue"}


def test_notices_of_the_yaml_become_warnings() -> None:
    problem = warning(raw("year: 2019\nyear: 2020\ngenes: []\n"))
    assert (problem.line, problem.path) == (5, "year")


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (["plain"], (Annotation(None, "plain"),)),
        ([{"type": "T", "value": " v "}, ""], (Annotation("T", "v"),)),
        ("text", (Annotation(None, "text"),)),
        ([{"type": ["x"], "value": "v"}], (Annotation(None, "v"),)),
        ([{"type": "NA", "value": "v"}, {"type": "T", "value": "NA"}], (Annotation(None, "v"),)),
        ("NA", ()),
    ],
)
def test_annotations(annotations: object, expected: tuple[Annotation, ...]) -> None:
    assert figure(document(annotations=annotations)).annotations == expected


@pytest.mark.parametrize(("text", "expected"), [("0.9648319", "0.9648319"), ("5e-05", "0.00005"), ("1", "1")])
def test_scores_are_exact(text: str, expected: str) -> None:
    assert figure(raw(f"pathway_score: {text}\ngenes: []\n")).score == Decimal(expected)
