"""Attainment as bullets: how far each target is reached, and how far it was to be by now."""

from collections.abc import Iterable, Mapping

from salesperf.attainment import Attainment
from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, MIDDLE, PALE, band_axis, number_axis
from salesperf.charts.words import Words
from salesperf.messages import Catalogs
from salesperf.model.validators import as_tuple, require

__all__ = ["attainment_chart"]


def attainment_chart(
    attainments: Iterable[Attainment],
    *,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    catalogs: Catalogs | None = None,
) -> Chart:
    """Draw how far targets are reached: a bar for each, a tick for what was planned by now, and a line at the target.

    Parameters
    ----------
    attainments
        In the order in which they are to stand; one whose ratio is undefined has no bar, and the words tell why.
    names
        Id of an owner to what a reader sees of it; ``None`` for the ids.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If there is none, none has a ratio, or one is no attainment.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Amount, Period, Target
    >>> from salesperf.attainment import attain, tally
    >>> visits = STANDARD_METRICS["visits"]
    >>> done = [Actual(owner="ada", metric=visits, amount=Amount.of(30, COUNT), on=date(2026, 9, 8))]
    >>> goal = Target(owner="ada", metric=visits, amount=Amount.of(44, COUNT), period=Period.month(2026, 9))
    >>> print(attainment_chart([attain(goal, tally(done), as_of=date(2026, 9, 15))]).alt)
    ada, Visits, 2026-09: 68.2% of the target, 50.0% were planned by now.
    """
    words = Words(lang, catalogs)
    given = as_tuple(attainments)
    require(given, tuple, path=("attainments",))
    shown: Mapping[str, str] = {} if names is None else names
    require(shown, Mapping, path=("names",))
    rows, alt = [], []
    for position, each in enumerate(given):
        require(each, Attainment, path=("attainments", position))
        owner = (
            words.say("attainment.company") if each.target.owner is None else shown.get(each.target.owner, each.target.owner)
        )
        name = words.say(
            "attainment.name", owner=owner, metric=words.label(each.target.metric.title), period=each.target.period
        )
        planned = None if each.planned_share is None else float(each.planned_share)
        rows.append({"target": name, "ratio": each.ratio, "planned": planned, "whole": 1})
        wording = "undefined" if each.ratio is None else "reached" if planned is None else "planned"
        alt.append(words.say(f"attainment.{wording}", target=name, ratio=each.ratio, planned=planned, reason=each.reason))
    position_of = {"y": band_axis("target", axis={"labelLimit": 300})}
    reached = number_axis("ratio", words.say("attainment.axis"), style="%")
    layers = [
        {
            "mark": {"type": "bar", "color": PALE, "height": 20},
            "encoding": position_of | {"x": {"field": "whole", "type": "quantitative"}},
        },
        {"mark": {"type": "bar", "color": MIDDLE, "height": 10}, "encoding": position_of | {"x": reached}},
        {
            "mark": {"type": "tick", "color": DARK, "thickness": 3, "size": 20},
            "encoding": position_of | {"x": {"field": "planned", "type": "quantitative"}},
        },
        {"mark": {"type": "rule", "color": ACCENT, "strokeDash": [4, 3]}, "encoding": {"x": {"datum": 1}}},
    ]
    is_any = any(row["ratio"] is not None for row in rows)
    drawn = rows if is_any else []
    return chart_of(drawn, layers, title=words.say("attainment.title"), alt=alt, height={"step": 30}, what="attainments")
