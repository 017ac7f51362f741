"""Programs of the Maven repositories, each with all that it needs, as a folder of jars that is made once.

Which repository is asked is the business of Maven's settings. What was resolved once needs no network again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CACHE", "MavenError", "classpath", "resolve"]

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pfocr-kg", "servers")
"""Where the folders of jars are, between one run of the tests and the next."""

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_SECONDS = 1_800
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>servers</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
{dependencies}
  </dependencies>
</project>
"""


class MavenError(Exception):
    """An artefact could not be resolved; the text ends with what Maven said."""


def resolve(*artefacts: str, cache: Path = CACHE) -> Path:
    """Return the folder that holds the jars of artefacts and of all that they need to run.

    Parameters
    ----------
    *artefacts
        ``group:artefact:version``, the version pinned; the first names the folder.
    cache
        The folder that the folder of jars is in; there, nothing is downloaded again.

    Raises
    ------
    MavenError
        If `mvn` is missing, or cannot resolve them.
    """
    target = cache / "+".join(artefact.replace(":", "_") for artefact in artefacts)
    if target.is_dir():
        return target
    mvn = shutil.which("mvn")
    if mvn is None:
        raise MavenError("mvn is missing; on Debian: apt-get install -y maven")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".") as work:
        pom, jars = Path(work, "pom.xml"), Path(work, "jars")
        pom.write_text(_POM.format(dependencies="\n".join(map(_dependency, artefacts))), encoding="utf-8")
        options = ["--batch-mode", "--no-transfer-progress", f"--file={pom}", _PLUGIN]
        _run([mvn, *options, f"-DoutputDirectory={jars}", "-DincludeScope=runtime"])
        # Another run may have been faster; its folder holds the same.
        with contextlib.suppress(OSError):
            jars.rename(target)
    if not target.is_dir():
        raise MavenError(f"{target}: cannot be made; is it writable?")
    return target


def classpath(folder: Path) -> str:
    """Return a folder of jars as Java's ``-cp`` takes it, in order of their names."""
    return os.pathsep.join(str(jar) for jar in sorted(folder.glob("*.jar")))


def _dependency(artefact: str) -> str:
    group, name, version = map(escape, artefact.split(":"))
    parts = f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
    return f"    <dependency>{parts}</dependency>"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise MavenError(f"{' '.join(command)}:\n{done.stdout[-4_000:]}{done.stderr[-2_000:]}")
