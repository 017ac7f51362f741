"""Work on a Dask cluster: one function over many items, on any machines, results in order."""

from __future__ import annotations

import logging
import pickle
import re
import uuid
from collections import deque
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from kg.errors import BuildError
from kg.executors import LOOK_AHEAD, count_cores
from kg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from distributed import Client, Future

__all__ = ["LOCAL", "Cluster", "open_cluster"]

T = TypeVar("T")
R = TypeVar("R")

LOCAL = "local"
"""The address that stands for a cluster of this machine's own, made for one build."""

_ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx)://)?[^/\s:]+:\d{1,5}|inproc://\S+")

SECONDS_TO_CONNECT = 10

TASKS_BETWEEN_COUNTS = 100
"""How often the workers are counted, of which there may be more or fewer than before."""

SECONDS_WITHOUT_WORKERS = 30
"""How long a scheduler may be without workers: one that died is started again within seconds."""


class Cluster:
    """The workers of a Dask scheduler.

    They need this version of `kg`, and no disk in common with this process: a task carries all that it needs. A task
    whose worker dies is done again by another.
    """

    is_remote = True

    def __init__(self, client: Client) -> None:
        self._client = client

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Generator[R]:
        """Return an iterator of the function's results, in the order of the items.

        Items are taken as they are needed, some for each thread of the cluster ahead of the result last asked for.
        Closing the iterator early cancels what was not done.

        Raises
        ------
        BuildError
            If there are no workers, they have another version of `kg` or none, several of them died of one task, or
            the scheduler is gone. Exceptions of the function are raised as they are.
        """
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        run, name = partial(_run, __version__), uuid.uuid4().hex
        pending: deque[Future] = deque()
        # A task of its own, so that a function with large arguments goes to each worker once, and where a worker died
        # with it is made again.
        shared = self._client.submit(_unpickled, __version__, pickle.dumps(function), key=f"kg-{name}", pure=False)
        ahead = LOOK_AHEAD
        try:
            for n, item in enumerate(items):
                if n % TASKS_BETWEEN_COUNTS == 0:
                    ahead = LOOK_AHEAD * max(1, self._n_threads())
                pending.append(self._client.submit(run, shared, item, key=f"kg-{name}-{n}", pure=False))
                if len(pending) >= ahead:
                    yield self._result(pending.popleft())
            while pending:
                yield self._result(pending.popleft())
        except KilledWorker as error:
            raise BuildError(
                "several Dask workers died of one task, most often because their memory was full; give them more, and"
                " see the workers' logs"
            ) from error
        except ModuleNotFoundError as error:
            raise BuildError(
                f"the Dask workers lack a module ({error}); install pfocr-kg {__version__} there"
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise BuildError("the Dask scheduler is gone; start it again, and build again") from error
        finally:
            self._client.cancel([*pending, shared], reason="the build ended")

    def _result(self, future: Future) -> Any:
        while True:
            try:
                return future.result(timeout=SECONDS_WITHOUT_WORKERS)
            except TimeoutError as error:
                if not self._n_threads():
                    raise BuildError("the Dask scheduler has no workers; start some, and build again") from error

    def _n_threads(self) -> int:
        return sum(self._client.nthreads().values())


def _run(version: str, function: Callable[[T], R], item: T) -> R:
    """Return the function's result, on a worker."""
    _check_version(version)
    return function(item)


def _check_version(version: str) -> None:
    if version != __version__:
        raise BuildError(
            f"the Dask workers have pfocr-kg {__version__} and this process has {version}; install the same version"
        )


def _unpickled(version: str, function: bytes) -> Any:
    """Return a function that was pickled, on a worker."""
    _check_version(version)
    return pickle.loads(function)  # noqa: S301 - our own, as is all that Dask sends


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """Give the workers of a running scheduler, or of a cluster of this machine's own.

    Parameters
    ----------
    address
        The scheduler's, as ``tcp://127.0.0.1:8786``; or `LOCAL`: a worker process for each core, on the loopback
        interface, which ends with the block.

    Raises
    ------
    BuildError
        If Dask is not installed, or no scheduler answers at that address.
    """
    try:
        import distributed
    except ImportError as error:
        raise BuildError("Dask is not installed; get it with `pip install 'pfocr-kg[dask]'`") from error
    if address != LOCAL and not _ADDRESS.fullmatch(address):
        raise BuildError(f"{address!r}: not the address of a Dask scheduler; give tcp://HOST:PORT, or `local`")
    options: dict[str, Any] = {"set_as_default": False}
    with ExitStack() as stack:
        if address == LOCAL:
            cluster = distributed.LocalCluster(
                n_workers=count_cores(),
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.ERROR,
            )
            where: Any = stack.enter_context(cluster)
        else:
            where, options["timeout"] = address, SECONDS_TO_CONNECT
        try:
            client = stack.enter_context(distributed.Client(where, **options))
        except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:  # TLS without keys, among others
            raise BuildError(
                f"{address}: no Dask scheduler answers there ({error}); start one, or use `local`"
            ) from error
        yield Cluster(client)
