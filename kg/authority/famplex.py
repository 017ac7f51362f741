"""FamPlex: families and complexes of genes, and what is in them, nested ones too."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kg.compression import open_binary
from kg.errors import SourceError
from kg.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FamPlex", "Relation", "read_famplex"]

_WHERE = "take relations.csv of https://github.com/sorgerlab/famplex"
_RELATIONS = ("isa", "partof")


@dataclass(frozen=True, slots=True)
class Relation:
    """What stands below an entity: `name` of `namespace` (``HGNC``, ``UP``, ``FPLX``) ``isa`` or is ``partof`` it."""

    namespace: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class FamPlex:
    """The entities of FamPlex with what is directly in each, in the order of the file."""

    children: Mapping[str, tuple[Relation, ...]]
    source: str
    _folded: dict[str, str | None] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """List the entities by their letters and digits; None where two have the same."""
        for entity in self.children:
            key = _fold(entity)
            self._folded[key] = None if key in self._folded else entity

    def entity(self, word: str) -> str | None:
        """Return the entity of a family word: that of the same name, else the only one of the same letters and digits.

        Examples
        --------
        >>> famplex = read_famplex("tests/authority/famplex.csv")
        >>> famplex.entity("JAK"), famplex.entity("WNT"), famplex.entity("STAT3")
        ('JAK', 'Wnt', None)
        """
        return word if word in self.children else self._folded.get(_fold(word))

    def nested(self, entity: str) -> list[str]:
        """Return the entities below one, at any depth, each once, nearest first; a circle in the file ends.

        Examples
        --------
        >>> read_famplex("tests/authority/famplex.csv").nested("NFkappaB")
        ['NFkappaB_p50', 'NFkappaB_p65']
        """
        found: dict[str, None] = {}
        waiting = [entity]
        for name in waiting:
            for below in self.children.get(name, ()):
                if below.namespace == "FPLX" and below.name not in found and below.name != entity:
                    found[below.name] = None
                    waiting.append(below.name)
        return list(found)

    def genes(self, entity: str) -> list[str]:
        """Return the HGNC symbols of the genes in an entity and in those below it, sorted.

        Examples
        --------
        >>> read_famplex("tests/authority/famplex.csv").genes("NFkappaB")
        ['NFKB1', 'RELA']
        """
        entities = [entity, *self.nested(entity)]
        return sorted({r.name for name in entities for r in self.children.get(name, ()) if r.namespace == "HGNC"})


def _fold(text: str) -> str:
    return "".join(filter(str.isalnum, text.upper()))


def read_famplex(path: str | Path) -> FamPlex:
    """Return the relations of FamPlex.

    Parameters
    ----------
    path
        ``relations.csv``: five columns without a header, the namespace and name of what is in an entity, ``isa`` or
        ``partof``, the namespace ``FPLX`` and the name of the entity; also compressed, as ``.gz`` or ``.zst``.

    Raises
    ------
    SourceError
        If the file cannot be read, or a line is no such relation; with the line.

    References
    ----------
    Bachman JA, Gyori BM, Sorger PK. FamPlex: a resource for entity recognition and relationship resolution of human
    protein families and complexes in biomedical text mining. BMC Bioinformatics 2018, 19:248.
    doi:10.1186/s12859-018-2211-5

    Examples
    --------
    >>> read_famplex("tests/authority/famplex.csv").children["JAK"][0]
    Relation(namespace='HGNC', name='JAK1', kind='isa')
    """
    try:
        with open_binary(Path(path)) as stream:
            text, _ = clean(stream.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not in UTF-8, so not the relations of FamPlex; {_WHERE}") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{path}: cannot be read ({reason}); {_WHERE}") from error
    children: dict[str, dict[Relation, None]] = {}
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in rows:
            if not cells:
                continue
            if len(cells) != 5 or cells[2] not in _RELATIONS or cells[3] != "FPLX" or not all(cells):
                form = "NAMESPACE,NAME,isa or partof,FPLX,ENTITY"
                raise SourceError(f"{path}:{rows.line_num}: no relation of FamPlex, which reads {form}; {_WHERE}")
            namespace, name, kind, _, entity = cells
            children.setdefault(entity, {})[Relation(namespace, name, kind)] = None
            if namespace == "FPLX":
                children.setdefault(name, {})
    except csv.Error as error:
        raise SourceError(f"{path}:{rows.line_num}: not CSV ({error}); {_WHERE}") from error
    if not children:
        raise SourceError(f"{path}: there is no relation in it; {_WHERE}")
    return FamPlex({entity: tuple(below) for entity, below in children.items()}, str(path))
