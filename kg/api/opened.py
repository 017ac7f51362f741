"""A finished build: what other libraries take from it, each by one method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, Unpack

from kg.errors import BuildError, ExportError, Problem, Severity
from kg.folder import Folder
from kg.text import shorten

if TYPE_CHECKING:
    import os
    from collections import Counter
    from collections.abc import Callable, Collection, Sequence

    import networkx as nx
    import polars as pl
    import rdflib

    from kg.authority.audit import Verdict
    from kg.export import Exported, Selection
    from kg.export.cypher import CypherResult
    from kg.gmt import GeneSet
    from kg.network import (
        Algorithm,
        Betweenness,
        Communities,
        Distance,
        Enrichment,
        EvaluationOptions,
        Explanation,
        Frames,
        GeneNaming,
        Level,
        Measure,
        NetworkOptions,
        PairOptions,
        SetOptions,
        TrendOptions,
    )
    from kg.rdf.query import Result

__all__ = ["Build", "read_build"]


class Build(Folder):
    """A finished build: its tables, its problems, its graph, its network.

    Made by `build`, or by `read_build` from a folder that ``kg build`` wrote.
    """

    n_kept = 0
    """Figures that `build` took over from an older build, with ``update=True``."""

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows of each table."""
        return dict(self.manifest["counts"])

    @property
    def problems(self) -> list[Problem]:
        """What was wrong or odd in the input, by file, line and path."""
        return self.read_problems()

    def read_problems(self, *, severity: Severity | None = None, limit: int | None = None) -> list[Problem]:
        """Return what was wrong or odd in the input, by file, line and path.

        Parameters
        ----------
        severity
            Only problems of this one.
        limit
            Only that many, the first.
        """
        import polars as pl

        rows = self.scan("problems")
        if severity is not None:
            rows = rows.filter(pl.col("severity") == severity.value)
        if limit is not None:
            rows = rows.head(limit)
        found = rows.select(Problem._fields).collect().iter_rows()
        return [Problem(Severity(first), *rest) for first, *rest in found]

    def graph(self) -> rdflib.Graph:
        """Return the graph as an rdflib graph in memory.

        Returns
        -------
        rdflib.Graph
            All triples of the build; some 20 seconds and 2 GB for ten thousand figures. To ask SPARQL of a large
            build, `query` is many times faster.

        Raises
        ------
        QueryError
            If the build has no RDF file.

        Examples
        --------
        >>> import kg
        >>> graph = kg.build("seeds/").graph()
        >>> row, = graph.query("SELECT (COUNT(?f) AS ?n) WHERE { ?f a pfkg:PathwayFigure }")
        >>> int(row.n)
        2
        """
        from kg.rdf.graph import read_graph

        return read_graph(self)

    def load_store(self) -> int:
        """Make the build's Oxigraph store, from which queries start at once; return the number of its quads.

        Raises
        ------
        QueryError
            If the build has no RDF file.
        BuildError
            If the store cannot be written.

        Examples
        --------
        >>> import kg
        >>> build = kg.build("seeds/")
        >>> build.load_store() == len(build.graph())
        True
        """
        from kg.rdf.store import load_into_build

        n_quads = load_into_build(self)
        self.__dict__.pop("manifest", None)  # it names the store now
        return n_quads

    def query(self, text: str, *, limit: int | None = None, timeout: float | None = None) -> Result:
        """Return the answer to a SPARQL query; the usual prefixes need no declaration.

        Parameters
        ----------
        text
            A SELECT, ASK, CONSTRUCT or DESCRIBE query of SPARQL 1.1.
        limit
            The largest number of rows or triples to return.
        timeout
            End the query after so many seconds, without the time that opening the build takes; it then runs in a
            process of its own.

        Returns
        -------
        kg.rdf.query.Result
            Its ``to_rows()`` are dictionaries of plain text by variable.

        Raises
        ------
        QueryError
            If the query is malformed, wants another service, or the build has no RDF file.
        QueryLimitError
            If it took longer than `timeout`.

        Examples
        --------
        >>> import kg
        >>> kg.build("seeds/").query("SELECT (COUNT(?m) AS ?n) WHERE { ?m a pfkg:GeneMention }").to_rows()
        [{'n': '28'}]
        """
        from kg.rdf.query import query
        from kg.rdf.workers import query_within

        if timeout is not None:
            return query_within(self.path, text, timeout=timeout, limit=limit)
        return query(self, text, limit=limit)

    def cypher(
        self,
        text: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
        made: Callable[[Path], None] | None = None,
    ) -> CypherResult:
        """Return the answer to a Cypher query on the property graph, as `kg.export.cypher.cypher` gives it.

        Parameters
        ----------
        text, limit, timeout, made
            Those of `kg.export.cypher.cypher`.

        Examples
        --------
        >>> import kg
        >>> kg.build("seeds/").cypher("MATCH (m:GeneMention) RETURN count(m) AS n").to_rows()
        [{'n': 28}]
        """
        from kg.export.cypher import cypher

        return cypher(self, text, limit=limit, timeout=timeout, made=made)

    def cooccurrence(
        self, *, attributes: Collection[str] | None = None, **options: Unpack[NetworkOptions]
    ) -> nx.Graph[str]:
        """Return the gene co-occurrence network; the parameters are those of `kg.network.cooccurrence`.

        Examples
        --------
        >>> import kg
        >>> network = kg.build("seeds/").cooccurrence()
        >>> network.has_edge("6774", "9021"), network.has_edge("3716", "3717")  # STAT3-SOCS3, JAK1-JAK2
        (True, False)
        """
        from kg.network import cooccurrence

        return cooccurrence(self, attributes=attributes, **options)

    def cooccurrence_frames(self, **options: Unpack[NetworkOptions]) -> Frames:
        """Return the gene co-occurrence network as tables, as `kg.network.cooccurrence_frames` makes them.

        Examples
        --------
        >>> import kg
        >>> frames = kg.build("seeds/").cooccurrence_frames(min_count=2)
        >>> frames.pairs.select("symbol_a", "symbol_b", "n_figures").row(0)
        ('IL6', 'STAT3', 2)
        """
        from kg.network import cooccurrence_frames

        return cooccurrence_frames(self, **options)

    def centrality(
        self,
        *,
        measures: Iterable[Measure] | None = None,
        distance: Distance = "hops",
        betweenness: Betweenness = "auto",
        seed: int = 0,
        progress: Callable[[int, int], object] | None = None,
        **options: Unpack[NetworkOptions],
    ) -> pl.DataFrame:
        """Return centralities of the genes in a co-occurrence network, as `kg.network.centrality` has them.

        Parameters
        ----------
        measures, distance, betweenness, seed, progress
            Those of `kg.network.centrality`.
        **options
            Those of `cooccurrence`.

        Examples
        --------
        >>> import kg
        >>> table = kg.build("seeds/").centrality(measures=["degree", "closeness"], tier="strict")
        >>> table.columns
        ['symbol', 'ncbigene', 'degree', 'closeness']
        """
        from kg.network import centrality

        network = self.cooccurrence_frames(**options)
        return centrality(
            network, measures=measures, distance=distance, betweenness=betweenness, seed=seed, progress=progress
        )

    def communities(
        self,
        *,
        algorithm: Algorithm = "louvain",
        resolution: float = 1.0,
        n_runs: int = 5,
        seed: int = 0,
        progress: Callable[[int, int], object] | None = None,
        **options: Unpack[NetworkOptions],
    ) -> Communities:
        """Return communities of the genes in a co-occurrence network, as `kg.network.communities` has them.

        Parameters
        ----------
        algorithm, resolution, n_runs, seed, progress
            Those of `kg.network.communities`.
        **options
            Those of `cooccurrence`.

        Examples
        --------
        >>> import kg
        >>> found = kg.build("seeds/").communities(tier="synonyms")
        >>> [group.size for group in found.communities]
        [10, 6]
        """
        from kg.network import communities

        network = self.cooccurrence_frames(**options)
        return communities(
            network, algorithm=algorithm, resolution=resolution, n_runs=n_runs, seed=seed, progress=progress
        )

    def explain(self, a: str, b: str, *, hgnc: str | Path | None = None, **options: Unpack[PairOptions]) -> Explanation:
        """Return the figures in which two genes pair, with their words and links, as `kg.network.explain` finds them.

        Examples
        --------
        >>> import kg
        >>> found = kg.build("seeds/").explain("STAT3", "SOCS3")
        >>> found.count, found.figures[0].words_b[0].word, found.figures[0].links["paper"]
        (1, 'socs3', 'https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6305783/')
        """
        from kg.network import explain

        return explain(self, a, b, hgnc=hgnc, **options)

    def trends(
        self,
        *,
        split: int | None = None,
        level: Level = "paper",
        min_count: int = 3,
        **options: Unpack[TrendOptions],
    ) -> pl.DataFrame:
        """Return how pairs grew against the growth of their genes, as `kg.network.trends` does.

        Examples
        --------
        >>> import kg
        >>> kg.build("seeds/").trends(min_count=2).select("first_year").unique().item()
        2018
        """
        from kg.network import trends

        return trends(self, split=split, level=level, min_count=min_count, **options)

    def pairs_by_year(
        self, *, level: Level = "paper", min_count: int = 1, **options: Unpack[TrendOptions]
    ) -> pl.DataFrame:
        """Return the counts of pairs by year, as `kg.network.pairs_by_year` does.

        Examples
        --------
        >>> import kg
        >>> kg.build("seeds/").pairs_by_year(tier="strict").group_by("year").len().sort("year").rows()
        [(2018, 3), (2020, 21)]
        """
        from kg.network import pairs_by_year

        return pairs_by_year(self, level=level, min_count=min_count, **options)

    def enrich(
        self,
        genes: Iterable[str],
        *,
        level: Level = "figure",
        background: Literal["corpus"] | int | Iterable[str] = "corpus",
        min_size: int = 3,
        limit: int | None = None,
        **options: Unpack[SetOptions],
    ) -> Enrichment:
        """Return figures or papers by over-representation of a gene list, as `kg.network.enrich` does.

        Examples
        --------
        >>> import kg
        >>> found = kg.build("seeds/").enrich(["SOCS3", "STAT1", "IFN", "STTA3"])
        >>> found.table.select("rank", "pmcid", "n_overlap").row(0), found.unknown[0].close
        ((1, 'PMC6305783', 3), ('STAT3', 'STAT6', 'STAT4'))
        """
        from kg.network import enrich

        return enrich(self, genes, level=level, background=background, min_size=min_size, limit=limit, **options)

    def gene_sets(
        self,
        *,
        level: Level = "figure",
        min_size: int = 3,
        naming: GeneNaming = "symbol",
        **options: Unpack[SetOptions],
    ) -> list[GeneSet]:
        """Return the figures or papers as gene sets, as `kg.network.gene_sets` does; `kg.write_gmt` writes them.

        Examples
        --------
        >>> import kg
        >>> [(each.name, len(each.genes)) for each in kg.build("seeds/").gene_sets(level="paper")]
        [('PMC6305783', 25), ('PMC7048131', 33)]
        """
        from kg.network import gene_sets

        return gene_sets(self, level=level, min_size=min_size, naming=naming, **options)

    def export(
        self,
        format: str,  # noqa: A002 - the word of the command
        path: str | os.PathLike[str],
        *,
        selection: Selection | None = None,
        verify: bool = False,
        **options: Any,
    ) -> Exported:
        """Return what was written of the build in another tool's format, compared with the tables.

        Parameters
        ----------
        format
            One of `kg.export.TARGETS`.
        path
            The file or folder to write.
        selection
            Which part of the build; by default all of it.
        verify
            Read back what was written, and compare that.
        **options
            Those of the format.

        Raises
        ------
        ExportError
            If there is no such format, or the path cannot be written.

        Examples
        --------
        >>> import kg, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     kg.build("seeds/").export("jsonld-blocks", f"{folder}/blocks.jsonl").differences
        ()
        """
        from kg.export import TARGETS, PropertyGraph, export_graph
        from kg.export.selection import EVERYTHING

        if format not in TARGETS:
            raise ExportError(f"{shorten(format)}: no format of kg export; there is {', '.join(TARGETS)}")
        graph = PropertyGraph(self, EVERYTHING if selection is None else selection)
        return export_graph(graph, TARGETS[format], Path(path), verify=verify, **options)

    def audit(self, *, hgnc: str | Path | None = None) -> Iterator[Verdict]:
        """Yield how far each candidate gene of each mention can be believed, and why.

        Of a build with grades these are the verdicts that it was made with, unless a table of HGNC is given here.

        Parameters
        ----------
        hgnc
            HGNC's complete set: a file, or ``"cached"`` for the one that ``kg hgnc fetch`` downloaded. Without it the
            signals that need names of genes are silent.

        Raises
        ------
        SourceError
            If that file cannot be read.
        BuildError
            If the build lacks a table.

        Examples
        --------
        >>> import kg
        >>> verdicts = kg.build("seeds/").audit()
        >>> [(v.word, v.hgnc_symbol, v.grade) for v in verdicts if v.word in ("HIC-1", "с-Мус")]
        [('HIC-1', 'NDUFC2', 'conflicting'), ('HIC-1', 'HIC1', 'supported'), ('с-Мус', 'MYC', 'supported')]
        """
        from kg.authority.audit import GRADES_TABLE, audit, read_grades
        from kg.authority.hgnc_cache import open_hgnc

        return read_grades(self) if hgnc is None and self.has(GRADES_TABLE) else audit(self, open_hgnc(hgnc))

    def write_audit(
        self,
        target: str | Path | TextIO,
        *,
        hgnc: str | Path | None = None,
        grades: Collection[str] | None = None,
        limit: int | None = None,
    ) -> Counter[str]:
        """Write the audit as ``.tsv`` or ``.html``, and return how many candidate genes have each grade.

        Parameters
        ----------
        target, grades, limit
            Those of `kg.authority.audit.write_audit`.
        hgnc
            That of `audit`.

        Examples
        --------
        >>> import kg, io
        >>> counts = kg.build("seeds/").write_audit(io.StringIO())
        >>> counts["conflicting"]
        2
        """
        from kg.authority.audit import write_audit

        return write_audit(self.audit(hgnc=hgnc), target, self, grades=grades, limit=limit)

    def with_min_grade(self, min_grade: str) -> Build:
        """Return this build without the candidate genes of lower grades: what else reads it, reads it so.

        Parameters
        ----------
        min_grade
            ``supported``, ``plausible``, ``doubtful``, or ``conflicting`` for all. The build was made with
            ``audit=True``.

        Raises
        ------
        QueryError
            If it is no grade.
        BuildError
            If the build has no grades.

        Examples
        --------
        >>> import kg
        >>> build = kg.build("seeds/", audit=True)
        >>> [kept.cooccurrence(tier="synonyms").has_node("4718") for kept in (build, build.with_min_grade("plausible"))]
        [True, False]
        """
        from kg.authority.audit import keep_graded

        graded = _GradedBuild(self, min_grade)
        keep_graded(self, self.scan("candidates"), min_grade)
        return graded

    def evaluate(
        self,
        sets: str | os.PathLike[str] | Iterable[GeneSet],
        *,
        ignore: Iterable[GeneSet] = (),
        max_size: int = 200,
        at: Sequence[int] = (100, 1_000, 10_000),
        **options: Unpack[EvaluationOptions],
    ) -> pl.DataFrame:
        """Return how well networks agree with a library of gene sets, as `kg.network.evaluate_network` does.

        Parameters
        ----------
        sets
            The library: a GMT file, or sets.
        ignore, max_size, at, **options
            Those of `kg.network.evaluate_network`.

        Examples
        --------
        >>> import kg
        >>> build = kg.build("seeds/")
        >>> table = build.evaluate(build.gene_sets(tier="strict"), tiers=["all"], expands=["full"], at=[10])
        >>> table.select("tier", "score", "n_genes").row(0)
        ('all', 'count', 9)
        """
        from kg.gmt import read_gmt
        from kg.network import evaluate_network

        library = read_gmt(Path(sets)) if isinstance(sets, str) or not isinstance(sets, Iterable) else list(sets)
        return evaluate_network(self, library, ignore=list(ignore), max_size=max_size, at=at, **options)


class _GradedBuild(Build):
    """A build whose table of candidates lacks those below a grade; the whole one lives as long as it does."""

    def __init__(self, whole: Build, min_grade: str) -> None:
        super().__init__(whole.path)
        self._whole, self._min_grade = whole, min_grade

    def scan(self, table: str) -> pl.LazyFrame:
        from kg.authority.audit import keep_graded

        rows = super().scan(table)
        return keep_graded(self._whole, rows, self._min_grade) if table == "candidates" else rows


def read_build(path: str | os.PathLike[str]) -> Build:
    """Return the build in a folder that ``kg build`` wrote.

    Raises
    ------
    BuildError
        If the folder does not exist or holds no build.
    """
    found = Build(Path(path))
    counts = [found.manifest.get(name) for name in ("counts", "problem_counts")]
    are_counts = all(isinstance(each, dict) and all(type(n) is int for n in each.values()) for each in counts)
    parts = found.manifest.get("partitions")
    if not (are_counts and isinstance(found.manifest.get("inputs"), dict) and isinstance(parts, list | None)):
        raise BuildError(f"{path}: its manifest lacks what a build of this version has; build the folder again")
    return found
