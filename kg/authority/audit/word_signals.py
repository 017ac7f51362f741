"""Signals that a word and its match give by themselves, whatever figure they stand in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.authority.audit.facts import AMINO_ACIDS, COMMON_WORDS, FAMILIES, METABOLITES
from kg.authority.audit.spelling import compare, latin, plain, read_part, scripts
from kg.authority.audit.subject import Signal
from kg.model import LEXICON_TIERS
from kg.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.authority.audit.subject import Candidate, KnownGenes, Mention

__all__ = ["word_signals"]

_HUMAN = "9606"  # the species of HGNC's genes
_BACTERIAL = re.compile(r"[a-z]{3}[A-Z]$")
_SMALL = 5  # letters; longer words in small letters are names of proteins
_SIGNS = re.compile(r"[^\w]+|_")


def word_signals(mention: Mention, candidate: Candidate, known: KnownGenes) -> Iterator[Signal]:
    """Yield what a word and its match say by themselves; each kind of signal is a function of this module."""
    yield lexicon(mention)
    for signal in (
        several_genes(mention, candidate, known),
        look_alikes(mention),
        spelling(mention),
        short_symbol(mention),
        common_word(mention, candidate),
        case(mention),
    ):
        if signal is not None:
            yield signal


def lexicon(mention: Mention) -> Signal:
    """Return which kind of lexicon the word matched: official symbols, aliases and former symbols, families.

    References
    ----------
    Hanspers et al. 2020, doi:10.1186/s13059-020-02181-2: the lexicons of PFOCR, from the strictest on.
    """
    if mention.family is not None:
        return Signal("family", f"{mention.symbol} is a family or complex, and each member a guess")
    tier = LEXICON_TIERS.get(mention.lexicon)
    if tier == "strict":
        return Signal("official_symbol", f"{mention.symbol} is an official symbol")
    if mention.lexicon == "hgnc_prev_symbol":
        return Signal("previous_symbol", f"{mention.symbol} is a former symbol")
    return Signal("alias", f"{mention.symbol} is an alias")


def several_genes(mention: Mention, candidate: Candidate, known: KnownGenes) -> Signal | None:
    """Return that the word, or the alias, can mean other genes, too; a namesake is one whose symbol begins so.

    Genes of other species are no other genes: files list a gene in each species that the figure may be of.
    """
    if mention.family is not None:
        return None
    same_species = [other for other in mention.candidates if _may_be_of_one_species(other, candidate)]
    if len({other.ncbigene for other in same_species}) > 1:
        also = ", ".join(sorted({other.symbol for other in same_species} - {candidate.symbol}))
        return Signal("several_genes", f"the word was read as several genes: also {also}")
    if LEXICON_TIERS.get(mention.lexicon) == "strict" or (candidate.taxon or _HUMAN) != _HUMAN:
        return None
    others = known.others(mention.symbol, candidate.ncbigene)  # by id: symbols of the files can be former ones
    wanted = plain(mention.symbol)
    namesakes = [symbol for symbol in others if plain(symbol).startswith(wanted)]
    if namesakes and not plain(candidate.symbol).startswith(wanted):
        return Signal("namesake", f"{mention.symbol} is also a name of {', '.join(namesakes)}, which begins with it")
    return Signal("shared_alias", f"{mention.symbol} is also a name of {', '.join(others)}") if others else None


def _may_be_of_one_species(one: Candidate, other: Candidate) -> bool:
    """Return whether nothing tells the species of two genes apart; a file can name one by number, by name or not."""
    if one.taxon and other.taxon:
        return one.taxon == other.taxon
    return not (one.organism and other.organism) or one.organism == other.organism


def look_alikes(mention: Mention) -> Signal | None:
    """Return that the word has letters of another script, or a sharp s that stands for beta.

    References
    ----------
    Unicode Technical Standard 39, sections 4 and 5, https://www.unicode.org/reports/tr39/
    """
    if mention.word.isascii():
        return None
    if "ß" in mention.word and "SS" in fold(mention.symbol) and compare(mention.word, mention.symbol).distance:
        return Signal("sharp_s", f"{mention.word} reads {latin(mention.word)}, and folding made SS of its sharp s")
    foreign = sorted(scripts(mention.word) - {"LATIN", "GREEK"})
    if foreign:
        read = latin(mention.word)
        return Signal("mixed_scripts", f"{mention.word} has {', '.join(foreign).title()} letters and reads {read}")
    return None


def spelling(mention: Mention) -> Signal | None:
    """Return how the word's letters differ from those of the symbol, if they do; see `compare`."""
    found = compare(mention.word, mention.symbol)
    if found.kind == "swap":
        return Signal("letter_swap", f"{mention.word} is {mention.symbol} only if a letter was misread")
    if found.kind == "part":
        return Signal("part_of_word", f"{mention.symbol} is only a part of {mention.word}")
    if found.kind == "other":
        letters = "1 letter" if found.distance == 1 else f"{found.distance} letters"
        return Signal("distance", f"{mention.word} and {mention.symbol} differ by {letters}")
    return None


def short_symbol(mention: Mention) -> Signal | None:
    """Return that the matched symbol has one or two letters and digits, or three letters.

    Three with a digit among them, such as ``p53`` or ``IL-6``, are no common abbreviation of something else.
    """
    if mention.family is not None:
        return None
    letters = fold(mention.symbol)
    if len(letters) <= 2:
        return Signal("two_letters", f"{mention.symbol} has {len(letters)} letter{'s' if len(letters) == 2 else ''}")
    is_short = len(letters) == 3 and letters.isalpha()
    return Signal("three_letters", f"{mention.symbol} has three letters") if is_short else None


def common_word(mention: Mention, candidate: Candidate) -> Signal | None:
    """Return that the word is a common word, a unit, or what metabolites, amino acids or families are called."""
    if mention.family is not None:
        return None
    bare = _SIGNS.sub("", latin(read_part(mention.word, mention.symbol)))
    if bare.lower() in COMMON_WORDS:
        return Signal("common_word", f"{bare} is a common word or a unit")
    if bare in AMINO_ACIDS or (bare.title() in AMINO_ACIDS and not bare.isupper()):
        return Signal("common_word", f"{bare} is an amino acid")
    if plain(bare) in METABOLITES or plain(mention.symbol) in METABOLITES:
        return Signal("metabolite", f"{bare} is what a metabolite, compartment or molecule is called")
    symbol = plain(mention.symbol)
    is_alias = LEXICON_TIERS.get(mention.lexicon) != "strict" and not plain(candidate.symbol).startswith(symbol)
    if is_alias and symbol in FAMILIES:
        return Signal("family_name", f"{mention.symbol} is what a family or complex is called")
    return None


def case(mention: Mention) -> Signal | None:
    """Return that a short word is in small letters, or written as genes of bacteria are, where the symbol is not.

    References
    ----------
    Genes of bacteria are three small letters and a capital: Demerec M et al. A proposal for a uniform nomenclature in
    bacterial genetics. Genetics 1966, 54:61-76.
    """
    bare = _SIGNS.sub("", read_part(mention.word, mention.symbol))
    letters = [c for c in bare if c.isalpha()]
    if mention.family is not None or not letters or not any(map(str.isupper, mention.symbol)):
        return None
    if len(letters) <= _SMALL and all(map(str.islower, letters)):
        return Signal("small_letters", f"{bare} is written in small letters")
    if _BACTERIAL.match(bare):
        return Signal("bacterial_style", f"{bare} is written as genes of bacteria are")
    return None
