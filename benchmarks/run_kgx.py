"""Run `kgx` without a network: ``python run_kgx.py transform --stream …``; runs in KGX's own environment.

When it is imported KGX fetches the Biolink model and a prefix map; here it finds those of the package `biolink_model`,
which it brings with it, and our own prefixes.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files

import bmt.toolkit  # type: ignore[import-not-found, unused-ignore]

__all__ = ["OWN_PREFIXES", "main"]

OWN_PREFIXES = {
    "fplx": "https://identifiers.org/fplx/",
    "PFOCR": "https://pfocr.wikipathways.org/figures/",
    "pfkg.association": "https://w3id.org/pfocr-kg/association/",
    "pfkg.chemical": "https://w3id.org/pfocr-kg/chemical/",
    "pfkg.disease": "https://w3id.org/pfocr-kg/disease/",
    "pfkg.edge": "https://w3id.org/pfocr-kg/edge/",
    "pfkg.family": "https://w3id.org/pfocr-kg/family/",
}
"""Prefixes that no registry has."""


def main() -> None:
    """Give KGX its files, then the arguments."""
    package = files("biolink_model")
    schema = str(package / "schema" / "biolink_model.yaml")
    bmt.toolkit.Toolkit.__init__.__defaults__ = (schema, {"predicate mappings": []})
    import kgx.config  # type: ignore[import-not-found, unused-ignore]

    prefixes = package / "prefixmaps" / "biolink_model_prefix_map.json"
    for name in ("biolink", "monarch_context", "obo_context"):
        kgx.config.jsonld_context_map[name] = json.loads(prefixes.read_text(encoding="utf-8")) | OWN_PREFIXES
    from kgx.cli import cli  # type: ignore[import-not-found, unused-ignore]

    cli(sys.argv[1:])


if __name__ == "__main__":
    main()
