from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rdflib import Graph

import kg
from kg.rdf.plugin import PfocrWarning
from tests.conftest import JAK_STAT, SEEDS
from tests.documents import document, genes_table, raw, row

if TYPE_CHECKING:
    from pathlib import Path

PATH = SEEDS / f"{JAK_STAT}.md"


@pytest.fixture(scope="module")
def expected() -> Graph:
    return kg.to_graph(figure for figure in kg.read_figures(SEEDS) if figure.figid == JAK_STAT)


def test_rdflib_reads_a_figure_from_a_path_bytes_text_and_streams(expected: Graph) -> None:
    with PATH.open("rb") as file:
        assert Graph().parse(file, format="pfocr").isomorphic(expected)
    assert Graph().parse(str(PATH), format="pfocr").isomorphic(expected)
    assert Graph().parse(PATH, format="pfocr").isomorphic(expected)
    assert Graph().parse(data=PATH.read_bytes(), format="pfocr").isomorphic(expected)
    assert Graph().parse(data=PATH.read_text(encoding="utf-8"), format="pfocr").isomorphic(expected)
    assert Graph().parse(io.BytesIO(PATH.read_bytes()), format="pfocr").isomorphic(expected)
    assert Graph().parse(io.StringIO(PATH.read_text(encoding="utf-8")), format="pfocr").isomorphic(expected)


def test_rdflib_finds_the_parser_without_kg_being_imported() -> None:
    code = f"from rdflib import Graph; print(len(Graph().parse({str(PATH)!r}, format='pfocr')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 400


def test_rdflib_serializes_what_it_read(expected: Graph) -> None:
    graph = Graph().parse(PATH, format="pfocr")
    for fmt in ("turtle", "json-ld"):
        assert Graph().parse(data=graph.serialize(format=fmt), format=fmt).isomorphic(expected)


def test_the_genes_of_generation_2_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "_figures").mkdir()
    (tmp_path / "_data").mkdir()
    figure = tmp_path / "_figures" / "PMC1__f1.md"
    figure.write_bytes(raw(""))
    line = "9606\tHomo sapiens\tPrimates\tAR\tAR\tAR\t367\tncbigene_symbol\t1\t1\t1"
    (tmp_path / "_data" / "PMC1__f1-genes.tsv").write_bytes(genes_table(line))
    assert "ncbigene:367" in Graph().parse(figure, format="pfocr").serialize(format="turtle")


def test_a_row_that_is_left_out_is_a_python_warning(tmp_path: Path) -> None:
    path = tmp_path / "PMC1__f1.md"
    path.write_bytes(document(genes=[row(), row("JAK1", entrez="x")]))
    with pytest.warns(PfocrWarning, match=r"genes\[1\]\.entrez"):
        Graph().parse(path, format="pfocr")


def test_what_is_not_a_figure_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("# hello", encoding="utf-8")
    with pytest.raises(kg.ParseError, match=r"x\.md: file skipped: no front matter"):
        Graph().parse(path, format="pfocr")
