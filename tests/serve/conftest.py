"""A server of the sample figures that the tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.serve.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    import kg
    from tests.serve.running import Running


@pytest.fixture(scope="session")
def server(seeds_build: kg.Build) -> Iterator[Running]:
    with running(seeds_build, timeout=20) as made:
        yield made
