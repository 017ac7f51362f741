"""What is said of a subject: its properties in order, with their objects.

A property's kind (`kg.vocab.Value`) says what its objects are, so objects are plain strings: absolute IRIs, or the
lexical forms of literals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kg.vocab import Property

__all__ = ["NONE_RECURRING", "Description", "Properties", "Recurring"]

Properties = list[tuple[Property, list[str]]]
"""Properties with their objects; no list of objects is empty or repeats one."""


@dataclass(frozen=True, slots=True, eq=False)
class Recurring:
    """Properties that many subjects have with the same objects: a format keeps how it writes them."""

    properties: Properties


NONE_RECURRING = Recurring([])


class Description(NamedTuple):
    """A subject's IRI, its own properties, the types first, and those behind them that recur."""

    subject: str
    properties: Properties
    recurring: Recurring = NONE_RECURRING
