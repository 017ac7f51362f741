"""An enrichment as text for a terminal, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from kg.answers import counted, indent, to_json, wrap_text
from kg.terminal import align, visible

if TYPE_CHECKING:
    from kg.network.gene_lists.enrichment import Enrichment

__all__ = ["enrichment_json", "render_enrichment"]


def render_enrichment(found: Enrichment, *, width: int = 88, limit: int = 20) -> str:
    """Return an enrichment as lines of text, safe to print; none ends the last line.

    Parameters
    ----------
    found
        What `kg.network.enrich` found.
    width
        Columns to fill, from 60; only ids are never broken.
    limit
        How many sets to list; the text says how many more there are.
    """
    width = max(60, width)
    unit = found.level
    said = (
        f"{counted(found.n_listed, 'gene')} of the list, {found.n_background:,} of the background; "
        f"{counted(found.n_sets, unit)} tested, {found.n_found:,} with a gene of the list"
    )
    lines = [*wrap_text(said, width), ""]
    shown = found.table.head(limit)
    rows = [["rank", "p", "q", "odds", "overlap", "mentions", "year", unit]]
    for row in shown.iter_rows(named=True):
        rank = f"{row['rank']:,}{'=' if row['n_tied'] > 1 else ''}"
        overlap = f"{row['n_overlap']}/{row['n_genes']}"
        p, q, odds = f"{row['p_value']:.1e}", f"{row['q_value']:.1e}", f"{row['odds_ratio']:.3g}"
        name = visible(row["figid" if unit == "figure" else "pmcid"])
        rows.append([rank, p, q, odds, overlap, f"{row['n_mentions']}", str(row["year"] or "----"), name])
    cells = align(rows, right=frozenset(range(6)))
    lines.append(f"  {cells[0]}")
    for cell, title, genes in zip(cells[1:], shown.get_column("title"), shown.get_column("genes"), strict=True):
        lines.append(f"  {cell}")
        lines += indent(wrap_text(title, width - 8) if title else [], 8)
        lines += indent(wrap_text(genes.replace(";", " "), width - 8), 8)
    more = found.n_found - shown.height
    if (shown.get_column("n_tied") > 1).any():
        lines += ["", *wrap_text("= shares its rank: p and odds ratio are the same as another's.", width)]
    return "\n".join([*lines, *([f"  and {more:,} more"] if more > 0 else [])])


def enrichment_json(found: Enrichment, *, limit: int | None = None) -> str:
    """Return an enrichment as JSON text, safe to print, with the first sets or all."""
    table = found.table if limit is None else found.table.head(limit)
    return to_json(
        {
            "kind": "enrichment",
            "level": found.level,
            "n_listed": found.n_listed,
            "n_background": found.n_background,
            "n_sets": found.n_sets,
            "n_found": found.n_found,
            "genes": [asdict(gene) for gene in found.genes],
            "outside": [asdict(gene) for gene in found.outside],
            "unknown": [{"name": each.name, "why": each.why, "said": str(each)} for each in found.unknown],
            "results": [row | {"genes": row["genes"].split(";")} for row in table.iter_rows(named=True)],
        }
    )
