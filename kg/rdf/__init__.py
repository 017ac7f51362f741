"""The graph as RDF: one mapping from records to triples, writers that stream it, and rdflib as the door.

`mapping` says what the triples are; `formats` writes them as bytes; `graph` gives them to rdflib; `plugin` lets
``rdflib.Graph().parse(…, format="pfocr")`` read a figure; `query` answers SPARQL over a build, and `workers` does so in
processes that can be killed; `store` is a build's Oxigraph store, and `upload` fills a triple store on the network.
"""

from __future__ import annotations

__all__: list[str] = []
