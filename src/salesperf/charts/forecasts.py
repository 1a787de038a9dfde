"""Forecasts as a fan: between which amounts outcomes lie, as the period goes on."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, LIGHT, MIDDLE, PALE, amount_axis, axis, band_axis
from salesperf.charts.words import Words
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.forecast import Forecast
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount, Unit
from salesperf.model.validators import as_tuple, check_number, require

__all__ = ["SHARES", "forecast_chart"]

SHARES: Final = (0.95, 0.8, 0.5)
"""Of the outcomes, those within each band of the fan, from the widest to the narrowest."""

_BANDS: Final = (PALE, LIGHT, MIDDLE)


def forecast_chart(
    forecasts: Iterable[Forecast],
    *,
    target: Amount | None = None,
    shares: Sequence[float] = SHARES,
    lang: str = "en",
    catalogs: Catalogs | None = None,
) -> Chart:
    """Draw forecasts of one period, made on one day or on several, as a fan about what is expected.

    Of one day the bands lie across, one in the other.

    Parameters
    ----------
    forecasts
        Of the same period, measure, owner and unit, in any order; one for each day.
    target
        What is to be reached, as a line; ``None`` for none.
    shares
        Of the outcomes, those within each band, from the widest to the narrowest: one to three, each within (0, 1).
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If there is none, one has no amounts, none has a deal that may still be won, they are of unlike periods, owners or the
        same day, or the shares are no such shares.
    UnitMismatchError
        If they, or the target, are in unlike units.

    Notes
    -----
    Words tell amounts in whole units.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
    >>> opened = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
    >>> deals = [Opportunity(id="o-1", history=[opened])]
    >>> found = forecast.project(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3))
    >>> forecast_chart([found]).alt[:72]
    'As of 2026-08-31: CNY 100 expected; outcomes: 95% CNY 0 to CNY 200, 80% '
    """
    words = Words(lang, catalogs)
    given = as_tuple(forecasts)
    require(given, tuple, path=("forecasts",))
    for position, each in enumerate(given):
        require(each, Forecast, path=("forecasts", position))
        unit = _common_unit(given[0], each, position)
    if len({each.as_of for each in given}) < len(given):
        raise InvalidValueError("not_unique", path=("forecasts",), value="as_of")
    # Where nothing is open, nothing is uncertain: there is nothing to fan out.
    if not any(each.counted or each.new_deals for each in given):
        raise InvalidValueError("chart_of_nothing", path=("forecasts",))
    told = _checked(shares)
    rows, alt = [], []
    for each in sorted(given, key=lambda forecast: forecast.as_of):
        expected = Amount(minor=0 if each.expected is None else each.expected.minor, unit=unit)
        row: dict[str, object] = {
            "as_of": each.as_of.isoformat(),
            "day": words.write(each.as_of),
            "expected": float(expected.decimal),
        }
        parts = []
        for share in told:
            low, high = each.outcomes(share)
            row |= {_field("low", share): float(low.decimal), _field("high", share): float(high.decimal)}
            parts.append(words.say("forecast.band", share=_percent(share), low=words.whole(low), high=words.whole(high)))
        rows.append(row)
        alt.append(words.say("forecast.day", as_of=each.as_of, expected=words.whole(expected), bands=tuple(parts)))
    if target is not None:
        require(target, Amount, path=("target",))
        if target.unit != unit:
            raise UnitMismatchError("unit_mismatch", path=("target",), left=str(unit), right=str(target.unit))
        alt.append(words.say("forecast.target", target=words.whole(target)))
    is_fan = len(rows) > 1
    title = words.say(
        "forecast.title" if target is None else "forecast.title_target",
        period=given[0].period,
        shares=tuple(map(_percent, told)),
    )
    return chart_of(
        rows,
        _layers(words, told, unit, target, is_fan=is_fan),
        title=title,
        alt=alt,
        height=260 if is_fan else {"step": 56},
        beside=90,
        what="forecasts",
    )


def _percent(share: float) -> str:
    return f"{100 * share:g}%"


def _field(end: str, share: float) -> str:
    """Return the name of an end of a band in the data, where a point would lead into a value."""
    return f"{end}_{_percent(share)}".replace(".", "_")


def _checked(shares: Sequence[float]) -> tuple[float, ...]:
    """Return shares of bands that can be told apart: each within the one before."""
    told = as_tuple(shares)
    require(told, tuple, path=("shares",))
    if not 1 <= len(told) <= len(_BANDS):
        raise InvalidValueError("out_of_range", path=("shares",), low=1, high=len(_BANDS), value=len(told))
    for position, share in enumerate(told):
        check_number(share, ("shares", position))
        high = told[position - 1] if position else 1
        if not 0 < share < high:
            raise InvalidValueError("between", path=("shares", position), low=0, high=high, value=share)
    return told


def _layers(
    words: Words, shares: Sequence[float], unit: Unit, target: Amount | None, *, is_fan: bool
) -> list[dict[str, object]]:
    """Return the bands, what is expected, and the target: days go across in a fan, and amounts where there is but one day."""
    days: dict[str, Any] = band_axis("day")
    if is_fan:
        shown = {"format": words.say("forecast.dates"), "labelAngle": -30, "tickCount": 6}
        days = axis("as_of", "temporal", words.say("forecast.axis"), axis=shown, scale={"type": "utc"})
    along, across, end = ("x", "y", "y2") if is_fan else ("y", "x", "x2")
    band = {"type": "area", "opacity": 1} if is_fan else {"type": "bar", "height": 28}
    point = {"type": "line", "point": {"color": DARK}} if is_fan else {"type": "tick", "thickness": 3, "size": 36}
    layers: list[dict[str, object]] = [
        {
            "mark": band | {"color": color},
            "encoding": {
                along: days,
                across: amount_axis(_field("low", share), words.unit(unit), words.large()),
                end: {"field": _field("high", share)},
            },
        }
        for share, color in zip(shares, _BANDS[-len(shares) :], strict=True)
    ]
    expected = {along: days, across: {"field": "expected", "type": "quantitative"}}
    layers.append({"mark": point | {"color": DARK}, "encoding": expected})
    if target is not None:
        goal = {across: {"datum": float(target.decimal)}}
        layers.append({"mark": {"type": "rule", "color": ACCENT, "strokeWidth": 2, "strokeDash": [4, 3]}, "encoding": goal})
    return layers


def _common_unit(first: Forecast, other: Forecast, position: int) -> Unit:
    """Return the unit of both; refuse a forecast of something else."""
    path = ("forecasts", position)
    if other.unit is None:
        raise InvalidValueError("chart_of_nothing", path=path)
    if other.unit != first.unit:
        raise UnitMismatchError("unit_mismatch", path=path, left=str(first.unit), right=str(other.unit))
    if (other.period, other.owner) != (first.period, first.owner):
        raise InvalidValueError("forecast_of_another", path=path)
    return other.unit
