"""Tiers over columns: exact pay of a million rows in whole numbers, rounded once."""

from fractions import Fraction
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.commission.column_pieces import Ends, Integers, PiecesOfColumn, Room, Rows
from salesperf.commission.column_quotas import RatesOfQuota
from salesperf.commission.pieces import Pieces, pieces_of, shape_of
from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.kernels.blocks import MOST_WORKERS, Work, in_blocks
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay_parts import Bonus, TieredPay
from salesperf.model.tiers import tier_faults
from salesperf.model.validators import check_whole, require

__all__ = ["pay_columns"]

_BLOCK: Final = 65_536
"""Rows worked on at a time, so that all that is done to them finds them in the cache."""
_SHARED_BLOCK: Final = 131_072
"""Rows that each of several threads works on at a time: more, so that they seldom wait for each other."""


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
    check_whole(workers, ("workers",), 1, MOST_WORKERS)
    try:
        return _paid(question, workers)
    except InvalidValueError:
        # Threads share larger blocks, and so meet another fault first: the one that is told is what one thread meets.
        if workers == 1:
            raise
        return _paid(question, 1)


def _paid(question: "_Question", workers: int) -> Integers:
    credit, quota, rows = question.credit, question.quota, range(question.credit.size)
    if not isinstance(quota, np.ndarray):
        return _by_pieces(question.pieces(quota), credit, rows, workers)
    rates = question.rates
    if rates is None:
        return _by_kind(question, credit, quota, rows, workers)
    return _by_quotas(question, rates, quota, workers)


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

    @property
    def rates(self) -> RatesOfQuota | None:
        """Tiers at rates over the quota; ``None`` for what pays shares of a target, and for what is not linear in the quota."""
        part = self.part
        if not isinstance(part, TieredPay) or self.target is not None or part.mode == "interpolated":
            return None
        rate = Fraction(1 if part.rate is None else part.rate)
        return RatesOfQuota.of(shape_of(part), rate * self.pay_unit.scale / self.unit.scale)


def _whole(name: str, column: NDArray[Any]) -> Integers:
    require(column, np.ndarray, path=(name,))
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    if column.dtype.kind not in "iu":
        raise InvalidValueError("not_whole_column", path=(name,), value=column)
    if column.dtype == np.uint64 and column.size and int(column.max()) > INT64_MAX:
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


def _block(workers: int) -> int:
    return _BLOCK if workers == 1 else _SHARED_BLOCK


def _by_pieces(pieces: Pieces, credit: Integers, rows: Rows, workers: int) -> Integers:
    """Pay all rows by the same pieces."""
    paid, block, by = np.empty(credit.size, dtype=np.int64), _block(workers), PiecesOfColumn(pieces)

    def begin() -> Work:
        room = Room(min(credit.size, block))
        return lambda some: by.pay(credit[some], rows[some], paid[some], room)

    in_blocks(credit.size, block, begin, workers=workers)
    return paid


def _by_quotas(question: _Question, rates: RatesOfQuota, quota: Integers, workers: int) -> Integers:
    """Pay each row by its own quota."""
    credit, block, ways = question.credit, _block(workers), rates.ways
    paid, rows = np.empty(credit.size, dtype=np.int64), range(credit.size)

    def pay(some: slice, room: Room) -> None:
        ends, owed = Ends.of("credit", credit[some]), _ends_of_quotas(quota[some], rows[some])
        way = next((way for way in ways if way.fits(ends, owed)), None)
        if way is None:
            paid[some] = _by_kind(question, credit[some], quota[some], rows[some], 1)
        else:
            way.pay(credit[some], quota[some], ends, paid[some], room)

    def begin() -> Work:
        room = Room(min(credit.size, block))
        return lambda some: pay(some, room)

    in_blocks(credit.size, block, begin, workers=workers)
    return paid


def _ends_of_quotas(quota: Integers, rows: Rows) -> Ends:
    ends = Ends(int(quota.min()), int(quota.max()))
    if ends.low <= 0:
        place = int(np.flatnonzero(quota <= 0)[0])
        raise InvalidValueError("quota_not_positive", path=("quota", int(rows[place])), value=int(quota[place]))
    return ends


def _by_kind(question: _Question, credit: Integers, quota: Integers, rows: Rows, workers: int) -> Integers:
    """Pay the rows of each distinct quota together."""
    paid, names = np.empty(credit.size, dtype=np.int64), np.asarray(rows)
    if not quota.size:
        return paid
    _ends_of_quotas(quota, rows)
    kinds, place = np.unique(quota, return_inverse=True)
    order = np.argsort(place.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(place.reshape(-1), minlength=kinds.size)).tolist()
    for kind, start, end in zip(kinds.tolist(), [0, *ends], ends, strict=False):
        some = order[start:end]
        paid[some] = _by_pieces(question.pieces(kind), credit[some], names[some], workers)
    return paid
