"""How many nodes and edges there must be, asked of the tables in another way than the one that makes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kg import vocab
from kg.export.network_edges import read_network
from kg.export.streams import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from kg.export.selection import Tables

__all__ = ["compare_counts", "count_tables"]


_FIGURES = 8_192  # counted at once: few enough to keep memory flat, enough that a query's own cost does not show


def count_tables(tables: Tables, network: Path | None, names: Iterable[str]) -> dict[str, int]:
    """Return how many nodes of a label, or edges of a kind, there are, by their names.

    Each is the number of distinct rows of a table, and no node or edge is made for it.

    Parameters
    ----------
    tables
        The tables.
    network
        The file that CO_OCCURS_WITH comes from, if any.
    names
        Names of labels and of kinds of edges.

    Raises
    ------
    BuildError
        If a table is missing.
    ExportError
        If the network cannot be read.
    """
    queries = _queries(tables)
    wanted = list(names)
    asked = [name for name in wanted if name in queries]
    # What a figure's id is a part of is distinct figure by figure: it is counted some figures at a time.
    of_figures = [name for name in asked if "figid" in queries[name].collect_schema()]
    counts = Counter(_count(queries, [name for name in asked if name not in of_figures]))
    for part in ranges(tables, size=_FIGURES):
        counts.update(_count(_queries(part), of_figures))
    if network is not None:
        counts.update(_count_network(tables, network))
    return {name: counts[name] for name in wanted}


def _count(queries: Mapping[str, pl.LazyFrame], names: Sequence[str]) -> dict[str, int]:
    """Return how many distinct rows some queries give."""
    import polars as pl

    found = pl.collect_all([queries[name].unique().select(pl.len()) for name in names])
    return {name: int(count.item()) for name, count in zip(names, found, strict=True)}


def _queries(tables: Tables) -> dict[str, pl.LazyFrame]:
    """Return for each label and kind the rows whose distinct ones are its nodes or edges."""
    import polars as pl

    figures, mentions, candidates, genes = map(tables.scan, ("figures", "mentions", "candidates", "genes"))
    families = mentions.filter(pl.col("family").is_not_null())
    members = families.join(candidates.filter(~pl.col("is_curated")), on=["figid", "mention"])
    named = figures.select("figid", species=pl.col("organisms")).explode("species")
    species = named.filter(pl.col("species").is_in(list(vocab.TAXA)))
    taxon = pl.col("species").replace_strict(vocab.TAXA, default=None, return_dtype=pl.String)
    with_taxon = genes.filter(pl.col("taxon").str.contains("^[1-9][0-9]{0,9}$"))
    terms = {"Chemical": _terms(tables, "chemicals", "chebi"), "Disease": _terms(tables, "diseases", "doid")}
    return {
        "Figure": figures.select("figid"),
        "Paper": figures.select("pmcid"),
        "GeneMention": candidates.select("figid", "mention"),
        "Gene": candidates.select("ncbigene"),
        "GeneFamily": families.select("family"),
        **{label: rows.select("mesh", "other", "name") for label, rows in terms.items()},
        "Organism": pl.concat([species.select(taxon=taxon), with_taxon.select("taxon")]),
        "Figure-PART_OF-Paper": figures.select("figid", "pmcid"),
        "Figure-HAS_MENTION-GeneMention": mentions.select("figid", "mention"),
        "GeneMention-REFERS_TO-Gene": candidates.select("figid", "mention", "ncbigene"),
        "GeneMention-REFERS_TO-GeneFamily": families.select("figid", "mention", "family"),
        "Figure-MENTIONS-Gene": candidates.select("figid", "ncbigene"),
        **{f"Figure-MENTIONS-{label}": rows for label, rows in terms.items()},
        "Gene-MEMBER_OF-GeneFamily": members.select("ncbigene", "family"),
        "Gene-IN_TAXON-Organism": with_taxon.select("ncbigene"),
        "Figure-IN_TAXON-Organism": species.select("figid", taxon),
    }


def _terms(tables: Tables, table: str, other: str) -> pl.LazyFrame:
    """Return mentions of chemicals or diseases as figure and what tells them apart: MeSH id, or other id, or name."""
    import polars as pl

    by_mesh, by_other = pl.col("mesh").is_not_null(), pl.col(other).is_not_null()
    return tables.scan(table).select(
        "figid",
        "mesh",
        pl.when(~by_mesh).then(other).alias("other"),
        pl.when(~by_mesh & ~by_other).then(pl.coalesce("name", "match", "word")).alias("name"),
    )


def _count_network(tables: Tables, network: Path) -> dict[str, int]:
    """Return how many distinct pairs of a network there are whose ends are genes or families of the tables."""
    genes = set(tables.scan("candidates").select("ncbigene").unique().collect().get_column("ncbigene"))
    families = set(tables.scan("mentions").select("family").unique().collect().get_column("family")) - {None}
    known = genes | {f"family:{symbol}" for symbol in families}
    found: dict[str, set[frozenset[str]]] = {
        f"{ends[0]}-CO_OCCURS_WITH-{ends[1]}": set()
        for ends in (("Gene", "Gene"), ("Gene", "GeneFamily"), ("GeneFamily", "GeneFamily"))
    }
    for a, b in read_network(network).select("a", "b").iter_rows():
        if a in known and b in known:
            ends = sorted("GeneFamily" if end.startswith("family:") else "Gene" for end in (a, b))
            found[f"{ends[0]}-CO_OCCURS_WITH-{ends[1]}"].add(frozenset((a, b)))
    return {name: len(pairs) for name, pairs in found.items()}


def compare_counts(expected: Mapping[str, int], found: Mapping[str, int], where: str) -> list[str]:
    """Return a sentence for each label or kind of edges whose number differs, without its full stop.

    Parameters
    ----------
    expected
        What the tables have, by name.
    found
        What the target has; a name that is missing counts 0.
    where
        The target, for the sentences.

    Examples
    --------
    >>> compare_counts({"Figure": 2, "Paper": 2}, {"Figure": 2, "Paper": 1}, "out/")
    ['out/: Paper: 1 where the tables have 2']
    """
    names = dict.fromkeys([*expected, *found])
    return [
        f"{where}: {name}: {found.get(name, 0):,} where the tables have {expected.get(name, 0):,}"
        for name in names
        if found.get(name, 0) != expected.get(name, 0)
    ]
