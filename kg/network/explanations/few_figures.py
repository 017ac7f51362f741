"""A build as if it held some figures only, for questions that look at the same few of many figures several times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

__all__ = ["FewFigures"]

# Only these columns are read: the other ones of figures are most of a build.
_COLUMNS = {
    "figures": ("figid", "title", "number", "pmcid", "page_url", "image_url", "iri"),
    "mentions": ("figid", "mention", "word", "matched_symbol", "lexicon", "tier", "family"),
    "candidates": ("figid", "mention", "ncbigene", "is_curated"),
}


class FewFigures(Folder):
    """A build with some of its figures, their mentions and candidates, read once, and their papers.

    Every other table is the whole build's.

    Parameters
    ----------
    whole
        The build.
    figids
        Ids of the figures; others than the build's are passed over.

    Raises
    ------
    BuildError
        If the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> build = kg.build("seeds/")
    >>> few = FewFigures(build, ["PMC6305783__2185-4610-64-103-g001"])
    >>> [few.table(table).height for table in ("figures", "papers", "genes")]
    [1, 1, 47]
    """

    def __init__(self, whole: Folder, figids: Collection[str]) -> None:
        import polars as pl

        super().__init__(whole.path)
        self._whole = whole
        # A text is looked up among categories in half of the time that `is_in` takes.
        chosen = pl.col("figid").cast(pl.Enum(sorted(figids)), strict=False).is_not_null()
        scans = [whole.scan(table).filter(chosen).select(columns) for table, columns in _COLUMNS.items()]
        self._tables = dict(zip(_COLUMNS, pl.collect_all(scans), strict=True))
        papers = self._tables["figures"].get_column("pmcid").unique()
        self._tables["papers"] = whole.scan("papers").filter(pl.col("pmcid").is_in(papers.implode())).collect()

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table as a lazy frame, of these figures where it is of figures."""
        return self._tables[table].lazy() if table in self._tables else self._whole.scan(table)
