"""Run every benchmark and write their results into one page: ``python -m benchmarks``, or ``make bench``.

A benchmark is a module of this package that is run as ``python -m benchmarks.NAME …``, prints Markdown without
headings to standard output, and exits with 1 where a bar is missed. A line of `SECTIONS` adds it to the page. With
``--only NAME …`` those sections of the page are made anew, and the others stay.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measure import ROOT, n_cores

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["SECTIONS", "Section", "main"]

PAGE = ROOT / "docs" / "benchmarks.md"
SCRATCH = ROOT / "build" / "bench"

LIBRARIES = (
    "pfocr-kg",
    "PyYAML",
    "python-frontmatter",
    "polars",
    "rdflib",
    "pyoxigraph",
    "scipy",
    "networkx",
    "distributed",
    "uvicorn",
    "httptools",
)
"""What the results depend on, beside the peers, whose section names them."""


class Section(NamedTuple):
    """A benchmark on the page.

    Attributes
    ----------
    title
        Its heading.
    module
        Its name in this package.
    arguments
        What it gets; ``{source}`` is what corpora are made of, ``{small}``, ``{middle}`` and ``{large}`` are corpora,
        ``{small_build}``, ``{middle_build}`` and ``{large_build}`` builds of them (Turtle), ``{rounds}`` and
        ``{inputs}`` numbers, ``{sizes}`` several, ``{hgnc}`` the table of that name; without one its sections are left
        as they are.
    """

    title: str
    module: str
    arguments: tuple[str, ...] = ()


class Printed(NamedTuple):
    """What came of a section: its exit status, and its text on the page, from its heading on."""

    status: int
    text: str


SECTIONS = (
    Section("Start", "startup"),
    Section("Nothing is lost", "rebuild_rows", ("{small}",)),
    Section("The fast reader", "reader_fuzz", ("{source}", "--inputs", "{inputs}")),
    Section("Against the plain way", "build", ("{small}", "--rounds", "{rounds}")),
    Section("Against other tools", "peers", ("{small}", "--rounds", "{rounds}")),
    Section("Where the time goes", "stages", ("{small}", "--rounds", "{rounds}")),
    Section("A whole corpus", "whole_corpus", ("{small}", "{large}", "--rounds", "{rounds}")),
    Section(
        "HGNC and the mention audit", "audit_cost", ("{small}", "{large}", "--hgnc", "{hgnc}", "--rounds", "{rounds}")
    ),
    Section("How cost grows", "scale", ("{source}", "--figures", "{sizes}")),
    Section("Loading for SPARQL", "query_store", ("{middle_build}", "--rounds", "{rounds}")),
    Section("Example queries", "query_examples", ("{middle_build}", "--rounds", "{rounds}")),
    Section("Examples against the tables", "examples_agree", ("{small_build}",)),
    Section("The server under load", "serve_load", ("{middle_build}",)),
    Section("Pairs of genes", "network_pairs", ("{large_build}", "{small_build}", "--rounds", "{rounds}")),
    Section("Betweenness", "network_betweenness", ("{small}",)),
    Section("Explain and enrich", "explain_enrich", ("{large_build}", "--rounds", "{rounds}")),
    Section("Neo4j's import files", "export_neo4j", ("{small_build}", "{large_build}", "--rounds", "{rounds}")),
    Section("Exports to files", "export_files", ("{small_build}", "{large_build}", "--rounds", "{rounds}")),
)

HEAD = """# Benchmarks

Made by `make bench`; do not edit. The bars are those of the modules in `benchmarks/`, and `make bench` fails where one
is missed. [Scale](scale.md) says what follows for larger corpora.

- *CPU s* are processor seconds, user and system, of a command and all its processes; *wall s* is time on the clock;
  *peak MB* is the memory of its largest process, in millions of bytes. All are the kernel's own counts (wait4).
- Each figure is the median of rounds, and each round runs every command once, so that all meet the same machine.
- Each section says when it was measured, and how many processes wanted a core then, on average over a quarter of an
  hour: seconds of wall clock mean little where other work ran beside it.
- Every command is measured as a whole, with its start.
- A bar holds for corpora of the sizes given here; a short run (`make bench SMALL=200 LARGE=1000`) shows that the
  programs work, and little else.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the corpora, run the benchmarks, write the page, and return the exit status."""
    args = _parser().parse_args(arguments)
    sections = [section for section in SECTIONS if args.only is None or section.module in args.only]
    if args.hgnc is None:
        sections = [section for section in sections if "{hgnc}" not in section.arguments]
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    places = _Places(args)
    try:
        printed = {section.title: _run(section, places) for section in sections}
    except subprocess.CalledProcessError as error:
        print(f"{_shown(error.cmd)}: exit status {error.returncode}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    is_whole = len(sections) == len(SECTIONS)
    kept = _read_page(args.output) if not is_whole and args.output.is_file() else {}
    found = kept | {title: result.text for title, result in printed.items()}
    texts = {section.title: found[section.title] for section in SECTIONS if section.title in found}
    page = "\n".join([HEAD, _machine(), *_bars(texts), *texts.values()])
    if str(args.output) == "-":
        print(page, end="")
    else:
        args.output.write_text(page, encoding="utf-8")
    return max((result.status for result in printed.values()), default=0)


def _read_page(path: Path) -> dict[str, str]:
    """Return the sections of a page that was made before, by title."""
    _, *sections = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {section.partition("\n")[0].removeprefix("## "): section.rstrip("\n") + "\n" for section in sections}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="the small corpus, as it is (default: made of seeds/)")
    parser.add_argument(
        "--whole", type=Path, help="the large corpus, as it is (default: made of the small one's source)"
    )
    parser.add_argument(
        "--small", type=int, default=2_491, metavar="N", help="figures of the small corpus that is made"
    )
    parser.add_argument(
        "--middle", type=int, default=10_000, metavar="N", help="figures of the one that rdflib can load"
    )
    parser.add_argument("--large", type=int, default=66_283, metavar="N", help="figures of the large one")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_500, 10_000, 66_283, 200_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--inputs", type=int, default=200_000, metavar="N", help="broken documents for the fast reader")
    parser.add_argument("--hgnc", type=Path, metavar="FILE", help="HGNC's complete set, for the section that needs it")
    parser.add_argument("--only", nargs="+", choices=[section.module for section in SECTIONS], metavar="NAME")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page; - prints it (default: docs/benchmarks.md)")
    return parser


class _Places:
    """The corpora and builds that sections ask for, made when the first asks, and the commands that made them."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.source: Path = args.corpus or ROOT / "seeds"
        self._found: dict[str, str] = {}
        self._made: dict[str, list[str]] = {}

    def resolve(self, argument: str) -> list[str]:
        """Return what an argument of a section stands for."""
        if not argument.startswith("{"):
            return [argument]
        name = argument.strip("{}")
        if name == "sizes":
            return [str(size) for size in self.args.sizes]
        if name not in self._found:
            self._found[name] = self._make(name)
        return [self._found[name]]

    def _make(self, name: str) -> str:
        args = self.args
        given = {"source": self.source, "small": args.corpus, "large": args.whole}
        given |= {"rounds": args.rounds, "inputs": args.inputs, "hgnc": args.hgnc}
        if given.get(name) is not None:
            return str(given[name])
        target = str(SCRATCH / name)
        if name.endswith("_build"):
            corpus = self.resolve(f"{{{name.removesuffix('_build')}}}")[0]
            made = self.made(f"{{{name.removesuffix('_build')}}}")
            command = self._command("-m", "kg", "build", corpus, "-o", target, "--format", "turtle", "--quiet")
        else:
            n_figures = str(getattr(args, name))
            made = []
            command = self._command(
                *("-m", "benchmarks.scaled_corpus", str(self.source), "-o", target, "--figures", n_figures)
            )
        self._made[name] = [*made, command]
        return target

    def _command(self, *arguments: str) -> str:
        shown = _shown(["python", *arguments])
        print(f"== {shown}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, stdout=sys.stderr)
        return shown

    def made(self, argument: str) -> list[str]:
        """Return the commands that made what an argument of a section stands for, once that is resolved."""
        return self._made.get(argument.strip("{}"), [])


def _shown(command: Iterable[str]) -> str:
    """Return a command for the page: paths relative to the project, or without the folders above them."""
    return " ".join(map(_relative, command))


def _relative(word: str) -> str:
    path = Path(word)
    if not path.is_absolute():
        return word
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def _run(section: Section, places: _Places) -> Printed:
    """Return what a benchmark printed, as a section of the page."""
    arguments = [word for argument in section.arguments for word in places.resolve(argument)]
    made = dict.fromkeys(line for argument in section.arguments for line in places.made(argument))
    command = ["python", "-m", f"benchmarks.{section.module}", *arguments]
    print(f"== {_shown(command)}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, *command[1:]], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1) or ("**missed**" in done.stdout) != done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command)
    shown = "\n".join(f"$ {line}" for line in (*made, _shown(command)))
    when = f"{datetime.now(UTC):%Y-%m-%d}; {os.getloadavg()[2]:.1f} processes wanted a core."
    text = done.stdout.strip("\n")
    return Printed(done.returncode, f"## {section.title}\n\n```console\n{shown}\n```\n\n{when}\n\n{text}\n")


def _machine() -> str:
    """Return what was measured, on what, as a line; nothing that names the machine."""
    cpu = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        models = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        cpu = models[0] if models else cpu
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    libraries = [f"{name} {found}" for name in LIBRARIES if (found := _version(name))]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{n_cores()} cores of {cpu}{memory}; {platform.system()}, {python}"
    return f"Measured with {machine}; {', '.join(libraries)}.\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _bars(texts: Mapping[str, str]) -> list[str]:
    """Return all bars in one table, each with a link to its section."""
    rows = []
    for title, text in texts.items():
        anchor = re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
        for table in re.findall(r"^\| bar \|.*\n\|---.*\n((?:\|.*\n?)*)", text, re.MULTILINE):
            rows += [f"| [{title}](#{anchor}) {row}" for row in table.splitlines()]
    return ["| section | bar | measured | to reach | |", "|---|---|---:|---:|---|", *rows, ""] if rows else []


if __name__ == "__main__":
    sys.exit(main())
