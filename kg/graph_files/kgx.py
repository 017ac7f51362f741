"""KGX: a graph as tables of nodes and of edges in Biolink's terms, as TSV or as JSON Lines; and what is wrong with one.

KGX reads TSV by lines and tabs, without quotes, and takes ``|`` in any cell as the end of a list's item. So in TSV, a
blank stands for what could end a line or a cell, and ``¦`` (U+00A6) for ``|`` in a text. JSON Lines keep every one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from kg import vocab
from kg.atomic import replacing_folder
from kg.errors import ExportError
from kg.graph_files.json_text import json_members
from kg.graph_files.stream import holds_any
from kg.graph_files.tables import BREAKS, csv_bytes, write_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

__all__ = [
    "EDGES",
    "KGX_FAMILY",
    "KGX_ID",
    "NODES",
    "SOURCE",
    "KgxCounts",
    "KgxForm",
    "check_kgx",
    "family_curie",
    "scan_kgx",
    "write_kgx_files",
]

KgxForm = Literal["tsv", "jsonl"]

KGX_ID = r"^[^ <()>:]*:[^/ :]+$"
"""What KGX takes for an id.

References
----------
https://github.com/biolink/kgx/blob/master/kgx/prefix_manager.py
"""

_BAR = "\u00a6"
_ODD = "|" + BREAKS.strip("[]")  # what a cell cannot hold
_ON_EVERY_EDGE = ("id", "subject", "predicate", "object", "knowledge_level", "agent_type", "primary_knowledge_source")
NODES, EDGES = "nodes", "edges"
"""The names of the two files."""

SOURCE = "infores:pfocr"
"""The ``primary_knowledge_source`` of every edge."""

KGX_FAMILY = "pfkg.family"
"""The prefix of our own identifiers of families, for ``https://w3id.org/pfocr-kg/family/``."""


class KgxCounts(NamedTuple):
    """The nodes of a KGX folder by category, and its edges by predicate."""

    nodes: dict[str, int]
    edges: dict[str, int]


def write_kgx_files(
    folder: Path,
    nodes: Iterable[pl.DataFrame],
    edges: Iterable[pl.DataFrame],
    *,
    columns: tuple[Mapping[str, pl.DataType], Mapping[str, pl.DataType]],
    form: KgxForm = "tsv",
) -> None:
    """Write a folder with ``nodes.tsv`` and ``edges.tsv``, or ``.jsonl``, which takes the place of another such folder.

    Parameters
    ----------
    folder
        The folder.
    nodes, edges
        Batches; each has some of the columns.
    columns
        The columns of nodes and of edges with their types: those of TSV, in their order. Lists are lists of texts.
    form
        TSV or JSON Lines. In JSON Lines what is null is left out.

    Raises
    ------
    ExportError
        If there is something else at that place, or it cannot be written.

    References
    ----------
    https://github.com/biolink/kgx/blob/master/specification/kgx-format.md
    """
    write = _tsv if form == "tsv" else _jsonl
    with replacing_folder(folder, may_replace=_is_ours, what="a folder of KGX tables of pfocr-kg") as fresh:
        for name, batches, schema in zip((NODES, EDGES), (nodes, edges), columns, strict=True):
            write_chunks(fresh / f"{name}.{form}", write(batches, schema))


def _is_ours(folder: Path) -> bool:
    """Return whether a folder holds nothing but the two tables, and the edges are PFOCR's, or there are none."""
    files = {path.name: path for path in folder.iterdir()}
    for form in ("tsv", "jsonl"):
        if set(files) == {f"{NODES}.{form}", f"{EDGES}.{form}"} and all(path.is_file() for path in files.values()):
            starts = [_start(files[f"{name}.{form}"]) for name in (NODES, EDGES)]
            return SOURCE.encode() in starts[1] or all(start.count(b"\n") <= (form == "tsv") for start in starts)
    return False


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65_536)


def _tsv(batches: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> Iterator[bytes]:
    import polars as pl

    head = pl.DataFrame(schema=dict.fromkeys(schema, pl.String))
    flat = (
        batch.select(
            _cells(batch.get_column(name)) if name in batch.columns else pl.lit(None, pl.String).alias(name)
            for name in schema
        )
        for batch in batches
    )
    yield from csv_bytes(head, flat, separator="\t", quote_style="never")


def _cells(column: pl.Series) -> pl.Expr:
    """Return a column as KGX's TSV has it."""
    import polars as pl

    cells = pl.col(column.name)
    if isinstance(column.dtype, pl.List):
        return (cells.list.eval(_one_item(pl.element())) if holds_any(column, _ODD) else cells).list.join("|")
    # Most columns hold nothing odd, and that is decided fastest.
    return _one_item(cells) if column.dtype == pl.String and holds_any(column, _ODD) else cells


def _one_item(cells: pl.Expr) -> pl.Expr:
    return cells.str.replace_all("|", _BAR, literal=True).str.replace_all(BREAKS, " ")


def _jsonl(batches: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> Iterator[str]:
    import polars as pl

    for batch in batches:
        names = [name for name in schema if name in batch.columns]
        row = pl.concat_str([pl.lit("{"), json_members(batch, names), pl.lit("}\n")])
        yield "".join(batch.select(row).to_series())


def family_curie(symbol: str) -> str:
    """Return the id of a family, which is its local IRI's.

    Examples
    --------
    >>> family_curie("AP-1/x")
    'pfkg.family:AP-1%2Fx'
    """
    return f"{KGX_FAMILY}:{vocab.family_iri(symbol).rpartition('/')[2].replace(':', '%3A')}"


def check_kgx(folder: Path) -> KgxCounts:
    """Return what a KGX folder holds, having looked for what KGX itself does not notice.

    Raises
    ------
    ExportError
        If an id is missing, stands twice or is none that KGX takes; an edge has no id, ends at no node, or says not
        how it is known, by whom and whence; or a file cannot be read.
    """
    import polars as pl

    try:
        nodes, edges = scan_kgx(folder, NODES, ("id", "category")), scan_kgx(folder, EDGES, _ON_EVERY_EDGE)
        for what, table, needed in (("node", nodes, ("id", "category")), ("edge", edges, _ON_EVERY_EDGE)):
            for column in needed:
                _refuse(table.filter(pl.col(column).fill_null("") == ""), folder, f"{{n}} {what}s have no {column}")
            _refuse(
                table.filter(~pl.col("id").str.contains(KGX_ID)), folder, f"{{n}} {what}s have an id that is no CURIE"
            )
            n_rows, n_ids = (
                table.select(pl.len(), pl.col("id").n_unique().alias("ids")).collect(engine="streaming").row(0)
            )
            if n_rows != n_ids:
                raise ExportError(
                    f"{folder}: {n_rows - n_ids} {what}s have an id that stands there already; export again"
                )
        for end in ("subject", "object"):
            dangling = edges.join(nodes.select("id"), left_on=end, right_on="id", how="anti")
            _refuse(dangling, folder, f"{{n}} edges have a {end} that is no node")
        return KgxCounts(*(_count(table, name) for table, name in ((nodes, "category"), (edges, "predicate"))))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ExportError(f"{folder}: cannot be read as KGX ({str(error).partition(chr(10))[0]})") from error


def _refuse(rows: pl.LazyFrame, folder: Path, sentence: str) -> None:
    import polars as pl

    n, first = rows.select(pl.len(), pl.col("id").first().alias("first")).collect(engine="streaming").row(0)
    if n:
        raise ExportError(f"{folder}: {sentence.format(n=n)}, first that of id {first!r}; export again")


def _count(table: pl.LazyFrame, name: str) -> dict[str, int]:
    import polars as pl

    counts = table.group_by(name).agg(pl.len()).collect(engine="streaming")
    return dict(sorted(counts.iter_rows()))


def scan_kgx(folder: Path, name: str, columns: Sequence[str]) -> pl.LazyFrame:
    """Return columns of the nodes or the edges of a KGX folder as texts, lists with ``|`` between their items.

    Parameters
    ----------
    folder
        The folder.
    name
        `NODES` or `EDGES`.
    columns
        Names; ``category`` is the one list that can be asked for.
    """
    import polars as pl

    path = folder / f"{name}.tsv"
    if path.is_file():
        return pl.scan_csv(path, separator="\t", quote_char=None, infer_schema=False).select(columns)
    kinds = {column: pl.List(pl.String()) if column == "category" else pl.String() for column in columns}
    lists = [pl.col(column).list.join("|") for column in columns if column == "category"]
    return pl.scan_ndjson(path.with_suffix(".jsonl"), schema=kinds).with_columns(lists)
