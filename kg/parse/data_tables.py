"""The ``_data`` files of generation 2: tab-separated values with a header, cells quoted where they hold a quote."""

from __future__ import annotations

import csv
from typing import NamedTuple

__all__ = ["DataTable", "Fault", "parse_data_table"]


class Fault(NamedTuple):
    """A line that cannot be used, counted from 1."""

    line: int
    value: str
    reason: str


class DataTable(NamedTuple):
    """A table's cells.

    Attributes
    ----------
    columns
        The header's names.
    rows
        The line of each row in the file (from 1), its position among the rows (from 0), and its cells, one a column.
    faults
        The lines left out, whose positions are left out too.
    raw_quotes
        The lines whose quotes are not CSV's; their cells are taken as they stand.
    """

    columns: tuple[str, ...]
    rows: list[tuple[int, int, list[str]]]
    faults: list[Fault]
    raw_quotes: list[int]


def parse_data_table(text: str) -> DataTable:
    r"""Return the table in a ``_data`` file's text.

    Each line is a row of its own: an unclosed quote costs at most its line, never those behind it.

    References
    ----------
    RFC 4180 for the quoting (with tabs in the place of commas).

    Examples
    --------
    >>> table = parse_data_table('word\tmesh\n"Rock"\tNA\nshort\n')
    >>> table.rows, table.faults
    ([(2, 0, ['Rock', 'NA'])], [Fault(line=3, value='short', reason='1 cell where the header has 2')])
    """
    lines = text.split("\n")
    columns = tuple(name.strip().strip('"') for name in lines[0].split("\t"))
    table = DataTable(columns, [], [], [])
    position = -1
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        position += 1
        cells = line.split("\t")
        if '"' in line:
            try:
                cells = next(csv.reader([line], delimiter="\t", strict=True))
            except csv.Error:
                table.raw_quotes.append(number)
        if len(cells) == len(columns):
            table.rows.append((number, position, cells))
        else:
            noun = "cell" if len(cells) == 1 else "cells"
            table.faults.append(Fault(number, line, f"{len(cells)} {noun} where the header has {len(columns)}"))
    return table
