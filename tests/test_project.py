"""The files around the code agree with the code and with each other."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import entry_points, version
from pathlib import Path

import yaml

import kg

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (".ci", "benchmarks", "docs", "kg", "notebooks", "ontology", "tests")
TEXT_FILES = sorted(
    path
    for path in [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    if path.is_file() and path.suffix not in {".pyc", ".png", ".gz"} and not path.name.startswith((".git", ".coverage"))
)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):(?!=)", text("Makefile"), re.MULTILINE))


def test_makefile_has_the_targets_that_the_pages_name() -> None:
    pages = text("README.md") + text("CONTRIBUTING.md") + text("docs/dependencies.md") + text(".ci/run")
    named = set(re.findall(r"(?:`|^\$ |^)make ([a-z-]+)", pages, re.MULTILINE))
    assert {"demo", "test", "test-integration"} <= named
    assert named <= make_targets()
    assert {"lint", "bench", "clean", "help"} <= make_targets()


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[0] for line in done.stdout.splitlines() if not line.startswith("make")}
    assert listed == make_targets()


def test_continuous_integration_runs_both_suites_and_stops_at_a_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "set -eu" in lines
    assert lines.index("make test") < lines.index("make test-integration")


def test_version_is_the_same_everywhere() -> None:
    assert re.search(rf"\b{re.escape(kg.__version__)}\b", text("CHANGELOG.md"))
    assert "## [Unreleased]" in text("CHANGELOG.md")
    assert yaml.safe_load(text("CITATION.cff"))["version"] == kg.__version__
    assert version("pfocr-kg") == kg.__version__


def test_citation_names_the_paper_of_the_data() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    (paper,) = citation["references"]
    assert paper["doi"] == "10.1186/s13059-020-02181-2"
    assert [author["family-names"] for author in paper["authors"]] == ["Hanspers", "Riutta", "Summer-Kutmon", "Pico"]


def test_licence_is_the_one_that_the_metadata_names() -> None:
    assert "Apache License\n                           Version 2.0, January 2004" in text("LICENSE")
    assert yaml.safe_load(text("CITATION.cff"))["license"] == "Apache-2.0"
    assert 'license = "Apache-2.0"' in text("pyproject.toml")


def test_constraints_are_exact_pins() -> None:
    pins = [line for line in text("constraints.txt").splitlines() if not line.startswith("#")]
    assert pins
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    assert not [line for line in pins if line.startswith("pfocr-kg")]


def test_command_and_parser_are_registered() -> None:
    assert "kg" in entry_points(group="console_scripts").names
    assert "pfocr" in entry_points(group="rdf.plugins.parser").names


def test_notebooks_are_stored_without_outputs() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == [], path.name


def test_no_file_names_a_path_of_one_machine() -> None:
    # Put together here, so that this file does not hold what it looks for.
    homes = "|".join(["/" + "home/", "/" + "root/", "/" + "Users/", r"[A-Z]:\\"])
    pattern = re.compile(rf"(?<![\w.)/-])(?:{homes})\S*")
    found = {
        str(path.relative_to(ROOT)): paths
        for path in TEXT_FILES
        if (paths := pattern.findall(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}
