"""Every notebook runs from top to bottom in under a minute, on the seeds, with public `kg` alone."""

from __future__ import annotations

import ast
import json
import shutil
import time
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[tuple[str, str]]:
    """Return the kind and the text of each cell."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_imports_only_the_public_package(path: Path) -> None:
    modules = {
        name
        for kind, source in cells(path)
        if kind == "code"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert "kg" in modules
    assert [name for name in modules if name.startswith("kg.")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_opens_with_a_question_and_closes_with_the_finding(path: Path) -> None:
    (first, question), *_, (last, finding) = cells(path)
    assert first == last == "markdown"
    assert "?" in question
    assert "finding" in finding.lower()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_offline_in_under_a_minute(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat
    from nbclient import NotebookClient

    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    (tmp_path / "notebooks").mkdir()
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(tmp_path / "notebooks")}}
    client = NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources)
    started = time.monotonic()
    with warnings.catch_warnings():
        # Jupyter's own parts: debugger frames, event loops and sockets that they close late.
        warnings.simplefilter("ignore")
        client.execute()
    assert time.monotonic() - started < 60
