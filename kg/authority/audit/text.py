"""What a figure's caption and titles say, prepared once for all of its mentions."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from kg.authority.audit.facts import OTHER_SPECIES, OTHER_SPECIES_PHRASES, VERTEBRATES
from kg.authority.audit.spelling import plain, plain_letters, plain_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["FigureText", "capitals", "content_words", "read_name", "repair"]

_BROKEN = re.compile("[^\x00-\x7f][^\x00-\x7f]{1,3}")
_FOREIGN = re.compile("([^\x00-\x7f][^\x00-\x7f]*)")  # a plus sign would be slower
_WORD = re.compile(r"[^\W_]+")
_SIGNS = " /,;:()[]{}|=+.'\"*"  # between the names of a text, as blanks are
_BETWEEN = str.maketrans(dict.fromkeys(_SIGNS, " "))
_BLANKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
_EMPTY_WORDS = frozenset({"of", "the", "and", "or", "a", "an", "to", "in", "like", "with", "family", "member", "type"})

# Bytes of ASCII as pieces, names and words have them; those of other characters stay.
_BETWEEN_NAMES, _NO_LETTERS = (_SIGNS + _BLANKS).encode(), bytes(code for code in range(128) if not chr(code).isalnum())
_AS_NAMES = bytes(range(256)).upper().translate(bytes.maketrans(_BETWEEN_NAMES, b" " * len(_BETWEEN_NAMES)))
_NOT_IN_NAMES = bytes(set(_NO_LETTERS) - set(_BETWEEN_NAMES) - set(b"-"))
_AS_PIECES = bytes(range(256)).upper().translate(bytes.maketrans(_SIGNS.encode(), b" " * len(_SIGNS)))
_AS_CAPITALS = bytes(range(256)).upper().translate(bytes.maketrans(_NO_LETTERS, b" " * len(_NO_LETTERS)))
_AS_WORDS = bytes(range(256)).lower().translate(bytes.maketrans(_NO_LETTERS, b" " * len(_NO_LETTERS)))

_MOST_KEPT, _LONGEST_KEPT = 32_768, 40  # pieces of texts of which is kept what they give; characters of such a piece


def repair(text: str) -> str:
    """Return text in which Greek letters are whole again that were read as Mac Roman: some captions have them so.

    Examples
    --------
    >>> repair("NFŒ∫B and IFN-Œ≤"), repair("NF-κB – Schrödinger")
    ('NFκB and IFN-β', 'NF-κB – Schrödinger')
    """
    return text if text.isascii() else _BROKEN.sub(_whole, text)


def _whole(match: re.Match[str]) -> str:
    try:
        return match[0].encode("mac_roman").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return match[0]


def _phrase(words: Iterable[str]) -> str:
    """Return words with single blanks, and one at each end, so that `in` finds phrases."""
    return f" {' '.join(words)} "


class _Characters(dict[int, str]):
    """What characters that are not ASCII give to a text's names or words; for `str.translate`, filled as they come."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def __missing__(self, code: int) -> str:
        """Return what a character gives, from now on kept."""
        found = self[code] = " " if chr(code).isspace() else self._read(chr(code))
        return found


_FOREIGN_NAMES = _Characters(lambda character: "-" if character == "–" else plain_letters(character))
_FOREIGN_WORDS = _Characters(lambda character: "".join(c if c.isalnum() else " " for c in character.lower()))


def _cut(text: str) -> list[str]:
    """Return a text cut where ASCII ends and begins: each second part is not ASCII."""
    return [text] if text.isascii() else _FOREIGN.split(text)


def _as_bytes(parts: Sequence[str], foreign: _Characters) -> bytes:
    """Return a text that `_cut` has cut, what is not ASCII as the characters say."""
    if len(parts) > 1:
        parts = [part.translate(foreign) if place % 2 else part for place, part in enumerate(parts)]
    return "".join(parts).encode("utf-8", "surrogatepass")


def _words(parts: Sequence[str]) -> list[str]:
    """Return the runs of letters and digits of a text that `_cut` has cut, in lower case."""
    if len(parts) == 1:
        return parts[0].encode().translate(_AS_WORDS).decode().split()
    if any("Σ" in part for part in parts[1::2]):  # its small letter depends on what is around it
        return _WORD.findall("".join(parts).lower())
    return _as_bytes(parts, _FOREIGN_WORDS).translate(_AS_WORDS).decode("utf-8", "surrogatepass").split()


def capitals(word: str) -> bytes:
    """Return a word in lower case as `FigureText.words` has it: letters of ASCII are capitals."""
    return word.encode("utf-8", "surrogatepass").translate(_AS_CAPITALS)


def _capitals(text: str) -> list[bytes]:
    """Return the runs of letters and digits of a text as `capitals` gives them."""
    return capitals(" ".join(_words(_cut(text)))).split()


def _names(text: str) -> frozenset[str]:
    """Return plain letters and digits of what signs and blanks set off in a text, and of its parts between dashes."""
    parts = _cut(_without_long_dashes(text) if "—" in text else text)
    text = _as_bytes(parts, _FOREIGN_NAMES).translate(_AS_NAMES, _NOT_IN_NAMES).decode("utf-8", "surrogatepass")
    if "-" in text:
        ends = text.split("-")
        pieces = [left[left.rfind(" ") + 1 :] for left in ends[:-1]] + [right.partition(" ")[0] for right in ends[1:]]
        text = f"{text.replace('-', '')} {' '.join(pieces)}"
    return plain_words(text)


_Read = tuple[tuple[bytes, ...], tuple[bytes, ...]]

# What pieces of texts give, beside themselves: most of them nothing. Both are emptied when they are full.
_PLAIN: set[bytes] = set()
_OTHERS: dict[bytes, _Read] = {}


def _read_piece(piece: bytes) -> _Read:
    """Return the names and the words of a piece of a text; for those of the usual length the answer is kept."""
    if piece.isalnum():  # of ASCII alone
        name = plain.__wrapped__(piece.decode()).encode()
        found: _Read = (() if name == piece else (name,), ())
    else:
        text = piece.decode("utf-8", "surrogatepass")
        found = tuple([name.encode() for name in _names(text)]), tuple(_capitals(text))
    if len(piece) <= _LONGEST_KEPT:
        kept = _OTHERS if any(found) else _PLAIN
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        if any(found):
            _OTHERS[piece] = found
        else:
            _PLAIN.add(piece)
    return found


def _with_plurals(words: frozenset[str]) -> frozenset[bytes]:
    return frozenset([capitals(form) for word in words for form in (word, f"{word}s")])


_PHRASES = {words: frozenset(capitals(words).split()) for words in OTHER_SPECIES_PHRASES}
_FIRST_OF_PHRASES = frozenset([capitals(words.split()[0]) for words in OTHER_SPECIES_PHRASES])
_OTHER_SPECIES, _VERTEBRATES = _with_plurals(OTHER_SPECIES), _with_plurals(VERTEBRATES)


@lru_cache(maxsize=4096)  # long forms come again, for each gene that they may mean
def content_words(text: str) -> frozenset[str]:
    """Return the words of a name that say something, in lower case and without the plural's s.

    Examples
    --------
    >>> sorted(content_words("Interleukin-6 receptors of the family"))
    ['6', 'interleukin', 'receptor']
    """
    return _content(_words(_cut(text)))


def _content(words: Iterable[str]) -> frozenset[str]:
    return frozenset([word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words]) - _EMPTY_WORDS


def read_name(name: str) -> tuple[str, frozenset[str]]:
    """Return a name as `FigureText.phrases` has it, and what `content_words` returns for it.

    Examples
    --------
    >>> words, telling = read_name("Interleukin-6 receptors")
    >>> words, sorted(telling)
    (' interleukin 6 receptors ', ['6', 'interleukin', 'receptor'])
    """
    words = _words(_cut(name))
    return _phrase(words), _content(words)


class FigureText:
    """The caption, title and paper title of a figure.

    Parameters
    ----------
    caption, title, paper_title
        None where the file has none.

    Examples
    --------
    >>> text = FigureText("Lipoteichoic acid (LTA) activates IL-6/STAT3.", None, None)
    >>> text.has("IL6"), text.has("TA")
    (True, False)
    """

    def __init__(self, caption: str | None, title: str | None, paper_title: str | None) -> None:
        self.caption = repair(caption or "")
        parts = [self.caption, repair(title) if title and title not in self.caption else "", repair(paper_title or "")]
        self.text = " ".join([part for part in parts if part])

    def has(self, name: str) -> bool:
        """Return whether a symbol stands in the text as a word or a part of one that signs or blanks set off."""
        return plain(name).encode() in self.names

    def pieces_of(self, names: set[bytes]) -> set[bytes]:
        """Return the pieces of the text, in capitals, that can have one of these names; a dash can be in them."""
        return names.union([piece for piece, of_piece in self._read[2] if not names.isdisjoint(of_piece)])

    @cached_property
    def _read(self) -> tuple[set[bytes], set[bytes], list[tuple[bytes, tuple[bytes, ...]]]]:
        pieces = set(self.text.encode("utf-8", "surrogatepass").translate(_AS_PIECES).split())
        names: list[bytes] = []
        words: list[bytes] = []
        others = []
        for piece in pieces - _PLAIN:
            of_piece = _OTHERS.get(piece) or _read_piece(piece)
            names += of_piece[0]
            words += of_piece[1]
            others.append((piece, of_piece[0]))
        with_words = pieces.union(words)
        pieces.update(names)
        return pieces, with_words, others

    @property
    def names(self) -> set[bytes]:
        """Plain letters and digits of what signs and blanks set off, and of its parts between dashes.

        Among them is what no name can be, for all pieces of the text are in it as they are, in capitals.
        """
        return self._read[0]

    @property
    def words(self) -> set[bytes]:
        """The words, runs of letters and digits, as `capitals` gives them; and all pieces of the text, in capitals."""
        return self._read[1]

    @cached_property
    def _words(self) -> list[str]:
        return _words(_cut(self.text))

    @cached_property
    def phrases(self) -> str:
        """The words in lower case, with single blanks, and one at each end."""
        return _phrase(self._words)

    @cached_property
    def other_species(self) -> tuple[str, ...]:
        """Words that tell of plants, fungi, bacteria or invertebrates; none where others tell of vertebrates."""
        telling, phrases = _OTHER_SPECIES & self.words, []
        if not _FIRST_OF_PHRASES.isdisjoint(self.words):
            phrases = [words for words, apart in _PHRASES.items() if apart <= self.words]
        if not (telling or phrases) or not _VERTEBRATES.isdisjoint(self.words):
            return ()
        found = [word.decode().lower() for word in telling]
        if len(found) > 1:
            # Of a text that is not all ASCII, `str.lower` would take ten times as long.
            text = self.text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
            found.sort(key=lambda word: (_place(word, text), word))
        found += [words for words in phrases if f" {words} " in self.phrases]
        return tuple(dict.fromkeys(found))


def _place(word: str, text: str) -> int:
    """Return where a word begins in a text that has it, letters and digits around it being none of it."""
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        if not (text[place - 1 : place].isalnum() or text[end : end + 1].isalnum()):
            return place
        place = text.find(word, place + 1)
    return len(text)


def _without_long_dashes(text: str) -> str:
    """Return a text with blanks for signs, whose long dashes part names only beside another dash in the same word."""
    words = text.translate(_BETWEEN).split()
    return " ".join(
        [word.replace("—", "-" if "-" in word or "–" in word else "") if "—" in word else word for word in words]
    )
