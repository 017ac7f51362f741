"""The documentation does what it says: its Python runs, its commands print what is shown, its links lead somewhere."""

from __future__ import annotations

import doctest
import json
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "ontology").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)>\s]+)[^)]*\)|(?:src|href|srcset)=\"([^\"]+)\"")
OUTPUTS = {"", "text", "turtle", "json", "tsv", "csv"}
"""Languages of a block that, right after a Python block, shows what that one prints."""

# Runs blocks in one namespace and answers with what each of them printed.
CHILD = """
import contextlib, io, json, sys
namespace, printed = {"__name__": "__main__"}, []
for place, source in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(source, place, "exec"), namespace)
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
"""


class Block(NamedTuple):
    """A fenced block: its language, its text, its line, and whether it stands right after the block before."""

    language: str
    text: str
    line: int
    follows: bool


class Command(NamedTuple):
    """A command of a console block with the output that is shown below it; empty where none is."""

    line: str
    output: str


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for match in FENCE.finditer(text):
        between = text[end : match.start()]
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match[1], match[2], line, bool(found) and not between.strip()))
        end = match.end()
    return found


def is_open(command: str) -> bool:
    """Return whether the shell would wait for more: an open quote or a backslash at the end."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


def commands(block: Block) -> list[Command]:
    """Return the commands of a block; in a bash block each line is one, and nothing is output."""
    found: list[Command] = []
    lines = iter(block.text.splitlines())
    for line in lines:
        if line.startswith("$ ") or (block.language in {"bash", "sh"} and line.strip() and not line.startswith("#")):
            command = line.removeprefix("$ ")
            while is_open(command):
                command += "\n" + next(lines).removeprefix("> ")
            found.append(Command(command, ""))
        elif found:
            found[-1] = found[-1]._replace(output=found[-1].output + line + "\n")
    return found


def kg_commands(page: Path) -> list[Command]:
    consoles = [block for block in blocks(page) if block.language in {"console", "bash", "sh"}]
    return [command for block in consoles for command in commands(block) if command.line.startswith("kg ")]


def python_blocks(page: Path) -> list[tuple[Block, str]]:
    """Return the Python blocks of a page, each with the output that is shown right after it."""
    found: list[tuple[Block, str]] = []
    previous = ""
    for block in blocks(page):
        if block.language == "python":
            found.append((block, ""))
        elif block.language in OUTPUTS and block.follows and previous == "python":
            found[-1] = (found[-1][0], block.text)
        previous = block.language
    return found


def environment() -> dict[str, str]:
    """Return an environment in which `kg` is this interpreter's, tables are 120 wide, and no network answers."""
    bin_folder = str(Path(sys.executable).parent)
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    path = os.pathsep.join([bin_folder, os.environ["PATH"]])
    return {**os.environ, **nowhere, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


def agree(shown: str, printed: str) -> bool:
    """Return whether what a page shows is what was printed; ``...`` stands for anything, blanks do not count."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(shown, printed, flags)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like a clone after `make demo`: the seeds, the ontology, and their build in demo/."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("seeds", "ontology"):
        shutil.copytree(ROOT / name, folder / name)
    done = run("kg build seeds -o demo", folder)
    assert done.returncode == 0, done.stdout
    return folder


@pytest.fixture
def clone(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "clone")


@pytest.mark.parametrize("page", [p for p in PAGES if python_blocks(p)], ids=lambda page: page.name)
def test_python_of_the_page_runs_and_prints_what_is_shown(page: Path, clone: Path) -> None:
    found = python_blocks(page)
    sources = [(f"{page.name}, block at line {block.line}", block.text) for block, _ in found]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHILD],
        cwd=clone,
        env=environment(),
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for (place, _), (_, shown), printed in zip(sources, found, json.loads(done.stdout), strict=True):
        assert not shown or agree(shown, printed), f"{place} prints:\n{printed}"


@pytest.mark.parametrize("page", [p for p in PAGES if kg_commands(p)], ids=lambda page: page.name)
def test_commands_of_the_page_run_and_print_what_is_shown(page: Path, clone: Path) -> None:
    for command in kg_commands(page):
        done = run(command.line, clone)
        assert done.returncode == 0, f"{page.name}: {command.line}\n{done.stdout}"
        shown = command.output
        assert not shown.strip() or agree(shown, done.stdout), f"{page.name}: {command.line} prints:\n{done.stdout}"


def test_make_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    shown = {command.line: command.output for block in blocks(ROOT / "README.md") for command in commands(block)}
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    # The stamp is newer than what it depends on, so that nothing is installed.
    (tmp_path / "stamp").touch()
    done = run(f"make --silent demo STAMP=stamp BIN={shlex.quote(str(Path(sys.executable).parent))}", tmp_path)
    assert done.returncode == 0, done.stdout
    assert shown["make demo"].strip(), "README.md shows no output of make demo"
    assert agree(shown["make demo"], done.stdout), done.stdout


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get on GitHub."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [unquote(markdown or html) for markdown, html in LINK.findall(text)]
    for target in targets:
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.is_relative_to(ROOT), f"{page.name}: {target} leads out of the project"
        assert goal.exists(), f"{page.name}: {target} does not exist"
        if anchor and goal.suffix == ".md":
            assert anchor in anchors(goal), f"{page.name}: {target}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_modules_that_the_page_names_exist(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    paths = re.findall(r"`((?:kg|ontology|tests|benchmarks|seeds|notebooks|docs)/[\w./-]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    # A dotted name is a module of `kg`, something in one, or the ontology's file of that name.
    names = set(re.findall(r"`(kg(?:\.\w+)+)`", text))
    assert [name for name in sorted(names) if not is_there(name) and not (ROOT / "ontology" / name).exists()] == []


def is_there(name: str) -> bool:
    """Return whether a dotted name leads to a module or to something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_examples_are_found_where_there_are_some() -> None:
    assert python_blocks(ROOT / "README.md")
    assert kg_commands(ROOT / "README.md")
    page = Block(
        "console", "$ kg query demo 'SELECT\n> 1'\na\nb\n$ make demo\n$ kg stats \\\n> demo\n", 1, follows=False
    )
    assert commands(page) == [
        Command("kg query demo 'SELECT\n1'", "a\nb\n"),
        Command("make demo", ""),
        Command("kg stats \\\ndemo", ""),
    ]
    assert commands(Block("bash", "# first\nkg stats demo\n", 1, follows=False)) == [Command("kg stats demo", "")]
    assert agree("2 figures\n...\nend\n", "2 figures\nmore\nend\n")
    assert not agree("2 figures\n", "3 figures\n")
