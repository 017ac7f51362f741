"""A server that counts who calls, to prove that nobody does."""

from __future__ import annotations

import socket
import threading
from typing import Self


class Listener:
    """Accepts connections on a port of this machine, hangs up at once, and counts them."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._stopped = threading.Event()
        self._n_calls = 0
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def n_calls(self) -> int:
        """The calls so far. They are answered in turn, so once a call of our own is, all before it are counted."""
        with socket.create_connection(self._socket.getsockname(), timeout=10) as connection:
            connection.recv(1)
        self._n_calls -= 1
        return self._n_calls

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self._n_calls += 1
            connection.close()
