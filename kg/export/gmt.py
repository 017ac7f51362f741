"""GMT: figures as sets of genes, a file for each tier, and as sets of chemicals and of diseases.

A line is PFOCR's own: the figure's id, its title, then the ids of its genes at NCBI; figures of fewer than three genes
are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.atomic import replacing_folder
from kg.errors import ExportError, SourceError
from kg.export.target import Target, is_export
from kg.gmt import GeneSet, read_gmt, write_gmt
from kg.model import TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph

__all__ = ["MIN_SIZE", "TARGET"]

MIN_SIZE = 3
"""Members of the smallest set, as in PFOCR's own files."""

_GENES, _SUFFIX = "genes", ".gmt"
_OTHERS = {"chemicals": "Chemical", "diseases": "Disease"}
_FILES = tuple(f"{name}{_SUFFIX}" for name in (*(f"{_GENES}-{tier}" for tier in TIERS), *_OTHERS))


def _files(graph: PropertyGraph) -> dict[str, tuple[str, Sequence[str | None]]]:
    """Return the files by name, each with the label of its members and the tiers that count."""
    tiers = TIERS[: TIERS.index(graph.selection.tier) + 1]
    of_genes: dict[str, tuple[str, Sequence[str | None]]] = {
        # A lexicon that is not known is of no tier, and counts only where all do.
        f"{_GENES}-{tier}": ("Gene", [*TIERS[: number + 1], *([None] if tier == "all" else [])])
        for number, tier in enumerate(tiers)
    }
    return of_genes | {name: (label, [None]) for name, label in _OTHERS.items()}


def _names(file: str) -> tuple[str, str]:
    """Return what the sets of a file, and their members, are counted as.

    Examples
    --------
    >>> _names("genes-strict"), _names("chemicals")
    (('strict gene sets', 'genes in strict sets'), ('chemical sets', 'chemicals in sets'))
    """
    members, _, tier = file.partition("-")
    kind = f"{tier} " if tier else ""
    return f"{kind}{members.removesuffix('s')} sets", f"{members} in {kind}sets"


def _sets(graph: PropertyGraph, label: str, tiers: Sequence[str | None]) -> Iterator[tuple[str, list[str]]]:
    """Yield figures with their members, each in the order of the figures' files."""
    import polars as pl

    kind = next(kind for kind in graph.edge_kinds if kind.name == f"Figure-MENTIONS-{label}")
    wanted = pl.col("tier").is_in([tier for tier in tiers if tier is not None])
    for batch in graph.edges(kind):
        left = batch if None in tiers else batch.filter(wanted)
        grouped = left.group_by("source", maintain_order=True).agg("target")
        yield from grouped.filter(pl.col("target").list.len() >= MIN_SIZE).iter_rows()


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    titles: dict[str, str | None] = {}
    for batch in graph.nodes("Figure"):
        titles |= dict(batch.select("id", "title").iter_rows())
    counts: dict[str, int] = {}

    def counted(name: str, label: str, tiers: Sequence[str | None]) -> Iterator[GeneSet]:
        sets, genes = _names(name)
        counts[sets] = counts[genes] = 0
        for figure, members in _sets(graph, label, tiers):
            counts[sets] += 1
            counts[genes] += len(members)
            yield GeneSet(figure, titles[figure] or "", tuple(members))

    with replacing_folder(
        path,
        may_replace=lambda old: is_export(old, _FILES, _FILES[0]),
        what="a folder of such gene sets",
    ) as fresh:
        for name, (label, tiers) in _files(graph).items():
            write_gmt(counted(name, label, tiers), fresh / f"{name}{_SUFFIX}")
    return counts


def _read_counts(path: Path) -> Mapping[str, int]:
    counts = {}
    for file in sorted(path.glob(f"*{_SUFFIX}")):
        try:
            sets = read_gmt(file, descriptions=True) if file.stat().st_size else []
        except SourceError as error:
            raise ExportError(f"{error}; export again") from error
        of_sets, of_members = _names(file.stem)
        counts[of_sets], counts[of_members] = len(sets), sum(len(found.genes) for found in sets)
    return counts


def _expected(graph: PropertyGraph) -> Mapping[str, int]:
    """Return how many sets and members there must be, asked of the tables."""
    import polars as pl

    mentions, candidates = graph.tables.scan("mentions"), graph.tables.scan("candidates")
    named = candidates.select("figid", "mention", "ncbigene").join(
        mentions.select("figid", "mention", "tier"), on=["figid", "mention"]
    )
    sizes: dict[str, pl.LazyFrame] = {}
    for name, (label, tiers) in _files(graph).items():
        if label == "Gene":
            rows = named if None in tiers else named.filter(pl.col("tier").is_in(list(tiers)))
            sizes[name] = rows.group_by("figid").agg(pl.col("ncbigene").n_unique().alias("n"))
        else:
            from kg.export.terms import TERMS

            keys = graph.tables.scan(name).select("figid", TERMS[name].key.alias("key"))
            sizes[name] = keys.group_by("figid").agg(pl.col("key").n_unique().alias("n"))
    counts: dict[str, int] = {}
    for name, table in sizes.items():
        kept = table.filter(pl.col("n") >= MIN_SIZE).select(pl.len(), pl.col("n").sum()).collect()
        counts |= dict(zip(_names(name), kept.row(0), strict=True))
    return counts


TARGET = Target(
    name="gmt",
    description="figures as gene sets for enrichment, a file for each tier, and as chemical and disease sets",
    suffixes=(),
    limits=(
        f"Only figures with their titles and members, and only those of {MIN_SIZE} members or more. A blank stands for"
        " tabs and line breaks; what has no id in MeSH or elsewhere is `name:` and its name."
    ),
    write=_write,
    read_counts=_read_counts,
    folder=True,
    expected=_expected,
)
"""The target."""
