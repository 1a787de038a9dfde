"""What to know before one relies on a forecast."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from salesperf.forecast.deals import STANDINGS, known_total
from salesperf.model.message import Message

if TYPE_CHECKING:
    from salesperf.forecast.deals import ForecastDeal
    from salesperf.forecast.projected import Forecast

__all__ = ["deals_noted", "notes"]


def notes(forecast: "Forecast") -> Iterator[Message]:
    """Yield what weakens a forecast, what it leaves out, and why."""
    if forecast.terms.is_over:
        yield Message("forecast.note.over")
    else:
        yield from _notes_of_chances(forecast)
        yield from _notes_of_new_business(forecast)
    yield from _notes_of_gaps(forecast)


def _notes_of_chances(forecast: "Forecast") -> Iterator[Message]:
    if forecast.terms.history is None and forecast.counted:
        yield Message("forecast.note.stated")
    for key, deals in deals_noted(forecast).items():
        amount = known_total((deal.amount for deal in deals), forecast.unit)
        yield Message.of(f"forecast.note.{key}", count=len(deals), amount=amount, minimum=forecast.terms.minimum)


def deals_noted(forecast: "Forecast") -> "Mapping[str, list[ForecastDeal]]":
    """Return the open deals of which a note tells, by what it tells: a chance that is no usual one, or why they do not count.

    Parameters
    ----------
    forecast
        A forecast of a period that is not over.
    """
    found: dict[str, list[ForecastDeal]] = {}
    for source in ("learnt_at_longest", "learnt_by_stage", "stated"):
        if forecast.terms.history is not None and (source == "stated" or forecast.terms.learnt_by != "stage"):
            found[f"fallback_{source}"] = [deal for deal in forecast.counted if deal.source == source]
    found["overdue"] = [
        deal
        for deal in forecast.counted
        if deal.source == "stated" and deal.expected_close is not None and deal.expected_close <= forecast.as_of
    ]
    found |= {standing: [deal for deal in forecast.deals if deal.standing == standing] for standing in STANDINGS[1:]}
    return {key: deals for key, deals in found.items() if deals}


def _notes_of_new_business(forecast: "Forecast") -> Iterator[Message]:
    first, last = forecast.terms.days_left
    days, total, new = last - first + 1, forecast.period.days, forecast.new_business
    if new is None:
        # Early in a period most of what will be won in it may not exist yet.
        key = "early_without_new_business" if 2 * days > total else "without_new_business"
        yield Message.of(f"forecast.note.{key}", days=days, total=total)
    elif forecast.new_deals is not None and not forecast.new_deals.expected_count:
        # Some may have been won, and none as soon as it would have to be now.
        key = "new_deals_too_late" if new.amounts else "no_new_deals"
        yield Message.of(f"forecast.note.{key}", window=new.window, days=last)
    elif len(new.win_shares) < last:
        yield Message.of("forecast.note.short_window", observed=len(new.win_shares) - 1, days=last)


def _notes_of_gaps(forecast: "Forecast") -> Iterator[Message]:
    without_amount = sum(deal.amount is None for deal in forecast.won)
    if without_amount:
        yield Message.of("forecast.note.won_without_amount", count=without_amount)
    if forecast.undated:
        yield Message.of("forecast.note.undated", count=forecast.undated)
    if forecast.withheld:
        yield Message.of("forecast.note.withheld", count=forecast.withheld)
