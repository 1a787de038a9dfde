"""A funnel as bars: how many deals entered each stage, and which share moved on."""

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import DARK, MIDDLE, band_axis, number_axis
from salesperf.charts.words import Words
from salesperf.funnel import FunnelReport
from salesperf.messages import Catalogs
from salesperf.model.validators import check_whole, require

__all__ = ["funnel_chart"]


def funnel_chart(report: FunnelReport, *, segment: int = 0, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw a funnel: a bar for each open stage and one for what was won, with the share that moved on.

    Parameters
    ----------
    report
        As :func:`salesperf.funnel.analyze` makes it.
    segment
        The position of the segment.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If there is no such segment, or nothing entered its funnel.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> history = [Change(date(2026, 9, 1), stage="lead"), Change(date(2026, 9, 8), stage="proposal")]
    >>> deals = [Opportunity(id="o-1", history=history)]
    >>> report = funnel.analyze(funnel.count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    >>> print(funnel_chart(report).alt)
    Lead: 1 entered, 100.0% (20.7% to 100.0%) moved on.
    Opportunity: 1 entered, 100.0% (20.7% to 100.0%) moved on.
    Proposal: 1 entered.
    Quotation and negotiation: 0 entered.
    Won: 0.
    """
    require(report, FunnelReport, path=("report",))
    check_whole(segment, ("segment",), 0, max(len(report.segments) - 1, 0))
    words = Words(lang, catalogs)
    rows, alt = [], []
    for each in report.segments[segment].stages if report.segments else ():
        name, rate = words.label(each.stage.title), words.estimate(each.conversion_rate)
        # Of a stage that nobody has left a rate would say that nobody moves on.
        known = each.entered > each.open
        rows.append({"stage": name, "deals": each.entered, "note": rate if known else "", "won": False})
        said = {"stage": name, "deals": each.entered, "rate": rate}
        alt.append(words.say("funnel.stage" if known else "funnel.nothing", **said))
    if any(row["deals"] for row in rows):
        won = report.segments[segment].won
        rows.append({"stage": words.say("funnel.won"), "deals": won, "note": "", "won": True})
        alt.append(words.say("funnel.won_alt", deals=won))
    else:
        rows = []
    position = {"y": band_axis("stage")}
    layers = [
        {
            "mark": {"type": "bar"},
            "encoding": position
            | {
                "x": number_axis("deals", words.say("funnel.axis"), style=",d"),
                "color": {"condition": {"test": "datum.won", "value": DARK}, "value": MIDDLE},
            },
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 4},
            "encoding": position | {"x": {"field": "deals", "type": "quantitative"}, "text": {"field": "note"}},
        },
    ]
    title = words.say("funnel.title", as_of=report.tally.as_of)
    return chart_of(rows, layers, title=title, alt=alt, height={"step": 28}, beside=300, what="report")
