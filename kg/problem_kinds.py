"""Of what kind a problem is: reasons name words, genes and numbers, and kinds are what they have in common."""

from __future__ import annotations

import re

__all__ = ["DECISION_KINDS", "PROBLEM_KINDS", "problem_kind"]

_REASONS = {
    "unreadable": (
        r"cannot be (?:read|opened|unpacked)|the folder cannot be listed|the _data folder .* cannot be listed|"
        r"is encrypted|is damaged|something follows the end of the archive|a link to a file that does not exist|"
        r"a (?:broken link|device), not a file|the name is longer than |.* in an archive is not followed"
    ),
    "empty-file": r"the file is empty",
    "not-utf-8": r"not UTF-8",
    "too-large": r"larger than .* MiB",
    "no-documents": r"has no document|a folder that is named like a document",
    "no-front-matter": r"no front matter|the front matter ",
    "not-yaml": (
        r"not YAML|more than one YAML document|a key must be plain text|aliases stand for |nested more than|the alias "
    ),
    "twice-in-archive": r"stands in the archive more than once",
    "unusable-id": r"`(?:figid|pmcid)` is missing|not usable as an id|the figure id was ",
    "figure-id-twice": r"the figure id also stands in ",
    "odd-id": r"the file is named |does not begin with the paper's id|not a PubMed Central id",
    "unusable-row": r"the row has no `|the header lacks |a row must be a mapping|\d+ \w+ where the header",
    "not-a-gene-id": r"not an NCBI Gene id",
    "odd-number": r"not a year |not a finite number|a score lies between",
    "not-an-identifier": r"not an identifier of its kind|not MESH or |not (?:an?|the) [^;]*; left out",
    "row-twice": r"the same row stands ",
    "no-genes": r"no `genes` here",
    "data-not-read": r"the file has its own rows",
    "unknown-lexicon": r"an unknown lexicon",
    "unknown-key": r"the key is not known|the column is not known",
    "key-twice": r"the key is given twice",
    "unexpected-shape": (
        r"(?:text|a list of texts|a list of rows|a mapping) was expected|an annotation is a |the YAML tag "
    ),
    "odd-quotes": r"the quotes are not CSV's",
    "control-characters": r".* which RDF cannot carry, became U\+FFFD",
    "species-not-named": r"it does not name .*, of which the figure has genes",
    "block-differs": r"the block differs ",
    "values-differ": r"elsewhere it is ",
    "symbol-not-current": r"(?:a former symbol|an alias); HGNC calls the gene ",
    "id-unknown-to-hgnc": r"HGNC has withdrawn the entry|HGNC does not know the id|HGNC knows neither",
    "symbol-and-id-differ": r"HGNC gives the id to ",
    "family-members-differ": r"FamPlex (?:also has|lacks) ",
    "decision-not-used": (
        r"the build has no such figure|figure .* has no such word|the word now matched |the gene is no candidate of |"
        r"the gene came of a curator's decision"
    ),
    "decision-to-check": (
        r"elsewhere gene .* is called |neither HGNC nor a file says |the file now calls gene |"
        r"the same decision as in |HGNC calls gene |a note without a decision"
    ),
}

PROBLEM_KINDS = (*_REASONS, "other")
"""The kinds, in the order of the way from a file to the graph."""

DECISION_KINDS = ("decision-not-used", "decision-to-check")
"""Those of curators' decisions."""

_ANY = re.compile("|".join(f"(?P<k{i}>{reason})" for i, reason in enumerate(_REASONS.values())), re.DOTALL)


def problem_kind(reason: str) -> str:
    """Return which of `PROBLEM_KINDS` a problem is of, by its reason.

    Examples
    --------
    >>> problem_kind("the same row stands 2 times"), problem_kind("the file is empty")
    ('row-twice', 'empty-file')
    """
    found = _ANY.match(reason)
    return "other" if found is None else PROBLEM_KINDS[int(str(found.lastgroup)[1:])]
