"""Co-occurrence networks of a build: which genes stand together in figures, how central they are, and files of both."""

from __future__ import annotations

from kg.graph_files.tables import write_table
from kg.network.chance.trends import TrendOptions, pairs_by_year, trends
from kg.network.cooccurrence import (
    PAIR_COLUMNS,
    NetworkOptions,
    Null,
    Weight,
    cooccurrence,
    cooccurrence_frames,
)
from kg.network.counting.evidence import Expand, Level, Tier
from kg.network.explanations.explain import Explanation, PairOptions, explain
from kg.network.explanations.explanation_text import explanation_markdown, render_explanation
from kg.network.files.network_files import describe_file, write_network
from kg.network.frames import Frames, to_frame, to_frames
from kg.network.gene_lists.comparison import SCORES, EvaluationOptions, evaluate_network
from kg.network.gene_lists.enrichment import Enrichment, enrich
from kg.network.gene_lists.enrichment_text import enrichment_json, render_enrichment
from kg.network.gene_lists.evaluation import evaluate
from kg.network.gene_lists.gene_sets import GeneNaming, SetOptions, gene_sets
from kg.network.graph.backbone import backbone
from kg.network.graph.centrality import MEASURES, Betweenness, Distance, Measure, centrality
from kg.network.graph.communities import Communities, communities, write_communities
from kg.network.graph.partition import Algorithm
from kg.network.pictures.plot import plot_network

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
    "describe_file",
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
