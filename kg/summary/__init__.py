"""What a build holds, for people: its numbers, its problems, and one figure, gene or paper at a time.

`records` says what there is to say; `count`, `problems` and `find` take it from the tables; `render` makes it text.
"""

from __future__ import annotations

from kg.summary.count import stats
from kg.summary.find import show
from kg.summary.problems import problems
from kg.summary.records import FigureView, GeneChoice, GeneView, PaperView, ProblemList, Stats, View
from kg.summary.render import problem_rows, render_problems, render_stats, render_view

__all__ = [
    "FigureView",
    "GeneChoice",
    "GeneView",
    "PaperView",
    "ProblemList",
    "Stats",
    "View",
    "problem_rows",
    "problems",
    "render_problems",
    "render_stats",
    "render_view",
    "show",
    "stats",
]
