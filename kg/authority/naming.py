"""Names of genes and families by their authorities: what HGNC and FamPlex say of those that figures mention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.authority.famplex import read_famplex
from kg.authority.hgnc import read_hgnc
from kg.authority.hgnc_cache import find_hgnc
from kg.errors import Problem, Severity
from kg.folder import file_digest
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.authority.famplex import FamPlex
    from kg.authority.hgnc import HgncGene, HgncTable
    from kg.model import Gene, GeneFamily

__all__ = ["Authority", "NamedFamily", "NamedGene", "gene_columns", "open_authority"]

_HUMAN = "9606"
_MOST_NAMED = 10  # genes that a problem names


class NamedGene(NamedTuple):
    """A gene, what HGNC knows of it, and what is odd between the two."""

    gene: Gene
    hgnc: HgncGene | None
    problems: tuple[Problem, ...]


class NamedFamily(NamedTuple):
    """A family's entity in FamPlex, the HGNC symbols of its members there, and how they differ from the files'."""

    entity: str | None
    members: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """The authorities of a build, and how they are used.

    Attributes
    ----------
    hgnc, famplex
        The tables, where they were given.
    current_symbols
        Whether genes are labelled by the symbols that HGNC approves now, and not by those of the files.
    sources
        The name and SHA-256 of each table's file; what a build depends on.
    """

    hgnc: HgncTable | None = None
    famplex: FamPlex | None = None
    current_symbols: bool = False
    sources: Mapping[str, tuple[str, str]] | None = None

    def describe(self) -> dict[str, object]:
        """Return the files and options as JSON values, for a manifest."""
        files = {name: {"file": file, "sha256": digest} for name, (file, digest) in (self.sources or {}).items()}
        return {**files, "current_symbols": self.current_symbols}

    def name_gene(self, gene: Gene) -> NamedGene:
        """Return a gene with what HGNC knows of it.

        A human gene of a ``_data`` file whose symbol HGNC knows for its id becomes an HGNC gene; so does none else.

        Examples
        --------
        >>> from kg.model import Gene
        >>> authority = open_authority(hgnc="tests/authority/hgnc.txt", current_symbols=True)
        >>> named = authority.name_gene(Gene("3569", "IFNB2", is_hgnc=True, taxon="9606"))
        >>> named.gene.symbol, named.problems[0].reason
        ('IL6', 'a former symbol; HGNC calls the gene IL6')
        """
        if self.hgnc is None or not (gene.is_hgnc or gene.taxon == _HUMAN):
            return NamedGene(gene, None, ())
        found = self.hgnc.gene(gene.ncbigene)
        if found is None:
            return NamedGene(gene, None, self._warn(gene, self._say_unknown(gene, self.hgnc)))
        if gene.symbol == found.symbol:
            return NamedGene(gene if gene.is_hgnc else replace(gene, is_hgnc=True), found, ())
        is_former, is_alias = gene.symbol in found.previous, gene.symbol in found.aliases
        if is_former or is_alias:
            kind = "a former symbol" if is_former else "an alias"
            problems = self._warn(gene, f"{kind}; HGNC calls the gene {found.symbol}")
            symbol = found.symbol if self.current_symbols else gene.symbol
            return NamedGene(replace(gene, is_hgnc=True, symbol=symbol), found, problems)
        other = self.hgnc.symbol(gene.symbol)
        said = f"; {gene.symbol} is that of {_gene_id(other)}" if other is not None else ""
        problems = self._warn(gene, f"HGNC gives the id to {found.symbol}{said}, so symbol and id disagree")
        symbol = found.symbol if self.current_symbols else gene.symbol
        return NamedGene(replace(gene, symbol=symbol), found, problems)

    @staticmethod
    def _say_unknown(gene: Gene, table: HgncTable) -> str:
        """Return why HGNC does not know an id."""
        other = table.symbol(gene.symbol)
        if other is not None and other.is_withdrawn:
            return "HGNC has withdrawn the entry"
        if other is not None:
            return f"HGNC does not know the id; the symbol is that of {_gene_id(other)}"
        renamed = [found.symbol for found in table.renamed(gene.symbol)]
        if renamed:
            return f"HGNC does not know the id; the symbol is a former one of {', '.join(renamed)}"
        return "HGNC knows neither the id nor the symbol"

    def _warn(self, gene: Gene, reason: str) -> tuple[Problem, ...]:
        path = f"genes[ncbigene:{gene.ncbigene}].symbol"
        return (Problem(Severity.WARNING, self._file("hgnc"), None, path, shorten(gene.symbol), reason),)

    def _file(self, name: str) -> str:
        return (self.sources or {}).get(name, (name, ""))[0]

    def name_family(self, family: GeneFamily, ids: Mapping[str, str], symbols: Mapping[str, str]) -> NamedFamily:
        """Return a family's entity in FamPlex, and how its members there differ from those of the files.

        Parameters
        ----------
        family
            The family, with the members that files list.
        ids
            NCBI Gene ids by symbol of the build's genes, for symbols that no HGNC table tells the ids of.
        symbols
            Symbols by NCBI Gene id of the same genes.
        """
        entity = self.famplex.entity(family.symbol) if self.famplex is not None else None
        if self.famplex is None or entity is None:
            return NamedFamily(None, (), ())
        members = self.famplex.genes(entity)
        found = {symbol: self._id(symbol) or ids.get(symbol) for symbol in members}
        known, listed = set(family.members), set(found.values())
        lacking = [symbol for symbol, ncbigene in found.items() if ncbigene not in known]
        more = [symbols.get(i, f"ncbigene:{i}") for i in family.members if i not in listed]
        said = [
            f"{what} {_some(names)}"
            for what, names in (("FamPlex also has", lacking), ("FamPlex lacks", more))
            if names
        ]
        if not said:
            return NamedFamily(entity, tuple(members), ())
        path, reason = f"families[{family.symbol}].members", f"{'; '.join(said)}; both lists are kept"
        problem = Problem(Severity.WARNING, self._file("famplex"), None, path, entity, reason)
        return NamedFamily(entity, tuple(members), (problem,))

    def _id(self, symbol: str) -> str | None:
        """Return the id of the gene that HGNC calls so, or called so if that is one alone: the tables differ in age."""
        if self.hgnc is None:
            return None
        found = self.hgnc.symbol(symbol)
        bearers = [found] if found is not None else self.hgnc.called(symbol)
        return bearers[0].ncbigene if len(bearers) == 1 else None


def _gene_id(gene: HgncGene) -> str:
    return f"ncbigene:{gene.ncbigene}" if gene.ncbigene else gene.hgnc_id


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    rest = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + rest


def gene_columns(gene: HgncGene | None) -> dict[str, object]:
    """Return what HGNC knows of a gene as columns of the table `genes`, lists a line a text; nothing for None."""
    if gene is None:
        return {}
    return {
        "hgnc_id": gene.hgnc_id,
        "hgnc_symbol": gene.symbol,
        "name": gene.name,
        "locus_group": gene.locus_group,
        "locus_type": gene.locus_type,
        "location": gene.location,
        "aliases": "\n".join(gene.aliases),
        "previous_symbols": "\n".join(gene.previous),
        "ensembl": gene.ensembl,
        "uniprot": "\n".join(gene.uniprot),
        "omim": "\n".join(gene.omim),
        "gene_groups": "\n".join(gene.gene_groups),
    }


def open_authority(
    *, hgnc: str | Path | None = None, famplex: str | Path | None = None, current_symbols: bool = False
) -> Authority | None:
    """Return the authorities of these files; None where there are none.

    Parameters
    ----------
    hgnc
        HGNC's complete set, or ``cached`` for the one that ``kg hgnc fetch`` downloaded.
    famplex
        FamPlex's ``relations.csv``.
    current_symbols
        Label genes by the symbols that HGNC approves now; needs `hgnc`.

    Raises
    ------
    SourceError
        If a file cannot be read.
    """
    if hgnc is None and famplex is None:
        return None
    sources: dict[str, tuple[str, str]] = {}
    table = relations = None
    if hgnc is not None:
        path = find_hgnc(hgnc)
        table = read_hgnc(path)
        sources["hgnc"] = (path.name, file_digest(path))
    if famplex is not None:
        relations = read_famplex(famplex)
        sources["famplex"] = (Path(famplex).name, file_digest(Path(famplex)))
    return Authority(table, relations, current_symbols, sources)
