"""The floor under every build: read all of the input, write as many bytes as the build has, and do nothing else.

Run it with `python -m benchmarks.floor CORPUS BUILD TARGET`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["main"]

CHUNK = 1 << 20


def main(corpus: str, build: str, target: str) -> None:
    """Read every file of a corpus; write files of the sizes of a build's, filled with how its largest begins."""
    for folder, _, names in os.walk(corpus):
        for name in names:
            # PTH123: a Path for each file would be most of the time.
            with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123
                file.read()
    sizes = sorted((path.stat().st_size, path) for path in Path(build).rglob("*") if path.is_file())
    with sizes[-1][1].open("rb") as file:
        chunk = file.read(CHUNK)
    Path(target).mkdir(exist_ok=True)
    for number, (size, _) in enumerate(sizes):
        with Path(target, str(number)).open("wb", buffering=0) as out:
            while size > 0:
                size -= out.write(chunk[:size])  # noqa: PLW2901


if __name__ == "__main__":
    main(*sys.argv[1:])
