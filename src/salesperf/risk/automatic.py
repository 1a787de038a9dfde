"""Risks that results show by themselves: in the pipeline, among people, in the plan, among customers."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from salesperf.allocation import FairnessAudit
from salesperf.customers import Lifecycle, Purchases
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.proportion import wilson
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.risk_entry import Risk, RiskAssessment, RiskKind
from salesperf.model.scale import Steps
from salesperf.model.validators import as_frozen_map, check_date, require
from salesperf.pipeline import Concentration, Coverage
from salesperf.risk.tracking import PlanProgress

__all__ = [
    "RISK_SCALES",
    "bought_before_quiet",
    "customer_risks",
    "people_risks",
    "pipeline_risks",
    "plan_risks",
    "value_by_customer",
]

_USUAL_COVERAGE: Final = 3.0
"""What pipeline coverage is held against where no win rate says how much is needed: the field's rule of thumb."""
_YEAR: Final = 365
_MOST: Final = 5
"""Of likelihood and impact."""
_FEWEST: Final = 2
"""Of one alone, all hangs on that one, and nothing else is to be said."""

RISK_SCALES: Final[Mapping[str, Steps]] = MappingProxyType(
    {
        "thin_pipeline": Steps([(0.1, 2), (0.25, 3), (0.5, 4), (0.75, 5)]),
        "one_deal": Steps([(0.2, 2), (0.3, 3), (0.45, 4), (0.6, 5)]),
        "one_customer_ahead": Steps([(0.25, 2), (0.35, 3), (0.5, 4), (0.7, 5)]),
        "stale_pipeline": Steps([(0.2, 2), (0.35, 3), (0.5, 4), (0.7, 5)]),
        "one_rep": Steps([(0.3, 2), (0.4, 3), (0.5, 4), (0.65, 5)]),
        "attrition": Steps([(0.1, 2), (0.2, 3), (0.3, 4), (0.4, 5)]),
        "unfair_plan": Steps([(0.1, 2), (0.25, 3), (0.4, 4), (0.6, 5)]),
        "late_plan": Steps([(0.05, 2), (0.15, 3), (0.3, 4), (0.5, 5)]),
        "one_customer": Steps([(0.2, 2), (0.3, 3), (0.4, 4), (0.6, 5)]),
        "accounts_at_risk": Steps([(0.05, 2), (0.1, 3), (0.2, 4), (0.35, 5)]),
        "impact": Steps([(0.0, 1), (0.05, 2), (0.1, 3), (0.2, 4), (0.35, 5)]),
    }
)
"""From which share on a risk is how likely, 2 to 5; below the first step it is none. ``"impact"`` says from which share of what
it is held against a risk is how grave, 1 to 5. Rules of thumb: lay scales of your own over them."""


@attrs.frozen(kw_only=True)
class _Maker:
    """What all risks of a question have in common."""

    kind: RiskKind
    owner: str | None
    as_of: date
    scales: Mapping[str, Steps]

    def risk(
        self, key: str, share: float, impact_share: float, *citations: Citation, at_stake: Amount | None = None
    ) -> Iterator[Risk]:
        """Yield a risk, if the share is large enough for one."""
        likelihood = int(self.scales[key].points(share))
        if likelihood < 1:
            return
        impact = max(1, int(self.scales["impact"].points(impact_share)))
        yield Risk(
            id=f"{self.kind}/{key}" if self.owner is None else f"{self.kind}/{key}/{self.owner}",
            title=f"risk.automatic.{key}",
            kind=self.kind,
            owner=self.owner,
            assessments=(RiskAssessment(on=self.as_of, likelihood=likelihood, impact=impact),),
            at_stake=at_stake,
            citations=citations,
        )


def _maker(kind: RiskKind, owner: str | None, as_of: date, scales: Mapping[str, Steps] | None) -> _Maker:
    check_date(as_of, ("as_of",))
    given = RISK_SCALES if scales is None else as_frozen_map(scales)
    require(given, Mapping, path=("scales",))
    for key, scale in given.items():
        if key not in RISK_SCALES:
            raise InvalidValueError("choice", path=("scales",), choices=tuple(RISK_SCALES), value=key)
        require(scale, Steps, path=("scales", key))
        if not 0 <= scale.low <= scale.high <= _MOST:
            raise InvalidValueError("out_of_range", path=("scales", key), low=0, high=_MOST, value=scale.high)
    if owner is not None:
        require(owner, str, path=("owner",))
    return _Maker(kind=kind, owner=owner, as_of=as_of, scales={**RISK_SCALES, **given})


def pipeline_risks(
    coverage: Coverage,
    *,
    owner: str | None = None,
    scales: Mapping[str, Steps] | None = None,
    whole: Amount | None = None,
) -> tuple[Risk, ...]:
    """Find the risks of a pipeline: too thin, hanging on one deal or one customer, or made of deals that stand still.

    Parameters
    ----------
    coverage
        The open pipeline of a period against what is still to be won in it.
    owner
        Whose it is; ``None`` for the company.
    scales
        Scales instead of those of :data:`RISK_SCALES`, by name.
    whole
        What impact is held against: the target of the whole period, where the coverage is of what is left of it; the target of
        the coverage where not given.

    Returns
    -------
    tuple of Risk
        Each with the numbers that it rests on and what is at stake, assessed on the day of the coverage.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    UnitMismatchError
        If the whole is in another unit than the target.

    Notes
    -----
    Thin: the share of the pipeline needed that is missing, needed = (target - won value) / win rate by value; without a win
    rate, the share that is missing to three times what is still to be won. Impact: what is at stake over the whole.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period
    >>> from salesperf.pipeline import coverage
    >>> begun = Change(date(2026, 7, 1), stage="proposal", amount=Amount.of(600, CNY), expected_close=date(2026, 9, 30))
    >>> deal = Opportunity(id="o-1", history=[begun])
    >>> found = coverage(
    ...     [deal],
    ...     STANDARD_PROCESSES["solution"],
    ...     target=Amount.of(1000, CNY),
    ...     period=Period.quarter(2026, 3),
    ...     as_of=date(2026, 8, 31),
    ...     win_rate_by_value=Estimate(value=0.3, n=50),
    ... )
    >>> for risk in pipeline_risks(found):
    ...     print(risk.id, risk.likelihood, risk.at_stake)
    pipeline/thin_pipeline 5 820.00 CNY
    pipeline/one_deal 5 600.00 CNY
    """
    require(coverage, Coverage, path=("coverage",))
    maker = _maker("pipeline", owner, coverage.as_of, scales)
    require(whole, Amount, type(None), path=("whole",))
    owed = coverage.target if whole is None else whole
    if owed.unit != coverage.target.unit:
        left, right = str(coverage.target.unit), str(owed.unit)
        raise UnitMismatchError("unit_mismatch", path=("whole",), left=left, right=right)
    return (*_thin(coverage, owed, maker), *_concentrated(coverage, owed, maker), *_stale(coverage, owed, maker))


def _thin(coverage: Coverage, owed: Amount, maker: _Maker) -> Iterator[Risk]:
    remaining, held = coverage.remaining, coverage.open_value
    if remaining is None or held is None or coverage.target.minor <= 0 or remaining.minor <= 0:
        return
    rate = coverage.win_rate_by_value
    share_won = Fraction(rate.value) if rate.value else 1 / Fraction(_USUAL_COVERAGE)
    at_stake = remaining - held.times(share_won)
    missing = float(Fraction(at_stake.minor, remaining.minor))
    cited = [
        Citation(
            label=Message("risk.cited.coverage"),
            value=coverage.ratio,
            against=float(1 / share_won),
            source=Message("risk.source.coverage"),
        ),
        Citation(label=Message("risk.cited.remaining"), value=remaining, source=Message("risk.source.coverage")),
    ]
    if rate.value:
        label, source = Message("risk.cited.win_rate_by_value"), Message("risk.source.decided")
        cited.append(Citation.of(label, rate, source=source, is_share=True))
    if at_stake.minor > 0:
        yield from maker.risk("thin_pipeline", missing, _over(at_stake, owed), *cited, at_stake=at_stake)


def _concentrated(coverage: Coverage, owed: Amount, maker: _Maker) -> Iterator[Risk]:
    pipeline, total = coverage.pipeline, coverage.pipeline.total.amount
    for key, found in (("one_deal", pipeline.deal_concentration), ("one_customer_ahead", pipeline.customer_concentration)):
        if found.largest_share is None or total is None:
            continue
        field = "id" if key == "one_deal" else "customer"
        largest = [deal for deal in pipeline.deals if getattr(deal, field) == found.largest]
        at_stake = Amount.total([deal.amount for deal in largest if deal.amount is not None], total.unit)
        cited = Citation(
            label=Message.of(f"risk.cited.{key}", name=found.largest),
            value=found.largest_share,
            n=found.n,
            is_share=True,
            source=Message("risk.source.pipeline"),
        )
        yield from maker.risk(key, found.largest_share, _over(at_stake, owed), cited, at_stake=at_stake)


def _stale(coverage: Coverage, owed: Amount, maker: _Maker) -> Iterator[Risk]:
    pipeline, total = coverage.pipeline, coverage.pipeline.total.amount
    if total is None or total.minor <= 0:
        return
    stale = [deal for deal in pipeline.deals if {"stalled", "overdue"}.intersection(deal.flags)]
    at_stake = Amount.total([deal.amount for deal in stale if deal.amount is not None], total.unit)
    share = at_stake.minor / total.minor
    cited = Citation(
        label=Message.of("risk.cited.stale_pipeline", count=len(stale)),
        value=share,
        n=len(pipeline.deals),
        is_share=True,
        source=Message("risk.source.pipeline"),
    )
    yield from maker.risk("stale_pipeline", share, _over(at_stake, owed), cited, at_stake=at_stake)


def _over(part: Amount, whole: Amount) -> float:
    return part.minor / whole.minor if whole.minor > 0 else 1.0


def people_risks(
    sold: Mapping[str, Amount],
    *,
    as_of: date,
    attrition: Estimate | None = None,
    owner: str | None = None,
    scales: Mapping[str, Steps] | None = None,
) -> tuple[Risk, ...]:
    """Find the risks among people: all hangs on one of them, or many leave.

    Parameters
    ----------
    sold
        Rep to what was sold, in one unit: of everybody under the owner, those who sold nothing among them.
    as_of
        The day on which this was known.
    attrition
        The share of people who left, as :func:`attrition` tells it.
    owner
        The team; ``None`` for the company.
    scales
        As for :func:`pipeline_risks`.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    UnitMismatchError
        If amounts are in several units.

    Examples
    --------
    >>> from salesperf import CNY
    >>> sold = {"ada": Amount.of(700, CNY), "bo": Amount.of(200, CNY), "chen": Amount.of(100, CNY)}
    >>> [(risk.id, risk.likelihood, risk.impact) for risk in people_risks(sold, as_of=date(2026, 9, 30))]
    [('people/one_rep', 5, 5)]
    """
    maker = _maker("people", owner, as_of, scales)
    given = as_frozen_map(sold)
    require(given, Mapping, path=("sold",))
    for rep, amount in given.items():
        require(amount, Amount, path=("sold", rep))
    require(attrition, Estimate, type(None), path=("attrition",))
    return (*_one_rep(given, maker), *_leaving(attrition, maker))


def _one_rep(sold: Mapping[str, Amount], maker: _Maker) -> Iterator[Risk]:
    if len(sold) < _FEWEST:
        return
    whole = Amount.total(sold.values(), next(iter(sold.values())).unit)
    found = Concentration.of(sold, left_out=0)
    if found.largest_share is None or found.largest is None:
        return
    cited = Citation(
        label=Message.of("risk.cited.one_rep", name=found.largest),
        value=found.largest_share,
        n=found.n,
        against=1 / found.n,
        is_share=True,
        source=Message("risk.source.sold"),
    )
    at_stake = sold[found.largest]
    yield from maker.risk("one_rep", found.largest_share, _over(at_stake, whole), cited, at_stake=at_stake)


def _leaving(attrition: Estimate | None, maker: _Maker) -> Iterator[Risk]:
    if attrition is None or attrition.value is None:
        return
    cited = Citation.of(Message("risk.cited.attrition"), attrition, source=Message("risk.source.org"), is_share=True)
    yield from maker.risk("attrition", attrition.value, attrition.value, cited)


def plan_risks(
    *,
    as_of: date,
    fairness: FairnessAudit | None = None,
    progress: PlanProgress | None = None,
    owner: str | None = None,
    scales: Mapping[str, Steps] | None = None,
) -> tuple[Risk, ...]:
    """Find the risks of a plan: targets that ask of some far more than of others, or tasks that are late.

    Parameters
    ----------
    as_of
        The day on which this was known.
    fairness
        What :func:`salesperf.allocation.audit` found.
    progress
        What :func:`track` found.
    owner, scales
        As for :func:`pipeline_risks`.

    Notes
    -----
    Unfair: the share of owners whose target lies beyond the tolerance by any yardstick. Late: the share of tasks, but for
    those dropped, that are late or will be.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Examples
    --------
    >>> from salesperf import Task, TaskPlan
    >>> from salesperf.risk import track
    >>> task = Task(id="list", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15))
    >>> late = track(TaskPlan(id="winter", tasks=[task]), as_of=date(2026, 9, 20))
    >>> [(risk.id, risk.likelihood) for risk in plan_risks(as_of=date(2026, 9, 20), progress=late)]
    [('plan/late_plan', 5)]
    """
    maker = _maker("plan", owner, as_of, scales)
    require(fairness, FairnessAudit, type(None), path=("fairness",))
    require(progress, PlanProgress, type(None), path=("progress",))
    if progress is not None and progress.as_of > as_of:
        raise InvalidValueError("evidence_later", path=("progress",), last=as_of, value=progress.as_of)
    return (*_unfair(fairness, maker), *_late(progress, maker))


def _unfair(fairness: FairnessAudit | None, maker: _Maker) -> Iterator[Risk]:
    if fairness is None or not fairness.lines:
        return
    owners = {line.owner for line in fairness.lines}
    beyond = {line.owner for line in fairness.lines if line.beyond}
    share = len(beyond) / len(owners)
    indexes = [line.index for line in fairness.lines if line.index is not None]
    farthest = max(indexes, key=lambda index: abs(index - 1), default=1.0)
    source = Message("risk.source.fairness")
    cited = [
        Citation(label=Message("risk.cited.beyond"), value=share, n=len(owners), is_share=True, source=source),
        Citation(label=Message("risk.cited.farthest"), value=farthest, against=1, source=source),
    ]
    yield from maker.risk("unfair_plan", share, abs(farthest - 1), *cited)


def _late(progress: PlanProgress | None, maker: _Maker) -> Iterator[Risk]:
    counted = [] if progress is None else [line for line in progress.lines if line.task.status != "dropped"]
    if progress is None or not counted:
        return
    late, endangered = len(progress.late), len(progress.endangered)
    share = (late + endangered) / len(counted)
    interval = wilson(late + endangered, len(counted))
    cited = Citation(
        label=Message.of("risk.cited.late_plan", late=late, endangered=endangered),
        value=share,
        low=interval.low,
        high=interval.high,
        n=len(counted),
        is_share=True,
        source=Message.of("risk.source.tasks", plan=progress.plan.label),
    )
    yield from maker.risk("late_plan", share, share, cited)


def value_by_customer(purchases: Purchases, *, days: int = _YEAR) -> Mapping[str, Amount]:
    """Return what each customer bought in the last days up to that to which purchases are known, of who bought anything.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    days
        How many days to look back, the last one included.

    Examples
    --------
    >>> dict(value_by_customer(Purchases.empty(as_of=date(2026, 9, 30))))
    {}
    """
    if purchases.unit is None:
        return MappingProxyType({})
    first = purchases.as_of.toordinal() - days
    chosen = purchases.days > first
    sums = np.zeros(len(purchases.customers), dtype=np.int64)
    np.add.at(sums, purchases.codes[chosen], purchases.minor[chosen])
    named = zip(purchases.customers, sums.tolist(), strict=True)
    return MappingProxyType({name: Amount(minor=minor, unit=purchases.unit) for name, minor in named if minor > 0})


def customer_risks(
    purchases: Purchases,
    *,
    lifecycle: Lifecycle | None = None,
    owner: str | None = None,
    scales: Mapping[str, Steps] | None = None,
) -> tuple[Risk, ...]:
    """Find the risks among customers: much hangs on one of them, or much on those who have gone quiet.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    lifecycle
        Where customers stand.
    owner, scales
        As for :func:`pipeline_risks`.

    Notes
    -----
    Shares are of what was bought in the last 365 days; of who has gone quiet, of what was bought in the 365 days before the
    first day on which a customer who is at risk now may have bought last.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the lifecycle is of a later day than the purchases.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.model.codes import Codes
    >>> days = np.array(["2026-03-01", "2026-05-01", "2026-09-09"], dtype="datetime64[D]")
    >>> who, paid = Codes.of(["k-1", "k-2", "k-1"]), np.array([50000, 20000, 30000])
    >>> bought = Purchases.of(who, days, paid, unit=CNY, as_of=date(2026, 9, 30))
    >>> [(risk.id, risk.likelihood, str(risk.at_stake)) for risk in customer_risks(bought)]
    [('customer/one_customer', 5, '800.00 CNY')]
    """
    require(purchases, Purchases, path=("purchases",))
    require(lifecycle, Lifecycle, type(None), path=("lifecycle",))
    maker = _maker("customer", owner, purchases.as_of, scales)
    if lifecycle is not None and lifecycle.as_of > purchases.as_of:
        raise InvalidValueError("evidence_later", path=("lifecycle",), last=purchases.as_of, value=lifecycle.as_of)
    return (*_one_customer(purchases, maker), *_gone_quiet(purchases, lifecycle, maker))


def _one_customer(purchases: Purchases, maker: _Maker) -> Iterator[Risk]:
    bought = value_by_customer(purchases)
    found = Concentration.of(bought, left_out=0)
    if found.n < _FEWEST or found.largest is None or found.largest_share is None:
        return
    cited = Citation(
        label=Message.of("risk.cited.one_customer", name=found.largest),
        value=found.largest_share,
        n=found.n,
        is_share=True,
        source=Message("risk.source.purchases"),
    )
    at_stake = bought[found.largest]
    yield from maker.risk("one_customer", found.largest_share, found.largest_share, cited, at_stake=at_stake)


def _gone_quiet(purchases: Purchases, lifecycle: Lifecycle | None, maker: _Maker) -> Iterator[Risk]:
    before = None if lifecycle is None else bought_before_quiet(purchases, lifecycle)
    if before is None or lifecycle is None or purchases.unit is None:
        return
    whole = Amount.total(before.values(), purchases.unit)
    quiet = {name: amount for name, amount in before.items() if lifecycle.state_by_customer.get(name) == "at_risk"}
    at_stake = Amount.total(quiet.values(), purchases.unit)
    share = _over(at_stake, whole) if whole.minor > 0 else 0.0
    cited = Citation(
        label=Message.of("risk.cited.accounts_at_risk", count=len(quiet)),
        value=share,
        n=len(before),
        is_share=True,
        source=Message.of("risk.source.lifecycle", days=lifecycle.policy.at_risk_after),
    )
    yield from maker.risk("accounts_at_risk", share, share, cited, at_stake=at_stake)


def bought_before_quiet(purchases: Purchases, lifecycle: Lifecycle) -> Mapping[str, Amount] | None:
    """Return what each customer bought in the 365 days before the first on which one at risk now may have bought last.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    lifecycle
        Where customers stand.

    Returns
    -------
    Mapping of str to Amount or None
        ``None`` where there were no days so early.

    Examples
    --------
    >>> from salesperf.customers import lifecycle
    >>> nothing = Purchases.empty(as_of=date(2026, 9, 30))
    >>> dict(bought_before_quiet(nothing, lifecycle(nothing)))
    {}
    """
    quiet_since = purchases.as_of.toordinal() - lifecycle.policy.at_risk_after
    return None if quiet_since < 1 else value_by_customer(purchases.until(date.fromordinal(quiet_since)))
