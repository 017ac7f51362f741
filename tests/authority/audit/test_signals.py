"""Each signal fires where it should, and not beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.authority.audit import GRADES, WEIGHTS, Auditor, Candidate, FigureText, Mention, Signal, judge
from kg.authority.audit.grading import FITTED, SET_BY_HAND
from kg.authority.audit.text import repair
from kg.authority.hgnc import read_hgnc
from kg.model import SIGNALS

TABLE = Path(__file__).parents[1] / "hgnc.txt"
IDS = {
    "STAT3": "6774",
    "IL6": "3569",
    "MAVS": "57506",
    "PAEP": "5047",
    "NR2C2": "7182",
    "LIF": "3976",
    "KRAS": "3845",
    "JAK1": "3716",
}


def mention(
    word: str,
    symbol: str,
    gene: str = "",
    *,
    number: int = 1,
    lexicon: str = "hgnc_alias_symbol",
    family: str | None = None,
) -> Mention:
    gene = gene or symbol
    return Mention(
        number, word, symbol, lexicon, family, (Candidate(IDS.get(gene, "1"), gene, "9606", "Homo sapiens"),)
    )


def signals(
    *mentions: Mention, caption: str | None = None, paper: str | None = None, organisms: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the signals of the first mention."""
    verdicts = list(Auditor(read_hgnc(TABLE)).audit_figure("f1", FigureText(caption, None, paper), organisms, mentions))
    return {signal.name: signal.text for signal in verdicts[0].signals}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (mention("STAT3", "STAT3", lexicon="hgnc_symbol"), "official_symbol"),
        (mention("APRF", "APRF", "STAT3"), "alias"),
        (mention("IFNB2", "IFNB2", "IL6", lexicon="hgnc_prev_symbol"), "previous_symbol"),
        (mention("JAK", "JAK", "JAK1", lexicon="bioentities_symbol", family="JAK"), "family"),
        (mention("Tak1", "TAK1", "NR2C2"), "shared_alias"),
        (mention("Aß", "ASS", "ASS1", lexicon="hgnc_prev_symbol"), "sharp_s"),
        (mention("МАРК", "MAK", lexicon="hgnc_symbol"), "mixed_scripts"),
        (mention("МАРК", "MAK", lexicon="hgnc_symbol"), "distance"),
        (mention("HIC-1", "HLC-1", "NDUFC2"), "letter_swap"),
        (mention("НССсell", "ELL"), "part_of_word"),
        (mention("PC", "PC", lexicon="hgnc_symbol"), "two_letters"),
        (mention("LIF", "LIF", lexicon="hgnc_symbol"), "three_letters"),
        (mention("REST", "REST", lexicon="hgnc_symbol"), "common_word"),
        (mention("mm", "MM", "TSNAX"), "common_word"),
        (mention("Tyr", "TYR", lexicon="hgnc_symbol"), "common_word"),
        (mention("PEP", "PEP", "PAEP"), "metabolite"),
        (mention("HIF-1", "HIF-1", "SETD2"), "family_name"),
        (mention("GPCR", "GPC-R", "NMUR1"), "family_name"),
        (mention("stra6", "STRA6", lexicon="hgnc_symbol"), "small_letters"),
        (mention("serA", "SERA", "PHGDH"), "bacterial_style"),
    ],
)
def test_a_word_says_by_itself(given: Mention, name: str) -> None:
    assert name in signals(given)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (mention("TYR", "TYR", lexicon="hgnc_symbol"), "common_word"),
        (mention("p53", "p53", "TP53"), "small_letters"),
        (mention("p53", "p53", "TP53"), "three_letters"),
        (mention("IL-6", "IL-6", "IL6"), "three_letters"),
        (mention("IL-6", "IL-6", "IL6"), "two_letters"),
        (mention("RhoA", "RhoA", "RHOA"), "bacterial_style"),
        (mention("с-Мус", "c-Myc", "MYC"), "distance"),
        (mention("IKKβ", "IKK-beta", "IKBKB"), "mixed_scripts"),
        (mention("ASS1", "ASS1", lexicon="hgnc_symbol"), "sharp_s"),
        (mention("STAT3", "STAT3", lexicon="hgnc_symbol"), "shared_alias"),
        (mention("HIF-1", "HIF-1", "HIF1A"), "family_name"),
        (mention("RAP1", "RAP1", lexicon="hgnc_symbol"), "family_name"),
        (mention("TRP", "TRP", lexicon="bioentities_symbol", family="TRP"), "family_name"),
        (mention("123", "123", "IL6"), "small_letters"),
        (mention("tubulin", "TUBULIN", "TUBB"), "small_letters"),
        (mention("ErbB2", "ERBB2", lexicon="hgnc_symbol"), "bacterial_style"),
        (mention("Wnt/B", "WNT"), "bacterial_style"),
        (mention("Cdks", "CDK", "CDK1"), "part_of_word"),
    ],
)
def test_a_signal_is_silent_beside_its_case(given: Mention, name: str) -> None:
    assert name not in signals(given)


def test_a_namesake_is_another_gene_whose_symbol_begins_with_the_alias() -> None:
    table = read_hgnc(TABLE.with_name("hgnc.txt"))
    hif = Mention(1, "HIF-1", "HIF-1", "hgnc_alias_symbol", None, (Candidate("29072", "SETD2"),))
    (verdict,) = Auditor(table).audit_figure("f1", FigureText(None, None, None), (), [hif])
    assert Signal("namesake", "HIF-1 is also a name of HIF1A, which begins with it") in verdict.signals


def test_a_greek_letter_by_name_is_no_name_of_one_latin_letter(tmp_path: Path) -> None:
    table = tmp_path / "hgnc.txt"
    table.write_text(TABLE.with_name("hgnc.txt").read_text(encoding="utf-8").replace("APRF", "T"), encoding="utf-8")
    auditor = Auditor(read_hgnc(table))
    found = {}
    for symbol in ("THETA", "T"):
        given = mention(symbol, symbol, "GABRQ")
        (verdict,) = auditor.audit_figure("f1", FigureText(None, None, None), (), [given])
        found[symbol] = {signal.name: signal.text for signal in verdict.signals}
    assert "shared_alias" not in found["THETA"]
    assert found["T"]["shared_alias"] == "T is also a name of STAT3"


def test_several_candidates_of_a_gene_word_are_told() -> None:
    several = Mention(1, "p21", "p21", "x", None, (Candidate("1026", "CDKN1A"), Candidate("3265", "HRAS")))
    assert signals(several)["several_genes"] == "the word was read as several genes: also HRAS"


def test_a_gene_in_several_species_is_one() -> None:
    human = [Candidate(ncbigene, symbol, "9606", "Homo sapiens") for ncbigene, symbol in (("6352", "CCL5"), ("6", "X"))]
    fish = Candidate("492362", "ace2", "7955", "Danio rerio")  # of which HGNC, whose genes are human, knows nothing
    tak1 = Mention(1, "TAK1", "TAK1", "ncbigene_synonym", None, (fish,))
    assert "shared_alias" not in signals(tak1)
    ace2 = Mention(
        1, "ACE2", "ACE2", "ncbigene_symbol", None, (Candidate("59272", "ACE2", "9606", "Homo sapiens"), fish)
    )
    both = Mention(2, "Q", "Q", "ncbigene_synonym", None, (*human, fish))
    verdicts = list(Auditor().audit_figure("f1", FigureText(None, None, None), (), [ace2, both]))
    said = [[signal.text for signal in verdict.signals if signal.name == "several_genes"] for verdict in verdicts]
    assert said == [[], [], *([f"the word was read as several genes: also {other}"] for other in ("X", "CCL5")), []]


@pytest.mark.parametrize(
    ("other", "is_other_species"),
    [(("9606", None), False), ((None, "Homo sapiens"), False), ((None, None), False), ((None, "Mus musculus"), True)],
)
def test_a_gene_of_which_the_file_says_less_is_of_no_other_species(
    other: tuple[str | None, str | None], *, is_other_species: bool
) -> None:
    both = (Candidate("1026", "CDKN1A", "9606", "Homo sapiens"), Candidate("3265", "HRAS", *other))
    found = signals(Mention(1, "p21", "p21", "ncbigene_synonym", None, both))
    assert ("several_genes" not in found) == is_other_species


def test_the_caption_supports_and_contradicts() -> None:
    lps = mention("PEP", "PEP", "PAEP")
    said = "Made of phosphoenolpyruvate (PEP)."
    assert signals(lps, caption=said)["caption_conflict"] == "the caption says PEP is phosphoenolpyruvate"
    ips = mention("IPS-1", "IPS-1", "MAVS")
    assert (
        signals(ips, caption="IPS-1 (also known as MAVS)")["caption_name"] == "the text has MAVS, another name of MAVS"
    )
    il6 = mention("IL-6", "IL-6", "IL6")
    assert "caption_definition" in signals(il6, caption="interleukin 6 (IL-6) binds")
    assert signals(il6, caption="Then interleukin 6 binds")["caption_name"] == "the text has interleukin 6"
    assert "caption_alias" in signals(ips, caption="binds IPS-1 and")
    stat = mention("STAT3", "STAT3", lexicon="hgnc_symbol")
    assert "caption_symbol" in signals(stat, paper="Role of STAT3 in cancer")
    jak = mention("JAK", "JAK", "JAK1", lexicon="bioentities_symbol", family="JAK")
    assert "caption_family" in signals(jak, caption="the JAK/STAT pathway")
    assert "caption_definition" in signals(jak, caption="Janus kinase (JAK)")
    assert "caption_conflict" in signals(jak, caption="jumping arthropod knees (JAK)")
    assert not {name for name in signals(jak, caption="no word of it") if name.startswith("caption")}


def test_a_former_symbol_is_no_other_gene() -> None:
    """The file's symbol can be older than the table, or newer; the gene is the same by its id."""
    old = Candidate(IDS["IL6"], "IFNB2", "9606", "Homo sapiens")
    for symbol in ("IL-6", "BSF2"):
        former = Mention(1, symbol, symbol, "hgnc_alias_symbol", None, (old,))
        assert not {"shared_alias", "namesake"} & signals(former).keys()


def test_without_a_table_a_definition_cannot_contradict() -> None:
    pep = mention("PEP", "PEP", "PAEP")
    (verdict,) = Auditor().audit_figure("f1", FigureText("phosphoenolpyruvate (PEP)", None, None), (), [pep])
    assert {signal.name for signal in verdict.signals} == {"alias", "three_letters", "metabolite", "caption_alias"}


def test_other_words_of_the_figure_have_their_say() -> None:
    hic = [
        Mention(1, "HIC-1", "HLC-1", "hgnc_alias_symbol", None, (Candidate("4718", "NDUFC2"),)),
        Mention(2, "HIC-1", "HIC1", "hgnc_symbol", None, (Candidate("3090", "HIC1"),)),
    ]
    assert signals(*hic)["better_reading"] == "HIC-1 was also read as HIC1, which fits better"
    assert "better_reading" not in signals(*hic[::-1])
    others = [mention(s, s, number=i, lexicon="hgnc_symbol") for i, s in enumerate(("STAT3", "KRAS", "MAVS"), start=2)]
    alias = mention("BSF2", "BSF2", "IL6")
    assert signals(alias, *others)["official_companions"] == "3 of 3 other words are official symbols"
    assert "official_companions" not in signals(alias, *others[:2])
    small = [other._replace(word=other.word.lower()) for other in others]
    assert "official_companions" not in signals(alias, *small)
    twice = mention("IL-6", "IL-6", "IL6", number=2)
    assert signals(alias, twice)["same_gene"] == "IL6 was also read as IL6"


def test_species_of_the_figure_and_of_the_text() -> None:
    stat = mention("STAT3", "STAT3", lexicon="hgnc_symbol")
    assert signals(stat, organisms=("Yeast",))["species_mismatch"] == "the figure is of Yeast"
    assert "species_mismatch" not in signals(stat, organisms=("Homo sapiens", "Yeast"))
    found = signals(stat, paper="Metabolic engineering of Saccharomyces cerevisiae")
    assert found["other_species"] == "the text speaks of saccharomyces, cerevisiae, metabolic engineering"
    assert "other_species" in signals(stat, paper="Tomatoes and fungi")
    assert "other_species" not in signals(stat, paper="Yeast infections of humans")


def test_letters_that_were_read_as_mac_roman_are_mended() -> None:
    assert repair("IFN-Œ≤ and PI4KIII√ü") == "IFN-β and PI4KIIIß"
    assert repair("naïve ‘T’ cells – α") == "naïve ‘T’ cells – α"


def test_scores_rise_with_the_weights_and_grades_follow() -> None:
    assert WEIGHTS == {**FITTED, **SET_BY_HAND}
    assert not FITTED.keys() & SET_BY_HAND.keys()
    assert tuple(sorted({*WEIGHTS, "curation"})) == SIGNALS  # which the ontology and the shapes have
    base = judge(("official_symbol",))
    for name, weight in WEIGHTS.items():
        more = judge(("official_symbol", name))
        assert (more.score > base.score) == (weight > 0)
    cases = (("official_symbol", "official_companions"), ("alias",), ("alias", "metabolite"), ("sharp_s",))
    assert tuple(judge(names).grade for names in cases) == GRADES


@pytest.mark.parametrize(
    ("word", "name", "swallowed"), [("p-ERK", "ERK", "PERK"), ("P-ERK,", "ERK", "PERK"), ("c-Raf-1", "Raf-1", "CRAF1")]
)
def test_a_prefix_that_a_dash_sets_off_is_no_letter_of_the_name(word: str, name: str, swallowed: str) -> None:
    right = mention(word, name, number=1)._replace(candidates=(Candidate("2", name),))
    wrong = mention(word, swallowed, number=2)._replace(candidates=(Candidate("3", swallowed),))
    assert "better_reading" not in signals(right, wrong)
    bare = word.rstrip(",")
    assert signals(wrong, right)["better_reading"] == f"{bare} was also read as {name}, which fits better"


def test_a_prefix_that_the_symbol_has_too_is_part_of_it() -> None:
    raf = mention("c-Raf", "c-Raf", number=1)._replace(candidates=(Candidate("2", "RAF1"),))
    family = mention("c-Raf", "RAF", number=2, family="RAF")._replace(candidates=(Candidate("4", "ARAF"),))
    assert "better_reading" not in signals(mention("pRb", "pRb"), mention("pRb", "RB1", number=2))
    assert "better_reading" not in signals(raf, family)
    assert "better_reading" not in signals(family, raf)
