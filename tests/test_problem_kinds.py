from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kg.problem_kinds import DECISION_KINDS, PROBLEM_KINDS, problem_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("sources", "parse", "pipeline", "authority", "shared.py")
REPORTERS = {"warn", "report", "fatal", "keep", "skip", "Problem", "FrontMatterError", "Notice", "Fault", "_report"}
FILLINGS = ("7", "a DOI", "figid", "_data", "an alias", "text was expected", "broken link")
"""What can stand where a reason names something; of those that begin with it, one makes a reason that there is."""


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the text of a literal, with something in the place of what it names; nothing for other expressions."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
        yield from ("".join(filling if part is None else str(part) for part in parts) for filling in FILLINGS)


def _reasons(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what may be a reason: what `reason` is set to, and what is said in a call that reports a problem."""
    if (isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["reason"]) or (
        isinstance(node, ast.keyword) and node.arg == "reason"
    ):
        yield node.value
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in REPORTERS:
        yield from node.args


def _said() -> dict[str, list[str]]:
    """Return the reasons in the code by their places, each with its fillings; what has no blank is no reason."""
    found: dict[str, list[str]] = {}
    for room in ROOMS:
        place = ROOT / "kg" / room
        for module in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                for reason in _reasons(node):
                    texts = [text for text in _texts(reason) if text.count(" ") > 1]
                    if texts:
                        found[f"{module.name}:{reason.lineno}"] = texts
    return found


SAID = _said()


def test_reasons_are_found_in_the_code() -> None:
    assert len(SAID) > 50


@pytest.mark.parametrize("place", SAID)
def test_every_reason_is_of_a_kind(place: str) -> None:
    assert {problem_kind(text) for text in SAID[place]} != {"other"}, SAID[place][0]


def test_every_kind_stands_in_the_docs() -> None:
    page = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    section = page[page.index("### Reasons") :]
    assert [kind for kind in PROBLEM_KINDS if f"`{kind}`" not in section] == []
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `" in line]
    assert len(rows) > 30
    for _, kinds, _, reason in rows:
        assert set(re.findall(r"`([a-z0-9-]+)`", kinds)) <= set(PROBLEM_KINDS), reason


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("the same row stands 12 times", "row-twice"),
        ("figure PMC1__a has no such word, so the decision is not used", "decision-not-used"),
        ("HGNC calls gene 5 A, which counts; see whether the id is the one that was meant", "decision-to-check"),
        ("a former symbol; HGNC calls the gene IL6", "symbol-not-current"),
        ("not a DOI (`10.` and digits, a slash, a name); left out", "not-an-identifier"),
        ("not the UUID of an NDEx network; left out", "not-an-identifier"),
        ("not a year of four digits; left out", "odd-number"),
        ("2 control characters or such, which RDF cannot carry, became U+FFFD; the first here", "control-characters"),
        ("something new", "other"),
        ("", "other"),
    ],
)
def test_a_kind_is_told_by_the_reason(reason: str, kind: str) -> None:
    assert problem_kind(reason) == kind


def test_kinds_of_decisions_are_kinds() -> None:
    assert set(DECISION_KINDS) <= set(PROBLEM_KINDS)
