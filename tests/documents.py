"""Documents of both generations, made up for tests."""

from __future__ import annotations

from typing import Any

import yaml

GENES_HEADER = (
    "organism_id\torganism_name\torganism_group\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource"
    "\tcount_direct\tcount_synonym\tcount_match"
)


def row(word: str = "STAT3", symbol: str = "STAT3", **fields: str) -> dict[str, str]:
    """A row of ``genes:``; by default an official symbol."""
    return {"word": word, "symbol": symbol, "source": "hgnc_symbol", "hgnc_symbol": "STAT3", "entrez": "6774"} | fields


def document(**fields: Any) -> bytes:
    """A document of generation 1, with the fields that PFOCR's files have; None leaves one out."""
    values: dict[str, Any] = {
        "figid": "PMC1__f1",
        "figlink": "/pmc/articles/PMC1/figure/F1/",
        "number": "Fig. 1",
        "caption": "A pathway",
        "pmcid": "PMC1",
        "papertitle": "A paper",
        "reftext": "A Author, et al. J. 2020;1:1.",
        "pathway_score": 0.5,
        "filename": "f1.jpg",
        "figtitle": "A title",
        "year": "2020",
        "organisms": ["Homo sapiens"],
        "seo": "CreativeWork",
        "genes": [row()],
        "chemicals": [],
        "diseases": [],
    } | {key.replace("schema_jsonld", "schema-jsonld"): value for key, value in fields.items()}
    front = {key: value for key, value in values.items() if value is not None}
    return ("---\n" + yaml.safe_dump(front, sort_keys=False, allow_unicode=True) + "---\n").encode()


def raw(front_matter: str) -> bytes:
    """A document with just this front matter behind the ids."""
    return f"---\nfigid: PMC1__f1\npmcid: PMC1\n{front_matter}---\n".encode()


def genes_table(*rows: str) -> bytes:
    """A ``_data`` file of genes with these lines."""
    return "\n".join([GENES_HEADER, *rows, ""]).encode()
