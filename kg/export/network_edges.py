"""The pairs of a co-occurrence network as edges of the property graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import ExportError
from kg.export.keys import short_keys
from kg.terminal import visible

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from kg.export.schema import EdgeKind

__all__ = ["network_edges", "read_network"]

_FAMILY = "family:"
_FDR = 0.05  # as in the associations of `kg network`
_NEEDED = ("ncbigene_a", "ncbigene_b", "weight")
_VALUES = {"weight": "float", "n_figures": "integer", "n_papers": "integer", "p_value": "float", "q_value": "float"}


def read_network(path: Path) -> pl.DataFrame:
    """Return the significant pairs of a file of ``kg network``: those of a q-value of at most 0.05.

    Parameters
    ----------
    path
        A ``.tsv``, ``.csv`` or ``.parquet`` file; ``ncbigene_a``, ``ncbigene_b`` and ``weight`` must be there.

    Returns
    -------
    polars.DataFrame
        ``a`` and ``b`` (NCBI Gene ids, or ``family:`` and a symbol), ``weight``, ``n_figures``, ``n_papers``,
        ``p_value`` and ``q_value``, null where the file lacks them. Where there is no q-value, a pair counts.

    Raises
    ------
    ExportError
        If the file cannot be read, or is not of that kind, or tells the families of several species apart.
    """
    import polars as pl

    try:
        table = _scan(path).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ExportError(f"{path}: cannot be read as a network ({str(error).partition(chr(10))[0]})") from error
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise ExportError(f"{path}: no network of `kg network`: the column {missing[0]} is missing")
    types = {"float": pl.Float64(), "integer": pl.Int64()}
    values = [
        (pl.col(name) if name in table.columns else pl.lit(None)).cast(types[kind], strict=False).alias(name)
        for name, kind in _VALUES.items()
    ]
    ends = [pl.col(f"ncbigene_{end}").cast(pl.String).alias(end) for end in "ab"]
    pairs = table.select(*ends, *values)
    for name in (name for name in _VALUES if name in table.columns):
        wrong = table.get_column(name).filter(pairs.get_column(name).is_null()).drop_nulls()
        if wrong.len():
            raise ExportError(f"{path}: no network of `kg network`: {visible(str(wrong[0]))!r} is no {name}")
    ids = pl.concat([pairs.get_column("a"), pairs.get_column("b")])
    foreign = ids.filter(ids.str.starts_with("family/"))
    if foreign.len():
        raise ExportError(
            f"{path}: has the family {visible(foreign[0])}, of another species than human, which nodes of families do"
            " not tell apart; make the network with --organism 9606, or without --expand none"
        )
    return pairs.filter(pl.col("q_value").fill_null(0) <= _FDR)


def _scan(path: Path) -> pl.LazyFrame:
    import polars as pl

    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return pl.scan_parquet(path)
    if suffix not in (".tsv", ".csv"):
        raise ExportError(f"{path}: a network to read ends in .tsv, .csv or .parquet; `kg network` writes them")
    separator = "\t" if suffix == ".tsv" else ","
    quote = None if suffix == ".tsv" else '"'
    return pl.scan_csv(path, separator=separator, quote_char=quote, infer_schema=False)


def network_edges(pairs: pl.DataFrame, kind: EdgeKind, nodes: dict[str, pl.Series]) -> pl.DataFrame:
    """Return the pairs of a network that stand between two labels, as edges in the order of their nodes.

    Parameters
    ----------
    pairs
        Those of `read_network`.
    kind
        Which ends: of a gene and a family, the gene is the source.
    nodes
        The ids of the nodes of ``Gene`` and ``GeneFamily``; pairs of others are left out.
    """
    import polars as pl

    labels = [
        pl.when(pl.col(end).str.starts_with(_FAMILY)).then(pl.lit("GeneFamily")).otherwise(pl.lit("Gene"))
        for end in "ab"
    ]
    ends = [short_keys(pl.col(end).str.strip_prefix(_FAMILY)) for end in "ab"]
    both = pairs.with_columns(labels[0].alias("label_a"), labels[1].alias("label_b"), *ends)
    same = both.filter((pl.col("label_a") == kind.source) & (pl.col("label_b") == kind.target))
    found = same.rename({"a": "source", "b": "target"})
    same_label = kind.source == kind.target
    if not same_label:
        turned = both.filter((pl.col("label_a") == kind.target) & (pl.col("label_b") == kind.source))
        found = pl.concat([found, turned.rename({"a": "target", "b": "source"}).select(found.columns)])
    places = {label: _places(ids) for label, ids in nodes.items()}
    return (
        found.join(places[kind.source].rename({"id": "source", "place": "from"}), on="source")
        .join(places[kind.target].rename({"id": "target", "place": "to"}), on="target")
        # The ends of one label have no order, so that the same two the other way round are the same pair.
        .with_columns((pl.min_horizontal("from", "to") if same_label else pl.col("from")).alias("low"))
        .with_columns((pl.max_horizontal("from", "to") if same_label else pl.col("to")).alias("high"))
        .sort("from", "to", maintain_order=True)
        .unique(["low", "high"], keep="first", maintain_order=True)
    )


def _places(ids: pl.Series) -> pl.DataFrame:
    return ids.to_frame("id").with_row_index("place")
