r"""What a SPARQL text is before it runs: its tokens, whether it may run, and where it is wrong.

Oxigraph answers ``SERVICE`` by calling the address in it, and has no switch. Two locks keep it shut:

1. The tokens, as SPARQL 1.1 defines them (section 19.8): a bare word that holds ``SERVICE`` is refused. Strings,
   comments, IRIs, variables, prefixed names and language tags are no bare words. The text is read as it stands and
   again with its ``\u`` escapes resolved (section 19.2), so ``\u0053ERVICE`` is found too.
2. Oxigraph's grammar is wider than the standard's: it wants no blank after a keyword, so ``trueSERVICE <x> {}``,
   ``SERVICEwp:x {}`` and ``?a<?b)SERVICE#>`` before a line break reach out although no token is ``SERVICE``.
   Therefore Oxigraph's own parser has the last word: every ``service`` in the text, wherever it stands, is spelled
   ``xervice``, which is no word of the language. A name, string or comment does not mind; a clause no longer parses.
   Only a text that still parses may run. The respelled text is parsed over an empty store and never reaches out,
   because nothing in it is called ``SERVICE``.

Oxigraph's parser also recurses, and ends the process where brackets or operators pile up by the thousand;
`MAX_DEPTH`, `MAX_OPERATORS` and `MAX_PATTERNS` lie far below that.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import QueryError, QueryRefusedError
from kg.terminal import cell_width, visible
from kg.text import shorten
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MAX_DEPTH",
    "MAX_OPERATORS",
    "MAX_PATTERNS",
    "QUERY_PREFIXES",
    "Token",
    "check_query",
    "syntax_error",
    "tokens",
]

MAX_DEPTH = 50
"""How deep brackets may nest."""

MAX_OPERATORS = 1000
"""How many operators, groups and ``AS`` a query may have."""

MAX_PATTERNS = 1000
"""How many triple patterns a query may have, as full stops and semicolons count them."""

QUERY_PREFIXES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "up": "http://purl.uniprot.org/core/",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    **PREFIXES,
}
"""The prefixes that a query need not declare: those of `kg.vocab.PREFIXES`, and others that people know by heart."""

_MAX_IRI = 2000  # characters; `?a<1+1+…>2` without blanks looks like an IRI, and would hide operators

_UPDATE_WORDS = frozenset(
    {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH", "USING"}
)

_WATCHED = ("SERVICE", *sorted(_UPDATE_WORDS))
_OPERATORS = "{!+-*/|&^=<>?"

_TOKEN = re.compile(
    r'''
    (?P<comment>\#[^\n\r]*+)
  | (?P<space>\s++)
  | (?P<string>"""(?:[^"\\]|\\.|"(?!""))*+""" | \'\'\'(?:[^'\\]|\\.|'(?!\'\'))*+\'\'\'
             | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+')
  | (?P<iri><[^<>"{}|^`\x00-\x20]*+>)
  | (?P<variable>[?$]\w++)
  | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
  | (?P<name>(?:[^\W\d_][\w.\-]*+|_)?:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*+)
  | (?P<word>[^\W\d]\w*+)
  | (?P<number>\d++(?:\.\d*+)?+(?:[eE][+\-]?\d++)?+)
  | (?P<other>.)
    ''',
    re.VERBOSE | re.DOTALL,
)

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U(0010[0-9A-Fa-f]{4}|000[0-9A-Fa-f]{5})")

# Each letter of the word, as itself or as a code point escape; the first one by itself, to be replaced.
_SPELLED = [
    rf"(?:{letter}|\\u00(?:{ord(letter):x}|{ord(letter) + 32:x})|\\U000000(?:{ord(letter):x}|{ord(letter) + 32:x}))"
    for letter in "SERVICE"
]
_SERVICE = re.compile(f"({_SPELLED[0]})({''.join(_SPELLED[1:])})", re.IGNORECASE | re.ASCII)

_ENGINE_PLACE = re.compile(r"error at (\d+):(\d+): ")
_PADDING = " " * 64
_UNGROUPED = "The SELECT contains a variable that is unbound"  # Oxigraph's words


class Token(NamedTuple):
    """A piece of a query: its kind (a group of the tokeniser's pattern), its text, and where it starts, from 0."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the token ends, from 0, exclusive."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """Return the tokens of a query in order, without blanks and comments; every character is in one of them.

    A quote that is never closed is a token of its own, and what follows it is read as if it were not there: where the
    standard sees one long string, more words are found, never fewer.

    References
    ----------
    SPARQL 1.1 Query Language, section 19.8, https://www.w3.org/TR/sparql11-query/#sparqlGrammar

    Examples
    --------
    >>> [token.kind for token in tokens("ASK { ?service wp:x 'SERVICE'@en } # SERVICE")]
    ['word', 'other', 'variable', 'name', 'string', 'language', 'other']
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is not None and kind not in ("comment", "space"):
            yield Token(kind, match.group(), match.start())


def check_query(text: str) -> None:
    """Refuse a text that is not a query, that would reach out to the network, or that would exhaust the parser.

    What it lets through can still have a syntax error; whoever runs it finds out.

    Raises
    ------
    QueryRefusedError
        If the text is an update, or has a ``SERVICE`` clause.
    QueryError
        If it nests too deep, or holds half of a surrogate pair.

    References
    ----------
    SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/; SPARQL 1.1 Query Language, 19.2.

    Examples
    --------
    >>> check_query("SELECT ?service { ?service rdfs:label 'SERVICE' }")
    >>> check_query("ASK { OPTIONAL { service <https://example.org/> {} } }")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    kg.errors.QueryRefusedError: line 1, column 18: SERVICE is not allowed: a query reads this build alone, ...
    ASK { OPTIONAL { service <https://example.org/> {} } }
                     ^
    """
    if _is_plain(text):
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _refusal(
            text, error.start, "half of a surrogate pair is no character; write the character itself"
        ) from error
    pieces = list(tokens(text))
    _check_form(text, pieces)
    _check_words(text, pieces)
    _check_size(text, pieces)
    if _SERVICE.search(text):
        # The second lock; only texts that name the word need it.
        try:
            _parse(_respelled(text))
        except SyntaxError as error:
            raise syntax_error(text, error) from error


def _is_plain(text: str) -> bool:
    """Return whether a look at its letters tells that `check_query` lets a text through: most are, and it is quick."""
    letters = text.upper()
    return (
        len(text) <= _MAX_IRI
        and text.isascii()
        and "\\" not in text
        and not any(word in letters for word in _WATCHED)
        and sum(map(text.count, "{([")) <= MAX_DEPTH
        and (len(text) <= MAX_PATTERNS or sum(map(text.count, ".;")) <= MAX_PATTERNS)
        and (len(text) <= MAX_OPERATORS or sum(map(text.count, _OPERATORS)) + letters.count("AS") <= MAX_OPERATORS)
    )


def _check_form(text: str, pieces: list[Token]) -> None:
    words = iter(token for token in pieces if token.kind == "word")
    # PREFIX and BASE are the only words that can stand before the form.
    form = next((token for token in words if token.text.upper() not in ("PREFIX", "BASE")), None)
    if form is not None and form.text.upper() in _UPDATE_WORDS:
        reason = "a build is read only: only queries (SELECT, ASK, CONSTRUCT, DESCRIBE) are answered, no updates"
        raise _refusal(text, form.start, reason, QueryRefusedError)


def _check_words(text: str, pieces: list[Token]) -> None:
    for token in pieces:
        if _names_service(token):
            raise _refusal(text, token.start, _NO_SERVICE, QueryRefusedError)
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    if decoded != text and any(map(_names_service, tokens(decoded))):
        # Where it stands in the text: at the escape in its spelling, or at one that opens or closes something.
        spelled = next((match for match in _SERVICE.finditer(text) if "\\" in match.group()), None)
        escape = spelled or _ESCAPE.search(text)
        raise _refusal(text, escape.start() if escape else 0, _NO_SERVICE, QueryRefusedError)


_NO_SERVICE = "SERVICE is not allowed: a query reads this build alone, never the network"


def _names_service(token: Token) -> bool:
    return token.kind == "word" and "SERVICE" in token.text.upper()


def _respelled(text: str) -> str:
    r"""Return the text without the word, every place as it was: ``\u0053ervice`` becomes ``\u0078ervice``."""
    return _SERVICE.sub(lambda match: ("x" if len(match[1]) == 1 else match[1][:-2] + "78") + match[2], text)


def _check_size(text: str, pieces: list[Token]) -> None:
    depth = operators = patterns = 0
    for token in pieces:
        if token.kind == "iri":
            if len(token.text) > _MAX_IRI:
                raise _refusal(text, token.start, f"an IRI of more than {_MAX_IRI:,} characters")
            # `?a<f((1))>2` without blanks is an IRI for the standard, and brackets for Oxigraph.
            depth += max(0, token.text.count("(") - token.text.count(")"))
            nested = depth + token.text.count("(")
        elif token.kind == "other":
            depth = max(0, depth + (token.text in "{([") - (token.text in "})]"))
            nested = depth
            operators += token.text in _OPERATORS
            patterns += token.text in ".;"
        else:
            nested = depth
            operators += token.kind == "word" and token.text.upper() == "AS"
        if nested > MAX_DEPTH:
            raise _refusal(text, token.start, f"brackets nest more than {MAX_DEPTH} deep; write a flatter query")
        if patterns > MAX_PATTERNS:
            raise _refusal(text, token.start, f"more than {MAX_PATTERNS:,} triple patterns; list many values in VALUES")
        if operators > MAX_OPERATORS:
            reason = f"more than {MAX_OPERATORS:,} operators and groups; list many values in VALUES or IN"
            raise _refusal(text, token.start, reason)


def _parse(text: str) -> None:
    """Parse a text as Oxigraph does; nothing is in the store, so there is nothing to evaluate."""
    import pyoxigraph

    # A text that parses can still call a function that does not exist: a RuntimeError, which is no matter of grammar.
    with suppress(RuntimeError):
        pyoxigraph.Store().query(text, prefixes=QUERY_PREFIXES)


def syntax_error(text: str, error: SyntaxError) -> QueryError:
    """Return Oxigraph's syntax error as ours: the line, the column, why, and the line with a caret under the place.

    Oxigraph names the furthest place that any rule looked at, up to a keyword's length behind the mistake. So the
    first token that cannot continue the query is searched for: text that can continue fails at its very end.

    Parameters
    ----------
    text
        The query as the user wrote it.
    error
        What Oxigraph raised for it.
    """
    pieces = list(tokens(text))
    # Parsing a part of the text must not reach out either.
    index = _first_wrong(_respelled(text), [token.end for token in pieces])
    quote = next((token for token in pieces[: index + 1] if token.kind == "other" and token.text in "\"'"), None)
    if quote is not None:
        return _refusal(text, quote.start, "syntax error: the string is never closed")
    if index == len(pieces):
        ungrouped = _UNGROUPED in str(error)
        reason = "SELECT names a variable that is neither grouped nor aggregated" if ungrouped else _ENDS
        return _refusal(text, pieces[-1].end if pieces else 0, f"syntax error: {reason}")
    token = pieces[index]
    prefix, colon, _ = token.text.partition(":")
    if token.kind == "name" and prefix != "_" and prefix not in {*QUERY_PREFIXES, *_declared(pieces)}:
        return _refusal(text, token.start, f"syntax error: the prefix `{visible(prefix + colon)}` is not declared")
    shown = visible(shorten(token.text, 40))
    if token.kind == "iri" and not _is_iri(token.text[1:-1]):
        return _refusal(text, token.start, f"syntax error: `{shown}` is not an absolute IRI")
    return _refusal(text, token.start, f"syntax error: `{shown}` cannot stand here")


def _is_iri(text: str) -> bool:
    import pyoxigraph

    try:
        pyoxigraph.NamedNode(text)
    except ValueError:
        return False
    return True


_ENDS = "the query ends before it is complete"


def _declared(pieces: list[Token]) -> Iterator[str]:
    for word, name in pairwise(pieces):
        if word.kind == "word" and word.text.upper() == "PREFIX" and name.kind == "name":
            yield name.text.removesuffix(":")


def _first_wrong(text: str, ends: list[int]) -> int:
    """Return the index of the first token that no query could have there; their number if there is none."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if _can_continue(text[: ends[middle]]):
            low = middle + 1
        else:
            high = middle
    return low


def _can_continue(start: str) -> bool:
    """Return whether some query starts like this: it parses, or it fails only where it ends."""
    try:
        _parse(start + _PADDING)
    except SyntaxError as error:
        place = _ENGINE_PLACE.match(str(error))
        if place is None:
            return False
        line, column = map(int, place.groups())
        last = start.rfind("\n") + 1
        # Rules look ahead by at most a keyword's length, so the padding's second half is only reached by its end.
        return line == start.count("\n") + 1 and column > len(start) - last + len(_PADDING) // 2
    return True


def _refusal(text: str, start: int, reason: str, error_type: type[QueryError] = QueryError) -> QueryError:
    """Return an error at a place of a query, with its line and a caret under it."""
    before = text[:start]
    line_start = max(before.rfind("\n"), before.rfind("\r")) + 1
    line = re.split(r"[\r\n]", text[line_start:], maxsplit=1)[0]
    number = len(re.findall(r"\r\n|\n|\r", text[:line_start])) + 1
    column = start - line_start
    # A window of a very long line, so that the caret stays on the screen.
    cut = max(0, column - 70)
    shown = ("…" if cut else "") + visible(line[cut:column].replace("\t", " "))
    rest = visible(line[column : column + 40].replace("\t", " ")) + ("…" if len(line) > column + 40 else "")
    caret = " " * cell_width(shown) + "^"
    return error_type(f"line {number}, column {column + 1}: {reason}\n{shown}{rest}\n{caret}")
