"""What is audited: a candidate gene of a mention, with its figure, and what an authority knows of the gene."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kg.authority.audit.facts import METABOLITES
from kg.authority.audit.spelling import plain
from kg.authority.audit.text import capitals, read_name
from kg.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.authority.hgnc import HgncTable
    from kg.model import GeneMention

__all__ = ["Candidate", "Known", "KnownGenes", "Mention", "Reasons", "Signal", "mention_of", "telling_names"]

_LONGEST_UNTELLING = 2  # letters and digits of a symbol that stands in texts by chance


class Signal(NamedTuple):
    """One reason to believe a mention, or not to: a name of `kg.authority.audit.WEIGHTS`, and a sentence's part."""

    name: str
    text: str

    @property
    def line(self) -> str:
        """The signal on one line: ``name: sentence``."""
        line = f"{self.name}: {self.text}"
        return " ".join(line.split()) if "\n" in line else line  # a word with a line break in it


class Reasons(NamedTuple):
    """Signals in the forms in which they are asked for.

    Attributes
    ----------
    signals
        The signals.
    names, lines
        Their names; and each as a line of text.
    """

    signals: tuple[Signal, ...] = ()
    names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, signals: Iterable[Signal | None]) -> Reasons:
        """Return the signals that there are as reasons."""
        found, names, lines = [], [], []
        for signal in signals:
            if signal is not None:
                found.append(signal)
                names.append(signal[0])
                lines.append(signal.line)
        return cls(tuple(found), tuple(names), tuple(lines))

    def then(self, other: Reasons) -> Reasons:
        """Return these reasons and others behind them."""
        return Reasons(self[0] + other[0], self[1] + other[1], self[2] + other[2])


class Candidate(NamedTuple):
    """A gene that a mention may mean."""

    ncbigene: str
    symbol: str
    taxon: str | None = None
    organism: str | None = None


class Mention(NamedTuple):
    """A word of a figure that matched a lexicon entry, with its candidate genes."""

    number: int
    word: str
    symbol: str
    lexicon: str
    family: str | None
    candidates: tuple[Candidate, ...]


def mention_of(record: GeneMention) -> Mention:
    """Return a mention of a figure's record as it is audited: each gene once, as the first row has it."""
    found: dict[str, Candidate] = {}
    for gene, *_ in record.candidates:
        if gene.ncbigene not in found:
            found[gene.ncbigene] = Candidate(gene.ncbigene, gene.symbol, gene.taxon, gene.organism)
    family = record.symbol if record.is_family else None
    return Mention(record.number, record.word, record.symbol, record.lexicon, family, tuple(found.values()))


class Known(NamedTuple):
    """What is known of a gene beside its symbol.

    Attributes
    ----------
    names
        Its symbols, the approved one, aliases and previous ones, as `telling_names` returns them; None of a gene that
        is not known.
    phrases
        Its names as `FigureText.has_phrase` takes them.
    keys
        The longest word of each phrase as `capitals` gives it: a text without it has not the phrase.
    parts
        All words of each phrase, as `capitals` gives them.
    words
        The words of each of its names.
    """

    names: frozenset[bytes] | None = None
    phrases: tuple[str, ...] = ()
    keys: frozenset[bytes] = frozenset()
    parts: tuple[frozenset[bytes], ...] = ()
    words: tuple[frozenset[str], ...] = ()


def telling_names(symbols: Iterable[str]) -> frozenset[bytes]:
    """Return symbols as `FigureText.names` has them, without those that tell of no gene: short ones, and metabolites.

    Examples
    --------
    >>> sorted(telling_names(["IL-6", "HGF", "E2", "ATP"]))
    [b'HGF', b'IL6']
    """
    names = map(plain, symbols)
    return frozenset([name.encode() for name in names if len(name) > _LONGEST_UNTELLING and name not in METABOLITES])


class KnownGenes:
    """What HGNC knows of genes, in the form that signals ask for; nothing without a table.

    Examples
    --------
    >>> from kg.authority.hgnc import read_hgnc
    >>> known = KnownGenes(read_hgnc("tests/authority/hgnc.txt"))
    >>> known.gene("3976").phrases[0], known.others("HIF-1", "29072")
    ('lif interleukin 6 family cytokine', ('HIF1A',))
    """

    def __init__(self, table: HgncTable | None = None) -> None:
        self.table = table
        self._bearers: _Bearers | None = None
        self.gene = lru_cache(maxsize=None)(self._gene)
        self._species: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = {}

    def _gene(self, ncbigene: str) -> Known:
        found = self.table.gene(ncbigene) if self.table is not None else None
        if found is None:
            return Known()
        names = [name for name in (found.name, *found.alias_names, *found.previous_names) if name]
        read = [(name, *read_name(name)) for name in names]
        telling = [(words, of_name) for name, words, of_name in read if len(of_name) > 1 or len(name) > 8]
        phrases = tuple([words for words, _ in telling])
        parts = [capitals(of_gene).split() for of_gene in phrases]
        return Known(
            telling_names((found.symbol, *found.aliases, *found.previous)),
            phrases,
            frozenset(max(of_gene, key=len, default=b"") for of_gene in parts),
            tuple(map(frozenset, parts)),
            tuple(of_name for _, of_name in telling),
        )

    def species(self, taxon: str | None, organism: str | None) -> tuple[str | None, str | None]:
        """Return a species as number and name, the same object whenever it is asked for."""
        return self._species.setdefault((taxon, organism), (taxon, organism))

    def others(self, symbol: str, ncbigene: str) -> tuple[str, ...]:
        """Return the approved symbols of other genes that bear a symbol, approved, former or as an alias, sorted.

        A Greek letter by its name has none, for as a Latin letter (the T of ``THETA``) it is another name.
        """
        name = plain(symbol)
        if len(name) == 1 and len(fold(symbol)) > 1:
            return ()
        if self._bearers is None:
            self._bearers = _Bearers(self.table)
        return tuple(other for gene, other in self._bearers.find(name) if gene != ncbigene)


class _Bearers:
    """The genes that bear each name; names are many, so that a gene is kept as its place in a list."""

    def __init__(self, table: HgncTable | None) -> None:
        self._genes: list[tuple[str | None, str]] = []
        self._places: dict[str, int | tuple[int, ...]] = {}
        if table is None:
            return
        approved = table.frame.filter(table.frame["status"] != "Entry Withdrawn").sort("symbol")
        self._genes = list(approved.select("ncbigene", "symbol").iter_rows())
        columns = [approved.get_column(name).to_list() for name in ("symbol", "aliases", "previous")]
        for place, (symbol, aliases, previous) in enumerate(zip(*columns, strict=True)):
            # Past the cache of words, which this would fill with names that no figure has.
            for name in {plain.__wrapped__(name) for name in (symbol, *aliases, *previous)}:
                found = self._places.setdefault(name, place)
                if found is not place:
                    self._places[name] = (*(found if isinstance(found, tuple) else (found,)), place)

    def find(self, name: str) -> list[tuple[str | None, str]]:
        """Return the NCBI Gene ids and approved symbols of the genes that bear a name, by symbol."""
        found = self._places.get(name, ())
        return [self._genes[place] for place in (found if isinstance(found, tuple) else (found,))]
