"""What the options of `kg serve` stand for."""

from __future__ import annotations

import builtins
import errno
import signal
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import kg
import kg.serve
from kg.cli import app
from kg.errors import KgError
from kg.serve import Options, is_loopback, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OPTIONS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--host", "::1"], {"host": "::1"}),
    (["--host", "192.0.2.7"], {"host": "192.0.2.7"}),
    (["--port", "0"], {"port": 0}),
    (["--workers", "5"], {"workers": 5}),
    (["--timeout", "1.5"], {"timeout": 1.5}),
    (["--max-rows", "10"], {"max_rows": 10}),
    (["--max-bytes", "2000"], {"max_bytes": 2000}),
    (["--origin", "https://kg.example"], {"origin": "https://kg.example"}),
    (["--allow-host", "a.example", "--allow-host", "b.example"], {"allow_hosts": ("a.example", "b.example")}),
]


@pytest.mark.parametrize(("arguments", "changed"), OPTIONS)
def test_options_are_handed_on(
    seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch, arguments: list[str], changed: dict[str, Any]
) -> None:
    calls: list[tuple[kg.Build, Options]] = []

    def record(folder: kg.Build, options: Options, *, say: Callable[[str], object]) -> None:
        say("it would listen")
        calls.append((folder, options))

    monkeypatch.setattr(kg.serve, "serve", record)
    done = CliRunner().invoke(app, ["serve", str(seeds_build.path), *arguments])
    assert done.exit_code == 0, done.output
    (folder, options) = calls[0]
    assert folder.path == seeds_build.path
    assert asdict(options) == asdict(Options()) | changed
    assert done.stdout == ""
    assert ("warning" in done.stderr) == (changed.get("host") == "192.0.2.7")
    assert done.stderr.endswith("it would listen\n")


@pytest.mark.parametrize(
    "arguments", [["--port", "70000"], ["--timeout", "0"], ["--workers", "0"], ["--max-rows", "0"]]
)
def test_options_out_of_range_are_refused(seeds_build: kg.Build, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["serve", str(seeds_build.path), *arguments]).exit_code == 2


def test_loopback_addresses() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.0.2.7", "kg.example")] == [False] * 4  # noqa: S104


def test_a_missing_extra_is_a_sentence(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "uvicorn":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(KgError, match=r"needs starlette, uvicorn and httptools: pip install 'pfocr-kg\[serve\]'"):
        serve(seeds_build)


def test_a_name_that_is_no_address_is_a_sentence(seeds_build: kg.Build) -> None:
    with pytest.raises(KgError, match="cannot listen there"):
        serve(seeds_build, Options(host="nowhere.invalid", port=0))


def test_what_fails_later_is_not_blamed_on_the_address(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(kg.serve.server, "find_store", fail)
    with pytest.raises(OSError, match="Too many open files"):
        serve(seeds_build, Options(port=0))


def test_ip_version_6(seeds_build: kg.Build) -> None:
    said: list[str] = []
    serve(seeds_build, Options(host="::1", port=0), say=said.append, ready=lambda _, stop: stop())
    assert "SPARQL at http://[::1]:" in said[-1]


def test_a_second_sigterm_does_not_interrupt_the_end(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = kg.serve.server._store, []

    @contextmanager
    def store(*arguments: Any) -> Iterator[Path]:
        with real(*arguments) as path:
            yield path
            seen.append(signal.getsignal(signal.SIGTERM))

    monkeypatch.setattr(kg.serve.server, "_store", store)
    before = signal.getsignal(signal.SIGTERM)
    serve(seeds_build, Options(port=0), say=lambda _: None, ready=lambda _, stop: stop())
    assert seen == [signal.SIG_IGN]
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_store_that_cannot_be_opened_is_a_sentence(seeds_build: kg.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.serve.server, "write_store", lambda *_: 0)
    with pytest.raises(KgError):
        serve(seeds_build, Options(port=0), say=lambda _: None)
