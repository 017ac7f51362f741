"""What a build holds, for people: its numbers, and one figure, gene or paper at a time.

`records` says what there is to say; `count` and `find` take it from the tables; `render` makes it text.
"""

from __future__ import annotations

from kg.summary.count import stats
from kg.summary.find import show
from kg.summary.records import FigureView, GeneChoice, GeneView, PaperView, Stats, View
from kg.summary.render import render_stats, render_view

__all__ = [
    "FigureView",
    "GeneChoice",
    "GeneView",
    "PaperView",
    "Stats",
    "View",
    "render_stats",
    "render_view",
    "show",
    "stats",
]
