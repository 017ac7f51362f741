"""Loops that numba compiles, where it is installed (the extra ``fast``) and there is enough to do."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["compile_loop", "pays"]

_Loop = TypeVar("_Loop", bound="Callable[..., object]")

_ENOUGH = 4_000_000  # pairs of figures, which numpy takes as long to count as numba to be loaded
_MODULES = ("kg.network.counting.kernels", "kg.network.chance.kernels")


def pays(n_listed: int) -> bool:
    """Return whether to run compiled loops for so many pairs of figures: the results are the same bits.

    Loading them takes about half a second, and compiling them, once an installation, two; those that are loaded are
    faster for any number.
    """
    if all(name in sys.modules for name in _MODULES):
        return True
    return n_listed >= _ENOUGH and find_spec("numba") is not None


def compile_loop(function: _Loop) -> _Loop:
    """Return a function of arrays compiled, kept on the disk where there is a place for it."""
    import numba

    try:
        return cast("_Loop", numba.njit(cache=True)(function))
    except RuntimeError:  # neither beside the module nor in the user's folder can anything be written
        return cast("_Loop", numba.njit(function))
