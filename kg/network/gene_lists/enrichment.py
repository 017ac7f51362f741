"""Enrichment: which figures or papers hold more genes of a list than chance would put there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kg.errors import NotFoundError, QueryError
from kg.genes import GeneNames, KnownGene, NotAGene
from kg.network.chance.statistics import benjamini_hochberg, hypergeometric_log10_p, odds_ratio
from kg.network.counting.runs import distinct, run_starts
from kg.network.gene_lists.gene_sets import MIN_SIZE, Candidates, Sets, read_sets
from kg.selection import find_species, species_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from kg.folder import Folder
    from kg.network.counting.evidence import Level, Tier

__all__ = ["Enrichment", "enrich"]

_FEW = 1_000  # sets that are looked for among all; more are taken from all of them


@dataclass(frozen=True, slots=True)
class Enrichment:
    """Figures or papers by how much of a gene list they hold.

    Attributes
    ----------
    level
        ``figure`` or ``paper``.
    genes
        The genes of the list that are in the background, in its order.
    outside
        Genes of the list that are not, so that they do not count.
    unknown
        Names of the list that are not one gene of the build, each with what may have been meant.
    n_listed
        Genes of the list that count: those of `genes`, and unknown names that a background of the user's own holds.
    n_background
        Genes of the background.
    n_sets
        Sets that were tested: figures or papers of the least size or more, also those without a gene of the list.
    n_found
        Sets of these that hold a gene of the list.
    table
        Those, or the first of them, best first, as `enrich` describes them.
    """

    level: Level
    genes: tuple[KnownGene, ...]
    outside: tuple[KnownGene, ...]
    unknown: tuple[NotAGene, ...]
    n_listed: int
    n_background: int
    n_sets: int
    n_found: int
    table: pl.DataFrame


def enrich(
    folder: Folder,
    names: Iterable[str],
    *,
    level: Level = "figure",
    tier: Tier = "all",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    background: Literal["corpus"] | int | Iterable[str] = "corpus",
    min_size: int = MIN_SIZE,
    limit: int | None = None,
) -> Enrichment:
    r"""Return figures or papers by over-representation of a gene list.

    Of :math:`M` genes of the background :math:`n` are in the list. A set of :math:`K` genes of the background, drawn
    blindly, holds :math:`k` or more of the list with the hypergeometric probability

    .. math:: p = \sum_{i \ge k} \binom{n}{i} \binom{M - n}{K - i} \Big/ \binom{M}{K}.

    Parameters
    ----------
    folder
        A finished build.
    names
        The list, each name as `kg.genes.GeneNames` finds genes; empty ones are passed over.
    level
        ``figure``: a set is the genes of a figure. ``paper``: those of all figures of a paper.
    tier, organism, since, until
        As for `kg.network.cooccurrence`. Without an organism, genes of the species that the list has count; a name
        of several species' genes means the one that the rest of the list has, if that is one.
    background
        The genes that chance may draw. ``corpus``: those of all the figures. Names: these genes alone, in the list
        and in the sets. A number: that many genes, among them all of the figures and all names of the list, also
        those that the build does not know.
    min_size
        Sets of fewer genes are not tested.
    limit
        How many sets the table has at most; by default all. To describe a few takes less time.

    Returns
    -------
    Enrichment
        Its ``table`` has a row a set with a gene of the list: ``rank`` (from 1; ties share it), ``n_tied`` (sets of
        this rank), ``figid`` where sets are figures, ``pmcid``, ``title``, ``year``, ``n_genes`` (:math:`K`),
        ``n_overlap`` (:math:`k`), ``genes`` (their symbols, with ``;`` between them), ``n_mentions`` (words of the
        figures, as they matched, that the overlap rests on: one word of a family may be several genes),
        ``odds_ratio`` (each cell of the two by two table plus ½), ``p_value``, ``log10_p`` (also right where the p
        itself is too small for a number), ``q_value`` (Benjamini-Hochberg, over all sets that were tested), ``page``
        (the figure's page, or the paper). It is ordered by p, then by the odds ratio, descending: sets that are equal
        in both tie. Among those come first the ones of more mentions, then the newer, then the smaller ids.

    Raises
    ------
    QueryError
        If an option has a value that it does not know, the list is empty, or the background too small.
    NotFoundError
        If no name of the list is a gene of the background, or the build has no gene of the organism.
    BuildError
        If the build lacks a table.

    References
    ----------
    The test: Rivals et al. 2007, doi:10.1093/bioinformatics/btl633. The rate of false discoveries: Benjamini and
    Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x. The odds ratio: `kg.network.chance.statistics.odds_ratio`.

    Examples
    --------
    >>> import kg
    >>> found = enrich(kg.build("seeds/"), ["STAT1", "STAT3", "SOCS3", "p65"], tier="strict")
    >>> found.table.select("pmcid", "n_genes", "n_overlap", "genes").rows()
    [('PMC6305783', 3, 3, 'SOCS3;STAT1;STAT3'), ('PMC7048131', 7, 1, 'STAT3')]
    >>> print(*found.unknown)
    p65: no gene of that name
    """
    import polars as pl

    if min_size < 1:
        raise QueryError(f"min_size {min_size} is too small; a set has at least 1 gene")
    if limit is not None and limit < 1:
        raise QueryError(f"limit {limit} is too small; give 1 or more")
    known = Candidates(folder)
    listed, unknown, species = _resolve(folder, known, names, organism)
    sets = read_sets(folder, level=level, tier=tier, species=species, since=since, until=until, known=known)
    named = GeneNames(folder, species=species, candidates_of=known.of)
    drawn, rows = _draw(named, sets, listed, unknown, background)
    if not drawn.genes:
        first = unknown[0] if unknown else f"{drawn.outside[0].symbol} is a gene, but not one of the background"
        raise NotFoundError(f"no name of the list is a gene of the background: {first}")
    sizes = _sizes(rows).filter(pl.col("n_genes") >= min_size)
    hits, members = _hits(sets, rows, drawn.genes)
    tested = _test(hits.join(sizes, on="set"), drawn, sizes.height)
    shown = tested if limit is None else _first(tested, limit)
    table = _describe(folder, shown.with_columns(members.texts(shown.get_column("set"))), sets, level)
    return Enrichment(
        level=level,
        genes=drawn.genes,
        outside=drawn.outside,
        unknown=tuple(unknown),
        n_listed=drawn.n_listed,
        n_background=drawn.n_genes,
        n_sets=sizes.height,
        n_found=tested.height,
        table=table if limit is None else table.head(limit),
    )


@dataclass(frozen=True, slots=True)
class _Draw:
    """What chance may draw from: how many genes, those of the list among them, the others, and how many count."""

    n_genes: int
    genes: tuple[KnownGene, ...]
    outside: tuple[KnownGene, ...]
    n_listed: int


def _resolve(
    folder: Folder, known: Candidates, names: Iterable[str], organism: str | None
) -> tuple[list[KnownGene], list[NotAGene], list[str] | None]:
    """Return the genes of a list, its names that are none, and the species; None where the build has no other."""
    listed = list(dict.fromkeys(filter(None, map(str.strip, names))))
    if not listed:
        raise QueryError("the list holds no name; give genes by symbol or NCBI Gene id, one a line")
    species = None if organism is None else find_species(folder, organism)
    found = GeneNames(folder, species=species, candidates_of=known.of).find_all(listed)
    if species is None:
        species = sorted({each.species for each in found.values() if isinstance(each, KnownGene)})
        if len(species) == 1 and any(isinstance(each, NotAGene) and each.why == "several" for each in found.values()):
            found = GeneNames(folder, species=species, candidates_of=known.of).find_all(listed)
    genes = dict.fromkeys(each for each in found.values() if isinstance(each, KnownGene))
    unknown = [each for each in found.values() if isinstance(each, NotAGene)]
    of_build = species_of(folder).select("species").unique().collect().to_series()
    return list(genes), unknown, None if set(of_build) <= set(species) else species


def _draw(
    named: GeneNames,
    sets: Sets,
    listed: list[KnownGene],
    unknown: list[NotAGene],
    background: Literal["corpus"] | int | Iterable[str],
) -> tuple[_Draw, pl.DataFrame]:
    """Return what chance may draw from, with the part of the list that is in it, and the rows of the sets that are."""
    import numpy as np
    import polars as pl

    if isinstance(background, (str, int)):
        there = np.zeros(sets.genes.height, bool)
        there[sets.rows.get_column("gene").to_numpy()] = True
        corpus = set(sets.genes.get_column("ncbigene").filter(pl.Series(there)).to_list())
        if isinstance(background, int):
            least = len(corpus.union(gene.ncbigene for gene in listed)) + len(unknown)
            if background < least:
                raise QueryError(f"a background of {background:,} genes is too small; figures and list have {least:,}")
            return _Draw(background, tuple(listed), (), len(listed) + len(unknown)), sets.rows
        if background != "corpus":
            raise QueryError(f"background {background!r} is not known; give 'corpus', a number of genes or the genes")
        inside, outside = _split(listed, corpus)
        return _Draw(len(corpus), inside, outside, len(inside)), sets.rows
    names = list(dict.fromkeys(filter(None, map(str.strip, background))))
    known = named.known(names)
    ids = {gene.ncbigene for gene in known.values()}
    others = {name.lower() for name in names if name not in known}
    inside, outside = _split(listed, ids)
    n_listed = len(inside) + len({each.name.lower() for each in unknown} & others)
    drawn = sets.genes.get_column("ncbigene").is_in(list(ids)).arg_true()
    rows = sets.rows.filter(pl.col("gene").is_in(drawn.implode()))
    return _Draw(len(ids) + len(others), inside, outside, n_listed), rows


def _split(genes: Iterable[KnownGene], ids: set[str]) -> tuple[tuple[KnownGene, ...], tuple[KnownGene, ...]]:
    """Return the genes that have one of the ids, and the others."""
    genes = list(genes)
    return tuple(g for g in genes if g.ncbigene in ids), tuple(g for g in genes if g.ncbigene not in ids)


def _sizes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how many genes each set has; in half of the time of counting within groups."""
    import numpy as np
    import polars as pl

    number, gene = (rows.get_column(name).to_numpy() for name in ("set", "gene"))
    width = int(gene.max(initial=0)) + 1
    # Numbers of half the length, where they will do, are sorted in half of the time.
    short = (int(number.max(initial=0)) + 1) * width <= 2**32
    both = np.multiply(number, width, dtype=np.uint32 if short else np.uint64)
    both += gene
    sizes = np.bincount((distinct(both) // both.dtype.type(width)).astype(np.int64))
    there = np.flatnonzero(sizes)
    kind = rows.schema["set"]
    return pl.DataFrame({"set": pl.Series(there).cast(kind), "n_genes": pl.Series(sizes[there]).cast(pl.Int64)})


@dataclass(frozen=True, slots=True)
class _Members:
    """Genes of the list in sets: numbers of the sets, in order, and the symbols."""

    number: npt.NDArray[np.int64]
    symbol: npt.NDArray[np.object_]

    def texts(self, sets: pl.Series) -> pl.Series:
        """Return the symbols of each set, as one text."""
        import polars as pl

        starts, ends = (self.number.searchsorted(sets.to_numpy(), side) for side in ("left", "right"))
        symbols = self.symbol.tolist()
        texts = [";".join(symbols[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        return pl.Series("genes", texts, dtype=pl.String)


def _hits(sets: Sets, rows: pl.DataFrame, genes: Sequence[KnownGene]) -> tuple[pl.DataFrame, _Members]:
    """Return the sets that hold genes of the list, how many and by how many mentions; and which, by symbol."""
    import numpy as np
    import polars as pl

    ordered = sorted(genes, key=lambda gene: (gene.symbol, len(gene.ncbigene), gene.ncbigene))
    symbols = np.array([gene.symbol for gene in ordered], object)
    number_of = {ncbigene: number for number, ncbigene in enumerate(sets.genes.get_column("ncbigene").to_list())}
    place_of = np.full(sets.genes.height, -1)
    place_of[[number_of[gene.ncbigene] for gene in ordered]] = np.arange(len(ordered))
    place = place_of[rows.get_column("gene").to_numpy()]
    of_list = np.flatnonzero(place >= 0)
    number, figure, mention = (
        rows.get_column(name).to_numpy()[of_list].astype(np.int64) for name in ("set", "figure", "mention")
    )
    both = distinct(number * len(ordered) + place[of_list])
    number_of_figure = np.zeros(int(figure.max(initial=0)) + 1, np.int64)
    number_of_figure[figure] = number
    # A mention's number is its figure's own.
    n_mentions = np.bincount(number_of_figure[distinct(figure << 32 | mention) >> 32])
    found, places = np.divmod(both, len(ordered))
    starts = run_starts(found)
    there, overlap = found[starts], np.diff(starts, append=len(found))
    hits = pl.DataFrame(
        {
            "set": pl.Series(there).cast(rows.schema["set"]),
            "n_overlap": overlap,
            "n_mentions": n_mentions[there],
        }
    )
    return hits, _Members(found, symbols[places])


def _test(hits: pl.DataFrame, drawn: _Draw, n_sets: int) -> pl.DataFrame:
    """Return the hits with p, q and odds ratio, and with ranks: by p, then by the odds ratio, descending."""
    import numpy as np
    import polars as pl

    # Many sets have the same numbers, so the sums are done once for each kind.
    size, overlap = (hits.get_column(name).to_numpy() for name in ("n_genes", "n_overlap"))
    width = int(overlap.max(initial=0)) + 1
    kinds, kind, n = np.unique(size * width + overlap, return_inverse=True, return_counts=True)
    size, overlap = np.divmod(kinds, width)
    log_p = hypergeometric_log10_p(overlap, size, np.full_like(size, drawn.n_listed), drawn.n_genes)
    odds = odds_ratio(overlap, size, np.full_like(size, drawn.n_listed), drawn.n_genes)
    # Sets without a gene of the list were tested too: their p is 1.
    log_q = benjamini_hochberg(log_p, n_tests=n_sets, repeats=n)
    order = np.lexsort((-odds, log_p))
    tie = np.cumsum(np.bincount(run_starts(log_p[order], odds[order]), minlength=len(order))) - 1
    n_tied = np.bincount(tie, n[order]).astype(np.int64)
    rank = np.cumsum(n_tied) - n_tied + 1
    tie_of = np.empty_like(tie)
    tie_of[order] = tie
    columns = {
        "rank": rank[tie_of],
        "n_tied": n_tied[tie_of],
        "log10_p": log_p,
        "p_value": 10**log_p,
        "q_value": 10**log_q,
        "odds_ratio": odds,
    }
    return hits.with_columns(pl.Series(name, values[kind]) for name, values in columns.items())


def _first(tested: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Return the sets that can be among the first so many, whatever their years."""
    import polars as pl

    last = tested.select("rank", (-pl.col("n_mentions")).alias("n")).sort("rank", "n").head(limit).tail(1)
    if last.is_empty():
        return tested
    rank, n = last.row(0)
    return tested.filter((pl.col("rank") < rank) | ((pl.col("rank") == rank) & (-pl.col("n_mentions") <= n)))


def _describe(folder: Folder, tested: pl.DataFrame, sets: Sets, level: Level) -> pl.DataFrame:
    """Return the sets with what they are called, in order."""
    import polars as pl

    unit = "figid" if level == "figure" else "pmcid"
    named = tested.with_columns(sets.ids.gather(tested.get_column("set")).alias(unit))
    about = folder.scan("figures" if level == "figure" else "papers")
    if named.height < _FEW:
        about = about.filter(pl.col(unit).is_in(named.get_column(unit).implode()))
    # Joined as they are in memory, which takes two thirds of the time of doing all of it lazily.
    page = pl.col("iri").alias("page")
    if level == "figure":
        years = folder.scan("papers").select("pmcid", "year")
        named = named.join(about.select("figid", "pmcid", "title", page).collect(), on="figid", how="left")
        if named.height < _FEW:
            years = years.filter(pl.col("pmcid").is_in(named.get_column("pmcid").unique().implode()))
        named = named.join(years.collect(), on="pmcid", how="left")
    else:
        named = named.join(about.select("pmcid", "title", "year", page).collect(), on="pmcid", how="left")
    orders = {"rank": False, "n_mentions": True, "year": True, "set": False}
    columns = [*dict.fromkeys((unit, "pmcid")), "title", "year", "n_genes", "n_overlap", "genes", "n_mentions"]
    ordered = named.sort(list(orders), descending=list(orders.values()), nulls_last=True)
    return ordered.select("rank", "n_tied", *columns, "odds_ratio", "p_value", "log10_p", "q_value", "page")
