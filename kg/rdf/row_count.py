"""How many rows an answer has, counted from its bytes as they are written."""

from __future__ import annotations

__all__ = ["RowCount"]

_XML_ROW = b"<result>"


class RowCount:
    r"""The rows of a SELECT's answer, as Oxigraph writes them; it never looks at a byte twice.

    Oxigraph writes its answers at once, and does not say how many rows went by. Between the rows stands what no text
    inside them can hold, once quoted strings are left out.

    Parameters
    ----------
    format
        ``json``, ``xml``, ``csv`` or ``tsv``; rows of another are not counted.

    Examples
    --------
    >>> count = RowCount("csv")
    >>> count.add(b'word\r\n"a\r\n'), count.add(b'b"\r\n')
    (0, 1)
    """

    def __init__(self, format: str) -> None:  # noqa: A002 - the option's name
        self._format = format
        self._quoted = False  # whether the bytes so far end inside a string
        self._rest = b""  # an escape, or a mark, that is not whole yet
        self._tail = b""  # the last bytes outside of strings
        self._n_marks = 0

    def add(self, data: bytes) -> int:
        """Return how many rows there are so far, these bytes included."""
        if self._format == "xml":
            data = self._rest + data
            self._rest = data[1 - len(_XML_ROW) :]
            self._n_marks += data.count(_XML_ROW)
            return self._n_marks
        if self._format == "json":
            self._add_json(data)
            return self._n_marks
        if self._format == "csv":
            data = self._outside(data)
        if self._format in ("csv", "tsv"):
            self._n_marks += data.count(b"\n")
        return max(0, self._n_marks - 1)  # without the line of names

    def _add_json(self, data: bytes) -> None:
        data = self._rest + data
        # After an odd number of backslashes, what is escaped comes with the next bytes.
        end = len(data) - (len(data) - len(data.rstrip(b"\\"))) % 2
        self._rest = data[end:]
        # Outside of strings, `[{` opens the first row and `},{` stands between two.
        text = self._tail + self._outside(data[:end].replace(b"\\\\", b"").replace(b'\\"', b""))
        self._n_marks += text.count(b"[{") + text.count(b"},{") - self._tail.count(b"[{")
        self._tail = text[-2:]

    def _outside(self, data: bytes) -> bytes:
        """Return the bytes that stand in no quotes; a doubled quote opens and closes."""
        parts = data.split(b'"')
        outside = b"".join(parts[1::2] if self._quoted else parts[::2])
        self._quoted ^= len(parts) % 2 == 0
        return outside
