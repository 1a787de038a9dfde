"""Tiers over columns: exact pay of a million rows in whole numbers, rounded once."""

from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.commission.pieces import Pieces, pieces_of, shape_of
from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.kernels.blocks import Work, in_blocks
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay_parts import Bonus, TieredPay
from salesperf.model.tiers import tier_faults
from salesperf.model.validators import check_whole, require

__all__ = ["pay_columns"]

Integers: TypeAlias = NDArray[np.int64]

_BLOCK: Final = 65_536
"""Rows worked on at a time, so that scratch stays in the cache, and threads seldom wait for each other."""
_MOST_WORKERS: Final = 1024
_FEW: Final = 250
"""Up to so many edges, as a byte can count, it is faster to compare each credit with all than to search."""
_ROOM: Final = 2**62
"""Numerators below it can be rounded within 64 bits."""


def pay_columns(
    part: TieredPay | Bonus,
    credit: NDArray[Any],
    *,
    unit: Unit,
    pay_unit: Unit | None = None,
    quota: Amount | NDArray[Any] | None = None,
    target: Amount | None = None,
    workers: int = 1,
) -> Integers:
    """Say what a part pays for each of many credits, as statements do: exact, and rounded half up once.

    Parameters
    ----------
    part
        Tiers, or a bonus by the share of the quota.
    credit
        Shape (n,), whole numbers of smallest units that were reached.
    unit
        Of credit.
    pay_unit
        Of pay; ``None`` for that of credit.
    quota
        Above 0: an amount for all, or shape (n,) in smallest units. Needed by tiers over the quota and by a bonus.
    target
        What a share of 1 brings, of parts with a weight; not of a bonus with an amount of its own.
    workers
        How many threads share the rows, from 1 to 1024; few rows take but one.

    Returns
    -------
    NDArray of int64
        Shape (n,), smallest units of pay.

    Raises
    ------
    InvalidInputError
        If tiers have gaps or overlap.
    InvalidValueError
        If a column holds anything but whole numbers, or has another shape; a quota or a target is missing, or a quota is not
        above 0; the workers are no such number; or pay is beyond 64 bits: the path tells the row.
    UnitMismatchError
        If the quota is in another unit than credit.

    Notes
    -----
    (intercept + slope x credit) / divisor, in int64. Where a numerator could leave it, rows go through Python's integers: as
    exact, some hundred times slower. Quotas of which many differ are paid for quickly by tiers at rates; by shares of a target
    and by interpolated tiers each distinct quota takes some 100 microseconds.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, Tier
    >>> part = TieredPay(key="sales", tiers=[Tier(0, 10_000, Decimal("0.05")), Tier(10_000, None, Decimal("0.08"))])
    >>> pay_columns(part, np.array([500_000, 1_200_000]), unit=CNY).tolist()
    [25000, 66000]
    """
    question = _Question.of(part, credit, unit, pay_unit, quota, target)
    check_whole(workers, ("workers",), 1, _MOST_WORKERS)
    if isinstance(question.quota, _Whole):
        return _by_quota(question, question.quota, workers)
    return _by_pieces(question.pieces(question.quota), question.credit, workers)


@attrs.frozen
class _Whole:
    """A column of whole numbers, with the least and the greatest of them, which are looked for once."""

    numbers: Integers
    low: int
    high: int

    @classmethod
    def of(cls, numbers: Integers) -> "_Whole":
        if not numbers.size:
            return cls(numbers, 0, 0)
        # Block by block, so that the second look finds in the cache what the first has read.
        blocks = [numbers[start : start + _BLOCK] for start in range(0, numbers.size, _BLOCK)]
        lows, highs = zip(*((int(block.min()), int(block.max())) for block in blocks), strict=True)
        return cls(numbers, min(lows), max(highs))

    @property
    def farthest(self) -> int:
        """How far from 0 any of them lies."""
        return max(self.high, -self.low)


@attrs.frozen
class _Question:
    """What is asked, checked."""

    part: TieredPay | Bonus
    credit: _Whole
    unit: Unit
    pay_unit: Unit
    quota: _Whole | int | None
    target: Fraction | None

    @classmethod
    def of(
        cls,
        part: TieredPay | Bonus,
        credit: NDArray[Any],
        unit: Unit,
        pay_unit: Unit | None,
        quota: Amount | NDArray[Any] | None,
        target: Amount | None,
    ) -> "_Question":
        require(part, TieredPay, Bonus, path=("part",))
        require(unit, Unit, path=("unit",))
        paid = unit if pay_unit is None else pay_unit
        require(paid, Unit, path=("pay_unit",))
        if isinstance(part, TieredPay) and (faults := [*tier_faults(part.tiers, part.mode)]):
            raise InvalidInputError([fault.within("part") for fault in faults])
        reached = _whole("credit", credit)
        return cls(part, reached, unit, paid, _quota(part, quota, unit, reached.numbers.size), _target(part, target, paid))

    def pieces(self, quota: int | None) -> Pieces:
        """Return what is paid under one quota."""
        share = None if quota is None else Fraction(quota)
        scales = {"credit_scale": self.unit.scale, "pay_scale": self.pay_unit.scale}
        return pieces_of(self.part, **scales, quota=share, target=self.target)


def _whole(name: str, column: NDArray[Any]) -> _Whole:
    require(column, np.ndarray, path=(name,))
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    if column.dtype.kind not in "iu":
        raise InvalidValueError("not_whole_column", path=(name,), value=column)
    ends = _Whole.of(column)
    if ends.farthest > INT64_MAX:
        raise InvalidValueError("beyond_int64", path=(name,), value=ends.high if ends.high > INT64_MAX else ends.low)
    return attrs.evolve(ends, numbers=column.astype(np.int64, copy=False))


def _quota(part: TieredPay | Bonus, quota: Amount | NDArray[Any] | None, unit: Unit, size: int) -> _Whole | int | None:
    if not part.needs_quota:
        return None
    if quota is None:
        raise InvalidValueError("quota_missing", path=("quota",), measure=part.measure)
    if isinstance(quota, Amount):
        least = (quota - Amount.zero(unit)).minor
        if least <= 0:
            raise InvalidValueError("quota_not_positive", path=("quota",), value=least)
        return least
    require(quota, Amount, np.ndarray, path=("quota",))
    column = _whole("quota", quota)
    if column.numbers.size != size:
        raise InvalidValueError("length", path=("quota",), expected=size, value=column.numbers.size)
    if size and column.low <= 0:
        row = int(np.flatnonzero(column.numbers <= 0)[0])
        raise InvalidValueError("quota_not_positive", path=("quota", row), value=int(column.numbers[row]))
    return column


def _target(part: TieredPay | Bonus, target: Amount | None, unit: Unit) -> Fraction | None:
    if isinstance(part, Bonus) and part.amount is not None:
        return Fraction(part.amount.minor)
    if part.weight is None:
        return None
    if target is None:
        raise InvalidValueError("target_pay_missing", path=("target",))
    require(target, Amount, path=("target",))
    return Fraction((target - Amount.zero(unit)).minor) * Fraction(part.weight)


def _by_pieces(pieces: Pieces, column: _Whole, workers: int) -> Integers:
    """Pay all rows by the same pieces."""
    credit = column.numbers
    if not credit.size:
        return np.zeros(0, dtype=np.int64)
    reach = column.farthest * pieces.scale
    numerator = max(map(abs, pieces.intercepts)) + max(map(abs, pieces.slopes)) * reach
    if max(numerator, reach, pieces.divisor, *(abs(edge) for edge in pieces.edges), 0) >= _ROOM:
        return _one_by_one((pieces for _ in range(credit.size)), credit)
    paid = np.empty(credit.size, dtype=np.int64)
    is_positive = _is_positive(pieces, column)

    def begin() -> Work:
        scratch = _Scratch(min(credit.size, _BLOCK), pieces, is_positive=is_positive)
        return lambda rows: scratch.pay(credit[rows], paid[rows])

    in_blocks(credit.size, _BLOCK, begin, workers=workers)
    return paid


def _is_positive(pieces: Pieces, column: _Whole) -> bool:
    """Tell whether no numerator of a column is below 0: no end of a piece is, within the column."""
    low, high = (end * pieces.scale for end in (column.low, column.high))
    ends = [low, *(min(max(edge, low), high) for edge in pieces.edges), high]
    each = zip(ends, ends[1:], pieces.intercepts, pieces.slopes, strict=False)
    return all(intercept + slope * end >= 0 for first, last, intercept, slope in each for end in (first, last))


class _Scratch:
    """Room for a block, made once for a column, and the pieces as columns."""

    def __init__(self, size: int, pieces: Pieces, *, is_positive: bool) -> None:
        self._divisor, self._is_positive = pieces.divisor, is_positive
        # What is whole passes an edge between two whole numbers where it passes the upper one.
        self._edges = [-(-edge // pieces.scale) for edge in pieces.edges]
        # Half a divisor beforehand rounds half up, if nothing is below 0.
        half = pieces.divisor // 2 if is_positive else 0
        self._intercepts = np.array(pieces.intercepts, dtype=np.int64) + half
        self._has_shared_intercept = len(set(pieces.intercepts)) == 1
        self._slopes = np.array(pieces.slopes, dtype=np.int64) * pieces.scale
        self._passed = np.empty(size, dtype=np.bool_)
        self._places = np.empty(size, dtype=np.intp)
        self._few = np.empty(size, dtype=np.uint8)
        self._room = np.empty(size, dtype=np.int64)

    def pay(self, credit: Integers, paid: Integers) -> None:
        """Pay a block."""
        room, few = self._room[: credit.size], self._few[: credit.size]
        passed, places = self._passed[: credit.size], self._places[: credit.size]
        if len(self._edges) > _FEW:
            places[:] = np.searchsorted(self._edges, credit, side="right")
        else:
            few.fill(0)
            for edge in self._edges:
                np.greater_equal(credit, edge, out=passed)
                np.add(few, passed.view(np.uint8), out=few)
            np.copyto(places, few)
        np.take(self._slopes, places, mode="clip", out=paid)
        np.multiply(paid, credit, out=paid)
        if self._has_shared_intercept:
            np.add(paid, self._intercepts[0], out=paid)
        else:
            np.take(self._intercepts, places, mode="clip", out=room)
            np.add(paid, room, out=paid)
        if self._is_positive:
            _divide(paid, self._divisor)
        else:
            _round(paid, self._divisor, room, is_positive=False)


def _divide(numerators: Integers, divisor: int) -> None:
    """Divide in place and round down what is not below 0, which is faster without a sign."""
    if divisor > 1:
        unsigned = numerators.view(np.uint64)
        np.floor_divide(unsigned, np.uint64(divisor), out=unsigned)


def _round(numerators: Integers, divisor: int, room: Integers, *, is_positive: bool) -> None:
    """Divide in place and round half up, away from zero."""
    if is_positive or int(numerators.min()) >= 0:  # as most are: nothing has a sign to be put back
        np.add(numerators, divisor // 2, out=numerators)
        _divide(numerators, divisor)
        return
    np.sign(numerators, out=room)
    np.abs(numerators, out=numerators)
    np.add(numerators, divisor // 2, out=numerators)
    np.floor_divide(numerators, divisor, out=numerators)
    np.multiply(numerators, room, out=numerators)


def _one_by_one(pieces: Any, credit: Integers) -> Integers:  # noqa: ANN401 - an iterable of pieces
    """Pay each row in Python's integers."""
    paid = np.empty(credit.size, dtype=np.int64)
    for row, (each, value) in enumerate(zip(pieces, credit.tolist(), strict=True)):
        exact = each.rounded(value)
        if abs(exact) > INT64_MAX:
            raise InvalidValueError("amount_overflow", path=("credit", row), value=exact)
        paid[row] = exact
    return paid


def _by_quota(question: _Question, quota: _Whole, workers: int) -> Integers:
    """Pay each row by its own quota."""
    part = question.part
    if not quota.numbers.size:
        return np.zeros(0, dtype=np.int64)
    if isinstance(part, TieredPay) and question.target is None and part.mode != "interpolated":
        rates = _RatesOfQuota.of(question, part)
        for pay in (_Slices.of(rates, question.credit, quota), _Places.of(rates, question.credit, quota)):
            if pay is not None:
                return _each_row(pay, question.credit.numbers, quota.numbers, workers)
    kinds, place = np.unique(quota.numbers, return_inverse=True)
    return _by_kind(question, kinds, place.reshape(-1), workers)


def _each_row(pay: "_Slices | _Places", credit: Integers, quota: Integers, workers: int) -> Integers:
    paid = np.empty(quota.size, dtype=np.int64)

    def begin() -> Work:
        rooms = [np.empty(min(quota.size, _BLOCK), dtype=np.int64) for _ in range(2)]
        return lambda rows: pay(credit[rows], quota[rows], paid[rows], *(room[: paid[rows].size] for room in rooms))

    in_blocks(quota.size, _BLOCK, begin, workers=workers)
    return paid


@attrs.frozen
class _RatesOfQuota:
    """Tiers at rates over the quota: pay is linear in credit and quota alike.

    Parameters
    ----------
    edges
        Shares of the quota at which the pieces change.
    intercepts, slopes
        Of each piece, for one of quota and for one of credit, over ``divisor``.
    """

    edges: list[Fraction]
    intercepts: list[int]
    slopes: list[int]
    divisor: int

    @classmethod
    def of(cls, question: _Question, part: TieredPay) -> "_RatesOfQuota":
        edges, pieces = shape_of(part)
        factor = Fraction(1 if part.rate is None else part.rate) * question.pay_unit.scale / question.unit.scale
        divisor = lcm(*((factor * number).denominator for piece in pieces for number in piece))
        intercepts, slopes = ([int(factor * piece[place] * divisor) for piece in pieces] for place in (0, 1))
        return cls(edges, intercepts, slopes, divisor)

    @property
    def is_continuous(self) -> bool:
        """Whether pay begins at 0 and jumps nowhere."""
        lines = pairwise(zip(self.intercepts, self.slopes, strict=True))
        return not self.intercepts[0] and all(
            below[0] + below[1] * edge == above[0] + above[1] * edge
            for edge, (below, above) in zip(self.edges, lines, strict=True)
        )


@attrs.frozen
class _Slices:
    """Pay without a jump: all credit at the last slope, less, of what lies below each edge, by how much the slope rises there.

    A lesser of two and two products for an edge, where :class:`_Places` has to look up the piece of each row.
    """

    last: int
    steps: list[tuple[int, int, int]]
    """Of each edge: by what credit and quota are multiplied, so that the lesser of the two is what lies below it; the rise."""
    divisor: int
    is_positive: bool

    @classmethod
    def of(cls, rates: _RatesOfQuota, credit: _Whole, quota: _Whole) -> "_Slices | None":
        """Make it; ``None`` where pay jumps, or a number could leave an int64."""
        if not rates.is_continuous:
            return None
        common = lcm(*(edge.denominator for edge in rates.edges))
        last, divisor = rates.slopes[-1] * common, rates.divisor * common
        rises = [above - below for below, above in pairwise(rates.slopes)]
        steps = [
            (edge.denominator, edge.numerator, rise * (common // edge.denominator))
            for edge, rise in zip(rates.edges, rises, strict=True)
        ]
        reach = [max(by * credit.farthest, of * quota.high) for by, of, _ in steps]
        numerator = abs(last) * credit.farthest + sum(abs(step[2]) * far for step, far in zip(steps, reach, strict=True))
        if max(numerator, divisor, *reach, 0) >= _ROOM:
            return None
        return cls(last, steps, divisor, credit.low >= 0 and min(rates.slopes) >= 0)

    def __call__(self, credit: Integers, quota: Integers, paid: Integers, one: Integers, other: Integers) -> None:
        """Pay a block."""
        np.multiply(credit, self.last, out=paid)
        for by, of, rise in self.steps:
            np.minimum(_times(credit, by, one), _times(quota, of, other), out=one)
            np.subtract(paid, _times(one, rise, one), out=paid)
        _round(paid, self.divisor, one, is_positive=self.is_positive)


@attrs.frozen
class _Places:
    """Pay with jumps: each row by the piece that it lies on."""

    edges: list[Fraction]
    intercepts: Integers
    slopes: Integers
    divisor: int

    @classmethod
    def of(cls, rates: _RatesOfQuota, credit: _Whole, quota: _Whole) -> "_Places | None":
        """Make it; ``None`` where a number could leave an int64."""
        reach = [max(edge.numerator * quota.high, edge.denominator * credit.farthest) for edge in rates.edges]
        numerator = max(map(abs, rates.intercepts)) * quota.high + max(map(abs, rates.slopes)) * credit.farthest
        if max(numerator, rates.divisor, *reach, 0) >= _ROOM:
            return None
        intercepts, slopes = (np.array(numbers, dtype=np.int64) for numbers in (rates.intercepts, rates.slopes))
        return cls(rates.edges, intercepts, slopes, rates.divisor)

    def __call__(self, credit: Integers, quota: Integers, paid: Integers, one: Integers, other: Integers) -> None:
        """Pay a block."""
        places = np.zeros(credit.size, dtype=np.intp)
        for edge in self.edges:
            places += _times(credit, edge.denominator, one) >= _times(quota, edge.numerator, other)
        np.take(self.slopes, places, mode="clip", out=paid)
        np.multiply(paid, credit, out=paid)
        if self.intercepts.any():
            np.take(self.intercepts, places, mode="clip", out=one)
            np.multiply(one, quota, out=one)
            np.add(paid, one, out=paid)
        _round(paid, self.divisor, one, is_positive=False)


def _times(column: Integers, factor: int, room: Integers) -> Integers:
    """Multiply, where there is anything to be done."""
    return column if factor == 1 else np.multiply(column, factor, out=room)


def _by_kind(question: _Question, kinds: Integers, place: NDArray[np.intp], workers: int) -> Integers:
    """Pay the rows of each distinct quota together."""
    credit = question.credit.numbers
    paid = np.empty(credit.size, dtype=np.int64)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=kinds.size)).tolist()
    start = 0
    for kind, end in zip(kinds.tolist(), ends, strict=True):
        rows = order[start:end]
        paid[rows] = _by_pieces(question.pieces(kind), _Whole.of(credit[rows]), workers)
        start = end
    return paid
