"""The load of `benchmarks.serve_load`, small: right answers, none lost, while others hold the server up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks import serve_load

if TYPE_CHECKING:
    import pytest

    import kg


def test_no_answer_is_wrong_or_lost(seeds_build: kg.Build, capsys: pytest.CaptureFixture[str]) -> None:
    serve_load.main([str(seeds_build.path), "--clients", "8", "--seconds", "1.2"])
    out = capsys.readouterr().out
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \|.*\| (\d+) \| (\d+) \|$", out, re.MULTILINE)
    assert len(rows) == 6
    for name, answers, wrong, lost in rows:
        assert int(answers.replace(",", "")) > 10, name
        assert (wrong, lost) == ("0", "0"), name
    assert "| wrong answers | 0 | at most 0 | held |" in out
