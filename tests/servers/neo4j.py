"""Neo4j Community Edition out of Maven's repositories: its server, and its administration tool."""

from __future__ import annotations

import shlex
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.maven import classpath, resolve
from tests.servers.process import HOST, Server, free_port, listens, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ARTEFACT", "PASSWORD", "USER", "Neo4j"]

ARTEFACT = "org.neo4j:neo4j:5.26.25"
USER = "neo4j"
PASSWORD = "only-for-tests"  # noqa: S105 - of a server that listens on this machine while a test runs

# What the server's own start script gives Java.
_JAVA = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dfile.encoding=UTF-8",
)
_CONFIGURATION = """server.bolt.listen_address={host}:{port}
server.bolt.advertised_address={host}:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=128m
dbms.usage_report.enabled=false
"""


@dataclass(frozen=True, slots=True)
class Neo4j:
    """An installation in a folder of its own, which holds one database; its port is chosen when it is made."""

    home: Path
    port: int

    @classmethod
    def install(cls, home: Path) -> Neo4j:
        """Return a new installation, with the password set."""
        installed = cls(home, free_port())
        (home / "conf").mkdir(parents=True)
        text = _CONFIGURATION.format(host=HOST, port=installed.port)
        (home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")
        installed.admin("dbms", "set-initial-password", PASSWORD)
        return installed

    @property
    def uri(self) -> str:
        """Where the server listens, as drivers take it."""
        return f"bolt://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the administration tool is told by variables."""
        return {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}

    def admin(self, *arguments: str) -> str:
        """Run ``neo4j-admin`` to its end, and return what it said.

        Raises
        ------
        AssertionError
            If it fails.
        """
        done = subprocess.run([self.write_admin(), *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"neo4j-admin {' '.join(arguments)}:\n{done.stdout[-4_000:]}{done.stderr[-4_000:]}")
        return done.stdout

    def write_admin(self) -> str:
        """Return the path of a ``neo4j-admin`` of this installation."""
        script = self.home / "neo4j-admin"
        variables = [f"export {name}={shlex.quote(value)}" for name, value in self.environment.items()]
        command = shlex.join([*_java(), "org.neo4j.cli.AdminTool"])
        script.write_text("\n".join(["#!/bin/sh", *variables, f'exec {command} "$@"', ""]), encoding="utf-8")
        script.chmod(0o755)
        return str(script)

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Start the server, and stop it again."""
        options = [f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"]
        command = [*_java(), "org.neo4j.server.CommunityEntryPoint", *options]
        with running(command, is_ready=lambda: listens(self.port), folder=self.home, seconds=180) as server:
            yield server


def _java() -> list[str]:
    return ["java", "-cp", classpath(resolve(ARTEFACT)), *_JAVA]
