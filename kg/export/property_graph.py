"""A build as a property graph, streamed: the nodes of a label, the edges of a kind, batch by batch.

The interface that every format is made from::

    graph = PropertyGraph(build)                    # or PropertyGraph(build, Selection(tier="strict"))
    for label in graph.labels:                      # `NodeLabel`s of `kg.export.schema`
        for batch in graph.nodes(label.name):       # polars frames with the columns of `node_schema(label.name)`
            ...
    for kind in graph.edge_kinds:                   # `EdgeKind`s
        for batch in graph.edges(kind):             # frames with the columns of `edge_schema(kind.relationship)`
            ...
    graph.counts()             # {"Figure": 2, …, "Figure-PART_OF-Paper": 2, …}: asked of the tables in another way

Batches are never empty, hold whole figures, and come in an order that depends on the build alone: figures by id,
mentions by figure and number, genes by number, the others by id; edges by their source, then as the source has them.
No node of a label and no edge of a kind comes twice, and the ends of every edge are nodes of the graph. A null is a
value that is not known; a list is never null. At most some thousand figures are in memory at a time.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kg.export.counts import count_tables
from kg.export.edges import EDGES
from kg.export.network_edges import network_edges, read_network
from kg.export.nodes import NODES
from kg.export.schema import EDGE_KINDS, NODE_LABELS, EdgeKind, NodeLabel, edge_schema, node_schema
from kg.export.selected import select
from kg.export.selection import EVERYTHING, Selection
from kg.export.streams import slices, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl

    from kg.folder import Folder

__all__ = ["PropertyGraph"]


class PropertyGraph:
    """The property graph of a build, or of a part of it.

    Parameters
    ----------
    folder
        The build.
    selection
        Which part.

    Raises
    ------
    BuildError
        When it is read, if the build lacks a table.

    Examples
    --------
    >>> import kg
    >>> graph = PropertyGraph(kg.build("seeds/"))
    >>> batch, = graph.nodes("Gene")
    >>> batch.select("id", "symbol", "n_figures").row(0)
    ('207', 'AKT1', 1)
    >>> graph.counts()["Figure-MENTIONS-Gene"]
    58
    """

    def __init__(self, folder: Folder, selection: Selection = EVERYTHING) -> None:
        self.folder = folder
        self.selection = selection
        self.tables = select(folder, selection)

    @property
    def labels(self) -> tuple[NodeLabel, ...]:
        """The labels that nodes can have; some may have none."""
        return tuple(label for label in NODE_LABELS.values() if self.selection.mentions or label.name != "GeneMention")

    @property
    def edge_kinds(self) -> tuple[EdgeKind, ...]:
        """The kinds that edges can have; some may have none."""
        return tuple(
            kind
            for kind in EDGE_KINDS
            if (self.selection.mentions or "GeneMention" not in (kind.source, kind.target))
            and (self.selection.network is not None or kind.relationship != "CO_OCCURS_WITH")
        )

    def nodes(self, label: str) -> Iterator[pl.DataFrame]:
        """Yield the nodes of a label, in batches with the columns of `kg.export.schema.node_schema`."""
        return typed(NODES[label](self.tables), node_schema(label))

    def edges(self, kind: EdgeKind) -> Iterator[pl.DataFrame]:
        """Yield the edges of a kind, in batches with the columns of `kg.export.schema.edge_schema`."""
        found = self._network_edges(kind) if kind.relationship == "CO_OCCURS_WITH" else EDGES[kind.name](self.tables)
        return typed(found, edge_schema(kind.relationship))

    def counts(self, names: Iterable[str] | None = None) -> dict[str, int]:
        """Return how many nodes each label has, and how many edges each kind, by their names.

        They are asked of the tables directly, not counted while batches are made.

        Parameters
        ----------
        names
            The labels and kinds to count; by default all.
        """
        if names is None:
            names = [label.name for label in self.labels] + [kind.name for kind in self.edge_kinds]
        return count_tables(self.tables, self.selection.network, names)

    def notes(self) -> list[str]:
        """Return a sentence, without its full stop, if pairs of the network have no place in the graph."""
        if self.selection.network is None:
            return []
        n_edges = sum(
            batch.height
            for kind in self.edge_kinds
            if kind.relationship == "CO_OCCURS_WITH"
            for batch in self.edges(kind)
        )
        n_pairs = self._network.height
        if n_edges == n_pairs:
            return []
        lost = f"{n_pairs - n_edges:,} of its {n_pairs:,} significant pairs"
        return [f"{self.selection.network}: {lost} are left out, as this graph lacks a gene or family of each"]

    def _network_edges(self, kind: EdgeKind) -> Iterator[pl.DataFrame]:
        return slices(network_edges(self._network, kind, self._ends))

    @cached_property
    def _network(self) -> pl.DataFrame:
        if self.selection.network is None:
            raise ValueError("the selection names no network")
        return read_network(self.selection.network)

    @cached_property
    def _ends(self) -> dict[str, pl.Series]:
        """The ids of the nodes that pairs of a network can stand between, in their order."""
        import polars as pl

        return {
            label: pl.concat([pl.Series("id", [], pl.String), *(batch.get_column("id") for batch in self.nodes(label))])
            for label in ("Gene", "GeneFamily")
        }
