"""One pass over a build's RDF file: SHACL and consistency, batch by batch."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kg.check.consistency import Facts, Ledger, count_violations, examine
from kg.check.description import check_description
from kg.check.report import MAX_PER_SHAPE, VIOLATION, Report, Violation
from kg.check.shacl import validate
from kg.check.store import check_store
from kg.check.stream import parse_batch, read_batches
from kg.errors import BuildError
from kg.executors import default_workers, ordered_map
from kg.rdf_files import MOST_TELLING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyoxigraph

    from kg.check.stream import Batch
    from kg.folder import Folder

__all__ = ["check", "check_batch"]

_AS_MANY_FILES = 4
"""How many files are read in the time that it takes to check one figure (measured)."""


class Findings(NamedTuple):
    """What checking a batch gave."""

    n_triples: int
    facts: Facts
    violations: list[Violation]


def check_batch(batch: Batch, *, recommended: bool = False) -> Findings:
    """Return what a batch of `kg.check.stream` holds and what is wrong with it.

    Parameters
    ----------
    batch
        Whole figures, whole shared nodes.
    recommended
        Say what should be different, too.
    """
    from rdflib import Graph

    from kg.check.batch_graph import BatchStore, to_triples

    graphs: set[tuple[str, str]] = set()
    quads = parse_batch(batch)
    store = BatchStore(to_triples(_note_graphs(quads, graphs) if batch.has_graphs else quads))
    facts, violations = examine(store, late=batch.late, graphs=graphs)
    violations += validate(Graph(store, bind_namespaces="none"), recommended=recommended)
    return Findings(batch.n_triples, facts, violations)


def _note_graphs(quads: Iterable[pyoxigraph.Quad], graphs: set[tuple[str, str]]) -> Iterator[pyoxigraph.Quad]:
    """Yield the quads, and note which subjects stand in which named graphs; "" is the default one."""
    for quad in quads:
        graphs.add((getattr(quad.subject, "value", ""), getattr(quad.graph_name, "value", "")))
        yield quad


def check(
    folder: Folder,
    *,
    recommended: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return whether a build's graph conforms to the shapes of ``ontology/`` and is consistent.

    Of its RDF files, the first of `kg.rdf_files.MOST_TELLING` is read, once, as a stream: memory does not grow with
    the triples, only with the different genes, papers and other shared things. The description of the build is held
    against shapes of its own; of a store every byte of the data is read, and it is opened.

    Parameters
    ----------
    folder
        The build.
    recommended
        Add warnings for what should be different; they do not keep a graph from conforming.
    workers
        Processes that validate; None for as many as pay.
    progress
        Called with the figures done and the figures there are by the manifest.

    Raises
    ------
    BuildError
        If the build has no RDF file, the file cannot be read, or a table is missing.

    References
    ----------
    Shapes Constraint Language (SHACL), W3C Recommendation, https://www.w3.org/TR/shacl/.
    """
    graph = folder.graph_files(*MOST_TELLING)
    if graph is None:
        raise BuildError(f"{folder.path}: there is no RDF file to check; build it with `--format turtle`")
    name, paths = graph
    n_expected = int(folder.manifest.get("counts", {}).get("figures", 0))
    if workers is None:
        workers = default_workers(n_expected * _AS_MANY_FILES)
    ledger, listed, n_triples = Ledger(), _Listed(), 0
    for findings in ordered_map(
        partial(check_batch, recommended=recommended), read_batches(paths, name), workers=workers
    ):
        n_triples += findings.n_triples
        listed.extend(findings.violations)
        listed.extend(ledger.add(findings.facts))
        if progress is not None:
            progress(ledger.counts["figures"], n_expected)
    listed.extend(ledger.finish())
    listed.extend(count_violations(folder, ledger.counts))
    listed.extend(check_description(folder))
    listed.extend(check_store(folder))
    return Report(listed.conforms, ledger.counts["figures"], n_triples, tuple(listed.violations), listed.n_omitted)


class _Listed:
    """The violations that a report lists, and how many more there are."""

    def __init__(self) -> None:
        self.conforms = True
        self.violations: list[Violation] = []
        self.n_omitted = 0
        self._by_shape: Counter[str] = Counter()

    def extend(self, violations: Iterable[Violation]) -> None:
        """Add violations, those of one shape up to `MAX_PER_SHAPE`."""
        for violation in violations:
            self.conforms = self.conforms and violation.severity != VIOLATION
            self._by_shape[violation.shape] += 1
            if self._by_shape[violation.shape] > MAX_PER_SHAPE:
                self.n_omitted += 1
            else:
                self.violations.append(violation)
