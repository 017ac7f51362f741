"""The download of HGNC's table, from a server of this machine."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from kg.authority import hgnc_cache
from kg.authority.hgnc_cache import CACHED, cache_folder, fetch_hgnc, open_hgnc, read_download
from kg.cli import app
from kg.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parent / "hgnc.txt"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        data = TABLE.read_bytes() if self.path == "/set.txt" else b"<html>"
        self.send_response(200)
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 00:00:00 GMT")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_the_download_is_kept_with_its_digest_and_date(server: str, tmp_path: Path) -> None:
    path, about = fetch_hgnc(f"{server}/set.txt", folder=tmp_path)
    assert path.read_bytes() == TABLE.read_bytes()
    assert about.sha256 == hashlib.sha256(TABLE.read_bytes()).hexdigest()
    assert about.last_modified == "Fri, 20 Nov 2026 00:00:00 GMT"
    assert about.fetched.endswith("+00:00")
    assert (about.n_bytes, about.n_entries) == (TABLE.stat().st_size, 19 - 1)
    assert read_download(tmp_path) == (path, about)


@pytest.mark.parametrize(
    ("page", "said"),
    [("/missing", "could not be downloaded"), ("/page", r"is not HGNC's complete set \(line 1: the columns ")],
)
def test_what_is_no_table_leaves_the_older_one(server: str, tmp_path: Path, page: str, said: str) -> None:
    fetch_hgnc(f"{server}/set.txt", folder=tmp_path)
    with pytest.raises(SourceError, match=said):
        fetch_hgnc(server + page, folder=tmp_path)
    assert read_download(tmp_path)[0].read_bytes() == TABLE.read_bytes()


def test_no_network_no_address_and_too_much_are_explained(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match=r"could not be downloaded .* kg works without HGNC; .* by --hgnc FILE"):
        fetch_hgnc("http://127.0.0.1:9/set.txt", folder=tmp_path)
    with pytest.raises(SourceError, match="no address of http"):
        fetch_hgnc("file:///etc/hosts", folder=tmp_path)
    monkeypatch.setattr(hgnc_cache, "_MAX_BYTES", 10)
    with pytest.raises(SourceError, match="more than 10 bytes"):
        fetch_hgnc(f"{server}/set.txt", folder=tmp_path)


def test_the_command_prints_the_file_and_tells_of_it(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["hgnc", "fetch", "--url", f"{server}/set.txt"])
    assert done.exit_code == 0
    assert Path(done.stdout.strip()).read_bytes() == TABLE.read_bytes()
    assert done.stderr.startswith("18 entries, ")


def test_a_file_that_was_changed_is_no_download(server: str, tmp_path: Path) -> None:
    path, _ = fetch_hgnc(f"{server}/set.txt", folder=tmp_path)
    path.write_text("changed", encoding="utf-8")
    with pytest.raises(SourceError, match="not the file that was downloaded; run `kg hgnc fetch` again"):
        read_download(tmp_path)


def test_the_download_is_opened_only_if_asked(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert open_hgnc(None) is None
    with pytest.raises(SourceError, match="run `kg hgnc fetch`"):
        open_hgnc(CACHED)
    fetch_hgnc(f"{server}/set.txt")
    for place in (CACHED, TABLE, str(TABLE)):
        table = open_hgnc(place)
        assert table is not None
        assert len(table) == 18
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "pfocr-kg"
