"""Whether a build's graph is what the ontology says: SHACL shapes, and consistency across the whole."""

from __future__ import annotations

from kg.check.report import Report, Violation
from kg.check.run import check

__all__ = ["Report", "Violation", "check"]
