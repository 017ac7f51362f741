"""How a build is served: the address, and the limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

__all__ = ["Options", "is_loopback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a build is served.

    Attributes
    ----------
    host, port
        The address to listen on; port 0 takes a free one.
    workers
        How many queries are answered at once; None for one more than there are cores, so that
        none of these waits while the server hands over.
    timeout
        Seconds that a query may take.
    max_rows, max_bytes
        Rows and bytes that an answer may have.
    origin
        Whose pages may read answers, ``*`` for any.
    allow_hosts
        Names by which the server may be asked.
    """

    host: str = "127.0.0.1"
    port: int = 8008
    workers: int | None = None
    timeout: float = 30.0
    max_rows: int = 1_000_000
    max_bytes: int = 64_000_000
    origin: str = "*"
    allow_hosts: tuple[str, ...] = ()


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine alone.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
