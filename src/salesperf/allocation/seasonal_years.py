"""Years of sales laid out over the parts of a year, with moving holidays put where they fall in another year."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import attrs
import numpy as np

from salesperf.model.amount import Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.codes import Integers
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.profile import ProfileGrain, position_in_year

__all__ = ["DailySales", "SeasonYear", "YearLayout", "lay_out"]


class DailySales:
    """What was sold on each day, to be asked for any run of days.

    Parameters
    ----------
    days
        Shape (days,), the days with sales as ``date.toordinal()``, increasing.
    minor
        Shape (days,), what was sold on each, in the smallest unit.
    unit
        Which unit that is of.
    """

    def __init__(self, days: Integers, minor: Integers, unit: Unit) -> None:
        self.days = days
        self.unit = unit
        # The differences of cumulative sums are right even where those wrap: no sum of a tally is beyond 64 bits.
        self._running = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(minor)))

    @property
    def first(self) -> date:
        """The first day with sales."""
        return date.fromordinal(int(self.days[0]))

    @property
    def last(self) -> date:
        """The last day with sales."""
        return date.fromordinal(int(self.days[-1]))

    def within(self, *periods: Period) -> Amount:
        """Return what was sold within periods that do not overlap."""
        edges = [[period.start.toordinal(), period.end.toordinal()] for period in periods]
        places = np.searchsorted(self.days, np.array(edges, dtype=np.int64).reshape(-1, 2))
        sums = self._running[places[:, 1]] - self._running[places[:, 0]]
        return Amount(minor=int(sums.sum()), unit=self.unit)


class Piece(NamedTuple):
    """Sales of a year that belong to a part of it, times a factor for how many such days there are in the year planned."""

    label: Message
    sales: Amount
    factor: Fraction


@attrs.frozen(kw_only=True)
class SeasonYear:
    """A year of sales: of what the sum of each part is made, as it would have been with the holidays of the year planned.

    Attributes
    ----------
    number : int
        The year.
    pieces : tuple
        For each part of the year, the sales outside the windows of moving holidays, then those of each window.
    """

    number: int
    pieces: tuple[tuple[Piece, ...], ...]

    @cached_property
    def sums(self) -> tuple[Fraction, ...]:
        """The sum of each part, in the unit of the sales."""
        return tuple(
            sum((Fraction(piece.sales.decimal) * piece.factor for piece in pieces), Fraction(0)) for pieces in self.pieces
        )

    @property
    def total(self) -> Fraction:
        """The sum of the year."""
        return sum(self.sums, Fraction(0))

    @cached_property
    def shares(self) -> tuple[Fraction, ...]:
        """The share of each part in the year."""
        return tuple(amount / self.total for amount in self.sums)

    @classmethod
    def plain(cls, number: int, layout: "YearLayout", sales: DailySales) -> "SeasonYear":
        """Take a year as it was."""
        label = Message("season.sales")
        return cls(
            number=number,
            pieces=tuple((Piece(label, sales.within(part), Fraction(1)),) for part in layout.parts),
        )

    @classmethod
    def moved(cls, number: int, layout: "YearLayout", sales: DailySales, planned: "YearLayout") -> "SeasonYear | Message":
        """Take a year as it would have been with the windows of its holidays where they fall in the year planned.

        Returns
        -------
        SeasonYear or Message
            Why not, where the year planned has days of a kind that this one had none of.

        Notes
        -----
        What was sold in a part outside the windows goes by the part's workdays outside them, what was sold in a window by the
        days of the window.
        """
        rows: list[list[Piece]] = []
        for place, part in enumerate(layout.parts):
            factor = _factor(planned.workdays[place], layout.workdays[place])
            if factor is None:
                return Message.of("season.no_workday", part=part)
            rows.append([Piece(Message("season.outside"), sales.within(*layout.outside[place]), factor)])
        for name, within in planned.windows.items():
            days = [period for periods in layout.windows[name] for period in periods]
            sold = sales.within(*days)
            for place, periods in enumerate(within):
                if not periods:
                    continue
                if not days:
                    return Message.of("season.no_window", name=name)
                rows[place].append(Piece(Message.of("season.window", name=name), sold, Fraction(_days(periods), _days(days))))
        return cls(number=number, pieces=tuple(map(tuple, rows)))


@attrs.frozen(kw_only=True, eq=False)
class YearLayout:
    """How the days of a year are shared by its parts, and within them by the windows of moving holidays.

    Attributes
    ----------
    parts : tuple of Period
        Its halves, quarters or months, in the order of the weights of a profile.
    windows : Mapping of str to tuple
        By name, for each part the days of the window within it.
    outside : tuple of tuple of Period
        For each part its days in no window.
    workdays : tuple of int
        How many of those are worked.
    """

    parts: tuple[Period, ...]
    windows: Mapping[str, tuple[tuple[Period, ...], ...]]
    outside: tuple[tuple[Period, ...], ...]
    workdays: tuple[int, ...]


def lay_out(
    year: Period,
    grain: ProfileGrain,
    calendar: Calendar,
    holidays: Mapping[str, Mapping[int, Period]],
) -> YearLayout:
    """Share the days of a year among its parts and the windows of moving holidays, which do not overlap."""
    parts = tuple(sorted(year.split(grain, calendar), key=lambda part: position_in_year(part, grain, calendar)))
    windows = {
        name: tuple(_common(part, tuple(window for _, window in sorted(by_year.items()))) for part in parts)
        for name, by_year in sorted(holidays.items())
    }
    outside = tuple(
        part.without(days for within in windows.values() for days in within[place]) for place, part in enumerate(parts)
    )
    return YearLayout(
        parts=parts,
        windows=windows,
        outside=outside,
        workdays=tuple(sum(map(calendar.workdays, days)) for days in outside),
    )


def _common(part: Period, windows: tuple[Period, ...]) -> tuple[Period, ...]:
    found = (window.overlap(part) for window in windows)
    return tuple(days for days in found if days is not None)


def _factor(planned: int, recorded: int) -> Fraction | None:
    """Return how many days of a kind are planned for one recorded; ``None`` where there are some for none."""
    if recorded:
        return Fraction(planned, recorded)
    return None if planned else Fraction(1)


def _days(periods: Sequence[Period]) -> int:
    return sum(period.days for period in periods)
