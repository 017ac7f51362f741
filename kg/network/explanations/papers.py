"""The papers behind the pairs of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.network.counting.evidence import read_evidence

if TYPE_CHECKING:
    import polars as pl

    from kg.folder import Folder
    from kg.network.frames import Frames

__all__ = ["pair_papers"]

_PAIRS = 1_000  # looked up at a time
_OPTIONS = ("tier", "expand", "organism", "since", "until", "collapse_reused")


def pair_papers(folder: Folder, frames: Frames, a: pl.Series, b: pl.Series) -> pl.Series:
    """Return the papers in whose figures two nodes pair, for each of some pairs.

    Parameters
    ----------
    folder
        The build that the network is of.
    frames
        The network; the options that made it say what a pair is.
    a, b
        The ids of the nodes.

    Returns
    -------
    polars.Series
        Lists of PMCIDs, each in the order of their texts.

    Raises
    ------
    BuildError
        If the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> build = kg.build("seeds/")
    >>> frames = build.cooccurrence_frames(min_count=2, tier="synonyms")
    >>> pair_papers(build, frames, *frames.pairs.select("ncbigene_a", "ncbigene_b")).to_list()
    [['PMC6305783', 'PMC7048131']]
    """
    import polars as pl

    options = {name: frames.attributes[name] for name in _OPTIONS if name in frames.attributes}
    evidence = read_evidence(folder, **options)
    figid = evidence.support.select(evidence.figids.gather(evidence.support.get_column("figure") // evidence.n_species))
    papers = folder.scan("figures").select("figid", "pmcid").collect()
    support = evidence.support.select("figure", "node", "token").with_columns(
        figid.to_series().replace_strict(papers["figid"], papers["pmcid"], return_dtype=pl.String).alias("paper")
    )
    ids = evidence.nodes.get_column("id")
    pairs = pl.DataFrame({end: _places(ids, wanted) for end, wanted in (("a", a), ("b", b))}).with_row_index("pair")
    found = [_papers(block, support, frames) for block in pairs.iter_slices(_PAIRS)] if pairs.height else []
    rows = pl.concat([pl.DataFrame(schema={"pair": pl.UInt32, "papers": pl.List(pl.String)}), *found])
    return pairs.join(rows, on="pair", how="left", maintain_order="left").get_column("papers")


def _places(ids: pl.Series, wanted: pl.Series) -> pl.Series:
    import polars as pl

    places = pl.int_range(ids.len(), dtype=pl.UInt32, eager=True)
    return wanted.replace_strict(ids, places, return_dtype=pl.UInt32)


def _papers(pairs: pl.DataFrame, support: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Return the papers of some pairs: those of the figures that support both, and not by one token alone."""
    import polars as pl

    kind = support.schema["node"]
    ends = pairs.with_columns(pl.col("a", "b").cast(kind))
    here = support.filter(pl.col("node").is_in(pl.concat([ends["a"], ends["b"]]).unique().implode()))
    both = ends.join(here, left_on="a", right_on="node").join(
        here.select("figure", "node", "token"), left_on=["b", "figure"], right_on=["node", "figure"], suffix="_b"
    )
    if frames.attributes.get("expand") != "full":
        both = both.filter(((pl.col("token") == pl.col("token_b")) & (pl.col("token") >= 0)).not_())
    return both.group_by("pair").agg(pl.col("paper").unique().sort().alias("papers"))
