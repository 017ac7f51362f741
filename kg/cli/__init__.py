"""The command line: each command turns its options into one call of the library, and prints what comes back.

Data goes to standard output, talk to standard error. Exit status: 0 fine, 1 does not conform or nothing found,
2 a wrong option or an error of the input.

One module a family of commands; they stand in the help in the order of `MODULES`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    app: typer.Typer
    """The application with all its commands."""

__all__ = ["MODULES", "app", "load_commands"]

MODULES = {
    "build": ("build",),
    "summary": ("stats", "show"),
    "query": ("query",),
    "examples": ("examples",),
    "serve": ("serve",),
    "network": ("network",),
    "centrality": ("centrality", "communities"),
    "evidence": ("explain", "trends", "enrich"),
    "check": ("check",),
    "audit": ("audit",),
    "export": ("export",),
    "load": ("load",),
    "cypher": ("cypher",),
    "hgnc": ("hgnc",),
}
"""The modules, each with its commands."""


def load_commands(arguments: Sequence[str]) -> typer.Typer:
    """Return the application with the command that some arguments begin with; with all where they begin otherwise.

    Every command starts sooner without the others.
    """
    from kg.cli.application import app

    wanted = arguments[0] if arguments else ""
    of_command = [module for module, commands in MODULES.items() if wanted in commands]
    for module in of_command or MODULES:
        import_module(f"{__name__}.{module}")
    return app


def __getattr__(name: str) -> object:
    """Return the application when it is first asked for (PEP 562)."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = load_commands(())
    return globals()["app"]
