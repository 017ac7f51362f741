"""Write a corpus of any number of figures, made of real ones: ``python -m benchmarks.scaled_corpus seeds -o OUT``.

Papers are drawn at random from the source, each with all of its figures, and each gets a new PMCID. In a figure three
words of ten give way to words of other figures, and many words become *sisters* of themselves: ``IL-6`` becomes
``IL-6z7``, its gene 3569 becomes 7000003569, and so on for all genes of the word. The same word with the same number
is the same everywhere, so words, families and genes stay consistent, and return from figure to figure.

Kept of the source
    Both generations with their tables, and how often each stands; the text of the files with its YAML style, odd
    values and empty captions; how many figures a paper has; the metadata, chemicals and diseases; how many words a
    figure has and how many genes a word; which words are frequent; the lexicons and so the tiers; that a symbol
    matches its word; the embedded block, whose keywords follow the new genes.
Made plausible
    The number of different genes. It grows as the corpus does, towards the 15,000 or so that figures name (the
    published 64,643 figures name 13,464), by numbers that are drawn from a power law.
    The number of rows of genes: by default figures are thinned, word by word, to the 17.2 of the published corpus.
Not kept
    Which genes stand together beyond one word and its figure, real symbols and NCBI Gene ids (a real id is what a
    sister's id leaves modulo 10**9), DOIs (they repeat), and the variety of prose: titles and captions repeat but for
    a number, so compressed sizes come out too small.

The same arguments give the same files, and N figures are the first N of any longer corpus of the same seed.
The output is a checkout's two folders, ``_figures`` and ``_data``, or one archive where its name ends in ``.tar``.
"""

from __future__ import annotations

import argparse
import random
import sys
import tarfile
from bisect import bisect
from collections import defaultdict
from contextlib import contextmanager
from io import BytesIO
from itertools import accumulate, count, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.figure_templates import FIGURE, KEYWORDS, PAPER, PMCID, ROWS, SISTER, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.figure_templates import Run, Source, Template, Word

__all__ = ["Counts", "Made", "main", "make_figures", "write_corpus"]

GENES = 15_000
"""How many genes figures name in the end; the published 64,643 figures name 13,464 (doi:10.1186/s13059-020-02181-2)."""

ROWS_PER_FIGURE = 17.2
"""1,112,551 rows in the published 64,643 figures."""

EXPONENT = 1.6
"""Of the power law of sisters' numbers; with it seeds and real figures both reach some 13,000 to 14,000 genes."""

EXCHANGED = 0.3
"""The share of words that give way to words of other figures."""

FIRST_PMCID = 20_000_000
"""Above every PMCID so far."""


class Made(NamedTuple):
    """One figure: its paper, its files by path, and the genes of its rows, each with the number of the sister."""

    pmcid: str
    files: list[tuple[str, bytes]]
    genes: list[tuple[str, int]]


class Counts(NamedTuple):
    """What was written."""

    figures: int
    papers: int
    rows: int
    genes: int
    bytes: int


def make_figures(source: Source, *, seed: int = 1, rows_per_figure: float = ROWS_PER_FIGURE) -> Iterator[Made]:
    """Yield figures without end.

    Parameters
    ----------
    source
        What to make them of.
    seed
        Another one gives other figures.
    rows_per_figure
        The mean number of rows of genes that figures are thinned to, word by word; those of a source that has fewer
        stay as they are.
    """
    words: dict[bool, list[Word]] = defaultdict(list)
    for template in [template for paper in source.papers for template in paper]:
        words[bool(template.header)] += template.words
    n_sisters = max(1, round(GENES / max(1, source.n_genes)))
    weights = list(accumulate((number + 1) ** -EXPONENT for number in range(n_sisters)))
    keep = min(1.0, rows_per_figure / source.rows_per_figure) if source.rows_per_figure else 1.0
    n_figures = 0
    for n_paper in count():
        rng = random.Random(f"{seed}/{n_paper}")  # noqa: S311
        for template in source.papers[rng.randrange(len(source.papers))]:
            n_figures += 1
            yield _made(_Choice(template, words[bool(template.header)], rng, weights, keep), n_paper, n_figures)


class _Choice:
    """Which words a figure has instead of those of its template, and as which sister."""

    def __init__(
        self, template: Template, pool: Sequence[Word], rng: random.Random, weights: Sequence[float], keep: float
    ) -> None:
        self.template = template
        self.taken = {word.text for word in template.words}
        own = [word for word in template.words if keep == 1 or rng.random() < keep] or template.words[:1]
        kept = set(map(id, own))
        self.words = [self._word(word, pool, rng) if id(word) in kept else None for word in template.words]
        self.numbers = [
            0 if word is None or word.fixed else bisect(weights, rng.random() * weights[-1]) for word in self.words
        ]

    def _word(self, word: Word, pool: Sequence[Word], rng: random.Random) -> Word:
        if rng.random() < EXCHANGED:
            other = pool[rng.randrange(len(pool))]
            if other.text not in self.taken:
                self.taken.add(other.text)
                return other
        return word

    def runs(self) -> Iterator[tuple[Run, int]]:
        """Yield runs in the order of the template, each with its number; a word from elsewhere stands together."""
        for index, run in self.template.order:
            word = self.words[index]
            if word is self.template.words[index]:
                yield word.runs[run], self.numbers[index]
            elif word is not None and run == 0:
                for other in word.runs:
                    yield other, self.numbers[index]

    def genes(self) -> list[tuple[str, int]]:
        """Return the gene of each row with its number."""
        pairs = zip(self.words, self.numbers, strict=True)
        return [(gene, number) for word, number in pairs if word is not None for gene in word.genes]


def _made(chosen: _Choice, n_paper: int, n_figure: int) -> Made:
    template = chosen.template
    rows: list[str] = []
    keywords: dict[str, None] = {}
    for run, number in chosen.runs():
        if number:
            rows.append(run.sister.replace(SISTER, str(number)))
            keywords.update(dict.fromkeys([text.replace(SISTER, str(number)) for text in run.sister_symbols]))
        else:
            rows.append(run.text)
            keywords.update(dict.fromkeys(run.symbols))
    listed = "".join([f"  - {text}\n" for text in [*keywords, *template.terms]])
    gaps = {KEYWORDS: listed, ROWS: "".join(rows)}
    pmcid = f"PMC{FIRST_PMCID + n_paper}"
    text = "".join([gaps.get(part, part) for part in template.parts])
    text = text.replace(PMCID, pmcid).replace(FIGURE, str(n_figure)).replace(PAPER, str(n_paper))
    figid = template.figid.replace(PMCID, pmcid)
    files = [(f"_figures/{figid}.md", text.encode())]
    if template.header:
        files.append((f"_data/{figid}-genes.tsv", (template.header + gaps[ROWS]).encode()))
    files += [(f"_data/{figid}-{kind}.tsv", table) for kind, table in template.tables]
    return Made(pmcid, files, chosen.genes())


def write_corpus(
    inputs: Sequence[str | Path],
    target: Path,
    *,
    n_figures: int,
    seed: int = 1,
    rows_per_figure: float = ROWS_PER_FIGURE,
) -> Counts:
    """Write a corpus, and return what is in it.

    Parameters
    ----------
    inputs
        What to make it of: anything that `kg build` reads.
    target
        The folder, or the archive where it ends in ``.tar``.
    n_figures
        How many.
    seed, rows_per_figure
        As for `make_figures`.

    Raises
    ------
    FileExistsError
        If there is something at the target.
    ValueError
        If the inputs have no figure that can be used.
    """
    source = read_source(inputs)
    papers: set[str] = set()
    genes: set[tuple[str, int]] = set()
    n_rows = n_bytes = 0
    with _writer(target) as write:
        for made in islice(make_figures(source, seed=seed, rows_per_figure=rows_per_figure), n_figures):
            for path, data in made.files:
                write(path, data)
                n_bytes += len(data)
            papers.add(made.pmcid)
            genes.update(made.genes)
            n_rows += len(made.genes)
    return Counts(n_figures, len(papers), n_rows, len(genes), n_bytes)


@contextmanager
def _writer(target: Path) -> Iterator[Callable[[str, bytes], object]]:
    """Give a function that writes one file of the corpus."""
    if target.suffix != ".tar":
        for folder in ("_figures", "_data"):
            (target / folder).mkdir(parents=True)
        yield lambda path, data: Path(f"{target}/{path}").write_bytes(data)
        return
    with tarfile.open(target, "x") as archive:

        def add(path: str, data: bytes) -> None:
            member = tarfile.TarInfo(path)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))

        yield add


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a corpus, say what is in it, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="figures to make others of: files, folders, archives"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="a new folder, or a new archive NAME.tar")
    parser.add_argument("--figures", type=int, default=66_283, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--rows-per-figure",
        type=float,
        default=ROWS_PER_FIGURE,
        help="mean number of gene rows to thin the figures to; 1000 keeps them all (default: %(default)s)",
    )
    args = parser.parse_args(arguments)
    counts = write_corpus(
        args.inputs, args.output, n_figures=args.figures, seed=args.seed, rows_per_figure=args.rows_per_figure
    )
    print(
        f"{args.output}: {counts.figures:,} figures of {counts.papers:,} papers, {counts.rows:,} gene rows, "
        f"{counts.genes:,} genes, {counts.bytes / 1e6:,.1f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
