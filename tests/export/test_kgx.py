"""KGX: its rows are those of loops over the property graph, KGX finds nothing wrong, and we find what it misses."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from benchmarks import peers
from kg.errors import ExportError
from kg.export import TARGETS, PropertyGraph, Selection
from kg.graph_files import check_kgx
from kg.network import write_network

from .hostile import HOSTILE, hostile_build

if TYPE_CHECKING:
    import kg

CURIE = re.compile(r"^[^ <()>:]*:[^/ :]+$")
BREAKS = re.compile("[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
PREDICATES = {
    "PART_OF": "biolink:part_of",
    "MENTIONS": "biolink:mentions",
    "MEMBER_OF": "biolink:member_of",
    "IN_TAXON": "biolink:in_taxon",
    "CO_OCCURS_WITH": "biolink:occurs_together_in_literature_with",
}
"""By relationship; of figures IN_TAXON is biolink:mentions."""


@pytest.fixture(scope="module")
def graph() -> PropertyGraph:
    return PropertyGraph(hostile_build())


def curie(label: str, key: str) -> str:
    """The id of a node, by hand."""
    if label in ("Chemical", "Disease"):
        prefix, _, local = key.partition(":")
        return f"{f'pfkg.{label.lower()}' if prefix == 'name' else prefix}:{quote(local, safe='')}"
    prefix = {"Figure": "PFOCR", "Paper": "PMC", "Gene": "NCBIGene", "GeneFamily": "pfkg.family"}.get(
        label, "NCBITaxon"
    )
    return f"{prefix}:{quote(key.removeprefix('PMC') if label == 'Paper' else key, safe='')}"


def unquoted(curie: str) -> str:
    """An id with nothing quoted: which characters are is ours to choose."""
    from urllib.parse import unquote

    return unquote(curie)


def jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def tsv(path: Path) -> list[dict[str, str]]:
    """The rows as KGX reads them: by lines and tabs, whatever the quotes."""
    head, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_nodes_are_those_of_the_graph(graph: PropertyGraph, tmp_path: Path) -> None:
    TARGETS["kgx-jsonl"].write(graph, tmp_path / "out")
    found = {unquoted(row["id"]): row for row in jsonl(tmp_path / "out" / "nodes.jsonl")}
    expected: dict[str, dict[str, Any]] = {}
    for label in graph.labels:
        if label.name != "GeneMention":
            for row in (row for batch in graph.nodes(label.name) for row in batch.to_dicts()):
                expected.setdefault(unquoted(curie(label.name, row["id"])), row)
    assert found.keys() == expected.keys()
    for key, row in found.items():
        wanted = expected[key]
        name = next(wanted[n] for n in ("title", "symbol", "name", "id") if n in wanted)
        assert row.get("name") == (name if not key.startswith("pfkg.family") else wanted["id"])
        if "caption" in wanted:
            assert row.get("description") == wanted["caption"]
            assert row.get("organisms", []) == wanted["organisms"]
        if wanted.get("taxon"):
            assert row["taxon"] == f"NCBITaxon:{wanted['taxon']}"
    assert found["MESH:D000255"]["category"] == ["biolink:ChemicalEntity", "biolink:Disease"]


def test_genes_and_families_have_their_ids_elsewhere(graph: PropertyGraph, tmp_path: Path) -> None:
    TARGETS["kgx-jsonl"].write(graph, tmp_path / "out")
    found = {unquoted(row["id"]): row for row in jsonl(tmp_path / "out" / "nodes.jsonl")}
    gene = found["NCBIGene:9"]
    assert gene["xref"] == ["HGNC:9", "ENSEMBL:ENSG00000000009", "UniProtKB:P00009", "UniProtKB:Q00009", "OMIM:100009"]
    assert gene["synonym"] == ["=cmd", "'/c calc'!A1", "=also 9"]  # the table has `|` between symbols
    assert (gene["full_name"], gene["name"], gene["previous_symbols"]) == (HOSTILE[8], "GENE9", gene["synonym"])
    assert "xref" not in found["NCBIGene:6774"]
    assert found[f"pfkg.family:{HOSTILE[8]}"]["xref"] == ["fplx:%3Dcmd%7C%27%2Fc%20calc%27%21A1"]
    assert all(CURIE.match(xref) for row in found.values() for xref in row.get("xref", []))


@pytest.mark.parametrize("form", ["jsonl", "tsv"])
def test_the_edges_are_those_of_the_graph(graph: PropertyGraph, tmp_path: Path, form: str) -> None:
    TARGETS["kgx" if form == "tsv" else "kgx-jsonl"].write(graph, tmp_path / "out")
    rows = (tsv if form == "tsv" else jsonl)(tmp_path / "out" / f"edges.{form}")
    paper = {
        row["source"]: row["target"]
        for kind in graph.edge_kinds
        if kind.name == "Figure-PART_OF-Paper"
        for batch in graph.edges(kind)
        for row in batch.to_dicts()
    }
    expected = Counter[tuple[Any, ...]]()
    for kind in graph.edge_kinds:
        if "GeneMention" in (kind.source, kind.target):
            continue
        predicate = "biolink:mentions" if kind.name == "Figure-IN_TAXON-Organism" else PREDICATES[kind.relationship]
        for row in (row for batch in graph.edges(kind) for row in batch.to_dicts()):
            words = [row.get("words") or []][0]
            if form == "tsv":
                words = "|".join(BREAKS.sub(" ", word.replace("|", "¦")) for word in words)
            of = paper.get(row["source"]) if kind.source == "Figure" else None
            expected[
                unquoted(curie(kind.source, row["source"])),
                predicate,
                unquoted(curie(kind.target, row["target"])),
                str(words),
                row.get("tier") or "",
                "" if of is None else f"PMC:{of.removeprefix('PMC')}",
            ] += 1
    found = Counter(
        (
            unquoted(row["subject"]),
            row["predicate"],
            unquoted(row["object"]),
            str(row.get("words", [])),
            row.get("tier", ""),
            "".join(row.get("publications", "")),
        )
        for row in rows
    )
    assert found == expected
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert all(CURIE.match(row[name]) for name in ("id", "subject", "object"))
        assert row["knowledge_level"]
        assert row["primary_knowledge_source"] == "infores:pfocr"
        if row["predicate"] == "biolink:mentions" and not row["object"].startswith("NCBITaxon"):
            assert row["agent_type"] == "image_processing_agent"


def test_a_text_in_tsv_changes_in_the_one_way_that_is_written_down(graph: PropertyGraph, tmp_path: Path) -> None:
    TARGETS["kgx"].write(graph, tmp_path / "out")
    found = {unquoted(row["id"]): row["description"] for row in tsv(tmp_path / "out" / "nodes.tsv")}
    for row in (row for batch in graph.nodes("Figure") for row in batch.to_dicts()):
        caption = BREAKS.sub(" ", (row["caption"] or "").replace("|", "¦"))
        assert found[unquoted(curie("Figure", row["id"]))] == caption


def test_pairs_of_a_network_are_edges(seeds_build: kg.Build, tmp_path: Path) -> None:
    network = tmp_path / "network.tsv"
    write_network(seeds_build.cooccurrence_frames(tier="synonyms", min_count=2), network)
    lines = network.read_text(encoding="utf-8")
    lines = lines.replace("\t1.0\t2018", "\t0.01\t2018")
    network.write_text(lines, encoding="utf-8")
    graph = PropertyGraph(seeds_build, Selection(network=network))
    TARGETS["kgx"].write(graph, tmp_path / "out")
    row, *others = [row for row in tsv(tmp_path / "out" / "edges.tsv") if "CO_OCCURS" in row["id"]]
    assert not others
    assert (row["subject"], row["object"], row["has_count"]) == ("NCBIGene:3569", "NCBIGene:6774", "2")
    assert (row["adjusted_p_value"], row["weight"], row["agent_type"]) == ("0.01", "2.0", "data_analysis_pipeline")
    assert row["category"] == "biolink:GeneToGeneAssociation"
    assert dict(TARGETS["kgx"].read_counts(tmp_path / "out"))["Gene-CO_OCCURS_WITH-Gene"] == 1


NODES = "id\tcategory\nA:1\tbiolink:Gene\nA:2\tbiolink:Gene\n"
HEAD = "id\tsubject\tpredicate\tobject\tknowledge_level\tagent_type\tprimary_knowledge_source\n"
EDGE = "E:1\tA:1\tbiolink:related_to\tA:2\tnot_provided\tnot_provided\tinfores:x\n"


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        (NODES + "A:1\tbiolink:Gene\n", EDGE, "1 nodes have an id that stands there already"),
        (NODES + "\tbiolink:Gene\n", EDGE, "1 nodes have no id"),
        (NODES + "A:3\t\n", EDGE, "1 nodes have no category, first that of id 'A:3'"),
        (NODES + "plain\tbiolink:Gene\n", EDGE, "1 nodes have an id that is no CURIE"),
        (NODES, EDGE + EDGE, "1 edges have an id that stands there already"),
        (NODES, EDGE.replace("E:1", ""), "1 edges have no id"),
        (NODES, EDGE.replace("A:2", "A:9"), "1 edges have a object that is no node, first that of id 'E:1'"),
        (NODES, EDGE.replace("A:1", "A:9"), "1 edges have a subject that is no node"),
        (NODES, EDGE.replace("\tnot_provided\tnot", "\t\tnot"), "1 edges have no knowledge_level"),
        (NODES, EDGE.replace("infores:x", ""), "1 edges have no primary_knowledge_source"),
    ],
)
def test_what_kgx_does_not_notice_is_noticed(tmp_path: Path, nodes: str, edges: str, said: str) -> None:
    (tmp_path / "nodes.tsv").write_text(NODES, encoding="utf-8")
    (tmp_path / "edges.tsv").write_text(HEAD + EDGE, encoding="utf-8")
    assert check_kgx(tmp_path) == ({"biolink:Gene": 2}, {"biolink:related_to": 1})
    (tmp_path / "nodes.tsv").write_text(nodes, encoding="utf-8")
    (tmp_path / "edges.tsv").write_text(HEAD + edges, encoding="utf-8")
    with pytest.raises(ExportError, match=said):
        check_kgx(tmp_path)


def test_what_is_no_kgx_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be read as KGX"):
        check_kgx(tmp_path)


def test_csv_module_and_we_split_alike(graph: PropertyGraph, tmp_path: Path) -> None:
    TARGETS["kgx"].write(graph, tmp_path / "out")
    csv.field_size_limit(10**7)
    with (tmp_path / "out" / "nodes.tsv").open(encoding="utf-8", newline="\n") as stream:
        read = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert read == tsv(tmp_path / "out" / "nodes.tsv")


def kgx(*arguments: object) -> str:
    """What KGX says, in an environment of its own and without a network."""
    peers.install(names=["KGX"])
    command = [
        str(peers.interpreter(peers.FOLDER, "KGX")),
        str(Path(peers.__file__).with_name("run_kgx.py")),
        *map(str, arguments),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.integration
@pytest.mark.parametrize("form", ["tsv", "jsonl"])
def test_kgx_finds_nothing_wrong_and_every_row(graph: PropertyGraph, tmp_path: Path, form: str) -> None:
    target = TARGETS["kgx" if form == "tsv" else "kgx-jsonl"]
    counts = target.write(graph, tmp_path / "out")
    files = [tmp_path / "out" / f"{name}.{form}" for name in ("nodes", "edges")]
    said = kgx("validate", "-i", form, *files)
    assert "ERROR" not in said, said
    # Without --stream KGX keeps one edge of those with the same ends and predicate.
    kgx("transform", "--stream", "-i", form, "-f", "jsonl", "-o", tmp_path / "back", *files)
    nodes, edges = (jsonl(tmp_path / f"back_{name}.jsonl") for name in ("nodes", "edges"))
    found = Counter(row["id"].partition(":")[2].partition("~")[0] for row in edges)
    assert {name: found[name] for name in counts if "-" in name} == {n: v for n, v in counts.items() if "-" in n}
    assert len(nodes) == sum(n for name, n in counts.items() if "-" not in name) - 1  # one is a chemical and a disease


@pytest.mark.integration
def test_kgx_finds_nothing_wrong_with_a_network(seeds_build: kg.Build, tmp_path: Path) -> None:
    frames = seeds_build.cooccurrence_frames(expand="none")
    frames.attributes["fdr"] = 1.0  # type: ignore[index]
    write_network(frames, tmp_path / "out.kgx", folder=seeds_build)
    files = [tmp_path / "out.kgx" / f"{name}.tsv" for name in ("nodes", "edges")]
    said = kgx("validate", "-i", "tsv", *files)
    assert "ERROR" not in said, said
    kgx("transform", "-i", "tsv", "-f", "jsonl", "-o", tmp_path / "back", *files)
    assert len(jsonl(tmp_path / "back_edges.jsonl")) == frames.pairs.height
