"""Files and folders appear whole or not at all, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from kg import atomic
from kg.atomic import replacing_file, replacing_folder
from kg.errors import ExportError

HELD = """
import sys, time
from pathlib import Path
from kg.atomic import replacing_folder

with replacing_folder(Path(sys.argv[1]), may_replace=lambda _: True, what="x"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "x.txt"
    with replacing_file(target) as path:
        path.write_text("first", encoding="utf-8")

    def interrupted() -> None:
        with replacing_file(target) as path:
            path.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert target.read_text(encoding="utf-8") == "first"
    assert [p.name for p in target.parent.iterdir()] == ["x.txt"]
    with pytest.raises(ExportError, match="cannot be written"), replacing_file(target / "below") as path:
        pass


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"

    def replaced(text: str) -> None:
        with replacing_folder(target, may_replace=lambda _: True, what="x") as folder:
            (folder / "a").write_text(text, encoding="utf-8")

    replaced("first")
    replaced("second")
    assert (target / "a").read_text(encoding="utf-8") == "second"

    # Where two folders cannot be exchanged in one step, whatever happens between the two renames leaves the old one.
    monkeypatch.setattr("kg.atomic._exchange", lambda *_: False)
    replaced("third")
    assert (target / "a").read_text(encoding="utf-8") == "third"
    rename = Path.rename
    for error, seen in ((OSError(28, os.strerror(28)), ExportError), (KeyboardInterrupt(), KeyboardInterrupt)):

        def broken(self: Path, to: Path, error: BaseException = error) -> Path:
            if self.name == "new":
                raise error
            return rename(self, to)

        monkeypatch.setattr(Path, "rename", broken)
        with pytest.raises(seen):
            replaced("fourth")
        monkeypatch.setattr(Path, "rename", rename)
        assert (target / "a").read_text(encoding="utf-8") == "third"
        assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing_folder(tmp_path / "link", may_replace=lambda _: True, what="x") as folder:
        (folder / "a").write_text("new", encoding="utf-8")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_text(encoding="utf-8") == "new"


def test_what_a_killed_process_left_goes_with_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a [b]"
    command = [sys.executable, "-c", HELD, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        (left,) = tmp_path.iterdir()
        hour_ago = time.time() - 3600
        os.utime(left, (hour_ago, hour_ago))
        with replacing_file(target) as path:
            path.touch()
        assert left.is_dir()  # its process lives
        process.send_signal(signal.SIGKILL)
    target.unlink()
    other = tmp_path / ".another.x.tmp"
    other.mkdir()
    with replacing_file(target) as path:
        path.touch()
    assert {path.name for path in tmp_path.iterdir()} == {target.name, other.name}

    # What is younger, may hold an old build, or cannot be locked is left alone.
    monkeypatch.setattr(atomic, "_SETTLED", 3600)
    left.mkdir()
    with replacing_file(target) as path:
        path.touch()
    assert left.is_dir()
    monkeypatch.setattr(atomic, "_SETTLED", -1)
    (left / "old").mkdir()
    with replacing_file(target) as path:
        path.touch()
    assert left.is_dir()
    (left / "old").rmdir()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with replacing_file(target) as path:
        path.touch()
    assert left.is_dir()


def test_an_interrupt_as_the_folder_is_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = tempfile.mkdtemp

    def make_and_interrupt(*, prefix: str, suffix: str, dir: Path) -> str:  # noqa: A002 - as tempfile names it
        made = make(prefix=prefix, suffix=suffix, dir=dir)
        signal.raise_signal(signal.SIGINT)
        return made

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_interrupt)
    with pytest.raises(KeyboardInterrupt), replacing_file(tmp_path / "out"):
        pass
    assert not list(tmp_path.iterdir())
