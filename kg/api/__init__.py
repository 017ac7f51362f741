"""The Python interface: build, open a build, and take from it what other libraries work with."""

from kg.api.figures import FigureReader, read_figures, to_graph
from kg.api.making import DEFAULT_FORMATS, build
from kg.api.opened import Build, read_build

__all__ = ["DEFAULT_FORMATS", "Build", "FigureReader", "build", "read_build", "read_figures", "to_graph"]
