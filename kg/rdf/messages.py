"""What a parent and the process that answers its queries say to each other.

The parent writes questions to the child's standard input and reads answers from its standard output. A message is a
kind (one byte), a length (four bytes, the most significant first), and so many bytes:

====  ==========================================================================
 Q    a `Question` as JSON; without a text it only opens the store
 L    the child begins to load or open the store
 O    the store is open
 H    the answer begins: its kind, a blank, its format
 B    bytes of the answer, of which a long one has many messages
 D    the answer is done; a byte of 1 where it is truncated, of 0 where not
 E    an error ends the answer; JSON: ``type``, ``message`` and ``limit``
====  ==========================================================================
"""

from __future__ import annotations

import os
import select
import struct
import sys
import threading
from dataclasses import dataclass
from typing import IO

__all__ = [
    "HEADER",
    "Question",
    "child_streams",
    "pack_done",
    "pack_head",
    "pack_message",
    "read_message",
    "write_message",
]

HEADER = struct.Struct(">cI")
"""How a message begins: its kind and its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query, and how its answer is wanted.

    Attributes
    ----------
    text
        SPARQL; it is checked (`kg.rdf.sparql.check_query`) in the child, too.
    formats
        Of `kg.rdf.results.RESULT_FORMATS`, the most wanted first; the first that fits the kind of answer is written.
    limit
        The largest number of rows, or triples.
    max_bytes
        The largest size of the answer; a larger one is an error.
    max_rows
        The largest number of rows, or triples; an answer with more is an error. `limit` cuts instead.
    default_graphs, named_graphs
        IRIs of the protocol's ``default-graph-uri`` and ``named-graph-uri``; where there are any, they take the place
        of the query's own ``FROM`` (SPARQL 1.1 Protocol, section 2.1.4).
    width
        Columns of the terminal that a table is folded to; None for lines as long as they are.
    """

    text: str
    formats: tuple[str, ...] = ("json",)
    limit: int | None = None
    max_bytes: int | None = None
    max_rows: int | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    width: int | None = None


def pack_message(kind: bytes, data: bytes) -> bytes:
    """Return a message: a kind of one byte, a length, and the bytes."""
    return HEADER.pack(kind, len(data)) + data


def pack_head(kind: str, name: str) -> bytes:
    """Return the message that an answer begins with: what kind of answer it is, and the name of its format."""
    return pack_message(b"H", f"{kind} {name}".encode())


def pack_done(*, truncated: bool) -> bytes:
    """Return the message that an answer ends with."""
    return pack_message(b"D", b"\1" if truncated else b"\0")


def write_message(stream: IO[bytes], kind: bytes, data: bytes) -> None:
    """Write a message: a kind of one byte, a length, and the bytes."""
    stream.write(pack_message(kind, data))
    stream.flush()


def read_message(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next message, its kind and its bytes; None where the stream ends, in the middle of one, too."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    kind, length = HEADER.unpack(head)
    data = stream.read(length)
    return (kind, data) if len(data) == length else None


def child_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Return the streams of questions and of answers of this process, which ends as soon as its parent has."""
    # What anything else prints goes to standard error, and not between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=_end_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    return sys.stdin.buffer, answers


def _end_with_parent(questions: int) -> None:
    """End the process as soon as nobody can ask it any more, also in the middle of an answer: nobody waits for it."""
    waiting = select.poll()
    waiting.register(questions, 0)  # no events but that the other end is gone, so that it wakes up for nothing else
    waiting.poll()
    os._exit(0)
