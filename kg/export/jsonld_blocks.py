"""The schema.org blocks that PFOCR embeds in its figures' pages, written out of a build."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from kg import vocab
from kg.atomic import replacing_file, replacing_folder
from kg.blocks import make_block
from kg.errors import ExportError, NotFoundError
from kg.export.streams import Range, ranges
from kg.export.target import Target
from kg.tables import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import polars as pl

    from kg.export.property_graph import PropertyGraph
    from kg.export.selection import Tables

__all__ = ["TARGET", "read_block", "write_blocks"]

_SUFFIX = ".jsonld"
# What somebody gives who wants a file of another kind.
_OTHER_SUFFIXES = frozenset({".json", ".jsonld", ".ndjson", ".gz", ".zip", ".txt"})


def write_blocks(tables: Tables, target: str | Path, *, regenerate: bool = False) -> int:
    """Return how many figures' schema.org blocks were written.

    Parameters
    ----------
    tables
        The build, or what was selected of it.
    target
        A file ending in ``.jsonl`` takes a block a line; any other name is a folder that takes ``FIGID.jsonld`` files,
        and is replaced if it holds nothing but such files.
    regenerate
        Write the block that the figure's fields give, also where the file embeds one.

    Raises
    ------
    ExportError
        If the target cannot be written, or is something else; it is then as it was before.
    BuildError
        If the build lacks a table.
    """
    target = Path(target)
    if target.suffix in _OTHER_SUFFIXES:
        raise ExportError(f"{target}: a file of blocks ends in .jsonl; any other name is a folder of {_SUFFIX} files")
    n_blocks = 0
    if target.suffix == ".jsonl":
        with replacing_file(target) as path, path.open("w", encoding="utf-8", newline="\n") as file:
            for _, block in _blocks(ranges(tables), regenerate=regenerate):
                file.write(json_text(block) + "\n")
                n_blocks += 1
        return n_blocks
    with replacing_folder(target, may_replace=_holds_blocks, what=f"a folder of {_SUFFIX} files") as fresh:
        for figid, block in _blocks(ranges(tables), regenerate=regenerate):
            text = json.dumps(block, ensure_ascii=False, indent=2)
            (fresh / f"{figid}{_SUFFIX}").write_text(text + "\n", encoding="utf-8", newline="\n")
            n_blocks += 1
    return n_blocks


def read_block(tables: Tables, figid: str) -> object:
    """Return the schema.org block of one figure as JSON values, as `write_blocks` writes it.

    Raises
    ------
    NotFoundError
        If the build has no figure of that id.
    """
    just_it = Range(tables, figid, f"{figid}\0")
    for _, block in _blocks([just_it], regenerate=False):
        return block
    raise NotFoundError(f"{figid}: no figure of this build has that id")


def _holds_blocks(path: Path) -> bool:
    """Return whether a folder holds nothing but files that an export wrote: blocks of PFOCR's figures."""
    return all(_is_block(child) for child in path.iterdir())


def _is_block(path: Path) -> bool:
    if path.suffix != _SUFFIX or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return vocab.figure_iri(path.stem).encode() in file.read(65_536)


def _figures(part: Range) -> pl.DataFrame:
    """Return what the blocks of some figures are made of."""
    import polars as pl

    rows = part.scan("candidates").filter(~pl.col("is_curated"))
    symbols = rows.group_by("figid").agg(pl.col("symbol").sort_by("position").alias("symbols"))
    chemicals = part.scan("chemicals").group_by("figid").agg(pl.col("word").sort_by("chemical").alias("chemicals"))
    diseases = part.scan("diseases").group_by("figid").agg(pl.col("word").sort_by("disease").alias("diseases"))
    figures = part.scan("figures").select("figid", "caption", "seo", "block")
    for words in (symbols, chemicals, diseases):
        figures = figures.join(words, on="figid", how="left", maintain_order="left")
    return figures.collect()


def _blocks(parts: Iterable[Range], *, regenerate: bool) -> Iterator[tuple[str, object]]:
    """Yield each figure's id and block, in the order of the parts."""
    for row in chain.from_iterable(_figures(part).iter_rows(named=True) for part in parts):
        if row["block"] is not None and not regenerate:
            yield row["figid"], json.loads(row["block"])
        else:
            yield (
                row["figid"],
                make_block(
                    row["figid"],
                    caption=row["caption"],
                    seo=row["seo"],
                    symbols=row["symbols"] or (),
                    chemicals=row["chemicals"] or (),
                    diseases=row["diseases"] or (),
                ),
            )


def _write(graph: PropertyGraph, path: Path, *, regenerate: bool = False) -> Mapping[str, int]:
    return {"blocks": write_blocks(graph.tables, path, regenerate=regenerate)}


def _read_counts(path: Path) -> Mapping[str, int]:
    """Return how many blocks there are, each read as JSON."""
    if path.is_dir():
        texts = (file.read_text(encoding="utf-8") for file in path.iterdir())
        return {"blocks": sum(isinstance(json.loads(text), dict) for text in texts)}
    with path.open(encoding="utf-8") as file:
        return {"blocks": sum(isinstance(json.loads(line), dict) for line in file)}


def _expected(graph: PropertyGraph) -> Mapping[str, int]:
    return {"blocks": graph.counts()["Figure"]}


TARGET = Target(
    name="jsonld-blocks",
    description="the schema.org block of each figure, as PFOCR embeds it",
    suffixes=(".jsonl",),
    limits="A block holds a figure's caption and its words; mentions and papers are not in it.",
    write=_write,
    read_counts=_read_counts,
    folder=True,
    expected=_expected,
    options=("regenerate",),
)
"""``kg export BUILD jsonld-blocks``."""
