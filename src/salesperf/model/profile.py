"""Profiles: how the work of a year, or of a plan, is spread over time."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.boundaries import named_month
from salesperf.model.calendar import Calendar
from salesperf.model.period import Period
from salesperf.model.validators import MOST_SCALE, as_python, as_tuple, each, number, one_of, place

__all__ = ["PARTS_PER_YEAR", "Profile", "ProfileGrain", "Run", "Schedule", "position_in_year"]

ProfileGrain: TypeAlias = Literal["half", "quarter", "month"]
Weight: TypeAlias = int | float | Decimal | Fraction

PARTS_PER_YEAR: Final[Mapping[str, int]] = MappingProxyType({"half": 2, "quarter": 4, "month": 12})
_LARGEST: Final = 10 ** (MOST_SCALE + 1)
_SMALLEST: Final = Fraction(1, _LARGEST)


def _weight(instance: object, attribute: "attrs.Attribute[Any]", value: Weight) -> None:
    number(instance, attribute, value)
    if value < 0:
        raise InvalidValueError("weights_invalid", path=place(instance, attribute), value=value)
    # The share of one part in all would else be a number that no float tells from 0, and nothing can be divided by it.
    if value and not _SMALLEST < value < _LARGEST:
        raise InvalidValueError("decimal_scale", path=place(instance, attribute), digits=MOST_SCALE, value=value)


def _as_weights(value: Iterable[Weight]) -> tuple[Weight, ...]:
    items: object = as_tuple(value)
    return tuple(map(as_python, items)) if isinstance(items, tuple) else cast("tuple[Weight, ...]", items)


def _as_parts(value: Iterable[tuple[Period, Weight]]) -> tuple[tuple[Period, Weight], ...]:
    items: object = as_tuple(value)
    if not isinstance(items, tuple):
        return cast("tuple[tuple[Period, Weight], ...]", items)
    pairs = [as_tuple(item) for item in items]
    return tuple(sorted(pairs, key=_start_of) if all(map(_is_dated, pairs)) else pairs)


def _is_dated(pair: object) -> bool:
    return isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Period)  # noqa: PLR2004 - a pair


def _start_of(pair: tuple[Period, Weight]) -> date:
    return pair[0].start


def _part(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if not _is_dated(value):
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=(Period, float), value=value)
    _, weight = cast("tuple[Period, Weight]", value)
    _weight(instance, attribute, weight)


class Run(NamedTuple):
    """Days within a part of a plan, which has a weight as a whole.

    Parameters
    ----------
    days
        Those within.
    whole
        All days of the part.
    weight
        That of all of them.

    Examples
    --------
    >>> plan = Schedule(parts=((Period.month(2026, 8), 100),))
    >>> [str(run.share(Calendar())) for run in plan.runs(Period.parse("2026-07-01..2026-08-14"))]
    ['10/21']
    """

    days: Period
    whole: Period
    weight: Fraction

    def share(self, calendar: Calendar) -> Fraction:
        """Return the share of the part that the days are: of its workdays, or of all its days where it has none."""
        workdays = calendar.workdays(self.whole)
        return Fraction(calendar.workdays(self.days), workdays) if workdays else Fraction(self.days.days, self.whole.days)


@attrs.frozen(kw_only=True)
class Profile:
    """A season: the weight of each half, quarter or month of every year (季节性).

    Parameters
    ----------
    grain
        ``"half"``, ``"quarter"`` or ``"month"``.
    weights
        Shares of a year, in any common unit, from the first part of the year on: 2, 4 or 12 of them. Halves and quarters
        are those of the calendar's fiscal year; months begin with January, and one of a year of whole weeks has the weight
        of the month that it stands for. A float is the binary fraction that it holds.
        Each is 0, or from 1e-100 to 1e100.

    Raises
    ------
    InvalidValueError
        If the number of weights is not that of the grain, one is negative, not finite or out of range, or all are 0.

    Examples
    --------
    >>> Profile(grain="quarter", weights=(20, 25, 25, 30)).weigh(Period.quarter(2026, 4), Calendar())
    Fraction(30, 1)
    """

    grain: ProfileGrain = attrs.field(validator=one_of(*PARTS_PER_YEAR))
    weights: tuple[Weight, ...] = attrs.field(converter=_as_weights, validator=each(_weight))

    def __attrs_post_init__(self) -> None:
        """Check the number of weights."""
        expected = PARTS_PER_YEAR[self.grain]
        if len(self.weights) != expected:
            raise InvalidValueError(
                "profile_length",
                path=("Profile", "weights"),
                expected=expected,
                grain=self.grain,
                value=len(self.weights),
            )
        if not any(self.weights):
            raise InvalidValueError("weights_all_zero", path=("Profile", "weights"))

    def weigh(self, period: Period, calendar: Calendar) -> Fraction:
        """Return the weight of a period: of each part of a year, the share of its workdays that lies within.

        Parameters
        ----------
        period
            Any run of days.
        calendar
            Sets workdays and the fiscal year. A part of a year without workdays is weighed by days.
        """
        return sum((run.weight * run.share(calendar) for run in self.runs(period, calendar)), Fraction(0))

    def runs(self, period: Period, calendar: Calendar) -> Iterator[Run]:
        """Yield what of each part of a year lies within a period.

        Parameters
        ----------
        period
            Any run of days.
        calendar
            Sets the fiscal year.
        """
        for days in period.split(self.grain, calendar):
            whole = Period.holding(days.start, self.grain, calendar)
            yield Run(days, whole, Fraction(self.weights[position_in_year(whole, self.grain, calendar)]))


@attrs.frozen(kw_only=True)
class Schedule:
    """A dated plan: the weight of each of some periods, such as the monthly targets of a quarter.

    Parameters
    ----------
    parts
        Pairs of a period and its weight, which is 0, or from 1e-100 to 1e100; kept in order of time, periods do not
        overlap.

    Raises
    ------
    InvalidValueError
        If periods overlap, a weight is negative, not finite or out of range, or all are 0.

    Examples
    --------
    >>> plan = Schedule(parts=((Period.month(2026, 7), 300), (Period.month(2026, 8), 100)))
    >>> plan.weigh(Period.parse("2026-07-01..2026-08-14"), Calendar())
    Fraction(7300, 21)
    """

    parts: tuple[tuple[Period, Weight], ...] = attrs.field(converter=_as_parts, validator=each(_part))

    def __attrs_post_init__(self) -> None:
        """Check that periods do not overlap and something is planned."""
        for position, ((earlier, _), (later, _)) in enumerate(pairwise(self.parts), 1):
            if later.start < earlier.end:
                raise InvalidValueError("period_overlap", path=("Schedule", "parts", position), value=str(later))
        if not any(weight for _, weight in self.parts):
            raise InvalidValueError("weights_all_zero", path=("Schedule", "parts"))

    def weigh(self, period: Period, calendar: Calendar) -> Fraction:
        """Return the weight of a period: of each part, the share of its workdays that lies within."""
        return sum((run.weight * run.share(calendar) for run in self.runs(period)), Fraction(0))

    def runs(self, period: Period) -> Iterator[Run]:
        """Yield what of each part lies within a period.

        Parameters
        ----------
        period
            Any run of days.
        """
        for part, weight in self.parts:
            common = part.overlap(period)
            if common is not None:
                yield Run(common, part, Fraction(weight))


def position_in_year(part: Period, grain: ProfileGrain, calendar: Calendar) -> int:
    """Return where the weight of a half, quarter or month stands among those of a year, from 0."""
    first = 1 if grain == "month" else calendar.fiscal_year_start
    return (named_month(part.start, calendar) - first) % 12 * PARTS_PER_YEAR[grain] // 12
