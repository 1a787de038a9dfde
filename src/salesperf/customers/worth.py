"""What customers are worth, where they come from, and whose they are: lifetime value, referrals, market share."""

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.customers.purchases import by_key_of, ended_as, ended_on, listed, process_of
from salesperf.customers.stages_of_life import rate_of
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.formulas import lifetime_value_in_advance, lifetime_value_in_arrears
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice, check_date, check_number, is_identifier, repeated, require

__all__ = [
    "REFERRED",
    "TIMINGS",
    "MarketLine",
    "MarketShare",
    "Timing",
    "channels_of_new",
    "lifetime_value",
    "market_share",
    "rate_of_referrals",
    "referral_rate",
]

Timing: TypeAlias = Literal["arrears", "advance"]
TIMINGS: Final[tuple[Timing, ...]] = ("arrears", "advance")
"""When the first margin of a customer comes: after a period, if the customer stays, or at once."""

REFERRED: Final[tuple[str, ...]] = ("referral",)
"""The channels by which customers are sent by others."""


def lifetime_value(margin: float, retention: Estimate, *, discount_rate: float, timing: Timing) -> Estimate:
    """Estimate the lifetime value (客户终身价值) of a customer, in closed form.

    Parameters
    ----------
    margin
        What an active customer brings each period after the cost of keeping the customer, in money.
    retention
        The chance to stay from one period to the next, such as :attr:`Lifecycle.retention` over as long a period.
    discount_rate
        Interest of a period, a fraction of 0 or more.
    timing
        ``"arrears"`` where the first margin comes after a period, ``"advance"`` where it comes at once: the two differ by one
        margin, so there is no default.

    Returns
    -------
    Estimate
        In the money of the margin. Its interval is that of the retention alone, and has no upper end where that reaches
        1 + discount; undefined where the retention is, or where it is that high itself.

    Raises
    ------
    InvalidValueError
        If a number is not finite, the discount is negative, or the timing is no word of :data:`TIMINGS`.

    Notes
    -----
    margin x r / (1 + d - r) in arrears, margin x (1 + d) / (1 + d - r) in advance:
    :func:`salesperf.formulas.lifetime_value_in_arrears`, :func:`salesperf.formulas.lifetime_value_in_advance`. Both rise with
    r, so the ends of its interval give those of the value.

    References
    ----------
    S. Gupta and D. R. Lehmann, "Customers as assets", *Journal of Interactive Marketing* 17(1) (2003) 9-24.

    Examples
    --------
    >>> kept = Estimate(value=0.8, low=0.7, high=0.88, n=50)
    >>> print(lifetime_value(100.0, kept, discount_rate=0.1, timing="arrears"))
    266.667 [175, 400], n = 50
    """
    require(retention, Estimate, path=("retention",))
    check_number(margin, ("margin",))
    check_number(discount_rate, ("discount_rate",))
    if discount_rate < 0:
        raise InvalidValueError("negative", path=("discount_rate",), value=discount_rate)
    check_choice(timing, TIMINGS, ("timing",))
    if retention.value is None:
        reason = retention.reason or Message("customers.reason.no_customers")
        return Estimate.undefined(reason, n=retention.n)
    if retention.value >= 1 + discount_rate:
        return Estimate.undefined(Message("customers.reason.no_end"), n=retention.n)
    of_rate = lifetime_value_in_arrears if timing == "arrears" else lifetime_value_in_advance

    def worth(rate: float) -> float:
        if not margin:
            return 0.0
        return (
            of_rate(float(margin), rate, float(discount_rate)) if rate < 1 + discount_rate else math.copysign(math.inf, margin)
        )

    interval = retention.interval
    if interval is None:
        return Estimate(value=worth(retention.value), n=retention.n, level=retention.level, reason=retention.reason)
    low, high = sorted((worth(interval.low), worth(interval.high)))
    return Estimate(value=worth(retention.value), low=low, high=high, n=retention.n, level=retention.level)


def referral_rate(
    opportunities: Iterable[Opportunity],
    leads: Iterable[Lead],
    *,
    processes: Iterable[SalesProcess],
    as_of: date,
    period: Period | None = None,
    channels: Iterable[str] = REFERRED,
    level: float = 0.95,
) -> Estimate:
    """Estimate the referral rate (转介绍率): the share of new customers whom others sent.

    Parameters
    ----------
    opportunities
        Deals; the first one that a customer gave us makes the customer a new one on the day on which it was won.
    leads
        The leads from which deals came, with their channels.
    processes
        The sales processes of the deals.
    as_of
        The day to whose end deals are known.
    period
        The days on which the customers were new; ``None`` for all.
    channels
        The channels by which customers are sent.
    level
        That of the interval, within (0, 1).

    Returns
    -------
    Estimate
        A fraction of the new customers whose channel is known, with Wilson's interval. Its reason says how many are left out
        since nobody knows where they came from.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    UnknownNameError
        If a deal is of no process of these.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change, LeadChange
    >>> lead = Lead(id="l-1", channel="referral", history=[LeadChange(date(2026, 3, 1), status="new")])
    >>> history = [Change(date(2026, 3, 2), stage="lead"), Change(date(2026, 4, 1), stage="closed")]
    >>> deal = Opportunity(id="o-1", customer="k-1", lead="l-1", history=history)
    >>> processes = [STANDARD_PROCESSES["basic"]]
    >>> print(referral_rate([deal], [lead], processes=processes, as_of=date(2026, 9, 30)))
    1 [0.206549, 1], n = 1
    """
    check_date(as_of, ("as_of",))
    if period is not None:
        require(period, Period, path=("period",))
    wanted, given = listed(channels, "channels"), listed(leads, "leads")
    for position, lead in enumerate(given):
        require(lead, Lead, path=("leads", position))
    for position, again in repeated(lead.id for lead in given):
        raise InvalidValueError("not_unique", path=("leads", position, "id"), value=again)
    came = channels_of_new(listed(opportunities, "opportunities"), given, processes=processes, as_of=as_of, period=period)
    return rate_of_referrals(came.values(), wanted, level=level)


def channels_of_new(
    opportunities: tuple[Opportunity, ...],
    leads: Iterable[Lead],
    *,
    processes: Iterable[SalesProcess],
    as_of: date,
    period: Period | None = None,
) -> dict[str, str | None]:
    """Return the channel of the lead from which the first deal came that each new customer gave us; ``None`` for unknown."""
    channel_by_lead = {lead.id: lead.channel for lead in leads}
    firsts = _first_deals(opportunities, by_key_of(processes), as_of)
    new = {customer: deal for customer, (deal, on) in firsts.items() if period is None or on in period}
    return {customer: channel_by_lead.get(deal.lead or "") for customer, deal in new.items()}


def rate_of_referrals(channels: Collection[str | None], wanted: Collection[str] = REFERRED, *, level: float = 0.95) -> Estimate:
    """Estimate the share of those whom others sent of customers by their channels; its reason counts those without one."""
    known = [channel for channel in channels if channel is not None]
    told = rate_of(sum(channel in wanted for channel in known), len(known), Message("customers.reason.no_new_customers"), level)
    unknown = len(channels) - len(known)
    if told.value is None or not unknown:
        return told
    return attrs.evolve(told, reason=Message.of("customers.reason.channel_unknown", count=unknown))


def _first_deals(
    deals: tuple[Opportunity, ...], by_key: Mapping[str | None, SalesProcess], as_of: date
) -> dict[str, tuple[Opportunity, date]]:
    """Return the first deal that each customer gave us, with its day; of two on one day that of the lesser id."""
    firsts: dict[str, tuple[Opportunity, date]] = {}
    for position, deal in enumerate(deals):
        require(deal, Opportunity, path=("opportunities", position))
        process = process_of(deal, by_key, position)
        known = deal.as_of(as_of)
        if known is None or deal.customer is None or ended_as(known, process) != "won":
            continue
        on = ended_on(known, process)
        if on is None:
            continue
        first = firsts.get(deal.customer)
        if first is None or (on, deal.id) < (first[1], first[0].id):
            firsts[deal.customer] = (deal, on)
    return firsts


@attrs.frozen(kw_only=True)
class MarketLine:
    """The share of one seller in a market: a part of a :class:`MarketShare`.

    Attributes
    ----------
    seller : str or None
        The name of a competitor; ``None`` for us.
    amount : Amount
        What is sold.
    share : Fraction or None
        Of the market, exactly; ``None`` where the market is nothing.

    Examples
    --------
    >>> from salesperf import CNY
    >>> MarketLine(seller=None, amount=Amount.of(30, CNY), share=Fraction(3, 10)).share
    Fraction(3, 10)
    """

    seller: str | None
    amount: Amount
    share: Fraction | None


@attrs.frozen(kw_only=True)
class MarketShare(Result):
    """Who sells how much of a market: made by :func:`market_share`.

    Attributes
    ----------
    market : Amount
        All that is sold.
    lines : tuple of MarketLine
        We and the named competitors, the largest first.
    rest : Amount
        What others sell, who are not named.

    Examples
    --------
    >>> from salesperf import CNY
    >>> told = market_share(Amount.of(30, CNY), {"Acme": Amount.of(50, CNY)}, market=Amount.of(100, CNY))
    >>> print(told.breakdown.text())
    market: CNY 100.00 = sum of
      Acme: CNY 50.00
      we: CNY 30.00
      others: CNY 20.00
    """

    market: Amount
    lines: tuple[MarketLine, ...]
    rest: Amount

    @cached_property
    def own(self) -> MarketLine:
        """Our line."""
        return next(line for line in self.lines if line.seller is None)

    @property
    def rest_share(self) -> Fraction | None:
        """The share of the market that others have, who are not named; ``None`` where the market is nothing."""
        return _share(self.rest, self.market)

    @property
    def relative_share(self) -> Fraction | None:
        """What we sell over what the largest named competitor sells; ``None`` where there is none who sells anything."""
        largest = max((line.amount.minor for line in self.lines if line.seller is not None), default=0)
        return Fraction(self.own.amount.minor, largest) if largest else None

    @property
    def breakdown(self) -> Breakdown:
        """The market as the sum of what each sells."""
        parts = [Breakdown(label=_seller(line), value=line.amount) for line in self.lines]
        parts.append(Breakdown(label=Message("customers.market.others"), value=self.rest))
        return Breakdown(label=Message("customers.market.market"), value=self.market, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each seller, ours without a name, and one for all others."""
        lines = [(line.seller, line.amount, line.share) for line in self.lines]
        lines.append(("(others)", self.rest, self.rest_share))
        return [
            {
                "seller": seller,
                "amount": amount.decimal,
                "unit": str(amount.unit),
                "share": None if share is None else float(share),
            }
            for seller, amount, share in lines
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write our share and that of each competitor beside it, a line each."""
        said = [
            Message.of("customers.text.market", seller=_seller(line), share=_number(line.share), amount=line.amount)
            for line in self.lines
        ]
        if self.rest.minor:
            others = Message("customers.market.others")
            share = _number(_share(self.rest, self.market))
            said.append(Message.of("customers.text.market", seller=others, share=share, amount=self.rest))
        if self.relative_share is not None:
            said.append(Message.of("customers.text.relative", ratio=float(self.relative_share)))
        return "\n".join(message.text(lang, catalogs) for message in said)


def _seller(line: MarketLine) -> Message:
    return Message("customers.market.we" if line.seller is None else line.seller)


def _number(share: Fraction | None) -> float | None:
    return None if share is None else float(share)


def _share(amount: Amount, market: Amount) -> Fraction | None:
    return Fraction(amount.minor, market.minor) if market.minor else None


def market_share(own: Amount, competitors: Mapping[str, Amount], *, market: Amount | None = None) -> MarketShare:
    """Tell our share of a market (市场占有率) beside those of named competitors.

    Parameters
    ----------
    own
        What we sold, in money or in pieces.
    competitors
        What each competitor sold, by name, in the same unit and of the same period and region.
    market
        All that was sold; by default what we and these sold together, so that shares are of the named alone.

    Returns
    -------
    MarketShare
        With exact shares.

    Raises
    ------
    InvalidValueError
        If an amount is negative or none, a name is no text, or the named sold more than the whole market.
    UnitMismatchError
        If the amounts are not all in one unit.

    References
    ----------
    P. W. Farris et al., *Marketing Metrics*, chapter 2, market share and relative market share.

    Examples
    --------
    >>> from salesperf import CNY
    >>> told = market_share(Amount.of(30, CNY), {"Acme": Amount.of(50, CNY)}, market=Amount.of(100, CNY))
    >>> print(told.text())
    Acme: 50.0% of the market, CNY 50.00.
    we: 30.0% of the market, CNY 30.00.
    others: 20.0% of the market, CNY 20.00.
    We sell 0.60 times what the largest named competitor sells.
    """
    require(competitors, Mapping, path=("competitors",))
    given: list[tuple[tuple[str, ...], Amount]] = [(("own",), own)]
    for name, amount in competitors.items():
        if not is_identifier(name):
            raise InvalidValueError("wrong_type", path=("competitors",), expected=str, value=name)
        given.append((("competitors", name), amount))
    if market is not None:
        given.append((("market",), market))
    for path, amount in given:
        require(amount, Amount, path=path)
        if amount.unit != own.unit:
            raise UnitMismatchError("unit_mismatch", path=path, left=str(own.unit), right=str(amount.unit))
        if amount.minor < 0:
            raise InvalidValueError("negative", path=path, value=amount.decimal)
    named = Amount.total((own, *competitors.values()), own.unit)
    whole = named if market is None else market
    if named > whole:
        raise InvalidValueError("market_exceeded", path=("market",), expected=named.decimal, value=whole.decimal)
    lines = [MarketLine(seller=name, amount=amount, share=_share(amount, whole)) for name, amount in competitors.items()]
    lines.append(MarketLine(seller=None, amount=own, share=_share(own, whole)))
    lines.sort(key=lambda line: (-line.amount.minor, line.seller or ""))
    return MarketShare(market=whole, lines=tuple(lines), rest=whole - named)
