"""Actuals counted: exact sums by owner, metric, scope, day and unit, which merge."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Generic, Self, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.amount import Amount, Unit
from salesperf.model.frozen import FrozenMap
from salesperf.model.result import Result, Row
from salesperf.model.target import EVERYTHING, Actual

__all__ = ["ActualTally", "Codes", "tally", "tally_columns"]

Integers = NDArray[np.int64]
LabelT = TypeVar("LabelT", bound=Hashable)

_EPOCH: Final = date(1970, 1, 1).toordinal()
_EXACT_IN_FLOATS: Final = 2.0**53
_LIMB: Final = 21
"""Bits of a limb: so few that floats sum 2^32 limbs exactly, and three of them hold 63 bits."""
_DENSE: Final = 4
"""Counting into a table is faster than sorting while the table has at most so many cells a row."""


@attrs.frozen(eq=False)
class Codes(Generic[LabelT]):
    """A column of few distinct labels: a whole number for each row, and what the numbers stand for.

    Parameters
    ----------
    codes
        Shape (n,), whole numbers from 0 up to the number of labels.
    labels
        The distinct labels.

    Raises
    ------
    InvalidValueError
        If a label comes twice, or a code has no label; the path names the row.

    Examples
    --------
    >>> Codes(np.array([1, 0, 1]), ("ada", "bo")).codes.tolist()
    [1, 0, 1]
    """

    codes: Integers
    labels: tuple[LabelT, ...]

    def __attrs_post_init__(self) -> None:
        """Check that every code has its label."""
        if self.codes.ndim != 1 or self.codes.dtype.kind not in "iu":
            raise InvalidValueError("wrong_type", path=("codes",), expected=int, value=self.codes)
        if len(set(self.labels)) < len(self.labels):
            raise InvalidValueError("not_unique", path=("labels",), value=_first_repeated(self.labels))
        if self.codes.size and not 0 <= int(self.codes.min()) <= int(self.codes.max()) < len(self.labels):
            row = int(np.flatnonzero((self.codes < 0) | (self.codes >= len(self.labels)))[0])
            last = len(self.labels) - 1
            raise InvalidValueError("out_of_range", path=("codes", row), low=0, high=last, value=int(self.codes[row]))

    @classmethod
    def of(cls, values: Iterable[LabelT]) -> Self:
        """Give the distinct values numbers, in order of first appearance.

        Examples
        --------
        >>> Codes.of(["bo", "ada", "bo"]).labels
        ('bo', 'ada')
        """
        numbers: dict[LabelT, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in values]
        return cls(np.array(codes, dtype=np.int64), tuple(numbers))

    def sorted_by(self, key: Any) -> "Codes[LabelT]":  # noqa: ANN401 - any sort key of the labels
        """Return the same column with its labels in order, and without labels that no row bears."""
        present = np.unique(self.codes) if self.codes.size < len(self.labels) else _present(self.codes, len(self.labels))
        order = sorted(present.tolist(), key=lambda code: key(self.labels[code]))
        place = np.zeros(len(self.labels), dtype=np.int64)
        place[order] = np.arange(len(order))
        return Codes(place[self.codes], tuple(self.labels[code] for code in order))


def _present(codes: Integers, count: int) -> Integers:
    return np.flatnonzero(np.bincount(codes, minlength=count))


def _first_repeated(labels: Sequence[Hashable]) -> Hashable:
    seen: set[Hashable] = set()
    for label in labels:
        if label in seen:
            return label
        seen.add(label)
    return None


@attrs.frozen(kw_only=True, eq=False)
class ActualTally(Result):
    """Sums of actuals by metric, unit, scope, owner and day: made by :func:`tally` and :func:`tally_columns`.

    Tallies of any parts of the actuals merge with ``+``: there is no partition key. Merging is associative and
    commutative, and :meth:`empty` changes nothing.

    Attributes
    ----------
    metrics, units, scopes, owners : tuple
        The distinct labels, sorted.
    metric, unit, scope, owner : array of int64, shape (cells,)
        The label of each cell, as a position.
    day : array of int64, shape (cells,)
        The day of each cell, as ``date.toordinal()``.
    minor : array of int64, shape (cells,)
        The sum, in the smallest unit.
    entries : array of int64, shape (cells,)
        How many actuals it sums.
    """

    metrics: tuple[str, ...]
    units: tuple[Unit, ...]
    scopes: tuple[FrozenMap[str, str], ...]
    owners: tuple[str, ...]
    metric: Integers
    unit: Integers
    scope: Integers
    owner: Integers
    day: Integers
    minor: Integers
    entries: Integers

    @classmethod
    def empty(cls) -> Self:
        """Return the tally of no actuals.

        Examples
        --------
        >>> ActualTally.empty() + ActualTally.empty() == ActualTally.empty()
        True
        """
        none = _read_only(np.zeros(0, dtype=np.int64))
        names = ("metric", "unit", "scope", "owner", "day", "minor", "entries")
        return cls(metrics=(), units=(), scopes=(), owners=(), **dict.fromkeys(names, none))

    def __add__(self, other: "ActualTally") -> "ActualTally":
        """Merge with the tally of other actuals."""
        if not len(other):
            return self
        if not len(self):
            return other
        return _group(
            metric=_joined((self.metric, self.metrics), (other.metric, other.metrics)),
            unit=_joined((self.unit, self.units), (other.unit, other.units)),
            scope=_joined((self.scope, self.scopes), (other.scope, other.scopes)),
            owner=_joined((self.owner, self.owners), (other.owner, other.owners)),
            day=np.concatenate((self.day, other.day)),
            minor=np.concatenate((self.minor, other.minor)),
            entries=np.concatenate((self.entries, other.entries)),
        )

    def __len__(self) -> int:
        """Return the number of cells."""
        return int(self.day.size)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, ActualTally):
            return NotImplemented
        return all(_same(getattr(self, field.name), getattr(other, field.name)) for field in attrs.fields(ActualTally))

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    @property
    def last_day(self) -> date | None:
        """The last day with an actual; ``None`` where there is none."""
        return date.fromordinal(int(self.day.max())) if len(self) else None

    def rows(self) -> list[Row]:
        """Return a row for each cell: metric, unit, scope, owner, day, amount and entries."""
        return [
            {
                "metric": self.metrics[metric],
                "unit": str(self.units[unit]),
                "scope": "; ".join(f"{key}={value}" for key, value in self.scopes[scope].items()),
                "owner": self.owners[owner],
                "day": date.fromordinal(day),
                "amount": _decimal(minor, self.units[unit]),
                "entries": entries,
            }
            for metric, unit, scope, owner, day, minor, entries in zip(
                *(
                    column.tolist()
                    for column in (self.metric, self.unit, self.scope, self.owner, self.day, self.minor, self.entries)
                ),
                strict=True,
            )
        ]


def _decimal(minor: int, unit: Unit) -> Decimal:
    return Amount(minor=minor, unit=unit).decimal


def _same(left: object, right: object) -> bool:
    return bool(np.array_equal(left, right)) if isinstance(left, np.ndarray) else left == right  # type: ignore[arg-type] # two of a kind


def _joined(first: tuple[Integers, tuple[Any, ...]], second: tuple[Integers, tuple[Any, ...]]) -> Codes[Any]:
    """Put two columns of codes one behind the other, under one set of labels."""
    numbers = {label: code for code, label in enumerate(first[1])}
    moved = np.array([numbers.setdefault(label, len(numbers)) for label in second[1]], dtype=np.int64)
    return Codes(np.concatenate((first[0], moved[second[0]])), tuple(numbers))


def _read_only(column: Integers) -> Integers:
    column.flags.writeable = False
    return column


def tally(actuals: Iterable[Actual]) -> ActualTally:
    """Count actuals.

    Parameters
    ----------
    actuals
        In any order; one that comes twice is counted twice.

    Returns
    -------
    ActualTally
        Sums by metric, unit, scope, owner and day.

    Raises
    ------
    InvalidValueError
        If a sum is beyond 64 bits.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS
    >>> sales = [
    ...     Actual(owner="ada", metric=STANDARD_METRICS["revenue"], amount=Amount.of(yuan, CNY), on=date(2026, 9, day))
    ...     for yuan, day in ((100, 1), (50, 1), (70, 2))
    ... ]
    >>> tally(sales).minor.tolist()
    [15000, 7000]
    >>> tally(sales) == tally(sales[:1]) + tally(sales[1:])
    True
    """
    items = actuals if isinstance(actuals, Sequence) else tuple(actuals)
    if not items:
        return ActualTally.empty()
    return _group(
        metric=Codes.of([actual.metric.key for actual in items]),
        unit=Codes.of([actual.amount.unit for actual in items]),
        scope=Codes.of([actual.scope for actual in items]),
        owner=Codes.of([actual.owner for actual in items]),
        day=np.array([actual.on.toordinal() for actual in items], dtype=np.int64),
        minor=np.array([actual.amount.minor for actual in items], dtype=np.int64),
        entries=None,
    )


def tally_columns(
    *,
    owner: Codes[str],
    metric: Codes[str],
    unit: Codes[Unit],
    on: NDArray[np.datetime64],
    minor: Integers,
    scope: Codes[FrozenMap[str, str]] | None = None,
) -> ActualTally:
    """Count actuals that stand in columns, without making an object of each.

    Parameters
    ----------
    owner, metric, unit, scope
        Dictionary-encoded columns of n rows: ids, keys of metrics, units, scopes (everything, where left out).
    on
        Shape (n,), days as ``datetime64[D]``.
    minor
        Shape (n,), whole numbers of the smallest unit.

    Returns
    -------
    ActualTally
        The same as :func:`tally` gives for the same actuals.

    Raises
    ------
    InvalidValueError
        If columns differ in length, days are no days or missing, amounts are no whole numbers, or a sum is beyond 64 bits.

    Examples
    --------
    >>> from salesperf import CNY
    >>> counted = tally_columns(
    ...     owner=Codes(np.array([0, 0, 1]), ("ada", "bo")),
    ...     metric=Codes(np.zeros(3, dtype=int), ("revenue",)),
    ...     unit=Codes(np.zeros(3, dtype=int), (CNY,)),
    ...     on=np.array(["2026-09-01", "2026-09-01", "2026-09-02"], dtype="datetime64[D]"),
    ...     minor=np.array([10000, 5000, 7000]),
    ... )
    >>> counted.minor.tolist()
    [15000, 7000]
    """
    count = len(owner.codes)
    scope = scope or Codes(np.zeros(count, dtype=np.int64), (EVERYTHING,))
    columns = {"metric": metric.codes, "unit": unit.codes, "on": on, "minor": minor, "scope": scope.codes}
    for name, column in columns.items():
        if column.shape != (count,):
            raise InvalidValueError("length", path=(name,), expected=count, value=len(column))
    if on.dtype.kind != "M" or bool(np.isnat(on).any()):
        row = int(np.flatnonzero(np.isnat(on))[0]) if on.dtype.kind == "M" else 0
        raise InvalidValueError("wrong_type", path=("on", row), expected=date, value=on)
    if minor.dtype.kind not in "iu" or (count and int(minor.max()) > INT64_MAX):
        raise InvalidValueError("wrong_type", path=("minor",), expected=int, value=minor)
    if not count:
        return ActualTally.empty()
    days = on.astype("datetime64[D]").astype(np.int64) + _EPOCH
    return _group(metric=metric, unit=unit, scope=scope, owner=owner, day=days, minor=minor.astype(np.int64), entries=None)


def _scope_order(scope: FrozenMap[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(scope.items())


def _group(
    *,
    metric: Codes[str],
    unit: Codes[Unit],
    scope: Codes[FrozenMap[str, str]],
    owner: Codes[str],
    day: Integers,
    minor: Integers,
    entries: Integers | None,
) -> ActualTally:
    """Sum the rows of each cell; cells come out sorted, labels too, so that equal content is equal."""
    metric, owner = metric.sorted_by(str), owner.sorted_by(str)
    unit, scope = unit.sorted_by(attrs.astuple), scope.sorted_by(_scope_order)
    first = int(day.min())
    shape = (len(metric.labels), len(unit.labels), len(scope.labels), len(owner.labels), int(day.max()) - first + 1)
    key = np.ravel_multi_index((metric.codes, unit.codes, scope.codes, owner.codes, day - first), shape)
    cells, sums, counts = _sum_by(key, minor, entries, size=int(np.prod(shape, dtype=np.float64)))
    places = np.unravel_index(cells, shape)
    labels = (np.asarray(place, dtype=np.int64) for place in places)
    names = ("metric", "unit", "scope", "owner", "day")
    columns = dict(zip(names, labels, strict=True))
    columns["day"] = columns["day"] + first
    return ActualTally(
        metrics=metric.labels,
        units=unit.labels,
        scopes=scope.labels,
        owners=owner.labels,
        **{name: _read_only(column) for name, column in columns.items()},
        minor=_read_only(sums),
        entries=_read_only(counts),
    )


def _sum_by(key: Integers, minor: Integers, entries: Integers | None, *, size: int) -> tuple[Integers, Integers, Integers]:
    """Return the distinct keys in order, and for each the exact sum of its amounts and the number of its entries."""
    magnitude = float(np.abs(minor.astype(np.float64)).sum())
    if magnitude >= 2.0**63:
        raise InvalidValueError("overflow", path=("minor",))
    if size > _DENSE * key.size + _DENSE * 1024:
        distinct, key = np.unique(key, return_inverse=True)
        size = distinct.size
    else:
        distinct = np.arange(size)
    weights = None if entries is None else entries.astype(np.float64)
    counts = np.bincount(key, weights, minlength=size).astype(np.int64)
    sums = _exact_bincount(key, minor, size, magnitude)
    present = np.flatnonzero(counts)
    return distinct[present], sums[present], counts[present]


def _exact_bincount(key: Integers, minor: Integers, size: int, magnitude: float) -> Integers:
    """Sum whole numbers by key. Floats do it exactly: in one go while every partial sum is below 2^53, else by limbs."""
    if magnitude < _EXACT_IN_FLOATS:
        return np.bincount(key, minor, minlength=size).astype(np.int64)
    mask = (1 << _LIMB) - 1
    limbs = (minor & mask, (minor >> _LIMB) & mask, minor >> (2 * _LIMB))
    total = np.zeros(size, dtype=np.int64)
    for place, limb in enumerate(limbs):
        total += np.bincount(key, limb, minlength=size).astype(np.int64) << (place * _LIMB)
    return total
