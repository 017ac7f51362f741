"""The words of figures that were read as genes, with how many genes and families the token of each may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.network.counting.expansion import expanded_family
from kg.selection import of_tier, species_of
from kg.tokens import token

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from kg.folder import Folder
    from kg.network.counting.evidence import Tier

__all__ = ["Mention", "family_words", "read_mentions"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of a figure with what it may mean, within a species and a tier.

    Attributes
    ----------
    word, matched_symbol, lexicon, tier
        As the build's table of mentions has them.
    family
        The family that the word expands to, as `kg.network.counting.expansion` has it; None for none.
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
    mentions = folder.scan("mentions").filter(chosen, of_tier(tier))
    columns = ("word", "matched_symbol", "lexicon", "tier", "family")
    rows, candidates, genes = pl.collect_all(
        [
            mentions.select("figid", "mention", *columns).sort("figid", "mention"),
            folder.scan("candidates").filter(chosen).select("figid", "mention", "ncbigene", "is_curated"),
            species_of(folder).filter(pl.col("species") == species).select("ncbigene"),
        ]
    )
    key = ["figid", "mention"]
    wanted = candidates.filter(pl.col("ncbigene").is_in(list(names))).select(key).unique()
    wanted = pl.concat([wanted, rows.filter(pl.col("family").is_in(list(names))).select(key)])
    # Of one token are only mentions of one word.
    words = rows.join(wanted, on=key, how="semi").select("figid", "word").unique()
    near = rows.join(words, on=["figid", "word"], how="semi", maintain_order="left")
    members = _expanded(candidates.join(near.select(*key, "family"), on=key).lazy(), genes.lazy()).collect()
    meant: dict[tuple[str, int], set[str]] = {}
    families: dict[tuple[str, int], str] = {}
    for figid, number, gene, family in members.iter_rows():
        meant.setdefault((figid, number), set()).add(gene)
        if family is not None:
            families[figid, number] = family
    of_figure: dict[str, list[tuple[list[Any], set[str]]]] = {}
    for figid, number, *fields, _ in near.iter_rows():
        if (figid, number) in meant:
            said = [*fields, families.get((figid, number))]
            of_figure.setdefault(figid, []).append((said, meant[figid, number]))
    return {figid: _with_tokens(of) for figid, of in of_figure.items()}


def family_words(folder: Folder, families: Collection[str], *, species: str) -> pl.LazyFrame:
    """Return the mentions whose words expand to one of some families, as ``figid``, ``mention`` and ``family``.

    Parameters
    ----------
    folder
        A finished build.
    families
        Their symbols.
    species
        That of the members, as `kg.selection.species_of` names it.

    Raises
    ------
    BuildError
        If the build lacks a table.
    """
    import polars as pl

    key = ["figid", "mention"]
    named = folder.scan("mentions").filter(pl.col("family").is_in(list(families))).select(*key, "family")
    members = folder.scan("candidates").join(named, on=key)
    of_species = species_of(folder).filter(pl.col("species") == species)
    return _expanded(members, of_species).drop_nulls("family").select(*key, "family").unique()


def _expanded(candidates: pl.LazyFrame, genes: pl.LazyFrame) -> pl.LazyFrame:
    """Return candidates with the families of their words, each of some genes once, with what the words expand to."""
    key = ["figid", "mention"]
    own = candidates.join(genes, on="ncbigene", how="semi").unique([*key, "ncbigene"])
    return own.select(*key, "ncbigene", expanded_family(*key))


def _with_tokens(mentions: list[tuple[list[Any], set[str]]]) -> list[Mention]:
    """Return the mentions of one figure, from their fields and genes, each with what its token may mean."""
    tokens = [(word, token(word, symbol)) for (word, symbol, *_), _ in mentions]
    found = []
    for ((word, symbol, lexicon, tier, family), genes), own in zip(mentions, tokens, strict=True):
        same = [place for place, other in enumerate(tokens) if other == own]
        of_token = frozenset().union(*(mentions[place][1] for place in same))
        expanding = frozenset(name for place in same if (name := mentions[place][0][-1]) is not None)
        found.append(Mention(word, symbol, lexicon, tier, family, frozenset(genes), of_token, expanding))
    return found
