"""Capacity: what a target asks of the people who will be there, against what people have shown."""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, TypeAlias

import attrs

from salesperf.allocation import capacity
from salesperf.allocation.parts import refuse
from salesperf.attainment import ActualTally
from salesperf.attainment.ledger import Ledger
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.feasibility.evidence import Evidence, EvidenceKind
from salesperf.feasibility.policy import FeasibilityPolicy, Verdict
from salesperf.feasibility.recorded import amounts_in
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Quotient
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.target import Target
from salesperf.model.validators import check_number, of_type, require

__all__ = ["Capacity", "CapacityEvidence"]

HeadDays: TypeAlias = int | Decimal | Fraction


@attrs.frozen(kw_only=True)
class Capacity:
    """How much people can work in the period of a target, and what such work has brought before.

    Parameters
    ----------
    head_days
        Workdays at full productivity of a full-time seat in the target's period: people by their full-time equivalents,
        days there and ramp. Any other measure of work does, such as heads at full quota, if both are in it.
    shown
        What was reached in a time before.
    shown_head_days
        The workdays at full productivity by which it was reached; 0 where nobody worked.

    Raises
    ------
    InvalidValueError
        If a value is malformed or negative.
    InvalidInputError
        With several of these faults at once.

    Examples
    --------
    >>> from salesperf import CNY
    >>> Capacity(head_days=Fraction(715, 100), shown=Amount.of(150_000, CNY), shown_head_days=1).affordable.text()
    'CNY 1,072,500.00'
    """

    head_days: HeadDays
    shown: Amount = attrs.field(validator=of_type(Amount))
    shown_head_days: HeadDays

    def __attrs_post_init__(self) -> None:
        """Check the days."""
        faults: list[SalesperfError] = []
        for name in ("head_days", "shown_head_days"):
            value, path = getattr(self, name), ("Capacity", name)
            try:
                _check_days(value, path)
            except InvalidValueError as error:
                faults.append(error)
        refuse(faults)

    @classmethod
    def of(cls, target: Target, org: Org, tally: ActualTally, *, past: Period, calendar: Calendar | None = None) -> "Capacity":
        """Measure how much the people of a target's owner can work in its period, and what theirs brought in a past one.

        Parameters
        ----------
        target
            Of whom, of what, and for which days; a flow.
        org
            The reps, with their full-time equivalents, days of service, absences and ramps.
        tally
            The actuals, counted.
        past
            Days before the target's that show what people bring.
        calendar
            Sets workdays; ``None`` means Monday to Friday.

        Raises
        ------
        InvalidValueError
            If something is of another kind, less of the metric is better, or the amount is not above 0.
        NotAdditiveError
            If the metric is not a flow.
        UnknownNameError
            If the org does not know the owner.
        UnitMismatchError
            If actuals of those days are in another unit than the target.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import CNY, STANDARD_METRICS, Actual, Rep
        >>> from salesperf.attainment import tally
        >>> org = Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 9, 1), ramp=(Decimal("0.5"),))])
        >>> revenue = STANDARD_METRICS["revenue"]
        >>> done = tally([Actual(owner="ada", metric=revenue, amount=Amount.of(2_300, CNY), on=date(2026, 7, 8))])
        >>> goal = Target(owner=None, metric=revenue, amount=Amount.of(3_300, CNY), period=Period.month(2026, 9))
        >>> found = Capacity.of(goal, org, done, past=Period.month(2026, 7))
        >>> found.head_days, found.shown_head_days, found.affordable.text()
        (Fraction(33, 1), Fraction(23, 1), 'CNY 3,300.00')
        """
        require(target, Target, path=("target",))
        require(org, Org, path=("org",))
        require(tally, ActualTally, path=("tally",))
        require(past, Period, path=("past",))
        org.require_owner(target.owner, "target", "owner")
        (shown,) = amounts_in([past], target, Ledger(tally, org))
        owners = tuple(org.rep_by_id) if target.owner is None else (target.owner,)
        head_days, shown_head_days = (
            sum(capacity(org, owners, days, calendar=calendar).values(), Fraction(0)) for days in (target.period, past)
        )
        return cls(head_days=head_days, shown=shown, shown_head_days=shown_head_days)

    @property
    def affordable(self) -> Amount | None:
        """What the people who will be there bring at the productivity shown, rounded half up; ``None`` where none is shown."""
        if not self.shown_head_days:
            return None
        return self.shown.times(Fraction(self.head_days) / Fraction(self.shown_head_days))


def _check_days(value: object, path: tuple[str | int, ...]) -> None:
    if isinstance(value, float):
        raise InvalidValueError("rate_float", path=path, value=value)
    check_number(value, path)
    if isinstance(value, int | Decimal | Fraction) and value < 0:
        raise InvalidValueError("negative", path=path, value=value)


@attrs.frozen(kw_only=True)
class CapacityEvidence(Evidence):
    """The productivity that a target asks for, against that which was shown: made by :func:`assess`.

    Attributes
    ----------
    target : Amount
        What is to be reached.
    capacity : Capacity
        Who will be there, and what was shown.
    policy : FeasibilityPolicy
        By which cuts of the productivity required over the productivity shown the verdict goes.

    Notes
    -----
    (target / head days) / (shown / shown head days)

    References
    ----------
    MetricKit, *Sales capacity planning: quota, attainment, ramp, and what to watch*.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.feasibility import DEFAULT_POLICY
    >>> team = Capacity(head_days=130, shown=Amount.of(220_000, CNY), shown_head_days=110)
    >>> found = CapacityEvidence(target=Amount.of(300_000, CNY), capacity=team, policy=DEFAULT_POLICY)
    >>> round(found.demand, 3), found.verdict, found.reasonable.text()
    (1.154, 'stretch', 'CNY 208,000.00 to CNY 260,000.00')
    """

    kind: ClassVar[EvidenceKind] = "capacity"
    target: Amount
    capacity: Capacity
    policy: FeasibilityPolicy

    @property
    def _shown(self) -> Fraction | None:
        """What a day brought, where it brought something."""
        days = Fraction(self.capacity.shown_head_days)
        return Fraction(self.capacity.shown.minor) / days if days and self.capacity.shown.minor > 0 else None

    def _demand_of(self, amount: Amount) -> Fraction | None:
        if self._shown is None or not self.capacity.head_days:
            return None
        return amount.minor / Fraction(self.capacity.head_days) / self._shown

    @property
    def demand(self) -> float | None:
        """The productivity required over the productivity shown; ``None`` where :attr:`reason` says why."""
        demand = self._demand_of(self.target)
        return None if demand is None else float(demand)

    def judge(self, amount: Amount) -> Verdict:
        """Say what the verdict would be of another amount in the place of the target."""
        if not self.capacity.head_days:
            return "too_high"
        demand = self._demand_of(amount)
        return "not_enough_evidence" if demand is None else self.policy.capacity.verdict(demand)

    @property
    def reason(self) -> Message:
        """The productivity required and the productivity shown; or why they say nothing."""
        if not self.capacity.head_days:
            return Message("feasibility.reason.nobody_works")
        affordable = self.capacity.affordable
        if affordable is None:
            return Message("feasibility.reason.nobody_worked")
        if self._shown is None:
            return Message("feasibility.reason.nothing_shown")
        days = float(self.capacity.head_days)
        return Message.of("feasibility.reason.productivity", ratio=self.demand, affordable=affordable, days=days)

    @property
    def breakdown(self) -> Breakdown:
        """The productivity required over the productivity shown, each as an amount over days."""
        required = _productivity(self.target, self.capacity.head_days)
        shown = _productivity(self.capacity.shown, self.capacity.shown_head_days)
        return Breakdown(
            label=Message("feasibility.productivity_ratio"),
            value=None if required is None or not shown else required / shown,
            rule=Quotient(),
            parts=(
                _explained("required", required, Message("breakdown.target"), self.target, self.capacity.head_days),
                _explained("shown", shown, Message("feasibility.shown"), self.capacity.shown, self.capacity.shown_head_days),
            ),
        )


def _productivity(amount: Amount, days: HeadDays) -> Fraction | None:
    return Fraction(amount.decimal) / Fraction(days) if days else None


def _explained(name: str, value: Fraction | None, what: Message, amount: Amount, days: HeadDays) -> Breakdown:
    parts = (
        Breakdown(label=what, value=amount),
        Breakdown(label=Message(f"feasibility.head_days_{name}"), value=days),
    )
    return Breakdown(label=Message(f"feasibility.productivity_{name}"), value=value, rule=Quotient(), parts=parts)
