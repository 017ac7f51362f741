"""Figures made by Hypothesis, with text that has broken other tools."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from kg.model import (
    LEXICON_TIERS,
    Annotation,
    Candidate,
    ChemicalMention,
    DiseaseMention,
    Figure,
    Gene,
    GeneMention,
    Paper,
)

__all__ = ["figures"]

HOSTILE = (
    *(
        "https://identifiers.org/ncbigene/1,ncbigene:2",
        "https://identifiers.org/ncbigene/1#x",
        "http://x:y/",
        "http://[x",
    ),
    *(
        "https://w3id.org/pfocr-kg#x;a,pfkg:HgncGene",
        "https://w3id.org/pfocr-kg#a/b",
        "http://schema.org/Gene",
        "a#b#c",
    ),
    *('"', "'", '"""', "\\", "\\n", "\\u0041", "\n", "\r", "\r\n", "\t", "a\x00b", "\x1f", "\x7f", "\x85", "\x9f"),
    *(
        "\ud800",
        "\udfff\ud800",
        "\ufffe",
        "\uffff",
        "\u2028",
        "\u202e rtl",
        "\u200f",
        "\ufeff",
        "😀",
        "e\u0301",
        "МАРК",
    ),
    *("<b>", "]]>", "&amp;", "${x}", "{{x}}", "@id", "@type", "_:b", "^^xsd:int", "@en", " .", "# x", "=cmd|'/c'!A1"),
    *(
        "%",
        "%zz",
        "%20",
        "a b",
        "<>",
        "{}",
        "|",
        "^",
        "`",
        "http://x/ y",
        "../..",
        "NO",
        "",
        " ",
        "null",
        "schema:name",
    ),
)

texts = st.one_of(
    st.sampled_from(HOSTILE), st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join), st.text(max_size=12)
)
some_text = texts.filter(bool)
maybe = st.none() | some_text
ids = st.from_regex(r"PMC[1-9][0-9]{0,3}__[A-Za-z0-9._()' é%#?<-]{1,12}", fullmatch=True).filter(
    lambda s: not s.endswith(" ")
)

genes = st.builds(
    Gene,
    st.integers(1, 30).map(str),
    some_text,
    st.booleans(),
    st.sampled_from([None, "9606", "7955", "not a number"]),
    maybe,
)


@st.composite
def mentions(draw: st.DrawFn) -> tuple[GeneMention, ...]:
    found = []
    lexicons = st.sampled_from([*LEXICON_TIERS, "<new> lexicon", ""])
    for number in range(1, draw(st.integers(0, 4)) + 1):
        candidates = [
            Candidate(gene, tuple(range(draw(st.integers(1, 3)))))
            for gene in draw(st.lists(genes, min_size=1, max_size=3, unique=True))
        ]
        found.append(GeneMention(number, draw(some_text), draw(some_text), draw(lexicons), tuple(candidates)))
    return tuple(found)


papers = st.builds(
    Paper,
    st.from_regex(r"PMC[1-9][0-9]{0,3}", fullmatch=True),
    maybe,
    maybe,
    st.none() | st.integers(1000, 2999),
    maybe,
    maybe,
    maybe,
    maybe,
    st.lists(some_text, max_size=3).map(tuple),
)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """Figures with every field, each with ordinary or hostile text."""
    return Figure(
        figid=draw(ids),
        paper=draw(papers),
        number=draw(maybe),
        title=draw(maybe),
        caption=draw(maybe),
        page=draw(maybe),
        filename=draw(maybe),
        figure_type=draw(maybe),
        score=draw(st.none() | st.decimals(0, 1, places=7) | st.just(Decimal("5e-05"))),
        organisms=tuple(draw(st.lists(st.sampled_from(["Homo sapiens", "Danio rerio", "Yeast", "<x>"]), max_size=3))),
        alias=draw(maybe),
        redirect_from=tuple(draw(st.lists(some_text, max_size=2))),
        ndex=draw(maybe),
        wpid=draw(maybe),
        seo=draw(maybe),
        annotations=tuple(draw(st.lists(st.builds(Annotation, maybe, some_text), max_size=2))),
        mentions=draw(mentions()),
        chemicals=tuple(
            draw(st.lists(st.builds(ChemicalMention, st.just(1), some_text, maybe, maybe, maybe, maybe), max_size=1))
        ),
        diseases=tuple(
            draw(st.lists(st.builds(DiseaseMention, st.just(1), some_text, maybe, maybe, maybe, maybe), max_size=1))
        ),
        block=draw(
            st.none()
            | st.fixed_dictionaries(
                {},
                optional={
                    "name": texts,
                    "description": texts,
                    "keywords": st.lists(texts, max_size=3) | texts,
                    "x": texts,
                },
            )
        ),
    )
