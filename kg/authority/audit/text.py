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

_ASCII = bytes(range(128))
_BROKEN = re.compile("[^\x00-\x7f][^\x00-\x7f]{1,3}")
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


class _Characters(dict[int, str]):
    """What characters that are not ASCII give to a text's names or words; those that are stay as they are.

    For `str.translate`, filled as they come.
    """

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def __missing__(self, code: int) -> str:
        """Return what a character gives, from now on kept."""
        character = chr(code)
        found = self[code] = character if character.isascii() else " " if character.isspace() else self._read(character)
        return found


_FOREIGN_NAMES = _Characters(lambda character: "-" if character == "–" else plain_letters(character))
_FOREIGN_WORDS = _Characters(lambda character: "".join(c if c.isalnum() else " " for c in character.lower()))


def _as_words(text: str) -> str:
    """Return the runs of letters and digits of a text in lower case, with blanks for all else."""
    if "Σ" in text:  # its small letter depends on what is around it
        return " ".join(_WORD.findall(text.lower()))
    encoded = text.encode("utf-8", "surrogatepass")
    as_words = encoded.translate(_AS_WORDS).decode("utf-8", "surrogatepass")
    if len(encoded) > len(text):
        for character in set(encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass")):
            as_words = as_words.replace(character, _FOREIGN_WORDS[ord(character)])
    return as_words


def capitals(word: str) -> bytes:
    """Return a word in lower case as `FigureText.words` has it: letters of ASCII are capitals."""
    return word.encode("utf-8", "surrogatepass").translate(_AS_CAPITALS)


def _capitals(text: str) -> list[bytes]:
    """Return the runs of letters and digits of a text as `capitals` gives them."""
    return capitals(_as_words(text)).split()


def _names(text: str) -> frozenset[str]:
    """Return plain letters and digits of what signs and blanks set off in a text, and of its parts between dashes."""
    read = (_without_long_dashes(text) if "—" in text else text).translate(_FOREIGN_NAMES)
    text = read.encode("utf-8", "surrogatepass").translate(_AS_NAMES, _NOT_IN_NAMES).decode("utf-8", "surrogatepass")
    if "-" in text:
        ends = text.split("-")
        pieces = [left[left.rfind(" ") + 1 :] for left in ends[:-1]] + [right.partition(" ")[0] for right in ends[1:]]
        text = f"{text.replace('-', '')} {' '.join(pieces)}"
    return plain_words(text)


def _with_plurals(words: frozenset[str]) -> frozenset[bytes]:
    return frozenset([capitals(form) for word in words for form in (word, f"{word}s")])


_PHRASES = {words: frozenset(capitals(words).split()) for words in OTHER_SPECIES_PHRASES}
_COMMON = frozenset(capitals("e cell metabolic production synthesis biosynthesis").split())  # words of phrases
_OF_PHRASES = frozenset().union(*_PHRASES.values()) - _COMMON
_OTHER_SPECIES, _VERTEBRATES = _with_plurals(OTHER_SPECIES), _with_plurals(VERTEBRATES)
_OF_SPECIES = _OTHER_SPECIES | _VERTEBRATES | _OF_PHRASES


# What a piece of a text gives beside itself: names, words, those that tell of species; and what `repair` makes of it,
# empty where that is the same. It is no class, for a tuple is taken apart faster.
_Read = tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...], bytes]

# What is known of pieces of texts: those that give nothing, which are most, and what others give. Both are emptied
# when they are full.
_PLAIN: set[bytes] = set()
_OTHERS: dict[bytes, _Read] = {}


def _read_piece(piece: bytes) -> _Read:
    """Return what a piece of a text gives; for those of the usual length the answer is kept."""
    if piece.isalnum():  # of ASCII alone
        name = plain.__wrapped__(piece.decode()).encode()
        names, words, whole = {name} - {piece}, [piece], b""
    else:
        as_read = piece.decode("utf-8", "surrogatepass")
        text = repair(as_read)  # whatever is broken has no sign of ASCII in it, and so stands in one piece
        names, words = {name.encode() for name in _names(text)}, _capitals(text)
        whole = b"" if text == as_read else text.encode("utf-8", "surrogatepass")
    of_species = tuple([word for word in words if word in _OF_SPECIES])
    words = [word for word in words if word not in names and word != piece]
    found: _Read = (tuple(names), tuple(words), of_species, whole)
    if len(piece) <= _LONGEST_KEPT:
        kept = _OTHERS if any(found) else _PLAIN
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        if any(found):
            _OTHERS[piece] = found
        else:
            _PLAIN.add(piece)
    return found


@lru_cache(maxsize=4096)  # long forms come again, for each gene that they may mean
def content_words(text: str) -> frozenset[str]:
    """Return the words of a name that say something, in lower case and without the plural's s.

    Examples
    --------
    >>> sorted(content_words("Interleukin-6 receptors of the family"))
    ['6', 'interleukin', 'receptor']
    """
    return _content(_as_words(text).split())


def _content(words: Iterable[str]) -> frozenset[str]:
    return frozenset([word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words]) - _EMPTY_WORDS


def read_name(name: str) -> tuple[str, frozenset[str]]:
    """Return the words of a name in lower case, with single blanks, and what `content_words` returns for it.

    Examples
    --------
    >>> words, telling = read_name("Interleukin-6 receptors")
    >>> words, sorted(telling)
    ('interleukin 6 receptors', ['6', 'interleukin', 'receptor'])
    """
    words = _as_words(name).split()
    return " ".join(words), _content(words)


class FigureText:
    """The caption, title and paper title of a figure.

    Parameters
    ----------
    caption, title, paper_title
        None where the file has none.

    Attributes
    ----------
    caption, text
        The caption; and all of it, one behind the other.
    names
        Plain letters and digits of what signs and blanks set off, and of its parts between dashes. Among them is what
        no name can be, for all pieces of the text are in it as they are, in capitals.
    words
        The words, runs of letters and digits, as `capitals` gives them; and all of the names.
    other_species
        Words that tell of plants, fungi, bacteria or invertebrates; none where others tell of vertebrates.

    Examples
    --------
    >>> text = FigureText("Lipoteichoic acid (LTA) activates IL-6/STAT3.", None, None)
    >>> text.has("IL6"), text.has("TA")
    (True, False)
    """

    def __init__(self, caption: str | None, title: str | None, paper_title: str | None) -> None:
        self._set_text(caption or "", title, paper_title)
        self.names = self.words = set(self._capitals.split())
        names: list[bytes] = []
        words: list[bytes] = []
        of_species: list[bytes] = []
        others: list[tuple[bytes, tuple[bytes, ...]]] = []
        is_broken = False
        for piece in self.names - _PLAIN:
            of_piece, of_words, telling, whole = _OTHERS.get(piece) or _read_piece(piece)
            if of_piece:
                names += of_piece
                others.append((whole or piece, of_piece))
            words += of_words
            of_species += telling
            is_broken = is_broken or whole != b""
        self._others = others
        self.names.update(names)
        if words:
            self.words = self.names.union(words)
        if is_broken:
            self._set_text(repair(self.caption), title and repair(title), paper_title and repair(paper_title))
        self.other_species = self._find_other_species(set(of_species)) if of_species else ()

    def _set_text(self, caption: str, title: str | None, paper_title: str | None) -> None:
        self.caption = caption
        parts = [caption, title if title and title not in caption else None, paper_title]
        self.text = " ".join([part for part in parts if part])
        self._capitals = self.text.encode("utf-8", "surrogatepass").translate(_AS_PIECES)

    def has(self, name: str) -> bool:
        """Return whether a symbol stands in the text as a word or a part of one that signs or blanks set off."""
        return plain(name).encode() in self.names

    def pieces_of(self, names: set[bytes]) -> set[bytes]:
        """Return the pieces of the text, in capitals, that can have one of these names; a dash can be in them."""
        return names.union([piece for piece, of_piece in self._others if not names.isdisjoint(of_piece)])

    def has_phrase(self, words: str) -> bool:
        """Return whether words, in lower case with single blanks, stand in the text one behind the other."""
        apart = words.split()
        if not apart:
            return False
        if words.isascii() and f" {words.upper()} ".encode() in self._capitals:  # mostly, if at all
            return True
        place = self._lower.find(apart[0])
        while place >= 0:
            if _stand_at(place, apart, self._lower):
                return True
            place = self._lower.find(apart[0], place + 1)
        return False

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    def _find_other_species(self, of_species: set[bytes]) -> tuple[str, ...]:
        if not of_species.isdisjoint(_VERTEBRATES):
            return ()
        telling = [word.decode() for word in of_species & _OTHER_SPECIES]
        if len(telling) > 1:
            text = self._capitals.decode("utf-8", "surrogatepass")
            telling.sort(key=lambda word: (_place(word, text), word))
        found = [word.lower() for word in telling]
        if not of_species.isdisjoint(_OF_PHRASES):
            found += [words for words, apart in _PHRASES.items() if apart <= self.words and self.has_phrase(words)]
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


def _stand_at(place: int, words: Sequence[str], text: str) -> bool:
    """Return whether words begin at a place of a text and follow each other, nothing between them but signs."""
    if text[place - 1 : place].isalnum():
        return False
    for word in words:
        while place < len(text) and not text[place].isalnum():
            place += 1
        if not text.startswith(word, place):
            return False
        place += len(word)
        if text[place : place + 1].isalnum():
            return False
    return True


def _without_long_dashes(text: str) -> str:
    """Return a text with blanks for signs, whose long dashes part names only beside another dash in the same word."""
    words = text.translate(_BETWEEN).split()
    return " ".join(
        [word.replace("—", "-" if "-" in word or "–" in word else "") if "—" in word else word for word in words]
    )
