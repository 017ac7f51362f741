"""How many things a graph describes, and with how many triples: counted as the descriptions are made.

Every subject is described once, and every description opens with its types, the first of which says what it is; so
the numbers of subjects and of triples by class and property follow from the lengths of its lists.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kg.rdf.mapping import TYPES
from kg.vocab import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.rdf.subjects import Description
    from kg.vocab import Property

__all__ = ["Tally"]

_TYPE = "rdf:type"


class Tally:
    """Numbers of triples by the first type of their subject and by property.

    Examples
    --------
    >>> from kg.rdf.mapping import describe_agents
    >>> tally = Tally.of(describe_agents())
    >>> tally.n_subjects, tally.n_triples, tally.by_class()
    (1, 2, {'schema:Organization': (1, {'rdf:type': 1, 'schema:name': 1})})
    """

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = {}

    @classmethod
    def of(cls, descriptions: Iterable[Description]) -> Tally:
        """Return the tally of some descriptions."""
        found: dict[str, dict[Property, int]] = {}
        for _, properties, recurring in descriptions:
            first = properties[0][1][0]
            counts = found.get(first)
            if counts is None:
                counts = found[first] = {}
            for prop, objects in properties:
                counts[prop] = counts.get(prop, 0) + len(objects)
            for prop, objects in recurring.properties:
                counts[prop] = counts.get(prop, 0) + len(objects)
        tally = cls()
        tally._counts = {
            TYPES[first][0]: {prop.curie: n for prop, n in counts.items()} for first, counts in found.items()
        }
        return tally

    def _add(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        for first, numbers in counts.items():
            own = self._counts.setdefault(first, {})
            for name, n in numbers.items():
                own[name] = own.get(name, 0) + n

    def add(self, other: Tally) -> None:
        """Add the numbers of another tally."""
        self._add(other._counts)

    def to_json(self) -> str:
        """Return the numbers on one line, in the order in which they were first met."""
        # Names of terms need no escapes, and the json module takes twice as long.
        parts = []
        for first, counts in self._counts.items():
            listed = ",".join([f'"{name}":{n}' for name, n in counts.items()])
            parts.append(f'"{first}":{{{listed}}}')
        return "{" + ",".join(parts) + "}"

    def add_json(self, texts: Iterable[str]) -> None:
        """Add numbers that `to_json` returned."""
        for counts in json.loads(f"[{','.join(texts)}]"):
            self._add(counts)

    @property
    def n_triples(self) -> int:
        """The number of triples."""
        return sum(sum(counts.values()) for counts in self._counts.values())

    @property
    def n_subjects(self) -> int:
        """The number of subjects."""
        return sum(counts[_TYPE] // len(_TYPES_OF[first]) for first, counts in self._counts.items())

    def by_property(self) -> dict[str, int]:
        """Return the number of triples of each property that there is, in alphabetical order of their names."""
        total = Counter[str]()
        for counts in self._counts.values():
            total.update(counts)
        return {curie: total[curie] for curie in sorted(PROPERTIES) if total[curie]}

    def by_class(self) -> dict[str, tuple[int, dict[str, int]]]:
        """Return for each class that there is the number of its instances, and of their triples by property."""
        entities: Counter[str] = Counter()
        triples: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for first, counts in self._counts.items():
            for name in _TYPES_OF[first]:
                entities[name] += counts[_TYPE] // len(_TYPES_OF[first])
                triples[name].update(counts)
        return {name: (entities[name], dict(sorted(triples[name].items()))) for name in sorted(entities)}


_TYPES_OF = {types[0]: types for types in TYPES.values()}
