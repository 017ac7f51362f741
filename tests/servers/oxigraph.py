"""Oxigraph's own server, the program of the PyPI package ``oxigraph``."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.process import HOST, free_port, listens, running

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["serving"]


@contextmanager
def serving(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """Give the address of an Oxigraph server whose data are in a folder; ``/store`` and ``/query`` are under it."""
    port = free_port() if port is None else port
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or "oxigraph"
    command: list[str | Path] = [program, "serve", "--location", folder / "data", "--bind", f"{HOST}:{port}"]
    with running(command, is_ready=lambda: listens(port), folder=folder):
        yield f"http://{HOST}:{port}"
