"""The schema.org block that PFOCR embeds in each figure's page: made again from records, and compared.

The rule for ``keywords``: distinct gene symbols in order of first appearance, then distinct chemical words, then
distinct disease words, with no removal between the three groups (``TYR`` can stand twice).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kg import vocab

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.model import Figure

__all__ = ["Difference", "block_differences", "figure_block", "make_block"]


class Difference(NamedTuple):
    """A key at which an embedded block differs from the one that the records give; None where a block lacks it."""

    key: str
    embedded: object
    made: object


def make_block(
    figid: str,
    *,
    caption: str | None,
    seo: str | None,
    symbols: Iterable[str],
    chemicals: Iterable[str],
    diseases: Iterable[str],
) -> dict[str, object]:
    """Return the schema.org block of a figure, with PFOCR's own keys in PFOCR's own order.

    Parameters
    ----------
    figid
        The figure's id.
    caption
        The block's description.
    seo
        The block's name; ``CreativeWork`` where the file gives none.
    symbols, chemicals, diseases
        Gene symbols, chemical words and disease words in the order of the file's rows, repeats included.

    Examples
    --------
    >>> block = make_block("PMC1__f", caption="A", seo=None, symbols=["TYR", "TYR"], chemicals=["TYR"], diseases=[])
    >>> block["keywords"], block["license"]
    (['TYR', 'TYR'], 'CC0')
    """
    return {
        "@context": "https://schema.org/",
        "@id": vocab.figure_iri(figid),
        "@type": "Dataset",
        "description": caption or "",
        "license": "CC0",
        "name": seo or "CreativeWork",
        "creator": {"@type": "Organization", "name": "WikiPathways"},
        "keywords": [*dict.fromkeys(symbols), *dict.fromkeys(chemicals), *dict.fromkeys(diseases)],
    }


def figure_block(figure: Figure) -> dict[str, object]:
    """Return the schema.org block that a figure's records give, whatever its file embeds."""
    rows = [
        (position, candidate.gene.symbol)
        for mention in figure.mentions
        for candidate in mention.candidates
        for position in candidate.positions
    ]
    rows.sort()
    return make_block(
        figure.figid,
        caption=figure.caption,
        seo=figure.seo,
        symbols=[symbol for _, symbol in rows],
        chemicals=[chemical.word for chemical in figure.chemicals],
        diseases=[disease.word for disease in figure.diseases],
    )


def block_differences(embedded: Mapping[str, object], made: Mapping[str, object]) -> list[Difference]:
    """Return where two blocks differ as JSON values, key by key; a different order of keys is a difference too.

    Examples
    --------
    >>> block_differences({"name": "a", "license": "CC0"}, {"name": "b", "license": "CC0"})
    [Difference(key='name', embedded='a', made='b')]
    """
    if embedded == made and list(embedded) == list(made):
        return []
    keys = dict.fromkeys([*embedded, *made])
    found = [Difference(key, embedded.get(key), made.get(key)) for key in keys if embedded.get(key) != made.get(key)]
    return found or [Difference("", list(embedded), list(made))]
