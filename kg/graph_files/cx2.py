"""CX2: the format of NDEx and of Cytoscape Web, a graph with typed attributes and lists as one JSON array."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kg.errors import ExportError
from kg.graph_files.json_text import COMPACT, joined, json_members, read_lines
from kg.graph_files.stream import ID, NAME, SOURCE, TARGET, Edge, Node, attribute_types, plain_attributes, value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import polars as pl

    from kg.graph_files.stream import GraphStream

__all__ = ["read_cx2", "to_cx2"]

_ASPECTS = ("attributeDeclarations", "networkAttributes", "nodes", "edges")
_REPRESENTS = "represents"
_TAKEN = ("name", _REPRESENTS)
_END = '{"status":[{"success":true,"error":""}]}]'


def to_cx2(graph: GraphStream) -> Iterator[str]:
    """Yield a graph as CX2, a line a node and a line an edge.

    The format numbers its nodes: the id of a node is its attribute ``represents``, and its name is ``name``.
    An edge ``weight`` and so on are attributes like any other.

    Raises
    ------
    ExportError
        If an attribute is called ``name`` or ``represents``, or has several types; two nodes have the same id; or an
        edge ends at no node.

    References
    ----------
    Cytoscape Exchange (CX) format specification, version 2: https://cytoscape.org/cx/cx2/specification/

    Examples
    --------
    >>> import polars as pl
    >>> from kg.graph_files.stream import GraphStream
    >>> nodes = pl.DataFrame({"~id": ["6774"], "~name": ["STAT3"], "words": [["a", "b"]]})
    >>> edges = pl.DataFrame({"~source": ["6774"], "~target": ["6774"], "weight": [2]})
    >>> graph = GraphStream([nodes.schema], [edges.schema], lambda: [nodes], lambda: [edges])
    >>> print("".join(to_cx2(graph)).splitlines()[5])
    {"id":0,"v":{"represents":"6774","name":"STAT3","words":["a","b"]}}
    """
    own = plain_attributes(graph.attributes)
    nodes = attribute_types(graph.node_schemas)
    for name in _TAKEN:
        if name in nodes:
            raise ExportError(f"the node attribute {name!r} has a name that CX2 has a use for; rename it")
    declared = {
        "networkAttributes": {name: {"d": value_type(type(value))} for name, value in own.items()},
        "nodes": {name: _declared(kind) for name, kind in (dict.fromkeys(_TAKEN, "string") | nodes).items()},
        "edges": {name: _declared(kind) for name, kind in attribute_types(graph.edge_schemas).items()},
    }
    yield '[{"CXVersion":"2.0","hasFragments":false},\n'
    yield _aspect("metaData", [{"name": name} for name in _ASPECTS])
    yield _aspect("attributeDeclarations", [declared])
    yield _aspect("networkAttributes", [own])
    yield '{"nodes":[\n'
    numbers = _Numbers()
    yield from joined(_nodes(graph, numbers))
    yield '\n]},\n{"edges":[\n'
    yield from joined(_edges(graph, numbers))
    yield f"\n]}},\n{_END}\n"


def _declared(kind: str) -> dict[str, str]:
    return {"d": "list_of_string" if kind == "list" else kind}


def _aspect(name: str, items: Sequence[Any]) -> str:
    return json.dumps({name: items}, ensure_ascii=False, separators=COMPACT) + ",\n"


class _Numbers:
    """The numbers of nodes by their ids, in 12 bytes a node: hashes stand for ids."""

    def __init__(self) -> None:
        self.n_nodes = 0
        self._batches: list[np.ndarray] = []
        self._sorted: tuple[np.ndarray, np.ndarray] | None = None

    def add(self, ids: pl.Series) -> tuple[int, int]:
        """Return the numbers from which and below which the next nodes get theirs."""
        self._batches.append(ids.hash().to_numpy())
        first, self.n_nodes = self.n_nodes, self.n_nodes + ids.len()
        return first, self.n_nodes

    def find(self, ids: pl.Series) -> pl.Series:
        """Return the numbers of nodes.

        Raises
        ------
        ExportError
            If there is no node of an id, or several.
        """
        import numpy as np
        import polars as pl

        if self._sorted is None:
            hashes = np.concatenate([np.empty(0, np.uint64), *self._batches])
            order = np.argsort(hashes, kind="stable").astype(np.uint32)
            hashes = hashes[order]
            self._batches.clear()
            if (hashes[1:] == hashes[:-1]).any():
                raise ExportError("two nodes have the same id; CX2 cannot tell them apart")
            self._sorted = hashes, order
        hashes, order = self._sorted
        wanted = ids.hash().to_numpy()
        places = np.searchsorted(hashes, wanted)
        there = places < len(hashes)
        there[there] = hashes[places[there]] == wanted[there]
        if not there.all():
            raise ExportError(f"an edge ends at {ids[int(np.argmin(there))]!r}, and there is no such node")
        return pl.Series("number", order[places])


def _nodes(graph: GraphStream, numbers: _Numbers) -> Iterator[pl.Series]:
    import polars as pl

    for batch in graph.nodes():
        first, after = numbers.add(batch.get_column(ID))
        attributes = [name for name in batch.columns if not name.startswith("~")]
        table = batch.select(pl.col(ID).alias(_REPRESENTS), pl.col(NAME).alias("name"), *attributes)
        number = pl.int_range(first, after, dtype=pl.Int64)
        item = pl.concat_str(
            [pl.lit('{"id":'), number, pl.lit(',"v":{'), json_members(table, table.columns), pl.lit("}}")]
        )
        yield table.select(item).to_series()


def _edges(graph: GraphStream, numbers: _Numbers) -> Iterator[pl.Series]:
    import polars as pl

    n_before = 0
    for batch in graph.edges():
        ends = [numbers.find(batch.get_column(name)) for name in (SOURCE, TARGET)]
        attributes = [name for name in batch.columns if not name.startswith("~")]
        parts = [pl.lit('{"id":'), pl.int_range(n_before, n_before + batch.height, dtype=pl.Int64)]
        parts += [pl.lit(',"s":'), pl.lit(ends[0]), pl.lit(',"t":'), pl.lit(ends[1]), pl.lit(',"v":{')]
        item = pl.concat_str([*parts, json_members(batch, attributes), pl.lit("}}")])
        yield batch.select(item).to_series()
        n_before += batch.height


def read_cx2(path: Path) -> Iterator[Node | Edge]:
    """Yield the nodes and edges of a file that `to_cx2` wrote, in their order; ids are those before they were numbers.

    Raises
    ------
    ExportError
        If the file cannot be read, or ends before its end.
    """
    ids: dict[int, str] = {}
    last = ""
    for item in read_lines(path):
        if isinstance(item, str):
            last = item
        elif "s" in item:
            # A number that no node has stands for itself, so that whoever looks for the node does not find it.
            source, target = (ids.get(item[end], f"#{item[end]}") for end in "st")
            yield Edge(source, target, item["v"])
        else:
            values = item["v"]
            node = ids[item["id"]] = values.pop(_REPRESENTS)
            yield Node(node, values, values.pop("name", None))
    if last != _END:
        raise ExportError(f"{path}: the file ends before its end; export again")
