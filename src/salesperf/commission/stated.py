"""A statement: what somebody is paid for a period, line by line, with what was settled before."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.commission.accounts import EntryAccount
from salesperf.commission.line import StatementLine
from salesperf.commission.stepping import POOL_METHOD, shown
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import round_fraction
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS
from salesperf.model.pay import CommissionPlan
from salesperf.model.period import Period
from salesperf.model.result import Result, Row

__all__ = ["ADJUSTMENTS", "CONVENTIONS", "Adjustment", "AdjustmentKind", "DrawAccount", "Grounds", "Statement"]

AdjustmentKind: TypeAlias = Literal[
    "held", "terms_changed", "guarantee", "floor", "draw_advanced", "draw_recovered", "already_settled"
]
ADJUSTMENTS: Final[tuple[AdjustmentKind, ...]] = (
    "held",
    "terms_changed",
    "guarantee",
    "floor",
    "draw_advanced",
    "draw_recovered",
    "already_settled",
)
"""What stands between what is earned and what is paid: what is held until the customer pays, or released now; what a new quota
or version makes of what was paid before; topped up to what is guaranteed, or to the floor; advanced, and recovered from
advances; and, of a correction, what an earlier statement of the same period came to."""


CONVENTIONS: Final[FrozenMap[str, str]] = FrozenMap({"rounding": "half_up", "bounds": "upper_tier", "pools": POOL_METHOD})
"""By which conventions statements are reckoned, where others reckon otherwise: how what is paid in all is rounded; of which
tier an amount on a bound is; by which method a pool is divided."""

Grounds: TypeAlias = tuple[Breakdown, ...] | Callable[[], tuple[Breakdown, ...]]
"""What an adjustment follows from: trees, or what makes them when somebody asks, since few do."""


@attrs.frozen(kw_only=True)
class Adjustment:
    """What is added to what is earned, or taken from it.

    Attributes
    ----------
    kind : str
        One of :data:`ADJUSTMENTS`.
    amount : Amount
        How much; negative for what is taken.
    reason : Message
        Why.
    breakdown : Breakdown
        How it is reckoned.

    Examples
    --------
    >>> from salesperf import CNY
    >>> print(Adjustment(kind="floor", amount=Amount.of(10, CNY), reason=Message("agreed")).breakdown.text())
    floor: CNY 10.00
    """

    kind: AdjustmentKind
    amount: Amount
    reason: Message
    _grounds: Grounds = attrs.field(default=(), repr=False, eq=False)
    """Two of which it is the difference, or one that it is."""

    @property
    def breakdown(self) -> Breakdown:
        """How it is reckoned."""
        parts = self._grounds if isinstance(self._grounds, tuple) else self._grounds()
        if not parts:
            return self.leaf
        return attrs.evolve(self.leaf, rule=Difference() if len(parts) > 1 else Sum(), parts=parts)

    @property
    def leaf(self) -> Breakdown:
        """How much it is, where its tree is shown elsewhere, or is not for the reader."""
        return Breakdown(label=Message(f"commission.adjustment.{self.kind}"), value=self.amount)


@attrs.frozen(kw_only=True)
class DrawAccount:
    """What is owed for advances: at the opening, what came and went, at the closing.

    Attributes
    ----------
    opening, advanced, recovered, forgiven, closing : Amount
        closing = opening + advanced - recovered - forgiven

    Raises
    ------
    InvalidValueError
        If the closing is another.

    Examples
    --------
    >>> from salesperf import CNY
    >>> amounts = {name: Amount.of(yuan, CNY) for name, yuan in {"opening": 0, "advanced": 1_800, "recovered": 0}.items()}
    >>> print(DrawAccount(**amounts, forgiven=Amount.zero(CNY), closing=Amount.of(1_800, CNY)).closing)
    1,800.00 CNY
    """

    opening: Amount
    advanced: Amount
    recovered: Amount
    forgiven: Amount
    closing: Amount

    def __attrs_post_init__(self) -> None:
        """Check the sum."""
        expected = self.opening + self.advanced - self.recovered - self.forgiven
        if self.closing != expected:
            raise InvalidValueError(
                "draw_not_conserved", path=("DrawAccount", "closing"), expected=shown(expected), value=shown(self.closing)
            )


@attrs.frozen(kw_only=True)
class Statement(Result):
    """What somebody is paid for a period: made by :func:`statement`, and never changed. A correction is another one.

    Attributes
    ----------
    payee : str
        Who is paid.
    plan : CommissionPlan
        By which version of which plan.
    period : Period
        For which time.
    window : Period
        The time over which the plan counts what is reached, from one reset to the next.
    quotas : FrozenMap of str to Fraction
        By measure the quota that counts: for the share of the time that is served, and by the ramp.
    lines : tuple of StatementLine
        By day and entry.
    adjustments : tuple of Adjustment
        What stands between what is earned and what is paid.
    draw : DrawAccount or None
        Advances; ``None`` where there were never any.
    accounts : tuple of EntryAccount
        Every entry that still waits for its customer, or may yet be taken back.
    counted : Amount
        What entries have earned since the plan began to count, before gates and coefficients.
    earned : Amount
        The sum of the lines.
    due : Amount
        What the period comes to in all.
    total : Amount
        What this statement pays: of a correction the difference.
    is_correction : bool
        Whether an earlier statement was made for the same period.
    notes : tuple of Message
        What a reader should know: terms that make months differ from their year, entries that no part pays for.
    version : str
        By which version of the library it was made: it stays what it is when a later one reads it.
    conventions : FrozenMap of str to str
        By which conventions: those of :data:`CONVENTIONS` in that version, that of pools where the plan has any.
    breakdown : Breakdown
        How the total is reckoned, down to the credit.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from salesperf import CNY, CommissionPlan, Entry, PayRate, RatedPay, commission
    >>> part = RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), rated=[part])
    >>> sale = Entry(id="e-1", payee="ada", on=date(2026, 9, 3), amount=Amount.of(12_000, CNY), ref="o-17")
    >>> paid = commission.statement(plan, [sale], payee="ada", period=Period.month(2026, 9))
    >>> *slip, reckoned = paid.text().splitlines()
    >>> for line in slip:
    ...     print(line)
    Statement of ada for 2026-09, plan field
      2026-09-03 e-1 (o-17), sales: CNY 600.00. CNY 12,000.00 at 5%.
    Earned: CNY 600.00
    To be paid: CNY 600.00
    >>> print(reckoned.removeprefix(f"Reckoned by salesperf {paid.version}. "))
    An amount on a bound is of the tier above it. What is paid in all is rounded, half up.
    """

    payee: str
    plan: CommissionPlan
    period: Period
    window: Period
    quotas: FrozenMap[str, Fraction]
    lines: tuple[StatementLine, ...]
    adjustments: tuple[Adjustment, ...]
    draw: DrawAccount | None
    accounts: tuple[EntryAccount, ...]
    counted: Amount
    earned: Amount
    due: Amount
    total: Amount
    is_correction: bool
    notes: tuple[Message, ...]
    version: str
    conventions: FrozenMap[str, str]
    _opening: tuple[EntryAccount, ...] = attrs.field(default=(), repr=False)
    """The accounts before the period: what a correction begins from."""
    _quota_units: FrozenMap[str, Unit] = attrs.field(default=FrozenMap(), repr=False)

    @property
    def held(self) -> Amount:
        """What is earned and waits for the customer."""
        return Amount.total((account.held for account in self.accounts), self.plan.unit)

    @property
    def breakdown(self) -> Breakdown:
        """How the total is reckoned."""
        return self._tree_of("total", self.total, self.adjustments)

    @property
    def due_breakdown(self) -> Breakdown:
        """How what the period comes to is reckoned: the total, without what was settled before of the same period."""
        return self._tree_of("due", self.due, (each for each in self.adjustments if each.kind != "already_settled"))

    def _tree_of(self, key: str, value: Amount, adjustments: Iterable[Adjustment]) -> Breakdown:
        lines = tuple(line.breakdown for line in self.lines)
        earned = Breakdown(label=Message("commission.earned"), value=self.earned, rule=Sum(), parts=lines)
        others = (each.breakdown for each in adjustments)
        return Breakdown(label=Message(f"commission.{key}"), value=value, rule=Sum(), parts=(earned, *others))

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the pay slip: each line with its reasons, what was added and taken, and what is paid."""
        between = render("format.sentences", lang=lang, catalogs=catalogs)

        def told(*messages: Message) -> str:
            return between.join(message.text(lang, catalogs) for message in messages)

        return "\n".join(told(*messages) for messages in self._paragraphs())

    def _paragraphs(self) -> Iterator[tuple[Message, ...]]:
        kind = "correction" if self.is_correction else "statement"
        yield (Message.of(f"commission.text.{kind}", payee=self.payee, period=self.period, plan=self.plan.label),)
        for measure, quota in self.quotas.items():
            title = Message(STANDARD_METRICS[measure].title if measure in STANDARD_METRICS else measure)
            yield (Message.of("commission.text.quota", measure=title, quota=self._written(measure, quota)),)
        for line in self.lines:
            wording = "line_without_entry" if line.entry is None else "line" if line.entry.ref is None else "line_of_deal"
            entry = {} if line.entry is None else {"on": line.entry.on, "entry": line.entry.id, "ref": line.entry.ref}
            yield (Message.of(f"commission.text.{wording}", part=line.part, pay=line.pay, **entry), *line.reasons)
        yield (Message.of("commission.text.earned", amount=self.earned),)
        for each in self.adjustments:
            yield (Message.of("commission.text.adjustment", reason=each.reason, amount=each.amount),)
        wording = "owed" if self.total.minor < 0 else "paid"
        yield (Message.of(f"commission.text.{wording}", amount=abs(self.total)),)
        if self.plan.release is not None:
            yield (Message.of("commission.text.held", amount=self.held),)
        if self.draw is not None:
            yield (Message.of("commission.text.draw", amount=self.draw.closing),)
        for note in self.notes:
            yield (note,)
        told = (Message(f"commission.convention.{name}.{choice}") for name, choice in self.conventions.items())
        yield (Message.of("commission.text.version", version=self.version), *told)

    def _written(self, measure: str, quota: Fraction) -> Amount | Decimal:
        """Return a quota as a reader sees it: money in its unit, or a number of what the measure counts."""
        unit = self._quota_units.get(measure)
        if unit is None or unit.dimension != "money":
            return Decimal(round_fraction(100 * quota)) / 100
        return Amount(minor=round_fraction(quota * unit.scale), unit=unit)

    def rows(self) -> list[Row]:
        """Return a row for each line, then one for each adjustment; their ``pay`` sums to the total."""
        unit = str(self.plan.unit)
        rows: list[Row] = [
            {
                "payee": self.payee,
                "period": str(self.period),
                "entry": None if line.entry is None else line.entry.id,
                "ref": None if line.entry is None else line.entry.ref,
                "on": None if line.entry is None else line.entry.on,
                "part": line.part,
                "credit": None if line.credit is None else line.credit.decimal,
                "reached": None if line.reached is None else line.reached.decimal,
                "rate": None if line.rate is None else float(line.rate),
                "pay": line.pay.decimal,
                "unit": unit,
                "reason": " ".join(reason.text() for reason in line.reasons),
                "version": self.version,
            }
            for line in self.lines
        ]
        nothing = dict.fromkeys(rows[0] if rows else ("entry", "ref", "on", "part", "credit", "reached", "rate"))
        told = {"payee": self.payee, "period": str(self.period), "unit": unit, "version": self.version}
        return rows + [
            {**nothing, **told, "part": each.kind, "pay": each.amount.decimal, "reason": each.reason.text()}
            for each in self.adjustments
        ]
