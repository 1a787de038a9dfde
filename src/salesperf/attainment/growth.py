"""Growth by workdays: what a workday brought, against the same days of the year before."""

from collections.abc import Iterable
from fractions import Fraction

import attrs

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row

__all__ = ["WorkdayGrowth", "compare_by_workdays"]


@attrs.frozen(kw_only=True)
class WorkdayGrowth(Result):
    """The change of what a workday brought (按工作日可比的增长): made by :attr:`Attainment.growth_by_workdays`.

    Attributes
    ----------
    actual, last_year : Amount or None
        What was done in the days so far, and in the same days of the year before.
    workdays, workdays_last_year : int
        The workdays among those days.
    reason : Message or None
        Why the two cannot be compared; ``None`` where they can.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> growth = WorkdayGrowth(
    ...     actual=Amount.of(90, COUNT),
    ...     last_year=Amount.of(100, COUNT),
    ...     workdays=18,
    ...     workdays_last_year=22,
    ...     reason=None,
    ... )
    >>> round(growth.rate, 3)
    0.1
    >>> print(growth.breakdown.text())
    growth by workdays: 1/10 = difference of
      a workday over one of the year before: 11/10 = quotient of
        a workday: 5 = quotient of
          actual: 90
          workdays: 18
        a workday of the year before: 50/11 = quotient of
          year before: 100
          workdays of the year before: 22
      no change: 1
    """

    actual: Amount | None
    last_year: Amount | None
    workdays: int
    workdays_last_year: int
    reason: Message | None

    @property
    def _factor(self) -> Fraction | None:
        now, before = self._per_workday
        return None if self.reason is not None or now is None or not before else now / before

    @property
    def _per_workday(self) -> tuple[Fraction | None, Fraction | None]:
        return _over(self.actual, self.workdays), _over(self.last_year, self.workdays_last_year)

    @property
    def rate(self) -> float | None:
        """The growth, a fraction; ``None`` where ``reason`` says why.

        Notes
        -----
        (actual / workdays) / (last year / workdays of last year) - 1: what is left of growth once a month has a workday more,
        or the Spring Festival has moved.
        """
        return None if self._factor is None else float(self._factor - 1)

    @property
    def breakdown(self) -> Breakdown:
        """The growth as a workday over one of the year before, less 1; no more than that it is undefined, where it is."""
        growth = Message("breakdown.growth_by_workdays")
        if self._factor is None:
            return Breakdown(label=growth, value=None)
        now, before = self._per_workday
        factor = Breakdown(
            label=Message("breakdown.workday_over_last_year"),
            value=self._factor,
            rule=Quotient(),
            parts=(
                _explain("a_workday", now, ("actual", self.actual), ("workdays", self.workdays)),
                _explain(
                    "a_workday_last_year",
                    before,
                    ("last_year", self.last_year),
                    ("workdays_last_year", self.workdays_last_year),
                ),
            ),
        )
        no_change = Breakdown(label=Message("breakdown.no_change"), value=1)
        return Breakdown(label=growth, value=self._factor - 1, rule=Difference(), parts=(factor, no_change))

    def rows(self) -> list[Row]:
        """Return one row: actual, last year, the workdays of both, and the growth."""
        return [
            {
                "actual": None if self.actual is None else self.actual.decimal,
                "last_year": None if self.last_year is None else self.last_year.decimal,
                "workdays": self.workdays,
                "workdays_last_year": self.workdays_last_year,
                "growth_rate": self.rate,
            },
        ]


def compare_by_workdays(
    actual: Amount,
    last_year: Amount | None,
    days: Iterable[Period],
    days_last_year: Iterable[Period],
    calendar: Calendar,
    why_not: Message | None,
) -> WorkdayGrowth:
    """Hold what was done in some days against the year before, unless something says why not.

    Notes
    -----
    A calendar that names holidays of the one year and none of the other would count days off as worked, so by it the two are
    not compared.
    """
    now, before = tuple(days), tuple(days_last_year)
    workdays, workdays_last_year = (sum(map(calendar.workdays, each)) for each in (now, before))
    if why_not is None and last_year is None:
        why_not = Message("reason.last_year_nothing")
    elif why_not is None and last_year is not None and last_year.minor <= 0:
        why_not = Message("reason.last_year_not_positive")
    elif why_not is None and not (workdays and workdays_last_year):
        why_not = Message("reason.no_workdays")
    return WorkdayGrowth(
        actual=actual,
        last_year=last_year,
        workdays=workdays,
        workdays_last_year=workdays_last_year,
        reason=why_not or _why_holidays_unknown(now[0].start.year, before[0].start.year, calendar),
    )


def _why_holidays_unknown(year: int, last_year: int, calendar: Calendar) -> Message | None:
    named = {on.year for on in calendar.holidays}
    if (year in named) == (last_year in named):
        return None
    known, unknown = (year, last_year) if year in named else (last_year, year)
    return Message.of("reason.holidays_unknown", known=f"{known:04d}", unknown=f"{unknown:04d}")


def _over(amount: Amount | None, workdays: int) -> Fraction | None:
    return None if amount is None or not workdays else Fraction(amount.decimal) / workdays


def _explain(key: str, value: Fraction | None, *parts: tuple[str, Amount | int | None]) -> Breakdown:
    leaves = tuple(Breakdown(label=Message(f"breakdown.{name}"), value=part) for name, part in parts)
    return Breakdown(label=Message(f"breakdown.{key}"), value=value, rule=Quotient(), parts=leaves)
