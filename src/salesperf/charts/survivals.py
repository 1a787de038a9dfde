"""How long it takes, as curves with their intervals."""

from typing import Final

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import DARK, LIGHT, axis, number_axis
from salesperf.charts.words import Words
from salesperf.funnel import TimeInStage, TimeToWin
from salesperf.messages import Catalogs
from salesperf.model.validators import require

__all__ = ["survival_chart"]

_TOLD: Final = 5
"""Days of which the words tell: the picture has all."""


def survival_chart(timing: TimeToWin | TimeInStage, *, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw how long it takes: the share won by each day, or the share that is still in a stage, with its interval.

    Parameters
    ----------
    timing
        As :func:`salesperf.funnel.time_to_win` and :func:`salesperf.funnel.time_in_stage` make it.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If it is neither, or rests on no deal.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> def deal(days):
    ...     history = [Change(date(2026, 1, 1), stage="lead"), Change(date(2026, 1, 1) + timedelta(days), stage="closed")]
    ...     return Opportunity(id=f"o-{days}", history=history)
    >>> counted = funnel.outcomes([deal(days) for days in range(1, 41)], STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> print(survival_chart(funnel.time_to_win(counted)).alt.splitlines()[-1])
    Day 40: 100.0% (91.2% to 100.0%).
    """
    require(timing, TimeToWin, TimeInStage, path=("timing",))
    words = Words(lang, catalogs)
    is_won = isinstance(timing, TimeToWin)
    value, low, high = ("won", "won_low", "won_high") if is_won else ("survival", "low", "high")
    told = timing.rows()
    rows = [{"days": row["days"], "share": row[value], "low": row[low], "high": row[high]} for row in told]
    step = max(1, len(rows) // _TOLD)
    alt = [
        words.say(
            "survival.day", days=row["days"], **{name: words.write(row[name], "percent") for name in ("share", "low", "high")}
        )
        for row in rows[step - 1 :: step]
    ]
    across = {"x": axis("days", "quantitative", words.say("survival.days"))}
    layers = [
        {
            "mark": {"type": "area", "color": LIGHT, "interpolate": "step-after"},
            "encoding": across
            | {
                "y": number_axis("low", words.say("survival.won" if is_won else "survival.there"), style="%", domain=(0, 1)),
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "line", "color": DARK, "interpolate": "step-after"},
            "encoding": across | {"y": {"field": "share", "type": "quantitative"}},
        },
    ]
    title = words.say("survival.to_win" if is_won else "survival.in_stage", deals=timing.deals)
    return chart_of(rows, layers, title=title, alt=alt, height=260, beside=60, what="timing")
