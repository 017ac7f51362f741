"""Curators' decisions: read from what spreadsheets give back, applied, kept, and shown by the next audit."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import zstandard
from typer.testing import CliRunner

import kg
from kg.authority.audit import AUDIT_COLUMNS, audit, read_curation
from kg.authority.audit.curation_file import REQUIRED_COLUMNS
from kg.authority.hgnc import read_hgnc
from kg.cli import app
from kg.errors import Severity, SourceError
from kg.export import Selection
from kg.folder import GRAPH_SUFFIXES
from kg.parse import parse_figure
from tests.conftest import JAK_STAT, SEEDS
from tests.documents import document, row
from tests.pipeline.builds import contents, corpus, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HGNC = Path(__file__).parents[1] / "hgnc.txt"
SETD2 = {"figid": JAK_STAT, "word": "HIF-1", "symbol": "HIF-1", "source": "hgnc_alias_symbol", "entrez": "29072"}
BY = {"curator": "A. Reader", "date": "2026-11-29"}
HIF1A = {"decision": "other", "other_gene": "3091", "other_symbol": "HIF1A"}
OTHER = {**SETD2, **BY, **HIF1A}
NO_SPECIES = (
    "neither HGNC nor a file says of which species gene {} is, so networks pair it with no gene of a known one; "
    "--hgnc tells it of human genes"
)


def cells(text: str, separator: str = "\t") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def table(*rows: Mapping[str, str], separator: str = "\t", columns: tuple[str, ...] = AUDIT_COLUMNS) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def written(path: Path, *rows: Mapping[str, str]) -> Path:
    path.write_text(table(*rows), encoding="utf-8")
    return path


def grades(build: kg.Build, word: str) -> dict[str, tuple[float, str]]:
    return {v.hgnc_symbol: (v.score, v.grade) for v in build.audit() if v.word == word}


def warnings(build: kg.Build) -> list[tuple[int | None, str, str]]:
    return [(p.line, p.path, p.reason) for p in build.problems if p.file.endswith(".tsv")]


def test_it_goes_round_by_the_command_line(tmp_path: Path) -> None:
    """Audit, edit, build, audit: the decisions are applied, and stand in their columns again."""
    run = CliRunner().invoke
    build, sheet, again = (str(tmp_path / name) for name in ("build", "audit.tsv", "again.tsv"))
    seeds, hgnc = str(SEEDS), str(HGNC)
    assert run(app, ["build", seeds, "-o", build, "-q", "--hgnc", hgnc, "--audit"]).exit_code == 0
    assert run(app, ["audit", build, "-o", sheet]).exit_code == 0
    rows = cells(Path(sheet).read_text(encoding="utf-8"))
    decided = {
        "NDUFC2": {"decision": "reject", "note": "it is HIC1"},
        "MAK": {"decision": "Accept", "curator": "B. Reader, 0000-0002-1825-0097"},
        "SETD2": {"decision": "other", "other_gene": "3091"},  # HGNC has the symbol
    }
    for each in rows:
        if each["hgnc_symbol"] in decided:
            each.update(BY | decided[each["hgnc_symbol"]])
    written(Path(sheet), *rows)
    made = run(app, ["build", seeds, "-o", build, "-q", "--hgnc", hgnc, "--curation", sheet])
    assert (made.exit_code, made.output) == (0, "")
    assert run(app, ["audit", build, "-o", again]).exit_code == 0
    after = cells(Path(again).read_text(encoding="utf-8"))
    found = {r["hgnc_symbol"]: r for r in after if r["reasons"].startswith("curation: ")}
    assert {symbol: (r["score"], r["grade"]) for symbol, r in found.items()} == {
        "NDUFC2": ("0.0", "conflicting"),
        "MAK": ("1.0", "supported"),
        "SETD2": ("0.0", "conflicting"),
        "HIF1A": ("1.0", "supported"),
    }
    assert found["NDUFC2"]["reasons"].startswith(
        "curation: rejected by A. Reader on 2026-11-29: it is HIC1; alias: HLC-1 is an alias; "
    )
    kept = {name: {key: value for key, value in r.items() if key in AUDIT_COLUMNS[10:]} for name, r in found.items()}
    nothing = dict.fromkeys(AUDIT_COLUMNS[10:], "")
    assert kept == {
        "NDUFC2": nothing | BY | decided["NDUFC2"],
        "MAK": nothing | BY | decided["MAK"] | {"decision": "accept"},
        "SETD2": nothing | BY | HIF1A,
        "HIF1A": nothing,
    }
    # What the audit wrote says the same once more.
    assert run(app, ["build", seeds, "-o", build, "-q", "--hgnc", hgnc, "--curation", again]).exit_code == 0
    assert run(app, ["audit", build, "-o", sheet]).exit_code == 0
    assert Path(sheet).read_bytes() == Path(again).read_bytes()


def test_networks_and_exports_follow(tmp_path: Path) -> None:
    sheet = written(tmp_path / "a.tsv", OTHER)
    build = kg.build(SEEDS, output=tmp_path / "build", hgnc=HGNC, curation=sheet)
    believed = build.with_min_grade("plausible")
    both = {"29072", "3091"}
    weights = []
    for kept, has in ((build, both), (believed, {"3091"})):
        network = kept.cooccurrence(tier="synonyms")
        assert both & set(network) == has
        assert kept.explain("STAT3", "HIF1A").count > 0
        assert both & {gene for each in kept.gene_sets(naming="ncbigene") for gene in each.genes} == has
        weights.append(network["3091"]["6774"]["weight"])
    assert weights[0] < weights[1]  # the rejected gene shares the word no longer
    for selection, has in ((Selection(), both), (Selection(min_grade="plausible"), {"3091"})):
        build.export("gmt", tmp_path / "sets", selection=selection)
        sets = [path.read_text(encoding="utf-8").split() for path in (tmp_path / "sets").glob("*.gmt")]
        assert both & set().union(*sets) == has
        assert build.export("csv", tmp_path / "csv", verify=True, selection=selection).differences == ()


def test_the_file_is_still_there_beside_what_curators_added(tmp_path: Path, seeds_build: kg.Build) -> None:
    build = kg.build(SEEDS, output=tmp_path / "build", curation=written(tmp_path / "a.tsv", OTHER))
    rows = build.table("candidates")
    (added,) = rows.filter(pl.col("is_curated")).to_dicts()
    assert {name: added[name] for name in ("figid", "position", "ncbigene", "symbol", "taxon", "is_hgnc")} == {
        "figid": JAK_STAT,
        "position": None,
        "ncbigene": "3091",
        "symbol": "HIF1A",
        "taxon": None,
        "is_hgnc": False,
    }
    assert rows.filter(~pl.col("is_curated")).equals(seeds_build.table("candidates"))
    blocks = [build.path / "blocks.jsonl", seeds_build.path / "blocks.jsonl"]
    for each, path in zip((build, seeds_build), blocks, strict=True):
        each.export("jsonld-blocks", path, regenerate=True)
    assert blocks[0].read_bytes() == blocks[1].read_bytes()
    blocks[1].unlink()
    assert build.table("curations").to_dicts() == [
        {
            "figid": JAK_STAT,
            "mention": added["mention"],
            "ncbigene": "29072",
            "note": None,
            **HIF1A,
            **BY,
        }
    ]


def test_hgnc_names_other_genes_and_objects_to_a_wrong_symbol(tmp_path: Path) -> None:
    sheet = written(tmp_path / "a.tsv", OTHER | {"other_symbol": "HIF2A"})
    build = kg.build(SEEDS, output=tmp_path / "build", hgnc=HGNC, curation=[sheet])
    assert grades(build, "HIF-1") == {"SETD2": (0.0, "conflicting"), "HIF1A": (1.0, "supported")}
    reason = "HGNC calls gene 3091 HIF1A, which counts; see whether the id is the one that was meant"
    assert warnings(build) == [(2, "other_symbol", reason)]
    (gene,) = build.table("genes").filter(ncbigene="3091").to_dicts()
    assert (gene["symbol"], gene["is_hgnc"], gene["n_mentions"]) == ("HIF1A", True, 1)


JAK = {"figid": "PMC1__f000", "word": "JAK", "symbol": "JAK", "source": "bioentities_symbol"}
OF_JAK = [
    row("JAK", "JAK", source="bioentities_symbol", hgnc_symbol=s, entrez=e)
    for s, e in (("JAK1", "3716"), ("JAK2", "3717"))
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return corpus(tmp_path / "in", PMC1__f000=numbered(0, genes=[*OF_JAK, row()]), PMC1__f001=numbered(1))


def test_a_member_of_a_family_and_a_gene_in_a_familys_place(source: Path, tmp_path: Path) -> None:
    sheet = written(
        tmp_path / "a.tsv",
        {**JAK, **BY, "entrez": "3716", "decision": "accept"},
        {**JAK, **BY, "entrez": "3717", "decision": "other", "other_gene": "1111", "other_symbol": "CHEK1"},
    )
    build = kg.build(source, output=tmp_path / "build", curation=sheet, formats=["n-quads"])
    assert grades(build, "JAK") == {
        "JAK1": (1.0, "supported"),
        "JAK2": (0.0, "conflicting"),
        "CHEK1": (1.0, "supported"),
    }
    (family,) = build.table("families").to_dicts()
    assert family["members"] == ["3716", "3717"]
    assert list(audit(build)) == list(build.audit())
    for selection in (Selection(), Selection(min_grade="supported")):
        assert build.export("csv", tmp_path / "csv", verify=True, selection=selection).differences == ()


def test_a_gene_in_the_place_of_a_whole_family_is_a_node_and_the_family_none(source: Path, tmp_path: Path) -> None:
    other = {"decision": "other", "other_gene": "207", "other_symbol": "AKT1"}
    sheet = written(
        tmp_path / "a.tsv",
        {**JAK, **BY, "entrez": "3716", **other},
        {**JAK, **BY, "entrez": "3717", "decision": "reject"},
    )
    akt1 = row("AKT1", "AKT1", hgnc_symbol="AKT1", entrez="207")  # a file tells its species
    corpus(source, PMC1__f001=numbered(1, genes=[akt1]))
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    believed = build.with_min_grade("plausible")
    assert set(build.cooccurrence(expand="none")) == {"family:JAK", "6774"}
    assert set(believed.cooccurrence(expand="none")) == {"207", "6774"}
    assert believed.explain("207", "6774", expand="none").count == 1
    assert believed.explain("family:JAK", "6774", expand="none").uncounted == ()
    for grade, n_families in ((None, 1), ("plausible", 0)):
        selection = Selection(min_grade=grade)
        assert build.export("csv", tmp_path / "csv", verify=True, selection=selection).differences == ()
        kinds = ("nodes_GeneFamily", "edges_GeneMention-REFERS_TO-GeneFamily", "edges_Gene-MEMBER_OF-GeneFamily")
        files = [tmp_path / "csv" / f"{kind}.csv" for kind in kinds]
        lines = [path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else [] for path in files]
        assert [len(rows) for rows in lines] == [n_families, n_families, 2 * n_families]


def test_another_gene_that_is_a_candidate_already_is_accepted(source: Path, tmp_path: Path) -> None:
    decision = {"decision": "other", "other_gene": "3717", "other_symbol": "JAK2"}
    sheet = written(tmp_path / "a.tsv", {**JAK, **BY, "entrez": "3716", **decision})
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    assert grades(build, "JAK") == {"JAK1": (0.0, "conflicting"), "JAK2": (1.0, "supported")}
    assert not build.table("candidates")["is_curated"].any()
    # A decision on that gene itself counts more.
    sheet = written(
        tmp_path / "a.tsv",
        {**JAK, **BY, "entrez": "3716", **decision},
        {**JAK, **BY, "entrez": "3717", "decision": "reject"},
    )
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    assert grades(build, "JAK") == {"JAK1": (0.0, "conflicting"), "JAK2": (0.0, "conflicting")}
    assert list(audit(build)) == list(build.audit())


def test_rows_that_no_longer_fit_are_warnings_with_their_lines(source: Path, tmp_path: Path) -> None:
    stat3 = {"figid": "PMC1__f000", "word": "STAT3", "symbol": "STAT3", "source": "hgnc_symbol", "entrez": "6774"}
    accept = {**BY, "decision": "accept"}
    sheet = written(
        tmp_path / "a.tsv",
        {**stat3, **accept, "figid": "PMC1__gone"},
        {**stat3, **accept, "word": "STAT4"},
        {**stat3, **accept, "source": "hgnc_alias_symbol"},
        {**stat3, **accept, "entrez": "6775"},
        {**stat3, **accept, "hgnc_symbol": "APRF"},
        {**JAK, **BY, "entrez": "3716", **HIF1A},
        {**JAK, **accept, "entrez": "3091"},
        {**stat3, "note": "to be seen"},
    )
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    assert warnings(build) == [
        (2, "figid", "the build has no such figure, so the decision is not used"),
        (3, "word", "figure PMC1__f000 has no such word, so the decision is not used"),
        (
            4,
            "symbol",
            (
                "the word now matched STAT3 of hgnc_symbol, and not STAT3 of hgnc_alias_symbol, "
                "so the decision is not used"
            ),
        ),
        (
            5,
            "entrez",
            "the gene is no candidate of STAT3 any more, which has 6774 (STAT3); the decision is not used",
        ),
        (6, "hgnc_symbol", "the file now calls gene 6774 STAT3; the decision is used, for the id counts"),
        (7, "other_gene", NO_SPECIES.format(3091)),
        (8, "entrez", "the gene came of a curator's decision: change that row, and leave this one empty"),
        (9, "note", "a note without a decision, which the build does not keep"),
    ]
    assert {p.severity for p in build.problems if p.file == "a.tsv"} == {Severity.WARNING}
    assert build.table("curations").get_column("ncbigene").to_list() == ["3716", "6774"]


def test_words_that_differ_in_blanks_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", PMC1__f000=numbered(0, genes=[row("STAT  3"), row("STAT 3")]))
    stat3 = {"figid": "PMC1__f000", "word": "STAT 3", "symbol": "STAT3", "source": "hgnc_symbol", "entrez": "6774"}
    for number in ("2", "7"):
        sheet = written(tmp_path / "a.tsv", {**stat3, **BY, "decision": "reject", "mention": number})
        build = kg.build(source, output=tmp_path / "build", curation=sheet)
        assert build.table("curations")["mention"].to_list() == [2 if number == "2" else 1]
    decided = {"1": "accept", "2": "reject"}
    both = [{**stat3, **BY, "decision": decision, "mention": number} for number, decision in decided.items()]
    build = kg.build(source, output=tmp_path / "build", curation=written(tmp_path / "a.tsv", *both))
    assert build.table("curations").select("mention", "decision").rows() == [(1, "accept"), (2, "reject")]
    assert warnings(build) == []


FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda text: text.encode(),
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "unicode text": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "big endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "old mac": lambda text: text.replace("\n", "\r").encode(),
    "empty lines": lambda text: text.replace("\n", "\n\n").encode() + b"\t\t\t\n",
    "semicolons": lambda text: table(*cells(text), separator=";").encode(),
    "commas": lambda text: table(*cells(text), separator=",").encode(),
    "named separator": lambda text: ("sep=;\n" + table(*cells(text), separator=";")).encode(),
    "more columns": lambda text: text.replace("\n", "\t\n").replace("date\t", "date\tmine").encode(),
    "no trailing cells": lambda text: "\n".join(line.rstrip("\t") for line in text.split("\n")).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_spreadsheets_write_is_read_as_it_is(form: str, tmp_path: Path) -> None:
    rows = [
        OTHER,
        {**JAK, **BY, "entrez": "3716", "decision": "accept", "note": 'a "quoted";, note'},
        {**JAK, "entrez": "3717"},
    ]
    path = tmp_path / "a.tsv"
    path.write_bytes(FORMS[form](table(*rows)))
    found = [row.decision for rows in read_curation([path]).rows.values() for row in rows]
    plain = read_curation([written(tmp_path / "b.tsv", *rows)])
    assert found == [row.decision for rows in plain.rows.values() for row in rows]
    assert [decision.decision for decision in found] == ["accept", "other"]


MISTAKES: dict[str, tuple[Mapping[str, str], str]] = {
    "unknown decision": ({"decision": "maybe"}, "decision is 'maybe'; write accept, reject or other"),
    "date of a spreadsheet": (
        {"date": "29.11.2026"},
        "date is '29.11.2026', which is no day; write it like 2026-11-29",
    ),
    "no such day": ({"date": "2026-02-30"}, "date is '2026-02-30', which is no day"),
    "week": ({"date": "2026-W01"}, "which is no day"),
    "no date": ({"date": ""}, "date is empty, which says when it was decided; fill it"),
    "no curator": ({"curator": " "}, "curator is empty, which says who decided; fill it"),
    "no figure": ({"figid": ""}, "figid is empty"),
    "symbol for an id": ({"other_gene": "HIF1A"}, "other_gene is 'HIF1A', which is no NCBI Gene id"),
    "id with a point": ({"entrez": "29072.0"}, "entrez is '29072.0', which is no NCBI Gene id"),
    "no other gene": ({"other_gene": ""}, "decision is other, and other_gene is empty"),
    "no other symbol": ({"other_symbol": ""}, "no table of HGNC tells what gene 3091 is called; write its symbol"),
    "itself": ({"other_gene": "29072"}, "other_gene is the gene of the row itself"),
    "other gene of an accepted one": ({"decision": "accept"}, "decision is accept, and other_gene or other_symbol is"),
    "other gene of nothing": ({"decision": ""}, "other_gene names a gene, and decision is empty"),
    "march": ({"hgnc_symbol": "1-Mar"}, "hgnc_symbol is '1-Mar', which a spreadsheet made of a symbol"),
    "september": ({"symbol": "Sep-02"}, "symbol is 'Sep-02', which a spreadsheet"),
    "december": ({"other_symbol": "1. Dez"}, "other_symbol is '1. Dez', which a spreadsheet"),
    "number": ({"hgnc_symbol": "2.31E+13"}, "which a spreadsheet"),
    "formula": ({"symbol": "#NAME?"}, "which a spreadsheet"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_with_its_line(mistake: str, tmp_path: Path) -> None:
    change, said = MISTAKES[mistake]
    path = written(tmp_path / "a.tsv", {**JAK, "entrez": "3717"}, {**OTHER, **change})
    with pytest.raises(SourceError) as error:
        kg.build(SEEDS, output=tmp_path / "out", curation=path)
    assert str(error.value).startswith(f"{path}:3: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


FILES: dict[str, tuple[bytes, str]] = {
    "no column": (
        b"figid\tword\nx\ty\n",
        r":1: the columns symbol, source, entrez, decision, curator, date are",
    ),
    "empty": (b"", r":1: the columns figid, .* are missing \(there are: none\)"),
    "column twice": (("\t".join((*REQUIRED_COLUMNS, "date")) + "\n").encode(), r":1: the column date stands twice"),
    "not utf-8": (table(OTHER | {"note": "Aβ"}).encode("cp1253"), r":2: neither UTF-8 nor UTF-16; save"),
    "utf-16 without a mark": (table(OTHER).encode("utf-16-le"), r":1: not text; save"),
    "half of utf-16": (table(OTHER).encode("utf-16")[:-1], r": neither UTF-8 nor UTF-16"),
    "workbook": (b"PK\x03\x04rest", r":1: a workbook or archive and not text"),
    "open quote": (table(OTHER).encode() + b'"x', r":3: not a table"),
    "too many cells": (table(OTHER).encode() + b"\t" * 20 + b"x\n", r":3: the line has 21 cells and the header 16"),
    "compressed, cut": (b"\x1f\x8b\x08\x00", r"cannot be read"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_such_table_is_one_sentence(case: str, tmp_path: Path) -> None:
    data, said = FILES[case]
    path = tmp_path / ("a.tsv.gz" if "compressed" in case else "a.tsv")
    path.write_bytes(data)
    with pytest.raises(SourceError, match=said) as error:
        read_curation([path])
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_gene_decided_in_two_ways_stops_the_build(source: Path, tmp_path: Path) -> None:
    jak1 = {**JAK, **BY, "entrez": "3716"}
    first = written(tmp_path / "a.tsv", {**jak1, **HIF1A})
    for number, said in (("", "b.tsv:2"), ("1", "b.tsv:2")):  # a number may be that of another build
        against = written(tmp_path / "b.tsv", {**jak1, "mention": number, "decision": "reject"})
        with pytest.raises(SourceError, match=f"{said}: the same gene .* as in a.tsv:2, decided otherwise"):
            kg.build(source, output=tmp_path / "out", curation=[first, against], workers=2)
        assert not (tmp_path / "out").exists()


def test_of_curators_who_agree_the_earliest_counts_whatever_the_order(source: Path, tmp_path: Path) -> None:
    reject = {**JAK, "entrez": "3716", "decision": "reject"}
    bob = written(tmp_path / "a.tsv", {**reject, "curator": "Bob", "date": "2026-02-02", "note": "no"})
    ann = {**reject, "curator": "Ann", "date": "2026-01-01"}
    sheets = [bob, written(tmp_path / "b.tsv", {}, ann, ann)]
    found = []
    for order in (sheets, sheets[::-1]):
        build = kg.build(source, output=tmp_path / "build", curation=order)
        (decision,) = build.table("curations").to_dicts()
        assert (decision["curator"], decision["note"]) == ("Ann", None)
        assert warnings(build) == [(2, "curator", "the same decision as in b.tsv:3, which counts, as it came first")]
        found.append(contents(build.path))
    assert found[0] == found[1]


def test_who_added_a_gene_is_one_answer(source: Path, tmp_path: Path) -> None:
    other = {**JAK, "decision": "other", "other_gene": "207"}
    sheet = written(
        tmp_path / "a.tsv",
        {**other, "entrez": "3716", "other_symbol": "AKT1x", "curator": "Bob", "date": "2026-02-02"},
        {**other, "entrez": "3717", "other_symbol": "AKT1", "curator": "Ann", "date": "2026-01-01"},
    )
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    verdicts = list(build.audit())
    assert list(audit(build)) == verdicts
    (added,) = [v for v in verdicts if v.entrez == "207"]
    assert added.decision is not None
    assert (added.hgnc_symbol, added.decision.curator) == ("AKT1", "Ann")
    assert added.signals[0].text == "accepted in the place of JAK2 (3717) by Ann on 2026-01-01"
    assert build.table("candidates").filter(ncbigene="207")["symbol"].to_list() == ["AKT1"]
    assert build.table("curations")["other_symbol"].to_list() == ["AKT1", "AKT1"]
    assert warnings(build)[1:] == [
        (2, "other_symbol", "elsewhere gene 207 is called AKT1, which counts; see whether the id is right"),
        (3, "other_gene", NO_SPECIES.format(207)),
    ]


def test_what_files_say_of_a_gene_counts_before_what_curators_say(tmp_path: Path) -> None:
    """Also where the figure that was judged comes first."""
    akt1 = row("Akt", "AKT1", source="hgnc_symbol", hgnc_symbol="AKT1", entrez="207")
    source = corpus(tmp_path / "in", PMC1__f000=numbered(0, genes=[row()]), PMC1__f001=numbered(1, genes=[akt1, row()]))
    plain = kg.build(source, output=tmp_path / "plain")
    stat3 = {"figid": "PMC1__f000", "word": "STAT3", "symbol": "STAT3", "source": "hgnc_symbol", "entrez": "6774"}
    sheet = written(
        tmp_path / "a.tsv", {**stat3, **BY, "decision": "other", "other_gene": "207", "other_symbol": "akt-1"}
    )
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    columns = ("ncbigene", "symbol", "taxon", "organism", "is_hgnc")
    assert build.table("genes").select(columns).equals(plain.table("genes").select(columns))
    assert [(p.file, p.line, p.reason) for p in build.problems if p not in plain.problems] == [
        ("a.tsv", 2, "elsewhere gene 207 is called AKT1, which counts; see whether the id is right")
    ]


def test_a_gene_that_nobody_knows_has_no_species_and_costs_no_pair(source: Path, tmp_path: Path) -> None:
    sheet = written(
        tmp_path / "a.tsv",
        {**JAK, **BY, "entrez": "3717", "decision": "other", "other_gene": "1111", "other_symbol": "CHEK1"},
    )
    build = kg.build(source, output=tmp_path / "build", curation=sheet)
    (gene,) = build.table("genes").filter(ncbigene="1111").to_dicts()
    assert (gene["symbol"], gene["taxon"], gene["organism"], gene["is_hgnc"]) == ("CHEK1", None, None, False)
    plain = kg.build(source, output=tmp_path / "plain").cooccurrence()
    network = build.cooccurrence()
    assert list(network.edges(data="weight")) == list(plain.edges(data="weight"))
    assert warnings(build) == [(2, "other_gene", NO_SPECIES.format(1111))]


def test_a_zstandard_file_that_is_cut_off_loses_no_row_silently(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.zst"
    writer = zstandard.ZstdCompressor().compressobj()
    data = writer.compress(table(OTHER).encode()) + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    for content, said in ((data, "cut off: the file ends"), (b"no zstd", "not Zstandard, or damaged")):
        path.write_bytes(content)
        with pytest.raises(SourceError, match=rf"a\.tsv\.zst: cannot be read \({said}"):
            read_curation([path])
    path.write_bytes(data + writer.flush())
    assert len(read_curation([path]).rows[JAK_STAT]) == 1


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "no.tsv"
    done = CliRunner().invoke(app, ["build", str(SEEDS), "-o", str(tmp_path / "b"), "--curation", str(path)])
    assert isinstance(done.exception, SourceError)
    assert str(done.exception) == f"{path}: cannot be read (No such file or directory)"


def test_an_update_with_other_decisions_is_a_full_build(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.pipeline.one_pass.BATCH", 1)
    options: dict[str, Any] = {"formats": GRAPH_SUFFIXES, "compress": "gzip", "partitions": 2}
    out, sheet = tmp_path / "out", tmp_path / "a.tsv"
    gone = {**JAK, **BY, "entrez": "1", "decision": "reject"}
    decisions = [
        [{**JAK, **BY, "entrez": "3716", "decision": "accept"}, gone],
        [{**JAK, **BY, "entrez": "3716", "decision": "reject"}],
        [{**JAK, **BY, "entrez": "3716", **HIF1A}],
    ]
    for n, rows in enumerate(decisions):
        written(sheet, *rows)
        updated = kg.build(source, output=out, update=True, curation=sheet, workers=1 + n % 2, **options)
        full = kg.build(source, output=tmp_path / "full", curation=sheet, **options)
        assert contents(out) == contents(full.path)
        assert updated.n_kept == (1 if n else 0)  # one figure has decisions, the other is as it was
        assert kg.build(source, output=out, update=True, curation=sheet, **options).n_kept == 2
    written(sheet, {}, *rows)  # a line further down, where no warning says so
    assert kg.build(source, output=out, update=True, curation=sheet, **options).n_kept == 1
    assert contents(out) == contents(kg.build(source, output=tmp_path / "full", curation=sheet, **options).path)
    corpus(source, PMC1__f001=numbered(1, genes=[row(), row("x")]))
    updated = kg.build(source, output=out, update=True, curation=sheet, **options)
    assert updated.n_kept == 1
    assert contents(out) == contents(kg.build(source, output=tmp_path / "full", curation=sheet, **options).path)
    plain = kg.build(source, output=out, update=True, **options)
    assert contents(out) == contents(kg.build(source, output=tmp_path / "full", **options).path)
    assert not plain.has("grades")


def test_the_description_names_the_files_of_decisions(tmp_path: Path) -> None:
    sheet = written(tmp_path / "mine.tsv", OTHER)
    build = kg.build(SEEDS, output=tmp_path / "build", hgnc=HGNC, curation=sheet)
    asked = """SELECT ?label ?digest WHERE { ?run a prov:Activity ; prov:used ?used .
      ?used rdfs:label ?label ; schema:identifier ?digest . FILTER(CONTAINS(STR(?used), "curation")) }"""
    digest = build.manifest["inputs"]["audit"]["curation"][0]["sha256"]
    assert build.query(asked).to_rows() == [{"label": "curation: mine.tsv", "digest": f"sha256:{digest}"}]


def test_records_are_as_they_were_without_decisions() -> None:
    figure = parse_figure(document(), name="f.md", stem="PMC1__f1", tables={}).figure
    curated = read_curation([]).apply(figure, read_hgnc(HGNC))
    assert curated.figure is figure
    assert (dict(curated.decisions), curated.problems) == ({}, ())


def test_what_a_spreadsheet_would_run_is_written_as_text_and_read_as_it_was(tmp_path: Path) -> None:
    """Words, symbols and notes that look like formulas have an apostrophe in the table, and none after a round."""
    words = ["=cmd|'/c calc'!A1", "+1", "-AKT", "@SUM", "'=x", "''-y", "'tis", "IL-6"]
    source = corpus(tmp_path / "in", PMC1__f000=numbered(0, genes=[row(word) for word in words]))
    build = kg.build(source, output=tmp_path / "build", audit=True)
    sheet = tmp_path / "a.tsv"
    build.write_audit(sheet)
    rows = cells(sheet.read_text(encoding="utf-8"))
    assert [r["word"] for r in rows] == [f"'{word}" for word in words[:-2]] + words[-2:]
    decided = [r | BY | {"decision": "accept", "note": f"={n}"} for n, r in enumerate(rows)]
    again = kg.build(source, output=tmp_path / "again", curation=written(sheet, *decided))
    assert not warnings(again)
    assert [v.word for v in again.audit()] == words
    assert all(v.decision is not None and v.decision.note == f"={n}" for n, v in enumerate(again.audit()))
    again.write_audit(sheet)
    noted = [r["note"] for r in cells(sheet.read_text(encoding="utf-8"))]
    assert noted == [f"'={n}" for n in range(len(words))]
