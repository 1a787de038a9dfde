"""How long it takes until deals are won, with open deals censored rather than left out, and losses competing."""

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.funnel.chances import FEWEST_DEALS, curve_table
from salesperf.funnel.following import CAUSES
from salesperf.funnel.outcome_tally import OutcomeTally, check_segment, place_of, standing
from salesperf.funnel.tally import check_within
from salesperf.funnel.timing import Timing
from salesperf.funnel.winning import WonTimes
from salesperf.kernels.numeric import INT64_MAX, Column
from salesperf.kernels.proportion import wilson
from salesperf.kernels.survival import IncidenceCurve, SurvivalCurve, aalen_johansen, kaplan_meier
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Row
from salesperf.model.validators import check_whole, require

__all__ = ["TimeToWin", "time_to_win"]

_HALF: Final = 0.5


@attrs.frozen(kw_only=True, eq=False)
class TimeToWin(Timing):
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

    wins: int
    won: IncidenceCurve
    lost: IncidenceCurve
    cancelled: IncidenceCurve
    _open: SurvivalCurve

    @property
    def _main(self) -> IncidenceCurve:
        return self.won

    @property
    def share(self) -> Estimate:
        """Which share of the deals is won, as far as any was followed; the reason tells of those that were open then."""
        if self.deals < self.minimum:
            return self._too_few(self.deals)
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
            return self._too_few(self.deals)
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
            return self._too_few(self.wins, "days")
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
            return self._too_few(self.wins, "days")
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
        return self._restricted(self._open, until)

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
