"""Signals that a figure gives: what its caption says, what its other words are, which species it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit.definitions import find_definitions
from kg.authority.audit.facts import METABOLITES
from kg.authority.audit.spelling import compare, latin, plain, read_part
from kg.authority.audit.subject import Signal
from kg.authority.audit.text import content_words
from kg.model import LEXICON_TIERS
from kg.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.authority.audit.subject import Candidate, Known, KnownGenes, Mention
    from kg.authority.audit.text import FigureText

__all__ = ["FigureContext", "figure_signals"]

_AGREEING = 0.6  # of the words of a long form, or of the gene's name if that is shorter
_MANY = 0.6  # of a figure's other words
_N_OTHERS = 3  # other words from which such a fraction says something


class _Reading(NamedTuple):
    """What one mention of a token reads it as."""

    number: int
    symbol: str
    rank: int
    genes: frozenset[str]


class FigureContext:
    """All mentions of a figure, its text and its organisms, prepared for the signals of each mention."""

    def __init__(self, text: FigureText, organisms: Sequence[str], mentions: Sequence[Mention]) -> None:
        self.text = text
        self.organisms = frozenset(organisms)
        self.words_of_gene: dict[str, set[str]] = {}
        self.tokens: dict[tuple[str, str], list[_Reading]] = {}
        exact: dict[str, bool] = {}
        for mention in mentions:
            for candidate in mention.candidates:
                if mention.family is None:
                    self.words_of_gene.setdefault(candidate.ncbigene, set()).add(plain(mention.word))
            part = read_part(mention.word, mention.symbol)
            genes = frozenset(candidate.ncbigene for candidate in mention.candidates)
            reading = _Reading(mention.number, mention.symbol, _rank(mention), genes)
            self.tokens.setdefault((mention.word, part), []).append(reading)
            if mention.family is None:
                exact[part] = exact.get(part, False) or _is_exact(mention, part)
        self.exact = exact
        self.n_exact = sum(exact.values())
        wanted = {plain(name) for (_, part), readings in self.tokens.items() for name in (part, readings[0].symbol)}
        wanted.update(plain(reading.symbol) for readings in self.tokens.values() for reading in readings[1:])
        # What a caption defines stands in it.
        wanted = wanted & text.names if text.caption else set()
        self.definitions = find_definitions(text.caption, among=wanted) if wanted else {}


def _rank(mention: Mention) -> int:
    """Return how well the word fits the entry, the better the smaller."""
    kind = compare(mention.word, mention.symbol).kind
    if kind == "same":
        return 0 if mention.family is not None or LEXICON_TIERS.get(mention.lexicon) == "strict" else 1
    return 2 if kind in ("letters", "shorthand") else 3


def _is_exact(mention: Mention, part: str) -> bool:
    """Return whether a word is an official symbol in capitals, and long enough not to be one by chance."""
    bare = part.strip("()[]{}.,;:*\"'")
    return (
        LEXICON_TIERS.get(mention.lexicon) == "strict"
        and len(bare) >= 4
        and any(bare == candidate.symbol for candidate in mention.candidates)
    )


def figure_signals(
    mention: Mention, candidate: Candidate, context: FigureContext, known: KnownGenes
) -> Iterator[Signal]:
    """Yield what the figure says of a candidate; each kind of signal is a function of this module."""
    of_gene = known.gene(candidate.ncbigene)
    for signal in (
        caption_definition(mention, candidate, context.definitions, known),
        caption_support(mention, candidate, context.text, of_gene),
        better_reading(mention, candidate, context),
        companions(mention, context),
        same_gene(mention, candidate, context),
        species(candidate, context),
    ):
        if signal is not None:
            yield signal


def caption_definition(
    mention: Mention, candidate: Candidate, definitions: Mapping[str, Sequence[str]], known: KnownGenes
) -> Signal | None:
    """Return whether the caption defines the word as the gene, or as something else; the latter needs the gene's names.

    A long form is the gene's if it holds most words of one of its names, or the other way round; it is a family's if it
    is that of any member.

    References
    ----------
    Schwartz and Hearst 2003, doi:10.1142/9789812776303_0042
    """
    if not definitions:
        return None
    part = read_part(mention.word, mention.symbol)
    longs = definitions.get(plain(part)) or definitions.get(plain(mention.symbol))
    if not longs:
        return None
    meant = [candidate] if mention.family is None else mention.candidates
    genes = [known.gene(each.ncbigene) for each in meant]
    symbols = {each.symbol.lower() for each in meant}
    for long in longs:
        words = content_words(long)
        if symbols & words or any(_agrees(words, gene) for gene in genes):
            return Signal("caption_definition", f"the caption says {latin(part)} is {long}")
    if not all(gene.words for gene in genes):
        return None
    return Signal("caption_conflict", f"the caption says {latin(part)} is {longs[0]}")


def _agrees(words: frozenset[str], known: Known) -> bool:
    return any(len(words & name) >= _AGREEING * min(len(words), len(name)) for name in known.words if words and name)


def caption_support(mention: Mention, candidate: Candidate, text: FigureText, known: Known) -> Signal | None:
    """Return whether caption or titles name the gene: by another of its names, or by the word itself."""
    if not text.text:
        return None
    own = plain(read_part(mention.word, mention.symbol))
    if mention.family is not None:
        return Signal("caption_family", f"the text has {mention.symbol}") if text.has(mention.symbol) else None
    for name in known.names or (plain(candidate.symbol),):
        if name in text.names and name != own and len(name) > 2 and name not in METABOLITES:
            return Signal("caption_name", f"the text has {name}, another name of {candidate.symbol}")
    for name in known.phrases:
        if name in text.phrases:
            return Signal("caption_name", f"the text has{name}".rstrip())
    if plain(mention.symbol) not in text.names:
        return None
    is_official = LEXICON_TIERS.get(mention.lexicon) == "strict"
    return Signal("caption_symbol" if is_official else "caption_alias", f"the text has {latin(mention.word)}")


def better_reading(mention: Mention, candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that the same part of the same word was also read as something that fits its letters better."""
    part = read_part(mention.word, mention.symbol)
    readings = context.tokens[mention.word, part]
    if len(readings) == 1:
        return None
    own = _rank(mention)
    better = [r for r in readings if r.rank < own and r.number != mention.number and candidate.ncbigene not in r.genes]
    if not better:
        return None
    best = min(better, key=lambda reading: (reading.rank, reading.symbol))
    return Signal("better_reading", f"{latin(part)} was also read as {best.symbol}, which fits better")


def companions(mention: Mention, context: FigureContext) -> Signal | None:
    """Return that most of the figure's other words are official symbols, as they are spelled: it shows genes."""
    if mention.family is not None:
        return None
    own = context.exact[read_part(mention.word, mention.symbol)]
    n_others = len(context.exact) - 1
    if n_others < _N_OTHERS:
        return None
    n_exact = context.n_exact - own
    if n_exact < _MANY * n_others:
        return None
    return Signal("official_companions", f"{n_exact} of {n_others} other words are official symbols")


def same_gene(mention: Mention, candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that another word of the figure, spelled otherwise, was read as the same gene."""
    if mention.family is not None:
        return None
    others = sorted(context.words_of_gene[candidate.ncbigene] - {plain(mention.word)})
    names = [word for word in others if fold(mention.symbol) not in word]
    return Signal("same_gene", f"{names[0]} was also read as {candidate.symbol}") if names else None


def species(candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that the figure shows other species than the gene's: by its organisms, or by the words of its text."""
    organism = candidate.organism or "Homo sapiens"
    if context.organisms and organism not in context.organisms:
        return Signal("species_mismatch", f"the figure is of {', '.join(sorted(context.organisms))}")
    found = context.text.other_species
    if found and (candidate.taxon or "9606") in ("9606", "10090", "10116"):
        return Signal("other_species", f"the text speaks of {', '.join(found[:3])}")
    return None
