"""GMT: figures as sets of genes, a file for each tier, and as sets of chemicals and of diseases.

A line is PFOCR's own: the figure's id, its title, then the ids of its genes at NCBI; figures of fewer than three genes
are left out.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, TYPE_CHECKING

from kg.atomic import replacing_folder
from kg.errors import ExportError, SourceError
from kg.export.streams import Range, ranges
from kg.export.target import Target, is_export
from kg.export.terms import TERMS
from kg.gmt import read_gmt
from kg.graph_files.tables import BREAKS
from kg.model import TIERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


def _write(graph: PropertyGraph, path: Path) -> Mapping[str, int]:
    titles = _titles(graph)
    files = _files(graph)
    counts = {name: 0 for file in files for name in _names(file)}
    with replacing_folder(
        path,
        may_replace=lambda old: is_export(old, _FILES, _FILES[0]),
        what="a folder of such gene sets",
    ) as fresh:
        for kind in graph.edge_kinds:
            of_kind = {file: tiers for file, (label, tiers) in files.items() if kind.name == f"Figure-MENTIONS-{label}"}
            with ExitStack() as opened:
                streams = {file: opened.enter_context((fresh / f"{file}{_SUFFIX}").open("wb")) for file in of_kind}
                for batch in graph.edges(kind) if of_kind else ():
                    for file, stream in streams.items():
                        sets = _sets(batch, of_kind[file]).join(titles, on="source", maintain_order="left")
                        of_sets, of_members = _names(file)
                        counts[of_sets] += sets.height
                        counts[of_members] += int(sets.get_column("target").list.len().sum())
                        _write_lines(sets, stream)
    return counts


def _titles(graph: PropertyGraph) -> pl.DataFrame:
    """Return the titles of all figures by their ids; an empty text where there is none."""
    import polars as pl

    batches = [batch.select("id", pl.col("title").fill_null("")) for batch in graph.nodes("Figure")]
    return pl.concat([pl.DataFrame(schema={"id": pl.String, "title": pl.String}), *batches]).rename({"id": "source"})


def _sets(batch: pl.DataFrame, tiers: Sequence[str | None]) -> pl.DataFrame:
    """Return figures with their members, each in the order of the figures' files."""
    import polars as pl

    wanted = pl.col("tier").is_in([tier for tier in tiers if tier is not None])
    left = batch if None in tiers else batch.filter(wanted)
    grouped = left.group_by("source", maintain_order=True).agg("target")
    return grouped.filter(pl.col("target").list.len() >= MIN_SIZE)


def _write_lines(sets: pl.DataFrame, stream: IO[bytes]) -> None:
    """Write figures, titles and members as `kg.gmt.write_gmt` would."""
    import polars as pl

    one_line = pl.col(pl.String).str.replace_all(f"{BREAKS}+", " ")
    members = pl.col("target").list.eval(pl.element().str.replace_all(f"{BREAKS}+", " ")).list.join("\t")
    rows = sets.select("source", "title", "target").with_columns(one_line, members)
    rows.write_csv(stream, include_header=False, separator="\t", quote_style="never")


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
    counts = {name: 0 for file in _files(graph) for name in _names(file)}
    for part in ranges(graph.tables):
        for file, sizes in _sizes(graph, part).items():
            for name, n in zip(_names(file), sizes, strict=True):
                counts[name] += n
    return counts


def _sizes(graph: PropertyGraph, part: Range) -> dict[str, tuple[int, int]]:
    """Return how many sets each file must have of some figures, and how many members these have together."""
    import polars as pl

    tiers_of_mentions = part.scan("mentions").select("figid", "mention", "tier")
    named = part.scan("candidates").join(tiers_of_mentions, on=["figid", "mention"])
    queries = []
    for file, (label, tiers) in _files(graph).items():
        if label == "Gene":
            rows = named if None in tiers else named.filter(pl.col("tier").is_in(list(tiers)))
            members = rows.select("figid", key="ncbigene")
        else:
            members = part.scan(file).select("figid", key=TERMS[file].key)
        sizes = members.group_by("figid").agg(pl.col("key").n_unique().alias("n"))
        queries.append(sizes.filter(pl.col("n") >= MIN_SIZE).select(pl.len(), pl.col("n").sum().alias("members")))
    return dict(zip(_files(graph), (found.row(0) for found in pl.collect_all(queries)), strict=True))


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
