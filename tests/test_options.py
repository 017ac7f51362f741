"""Every option of every command, and of the network in Python, makes a difference that is written down here."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
import zstandard
from typer.testing import CliRunner

import kg
from kg.cli import app
from kg.errors import ParseError
from tests.documents import document, genes_table, row

if TYPE_CHECKING:
    from pathlib import Path

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
    return [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", str(value))]


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


def test_each_option_of_the_network_gives_another_network() -> None:
    assert len({tuple(sorted(undirected(edges).items(), key=str)) for _, edges in NETWORKS}) == len(NETWORKS)


@pytest.mark.parametrize("command", ["network", "centrality"])
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


NETWORK_OPTIONS = {"tier", "level", "expand", "weight", "organism", "since", "until", "min_count"}
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
        "quiet",
    },
    "stats": {"folder", "as_json"},
    "show": {"folder", "name", "as_json"},
    "query": {"folder", "text", "file", "result_format", "limit"},
    "network": {"folder", "output", *NETWORK_OPTIONS},
    "centrality": {"folder", "output", *NETWORK_OPTIONS},
    "check": {"folder", "recommended", "workers", "as_json"},
    "export": {"folder", "export_format", "output", "regenerate"},
}


def test_no_option_is_without_a_test() -> None:
    group: Any = typer.main.get_command(app)
    found = {name: {p.name for p in command.params} - {"help"} for name, command in group.commands.items()}
    assert found == TESTED
    assert {name for options, _ in NETWORKS for name in options} == NETWORK_OPTIONS
