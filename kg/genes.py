"""What a build's genes are called: one gene for a symbol, an id, an IRI or an alias, and what a name may have meant."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Literal

from kg.errors import NotFoundError
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    import polars as pl

    from kg.authority.hgnc import HgncTable
    from kg.folder import Folder

__all__ = ["GeneNames", "KnownGene", "NotAGene"]

_GENE_ID = re.compile(r"(?:ncbigene:|https?://identifiers\.org/ncbigene[/:])?0*([1-9][0-9]*)", re.IGNORECASE | re.ASCII)
_HGNC_SYMBOL = re.compile(r"(?:https?://identifiers\.org/)?hgnc\.symbol[/:](.+)", re.IGNORECASE)
_N_NAMED = 5  # genes that a message names at most
_N_SPELLINGS = 200  # of a name, which are looked for each; one of more is looked for by its length
_CASES = {letter: letter + letter.upper() for letter in ascii_lowercase} | {"k": "kK\N{KELVIN SIGN}"}
_CLOSE = 0.6  # twice the letters that two names have in common, by the letters of both


@dataclass(frozen=True, slots=True)
class KnownGene:
    """A gene of a build, and the number of figures that it stands in."""

    ncbigene: str
    symbol: str
    organism: str | None
    taxon: str | None
    n_figures: int

    @property
    def species(self) -> str:
        """What tells its species from others: the id in the NCBI Taxonomy, else the name, else nothing."""
        return self.taxon or self.organism or ""


@dataclass(frozen=True, slots=True)
class NotAGene:
    """A name that is not one gene's.

    Attributes
    ----------
    name
        The name, as it was given.
    why
        ``several``: it is the name of several genes. ``family``: of a family or complex. ``word``: of no gene, but
        words of figures that read so were matched to genes. ``unknown``: of nothing.
    genes
        The several genes, by organism and id; the members of the family; the genes that the words may mean, those of
        most mentions first.
    close
        Symbols that are spelled alike, for an unknown name; up to three.
    """

    name: str
    why: Literal["several", "family", "word", "unknown"]
    genes: tuple[KnownGene, ...] = ()
    close: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return what is wrong with the name, and what may have been meant, in one sentence without its full stop."""
        said = visible(shorten(self.name, 100))
        if self.why == "unknown":
            meant = f"; did you mean {' or '.join(map(visible, self.close))}?" if self.close else ""
            return f"{said}: no gene of that name{meant}"
        if self.why == "family":
            members = f"its members: {_some(self.genes)}" if self.genes else "none of its members is of that species"
            return f"{said}: no gene, but a family or complex; {members}"
        if self.why == "word":
            return f"{said}: no gene of that name, but a word of figures; it may mean {_some(self.genes)}"
        listed = _some(self.genes, with_id=True)
        return f"{said}: {len(self.genes)} genes of that name; give the id of one of them: {listed}"


def _some(genes: tuple[KnownGene, ...], *, with_id: bool = False) -> str:
    shown = [
        f"{gene.ncbigene} ({visible(gene.symbol)}, {visible(gene.organism or 'organism unknown')})"
        if with_id
        else visible(gene.symbol)
        for gene in genes[:_N_NAMED]
    ]
    return ", ".join(shown) + (f" and {len(genes) - _N_NAMED} more" if len(genes) > _N_NAMED else "")


class GeneNames:
    """Finds the genes of a build by their names.

    A name is an NCBI Gene id (``6774``, ``ncbigene:6774``), an IRI (``https://identifiers.org/ncbigene/6774``, or
    ``hgnc.symbol`` in the place of ``ncbigene``), a symbol, or an alias: a lexicon entry, such as ``BSF2``, that words
    of figures were matched to and that names no family. Symbols and aliases are looked for as they are spelled, then
    in any case; an alias only where no symbol fits. What HGNC knows a gene by, in the build's own table and in `hgnc`,
    is an alias too: a name that words of figures mean one gene by, and HGNC another, is the name of both.

    Parameters
    ----------
    folder
        A finished build.
    species
        Only genes whose species (its id in the NCBI Taxonomy, or its name where there is no id) is one of these;
        by default all genes.
    hgnc
        HGNC's table, whose symbols, aliases and former symbols are names too.
    candidates_of
        Returns the candidates of figures, ``figid``, ``mention`` and ``ncbigene``; by default they are read anew
        whenever an alias is looked for.

    Raises
    ------
    BuildError
        When names are looked for, if the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> names = GeneNames(kg.build("seeds/"))
    >>> [names.find(name).symbol for name in ("stat3", "ncbigene:6774", "IL-6")]
    ['STAT3', 'STAT3', 'IL6']
    >>> print(names.find("jak"))
    jak: no gene, but a family or complex; its members: JAK1, JAK2, JAK3, TYK2
    """

    def __init__(
        self,
        folder: Folder,
        *,
        species: Collection[str] | None = None,
        hgnc: HgncTable | None = None,
        candidates_of: Callable[[pl.Series], pl.DataFrame] | None = None,
    ) -> None:
        self._folder = folder
        self._candidates_of = candidates_of or self._read_candidates
        self._hgnc = hgnc
        self._species = species
        self._words: dict[str, list[KnownGene]] = {}

    def find(self, name: str) -> KnownGene | NotAGene:
        """Return the gene of a name, or why there is none."""
        return self.find_all([name])[name]

    def find_all(self, names: Iterable[str]) -> dict[str, KnownGene | NotAGene]:
        """Return for each distinct name its gene, or why there is none; in the order of the names."""
        candidates = self.candidates(names)
        why = self._say_why({name: genes for name, genes in candidates.items() if len(genes) != 1})
        return {name: why[name] if name in why else genes[0] for name, genes in candidates.items()}

    def known(self, names: Iterable[str]) -> dict[str, KnownGene]:
        """Return for each distinct name that is one gene's that gene; fast, also where most names are none."""
        return {name: genes[0] for name, genes in self.candidates(names).items() if len(genes) == 1}

    def candidates(self, names: Iterable[str]) -> dict[str, list[KnownGene]]:
        """Return for each distinct name the genes that it is the name of."""
        found = self._by_id_or_symbol(names)
        missing = [name for name, genes in found.items() if not genes and not _GENE_ID.fullmatch(name.strip())]
        if missing:
            for called in (self._by_alias(missing), self._by_hgnc_columns(missing), self._by_hgnc_table(missing)):
                for name, genes in called.items():
                    found[name] += [gene for gene in genes if gene not in found[name]]
        return found

    def gene(self, name: str) -> KnownGene:
        """Return the gene of a name.

        Raises
        ------
        NotFoundError
            If it is not the name of one gene; it suggests what may have been meant.
        """
        found = self.find(name)
        if isinstance(found, NotAGene):
            raise NotFoundError(str(found))
        return found

    def _gene(self, ncbigene: str) -> KnownGene:
        return KnownGene(*(column[self._places[ncbigene]] for column in self._columns))

    @cached_property
    def _columns(self) -> list[list[Any]]:
        """The genes, a list a field of `KnownGene`: to make a row of each takes as long as most answers."""
        import polars as pl

        table = self._folder.scan("genes")
        if self._species is not None:
            table = table.filter(pl.coalesce("taxon", "organism", pl.lit("")).is_in(list(self._species)))
        columns = table.select("ncbigene", "symbol", "organism", "taxon", "n_figures").collect()
        return [column.to_list() for column in columns]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each gene stands in the columns, by NCBI Gene id."""
        return {ncbigene: place for place, ncbigene in enumerate(self._columns[0])}

    @cached_property
    def _lower(self) -> list[str]:
        """The symbols in lower case."""
        return list(map(str.lower, self._columns[1]))

    @cached_property
    def _upper(self) -> dict[str, str]:
        """The first symbol of each spelling in upper case, of those that stand on one line."""
        spelled = sorted({symbol for symbol in self._columns[1] if "\n" not in symbol}, reverse=True)
        return dict(zip(map(str.upper, spelled), spelled, strict=True))

    def _by_id_or_symbol(self, names: Iterable[str]) -> dict[str, list[KnownGene]]:
        """Return for each name the gene of that id, or those of that symbol: as it is spelled, or else in any case."""
        symbols = {name: _symbol(name.strip()) for name in names}
        wanted: dict[str, list[int]] = {symbol.lower(): [] for symbol in symbols.values()}
        for place, symbol in enumerate(self._lower):
            if symbol in wanted:
                wanted[symbol].append(place)
        found = {}
        for name, symbol in symbols.items():
            number = _GENE_ID.fullmatch(name.strip())
            if number is not None:
                places = [self._places[number[1]]] if number[1] in self._places else []
            else:
                places = wanted[symbol.lower()]
                places = [place for place in places if self._columns[1][place] == symbol] or places
            found[name] = [self._gene(self._columns[0][place]) for place in places]
        return found

    def _by_alias(self, names: Iterable[str]) -> dict[str, list[KnownGene]]:
        """Return for each name the genes that it is an alias of, as it is spelled or else in any case.

        What the names may mean as words of figures is kept for those that are no aliases either.
        """
        wanted = {name: _symbol(name.strip()) for name in names}
        spelled: dict[str, list[KnownGene]] = {}
        lower: dict[str, list[KnownGene]] = {}
        for word, entry, is_family, ncbigene in self._matched(sorted({alias.lower() for alias in wanted.values()})):
            gene = self._gene(ncbigene)
            known = [(self._words, word.lower())] + ([] if is_family else [(spelled, entry), (lower, entry.lower())])
            for found, key in known:
                if gene not in (genes := found.setdefault(key, [])):
                    genes.append(gene)
        return {name: spelled.get(alias) or lower.get(alias.lower(), []) for name, alias in wanted.items()}

    def _by_hgnc_columns(self, names: Iterable[str]) -> dict[str, list[KnownGene]]:
        """Return for each name the genes that HGNC calls so, as the build has it: today's symbol, or else an alias."""
        import polars as pl

        wanted = {name: _symbol(name.strip()).lower() for name in names}
        rows = self._folder.scan("genes").filter(pl.col("hgnc_id").is_not_null())
        others = pl.concat_list("aliases", "previous_symbols")
        found: list[dict[str, list[KnownGene]]] = []
        for called in (pl.concat_list("hgnc_symbol"), others):
            rows_called = rows.select("ncbigene", called.alias("name")).explode("name")
            lower = pl.col("name").str.to_lowercase()
            chosen = rows_called.filter(lower.is_in(sorted(set(wanted.values())))).select(lower, "ncbigene").unique()
            ordered = chosen.sort("name", pl.col("ncbigene").str.len_chars(), "ncbigene").collect()
            by_name: dict[str, list[KnownGene]] = {}
            for name, ncbigene in ordered.iter_rows():
                if ncbigene in self._places:
                    by_name.setdefault(name, []).append(self._gene(ncbigene))
            found.append(by_name)
        symbols, aliases = found
        return {name: symbols.get(lower) or aliases.get(lower, []) for name, lower in wanted.items()}

    def _by_hgnc_table(self, names: Iterable[str]) -> dict[str, list[KnownGene]]:
        """Return for each name the genes that the table calls so; nothing without a table."""
        if self._hgnc is None:
            return {}
        called = {name: (gene.ncbigene for gene in self._hgnc.called(_symbol(name.strip()))) for name in names}
        return {name: [self._gene(i) for i in dict.fromkeys(ids) if i in self._places] for name, ids in called.items()}

    def _matched(self, lower: list[str]) -> Iterator[tuple[str, str, bool, str]]:
        """Yield words and lexicon entries, one of which is one of `lower` in lower case, with their genes.

        Genes of most mentions come first. Whether the entry is a family's stands before them.
        """
        import polars as pl

        columns = ("word", "matched_symbol", "family")
        # Lower case takes longer than all else, so that it is left for the few texts that can be one of these.
        can_be = pl.any_horizontal(condition for name in columns[:2] for condition in _can_be(pl.col(name), lower))
        scanned = self._folder.scan("mentions").filter(can_be).select("figid", "mention", *columns)
        chosen = pl.any_horizontal(pl.col(name).str.to_lowercase().is_in(lower) for name in columns[:2])
        mentions = scanned.collect().filter(chosen)
        rows = self._candidates_of(mentions.get_column("figid").unique()).join(mentions, on=["figid", "mention"])
        by = ("word", "matched_symbol", pl.col("family").is_not_null(), "ncbigene")
        counts = (
            rows.lazy()
            .unique()
            .group_by(by)
            .agg(pl.len().alias("n"))
            .sort(
                [
                    pl.col("n").sum().over(pl.col("word").str.to_lowercase(), "ncbigene"),
                    pl.col("ncbigene").str.len_chars(),
                    *by[::-1],
                ],
                descending=[True] + [False] * 5,
            )
            .select("word", "matched_symbol", "family", "ncbigene")
            .collect()
        )
        return (row for row in counts.iter_rows() if row[3] in self._places)

    def _read_candidates(self, figids: pl.Series) -> pl.DataFrame:
        """Return the candidates of some figures, as `candidates_of` does."""
        import polars as pl

        there = pl.col("figid").is_in(figids.implode())
        return self._folder.scan("candidates").filter(there).select("figid", "mention", "ncbigene").collect()

    def _say_why(self, names: dict[str, list[KnownGene]]) -> dict[str, NotAGene]:
        """Return for each name of no gene or of several what it is instead."""
        lower = {name: name.strip().lower() for name, genes in names.items() if not genes}
        families = self._families(set(lower.values())) if lower else {}
        found = {}
        for name, genes in names.items():
            if genes:
                ordered = sorted(genes, key=lambda gene: (gene.organism or "", len(gene.ncbigene), gene.ncbigene))
                found[name] = NotAGene(name, "several", tuple(ordered))
            elif lower[name] in families:
                found[name] = NotAGene(name, "family", families[lower[name]])
            elif lower[name] in self._words:
                found[name] = NotAGene(name, "word", tuple(self._words[lower[name]]))
            else:
                found[name] = NotAGene(name, "unknown", close=self._close(_symbol(name.strip())))
        return found

    def _families(self, lower: set[str]) -> dict[str, tuple[KnownGene, ...]]:
        """Return the families of these names in lower case, each with its members by symbol."""
        import polars as pl

        # Of all families, Python would have as many lists to look through for garbage.
        chosen = self._folder.scan("families").filter(pl.col("symbol").str.to_lowercase().is_in(sorted(lower)))
        members: dict[str, set[str]] = {}
        for symbol, ids in chosen.select(pl.col("symbol").str.to_lowercase(), "members").collect().iter_rows():
            members.setdefault(symbol, set()).update(ids)
        return {
            name: tuple(sorted((self._gene(i) for i in ids if i in self._places), key=lambda g: (g.symbol, g.ncbigene)))
            for name, ids in members.items()
        }

    def _close(self, name: str) -> tuple[str, ...]:
        # A symbol with too few of the name's letters cannot be close; to look for these first saves most of the time.
        upper = name.upper()
        of_name = {code: None for code in map(ord, upper) if chr(code) != "\n"}
        # Of all symbols at once, which takes a third of the time.
        others = "\n".join([*self._upper, ""]).translate(of_name).split("\n")[:-1]
        likely = [
            symbol
            for symbol, other in zip(self._upper, others, strict=True)
            if 2 * (len(symbol) - len(other)) >= _CLOSE * (len(symbol) + len(upper))
        ]
        return tuple(self._upper[close] for close in difflib.get_close_matches(upper, likely, cutoff=_CLOSE))


def _symbol(name: str) -> str:
    """Return the symbol of an IRI or prefixed name of one, or the name itself."""
    match = _HGNC_SYMBOL.fullmatch(name)
    return name if match is None else match[1]


def _can_be(text: pl.Expr, lower: Iterable[str]) -> Iterator[pl.Expr]:
    """Yield conditions, one of which a text meets if it is one of `lower` in lower case."""
    spelled: set[str] = set()
    lengths: set[int] = set()
    for name in lower:
        cases = [_CASES.get(letter, letter) for letter in name]
        if name.isascii() and math.prod(map(len, cases)) <= _N_SPELLINGS:
            spelled.update(map("".join, product(*cases)))
        else:
            # A letter beyond ASCII takes four bytes at most, and the sign of Kelvin's three.
            more = sum(2 * (letter == "k") + 3 * (not letter.isascii()) for letter in name)
            lengths.update(range(len(name), len(name) + more + 1))
    if spelled:
        yield text.is_in(sorted(spelled))
    if lengths:
        yield text.str.len_bytes().is_in(sorted(lengths))
