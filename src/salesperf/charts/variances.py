"""A variance as a waterfall: from what was before, effect by effect, to what came after."""

from typing import Any

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, MIDDLE, amount_axis, band_axis
from salesperf.charts.words import Words
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.validators import require
from salesperf.variance import Variance

__all__ = ["variance_chart"]


def variance_chart(variance: Variance[Any], *, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw a variance as a waterfall.

    Parameters
    ----------
    variance
        As :func:`salesperf.variance.decompose` and its siblings make it.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If it is no variance, or none of its effects is drawn.

    Notes
    -----
    Amounts are written in whole units; an effect of nothing, and one of less than half a unit, is not drawn.

    Examples
    --------
    >>> from salesperf import variance
    >>> change = variance.decompose({"leads": 100, "win_rate": 0.2}, {"leads": 120, "win_rate": 0.15})
    >>> print(variance_chart(change).alt)
    Before: 20.00.
    Leads: +3.50.
    Win rate: -5.50.
    After: 18.00.
    """
    require(variance, Variance, path=("variance",))
    words = Words(lang, catalogs)
    unit = words.unit(variance.before.unit) if isinstance(variance.before, Amount) else None
    rows: list[dict[str, Any]] = []
    alt: list[str] = []
    level = 0.0

    def add(name: str, start: float, end: float, value: float | Amount, kind: str) -> None:
        note = words.whole(value) if kind == "level" else words.signed(value)
        rows.append({"line": name, "start": start, "end": end, "note": note, "kind": kind})
        alt.append(words.say("variance.line", line=name, value=note))

    add(
        words.write(Message(f"charts.variance.before.{variance.comparison}")),
        0.0,
        _number(variance.before),
        variance.before,
        "level",
    )
    level = _number(variance.before)
    for effect in variance.lines:
        if not words.shows(effect.value):
            continue
        moved = level + _number(effect.value)
        add(words.write(effect.label), level, moved, effect.value, "rise" if moved >= level else "fall")
        level = moved
    add(
        words.write(Message(f"charts.variance.after.{variance.comparison}")),
        0.0,
        _number(variance.after),
        variance.after,
        "level",
    )
    across = {"y": band_axis("line")}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "stroke": DARK, "strokeWidth": 1},
            "encoding": across
            | {
                "x": amount_axis("start", unit, words.large()),
                "x2": {"field": "end"},
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": ["level", "rise", "fall"], "range": [DARK, MIDDLE, ACCENT]},
                },
            },
        },
        {
            "transform": [{"calculate": "max(datum.start, datum.end)", "as": "right"}],
            "mark": {"type": "text", "align": "left", "dx": 4},
            "encoding": across | {"x": {"field": "right", "type": "quantitative"}, "text": {"field": "note"}},
        },
    ]
    drawn = rows if any(row["kind"] != "level" for row in rows) else []
    return chart_of(drawn, layers, title=words.say("variance.title"), alt=alt, height={"step": 28}, beside=260, what="variance")


def _number(value: float | Amount) -> float:
    return float(value.decimal) if isinstance(value, Amount) else float(value)
