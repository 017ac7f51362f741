"""A build's triples into a triple store on the network, by the SPARQL 1.1 Graph Store HTTP Protocol.

The triples go in chunks, in the order of the build's file. How many have arrived stands in a small file in the build
folder as long as the load is not whole: the same command then goes on after the last chunk that was acknowledged. A
chunk that the server took without saying so is sent twice, which changes nothing: the graph has no blank nodes, and a
set of triples takes each once. At the end the server counts.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kg.atomic import replacing_file
from kg.errors import ExportError, QueryError
from kg.folder import DESCRIPTION
from kg.rdf_files import parse_file, reading
from kg.vocab import DATASET_GRAPH, WIKIPATHWAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from kg.folder import Folder
    from kg.rdf.endpoint import Endpoint

__all__ = ["PROGRESS", "Upload", "upload"]

CHUNK = 10_000
"""Triples in a request: about 1.5 MB of N-Triples, which every server takes by default."""

PROGRESS = ".load-sparql.json"
"""The file in the build folder that says how far a load came that is not whole."""


class Upload(NamedTuple):
    """What a load came to: the triples of the build and its description, and those that the server counts."""

    n_triples: int
    n_found: int


def upload(
    folder: Folder,
    endpoint: Endpoint,
    *,
    graph: str | None = None,
    replace: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> Upload:
    """Load a build's triples into a graph of a triple store, and its description into `kg.vocab.DATASET_GRAPH`.

    What that graph held before is replaced.

    Parameters
    ----------
    folder
        The build; its first RDF file of N-Triples, Turtle, N-Quads and JSON-LD is read.
    endpoint
        The graph.
    graph
        Its IRI, as the file of progress names it; None for the default graph.
    replace
        Empty the graph first. Without it, a graph that holds anything is refused, but for what an earlier load of this
        build that was not whole put there.
    progress
        Called with the triples that have arrived and those that there are, once that is known.

    Returns
    -------
    Upload
        Two equal numbers, if all is well.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    ExportError
        If the graph is not empty or the description's own, or the server cannot be reached or refuses.
    """
    if graph == DATASET_GRAPH:
        raise ExportError(f"{graph}: this graph is for the description of the build; --graph takes another IRI")
    target = {"inputs": folder.manifest.get("inputs"), "endpoint": endpoint.address, "graph": graph}
    state = folder.path / PROGRESS
    n_done = 0 if replace else _read_state(state, target)
    if replace:
        endpoint.replace()
    elif not n_done and (n_there := endpoint.count()):
        raise ExportError(
            f"{endpoint.address}: the graph holds {n_there:,} triples already; --replace takes them out first, and"
            " --graph IRI names another"
        )
    triples = read_triples(folder)
    n_sent = sum(1 for _ in islice(triples, n_done))
    while chunk := list(islice(triples, CHUNK)):
        try:
            endpoint.add(_to_text(chunk))
        except ExportError as error:
            raise ExportError(
                f"{error}; {n_sent:,} triples arrived, and the same command goes on from there"
            ) from error
        n_sent += len(chunk)
        _write_state(state, target, n_sent)
        if progress is not None:
            progress(n_sent, None)
    n_found = endpoint.count()
    described = _upload_description(folder, endpoint.of_graph(DATASET_GRAPH))
    state.unlink(missing_ok=True)
    return Upload(n_sent + described.n_triples, n_found + described.n_found)


def _upload_description(folder: Folder, endpoint: Endpoint) -> Upload:
    """Load what a build says of itself in the place of what is there; nothing, where it is an older build."""
    import pyoxigraph as ox

    path = folder.path / DESCRIPTION
    if not path.is_file():
        return Upload(0, 0)
    with reading(path, "turtle", QueryError) as stream:
        triples = list(dict.fromkeys(quad.triple for quad in ox.parse(stream, format=ox.RdfFormat.TURTLE)))
    endpoint.replace(_to_text(triples))
    return Upload(len(triples), endpoint.count())


def read_triples(folder: Folder) -> Iterator[ox.Triple]:
    """Yield the triples of a build, each once.

    Raises
    ------
    QueryError
        If the build has no RDF file, or it cannot be read.
    """
    found = folder.graph_files("n-triples", "turtle", "n-quads", "json-ld")
    if found is None:
        raise QueryError(f"{folder.path}: no RDF file to load; build it with `--format turtle`, for example")
    name, paths = found
    for part, path in enumerate(paths):
        for quad in parse_file(path, name, QueryError):
            # Every part opens with the agents.
            if not part or getattr(quad.subject, "value", "") != WIKIPATHWAYS:
                yield quad.triple


def _to_text(triples: list[ox.Triple]) -> bytes:
    import pyoxigraph as ox

    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _read_state(state: Path, target: dict[str, object]) -> int:
    """Return how many triples an earlier load to the same place brought there."""
    try:
        found = json.loads(state.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise ExportError(f"{state}: cannot be read ({error}); delete it, and load with --replace") from error
    if (
        isinstance(found, dict)
        and isinstance(found.get("triples"), int)
        and found == {**target, "triples": found["triples"]}
    ):
        return int(found["triples"])
    return 0


def _write_state(state: Path, target: dict[str, object], n_triples: int) -> None:
    with replacing_file(state) as fresh:
        fresh.write_text(json.dumps(target | {"triples": n_triples}) + "\n", encoding="utf-8")
