"""From the bytes of one document to a figure: both generations of the format, every quirk, every problem.

`parse_figure` is the way in. What it does, in order: `front_matter` turns the YAML into text, `data_tables` reads
the ``_data`` files, `figure` makes the records. Nothing behind this package knows which generation a figure came from.
"""

from __future__ import annotations

from kg.parse.figure import ParsedFigure, parse_figure

__all__ = ["ParsedFigure", "parse_figure"]
