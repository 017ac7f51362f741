r"""Example queries: the files ``ontology/queries/NAME.rq``, what each asks, and its parameters, filled in safely.

A file is one SPARQL query that runs as it stands. Its header, lines that begin with ``#+``, is YAML::

    #+ title: In which years was a gene drawn?
    #+ description: Figures that show a gene, by the year of their paper.
    #+ keywords: [gene, year]
    #+ parameters:
    #+   - name: gene
    #+     type: text
    #+     description: symbol of the gene
    #+     pattern: '[^\s]{1,40}'

``federated``, where it stands, is the address of the other endpoint that the query asks; ``needs`` the option of
``kg build`` without which a build has no rows for it. A parameter is a variable
that one line of the query gives its default, and `Example.bind` another value: ``VALUES ?gene { "STAT3" }``.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cache
from json.encoder import encode_basestring
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from kg.answers import to_json
from kg.errors import QueryError
from kg.ontology_files import ontology_file
from kg.terminal import align
from kg.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Example",
    "Parameter",
    "examples_to_json",
    "find_example",
    "parse_example",
    "read_examples",
    "render_examples",
]

Kind = Literal["text", "integer", "year", "iri"]

MAX_VALUE = 1_000
"""Characters of a parameter's value."""

# Each kind of value: what it looks like, and the term that it becomes. Years without a sign (XML Schema 1.1 Part 2,
# section 3.3.14); IRIs as SPARQL 1.1 writes them (section 19.8, IRIREF), and absolute.
_KINDS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "text": (re.compile(r"(?s).+"), "{}"),
    "integer": (re.compile(r"[+-]?[0-9]{1,18}"), "{}"),
    "year": (re.compile(r"[0-9]{4}"), '"{}"^^xsd:gYear'),
    "iri": (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*"), "<{}>"),
}
_ARTICLES = {"text": "text", "integer": "a whole number", "year": "a year of four digits", "iri": "an absolute IRI"}

_TERMS = {
    "text": r'"(?P<value>[^"\\\n]*)"',
    "integer": r"(?P<value>[+-]?[0-9]+)",
    "year": r'"(?P<value>[0-9]{4})"\^\^xsd:gYear',
    "iri": r"<(?P<value>[^<>\s]*)>",
}

_FORMS = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that may be chosen.

    Attributes
    ----------
    name
        The variable of the query, without its question mark.
    kind
        What it becomes: a text in quotes, a whole number, an xsd:gYear, or an IRI.
    default
        The value that the file has.
    description
        What to give.
    pattern
        A regular expression that a whole value must match; empty for none. Python's and JavaScript's alike.
    """

    name: str
    kind: Kind
    default: str
    description: str
    pattern: str = ""

    def term(self, value: str) -> str:
        r"""Return a value as a SPARQL term that is one token, whatever is in it.

        Raises
        ------
        QueryError
            If the value is not of the parameter's kind, or does not match its pattern.

        Examples
        --------
        >>> Parameter("word", "text", "JAK", "a word").term('STAT3" } #')
        '"STAT3\\" } #"'
        """
        shape, term = _KINDS[self.kind]
        if len(value) > MAX_VALUE or clean(value)[1] or not shape.fullmatch(value):
            wanted = _ARTICLES[self.kind]
        elif self.pattern and not re.fullmatch(self.pattern, value):
            wanted = f"{self.description} that matches {self.pattern}"
        else:
            return term.format(encode_basestring(value) if self.kind == "text" else value)
        raise QueryError(f"--param {self.name}={shorten(value, 60)!r}: give {wanted}, like {self.default}")


@dataclass(frozen=True, slots=True)
class Example:
    """An example query.

    Attributes
    ----------
    name
        Lower case, words joined by hyphens; the file's without its suffix.
    title
        The question.
    description
        What the answer holds, in a sentence or two.
    text
        The query without its header, with the defaults in it.
    endpoint
        The other SPARQL endpoint that a federated query asks; None for a query of a build alone.
    needs
        The option of ``kg build``, without its dashes, that makes what the query asks for; None where every build has
        that.
    """

    name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str
    endpoint: str | None = None
    needs: str | None = None

    @property
    def is_federated(self) -> bool:
        """Whether the query asks another endpoint, so that neither ``kg query`` nor ``kg serve`` runs it."""
        return self.endpoint is not None

    @property
    def form(self) -> str:
        """The query's form: SELECT, ASK, CONSTRUCT or DESCRIBE."""
        return str(_FORMS.findall(self.text)[0])

    def bind(self, values: Mapping[str, str]) -> str:
        """Return the query with values for some of its parameters; the others keep their defaults.

        Raises
        ------
        QueryError
            If there is no such parameter, or a value is not of its kind; the parameters are listed.

        Examples
        --------
        >>> example = read_examples()["gene-by-year"]
        >>> [line.strip() for line in example.bind({"gene": "TP53"}).splitlines() if "VALUES" in line]
        ['VALUES ?gene { "TP53" }']
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        changes = []
        for name, value in values.items():
            if name not in known:
                raise QueryError(f"the example {self.name} has no parameter {shorten(name, 60)!r}; {self._listed()}")
            match = _value(self.text, known[name].kind, name)
            changes.append((match.start("term"), match.end("term"), known[name].term(value)))
        text = self.text
        # From the end, so that the places before stay what they are, and no value is ever looked into.
        for start, end, term in sorted(changes, reverse=True):
            text = text[:start] + term + text[end:]
        return text

    def _listed(self) -> str:
        listed = "; ".join(f"{p.name}={p.default} ({p.description})" for p in self.parameters)
        return f"its parameters: {listed}" if listed else "it has none"


def _value(text: str, kind: str, name: str) -> re.Match[str]:
    """Return where a query gives a parameter its value: the groups `term` and, without its syntax, `value`.

    Raises
    ------
    QueryError
        If it does not do so exactly once.
    """
    found = list(re.finditer(rf"VALUES \?{name} \{{ (?P<term>{_TERMS[kind]}) \}}", text))
    if len(found) != 1:
        raise QueryError(f"the parameter {name} stands {len(found)} times as `VALUES ?{name} {{ … }}`; once is right")
    return found[0]


def parse_example(text: str, *, name: str) -> Example:
    """Return an example from the text of its file.

    Raises
    ------
    QueryError
        If the header is not as it should be, or a parameter is not in the query.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    lines = text.splitlines(keepends=True)
    header = "".join(line.removeprefix("#+").removeprefix(" ") for line in lines if line.startswith("#+"))
    query = "".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    try:
        fields = yaml.load(header, Loader=loader)  # noqa: S506 - the base loader makes texts alone
        return Example(
            name,
            fields["title"],
            " ".join(fields["description"].split()),
            tuple(fields["keywords"]),
            tuple(_parameter(query, found) for found in fields.get("parameters", ())),
            query,
            fields.get("federated"),
            fields.get("needs"),
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, QueryError) as error:
        raise QueryError(f"{name}.rq: not an example: {error}") from error


def _parameter(query: str, fields: Mapping[str, Any]) -> Parameter:
    name, kind = fields["name"], fields["type"]
    if kind not in _KINDS:
        raise QueryError(f"the type {kind!r} of the parameter {name} is none of {', '.join(_KINDS)}")
    default = _value(query, kind, name)["value"]
    parameter = Parameter(name, kind, default, fields["description"], fields.get("pattern", ""))
    parameter.term(default)
    return parameter


@cache
def read_examples() -> Mapping[str, Example]:
    """Return the examples of ``ontology/queries`` by name, in alphabetical order.

    Raises
    ------
    BuildError
        If the installation lacks them.
    QueryError
        If one is not as it should be.

    Examples
    --------
    >>> read_examples()["two-genes"].title
    'Which figures show two genes together?'
    """
    folder = ontology_file("queries")
    examples = (
        parse_example(file.read_text(encoding="utf-8"), name=file.stem)
        for file in sorted(folder.glob("*.rq"), key=attrgetter("stem"))
    )
    return MappingProxyType({example.name: example for example in examples})


def find_example(name: str) -> Example:
    """Return an example by its name.

    Raises
    ------
    QueryError
        If there is none of that name; the closest names are given.

    Examples
    --------
    >>> find_example("two-genes").is_federated
    False
    """
    examples = read_examples()
    if name in examples:
        return examples[name]
    close = get_close_matches(name, examples, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    raise QueryError(f"there is no example {shorten(name, 60)!r}; {hint}`kg examples` lists them")


def render_examples() -> str:
    """Return the examples as a table: names and questions, with the defaults of their parameters."""
    rows = [("example", "question")]
    for example in read_examples().values():
        values = [f"{parameter.name}={parameter.default}" for parameter in example.parameters]
        notes = [f"asks {example.endpoint}"] if example.endpoint else []
        notes += [f"needs --{example.needs}"] if example.needs else []
        listed = ", ".join([*values, *notes])
        rows.append((example.name, example.title + (f" [{listed}]" if listed else "")))
    return "\n".join(align(rows))


def examples_to_json(name: str | None = None) -> str:
    """Return all examples as JSON, or one: the attributes of `Example` and, in `parameters`, of `Parameter`.

    Raises
    ------
    QueryError
        If there is none of that name.
    """
    if name is not None:
        return to_json(asdict(find_example(name)))
    return to_json([asdict(example) for example in read_examples().values()])
