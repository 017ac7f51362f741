"""Figures by their addresses: the schema.org block, a small page, and the query that gives a figure as RDF."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from kg.errors import NotFoundError
from kg.export.jsonld_blocks import read_block
from kg.serve.negotiation import GRAPH, MediaType
from kg.summary import FigureView, show
from kg.vocab import PREFIXES, figure_iri

if TYPE_CHECKING:
    from kg.folder import Folder

__all__ = ["FIGURE_FORMATS", "HTML", "figure_id", "figure_page", "figure_query", "schema_block"]

HTML = MediaType("html", "text/html", ("application/xhtml+xml",), charset=True)

FIGURE_FORMATS = (HTML, *GRAPH)
"""What a figure is written in, the preferred first; as JSON-LD it is the schema.org block."""


def figure_id(folder: Folder, address: str) -> str:
    """Return the id of the figure at an address.

    Parameters
    ----------
    folder
        The build.
    address
        What stands behind ``/figures/``: the id, with or without the ``.html`` of the IRI.

    Raises
    ------
    NotFoundError
        If the build has no such figure. The address is compared with ids, never used as a path.
    """
    import polars as pl

    names = [address, address.removesuffix(".html")]
    found = folder.scan("figures").filter(pl.col("figid").is_in(names)).select("figid").collect()
    if found.is_empty():
        raise NotFoundError("no figure of this build has that id; /sparql lists them all")
    return str(found.item(0, 0))


def figure_query(figid: str) -> str:
    """Return the query that gives a figure with its mentions and its paper.

    Examples
    --------
    >>> print(figure_query("PMC1__f").splitlines()[1].strip())
    { BIND(<https://pfocr.wikipathways.org/figures/PMC1__f.html> AS ?s) }
    """
    figure = f"<{figure_iri(figid)}>"
    return f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ BIND({figure} AS ?s) }}
  UNION {{ ?s <{PREFIXES["oa"]}hasTarget> {figure} }}
  UNION {{ {figure} <{PREFIXES["schema"]}isPartOf> ?s }}
  ?s ?p ?o
}}"""


def schema_block(folder: Folder, figid: str) -> str:
    """Return the schema.org block of a figure as JSON: the one that its file embeds, or the one that its fields give.

    Raises
    ------
    NotFoundError
        If the build has no such figure.
    """
    return json.dumps(read_block(folder, figid), ensure_ascii=False, indent=2)


def figure_page(folder: Folder, figid: str) -> str:
    """Return a figure's page: what it shows, its links, and the schema.org block as PFOCR embeds it.

    Raises
    ------
    NotFoundError
        If the build has no such figure.
    """
    view = show(folder, figid)
    if not isinstance(view, FigureView):
        raise NotFoundError("no figure of this build has that id")
    # `<` cannot end the block from inside it: https://html.spec.whatwg.org/multipage/scripting.html, section 4.12.1.3.
    block = schema_block(folder, figid).replace("<", "\\u003c")
    title = view.title or view.figid
    year = f" ({view.paper.year})" if view.paper.year is not None else ""
    parts = [
        f"<h1>{_text(title)}</h1>",
        f"<p>{_text(' · '.join(filter(None, [view.number, ', '.join(view.organisms)])))}</p>",
        f"<p>{_text(view.caption)}</p>" if view.caption else "",
        f"<h2>Paper</h2><p>{_text(view.paper.title or view.paper.pmcid)}{year}</p>",
        f"<p>{_text(view.paper.citation)}</p>" if view.paper.citation else "",
        "<h2>Links</h2><ul>"
        + "".join(f"<li>{_text(name)}: {_link(url)}</li>" for name, url in view.links.items())
        + "</ul>",
        _mentions(view),
        _terms("Chemicals", [(term.word, term.name, term.ids) for term in view.chemicals]),
        _terms("Diseases", [(term.word, term.name, term.ids) for term in view.diseases]),
        f"<h2>As data</h2><p>{_formats(view.figid)}</p>",
    ]
    return _PAGE.format(title=_text(title), block=block, body="\n".join(filter(None, parts)))


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../static/page.css">
<link rel="icon" href="data:,">
<script type="application/ld+json">
{block}
</script>
</head>
<body>
<header><a href="../">Query this graph</a></header>
<main>
{body}
</main>
</body>
</html>
"""


def _text(value: str) -> str:
    return html.escape(value)


def _link(url: str) -> str:
    return f'<a href="{html.escape(url)}" rel="noreferrer">{html.escape(url)}</a>'


def _mentions(view: FigureView) -> str:
    if not view.mentions:
        return ""
    rows = []
    for mention in view.mentions:
        genes = ", ".join(
            f'<a href="{html.escape(PREFIXES["ncbigene"] + gene.ncbigene)}" rel="noreferrer">{_text(gene.symbol)}</a>'
            for gene in mention.candidates
        )
        cells = (_text(mention.word), _text(mention.matched_symbol), _text(mention.lexicon), genes)
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Word", "Matched", "Lexicon", "Genes"))
    return (
        f"<h2>Gene mentions</h2>\n<div class=scroll><table><thead><tr>{head}</tr></thead>\n<tbody>"
        + "\n".join(rows)
        + "</tbody></table></div>"
    )


def _terms(heading: str, terms: list[tuple[str, str | None, tuple[str, ...]]]) -> str:
    if not terms:
        return ""
    items = (
        f"<li>{_text(word)}{': ' + _text(name) if name else ''}{' (' + _text(', '.join(ids)) + ')' if ids else ''}</li>"
        for word, name, ids in terms
    )
    return f"<h2>{heading}</h2><ul>{''.join(items)}</ul>"


def _formats(figid: str) -> str:
    address = quote(figid, safe="")
    return " · ".join(f'<a href="{address}?format={media.name}">{media.name}</a>' for media in GRAPH)
