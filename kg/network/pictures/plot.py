"""Pictures of networks, as PNG or SVG, that can be read: the same network gives the same bytes."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.answers import counted
from kg.atomic import replacing_file
from kg.errors import ExportError
from kg.network.pictures.drawing import part_boxes, place_nodes, to_drawing
from kg.terminal import visible
from kg.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx
    import numpy as np
    import numpy.typing as npt

    from kg.network.frames import Frames
    from kg.network.pictures.drawing import Drawing

    Reals = npt.NDArray[np.float64]

__all__ = ["PICTURE_SUFFIXES", "plot_network"]

PICTURE_SUFFIXES = (".png", ".svg")
"""The suffixes of pictures."""

# The palette of Okabe and Ito, which people with any form of colour blindness can tell apart; grey for what is left.
_PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_OTHER = "#9A9A9A"
_EDGE = "#8C8C8C"

# All lengths are points, 1/72 inch.
_AREA = (700.0, 500.0)  # that the nodes are first spread over
_MARGIN = 14.0
_LINE = 14.0  # height of a line of the legend
_GAP = 5.0  # between the boxes of two nodes
_RADIUS = (3.0, 15.0)  # of nodes: the least, and that of the greatest strength; areas are as strengths
_FONT = (6.5, 10.0)  # sizes of labels, from no strength to the greatest
_WIDTH = (0.4, 5.0)  # of edges: the least, and that of the greatest weight
_TEXT = 8.0  # size of the text of the legend
_LEAST_WIDTH = 480.0
_N_SAMPLES = 3  # rows that the samples of sizes and widths take
_LONGEST = 24  # characters of a label
_DPI = 150
_N_LEADERS = 4  # genes that name a community in the legend


def plot_network(
    network: nx.Graph[Any] | Frames, path: str | Path, *, max_nodes: int = 80, max_edges: int = 200, seed: int = 0
) -> None:
    """Draw a network.

    The area of a node says its strength, the width of an edge its weight, the colour of a node its community; no two
    labels or nodes overlap. Of a large network the strongest nodes and the edges that stand out among them are drawn,
    as `kg.network.pictures.drawing.to_drawing` chooses them, and the picture says how many of how many. Communities are
    those of the edges that are drawn.

    Parameters
    ----------
    network
        As `kg.network.cooccurrence` makes it, or its tables.
    path
        A file that ends in ``.png`` or ``.svg``; replaced only once the new one is whole.
    max_nodes, max_edges
        How many to draw at most, at least 2.
    seed
        Of the communities.

    Raises
    ------
    ExportError
        If matplotlib is not installed, the suffix is neither, or the file cannot be written.
    QueryError
        If there is nothing to draw, a number is too small, or a weight is no number.

    References
    ----------
    Colours: Okabe and Ito 2008, https://jfly.uni-koeln.de/color/.
    """
    target = Path(path)
    if target.suffix.lower() not in PICTURE_SUFFIXES:
        raise ExportError(f"{path}: a picture's suffix is {' or '.join(PICTURE_SUFFIXES)}, not {target.suffix!r}")
    try:
        matplotlib = import_module("matplotlib")
    except ImportError as error:
        raise ExportError("pictures need matplotlib: install pfocr-kg[plot]") from error
    drawing = to_drawing(network, max_nodes=max_nodes, max_edges=max_edges, seed=seed)
    style = import_module("matplotlib.style")
    kind = target.suffix.lower()[1:]
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    # The user's own settings would change the picture; the salt makes the ids of an SVG the same each time.
    settings = {"svg.hashsalt": "pfocr-kg", "svg.fonttype": "none"}
    with style.context("default"), matplotlib.rc_context(settings), warnings.catch_warnings():
        # A letter that the font lacks is drawn as an empty box.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        figure = _draw(drawing)
        with replacing_file(target) as fresh:
            figure.savefig(fresh, format=kind, dpi=_DPI, metadata=metadata)


def _draw(drawing: Drawing) -> Any:
    """Return a matplotlib figure of a drawing; a unit of its axes is a point."""
    import numpy as np
    from matplotlib.figure import Figure

    graph = drawing.graph
    nodes = [values for _, values in graph.nodes(data=True)]
    share = np.sqrt(_shares([node["strength"] for node in nodes]))
    radius = np.maximum(_RADIUS[0], _RADIUS[1] * share)
    font = _FONT[0] + (_FONT[1] - _FONT[0]) * share
    labels = [_label(node["symbol"]) for node in nodes]
    first = np.array(list(place_nodes(graph, width=_AREA[0], height=_AREA[1]).values()))
    extents = np.array([_text_size(label, size) for label, size in zip(labels, font, strict=True)])
    # A box holds the circle at its top and the label below.
    sizes = np.column_stack((np.maximum(extents[:, 0], 2 * radius), 2 * radius + extents[:, 1])) + _GAP
    boxes = part_boxes(first, sizes)
    low, high = (boxes - sizes / 2).min(axis=0) - _MARGIN, (boxes + sizes / 2).max(axis=0) + _MARGIN
    centres = boxes + np.column_stack((np.zeros(len(boxes)), extents[:, 1] / 2))
    below = centres - np.column_stack((np.zeros(len(boxes)), radius + extents[:, 1] / 2))
    high[0] = max(high[0], low[0] + _LEAST_WIDTH)
    rows = _legend_rows(drawing)
    low[1] -= _LINE * (max(len(rows), _N_SAMPLES) + 2)
    width, height = (high - low).tolist()
    figure = Figure(figsize=(width / 72, height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    _draw_edges(axes, graph, dict(zip(graph, centres, strict=True)))
    _draw_circles(axes, centres, radius, [_colour(node["community"]) for node in nodes])
    for label, place, size in zip(labels, below, font, strict=True):
        _write(axes, place, label, size=size, plate=True, ha="center")
    _draw_legend(axes, drawing, rows, left=float(low[0]) + _MARGIN, bottom=float(low[1]) + _MARGIN, width=width)
    return figure


def _shares(values: list[float]) -> Reals:
    """Return values as shares of the greatest."""
    import numpy as np

    array = np.array(values, np.float64)
    result: Reals = array / array.max()
    return result


def _label(symbol: str) -> str:
    return shorten(visible(symbol), _LONGEST)


def _colour(community: int) -> str:
    return _PALETTE[community - 1] if community <= len(_PALETTE) else _OTHER


def _text_size(text: str, size: float) -> tuple[float, float]:
    """Return the width of a text, and the height of a line, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return TextPath((0, 0), text, size=size, prop=FontProperties(), usetex=False).get_extents().width, 1.1 * size


def _write(axes: Any, place: Iterable[float], text: str, *, size: float, plate: bool = False, **options: Any) -> None:
    """Write text, which is never taken for mathematics, with its middle at a height; on a pale plate if it is to be."""
    box = {"boxstyle": "round,pad=0,rounding_size=0.4", "facecolor": "white", "edgecolor": "none", "alpha": 0.6}
    axes.text(
        *place,
        text,
        size=size,
        color="#111111",
        va="center_baseline",
        parse_math=False,
        bbox=box if plate else None,
        **options,
    )


def _draw_edges(axes: Any, graph: nx.Graph[str], places: dict[str, Any]) -> None:
    """Draw the edges, the strongest last; those within a community have its colour."""
    from matplotlib.collections import LineCollection

    edges = sorted((values["weight"], a, b) for a, b, values in graph.edges(data=True))
    community = {node: values["community"] for node, values in graph.nodes(data=True)}
    axes.add_collection(
        LineCollection(
            [(places[a], places[b]) for _, a, b in edges],
            linewidths=_widths([weight for weight, *_ in edges]),
            colors=[_colour(community[a]) if community[a] == community[b] else _EDGE for _, a, b in edges],
            alpha=0.45,
            capstyle="round",
        ),
        autolim=False,
    )


def _widths(weights: list[float]) -> Reals:
    import numpy as np

    return np.maximum(_WIDTH[0], _WIDTH[1] * _shares(weights))


def _draw_circles(axes: Any, centres: Iterable[Any], radius: Iterable[float], colours: list[str]) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    circles = [Circle(centre, size) for centre, size in zip(centres, radius, strict=True)]
    axes.add_collection(
        PatchCollection(circles, facecolors=colours, edgecolors="white", linewidths=0.8, zorder=2), autolim=False
    )


def _legend_rows(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the colour and the text of each community in the legend."""
    groups: dict[int, list[tuple[float, str]]] = {}
    for _, node in drawing.graph.nodes(data=True):
        groups.setdefault(min(node["community"], len(_PALETTE) + 1), []).append((-node["strength"], node["symbol"]))
    rows = []
    for number, members in sorted(groups.items()):
        leaders = [_label(symbol) for _, symbol in sorted(members)[:_N_LEADERS]]
        more = f" and {len(members) - _N_LEADERS} more" if len(members) > _N_LEADERS else ""
        rows.append((_colour(number), shorten(", ".join(leaders), 50) + more))
    return rows


def _draw_legend(
    axes: Any, drawing: Drawing, rows: list[tuple[str, str]], *, left: float, bottom: float, width: float
) -> None:
    """Draw the communities, samples of sizes and widths, and what part of the network the picture shows."""
    _write(axes, (left, bottom), _caption(drawing), size=_TEXT, ha="left")
    top = bottom + _LINE * (max(len(rows), _N_SAMPLES) + 0.6)
    for number, (colour, text) in enumerate(rows):
        height = top - _LINE * number
        _draw_circles(axes, [(left + 5, height)], [4.0], [colour])
        _write(axes, (left + 15, height), text, size=_TEXT, ha="left")
    strength = max(values["strength"] for _, values in drawing.graph.nodes(data=True))
    weight = max(values["weight"] for *_, values in drawing.graph.edges(data=True))
    for number, part in enumerate((1, 0.25)):
        x = left + width * (0.62 + 0.18 * number)
        for height, name, value in ((top - 0.5 * _LINE, "strength", strength), (top - 2.3 * _LINE, "weight", weight)):
            _write(axes, (x + 21, height), f"{name} {_number(value * part)}", size=_TEXT, ha="left")
            if name == "strength":
                _draw_circles(axes, [(x, height)], [_RADIUS[1] * part**0.5], [_OTHER])
            else:
                axes.plot((x - 15, x + 15), (height, height), color=_EDGE, linewidth=_WIDTH[1] * part)


def _number(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{float(f'{value:.3g}'):,g}" if value < 1e6 else f"{value:.3g}"


def _caption(drawing: Drawing) -> str:
    """Return what part of the network is drawn."""
    n_nodes, n_edges = len(drawing.graph), drawing.graph.number_of_edges()
    nodes, edges = counted(n_nodes, "gene"), counted(n_edges, "pair")
    if n_nodes < drawing.n_nodes:
        nodes = f"{n_nodes:,} of {drawing.n_nodes:,} genes, those of the greatest strength,"
    if n_edges < drawing.n_edges:
        edges = f"{n_edges:,} of {drawing.n_edges:,} pairs, those that stand out among them"
    return f"{nodes} and {edges}"
