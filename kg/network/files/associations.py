"""The significant pairs of a network as associations: RDF, and the tables of KGX, both in Biolink's terms.

An association says that two genes or families stand together more often than chance would have it. So only pairs of a
small enough q-value are associations, at most the network's own limit (``fdr``), or 0.05 where it has none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kg import vocab
from kg.errors import ExportError
from kg.graph_files.kgx import SOURCE, family_curie, write_kgx_files
from kg.network.explanations.papers import pair_papers
from kg.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from kg.folder import Folder
    from kg.network.frames import Frames

__all__ = ["RDF_FORMATS", "significance_limit", "significant", "to_kgx", "to_ntriples", "to_turtle", "write_kgx"]

_FDR = 0.05
_BLOCK = 50_000  # rows that are text at a time
_PREDICATE = "biolink:occurs_together_in_literature_with"
_SAME_OF_ALL = {
    "knowledge_level": "statistical_association",
    "agent_type": "data_analysis_pipeline",
    "primary_knowledge_source": SOURCE,
}
_FAMILY = "family"
_PREFIXES = ("biolink", "ncbigene", "pfkg", "rdf", "rdfs", "xsd")
KGX_ASSOCIATION = "pfkg.association"
"""The prefix of our own identifiers of associations in KGX, for ``https://w3id.org/pfocr-kg/association/``."""


def significance_limit(frames: Frames) -> float:
    """Return the greatest q-value that makes a pair of a network an association."""
    return float(frames.attributes.get("fdr", _FDR))


def significant(frames: Frames) -> pl.DataFrame:
    """Return the pairs of a network that are associations, by the ids of their nodes.

    Raises
    ------
    ExportError
        If the network has no q-values or no counts, or a node is neither a gene nor a family.
    """
    import polars as pl

    count = "n_papers" if frames.attributes.get("level") == "paper" else "n_figures"
    for name in ("q_value", count):
        if name not in frames.pairs.columns:
            raise ExportError(f"the pairs have no {name}; only a network that `kg network` makes is associations")
    known = (pl.col("id").str.contains("^[1-9][0-9]*$") | pl.col("id").str.contains(f"^{_FAMILY}[:/]")).not_()
    for odd in frames.nodes.filter(known).get_column("id").head(1):
        raise ExportError(
            f"the node {visible(odd)!r} is neither an NCBI Gene id nor a family; RDF and KGX have no name for it"
        )
    found = frames.pairs.filter(pl.col("q_value") <= significance_limit(frames))
    if not found.get_column("weight").cast(pl.Float64).fill_null(math.inf).is_finite().all():
        raise ExportError("a pair has no weight, or none that is a number; choose a weight that every pair has")
    return found.select(
        pl.col("ncbigene_a").alias("subject"),
        pl.col("ncbigene_b").alias("object"),
        pl.col(count).cast(pl.Int64).alias("has_count"),
        pl.col("q_value").alias("adjusted_p_value"),
        pl.col("weight").cast(pl.Float64),
    )


def to_turtle(frames: Frames) -> Iterator[str]:
    """Yield the associations as Turtle: each by itself, and what it says as a triple between its two nodes.

    References
    ----------
    RDF 1.1 Turtle, https://www.w3.org/TR/turtle/. The terms: https://biolink.github.io/biolink-model/ and
    ``ontology/kg.ttl``; an association is a statement (``rdf:subject`` and so on), as Biolink maps it.
    """
    import polars as pl

    yield "".join(f"@prefix {prefix}: <{vocab.PREFIXES[prefix]}> .\n" for prefix in _PREFIXES)
    pairs, nodes = _described(frames)
    is_gene = pl.col("id").str.contains("^[0-9]+$")
    short = pl.when(is_gene).then(pl.format("ncbigene:{}", "id")).otherwise(pl.format("<{}>", "iri"))
    names = nodes.with_columns(short.alias("iri"))
    for block in names.iter_slices(_BLOCK):
        yield "".join(block.select(pl.format("\n{} rdfs:label {} .\n", "iri", "label")).to_series())
    same = "".join(f' ;\n    biolink:{name} "{value}"' for name, value in _SAME_OF_ALL.items())
    named = _with_iris(pairs, names)
    text = pl.format(
        f"\n{{}} {_PREDICATE} {{}} .\n\n<{{}}> a biolink:Association ;\n    rdf:subject {{}} ;\n"
        f"    rdf:predicate {_PREDICATE} ;\n    rdf:object {{}} ;\n    biolink:has_count {{}} ;\n"
        f"    biolink:adjusted_p_value {{}} ;\n    pfkg:weight {{}}{same} .\n",
        "subject",
        "object",
        "association",
        "subject",
        "object",
        "has_count",
        _double("adjusted_p_value"),
        _double("weight"),
    )
    for block in named.iter_slices(_BLOCK):
        yield "".join(block.select(text).to_series())


def to_ntriples(frames: Frames) -> Iterator[str]:
    """Yield the same triples as N-Triples.

    References
    ----------
    RDF 1.1 N-Triples, https://www.w3.org/TR/n-triples/.
    """
    import polars as pl

    iri = {curie: f"<{vocab.expand(curie)}>" for curie in (*vocab.NETWORK_PROPERTIES, "rdf:type", "rdfs:label")}
    pairs, nodes = _described(frames)
    names = nodes.with_columns(pl.format("<{}>", "iri").alias("iri"))
    for block in names.iter_slices(_BLOCK):
        yield "".join(block.select(pl.format(f"{{}} {iri['rdfs:label']} {{}} .\n", "iri", "label")).to_series())
    objects: dict[str, pl.Expr] = {
        "rdf:type": pl.lit(f"<{vocab.expand('biolink:Association')}>"),
        "rdf:subject": pl.col("subject"),
        "rdf:predicate": pl.lit(iri[_PREDICATE]),
        "rdf:object": pl.col("object"),
        "biolink:has_count": pl.format('"{}"^^<{}>', "has_count", pl.lit(vocab.expand("xsd:integer"))),
        "biolink:adjusted_p_value": pl.format(
            '"{}"^^<{}>', _double("adjusted_p_value"), pl.lit(vocab.expand("xsd:double"))
        ),
        "pfkg:weight": pl.format('"{}"^^<{}>', _double("weight"), pl.lit(vocab.expand("xsd:double"))),
        **{f"biolink:{name}": pl.lit(f'"{value}"') for name, value in _SAME_OF_ALL.items()},
    }
    lines = [pl.format(f"{{}} {iri[_PREDICATE]} {{}} .\n", "subject", "object")]
    lines += [pl.format(f"<{{}}> {iri[curie]} {{}} .\n", "association", value) for curie, value in objects.items()]
    for block in _with_iris(pairs, names).iter_slices(_BLOCK):
        yield "".join(block.select(pl.concat_str(lines)).to_series())


RDF_FORMATS = {".ttl": to_turtle, ".nt": to_ntriples}
"""The RDF formats, by suffix."""


def to_kgx(frames: Frames, folder: Folder | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the associations as the tables of nodes and edges of the KGX format.

    Parameters
    ----------
    frames
        The network.
    folder
        The build that it is of, for the papers of each pair.

    Returns
    -------
    tuple of polars.DataFrame
        Nodes: ``id`` (``NCBIGene:3716``, or ``pfkg.family:JAK``), ``category``, ``name``, ``taxon`` (null where
        unknown). Edges: ``id``, ``subject``, ``predicate``, ``object``, ``category``, ``knowledge_level``,
        ``agent_type``, ``primary_knowledge_source``, ``has_count``, ``adjusted_p_value``, ``weight``, and with a build
        ``publications`` (``PMC:7048131``).

    References
    ----------
    https://github.com/biolink/kgx/blob/master/specification/kgx-format.md
    """
    import polars as pl

    pairs, nodes = _described(frames)
    is_family = pl.col("id").str.starts_with(_FAMILY)
    family = pl.col("symbol").map_elements(family_curie, return_dtype=pl.String)
    curie = pl.when(is_family).then(family).otherwise(pl.format("NCBIGene:{}", "id"))
    names = nodes.with_columns(curie.alias("iri"))
    described = names.select(
        pl.col("iri").alias("id"),
        pl.when(is_family).then(pl.lit("biolink:GeneFamily")).otherwise(pl.lit("biolink:Gene")).alias("category"),
        pl.col("symbol").alias("name"),
        pl.format("NCBITaxon:{}", "taxon").alias("taxon"),
    ).unique("id", keep="first", maintain_order=True)  # families of several species have one name
    edges = _with_iris(pairs, names)
    of_genes = pl.col("subject").str.starts_with("NCBIGene:") & pl.col("object").str.starts_with("NCBIGene:")
    category = pl.when(of_genes).then(pl.lit("biolink:GeneToGeneAssociation")).otherwise(pl.lit("biolink:Association"))
    rows = edges.select(
        pl.format(
            f"{KGX_ASSOCIATION}:{{}}", pl.col("association").str.split("/").list.last().str.replace_all(":", "%3A")
        ).alias("id"),
        "subject",
        pl.lit(_PREDICATE).alias("predicate"),
        "object",
        category.alias("category"),
        *(pl.lit(value).alias(name) for name, value in _SAME_OF_ALL.items()),
        "has_count",
        "adjusted_p_value",
        "weight",
    )
    if folder is not None:
        papers = pair_papers(folder, frames, pairs.get_column("subject"), pairs.get_column("object"))
        rows = rows.with_columns(papers.list.eval("PMC:" + pl.element().str.strip_prefix("PMC")).alias("publications"))
    return described, rows


def write_kgx(frames: Frames, target: Path, folder: Folder | None = None) -> None:
    """Write the associations as KGX: a folder with ``nodes.tsv`` and ``edges.tsv``, which takes the place of another.

    Raises
    ------
    ExportError
        If there is something else at that place, it cannot be written, or the network cannot be associations.
    """
    nodes, edges = to_kgx(frames, folder)
    batches = (table.iter_slices(_BLOCK) if table.height else () for table in (nodes, edges))
    write_kgx_files(target, *batches, columns=(nodes.schema, edges.schema))


def _described(frames: Frames) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the associations, and their nodes: ``id``, ``symbol``, ``taxon``, ``iri``, and ``label`` as a literal."""
    import polars as pl

    pairs = significant(frames)
    columns = [
        pl.col(name) if name in frames.nodes.columns else pl.lit(None, pl.String).alias(name)
        for name in ("symbol", "taxon")
    ]
    ends = pl.concat([pairs.get_column("subject"), pairs.get_column("object")]).unique()
    nodes = frames.nodes.filter(pl.col("id").is_in(ends.implode())).select("id", *columns)
    nodes = nodes.with_columns(pl.coalesce("symbol", "id").alias("symbol"))
    iris = [
        vocab.family_iri(symbol) if node.startswith(_FAMILY) else vocab.gene_iri(node)
        for node, symbol in nodes.select("id", "symbol").iter_rows()
    ]
    return pairs, nodes.with_columns(pl.Series("iri", iris, dtype=pl.String), _literal("symbol").alias("label"))


def _with_iris(pairs: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Return the associations with an IRI of their own and those of their nodes in the place of ids."""
    import polars as pl

    # What stands for an id in an association's IRI is made once a node.
    segments = [vocab.association_iri(node, "").rpartition("/")[2][:-1] for node in nodes.get_column("id")]
    ids, iris = nodes.get_column("id"), nodes.get_column("iri")
    segment = pl.Series(segments, dtype=pl.String)

    def replaced(column: str, values: pl.Series) -> pl.Expr:
        return pl.col(column).replace_strict(ids, values, return_dtype=pl.String)

    base = vocab.association_iri("", "").removesuffix("~")
    return pairs.with_columns(
        pl.format(f"{base}{{}}~{{}}", replaced("subject", segment), replaced("object", segment)).alias("association"),
        replaced("subject", iris),
        replaced("object", iris),
    )


def _literal(column: str) -> pl.Expr:
    r"""Return text as a string literal (ECHAR of RDF 1.1 Turtle, section 6.4)."""
    import polars as pl

    text = pl.col(column)
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.str.replace_all(character, escaped, literal=True)
    return pl.format('"{}"', text)


def _double(column: str) -> pl.Expr:
    """Return numbers as an `xsd:double` has them, with an exponent."""
    import polars as pl

    text = pl.col(column).cast(pl.String)
    return pl.when(text.str.contains("e")).then(text).otherwise(pl.format("{}e0", text))
