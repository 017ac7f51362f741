"""Whether a build has what the parameters of an example query name, which would else silently find nothing."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kg.errors import NotFoundError
from kg.genes import GeneNames, KnownGene
from kg.summary.find import close_ids
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from kg.folder import Folder

__all__ = ["check_parameters"]

_GENES = frozenset({"gene", "other"})


def check_parameters(folder: Folder, values: Mapping[str, str]) -> None:
    """Refuse names that a build does not have.

    Parameters
    ----------
    folder
        The build.
    values
        Values by the names that parameters have in all examples: ``gene``, ``other`` (a gene), ``family``, ``figure``,
        ``paper``, ``species``; values of others are not looked at. The queries compare letter by letter.

    Raises
    ------
    NotFoundError
        If one is not there; it says what may have been meant.
    BuildError
        If the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> check_parameters(kg.build("seeds/"), {"gene": "STATT3"})
    Traceback (most recent call last):
        ...
    kg.errors.NotFoundError: --param gene=STATT3: no gene of that name; did you mean STAT3 or STAT6 or STAT4?
    """
    for name, value in values.items():
        reason = _reason(folder, name, value)
        if reason is not None:
            raise NotFoundError(f"--param {name}={visible(shorten(value, 100))}: {reason}")


def _reason(folder: Folder, name: str, value: str) -> str | None:
    """Return why a build has nothing of that name; None if it has, or if the parameter names nothing."""
    import polars as pl

    if name in _GENES:
        return _not_a_gene(folder, value)
    if name == "figure":
        return _unless_there(folder.scan("figures").select("figid"), value, "figure", close_ids(folder, value))
    if name == "paper":
        return _unless_there(folder.scan("papers").select("pmcid"), value, "paper", close_ids(folder, value))
    if name == "family":
        return _unless_there(folder.scan("families").select("symbol"), value, "family")
    if name == "species":
        return _unless_there(folder.scan("figures").select(pl.col("organisms").explode()), value, "species")
    return None


def _not_a_gene(folder: Folder, value: str) -> str | None:
    import polars as pl

    if folder.scan("genes").filter(pl.col("symbol") == value).head(1).collect().height:
        return None
    found = GeneNames(folder).find(value)
    if isinstance(found, KnownGene):
        return f"the build's symbol of that gene is {visible(found.symbol)}"
    return str(found).partition(": ")[2]


def _unless_there(names: pl.LazyFrame, value: str, what: str, close: list[str] | None = None) -> str | None:
    """Return that no name is `value`, and those that are like it; None if one is."""
    import polars as pl

    if names.filter(pl.first() == value).head(1).collect().height:
        return None
    if close is None:
        known = {name.casefold(): name for name in names.unique().collect().to_series().drop_nulls().sort()}
        close = [known[name] for name in difflib.get_close_matches(value.casefold(), known)]
    meant = f"; did you mean {' or '.join(map(visible, close))}?" if close else ""
    return f"the build has no such {what}{meant}"
