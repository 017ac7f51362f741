from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from typing import Any

import pytest

import kg

PUBLIC = [
    "Build",
    "BuildError",
    "ChemicalMention",
    "DiseaseMention",
    "ExportError",
    "Figure",
    "Gene",
    "GeneFamily",
    "GeneMention",
    "GeneSet",
    "KgError",
    "NotFoundError",
    "Paper",
    "ParseError",
    "Problem",
    "QueryError",
    "QueryLimitError",
    "QueryRefusedError",
    "Severity",
    "SourceError",
    "__version__",
    "build",
    "gene_rows",
    "read_build",
    "read_examples",
    "read_figures",
    "read_gmt",
    "to_graph",
    "write_gmt",
]
HEAVY = ["frontmatter", "networkx", "numpy", "polars", "pyoxigraph", "pyshacl", "rdflib", "scipy", "typer", "yaml"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_public_names_are_these() -> None:
    assert kg.__all__ == PUBLIC
    assert dir(kg) == sorted(PUBLIC)


def test_no_public_name_is_a_submodule() -> None:
    assert not {module.name for module in pkgutil.iter_modules(kg.__path__)} & set(PUBLIC)


def test_every_name_answers_twice_in_a_fresh_process() -> None:
    calls = {
        "build": "kg.build('seeds')",
        "read_figures": "list(kg.read_figures('seeds'))",
        "read_build": "b = kg.build('seeds'); kg.read_build(b.path)",
        "read_examples": "kg.read_examples()",
        "to_graph": "kg.to_graph(kg.read_figures('seeds'))",
        "gene_rows": "[kg.gene_rows(f) for f in kg.read_figures('seeds')]",
    }
    for name in PUBLIC:
        expression = calls.get(name, f"kg.{name}")
        assert run(f"import kg; {expression}; {expression}; print('fine')") == "fine", name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kg.nothing


@pytest.mark.parametrize("code", ["import kg", "import kg, kg.errors, kg.model"])
def test_importing_kg_loads_no_heavy_library(code: str) -> None:
    assert run(f"{code}; import sys; print([m for m in {HEAVY} if m in sys.modules])") == "[]"


def test_help_loads_no_heavy_library_but_typer() -> None:
    code = "import sys\nfrom kg.cli import app\napp(['--help'], standalone_mode=False)\n"
    loaded = run(f"{code}\nprint([m for m in {HEAVY} if m in sys.modules])")
    assert loaded.splitlines()[-1] == "['typer']"


def modules() -> list[str]:
    return [m.name for m in pkgutil.walk_packages(kg.__path__, "kg.") if not m.name.endswith("__main__")]


@pytest.mark.parametrize("name", modules())
def test_every_module_opens_with_a_sentence_and_lists_its_names(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    assert module.__doc__.split("\n")[0].endswith((".", ":"))
    for public in module.__all__:
        value: Any = getattr(module, public)
        if (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__ == name:
            assert value.__doc__, f"{name}.{public}"
