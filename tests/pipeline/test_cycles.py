"""When Python looks for cycles in a build, and among what."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from kg.pipeline.cycles import searching_again, unsearched


class _Thing:
    other: object = None


@pytest.fixture
def frozen() -> Iterator[int]:
    """How much the process has set apart, by now; what a test sets apart is not, behind it."""
    assert gc.isenabled()
    with searching_again():
        yield gc.get_freeze_count()


def _cycle() -> weakref.ref[_Thing]:
    one, two = _Thing(), _Thing()
    one.other, two.other = two, one
    return weakref.ref(one)


def test_cycles_that_a_block_makes_and_gives_back_are_found_behind_it_and_not_in_it(frozen: int) -> None:
    with unsearched():
        assert not gc.isenabled()
        lost = _cycle()
        kept = [_Thing() for _ in range(10_000)]  # enough for a search, were there one
        assert lost() is not None
    assert lost() is None
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(kept)


@pytest.mark.usefixtures("frozen")
def test_what_a_block_keeps_is_searched_behind_the_whole() -> None:
    with searching_again():
        with unsearched():
            kept = _Thing()
            kept.other = kept
        lost = weakref.ref(kept)
        del kept
        gc.collect()
        assert lost() is not None  # set apart
    gc.collect()
    assert lost() is None


@pytest.mark.usefixtures("frozen")
def test_what_was_set_apart_before_the_whole_stays_so() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with searching_again():
        pass
    assert gc.get_freeze_count() == before
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
def test_a_block_where_nobody_looks_for_cycles_leaves_it_so() -> None:
    gc.disable()
    try:
        before = gc.get_freeze_count()
        with unsearched():
            pass
        assert not gc.isenabled()
        assert gc.get_freeze_count() == before
    finally:
        gc.enable()
