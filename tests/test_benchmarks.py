"""The benchmarks' own parts: corpora that are made, memory that is counted, bars, peers' inputs, and every program."""

from __future__ import annotations

import csv
import importlib
import json
import re
import sys
import tarfile
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import polars as pl
import pyoxigraph
import pytest

import benchmarks.__main__ as bench
import kg
from benchmarks import (
    examples_agree,
    export_files,
    export_neo4j,
    floor,
    measure,
    peer_inputs,
    peers,
    query_examples,
    scale,
    whole_corpus,
)
from benchmarks.example_twins import TWINS
from benchmarks.figure_templates import read_source
from benchmarks.measure import Bar, Command, print_bars, run_rounds
from benchmarks.scaled_corpus import ROWS_PER_FIGURE, make_figures, write_corpus
from kg.tokens import fold, token

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"

# Two figures of one paper in the second generation: runs of a word apart, cells in quotes, a chemical that is also a
# gene, a table that is missing, a caption that is folded and one that is empty.
FRONT = """---
figid: {figid}
figtitle: 'A title: of two parts'
organisms:
- Homo sapiens
pmcid: PMC77
filename: {figid}.jpg
figlink: /pmc/articles/PMC77/figure/F1/
number: F1
caption: {caption}
papertitle: Of kinases
reftext: A. Author, et al. J. 2020
year: '2020'
keywords: a | b
figid_alias: PMC77__Fig
figtype: Figure
redirect_from: /figures/PMC77__Fig
ndex: ''
seo: CreativeWork
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://pfocr.wikipathways.org/figures/{figid}.html
  '@type': Dataset
  description: {description}
  license: CC0
  name: CreativeWork
  creator:
    '@type': Organization
    name: WikiPathways
  keywords:{keywords}
---
"""
HEADER = (
    "organism_id\torganism_name\torganism_group\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\t"
    "count_direct\tcount_synonym\tcount_match\n"
)
ROWS = (
    ("AKT/mTOR", "AKT", "AKT1", "207", "bioentities_symbol"),
    ('"""Rock"', "ROCK", "ROCK1", "6093", "famplex_relations"),
    ("AKT/mTOR", "MTOR", "MTOR", "2475", "ncbigene_symbol"),
    ("TYR", "TYR", "TYR", "7299", "ncbigene_symbol"),
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout of both generations."""
    folder = tmp_path_factory.mktemp("real")
    figures, data = folder / "_figures", folder / "_data"
    figures.mkdir()
    data.mkdir()
    for path in SEEDS.glob("*.md"):
        (figures / path.name).write_bytes(path.read_bytes())
    keywords = "".join(f"\n  - {symbol}" for symbol in ("AKT1", "ROCK1", "MTOR", "TYR", "TYR"))
    # Folded in two ways, so the number goes behind the first word of neither.
    texts = {"caption": "'Insulin: its\n\n  way'", "description": "'Insulin:\n    its\n\n    way'"}
    first = FRONT.format(figid="PMC77__a", keywords=keywords, **texts)
    (figures / "PMC77__a.md").write_text(first, encoding="utf-8")
    second = FRONT.format(figid="PMC77__b", keywords=" []", caption="''", description="''")
    (figures / "PMC77__b.md").write_text(second, encoding="utf-8")
    rows = [
        f"9606\tHomo sapiens\tPrimates\t{word}\t{match}\t{symbol}\t{gene}\t{source}\t1\t2\t3\n"
        for word, match, symbol, gene, source in ROWS
    ]
    (data / "PMC77__a-genes.tsv").write_text(HEADER + "".join(rows), encoding="utf-8")
    (data / "PMC77__a-chemicals.tsv").write_text(
        "word\tmesh\tmatch\tname\tchebi\nTYR\tMESH:D014443\tTYR\tTyrosine\tCHEBI:18186\n", encoding="utf-8"
    )
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "corpus"
    counts = write_corpus([real], folder, n_figures=60, rows_per_figure=1000)
    assert counts.figures == 60
    assert counts.bytes == sum(map(len, files(folder).values()))
    return folder


def test_a_corpus_is_the_beginning_of_every_longer_one_and_another_seed_gives_another(
    real: Path, made: Path, tmp_path: Path
) -> None:
    write_corpus([real], tmp_path / "short", n_figures=25, rows_per_figure=1000)
    short, long = files(tmp_path / "short"), files(made)
    assert sum(name.startswith("_figures/") for name in short) == 25
    assert {name: long[name] for name in short} == short
    write_corpus([real], tmp_path / "other", n_figures=25, seed=2, rows_per_figure=1000)
    assert files(tmp_path / "other") != short


def test_an_archive_holds_the_same_files(real: Path, tmp_path: Path) -> None:
    for target in ("folder", "archive.tar"):
        write_corpus([real], tmp_path / target, n_figures=10)
    with tarfile.open(tmp_path / "archive.tar") as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert files(tmp_path / "unpacked") == files(tmp_path / "folder")
    with pytest.raises(FileExistsError):
        write_corpus([real], tmp_path / "folder", n_figures=1)


def test_made_figures_bring_no_problems_but_those_of_their_sources(real: Path, made: Path, tmp_path: Path) -> None:
    def reasons(corpus: Path) -> Counter[str]:
        build = kg.build(corpus, output=tmp_path / corpus.name, formats=[])
        return Counter(re.sub(r"\d+", "N", problem.reason) for problem in build.problems)

    source, copies = reasons(real), reasons(made)
    assert set(copies) == set(source)
    assert copies.total() > source.total()


def test_papers_keep_their_figures_and_generations_their_tables(made: Path) -> None:
    figures = list(kg.read_figures(made))
    by_paper = Counter(figure.paper.pmcid for figure in figures)
    assert set(by_paper.values()) == {1, 2}
    assert {figure.figid.partition("__")[0] == figure.paper.pmcid for figure in figures} == {True}
    second = [figure for figure in figures if by_paper[figure.paper.pmcid] == 2]
    assert Counter(bool(figure.mentions) for figure in second) == {True: len(second) // 2, False: len(second) // 2}
    assert all(not figure.chemicals or figure.chemicals[0].mesh == "D014443" for figure in second)
    titles = [figure.title for figure in figures]
    assert len(set(titles)) == len(titles)
    captions = Counter(figure.caption for figure in figures)
    assert {caption for caption, n in captions.items() if n > 1} == {None, "Insulin: its\nway"}


def test_a_sister_matches_its_word_as_the_word_does_and_every_id_has_one_symbol(real: Path, made: Path) -> None:
    def is_matched(mention: kg.GeneMention) -> bool:
        return fold(token(mention.word, mention.symbol)) == fold(mention.symbol)

    originals = [mention for figure in kg.read_figures(real) for mention in figure.mentions]
    matched = {(mention.word, mention.symbol): is_matched(mention) for mention in originals}
    symbols = {c.gene.ncbigene: c.gene.symbol for mention in originals for c in mention.candidates}
    assert set(matched.values()) == {True, False}
    numbers = set()
    for mention in [mention for figure in kg.read_figures(made) for mention in figure.mentions]:
        word, symbol = (re.sub(r"z+[0-9]+", "", text) for text in (mention.word, mention.symbol))
        assert is_matched(mention) == matched[word, symbol]
        for candidate in mention.candidates:
            number, original = divmod(int(candidate.gene.ncbigene), 10**9)
            assert candidate.gene.symbol == symbols[str(original)] + (f"z{number}" if number else "")
            assert (mention.symbol == symbol) == (number == 0)
            numbers.add(number)
    assert len(numbers) > 20


def test_figures_are_thinned_to_the_published_density_and_the_genes_grow() -> None:
    figures = list(islice(make_figures(read_source([SEEDS])), 2000))
    assert sum(len(figure.genes) for figure in figures) / 2000 == pytest.approx(ROWS_PER_FIGURE, rel=0.05)
    counts = [len({gene for figure in figures[:n] for gene in figure.genes}) for n in (200, 600, 2000)]
    assert counts[0] * 1.5 < counts[1]
    assert counts[1] * 1.5 < counts[2] < 15_000


def test_files_that_are_not_written_as_pfocr_writes_them_are_left_out(tmp_path: Path) -> None:
    seed = next(SEEDS.glob("*.md")).read_text(encoding="utf-8")
    (tmp_path / "good.md").write_text(seed, encoding="utf-8")
    (tmp_path / "flow.md").write_text("---\nfigid: PMC1__a\npmcid: PMC1\ngenes: [{word: A}]\n---\n", encoding="utf-8")
    (tmp_path / "open.md").write_text("---\nfigid: [\n---\n", encoding="utf-8")
    source = read_source([tmp_path])
    assert (len(source.papers), source.n_left_out) == (1, 2)
    (tmp_path / "good.md").unlink()
    with pytest.raises(ValueError, match="no figure"):
        read_source([tmp_path])


def test_memory_of_spawned_workers_is_counted() -> None:
    program = """
import multiprocessing, concurrent.futures
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        pool.submit(eval, "len(b'1' * 800_000_000)").result()
"""
    used = measure.measure(Command([sys.executable, "-c", program]))
    assert 800 < used.memory < 1000  # more than these tests themselves, which are the least that can come out


def test_a_command_that_fails_says_why_and_finds_its_environment() -> None:
    program = "import os, sys; sys.exit(os.environ['WHY'])"
    with pytest.raises(RuntimeError, match=r"(?s)exit status 1 of .*because"):
        run_rounds({"it": Command([sys.executable, "-c", program], {"WHY": "because"})}, n_rounds=1)


def test_a_bar_is_missed_below_the_least_or_above_the_most(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_bars([Bar("a", 3, 3), Bar("b", 5, 5, is_least=False), Bar("c", None, 1)]) == 0
    assert "not measured" in capsys.readouterr().out
    assert print_bars([Bar("a", 2.9, 3)]) == 1
    assert print_bars([Bar("b", 5.1, 5, is_least=False, unit="MB")]) == 1
    assert "| b | 5.1 MB | at most 5 MB | **missed** |" in capsys.readouterr().out


def test_tables_of_the_peers_hold_the_triples_of_the_graph(real: Path, tmp_path: Path) -> None:
    build = kg.build(real, output=tmp_path / "build", formats=["n-triples"])
    tables = peer_inputs.write_tables(build.path / "graph.nt", tmp_path)
    lines = []
    for table in tables:
        with table.path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                subject = pyoxigraph.NamedNode(row["iri"])
                cells = [(column.property, row[column.name], column.kind) for column in table.columns]
                cells += [(name, value, peer_inputs.IRI) for name, value in table.constants]
                objects = [(name, term(value, kind)) for name, value, kind in cells if value != "\\N"]
                lines += [f"{subject} <{name}> {value} .\n" for name, value in objects]
    (tmp_path / "made.nt").write_text("".join(lines), encoding="utf-8")
    n_triples = len((build.path / "graph.nt").read_text(encoding="utf-8").splitlines())
    assert peer_inputs.compare(build.path / "graph.nt", tmp_path / "made.nt") == (n_triples, 0, 0)


def term(value: str, kind: str) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    if kind == peer_inputs.IRI:
        return pyoxigraph.NamedNode(value)
    return pyoxigraph.Literal(value, datatype=pyoxigraph.NamedNode(kind))


def test_edges_for_kgx_lead_from_node_to_node(real: Path, tmp_path: Path) -> None:
    build = kg.build(real, output=tmp_path / "build", formats=["n-triples"])
    peer_inputs.main(str(build.path), str(tmp_path))
    nodes, edges = (
        pl.read_csv(tmp_path / f"{name}.tsv", separator="\t", quote_char=None, infer_schema=False)
        for name in ("nodes", "edges")
    )
    assert nodes["id"].is_unique().all()
    assert nodes["id"].str.contains(r"^[^ <()>:]*:[^/ :]+$").all()
    assert {*edges["subject"], *edges["object"]} <= {*nodes["id"]}
    assert len(edges.filter(pl.col("predicate") == "biolink:mentions")) == sum(
        len(mention.genes) for figure in kg.read_figures(real) for mention in figure.mentions
    )
    commands = peers.peer_commands(tmp_path / "none", tmp_path)
    assert commands == {}
    assert {table["path"] for table in json.loads((tmp_path / "templates.json").read_text())} <= set(
        map(str, tmp_path.glob("*.csv"))
    )


def test_the_floor_writes_as_many_bytes_as_the_build(real: Path, tmp_path: Path) -> None:
    build = kg.build(real, output=tmp_path / "build")
    floor.main(str(real), str(build.path), str(tmp_path / "floor"))
    sizes = [sorted(map(len, files(folder).values())) for folder in (build.path, tmp_path / "floor")]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("section", bench.SECTIONS, ids=lambda section: section.module)
def test_every_benchmark_of_the_page_explains_itself(
    section: bench.Section, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f"benchmarks.{section.module}")
    with pytest.raises(SystemExit) as ended:
        module.main(["--help"])
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("startup", ["--rounds", "1"]),
        ("rebuild_rows", [str(SEEDS)]),
        ("stages", [str(SEEDS), "--rounds", "1"]),
        ("build", [str(SEEDS), "--rounds", "1"]),
        ("scale", [str(SEEDS), "--figures", "2", "--rounds", "1"]),
        ("audit_cost", [str(SEEDS), str(SEEDS), "--hgnc", "tests/authority/hgnc.txt", "--rounds", "1"]),
    ],
)
def test_the_smallest_run_prints_tables(
    module: str, arguments: Sequence[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status = importlib.import_module(f"benchmarks.{module}").main(arguments)
    out = capsys.readouterr().out
    assert status == int("**missed**" in out)
    assert tables(out) > (0 if module in ("scale", "stages") else 1)


def tables(text: str) -> int:
    """Return the number of Markdown tables, each of one width."""
    found = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert all(len({line.count("|") for line in table.splitlines()}) == 1 for table in found)
    return len(found)


def test_examples_are_measured_and_held_against_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build = str(kg.build(SEEDS, output=tmp_path / "build", formats=["n-quads"]).path)
    assert query_examples.main([build, "--rounds", "1", "--cap", "20"]) == 0
    out = capsys.readouterr().out
    assert tables(out) == 2
    assert "rdflib was stopped after 20 CPU s in 0 of 33 examples." in out
    assert examples_agree.main([build]) == 0
    assert tables(capsys.readouterr().out) == 2
    monkeypatch.setitem(cast("dict[str, object]", TWINS), "is-drawn", lambda *_: [("false",)])
    assert examples_agree.main([build]) == 1
    captured = capsys.readouterr()
    assert "is-drawn gene=STAT3: only in the answer: ('true',)" in captured.err
    assert "**missed**" in captured.out


def test_an_answer_is_stopped_at_its_cap_and_a_failure_is_told() -> None:
    def forever() -> int:
        while True:
            pass

    assert query_examples.timed(forever, cap=1) == query_examples.Run(1.0, None)
    assert query_examples.timed(lambda: 7, cap=5).n_rows == 7
    with pytest.raises(RuntimeError, match="ended without a word"):
        query_examples.timed(lambda: 1 // 0, cap=5)


def test_peers_that_are_not_installed_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert peers.main([str(SEEDS), "--rounds", "1", "--peers", str(tmp_path)]) == 0
    assert "morph-kgc is not installed; KGX is not installed; maplib is not installed." in capsys.readouterr().out


def test_exports_to_files_are_measured_without_kgx(
    seeds_build: kg.Build, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(export_files, "FILES", {"kgx": "kgx", "gmt": "gmt"})
    build = str(seeds_build.path)
    status = export_files.main([build, build, "--rounds", "1", "--peers", str(tmp_path)])
    out = capsys.readouterr().out
    assert status == int("**missed**" in out)
    assert tables(out) == 4
    assert "| KGX TSV: times faster than KGX's own transform | not measured | at least 10 x |" in out


def test_import_files_of_neo4j_are_measured_with_and_without_biocypher(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    build = kg.build(SEEDS, output=tmp_path / "build", formats=())
    arguments = [str(build.path), str(build.path), "--rounds", "1", "--peers", str(tmp_path)]
    assert export_neo4j.main(arguments) == 0
    out = capsys.readouterr().out
    assert "biocypher is not installed." in out
    assert "| 326 |" in out
    assert tables(out) == 2
    export_neo4j.write_records(build.path, tmp_path / "records.json")
    records = json.loads((tmp_path / "records.json").read_text(encoding="utf-8"))
    assert (len(records["nodes"]), len(records["edges"])) == (86, 240)
    ids = {iri for iri, *_ in records["nodes"]}
    assert all(source in ids and target in ids for _, source, target, *_ in records["edges"])
    assert {name for *_, name, _ in records["edges"]} <= set(records["schema"])


def test_a_whole_corpus_gives_the_same_bytes_however_it_is_built(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    whole_corpus.main([str(SEEDS), str(SEEDS), "--rounds", "1"])
    out = capsys.readouterr().out
    assert len(set(re.findall(r"`([0-9a-f]{16})…`", out))) == 1
    assert tables(out) == 4


def test_sections_that_need_a_table_stay_as_they_are_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SCRATCH", tmp_path / "scratch")
    monkeypatch.setattr(bench, "SECTIONS", [section for section in bench.SECTIONS if section.module == "audit_cost"])
    page = tmp_path / "page.md"
    page.write_text("old head\n\n## HGNC and the mention audit\n\nold\n", encoding="utf-8")
    assert bench.main(["--output", str(page)]) == 0
    assert page.read_text(encoding="utf-8").endswith("## HGNC and the mention audit\n\nold\n")
    hgnc = str(ROOT / "tests" / "authority" / "hgnc.txt")
    bench.main(["--small", "3", "--large", "3", "--rounds", "1", "--hgnc", hgnc, "--output", str(page)])
    text = page.read_text(encoding="utf-8")
    assert "$ python -m benchmarks.audit_cost small large --hgnc tests/authority/hgnc.txt --rounds 1\n" in text


def test_the_page_has_the_command_of_each_section_and_no_path_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SCRATCH", tmp_path / "scratch")
    page = tmp_path / "page.md"
    assert bench.main(["--small", "3", "--only", "rebuild_rows", "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    made = "$ python -m benchmarks.scaled_corpus seeds -o small --figures 3\n"
    assert f"## Nothing is lost\n\n```console\n{made}$ python -m benchmarks.rebuild_rows small\n```\n" in text
    assert "| [Nothing is lost](#nothing-is-lost) | rows or blocks that differ | 0 | at most 0 | held |\n" in text
    assert str(tmp_path) not in text
    assert str(ROOT) not in text
    assert not bench.SCRATCH.exists()
    kept = text.index("## ")
    page.write_text("old head\n\n## Start\n\n## Nothing is lost\n\nold\n", encoding="utf-8")
    assert bench.main(["--small", "3", "--only", "rebuild_rows", "--output", str(page)]) == 0
    again = page.read_text(encoding="utf-8")
    assert again[again.index("## ") :] == "## Start\n\n" + text[kept:]
    assert scale.ALL_FIGURES == 40_000_000
