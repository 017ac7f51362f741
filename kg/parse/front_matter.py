"""The YAML front matter as text: every scalar as it is written, nothing resolved, no object built.

PFOCR's words and symbols look like booleans, numbers and dates (``NO``, ``1E5``, ``SEPT7``), so scalars stay text.
Two ways lead to the same values:

- *reference*: python-frontmatter with PyYAML's base loader, after a survey that refuses what could do harm;
- *fast*: `kg.parse.plain_yaml`, which knows the forms that PFOCR's own writers use, and declines all others.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, NamedTuple

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from kg.parse.plain_yaml import GENE_FIELDS, read_plain

__all__ = [
    "FrontMatter",
    "FrontMatterError",
    "Notice",
    "read_fast",
    "read_front_matter",
    "read_reference",
    "split",
]

MAX_DEPTH = 32
MAX_EXPANSION = 1_000_000
"""Bounds on nesting, and on the values and characters that aliases may stand for; real files have depth 3, no alias."""

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FENCE = re.compile(r"^-{3,}\s*$", re.MULTILINE)  # python-frontmatter's own boundary


class FrontMatterError(ValueError):
    """The front matter cannot be read: `line` counts from 1 in the file, None where no line can be named."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Notice(NamedTuple):
    """Something odd in the YAML that loses nothing that was meant, with its line in the file."""

    line: int
    key: str
    reason: str


class FrontMatter:
    """What a document's front matter holds.

    Attributes
    ----------
    fields
        The values by top-level key: text, lists and mappings of them; ``genes`` is empty where there are `rows`.
    rows
        The rows of ``genes``, each with exactly the fields of `GENE_FIELDS`, where the fast way has read them.
    notices
        What is odd in the YAML itself.
    """

    def __init__(
        self,
        fields: dict[str, Any],
        yaml_text: str,
        first_line: int,
        notices: tuple[Notice, ...] = (),
        rows: list[tuple[str, ...]] | None = None,
    ) -> None:
        self.fields = fields
        self.rows = rows
        self.notices = notices
        self._yaml_text = yaml_text
        self._first_line = first_line

    @cached_property
    def _rows_line(self) -> int:
        # The plain form has one such line, and it is the key of the rows.
        return self._first_line + f"\n{self._yaml_text}".partition("\ngenes:\n")[0].count("\n") + 1

    @cached_property
    def _root(self) -> yaml.Node:
        root = yaml.compose(self._yaml_text, Loader=_Loader)
        assert root is not None  # noqa: S101 - these very lines were read before
        return root

    @cached_property
    def _top(self) -> dict[str, yaml.Node]:
        root = self._root
        return {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}

    def to_dict(self) -> dict[str, Any]:
        """Return all values by top-level key, those of the rows among them."""
        if self.rows is None:
            return self.fields
        rows = [dict(zip(GENE_FIELDS, row, strict=True)) for row in self.rows]
        return {key: rows if key == "genes" else value for key, value in self.fields.items()}

    def line(self, *path: str | int) -> int:
        """Return the line of the file on which the value at a path begins; that of its parent where it is missing.

        Parameters
        ----------
        *path
            Keys and positions from 0, from the top: ``line("genes", 3, "entrez")``.
        """
        if self.rows is not None and path[0] == "genes" and len(path) > 1:
            field = GENE_FIELDS.index(str(path[2])) if len(path) > 2 and path[2] in GENE_FIELDS else 0
            return self._rows_line + len(GENE_FIELDS) * int(path[1]) + field
        node = self._top.get(str(path[0]), self._root)
        for step in path[1:] if node is not self._root else ():
            child = _child(node, step)
            if child is None:
                break
            node = child
        return self._first_line + int(node.start_mark.line)


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in reversed(node.value) if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    return None


def read_front_matter(text: str) -> FrontMatter:
    r"""Return a document's front matter, the fast way where that is certain, else by the reference.

    Parameters
    ----------
    text
        The whole document, already cleaned of characters that no format can carry.

    Raises
    ------
    FrontMatterError
        If there is no front matter, it is not YAML, not a mapping, or nests or expands beyond all measure.

    Examples
    --------
    >>> read_front_matter("---\nsymbol: NO\nyear: 2020\n---\n").to_dict()
    {'symbol': 'NO', 'year': '2020'}
    """
    yaml_text, first_line = split(text)
    return read_fast(yaml_text, first_line) or read_reference(text)


def split(text: str) -> tuple[str, int]:
    """Return the YAML between the fences, and the number of the file's line on which it begins.

    Raises
    ------
    FrontMatterError
        If there is no front matter.
    """
    start = len(text) - len(text.lstrip())
    opening = _FENCE.match(text, start)
    if opening is None:
        raise FrontMatterError("no front matter: the first line must be `---`; is this a PFOCR figure?")
    begin = text.index("\n", opening.start()) + 1 if "\n" in text[start:] else len(text)
    end = opening.end() - 1
    while (end := text.find("\n---", end)) >= 0:
        if _FENCE.match(text, end + 1):
            return text[begin : end + 1], text.count("\n", 0, begin) + 1
        end += 1
    raise FrontMatterError("the front matter has no end: a second line of `---` is missing", text.count("\n") + 1)


def read_fast(yaml_text: str, first_line: int = 1) -> FrontMatter | None:
    """Return the front matter if every line of it has one of the forms of `kg.parse.plain_yaml`, else None."""
    plain = read_plain(yaml_text)
    return None if plain is None else FrontMatter(plain.fields, yaml_text, first_line, rows=plain.rows)


class _TextHandler(YAMLHandler):
    """python-frontmatter's YAML handler, with a loader that leaves every scalar as text and builds no objects."""

    def load(self, fm: str, **_: object) -> Any:
        return yaml.load(fm, Loader=_Loader)  # noqa: S506 - the base loader: text, lists and mappings only


def read_reference(text: str) -> FrontMatter:
    """Return the front matter as python-frontmatter and PyYAML read it.

    Raises
    ------
    FrontMatterError
        As `read_front_matter`.
    """
    yaml_text, first_line = split(text)
    try:
        notices = _Survey(first_line).run(yaml_text)
        fields = frontmatter.parse(text, handler=_TextHandler())[0]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"not YAML: {error.problem or error.context}"
        raise FrontMatterError(reason, first_line + mark.line if mark else None) from error
    except yaml.YAMLError as error:
        raise FrontMatterError(f"not YAML: {' '.join(str(error).split())}") from error
    return FrontMatter(fields, yaml_text, first_line, notices)


class _Survey:
    """One walk over the events that refuses what could do harm, and notes what is odd, before anything is built.

    An alias costs nothing until somebody walks what it stands for; a "billion laughs" file is ten such levels.
    So the walk counts what each alias would expand to.
    """

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.sizes: dict[str, int | None] = {}  # by anchor, with all aliases expanded; None while the node is open
        self.expansion = 0
        self.notices: list[Notice] = []

    def _line(self, event: yaml.Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)

    def run(self, yaml_text: str) -> tuple[Notice, ...]:
        loader = _Loader(yaml_text)
        try:
            loader.get_event()  # the stream's start
            n_documents = 0
            while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
                n_documents += 1
                if n_documents > 1:
                    raise FrontMatterError("more than one YAML document between the fences", self._line(event))
                self._document(loader)
        finally:
            loader.dispose()
        if n_documents == 0:
            raise FrontMatterError("the front matter is empty")
        return tuple(self.notices)

    def _document(self, loader: Any) -> None:
        first = loader.peek_event()
        if not isinstance(first, yaml.MappingStartEvent):
            raise FrontMatterError("the front matter is not a list of `key: value`", self._line(first))
        self._node(loader, 0)
        loader.get_event()  # the document's end

    def _node(self, loader: Any, depth: int) -> int:
        """Walk one node; return its values and characters, with all aliases in it expanded."""
        event = loader.get_event()
        if depth > MAX_DEPTH:
            raise FrontMatterError(f"nested more than {MAX_DEPTH} levels deep", self._line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and not event.tag.startswith("tag:yaml.org,2002:str"):
            reason = f"the YAML tag {event.tag} is ignored: values are read as text, lists and mappings"
            self.notices.append(Notice(self._line(event), "", reason))
        if event.anchor:
            self.sizes[event.anchor] = None
        size = 1 + len(event.value) if isinstance(event, yaml.ScalarEvent) else 1
        if isinstance(event, yaml.SequenceStartEvent):
            while not loader.check_event(yaml.SequenceEndEvent):
                size += self._node(loader, depth + 1)
            loader.get_event()
        elif isinstance(event, yaml.MappingStartEvent):
            size = self._mapping(loader, depth)
        if event.anchor:
            self.sizes[event.anchor] = size
        return size

    def _mapping(self, loader: Any, depth: int) -> int:
        size, keys = 1, set()
        while not loader.check_event(yaml.MappingEndEvent):
            key = loader.get_event()
            if not isinstance(key, yaml.ScalarEvent):
                raise FrontMatterError("a key must be plain text", self._line(key))
            if key.anchor:
                self.sizes[key.anchor] = 1 + len(key.value)
            if key.value in keys:
                self.notices.append(Notice(self._line(key), key.value, "the key is given twice; the last one counts"))
            keys.add(key.value)
            size += 1 + len(key.value) + self._node(loader, depth + 1)
        loader.get_event()
        return size

    def _alias(self, event: yaml.AliasEvent) -> int:
        if event.anchor not in self.sizes:
            raise FrontMatterError(f"the alias *{event.anchor} has no anchor", self._line(event))
        size = self.sizes[event.anchor]
        if size is None:
            raise FrontMatterError(f"the alias *{event.anchor} contains itself", self._line(event))
        self.expansion += size
        if self.expansion > MAX_EXPANSION:
            reason = f"aliases stand for more than {MAX_EXPANSION:,} values and characters (a billion laughs file)"
            raise FrontMatterError(reason, self._line(event))
        return size
