"""Write Neo4j's import files by biocypher: ``python run_biocypher.py RECORDS.json FOLDER SECONDS``; in its environment.

The records are ready in memory before the seconds begin, and so are biocypher and its schema. It runs without an
ontology, which it would fetch.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["main"]

_CONFIGURATION = {
    "biocypher": {"dbms": "neo4j", "offline": True, "strict_mode": False, "head_ontology": None},
    "neo4j": {"delimiter": ",", "array_delimiter": "\u001f", "file_format": "csv", "quote_character": '"'},
}


def main() -> None:
    """Write the files, and say how many processor seconds that took, and how many rows there were."""
    records, folder, seconds = map(Path, sys.argv[1:4])
    content: dict[str, Any] = json.loads(records.read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    os.chdir(folder)  # it writes its log there
    for name, value in (("configuration", _CONFIGURATION), ("schema", content["schema"])):
        Path(f"{name}.yaml").write_text(json.dumps(value), encoding="utf-8")  # JSON is YAML
    nodes = [tuple(node) for node in content["nodes"]]
    edges = [tuple(edge) for edge in content["edges"]]
    from biocypher import BioCypher  # type: ignore[import-not-found, unused-ignore]

    biocypher = BioCypher(
        biocypher_config_path="configuration.yaml", schema_config_path="schema.yaml", output_directory="out"
    )
    started = time.process_time()
    biocypher.write_nodes(nodes)
    biocypher.write_edges(edges)
    used = time.process_time() - started
    n_rows = sum(sum(1 for _ in file.open("rb")) for file in Path("out").glob("*-part*.csv"))
    seconds.write_text(json.dumps({"seconds": used, "n_rows": n_rows}), encoding="utf-8")


if __name__ == "__main__":
    main()
