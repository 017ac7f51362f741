"""What many tests start from: the seeds, and builds of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

import kg
from kg.folder import GRAPH_SUFFIXES

# How long an example takes says more of the machine than of the code.
settings.register_profile("kg", deadline=None)
settings.load_profile("kg")

SEEDS = Path(__file__).parent.parent / "seeds"
JAK_STAT = "PMC7048131__12964_2020_527_Fig5_HTML"
RCC = "PMC6305783__2185-4610-64-103-g001"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the two sample figures."""
    return SEEDS


@pytest.fixture(scope="session")
def seeds_build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """A build of the seeds with every RDF format."""
    return kg.build(SEEDS, output=tmp_path_factory.mktemp("seeds") / "build", formats=GRAPH_SUFFIXES)
