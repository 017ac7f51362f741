"""Work on a Dask cluster: one function over many items, on any machines, results in order."""

from __future__ import annotations

import logging
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

        pending: deque[Future] = deque()
        ahead = LOOK_AHEAD
        try:
            with self._sent(function) as name:
                run = partial(_run, __version__, name)
                for n, item in enumerate(items):
                    if n % TASKS_BETWEEN_COUNTS == 0:
                        ahead = LOOK_AHEAD * max(1, self._n_threads())
                    pending.append(self._client.submit(run, item, key=f"{name}-{n}", pure=False))
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
            self._client.cancel(list(pending), reason="the build ended")

    @contextmanager
    def _sent(self, function: Callable[[T], R]) -> Iterator[str]:
        """Give the name under which the workers, and those that come later, have a function in the block."""
        from kg.cluster_worker import Function

        name = f"kg-{uuid.uuid4().hex}"
        try:
            self._client.register_plugin(Function(function), name=name)
        except Exception as error:
            if type(error) is not Exception:  # Dask has no other type for what a worker could not read
                raise
            raise BuildError(
                f"the Dask workers lack a module ({error}); install pfocr-kg {__version__} there"
            ) from error
        try:
            yield name
        finally:
            if self._client.status == "running":
                self._client.unregister_worker_plugin(name)

    def _result(self, future: Future) -> Any:
        while True:
            try:
                return future.result(timeout=SECONDS_WITHOUT_WORKERS)
            except TimeoutError as error:
                if not self._n_threads():
                    raise BuildError("the Dask scheduler has no workers; start some, and build again") from error

    def _n_threads(self) -> int:
        return sum(self._client.nthreads().values())


def _run(version: str, name: str, item: T) -> Any:
    """Return the result of the function that was sent under a name, on a worker."""
    from kg.cluster_worker import do

    if version != __version__:
        raise BuildError(
            f"the Dask workers have pfocr-kg {__version__} and this process has {version}; install the same version"
        )
    return do(name, item)


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
