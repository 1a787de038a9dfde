"""Risks that results show by themselves: in the pipeline, among people, in the plan."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

import attrs

from salesperf.allocation import FairnessAudit
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference
from salesperf.model.citation import Citation
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.risk_entry import Risk
from salesperf.model.scale import Steps
from salesperf.model.validators import as_frozen_map, check_number, require
from salesperf.pipeline import Concentration, Coverage
from salesperf.risk.making import FEWEST, RiskMaker, maker_of, number, share_of, sure_share
from salesperf.risk.tracking import PlanProgress

__all__ = ["LEAST_DEAL_SHARE", "people_risks", "pipeline_risks", "plan_risks"]

LEAST_DEAL_SHARE: Final = 0.5
"""Where deals make up less of what is sold, nothing tells whether a pipeline is thin. A convention of ours."""

_USUAL_COVERAGE: Final = 3.0
"""What pipeline coverage is held against where no win rate says how much is needed: the field's rule of thumb."""


def pipeline_risks(
    coverage: Coverage,
    *,
    owner: str | None = None,
    scales: Mapping[str, Steps] | None = None,
    whole: Amount | None = None,
    deal_share: float | None = None,
    least_deal_share: float = LEAST_DEAL_SHARE,
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
    deal_share
        Which share of what was sold won deals made up, a fraction, as of the year before; ``None`` where that is not known.
    least_deal_share
        Where deals made up less than this share of what was sold, the pipeline is not called thin: what comes without deals may
        fill what they leave open.

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
    rate, the share that is missing to three times what is still to be won. One deal, one customer: of two or more. Standing
    still: how likely is read off at the lower end of Wilson's interval, as if all open deals were as large. Impact: what is at
    stake over the whole.

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
    """
    require(coverage, Coverage, path=("coverage",))
    maker = maker_of("pipeline", owner, coverage.as_of, scales)
    require(whole, Amount, type(None), path=("whole",))
    for name, share in (("deal_share", deal_share), ("least_deal_share", least_deal_share)):
        if share is not None:
            check_number(share, (name,))
    owed = coverage.target if whole is None else whole
    if owed.unit != coverage.target.unit:
        left, right = str(coverage.target.unit), str(owed.unit)
        raise UnitMismatchError("unit_mismatch", path=("whole",), left=left, right=right)
    is_told = deal_share is None or deal_share >= least_deal_share
    thin = _thin(coverage, owed, maker) if is_told else ()
    return (*thin, *_concentrated(coverage, owed, maker), *_stale(coverage, owed, maker))


def _thin(coverage: Coverage, owed: Amount, maker: RiskMaker) -> Iterator[Risk]:
    remaining, held = coverage.remaining, coverage.open_value
    against = Message.of("risk.source.coverage", last=coverage.period.last)
    if remaining is None or held is None or coverage.target.minor <= 0 or remaining.minor <= 0:
        return
    rate = coverage.win_rate_by_value
    share_won = Fraction(rate.value) if rate.value else 1 / Fraction(_USUAL_COVERAGE)
    at_stake = remaining - held.times(share_won)
    cited = [
        Citation(
            label=Message("risk.cited.coverage"),
            value=coverage.ratio,
            against=float(1 / share_won),
            source=against,
        ),
        Citation(label=Message("risk.cited.remaining"), value=remaining, source=against),
    ]
    if rate.value:
        label, source = Message("risk.cited.win_rate_by_value"), Message("risk.source.decided")
        cited.append(Citation.of(label, rate, source=source, is_share=True))
    if at_stake.minor > 0:
        missing = share_of(at_stake, remaining, Message("risk.cited.remaining"))
        yield from maker.risk("thin_pipeline", missing, share_of(at_stake, owed), *cited, at_stake=at_stake)


def _concentrated(coverage: Coverage, owed: Amount, maker: RiskMaker) -> Iterator[Risk]:
    pipeline, total = coverage.pipeline, coverage.pipeline.total.amount
    for key, found in (("one_deal", pipeline.deal_concentration), ("one_customer_ahead", pipeline.customer_concentration)):
        if found.n < FEWEST or found.largest_share is None or total is None:
            continue
        field = "id" if key == "one_deal" else "customer"
        largest = [deal for deal in pipeline.deals if getattr(deal, field) == found.largest]
        at_stake = Amount.total([deal.amount for deal in largest if deal.amount is not None], total.unit)
        cited = Citation(
            label=Message.of(f"risk.cited.{key}", name=found.largest),
            value=found.largest_share,
            n=found.n,
            is_share=True,
            source=Message.of("risk.source.pipeline", last=coverage.period.last),
        )
        share = number("share", found.largest_share)
        yield from maker.risk(key, share, share_of(at_stake, owed), cited, at_stake=at_stake)


def _stale(coverage: Coverage, owed: Amount, maker: RiskMaker) -> Iterator[Risk]:
    pipeline, total = coverage.pipeline, coverage.pipeline.total.amount
    if total is None or total.minor <= 0:
        return
    stale = [deal for deal in pipeline.deals if {"stalled", "overdue"}.intersection(deal.flags)]
    at_stake = Amount.total([deal.amount for deal in stale if deal.amount is not None], total.unit)
    share, n = at_stake.minor / total.minor, len(pipeline.deals)
    source = Message.of("risk.source.pipeline", last=coverage.period.last)
    cited = [
        Citation(
            label=Message.of("risk.cited.stale_pipeline", count=len(stale)), value=share, n=n, is_share=True, source=source
        ),
        Citation.of(Message("risk.cited.stale_deals"), Estimate.of_counts(len(stale), n), is_share=True, source=source),
    ]
    sure = sure_share(at_stake.minor, total.minor, n)
    held = share_of(at_stake, owed)
    yield from maker.risk("stale_pipeline", number("share", share), held, *cited, at_stake=at_stake, sure=sure)


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
    maker = maker_of("people", owner, as_of, scales)
    given = as_frozen_map(sold)
    require(given, Mapping, path=("sold",))
    for rep, amount in given.items():
        require(amount, Amount, path=("sold", rep))
    require(attrition, Estimate, type(None), path=("attrition",))
    return (*_one_rep(given, maker), *_leaving(attrition, maker))


def _one_rep(sold: Mapping[str, Amount], maker: RiskMaker) -> Iterator[Risk]:
    if len(sold) < FEWEST:
        return
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
    at_stake, share = sold[found.largest], number("share", found.largest_share)
    yield from maker.risk("one_rep", share, share, cited, at_stake=at_stake)


def _leaving(attrition: Estimate | None, maker: RiskMaker) -> Iterator[Risk]:
    if attrition is None or attrition.value is None:
        return
    cited = Citation.of(Message("risk.cited.attrition"), attrition, source=Message("risk.source.org"), is_share=True)
    share = number("share", attrition.value)
    yield from maker.risk("attrition", share, share, cited, sure=_least(attrition))


def _least(share: Estimate) -> Breakdown | None:
    """Return how large a share is at least; ``None`` where nothing tells."""
    return None if share.low is None else number("sure", share.low)


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
    those dropped, that are late or will be. How likely is read off at the lower end of Wilson's interval of the share.

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
    [('plan/late_plan', 3)]
    """
    maker = maker_of("plan", owner, as_of, scales)
    require(fairness, FairnessAudit, type(None), path=("fairness",))
    require(progress, PlanProgress, type(None), path=("progress",))
    if progress is not None and progress.as_of > as_of:
        raise InvalidValueError("evidence_later", path=("progress",), last=as_of, value=progress.as_of)
    return (*_unfair(fairness, maker), *_late(progress, maker))


def _unfair(fairness: FairnessAudit | None, maker: RiskMaker) -> Iterator[Risk]:
    if fairness is None or not fairness.lines:
        return
    owners = {line.owner for line in fairness.lines}
    beyond = {line.owner for line in fairness.lines if line.beyond}
    share = Estimate.of_counts(len(beyond), len(owners))
    indexes = [line.index for line in fairness.lines if line.index is not None]
    farthest, fair = max(indexes, key=lambda index: abs(index - 1), default=1.0), number("fair", 1)
    source = Message("risk.source.fairness")
    cited = [
        Citation.of(Message("risk.cited.beyond"), share, is_share=True, source=source),
        Citation(label=Message("risk.cited.farthest"), value=farthest, against=1, source=source),
    ]
    sides = (Breakdown(label=cited[1].label, value=farthest), fair)
    off = attrs.evolve(
        number("off", abs(farthest - 1)), rule=Difference(), parts=sides if farthest >= 1 else tuple(reversed(sides))
    )
    yield from maker.risk("unfair_plan", number("share", share.value or 0.0), off, *cited, sure=_least(share))


def _late(progress: PlanProgress | None, maker: RiskMaker) -> Iterator[Risk]:
    counted = [] if progress is None else [line for line in progress.lines if line.task.status != "dropped"]
    if progress is None or not counted:
        return
    late, endangered = len(progress.late), len(progress.endangered)
    share = Estimate.of_counts(late + endangered, len(counted))
    label = Message.of("risk.cited.late_plan", late=late, endangered=endangered)
    cited = Citation.of(label, share, is_share=True, source=Message.of("risk.source.tasks", plan=progress.plan.label))
    part = number("share", share.value or 0.0)
    yield from maker.risk("late_plan", part, part, cited, sure=_least(share))
