"""The records: figures, papers, gene mentions, genes, families, chemical and disease mentions.

Plain frozen values with no behaviour beyond what follows from their fields.
They do not know files, RDF or tables; absent text is None, never an empty string or a placeholder.
Mentions and what is in them, of which a corpus has millions, are named tuples: half as costly to make as dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

__all__ = [
    "FAMILY_LEXICONS",
    "GRADES",
    "LEXICON_TIERS",
    "SIGNALS",
    "TIERS",
    "Annotation",
    "Candidate",
    "ChemicalMention",
    "Counts",
    "DiseaseMention",
    "Figure",
    "Gene",
    "GeneFamily",
    "GeneMention",
    "GeneRow",
    "Paper",
    "gene_rows",
]

TIERS = ("strict", "synonyms", "all")
"""Lexicon tiers, each including those before it (Hanspers et al. 2020, doi:10.1186/s13059-020-02181-2)."""

LEXICON_TIERS: Mapping[str, str] = {
    "hgnc_symbol": "strict",
    "ncbigene_symbol": "strict",
    "hgnc_alias_symbol": "synonyms",
    "hgnc_prev_symbol": "synonyms",
    "ncbigene_synonym": "synonyms",
    "bioentities_symbol": "all",
    "famplex_relations": "all",
}
"""The lexicons that PFOCR matched words against, and the narrowest tier that each belongs to."""

FAMILY_LEXICONS = frozenset({"bioentities_symbol", "famplex_relations"})
"""Lexicons of families and complexes: one entry stands for all of its members."""


GRADES = ("supported", "plausible", "doubtful", "conflicting")
"""How far a candidate gene of a mention can be believed, best first."""

SIGNALS = (
    "alias",
    "bacterial_style",
    "better_reading",
    "caption_alias",
    "caption_conflict",
    "caption_definition",
    "caption_family",
    "caption_name",
    "caption_symbol",
    "common_word",
    "curation",
    "distance",
    "family",
    "family_name",
    "letter_swap",
    "metabolite",
    "mixed_scripts",
    "namesake",
    "official_companions",
    "official_symbol",
    "other_species",
    "part_of_word",
    "previous_symbol",
    "same_gene",
    "several_genes",
    "shared_alias",
    "sharp_s",
    "small_letters",
    "species_mismatch",
    "three_letters",
    "two_letters",
)
"""The reasons of the mention audit, by name: what the ontology says of each, `kg.authority.audit` finds."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A typed remark on a figure, from the file's ``annotations`` (pathway, disease or cell type ontology terms)."""

    type: str | None
    value: str


@dataclass(frozen=True, slots=True)
class Paper:
    """The article that a figure was published in, as one figure's file describes it."""

    pmcid: str
    title: str | None = None
    citation: str | None = None
    year: int | None = None
    doi: str | None = None
    journal: str | None = None
    journal_abbreviation: str | None = None
    publisher: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gene:
    """A gene by its NCBI Gene id (digits, no leading zero), as one row names it.

    `is_hgnc` says that the symbol is HGNC's: always so in rows of ``genes:``, and in rows of ``_data`` files
    once an HGNC table confirms it.
    """

    ncbigene: str
    symbol: str
    is_hgnc: bool
    taxon: str | None = None
    organism: str | None = None
    organism_group: str | None = None


@dataclass(frozen=True, slots=True)
class GeneFamily:
    """A family or complex, known by the lexicon entry that a word matched; `members` are NCBI Gene ids in order."""

    symbol: str
    members: tuple[str, ...]


class Counts(NamedTuple):
    """How often a row's figure, as the ``_data`` file counts, has direct, synonym and matched words; as text."""

    direct: str
    synonym: str
    match: str


class Candidate(NamedTuple):
    """A gene that a mention may mean, with the positions (from 0) of its rows in the file and their counts.

    A gene that a curator added has no rows.
    """

    gene: Gene
    positions: tuple[int, ...]
    counts: tuple[Counts, ...] = ()


class GeneMention(NamedTuple):
    """One word in one figure that matched one entry of one lexicon; `number` counts from 1 in the figure.

    Examples
    --------
    >>> jak1, jak2 = Gene("3716", "JAK1", True), Gene("3717", "JAK2", True)
    >>> mention = GeneMention(1, "Jak", "JAK", "bioentities_symbol", (Candidate(jak1, (0, 2)), Candidate(jak2, (1,))))
    >>> mention.occurrences, mention.tier, mention.family
    (2, 'all', GeneFamily(symbol='JAK', members=('3716', '3717')))
    """

    number: int
    word: str
    symbol: str
    lexicon: str
    candidates: tuple[Candidate, ...]

    @property
    def tier(self) -> str | None:
        """The narrowest tier that includes the mention; None where the lexicon is not a known one."""
        return LEXICON_TIERS.get(self.lexicon)

    @property
    def occurrences(self) -> int:
        """How often the word stands in the figure: the largest number of rows that one candidate has."""
        if len(self.candidates) == 1:  # the usual case
            return len(self.candidates[0].positions)
        return max([len(candidate.positions) for candidate in self.candidates])

    @property
    def genes(self) -> tuple[str, ...]:
        """The distinct NCBI Gene ids of the candidates, in order of first appearance."""
        if len(self.candidates) == 1:  # the usual case
            return (self.candidates[0].gene.ncbigene,)
        return tuple(dict.fromkeys([candidate.gene.ncbigene for candidate in self.candidates]))

    @property
    def is_family(self) -> bool:
        """Whether the word names a family or complex, and not a gene."""
        return self.lexicon in FAMILY_LEXICONS

    @property
    def family(self) -> GeneFamily | None:
        """The family that the word names, with its members among the candidates; None where it names a gene."""
        return GeneFamily(self.symbol, self.genes) if self.is_family else None


@dataclass(frozen=True, slots=True)
class ChemicalMention:
    """One row of a figure's chemicals; `mesh` like ``D001839``, `chebi` like ``15422``; `number` counts from 1."""

    number: int
    word: str
    mesh: str | None = None
    match: str | None = None
    name: str | None = None
    chebi: str | None = None


@dataclass(frozen=True, slots=True)
class DiseaseMention:
    """One row of a figure's diseases; `mesh` like ``D011471``, `doid` like ``10283``; `number` counts from 1."""

    number: int
    word: str
    mesh: str | None = None
    match: str | None = None
    name: str | None = None
    doid: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure with its paper and everything that was read in it.

    Attributes
    ----------
    figid
        The figure's id, unique in a build; safe as a file name.
    page
        Path of the figure's page at NCBI, without its leading slash, or a whole URL.
    score
        How sure PFOCR's classifier is that the figure is a pathway, 0 to 1.
    organisms
        Species names, those of ``organisms`` before those of ``organisms_ner``, without repeats.
    block
        The embedded schema.org block, all scalars as text; None where the file has none. Not to be changed.
    extra
        Front matter under keys that this version does not know, as JSON values. Not to be changed.
    """

    figid: str
    paper: Paper
    number: str | None = None
    title: str | None = None
    caption: str | None = None
    page: str | None = None
    filename: str | None = None
    figure_type: str | None = None
    score: Decimal | None = None
    rank: str | None = None
    organisms: tuple[str, ...] = ()
    alias: str | None = None
    redirect_from: tuple[str, ...] = ()
    ndex: str | None = None
    wpid: str | None = None
    seo: str | None = None
    annotations: tuple[Annotation, ...] = ()
    mentions: tuple[GeneMention, ...] = ()
    chemicals: tuple[ChemicalMention, ...] = ()
    diseases: tuple[DiseaseMention, ...] = ()
    block: Mapping[str, object] | None = field(default=None, hash=False)
    extra: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class GeneRow:
    """One row of a figure's genes, as it stands in the file at `position` (from 0)."""

    position: int
    word: str
    symbol: str
    lexicon: str
    gene: Gene
    counts: Counts | None = None


def gene_rows(figure: Figure) -> list[GeneRow]:
    """Return the rows that the figure's mentions were made of, in the order of the file.

    Returns
    -------
    list of GeneRow
        One for each row that was not skipped; positions are those in the file, so a skipped row leaves a gap.
    """
    rows = [
        GeneRow(
            position,
            mention.word,
            mention.symbol,
            mention.lexicon,
            candidate.gene,
            candidate.counts[i] if candidate.counts else None,
        )
        for mention in figure.mentions
        for candidate in mention.candidates
        for i, position in enumerate(candidate.positions)
    ]
    return sorted(rows, key=lambda row: row.position)
