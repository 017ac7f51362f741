"""A disk without room: the old build stays, and a sentence says why."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import kg
from kg.errors import BuildError
from kg.scratch import open_scratch, scratch_errors
from tests.conftest import SEEDS
from tests.pipeline.builds import contents, corpus, numbered

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("n_kib", [8, 600])
@pytest.mark.parametrize("options", [[], ["--workers", "2"], ["--update"]])
def test_a_full_disk_is_a_sentence_and_the_old_build_stays(tmp_path: Path, n_kib: int, options: list[str]) -> None:
    """The shell's limit of a file's size stands for the disk; 600 KiB are enough for the tables, not for the graph."""
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:03}": numbered(n, caption="x" * 3000) for n in range(300)})
    out = tmp_path / "out"
    expected = contents(kg.build(SEEDS, output=out, formats=["turtle"]).path)
    command = [sys.executable, "-m", "kg", "build", str(source), "-o", str(out), "--format", "turtle", *options]
    limited = ["bash", "-c", f'ulimit -f {n_kib}; exec "$@"', "-", *command]
    done = subprocess.run(limited, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"kg: {out}: cannot be written: File too large; it is as it was before\n"
    assert contents(out) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_a_full_temporary_folder_is_a_sentence() -> None:
    scratch = open_scratch("texts (text TEXT)")
    scratch.execute("PRAGMA max_page_count = 10")
    with pytest.raises(BuildError, match=r"the temporary folder cannot be written to .*set TMPDIR"), scratch_errors():
        scratch.executemany("INSERT INTO texts VALUES (?)", (("x" * 4000,) for _ in range(100)))
