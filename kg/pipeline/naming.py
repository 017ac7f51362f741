"""What authorities say of the genes and families of a build, beside what its figures say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.authority.hgnc import HgncGene
    from kg.authority.naming import Authority
    from kg.model import Gene, GeneFamily
    from kg.shared import Shared
    from kg.tables import Counted

__all__ = ["NamedShared", "name_shared"]


class NamedShared(NamedTuple):
    """Genes and families of a build, as their authorities name them.

    Attributes
    ----------
    genes, families
        In order, with the problems that the authorities add to their conflicts.
    hgnc
        What HGNC says of genes, by NCBI Gene id.
    entities, famplex_members
        Entities of FamPlex, and the HGNC symbols of their members, by the symbols of families.
    """

    genes: list[Counted[Gene]]
    families: list[Counted[GeneFamily]]
    hgnc: Mapping[str, HgncGene]
    entities: Mapping[str, str]
    famplex_members: Mapping[str, tuple[str, ...]]


def name_shared(shared: Shared, authority: Authority | None) -> NamedShared:
    """Return the genes and families of a build with what their authorities say; without any, as they are."""
    genes, families = shared.genes(), list(shared.families())
    if authority is None:
        return NamedShared(genes, families, {}, {}, {})
    hgnc: dict[str, HgncGene] = {}
    for place, gene in enumerate(genes):
        named = authority.name_gene(gene.record)
        genes[place] = gene._replace(record=named.gene, conflicts=(*gene.conflicts, *named.problems))
        if named.hgnc is not None:
            hgnc[named.gene.ncbigene] = named.hgnc
    ids = {gene.record.symbol: gene.record.ncbigene for gene in reversed(genes) if gene.record.is_hgnc}
    symbols = {ncbigene: symbol for symbol, ncbigene in ids.items()}
    entities: dict[str, str] = {}
    members: dict[str, tuple[str, ...]] = {}
    for place, family in enumerate(families):
        found = authority.name_family(family.record, ids, symbols)
        families[place] = family._replace(conflicts=(*family.conflicts, *found.problems))
        if found.entity is not None:
            entities[family.record.symbol] = found.entity
            members[family.record.symbol] = found.members
    return NamedShared(genes, families, hgnc, entities, members)
