"""Which format an answer is written in: media types, and what a client says with ``Accept``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kg.serve.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GRAPH", "ROWS", "MediaType", "choose", "named", "wanted"]


class MediaType(NamedTuple):
    """A format that the server writes.

    Attributes
    ----------
    name
        What ``format=`` calls it.
    type
        The media type that the answer is labelled with.
    aliases
        Other media types that mean it.
    spellings
        What clients call it, too, where ``format=`` is theirs and not ours.
    iri
        The format in a service description, a term of https://www.w3.org/ns/formats/.
    charset
        Whether the label names UTF-8: types of ``text/`` would otherwise be read as US-ASCII.
    """

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    iri: str = ""
    spellings: tuple[str, ...] = ()
    charset: bool = False

    @property
    def label(self) -> str:
        """The value of ``Content-Type``."""
        return f"{self.type}; charset=utf-8" if self.charset else self.type


_W3C = "http://www.w3.org/ns/formats/"

ROWS = (
    MediaType("json", "application/sparql-results+json", ("application/json",), _W3C + "SPARQL_Results_JSON"),
    MediaType("xml", "application/sparql-results+xml", ("application/xml", "text/xml"), _W3C + "SPARQL_Results_XML"),
    MediaType("csv", "text/csv", (), _W3C + "SPARQL_Results_CSV", charset=True),
    MediaType("tsv", "text/tab-separated-values", (), _W3C + "SPARQL_Results_TSV", charset=True),
)
"""The formats of SELECT and ASK, the preferred first."""

GRAPH = (
    MediaType("turtle", "text/turtle", ("application/x-turtle",), _W3C + "Turtle", ("n3",), charset=True),
    MediaType("n-triples", "application/n-triples", ("text/plain",), _W3C + "N-Triples"),
    MediaType("rdf-xml", "application/rdf+xml", ("application/xml", "text/xml"), _W3C + "RDF_XML", ("xml", "rdf+xml")),
    MediaType("json-ld", "application/ld+json", ("application/json",), _W3C + "JSON-LD", ("json",)),
)
"""The formats of CONSTRUCT, DESCRIBE and of descriptions, the preferred first."""


def choose(accept: Sequence[str], offered: Sequence[MediaType]) -> MediaType:
    """Return the format that a client likes best of those that are offered.

    Parameters
    ----------
    accept
        The values of the request's ``Accept`` headers; none accepts everything.
    offered
        The formats, the server's preference first, which decides between what the client likes alike.

    Raises
    ------
    Refusal
        406, if the client accepts none of them.

    References
    ----------
    RFC 9110, sections 12.4.2 (quality values) and 12.5.1 (Accept).

    Examples
    --------
    >>> choose(["text/csv;q=0.5, application/sparql-results+xml"], ROWS).name
    'xml'
    >>> choose(["*/*;q=0.1, text/*"], ROWS).name, choose([], GRAPH).name
    ('csv', 'turtle')
    """
    ranges = [part for value in accept for part in _ranges(value)]
    if not ranges:
        return offered[0]
    best, best_quality = None, 0.0
    for media in offered:
        # An alias counts where the client spells it out: `*/*` is about the types that are really sent.
        aliased = (each.quality for each in ranges if each.name in media.aliases)
        quality = max(_quality(media.type, ranges), *aliased, 0.0)
        if quality > best_quality:
            best, best_quality = media, quality
    if best is None:
        raise Refusal(406, f"none of the formats that you accept is offered; there are {_list(offered)}")
    return best


def named(names: Sequence[str], offered: Sequence[MediaType]) -> MediaType:
    """Return the format that ``format=`` names, by its name or its media type.

    Parameters
    ----------
    names
        What it says, in order; SPARQLWrapper gives a name and a list of media types. The first that is offered counts.
    offered
        The formats.

    Raises
    ------
    Refusal
        406, if none is one of those that are offered.

    Examples
    --------
    >>> named(["json-ld", "application/ld+json,application/x-json+ld"], GRAPH).name, named(["xml"], GRAPH).name
    ('json-ld', 'rdf-xml')
    """
    for name in (part.strip().lower() for value in names for part in value.split(",")):
        for media in offered:
            if name in (media.name, media.type, *media.spellings):
                return media
    raise Refusal(406, f"the format asked for is not offered for this answer; there are {_list(offered)}")


def wanted(accept: Sequence[str], names: Sequence[str], offered: Sequence[MediaType]) -> MediaType:
    """Return the format that a client asks for, by ``format=`` or by ``Accept``.

    Raises
    ------
    Refusal
        406, if it is not offered.
    """
    return named(names, offered) if names else choose(accept, offered)


def _list(offered: Sequence[MediaType]) -> str:
    return ", ".join(f"{media.name} ({media.type})" for media in offered)


class _Range(NamedTuple):
    name: str
    specificity: int
    quality: float


def _ranges(value: str) -> list[_Range]:
    """Return the media ranges of an ``Accept`` header; what cannot be read accepts nothing."""
    found = []
    for part in value.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name.count("/") != 1:
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, text = parameter.partition("=")
            if key.strip() == "q":
                quality = _weight(text.strip())
        specificity = 0 if name == "*/*" else 1 if name.endswith("/*") else 2
        found.append(_Range(name, specificity, quality))
    return found


def _weight(text: str) -> float:
    whole, _, fraction = text.partition(".")
    if whole not in ("0", "1") or not (fraction == "" or (fraction.isascii() and fraction.isdigit())):
        return 0.0
    return min(float(text), 1.0)


def _quality(name: str, ranges: Sequence[_Range]) -> float:
    """Return how much a client likes a media type: what its most specific range says."""
    group = name.partition("/")[0] + "/*"
    fitting = [(each.specificity, each.quality) for each in ranges if each.name in ("*/*", group, name)]
    return max(fitting)[1] if fitting else 0.0
