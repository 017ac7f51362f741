"""The audit of a build: a verdict for each candidate gene of each mention, read off its tables."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

from kg.authority.audit.auditor import Auditor
from kg.authority.audit.curation import Decision
from kg.authority.audit.subject import Candidate, Mention
from kg.authority.audit.text import FigureText

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from kg.authority.audit.auditor import Verdict
    from kg.authority.hgnc import HgncTable

__all__ = ["Tables", "audit", "read_decisions", "read_slices"]

_FIGURES_AT_ONCE = 500


class Tables(Protocol):
    """What has the tables of a build, as `kg.folder.Folder` has."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table as a lazy frame."""
        ...

    def has(self, table: str) -> bool:
        """Return whether there is such a table."""
        ...


def audit(folder: Tables, table: HgncTable | None = None) -> Iterator[Verdict]:
    """Yield a verdict for each candidate gene of each mention of a build, by figure id, mention and candidate.

    What curators decided in the build is part of it.

    Parameters
    ----------
    folder
        A build; only its tables are read, some figures at a time.
    table
        HGNC's complete set. Without it signals that need names of genes are silent.

    Raises
    ------
    BuildError
        If the build lacks a table.
    """
    auditor = Auditor(table)
    decided = read_decisions(folder)
    for figures, mentions in read_slices(folder):
        of_figure = {figid: list(rows) for figid, rows in groupby(_mentions(mentions), key=itemgetter(0))}
        for figid, caption, title, paper, organisms in figures.iter_rows():
            text = FigureText(caption, title, json.loads(paper).get("title") if paper else None)
            found = [mention for _, mention in of_figure.get(figid, ())]
            yield from auditor.audit_figure(figid, text, organisms, found, decided.get(figid))


def read_decisions(folder: Tables) -> dict[str, dict[tuple[int, str], Decision]]:
    """Return what curators decided in a build, by figure, mention and gene; they are few."""
    found: dict[str, dict[tuple[int, str], Decision]] = {}
    if folder.has("curations"):
        rows = folder.scan("curations").select("figid", "mention", *Decision._fields).collect()
        for figid, mention, *decision in rows.iter_rows():
            found.setdefault(figid, {})[mention, decision[0]] = Decision(*decision)
    return found


def _mentions(rows: pl.DataFrame) -> Iterator[tuple[str, Mention]]:
    """Yield figure ids and mentions of rows of candidates."""
    rows = rows.filter(~rows["is_curated"]).drop("is_curated")
    for (figid, number), group in groupby(rows.iter_rows(), key=itemgetter(0, 1)):
        members = list(group)
        _, _, word, symbol, lexicon, family, *_ = members[0]
        yield figid, Mention(number, word, symbol, lexicon, family, tuple(Candidate(*row[6:]) for row in members))


def read_slices(folder: Tables) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield some figures with their texts, and the candidates of their mentions, in order.

    The title of the paper is that of the figure's own file, so that what one file says decides on its mentions.
    """
    import polars as pl

    figures = folder.scan("figures").select("figid", "caption", "title", "organisms")
    papers = folder.scan("documents").select("figid", "paper")
    mentions = folder.scan("mentions").select("figid", "mention", "word", "matched_symbol", "lexicon", "family")
    candidates = folder.scan("candidates").select(
        "figid", "mention", "ncbigene", "symbol", "taxon", "organism", "is_curated"
    )
    start = 0
    while len(some := figures.slice(start, _FIGURES_AT_ONCE).collect()):
        start += _FIGURES_AT_ONCE
        figids = some.get_column("figid")
        own = pl.col("figid").is_between(pl.lit(figids[0]), pl.lit(figids[-1]))
        texts = some.join(papers.filter(own).collect(), on="figid", how="left", maintain_order="left")
        rows = mentions.filter(own).join(candidates.filter(own), on=["figid", "mention"], maintain_order="left_right")
        yield (
            texts.select("figid", "caption", "title", "paper", "organisms"),
            rows.unique(["figid", "mention", "ncbigene"], keep="first", maintain_order=True).collect(),
        )
