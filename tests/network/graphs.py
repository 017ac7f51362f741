"""Small networks for the tests of files: any names, any numbers, with holes."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import strategies as st

# What XML 1.0 can hold; the parser of figures lets nothing else through.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r\",<&'>"),
    min_size=1,
) | st.sampled_from(["NaN", "inf", "null", "1e5", "]]>", "&amp;"])
IDS = st.integers(1, 10**12).map(str) | TEXT.map("family:{}".format)
_NODE: dict[str, st.SearchStrategy[Any]] = {"kind": st.just("gene"), "taxon": TEXT, "n_figures": st.integers(0, 2**62)}
_EDGE: dict[str, st.SearchStrategy[Any]] = {
    "count": st.integers(1, 2**40),
    "fractional": st.floats(0, 1e9, exclude_min=True),
    "log_ratio": st.floats(),
    "note": TEXT,
    "is_new": st.booleans(),
}


@st.composite
def networks(draw: st.DrawFn) -> nx.Graph[str]:
    """Return a small network with any symbols; some attributes are missing, None, infinite or not a number."""
    ids = draw(st.lists(IDS, max_size=6, unique=True))
    graph: nx.Graph[str] = nx.Graph(tier="all", min_count=1, fdr=draw(st.floats(0, 1)), since=None)
    for node in ids:
        graph.add_node(node, symbol=draw(TEXT), **draw(some(_NODE)))
    weight = draw(st.sampled_from([st.integers(-(2**40), 2**40), st.floats(allow_nan=False, allow_infinity=False)]))
    for place, node in enumerate(ids):
        for other in ids[:place]:
            if draw(st.booleans()):
                graph.add_edge(node, other, weight=draw(weight), **draw(some(_EDGE)))
    return graph


def some(attributes: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: values | st.none() for name, values in attributes.items()})


def two_genes() -> nx.Graph[str]:
    """IL6 and STAT3 in two figures, with JAK1 in one of them."""
    graph: nx.Graph[str] = nx.Graph(tier="all")
    for node, symbol in (("3569", "IL6"), ("3716", "JAK1"), ("6774", "STAT3")):
        graph.add_node(node, symbol=symbol, kind="gene", taxon="9606", n_figures=2)
    graph.add_edge("3569", "6774", weight=2.0, n_figures=2, fractional=2.0, q_value=0.01)
    graph.add_edge("3716", "6774", weight=0.5, n_figures=1, fractional=0.5, q_value=0.5)
    return graph
