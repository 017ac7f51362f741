"""Knowledge graphs from published pathway figures.

Examples
--------
>>> import kg
>>> build = kg.build("seeds/")
>>> build.table("papers")["pmcid"].to_list()
['PMC6305783', 'PMC7048131']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kg.version import __version__

if TYPE_CHECKING:
    from kg.api import Build, build, read_build, read_figures, to_graph
    from kg.errors import (
        BuildError,
        ExportError,
        KgError,
        NotFoundError,
        ParseError,
        Problem,
        QueryError,
        QueryLimitError,
        QueryRefusedError,
        Severity,
        SourceError,
    )
    from kg.gmt import GeneSet, read_gmt, write_gmt
    from kg.model import (
        ChemicalMention,
        DiseaseMention,
        Figure,
        Gene,
        GeneFamily,
        GeneMention,
        Paper,
        gene_rows,
    )
    from kg.rdf.examples import read_examples


# Where each public name lives; loaded when it is first asked for, so that `import kg` costs next to nothing.
_HOMES = {
    "Build": "kg.api",
    "BuildError": "kg.errors",
    "ChemicalMention": "kg.model",
    "DiseaseMention": "kg.model",
    "ExportError": "kg.errors",
    "Figure": "kg.model",
    "Gene": "kg.model",
    "GeneFamily": "kg.model",
    "GeneMention": "kg.model",
    "GeneSet": "kg.gmt",
    "KgError": "kg.errors",
    "NotFoundError": "kg.errors",
    "Paper": "kg.model",
    "ParseError": "kg.errors",
    "Problem": "kg.errors",
    "QueryError": "kg.errors",
    "QueryLimitError": "kg.errors",
    "QueryRefusedError": "kg.errors",
    "Severity": "kg.errors",
    "SourceError": "kg.errors",
    "build": "kg.api",
    "gene_rows": "kg.model",
    "read_build": "kg.api",
    "read_examples": "kg.rdf.examples",
    "read_figures": "kg.api",
    "read_gmt": "kg.gmt",
    "to_graph": "kg.api",
    "write_gmt": "kg.gmt",
}

__all__ = [
    "Build",
    "BuildError",
    "ChemicalMention",
    "DiseaseMention",
    "ExportError",
    "Figure",
    "Gene",
    "GeneFamily",
    "GeneMention",
    "GeneSet",
    "KgError",
    "NotFoundError",
    "Paper",
    "ParseError",
    "Problem",
    "QueryError",
    "QueryLimitError",
    "QueryRefusedError",
    "Severity",
    "SourceError",
    "__version__",
    "build",
    "gene_rows",
    "read_build",
    "read_examples",
    "read_figures",
    "read_gmt",
    "to_graph",
    "write_gmt",
]


def __getattr__(name: str) -> object:
    """Return a public name from the module where it lives (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
