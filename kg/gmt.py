"""Gene sets and the GMT files that hold them: a line a set, with its name, a description and its genes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kg.atomic import replacing_file
from kg.errors import SourceError
from kg.text import NotTextError, decode_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["GeneSet", "read_gmt", "write_gmt"]

_FORMAT = "a line of GMT is a name, a description and genes, with tabs between them"
_BREAKS = re.compile("[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
# Of the second cells that are not empty, how many must be genes of other sets to be taken for genes.
_GENES_FROM = 0.5


@dataclass(frozen=True, slots=True)
class GeneSet:
    """A named set of genes, in the order of the file and without repeats; `description` may be empty."""

    name: str
    description: str
    genes: tuple[str, ...]


def read_gmt(path: str | Path, *, descriptions: bool | None = None) -> list[GeneSet]:
    r"""Return the gene sets of a GMT file, in the order of the file.

    Empty lines and empty cells are passed over; a gene that stands twice in a line is in the set once.

    Parameters
    ----------
    path
        A file in UTF-8, or UTF-16 with its mark.
    descriptions
        Whether the second cell of a line is a description, and not a gene. By default it is, unless at least half
        of those that are not empty are genes of another line: some libraries come without descriptions.

    Raises
    ------
    SourceError
        If the file cannot be read, holds no set, a line has no name or no gene, or two lines have the same name;
        with the line.

    References
    ----------
    The format: https://software.broadinstitute.org/cancer/software/gsea/wiki/index.php/Data_formats

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "sets.gmt")
    ...     _ = path.write_text("JAK-STAT\tsignalling\tJAK1\tSTAT3\n")
    ...     read_gmt(path)
    [GeneSet(name='JAK-STAT', description='signalling', genes=('JAK1', 'STAT3'))]
    """
    lines = [(number, [cell.strip() for cell in line.split("\t")]) for number, line in _lines(Path(path))]
    if descriptions is None:
        descriptions = not _second_cells_are_genes([cells for _, cells in lines])
    first = 2 if descriptions else 1
    found: dict[str, tuple[int, GeneSet]] = {}
    for number, cells in lines:
        place, name = f"{path}:{number}", cells[0]
        genes = tuple(dict.fromkeys(filter(None, cells[first:])))
        if not name:
            raise SourceError(f"{place}: the set has no name; {_FORMAT}")
        if not genes:
            raise SourceError(f"{place}: the set has no genes; {_FORMAT}")
        if name in found:
            raise SourceError(f"{place}: line {found[name][0]} has a set of the same name; give each set its own")
        found[name] = (number, GeneSet(name, cells[1] if descriptions else "", genes))
    if not found:
        raise SourceError(f"{path}: there is no gene set in it; {_FORMAT}")
    return [gene_set for _, gene_set in found.values()]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, each with its number from 1."""
    try:
        text = decode_written(path.read_bytes())
    except NotTextError as error:
        raise SourceError(f"{path}:{error.line}: {error}; save the gene sets as plain text, in UTF-8") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if line.strip():
            yield number, line


def _second_cells_are_genes(lines: list[list[str]]) -> bool:
    """Return whether most second cells are genes of another line."""
    genes = {gene for cells in lines for gene in cells[2:]}
    seconds = [cells[1] for cells in lines if len(cells) > 1 and cells[1]]
    return bool(seconds) and sum(second in genes for second in seconds) >= _GENES_FROM * len(seconds)


def write_gmt(sets: Iterable[GeneSet], target: str | Path | TextIO) -> None:
    r"""Write gene sets as GMT: ``name<TAB>description<TAB>gene...``, in the order given.

    Parameters
    ----------
    sets
        Sets of at least one gene. In names, descriptions and genes a blank stands for tabs and line breaks.
    target
        A path, replaced only once the new file is whole, or an open text stream.

    Examples
    --------
    >>> import io
    >>> write_gmt([GeneSet("PMC1__f1", "A title", ("JAK1", "STAT3"))], stream := io.StringIO())
    >>> stream.getvalue()
    'PMC1__f1\tA title\tJAK1\tSTAT3\n'
    """
    lines = ("\t".join(_BREAKS.sub(" ", cell) for cell in (s.name, s.description, *s.genes)) + "\n" for s in sets)
    if not isinstance(target, (str, Path)):
        target.writelines(lines)
        return
    with replacing_file(Path(target)) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines)
