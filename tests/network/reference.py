"""What a pair counts, by the plainest loops, straight from the definition; shares no code with `kg.network`."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.model import Gene

    from .builds import Drawn, Mention

TIER_LEXICONS = {
    "strict": {"hgnc_symbol", "ncbigene_symbol"},
    "synonyms": {"hgnc_symbol", "ncbigene_symbol", "hgnc_alias_symbol", "hgnc_prev_symbol", "ncbigene_synonym"},
}
FAMILIES = {"bioentities_symbol", "famplex_relations"}

Token = tuple[str, str]
Pair = tuple[str, str]


def _letters(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _part(word: str, symbol: str) -> str:
    parts = word
    for separator in "/,;+&|":
        parts = parts.replace(separator, " ")
    if len(parts.split()) == 1:
        return parts.split()[0]
    for part in parts.split():
        if _letters(part) == _letters(symbol) != "":
            return part
    return word


def _supporters(
    mentions: Iterable[Mention], genes: dict[str, Gene], taxon: str | None, expand: str
) -> dict[str, dict[Token, int]]:
    """Return for each node its tokens, each with the number of nodes that it supports."""
    supported: dict[Token, set[str]] = defaultdict(set)
    families: dict[Token, set[str]] = defaultdict(set)
    for mention in mentions:
        here = {gene for gene in mention.genes if genes[gene].taxon == taxon}
        token = (mention.word, _part(mention.word, mention.symbol))
        supported[token] |= here
        if mention.lexicon in FAMILIES and len(here.intersection(mention.members)) > 1:
            families[token].add(mention.symbol)
    if expand == "none":
        for token, candidates in supported.items():
            if len(families[token]) == 1:
                place = "family:" if taxon == "9606" else f"family/{taxon or ''}:"
                supported[token] = {place + symbol for symbol in families[token]}
            elif families[token] or len(candidates) > 1:
                supported[token] = set()
    tokens: dict[str, dict[Token, int]] = defaultdict(dict)
    for token, nodes in supported.items():
        for node in nodes:
            tokens[node][token] = len(nodes)
    return tokens


@dataclass(frozen=True)
class Counted:
    """What a pair counts."""

    n_figures: int
    n_papers: int
    fractional: float
    newman: float
    first_year: int | None


def all_pairs(
    figures: Iterable[Drawn], genes: dict[str, Gene], *, tier: str, level: str, expand: str, collapse: bool = False
) -> dict[Pair, Counted]:
    """Return what every pair of node ids, sorted as text, counts."""
    found: dict[Pair, list[tuple[object, str, float, float, int | None]]] = defaultdict(list)
    for figure in figures:
        mentions = [m for m in figure.mentions if tier == "all" or m.lexicon in TIER_LEXICONS[tier]]
        for taxon in {genes[gene].taxon for mention in mentions for gene in mention.genes}:
            tokens = _supporters(mentions, genes, taxon, expand)
            unit: object = (figure.pmcid, taxon, frozenset(tokens)) if collapse else figure.figid
            share = {node: max(1 / math.sqrt(k) for k in of.values()) for node, of in tokens.items()}
            for a, b in combinations(sorted(tokens), 2):
                if expand == "full" or any(t != u for t in tokens[a] for u in tokens[b]):
                    newman = 1 / (len(tokens) - 1)
                    found[a, b].append((unit, figure.pmcid, share[a] * share[b], newman, figure.year))
    counted = {}
    for pair, rows in found.items():
        best: dict[object, tuple[float, float]] = {}
        for place, paper, product, newman, _ in rows:
            key = paper if level == "paper" else place
            old = best.get(key, (0, 0))
            best[key] = max(old[0], product), max(old[1], newman)
        fractional, newmans = (math.fsum(values) for values in zip(*best.values(), strict=True))
        years = [year for *_, year in rows if year is not None]
        n_figures, n_papers = len({row[0] for row in rows}), len({row[1] for row in rows})
        counted[pair] = Counted(n_figures, n_papers, fractional, newmans, min(years, default=None))
    return counted


def count_pairs(
    figures: Iterable[Drawn], genes: dict[str, Gene], *, tier: str, level: str, expand: str
) -> dict[Pair, tuple[int, float]]:
    """Return for every pair of node ids, sorted as text, its count and its fractional weight."""
    pairs = all_pairs(figures, genes, tier=tier, level=level, expand=expand)
    return {p: (c.n_papers if level == "paper" else c.n_figures, c.fractional) for p, c in pairs.items()}
