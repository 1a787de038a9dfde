"""Columns worked on block by block, by one thread or by several side by side."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import Final, TypeAlias

__all__ = ["MOST_WORKERS", "Work", "in_blocks"]

MOST_WORKERS: Final = 1024

Work: TypeAlias = Callable[[slice], None]
"""Works on some rows, in room of its own."""


def in_blocks(size: int, block: int, begin: Callable[[], Work], *, workers: int = 1) -> None:
    """Work on all rows of a column, a block at a time, so that what is needed on the way stays in the cache.

    Parameters
    ----------
    size
        How many rows there are.
    block
        How many are worked on at a time, at most.
    begin
        Called once by each thread: makes its room, and returns what works on the rows of a block. Blocks share no room
        that is written to but their own rows.
    workers
        How many threads work at most. numpy lets go of Python's lock while it computes.

    Examples
    --------
    >>> import numpy as np
    >>> credit, paid = np.arange(10), np.empty(10, dtype=np.int64)
    >>> in_blocks(10, 4, lambda: lambda rows: np.multiply(credit[rows], 3, out=paid[rows]), workers=2)
    >>> paid.tolist()
    [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]
    """
    starts = range(0, size, block)
    # Whoever is done with a block takes the next: a thread whose core others use too does fewer.
    waiting, faults = iter(starts), list[tuple[int, Exception]]()
    if others := min(workers, len(starts)) - 1 if starts else 0:
        with ThreadPoolExecutor(others) as pool:
            begun = [pool.submit(_work, begin, waiting, block, faults) for _ in range(others)]
            _work(begin, waiting, block, faults)  # whoever asks works too
            for each in begun:
                each.result()  # raises what has kept it from beginning
    else:
        _work(begin, waiting, block, faults)
    if faults:
        raise min(faults, key=itemgetter(0))[1]


def _work(begin: Callable[[], Work], waiting: Iterator[int], block: int, faults: list[tuple[int, Exception]]) -> None:
    work = begin()
    for start in waiting:
        try:
            work(slice(start, start + block))
        except Exception as fault:  # noqa: BLE001 - raised when all are done, so that it is the same one however many work
            faults.append((start, fault))
            for _ in waiting:  # blocks before this one have been taken by someone, those behind it need not be
                pass
