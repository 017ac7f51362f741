"""The two installs of `kg` that are measured: plain, and with the extra `[fast]`; both with one virtual environment."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["FAST", "PLAIN", "best_of", "fast_modules", "has_option", "kg_command", "variants"]

PLAIN, FAST = "kg", "kg [fast]"
"""What results call them."""

ROOT = Path(__file__).resolve().parent.parent


def fast_modules() -> list[str]:
    """Return the modules that the extra `[fast]` brings; none where it is not installed as a whole."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    wanted = {_normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in extras.get("fast", [])}
    found = {
        module: {_normal(name) for name in names} & wanted
        for module, names in packages_distributions().items()
        if module.isidentifier()
    }
    modules = [module for module, names in found.items() if names]
    return sorted(modules) if {name for names in found.values() for name in names} == wanted else []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@contextmanager
def variants() -> Iterator[Mapping[str, Mapping[str, str]]]:
    """Give the environments of `PLAIN` and, where the extra is installed, of `FAST`.

    The plain one has the extra's modules hidden by others that cannot be imported, in workers too.
    """
    modules = fast_modules()
    with tempfile.TemporaryDirectory() as folder:
        for module in modules:
            source = f"raise ModuleNotFoundError('hidden by the benchmark', name={module!r})\n"
            Path(folder, f"{module}.py").write_text(source, encoding="utf-8")
        path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
        yield {PLAIN: {"PYTHONPATH": path}} | ({FAST: {}} if modules else {})


def best_of(names: Collection[str]) -> str:
    """Return which install a bar for the fast one is held against: the plain one where there is no other."""
    return FAST if FAST in names else PLAIN


def kg_command(environment: Mapping[str, str], *arguments: str | Path) -> Command:
    """Return a command of `kg`, quiet, in one of the environments of `variants`."""
    return Command([sys.executable, "-m", "kg", *map(str, arguments), "--quiet"], environment)


def has_option(option: str) -> bool:
    """Return whether `kg build` has an option; not every version has all that is measured."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", "--help"], capture_output=True, text=True, check=True, env=_wide()
    )
    return re.search(rf"{re.escape(option)}\b", done.stdout) is not None


def _wide() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
