"""The files of ``ontology/``: where they stand, in a checkout and in an installed package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from kg.errors import BuildError

__all__ = ["ontology_file"]


def ontology_file(name: str) -> Path:
    """Return a file or folder of ``ontology/``, which an installed package holds and a checkout has beside the package.

    Raises
    ------
    BuildError
        If the installation lacks it.

    Examples
    --------
    >>> ontology_file("kg.ttl").name
    'kg.ttl'
    """
    package = Path(str(files("kg")))
    for folder in (package / "ontology", package.parent / "ontology"):
        if (folder / name).exists():
            return folder / name
    raise BuildError(f"{package / 'ontology' / name}: missing from the installation; install pfocr-kg again")
