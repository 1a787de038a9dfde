"""What is wrong with a plan before anyone is paid by it."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final, TypeAlias

import attrs

from salesperf.commission.line import PerUnit
from salesperf.commission.pieces import Shape, scale_shape, shape_of, value_on
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding, Severity
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS
from salesperf.model.pay import CommissionPlan
from salesperf.model.pay_parts import Pool, RatedPay, Spiff, TieredPay
from salesperf.model.validators import as_tuple, check_number, require

__all__ = ["Attainments", "check", "checked_attainments"]

Attainments: TypeAlias = Iterable[Amount | int | float | Decimal | Fraction]
"""What payees reached from one reset to the next: amounts of credit, or shares of their quotas."""

_MOST_EXAMPLES: Final = 3
_MOST_COMPARED: Final = 1_000_000
"""Combinations of facts times rates: more would take longer than anyone waits."""


def check(plan: CommissionPlan, attainments: Attainments | None = None) -> tuple[Finding, ...]:
    """Look for what a plan would do that nobody wants, before anyone is paid by it.

    Parameters
    ----------
    plan
        A draft may have gaps and overlaps.
    attainments
        What payees reached from one reset to the next, or are expected to: amounts of credit, or shares of their quotas.

    Returns
    -------
    tuple of Finding
        Gravest first. Rules: ``tier_fault`` (gaps, overlaps, a schedule that ends too early), ``cliff`` (one more unit pays
        less), ``above_credit`` (more is paid than is brought, by one part or by several together), ``unreachable_tier`` (nobody
        came so far), ``attainments_unfit`` (attainments that no tiers look at, tiers for which there is none), ``rate_gap``
        (combinations of facts without a rate), ``rate_gaps_unknown`` (too many to be looked through), and what makes it
        pay to hold deals over the end of a period: ``hold_at_cap``, ``hold_below_tier``, ``hold_to_bunch``,
        ``hold_surplus``.

    Raises
    ------
    InvalidValueError
        If the plan is none, or an attainment is no finite number and no amount.

    Notes
    -----
    Pay never falls with what is reached where the mode is ``marginal`` or ``interpolated``, and where rates do not fall in
    ``retroactive`` and ``overage``. Elsewhere a cliff is where the piece above an edge pays less than the one below it.

    A bonus falls where a knot is worth less than the one before.

    With F what a part pays between resets, e an edge of its tiers: two windows with e each pay 2 F(e), one with both and one
    with nothing F(2 e). If the latter is more it pays to bunch deals, if it is less to hold what is beyond e. The same is asked
    just below e, and whichever gains most is told.

    What parts of one measure, basis and book pay together is the sum of their highest rates; tiers over the same are summed
    edge by edge.

    Examples
    --------
    >>> from salesperf import CNY, Period, Tier
    >>> tiers = [Tier(0, 100_000, Decimal("0.06")), Tier(100_000, None, Decimal("0.05"))]
    >>> part = TieredPay(key="sales", tiers=tiers, mode="retroactive")
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), tiered=[part])
    >>> for finding in check(plan):
    ...     print(finding.rule, "|", finding.text())
    cliff | sales: reaching CNY 100,000.00 pays CNY 5,000.00, just below it pays CNY 6,000.00: CNY 1,000.00 less for more.
    """
    require(plan, CommissionPlan, path=("plan",))
    reached = () if attainments is None else checked_attainments(attainments)
    found = [*_faults(plan), *_rate_gaps(plan), *_premiums_above_credit(plan), *_falling_bonuses(plan)]
    broken = {fault.path[2] for fault in plan.faults}
    looks = [_Look(plan, part, shape_of(part)) for position, part in enumerate(plan.tiered) if position not in broken]
    for look in looks:
        found += [*look.cliffs(), *look.above_credit(), *look.unreachable(reached), *look.holding()]
    found += [*_together_above_credit(plan, looks), *_unfit(plan, looks, reached)]
    return tuple(sorted(found, key=lambda finding: finding.rank))


def checked_attainments(attainments: Attainments) -> tuple[Amount | Fraction, ...]:
    """Return attainments as amounts and exact shares."""
    items = as_tuple(attainments)
    require(items, tuple, path=("attainments",))
    for position, item in enumerate(items):
        if not isinstance(item, Amount):
            check_number(item, ("attainments", position))
    return tuple(item if isinstance(item, Amount) else Fraction(item) for item in items)


def _finding(rule: str, severity: Severity, part: str, wording: str = "", /, **told: object) -> Finding:
    message = Message.of(f"commission.check.{wording or rule}", part=part, **told)
    return Finding(rule=rule, message=message, severity=severity, record=part)


def _faults(plan: CommissionPlan) -> Iterator[Finding]:
    for fault in plan.faults:
        why = Message(f"error.{fault.code}", FrozenMap(dict(fault.params)))
        part = plan.tiered[int(fault.path[2])].key
        last = fault.path[-1]
        yield _finding("tier_fault", "serious", part, number=last + 1 if isinstance(last, int) else 1, why=why)


def _rate_gaps(plan: CommissionPlan) -> Iterator[Finding]:
    """Find combinations of the facts that a matrix names for which it has no rate."""
    for part in plan.rated:
        names = sorted({name for cell in part.rates for name in cell.when})
        known = [sorted({cell.when[name] for cell in part.rates if name in cell.when}, key=repr) for name in names]
        count = prod(map(len, known))
        if count * len(part.rates) > _MOST_COMPARED:
            yield _finding("rate_gaps_unknown", "info", part.key, count=count)
            continue
        missing = [
            " / ".join(map(str, combination))
            for combination in product(*known)
            if not any(
                all(facts.get(name) == fact for name, fact in cell.when.items())
                for facts in (dict(zip(names, combination, strict=True)),)
                for cell in part.rates
            )
        ]
        if missing:
            yield _finding(
                "rate_gap",
                "warning" if part.missing == "nothing" else "serious",
                part.key,
                count=len(missing),
                examples=tuple(missing[:_MOST_EXAMPLES]),
            )


def _premiums_above_credit(plan: CommissionPlan) -> Iterator[Finding]:
    """Find rates of single entries, premiums and pools that pay more than the entry brings."""
    rated: tuple[RatedPay | Spiff | Pool, ...] = (*plan.rated, *plan.spiffs, *plan.pools)
    for part in rated:
        rate = _highest_rate(part)
        if rate > 1 and _is_money(part.measure):
            yield _finding("above_credit", "warning", part.key, "above_credit_at_best", rate=PerUnit(rate, is_share=True))


def _highest_rate(part: RatedPay | Spiff | Pool) -> Fraction:
    if not isinstance(part, RatedPay):
        return Fraction(part.rate or 0)
    rate = max(Fraction(cell.rate) for cell in part.rates)
    if part.price_steps is None:
        return rate
    return rate * max(Fraction(part.price_steps.below), *(Fraction(worth) for _, worth in part.price_steps.knots))


def _together_above_credit(plan: CommissionPlan, looks: Sequence["_Look"]) -> Iterator[Finding]:
    """Find parts that pay more than the entry brings only together."""
    tiers: dict[tuple[str, str, str], list[_Look]] = defaultdict(list)
    rates: dict[tuple[str, str, str], list[tuple[str, Fraction]]] = defaultdict(list)
    for look in looks:
        if look.is_of_credit and look.highest <= 1:
            tiers[_taken(look.part)].append(look)
    rated: tuple[RatedPay | Spiff, ...] = (*plan.rated, *plan.spiffs)
    for part in rated:
        rate = _highest_rate(part)
        if 0 < rate <= 1 and _is_money(part.measure):
            rates[_taken(part)].append((part.key, rate))
    for taken in sorted({*tiers, *rates}):
        keys = [*(look.part.key for look in tiers[taken]), *(key for key, _ in rates[taken])]
        rate = sum((each for _, each in rates[taken]), Fraction(0))
        rate += sum(_highest_of([look for look in tiers[taken] if look.part.over == over]) for over in ("amount", "quota"))
        if rate > 1:
            told = {"parts": tuple(keys), "rate": PerUnit(rate, is_share=True)}
            yield _finding("above_credit", "warning", plan.key, "above_credit_together", **told)


def _taken(part: TieredPay | RatedPay | Spiff) -> tuple[str, str, str]:
    """Return which entries a part takes."""
    return part.measure, part.basis, part.book


def _highest_of(looks: Sequence["_Look"]) -> Fraction:
    """Return the most that tiers over the same pay together, of all that was reached or for the last unit."""
    edges = sorted({edge for look in looks for edge in (Fraction(0), *look.shape[0])})
    rates = [[look.rates_from(edge) for look in looks] for edge in edges]
    sums = (sum(side, Fraction(0)) for each in rates for side in zip(*each, strict=True))
    return max(sums, default=Fraction(0))


def _unfit(plan: CommissionPlan, looks: Sequence["_Look"], reached: Sequence[Amount | Fraction]) -> Iterator[Finding]:
    """Find attainments that no tiers look at, and tiers that have none to be looked at with."""
    count = sum(not any(look.suits(each) for look in looks) for each in reached)
    if count:
        yield _finding("attainments_unfit", "info", plan.key, count=count)
    for look in looks:
        if reached and look.shape[0] and not any(map(look.suits, reached)):
            yield _finding("attainments_unfit", "info", look.part.key, f"no_{look.part.over}")


def _falling_bonuses(plan: CommissionPlan) -> Iterator[Finding]:
    """Find where a bonus gets less as more is reached."""
    for part in plan.bonuses:
        pay = plan.variable_pay or Amount.zero(plan.unit)
        whole = pay.times(part.weight or 0) if part.amount is None else part.amount
        edges, pieces = scale_shape(part.curve, part.steps)
        worth = [_on(piece, edge) for piece, edge in zip(pieces[1:], edges, strict=True)]
        before = [_on(pieces[0], edges[0]), *worth[:-1]]
        for edge, least, most in zip(edges, worth, before, strict=True):
            if least < most:
                at = PerUnit(edge, is_share=True) if part.score is None else edge
                told = {"pay": whole.times(least), "below": whole.times(most), "less": whole.times(most - least)}
                yield _finding("cliff", "serious", part.key, "falling" if part.steps is None else "", at=at, **told)


def _is_money(measure: str) -> bool:
    metric = STANDARD_METRICS.get(measure)
    return metric is None or metric.dimension == "money"


@attrs.frozen
class _Look:
    """A look at one schedule of tiers."""

    plan: CommissionPlan
    part: TieredPay
    shape: Shape

    def cliffs(self) -> Iterator[Finding]:
        """Find where reaching an edge pays less than staying just below it."""
        for place, edge in enumerate(self.shape[0]):
            below, at = (_on(piece, edge) for piece in self.shape[1][place : place + 2])
            if at < below:
                told = {"at": self.place(edge), "pay": self.worth(at), "below": self.worth(below)}
                yield _finding("cliff", "serious", self.part.key, **told, less=self.worth(below - at))

    @property
    def is_of_credit(self) -> bool:
        """Whether what is paid can be compared with what is credited: money for money, and no share of target pay."""
        is_of_quota_alone = self.part.over == "quota" and self.part.mode == "interpolated"
        return self.part.weight is None and _is_money(self.part.measure) and not is_of_quota_alone

    @property
    def highest(self) -> Fraction:
        """The most that is paid of the credit, of all of it or for the last unit."""
        return max(max(self.rates_from(edge)) for edge in (Fraction(0), *self.shape[0]))

    def rates_from(self, edge: Fraction) -> tuple[Fraction, Fraction]:
        """Return what is paid of all that was credited on reaching an edge, and of the next unit."""
        whole = Fraction(1 if self.part.rate is None else self.part.rate)
        slope = self.shape[1][bisect_right(self.shape[0], edge)][1]
        return (value_on(self.shape, edge) / edge if edge else slope) * whole, slope * whole

    def suits(self, reached: Amount | Fraction) -> bool:
        """Tell whether what was reached is of the kind that the tiers look at."""
        if not isinstance(reached, Amount):
            return self.part.over == "quota"
        is_unit = reached.unit == self.plan.unit if _is_money(self.part.measure) else reached.unit.dimension != "money"
        return self.part.over == "amount" and is_unit

    def above_credit(self) -> Iterator[Finding]:
        """Find where more is paid than was credited, or for the last unit."""
        if not self.is_of_credit:
            return
        for edge in (Fraction(0), *self.shape[0]):
            rate = max(self.rates_from(edge))
            if rate > 1:
                rated = PerUnit(rate, is_share=True)
                yield _finding("above_credit", "warning", self.part.key, at=self.place(edge), rate=rated)
                return

    def unreachable(self, reached: tuple[Amount | Fraction, ...]) -> Iterator[Finding]:
        """Find tiers that begin beyond all that anybody reached."""
        alike = [Fraction(each.decimal) if isinstance(each, Amount) else each for each in reached if self.suits(each)]
        if not alike:
            return
        highest = max(alike)
        for tier in self.part.tiers[1:]:
            if Fraction(tier.start) > highest:
                told = {"start": self.place(Fraction(tier.start)), "highest": self.place(highest), "count": len(alike)}
                yield _finding("unreachable_tier", "warning", self.part.key, **told)

    def holding(self) -> Iterator[Finding]:
        """Find what makes it pay to hold deals over the end of a period."""
        if self.plan.cap is not None:
            yield from self._at_cap(self.plan.cap)
        if self.plan.resets is None or not self.shape[0]:
            return
        first = self.shape[0][0]
        if not any(self.shape[1][0]):
            gain = self.worth(value_on(self.shape, 2 * first) - value_on(self.shape, first))
            yield _finding("hold_below_tier", "warning", self.part.key, at=self.place(first), gain=gain)
        # Of equal gains the one at the edge is told: it is the easier one to see.
        pays = [
            (wording, edge, 2 * value(self.shape, edge), value(self.shape, 2 * edge))
            for wording, value in (("", value_on), ("_below", _value_below))
            for edge in self.shape[0]
        ]
        for rule, sign in (("hold_to_bunch", 1), ("hold_surplus", -1)):
            wording, edge, apart, together = max(pays, key=lambda pay: sign * (pay[3] - pay[2]))
            if sign * (together - apart) > 0:
                told = {"apart": self.worth(apart), "together": self.worth(together)}
                gain = self.worth(abs(together - apart))
                yield _finding(rule, "info", self.part.key, f"{rule}{wording}", at=self.place(edge), **told, gain=gain)

    def _at_cap(self, cap: Amount) -> Iterator[Finding]:
        """Find where the part by itself comes to the cap: more is worth nothing from there on."""
        if self.part.over == "quota" and self.part.weight is None:
            return  # it depends on each quota
        unit = self._of_one()
        for edge, following, (intercept, slope) in zip(
            [Fraction(0), *self.shape[0]], [*self.shape[0], None], self.shape[1], strict=True
        ):
            target = Fraction(cap.decimal) / unit if unit else None
            if target is None or not slope or _on((intercept, slope), edge) > target:
                continue
            at = (target - intercept) / slope
            if following is None or at < following:
                yield _finding("hold_at_cap", "warning", self.part.key, at=self.place(at), cap=cap)
                return

    def _of_one(self) -> Fraction:
        """Return what the unit in which the pieces pay is worth, in whole units of money."""
        variable = self.plan.variable_pay
        if self.part.weight is not None and variable is not None:
            return Fraction(variable.decimal) * Fraction(self.part.weight)
        return Fraction(1 if self.part.rate is None else self.part.rate)

    def place(self, x: Fraction) -> object:
        """Write where something is: an amount of the measure, or a share of the quota."""
        if self.part.over == "quota":
            return PerUnit(x, is_share=True)
        if _is_money(self.part.measure):
            return self._money(x)
        return Decimal(x.numerator) / Decimal(x.denominator)

    def worth(self, pay: Fraction) -> object:
        """Write what is paid: money, or a share of whatever quota there is."""
        if self.part.over == "quota" and self.part.weight is None and self.part.mode != "interpolated":
            share = PerUnit(pay * self._of_one(), is_share=True)
            return Message.of("commission.check.of_quota", share=share)
        return self._money(pay * self._of_one())

    def _money(self, value: Fraction) -> Amount:
        return Amount(minor=round_fraction(value * self.plan.unit.scale), unit=self.plan.unit)


def _value_below(shape: Shape, x: Fraction) -> Fraction:
    """Return what pieces are worth just below a place."""
    return _on(shape[1][bisect_left(shape[0], x)], x)


def _on(piece: tuple[Fraction, Fraction], x: Fraction) -> Fraction:
    return piece[0] + piece[1] * x
