"""The evidence of a pair: the figures in which two genes pair, with the words that were read as them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from kg import vocab
from kg.answers import Answer, one_line
from kg.authority.hgnc_cache import open_hgnc
from kg.errors import NotFoundError, QueryError, check_choice
from kg.genes import GeneNames, KnownGene, NotAGene
from kg.network.counting.evidence import EvidenceOptions, Level, read_evidence
from kg.network.explanations.few_figures import FewFigures
from kg.network.explanations.words import family_words, read_mentions
from kg.selection import HUMAN, family_id, figures_of_years, find_species, of_tier

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from pathlib import Path

    import polars as pl

    from kg.authority.hgnc import HgncTable
    from kg.folder import Folder
    from kg.network.counting.evidence import Evidence, Expand, Tier
    from kg.network.explanations.words import Mention

__all__ = ["End", "Explanation", "PairFigure", "PairOptions", "Uncounted", "Word", "explain"]


class PairOptions(EvidenceOptions, total=False):
    """The options of `explain`, for functions that hand them on."""

    level: Level


@dataclass(frozen=True, slots=True)
class End:
    """One of the two nodes of a pair, known by its id in the network: a gene or, where none is expanded, a family."""

    id: str
    symbol: str
    kind: str
    organism: str | None
    species: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a figure, as it was read there and matched; `n_genes`: how many genes its token may mean."""

    word: str
    matched_symbol: str
    lexicon: str
    tier: str | None
    family: str | None
    n_genes: int


@dataclass(frozen=True, slots=True)
class PairFigure:
    """A figure in which a pair pairs.

    Attributes
    ----------
    product
        Of the shares of both nodes: what the figure adds to the pair's fractional count; 0 to 1.
    words_a, words_b
        What was read as the first and as the second node, in the order of the figure.
    links
        Addresses by name: ``page`` (of the figure at NCBI), ``image``, ``paper``, ``pfocr``.
    """

    figid: str
    title: str | None
    number: str | None
    pmcid: str
    paper_title: str | None
    year: int | None
    product: float
    words_a: tuple[Word, ...]
    words_b: tuple[Word, ...]
    links: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Figures that hold both nodes without counting, and the reason that they share."""

    reason: str
    figids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation(Answer):
    """What stands behind a pair of a co-occurrence network.

    Attributes
    ----------
    a, b
        The two nodes, in the order in which they were asked for.
    options
        The options of the network.
    count
        Figures, or papers, in which they pair: the pair's ``count`` in the network of the same options.
    n_figures, n_papers
        In how many of each.
    fractional
        Sum of the products; of each paper the largest, where papers are counted.
    figures
        The figures in which they pair, newest first, then by id.
    uncounted
        Figures that hold both but do not count, by reason.
    """

    kind: ClassVar[str] = "pair"

    a: End
    b: End
    options: Mapping[str, Any]
    count: int
    n_figures: int
    n_papers: int
    fractional: float
    figures: tuple[PairFigure, ...]
    uncounted: tuple[Uncounted, ...]


def explain(
    folder: Folder,
    a: str,
    b: str,
    *,
    tier: Tier = "all",
    level: Level = "figure",
    expand: Expand = "fractional",
    organism: str | None = None,
    since: int | None = None,
    until: int | None = None,
    collapse_reused: bool = False,
    hgnc: str | Path | None = None,
) -> Explanation:
    """Return the figures in which two genes pair: exactly those that `kg.network.cooccurrence` counts.

    Parameters
    ----------
    folder
        A finished build.
    a, b
        Two genes of one species, by any name that `kg.genes.GeneNames` knows. Where `expand` is ``none`` also
        families, by symbol or by their ids in the network (``family:JAK``).
    tier, level, expand, organism, since, until, collapse_reused
        As for `kg.network.cooccurrence`. Where figures are collapsed, the one of the largest product stands for them.
    hgnc
        HGNC's complete set, or ``cached`` for the one that ``kg hgnc fetch`` downloaded: its aliases and former symbols
        are names too.

    Returns
    -------
    Explanation
        With no figures where the two do not pair.

    Raises
    ------
    QueryError
        If an option has a value that it does not know, or the two are one gene, or of two species.
    NotFoundError
        If a name is not one gene's, or the build has no gene of the organism.
    SourceError
        If HGNC's file cannot be read.
    BuildError
        If the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> found = explain(kg.build("seeds/"), "il-6", "STAT3")
    >>> found.count, [(figure.year, figure.words_a[0].word) for figure in found.figures]
    (2, [(2020, 'IL-6'), (2018, 'IL-6')])
    >>> explain(kg.build("seeds/"), "JAK1", "JAK2").uncounted[0].reason
    'one and the same token is read as both'
    """
    import polars as pl

    check_choice("level", level, get_args(Level))
    species = None if organism is None else find_species(folder, organism)
    ends = _find_ends(folder, (a, b), species, open_hgnc(hgnc), families=expand == "none")
    both = _holding_both(folder, ends)
    # Where one mention is all that there is of both, they pair only if every two genes do.
    few = FewFigures(folder, [figid for figid, n_mentions in both.items() if n_mentions > 1 or expand == "full"])
    evidence = read_evidence(few, tier=tier, expand=expand, since=since, until=until, collapse_reused=collapse_reused)
    pairs = _pair(evidence, ends, within_tokens=expand == "full")
    counted = pairs.filter(pl.col("pairs")).sort("product", "figure", descending=[True, False])
    counted = counted.unique("unit", keep="first", maintain_order=True)
    listed = counted.get_column("figid").to_list()
    names = [end.id if end.kind == "gene" else end.symbol for end in ends]
    mentions = read_mentions(few, listed, names, species=ends[0].species, tier=tier)
    words = tuple(_words(mentions, end, expand) for end in ends)
    by_paper = counted.group_by("paper").agg(pl.col("product").max())
    return Explanation(
        a=ends[0],
        b=ends[1],
        options={
            "tier": tier,
            "level": level,
            "expand": expand,
            "organism": organism,
            "since": since,
            "until": until,
            "collapse_reused": collapse_reused,
        },
        count=counted.height if level == "figure" else by_paper.height,
        n_figures=counted.height,
        n_papers=by_paper.height,
        fractional=round(math.fsum((counted if level == "figure" else by_paper).get_column("product")), 12),
        figures=_figures(few, dict(counted.select("figid", "product").iter_rows()), words),
        uncounted=_uncounted(
            sorted(both.keys() - set(listed)),
            both if since is None and until is None else _of_years(folder, since, until),
            both if tier == "all" else _holding_both(folder, ends, tier=tier),
            pairs,
            expand,
        ),
    )


def _of_years(folder: Folder, since: int | None, until: int | None) -> set[str]:
    return set(figures_of_years(folder, since, until).select("figid").collect().to_series())


def _find_ends(
    folder: Folder, names: tuple[str, str], species: list[str] | None, hgnc: HgncTable | None, *, families: bool
) -> tuple[End, End]:
    """Return the two nodes of two names; where families are nodes, a name may be a family's."""
    found = _find(folder, names, species, hgnc)
    known = [each for each in found if isinstance(each, KnownGene)]
    if len(known) == 1 and any(isinstance(each, NotAGene) and each.why == "several" for each in found):
        # The other name tells which species is meant.
        found = _find(folder, names, [known[0].species], hgnc)
    of = [*(each.species for each in known), *(species or ()), HUMAN][0]
    ends = [
        End(each.ncbigene, each.symbol, "gene", each.organism, each.species)
        if isinstance(each, KnownGene)
        else _find_family(folder, each, of, families=families)
        for each in found
    ]
    if ends[0].id == ends[1].id:
        raise QueryError(f"{one_line(names[0])} and {one_line(names[1])} are one: {ends[0].symbol}; give two genes")
    if ends[0].species != ends[1].species:
        kinds = " and ".join(f"{end.symbol} is of {end.organism or end.species or 'no species'}" for end in ends)
        raise QueryError(f"{kinds}; pairs stay within a species")
    return ends[0], ends[1]


def _find(
    folder: Folder, names: tuple[str, str], species: list[str] | None, hgnc: HgncTable | None
) -> list[KnownGene | NotAGene]:
    found = GeneNames(folder, species=species, hgnc=hgnc).find_all(names)
    return [found[name] for name in names]


def _find_family(folder: Folder, name: NotAGene, species: str, *, families: bool) -> End:
    """Return the family of a name that is no gene's."""
    import polars as pl

    if not families:
        way = "; it is a node of its own where nothing is expanded (expand none)" if name.why == "family" else ""
        raise NotFoundError(f"{name}{way}")
    place, _, symbol = name.name.strip().rpartition(":")
    if place.startswith("family"):
        species = place.removeprefix("family").removeprefix("/") or HUMAN
    symbols = folder.scan("families").filter(pl.col("symbol").str.to_lowercase() == symbol.lower()).select("symbol")
    known = symbols.collect().to_series().sort().to_list()
    if not known or place not in ("", "family", f"family/{species}"):
        raise NotFoundError(str(name))
    symbol = symbol if symbol in known else known[0]
    return End(family_id(symbol, species), symbol, "family", None, species)


def _holding_both(folder: Folder, ends: tuple[End, End], *, tier: Tier = "all") -> dict[str, int]:
    """Return the figures that hold both nodes by words of a tier, whatever else is asked, with how many mentions."""
    import polars as pl

    genes = [end.id for end in ends if end.kind == "gene"]
    families = [end.symbol for end in ends if end.kind == "family"]
    candidates, mentions = folder.scan("candidates"), folder.scan("mentions")
    key = ["figid", "mention"]
    if tier != "all":
        mentions = mentions.filter(of_tier(tier))
        candidates = candidates.join(mentions, on=key, how="semi")
    found = [candidates.filter(pl.col("ncbigene").is_in(genes)).select(*key, end="ncbigene")] if genes else []
    if families:
        expanding = family_words(folder, families, species=ends[0].species).join(mentions, on=key, how="semi")
        found.append(expanding.select(*key, pl.format("family:{}", "family").alias("end")))
    held = (
        pl.concat(found).group_by("figid").agg(pl.col("end", "mention").n_unique()).filter(pl.col("end") == len(ends))
    )
    return dict(held.select("figid", "mention").sort("figid").collect().iter_rows())


def _pair(evidence: Evidence, ends: tuple[End, End], *, within_tokens: bool) -> pl.DataFrame:
    """Return the figures that support both nodes: what they add, and whether the nodes pair there."""
    import polars as pl

    ids = evidence.nodes.get_column("id")
    a, b = (
        evidence.support.filter(pl.col("node").is_in((ids == end.id).arg_true().implode())).select(
            "figure", "unit", "paper", "share", "token"
        )
        for end in ends
    )
    both = a.join(b.select("figure", "share", "token"), on="figure", suffix="_b")
    one_token = (pl.col("token") == pl.col("token_b")) & (pl.col("token") >= 0)
    return both.select(
        "figure",
        "unit",
        "paper",
        evidence.figids.gather(both.get_column("figure") // evidence.n_species).alias("figid"),
        (pl.col("share") * pl.col("share_b")).alias("product"),
        pl.lit(value=True).alias("pairs") if within_tokens else one_token.not_().alias("pairs"),
    )


def _words(mentions: Mapping[str, list[Mention]], end: End, expand: Expand) -> dict[str, tuple[Word, ...]]:
    """Return the words of each figure that support a node."""

    def supports(mention: Mention) -> bool:
        if end.kind == "family":
            return mention.family == end.symbol and len(mention.token_families) == 1
        return end.id in mention.genes and (expand != "none" or len(mention.token_genes) == 1)

    return {
        figid: tuple(
            Word(m.word, m.matched_symbol, m.lexicon, m.tier, m.family, len(m.token_genes)) for m in of if supports(m)
        )
        for figid, of in mentions.items()
    }


def _figures(
    folder: Folder, products: Mapping[str, float], words: tuple[Mapping[str, tuple[Word, ...]], ...]
) -> tuple[PairFigure, ...]:
    """Return the figures with what they are called, the newest first."""
    import polars as pl

    papers = folder.scan("papers").select("pmcid", "year", pl.col("title").alias("paper_title"))
    rows = (
        folder.scan("figures")
        .filter(pl.col("figid").is_in(list(products)))
        .select("figid", "title", "number", "pmcid", "page_url", "image_url", "iri")
        .join(papers, on="pmcid", how="left")
        .sort("year", "figid", descending=[True, False], nulls_last=True)
        .collect()
    )
    figures = []
    for row in rows.iter_rows(named=True):
        figid = row["figid"]
        links = {
            "page": row.pop("page_url"),
            "image": row.pop("image_url"),
            "paper": vocab.article_url(row["pmcid"]),
            "pfocr": row.pop("iri"),
        }
        figures.append(
            PairFigure(
                **row,
                product=round(products[figid], 12),
                words_a=words[0].get(figid, ()),
                words_b=words[1].get(figid, ()),
                links={name: address for name, address in links.items() if address},
            )
        )
    return tuple(figures)


def _uncounted(
    figids: Iterable[str], of_years: Container[str], of_tier: Container[str], pairs: pl.DataFrame, expand: Expand
) -> tuple[Uncounted, ...]:
    """Return figures that hold both nodes and do not count, by the first reason that there is."""
    supported, pairing = (set(found.get_column("figid")) for found in (pairs, pairs.filter("pairs")))
    reasons: dict[str, list[str]] = {}
    for figid in figids:
        if figid not in of_years:
            reason = "their papers are of other years, or of none that is known"
        elif figid not in of_tier:
            reason = "a word comes from a lexicon beyond the tier"
        elif expand == "none" and figid not in supported:
            reason = "a word of several genes stands for none of them"
        elif figid not in pairing:
            reason = "one and the same token is read as both"
        else:
            reason = "their genes are those of another figure of the paper"
        reasons.setdefault(reason, []).append(figid)
    return tuple(Uncounted(reason, tuple(figids)) for reason, figids in sorted(reasons.items()))
