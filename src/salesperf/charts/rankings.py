"""A ranking as dots with their intervals, and who of them cannot be told apart."""

from collections.abc import Mapping
from typing import Any

from salesperf.appraisal import Ranking
from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, MIDDLE, band_axis, number_axis
from salesperf.charts.words import Words
from salesperf.messages import Catalogs
from salesperf.model.estimate import Estimate
from salesperf.model.validators import require

__all__ = ["ranking_chart"]


def ranking_chart(ranking: Ranking | Mapping[str, Estimate], *, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw a ranking, best first: a dot with its interval for each, a hollow one for what was seen of him alone.

    Parameters
    ----------
    ranking
        As :func:`salesperf.appraisal.rank_rates` and :func:`salesperf.appraisal.rank_means` make it; or rates by whose they
        are, such as win rates, each an estimate by itself: without groups and hollow dots, and none of those is drawn that
        have no interval.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If it is neither, or there is nobody to draw.

    Notes
    -----
    Each group has its number, and an ink that differs from that of the next. Who has no trial has no hollow dot.

    Examples
    --------
    >>> from salesperf.appraisal import rank_means
    >>> print(ranking_chart(rank_means([10.0, 12.0, 30.0], [1.0, 1.0, 1.0], names=["ada", "bo", "yue"])).alt)
    1. yue: 29.79 (27.82 to 31.76).
    2. bo: 12.09 (10.13 to 14.04).
    3. ada: 10.12 (8.16 to 12.08).
    Group 2 cannot be told apart: bo, ada.
    """
    require(ranking, Ranking, Mapping, path=("ranking",))
    words = Words(lang, catalogs)
    return _of_rates(ranking, words) if isinstance(ranking, Mapping) else _of_ranking(ranking, words)


def _of_ranking(ranking: Ranking, words: Words) -> Chart:
    is_rates = ranking.ranked == "rates"
    rows, alt = [], []
    for row in ranking.rows():
        value, low, high = (words.write(row[name], "percent" if is_rates else ".2f") for name in ("value", "low", "high"))
        estimate = words.say("estimate", value=value, low=low, high=high)
        alt.append(words.say("ranking.line", position=row["rank"], name=row["name"], estimate=estimate))
        group = words.say("ranking.group", number=row["group"])
        rows.append({name: row[name] for name in ("name", "observed", "value", "low", "high")} | {"group": group})
    alt += [
        words.say("ranking.alike", number=number, names=group)
        for number, group in enumerate(ranking.groups, start=1)
        if len(group) > 1
    ]
    style = "%" if is_rates else ""
    position = {"y": band_axis("name")}
    groups = [words.say("ranking.group", number=number) for number in range(1, len(ranking.groups) + 1)]
    inks = [ACCENT if number % 2 else DARK for number in range(len(groups))]
    ink = {"field": "group", "type": "nominal", "scale": {"domain": groups, "range": inks}, "legend": None}
    layers = [
        _interval(words.say("ranking.axis"), style),
        _dot({"color": ink}),
        {
            "mark": {"type": "point", "color": MIDDLE},
            "encoding": position | {"x": {"field": "observed", "type": "quantitative"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6},
            "encoding": position | {"x": {"field": "high", "type": "quantitative"}, "text": {"field": "group"}, "color": ink},
        },
    ]
    title = words.say("ranking.title", level=ranking.interval.level)
    return chart_of(rows, layers, title=title, alt=alt, height={"step": 24}, beside=200, what="ranking")


def _of_rates(rates: Mapping[str, Estimate], words: Words) -> Chart:
    for name, rate in rates.items():
        require(rate, Estimate, path=("ranking", name))
    known = [(name, rate) for name, rate in rates.items() if rate.value is not None and rate.low is not None]
    rows, alt = [], []
    for name, rate in sorted(known, key=lambda item: -(item[1].value or 0)):
        place = 1 + sum((other.value or 0) > (rate.value or 0) for _, other in known)
        alt.append(words.say("ranking.rate", position=place, name=name, estimate=words.estimate(rate), n=rate.n))
        rows.append({"name": name, "value": rate.value, "low": rate.low, "high": rate.high})
    layers = [_interval(words.say("ranking.axis_rates"), "%"), _dot({"color": {"value": DARK}})]
    levels = tuple(dict.fromkeys(words.write(rate.level, "percent") for _, rate in known))
    title = words.say("ranking.title_rates", levels=levels)
    return chart_of(rows, layers, title=title, alt=alt, height={"step": 24}, beside=150, what="ranking")


def _interval(title: str, style: str) -> dict[str, Any]:
    # From nought on, what tells people apart would shrink to nothing.
    across = number_axis("low", title, style=style) | {"scale": {"zero": False}}
    encoding = {"y": band_axis("name"), "x": across, "x2": {"field": "high"}}
    return {"mark": {"type": "rule", "color": MIDDLE, "strokeWidth": 2}, "encoding": encoding}


def _dot(ink: Mapping[str, object]) -> dict[str, Any]:
    encoding = {"y": band_axis("name"), "x": {"field": "value", "type": "quantitative"}} | dict(ink)
    return {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 1}, "encoding": encoding}
