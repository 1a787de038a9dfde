"""A line of a statement: an entry, what it brings, and why."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Final

import attrs

from salesperf.commission.layers import Passed
from salesperf.commission.pieces import Pieces
from salesperf.commission.rules import paid_in_all
from salesperf.commission.stepping import Credit, Step, as_amount
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference
from salesperf.model.message import Message
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_parts import Bonus, Pool, RatedPay, Spiff, TieredPay

__all__ = ["PerUnit", "StatementLine"]

_FIGURES: Final = 6


@attrs.frozen
class PerUnit:
    """A rate as a reader writes it: a percentage of money, an amount for each thing."""

    rate: Fraction
    is_share: bool

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the rate with all its digits, or six where they do not end."""
        with localcontext(prec=_FIGURES):
            number = Decimal(self.rate.numerator * (100 if self.is_share else 1)) / Decimal(self.rate.denominator)
        shown = f"{number.normalize():f}"
        return f"{shown}%" if self.is_share else render("commission.per_unit", {"number": shown}, lang=lang, catalogs=catalogs)


@attrs.frozen(kw_only=True)
class StatementLine:
    """What one entry brings by one part of a plan, and why.

    Attributes
    ----------
    entry : Entry or None
        ``None`` for what no entry brings: a bonus by a score, target pay of a ramp.
    part : str
        The key of the part.
    pay : Amount
        What is earned by it.
    credit, reached : Amount or None
        What counts of the entry, and the sum that it brings it to.
    rate : Fraction or None
        Pay over credit before rounding, caps, gates and coefficients, in whole units; ``None`` over nothing.
    reasons : tuple of Message
        Why it is this much.
    breakdown : Breakdown
        How it is reckoned.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY, CommissionPlan, Period, Tier, commission
    >>> part = TieredPay(key="sales", tiers=[Tier(0, 10_000, Decimal("0.05")), Tier(10_000, None, Decimal("0.08"))])
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), tiered=[part])
    >>> sale = Entry(id="e-1", payee="ada", on=date(2026, 9, 3), amount=Amount.of(12_000, CNY), ref="o-17")
    >>> (line,) = commission.statement(plan, [sale], payee="ada", period=Period.month(2026, 9)).lines
    >>> print(line.pay, line.rate, line.reasons[0].text())
    660.00 CNY 11/200 CNY 12,000.00 brings the sum to CNY 12,000.00: CNY 10,000.00 at 5%, CNY 2,000.00 at 8%.
    """

    entry: Entry | None
    part: str
    pay: Amount
    _source: Step | Breakdown
    _passed: tuple[Passed, ...] = ()
    _told: tuple[Message, ...] = ()

    @property
    def _step(self) -> Step | None:
        return self._source if isinstance(self._source, Step) else None

    @property
    def credit(self) -> Amount | None:
        """What counts of the entry."""
        return None if self._step is None else _credit(self._step, self._step.claim.credit)

    @property
    def reached(self) -> Amount | None:
        """The sum that the entry brings its measure to."""
        return None if self._step is None else _credit(self._step, self._step.after)

    @property
    def rate(self) -> Fraction | None:
        """Pay over credit, before it is rounded, capped or scaled."""
        step = self._step
        if step is None or not step.claim.credit:
            return None
        return (step.exact_after - step.exact_before) / step.claim.credit / self._per_credit(step)

    def _per_credit(self, step: Step) -> Fraction:
        """Return how many smallest units of pay one of credit is, at a rate of 1."""
        return Fraction(self.pay.unit.scale, step.claim.entry.amount.unit.scale)

    @cached_property
    def reasons(self) -> tuple[Message, ...]:
        """Why it is this much."""
        return (
            *self._told,
            *self._reasons_of_step(),
            *(each.layer.reason for each in self._passed if each.given != each.minor),
        )

    def _reasons_of_step(self) -> Iterator[Message]:
        step = self._step
        if step is None:
            return
        claim = step.claim
        if claim.entry.reverses is not None:
            yield Message.of(
                "commission.reason.reversal",
                entry=claim.entry.reverses,
                months="–" if claim.months is None else claim.months,
                share=PerUnit(claim.share, is_share=True),
            )
        part = step.part
        if isinstance(part, TieredPay) and step.pieces is not None:
            yield self._tier_reason(step, part, step.pieces)
        elif isinstance(part, Bonus):
            share = PerUnit((step.pieces.unit_share if step.pieces else 0) * Fraction(step.after), is_share=True)
            told = {"credit": self.credit, "reached": self.reached, "share": share}
            yield Message.of("commission.reason.bonus", **told, pay=self._in_all(step))
        elif isinstance(part, Pool):
            yield Message.of(
                "commission.reason.pool",
                team=part.team,
                credit=self.credit,
                rate=self._rate(step, step.rate),
                pool=as_amount(Fraction(step.rate or 0) * step.after, self.pay.unit),
                weight=None if step.position is None else list(part.weights.values())[step.position],
                weights=sum(part.weights.values()),
                pay=self._in_all(step),
            )
        elif isinstance(part, RatedPay) and not step.rate:
            yield Message("commission.reason.no_rate")
        elif isinstance(part, Spiff) and step.rate is None:
            wording = "premium" if claim.entry.reverses is None else "premium_back"
            yield Message.of(
                f"commission.reason.{wording}", amount=part.amount, credit=self.credit, sale=abs(claim.like.amount)
            )
        else:
            yield Message.of("commission.reason.rate", credit=self.credit, rate=self._rate(step, step.rate))

    def _in_all(self, step: Step) -> Amount:
        return as_amount(step.exact_after, self.pay.unit)

    def _rate(self, step: Step, rate: Fraction | None) -> PerUnit:
        is_share = step.claim.entry.amount.unit.dimension == "money"
        return PerUnit((rate or Fraction(0)) / self._per_credit(step), is_share)

    def _tier_reason(self, step: Step, part: TieredPay, pieces: Pieces) -> Message:
        first, last = pieces.position(step.before), pieces.position(step.after)
        slopes = [self._rate(step, Fraction(slope * pieces.scale, pieces.divisor)) for slope in pieces.slopes]
        told = {"credit": self.credit, "reached": self.reached, "rate": slopes[last], "rate_before": slopes[first]}
        if part.mode in ("marginal", "interpolated") and step.before != step.after:
            edges = [Fraction(edge, pieces.scale) for edge in pieces.edges[min(first, last) : max(first, last)]]
            cuts = sorted([step.before, *edges, step.after])
            slices = tuple(
                Message.of("commission.slice", amount=_credit(step, high - low), rate=slopes[pieces.position(low)])
                for low, high in pairwise(cuts)
                if high > low
            )
            return Message.of(
                f"commission.reason.{'slices' if step.after >= step.before else 'slices_back'}", slices=slices, **told
            )
        if part.mode == "retroactive" and step.before != step.after:
            return Message.of(f"commission.reason.{'all_at' if first == last else 'all_now_at'}", **told)
        end = _credit(step, Fraction(pieces.edges[0], pieces.scale)) if pieces.edges else None
        if part.mode != "overage" or first == last == 0:
            wording = "base_at"
        elif first in (0, last):
            wording = "over_at"
        else:
            wording = "over_now_at" if last else "over_no_more"
        return Message.of(f"commission.reason.{wording}", end=end, base=slopes[0], **told)

    @property
    def breakdown(self) -> Breakdown:
        """How it is reckoned: what the part pays in all with the entry, less that without it, through caps and factors."""
        tree = self._source if isinstance(self._source, Breakdown) else _tree_of(self._source, self.pay.unit)
        for passed in self._passed:
            tree = passed.explain(tree, self.pay.unit)
        return attrs.evolve(tree, label=self._label)

    @property
    def leaf(self) -> Breakdown:
        """What it pays, where its tree is shown elsewhere."""
        return Breakdown(label=self._label, value=self.pay)

    @property
    def _label(self) -> Message:
        return Message.of("commission.line", entry=self.part if self.entry is None else self.entry.id, part=self.part)


def _credit(step: Step, minor: Credit) -> Amount:
    return as_amount(minor, step.claim.entry.amount.unit)


def _tree_of(step: Step, unit: Unit) -> Breakdown:
    """Return the tree of what a step brings, before caps and factors."""
    return Breakdown(
        label=Message("commission.given"),
        value=Amount(minor=step.minor, unit=unit),
        rule=Difference(),
        parts=paid_in_all(step, unit),
    )
