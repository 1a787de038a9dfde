"""The chance to win within some days, of deals that have stood so long in a stage: those that once stood as long tell it."""

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs
import numpy as np

from salesperf.funnel.following import CAUSES
from salesperf.kernels.numeric import Column
from salesperf.kernels.survival import EventTable, IncidenceCurve, aalen_johansen, kaplan_meier
from salesperf.model.codes import Integers, read_only
from salesperf.model.result import Result, Row

__all__ = ["FEWEST_DEALS", "WON_IN_TIME", "Chances", "Standing", "chances_of", "curve_table", "ends_within", "share_open"]

FEWEST_DEALS: Final = 10
"""Deals below which a chance or a rate is told as not known: too few to tell any but extremes apart."""

_WON: Final = CAUSES["won"]
WON_IN_TIME: Final = 1
"""What a deal that was won on one of the days asked for counts as, where any other end competes."""
_OTHERWISE: Final = 2


def _as_column(value: Column) -> Column:
    column = np.asarray(value, dtype=np.float64).view()
    column.flags.writeable = False
    return column


def _as_counts(value: Integers) -> Integers:
    return read_only(np.asarray(value, dtype=np.int64))


@attrs.frozen(kw_only=True, eq=False)
class Chances(Result):
    """Chances to win, of many deals at once: made by :meth:`OutcomeTally.win_chances`.

    All columns are of one shape, a deal each.

    Attributes
    ----------
    value : Column
        The probability; ``nan`` where nothing is known of it.
    low, high : Column
        Its interval; ``nan`` where the value is.
    n : array of int64
        Deals on record that stood in the stage as long: on so many it rests.
    level : float
        That of the intervals.

    Examples
    --------
    >>> half = np.array([0.5])
    >>> print(Chances(value=half, low=half - 0.4, high=half + 0.4, n=np.array([2]), level=0.95))
    value  0.5
    low    0.1
    high   0.9
    n      2
    """

    value: Column = attrs.field(converter=_as_column)
    low: Column = attrs.field(converter=_as_column)
    high: Column = attrs.field(converter=_as_column)
    n: Integers = attrs.field(converter=_as_counts)
    level: float

    def __eq__(self, other: object) -> bool:
        """Compare by content: what is not known of both is the same."""
        if not isinstance(other, Chances):
            return NotImplemented
        pairs = [(getattr(self, name), getattr(other, name)) for name in ("value", "low", "high", "n")]
        return self.level == other.level and all(np.array_equal(one, two, equal_nan=True) for one, two in pairs)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    def rows(self) -> list[Row]:
        """Return a row for each deal: the chance, its interval, and on how many deals it rests; ``None`` for ``nan``."""
        columns = (np.ravel(column).tolist() for column in (self.value, self.low, self.high, self.n))
        return [
            {"value": value, "low": low, "high": high, "n": n}
            if value == value  # noqa: PLR0124 - nan is the one float that differs from itself
            else {"value": None, "low": None, "high": None, "n": n}
            for value, low, high, n in zip(*columns, strict=True)
        ]


@attrs.frozen(kw_only=True, eq=False)
class Standing:
    """Deals that entered a stage, those that stood there longest first; each column of shape (deals,).

    Attributes
    ----------
    entry : array of int64
        Days after it entered from which each was watched.
    stay : array of int64
        Days that it stood there, or has so far.
    is_left : array of int64
        1 where it has left, 0 where it stands there still.
    days : array of int64
        Days from then to its end, or to the last day that counts.
    cause : array of int64
        How it ended: a number in :data:`CAUSES`, or 0.
    """

    entry: Integers
    stay: Integers
    is_left: Integers
    days: Integers
    cause: Integers

    def longer_than(self, age: int) -> "Standing":
        """Keep the deals that still stood there at the end of the day after so many days."""
        count = self.stay.size - int(np.searchsorted(self.stay[::-1], age, side="right"))
        return attrs.evolve(self, **{name: getattr(self, name)[:count] for name in _COLUMNS})


_COLUMNS: Final = tuple(field.name for field in attrs.fields(Standing))


def curve_table(days: Integers, causes: Integers, entry: Integers, *, cause_count: int) -> EventTable:
    """Count days, the first of which is day 0, each row from the day on which it was first watched."""
    # Who was watched from day 1 on is not at risk on day 0. To a table an entry at 0 is the beginning itself, so it is made
    # a day later, and its times then put back.
    later = EventTable.of(days + 1, causes, entry=entry, cause_count=cause_count)
    return EventTable(later.times - 1, later.counts, later.entered)


Deals: TypeAlias = Callable[[int, int], Standing]
"""What yields the deals of a segment and a stage."""


def chances_of(deals: Deals, asked: Integers, *, level: float) -> tuple[Column, Column, Column, Integers]:
    """Tell chances to win.

    Parameters
    ----------
    deals
        The deals on record, by segment and stage.
    asked
        Shape (5, n): segment, stage, age, first and last day.
    level
        That of the intervals.

    Returns
    -------
    value, low, high, n
        Each of shape (n,).
    """
    questions, place = np.unique(asked, axis=1, return_inverse=True)
    value, low, high = np.full((3, questions.shape[1]), np.nan)
    n = np.zeros(questions.shape[1], dtype=np.int64)
    here, standing, ends = (-1, -1), None, None
    # In order of segment, stage and age: each set of deals is a part of the one before.
    for row, (segment, stage, age, first, last) in enumerate(questions.T.tolist()):
        if standing is None or here != (segment, stage):
            here, standing = (segment, stage), deals(segment, stage)
            ends = _Ends.of(standing)
        left = standing.longer_than(age)
        if ends is None:
            value[row], low[row], high[row], n[row] = _chance(left, age, first, last, level)
        else:
            ends.forget(standing, left)
            table, n[row] = ends.table(age, first, last), left.stay.size
            value[row], low[row], high[row] = _told(_curve(table, level), last)
        standing = left
    place = place.reshape(-1)  # numpy 2.0 alone gives it the dimensions of what was asked
    return value[place], low[place], high[place], n[place]


@attrs.frozen(eq=False)
class _Ends:
    """How many deals ended, or were last seen, so many days after they entered a stage, by cause: shape (causes, days).

    Deals that were watched from the beginning need no more than this, however many they are.
    """

    counts: Integers

    @classmethod
    def of(cls, standing: Standing) -> "_Ends | None":
        """Count deals; ``None`` where some were not watched from the beginning."""
        if (standing.entry > 1).any() or not standing.days.size:
            return None
        ends = cls(np.zeros((max(CAUSES.values()) + 1, int(standing.days.max()) + 1), dtype=np.int64))
        np.add.at(ends.counts, (standing.cause, standing.days), 1)
        return ends

    def forget(self, standing: Standing, left: Standing) -> None:
        """Take out the deals that did not stand there long enough: those after the ones that are left."""
        gone = slice(left.stay.size, None)
        np.subtract.at(self.counts, (standing.cause[gone], standing.days[gone]), 1)

    def table(self, age: int, first: int, last: int) -> EventTable:
        """Return the ends from the day after an age on, as :func:`_chance` asks for them."""
        upto = self.counts[:, age + 1 : age + 1 + last]
        days = np.arange(1, upto.shape[1] + 1)
        in_time = np.where(days >= first, upto[_WON], 0)
        counts = np.stack([upto[0], in_time, upto[1:].sum(axis=0) - in_time])
        later = int(self.counts[:, age + 1 + last :].sum())
        if later:
            counts[0, -1] += later
        times = np.flatnonzero(counts.any(axis=0))
        return EventTable(days[times], counts[:, times], np.zeros(times.size, dtype=np.int64))


def _curve(table: EventTable, level: float) -> IncidenceCurve:
    return aalen_johansen(table, WON_IN_TIME, level=level)


def _told(curve: IncidenceCurve, last: int) -> tuple[float, float, float]:
    """Return the chance up to the last day, and its interval; ``nan`` where nothing is known of that day."""
    value = curve.at(last)
    if np.isnan(value):
        return np.nan, np.nan, np.nan
    interval = curve.interval_at(last)
    return value, interval.low, interval.high


def _chance(standing: Standing, age: int, first: int, last: int, level: float) -> tuple[float, float, float, int]:
    """Tell one chance, of deals that all stood there at the age."""
    days, codes, entry = ends_within(standing, age, first, last)
    at_risk = int(np.count_nonzero(entry == 0))
    watched = np.flatnonzero(entry < days)
    curve = _curve(EventTable.of(days[watched], codes[watched], entry=entry[watched], cause_count=_OTHERWISE), level)
    # Where all were watched later only, the curve would tell of those that last until then.
    if not at_risk or _is_broken(entry[watched], days[watched], curve):
        return np.nan, np.nan, np.nan, at_risk
    return *_told(curve, last), at_risk


def ends_within(standing: Standing, age: int, first: int, last: int) -> tuple[Integers, Integers, Integers]:
    """Tell of deals that all stood somewhere at an age how each went on, as the chance to be won on some days counts it.

    Parameters
    ----------
    standing
        The deals.
    age
        Days for which they had stood there.
    first, last
        Days from then: the first that counts, and the last.

    Returns
    -------
    days, codes, entry
        Each of shape (deals,): days from then to the end; :data:`WON_IN_TIME`, another number for any other end, or 0 for none;
        and days from then on which each was first watched.
    """
    entry = np.maximum(standing.entry - age - 1, 0)
    days = standing.days - age
    is_later = days > last
    # What happens after the last day asked for is of no account: there all are censored.
    days = np.where(is_later, last, days)
    cause = np.where(is_later, 0, standing.cause)
    # A win before the first day competes with one in time, as does every other end; so one curve tells the chance and how
    # sure it is, which the difference of two curves would not.
    is_in_time = (cause == _WON) & (days >= first)
    return days, np.where(is_in_time, WON_IN_TIME, np.where(cause > 0, _OTHERWISE, 0)), entry


def share_open(standing: Standing, age: int) -> float:
    """Tell which share of deals that all stood there at the age was still open when the last of them was seen."""
    entry, days = np.maximum(standing.entry - age - 1, 0), standing.days - age
    watched = np.flatnonzero(entry < days)
    ended = (standing.cause[watched] > 0).astype(np.int64)
    return float(kaplan_meier(EventTable.of(days[watched], ended, entry=entry[watched])).survival[-1])


def _is_broken(entry: Integers, days: Integers, curve: IncidenceCurve) -> bool:
    """Tell whether there were days on which none was watched, though some are left: a curve takes it that nothing happened."""
    order = np.argsort(entry, kind="stable")
    reached = np.maximum.accumulate(days[order])
    breaks = np.flatnonzero(entry[order][1:] > reached[:-1])
    if not breaks.size:
        return False
    # Where all have come to their end, there is nobody to whom anything could have happened.
    last = np.searchsorted(curve.times, reached[breaks[0]], side="right") - 1
    return bool(curve.survival[last] > 0)
