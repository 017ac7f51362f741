"""SPARQL over HTTP: the protocol, a pool of workers that can be killed, figures by their addresses, a query page.

`serve` runs it. A request becomes a question (`protocol`, `negotiation`), a free child process answers it (`pool`,
`child`), and the whole answer goes out (`endpoint`, `sending`); `guard` is around all of it.
"""

from kg.serve.options import Options, is_loopback
from kg.serve.server import serve

__all__ = ["Options", "is_loopback", "serve"]
