"""What the peers are fed, made of a build of ours outside of the measured time: the easiest input that each can have.

morph-kgc and maplib get CSV tables that hold our own triples: a table for each set of classes, a line a subject, a
column a property, IRIs and literals ready in the cells; a table of two columns where a property has several values.
What is left to do is to put cells into triples and to write them. `write_tables` makes them from `graph.nt`, so what
comes out can be compared triple by triple (`compare`).

KGX has a model of its own, with nodes and edges, so it gets `nodes.tsv` and `edges.tsv` of figures, papers, genes and
families, an edge for each gene that a mention may mean.

Run it with `python -m benchmarks.peer_inputs BUILD FOLDER`, where BUILD has N-Triples.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyoxigraph

__all__ = ["IRI", "Column", "Table", "compare", "main", "write_kgx", "write_ottr", "write_rml", "write_tables"]

IRI = "IRI"
"""The kind of a column that holds IRIs; other kinds are datatypes."""

NULL = "\\N"
"""What stands in a cell without a value; an empty cell is an empty text."""

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Column(NamedTuple):
    """A property of a table's subjects: its name in the header, its IRI, and `IRI` or the datatype of its values."""

    name: str
    property: str
    kind: str


class Table(NamedTuple):
    """A CSV file whose first column, `iri`, holds IRIs; what all its subjects have alike stands in `constants`."""

    path: Path
    columns: tuple[Column, ...]
    constants: tuple[tuple[str, str], ...]


_Objects = dict[str, list[tuple[str, str]]]
"""The objects of a subject by property: value and kind."""


def write_tables(graph: Path, folder: Path) -> list[Table]:
    """Write the triples of an N-Triples file as CSV tables.

    Parameters
    ----------
    graph
        N-Triples, without blank nodes.
    folder
        Where the tables go.
    """
    subjects: dict[str, _Objects] = {}
    for subject, predicate, obj in _triples(graph):
        subjects.setdefault(subject.value, {}).setdefault(predicate.value, []).append(_value(obj))
    by_classes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for iri, objects in subjects.items():
        by_classes[tuple(sorted(value for value, _ in objects.get(TYPE, [])))].append(iri)
    tables = []
    for number, (classes, iris) in enumerate(sorted(by_classes.items())):
        described = {iri: subjects[iri] for iri in iris}
        tables += list(_class_tables(folder / f"t{number}", described, [(TYPE, value) for value in classes]))
    return tables


def _triples(graph: Path) -> Iterator[tuple[pyoxigraph.NamedNode, pyoxigraph.NamedNode, object]]:
    import pyoxigraph

    for quad in pyoxigraph.parse(path=graph, format=pyoxigraph.RdfFormat.N_TRIPLES):
        if not isinstance(quad.subject, pyoxigraph.NamedNode):
            raise TypeError(f"{graph}: {quad.subject} is no IRI")
        yield quad.subject, quad.predicate, quad.object


def _value(obj: object) -> tuple[str, str]:
    import pyoxigraph

    return (obj.value, obj.datatype.value) if isinstance(obj, pyoxigraph.Literal) else (str(obj)[1:-1], IRI)


def _class_tables(stem: Path, subjects: Mapping[str, _Objects], constants: list[tuple[str, str]]) -> Iterator[Table]:
    """Write the tables of one set of classes: one for the properties with one value, and one for each other."""
    most: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    values: dict[str, set[str]] = defaultdict(set)
    for objects in subjects.values():
        for name, found in objects.items():
            if name != TYPE:
                most[name] = max(most[name], len(found))
                kinds[name] = found[0][1]
                values[name].update(value for value, _ in found)
    everywhere = {name for name in kinds if all(name in objects for objects in subjects.values())}
    same = [name for name in sorted(kinds) if len(values[name]) == 1 and kinds[name] == IRI and name in everywhere]
    single = [name for name in sorted(kinds) if most[name] == 1 and name not in same]
    columns = tuple(Column(f"c{number}", name, kinds[name]) for number, name in enumerate(single))
    rows = ([iri, *(o[name][0][0] if name in o else NULL for name in single)] for iri, o in subjects.items())
    fixed = (*constants, *((name, *values[name]) for name in same))
    yield _write(stem.with_suffix(".csv"), columns, fixed, rows)
    for number, name in enumerate(name for name in sorted(kinds) if most[name] > 1):
        pairs = ([iri, value] for iri, o in subjects.items() for value, _ in o.get(name, []))
        path = stem.with_name(f"{stem.name}-{number}.csv")
        yield _write(path, (Column("c0", name, kinds[name]),), (), pairs)


def _write(
    path: Path, columns: tuple[Column, ...], constants: tuple[tuple[str, ...], ...], rows: Iterable[Sequence[str]]
) -> Table:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["iri", *(column.name for column in columns)])
        writer.writerows(rows)
    return Table(path, columns, tuple((name, value) for name, value in constants))


def write_rml(tables: Sequence[Table], path: Path) -> None:
    """Write an RML mapping of the tables, in Turtle.

    References
    ----------
    RDF Mapping Language (RML), https://rml.io/specs/rml/, over R2RML, https://www.w3.org/TR/r2rml/.
    """
    lines = [
        "@prefix rr: <http://www.w3.org/ns/r2rml#> .",
        "@prefix rml: <http://semweb.mmlab.be/ns/rml#> .",
        "@prefix ql: <http://semweb.mmlab.be/ns/ql#> .",
    ]
    for number, table in enumerate(tables):
        lines += [
            f"<#table{number}> a rr:TriplesMap ;",
            f"  rml:logicalSource [ rml:source {json.dumps(str(table.path))} ; rml:referenceFormulation ql:CSV ] ;",
            '  rr:subjectMap [ rml:reference "iri" ; rr:termType rr:IRI ] ;',
        ]
        lines += [f"  rr:predicateObjectMap [ rr:predicate <{p}> ; rr:object <{o}> ] ;" for p, o in table.constants]
        for column in table.columns:
            kind = "rr:termType rr:IRI" if column.kind == IRI else f"rr:datatype <{column.kind}>"
            if column.kind.endswith("#string"):
                kind = "rr:termType rr:Literal"
            lines.append(
                f"  rr:predicateObjectMap [ rr:predicate <{column.property}> ; "
                f'rr:objectMap [ rml:reference "{column.name}" ; {kind} ] ] ;'
            )
        lines.append("  .")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_ottr(tables: Sequence[Table], path: Path) -> None:
    """Write an OTTR template for each table, and which goes with which, as JSON for `benchmarks.run_maplib`.

    References
    ----------
    stOTTR, https://spec.ottr.xyz/stOTTR/0.1/.
    """
    listed = []
    for number, table in enumerate(tables):
        name = f"https://example.org/table{number}"
        parameters = [f"{'ottr:IRI' if c.kind == IRI else f'<{c.kind}>'} ?{c.name}" for c in table.columns]
        triples = [f"ottr:Triple(?iri, <{p}>, <{o}>)" for p, o in table.constants]
        triples += [f"ottr:Triple(?iri, <{c.property}>, ?{c.name})" for c in table.columns]
        text = f"<{name}> [{', '.join(['ottr:IRI ?iri', *(f'? {p}' for p in parameters)])}] :: {{\n  "
        text += ",\n  ".join(triples) + "\n} .\n"
        kinds = {column.name: column.kind for column in table.columns}
        listed.append({"name": name, "template": text, "path": str(table.path), "kinds": kinds, "null": NULL})
    path.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def compare(ours: Path, theirs: Path) -> tuple[int, int, int]:
    """Return how many different triples two N-Triples files share, and how many only the one or the other has."""
    sets = [{(s.value, p.value, str(o)) for s, p, o in _triples(path)} for path in (ours, theirs)]
    return len(sets[0] & sets[1]), len(sets[0] - sets[1]), len(sets[1] - sets[0])


def write_kgx(build: Path, folder: Path) -> None:
    """Write `nodes.tsv` and `edges.tsv` of a build, by KGX's rules for ids and with the properties that it asks for."""
    import polars as pl

    def table(name: str) -> pl.DataFrame:
        return pl.read_parquet(build / "tables" / f"{name}.parquet")

    def curie(prefix: str, column: str) -> pl.Expr:
        return pl.lit(f"{prefix}:") + pl.col(column).str.replace_all(r"[^A-Za-z0-9_.~-]", "_")

    figure, gene = curie("PFOCR", "figid"), curie("NCBIGene", "ncbigene")
    paper = pl.lit("PMC:") + pl.col("pmcid").str.strip_prefix("PMC")
    kinds = (
        ("figures", figure, "InformationContentEntity", "title"),
        ("papers", paper, "Article", "title"),
        ("genes", gene, "Gene", "symbol"),
        ("families", curie("PFKG", "symbol"), "GeneFamily", "symbol"),
    )
    nodes = [
        table(name).select(id=node, category=pl.lit(f"biolink:{category}"), name=pl.col(label))
        for name, node, category, label in kinds
    ]
    means = table("candidates").select("figid", "mention", "ncbigene").unique(maintain_order=True)
    mentions = means.join(table("mentions"), on=["figid", "mention"], maintain_order="left").select(
        pl.col("word", "matched_symbol", "lexicon"),
        pl.col("occurrences").cast(pl.String),
        subject=figure,
        predicate=pl.lit("biolink:mentions"),
        object=gene,
    )
    part_of = table("figures").select(subject=figure, predicate=pl.lit("biolink:part_of"), object=paper)
    edges = pl.concat([mentions, part_of], how="diagonal").with_row_index("id")
    edges = edges.with_columns(
        id=pl.format("PFKG:{}", "id"),
        knowledge_level=pl.lit("knowledge_assertion"),
        agent_type=pl.lit("text_mining_agent"),
    )
    for frame, name in ((pl.concat(nodes), "nodes"), (edges, "edges")):
        # KGX reads lines, whatever the quotes.
        flat = frame.with_columns(pl.col(pl.String).str.replace_all(r"[\t\r\n\"]", " "))
        flat.write_csv(folder / f"{name}.tsv", separator="\t", quote_style="never")


def main(build: str, folder: str) -> None:
    """Write the input of every peer."""
    target = Path(folder)
    tables = write_tables(Path(build, "graph.nt"), target)
    write_rml(tables, target / "mapping.ttl")
    write_ottr(tables, target / "templates.json")
    write_kgx(Path(build), target)


if __name__ == "__main__":
    main(*sys.argv[1:])
