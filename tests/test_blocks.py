"""Columns in blocks: every row is worked on once, whoever shares the work, and what goes wrong in a thread is told."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf.kernels.blocks import Work, in_blocks


@given(st.integers(0, 60), st.integers(1, 9), st.integers(1, 5))
def test_every_row_is_worked_on_once(size: int, block: int, workers: int) -> None:
    times = np.zeros(size, dtype=np.int64)
    longest = []

    def begin() -> Work:
        def work(rows: slice) -> None:
            longest.append(times[rows].size)
            times[rows] += 1

        return work

    in_blocks(size, block, begin, workers=workers)
    assert (times == 1).all()
    assert max(longest, default=0) <= block


@pytest.mark.parametrize(("workers", "threads"), [(1, 1), (2, 2), (5, 3)])
def test_there_are_no_more_threads_than_blocks_and_each_has_room_of_its_own(workers: int, threads: int) -> None:
    begun: list[int] = []

    def begin() -> Work:
        begun.append(threading.get_ident())
        return lambda rows: None if rows.start < rows.stop else pytest.fail("an empty block")

    in_blocks(30, 10, begin, workers=workers)
    assert len(begun) == threads
    assert threading.get_ident() in begun


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_of_what_goes_wrong_the_first_is_told_however_many_work(workers: int) -> None:
    done: list[int] = []

    def begin() -> Work:
        return lambda rows: done.append(rows.start) if rows.start not in (20, 30) else _fail(rows.start)

    with pytest.raises(ValueError, match=r"^20$"):
        in_blocks(1000, 10, begin, workers=workers)
    assert {0, 10} <= set(done)
    assert len(done) < 98, "nothing is begun once it is known that it is for nothing"


def _fail(start: int) -> None:
    raise ValueError(start)


@pytest.mark.parametrize("workers", [1, 2])
def test_where_no_work_can_be_begun_it_is_said(workers: int) -> None:
    def begin() -> Work:
        raise MemoryError

    with pytest.raises(MemoryError):
        in_blocks(30, 10, begin, workers=workers)
