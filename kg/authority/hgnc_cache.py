"""HGNC's complete set on this machine: downloaded once, kept with its digest and date, opened only when asked for."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from kg.atomic import replacing_file
from kg.authority.hgnc import read_hgnc
from kg.errors import SourceError
from kg.version import __version__

if TYPE_CHECKING:
    from kg.authority.hgnc import HgncTable

__all__ = ["CACHED", "HGNC_URL", "Download", "cache_folder", "fetch_hgnc", "find_hgnc", "open_hgnc", "read_download"]

CACHED = "cached"
"""What stands for the downloaded file where a file can be named; a file of that name is ``./cached``."""

HGNC_URL = "https://storage.googleapis.com/public-download-files/hgnc/tsv/tsv/hgnc_complete_set.txt"
"""Where https://www.genenames.org/download/ leads to for the complete set."""

_MAX_BYTES = 200_000_000  # some ten times its size
_TIMEOUT = 60  # seconds without an answer
_FILE, _ABOUT = "hgnc_complete_set.txt", "hgnc_complete_set.json"


@dataclass(frozen=True, slots=True)
class Download:
    """What was downloaded: from where, when (UTC), its bytes and their SHA-256, and the number of its entries."""

    url: str
    fetched: str
    last_modified: str | None
    n_bytes: int
    sha256: str
    n_entries: int


def cache_folder() -> Path:
    """Return where downloads are kept: ``$XDG_CACHE_HOME/pfocr-kg``, or ``~/.cache/pfocr-kg``.

    References
    ----------
    XDG Base Directory Specification, https://specifications.freedesktop.org/basedir-spec/latest/
    """
    place = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(place) if Path(place).is_absolute() else Path.home() / ".cache") / "pfocr-kg"


def fetch_hgnc(url: str = HGNC_URL, *, folder: Path | None = None) -> tuple[Path, Download]:
    """Download HGNC's complete set, and return its file and what is known of it.

    The older file stays until the new one is whole and could be read.

    Parameters
    ----------
    url
        An address of ``https:``, or ``http:`` of a mirror.
    folder
        Where it is kept; by default `cache_folder`.

    Raises
    ------
    SourceError
        If there is no network, the address does not answer with the file, or what it answers is not HGNC's table.
    ExportError
        If the folder cannot be written.
    """
    folder = cache_folder() if folder is None else folder
    data, last_modified = _download(url)
    with replacing_file(folder / _FILE) as fresh:
        fresh.write_bytes(data)
        try:
            table = read_hgnc(fresh)
        except SourceError as error:
            said = str(error).removeprefix(f"{fresh}:").lstrip()
            said = f"line {said}" if said[:1].isdigit() else said
            raise SourceError(f"{url}: what it answered is not HGNC's complete set ({said})") from error
    now = datetime.now(UTC).isoformat(timespec="seconds")
    about = Download(url, now, last_modified, len(data), hashlib.sha256(data).hexdigest(), len(table))
    with replacing_file(folder / _ABOUT) as fresh:
        fresh.write_text(json.dumps(asdict(about), indent=1) + "\n", encoding="utf-8")
    return folder / _FILE, about


def _download(url: str) -> tuple[bytes, str | None]:
    if not url.startswith(("https://", "http://")):
        raise SourceError(f"{url}: no address of http: or https:; a file on this machine is given by --hgnc FILE")
    request = urllib.request.Request(url, headers={"User-Agent": f"pfocr-kg/{__version__}"})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - checked above
            data: bytes = answer.read(_MAX_BYTES + 1)
            last_modified = answer.headers.get("Last-Modified")
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        way = "kg works without HGNC; try again with a network, or give a file of https://www.genenames.org/download/"
        raise SourceError(f"{url}: could not be downloaded ({reason}); {way} by --hgnc FILE") from error
    if len(data) > _MAX_BYTES:
        raise SourceError(f"{url}: answered more than {_MAX_BYTES:,} bytes, so it is not HGNC's complete set")
    return data, last_modified


def read_download(folder: Path | None = None) -> tuple[Path, Download]:
    """Return the file that was downloaded, and what is known of it.

    Raises
    ------
    SourceError
        If there is none, or it is not as it was downloaded.
    """
    folder = cache_folder() if folder is None else folder
    path = folder / _FILE
    try:
        about = Download(**json.loads((folder / _ABOUT).read_text(encoding="utf-8")))
        data = path.read_bytes()
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise SourceError(f"{path}: no table was downloaded yet; run `kg hgnc fetch`, or give --hgnc FILE") from error
    if hashlib.sha256(data).hexdigest() != about.sha256:
        raise SourceError(f"{path}: not the file that was downloaded; run `kg hgnc fetch` again")
    return path, about


def open_hgnc(place: str | Path | None) -> HgncTable | None:
    """Return the HGNC table of an option: of a file, of the download (`CACHED`), or none.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    return None if place is None else read_hgnc(find_hgnc(place))


def find_hgnc(place: str | Path) -> Path:
    """Return the file of an option: the download for `CACHED`, else what it names.

    Raises
    ------
    SourceError
        If nothing was downloaded yet.
    """
    return read_download()[0] if str(place) == CACHED else Path(place)
