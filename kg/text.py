"""Text that every format can carry: decoding, cleaning, shortening, and what stands for nothing."""

from __future__ import annotations

import re

__all__ = ["PLACEHOLDERS", "NotTextError", "clean", "decode", "decode_written", "first_replaced_line", "shorten"]

PLACEHOLDERS = frozenset({"", "NA", ".na.character", "~", "null"})
"""What the files write for a value that is not there."""

# What XML 1.0 forbids, and the C1 controls, which YAML does not allow either; NEL (U+0085) is a line break there.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROL_BYTES = bytes(byte for byte in range(0x80) if _FORBIDDEN.match(chr(byte)))
# How the others begin in UTF-8: C1 controls, U+FFFE and U+FFFF. Surrogates have no UTF-8.
_FIRST_BYTES = (b"\xc2", b"\xef\xbf")


def clean(text: str) -> tuple[str, int]:
    r"""Return text in which U+FFFD replaces what RDF, XML or CSV cannot carry, and how many characters it replaced.

    Replaced are lone surrogates, NUL and the other controls (tab and line breaks aside), U+FFFE and U+FFFF.

    References
    ----------
    XML 1.0 (Fifth Edition), section 2.2, https://www.w3.org/TR/xml/#charsets; YAML 1.2.2, section 5.1.

    Examples
    --------
    >>> clean("O-carotone \x1f B-carotene")
    ('O-carotone � B-carotene', 1)
    """
    if text.isprintable():  # the usual case, decided fastest
        return text, 0
    return _FORBIDDEN.subn("\ufffd", text)


def decode(data: bytes) -> tuple[str, int]:
    r"""Return a document's clean text, without a byte order mark and with ``\n`` line ends, and how many replaced.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are not UTF-8.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfa\r\nb\x00")
    ('a\nb�', 1)
    """
    text = data.decode("utf-8-sig")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    # The usual file is decided by a few passes at the speed of memory: it has neither the bytes of an ASCII control,
    # nor the first ones of the other characters, which are those of more harmless ones, too.
    if not any(first in data for first in _FIRST_BYTES) and len(data.translate(None, _CONTROL_BYTES)) == len(data):
        return text, 0
    return clean(text)


class NotTextError(ValueError):
    """A file that people wrote is not text; `line`, from 1, is the first that is not."""

    def __init__(self, reason: str, line: int) -> None:
        self.line = line
        super().__init__(reason)


def decode_written(data: bytes) -> str:
    """Return the text of a file that people wrote, in one of the encodings of editors and spreadsheets.

    That is UTF-8, or UTF-16 with a byte order mark, which is no part of the text.

    Raises
    ------
    NotTextError
        If it is neither, or holds what no text has.

    Examples
    --------
    >>> decode_written("Aβ".encode("utf-16")), decode_written("Aβ".encode("utf-8-sig"))
    ('Aβ', 'Aβ')
    """
    if data.startswith(b"PK\x03\x04"):
        raise NotTextError("a workbook or archive and not text", 1)
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotTextError("neither UTF-8 nor UTF-16", data.count(b"\n", 0, error.start) + 1) from error
    if "\0" in text:
        raise NotTextError("not text", text.count("\n", 0, text.index("\0")) + 1)
    return text


def first_replaced_line(data: bytes) -> int:
    r"""Return the line, from 1, of the first character of a UTF-8 document that `decode` replaces; 1 if there is none.

    Examples
    --------
    >>> first_replaced_line(b"a\nb\x00")
    2
    """
    text = data.decode("utf-8-sig", "replace")
    match = _FORBIDDEN.search(text)
    return 1 if match is None else text.count("\n", 0, match.start()) + 1


def shorten(value: object, length: int = 200) -> str:
    """Return a value as one piece of text of at most `length` characters, for a problem."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"
