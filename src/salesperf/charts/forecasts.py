"""Forecasts as a fan: between which amounts outcomes lie, as the period goes on."""

from collections.abc import Iterable
from typing import Final

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, LIGHT, MIDDLE, PALE, axis, number_axis
from salesperf.charts.words import Words
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.forecast import Forecast
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount, Unit
from salesperf.model.validators import as_tuple, require

__all__ = ["SHARES", "forecast_chart"]

SHARES: Final = (0.95, 0.8, 0.5)
"""Of the outcomes, those within each band of the fan."""


def forecast_chart(
    forecasts: Iterable[Forecast], *, target: Amount | None = None, lang: str = "en", catalogs: Catalogs | None = None
) -> Chart:
    """Draw forecasts of one period, made on one day or on several, as a fan about what is expected.

    Parameters
    ----------
    forecasts
        Of the same period, measure, owner and unit, in any order; one for each day.
    target
        What is to be reached, as a line; ``None`` for none.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If there is none, one has no amounts, or they are of unlike periods, owners or the same day.
    UnitMismatchError
        If they, or the target, are in unlike units.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
    >>> opened = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
    >>> deals = [Opportunity(id="o-1", history=[opened])]
    >>> found = forecast.project(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3))
    >>> forecast_chart([found]).alt[:72]
    'As of 2026-08-31: CNY 100.00 expected; outcomes: 95% CNY 0.00 to CNY 200'
    """
    words = Words(lang, catalogs)
    given = as_tuple(forecasts)
    require(given, tuple, path=("forecasts",))
    for position, each in enumerate(given):
        require(each, Forecast, path=("forecasts", position))
        unit = _common_unit(given[0], each, position)
    if len({each.as_of for each in given}) < len(given):
        raise InvalidValueError("not_unique", path=("forecasts",), value="as_of")
    if not given:
        raise InvalidValueError("chart_of_nothing", path=("forecasts",))
    rows, alt = [], []
    for each in sorted(given, key=lambda forecast: forecast.as_of):
        expected = Amount(minor=0 if each.expected is None else each.expected.minor, unit=unit)
        row: dict[str, object] = {"as_of": each.as_of.isoformat(), "expected": float(expected.decimal)}
        parts = []
        for share in SHARES:
            low, high = each.outcomes(share)
            row |= {f"low_{share:.0%}": float(low.decimal), f"high_{share:.0%}": float(high.decimal)}
            parts.append(words.say("forecast.band", share=f"{share:.0%}", low=low, high=high))
        rows.append(row)
        alt.append(words.say("forecast.day", as_of=each.as_of, expected=expected, bands=tuple(parts)))
    days = {
        "x": axis(
            "as_of",
            "temporal",
            words.say("forecast.axis"),
            axis={"format": "%Y-%m-%d", "labelAngle": -30, "tickCount": 6},
            scale={"type": "utc"},
        )
    }
    mark = {"type": "area", "opacity": 1} if len(rows) > 1 else {"type": "bar", "width": 40}
    layers: list[dict[str, object]] = [
        {
            "mark": mark | {"color": color},
            "encoding": days
            | {
                "y": number_axis(f"low_{share:.0%}", str(unit), style="~s"),
                "y2": {"field": f"high_{share:.0%}"},
            },
        }
        for share, color in zip(SHARES, (PALE, LIGHT, MIDDLE), strict=True)
    ]
    layers.append(
        {
            "mark": {"type": "line", "point": True, "color": DARK},
            "encoding": days | {"y": {"field": "expected", "type": "quantitative"}},
        }
    )
    if target is not None:
        require(target, Amount, path=("target",))
        if target.unit != unit:
            raise UnitMismatchError("unit_mismatch", path=("target",), left=str(unit), right=str(target.unit))
        goal = {"y": {"datum": float(target.decimal)}}
        layers.append({"mark": {"type": "rule", "color": ACCENT, "strokeDash": [4, 3]}, "encoding": goal})
        alt.append(words.say("forecast.target", target=target))
    title = words.say("forecast.title", period=given[0].period)
    return chart_of(rows, layers, title=title, alt=alt, height=260, what="forecasts")


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
