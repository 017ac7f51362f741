"""Signals that a figure gives: what its caption says, what its other words are, which species it shows."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from kg.authority.audit.definitions import find_definitions
from kg.authority.audit.spelling import latin
from kg.authority.audit.subject import Signal
from kg.authority.audit.text import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.authority.audit.reading import Case, Reading
    from kg.authority.audit.subject import Candidate, Known, KnownGenes
    from kg.authority.audit.text import FigureText

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
        What its mentions read, by their numbers, in order.
    """

    def __init__(self, text: FigureText, organisms: Sequence[str], readings: Sequence[tuple[int, Reading]]) -> None:
        self.text = text
        self.has_text = bool(text.text)
        self.organisms = frozenset(organisms)
        self.readings = readings
        counts = Counter([reading.token for _, reading in readings])
        self.repeated = {token for token, n in counts.items() if n > 1}  # parts of words that were read more than once
        self.shared: set[str] = set()  # genes as which words of several spellings were read
        self.exact: dict[str, bool] = {}
        self._species: dict[tuple[str | None, str | None], Signal | None] = {}
        first: dict[str, str] = {}
        for _, reading in readings:
            if not reading.is_family:
                self.exact[reading.part] = reading.is_exact or self.exact.get(reading.part, False)
                for ncbigene in reading.genes:
                    if first.setdefault(ncbigene, reading.plain_word) != reading.plain_word:
                        self.shared.add(ncbigene)
        self._n_exact = sum(self.exact.values())
        self._companions = (self._count_companions(0), self._count_companions(1))

    @cached_property
    def definitions(self) -> Mapping[str, Sequence[str]]:
        """What the caption says that the words of the figure stand for."""
        if not self.text.caption:
            return {}
        names = self.text.names  # what a caption defines stands in it
        wanted = {reading.plain_part for _, reading in self.readings if reading.part_name in names}
        wanted |= {reading.plain_symbol for _, reading in self.readings if reading.symbol_name in names}
        return find_definitions(self.text.caption, among=wanted) if wanted else {}

    def _count_companions(self, own: int) -> Signal | None:
        n_exact, n_others = self._n_exact - own, len(self.exact) - 1
        if n_others < _N_OTHERS or n_exact < _MANY * n_others:
            return None
        return Signal("official_companions", f"{n_exact} of {n_others} other words are official symbols")

    def companions(self, reading: Reading) -> Signal | None:
        """Return that most of the figure's other words are official symbols, as they are spelled: it shows genes."""
        return self._companions[self.exact[reading.part]]

    def species(self, case: Case) -> Signal | None:
        """Return that the figure shows other species than the gene's: by its organisms, or by the words of its text."""
        key = case.species
        if key not in self._species:
            self._species[key] = self._compare_species(*key)
        return self._species[key]

    def _compare_species(self, taxon: str | None, organism: str | None) -> Signal | None:
        if self.organisms and (organism or "Homo sapiens") not in self.organisms:
            return Signal("species_mismatch", f"the figure is of {', '.join(sorted(self.organisms))}")
        if (taxon or "9606") in _WITH_OTHER_SPECIES and (found := self.text.other_species):
            return Signal("other_species", f"the text speaks of {', '.join(found[:3])}")
        return None


def figure_signals(
    number: int, reading: Reading, case: Case, context: FigureContext, known: KnownGenes
) -> list[Signal]:
    """Return what the figure says of a candidate; each kind of signal is a function of this module.

    Parameters
    ----------
    number
        The mention's number.
    reading, case
        What it reads, and which candidate is judged.
    context
        The figure.
    known
        What is known of genes.
    """
    candidate = case.candidate
    found: list[Signal] = []
    if context.has_text:
        if definitions := context.definitions:
            longs = definitions.get(reading.plain_part) or definitions.get(reading.plain_symbol)
            if longs and (signal := caption_definition(reading, candidate, longs, known)) is not None:
                found.append(signal)
        if (signal := caption_support(reading, case, context.text)) is not None:
            found.append(signal)
    if (
        reading.token in context.repeated
        and (signal := better_reading(number, reading, candidate, context)) is not None
    ):
        found.append(signal)
    if not reading.is_family:
        if (signal := context.companions(reading)) is not None:
            found.append(signal)
        if candidate.ncbigene in context.shared and (signal := same_gene(reading, candidate, context)) is not None:
            found.append(signal)
    if (signal := context.species(case)) is not None:
        found.append(signal)
    return found


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
    symbols = {each.symbol.lower() for each in meant}
    for long in longs:
        words = content_words(long)
        if symbols & words or any(_agrees(words, gene) for gene in genes):
            return Signal("caption_definition", f"the caption says {latin(reading.part)} is {long}")
    if not all(gene.words for gene in genes):
        return None
    return Signal("caption_conflict", f"the caption says {latin(reading.part)} is {longs[0]}")


def _agrees(words: frozenset[str], known: Known) -> bool:
    return any(len(words & name) >= _AGREEING * min(len(words), len(name)) for name in known.words if words and name)


def caption_support(reading: Reading, case: Case, text: FigureText) -> Signal | None:
    """Return whether caption or titles name the gene: by another of its names, or by the word itself."""
    names = text.names
    if reading.is_family:
        return reading.named if reading.symbol_name in names else None
    if not names.isdisjoint(case.names):
        name = next(name for name in case.names if name in names).decode()
        return Signal("caption_name", f"the text has {name}, another name of {case.candidate.symbol}")
    words, known = text.words, case.known
    if not words.isdisjoint(known.keys):
        for parts, name in zip(known.parts, known.phrases, strict=True):
            if parts <= words and name in text.phrases:
                return Signal("caption_name", f"the text has{name}".rstrip())
    return reading.named if reading.symbol_name in names else None


def better_reading(number: int, reading: Reading, candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that the same part of the same word was also read as something that fits its letters better."""
    better = [
        other
        for other_number, other in context.readings
        if other.rank < reading.rank
        and other.token == reading.token
        and other_number != number
        and candidate.ncbigene not in other.genes
    ]
    if not better:
        return None
    best = min(better, key=lambda other: (other.rank, other.mention.symbol))
    return Signal("better_reading", f"{latin(reading.part)} was also read as {best.mention.symbol}, which fits better")


def same_gene(reading: Reading, candidate: Candidate, context: FigureContext) -> Signal | None:
    """Return that another word of the figure, spelled otherwise, was read as the same gene."""
    others = {
        other.plain_word
        for _, other in context.readings
        if candidate.ncbigene in other.genes and not other.is_family and other.plain_word != reading.plain_word
    }
    names = [word for word in others if reading.folded_symbol not in word]
    return Signal("same_gene", f"{min(names)} was also read as {candidate.symbol}") if names else None
