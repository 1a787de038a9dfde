"""The reasons of a forecast: the tree of its expected value, its rows, and its first line."""

from typing import TYPE_CHECKING

from salesperf.forecast.creation import NewDeals
from salesperf.forecast.deals import ForecastDeal, known_total
from salesperf.forecast.distribution import ForecastNumbers
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.result import Row

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["expected_tree", "first_line", "new_business_tree", "rows_of", "weighted_tree"]


def expected_tree(forecast: ForecastNumbers) -> Breakdown:
    """Explain the expected value: what was won, weighted open deals by stage, and new business."""
    if forecast.unit is None:
        return Breakdown(label=Message("forecast.expected"), value=None)
    won = [_node(deal.id, deal.amount) for deal in forecast.won if deal.amount is not None]
    parts = [Breakdown(label=Message("forecast.line.won"), value=forecast.won_value, rule=Sum(), parts=won)]
    for stage in forecast.terms.process.open_stages:
        deals = [deal for deal in forecast.counted if deal.stage == stage.key]
        if deals:
            value = known_total((deal.weighted for deal in deals), forecast.unit)
            nodes = [weighted_tree(deal) for deal in deals]
            parts.append(Breakdown(label=Message(stage.label), value=value, rule=Sum(), parts=nodes))
    if forecast.new_deals is not None and forecast.new_deals.expected is not None:
        parts.append(new_business_tree(forecast.new_deals))
    return Breakdown(label=Message("forecast.expected"), value=forecast.expected, rule=Sum(), parts=parts)


def _node(label: str, value: Amount) -> Breakdown:
    return Breakdown(label=Message.of("pipeline.deal", id=label), value=value)


def weighted_tree(deal: ForecastDeal) -> Breakdown:
    """Explain what an open deal that counts adds: what it is worth times its chance."""
    parts = (
        Breakdown(label=Message("pipeline.amount"), value=deal.amount),
        Breakdown(label=Message("forecast.chance"), value=deal.probability),
    )
    return Breakdown(label=Message.of("pipeline.deal", id=deal.id), value=deal.weighted, rule=Product(), parts=parts)


def new_business_tree(new: NewDeals) -> Breakdown:
    """Explain what deals add that do not exist yet, where it is known what one is worth."""
    # The average is left out, since a product of rounded factors would not be rounded once.
    counts = (
        Breakdown(label=Message("forecast.new_count"), value=new.expected_count),
        Breakdown(label=Message("forecast.known_count"), value=len(new.amounts)),
    )
    parts = (
        Breakdown(label=Message("forecast.known_worth"), value=new.known_worth),
        Breakdown(label=Message("forecast.for_each"), value=new.for_each, rule=Quotient(), parts=counts),
    )
    return Breakdown(label=Message("forecast.line.new_business"), value=new.expected, rule=Product(), parts=parts)


def rows_of(forecast: "Forecast") -> list[Row]:
    """Write a row for what was won, for each open stage, for new business where it is reckoned with, and for all."""
    unit = forecast.unit
    rows = [_row(forecast, "won", len(forecast.won), forecast.won_value, forecast.won_value)]
    for stage in forecast.terms.process.open_stages:
        deals = [deal for deal in forecast.counted if deal.stage == stage.key]
        worth, weighted = (
            known_total((deal.amount for deal in deals), unit),
            known_total((deal.weighted for deal in deals), unit),
        )
        rows.append(_row(forecast, stage.key, len(deals), worth, weighted))
    if forecast.new_deals is not None:
        rows.append(_row(forecast, "new_business", None, None, forecast.new_deals.expected))
    rows.append(_row(forecast, "total", None, None, forecast.expected))
    return rows


def _row(forecast: "Forecast", line: str, count: int | None, amount: Amount | None, expected: Amount | None) -> Row:
    return {
        "line": line,
        "count": count,
        "amount": None if amount is None else amount.decimal,
        "expected": None if expected is None else expected.decimal,
        "unit": None if forecast.unit is None else str(forecast.unit),
    }


def first_line(forecast: "Forecast", share: float) -> Message:
    """Tell what is expected, and between which amounts a share of the outcomes lies."""
    if forecast.unit is None:
        return Message.of("forecast.text.nothing", period=forecast.period, as_of=forecast.as_of)
    low, high = forecast.outcomes(share)
    return Message.of(
        "forecast.text.expected",
        period=forecast.period,
        as_of=forecast.as_of,
        expected=forecast.expected,
        won=forecast.won_value,
        share=share,
        low=low,
        high=high,
    )
