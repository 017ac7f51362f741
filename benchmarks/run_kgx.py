"""Run `kgx` without a network: ``python run_kgx.py transform --stream …``; runs in KGX's own environment.

When it is imported KGX fetches the Biolink model and a prefix map; here it finds those of the package `biolink_model`,
which it brings with it.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files

import bmt.toolkit  # type: ignore[import-not-found, unused-ignore]

__all__ = ["main"]


def main() -> None:
    """Give KGX its files, then the arguments."""
    package = files("biolink_model")
    schema = str(package / "schema" / "biolink_model.yaml")
    bmt.toolkit.Toolkit.__init__.__defaults__ = (schema, {"predicate mappings": []})
    import kgx.config  # type: ignore[import-not-found, unused-ignore]

    prefixes = package / "prefixmaps" / "biolink_model_prefix_map.json"
    for name in ("biolink", "monarch_context", "obo_context"):
        kgx.config.jsonld_context_map[name] = json.loads(prefixes.read_text(encoding="utf-8"))
    from kgx.cli import cli  # type: ignore[import-not-found, unused-ignore]

    cli(sys.argv[1:])


if __name__ == "__main__":
    main()
