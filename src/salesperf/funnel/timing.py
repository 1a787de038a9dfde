"""How long it takes: until deals are won, and in each stage, with open deals censored rather than left out."""

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.funnel.chances import FEWEST_DEALS, curve_table
from salesperf.funnel.following import CAUSES
from salesperf.funnel.outcome_tally import OutcomeTally, check_segment, place_of, standing
from salesperf.funnel.tally import check_within
from salesperf.funnel.winning import WonTimes
from salesperf.kernels.numeric import INT64_MAX, Column
from salesperf.kernels.proportion import wilson
from salesperf.kernels.survival import IncidenceCurve, SurvivalCurve, aalen_johansen, kaplan_meier
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_whole, require

__all__ = ["TimeInStage", "TimeToWin", "time_in_stage", "time_to_win"]

_HALF: Final = 0.5


@attrs.frozen(kw_only=True, eq=False)
class TimeToWin(Result):
    """How long deals take to be won: made by :func:`time_to_win`.

    Attributes
    ----------
    stage : str or None
        The key of the stage on entering which the days begin; ``None`` for the beginning of the deal.
    deals : int
        On how many deals it rests.
    wins : int
        How many of them were won.
    minimum : int
        Wins below which no time is told.
    won, lost, cancelled : IncidenceCurve
        Which share has ended so, by day. With the share that is open they sum to 1.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> def deal(days):
    ...     history = [Change(date(2026, 1, 1), stage="lead"), Change(date(2026, 1, 1) + timedelta(days), stage="closed")]
    ...     return Opportunity(id=f"o-{days}", history=history)
    >>> counted = funnel.outcomes([deal(days) for days in range(1, 41)], STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> print(time_to_win(counted).median)
    20 days [15, 26], n = 40
    """

    stage: str | None
    deals: int
    wins: int
    minimum: int
    won: IncidenceCurve
    lost: IncidenceCurve
    cancelled: IncidenceCurve
    _open: SurvivalCurve

    def __eq__(self, other: object) -> bool:
        """Compare by content: all curves are of one table."""
        if not isinstance(other, TimeToWin):
            return NotImplemented
        return _content(self, self.won) == _content(other, other.won)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    @property
    def share(self) -> Estimate:
        """Which share of the deals is won, as far as any was followed; the reason tells of those that were open then."""
        if self.deals < self.minimum:
            return Estimate.undefined(_too_few(self.deals, self.minimum), n=self.deals)
        left = float(self.won.survival[-1])
        reason = Message.of("funnel.reason.open_at_last", share=left, days=int(self.won.times[-1])) if left else None
        return Estimate(
            value=float(self.won.incidence[-1]),
            low=float(self.won.low[-1]),
            high=float(self.won.high[-1]),
            n=self.deals,
            level=self.won.level,
            reason=reason,
        )

    def won_within(self, days: int) -> Estimate:
        """Return the share of deals that are won within some days, those of the first day included.

        Parameters
        ----------
        days
            The horizon: 0 for the first day alone.

        Returns
        -------
        Estimate
            A share; undefined where there are fewer deals than :attr:`minimum`, or none was followed so long.

        Raises
        ------
        InvalidValueError
            If the horizon is not a whole number, 0 or more.

        See Also
        --------
        OutcomeTally.win_chance : of a deal that is open still, at whatever age.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import STANDARD_PROCESSES, funnel
        >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> time_to_win(nothing).won_within(60).value is None
        True
        """
        check_whole(days, ("days",), 0, INT64_MAX)
        if self.deals < self.minimum:
            return Estimate.undefined(_too_few(self.deals, self.minimum), n=self.deals)
        share = self.won.at(days)
        if np.isnan(share):
            reason = Message.of("funnel.reason.not_followed", days=int(self.won.times[-1]), horizon=days)
            return Estimate.undefined(reason, n=self.deals)
        place = int(np.searchsorted(self.won.times, days, side="right")) - 1
        if place < 0:  # nothing has happened yet, and nobody has left
            low, high = 0.0, wilson(0, self.deals, level=self.won.level).high
        else:
            low, high = float(self.won.low[place]), float(self.won.high[place])
        return Estimate(value=share, low=low, high=high, n=self.deals, level=self.won.level)

    @property
    def median(self) -> Estimate:
        """Days by which half of those that will be won are."""
        return self.quantile(_HALF)

    @cached_property
    def _won_times(self) -> WonTimes:
        return WonTimes(self.won, np.asarray(self.lost.events + self.cancelled.events, dtype=np.float64))

    def quantile(self, share: float) -> Estimate:
        """Return the days by which a share of those that will be won are.

        Parameters
        ----------
        share
            Within (0, 1).

        Returns
        -------
        Estimate
            Days; undefined where fewer were won than :attr:`minimum`. Who will be won is known only as far as deals were
            followed: the reason tells which share was open then.

        Raises
        ------
        InvalidValueError
            If the share lies outside (0, 1).

        Notes
        -----
        The first day on which the incidence of wins is at least the share of what it comes to; its interval by inverting
        the test that it is, as that of a median of survival.

        References
        ----------
        R. Brookmeyer and J. Crowley, "A confidence interval for the median survival time", *Biometrics* 38 (1982) 29-41.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import STANDARD_PROCESSES, funnel
        >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> time_to_win(nothing).quantile(0.9).reason.text()
        'not enough data: 0 deals on record, and it takes 10'
        """
        check_within(share, "share")
        if self.wins < self.minimum:
            return Estimate.undefined(_too_few(self.wins, self.minimum), n=self.wins, unit="days")
        value, interval = self._won_times.quantile(share)
        return self._days(value, interval.low, interval.high)

    def mean(self, until: int | None = None) -> Estimate:
        """Return the mean days to a win of those that are won within a horizon.

        Parameters
        ----------
        until
            The horizon, in days; ``None`` for as long as any deal was followed.

        Returns
        -------
        Estimate
            Days; undefined where fewer were won than :attr:`minimum`, or nobody was followed so long.

        Raises
        ------
        InvalidValueError
            If the horizon is not a whole number above 0.

        Notes
        -----
        The horizon less the area under the incidence of wins over what that comes to; the standard error by the delta
        method. Of few wins the interval holds the truth a little less often than it says: of some 20, in 92 of 100 cases.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import STANDARD_PROCESSES, funnel
        >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> time_to_win(nothing).mean(90).value is None
        True
        """
        if until is not None:
            check_whole(until, ("until",), 1, INT64_MAX)
        if self.wins < self.minimum:
            return Estimate.undefined(_too_few(self.wins, self.minimum), n=self.wins, unit="days")
        last = int(self.won.times[-1])
        horizon = last if until is None else until
        reached = self.won.at(horizon)
        if not reached > 0:
            reason = "none_won" if reached == 0 else "not_followed"
            return Estimate.undefined(
                Message.of(f"funnel.reason.{reason}", days=last, horizon=horizon), n=self.wins, unit="days"
            )
        value, interval = self._won_times.mean(horizon)
        return self._days(value, interval.low, interval.high)

    def open_days(self, until: int) -> Estimate:
        """Return the mean days for which a deal is open, none counting for more than a horizon.

        Parameters
        ----------
        until
            The horizon, in days.

        Returns
        -------
        Estimate
            Days, however the deal ends; undefined where nobody was followed so long.

        Raises
        ------
        InvalidValueError
            If the horizon is not a whole number above 0.

        Notes
        -----
        The area under the share that is open: :meth:`salesperf.kernels.survival.SurvivalCurve.restricted_mean`.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import STANDARD_PROCESSES, funnel
        >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> time_to_win(nothing).open_days(90).reason.text()
        'not enough data: 0 deals on record, and it takes 10'
        """
        return _restricted(self._open, self.deals, self.minimum, until)

    def _days(self, value: float, low: float, high: float) -> Estimate:
        return Estimate(
            value=value, low=low, high=high, n=self.wins, level=self.won.level, unit="days", reason=self.share.reason
        )

    def rows(self) -> list[Row]:
        """Return a row for each day on which anything happened: which share is won, lost, cancelled and open after it."""
        columns: dict[str, Column] = {
            "won": self.won.incidence,
            "won_low": self.won.low,
            "won_high": self.won.high,
            "lost": self.lost.incidence,
            "cancelled": self.cancelled.incidence,
            "open": self.won.survival,
        }
        lists = {name: column.tolist() for name, column in columns.items()}
        return [
            {"days": int(day), **{name: values[row] for name, values in lists.items()}, "at_risk": int(self.won.at_risk[row])}
            for row, day in enumerate(self.won.times)
        ]


def time_to_win(
    tally: OutcomeTally,
    *,
    stage: str | None = None,
    segment: int = 0,
    level: float = 0.95,
    minimum: int = FEWEST_DEALS,
) -> TimeToWin:
    """Tell how long deals take to be won, where losses compete and open deals are censored.

    Parameters
    ----------
    tally
        Deals counted by :func:`outcomes`.
    stage
        The key of the open stage on entering which the days begin; ``None`` for the beginning of the deal.
    segment
        The position of the segment.
    level
        The share of the intervals that hold the truth, each taken by itself, within (0, 1).
    minimum
        Wins below which no time is told, and deals below which no share.

    Returns
    -------
    TimeToWin
        Of no deals it tells nothing.

    Raises
    ------
    UnknownNameError
        If the process has no such open stage.
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    Of a tally that was watched ``since`` a day the curves stay flat over days of age on which no deal was watched, as if
    nothing happened on them: shares of won, lost and cancelled deals then read low. :meth:`OutcomeTally.win_chance` tells
    nothing of such days.

    References
    ----------
    O. O. Aalen and S. Johansen, "An empirical transition matrix for non-homogeneous Markov chains based on censored
    observations", *Scandinavian Journal of Statistics* 5 (1978) 141-150.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> deals = [
    ...     Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead"), Change(date(2026, 9, 8), stage="closed")]),
    ...     Opportunity(id="o-2", history=[Change(date(2026, 9, 10), stage="lead")]),
    ... ]
    >>> time_to_win(funnel.outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))).won.at(20)
    0.5
    """
    require(tally, OutcomeTally, path=("tally",))
    place = place_of(tally, stage)
    check_segment(tally, segment)
    check_whole(minimum, ("minimum",), 1, INT64_MAX)
    known = standing(tally, segment, place)
    table = curve_table(known.days, known.cause, known.entry, cause_count=len(CAUSES))
    curves = {name: aalen_johansen(table, cause, level=level) for name, cause in CAUSES.items()}
    return TimeToWin(
        stage=stage,
        deals=table.size,
        wins=int(table.counts[CAUSES["won"]].sum()),
        minimum=minimum,
        open=kaplan_meier(table, level=level),
        **curves,
    )


@attrs.frozen(kw_only=True, eq=False)
class TimeInStage(Result):
    """How long deals stand in a stage: made by :func:`time_in_stage`.

    Attributes
    ----------
    stage : str
        The key of the stage.
    deals : int
        Deals that entered it, each with its first time there.
    open : int
        How many of these stand there still: they are censored, so that they count for as long as they have stood.
    minimum : int
        Deals below which no time is told.
    curve : SurvivalCurve
        Which share is still there, by day.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> def deal(days):
    ...     history = [Change(date(2026, 1, 1), stage="lead"), Change(date(2026, 1, 1) + timedelta(days), stage="closed")]
    ...     return Opportunity(id=f"o-{days}", history=history)
    >>> counted = funnel.outcomes([deal(days) for days in range(1, 41)], STANDARD_PROCESSES["basic"], as_of=date(2026, 1, 31))
    >>> print(time_in_stage(counted, "lead").median)
    20 days [14, 26], n = 40
    """

    stage: str
    deals: int
    open: int
    minimum: int
    curve: SurvivalCurve

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, TimeInStage):
            return NotImplemented
        return _content(self, self.curve) == _content(other, other.curve)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    @property
    def median(self) -> Estimate:
        """Days after which half have left; undefined where more than half were never seen to leave."""
        if self.deals < self.minimum:
            return Estimate.undefined(_too_few(self.deals, self.minimum), n=self.deals, unit="days")
        value, interval = self.curve.median, self.curve.median_interval
        if np.isnan(value):
            return Estimate.undefined(Message.of("funnel.reason.half_not_left", count=self.open), n=self.deals, unit="days")
        reason = Message.of("funnel.reason.open_censored", count=self.open) if self.open else None
        low, high = min(interval.low, value), interval.high
        return Estimate(value=value, low=low, high=high, n=self.deals, level=self.curve.level, unit="days", reason=reason)

    def mean(self, until: int) -> Estimate:
        """Return the mean days in the stage, none counting for more than a horizon.

        Parameters
        ----------
        until
            The horizon, in days.

        Returns
        -------
        Estimate
            Days; undefined where nobody was followed so long.

        Raises
        ------
        InvalidValueError
            If the horizon is not a whole number above 0.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import STANDARD_PROCESSES, funnel
        >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> time_in_stage(nothing, "lead").mean(90).value is None
        True
        """
        return _restricted(self.curve, self.deals, self.minimum, until)

    def rows(self) -> list[Row]:
        """Return a row for each day on which a deal came or left: which share is still there after it."""
        names = ("survival", "low", "high")
        return [
            {
                "days": int(day),
                **{name: float(getattr(self.curve, name)[row]) for name in names},
                "at_risk": int(self.curve.at_risk[row]),
            }
            for row, day in enumerate(self.curve.times)
        ]


def time_in_stage(
    tally: OutcomeTally,
    stage: str,
    *,
    segment: int = 0,
    level: float = 0.95,
    minimum: int = FEWEST_DEALS,
) -> TimeInStage:
    """Tell how long deals stand in a stage, with those that stand there still.

    Parameters
    ----------
    tally
        Deals counted by :func:`outcomes`.
    stage
        The key of the open stage.
    segment
        The position of the segment.
    level
        The share of the intervals that hold the truth, each taken by itself, within (0, 1).
    minimum
        Deals below which no time is told.

    Returns
    -------
    TimeInStage
        Of a stage that none entered it tells nothing.

    Raises
    ------
    UnknownNameError
        If the process has no such open stage.
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    To take the median of the visits that have ended would favour short ones: the long ones are those that go on. Here each
    deal counts with its first visit, as at risk of leaving for as long as it was seen there: :func:`kaplan_meier`.

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", *Journal of the American
    Statistical Association* 53 (1958) 457-481.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> deals = [
    ...     Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead"), Change(date(2026, 9, 8), stage="closed")]),
    ...     Opportunity(id="o-2", history=[Change(date(2026, 9, 10), stage="lead")]),
    ... ]
    >>> lead = time_in_stage(funnel.outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)), "lead")
    >>> lead.curve.at(10), lead.open
    (0.5, 1)
    """
    require(tally, OutcomeTally, path=("tally",))
    require(stage, str, path=("stage",))
    place = place_of(tally, stage)
    check_segment(tally, segment)
    check_whole(minimum, ("minimum",), 1, INT64_MAX)
    known = standing(tally, segment, place)
    # A stay that had ended before the first day that was watched was not watched.
    seen = np.flatnonzero(known.stay >= known.entry)
    table = curve_table(known.stay[seen], known.is_left[seen], known.entry[seen], cause_count=1)
    return TimeInStage(
        stage=stage,
        deals=table.size,
        open=int(table.counts[0].sum()),
        minimum=minimum,
        curve=kaplan_meier(table, level=level),
    )


def _content(told: TimeToWin | TimeInStage, curve: IncidenceCurve | SurvivalCurve) -> tuple[object, ...]:
    """Return what all that is told follows from."""
    return told.stage, told.deals, told.minimum, curve.table, curve.level


def _too_few(n: int, minimum: int) -> Message:
    return Message.of("funnel.reason.too_few", n=n, minimum=minimum)


def _restricted(curve: SurvivalCurve, deals: int, minimum: int, until: int) -> Estimate:
    """Tell the mean days up to a horizon of what is left."""
    check_whole(until, ("until",), 1, INT64_MAX)
    if deals < minimum:
        return Estimate.undefined(_too_few(deals, minimum), n=deals, unit="days")
    mean = curve.restricted_mean(until)
    if np.isnan(mean.value):
        reason = Message.of("funnel.reason.not_followed", days=int(curve.times[-1]), horizon=until)
        return Estimate.undefined(reason, n=deals, unit="days")
    return Estimate(value=mean.value, low=mean.interval.low, high=mean.interval.high, n=deals, level=curve.level, unit="days")
