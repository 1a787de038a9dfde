"""Tiers over columns: exact pay of a million rows in whole numbers, rounded once."""

from fractions import Fraction
from math import lcm
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.commission.pieces import Pieces, pieces_of, shape_of
from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay_parts import Bonus, TieredPay
from salesperf.model.tiers import tier_faults
from salesperf.model.validators import require

__all__ = ["pay_columns"]

Integers: TypeAlias = NDArray[np.int64]

_BLOCK: Final = 16_384
"""Rows worked on at a time, so that scratch stays in the cache."""
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
        above 0; or pay is beyond 64 bits: the path tells the row.
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
    if isinstance(question.quota, np.ndarray):
        return _by_quota(question, question.quota)
    return _by_pieces(question.pieces(question.quota), question.credit)


@attrs.frozen
class _Question:
    """What is asked, checked."""

    part: TieredPay | Bonus
    credit: Integers
    unit: Unit
    pay_unit: Unit
    quota: Integers | int | None
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
        return cls(part, reached, unit, paid, _quota(part, quota, unit, reached.size), _target(part, target, paid))

    def pieces(self, quota: int | None) -> Pieces:
        """Return what is paid under one quota."""
        share = None if quota is None else Fraction(quota)
        scales = {"credit_scale": self.unit.scale, "pay_scale": self.pay_unit.scale}
        return pieces_of(self.part, **scales, quota=share, target=self.target)


def _whole(name: str, column: NDArray[Any]) -> Integers:
    require(column, np.ndarray, path=(name,))
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    if column.dtype.kind not in "iu":
        raise InvalidValueError("not_whole_column", path=(name,), value=column)
    if column.size and (int(column.max()) > INT64_MAX or int(column.min()) < -INT64_MAX):
        raise InvalidValueError("beyond_int64", path=(name,), value=int(column.max()))
    return column.astype(np.int64, copy=False)


def _quota(part: TieredPay | Bonus, quota: Amount | NDArray[Any] | None, unit: Unit, size: int) -> Integers | int | None:
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
    if column.size != size:
        raise InvalidValueError("length", path=("quota",), expected=size, value=column.size)
    for row in np.flatnonzero(column <= 0)[:1].tolist():
        raise InvalidValueError("quota_not_positive", path=("quota", row), value=int(column[row]))
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


def _by_pieces(pieces: Pieces, credit: Integers) -> Integers:
    """Pay all rows by the same pieces."""
    if not credit.size:
        return np.zeros(0, dtype=np.int64)
    reach = max(int(credit.max()), -int(credit.min())) * pieces.scale
    numerator = max(map(abs, pieces.intercepts)) + max(map(abs, pieces.slopes)) * reach
    if max(numerator, reach, pieces.divisor, *(abs(edge) for edge in pieces.edges), 0) >= _ROOM:
        return _one_by_one((pieces for _ in range(credit.size)), credit)
    paid = np.empty(credit.size, dtype=np.int64)
    scratch = _Scratch(min(credit.size, _BLOCK), pieces, is_positive=_is_positive(pieces, credit))
    for start in range(0, credit.size, _BLOCK):
        scratch.pay(credit[start : start + _BLOCK], paid[start : start + _BLOCK])
    return paid


def _is_positive(pieces: Pieces, credit: Integers) -> bool:
    """Tell whether no numerator of a column is below 0: no end of a piece is, within the column."""
    low, high = (int(end) * pieces.scale for end in (credit.min(), credit.max()))
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
        if not self._is_positive:
            _round(paid, self._divisor, room)
        elif self._divisor > 1:
            unsigned = paid.view(np.uint64)
            np.floor_divide(unsigned, np.uint64(self._divisor), out=unsigned)


def _round(numerators: Integers, divisor: int, room: Integers) -> None:
    """Divide in place and round half up, away from zero."""
    if int(numerators.min()) >= 0:  # as most are: nothing has a sign to be put back
        np.add(numerators, divisor // 2, out=numerators)
        unsigned = numerators.view(np.uint64)
        np.floor_divide(unsigned, np.uint64(divisor), out=unsigned)
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


def _by_quota(question: _Question, quota: Integers) -> Integers:
    """Pay each row by its own quota."""
    part = question.part
    if isinstance(part, TieredPay) and question.target is None and part.mode != "interpolated":
        paid = _linear(question, part, quota)
        if paid is not None:
            return paid
    kinds, place = np.unique(quota, return_inverse=True)
    return _by_kind(question, kinds, place.reshape(-1))


def _linear(question: _Question, part: TieredPay, quota: Integers) -> Integers | None:
    """Pay tiers at rates, which are linear in credit and quota alike; ``None`` where a numerator could leave an int64."""
    if not quota.size:
        return np.zeros(0, dtype=np.int64)
    edges, pieces = shape_of(part)
    factor = Fraction(1 if part.rate is None else part.rate) * question.pay_unit.scale / question.unit.scale
    divisor = lcm(*((factor * number).denominator for piece in pieces for number in piece))
    intercepts, slopes = ([int(factor * piece[place] * divisor) for piece in pieces] for place in (0, 1))
    most = int(quota.max()), max(int(question.credit.max()), -int(question.credit.min()))
    reach = [edge.numerator * most[0] + edge.denominator * most[1] for edge in edges]
    numerator = max(map(abs, intercepts)) * most[0] + max(map(abs, slopes)) * most[1]
    if max(numerator, divisor, *reach, 0) >= _ROOM:
        return None
    paid = np.empty(quota.size, dtype=np.int64)
    columns = np.array(intercepts, dtype=np.int64), np.array(slopes, dtype=np.int64)
    rooms = [np.empty(min(quota.size, _BLOCK), dtype=np.int64) for _ in range(2)]
    for start in range(0, quota.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        _pay_linear(question.credit[rows], quota[rows], edges, columns, divisor, rooms, paid[rows])
    return paid


def _pay_linear(
    credit: Integers,
    quota: Integers,
    edges: list[Fraction],
    columns: tuple[Integers, Integers],
    divisor: int,
    rooms: list[Integers],
    paid: Integers,
) -> None:
    """Pay a block of rows, each by its own quota."""
    one, other = (room[: credit.size] for room in rooms)
    places = np.zeros(credit.size, dtype=np.intp)
    for edge in edges:
        np.multiply(credit, edge.denominator, out=one)
        np.multiply(quota, edge.numerator, out=other)
        np.add(places, one >= other, out=places)
    np.take(columns[1], places, mode="clip", out=paid)
    np.multiply(paid, credit, out=paid)
    np.take(columns[0], places, mode="clip", out=one)
    np.multiply(one, quota, out=one)
    np.add(paid, one, out=paid)
    _round(paid, divisor, one)


def _by_kind(question: _Question, kinds: Integers, place: NDArray[np.intp]) -> Integers:
    """Pay the rows of each distinct quota together."""
    paid = np.empty(question.credit.size, dtype=np.int64)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=kinds.size)).tolist()
    start = 0
    for kind, end in zip(kinds.tolist(), ends, strict=True):
        rows = order[start:end]
        paid[rows] = _by_pieces(question.pieces(kind), question.credit[rows])
        start = end
    return paid
