"""Which graphs a query says that it is about, with ``FROM`` and ``FROM NAMED``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

from kg.rdf.sparql import QUERY_PREFIXES, Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyoxigraph

__all__ = ["Dataset", "dataset_clause"]


class Dataset(NamedTuple):
    """The graphs of a query: those of its default graph, and the named ones."""

    default: list[str]
    named: list[str]


def dataset_clause(text: str) -> Dataset | None:
    """Return the graphs that a query names with ``FROM`` and ``FROM NAMED``, as often; None where it names none.

    How Oxigraph reads a name with its prefix or base, it says itself: asked for the names as values.

    References
    ----------
    SPARQL 1.1 Query Language, section 13.2, https://www.w3.org/TR/sparql11-query/#specifyingDataset

    Examples
    --------
    >>> dataset_clause("PREFIX a: <urn:> SELECT * FROM a:g FROM <urn:i> FROM NAMED <urn:h> { ?s ?p ?o }")
    Dataset(default=['urn:g', 'urn:i'], named=['urn:h'])
    >>> dataset_clause("SELECT ?from { ?from ?p 'FROM' }")
    """
    if "FROM" not in text.upper():
        return None
    pieces = [*tokens(text), Token("other", "", len(text))]
    found = Dataset([], [])
    for number, piece in enumerate(pieces[:-1]):
        if piece.kind == "word" and piece.text.upper() == "FROM":
            is_named = pieces[number + 1].text.upper() == "NAMED"
            found[is_named].append(pieces[min(number + 1 + is_named, len(pieces) - 1)].text)
    if not found.default and not found.named:
        return None
    form = next(piece for piece in pieces if piece.kind == "word" and piece.text.upper() not in ("PREFIX", "BASE"))
    return Dataset(*(_resolved(text[: form.start], names) for names in found))


def _resolved(prologue: str, names: Iterable[str]) -> list[str]:
    """Return the IRIs that names stand for; none, where Oxigraph will not read the query either."""
    import pyoxigraph

    text = f"{prologue}\nSELECT ?g {{ VALUES ?g {{ {' '.join(names)} }} }}"
    with suppress(SyntaxError):
        rows = cast("pyoxigraph.QuerySolutions", pyoxigraph.Store().query(text, prefixes=QUERY_PREFIXES))
        return [cast("pyoxigraph.NamedNode", row["g"]).value for row in rows]
    return []
