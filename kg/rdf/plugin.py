"""The rdflib parser that reads a PFOCR figure: ``rdflib.Graph().parse("figure.md", format="pfocr")``.

Installed under the entry point ``rdf.plugins.parser``, so it works without `kg` being imported.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from rdflib.parser import FileInputSource, Parser

from kg.errors import Severity, SourceError
from kg.parse import parse_figure
from kg.rdf.graph import add_figures, bind_prefixes
from kg.sources import open_sources

if TYPE_CHECKING:
    from rdflib.graph import Graph
    from rdflib.parser import InputSource

    from kg.parse import ParsedFigure

__all__ = ["PfocrParser", "PfocrWarning"]


class PfocrWarning(UserWarning):
    """A row of the figure was left out."""


class PfocrParser(Parser):
    """Adds the triples of one figure, and of its paper and genes, to a graph.

    A figure of generation 2 has its genes in a ``_data`` file; it is found where the source is a local file.
    """

    def parse(self, source: InputSource, sink: Graph) -> None:
        """Read the source's figure into the graph.

        Raises
        ------
        ParseError
            If the source is not a figure that can be read.
        SourceError
            If the source has no bytes.

        Warns
        -----
        PfocrWarning
            For each row that is left out.
        """
        parsed = _parsed(source)
        for problem in parsed.problems:
            if problem.severity is Severity.ROW_SKIPPED:
                warnings.warn(str(problem), PfocrWarning, stacklevel=2)
        bind_prefixes(sink)
        add_figures(sink, [parsed.figure])


def _parsed(source: InputSource) -> ParsedFigure:
    path = getattr(source.file, "name", None) if isinstance(source, FileInputSource) else None
    if isinstance(path, str):
        with open_sources([path]) as sources:
            (document,) = sources.documents
            tables = {kind: (document.table_name(kind), blob.read()) for kind, blob in document.tables}
            return parse_figure(document.markdown.read(), name=document.name, stem=document.stem, tables=tables)
    stream = source.getByteStream() or source.getCharacterStream()
    if stream is None:
        raise SourceError("the source is empty; give rdflib a path, bytes or text of one figure")
    data = stream.read()  # rdflib gives a text stream out as bytes stream too
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    return parse_figure(data, name=str(source.getSystemId() or source.getPublicId() or "-"))
