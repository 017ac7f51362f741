"""The server itself: its store, its sockets, its start and its end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import tempfile
import threading
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KgError
from kg.executors import count_cores
from kg.rdf.store import write_store
from kg.serve.options import Options
from kg.serve.pool import Pool
from kg.store_files import find_store
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import uvicorn

    from kg.folder import Folder

__all__ = ["MAX_CONNECTIONS", "serve"]

MAX_CONNECTIONS = 500
"""How many clients may be connected."""

_STOP_SECONDS = 5
_BACKLOG = 1_024
_GARBAGE = 20_000  # objects after which a look for cycles is due; Python's own is 700


def serve(
    folder: Folder,
    options: Options | None = None,
    *,
    say: Callable[[str], object] = print,
    ready: Callable[[str, Callable[[], None]], object] | None = None,
) -> None:
    """Answer SPARQL over HTTP about a build, until the process is told to stop.

    On SIGTERM it returns, on SIGINT it raises `KeyboardInterrupt`; every worker is gone then, and so is the temporary
    store of a build without one.

    Parameters
    ----------
    folder
        The build; its store is used, or, where it has none, one is loaded into a temporary folder.
    options
        The address and the limits.
    say
        Called with what a user wants to know, a line each.
    ready
        Called when it listens, with its address and a function that stops it, from any thread.

    Raises
    ------
    KgError
        If the address is taken, a library is missing, or there is no store and nothing to load.
    """
    options = options or Options()
    _check_libraries()
    interrupted = False
    with _listening(options) as sock, _stopping_on_sigterm(), _store(folder, say) as store:
        interrupted = asyncio.run(_run(folder, store, options, sock, say, ready))
    if interrupted:
        raise KeyboardInterrupt


def _check_libraries() -> None:
    try:
        import httptools
        import starlette
        import uvicorn
    except ImportError as error:
        raise KgError("kg serve needs starlette, uvicorn and httptools: pip install 'pfocr-kg[serve]'") from error
    del httptools, starlette, uvicorn


@contextmanager
def _listening(options: Options) -> Iterator[socket.socket]:
    """Give a socket that listens, so that a port that is taken is known before anything is loaded."""
    with ExitStack() as stack:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                options.host, options.port, type=socket.SOCK_STREAM
            )[0]
            sock = stack.enter_context(socket.socket(family, kind, protocol))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(_BACKLOG)  # who comes before the server is ready waits
        except OSError as error:
            place = f"{options.host}:{options.port}"
            reason = error.strerror or error
            raise KgError(f"{place}: cannot listen there ({reason}); choose another --host or --port") from error
        yield sock


@contextmanager
def _stopping_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end what comes before the loop, the load of a store, so that nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_: int, __: object) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with suppress(_Stopped):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Stopped(BaseException):
    """The process was told to stop."""


@contextmanager
def _store(folder: Folder, say: Callable[[str], object]) -> Iterator[Path]:
    """Give the folder of a build's store, or of a temporary one."""
    found = find_store(folder)
    if found is not None:
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="kg-serve-") as scratch:
        say(f"{folder.path} has no store; loading one into {scratch} (`kg load {folder.path} store` makes one to keep)")
        path = Path(scratch) / "store"
        n_quads = write_store(folder, path)
        say(f"loaded {n_quads:,} triples")
        yield path


async def _run(
    folder: Folder,
    store: Path,
    options: Options,
    sock: socket.socket,
    say: Callable[[str], object],
    ready: Callable[[str, Callable[[], None]], object] | None,
) -> bool:
    """Serve until told to stop; return whether that was Ctrl-C."""
    from kg.serve.endpoint import Limits
    from kg.serve.guard import Guard
    from kg.serve.service import Service

    pool = Pool(store, workers=options.workers or count_cores() + 1, timeout=options.timeout, say=say)
    limits = Limits(max_rows=options.max_rows, max_bytes=options.max_bytes)
    service = Service(folder, pool, limits=limits)
    server = _server(Guard(service, host=options.host, allow_hosts=options.allow_hosts, origin=options.origin))
    loop = asyncio.get_running_loop()
    interrupted = False
    stops: set[asyncio.Task[None]] = set()

    def stop() -> None:
        server.should_exit = True
        stops.add(loop.create_task(pool.stop()))  # what still runs is answered with 503, and not waited for

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        stop()

    def stop_from_thread() -> None:
        loop.call_soon_threadsafe(stop)

    if threading.current_thread() is threading.main_thread():
        loop.add_signal_handler(signal.SIGTERM, stop)
        loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        await pool.start()
        host, port = sock.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        say(f"{visible(str(folder.path))}: SPARQL at {address}/sparql, query page at {address}/ (Ctrl-C stops)")
        if ready is not None:
            ready(address, stop_from_thread)
        with _sparing_garbage():
            await server.serve(sockets=[sock])
    finally:
        await pool.stop()
        if threading.current_thread() is threading.main_thread():
            # Closing the loop would let a second SIGTERM end the process before the temporary store is gone.
            loop.remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return interrupted


@contextmanager
def _sparing_garbage() -> Iterator[None]:
    """Let Python look for cycles of garbage less often, and never in what was there before the first query."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _server(app: object) -> uvicorn.Server:
    import uvicorn

    from kg.serve.connection import Connection

    class Server(uvicorn.Server):
        def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
            return nullcontext()  # the loop has its own handlers, which end the workers too

    # That strangers send what is not HTTP is no news; an error of ours is.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_STOP_SECONDS,
        proxy_headers=False,
    )
    return Server(config)
