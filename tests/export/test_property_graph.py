from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

import kg
import kg.export.streams
import kg.network
from kg import vocab
from kg.errors import ExportError
from kg.export import PropertyGraph, Selection
from kg.export.counts import compare_counts
from kg.export.keys import _shorten
from kg.export.schema import EDGE_KINDS, NODE_LABELS, RELATIONSHIPS, EdgeKind, edge_schema, node_schema
from kg.model import GRADES
from kg.rdf.query import load_store, query
from tests.export.hostile import HOSTILE, hostile_build

if TYPE_CHECKING:
    from pathlib import Path

    import pyoxigraph as ox

KINDS = {kind.name: kind for kind in EDGE_KINDS}
STORES: dict[str, ox.Store] = {}


@pytest.fixture(params=["seeds", "hostile"])
def build(request: pytest.FixtureRequest, seeds_build: kg.Build) -> kg.Build:
    return seeds_build if request.param == "seeds" else hostile_build()


def nodes(graph: PropertyGraph, label: str) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=node_schema(label)), *graph.nodes(label)])


def edges(graph: PropertyGraph, kind: EdgeKind) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=edge_schema(kind.relationship)), *graph.edges(kind)])


def ask(build: kg.Build, text: str) -> list[tuple[str | None, ...]]:
    store = STORES.setdefault(str(build.path), load_store(build))
    return [tuple(row.values()) for row in query(store, text).to_rows()]


def test_every_edge_ends_at_nodes_and_nothing_comes_twice(build: kg.Build) -> None:
    graph = PropertyGraph(build)
    ids = {label.name: nodes(graph, label.name)["id"].to_list() for label in graph.labels}
    for label, found in ids.items():
        assert None not in found
        assert len(set(found)) == len(found), label
    for kind in graph.edge_kinds:
        rows = edges(graph, kind)
        assert rows.select("source", "target").n_unique() == rows.height, kind
        assert set(rows["source"]) <= set(ids[kind.source])
        assert set(rows["target"]) <= set(ids[kind.target])
        places = {node: place for place, node in enumerate(ids[kind.source])}
        order = [places[source] for source in rows["source"]]
        assert order == sorted(order), kind
    counts = {name: len(found) for name, found in ids.items()}
    counts |= {kind.name: edges(graph, kind).height for kind in graph.edge_kinds}
    assert counts == graph.counts()


def test_nodes_are_those_of_the_rdf(build: kg.Build) -> None:
    graph = PropertyGraph(build)
    for label in graph.labels:
        found = nodes(graph, label.name)["iri"].to_list()
        assert len(set(found)) == len(found)
        if label.term is not None:
            same = [row[0] for row in ask(build, f"SELECT ?node WHERE {{ ?node a {label.term} }}")]
            assert sorted(found) == sorted(map(str, same)), label.name


def test_edges_are_the_paths_of_the_rdf(build: kg.Build) -> None:
    graph = PropertyGraph(build)
    iris = {label.name: dict(nodes(graph, label.name).select("id", "iri").rows()) for label in graph.labels}
    for kind in graph.edge_kinds:
        found = {
            (iris[kind.source][source], iris[kind.target][target])
            for source, target in edges(graph, kind).select("source", "target").iter_rows()
        }
        pairs = ask(build, f"SELECT DISTINCT ?a ?b WHERE {{ ?a {kind.path} ?b }}")
        known = [set(iris[label].values()) for label in (kind.source, kind.target)]
        same = {pair for pair in pairs if pair[0] in known[0] and pair[1] in known[1]}
        # What has a name only is no node of the RDF.
        named = {pair for pair in found if pair[1].startswith((f"{vocab.BASE}/chemical/", f"{vocab.BASE}/disease/"))}
        if kind.target in ("Chemical", "Disease"):  # the RDF does not say of an object which of the two it is
            same = {pair for pair in same if pair in found}
        assert found - named == same, kind.name


def test_small_batches_hold_the_same(build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = PropertyGraph(build)
    before = {label.name: nodes(graph, label.name) for label in graph.labels}
    before |= {kind.name: edges(graph, kind) for kind in graph.edge_kinds}
    monkeypatch.setattr(kg.export.streams, "_FIGURES", 1)
    monkeypatch.setattr(kg.export.streams, "_ROWS", 3)
    assert len(list(graph.nodes("Figure"))) == before["Figure"].height
    for label in graph.labels:
        assert nodes(graph, label.name).equals(before[label.name])
        assert all(batch.height for batch in graph.nodes(label.name))
    for kind in graph.edge_kinds:
        assert edges(graph, kind).equals(before[kind.name])


def test_properties_are_those_of_the_tables(seeds_build: kg.Build) -> None:
    graph = PropertyGraph(seeds_build)
    stat3 = nodes(graph, "Gene").row(by_predicate=pl.col("symbol") == "STAT3", named=True)
    assert stat3 == {
        "id": "6774",
        "iri": "https://identifiers.org/ncbigene/6774",
        "symbol": "STAT3",
        "is_hgnc": True,
        "taxon": "9606",
        "organism": "Homo sapiens",
        "n_figures": 2,
        "n_mentions": 3,
        **dict.fromkeys(("hgnc_id", "hgnc_symbol", "full_name", "locus_group", "locus_type", "location", "ensembl")),
        **{name: [] for name in ("aliases", "previous_symbols", "uniprot", "omim", "gene_groups")},
    }
    found = edges(graph, KINDS["Figure-MENTIONS-Gene"]).filter(pl.col("target") == "6774")
    assert found["grade"].to_list() == found["score"].to_list() == [None, None]
    found = found.drop("grade", "score")
    # Each mention of the gene is a row of the file's, and the order of words is theirs.
    for figid, words, lexicons, tier, n_mentions in found.drop("target").iter_rows():
        rows = seeds_build.table("candidates").filter(figid=figid, ncbigene="6774").sort("position")
        of = {row["mention"]: row for row in seeds_build.table("mentions").filter(figid=figid).iter_rows(named=True)}
        numbers = list(dict.fromkeys(rows["mention"]))
        assert words == list(dict.fromkeys(of[number]["word"] for number in numbers))
        assert lexicons == list(dict.fromkeys(of[number]["lexicon"] for number in numbers))
        assert (tier, n_mentions) == ("strict", len(numbers))


def test_a_build_with_authorities_says_who_genes_and_families_are() -> None:
    build = hostile_build()
    genes = {gene["ncbigene"]: gene for gene in build.table("genes").iter_rows(named=True)}
    known = 0
    for node in nodes(PropertyGraph(build), "Gene").iter_rows(named=True):
        gene = genes[node["id"]]
        assert node["full_name"] == gene["name"]
        for name in node.keys() & gene.keys() - {"name"}:
            assert node[name] == (gene[name] if gene[name] is not None or node[name] != [] else [])
        known += node["hgnc_id"] is not None
    assert known == len(HOSTILE)
    said = [
        (family["symbol"], family["famplex"], family["famplex_members"] or [])
        for family in build.table("families").iter_rows(named=True)
    ]
    found = nodes(PropertyGraph(build), "GeneFamily").select("symbol", "famplex", "famplex_members")
    assert found.rows() == said
    assert "=cmd|'/c calc'!A1" in set(found["famplex"])


def test_edges_of_an_audited_build_say_how_far_they_are_believed() -> None:
    graph = PropertyGraph(hostile_build())
    ids = {
        (figid, mention): f"{figid}#mention-{mention}"
        for figid, mention in hostile_build().table("mentions").select("figid", "mention").iter_rows()
    }
    grades = {}
    of_figures: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for figid, mention, gene, score, grade, reasons in hostile_build().table("grades").iter_rows():
        grades[ids[figid, mention], gene] = (grade, score, list(reasons))
        of_figures.setdefault((figid, gene), []).append((GRADES.index(grade), score))
    found = edges(graph, KINDS["GeneMention-REFERS_TO-Gene"])
    assert {(source, target): tuple(said) for source, target, *said in found.iter_rows()} == grades
    assert len(set(found["grade"])) > 1
    of_family = edges(graph, KINDS["GeneMention-REFERS_TO-GeneFamily"])
    assert of_family["grade"].null_count() == of_family.height > 0
    drawn = edges(graph, KINDS["Figure-MENTIONS-Gene"]).select("source", "target", "grade", "score")
    best = {
        ends: (GRADES[min(place for place, _ in said)], max(score for _, score in said))
        for ends, said in of_figures.items()
    }
    assert {(source, target): tuple(said) for source, target, *said in drawn.iter_rows()} == best


def test_a_part_of_an_audited_build_has_its_grades() -> None:
    whole = edges(PropertyGraph(hostile_build()), KINDS["GeneMention-REFERS_TO-Gene"])
    part = edges(PropertyGraph(hostile_build(), Selection(tier="strict")), KINDS["GeneMention-REFERS_TO-Gene"])
    assert 0 < part.height < whole.height
    assert part["grade"].null_count() == 0
    assert part.join(whole, on=part.columns, how="semi").height == part.height


def test_terms_of_properties_are_terms_of_the_graph() -> None:
    terms = {prop.term for label in NODE_LABELS.values() for prop in label.properties}
    terms |= {prop.term for relationship in RELATIONSHIPS.values() for prop in relationship.properties}
    assert terms - {None} <= set(vocab.PROPERTIES) | set(vocab.NETWORK_PROPERTIES)
    assert {label.term for label in NODE_LABELS.values()} - {None} <= set(vocab.CLASSES)


def test_without_mentions_figures_point_to_genes_only(seeds_build: kg.Build) -> None:
    graph = PropertyGraph(seeds_build, Selection(mentions=False))
    assert "GeneMention" not in {label.name for label in graph.labels}
    names = {kind.relationship for kind in graph.edge_kinds}
    assert names == {"PART_OF", "MENTIONS", "MEMBER_OF", "IN_TAXON"}
    assert graph.counts().keys() == {label.name for label in graph.labels} | {kind.name for kind in graph.edge_kinds}


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".parquet"])
@pytest.mark.parametrize("expand", ["fractional", "none"])
def test_pairs_of_a_network_are_edges(seeds_build: kg.Build, tmp_path: Path, suffix: str, expand: str) -> None:
    frames = seeds_build.cooccurrence_frames(expand="none" if expand == "none" else "fractional")
    path = tmp_path / f"net{suffix}"
    kg.network.write_table(frames.pairs.drop("q_value"), path)  # where none says what is chance, all pairs count
    graph = PropertyGraph(seeds_build, Selection(network=path))
    kinds = [kind for kind in graph.edge_kinds if kind.relationship == "CO_OCCURS_WITH"]
    found = {}
    for kind in kinds:
        for row in edges(graph, kind).iter_rows(named=True):
            prefix = {"Gene": "", "GeneFamily": "family:"}
            ends = frozenset((prefix[kind.source] + row["source"], prefix[kind.target] + row["target"]))
            found[ends] = row["weight"], row["n_figures"], row["p_value"]
    columns = ("ncbigene_a", "ncbigene_b", "weight", "n_figures", "p_value")
    pairs = frames.pairs.select(columns).iter_rows()
    assert found == {frozenset((a, b)): (weight, n_figures, p_value) for a, b, weight, n_figures, p_value in pairs}
    counts = graph.counts()
    assert sum(counts[kind.name] for kind in kinds) == len(found) == frames.pairs.height
    assert (counts["Gene-CO_OCCURS_WITH-GeneFamily"] > 0) == (expand == "none")


def test_a_pair_of_unknown_genes_is_left_out_and_a_file_without_values_has_nulls(
    seeds_build: kg.Build, tmp_path: Path
) -> None:
    path = tmp_path / "net.tsv"
    path.write_text(
        "ncbigene_a\tncbigene_b\tweight\n6774\t3569\t2\n6774\t1\t9\nfamily:JAK\t6774\t3\n3569\t6774\t2\n",
        encoding="utf-8",
    )
    graph = PropertyGraph(seeds_build, Selection(network=path))
    (turned,) = (kind for kind in graph.edge_kinds if kind.name == "Gene-CO_OCCURS_WITH-GeneFamily")
    assert edges(graph, turned).select("source", "target", "weight").rows() == [("6774", "JAK", 3.0)]
    assert graph.counts()[turned.name] == 1
    (kind,) = (kind for kind in graph.edge_kinds if kind.name == "Gene-CO_OCCURS_WITH-Gene")
    assert edges(graph, kind).rows() == [("3569", "6774", 2.0, None, None, None, None)]  # not the other way as well
    assert graph.counts()[kind.name] == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("net.tsv", "a\tb\n1\t2\n", "no network of `kg network`: the column ncbigene_a is missing"),
        ("net.graphml", "<graphml/>", "a network to read ends in .tsv, .csv or .parquet"),
        ("net.parquet", "no", "cannot be read as a network"),
        ("net.tsv", "ncbigene_a\tncbigene_b\tweight\n1\t2\tmuch\n", "no network of `kg network`: 'much' is no weight"),
        ("net.tsv", "ncbigene_a\tncbigene_b\tweight\tq_value\n1\t2\t1\tx\n", "'x' is no q_value"),
        ("net.tsv", "ncbigene_a\tncbigene_b\tweight\nfamily/10090:JAK\t1\t1\n", "family/10090:JAK, of another species"),
    ],
)
def test_a_file_that_is_no_network_is_refused(
    seeds_build: kg.Build, tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    graph = PropertyGraph(seeds_build, Selection(network=tmp_path / name))
    with pytest.raises(ExportError, match=message):
        graph.counts()


def test_without_a_network_there_are_no_pairs_to_ask_for(seeds_build: kg.Build) -> None:
    with pytest.raises(ValueError, match="names no network"):
        list(PropertyGraph(seeds_build).edges(EDGE_KINDS[-1]))


def test_only_long_texts_are_shortened_and_differ_where_the_texts_do() -> None:
    texts = ["JAK", None, "Z" * 1_000, "Z" * 1_001, "Z" * 1_002, "é" * 501]
    keys = _shorten(pl.Series(texts)).to_list()
    assert keys[:3] == texts[:3]
    assert len(set(keys)) == len(texts)
    assert all(len(key.encode()) <= 1_000 for key in keys[2:])
    assert _shorten(pl.Series(texts[:3])).to_list() == texts[:3]


def test_counts_that_differ_are_named() -> None:
    assert compare_counts({"Figure": 2, "Gene": 1}, {"Figure": 2, "Paper": 1_000}, "x") == [
        "x: Gene: 0 where the tables have 1",
        "x: Paper: 1,000 where the tables have 0",
    ]
