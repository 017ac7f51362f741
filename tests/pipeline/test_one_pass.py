from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pyoxigraph
import pytest

import kg
from kg.errors import BuildError, ParseError, Problem, Severity
from kg.folder import GRAPH_SUFFIXES
from kg.pipeline import Job, Task, index_documents, one_pass, read_batch
from kg.sources import Blob, Document
from kg.tables import BUILD_TABLES, COLUMNS, COUNTED
from tests.conftest import JAK_STAT, RCC, SEEDS
from tests.documents import document, genes_table, raw, row
from tests.pipeline.builds import contents, corpus, numbered

if TYPE_CHECKING:
    from pathlib import Path


def found(build: kg.Build, severity: Severity) -> list[tuple[str, str]]:
    return [(problem.file, problem.reason) for problem in build.problems if problem.severity is severity]


def test_the_seeds_build(seeds_build: kg.Build) -> None:
    counts = seeds_build.counts
    assert (counts["figures"], counts["papers"]) == (2, 2)
    assert (counts["mentions"], counts["candidates"]) == (28, 63)
    genes = seeds_build.table("candidates").group_by("figid").agg(pl.col("ncbigene").n_unique()).rows()
    assert dict(genes) == {JAK_STAT: 33, RCC: 25}
    for table in BUILD_TABLES:
        frame = seeds_build.table(table)
        assert frame.columns == list(COLUMNS[table])
        if table in COUNTED:
            assert counts[table] == len(frame)
    assert list(counts) == list(COUNTED)


def test_counts_of_the_manifest_are_those_of_every_graph_and_of_the_files(seeds_build: kg.Build) -> None:
    wanted = {
        "pfkg:PathwayFigure": seeds_build.counts["figures"],
        "schema:ScholarlyArticle": seeds_build.counts["papers"],
        "pfkg:GeneMention": seeds_build.counts["mentions"],
        "pfkg:GeneFamily": seeds_build.counts["families"],
        "schema:Gene": seeds_build.counts["genes"],
    }
    for name, suffix in GRAPH_SUFFIXES.items():
        store = pyoxigraph.Store()
        rdf = {"turtle": "TURTLE", "n-triples": "N_TRIPLES", "n-quads": "N_QUADS", "json-ld": "JSON_LD"}[name]
        store.bulk_load(path=str(seeds_build.path / f"graph.{suffix}"), format=getattr(pyoxigraph.RdfFormat, rdf))
        counts = Counter(str(quad.object).strip("<>") for quad in store if str(quad.predicate).endswith("#type>"))
        assert {curie: counts[kg.vocab.expand(curie)] for curie in wanted} == wanted, name
    lines = b"".join(path.read_bytes() for path in SEEDS.glob("*.md")).splitlines()
    assert seeds_build.counts["candidates"] == sum(line.startswith(b"- word:") for line in lines)


def test_a_second_build_gives_the_same_bytes_whatever_the_order_and_the_workers(tmp_path: Path) -> None:
    rows = [
        row(),
        row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol="JAK1", entrez="3716"),
        row("x", entrez=""),
    ]
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:03}": numbered(n, genes=rows[: n % 4]) for n in range(70)})
    shuffled = tmp_path / "shuffled" / "in"
    shuffled.mkdir(parents=True)
    for path in sorted(source.iterdir(), reverse=True):
        shutil.copy(path, shuffled / path.name)
    first = kg.build(source, output=tmp_path / "a", formats=GRAPH_SUFFIXES, workers=1)
    expected = contents(first.path)
    assert contents(kg.build(source, output=tmp_path / "a", formats=GRAPH_SUFFIXES).path) == expected
    assert contents(kg.build(shuffled, output=tmp_path / "b", formats=GRAPH_SUFFIXES, workers=2).path) == expected
    files = [str(path) for path in sorted(source.iterdir(), reverse=True)]
    parts = kg.build(*files, output=tmp_path / "c", formats=GRAPH_SUFFIXES)
    assert contents(parts.path) == expected


def test_the_hash_seed_does_not_matter(tmp_path: Path) -> None:
    results = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "kg", "build", str(SEEDS), "-o", str(out), "--format", "json-ld", "--quiet"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        results.append(contents(out))
    assert results[0] == results[1]


def test_batches_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:03}": numbered(n, papertitle=f"T{n % 3}") for n in range(60)})
    expected = contents(kg.build(source, output=tmp_path / "a", formats=GRAPH_SUFFIXES).path)
    monkeypatch.setattr(one_pass, "BATCH", 7)
    assert contents(kg.build(source, output=tmp_path / "b", formats=GRAPH_SUFFIXES).path) == expected


def test_a_bad_file_is_listed_and_the_rest_is_built(tmp_path: Path) -> None:
    source = corpus(
        tmp_path / "in",
        PMC1__f1=document(),
        broken=b"---\nfigid: PMC1__x\npmcid: [\n---\n",
        empty=b"",
        readme=b"# hello\n",
    )
    (source / "gone.md").symlink_to(tmp_path / "nowhere")
    build = kg.build(source, output=tmp_path / "out")
    assert build.counts["figures"] == 1
    assert [file for file, _ in found(build, Severity.FILE_SKIPPED)] == [
        "broken.md",
        "empty.md",
        "gone.md",
        "readme.md",
    ]
    assert build.table("problems")["file"].to_list() == [problem.file for problem in build.problems]
    assert build.manifest["problem_counts"]["file skipped"] == 4


def test_raise_stops_at_what_costs_something_and_not_at_a_warning(tmp_path: Path) -> None:
    odd = corpus(tmp_path / "odd", PMC1__f1=document(year="in press"))
    assert kg.build(odd, on_error="raise").counts["figures"] == 1
    row_lost = corpus(tmp_path / "row", PMC1__f1=document(genes=[row(entrez="x")]))
    with pytest.raises(ParseError, match="row skipped"):
        kg.build(row_lost, output=tmp_path / "out", on_error="raise")
    file_lost = corpus(tmp_path / "file", PMC1__f1=document(), x=b"")
    with pytest.raises(ParseError, match=r"x\.md: file skipped: the file is empty"):
        kg.build(file_lost, output=tmp_path / "out", on_error="raise")
    assert not (tmp_path / "out").exists()


def test_if_nothing_can_be_built_the_old_build_stays(tmp_path: Path) -> None:
    good = corpus(tmp_path / "good", PMC1__f1=document())
    bad = corpus(tmp_path / "bad", x=b"", y=b"# hello")
    expected = contents(kg.build(good, output=tmp_path / "out").path)
    with pytest.raises(BuildError, match=r"nothing could be built: x\.md: .* \(and 1 more problems\)"):
        kg.build(bad, output=tmp_path / "out")
    assert contents(tmp_path / "out") == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "good", "out"]


def test_a_folder_that_is_not_a_build_is_never_replaced(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(BuildError, match="not a build folder"):
        kg.build(SEEDS, output=other)
    (other / "manifest.json").write_text('{"tool": {"name": "another"}}', encoding="utf-8")
    with pytest.raises(BuildError, match="not a build folder"):
        kg.build(SEEDS, output=other)
    assert (other / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    with pytest.raises(BuildError, match="not a build folder"):
        kg.build(SEEDS, output=other / "thesis.txt")
    (tmp_path / "empty").mkdir()
    assert kg.build(SEEDS, output=tmp_path / "empty").counts["figures"] == 2


def test_a_target_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(BuildError, match="cannot be written"):
        kg.build(SEEDS, output=tmp_path / "file" / "out")


def test_the_same_id_twice(tmp_path: Path) -> None:
    first, second = document(), document(caption="Another")
    source = corpus(tmp_path / "same", PMC1__f1=first, copy=first)
    build = kg.build(source)
    assert build.counts["figures"] == 1
    assert found(build, Severity.FILE_SKIPPED) == []

    source = corpus(tmp_path / "differ", PMC1__f1=first, copy=second)
    results = {kg.build(source).table("figures")["caption"].item() for _ in range(2)}
    assert len(results) == 1
    build = kg.build(source)
    ((loser, reason),) = found(build, Severity.FILE_SKIPPED)
    winner = build.table("documents")["file"].item()
    assert {loser, winner} == {"PMC1__f1.md", "copy.md"}
    assert f"also stands in {winner}, which counts" in reason

    renamed = corpus(tmp_path / "renamed", z=first, a=second)
    assert kg.build(renamed).table("figures")["caption"].to_list() == build.table("figures")["caption"].to_list()


def test_of_two_generations_the_second_wins(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in" / "_figures", PMC1__f1=raw(""))
    (tmp_path / "in" / "_data").mkdir()
    line = "9606\tHomo sapiens\tPrimates\tAR\tAR\tAR\t367\tncbigene_symbol\t1\t1\t1"
    (tmp_path / "in" / "_data" / "PMC1__f1-genes.tsv").write_bytes(genes_table(line))
    old = corpus(tmp_path / "old", PMC1__f1=document())
    for inputs in ((source.parent, old), (old, source.parent)):
        build = kg.build(*inputs)
        assert build.table("mentions")["word"].to_list() == ["AR"]
        assert [file for file, _ in found(build, Severity.FILE_SKIPPED)] == ["old/PMC1__f1.md"]


def test_a_document_without_genes_never_wins(tmp_path: Path) -> None:
    build = kg.build(corpus(tmp_path / "in", a=raw(""), b=document()))
    assert build.table("documents")["file"].to_list() == ["b.md"]
    assert build.counts["candidates"] == 1


def test_of_two_documents_a_broken_one_never_wins(tmp_path: Path) -> None:
    broken = b"---\nfigid: PMC1__f1\npmcid: [\n---\n"
    build = kg.build(corpus(tmp_path / "in", a=broken, b=document(), c=broken + b"x"))
    assert build.table("documents")["file"].to_list() == ["b.md"]
    assert [file for file, _ in found(build, Severity.FILE_SKIPPED)] == ["a.md", "c.md"]
    only_broken = corpus(tmp_path / "broken", a=broken, b=broken + b"x", ok=numbered(2))
    assert kg.build(only_broken).counts["figures"] == 1


def test_an_id_in_an_unusual_place_is_found_too(tmp_path: Path) -> None:
    late = b"---\npmcid: PMC1\ngenes: []\n'figid': \"PMC1__f9\"\n---\n"
    twice = b"---\nfigid: PMC1__f1\npmcid: PMC1\ngenes: []\nfigid: PMC1__f2\n---\n"
    build = kg.build(corpus(tmp_path / "in", PMC1__f9=late, PMC1__f2=twice))
    assert build.table("figures")["figid"].to_list() == ["PMC1__f2", "PMC1__f9"]


def test_a_file_that_changes_under_the_build_is_listed(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", PMC1__f1=document())
    with kg.sources.open_sources([source]) as sources:
        (entry,) = index_documents(sources.documents)
        (source / "PMC1__f1.md").write_bytes(document(figid="PMC1__f2"))
        (problem,) = read_batch(Job(("turtle",)), Task((entry,))).problems
    assert (problem.severity, "the file changed" in problem.reason) == (Severity.FILE_SKIPPED, True)


def test_a_block_that_differs_is_a_warning_with_both_values(tmp_path: Path) -> None:
    block = {"@context": "https://schema.org/", "description": "Something else", "version": "1"}
    build = kg.build(corpus(tmp_path / "in", PMC1__f1=document(schema_jsonld=block)))
    problems = {problem.path: problem for problem in build.problems}
    difference = problems["schema-jsonld.description"]
    assert (difference.severity, difference.value) == (Severity.WARNING, '"Something else"')
    assert 'which give "A pathway"' in difference.reason
    assert "schema-jsonld.version" in problems
    assert json.loads(build.table("figures")["block"].item()) == block
    assert "Something else" in (build.path / "graph.ttl").read_text(encoding="utf-8")


def test_a_list_of_a_block_that_differs_says_where(tmp_path: Path) -> None:
    block = {"keywords": ["STAT3", "JAK9"]}
    build = kg.build(
        corpus(
            tmp_path / "in",
            PMC1__f1=document(schema_jsonld=block, genes=[row(), row("x", entrez="1", hgnc_symbol="A1")]),
        )
    )
    (problem,) = [problem for problem in build.problems if problem.path == "schema-jsonld.keywords"]
    assert problem.reason.endswith("; only in the block: JAK9; only in the fields: A1")


def test_conflicting_titles_of_one_paper_are_a_warning_and_the_first_counts(tmp_path: Path) -> None:
    source = corpus(
        tmp_path / "in",
        PMC1__f1=document(papertitle="NA"),
        PMC1__f2=document(figid="PMC1__f2", papertitle="First"),
        PMC1__f3=document(figid="PMC1__f3", papertitle="Second"),
    )
    build = kg.build(source)
    assert build.table("papers")["title"].to_list() == ["First"]
    assert build.table("papers")["n_figures"].to_list() == [3]
    (problem,) = build.problems
    assert (problem.file, problem.path, problem.value) == ("PMC1__f3.md", "papers[PMC1].title", "Second")
    assert "'First', which counts" in problem.reason


def test_limit_takes_the_first_by_id() -> None:
    assert kg.build(SEEDS, limit=1).table("figures")["figid"].to_list() == [RCC]


@pytest.mark.parametrize(("compress", "suffix"), [("gzip", ".gz"), ("zstd", ".zst")])
def test_compressed_files_hold_the_same_graph(seeds_build: kg.Build, compress: str, suffix: str) -> None:
    build = kg.build(SEEDS, formats=GRAPH_SUFFIXES, compress=compress)  # type: ignore[arg-type]
    for name in GRAPH_SUFFIXES.values():
        path = build.path / f"graph.{name}{suffix}"
        with kg.compression.open_binary(path) as stream:
            assert stream.read() == (seeds_build.path / f"graph.{name}").read_bytes()
    assert build.graph().isomorphic(seeds_build.graph())


def test_source_date_epoch_is_the_only_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "created" not in kg.build(SEEDS).manifest
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert kg.build(SEEDS).manifest["created"] == "1970-01-01T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(BuildError, match="not a number of seconds"):
        kg.build(SEEDS)


def test_an_unknown_format_is_a_sentence() -> None:
    with pytest.raises(BuildError, match="rdf/xml: not an RDF format of kg; there are turtle"):
        kg.build(SEEDS, formats=["rdf/xml"])


@pytest.mark.parametrize(
    ("formats", "files"),
    [
        ("ttl", ["graph.ttl"]),
        (["nt", "N-Triples", ".nt"], ["graph.nt"]),
        (["NQ", "jsonld"], ["graph.jsonld", "graph.nq"]),
        (["nquads", "json-ld"], ["graph.jsonld", "graph.nq"]),
    ],
)
def test_formats_go_by_their_suffixes_too(tmp_path: Path, formats: str | list[str], files: list[str]) -> None:
    made = kg.build(SEEDS, output=tmp_path / "build", formats=formats)
    assert sorted(path.name for path in made.path.glob("graph.*")) == files
    assert made.manifest["formats"] == kg.build(SEEDS, formats=made.manifest["formats"]).manifest["formats"]


@pytest.mark.parametrize(
    ("spelled", "said"),
    [("trtle", "did you mean turtle"), ("n-quad", "did you mean n-quads"), ("", "there are turtle, n-triples")],
)
def test_a_format_that_is_meant_is_suggested(spelled: str, said: str) -> None:
    with pytest.raises(BuildError, match=f"^{spelled}: not an RDF format of kg; {said}"):
        kg.build(SEEDS, formats=spelled)


def test_progress_is_told() -> None:
    calls: list[tuple[int, int]] = []
    kg.build(SEEDS, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(2, 2)]


def test_an_interrupted_build_leaves_the_old_one(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:04}": document(figid=f"PMC1__f{n:04}") for n in range(3000)})
    out = tmp_path / "out"
    expected = contents(kg.build(SEEDS, output=out).path)
    command = [sys.executable, "-m", "kg", "build", str(source), "-o", str(out), "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".out.*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=60)
    assert (process.returncode, talk) == (130, f"kg: interrupted; {out} is as it was before\n")
    assert contents(out) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_problems_are_the_same_in_the_table_and_the_api(tmp_path: Path) -> None:
    build = kg.build(corpus(tmp_path / "in", PMC1__f1=document(genes=[row(entrez="x"), row(), row()]), y=b""))
    assert build.problems == [
        Problem(Severity(r["severity"]), r["file"], r["line"], r["path"], r["value"], r["reason"])
        for r in build.table("problems").iter_rows(named=True)
    ]
    assert len(build.problems) == 3


def test_a_build_whose_worker_is_killed_leaves_the_old_one(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", **{f"PMC1__f{n:04}": document(figid=f"PMC1__f{n:04}") for n in range(3000)})
    out = tmp_path / "out"
    expected = contents(kg.build(SEEDS, output=out).path)
    command = [sys.executable, "-m", "kg", "build", str(source), "-o", str(out), "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        workers: list[str] = []
        while not workers and time.monotonic() < deadline:
            time.sleep(0.01)
            listed = ["pgrep", "-P", str(process.pid), "-f", "spawn_main"]
            workers = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.split()
        os.kill(int(workers[-1]), signal.SIGKILL)
        _, talk = process.communicate(timeout=60)
    assert (process.returncode, talk.count("a worker process died"), "Traceback" in talk) == (2, 1, False)
    assert contents(out) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_a_digest_tells_which_table_has_which_bytes(tmp_path: Path) -> None:
    def blob(data: bytes) -> Blob:
        path = tmp_path / str(len(list(tmp_path.iterdir())))
        path.write_bytes(data)
        return Blob(str(path))

    def digest(markdown: bytes, *tables: tuple[str, bytes]) -> str:
        blobs = tuple((kind, blob(data)) for kind, data in tables)
        (entry,) = index_documents([Document("a.md", "PMC1__f1", blob(markdown), blobs)])
        return entry.digest

    text = document()
    found = [
        digest(text),
        digest(text, ("genes", b"ab"), ("chemicals", b"")),
        digest(text, ("genes", b"a"), ("chemicals", b"b")),
        digest(text, ("genes", b"a\0chemicals\0b")),
        digest(text, ("genes", b""), ("chemicals", b"ab")),
        digest(text, ("genes", b"ab")),
        digest(text, ("chemicals", b"ab")),
        digest(text, ("diseases", b"ab")),
    ]
    assert len(set(found)) == len(found)
