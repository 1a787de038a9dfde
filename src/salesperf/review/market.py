"""The market as the deals of a review show it: against whom they were decided, and why deals were lost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import attrs

from salesperf import formulas
from salesperf.customers import MarketShare, market_share
from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.proportion import newcombe
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.pipeline import ClosedDeal
from salesperf.pipeline.rates import rate_by_count
from salesperf.review.deals import DealSection

__all__ = ["CompetitorLine", "MarketSection", "ReasonLine", "market_section"]


@attrs.frozen(kw_only=True)
class CompetitorLine:
    """Deals that were won or lost, by who wanted them too.

    Attributes
    ----------
    competitor : str or None
        The name; ``None`` for deals that are told apart by whether any competitor is named.
    won, lost : int
        Deals decided in the period; those that name several competitors count for each.
    win_rate : Estimate
        Won / (won + lost), with Wilson's interval.
    lost_value : tuple of Amount
        What the lost deals were worth, in each unit; empty where none has an amount.
    without_amount : int
        How many of the lost deals have none.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> market = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).market
    >>> [(line.competitor, line.won, line.lost) for line in market.competitors]
    [('Beihe', 0, 9), ('Nanling', 3, 4), ('Dongsheng', 0, 2)]
    """

    competitor: str | None
    won: int
    lost: int
    win_rate: Estimate
    lost_value: tuple[Amount, ...]
    without_amount: int

    @property
    def decided(self) -> int:
        """How many were won or lost."""
        return self.won + self.lost


@attrs.frozen(kw_only=True)
class ReasonLine:
    """Deals that were lost for one reason.

    Attributes
    ----------
    reason : str or None
        The key or the words recorded; ``None`` where none was given.
    count : int
        How many.
    share : float
        Of all deals lost.
    lost_value : tuple of Amount
        What they were worth, in each unit; empty where none has an amount.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> market = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).market
    >>> [(line.reason, line.count) for line in market.reasons]
    [('competitor', 15), ('price', 4)]
    """

    reason: str | None
    count: int
    share: float
    lost_value: tuple[Amount, ...]


@attrs.frozen(kw_only=True)
class MarketSection:
    """Against whom the owner's deals of the period were decided, and why deals were lost.

    Counted are deals won and lost in the period so far, of all sales processes, by who had them when they were decided; deals
    that were cancelled went to nobody.

    Attributes
    ----------
    period : Period
        The days of the period so far.
    competitors : tuple of CompetitorLine
        Each competitor named on a deal, that of most deals first.
    named, unnamed : CompetitorLine
        Deals that name a competitor, each once, and those that name none.
    difference : Estimate
        The win rate where a competitor is named less that where none is, with Newcombe's interval.
    reasons : tuple of ReasonLine
        Why deals were lost, the most frequent first, those without a reason last; empty where none gives any.
    shares : MarketShare or None
        Of the value of the deals decided, in the unit of most of them: what we won, and what was lost to each competitor where
        it alone is named; what was lost to several, or to nobody named, went to others. ``None`` where no competitor is named,
        or amounts of lost deals are missing.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> market = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).market
    >>> market.named.decided, market.unnamed.decided
    (18, 10)
    """

    period: Period
    competitors: tuple[CompetitorLine, ...]
    named: CompetitorLine
    unnamed: CompetitorLine
    difference: Estimate
    reasons: tuple[ReasonLine, ...]
    shares: MarketShare | None


def market_section(sections: Iterable[DealSection], *, passed: Period) -> MarketSection | None:
    """Look at competitors and reasons of the deals that were won or lost in the period so far.

    Parameters
    ----------
    sections
        The sections of deals of the review.
    passed
        The days of the period so far.

    Returns
    -------
    MarketSection or None
        ``None`` where no deal names a competitor and no lost one gives a reason.

    Examples
    --------
    >>> market_section((), passed=Period.month(2026, 8)) is None
    True
    """
    closed = chain.from_iterable(section.closed.deals for section in sections)
    deals = [deal for deal in closed if deal.outcome != "cancelled"]
    lost = [deal for deal in deals if deal.outcome == "lost"]
    has_reason = any(deal.reason is not None for deal in lost)
    by_name: dict[str, list[ClosedDeal]] = {}
    for deal in deals:
        for name in deal.competitors:
            by_name.setdefault(name, []).append(deal)
    if not by_name and not has_reason:
        return None
    named = _line(None, [deal for deal in deals if deal.competitors])
    unnamed = _line(None, [deal for deal in deals if not deal.competitors])
    lines = [_line(name, against) for name, against in by_name.items()]
    return MarketSection(
        period=passed,
        competitors=tuple(sorted(lines, key=lambda line: (-line.decided, line.competitor or ""))),
        named=named,
        unnamed=unnamed,
        difference=_difference(named, unnamed),
        reasons=tuple(_reasons(lost)) if has_reason else (),
        shares=_shares(deals) if by_name else None,
    )


def _line(competitor: str | None, deals: Sequence[ClosedDeal]) -> CompetitorLine:
    gone = [deal for deal in deals if deal.outcome == "lost"]
    won, lost = len(deals) - len(gone), len(gone)
    rate = formulas.win_rate(won, lost)
    return CompetitorLine(
        competitor=competitor,
        won=won,
        lost=lost,
        win_rate=rate_by_count(rate, won, won + lost, nothing=Message("pipeline.reason.none_decided")),
        lost_value=_totals(gone),
        without_amount=sum(deal.amount is None for deal in gone),
    )


def _totals(deals: Iterable[ClosedDeal]) -> tuple[Amount, ...]:
    """Sum what deals are worth in each unit, that of most deals first."""
    by_unit: dict[Unit, list[Amount]] = {}
    for deal in deals:
        if deal.amount is not None:
            by_unit.setdefault(deal.amount.unit, []).append(deal.amount)
    ordered = sorted(by_unit, key=lambda unit: (-len(by_unit[unit]), str(unit)))
    return tuple(Amount.total(by_unit[unit], unit) for unit in ordered)


def _difference(named: CompetitorLine, unnamed: CompetitorLine) -> Estimate:
    """Tell how much more, or less, is won where a competitor is named."""
    if named.win_rate.value is None or unnamed.win_rate.value is None:
        return Estimate.undefined(Message("pipeline.reason.none_decided"))
    interval = newcombe(named.won, named.decided, unnamed.won, unnamed.decided)
    value = named.win_rate.value - unnamed.win_rate.value
    size = named.decided + unnamed.decided
    return Estimate(value=value, low=interval.low, high=interval.high, n=size, level=interval.level)


def _reasons(lost: Sequence[ClosedDeal]) -> Iterable[ReasonLine]:
    by_reason: dict[str | None, list[ClosedDeal]] = {}
    for deal in lost:
        by_reason.setdefault(deal.reason, []).append(deal)
    for reason in sorted(by_reason, key=lambda key: (key is None, -len(by_reason[key]), key or "")):
        deals = by_reason[reason]
        yield ReasonLine(reason=reason, count=len(deals), share=len(deals) / len(lost), lost_value=_totals(deals))


def _shares(deals: Sequence[ClosedDeal]) -> MarketShare | None:
    """Tell who got the value of the deals decided, where it is known of all that were lost."""
    units = Counter(deal.amount.unit for deal in deals if deal.amount is not None)
    if not units or any(deal.outcome == "lost" and (deal.amount is None or not deal.amount.minor) for deal in deals):
        return None
    unit = min(units, key=lambda unit: (-units[unit], str(unit)))
    valued = [(deal, deal.amount.minor) for deal in deals if deal.amount is not None and deal.amount.unit == unit]
    market = sum(minor for _, minor in valued)
    if min(minor for _, minor in valued) < 0 or not 0 < market <= INT64_MAX:
        return None
    taken = Counter[str]()
    for deal, minor in valued:
        if deal.outcome == "lost" and len(deal.competitors) == 1:
            taken[deal.competitors[0]] += minor
    own = sum(minor for deal, minor in valued if deal.outcome == "won")
    return market_share(
        Amount(minor=own, unit=unit),
        {name: Amount(minor=minor, unit=unit) for name, minor in sorted(taken.items())},
        market=Amount(minor=market, unit=unit),
    )
