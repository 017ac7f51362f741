"""KGX: the graph as tables of nodes and edges in the terms of the Biolink model, as TSV or as JSON Lines.

Mentions are no nodes: an edge from a figure to a gene has their words, lexicons and tier.
"""

from __future__ import annotations

import string
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from kg.export.graph_stream import NAMED_BY
from kg.export.schema import edge_schema, node_schema
from kg.export.target import Target
from kg.graph_files.kgx import KGX_FAMILY, SOURCE, check_kgx, family_curie, scan_kgx, write_kgx_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from kg.export.property_graph import PropertyGraph
    from kg.export.schema import EdgeKind
    from kg.graph_files.kgx import KgxForm

__all__ = ["CATEGORIES", "JSONL_TARGET", "MEANINGS", "TARGET"]

_EDGE = "pfkg.edge"
_MENTION = "GeneMention"


class _Meaning(NamedTuple):
    """What an edge is in Biolink: predicate, class of association, how it is known, and by whom."""

    predicate: str
    category: str
    knowledge_level: str
    agent_type: str


_OF_NAMED_THING = "biolink:InformationContentEntityToNamedThingAssociation"
_READ = _Meaning("biolink:mentions", _OF_NAMED_THING, "not_provided", "image_processing_agent")
_TOGETHER = _Meaning(
    "biolink:occurs_together_in_literature_with",
    "biolink:Association",
    "statistical_association",
    "data_analysis_pipeline",
)
_KNOWN = ("knowledge_assertion", "not_provided")

CATEGORIES: Mapping[str, str] = {
    "Figure": "biolink:Publication",
    "Paper": "biolink:JournalArticle",
    "Gene": "biolink:Gene",
    "GeneFamily": "biolink:GeneFamily",
    "Chemical": "biolink:ChemicalEntity",
    "Disease": "biolink:Disease",
    "Organism": "biolink:OrganismTaxon",
}
"""The class of a label's nodes; a publication, to Biolink, is also a part of one that is significant."""

MEANINGS: Mapping[str, _Meaning] = {
    "Figure-PART_OF-Paper": _Meaning("biolink:part_of", "biolink:Association", *_KNOWN),
    "Figure-MENTIONS-Gene": _READ,
    "Figure-MENTIONS-Chemical": _READ,
    "Figure-MENTIONS-Disease": _READ,
    "Gene-MEMBER_OF-GeneFamily": _Meaning("biolink:member_of", "biolink:GeneToGeneFamilyAssociation", *_KNOWN),
    "Gene-IN_TAXON-Organism": _Meaning("biolink:in_taxon", "biolink:Association", *_KNOWN),
    # A figure is of no taxon in Biolink, it is about one, as text mining of its paper has it.
    "Figure-IN_TAXON-Organism": _READ._replace(agent_type="text_mining_agent"),
    "Gene-CO_OCCURS_WITH-Gene": _TOGETHER._replace(category="biolink:GeneToGeneAssociation"),
    "Gene-CO_OCCURS_WITH-GeneFamily": _TOGETHER,
    "GeneFamily-CO_OCCURS_WITH-GeneFamily": _TOGETHER,
}
"""What each kind of edge is."""

# The prefixes of labels, and what their ids have instead.
_PREFIXES = {"Figure": ("PFOCR", ""), "Paper": ("PMC", "PMC"), "Gene": ("NCBIGene", ""), "Organism": ("NCBITaxon", "")}
_PLAIN = string.ascii_letters + string.digits + "_.~-"  # what needs no quoting

# Biolink's names of properties that have one there, and another for what it has another use for.
_SLOTS = {"caption": "description", "organism": "in_taxon_label", "alias": "figid_alias", "publisher": "publisher_name"}
# Of genes and families: what `xref` and `synonym` say.
_SAID_OTHERWISE = ("hgnc_id", "ensembl", "uniprot", "omim", "aliases", "famplex")
_EDGE_SLOTS = {"q_value": "adjusted_p_value", "n_figures": "has_count"}


def _curies(ids: pl.Series, label: str) -> pl.Series:
    """Return the ids of KGX of nodes of a label."""
    import polars as pl

    if label in _PREFIXES:
        prefix, before = _PREFIXES[label]
        local = ids.str.strip_prefix(before)
        if not local.str.join("").item().encode().translate(None, _PLAIN.encode()):  # the usual case, decided fastest
            return f"{prefix}:" + local
        return pl.Series(ids.name, [f"{prefix}:{quote(text, safe='')}" for text in local], dtype=pl.String)
    made = {key: family_curie(key) if label == "GeneFamily" else _term_curie(key, label) for key in ids.unique()}
    return ids.replace_strict(made, return_dtype=pl.String)


def _local(curie: str, label: str) -> pl.Expr:
    """Return what stands behind the prefix of the ids of a label's nodes."""
    import polars as pl

    ids = pl.col(curie)
    return ids.str.strip_prefix(f"{_PREFIXES[label][0]}:") if label in _PREFIXES else ids.str.replace("^[^:]*:", "")


def _term_curie(key: str, label: str) -> str:
    """Return the id of KGX of a chemical or disease."""
    prefix, _, local = key.partition(":")
    return f"{f'pfkg.{label.lower()}' if prefix == 'name' else prefix}:{quote(local, safe='')}"


class _Rows:
    """The rows of KGX of a graph, and how many there are of each label and kind."""

    def __init__(self, graph: PropertyGraph) -> None:
        self.graph = graph
        self.labels = [label for label in graph.labels if label.name != _MENTION]
        self.kinds = [kind for kind in graph.edge_kinds if _MENTION not in (kind.source, kind.target)]
        names = [label.name for label in self.labels] + [kind.name for kind in self.kinds]
        self.counts = Counter(dict.fromkeys(names, 0))
        self._figures: pl.DataFrame | None = None

    def nodes(self) -> Iterator[pl.DataFrame]:
        import polars as pl

        both = self._chemicals_and_diseases()
        for label in self.labels:
            for batch in self.graph.nodes(label.name):
                self.counts[label.name] += batch.height
                found = _node_batch(batch, label.name)
                if label.name == "Chemical":
                    two = pl.lit([CATEGORIES["Chemical"], CATEGORIES["Disease"]])
                    found = found.with_columns(
                        pl.when(pl.col("id").is_in(both)).then(two).otherwise("category").alias("category")
                    )
                elif label.name == "Disease":
                    found = found.filter(~pl.col("id").is_in(both))
                yield found

    def _chemicals_and_diseases(self) -> list[str]:
        """Return the ids that are those of a chemical and of a disease: one node of two classes."""
        ids = [
            {name for batch in self.graph.nodes(label) for name in _curies(batch.get_column("id"), label)}
            for label in ("Chemical", "Disease")
        ]
        return sorted(ids[0] & ids[1])

    def edges(self) -> Iterator[pl.DataFrame]:
        for kind in self.kinds:
            for batch in self.graph.edges(kind):
                self.counts[kind.name] += batch.height
                yield self._edge_batch(batch, kind)

    def _edge_batch(self, batch: pl.DataFrame, kind: EdgeKind) -> pl.DataFrame:
        import polars as pl

        meaning = MEANINGS[kind.name]
        rows = batch.rename({old: new for old, new in _EDGE_SLOTS.items() if old in batch.columns})
        if kind.source == "Figure":
            rows = rows.join(self._subjects_with_papers(), on="source", how="left", maintain_order="left")
        else:
            rows = rows.with_columns(_curies(batch.get_column("source"), kind.source).alias("subject"))
        rows = rows.with_columns(_curies(batch.get_column("target"), kind.target).alias("object"))
        ends = _local("subject", kind.source), _local("object", kind.target)
        return rows.with_columns(
            pl.concat_str([pl.lit(f"{_EDGE}:{kind.name}~"), ends[0], pl.lit("~"), ends[1]]).alias("id"),
            *(pl.lit(value).alias(name) for name, value in meaning._asdict().items() if name != "category"),
            pl.lit([meaning.category]).alias("category"),
            pl.lit(SOURCE).alias("primary_knowledge_source"),
        ).drop("source", "target")

    def _subjects_with_papers(self) -> pl.DataFrame:
        """Return the id of KGX of each figure, and its paper: what all edges of a figure have."""
        import polars as pl

        if self._figures is None:
            part_of = next(kind for kind in self.kinds if kind.name == "Figure-PART_OF-Paper")
            batches = [batch.select("source", "target") for batch in self.graph.edges(part_of)]
            rows = pl.concat([pl.DataFrame(schema={"source": pl.String, "target": pl.String}), *batches])
            papers = _curies(rows.get_column("target"), "Paper")
            self._figures = rows.select(
                "source",
                _curies(rows.get_column("source"), "Figure").alias("subject"),
                pl.concat_list(papers).alias("publications"),
            )
        return self._figures

    def columns(self) -> tuple[dict[str, pl.DataType], dict[str, pl.DataType]]:
        """Return the columns of nodes and of edges, those that KGX requires first."""
        import polars as pl

        texts = pl.List(pl.String())
        nodes: dict[str, pl.DataType] = {"id": pl.String(), "category": texts, "name": pl.String()}
        for label in self.labels:
            nodes |= _node_batch(_empty_nodes(label.name), label.name).schema
        edges: dict[str, pl.DataType] = dict.fromkeys(("id", "subject", "predicate", "object"), pl.String())
        edges["category"] = texts
        edges |= dict.fromkeys(("knowledge_level", "agent_type", "primary_knowledge_source"), pl.String())
        edges["publications"] = texts
        for kind in self.kinds:
            own = edge_schema(kind.relationship)
            edges |= {_EDGE_SLOTS.get(name, name): own[name] for name in own if name not in ("source", "target")}
        return nodes, edges


def _empty_nodes(label: str) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema=node_schema(label))


def _node_batch(batch: pl.DataFrame, label: str) -> pl.DataFrame:
    import polars as pl

    others = _ids_elsewhere() if label == "Gene" else _families_elsewhere(batch) if label == "GeneFamily" else {}
    left_out = {"id", NAMED_BY[label], *(_SAID_OTHERWISE if others else ())}
    own = [name for name in batch.columns if name not in left_out]
    return batch.select(
        _curies(batch.get_column("id"), label).alias("id"),
        pl.lit([CATEGORIES[label]]).alias("category"),
        pl.col(NAMED_BY[label]).alias("name"),
        *(
            (pl.lit("NCBITaxon:") + pl.col(name) if name == "taxon" else pl.col(name)).alias(_SLOTS.get(name, name))
            for name in own
        ),
        *(cells.alias(name) for name, cells in others.items()),
    )


def _ids_elsewhere() -> dict[str, pl.Expr]:
    """Return what other resources call a gene: `xref`, its ids there, and `synonym`, its other symbols."""
    import polars as pl

    none = pl.lit([], pl.List(pl.String))
    ensembl = pl.concat_list(pl.lit("ENSEMBL:") + pl.col("ensembl"))
    ids = [pl.concat_list("hgnc_id"), ensembl]
    ids += [
        pl.col(name).list.eval(pl.lit(prefix) + pl.element())
        for name, prefix in (("uniprot", "UniProtKB:"), ("omim", "OMIM:"))
    ]
    # Today's symbol comes last: most often it is the gene's own, and taking it out leaves the others in their order.
    symbols = pl.concat_list("aliases", "previous_symbols", pl.concat_list("hgnc_symbol"))
    synonyms = symbols.list.drop_nulls().list.set_difference(pl.concat_list("symbol"))
    return {"xref": pl.concat_list(ids).list.drop_nulls().fill_null(none), "synonym": synonyms.fill_null(none)}


def _families_elsewhere(batch: pl.DataFrame) -> dict[str, pl.Expr]:
    """Return what FamPlex calls families."""
    import polars as pl

    entities = batch.get_column("famplex").drop_nulls().unique()
    ids = pl.col("famplex").replace_strict({name: f"fplx:{quote(name, safe='')}" for name in entities}, default=None)
    return {"xref": pl.concat_list(ids.cast(pl.String)).list.drop_nulls()}


def _write(graph: PropertyGraph, path: Path, form: KgxForm) -> Mapping[str, int]:
    rows = _Rows(graph)
    write_kgx_files(path, rows.nodes(), rows.edges(), columns=rows.columns(), form=form)
    return rows.counts


def _read_counts(path: Path) -> Mapping[str, int]:
    """Return what a folder holds, having looked for what KGX does not notice: `kg.graph_files.check_kgx`."""
    import polars as pl

    found = check_kgx(path)
    labels = {category: label for label, category in CATEGORIES.items()}
    counts: Counter[str] = Counter()
    for categories, n in found.nodes.items():
        for category in categories.split("|"):
            counts[labels[category]] += n
    kind = pl.col("id").str.extract(f"^{_EDGE}:([^~]+)~").alias("kind")
    edges = scan_kgx(path, "edges", ("id",)).group_by(kind).agg(pl.len()).collect(engine="streaming")
    return counts | Counter(dict(edges.sort("kind").iter_rows()))


def _expected(graph: PropertyGraph) -> Mapping[str, int]:
    return graph.counts(_Rows(graph).counts)


_LIMITS = (
    "Mentions are no nodes: their words, lexicons, tier and grade stand on the edge from the figure to the gene. Ids at"
    " HGNC, Ensembl, UniProt, OMIM and FamPlex are `xref`; other symbols, old ones too, are `synonym`. A chemical"
    " and a disease of one id are one node of two categories. What has no id elsewhere has a local one"
    f" (`{KGX_FAMILY}:`, `pfkg.chemical:`, `pfkg.disease:`, `{_EDGE}:`); figures have `PFOCR:`."
)

TARGET = Target(
    name="kgx",
    description="nodes and edges in Biolink's terms, as TSV",
    suffixes=(),
    limits=f"{_LIMITS} In texts a blank stands for tabs and line breaks, and `¦` for `|`, which KGX takes for lists.",
    write=lambda graph, path: _write(graph, path, "tsv"),
    read_counts=_read_counts,
    folder=True,
    expected=_expected,
)
"""The target of TSV."""

JSONL_TARGET = Target(
    name="kgx-jsonl",
    description="the same as JSON Lines",
    suffixes=(),
    limits=_LIMITS,
    write=lambda graph, path: _write(graph, path, "jsonl"),
    read_counts=_read_counts,
    folder=True,
    expected=_expected,
)
"""The target of JSON Lines."""
