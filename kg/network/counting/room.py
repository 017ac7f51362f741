"""Room for pairs: whole columns that blocks of pairs fill one behind the other, so that none is copied to join them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

__all__ = ["Room"]

_REALS = ("fractional", "newman")  # columns of floating-point numbers


class Room:
    """Columns of pairs of which some are filled; the rest is no memory before it is used.

    Parameters
    ----------
    n_most
        How many pairs there can be.

    Examples
    --------
    >>> import numpy as np
    >>> room = Room(10)
    >>> column = room.rest("left")[:2]
    >>> column[:] = 3, 4
    >>> room.fill({"left": column}, 2)  # which stands there already
    >>> room.fill({"left": np.array([5])}, 1)
    >>> room.columns()["left"].tolist()
    [3, 4, 5]
    """

    def __init__(self, n_most: int) -> None:
        self._n_most = n_most
        self._n_filled = 0
        self._columns: dict[str, npt.NDArray[Any]] = {}

    def rest(self, name: str) -> npt.NDArray[Any]:
        """Return what is not filled of a column; it begins where the next pair stands."""
        import numpy as np

        if name not in self._columns:
            self._columns[name] = np.empty(self._n_most, np.float64 if name in _REALS else np.int32)
        return self._columns[name][self._n_filled :]

    def fill(self, columns: Mapping[str, npt.NDArray[Any]], n: int) -> None:
        """Put the next pairs into all columns; what was written to the `rest` of a column is not copied."""
        for name, values in columns.items():
            rest = self.rest(name)
            if values.base is None or values.base is not rest.base:
                rest[:n] = values
        self._n_filled += n

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return what is filled of the columns, and give them away."""
        columns = {name: values[: self._n_filled] for name, values in self._columns.items()}
        self._columns.clear()
        return columns
