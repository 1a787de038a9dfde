"""Attainment as bullets: how far each target is reached, and how far it was to be by now."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from salesperf.attainment import Attainment
from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, MIDDLE, PALE, band_axis, number_axis
from salesperf.charts.words import Words
from salesperf.messages import Catalogs
from salesperf.model.result import printable
from salesperf.model.target import scoped_title
from salesperf.model.validators import as_tuple, require

__all__ = ["attainment_chart"]

_LABEL: Final = 190
"""Wider than of other charts: a narrowed metric is told from the whole one only where the label shows to what."""


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

    Notes
    -----
    A metric that is narrowed is named with what it is narrowed to. Whatever all bars have in common, be it the owner, the
    metric or the period, stands in the title, and not beside each bar.

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
    rows, alt, told, parts = [], [], [], []
    for position, each in enumerate(given):
        require(each, Attainment, path=("attainments", position))
        owner = (
            words.say("attainment.company") if each.target.owner is None else shown.get(each.target.owner, each.target.owner)
        )
        metric = scoped_title(each.target.metric, each.target.scope).text(lang, catalogs)
        name = words.say("attainment.name", owner=owner, metric=metric, period=each.target.period)
        told.append(name)
        parts.append((owner, metric, words.write(each.target.period)))
        planned = None if each.planned_share is None else float(each.planned_share)
        rows.append({"target": name, "ratio": each.ratio, "planned": planned, "whole": 1})
        wording = "undefined" if each.ratio is None else "reached" if planned is None else "planned"
        alt.append(words.say(f"attainment.{wording}", target=name, ratio=each.ratio, planned=planned, reason=each.reason))
    shared, labels = _told_once(parts)
    lines = max(map(len, labels), default=1)
    shown_as = {printable(name): list(map(printable, label)) for name, label in zip(told, labels, strict=True)}
    expression = f"({json.dumps(shown_as, ensure_ascii=False)})[datum.label]"
    position_of = {"y": band_axis("target", axis={"labelLimit": _LABEL, "labelExpr": expression})}
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
    title = words.say("attainment.title_of", of=shared) if shared else words.say("attainment.title")
    return chart_of(drawn, layers, title=title, alt=alt, height={"step": 14 + 16 * lines}, beside=_LABEL, what="attainments")


def _told_once(parts: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return what the names of all bars have in common, and of each bar the rest; of like names nothing is in common."""
    shared = [len(set(column)) == 1 for column in zip(*parts, strict=True)]
    if all(shared):  # and where there is none at all
        return (), list(parts)
    common = tuple(part for part, is_shared in zip(parts[0], shared, strict=True) if is_shared)
    return common, [tuple(part for part, once in zip(each, shared, strict=True) if not once) for each in parts]
