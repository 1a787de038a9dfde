"""A score as what each criterion brings to it."""

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import DARK, MIDDLE, PALE, band_axis, number_axis
from salesperf.charts.words import Words
from salesperf.messages import Catalogs
from salesperf.model.validators import require
from salesperf.scorecard import Score

__all__ = ["score_chart"]


def score_chart(score: Score, *, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw a score: for each criterion what it brings, within what it could bring at most.

    Parameters
    ----------
    score
        As a scorecard gives it.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If it is no score, or is undefined.

    Notes
    -----
    What a criterion brings is its influence x points: in a mean and a sum these add up to the score before its gates.

    Examples
    --------
    >>> from salesperf import Curve, Flag
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]), 3), Criterion("has_budget", Flag(100))])
    >>> print(score_chart(card.score({"visits": 8, "has_budget": False})).alt)
    visits: 60.00 of at most 75.00.
    has_budget: 0.00 of at most 25.00.
    """
    require(score, Score, path=("score",))
    words = Words(lang, catalogs)
    rows, alt = [], []
    for leaf in score.leaves():
        name = words.write(leaf.part.criterion.label)
        most = leaf.influence * leaf.part.criterion.scale.high
        brought = leaf.influence * (leaf.part.points or 0.0)
        rows.append({"criterion": name, "points": brought, "most": most, "note": words.write(brought)})
        alt.append(words.say("score.line", criterion=name, points=brought, most=most))
    across = {"y": band_axis("criterion")}
    points = number_axis("most", words.say("score.axis"))
    layers = [
        {"mark": {"type": "bar", "color": PALE}, "encoding": across | {"x": points}},
        {
            "mark": {"type": "bar", "color": MIDDLE, "height": 12},
            "encoding": across | {"x": {"field": "points", "type": "quantitative"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 4, "color": DARK},
            "encoding": across | {"x": {"field": "points", "type": "quantitative"}, "text": {"field": "note"}},
        },
    ]
    title = words.say("score.title", score=score.value)
    return chart_of(rows, layers, title=title, alt=alt, height={"step": 28}, beside=200, what="score")
