"""What a plan costs, if payees reach what others reached: resampled, with an interval."""

from collections.abc import Iterable
from fractions import Fraction

import attrs
import numpy as np

from salesperf.commission.checking import Attainments, checked_attainments
from salesperf.commission.pieces import Pieces, pieces_of
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import round_fraction
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.pay import CommissionPlan
from salesperf.model.pay_parts import Bonus, TieredPay
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_whole, require

__all__ = ["PlanCost", "simulate"]

_MOST_DRAWS = 10**6
_LEVEL = 0.95


@attrs.frozen(kw_only=True)
class PlanCost(Result):
    """What a plan costs from one reset to the next: made by :func:`simulate`.

    Attributes
    ----------
    payees : int
        How many attainments.
    paid : tuple of Amount
        What each brings its payee, in the order given: exact.
    total : Amount
        The sum.
    cost : Estimate
        What as many payees would cost, in money: resampled.
    cost_per_payee : Estimate
        The same of one.
    payout_share : float or None
        The sum over all credit (佣金占比); ``None`` where attainments are shares of no quota in money.
    at_cap : int
        How many come to the cap.
    left_out : tuple of str
        Keys of the parts that do not follow from what was reached: rates by facts, premiums, pools, bonuses by scores.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, Period, Tier
    >>> tiers = [Tier(0, 100_000, Decimal("0.05")), Tier(100_000, None, Decimal("0.08"))]
    >>> part = TieredPay(key="sales", tiers=tiers)
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), tiered=[part])
    >>> reached = [Amount.of(yuan, CNY) for yuan in (60_000, 90_000, 140_000)]
    >>> cost = simulate(plan, reached, rng=np.random.default_rng(7))
    >>> print(cost.total, cost.cost.n)
    15,700.00 CNY 3
    """

    payees: int
    paid: tuple[Amount, ...]
    cost: Estimate
    payout_share: float | None
    at_cap: int
    left_out: tuple[str, ...]

    @property
    def total(self) -> Amount:
        """The sum of what each is paid."""
        return Amount.total(self.paid, self.paid[0].unit)

    @property
    def cost_per_payee(self) -> Estimate:
        """What one payee costs."""
        value, low, high = (
            None if end is None else end / self.payees for end in (self.cost.value, self.cost.low, self.cost.high)
        )
        return attrs.evolve(self.cost, value=value, low=low, high=high)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what it costs, in words."""
        between = render("format.sentences", lang=lang, catalogs=catalogs)
        return between.join(message.text(lang, catalogs) for message in self._told())

    def _told(self) -> list[Message]:
        told = [
            Message.of(
                "commission.cost.total_of_one" if self.payees == 1 else "commission.cost.total",
                payees=self.payees,
                total=self.total,
                low=self._as_amount(self.cost.low),
                high=self._as_amount(self.cost.high),
                level=self.cost.level,
                most=max(self.paid),
            )
        ]
        if self.payout_share is not None:
            told.append(Message.of("commission.cost.share", share=self.payout_share))
        if self.at_cap:
            told.append(Message.of("commission.cost.at_cap", count=self.at_cap))
        if self.left_out:
            told.append(Message.of("commission.cost.left_out", parts=self.left_out))
        return told

    def _as_amount(self, cost: float | None) -> Amount:
        unit = self.paid[0].unit
        return Amount(minor=round_fraction(Fraction(cost or 0) * unit.scale), unit=unit)

    def rows(self) -> list[Row]:
        """Return one row: what it costs."""
        return [
            {
                "payees": self.payees,
                "total": self.total.decimal,
                "cost": self.cost.value,
                "cost_low": self.cost.low,
                "cost_high": self.cost.high,
                "cost_per_payee": self.cost_per_payee.value,
                "unit": self.cost.unit,
                "payout_share": self.payout_share,
                "at_cap": self.at_cap,
            }
        ]


def simulate(
    plan: CommissionPlan,
    attainments: Attainments,
    *,
    rng: np.random.Generator,
    quota: Amount | Iterable[Amount] | None = None,
    draws: int = 1000,
) -> PlanCost:
    """Say what a plan costs, if payees reach what others reached.

    Parameters
    ----------
    plan
        A sound plan.
    attainments
        What each payee reached from one reset to the next, of every measure alike: amounts of credit, or shares of the quota.
    rng
        Draws the samples.
    quota
        One for all payees, or one for each attainment, in their order. Where attainments are shares and parts pay shares of
        target pay, it makes no difference and may be left out.
    draws
        How many samples, 1 to 1,000,000.

    Returns
    -------
    PlanCost

    Raises
    ------
    InvalidInputError
        If tiers have gaps or overlap.
    InvalidValueError
        If an argument is malformed, there is no attainment, a quota is needed and missing, or quotas are too few or too many.

    Notes
    -----
    Each sample draws as many payees as there are attainments, each with his quota, with replacement (bootstrap). The interval
    holds the middle 95 % of their sums. Gates, coefficients, floors and draws, which look at each payee and period, count as
    if there were none.

    References
    ----------
    B. Efron, "Bootstrap methods: another look at the jackknife", *Annals of Statistics* 7(1), 1979.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, Period, Tier
    >>> part = TieredPay(key="sales", weight=1, over="quota", tiers=[Tier(0, 1, 1), Tier(1, None, Decimal("1.5"))])
    >>> plan = CommissionPlan(
    ...     key="field", unit=CNY, period=Period.year(2026), tiered=[part], target_pay=Amount.of(100_000, CNY)
    ... )
    >>> print(simulate(plan, [0.5, 1.0, 1.2], rng=np.random.default_rng(7)).total)
    280,000.00 CNY
    """
    require(plan, CommissionPlan, path=("plan",))
    plan.require_sound()
    require(rng, np.random.Generator, path=("rng",))
    check_whole(draws, ("draws",), 1, _MOST_DRAWS)
    reached = checked_attainments(attainments)
    if not reached:
        raise InvalidValueError("too_few", path=("attainments",), low=1, value=0)
    quotas = _quotas(quota, len(reached))
    credited = _credits(plan, reached, quotas)
    unit = credited[0].unit
    has_nominal = any(not isinstance(each, Amount) for each in reached)
    runs_by_quota = {each: _runs(plan, unit, each, has_nominal=has_nominal) for each in set(quotas)}
    sums = [
        sum(pieces.rounded(credit.minor) for pieces in runs_by_quota[each])
        for credit, each in zip(credited, quotas, strict=True)
    ]
    cap = None if plan.cap is None else plan.cap.minor
    paid = sums if cap is None else [min(each, cap) for each in sums]
    amounts = np.array(paid, dtype=np.float64) / plan.unit.scale
    drawn = np.sort([amounts[rng.integers(0, amounts.size, amounts.size)].sum() for _ in range(draws)])
    low, high = (float(np.quantile(drawn, end)) for end in ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2))
    value = float(amounts.sum())
    is_share = unit.code == plan.unit.code and (quota is not None or all(isinstance(each, Amount) for each in reached))
    credit = sum(Fraction(each.decimal) for each in credited)
    return PlanCost(
        payees=len(reached),
        paid=tuple(Amount(minor=minor, unit=plan.unit) for minor in paid),
        cost=Estimate(
            value=value, low=min(low, value), high=max(high, value), n=len(reached), level=_LEVEL, unit=plan.unit.code
        ),
        payout_share=float(Fraction(value) / credit) if is_share and credit > 0 else None,
        at_cap=0 if cap is None else sum(each >= cap for each in sums),
        left_out=tuple(part.key for part in plan.parts if not _follows(part)),
    )


def _follows(part: object) -> bool:
    """Tell whether what a part pays follows from what was reached."""
    return isinstance(part, TieredPay) or (isinstance(part, Bonus) and part.score is None)


def _quotas(quota: Amount | Iterable[Amount] | None, count: int) -> list[Amount | None]:
    """Return the quota of each payee; ``None`` where none is stated."""
    if quota is None:
        return [None] * count
    is_one = isinstance(quota, Amount)
    stated: tuple[Amount, ...] = (quota,) * count if isinstance(quota, Amount) else as_tuple(quota)
    require(stated, tuple, path=("quota",))
    if len(stated) != count:
        raise InvalidValueError("length", path=("quota",), expected=count, value=len(stated))
    for position, each in enumerate(stated):
        path = ("quota",) if is_one else ("quota", position)
        require(each, Amount, path=path)
        if each.minor <= 0:
            raise InvalidValueError("quota_not_positive", path=path, value=each.minor)
    return list(stated)


def _credits(plan: CommissionPlan, reached: tuple[Amount | Fraction, ...], quotas: list[Amount | None]) -> list[Amount]:
    """Return what was reached as amounts: shares of the quota, or of any where none matters."""
    if any(not isinstance(each, Amount) for each in reached) and None in quotas:
        for part in plan.parts:
            is_of_target = isinstance(part, Bonus) or (isinstance(part, TieredPay) and part.weight is not None)
            if _follows(part) and not is_of_target:
                raise InvalidValueError("quota_missing", path=("quota",), measure=part.measure)
    wholes = [_nominal(plan.unit) if quota is None else quota for quota in quotas]
    credited = [each if isinstance(each, Amount) else whole.times(each) for each, whole in zip(reached, wholes, strict=True)]
    Amount.total(credited, credited[0].unit)  # which refuses what is in another unit
    return credited


def _nominal(unit: Unit) -> Amount:
    """Return a quota of which a share is as exact as anybody states one."""
    return Amount(minor=10**12, unit=unit)


def _runs(plan: CommissionPlan, unit: Unit, quota: Amount | None, *, has_nominal: bool) -> list[Pieces]:
    """Return what each part that follows from what was reached pays for it."""
    whole = quota if quota is not None else _nominal(plan.unit) if has_nominal else None
    runs = []
    following: list[TieredPay | Bonus] = [*plan.tiered, *(bonus for bonus in plan.bonuses if _follows(bonus))]
    for part in following:
        if part.needs_quota and whole is None:
            raise InvalidValueError("quota_missing", path=("quota",), measure=part.measure)
        target = _target(plan, part)
        share = None if whole is None else Fraction(whole.minor)
        runs.append(pieces_of(part, credit_scale=unit.scale, pay_scale=plan.unit.scale, quota=share, target=target))
    return runs


def _target(plan: CommissionPlan, part: TieredPay | Bonus) -> Fraction | None:
    if isinstance(part, Bonus) and part.amount is not None:
        return Fraction(part.amount.minor)
    if part.weight is None or plan.variable_pay is None:
        return None
    return Fraction(part.weight) * plan.variable_pay.minor
