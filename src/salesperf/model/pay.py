"""Commission plans: who is paid for what, by which rules, and from which day on; dealers' rebates are plans too."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Literal, TypeAlias

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnitMismatchError, UnknownNameError
from salesperf.model.amount import Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.pay_parts import Bonus, Pool, RatedPay, Spiff, TieredPay
from salesperf.model.pay_terms import Clawback, Coefficient, Draw, Guarantee, PayGate, Release, not_negative
from salesperf.model.period import GRAINS, Grain, Period
from salesperf.model.tiers import tier_faults
from salesperf.model.validators import (
    as_decimal,
    as_sorted_tuple,
    as_tuple,
    check_date,
    decimal,
    each,
    identifier,
    is_identifier,
    is_tuple_of,
    of_type,
    one_of,
    optional,
    repeated,
    text,
)

__all__ = ["CommissionPlan", "PayPart", "PlanBook", "Proration", "Ramp"]

PayPart: TypeAlias = TieredPay | RatedPay | Bonus | Spiff | Pool
"""What a plan pays by."""

Ramp: TypeAlias = Literal["none", "quota", "full_pay"]
"""What the first months of service change: nothing; the quota, by the rep's ramp; or target pay comes in full."""

Proration: TypeAlias = Literal["calendar_days", "workdays", "months"]
"""By what a time of service is a share of a period: days, workdays, or months (one counts if its 14th day is served)."""


def _as_keys(value: Iterable[str]) -> tuple[str, ...]:
    keys = as_tuple(value)
    return tuple(sorted(set(keys))) if is_tuple_of(keys, str) else keys


def _as_tiered(value: Iterable[TieredPay]) -> tuple[TieredPay, ...]:
    return as_tuple(value)


def _as_rated(value: Iterable[RatedPay]) -> tuple[RatedPay, ...]:
    return as_tuple(value)


def _as_bonuses(value: Iterable[Bonus]) -> tuple[Bonus, ...]:
    return as_tuple(value)


def _as_spiffs(value: Iterable[Spiff]) -> tuple[Spiff, ...]:
    return as_tuple(value)


def _as_pools(value: Iterable[Pool]) -> tuple[Pool, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class CommissionPlan:
    """A version of a plan: what is paid for, by which rules, on which days, to whom.

    Parameters
    ----------
    key
        The name of the plan; its versions share it.
    unit
        The currency that it pays in, at its precision.
    period
        The days on which this version holds.
    title
        What a reader sees; the key where it is empty.
    payees
        The ids of those whom it is for; none for everybody.
    target_pay
        What reaching every target brings in all, with the base salary (OTE, 目标总收入), from one reset to the next.
    variable_share
        The share of it that the plan pays (浮动比例): the pay mix 60 / 40 is 0.4.
    tiered, rated, bonuses, spiffs, pools
        The parts; those paid by target pay have weights that sum to 1.
    resets
        How often what was reached is counted anew: ``"quarter"``, ``"month"``, ...; ``None`` for never.
    gate, coefficient
        What closes or scales all pay of a period by a score.
    cap
        The most that entries bring, by bonuses for what was reached too; a bonus by a score comes on top.
    cap_of
        For which time: since the plan began to count (``"window"``), or for each ``"period"`` that a statement is of.
    floor
        The least that a statement pays, for a whole period.
    guarantee, draw, clawback, release
        What is paid at least for some time, advanced, taken back, or held.
    ramp
        What the first months of service change.
    proration
        By what target pay, quota, floor, guarantee and draw of a part of a period are reckoned.
    calendar
        Where fiscal quarters begin, and which days are worked.
    replaces
        Keys of other plans whose statements it goes on from, where somebody comes from them: what they advanced, hold and have
        settled is its own from then on.

    Raises
    ------
    InvalidInputError
        With every fault at once: no part, a key used twice, weights that do not sum to 1 or are of no target pay, amounts in
        another unit.
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> from salesperf.model.tiers import Tier
    >>> plan = CommissionPlan(
    ...     key="field",
    ...     unit=CNY,
    ...     period=Period.year(2026),
    ...     tiered=[
    ...         TieredPay(key="sales", tiers=[Tier(0, 100_000, Decimal("0.05")), Tier(100_000, None, Decimal("0.08"))]),
    ...     ],
    ...     resets="quarter",
    ... )
    >>> [part.key for part in plan.parts], plan.window_of(Period.month(2026, 8)).label
    (['sales'], '2026-Q3')
    """

    key: str = attrs.field(validator=identifier)
    unit: Unit = attrs.field(validator=of_type(Unit))
    period: Period = attrs.field(validator=of_type(Period))
    title: str = attrs.field(default="", validator=text)
    payees: tuple[str, ...] = attrs.field(default=(), converter=_as_keys, validator=each(identifier))
    target_pay: Amount | None = attrs.field(default=None, validator=optional(not_negative))
    variable_share: Decimal = attrs.field(default=Decimal(1), converter=as_decimal, validator=decimal(0, 1))
    tiered: tuple[TieredPay, ...] = attrs.field(default=(), converter=_as_tiered, validator=each(of_type(TieredPay)))
    rated: tuple[RatedPay, ...] = attrs.field(default=(), converter=_as_rated, validator=each(of_type(RatedPay)))
    bonuses: tuple[Bonus, ...] = attrs.field(default=(), converter=_as_bonuses, validator=each(of_type(Bonus)))
    spiffs: tuple[Spiff, ...] = attrs.field(default=(), converter=_as_spiffs, validator=each(of_type(Spiff)))
    pools: tuple[Pool, ...] = attrs.field(default=(), converter=_as_pools, validator=each(of_type(Pool)))
    resets: Grain | None = attrs.field(default=None, validator=optional(one_of(*GRAINS)))
    gate: PayGate | None = attrs.field(default=None, validator=optional(of_type(PayGate)))
    coefficient: Coefficient | None = attrs.field(default=None, validator=optional(of_type(Coefficient)))
    cap: Amount | None = attrs.field(default=None, validator=optional(not_negative))
    cap_of: Literal["window", "period"] = attrs.field(default="window", validator=one_of("window", "period"))
    floor: Amount | None = attrs.field(default=None, validator=optional(not_negative))
    guarantee: Guarantee | None = attrs.field(default=None, validator=optional(of_type(Guarantee)))
    draw: Draw | None = attrs.field(default=None, validator=optional(of_type(Draw)))
    clawback: Clawback | None = attrs.field(default=None, validator=optional(of_type(Clawback)))
    release: Release | None = attrs.field(default=None, validator=optional(of_type(Release)))
    ramp: Ramp = attrs.field(default="none", validator=one_of("none", "quota", "full_pay"))
    proration: Proration = attrs.field(default="calendar_days", validator=one_of("calendar_days", "workdays", "months"))
    calendar: Calendar = attrs.field(factory=Calendar, validator=of_type(Calendar))
    replaces: tuple[str, ...] = attrs.field(default=(), converter=_as_keys, validator=each(identifier))

    def __attrs_post_init__(self) -> None:
        """Check the parts against each other and the plan, and report every fault together."""
        faults = [*self._faults_of_parts(), *self._faults_of_weights(), *self._faults_of_units()]
        if faults:
            raise InvalidInputError(faults)

    def _faults_of_parts(self) -> Iterator[SalesperfError]:
        if not self.parts:
            yield InvalidValueError("plan_without_parts", path=("CommissionPlan",))
        for _, key in repeated(part.key for part in self.parts):
            yield InvalidValueError("not_unique", path=("CommissionPlan", "parts"), value=key)

    def _faults_of_weights(self) -> Iterator[SalesperfError]:
        weights = [part.weight for part in self.tiered if part.weight is not None]
        weights += [part.weight for part in self.bonuses if part.weight is not None]
        if not weights:
            return
        if self.target_pay is None:
            yield InvalidValueError("target_pay_missing", path=("CommissionPlan", "target_pay"))
        if sum(weights) != 1:
            yield InvalidValueError("weights_not_one", path=("CommissionPlan", "parts"), value=sum(weights))

    def _faults_of_units(self) -> Iterator[SalesperfError]:
        if self.unit.dimension != "money":
            yield InvalidValueError("pay_not_money", path=("CommissionPlan", "unit"), value=str(self.unit))
        for path, amount in self._amounts():
            if amount is not None and amount.unit != self.unit:
                yield UnitMismatchError(
                    "unit_mismatch", path=("CommissionPlan", *path), left=str(self.unit), right=str(amount.unit)
                )

    def _amounts(self) -> Iterator[tuple[tuple[str | int, ...], Amount | None]]:
        """Yield every amount that a plan states, and where."""
        for name in ("target_pay", "cap", "floor"):
            yield (name,), getattr(self, name)
        for name in ("guarantee", "draw"):
            yield (name, "amount"), getattr(getattr(self, name), "amount", None)
        yield ("draw", "limit"), None if self.draw is None else self.draw.limit
        for name in ("bonuses", "spiffs"):
            for position, part in enumerate(getattr(self, name)):
                yield (name, position, "amount"), part.amount

    @cached_property
    def parts(self) -> tuple[PayPart, ...]:
        """What it pays by, in the order of the fields."""
        return (*self.tiered, *self.rated, *self.bonuses, *self.spiffs, *self.pools)

    @property
    def label(self) -> str:
        """What a reader sees: the title, or the key where there is none."""
        return self.title or self.key

    @property
    def variable_pay(self) -> Amount | None:
        """What reaching every target brings beyond the base salary (目标浮动薪酬); ``None`` without target pay."""
        return None if self.target_pay is None else self.target_pay.times(self.variable_share)

    @cached_property
    def faults(self) -> tuple[SalesperfError, ...]:
        """Why nobody can be paid by it yet: gaps and overlaps of its tiers, and tiers that end too early."""
        return tuple(
            fault.within("CommissionPlan", "tiered", position)
            for position, part in enumerate(self.tiered)
            for fault in tier_faults(part.tiers, part.mode)
        )

    def goes_on_from(self, other: "CommissionPlan") -> bool:
        """Tell whether statements may go on from those of another plan: a version of it, or one that it replaces.

        Examples
        --------
        >>> from salesperf.model.amount import CNY
        >>> from salesperf.model.pay_parts import PayRate
        >>> parts = [RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])]
        >>> field = CommissionPlan(key="field", unit=CNY, period=Period.half(2026, 1), rated=parts)
        >>> key_accounts = CommissionPlan(
        ...     key="key_accounts", unit=CNY, period=Period.half(2026, 2), rated=parts, replaces=["field"]
        ... )
        >>> key_accounts.goes_on_from(field), field.goes_on_from(key_accounts)
        (True, False)
        """
        return other.unit == self.unit and other.key in (self.key, *self.replaces)

    def require_sound(self) -> None:
        """Refuse a draft by which nobody can be paid.

        Raises
        ------
        InvalidInputError
            With every fault of its tiers.
        """
        if self.faults:
            raise InvalidInputError(self.faults)

    def window_of(self, period: Period) -> Period:
        """Return the time from one reset to the next, within the plan, that holds a period.

        Raises
        ------
        InvalidValueError
            If the period reaches beyond the plan, or over a reset.
        """
        if not self.period.covers(period):
            raise InvalidValueError("period_outside_plan", path=("period",), value=str(period), period=str(self.period))
        if self.resets is None:
            return self.period
        for window in self.period.split(self.resets, self.calendar):
            if window.covers(period):
                return window
        raise InvalidValueError("period_over_reset", path=("period",), value=str(period), grain=self.resets)

    def telescoping_faults(self) -> tuple[Message, ...]:
        """Say why the statements of the parts of a time may pay otherwise than one of all of it; empty where they cannot.

        Returns
        -------
        tuple of Message
            A reason for each term that looks at a period by itself.
        """
        terms = {
            "gate": self.gate is not None,
            "coefficient": self.coefficient is not None,
            "period_cap": self.cap is not None and self.cap_of == "period",
            "floor": self.floor is not None,
            "guarantee": self.guarantee is not None,
            "draw": self.draw is not None,
            "score_bonus": any(bonus.score is not None for bonus in self.bonuses),
        }
        return tuple(Message(f"commission.not_telescoping.{term}") for term, is_there in terms.items() if is_there)


def _as_plans(value: Iterable[CommissionPlan]) -> tuple[CommissionPlan, ...]:
    return as_sorted_tuple(value, CommissionPlan, lambda plan: (plan.key, plan.period, plan.payees))


@attrs.frozen
class PlanBook:
    """The plans of a company with all their versions: on each day one for each payee.

    Parameters
    ----------
    plans
        In any order.

    Raises
    ------
    InvalidInputError
        With every pair of plans that hold for one payee on one day.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> from salesperf.model.pay_parts import PayRate
    >>> def flat(rate, period):
    ...     parts = [RatedPay(key="sales", rates=[PayRate(rate=Decimal(rate))])]
    ...     return CommissionPlan(key="field", unit=CNY, period=period, rated=parts)
    >>> book = PlanBook([flat("0.05", Period.half(2026, 1)), flat("0.06", Period.half(2026, 2))])
    >>> book.plan_for("ada", date(2026, 7, 1)).period.label
    '2026-H2'
    """

    plans: tuple[CommissionPlan, ...] = attrs.field(converter=_as_plans, validator=each(of_type(CommissionPlan)))

    def __attrs_post_init__(self) -> None:
        """Refuse two plans for one payee and day."""
        faults = [
            InvalidValueError("plans_overlap", path=("PlanBook", "plans", position), value=str(both), other=one.key)
            for (_, one), (position, other) in combinations(enumerate(self.plans), 2)
            if (both := one.period.overlap(other.period)) and _share_a_payee(one, other)
        ]
        if faults:
            raise InvalidInputError(faults)

    def plan_for(self, payee: str, on: date) -> CommissionPlan:
        """Return the one plan that holds for a payee on a day.

        Raises
        ------
        UnknownNameError
            If none does.
        InvalidValueError
            If the payee is no id, or the day no date.
        """
        if not is_identifier(payee):
            raise InvalidValueError("empty", path=("payee",), value=payee)
        check_date(on, ("on",))
        for plan in self.plans:
            if on in plan.period and (not plan.payees or payee in plan.payees):
                return plan
        raise UnknownNameError("no_plan", path=("payee",), value=payee, on=on)


def _share_a_payee(one: CommissionPlan, other: CommissionPlan) -> bool:
    return not one.payees or not other.payees or not set(one.payees).isdisjoint(other.payees)
