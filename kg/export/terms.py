"""What tells chemicals and diseases apart: the ids that their mentions have, or their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kg import vocab
from kg.export.keys import short_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

__all__ = ["TERMS", "TermTable"]

_BY_NAME = "name:"
_MESH = "MESH:"


class TermTable(NamedTuple):
    """A table of mentions of chemicals or diseases.

    Attributes
    ----------
    table
        The table.
    number
        Its column with the number of a mention in its figure.
    other
        Its column with the id of the vocabulary beside MeSH's.
    prefix
        What that id has before it in a key.
    other_iri
        What makes an IRI of that id.
    kind
        What the local IRI of a name says that it is.
    """

    table: str
    number: str
    other: str
    prefix: str
    other_iri: Callable[[str], str]
    kind: str

    @property
    def name(self) -> pl.Expr:
        """The name that a row gives."""
        import polars as pl

        return pl.coalesce("name", "match", "word")

    @property
    def key(self) -> pl.Expr:
        """The id of the node that a row is about."""
        import polars as pl

        return short_keys(
            pl.coalesce(
                pl.lit(_MESH) + pl.col("mesh"), pl.lit(self.prefix) + pl.col(self.other), pl.lit(_BY_NAME) + self.name
            )
        )

    def iri(self, key: str) -> str:
        """Return the IRI of a node from its id; a local one, which no RDF file has, for a name.

        Examples
        --------
        >>> TERMS["chemicals"].iri("MESH:D001839"), TERMS["diseases"].iri("name:heart failure")
        ('http://id.nlm.nih.gov/mesh/D001839', 'https://w3id.org/pfocr-kg/disease/heart%20failure')
        """
        for prefix, make in ((_MESH, vocab.mesh_iri), (self.prefix, self.other_iri)):
            if key.startswith(prefix):
                return make(key.removeprefix(prefix))
        return vocab.named_iri(self.kind, key.removeprefix(_BY_NAME))


TERMS = {
    "chemicals": TermTable("chemicals", "chemical", "chebi", "CHEBI:", vocab.chebi_iri, "chemical"),
    "diseases": TermTable("diseases", "disease", "doid", "DOID:", vocab.doid_iri, "disease"),
}
"""The two tables."""
