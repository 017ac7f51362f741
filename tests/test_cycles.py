"""When Python looks for cycles in a build, and among what."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from kg.cycles import searching_again, unsearched


class _Thing:
    other: object = None


@pytest.fixture
def frozen() -> Iterator[int]:
    """How much the process has set apart: nothing, nor behind the test."""
    assert gc.isenabled()
    gc.unfreeze()
    yield gc.get_freeze_count()
    gc.unfreeze()


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


@pytest.mark.parametrize("last", ["first to begin", "second to begin"])
def test_of_wholes_side_by_side_the_last_searches_again(frozen: int, last: str) -> None:
    assert not frozen
    with ExitStack() as first, ExitStack() as second:
        for whole in (first, second):
            whole.enter_context(searching_again())
            with unsearched():
                pass
        ends = (second, first) if last == "first to begin" else (first, second)
        for whole in ends:
            assert gc.get_freeze_count()
            whole.close()
    assert not gc.get_freeze_count()


@pytest.mark.usefixtures("frozen")
def test_what_was_set_apart_before_the_whole_stays_so() -> None:
    lost = _cycle()
    gc.freeze()
    with searching_again():
        pass
    gc.collect()
    assert lost() is not None
    gc.unfreeze()
    gc.collect()
    assert lost() is None


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
