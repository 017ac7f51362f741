"""HGNC's table: its text, compressed and JSON forms are one, and what is wrong with a file is said with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kg.authority.hgnc import HGNC_COLUMNS, read_hgnc
from kg.compression import compress
from kg.errors import SourceError

TABLE = Path(__file__).parent / "hgnc.txt"
LINES = TABLE.read_text(encoding="utf-8").splitlines()


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def as_json() -> dict[str, Any]:
    """The table as HGNC's JSON has it: lists are lists, what is empty is not there."""
    header, *rows = [line.split("\t") for line in LINES]
    several = {"alias_symbol", "alias_name", "prev_symbol", "prev_name", "gene_group", "uniprot_ids", "omim_id"}
    docs = []
    for cells in rows:
        given = {name: cell.strip('"') for name, cell in zip(header, cells, strict=True) if cell}
        docs.append({name: value.split("|") if name in several else value for name, value in given.items()})
    return {"responseHeader": {"status": 0}, "response": {"numFound": len(docs), "docs": docs}}


def test_a_gene_has_what_the_file_says() -> None:
    gene = read_hgnc(TABLE).gene("3569")
    assert gene is not None
    assert (gene.hgnc_id, gene.symbol, gene.name, gene.location) == ("HGNC:6018", "IL6", "interleukin 6", "7p15.3")
    assert (gene.locus_group, gene.locus_type) == ("protein-coding gene", "gene with protein product")
    assert (gene.status, gene.is_withdrawn) == ("Approved", False)
    assert gene.aliases == ("IL-6", "BSF2", "HGF", "HSF")
    assert gene.alias_names == ("interferon, beta 2",)
    assert gene.previous == ("IFNB2",)
    assert gene.previous_names == ("interleukin 6 (interferon, beta 2)",)
    assert gene.gene_groups == ("Interferons", "Interleukins", "Interleukin 6 type cytokine family")
    assert (gene.ensembl, gene.uniprot, gene.omim) == ("ENSG00000136244", ("P05231",), ("147620",))


def test_genes_are_found_by_id_symbol_and_former_symbol() -> None:
    table = read_hgnc(TABLE)
    assert len(table) == len(LINES) - 1
    assert table.gene("0") is None
    assert table.symbol("il6") is None
    assert table.symbol("IL6") is table.gene("3569")
    assert [gene.symbol for gene in table.renamed("ASS")] == ["ASS1"]
    assert table.renamed("nothing") == []
    withdrawn = table.symbol("A12M1")
    assert withdrawn is not None
    assert withdrawn.is_withdrawn
    assert (withdrawn.ncbigene, withdrawn.aliases) == (None, ())


def test_all_forms_are_one(tmp_path: Path) -> None:
    frame = read_hgnc(TABLE).frame
    (tmp_path / "set.txt.gz").write_bytes(gzip.compress(TABLE.read_bytes()))
    (tmp_path / "set.json").write_text(json.dumps(as_json()), encoding="utf-8")
    (tmp_path / "marked.txt").write_text("\ufeff" + "\r\n".join(LINES) + "\r\n", encoding="utf-8", newline="")
    for name in ("set.txt.gz", "set.json", "marked.txt"):
        assert read_hgnc(tmp_path / name).frame.equals(frame), name
    assert frame.columns == list(HGNC_COLUMNS)


def test_older_json_calls_gene_groups_families(tmp_path: Path) -> None:
    content = as_json()
    for doc in content["response"]["docs"]:
        if "gene_group" in doc:
            doc["gene_family"] = doc.pop("gene_group")
        doc["entrez_id"] = doc.get("entrez_id")
    (tmp_path / "old.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_hgnc(tmp_path / "old.json").frame.equals(read_hgnc(TABLE).frame)


def test_a_value_of_json_stands_on_one_line(tmp_path: Path) -> None:
    """As in the other form; tables of genes have lists a line a text."""
    content = as_json()
    content["response"]["docs"][0].update({"symbol": "A\nB", "alias_symbol": ["C\r\nD", "", "E"], "omim_id": []})
    (tmp_path / "set.json").write_text(json.dumps(content), encoding="utf-8")
    first = read_hgnc(tmp_path / "set.json").frame.row(0, named=True)
    assert (first["symbol"], first["aliases"], first["omim"]) == ("A B", ["C D", "E"], [])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([LINES[0].replace("symbol\tname", "title\tname"), *LINES[1:]], "bad.txt:1: the columns symbol are missing"),
        (["figid\tword", "a\tb"], "bad.txt:1: the columns hgnc_id, symbol, name, status, locus_group and 11 more"),
        ([LINES[0], LINES[1], LINES[2] + "\tmore"], "bad.txt:3: the line has 52 cells and the header 51"),
        ([LINES[0], LINES[1], "HGNC:7\tA2M"], "bad.txt:3: the line has 2 cells"),
        ([*LINES[:3], LINES[1]], "bad.txt:4: HGNC:11364 is also the id of line 2"),
        ([LINES[0], LINES[1].replace("HGNC:11364", "")], "bad.txt:2: the entry has no HGNC id or no symbol"),
        ([LINES[0]], "bad.txt: the table has no rows"),
        (
            [""],
            "hgnc_id, symbol, name, status, locus_group and 11 more are missing (there are: none)",
        ),
        (
            [LINES[0], LINES[1].replace("HGNC:11364", "HGNC:x> <y")],
            "bad.txt:2: 'HGNC:x> <y' is no hgnc_id, which is HGNC:",
        ),
        (
            [*LINES[:2], LINES[2].replace("\t3569\t", "\t> <evil\t")],
            "bad.txt:3: '> <evil' is no entrez_id, which has digits",
        ),
        ([LINES[0].replace("vega_id", "symbol"), *LINES[1:]], "bad.txt:1: the column symbol stands twice"),
        (["{", '"response": [}'], "bad.txt:2: not JSON"),
        (['{"response": []}'], "bad.txt: JSON without the entries of HGNC"),
        (["[null]"], "bad.txt: JSON without the entries of HGNC"),
        (["null"], "bad.txt:1: the columns hgnc_id, symbol"),
        (["[" * 100_000], "bad.txt: JSON that cannot be read (maximum recursion depth"),
        (['{"response": ' + "7" * 5_000 + "}"], "bad.txt: JSON that cannot be read (Exceeds the limit"),
        (['{"response": {"docs": []}}'], "bad.txt: JSON without the entries of HGNC"),
        (['{"response": {"docs": [{"symbol": "IL6"}]}}'], "bad.txt: the columns hgnc_id, name, status"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_the_way_out(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_hgnc(write(tmp_path / "bad.txt", lines))
    assert said in str(raised.value)
    assert "kg hgnc fetch" in str(raised.value)


def test_entries_of_json_that_share_an_id_are_named(tmp_path: Path) -> None:
    content = as_json()
    content["response"]["docs"][1]["hgnc_id"] = "HGNC:11364"
    (tmp_path / "set.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SourceError, match=r"response.docs entry 1: HGNC:11364 is also the id of response.docs entry 0"):
        read_hgnc(tmp_path / "set.json")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(TABLE.read_bytes())[:200])
    (tmp_path / "no.txt.gz").write_bytes(b"not gzip")
    (tmp_path / "latin.txt").write_bytes(b"\xff")
    (tmp_path / "cut.txt.zst").write_bytes(compress(TABLE.read_bytes(), "zstd")[:200])
    (tmp_path / "no.txt.zst").write_bytes(b"not zstd")
    cases = (("cut.txt.gz", "cannot be read"), ("no.txt.gz", "Not a gzipped file"), ("latin.txt", "not in UTF-8"))
    zstd = (("cut.txt.zst", r"cannot be read \(cut off"), ("no.txt.zst", r"cannot be read \(not Zstandard, or damaged"))
    for name, said in (*cases, *zstd, ("none.txt", "No such file")):
        with pytest.raises(SourceError, match=said):
            read_hgnc(tmp_path / name)


def test_what_no_text_of_a_build_can_hold_is_replaced(tmp_path: Path) -> None:
    content = as_json()
    content["response"]["docs"][0] |= {"name": "a\x00b", "alias_symbol": ["\ud800", "c\x1fd"]}
    (tmp_path / "set.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "set.txt").write_text(TABLE.read_text(encoding="utf-8").replace("APRF", "AP\x1fRF"), encoding="utf-8")
    first = read_hgnc(tmp_path / "set.json").frame.row(0, named=True)
    assert (first["name"], first["aliases"]) == ("a\ufffdb", ["\ufffd", "c\ufffdd"])
    assert read_hgnc(tmp_path / "set.txt").frame.row(0, named=True)["aliases"] == ["AP\ufffdRF"]
