"""What a check found: the violations, and the report that holds them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass

from kg.vocab import PREFIXES

__all__ = ["MAX_PER_SHAPE", "VIOLATION", "WARNING", "Report", "Violation", "short_iri"]

VIOLATION = "violation"
"""The severity of what must not be; one is enough for a graph not to conform."""

WARNING = "warning"
"""The severity of what should not be."""

MAX_PER_SHAPE = 1000
"""How many violations of one shape a report lists; a fault in every figure would otherwise fill the memory."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong in a graph.

    Attributes
    ----------
    severity
        `VIOLATION` or `WARNING`.
    shape
        The local name of the SHACL shape, such as ``GeneMentionWordShape``, or of the rule of
        `kg.check.consistency`, such as ``DescribedOnce``.
    focus
        The IRI of the node that is wrong; the name of a count for ``CountsAgree``, of a file for ``StoreFiles``.
    path
        The property, by its prefixed name where it has one; None where the node itself is wrong.
    value
        The offending value; None where one is missing.
    message
        What is wrong and what to do.
    figure
        The id of the figure that the node belongs to; None for what figures share.

    Examples
    --------
    >>> print(Violation(VIOLATION, "GeneLabelShape", "http://a/1", "rdfs:label", None, "Add it.", None))
    violation: http://a/1: rdfs:label: Add it. (GeneLabelShape)
    """

    severity: str
    shape: str
    focus: str
    path: str | None
    value: str | None
    message: str
    figure: str | None

    def __str__(self) -> str:
        """Return the violation on one line: severity, node, property, value, message, shape."""
        value = None if self.value is None else repr(self.value)
        parts = (self.severity, self.focus, self.path, value, f"{self.message} ({self.shape})")
        return ": ".join(part for part in parts if part)


@dataclass(frozen=True)
class Report:
    """The outcome of a check.

    Attributes
    ----------
    conforms
        Whether there is no violation; warnings do not count.
    n_figures
        Figures in the graph.
    n_triples
        Triples in the graph, as its file has them.
    violations
        What is wrong, in the order of the file, what concerns the whole graph last; of one shape the first
        `MAX_PER_SHAPE`.
    n_omitted
        Violations beyond these.

    Examples
    --------
    >>> print(Report(True, 2, 821, ()))
    conforms: 2 figures, 821 triples
    """

    conforms: bool
    n_figures: int
    n_triples: int
    violations: tuple[Violation, ...]
    n_omitted: int = 0

    def __str__(self) -> str:
        """Return the report as text: the violations, a line each, and the outcome on the last line."""
        lines = [str(violation) for violation in self.violations]
        if self.n_omitted:
            lines.append(f"… and {self.n_omitted:,} more of the same shapes")
        outcome = "conforms" if self.conforms else "does not conform"
        lines.append(f"{outcome}: {self.n_figures:,} figures, {self.n_triples:,} triples")
        severities = Counter(violation.severity for violation in self.violations)
        counts = [f", {n:,} {severity}{'s' if n > 1 else ''} listed" for severity, n in sorted(severities.items())]
        return "\n".join(lines) + "".join(counts)

    def to_json(self) -> str:
        """Return the report as JSON text, its keys the names of the attributes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def short_iri(iri: str) -> str:
    """Return an IRI by its prefixed name, where one of `kg.vocab.PREFIXES` fits.

    Examples
    --------
    >>> short_iri("http://schema.org/name"), short_iri("http://example.org/name")
    ('schema:name', 'http://example.org/name')
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
