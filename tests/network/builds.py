"""Small builds for the tests of networks: figures in code, written as the tables of a build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import frontmatter

from kg import tables
from kg.folder import MANIFEST, TOOL, Folder
from kg.model import FAMILY_LEXICONS, Candidate, Figure, Gene, GeneMention, Paper

SEEDS = Path(__file__).parents[2] / "seeds"


@dataclass(frozen=True)
class Mention:
    """A word that matched a symbol of a lexicon, with its candidates as NCBI Gene ids; curators added the last ones."""

    word: str
    symbol: str
    lexicon: str
    genes: tuple[str, ...]
    n_curated: int = 0

    @property
    def members(self) -> tuple[str, ...]:
        """Return the candidates that a file has."""
        return self.genes[: max(0, len(self.genes) - self.n_curated)]


@dataclass(frozen=True)
class Drawn:
    """A figure, its paper, the paper's year, and its mentions."""

    figid: str
    pmcid: str
    year: int | None
    mentions: tuple[Mention, ...]


def _record(drawn: Drawn, genes: dict[str, Gene]) -> Figure:
    mentions = []
    position = 0
    for number, mention in enumerate(drawn.mentions, start=1):
        candidates = []
        for place, gene in enumerate(mention.genes):
            is_curated = place >= len(mention.members)
            candidates.append(Candidate(genes[gene], () if is_curated else (position,)))
            position += not is_curated
        mentions.append(GeneMention(number, mention.word, mention.symbol, mention.lexicon, tuple(candidates)))
    return Figure(drawn.figid, Paper(drawn.pmcid, year=drawn.year), mentions=tuple(mentions))


def _families(figures: list[Drawn]) -> dict[str, list[str]]:
    members: dict[str, dict[str, None]] = {}
    for mention in (mention for drawn in figures for mention in drawn.mentions):
        if mention.lexicon in FAMILY_LEXICONS:
            members.setdefault(mention.symbol, {}).update(dict.fromkeys(mention.members))
    return {symbol: list(genes) for symbol, genes in sorted(members.items())}


def write_build(path: Path, figures: list[Drawn], genes: dict[str, Gene]) -> Folder:
    """Write figures as a build and return it; `genes` says what each id is."""
    columns = {name: tables.empty_columns(name) for name in tables.COLUMNS}
    years: dict[str, int | None] = {}
    for drawn in figures:
        tables.add_figure(columns, _record(drawn, genes))
        years.setdefault(drawn.pmcid, drawn.year)
    shared: dict[str, list[dict[str, object]]] = {
        "genes": [
            {"ncbigene": g.ncbigene, "symbol": g.symbol, "taxon": g.taxon, "organism": g.organism}
            for g in genes.values()
        ],
        "papers": [{"pmcid": pmcid, "year": year} for pmcid, year in years.items()],
        "families": [{"symbol": symbol, "members": members} for symbol, members in _families(figures).items()],
    }
    for name, rows in shared.items():
        columns[name] = {column: [row.get(column) for row in rows] for column in columns[name]}
    (path / "tables").mkdir(parents=True)
    for name, values in columns.items():
        tables.to_frame(name, values).write_parquet(path / "tables" / f"{name}.parquet")
    (path / MANIFEST).write_text(f'{{"tool": {{"name": "{TOOL}", "version": "0"}}}}', encoding="utf-8")
    return Folder(path)


def read_seeds() -> tuple[list[Drawn], dict[str, Gene]]:
    """Return the two figures of `seeds/` and their genes."""
    figures, genes = [], {}
    for path in sorted(SEEDS.glob("*.md")):
        front = frontmatter.load(str(path)).metadata
        mentions: dict[tuple[str, str, str], list[str]] = {}
        rows = front["genes"]
        assert isinstance(rows, list)
        for row in rows:
            ids = mentions.setdefault((row["word"], row["symbol"], row["source"]), [])
            if row["entrez"] not in ids:
                ids.append(row["entrez"])
            genes[row["entrez"]] = Gene(row["entrez"], row["hgnc_symbol"], True, "9606", "Homo sapiens")
        found = tuple(Mention(*key, tuple(ids)) for key, ids in mentions.items())
        figures.append(Drawn(str(front["figid"]), str(front["pmcid"]), int(str(front["year"])), found))
    return figures, genes
