"""Every option of every command, and of the network in Python, makes a difference that is written down here."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import zstandard
from typer.testing import CliRunner

import kg
import kg.cli.centrality
import kg.cli.export
import kg.network
from kg.cli import MODULES, app
from kg.errors import ParseError, QueryError
from kg.export import TARGETS
from tests.documents import document, genes_table, row

runner = CliRunner()
HALF = 0.707106781187  # the share 1/√2 of a gene of two, to 12 decimals

# STAT3 and SOCS3 stand in both figures of the paper of 2019; a human and a mouse pair in that of 2021.
STAT3 = row()
SOCS3 = row("SOCS3", "SOCS3", hgnc_symbol="SOCS3", entrez="9021")
IL6 = row("BSF2", "BSF2", source="hgnc_alias_symbol", hgnc_symbol="IL6", entrez="3569")
JAK = [
    row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol=symbol, entrez=entrez)
    for symbol, entrez in (("JAK1", "3716"), ("JAK2", "3717"))
]
TABLE = genes_table(
    "9606\tHomo sapiens\tHuman\tSTAT3\tSTAT3\tSTAT3\t6774\tncbigene_symbol\t1\t1\t1",
    "9606\tHomo sapiens\tHuman\tTP53\tTP53\tTP53\t7157\tncbigene_symbol\t1\t1\t1",
    "10090\tMus musculus\tMouse\tStat3\tStat3\tStat3\t20848\tncbigene_symbol\t1\t1\t1",
    "10090\tMus musculus\tMouse\tSocs3\tSocs3\tSocs3\t12702\tncbigene_symbol\t1\t1\t1",
)

Edges = dict[tuple[str, str], float]
STRICT: Edges = {("SOCS3", "STAT3"): 2, ("STAT3", "TP53"): 1, ("Socs3", "Stat3"): 1}
SYNONYMS: Edges = STRICT | {("IL6", "STAT3"): 1, ("IL6", "SOCS3"): 1}
FAMILY: Edges = {(other, jak): HALF for other in ("STAT3", "SOCS3", "IL6") for jak in ("JAK1", "JAK2")}
ALL: Edges = SYNONYMS | FAMILY
WHOLE: Edges = ALL | dict.fromkeys(FAMILY, 1)
YEAR_2021: Edges = {("STAT3", "TP53"): 1, ("Socs3", "Stat3"): 1}

# STAT3 stands in all three figures with human genes, so that it is with none of them more often than by chance.
WITH_SOCS3 = [("SOCS3", "IL6"), ("SOCS3", "JAK1"), ("SOCS3", "JAK2")]
NPMI = math.log(3 / 2) / math.log(3)

NETWORKS: list[tuple[dict[str, Any], Edges]] = [
    ({}, ALL),
    ({"tier": "strict"}, STRICT),
    ({"tier": "synonyms"}, SYNONYMS),
    ({"level": "paper"}, ALL | {("SOCS3", "STAT3"): 1}),
    ({"expand": "none"}, SYNONYMS | {(other, "JAK"): 1 for other in ("STAT3", "SOCS3", "IL6")}),
    ({"expand": "full"}, WHOLE | {("JAK1", "JAK2"): 1}),
    ({"expand": "full", "weight": "fractional"}, ALL | {("JAK1", "JAK2"): 0.5}),
    ({"weight": "count"}, WHOLE),
    ({"organism": "10090"}, {("Socs3", "Stat3"): 1}),
    ({"since": 2020}, YEAR_2021),
    ({"until": 2020}, {pair: weight for pair, weight in ALL.items() if pair not in YEAR_2021}),
    ({"min_count": 2}, {("SOCS3", "STAT3"): 2}),
    ({"weight": "papers"}, WHOLE | {("SOCS3", "STAT3"): 1}),
    ({"weight": "newman"}, dict.fromkeys(WHOLE, 0.25) | YEAR_2021 | {("SOCS3", "STAT3"): 1.25}),
    ({"weight": "npmi"}, dict.fromkeys(WITH_SOCS3, NPMI) | {("IL6", "JAK1"): 1, ("IL6", "JAK2"): 1}),
    ({"tier": "strict", "collapse_reused": True}, STRICT | {("SOCS3", "STAT3"): 1}),
]
networks = pytest.mark.parametrize(("options", "edges"), NETWORKS, ids=[str(options) for options, _ in NETWORKS])


def write_corpus(folder: Path) -> Path:
    """Two papers: one of 2019 with two figures of generation 1, one of 2021 with a figure of two species."""
    (folder / "_figures").mkdir(parents=True)
    (folder / "_data").mkdir()
    figures = {
        "PMC1__f1": document(figid="PMC1__f1", year="2019", genes=[STAT3, SOCS3, IL6, *JAK]),
        "PMC1__f2": document(figid="PMC1__f2", year="2019", genes=[STAT3, SOCS3], figtitle=None),
        "PMC2__f3": document(figid="PMC2__f3", pmcid="PMC2", year="2021", genes=None),
    }
    for figid, data in figures.items():
        (folder / "_figures" / f"{figid}.md").write_bytes(data)
    (folder / "_data" / "PMC2__f3-genes.tsv").write_bytes(TABLE)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("options") / "in")


@pytest.fixture(scope="module")
def made(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    return kg.build(corpus, output=tmp_path_factory.mktemp("options") / "build", formats="turtle")


def run(*arguments: object, status: int = 0, stdin: str | None = None) -> str:
    """Standard output of ``kg`` with these arguments."""
    result = runner.invoke(app, [str(argument) for argument in arguments], input=stdin)
    assert result.exit_code == status, result.output
    return result.stdout


def flags(options: dict[str, Any]) -> list[str]:
    """The options as the command line has them."""
    named = [(f"--{name.replace('_', '-')}", value) for name, value in options.items()]
    return [text for name, value in named for text in ((name,) if value is True else (name, str(value)))]


def rows(tsv: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tsv), delimiter="\t"))


def undirected(edges: Edges) -> dict[frozenset[str], float]:
    return {frozenset(pair): weight for pair, weight in edges.items()}


@networks
def test_the_options_of_the_network_in_python(made: kg.Build, options: dict[str, Any], edges: Edges) -> None:
    graph = made.cooccurrence(**options)
    symbol = {node: values["symbol"] for node, values in graph.nodes(data=True)}
    found = {frozenset((symbol[a], symbol[b])): values["weight"] for a, b, values in graph.edges(data=True)}
    assert found == pytest.approx(undirected(edges), abs=1e-12)


@networks
def test_the_options_of_kg_network(made: kg.Build, options: dict[str, Any], edges: Edges) -> None:
    found = rows(run("network", made.path, *flags(options)))
    weights = {frozenset((line["symbol_a"], line["symbol_b"])): float(line["weight"]) for line in found}
    assert weights == pytest.approx(undirected(edges), abs=1e-12)


@networks
def test_the_options_of_kg_centrality(made: kg.Build, options: dict[str, Any], edges: Edges) -> None:
    strengths: dict[str, float] = {}
    for pair, weight in edges.items():
        for symbol in pair:
            strengths[symbol] = strengths.get(symbol, 0) + weight
    found = {line["symbol"]: float(line["strength"]) for line in rows(run("centrality", made.path, *flags(options)))}
    assert found == pytest.approx(strengths, abs=1e-9)
    table = made.centrality(**options)
    assert dict(table.select("symbol", "strength").rows()) == pytest.approx(strengths, abs=1e-9)


@pytest.fixture(scope="module")
def often(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """Nine figures: STAT3 and SOCS3 always together in three of them, IL6 alone in the others; and TP53 in all."""
    folder = tmp_path_factory.mktemp("often")
    tp53 = row("TP53", "TP53", hgnc_symbol="TP53", entrez="7157")
    for number in range(9):
        genes = [tp53, *([STAT3, SOCS3] if number < 3 else [IL6])]
        text = document(figid=f"PMC{number}__f", pmcid=f"PMC{number}", genes=genes)
        (folder / f"PMC{number}__f.md").write_bytes(text)
    return kg.build(folder, output=tmp_path_factory.mktemp("often") / "build", formats=())


def test_a_false_discovery_rate_leaves_out_what_may_be_chance(often: kg.Build) -> None:
    found = rows(run("network", often.path, "--fdr", "0.1"))
    assert [(line["symbol_a"], line["symbol_b"]) for line in found] == [("STAT3", "SOCS3")]
    # One of 84 ways to have the figures of the one be those of the other, in 6 pairs of genes.
    assert (float(found[0]["p_value"]), float(found[0]["q_value"])) == pytest.approx((1 / 84, 6 / 84))
    assert len(rows(run("network", often.path))) == 4
    assert [line["symbol"] for line in rows(run("centrality", often.path, "--fdr", "0.1"))] == ["SOCS3", "STAT3"]
    run("network", often.path, "--fdr", "0.01", status=1)


def test_the_null_model_says_what_is_expected(often: kg.Build) -> None:
    found = {}
    for null in ("hypergeometric", "configuration"):
        table = rows(run("network", often.path, "--null", null))
        found[null] = {(line["symbol_a"], line["symbol_b"]): float(line["expected"]) for line in table}
        pairs = often.cooccurrence_frames(null=null).pairs
        assert pairs.get_column("expected").to_list() == list(map(float, (line["expected"] for line in table)))
    assert found["hypergeometric"]["STAT3", "SOCS3"] == pytest.approx(1)
    # The three figures of both hold two of the genes that are not in all, where the others hold one.
    assert found["configuration"]["STAT3", "SOCS3"] > 1.2
    assert run("network", often.path) == run("network", often.path, "--null", "hypergeometric")


def test_each_option_of_the_network_gives_another_network() -> None:
    assert len({tuple(sorted(undirected(edges).items(), key=str)) for _, edges in NETWORKS}) == len(NETWORKS)


def column(table: str, name: str) -> list[str]:
    return [line[name] for line in sorted(rows(table), key=lambda line: line["ncbigene"])]


def test_measures_are_the_columns_of_centrality(made: kg.Build) -> None:
    table = run("centrality", made.path, "--measure", "core_number", "--measure", "degree")
    assert table.splitlines()[0].split("\t") == ["symbol", "ncbigene", "degree", "core_number"]
    assert made.centrality(measures=["degree"]).columns == ["symbol", "ncbigene", "degree"]


def test_distance_is_by_pairs_or_by_their_weights(made: kg.Build) -> None:
    near = {
        distance: column(run("centrality", made.path, "--distance", distance), "closeness")
        for distance in ("hops", "inverse")
    }
    assert near["hops"] == column(run("centrality", made.path), "closeness")
    assert near["hops"] != near["inverse"]
    assert made.centrality(distance="inverse").sort("ncbigene")["closeness"].to_list() == list(
        map(float, near["inverse"])
    )


def test_betweenness_is_sampled_by_seed(made: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("kg.network.graph.centrality"), "_SAMPLES", 2)
    exact = run("centrality", made.path)
    assert run("centrality", made.path, "--betweenness", "exact") == exact
    sampled = {run("centrality", made.path, "--betweenness", "sampled", "--seed", seed) for seed in range(4)}
    assert len(sampled) > 1
    assert exact not in sampled
    assert run("centrality", made.path, "--betweenness", "sampled") in sampled
    table = made.centrality(betweenness="sampled", seed=3).select("ncbigene", "betweenness").sort("ncbigene")
    other = run("centrality", made.path, "--betweenness", "sampled", "--seed", "3")
    assert table["betweenness"].to_list() == list(map(float, column(other, "betweenness")))


def test_the_options_of_communities(made: kg.Build, tmp_path: Path) -> None:
    target = tmp_path / "found.json"
    answers = []
    for options, n_runs in (
        ({}, 5),
        ({"algorithm": "leiden"}, 5),
        ({"resolution": 9.0}, 5),
        ({"seed": 3}, 5),
        ({"tier": "strict"}, 1),
    ):
        run("communities", made.path, "-o", target, *flags(options), "--runs", n_runs)
        answers.append(json.loads(target.read_text(encoding="utf-8")))
        assert answers[-1] == json.loads(made.communities(n_runs=n_runs, **options).to_json())
    whole, leiden, fine, other, strict = answers
    assert (whole["algorithm"], whole["resolution"], whole["seed"], whole["n_runs"]) == ("louvain", 1.0, 0, 5)
    assert (leiden["algorithm"], fine["resolution"], other["seed"], strict["n_runs"]) == ("leiden", 9.0, 3, 1)
    assert len(fine["communities"]) > len(whole["communities"])
    assert (whole["stability"], strict["stability"]) == (1.0, None)
    result = runner.invoke(app, ["communities", str(made.path)])
    assert result.stderr.startswith("8 genes in 2 communities; modularity ")
    assert {line["community"] for line in rows(result.stdout)} == {"1", "2"}


@pytest.mark.parametrize("option", ["Distance", "Betweenness", "Algorithm"])
def test_choices_of_the_commands_are_those_of_the_library(option: str) -> None:
    literal, *_ = get_args(getattr(kg.cli.centrality, option))
    assert get_args(literal) == get_args(getattr(kg.network, option))


def test_formats_to_choose_are_those_of_the_library() -> None:
    assert tuple(kg.cli.export.Format) == tuple(TARGETS)


def test_measures_to_choose_are_those_of_the_library() -> None:
    assert tuple(kg.cli.centrality.Measure) == kg.network.MEASURES


@pytest.mark.parametrize("command", ["network", "centrality", "communities"])
def test_output_is_the_file_to_write(made: kg.Build, tmp_path: Path, command: str) -> None:
    target = tmp_path / "found.tsv"
    assert run(command, made.path, "-o", target) == ""
    assert target.read_text(encoding="utf-8") == run(command, made.path)


BUILDS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--format", "n-quads"], {"formats": ["n-quads"]}),
    (["--format", "json-ld", "--format", "n-triples"], {"formats": ["json-ld", "n-triples"]}),
    (["--compress", "gzip"], {"compress": "gzip"}),
    (["--compress", "zstd"], {"compress": "zstd"}),
    (["--workers", "2"], {"workers": 2}),
    (["--on-error", "raise"], {"on_error": "raise"}),
    (["--limit", "2"], {"limit": 2}),
    (["--dask", "tcp://127.0.0.1:8786"], {"dask": "tcp://127.0.0.1:8786"}),
    (["--update"], {"update": True}),
    (["--partitions", "3"], {"partitions": 3}),
    (["--store"], {"store": True}),
]


@pytest.mark.parametrize(("arguments", "changed"), BUILDS, ids=[" ".join(a) or "none" for a, _ in BUILDS])
def test_build_hands_its_options_on(
    corpus: Path, made: kg.Build, monkeypatch: pytest.MonkeyPatch, arguments: list[str], changed: dict[str, Any]
) -> None:
    calls = []

    def record(*inputs: str, **options: Any) -> kg.Build:
        calls.append((inputs, options))
        return made

    monkeypatch.setattr("kg.api.build", record)
    run("build", corpus, "-o", "target", *arguments)
    ((inputs, options),) = calls
    assert inputs == (str(corpus),)
    options["formats"], options["output"] = list(options["formats"]), str(options["output"])
    assert (
        options
        == {
            "output": "target",
            "formats": ["turtle", "json-ld"],
            "compress": None,
            "workers": None,
            "dask": None,
            "on_error": "skip",
            "limit": None,
            "update": False,
            "partitions": None,
            "store": False,
            "hgnc": None,
            "famplex": None,
            "current_symbols": False,
            "audit": False,
            "curation": (),
            "progress": None,
        }
        | changed
    )


def graph_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("graph*")}


def test_build_writes_what_its_options_say(corpus: Path, made: kg.Build, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("build", corpus, "-o", out, "--format", "n-quads", "--format", "turtle")
    assert sorted(graph_files(out)) == ["graph.nq", "graph.ttl"]
    turtle = graph_files(out)["graph.ttl"]
    assert turtle == graph_files(made.path)["graph.ttl"]
    run("build", corpus, "-o", out, "--format", "turtle", "--compress", "gzip")
    assert gzip.decompress(graph_files(out)["graph.ttl.gz"]) == turtle
    run("build", corpus, "-o", out, "--format", "turtle", "--compress", "zstd")
    with zstandard.ZstdDecompressor().stream_reader(graph_files(out)["graph.ttl.zst"], read_across_frames=True) as file:
        assert file.read() == turtle
    run("build", corpus, "-o", out, "--limit", "2")
    assert kg.read_build(out).table("figures")["figid"].to_list() == ["PMC1__f1", "PMC1__f2"]
    run("build", corpus, "-o", out, "--format", "n-triples", "--partitions", "2")
    assert sorted(path.name for path in out.glob("graph*")) == ["graph-00001.nt", "graph-00002.nt", "graph-shared.nt"]
    run("build", corpus, "-o", out, "--limit", "2", "--format", "n-triples", "--partitions", "2")
    talk = runner.invoke(app, ["build", str(corpus), "-o", str(out), "--format", "n-triples", "--update"]).stderr
    assert "3 figures (2 of them unchanged)" in talk
    run("build", corpus, "-o", out, "--format", "turtle", "--dask", "local")
    assert graph_files(out) == {"graph.ttl": turtle}


def test_build_names_genes_and_families_by_their_authorities(corpus: Path, tmp_path: Path) -> None:
    tables = Path(__file__).parent / "authority"
    run(
        "build",
        corpus,
        "-o",
        tmp_path / "out",
        "-q",
        "--hgnc",
        tables / "hgnc.txt",
        "--famplex",
        tables / "famplex.csv",
    )
    build = kg.read_build(tmp_path / "out")
    names = dict(build.table("genes").select("symbol", "name").iter_rows())
    assert names["STAT3"] == "signal transducer and activator of transcription 3"
    assert build.table("families").select("famplex").to_series().to_list() == ["JAK"]
    run("build", corpus, "-o", tmp_path / "now", "-q", "--hgnc", tables / "hgnc.txt", "--current-symbols")
    run("build", corpus, "-o", tmp_path / "no", "--current-symbols", status=2)


def test_build_stops_at_a_bad_row_only_if_told(tmp_path: Path) -> None:
    source = tmp_path / "PMC1__f1.md"
    source.write_bytes(document(genes=[STAT3, row(entrez="x")]))
    run("build", source, "-o", tmp_path / "out")
    assert kg.read_build(tmp_path / "out").counts["candidates"] == 1
    result = runner.invoke(app, ["build", str(source), "-o", str(tmp_path / "other"), "--on-error", "raise"])
    assert isinstance(result.exception, ParseError)
    assert not (tmp_path / "other").exists()


def test_quiet_says_nothing(corpus: Path, tmp_path: Path) -> None:
    talk = [runner.invoke(app, ["build", str(corpus), "-o", str(tmp_path / "out"), *more]) for more in ([], ["-q"])]
    assert "3 figures" in talk[0].stderr
    assert talk[1].stderr == ""


def test_check_says_what_is_recommended_only_if_asked(made: kg.Build) -> None:
    shapes = []
    for more in ([], ["--recommended"]):
        report = json.loads(run("check", made.path, "--json", *more))
        assert report["conforms"] is True
        shapes.append([violation["message"] for violation in report["violations"]])
    assert shapes[0] == []
    assert "The figure has no title: add figtitle." in shapes[1]


def test_check_hands_its_workers_on_and_prints_text_or_json(made: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from kg.check import check

    calls = []

    def record(folder: kg.Build, *, workers: int | None, **options: Any) -> Any:
        calls.append((workers, options["recommended"]))
        return check(folder, workers=1, **options)

    monkeypatch.setattr("kg.check.check", record)
    text = run("check", made.path)
    assert json.loads(run("check", made.path, "--workers", "3", "--json"))["n_figures"] == 3
    assert not text.startswith("{")
    assert calls == [(None, False), (3, False)]


SYMBOLS = "SELECT ?s WHERE { ?g a schema:Gene ; rdfs:label ?s } ORDER BY ?s"


def test_limit_of_a_query(made: kg.Build) -> None:
    found = [line["s"] for line in rows(run("query", made.path, SYMBOLS, "--format", "tsv").replace("?s", "s", 1))]
    assert len(found) == 8
    limited = run("query", made.path, SYMBOLS, "--format", "csv", "--limit", "2")
    assert limited.splitlines() == ["s", "IL6", "JAK1"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("csv", "s\r\nIL6\r\n"),
        ("tsv", '?s\n"IL6"\n'),
        ("json", '{"head":{"vars":["s"]}'),
        ("xml", "<?xml"),
    ],
)
def test_formats_of_a_query(made: kg.Build, name: str, start: str) -> None:
    result = runner.invoke(app, ["query", str(made.path), SYMBOLS, "--format", name])
    assert result.stdout_bytes.decode().startswith(start)
    assert run("query", made.path, SYMBOLS) == run("query", made.path, SYMBOLS, "--format", "table")
    assert not run("query", made.path, SYMBOLS).startswith(start)


def test_formats_of_a_graph(made: kg.Build) -> None:
    asked = "CONSTRUCT { ?g rdfs:label ?s } WHERE { ?g rdfs:label ?s FILTER(?s = 'IL6') }"
    line = '<https://identifiers.org/ncbigene/3569> <http://www.w3.org/2000/01/rdf-schema#label> "IL6" .'
    assert run("query", made.path, asked, "--format", "n-triples").strip() == line
    turtle = run("query", made.path, asked, "--format", "turtle")
    assert "rdfs:label" in turtle
    assert '"IL6"' in turtle


def test_a_query_comes_from_a_file_or_from_standard_input(made: kg.Build, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(SYMBOLS, encoding="utf-8")
    expected = run("query", made.path, SYMBOLS)
    assert run("query", made.path, "-f", tmp_path / "q.rq") == expected
    assert run("query", made.path, "-", stdin=SYMBOLS) == expected


@pytest.mark.parametrize("arguments", [["stats"], ["show", "PMC1__f1"], ["show", "STAT3"], ["show", "PMC2"]])
def test_json_of_stats_and_show(made: kg.Build, arguments: list[str]) -> None:
    command, *names = arguments
    text = run(command, made.path, *names)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert isinstance(json.loads(run(command, made.path, *names, "--json")), dict)


def test_regenerate_makes_embedded_blocks_again(tmp_path: Path) -> None:
    source = tmp_path / "PMC1__f1.md"
    source.write_bytes(document(schema_jsonld={"name": "embedded"}))
    run("build", source, "-o", tmp_path / "out", "-q")
    names = []
    for more in ([], ["--regenerate"]):
        run("export", tmp_path / "out", "jsonld-blocks", "-o", tmp_path / "blocks.jsonl", *more)
        names.append(json.loads((tmp_path / "blocks.jsonl").read_text(encoding="utf-8"))["name"])
    assert names == ["embedded", "CreativeWork"]


EXPLAINED: list[tuple[dict[str, Any], tuple[str, str], int, str]] = [
    ({}, ("STAT3", "SOCS3"), 2, ""),
    ({}, ("JAK1", "JAK2"), 0, "one and the same token"),
    ({"expand": "full"}, ("JAK1", "JAK2"), 1, ""),
    ({"expand": "none"}, ("JAK", "STAT3"), 1, ""),
    ({"level": "paper"}, ("STAT3", "SOCS3"), 1, ""),
    ({"tier": "strict"}, ("STAT3", "IL6"), 0, "a lexicon beyond the tier"),
    ({"organism": "10090"}, ("stat3", "socs3"), 1, ""),
    ({"since": 2020}, ("STAT3", "SOCS3"), 0, "other years"),
    ({"until": 2020}, ("STAT3", "TP53"), 0, "other years"),
    ({"tier": "strict", "collapse_reused": True}, ("STAT3", "SOCS3"), 1, "those of another figure"),
]


@pytest.mark.parametrize(("options", "pair", "count", "reason"), EXPLAINED, ids=[str(case[:2]) for case in EXPLAINED])
def test_the_options_of_explain(
    made: kg.Build, options: dict[str, Any], pair: tuple[str, str], count: int, reason: str
) -> None:
    command = ["explain", made.path, *pair, *flags(options)]
    found = json.loads(run(*command, "--json", status=0 if count else 1))
    assert found["count"] == count
    assert [reason in each["reason"] for each in found["uncounted"]] == [True] * bool(reason)
    assert found == json.loads(made.explain(*pair, **options).to_json())


def test_explain_prints_a_table_json_or_markdown(made: kg.Build) -> None:
    text, markdown = (run("explain", made.path, "STAT3", "SOCS3", *more) for more in ((), ("--markdown",)))
    assert "  year  STAT3 as" in text
    assert "| year | figure | STAT3 as | SOCS3 as | image | paper |" in markdown
    run("explain", made.path, "STAT3", "SOCS3", "--json", "--markdown", status=2)
    former = ("explain", made.path, "STAT3", "IFNB2")
    assert run(*former, "--hgnc", Path(__file__).parent / "authority" / "hgnc.txt").startswith(
        "STAT3 (6774) and IL6 (3569)"
    )
    run(*former, status=1)


def test_the_options_of_trends(made: kg.Build, tmp_path: Path) -> None:
    def of(*more: object) -> list[dict[str, str]]:
        return rows(run("trends", made.path, "--min-count", 1, *more))

    everything = of()
    assert {line["first_year"] for line in everything} == {"2019", "2021"}
    assert {line["count"] for line in everything} == {"1"}
    assert {line["count"] for line in of("--level", "figure")} == {"1", "2"}
    assert {line["count"] for line in of("--level", "figure", "--tier", "strict", "--collapse-reused")} == {"1"}
    assert len(of("--tier", "strict")) == len(STRICT)
    assert len(of("--tier", "synonyms")) == len(SYNONYMS)
    assert len(of("--expand", "full")) == len(everything) + 1
    assert {line["symbol_b"] for line in of("--expand", "none")} >= {"JAK"}
    assert len(of("--organism", "9606")) == len(everything) - 1
    assert of("--split", 2020) == everything == of("--split", 2021)
    later = {line["symbol_b"]: line["later"] for line in of("--split", 2021, "--tier", "strict", "--organism", "9606")}
    assert later == {"TP53": "1", "SOCS3": "0"}
    for more in (["--split", 2019], ["--since", 2020], ["--until", 2020]):
        result = runner.invoke(app, ["trends", str(made.path), *map(str, more)])
        assert isinstance(result.exception, QueryError)
    run("trends", made.path, status=1)  # of three papers there is no pair
    run("trends", made.path, "--min-count", 1, "-o", tmp_path / "found.tsv")
    assert (tmp_path / "found.tsv").read_text(encoding="utf-8") == run("trends", made.path, "--min-count", 1)
    table = made.trends(min_count=1, tier="strict", level="figure", split=2020)
    assert table["count"].to_list() == [int(line["count"]) for line in of("--tier", "strict", "--level", "figure")]


def test_years_stand_alone_if_asked(made: kg.Build) -> None:
    found = rows(run("trends", made.path, "--by-year", "--min-count", 1, "--tier", "strict", "--level", "figure"))
    counts = {(line["symbol_a"], line["symbol_b"], line["year"]): line["count"] for line in found}
    human = {("STAT3", "TP53", "2021"): "1", ("STAT3", "SOCS3", "2019"): "2"}
    assert counts == human | {("Socs3", "Stat3", "2021"): "1"}
    since = rows(run("trends", made.path, "--by-year", "--min-count", 1, "--tier", "strict", "--since", 2020))
    assert {line["year"] for line in since} == {"2021"}
    until = rows(run("trends", made.path, "--by-year", "--min-count", 1, "--tier", "strict", "--until", 2020))
    assert {line["year"] for line in until} == {"2019"}
    run("trends", made.path, "--by-year", "--split", 2020, status=2)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "genes.txt"
    path.write_text("# a list\nSTAT3, SOCS3;TP53\tNOT1\n\n", encoding="utf-8")
    return path


def test_the_options_of_enrich(made: kg.Build, listed: Path, tmp_path: Path) -> None:
    def of(*more: object, status: int = 0) -> dict[str, Any]:
        found = json.loads(run("enrich", made.path, listed, "--json", "--min-size", 1, *more, status=status))
        assert isinstance(found, dict)
        return found

    def sets(found: dict[str, Any]) -> dict[str, int]:
        return {row["figid"]: row["n_genes"] for row in found["results"]}

    whole = of()
    assert sets(whole) == {"PMC1__f1": 5, "PMC1__f2": 2, "PMC2__f3": 2}
    assert (whole["n_background"], whole["n_listed"], whole["n_sets"]) == (6, 3, 3)
    assert [name["name"] for name in whole["unknown"]] == ["NOT1"]
    assert sets(of("--tier", "strict")) == {"PMC1__f1": 2, "PMC1__f2": 2, "PMC2__f3": 2}
    assert sets(of("--tier", "synonyms"))["PMC1__f1"] == 3
    assert sets(of("--since", 2020)) == {"PMC2__f3": 2}
    assert sets(of("--until", 2020)) == {"PMC1__f1": 5, "PMC1__f2": 2}
    assert sets(of("--min-size", 3)) == {"PMC1__f1": 5}
    assert {row["pmcid"]: row["n_genes"] for row in of("--level", "paper")["results"]} == {"PMC1": 5, "PMC2": 2}
    assert len(of("--limit", 1)["results"]) == 1
    assert {gene["taxon"] for gene in of("--organism", "9606")["genes"]} == {"9606"}
    few = tmp_path / "background.txt"
    few.write_text("STAT3\nSOCS3\nIL6\nJAK1\n", encoding="utf-8")
    smaller = of("--background", few)
    assert (smaller["n_background"], sets(smaller)["PMC1__f1"], smaller["outside"][0]["symbol"]) == (4, 4, "TP53")
    assert of("--background", 100)["n_background"] == 100
    assert of("--background", "corpus") == whole
    # The mouse has genes of the same names.
    mice = tmp_path / "mice.txt"
    mice.write_text("stat3\nsocs3\n", encoding="utf-8")
    found = json.loads(run("enrich", made.path, mice, "--json", "--min-size", 1, "--organism", "mus musculus"))
    assert [gene["ncbigene"] for gene in found["genes"]] == ["20848", "12702"]


def test_where_a_list_comes_from_and_where_sets_go(made: kg.Build, listed: Path, tmp_path: Path) -> None:
    command = ["enrich", made.path, listed]
    text = run(*command)
    assert "  rank        p        q   odds  overlap  mentions  year  figure" in text
    assert run("enrich", made.path, "-", stdin=listed.read_text(encoding="utf-8")) == text
    result = runner.invoke(app, [str(argument) for argument in command])
    assert "kg: NOT1: no gene of that name" in result.stderr
    table = rows(run(*command, "-o", "-"))
    assert [(line["figid"], line["genes"]) for line in table] == [("PMC1__f1", "SOCS3;STAT3")]
    assert run(*command, "-o", tmp_path / "found.tsv") == ""
    assert (tmp_path / "found.tsv").read_text(encoding="utf-8") == run(*command, "-o", "-")
    run(*command, "-o", "-", "--json", status=2)
    run(*command, "--min-size", 50, status=1)
    (tmp_path / "bytes").write_bytes(b"STAT3\nIL\xff6\n")
    of_bytes = f"{tmp_path / 'bytes'}:2: neither UTF-8 nor UTF-16; save the list as plain text, in UTF-8"
    of_folder = f"{tmp_path}: cannot be read: Is a directory"
    cases = (("nowhere.txt", "no such file for GENES"), (tmp_path / "bytes", of_bytes), (tmp_path, of_folder))
    for place, said in cases:
        failed = runner.invoke(app, ["enrich", str(made.path), str(place)])
        assert said in str(failed.exception)
    for encoding in ("utf-16", "utf-8-sig"):
        listed.write_text(listed.read_text(encoding="utf-8"), encoding=encoding)
        assert run(*command) == text
        listed.write_text(listed.read_text(encoding=encoding), encoding="utf-8")
    (tmp_path / "many.txt").write_text("\n".join(["STAT3", *(f"NOT{n}" for n in range(30))]), encoding="utf-8")
    many = runner.invoke(app, ["enrich", str(made.path), str(tmp_path / "many.txt"), "--min-size", "1"])
    assert "kg: and 10 more names that are no genes; --json lists all" in many.stderr


def test_a_list_is_no_large_file(made: kg.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.name_lists._MAX_BYTES", 3)
    (tmp_path / "long.txt").write_text("STAT3", encoding="utf-8")
    failed = runner.invoke(app, ["enrich", str(made.path), str(tmp_path / "long.txt")])
    assert "larger than 3 bytes" in str(failed.exception)


def test_the_options_of_audit(made: kg.Build, tmp_path: Path) -> None:
    table = rows(run("audit", made.path))
    assert {line["grade"] for line in table} == {"supported", "plausible"}
    assert rows(run("audit", made.path, "--grade", "doubtful", "--grade", "supported")) == [
        line for line in table if line["grade"] == "supported"
    ]
    assert len(rows(run("audit", made.path, "--limit", 2))) == 2
    hgnc = Path(__file__).parent / "authority" / "hgnc.txt"
    run("audit", made.path, "--hgnc", hgnc, "-o", tmp_path / "audit.html")
    assert "Mention audit" in (tmp_path / "audit.html").read_text(encoding="utf-8")
    failed = runner.invoke(app, ["audit", str(made.path), "--hgnc", str(tmp_path / "none.txt")])
    assert "none.txt: cannot be read" in str(failed.exception)


@pytest.mark.parametrize(
    "command", [["network"], ["centrality"], ["communities"], ["explain", "STAT3", "IL6"], ["trends"], ["enrich"]]
)
def test_the_least_grade(corpus: Path, listed: Path, tmp_path: Path, command: list[str]) -> None:
    folder = tmp_path / "graded"
    run("build", corpus, "-o", folder, "-q", "--audit")
    name, *arguments = command
    arguments += [str(listed)] if name == "enrich" else ["--min-count", "1"] if name == "trends" else []
    whole = run(name, folder, *arguments)
    assert run(name, folder, *arguments, "--min-grade", "conflicting") == whole
    # Aliases and families of this corpus are supported by nothing but their letters.
    few = runner.invoke(app, [name, str(folder), *arguments, "--min-grade", "supported"])
    assert few.exit_code in (0, 1)
    assert few.stdout != whole


def test_the_download_is_explained_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    failed = runner.invoke(app, ["hgnc", "fetch", "--url", "http://127.0.0.1:9/hgnc.txt"])
    assert "127.0.0.1:9/hgnc.txt: could not be downloaded" in str(failed.exception)


CHANCE_OPTIONS = {"null", "fdr"}


def test_a_network_goes_into_several_files_and_a_picture(made: kg.Build, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("pairs.tsv", "pairs.graphml")]
    picture = tmp_path / "network.svg"
    printed = run("network", made.path, "-o", files[0], "-o", files[1], "--plot", picture)
    assert printed == ""
    assert files[0].read_text(encoding="utf-8") == run("network", made.path)
    assert files[1].read_text(encoding="utf-8").startswith("<?xml")
    assert "<svg" in picture.read_text(encoding="utf-8")
    picture.unlink()
    assert run("network", made.path, "--plot", picture) == ""
    assert picture.exists()


def test_a_network_is_held_against_gene_sets(made: kg.Build, tmp_path: Path) -> None:
    sets = tmp_path / "sets.gmt"
    sets.write_text("a\t\tSTAT3\tIL6\tJAK1\nb\t\tIL6\tSTAT3\n", encoding="utf-8")
    found = rows(run("network", made.path, "--evaluate", sets, "--level", "paper"))
    expected = made.evaluate(sets, level="paper")
    assert [(row["tier"], row["expand"], row["score"]) for row in found] == expected.select(
        "tier", "expand", "score"
    ).rows()
    assert [int(row["n_positive"]) for row in found] == expected["n_positive"].to_list()
    out = tmp_path / "pairs.tsv"
    assert rows(run("network", made.path, "--evaluate", sets, "--level", "paper", "-o", out)) == found
    assert out.read_text(encoding="utf-8") == run("network", made.path, "--level", "paper")


def exported(folder: Path, name: str) -> set[str]:
    """The ids of nodes, or the ends of edges, that an export to CSV has."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return {
            line.get("symbol") or line.get("id") or f"{line['source']} {line['target']}"
            for line in csv.DictReader(stream)
        }


HUMAN_GENES = {"STAT3", "SOCS3", "IL6", "JAK1", "JAK2", "TP53"}
FIGURES = {"PMC1__f1", "PMC1__f2", "PMC2__f3"}
SELECTIONS: list[tuple[dict[str, Any], set[str], set[str]]] = [
    ({}, FIGURES, HUMAN_GENES | {"Stat3", "Socs3"}),
    ({"tier": "strict"}, FIGURES, {"STAT3", "SOCS3", "TP53", "Stat3", "Socs3"}),
    ({"tier": "synonyms"}, FIGURES, {"STAT3", "SOCS3", "IL6", "TP53", "Stat3", "Socs3"}),
    ({"organism": "Mus musculus"}, FIGURES, {"Stat3", "Socs3"}),
    ({"years": "2020-"}, {"PMC2__f3"}, {"STAT3", "TP53", "Stat3", "Socs3"}),
    ({"years": "2019"}, {"PMC1__f1", "PMC1__f2"}, HUMAN_GENES - {"TP53"}),
]


@pytest.mark.parametrize(("options", "figures", "genes"), SELECTIONS, ids=[str(options) for options, *_ in SELECTIONS])
def test_the_selections_of_kg_export(
    made: kg.Build, tmp_path: Path, options: dict[str, Any], figures: set[str], genes: set[str]
) -> None:
    run("export", made.path, "csv", "-o", tmp_path / "out", "--verify", *flags(options))
    assert exported(tmp_path / "out", "nodes_Figure") == figures
    assert exported(tmp_path / "out", "nodes_Gene") == genes


def test_the_least_grade_of_kg_export(tmp_path: Path) -> None:
    graded = kg.build("seeds", output=tmp_path / "build", audit=True)
    for options, has_ndufc2 in (((), True), (("--min-grade", "plausible"), False)):
        run("export", graded.path, "csv", "-o", tmp_path / "out", "--verify", *options)
        assert ("NDUFC2" in exported(tmp_path / "out", "nodes_Gene")) is has_ndufc2


def test_the_files_of_names_and_the_network_of_kg_export(made: kg.Build, tmp_path: Path) -> None:
    (tmp_path / "genes.txt").write_text("bsf2\nSTTA3\n", encoding="utf-8")
    (tmp_path / "figures.txt").write_text("PMC1__f2\nPMC2__f3\nPMC9__f9\n", encoding="utf-8")
    by_gene = runner.invoke(
        app, ["export", str(made.path), "csv", "-o", str(tmp_path / "a"), "--genes", str(tmp_path / "genes.txt")]
    )
    assert by_gene.exit_code == 0, by_gene.output
    assert "kg: STTA3: no gene of that name; did you mean" in by_gene.stderr
    assert exported(tmp_path / "a", "nodes_Figure") == {"PMC1__f1"}
    by_figure = runner.invoke(
        app, ["export", str(made.path), "csv", "-o", str(tmp_path / "b"), "--figures", str(tmp_path / "figures.txt")]
    )
    assert by_figure.exit_code == 0, by_figure.output
    assert "kg: PMC9__f9: no figure of that id" in by_figure.stderr
    assert exported(tmp_path / "b", "nodes_Figure") == {"PMC1__f2", "PMC2__f3"}
    assert exported(tmp_path / "b", "nodes_Gene") == {"STAT3", "SOCS3", "TP53", "Stat3", "Socs3"}
    run("export", made.path, "csv", "-o", tmp_path / "c", "--no-mentions")
    assert not (tmp_path / "c" / "nodes_GeneMention.csv").exists()
    assert exported(tmp_path / "c", "edges_Figure-MENTIONS-Gene") == exported(
        tmp_path / "b", "edges_Figure-MENTIONS-Gene"
    ) | {f"PMC1__f1 {gene}" for gene in ("6774", "9021", "3569", "3716", "3717")}
    network = tmp_path / "network.tsv"
    network.write_text("ncbigene_a\tncbigene_b\tweight\n6774\t9021\t2.0\n6774\t1\t1.0\n", encoding="utf-8")
    run("export", made.path, "csv", "-o", tmp_path / "d", "--with-network", network, "--verify")
    assert exported(tmp_path / "d", "edges_Gene-CO_OCCURS_WITH-Gene") == {"6774 9021"}


NETWORK_OPTIONS = {
    "tier",
    "level",
    "expand",
    "weight",
    "organism",
    "since",
    "until",
    "min_count",
    "collapse_reused",
    *CHANCE_OPTIONS,
}
PAIR_OPTIONS = NETWORK_OPTIONS - {"weight", "min_count", *CHANCE_OPTIONS}
SET_OPTIONS = {"level", "tier", "organism", "since", "until"}
SELECTION_OPTIONS = {"tier", "organism", "min_grade", "years", "genes", "figures", "mentions", "network"}
TESTED = {
    "build": {
        "inputs",
        "output",
        "formats",
        "compress",
        "workers",
        "dask",
        "on_error",
        "limit",
        "update",
        "partitions",
        "store",
        "hgnc",
        "famplex",
        "current_symbols",
        "audit",
        "curation",  # tests/authority/audit/test_curation.py
        "quiet",
    },
    # Those of problems: tests/test_cli.py
    "stats": {"folder", "problems", "kinds", "list_format", "as_json"},
    "show": {"folder", "name", "as_json"},
    # The last three, and those of `load`: tests/test_query_command.py
    "query": {"folder", "text", "file", "result_format", "limit", "example", "param", "timeout"},
    "examples": {"name", "as_json"},  # tests/rdf/test_examples.py
    # tests/serve/test_command.py
    "serve": {"folder", "host", "port", "workers", "timeout", "max_rows", "max_bytes", "origin", "allow_host"},
    "network": {"folder", "min_grade", "output", "plot", "evaluate", *NETWORK_OPTIONS},
    "centrality": {"folder", "min_grade", "output", "measures", "distance", "betweenness", "seed", *NETWORK_OPTIONS},
    "communities": {"folder", "min_grade", "output", "algorithm", "resolution", "n_runs", "seed", *NETWORK_OPTIONS},
    "explain": {"folder", "min_grade", "hgnc", "a", "b", "as_json", "markdown", *PAIR_OPTIONS},
    "trends": {"folder", "min_grade", "output", "by_year", "split", "min_count", "level", *PAIR_OPTIONS},
    "enrich": {"folder", "min_grade", "genes", "output", "background", "min_size", "limit", "as_json", *SET_OPTIONS},
    "check": {"folder", "recommended", "workers", "as_json"},
    "export": {"folder", "export_format", "output", "verify", "regenerate", *SELECTION_OPTIONS},
    "load": {
        *("folder", "target", "endpoint", "query_endpoint", "graph", "user", "replace", "uri", "database", "quiet"),
        *SELECTION_OPTIONS,
    },
    "cypher": {"folder", "text", "file", "result_format", "limit", "timeout"},  # tests/export/test_cypher.py
    "audit": {"folder", "output", "hgnc", "grades", "limit"},
    "hgnc": set(),
}


def test_no_option_is_without_a_test() -> None:
    group: Any = typer.main.get_command(app)
    found = {name: {p.name for p in command.params} - {"help"} for name, command in group.commands.items()}
    fetch = group.commands["hgnc"].commands["fetch"]
    assert {p.name for p in fetch.params} - {"help"} == {"url"}
    assert found == TESTED
    assert {name for options, _ in NETWORKS for name in options} == NETWORK_OPTIONS - CHANCE_OPTIONS


def test_each_command_stands_with_its_module() -> None:
    commands = [command.callback for command in app.registered_commands if command.callback]
    there = {(function.__name__.removesuffix("_command"), function.__module__) for function in commands}
    there |= {(str(group.name), "kg.cli.hgnc") for group in app.registered_groups}
    assert there == {(name, f"kg.cli.{module}") for module, names in MODULES.items() for name in names}


def test_a_command_starts_without_the_modules_of_others() -> None:
    code = "import sys\nfrom kg.cli import load_commands\nload_commands(['check'])\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "kg.cli.check" in done.stdout.split()
    assert "kg.cli.export" not in done.stdout.split()
