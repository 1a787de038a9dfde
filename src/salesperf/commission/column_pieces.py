"""Credit in columns by straight pieces: exact in whole numbers of 64 bits, and of any size where those would not do."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.commission.pieces import Pieces
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.scratch import MOST_COUNTED, Scratch

__all__ = ["MOST_NUMERATOR", "Ends", "Integers", "PiecesOfColumn", "Room", "Rows", "round_quotients"]

Integers: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = range | NDArray[np.intp]
"""Which rows of a column a block holds, so that an error can name one."""

MOST_NUMERATOR: Final = 2**62 - 1
"""Numerators up to it can be rounded within 64 bits."""
_NARROW: Final = 2**31
"""Numbers below it are compared as 32 bits, twice as many at a time."""


@attrs.frozen
class Ends:
    """The least and the greatest of some whole numbers.

    Parameters
    ----------
    low, high
        The two.

    Examples
    --------
    >>> Ends.of("credit", np.array([7, -9, 8])).farthest
    9
    """

    low: int
    high: int

    @classmethod
    def of(cls, name: str, numbers: Integers) -> "Ends":
        """Look for them; a number that has no positive counterpart in 64 bits is refused."""
        ends = cls(int(numbers.min()), int(numbers.max()))
        if ends.low < -INT64_MAX:
            raise InvalidValueError("beyond_int64", path=(name,), value=ends.low)
        return ends

    @property
    def farthest(self) -> int:
        """How far from 0 any of them lies."""
        return max(self.high, -self.low)


class Room(Scratch):
    """Room for a block, made once for all blocks that a thread works on.

    Parameters
    ----------
    size
        How many rows a block has at most.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._narrow = np.empty(size, dtype=np.int32)

    def numbers(self, size: int) -> tuple[Integers, Integers]:
        """Return room for two columns of numbers; each of shape (size,)."""
        return self.found.view(np.int64)[:size], self.of_segment.view(np.int64)[:size]

    def reached(self, credit: Integers, ends: Ends, edges: Sequence[int]) -> NDArray[np.intp]:
        """Return how many of some edges, rising, each credit has reached."""
        if len(edges) > MOST_COUNTED:
            return np.searchsorted(edges, credit, side="right")
        compared: NDArray[Any] = credit
        if ends.farthest < _NARROW:
            compared = self._narrow[: credit.size]
            np.copyto(compared, credit, casting="same_kind")
        return self.count(credit.size, ((compared, edge) for edge in edges))


class PiecesOfColumn:
    """Pays blocks of credit by pieces.

    Parameters
    ----------
    pieces
        What is paid.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        # What is whole passes an edge between two whole numbers where it passes the upper one.
        self._edges = [-(-edge // pieces.scale) for edge in pieces.edges]
        self._is_positive = _is_positive(pieces)
        self._most = _most_credit(pieces)
        if self._most >= 0:
            self._slopes = np.array([slope * pieces.scale for slope in pieces.slopes], dtype=np.int64)
            self._intercepts = np.array(pieces.intercepts, dtype=np.int64)
            # Half a divisor beforehand rounds half up, if nothing is below 0.
            self._lifted = self._intercepts + pieces.divisor // 2

    def pay(self, credit: Integers, rows: Rows, paid: Integers, room: Room) -> None:
        """Pay a block: (intercept + slope x credit) / divisor, rounded half up.

        Parameters
        ----------
        credit
            Shape (n,).
        rows
            What an error calls them.
        paid
            Shape (n,); is written to.
        room
            For n rows.
        """
        ends = Ends.of("credit", credit)
        if ends.farthest > self._most:
            paid[:] = self._one_by_one(credit, rows)
            return
        is_positive = self._is_positive and ends.low >= 0
        self._multiply(credit, ends, self._lifted if is_positive else self._intercepts, paid, room)
        if is_positive:
            _divide(paid, self._pieces.divisor)
        else:
            round_quotients(paid, self._pieces.divisor, room.numbers(credit.size)[0])

    def _multiply(self, credit: Integers, ends: Ends, intercepts: Integers, paid: Integers, room: Room) -> None:
        first, last = (bisect_right(self._edges, end) for end in (ends.low, ends.high))
        starts = intercepts[first : last + 1]
        if first == last:  # all lie on one piece
            np.multiply(credit, self._slopes[first], out=paid)
        else:
            places = room.reached(credit, ends, self._edges[first:last])
            np.take(self._slopes[first : last + 1], places, mode="clip", out=paid)
            np.multiply(paid, credit, out=paid)
        if (starts == starts[0]).all():
            np.add(paid, starts[0], out=paid)
        else:
            start_of_row = room.numbers(credit.size)[0]
            np.take(starts, places, mode="clip", out=start_of_row)
            np.add(paid, start_of_row, out=paid)

    def _one_by_one(self, credit: Integers, rows: Rows) -> Integers:
        """Pay each row in Python's integers."""
        exact = [self._pieces.rounded(value) for value in credit.tolist()]
        for row, pay in zip(rows, exact, strict=True):
            if abs(pay) > INT64_MAX:
                raise InvalidValueError("amount_overflow", path=("credit", int(row)), value=pay)
        return np.array(exact, dtype=np.int64)


def _most_credit(pieces: Pieces) -> int:
    """Return how far from 0 credit may lie, so that no numerator leaves 64 bits; -1 where one leaves them anyhow."""
    left = MOST_NUMERATOR - max(pieces.divisor, *map(abs, pieces.intercepts))
    steepest = max(1, *map(abs, pieces.slopes)) * pieces.scale
    return left // steepest if left >= steepest else -1


def _is_positive(pieces: Pieces) -> bool:
    """Tell whether no numerator is below 0 for any credit from 0 on: no end of a piece is, and the last one does not fall."""
    ends = [0, *(max(edge, 0) for edge in pieces.edges)]
    lines = zip(pieces.intercepts, pieces.slopes, pairwise([*ends, ends[-1]]), strict=True)
    return pieces.slopes[-1] >= 0 and all(intercept + slope * end >= 0 for intercept, slope, span in lines for end in span)


def round_quotients(numerators: Integers, divisor: int, room: Integers, *, is_positive: bool = False) -> None:
    """Divide in place and round half up, away from zero.

    Parameters
    ----------
    numerators
        Shape (n,), within :data:`MOST_NUMERATOR`; become the quotients.
    divisor
        Above 0.
    room
        Shape (n,).
    is_positive
        Whether it is known that no numerator is below 0.
    """
    if is_positive or int(numerators.min()) >= 0:  # as most are: nothing has a sign to be put back
        np.add(numerators, divisor // 2, out=numerators)
        _divide(numerators, divisor)
        return
    np.sign(numerators, out=room)
    np.abs(numerators, out=numerators)
    np.add(numerators, divisor // 2, out=numerators)
    np.floor_divide(numerators, divisor, out=numerators)
    np.multiply(numerators, room, out=numerators)


def _divide(numerators: Integers, divisor: int) -> None:
    """Divide in place and round down what is not below 0, which is faster without a sign."""
    if divisor > 1:
        unsigned = numerators.view(np.uint64)
        np.floor_divide(unsigned, np.uint64(divisor), out=unsigned)
