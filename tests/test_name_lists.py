from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kg.errors import KgError
from kg.name_lists import read_names

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('"STAT3","IL6"\n"TNF"\n', ["STAT3", "IL6", "TNF"]),
        ('"STAT3"\t"2.5"\n"IL6"\t"-1e3"\n', ["STAT3", "IL6"]),
        ("STAT3\r\nIL6\r\n", ["STAT3", "IL6"]),
        ("# a list\n\n;,\t\n", []),
        ('"", STAT3"\n', [' STAT3"']),
    ],
)
def test_names_stand_between_separators_and_in_quotes(tmp_path: Path, text: str, names: list[str]) -> None:
    (tmp_path / "genes.txt").write_text(text, encoding="utf-8", newline="")
    assert read_names(tmp_path / "genes.txt", "genes") == names


def test_a_line_is_one_name_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "figures.txt").write_text('PMC1__a,b\n"PMC2__c"\n7\n', encoding="utf-8")
    assert read_names(tmp_path / "figures.txt", "figures", one_a_line=True) == ["PMC1__a,b", "PMC2__c", "7"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"STAT3\nIL\xff6\n", ":2: neither UTF-8 nor UTF-16; save the list as plain text, in UTF-8"),
        ("STAT3\n".encode("utf-16-be"), ":1: not text; save the list as plain text, in UTF-8"),
        (b"PK\x03\x04", ":1: a workbook or archive and not text; save the list as plain text, in UTF-8"),
    ],
)
def test_what_is_no_text_is_a_sentence_with_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "genes.txt").write_bytes(data)
    with pytest.raises(KgError) as caught:
        read_names(tmp_path / "genes.txt", "genes")
    assert str(caught.value) == f"{tmp_path / 'genes.txt'}{said}"
