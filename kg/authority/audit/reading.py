"""What a mention is by itself, whatever figure it stands in; words come again, so this is worked out once for each."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit.spelling import compare, fits_bare, latin, plain, read_part
from kg.authority.audit.subject import Reasons, Signal, telling_names
from kg.authority.audit.word_signals import word_signals
from kg.model import LEXICON_TIERS
from kg.tokens import fold

if TYPE_CHECKING:
    from kg.authority.audit.subject import Candidate, Known, KnownGenes, Mention

__all__ = ["Case", "Reading"]

_LONG_ENOUGH = 4  # letters of a word that is an official symbol and not one by chance


class Case(NamedTuple):
    """A candidate gene of a reading; it stands for all members of a family that are of one species.

    Attributes
    ----------
    candidate
        The gene.
    species
        Its species, as number and name.
    names
        Its names that a text may have beside the word, as `FigureText.names` has them; none of a family.
    keys
        Words without one of which no text has the longer names of the gene (`Known.keys`); none of a family.
    known
        What else is known of it.
    own
        What the word and its match say.
    """

    candidate: Candidate
    species: tuple[str | None, str | None]
    names: frozenset[bytes]
    keys: frozenset[bytes]
    known: Known
    own: Reasons


class Reading:
    """A word that matched a lexicon entry with certain candidates, and what they are without a figure.

    Attributes
    ----------
    mention
        One of the mentions that read so.
    part
        The part of the word that matched (`kg.tokens.token`).
    word, token
        The word; with the part, which readings of the same letters have in common.
    is_family
        Whether the entry names a family.
    genes, gene
        The ids of the candidates; that of the only one, None where there are several.
    cases
        What is judged, in the order of the candidates: one case a candidate, or one for the members of a family that
        follow each other and are of one species; with the ids of these genes.
    named
        What there is to say where a text has the entry's symbol.
    plain_part, plain_symbol, plain_word
        The letters and digits of the part, of the entry and of the word.
    part_name, symbol_name, read_names
        The first two as `FigureText.names` has them; and both.
    folded_symbol
        The entry as PFOCR compared it.
    rank
        How well the word fits the entry, the better the smaller.
    is_exact
        Whether the word is an official symbol as it is spelled, and long enough not to be one by chance.
    """

    __slots__ = (
        *("cases", "folded_symbol", "gene", "genes", "is_exact", "is_family", "mention", "named", "part", "part_name"),
        *("plain_part", "plain_symbol", "plain_word", "rank", "read_names", "symbol_name", "token", "word"),
    )

    def __init__(self, mention: Mention, known: KnownGenes) -> None:
        self.mention = mention
        self.part = read_part(mention.word, mention.symbol)
        self.word, self.token = mention.word, (mention.word, self.part)
        self.is_family = mention.family is not None
        self.genes = frozenset([candidate.ncbigene for candidate in mention.candidates])
        self.gene = mention.candidates[0].ncbigene if len(mention.candidates) == 1 else None
        self.plain_part, self.plain_symbol = plain(self.part), plain(mention.symbol)
        self.plain_word, self.folded_symbol = plain(mention.word), fold(mention.symbol)
        self.part_name, self.symbol_name = self.read_names = self.plain_part.encode(), self.plain_symbol.encode()
        # What is said of a family holds for all of its members of a species.
        of_one_case = itemgetter(2, 3) if self.is_family else itemgetter(0)
        runs = [list(members) for _, members in groupby(mention.candidates, of_one_case)]
        self.cases = tuple(
            [(self._case(members[0], known), tuple([gene.ncbigene for gene in members])) for members in runs]
        )
        is_official = LEXICON_TIERS.get(mention.lexicon) == "strict"
        self.rank = _rank(mention, self.part, is_official=is_official)
        bare = self.part.strip("()[]{}.,;:*\"'")
        is_long = len(bare) >= _LONG_ENOUGH
        self.named = Reasons.of([_named(mention, is_official=is_official)])
        self.is_exact = is_official and is_long and any(bare == other.symbol for other in mention.candidates)

    def _case(self, candidate: Candidate, known: KnownGenes) -> Case:
        of_candidate = known.gene(candidate.ncbigene)
        names = keys = frozenset[bytes]()
        if not self.is_family:
            names = telling_names([candidate.symbol]) if of_candidate.names is None else of_candidate.names
            names -= {self.part_name}
            keys = of_candidate.keys
        species = known.species(candidate.taxon, candidate.organism)
        own = Reasons.of(word_signals(self.mention, candidate, known))
        return Case(candidate, species, names, keys, of_candidate, own)


def _named(mention: Mention, *, is_official: bool) -> Signal:
    if mention.family is not None:
        return Signal("caption_family", f"the text has {mention.symbol}")
    return Signal("caption_symbol" if is_official else "caption_alias", f"the text has {latin(mention.word)}")


def _rank(mention: Mention, part: str, *, is_official: bool) -> int:
    """Return how well a word fits an entry: as it is spelled, better if the entry is official; by letters; badly.

    A p or c that a dash sets off is the prefix of a name (``p-ERK`` is phosphorylated ERK). An entry that is the name
    fits as an alias that is spelled so, and one that takes the prefix for its first letter (``PERK``) by letters only.
    """
    kind = compare(mention.word, mention.symbol).kind
    is_name = fits_bare(part, mention.symbol)
    if kind == "same" and is_name is None:
        return 0 if mention.family is not None or is_official else 1
    if is_name:
        return 1
    return 2 if kind in ("same", "letters", "shorthand") else 3
