"""History: the growth that a target asks for, against the growth that the same owner has shown."""

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise
from typing import ClassVar, Final, Literal, TypeAlias

import attrs

from salesperf.attainment import ActualTally
from salesperf.attainment.judging import DAYS_OF_GRACE
from salesperf.attainment.ledger import Ledger
from salesperf.errors import UnitMismatchError
from salesperf.feasibility.evidence import Evidence, EvidenceKind
from salesperf.feasibility.policy import FeasibilityPolicy, Verdict
from salesperf.feasibility.recorded import amounts_in, judged_amount
from salesperf.kernels.special import student_t_cdf, student_t_quantile
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, each, of_type, optional, require

__all__ = ["GrowthEvidence", "GrowthMethod", "History"]

GrowthMethod: TypeAlias = Literal["student_t", "ranks"]
_GRACE: Final = timedelta(days=DAYS_OF_GRACE)


def _as_amounts(value: Iterable[Amount]) -> tuple[Amount, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class History:
    """What an owner reached in earlier periods that can be compared with that of a target.

    Parameters
    ----------
    amounts
        Oldest first, of periods that follow one another and end with the one right before the target's: years, or the same
        month of each year. Consecutive months of a seasonal trade are not to be compared.
    reason
        Why there are so few of them; ``None`` where there is nothing to say.

    Raises
    ------
    InvalidValueError
        If something is no amount.
    UnitMismatchError
        If amounts are in two units.

    Examples
    --------
    >>> from salesperf import CNY
    >>> [round(rate, 2) for rate in History(amounts=[Amount.of(yuan, CNY) for yuan in (100, 110, 99)]).growth_rates]
    [0.1, -0.1]
    """

    amounts: tuple[Amount, ...] = attrs.field(converter=_as_amounts, validator=each(of_type(Amount)))
    reason: Message | None = attrs.field(default=None, validator=optional(of_type(Message)))

    def __attrs_post_init__(self) -> None:
        """Check that all are in one unit."""
        for position, amount in enumerate(self.amounts):
            if amount.unit != self.amounts[0].unit:
                left, right = str(self.amounts[0].unit), str(amount.unit)
                raise UnitMismatchError("unit_mismatch", path=("History", "amounts", position), left=left, right=right)

    @classmethod
    def of(cls, target: Target, tally: ActualTally, *, org: Org | None = None) -> "History":
        """Read the same days of earlier years from actuals, as far back as these reach.

        Parameters
        ----------
        target
            Of whom, of what, and for which days; a flow.
        tally
            The actuals, counted.
        org
            Who is under whom: a team did what its members did on the days that they served there. ``None`` where each did
            only what is recorded under its own id.

        Returns
        -------
        History
            Years that the records hold in full, to within a week at either end; none where they do not reach the end of the
            year before.

        Raises
        ------
        InvalidValueError
            If something is of another kind, less of the metric is better, or the amount is not above 0.
        NotAdditiveError
            If the metric is not a flow.
        UnitMismatchError
            If actuals of those days are in another unit than the target.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS, Actual
        >>> from salesperf.attainment import tally
        >>> visits = STANDARD_METRICS["visits"]
        >>> done = [
        ...     Actual(owner="ada", metric=visits, amount=Amount.of(number, COUNT), on=on)
        ...     for number, on in ((9, date(2024, 1, 2)), (10, date(2024, 9, 3)), (12, date(2025, 9, 2)))
        ... ]
        >>> goal = Target(owner="ada", metric=visits, amount=Amount.of(14, COUNT), period=Period.month(2026, 9))
        >>> [amount.minor for amount in History.of(goal, tally([*done, attrs.evolve(done[0], on=date(2026, 5, 1))])).amounts]
        [10, 12]
        """
        require(target, Target, path=("target",))
        require(tally, ActualTally, path=("tally",))
        require(org, Org, type(None), path=("org",))
        judged_amount(target)
        ledger = Ledger(tally, org)
        began = ledger.first_day(target.metric)
        if began is None:
            return cls(amounts=(), reason=Message.of("reason.not_recorded", metric=Message(target.metric.title)))
        ended = date.fromordinal(tally.first_day + tally.days - 1)
        years = list(_years_before(target.period, began))
        if not years:
            return cls(amounts=(), reason=Message.of("season.begins", began=began))
        if ended < years[0].last - _GRACE:
            return cls(amounts=(), reason=Message.of("season.ends", ended=ended))
        amounts = amounts_in(years[::-1], target, ledger)
        return cls(amounts=amounts, reason=Message.of("season.begins", began=began))

    @property
    def growth_rates(self) -> tuple[float, ...]:
        """The growth from each amount to the next, fractions; ``nan`` from what is not above 0."""
        return tuple(
            after.minor / before.minor - 1 if before.minor > 0 else math.nan for before, after in pairwise(self.amounts)
        )


def _years_before(period: Period, began: date) -> Iterator[Period]:
    """Go back through the same days of earlier years, as long as the records hold them."""
    earlier = period.year_before()
    while began <= earlier.start + _GRACE:
        yield earlier
        earlier = earlier.year_before()


@attrs.frozen(kw_only=True)
class GrowthEvidence(Evidence):
    """The growth that a target asks for, as a percentile of what past growth lets expect: made by :func:`assess`.

    Attributes
    ----------
    target : Amount
        What is to be reached.
    history : History
        What was reached before.
    policy : FeasibilityPolicy
        How many growths are enough, and by which cuts of the percentile the verdict goes.

    Notes
    -----
    With x the log of one plus a growth, n past ones, their mean m and standard deviation s: the percentile of the growth
    asked for is that of (x - m) / (s sqrt(1 + 1 / n)) in Student's t distribution with n - 1 degrees of freedom, as growths
    compound and are taken to vary alike. From ``policy.many_growths`` on no distribution is assumed: the percentile is
    (k + e / 2 + 1 / 2) / (n + 1) with k past growths below it and e equal to it, and the interval reaches from the h-th
    smallest to the h-th largest, with h the largest number for which (n + 1 - 2h) / (n + 1) is at least the level. Both take
    growths as independent of each other.

    References
    ----------
    G. J. Hahn and W. Q. Meeker, *Statistical Intervals: A Guide for Practitioners*, Wiley 1991, sections 4.6 and 5.3.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.feasibility import DEFAULT_POLICY
    >>> past = History(amounts=[Amount.of(yuan, CNY) for yuan in (100, 108, 119, 125, 139)])
    >>> found = GrowthEvidence(target=Amount.of(170, CNY), history=past, policy=DEFAULT_POLICY)
    >>> round(found.growth_rate, 3), round(found.percentile, 3), found.verdict
    (0.223, 0.988, 'too_high')
    >>> print(found.expected)
    0.0858097 [0.0367856, 0.137152], n = 4
    >>> found.reasonable.text()
    'CNY 144.12 to CNY 150.92'
    """

    kind: ClassVar[EvidenceKind] = "history"
    target: Amount
    history: History
    policy: FeasibilityPolicy

    @property
    def method(self) -> GrowthMethod:
        """How past growth is made into an expectation: ``"student_t"``, or ``"ranks"`` where there are many."""
        return "ranks" if len(self.history.amounts) > self.policy.many_growths else "student_t"

    @property
    def growth_rate(self) -> float | None:
        """The growth that the target asks for, a fraction of the last amount; ``None`` where there is no such."""
        rate = self._growth
        return None if rate is None else float(rate)

    @property
    def _growth(self) -> Fraction | None:
        if not self.history.amounts or self.history.amounts[-1].minor <= 0:
            return None
        return Fraction(self.target.minor, self.history.amounts[-1].minor) - 1

    @cached_property
    def _lacking(self) -> Message | None:
        """Why past growth says nothing."""
        amounts, least = self.history.amounts, self.policy.least_growths
        if len(amounts) <= least:
            count = max(len(amounts) - 1, 0)
            if self.history.reason is None:
                return Message.of("feasibility.reason.few_growths", count=count, least=least)
            return Message.of("feasibility.reason.few_growths_since", count=count, least=least, why=self.history.reason)
        if any(amount.minor <= 0 for amount in amounts):
            return Message("feasibility.reason.not_above_zero")
        if self._spread == 0:
            return Message("feasibility.reason.growths_alike")
        return None

    @cached_property
    def _logs(self) -> list[float]:
        return [math.log(after.minor / before.minor) for before, after in pairwise(self.history.amounts)]

    @cached_property
    def _mean(self) -> float:
        return math.fsum(self._logs) / len(self._logs)

    @cached_property
    def _spread(self) -> float:
        """The standard deviation of the next log growth around the mean of those seen."""
        logs, mean = self._logs, self._mean
        count = len(logs)
        if max(logs) - min(logs) <= _ALIKE * (1 + abs(mean)):
            return 0.0
        return math.sqrt(math.fsum((log - mean) ** 2 for log in logs) / (count - 1) * (1 + 1 / count))

    @property
    def percentile(self) -> float | None:
        """The probability of less growth than the target asks for; ``None`` where :attr:`reason` says why."""
        return None if self._lacking else self._percentile_of(self.target)

    @property
    def demand(self) -> float | None:
        """The percentile."""
        return self.percentile

    def _percentile_of(self, amount: Amount) -> float:
        if amount.minor <= 0:
            return 0.0
        log, logs = math.log(amount.minor / self.history.amounts[-1].minor), self._logs
        if self.method == "student_t":
            return student_t_cdf((log - self._mean) / self._spread, len(logs) - 1)
        below, equal = sum(each < log for each in logs), sum(each == log for each in logs)
        return (below + equal / 2 + 0.5) / (len(logs) + 1)

    @property
    def expected(self) -> Estimate:
        """The growth to expect, a fraction: its median, and a prediction interval at the policy's level."""
        if self._lacking:
            return Estimate.undefined(self._lacking, n=max(len(self.history.amounts) - 1, 0))
        logs, level = sorted(self._logs), self.policy.level
        count = len(logs)
        if self.method == "ranks":
            rank = math.floor((count + 1) * (1 - level) / 2 + _ALIKE)
            ends = (logs[rank - 1], logs[-rank]) if rank else (-math.inf, math.inf)
            middle = (logs[(count - 1) // 2] + logs[count // 2]) / 2
        else:
            middle = self._mean
            reach = _quantile(level, count - 1) * self._spread
            ends = (middle - reach, middle + reach)
        low, value, high = (math.expm1(log) for log in (ends[0], middle, ends[1]))
        return Estimate(value=value, low=low, high=high, n=count, level=level)

    def judge(self, amount: Amount) -> Verdict:
        """Say what the verdict would be of another amount in the place of the target."""
        if self._lacking:
            return "not_enough_evidence"
        return self.policy.history.verdict(self._percentile_of(amount))

    @property
    def reason(self) -> Message:
        """The growth asked for, and what past growth lets expect; or why it says nothing."""
        if self._lacking:
            return self._lacking
        expected = self.expected
        return Message.of(
            f"feasibility.reason.{self.method}",
            growth=self.growth_rate,
            percentile=self.percentile,
            expected=expected.value,
            low=expected.low,
            high=expected.high,
            level=expected.level,
            count=expected.n,
        )

    @property
    def breakdown(self) -> Breakdown:
        """The growth that the target asks for: the target over the last amount, less 1."""
        growth, last = self._growth, self.history.amounts[-1] if self.history.amounts else None
        label = Message("feasibility.growth")
        if growth is None:
            return Breakdown(label=label, value=None)
        factor = Breakdown(
            label=Message("feasibility.over_last"),
            value=growth + 1,
            rule=Quotient(),
            parts=(
                Breakdown(label=Message("breakdown.target"), value=self.target),
                Breakdown(label=Message("feasibility.last"), value=last),
            ),
        )
        no_change = Breakdown(label=Message("breakdown.no_change"), value=1)
        return Breakdown(label=label, value=growth, rule=Difference(), parts=(factor, no_change))


_ALIKE: Final = 1e-12
"""Logs that differ by no more are the same growth, told apart by rounding alone."""


@cache
def _quantile(level: float, degrees: int) -> float:
    """Return Student's t once for each number of growths: many owners have records of the same years."""
    return student_t_quantile(0.5 + level / 2, degrees)
