"""The command line: each command turns its options into one call of the library, and prints what comes back.

Data goes to standard output, talk to standard error. Exit status: 0 fine, 1 does not conform or nothing found,
2 a wrong option or an error of the input.

One module a family of commands; they stand in the help in the order in which they are imported here.
"""

from kg.cli.application import app

# isort: off
from kg.cli import build, summary, query, examples, serve, network, centrality, evidence
from kg.cli import check, audit, export, load, cypher, hgnc
# isort: on

__all__ = [
    "app",
    "audit",
    "build",
    "centrality",
    "check",
    "cypher",
    "evidence",
    "examples",
    "export",
    "hgnc",
    "load",
    "network",
    "query",
    "serve",
    "summary",
]
