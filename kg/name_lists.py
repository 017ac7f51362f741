"""Lists of names, of genes or of figures, in files that people write."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kg.errors import KgError
from kg.text import NotTextError, decode_written

__all__ = ["read_names"]

_MAX_BYTES = 10_000_000
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def read_names(place: str | Path, what: str, *, one_a_line: bool = False, way: str = "") -> list[str]:
    r"""Return the names in a file or on standard input, without lines that begin with ``#``.

    Numbers that stand in one line with a name are the values of a table, and no ids: they are left out. So are the
    quotes that tables put around text.

    Parameters
    ----------
    place
        The file, in UTF-8, or UTF-16 with its mark; ``-`` is standard input.
    what
        What the list is for, for the message if there is no such file.
    one_a_line
        Whether a line is one name; else commas, semicolons and tabs stand between several.
    way
        A way out, for the same message.

    Raises
    ------
    KgError
        If the file cannot be read, is no text (with the line), or is too large for a list.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "genes.txt")
    ...     _ = path.write_text("# cytokines\nIL6, IL10\nTNF\n")
    ...     read_names(path, "genes")
    ['IL6', ' IL10', 'TNF']
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "genes.tsv")
    ...     _ = path.write_text("STAT3\t207\n9021\n")
    ...     read_names(path, "genes")
    ['STAT3', '9021']
    """
    try:
        if str(place) == "-":
            data = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with Path(place).open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise KgError(f"{place}: larger than {_MAX_BYTES:,} bytes, so it is not a list of names")
        text = decode_written(data)
    except FileNotFoundError as error:
        raise KgError(f"{place}: there is no such file for {what}" + (f"; {way}" if way else "")) from error
    except NotTextError as error:
        raise KgError(f"{place}:{error.line}: {error}; save the list as plain text, in UTF-8") from error
    except OSError as error:
        raise KgError(f"{place}: cannot be read: {error.strerror or error}") from error
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    parts = [_unquoted(line) for line in lines] if one_a_line else [name for line in lines for name in _names(line)]
    return [name for name in parts if name.strip()]


def _unquoted(part: str) -> str:
    """Return a cell without the quotes that tables put around text."""
    quoted = re.fullmatch(r'\s*"(.*)"\s*', part)
    return quoted[1] if quoted else part


def _names(line: str) -> list[str]:
    parts = [_unquoted(part) for part in re.split("[,;\t]", line)]
    words = [part for part in parts if part.strip() and not _NUMBER.fullmatch(part.strip())]
    return words or parts
