"""Keys of nodes that are made of text: the text itself, unless no database could index it.

Neo4j indexes, and so keeps unique, texts of at most some 8 kB; OCR has read longer words.

References
----------
Neo4j Cypher Manual 5, "Limitations and caveats" of range indexes,
https://neo4j.com/docs/cypher-manual/5/indexes/search-performance-indexes/
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LONGEST", "short_key", "short_keys"]

LONGEST = 1_000
"""Bytes of the longest text that is its own key."""

_KEPT = 200  # characters of a longer one


def short_key(text: str) -> str:
    """Return a text as a key: a longer one by its beginning and a digest of the whole.

    Examples
    --------
    >>> short_key("JAK"), short_key("Z" * 100_000)[198:210]
    ('JAK', 'ZZ…f734fc90c')
    """
    data = text.encode()
    return text if len(data) <= LONGEST else f"{text[:_KEPT]}…{hashlib.sha256(data).hexdigest()}"


def short_keys(texts: pl.Expr) -> pl.Expr:
    """Return a column of texts as keys."""
    import polars as pl

    return texts.map_batches(_shorten, return_dtype=pl.String, is_elementwise=True)


def _shorten(texts: pl.Series) -> pl.Series:
    import polars as pl

    if (texts.str.len_bytes() <= LONGEST).all():
        return texts
    return pl.Series(texts.name, [None if text is None else short_key(text) for text in texts], dtype=pl.String)
