"""The ways in which pairs are counted and tested: numpy, loops that numba compiles, and these loops as plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kg.network.chance.kernels
import kg.network.chance.significance
import kg.network.counting.kernels
import kg.network.counting.listing
import kg.network.counting.pairs

if TYPE_CHECKING:
    import pytest

__all__ = ["ENGINES", "use_blocks", "use_engine"]

ENGINES = ("numpy", "compiled", "python")


def use_engine(patch: pytest.MonkeyPatch, engine: str) -> None:
    """Count and test in one of the `ENGINES`, whatever there is to do."""
    for module in (kg.network.counting.pairs, kg.network.chance.significance):
        patch.setattr(module, "pays", lambda _: engine != "numpy")
    if engine == "python":
        for kernels in (kg.network.counting.kernels, kg.network.chance.kernels):
            for name in kernels.__all__:
                patch.setattr(kernels, name, getattr(kernels, name).py_func)


def use_blocks(patch: pytest.MonkeyPatch, n_listed: int, n_cells: int, sparse: int) -> None:
    """Count in blocks of so many pairs of figures and so many cells, summed by sorting where they are that sparse."""
    patch.setattr(kg.network.counting.listing, "_LISTED", n_listed)
    patch.setattr(kg.network.counting.listing, "_IN_A_LOOP", n_listed)
    patch.setattr(kg.network.counting.listing, "_CELLS", n_cells)
    patch.setattr(kg.network.counting.pairs, "_SPARSE", sparse)
