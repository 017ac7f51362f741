"""Whether a build's description of itself has what such descriptions must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.check.shacl import read_shapes, validate
from kg.errors import BuildError
from kg.folder import DESCRIPTION
from kg.rdf_files import parse_file

if TYPE_CHECKING:
    from kg.check.report import Violation
    from kg.folder import Folder

__all__ = ["DATASET_SHAPES", "check_description"]

DATASET_SHAPES = "shapes-dataset.ttl"
"""The file of shapes for ``dataset.ttl``, in ``ontology/``."""


def check_description(folder: Folder) -> list[Violation]:
    """Return what is wrong in ``dataset.ttl``, sorted by node; nothing where an older build has none.

    Raises
    ------
    BuildError
        If the file cannot be read.

    References
    ----------
    Bioschemas Dataset profile 1.0, https://bioschemas.org/profiles/Dataset/1.0-RELEASE.
    """
    from rdflib import Graph

    from kg.check.batch_graph import to_triples

    path = folder.path / DESCRIPTION
    if not path.is_file():
        return []
    graph = Graph(bind_namespaces="none")
    for triple in to_triples(parse_file(path, "turtle", BuildError)):
        graph.add(triple)
    return validate(graph, shapes=read_shapes(DATASET_SHAPES))
