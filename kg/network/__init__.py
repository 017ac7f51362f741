"""Co-occurrence networks of a build: which genes stand together in figures, how central they are, and files of both."""

from __future__ import annotations

from kg.graph_files.tables import write_table
from kg.network.backbone import backbone
from kg.network.centrality import MEASURES, Betweenness, Distance, Measure, centrality
from kg.network.communities import Communities, communities, write_communities
from kg.network.comparison import SCORES, EvaluationOptions, evaluate_network
from kg.network.cooccurrence import (
    PAIR_COLUMNS,
    Level,
    NetworkOptions,
    Null,
    Weight,
    cooccurrence,
    cooccurrence_frames,
)
from kg.network.enrichment import Enrichment, enrich
from kg.network.evaluation import evaluate
from kg.network.evidence import Expand, Tier
from kg.network.explain import Explanation, PairOptions, explain
from kg.network.files import write_network
from kg.network.frames import Frames, to_frame, to_frames
from kg.network.gene_sets import GeneNaming, SetOptions, gene_sets
from kg.network.partition import Algorithm
from kg.network.plot import plot_network
from kg.network.render import enrichment_json, explanation_markdown, render_enrichment, render_explanation
from kg.network.trends import TrendOptions, pairs_by_year, trends

__all__ = [
    "MEASURES",
    "PAIR_COLUMNS",
    "SCORES",
    "Algorithm",
    "Betweenness",
    "Communities",
    "Distance",
    "Enrichment",
    "EvaluationOptions",
    "Expand",
    "Explanation",
    "Frames",
    "GeneNaming",
    "Level",
    "Measure",
    "NetworkOptions",
    "Null",
    "PairOptions",
    "SetOptions",
    "Tier",
    "TrendOptions",
    "Weight",
    "backbone",
    "centrality",
    "communities",
    "cooccurrence",
    "cooccurrence_frames",
    "enrich",
    "enrichment_json",
    "evaluate",
    "evaluate_network",
    "explain",
    "explanation_markdown",
    "gene_sets",
    "pairs_by_year",
    "plot_network",
    "render_enrichment",
    "render_explanation",
    "to_frame",
    "to_frames",
    "trends",
    "write_communities",
    "write_network",
    "write_table",
]
