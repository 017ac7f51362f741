"""Loops that numba compiles: the same bits as numpy, only where it pays, and without a place to keep them, too."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kg.network import cooccurrence_frames
from kg.network.chance.statistics import hypergeometric_log10_p
from kg.network.counting import compiled
from tests.network.builds import Drawn, Mention, write_build
from tests.network.engines import ENGINES, use_blocks, use_engine
from tests.network.test_cooccurrence import GENES

if TYPE_CHECKING:
    from pathlib import Path

    from kg.folder import Folder
    from kg.network import Frames, NetworkOptions


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Return a build of 120 figures of two species, some with tokens of several genes, some of one paper."""
    random = np.random.default_rng(5)
    ids = sorted(GENES)
    figures = []
    for number in range(120):
        mentions = tuple(
            Mention(f"W{word}", f"W{word}", "hgnc_symbol", tuple(random.choice(ids, size, replace=False).tolist()))
            for word, size in enumerate(random.integers(1, 4, random.integers(1, 6)))
        )
        paper = number // int(random.integers(1, 3))
        figures.append(Drawn(f"F{number:03}", f"PMC{paper}", 1990 + paper % 30, mentions))
    return write_build(tmp_path_factory.mktemp("many") / "build", figures, GENES)


@pytest.mark.parametrize(
    "options",
    [
        {"weight": "newman"},
        {"expand": "full", "weight": "count", "min_count": 2},
        {"expand": "none", "level": "paper", "null": "configuration"},
        {"weight": "npmi", "collapse_reused": True, "organism": "9606"},
    ],
)
def test_every_way_gives_the_same_bits(many: Folder, options: NetworkOptions) -> None:
    found: list[Frames] = []
    for engine in ENGINES:
        with pytest.MonkeyPatch.context() as patch:
            use_engine(patch, engine)
            use_blocks(patch, 50, 1_000, 64)
            found.append(cooccurrence_frames(many, **options))
    assert found[0].pairs.height > 2
    for other in found[1:]:
        assert other.pairs.equals(found[0].pairs, null_equal=True)
        assert other.nodes.equals(found[0].nodes)


def test_chances_have_the_same_bits_from_either_side() -> None:
    random = np.random.default_rng(3)
    n = 1_000
    n_a, n_b = random.integers(1, n + 1, (2, 5_000))
    count = random.integers(np.maximum(0, n_a + n_b - n), np.minimum(n_a, n_b) + 1)
    plain = hypergeometric_log10_p(count, n_a, n_b, n)
    assert (plain == hypergeometric_log10_p(count, n_a, n_b, n, compiled=True)).all()
    assert (plain < 0).any()
    assert (plain == 0).any()


def test_loops_are_loaded_for_large_builds_where_numba_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("kg.network.counting.kernels", "kg.network.chance.kernels"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert not compiled.pays(3_999_999)
    assert compiled.pays(4_000_000)
    monkeypatch.setattr(compiled, "find_spec", lambda _: None)
    assert not compiled.pays(4_000_000)


def test_loops_that_are_loaded_are_used() -> None:
    import kg.network.chance.kernels
    import kg.network.counting.kernels  # noqa: F401

    assert compiled.pays(1)


def test_what_cannot_be_kept_is_compiled_for_this_once() -> None:
    made: dict[str, Any] = {}
    exec("def double(numbers):\n    return numbers + numbers\n", made)  # noqa: S102  # of no file, so of no cache
    double = compiled.compile_loop(made["double"])
    assert double(np.arange(3)).tolist() == [0, 2, 4]


def test_a_network_needs_no_numba(many: Folder, tmp_path: Path) -> None:
    """A process in which numba cannot be imported makes the same network, however large it finds the build."""
    import subprocess

    script = (
        "import sys\nsys.modules['numba'] = None\n"
        "import kg.network.counting.compiled as compiled\ncompiled._ENOUGH = 0\ncompiled.find_spec = lambda _: None\n"
        "from pathlib import Path\nfrom kg.folder import Folder\nfrom kg.network import cooccurrence_frames\n"
        f"cooccurrence_frames(Folder(Path({str(many.path)!r}))).pairs.write_parquet({str(tmp_path / 'pairs')!r})\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    import polars as pl

    assert pl.read_parquet(tmp_path / "pairs").equals(cooccurrence_frames(many).pairs, null_equal=True)
