"""docs/databases.md repeats the schema and the registry of exports, and its queries are those of the twins."""

from __future__ import annotations

from pathlib import Path

from kg.export import TARGETS
from kg.export.schema import NODE_LABELS, RELATIONSHIPS, Property
from tests.export.twins import TWINS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "databases.md"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "".join(
        f"| {' | '.join(row)} |\n".replace("|  |", "| |") for row in [header, ["---"] * len(header), *escaped]
    )


def code(text: str | None) -> str:
    return f"`{text}`" if text else ""


def tables() -> dict[str, str]:
    """The page's tables, by what they are about."""
    found = {
        "labels": table(
            ["label", "is", "`id`", "class in the RDF"],
            [
                [code(label.name), label.description, label.properties[0].description, code(label.term)]
                for label in NODE_LABELS.values()
            ],
        ),
        "relationships": table(
            ["relationship", "says", "path in the RDF"],
            [
                [code(kind.pattern), relationship.description, code(kind.path)]
                for relationship in RELATIONSHIPS.values()
                for kind in relationship.kinds
            ],
        ),
        "targets": table(
            ["format", "writes", "`-o` names", "what it cannot hold"],
            [[code(t.name), t.description, t.output, t.limits or "nothing is lost"] for t in TARGETS.values()],
        ),
    }
    for name, properties in [
        *((label.name, label.properties[2:]) for label in NODE_LABELS.values()),
        *((relationship.name, relationship.properties) for relationship in RELATIONSHIPS.values()),
    ]:
        if properties:
            found[name] = table(["property", "type", "is", "in the RDF"], list(map(row, properties)))
    return found


def row(prop: Property) -> list[str]:
    return [code(prop.name), prop.type, prop.description, code(prop.term)]


def test_the_page_has_the_tables_of_the_schema_and_of_the_registry() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name, text in tables().items() if text not in page] == []


def test_the_pages_queries_are_five_of_those_that_sparql_answers_too() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = [twin for twin in TWINS if twin.cypher.replace("'", '"').replace("\n", "\n> ") in page.replace("'", '"')]
    assert len(shown) == 5
    assert [twin.question for twin in shown if twin.question not in page] == []
