"""Files of a network, by their suffix; each is written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from kg.answers import counted
from kg.errors import ExportError
from kg.graph_files.tables import TABLE_SUFFIXES, file_suffix, write_table, write_text
from kg.network.files.associations import RDF_FORMATS, significance_limit, significant, write_kgx
from kg.network.files.graph_files import GRAPH_FORMATS, to_stream
from kg.network.frames import Frames, to_frame, to_frames

if TYPE_CHECKING:
    import networkx as nx

    from kg.folder import Folder

__all__ = ["NETWORK_SUFFIXES", "describe_file", "write_network"]

_KGX = ".kgx"

NETWORK_SUFFIXES = (*TABLE_SUFFIXES, *GRAPH_FORMATS, *RDF_FORMATS, _KGX)
"""The suffixes of files of networks."""


def write_network(
    network: nx.Graph[Any] | Frames,
    target: str | Path | TextIO,
    *,
    suffix: str | None = None,
    folder: Folder | None = None,
) -> None:
    """Write a network in the format of the target's suffix.

    Parameters
    ----------
    network
        As `kg.network.cooccurrence` makes it, or its tables, for which no graph needs to be in memory.
    target
        A path, or an open text stream. ``.tsv``, ``.csv`` and ``.parquet`` hold the table of pairs, as
        `kg.network.to_frame` makes it; ``.graphml``, ``.gexf``, ``.cyjs`` (Cytoscape JSON) and ``.cx2`` also the
        attributes of nodes. ``.ttl`` and ``.nt`` are RDF of the significant pairs, ``.kgx`` a folder of KGX tables of
        them; see `kg.network.files.associations`. A file is replaced only once the new one is whole.
    suffix
        The format where the target's own suffix does not say; for a stream ``.tsv`` by default.
    folder
        The build that the network is of: with it, KGX's rows name the papers of each pair.

    Raises
    ------
    ExportError
        If the suffix is none of these, an attribute has a type that files do not hold, the pairs have no q-values where
        they are needed, or the target cannot be written.

    Examples
    --------
    >>> import sys
    >>> import networkx as nx
    >>> graph = nx.Graph([("3716", "6774", {"weight": 2, "count": 2, "fractional": 0.75})])
    >>> nx.set_node_attributes(graph, {"3716": "JAK1", "6774": "STAT3"}, "symbol")
    >>> write_network(graph, sys.stdout, suffix=".csv")
    symbol_a,symbol_b,weight,ncbigene_a,ncbigene_b,count,fractional
    JAK1,STAT3,2,3716,6774,2,0.75
    """
    kind = file_suffix(target, suffix, NETWORK_SUFFIXES)
    if kind in TABLE_SUFFIXES:
        write_table(network.pairs if isinstance(network, Frames) else to_frame(network), target, suffix=kind)
        return
    frames = network if isinstance(network, Frames) else to_frames(network)
    if kind != _KGX:
        text = GRAPH_FORMATS[kind](to_stream(frames)) if kind in GRAPH_FORMATS else RDF_FORMATS[kind](frames)
        write_text(target, lambda stream: stream.writelines(text))
    elif isinstance(target, (str, Path)):
        write_kgx(frames, Path(target), folder)
    else:
        raise ExportError("KGX is a folder and does not go into a text stream; give a path that ends in .kgx")


def describe_file(frames: Frames, target: str | Path) -> str:
    """Return in words how much of a network the file has that `write_network` writes.

    Examples
    --------
    >>> import kg
    >>> frames = kg.build("seeds/").cooccurrence_frames(tier="strict")
    >>> describe_file(frames, "network.tsv")
    '9 nodes, 24 pairs'
    >>> describe_file(frames, "network.ttl")
    '0 nodes, 0 pairs: those of q at most 0.05'
    """
    if file_suffix(target, None, NETWORK_SUFFIXES) not in (*RDF_FORMATS, _KGX):
        return f"{counted(frames.nodes.height, 'node')}, {counted(frames.pairs.height, 'pair')}"
    pairs = significant(frames)
    n_nodes = len({*pairs.get_column("subject"), *pairs.get_column("object")})
    many = f"{counted(n_nodes, 'node')}, {counted(pairs.height, 'pair')}"
    return f"{many}: those of q at most {significance_limit(frames):g}"
