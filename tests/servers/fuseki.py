"""Apache Jena Fuseki, from the Maven repository."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.servers.maven import classpath, resolve
from tests.servers.process import HOST, free_port, listens, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FUSEKI", "serving"]

FUSEKI = "org.apache.jena:jena-fuseki-server:5.2.0"
"""The last minor version but a few that runs on Java 17."""


@contextmanager
def serving(folder: Path, *, users: dict[str, str] | None = None) -> Iterator[str]:
    """Give the address of an empty dataset in memory; ``/data`` and ``/query`` are under it.

    Parameters
    ----------
    folder
        Where the server works.
    users
        Names and passwords of those who may do anything, by HTTP's Basic authentication; None lets everybody.
    """
    port = free_port()
    options = ["--mem", f"--port={port}", "--localhost"]
    if users:
        folder.mkdir(parents=True, exist_ok=True)
        passwords = folder / "passwords.txt"
        passwords.write_text("".join(f"{user}: {password}\n" for user, password in users.items()))
        options += [f"--passwd={passwords}", "--auth=basic"]
    command = ["java", "-Xmx1g", "-cp", classpath(resolve(FUSEKI)), "org.apache.jena.fuseki.main.cmds.FusekiMainCmd"]
    with running([*command, *options, "/kg"], is_ready=lambda: listens(port), folder=folder):
        yield f"http://{HOST}:{port}/kg"
