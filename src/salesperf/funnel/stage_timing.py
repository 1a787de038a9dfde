"""How long deals stand in a stage, with those that stand there still."""

import attrs
import numpy as np

from salesperf.funnel.chances import FEWEST_DEALS, curve_table
from salesperf.funnel.outcome_tally import OutcomeTally, check_segment, place_of, standing
from salesperf.funnel.timing import Timing
from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.survival import SurvivalCurve, kaplan_meier
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Row
from salesperf.model.validators import check_whole, require

__all__ = ["TimeInStage", "time_in_stage"]


@attrs.frozen(kw_only=True, eq=False)
class TimeInStage(Timing):
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
    open: int
    curve: SurvivalCurve

    @property
    def _main(self) -> SurvivalCurve:
        return self.curve

    @property
    def median(self) -> Estimate:
        """Days after which half have left; undefined where more than half were never seen to leave."""
        if self.deals < self.minimum:
            return self._too_few(self.deals, "days")
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
        return self._restricted(self.curve, until)

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
