"""Hold the fast reader of front matter against the reference, on real documents broken on purpose.

Run it with `python -m benchmarks.reader_fuzz [FOLDER] --inputs 200000`; `--inputs 0` compares the documents as they
are and nothing else. It stops at the first text that the fast reader accepts and the reference does not, or reads
otherwise. What the fast reader declines goes to the reference, so only what it accepts can differ.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mutations import mutate
from kg.parse.front_matter import FrontMatterError, read_fast, read_reference, split
from kg.text import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["compare", "main"]


def compare(text: str) -> str:
    """Return what came of a text.

    It is ``declined`` by the fast reader, or ``refused`` by the reference alone, or both read it: ``equal`` values, in
    the same order of keys, or ``different`` ones. A notice of the reference (of a key given twice, of a tag) is a
    difference too, for the fast reader has none.

    Parameters
    ----------
    text
        A document, as `kg.text.decode` gives it.
    """
    try:
        fast = read_fast(*split(text))
    except FrontMatterError:  # no fences: neither reader is asked
        return "declined"
    if fast is None:
        return "declined"
    try:
        reference = read_reference(text)
    except FrontMatterError:
        return "refused"
    found, wanted = fast.to_dict(), reference.fields
    is_same = found == wanted and list(found) == list(wanted) and not reference.notices
    return "equal" if is_same else "different"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    texts = [decode(path.read_bytes())[0] for path in sorted(args.folder.rglob("*.md"))]
    rng = random.Random(args.seed)  # noqa: S311 - for tests
    started = time.process_time()
    counts: dict[str, Counter[str]] = {"as they are": Counter(), "broken": Counter()}
    for text in texts:
        counts["as they are"][compare(text)] += 1
    for _ in range(args.inputs):
        candidate = decode(mutate(rng.choice(texts), texts, rng).encode())[0]
        found = compare(candidate)
        counts["broken"][found] += 1
        if found in ("refused", "different"):
            sys.stderr.write(candidate)
            break
    print("| documents | inputs | accepted by the fast reader | accepted by both | disagreements |")
    print("|---|---|---|---|---|")
    for name, count in counts.items():
        both, wrong = count["equal"] + count["different"], count["refused"] + count["different"]
        print(f"| {name} | {count.total():,} | {both + count['refused']:,} | {both:,} | {wrong:,} |")
    versions = ", ".join(f"{name} {version(name)}" for name in ("PyYAML", "python-frontmatter"))
    print(
        f"\nSeed {args.seed}; Python {sys.version.split()[0]}, {versions}; {time.process_time() - started:.0f} CPU s."
    )
    return 1 if any(count["refused"] + count["different"] for count in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
