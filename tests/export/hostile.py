"""A build of figures whose texts have broken other tools, and what must come back of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import kg
from tests.documents import document, genes_table, row

__all__ = ["BOTH", "HOSTILE", "LONG", "figid", "hostile_build", "write_hostile"]

LONG = "Z" * 100_000

HOSTILE = (
    'say "JAK" and ""STAT""',
    "it's, a; list\twith\ttabs",
    "two\nlines\nand a third",
    'back\\slash \\n \\| \\\\ \\" end\\',
    "a|b||c|",
    "a\x00NUL and \x1f unit",
    "emoji \U0001f9ec\U0001f468\u200d\U0001f469 and e\u0301",
    "\u202eright to left\u202c \u200f\u05d0",
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "]]> <b>bold</b> <!-- c -->",
    "&amp; &lt; &#0; & alone",
    "line\u2028separator\u2029paragraph\x85next",
    "{'a': 1} {{x}} ${HOME} %s %d $1",
    "'); DROP TABLE genes; --",
    "МАРК с-Мус",
    "NA",
    "null",
    "  blanks  ",
    "# comment",
    "http://x.org/a?b=c&d=e#f",
    "\ufeffmark",
    LONG,
)
"""The texts; each is the caption, title, word and so on of a figure of its own."""

BOTH = ({"word": "of both kinds", "source": "mesh", "identifier": "D000255"},)
"""A disease that has the id of a chemical."""

_GENES = "10090\tMus musculus\tMouse\t{word}\tStat3\tStat3\t20848\tncbigene_symbol\t1\t1\t1"


def figid(number: int) -> str:
    """The id of the figure of a text; the characters are those that ids of files can have."""
    return f"PMC{number}__f'{number} (a)&%+,;=@~é"


def write_hostile(folder: Path) -> Path:
    """Write the documents: one for each text, one with nothing in it, one of the second generation."""
    (folder / "_figures").mkdir(parents=True)
    (folder / "_data").mkdir()
    for number, text in enumerate(HOSTILE, start=1):
        genes = [
            row(text, text, source="bioentities_symbol", hgnc_symbol=f"GENE{number}", entrez=str(number)),
            row(text, text, source="bioentities_symbol", hgnc_symbol=text, entrez=str(1_000 + number)),
            row("STAT3"),
            row("STAT3"),
            row(f"{text} again", source="hgnc_alias_symbol"),
        ]
        chemicals = [
            {"word": text, "source": "mesh", "identifier": ""},
            {"word": text, "source": "mesh", "identifier": "D000255"},
        ]
        data = document(
            figid=figid(number),
            pmcid=f"PMC{number}",
            figtitle=text,
            caption=text,
            papertitle=text,
            reftext=text,
            number=text,
            figtype=text,
            journal_title=text,
            publisher_name=text,
            keywords=" | ".join(["first", text.replace("|", "/"), "=last"]),
            organisms=["Homo sapiens", text],
            annotations=[{"type": text, "value": text}, {"type": None, "value": text}],
            genes=genes,
            chemicals=chemicals,
            diseases=[{"word": text, "source": "mesh", "identifier": ""}, *BOTH * (number == 1)],
        )
        (folder / "_figures" / f"{figid(number)}.md").write_bytes(data)
    bare = document(
        **dict.fromkeys(("caption", "papertitle", "reftext", "pathway_score", "filename", "figtitle", "year", "seo")),
        figid="PMC900__bare",
        pmcid="PMC900",
        organisms=[],
        genes=[],
    )
    (folder / "_figures" / "PMC900__bare.md").write_bytes(bare)
    second = document(figid="PMC901__second", pmcid="PMC901", genes=None, chemicals=None, diseases=None)
    (folder / "_figures" / "PMC901__second.md").write_bytes(second)
    words = [text for text in HOSTILE if not set(text) & set("\t\n\x00\x1f\x85\u2028\u2029") and len(text) < 100]
    table = genes_table(*(_GENES.format(word='"' + word.replace('"', '""') + '"') for word in words))
    table += table.splitlines(keepends=True)[-1]  # the same row again
    (folder / "_data" / "PMC901__second-genes.tsv").write_bytes(table)
    return folder


_LISTS = ("alias_symbol", "alias_name", "prev_symbol", "prev_name", "gene_group")


def write_authorities(folder: Path) -> tuple[Path, Path]:
    """Write a table of HGNC that says each text of a gene, in every field, and one of FamPlex with a family `JAK`."""
    genes = [
        {
            "hgnc_id": f"HGNC:{number}",
            "symbol": f"GENE{number}",
            "status": "Approved",
            "entrez_id": str(number),
            "ensembl_gene_id": f"ENSG{number:011}",
            **dict.fromkeys(("name", "locus_group", "locus_type", "location"), text),
            **{name: [text, "|", f"=also {number}"] for name in _LISTS},
            "uniprot_ids": [f"P{number:05}", f"Q{number:05}"],
            "omim_id": [str(100_000 + number)],
        }
        for number, text in enumerate(HOSTILE, start=1)
    ]
    hgnc, famplex = folder / "hgnc.json", folder / "famplex.csv"
    hgnc.write_text(json.dumps({"response": {"docs": genes}}), encoding="utf-8")
    texts = [text for text in HOSTILE if len(text) < 100 and not set(text) & set('\x00\x1f\n\r\x85\u2028\u2029"')]
    famplex.write_text("".join(f'HGNC,GENE{n},isa,FPLX,"{text}"\n' for n, text in enumerate(texts, start=1)), "utf-8")
    return hgnc, famplex


@cache
def hostile_build() -> kg.Build:
    """The build of these documents with these authorities, audited, made once; it goes when Python ends."""
    with TemporaryDirectory() as folder:
        hgnc, famplex = write_authorities(Path(folder))
        documents = write_hostile(Path(folder) / "in")
        return kg.build(documents, formats="n-triples", hgnc=hgnc, famplex=famplex, audit=True)
