"""What a Dask worker keeps of a build: the function that it does to each item, which may carry large arguments.

A plugin goes to every worker once, also to those that join or begin again later. Importing this module loads Dask.
"""

from __future__ import annotations

import pickle
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from kg.cycles import searching_again

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Function", "do"]


class Function(WorkerPlugin):  # type: ignore[misc]  # Dask has no types
    """A function on its way to the workers; it is unpickled there when it is first called.

    Parameters
    ----------
    function
        A function at the top of a module, or a partial of one.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._pickled = pickle.dumps(function)

    def setup(self, worker: object) -> None:  # noqa: ARG002 - Dask gives it by this name
        """Begin what ends with `teardown`: a worker outlives the build, and what that has set apart for itself."""
        self._stack = ExitStack()
        self._stack.enter_context(searching_again())

    def teardown(self, worker: object) -> None:  # noqa: ARG002
        """Have Python look for cycles everywhere again."""
        self._stack.close()

    @cached_property
    def call(self) -> Callable[[Any], Any]:
        """The function itself."""
        return cast("Callable[[Any], Any]", pickle.loads(self._pickled))  # noqa: S301 - our own, as all that Dask sends


def do(name: str, item: Any) -> Any:
    """Return the result of the function that this worker has under a name."""
    return cast("Function", get_worker().plugins[name]).call(item)
