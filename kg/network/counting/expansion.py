"""Which words expand to families: the one rule, for what counts figures and for what explains the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["expanded_family"]


def expanded_family(*mention: str) -> pl.Expr:
    """Return the family that the word of a candidate gene expands to, of which the gene is a member; null for none.

    A family's word that may mean one gene alone expands to nothing: it is that gene (`Cyclin-D1`), as in the RDF. A
    gene that a curator added is no member.

    Parameters
    ----------
    *mention
        The columns that tell mentions apart, and the species in them. The rows, each gene of a mention once, also have
        ``family`` and ``is_curated``.

    Examples
    --------
    >>> import polars as pl
    >>> rows = pl.DataFrame({"mention": [1, 1, 1, 2, 2], "family": ["JAK", "JAK", "JAK", "Cyclin_D1", "Cyclin_D1"]})
    >>> rows = rows.with_columns(is_curated=pl.Series([False, False, True, False, True]))
    >>> rows.select(expanded_family("mention")).to_series().to_list()
    ['JAK', 'JAK', None, None, None]
    """
    import polars as pl

    is_member = ~pl.col("is_curated")
    return pl.when(is_member & (is_member.sum().over(*mention) > 1)).then("family").alias("family")
