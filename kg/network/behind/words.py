"""The words of figures that were read as genes, with how many genes and families the token of each may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.model import TIERS
from kg.selection import species_of
from kg.tokens import token

if TYPE_CHECKING:
    from collections.abc import Collection

    from kg.folder import Folder
    from kg.network.counting.evidence import Tier

__all__ = ["Mention", "read_mentions"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of a figure with what it may mean, within a species and a tier.

    Attributes
    ----------
    word, matched_symbol, lexicon, tier
        As the build's table of mentions has them.
    family
        The family that the word expands to; None where it names none, or the family has one gene here.
    genes
        Ids of the genes that the word may mean.
    token_genes, token_families
        Those of its token: of all words of the figure that are the same part of the same word.
    """

    word: str
    matched_symbol: str
    lexicon: str
    tier: str | None
    family: str | None
    genes: frozenset[str]
    token_genes: frozenset[str]
    token_families: frozenset[str]


def read_mentions(
    folder: Folder, figids: Collection[str], names: Collection[str], *, species: str, tier: Tier = "all"
) -> dict[str, list[Mention]]:
    """Return the mentions of some figures that may mean one of some genes or families, by figure, in their order.

    Parameters
    ----------
    folder
        A finished build.
    figids
        Ids of the figures.
    names
        Ids of genes, and symbols of families.
    species
        Only what may mean a gene of this, as `kg.selection.species_of` names it.
    tier
        Lexicons to believe.

    Raises
    ------
    BuildError
        If the build lacks a table.
    """
    import polars as pl

    chosen = pl.col("figid").is_in(list(figids))
    mentions = folder.scan("mentions").filter(chosen)
    if tier != "all":
        mentions = mentions.filter(pl.col("tier").is_in(TIERS[: TIERS.index(tier) + 1]))
    columns = ("word", "matched_symbol", "lexicon", "tier", "family")
    rows, candidates, genes = pl.collect_all(
        [
            mentions.select("figid", "mention", *columns).sort("figid", "mention"),
            folder.scan("candidates").filter(chosen).select("figid", "mention", "ncbigene"),
            species_of(folder).filter(pl.col("species") == species).select("ncbigene"),
        ]
    )
    key = ["figid", "mention"]
    wanted = candidates.filter(pl.col("ncbigene").is_in(list(names))).select(key).unique()
    wanted = pl.concat([wanted, rows.filter(pl.col("family").is_in(list(names))).select(key)])
    # Of one token are only mentions of one word.
    words = rows.join(wanted, on=key, how="semi").select("figid", "word").unique()
    near = rows.join(words, on=["figid", "word"], how="semi", maintain_order="left")
    known = set(genes.to_series())
    meant: dict[tuple[str, int], set[str]] = {}
    for figid, number, gene in candidates.join(near, on=key, how="semi").iter_rows():
        if gene in known:
            meant.setdefault((figid, number), set()).add(gene)
    of_figure: dict[str, list[tuple[list[Any], set[str]]]] = {}
    for figid, number, *fields in near.iter_rows():
        if (figid, number) in meant:
            of_figure.setdefault(figid, []).append((fields, meant[figid, number]))
    return {figid: _with_tokens(of) for figid, of in of_figure.items()}


def _with_tokens(mentions: list[tuple[list[Any], set[str]]]) -> list[Mention]:
    """Return the mentions of one figure, from their fields and genes, each with what its token may mean."""
    tokens = [(word, token(word, symbol)) for (word, symbol, *_), _ in mentions]
    families = [fields[-1] if len(genes) > 1 else None for fields, genes in mentions]
    found = []
    for ((word, symbol, lexicon, tier, _), genes), family, own in zip(mentions, families, tokens, strict=True):
        same = [place for place, other in enumerate(tokens) if other == own]
        of_token = frozenset().union(*(mentions[place][1] for place in same))
        expanding = frozenset(name for place in same if (name := families[place]) is not None)
        found.append(Mention(word, symbol, lexicon, tier, family, frozenset(genes), of_token, expanding))
    return found
