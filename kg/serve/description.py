"""The service's description of itself, as RDF.

References
----------
SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.serve.negotiation import GRAPH, ROWS
from kg.vocab import BASE, PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.serve.negotiation import MediaType

__all__ = ["describe_service", "rdf_format"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_RDF_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"


def rdf_format(media: MediaType) -> ox.RdfFormat:
    """Return Oxigraph's name of a format of `kg.serve.negotiation.GRAPH`."""
    import pyoxigraph as ox

    return {
        "turtle": ox.RdfFormat.TURTLE,
        "n-triples": ox.RdfFormat.N_TRIPLES,
        "rdf-xml": ox.RdfFormat.RDF_XML,
        "json-ld": ox.RdfFormat.JSON_LD,
    }[media.name]


def describe_service(endpoint: str, media: MediaType, *, dataset: str = BASE + "/dataset") -> bytes:
    """Return the description of the service, in UTF-8.

    It says what the standard lets a service say of itself: the language, the formats, that the default graph is the
    union of the named ones. It has no blank nodes; its parts are named by the endpoint's address.

    Parameters
    ----------
    endpoint
        The absolute address of the endpoint, as the client wrote it.
    media
        A format of `kg.serve.negotiation.GRAPH`.
    dataset
        The IRI of the dataset that the endpoint answers from.

    Examples
    --------
    >>> text = describe_service("http://localhost:8008/sparql", GRAPH[1]).decode()
    >>> "sparql-service-description#SPARQL11Query" in text
    True
    """
    import pyoxigraph as ox

    service, graph = f"{endpoint}#service", f"{endpoint}#default-graph"
    links = [
        (service, _RDF_TYPE, _SD + "Service"),
        (service, _SD + "endpoint", endpoint),
        (service, _SD + "supportedLanguage", _SD + "SPARQL11Query"),
        (service, _SD + "feature", _SD + "UnionDefaultGraph"),
        *((service, _SD + "resultFormat", media.iri) for media in (*ROWS, *GRAPH)),
        (service, _SD + "defaultDataset", dataset),
        (dataset, _RDF_TYPE, _SD + "Dataset"),
        (dataset, _SD + "defaultGraph", graph),
        (graph, _RDF_TYPE, _SD + "Graph"),
    ]
    triples = [ox.Triple(*map(ox.NamedNode, link)) for link in links]
    label = ox.Literal("kg serve: a build of published pathway figures, read only")
    triples.append(ox.Triple(ox.NamedNode(service), ox.NamedNode(_LABEL), label))
    return ox.serialize(triples, format=rdf_format(media), prefixes={"sd": _SD}) or b""
