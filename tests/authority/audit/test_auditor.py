"""What an auditor keeps of words that it has read changes nothing."""

from __future__ import annotations

import pickle
from itertools import permutations

import pytest

from kg.authority.audit import Auditor, FigureText, assessments_of, auditor, mention_of
from kg.model import Candidate, Gene, GeneMention

JAK1, JAK2 = Gene("3716", "JAK1", is_hgnc=True, taxon="9606"), Gene("3717", "JAK2", is_hgnc=True, taxon="9606")
OF_MOUSE = Gene("16451", "Jak1", is_hgnc=False, taxon="10090", organism="Mus musculus")
RENAMED = Gene("3716", "JTK3", is_hgnc=True, taxon="9606")  # the same gene under another symbol
TEXT = FigureText("JTK3 associated kinases (JAK) of mice; JTK, a tyrosine kinase", None, "JAK1 and STAT3")


def family(*genes: Gene, word: str = "Jak") -> GeneMention:
    """Return a mention of a family with its members in this order."""
    return GeneMention(
        1, word, "JAK", "bioentities_symbol", tuple(Candidate(gene, (i,)) for i, gene in enumerate(genes))
    )


def alias(*genes: Gene) -> GeneMention:
    """Return a mention of an alias of genes."""
    candidates = tuple(Candidate(gene, (i,)) for i, gene in enumerate(genes))
    return GeneMention(1, "JTK", "JTK", "hgnc_alias_symbol", candidates)


RECORDS = (
    family(JAK1, JAK2),
    family(JAK2, JAK1),
    family(JAK2, OF_MOUSE, JAK1),
    family(OF_MOUSE, JAK1, JAK2),
    family(RENAMED, JAK1, JAK2),
    family(JAK2, JAK1, RENAMED),
    family(JAK1, OF_MOUSE),
    family(JAK1, RENAMED),
)


def test_members_stand_in_the_order_of_the_file() -> None:
    """A family's members are judged alike in any order, and their ids stand as the file has them."""
    one, other = (Auditor().assess_figure(TEXT, (), [record]) for record in RECORDS[:2])
    assert [assessment.genes for assessment in (*one, *other)] == [("3716", "3717"), ("3717", "3716")]
    assert one[0].judgement == other[0].judgement
    assert len(Auditor().assess_figure(TEXT, (), [RECORDS[2]])) == 3  # members of another species part them


@pytest.mark.parametrize("record", [*RECORDS, alias(JAK1, JAK2), alias(JAK2, JAK1), alias(JAK1), alias(RENAMED)])
def test_pieces_make_the_whole(record: GeneMention) -> None:
    """Assessments of a record are those of its verdicts."""
    of_record = Auditor().assess_figure(TEXT, ("Mus musculus",), [record])
    verdicts = list(Auditor().audit_figure("f1", TEXT, ("Mus musculus",), [mention_of(record)]))
    told_apart = [(id_, one.judgement, one.lines) for one in of_record for id_ in one.genes]
    assert told_apart == [(*one.genes, one.judgement, one.lines) for v in verdicts for one in assessments_of([v])]


def test_what_was_read_before_changes_nothing() -> None:
    """Whatever was read before, a record is assessed as if it were the first; so are records whose genes are copies."""
    alone = [Auditor().assess_figure(TEXT, (), [record]) for record in RECORDS]
    for order in permutations(range(len(RECORDS)), 3):
        one = Auditor()
        assert [one.assess_figure(TEXT, (), [RECORDS[place]]) for place in order] == [alone[place] for place in order]
    one = Auditor()
    for record, expected in zip(RECORDS * 2, alone * 2, strict=True):
        copy = pickle.loads(pickle.dumps(record))  # noqa: S301 - our own bytes
        assert one.assess_figure(TEXT, (), [copy]) == expected


def test_genes_that_are_gone_are_not_mistaken_for_others() -> None:
    """Genes are kept with what was read: another gene never has the place in memory of one that was read before."""
    one, numbers = Auditor(), [str(number) for number in range(1, 200)]
    found = [one.assess_figure(TEXT, (), [alias(Gene(number, "G", is_hgnc=True))])[0].genes for number in numbers]
    assert found == [(number,) for number in numbers]


def test_a_word_of_two_genes_and_another_of_one_of_them() -> None:
    """Both say that another word was read as the same gene."""
    other = alias(JAK1)._replace(number=2, word="JAK1", symbol="JAK1", lexicon="hgnc_symbol")
    found = Auditor().assess_figure(TEXT, (), [alias(JAK1, JAK2), other])
    assert ["same_gene" in one.judgement.reasons for one in found] == [True, False, True]


@pytest.mark.parametrize(("gene", "is_said"), [(JAK1, False), (JAK2, False), (OF_MOUSE, True)])
def test_a_better_reading_as_a_member_is_none_for_the_family(gene: Gene, is_said: bool) -> None:
    """Whichever member it is: the order of members says nothing."""
    other = GeneMention(2, "JAQ", "JAQ", "hgnc_symbol", (Candidate(gene, (0,)),))
    found = Auditor().assess_figure(TEXT, (), [family(JAK1, JAK2, word="JAQ"), other])
    assert ("better_reading" in found[0].judgement.reasons) is is_said


def test_few_readings_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are kept up to a limit; those that come after it are read just so."""
    monkeypatch.setattr(auditor, "_CACHED", 2)
    one = Auditor()
    for _ in range(2):
        for word in ("Jak", "JAK", "p-JAK", "JAKs"):
            assert one.assess_figure(TEXT, (), [family(JAK1, JAK2, word=word)])[0].genes == ("3716", "3717")
            assert 0 < len(one._kept) <= 2
