"""Signals that a figure gives: what its caption says, what its other words are, which species it shows."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from kg.authority.audit.definitions import find_definitions
from kg.authority.audit.spelling import latin
from kg.authority.audit.subject import Reasons, Signal
from kg.authority.audit.text import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.authority.audit.reading import Case, Reading
    from kg.authority.audit.subject import Candidate, Known, KnownGenes
    from kg.authority.audit.text import FigureText

    Read = tuple[int, Reading, Sequence[tuple[Case, tuple[str, ...]]]]

__all__ = ["FigureContext", "figure_signals"]

_AGREEING = 0.6  # of the words of a long form, or of the gene's name if that is shorter
_MANY = 0.6  # of a figure's other words
_N_OTHERS = 3  # other words from which such a fraction says something
_WITH_OTHER_SPECIES = ("9606", "10090", "10116")  # genes of which figures of other species are said to have


class FigureContext:
    """All readings of a figure, its text and its organisms, prepared for the signals of each of them.

    Parameters
    ----------
    text
        Its caption and titles.
    organisms
        The species that its file names.
    readings
        The number of each mention, in order, with what it reads, and its cases with the ids of their genes.
    """

    def __init__(self, text: FigureText, organisms: Sequence[str], readings: Sequence[Read]) -> None:
        self.text = text
        self.organisms = frozenset(organisms)
        self.readings = readings
        words, genes, parts = set[str](), set[str | None](), set[str]()
        exact, n_of_genes = set[str](), 0
        for _, reading, _ in readings:
            words.add(reading.word)
            if not reading.is_family:
                n_of_genes += 1
                genes.add(reading.gene)
                parts.add(reading.part)
                if reading.is_exact:
                    exact.add(reading.part)
        self.exact, self.n_parts = exact, len(parts)  # parts of words that are official symbols; and of all words
        genes.discard(None)
        # Both are mostly empty: parts of words that were read more than once, and genes as which words of several
        # spellings were read.
        self.repeated = _repeated(readings) if len(words) < len(readings) else frozenset()
        self.shared = _shared(readings) if len(genes) < n_of_genes else frozenset()


def _repeated(readings: Sequence[Read]) -> frozenset[tuple[str, str]]:
    counts = Counter([reading.token for _, reading, _ in readings])
    return frozenset([token for token, n in counts.items() if n > 1])


def _shared(readings: Sequence[Read]) -> frozenset[str]:
    of_genes = [reading for _, reading, _ in readings if not reading.is_family]
    words = {(ncbigene, reading.plain_word) for reading in of_genes for ncbigene in reading.genes}
    return frozenset([ncbigene for ncbigene, n in Counter([ncbigene for ncbigene, _ in words]).items() if n > 1])


def _definitions(context: FigureContext) -> Mapping[str, Sequence[str]]:
    """Return what the caption says that the words of the figure stand for."""
    text = context.text
    if not text.caption:
        return {}
    read = [reading.read_names for _, reading, _ in context.readings]
    names = text.names.intersection(chain.from_iterable(read))  # what a caption defines stands in it
    wanted = frozenset([name.decode() for name in names])
    return find_definitions(text.caption, among=wanted, pieces=text.pieces_of(names)) if wanted else {}


def figure_signals(
    context: FigureContext, known: KnownGenes
) -> Iterator[tuple[int, tuple[str, ...], Reasons, Reasons]]:
    """Yield what is said of each case of each mention of a figure.

    Each kind of signal is a function of this module, which is asked where it can have something to say.

    Parameters
    ----------
    context
        The figure.
    known
        What is known of genes.

    Yields
    ------
    tuple
        The mention's number, the ids of the case's genes, what the word says by itself, and what the figure says.
    """
    text, definitions, exact = context.text, _definitions(context), context.exact
    names, words = text.names, text.words
    repeated, shared = context.repeated, context.shared  # mostly empty
    usual: dict[tuple[bool | None, tuple[str | None, str | None]], Reasons] = {}  # what mentions of a kind share
    for number, reading, cases in context.readings:
        is_family = reading.is_family
        longs = definitions and (definitions.get(reading.plain_part) or definitions.get(reading.plain_symbol))
        named = reading.named if reading.symbol_name in names else None
        is_exact = None if is_family else reading.part in exact
        for case, genes in cases:
            candidate, species, aliases, keys, _, own = case
            kind = is_exact, species
            found = usual.get(kind)
            if found is None:
                of_companions = official_companions(context, is_exact=is_exact)
                found = usual[kind] = Reasons.of([of_companions, other_species(context, species)])
            if shared and not is_family and (signal := same_gene(reading, candidate, context)) is not None:
                found = Reasons.of([signal]).then(found)
            if repeated and (signal := better_reading(number, reading, candidate, context)) is not None:
                found = Reasons.of([signal]).then(found)
            in_text = named
            if not (names.isdisjoint(aliases) and words.isdisjoint(keys)):
                signal = caption_name(case, text)
                in_text = Reasons.of([signal]) if signal is not None else named
            if in_text is not None:
                found = in_text.then(found)
            if longs and (signal := caption_definition(reading, candidate, longs, known)) is not None:
                found = Reasons.of([signal]).then(found)
            yield number, genes, own, found


def caption_definition(
    reading: Reading, candidate: Candidate, longs: Sequence[str], known: KnownGenes
) -> Signal | None:
    """Return whether the caption defines the word as the gene, or as something else; the latter needs the gene's names.

    A long form is the gene's if it holds most words of one of its names, or the other way round; it is a family's if it
    is that of any member.

    References
    ----------
    Schwartz and Hearst 2003, doi:10.1142/9789812776303_0042
    """
    meant = reading.mention.candidates if reading.is_family else [candidate]
    genes = [known.gene(each.ncbigene) for each in meant]
    for long in longs:
        words = content_words(long)
        for each, gene in zip(meant, genes, strict=True):
            if each.symbol.lower() in words or _agrees(words, gene):
                return Signal("caption_definition", f"the caption says {latin(reading.part)} is {long}")
    if not all(gene.words for gene in genes):
        return None
    return Signal("caption_conflict", f"the caption says {latin(reading.part)} is {longs[0]}")


def _agrees(words: frozenset[str], known: Known) -> bool:
    for name in known.words:
        n_shared = len(words & name)
        if n_shared and n_shared >= _AGREEING * min(len(words), len(name)):
            return True
    return False


def caption_name(case: Case, text: FigureText) -> Signal | None:
    """Return that caption or titles have another name of the gene than the word.

    The symbol itself, or the family's, is `Reading.named`.
    """
    found = case.names & text.names
    if found:
        return Signal("caption_name", f"the text has {min(found).decode()}, another name of {case.candidate.symbol}")
    known, words = case.known, text.words
    for parts, phrase in zip(known.parts, known.phrases, strict=True):
        if parts <= words and text.has_phrase(phrase):
            return Signal("caption_name", f"the text has {phrase}")
    return None


def better_reading(number: int, reading: Reading, candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that the same part of the same word was also read as something that fits its letters better."""
    if reading.token not in context.repeated:
        return None
    genes = reading.genes if reading.is_family else {candidate.ncbigene}
    better = [
        other
        for other_number, other, _ in context.readings
        if other.rank < reading.rank
        and other.token == reading.token
        and other_number != number
        and genes.isdisjoint(other.genes)
    ]
    if not better:
        return None
    best = min(better, key=lambda other: (other.rank, other.mention.symbol))
    return Signal("better_reading", f"{latin(reading.part)} was also read as {best.mention.symbol}, which fits better")


def same_gene(reading: Reading, candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that another word of the figure, spelled otherwise, was read as the same gene."""
    if candidate.ncbigene not in context.shared:
        return None
    others = {
        other.plain_word
        for _, other, _ in context.readings
        if candidate.ncbigene in other.genes and not other.is_family and other.plain_word != reading.plain_word
    }
    names = [word for word in others if reading.folded_symbol not in word]
    return Signal("same_gene", f"{min(names)} was also read as {candidate.symbol}") if names else None


def official_companions(context: FigureContext, *, is_exact: bool | None) -> Signal | None:
    """Return that most of the figure's other words are official symbols, as they are spelled: it shows genes.

    `is_exact` says whether the word itself is one; None is for families, of which nothing is said.
    """
    n_exact, n_others = len(context.exact) - bool(is_exact), context.n_parts - 1
    if is_exact is None or n_others < _N_OTHERS or n_exact < _MANY * n_others:
        return None
    return Signal("official_companions", f"{n_exact} of {n_others} other words are official symbols")


def other_species(context: FigureContext, species: tuple[str | None, str | None]) -> Signal | None:
    """Return that the figure shows other species than a gene's: by its organisms, or by the words of its text."""
    taxon, organism = species
    if context.organisms and (organism or "Homo sapiens") not in context.organisms:
        return Signal("species_mismatch", f"the figure is of {', '.join(sorted(context.organisms))}")
    if (taxon or "9606") in _WITH_OTHER_SPECIES and (found := context.text.other_species):
        return Signal("other_species", f"the text speaks of {', '.join(found[:3])}")
    return None
