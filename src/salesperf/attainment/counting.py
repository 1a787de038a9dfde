"""Actuals counted: exact sums by owner, metric, scope, day and unit, which merge."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any, Final, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment.cells import Cells, ListedCells, RowKeys, sum_rows
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.amount import Amount, Unit
from salesperf.model.codes import EPOCH, Codes, Integers, days_and_ends, days_of, extremes, same_content
from salesperf.model.frozen import FrozenMap
from salesperf.model.result import Result, Row
from salesperf.model.target import EVERYTHING, Actual
from salesperf.model.validators import require

if TYPE_CHECKING:
    from salesperf.model.metric import Metric

__all__ = ["EPOCH", "ActualTally", "Codes", "days_of", "tally", "tally_columns"]


_AXES: Final = 5


@attrs.frozen(kw_only=True, eq=False)
class ActualTally(Result):
    """Sums of actuals by metric, unit, scope, owner and day: made by :func:`tally` and :func:`tally_columns`.

    Tallies of any parts of the actuals merge with ``+``: there is no partition key. Merging is associative and
    commutative, and :meth:`empty` changes nothing.

    Attributes
    ----------
    metrics, units, scopes, owners : tuple
        The distinct labels, sorted.
    first_day : int
        The first day with an actual, as ``date.toordinal()``.
    days : int
        How many days lie from the first to the last.

    Notes
    -----
    A metric is known by its key alone, as columns have no more of it. :func:`tally` and :class:`salesperf.Records` refuse two
    unlike metrics of one key; that tallies which are merged, and targets that are held against them, mean the same by a key
    is for whoever brings them together to see to.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS
    >>> visits = STANDARD_METRICS["visits"]
    >>> done = [
    ...     Actual(owner=rep, metric=visits, amount=Amount.of(2, COUNT), on=date(2026, 9, 8)) for rep in ("bo", "ada", "bo")
    ... ]
    >>> print(tally(done))
    metric  unit   scope  owner  day         amount  entries
    visits  count         ada    2026-09-08       2        1
    visits  count         bo     2026-09-08       4        2
    """

    metrics: tuple[str, ...]
    units: tuple[Unit, ...]
    scopes: tuple[FrozenMap[str, str], ...]
    owners: tuple[str, ...]
    first_day: int
    days: int
    _cells: Cells

    @property
    def key(self) -> Integers:
        """Where each cell lies among all combinations of metric, unit, scope, owner and day, in this order; increasing."""
        return self._cells.listed.key

    @property
    def minor(self) -> Integers:
        """The sum of each cell, in the smallest unit."""
        return self._cells.listed.minor

    @property
    def entries(self) -> Integers:
        """How many actuals each cell sums."""
        return self._cells.listed.entries

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """How many metrics, units, scopes, owners and days there are."""
        return (len(self.metrics), len(self.units), len(self.scopes), len(self.owners), self.days)

    @cached_property
    def _places(self) -> tuple[Integers, ...]:
        places = np.unravel_index(self.key, self.shape) if len(self) else [self.key] * _AXES
        return tuple(np.asarray(place, dtype=np.int64) for place in places)

    @property
    def metric(self) -> Integers:
        """The metric of each cell, as a position in ``metrics``."""
        return self._places[0]

    @property
    def unit(self) -> Integers:
        """The unit of each cell, as a position in ``units``."""
        return self._places[1]

    @property
    def scope(self) -> Integers:
        """The scope of each cell, as a position in ``scopes``."""
        return self._places[2]

    @property
    def owner(self) -> Integers:
        """The owner of each cell, as a position in ``owners``."""
        return self._places[3]

    @cached_property
    def day(self) -> Integers:
        """The day of each cell, as ``date.toordinal()``."""
        return self._places[4] + self.first_day

    def between(self, first: Integers, last: Integers) -> tuple[Integers, Integers]:
        """Return the sum of the amounts, in the smallest unit, and of the entries over runs of cells.

        Parameters
        ----------
        first, last
            Shape (runs,), the first key of each run, and the key after its last, whether any cell has it or not.

        Notes
        -----
        A difference of two cumulative sums. Those may wrap; their difference is right all the same, since no sum of a tally's
        amounts is beyond 64 bits.

        Examples
        --------
        >>> ActualTally.empty().between(np.array([0]), np.array([0]))
        (array([0]), array([0]))
        """
        return self._cells.between(first, last)

    @classmethod
    def empty(cls) -> Self:
        """Return the tally of no actuals.

        Examples
        --------
        >>> ActualTally.empty() + ActualTally.empty() == ActualTally.empty()
        True
        """
        none = np.zeros(0, dtype=np.int64)
        return cls(metrics=(), units=(), scopes=(), owners=(), first_day=1, days=0, cells=ListedCells(none, none, none))

    def __add__(self, other: object) -> "ActualTally":
        """Merge with the tally of other actuals."""
        if not isinstance(other, ActualTally):
            return NotImplemented
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

    def narrowed(self, dimensions: Collection[str], *, but: Collection[str] = ()) -> "ActualTally":
        """Merge what differs in other dimensions of scopes alone.

        Parameters
        ----------
        dimensions
            Those that are kept.
        but
            Keys of metrics whose scopes stay whole: of a stock, what stands of each adds up, and not what was said last of all.

        Notes
        -----
        Where no question names more than these, each gets the same answer, and need not look at a scope for every customer.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS
        >>> sales = [
        ...     Actual(
        ...         owner="ada",
        ...         metric=STANDARD_METRICS["orders"],
        ...         amount=Amount.of(1, COUNT),
        ...         on=date(2026, 9, 8),
        ...         scope={"product": "A", "customer": customer},
        ...     )
        ...     for customer in ("k-1", "k-2")
        ... ]
        >>> counted = tally(sales)
        >>> len(counted), [dict(scope) for scope in counted.narrowed(["product"]).scopes], counted.narrowed([]).entries.tolist()
        (2, [{'product': 'A'}], [2])
        """
        numbers: dict[FrozenMap[str, str], int] = {scope: place for place, scope in enumerate(self.scopes)}
        kept = [FrozenMap({key: scope[key] for key in scope if key in dimensions}) for scope in self.scopes]
        merged = np.array([numbers.setdefault(scope, len(numbers)) for scope in kept], dtype=np.int64)
        if len(self) == 0 or merged.tolist() == list(range(len(self.scopes))):
            return self
        stays = np.array([metric in but for metric in self.metrics], dtype=bool)[self.metric]
        return _group(
            metric=Codes(self.metric, self.metrics),
            unit=Codes(self.unit, self.units),
            scope=Codes(np.where(stays, self.scope, merged[self.scope]), tuple(numbers)),
            owner=Codes(self.owner, self.owners),
            day=self.day,
            minor=self.minor,
            entries=self.entries,
        )

    def __len__(self) -> int:
        """Return the number of cells."""
        return int(self.key.size)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, ActualTally):
            return NotImplemented
        return same_content(self, other)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    @property
    def last_day(self) -> date | None:
        """The last day with an actual; ``None`` where there is none."""
        return date.fromordinal(self.first_day + self.days - 1) if self.days else None

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


def _joined(first: tuple[Integers, tuple[Any, ...]], second: tuple[Integers, tuple[Any, ...]]) -> Codes[Any]:
    """Put two columns of codes one behind the other, under one set of labels."""
    numbers = {label: code for code, label in enumerate(first[1])}
    moved = np.array([numbers.setdefault(label, len(numbers)) for label in second[1]], dtype=np.int64)
    return Codes(np.concatenate((first[0], moved[second[0]])), tuple(numbers))


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
        If something is no actual, two unlike metrics have one key, or the amounts, without their signs, sum to more than 64
        bits hold: so no sum of any of them can be beyond.

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
    require(actuals, Iterable, path=("actuals",))
    items = actuals if isinstance(actuals, Sequence) else tuple(actuals)
    metrics: dict[str, Metric] = {}
    for place, actual in enumerate(items):
        if not isinstance(actual, Actual):
            raise InvalidValueError("wrong_type", path=("actuals", place), expected=Actual, value=actual)
        known = metrics.setdefault(actual.metric.key, actual.metric)
        if known is not actual.metric and known != actual.metric:
            raise InvalidValueError("metric_conflict", path=("actuals", place, "metric"), metric=known.key)
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
    scope = scope or Codes(np.zeros(count, dtype=np.uint8), (EVERYTHING,))
    columns = {"metric": metric.codes, "unit": unit.codes, "on": on, "minor": minor, "scope": scope.codes}
    for name, column in columns.items():
        if column.shape != (count,):
            raise InvalidValueError("length", path=(name,), expected=count, value=column.size)
    if minor.dtype.kind != "i":
        raise InvalidValueError("wrong_type", path=("minor",), expected=np.int64, value=minor)
    if not count:
        return ActualTally.empty()
    day, ends = days_and_ends(on, "on")
    return _group(
        metric=metric,
        unit=unit,
        scope=scope,
        owner=owner,
        day=day,
        minor=minor.astype(np.int64, copy=False),
        entries=None,
        ends=ends,
        epoch=EPOCH,
    )


def _scope_order(scope: FrozenMap[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(scope.items())


_SORT_KEYS: Final[tuple[Callable[[Any], Any], ...]] = (str, attrs.astuple, _scope_order, str)
"""What the labels of metrics, units, scopes and owners are sorted by."""


def _group(
    *,
    metric: Codes[str],
    unit: Codes[Unit],
    scope: Codes[FrozenMap[str, str]],
    owner: Codes[str],
    day: Integers,
    minor: Integers,
    entries: Integers | None,
    ends: tuple[int, int] | None = None,
    epoch: int = 0,
) -> ActualTally:
    """Sum the rows of each cell, in the one form that equal content has: labels and cells sorted, no label unused."""
    axes: tuple[Codes[Any], ...] = (metric, unit, scope, owner)
    first, last = ends or extremes(day)
    shape = (*(len(axis.labels) for axis in axes), last - first + 1)
    orders = [_order(axis.labels, sort_key) for axis, sort_key in zip(axes, _SORT_KEYS, strict=True)]
    labels = [tuple(axis.labels[code] for code in order) for axis, order in zip(axes, orders, strict=True)]
    numbered = [(axis.codes, np.argsort(order)) for axis, order in zip(axes, orders, strict=True)]
    bound = _check_overflow(minor)
    cells = sum_rows(RowKeys(numbered, day, first, shape), minor, entries, bound)
    used = _used(cells.runs_with_entries(shape[-1]), shape[:-1])
    if not all(use.all() for use in used):
        places = np.unravel_index(cells.listed.key, shape)
        labels = [tuple(compress(names, use.tolist())) for names, use in zip(labels, used, strict=True)]
        shape = (*map(len, labels), shape[-1])
        moved = [(np.cumsum(use) - 1)[place] for use, place in zip(used, places[:-1], strict=True)]
        cells = attrs.evolve(cells.listed, key=np.ravel_multi_index((*moved, places[-1]), shape))
    return ActualTally(
        metrics=labels[0],
        units=labels[1],
        scopes=labels[2],
        owners=labels[3],
        first_day=first + epoch,
        days=shape[-1],
        cells=cells,
    )


def _used(combinations: Integers, shape: Sequence[int]) -> list[NDArray[np.bool_]]:
    """Tell which labels of each axis some of the combinations bear."""
    used = [np.zeros(size, dtype=bool) for size in shape]
    for bears, place in zip(used, np.unravel_index(combinations, shape), strict=True):
        bears[place] = True
    return used


def _order(labels: Sequence[Any], sort_key: Callable[[Any], Any]) -> list[int]:
    return sorted(range(len(labels)), key=lambda code: sort_key(labels[code]))


def _check_overflow(minor: Integers) -> int:
    """Refuse amounts whose sum, whichever of them it takes in, might be beyond 64 bits; return a bound of all such sums."""
    least, most = extremes(minor)
    bound = max(most, -least) * minor.size
    if bound > INT64_MAX:
        # By the upper and the lower halves of the words, neither of which can overflow.
        sizes = np.abs(minor).astype(np.uint64)
        bound = (int((sizes >> np.uint64(32)).sum()) << 32) + int((sizes & np.uint64(0xFFFFFFFF)).sum())
    if bound > INT64_MAX:
        raise InvalidValueError("overflow", path=("minor",))
    return bound
