"""What the next deal pays: the same statement with one more entry."""

from collections.abc import Iterable
from fractions import Fraction

import attrs

from salesperf.commission.asking import Quota, Scores
from salesperf.commission.line import PerUnit, StatementLine
from salesperf.commission.stated import Statement
from salesperf.commission.stating import statement
from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.pay import CommissionPlan
from salesperf.model.pay_entry import Entry
from salesperf.model.people import Rep
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, require

__all__ = ["NextDeal", "next_deal"]


@attrs.frozen(kw_only=True)
class NextDeal(Result):
    """What one more deal would pay: made by :func:`next_deal`.

    Attributes
    ----------
    deal : Entry
        The deal that is supposed.
    before, after : Statement
        Without it, and with it.
    pay : Amount
        What is earned with it, less what is earned without it.
    due : Amount
        How much of it falls due in the period: what is held, or only replaces a floor or an advance, does not.
    rate : Fraction or None
        Pay over the deal's amount, in whole units; ``None`` over nothing.
    lines : tuple of StatementLine
        The lines of the deal.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from salesperf import CNY, PayRate, RatedPay
    >>> part = RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), rated=[part])
    >>> deal = Entry(id="o-9", payee="ada", on=date(2026, 9, 3), amount=Amount.of(12_000, CNY))
    >>> next_deal(plan, [], deal, payee="ada", period=Period.month(2026, 9)).rate
    Fraction(1, 20)
    """

    deal: Entry
    before: Statement
    after: Statement

    @property
    def pay(self) -> Amount:
        """What the deal earns."""
        return self.after.earned - self.before.earned

    @property
    def due(self) -> Amount:
        """What it adds to what the period comes to."""
        return self.after.due - self.before.due

    @property
    def rate(self) -> Fraction | None:
        """What it earns over its amount."""
        if not self.deal.amount.minor:
            return None
        return Fraction(self.pay.decimal) / Fraction(self.deal.amount.decimal)

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """The lines of the deal."""
        return tuple(line for line in self.after.lines if line.entry == self.deal)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what it pays, and why; what it changes of entries that come after it is told apart."""
        is_share = self.deal.amount.unit.dimension == "money"
        rate = None if self.rate is None else PerUnit(self.rate, is_share)
        wording = "next_deal" if self.due == self.pay else "next_deal_later"
        told = Message.of(
            f"commission.{wording}", deal=self.deal.id, amount=self.deal.amount, pay=self.pay, rate=rate, due=self.due
        )
        reasons = [reason for line in self.lines for reason in line.reasons]
        others = self.pay - Amount.total((line.pay for line in self.lines), self.pay.unit)
        if not self.lines:
            reasons.append(Message("commission.next_deal_unpaid"))
        elif others.minor:
            reasons.append(Message.of("commission.next_deal_others", others=others))
        between = render("format.sentences", lang=lang, catalogs=catalogs)
        return between.join(message.text(lang, catalogs) for message in (told, *reasons))

    def rows(self) -> list[Row]:
        """Return one row: the deal, and what it pays."""
        return [
            {
                "deal": self.deal.id,
                "amount": self.deal.amount.decimal,
                "pay": self.pay.decimal,
                "due": self.due.decimal,
                "unit": str(self.pay.unit),
                "rate": None if self.rate is None else float(self.rate),
            }
        ]


def next_deal(
    plan: CommissionPlan,
    entries: Iterable[Entry],
    deal: Entry,
    *,
    payee: str | Rep,
    period: Period,
    quota: Quota = None,
    scores: Scores = None,
    previous: Statement | None = None,
) -> NextDeal:
    """Say what one more deal would pay.

    Parameters
    ----------
    plan, entries, payee, period, quota, scores, previous
        As for :func:`statement`.
    deal
        An entry within the period that is not among the others.

    Raises
    ------
    InvalidValueError
        If the deal does not lie within the period, or as :func:`statement` does.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from salesperf import CNY, Tier, TieredPay
    >>> tiers = [Tier(0, 100_000, Decimal("0.05")), Tier(100_000, None, Decimal("0.08"))]
    >>> part = TieredPay(key="sales", tiers=tiers, mode="retroactive")
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), tiered=[part])
    >>> sold = Entry(id="o-1", payee="ada", on=date(2026, 9, 1), amount=Amount.of(90_000, CNY))
    >>> deal = Entry(id="o-2", payee="ada", on=date(2026, 9, 3), amount=Amount.of(10_000, CNY))
    >>> found = next_deal(plan, [sold], deal, payee="ada", period=Period.month(2026, 9))
    >>> print(found.pay, found.lines[0].reasons[0].text(), sep="; ")
    3,500.00 CNY; CNY 10,000.00 brings the sum to CNY 100,000.00: 8% now holds for all of it, 5% until then.
    """
    require(deal, Entry, path=("deal",))
    require(period, Period, path=("period",))
    if deal.on not in period:
        raise InvalidValueError("entry_outside_plan", path=("deal", "on"), value=deal.on, period=str(period))
    others = as_tuple(entries)
    require(others, tuple, path=("entries",))

    def state(known: tuple[Entry, ...]) -> Statement:
        return statement(plan, known, payee=payee, period=period, quota=quota, scores=scores, previous=previous)

    return NextDeal(deal=deal, before=state(others), after=state((*others, deal)))
