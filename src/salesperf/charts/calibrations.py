"""Calibration: what was predicted against what happened."""

from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import ACCENT, DARK, MIDDLE, number_axis
from salesperf.charts.words import Words
from salesperf.grading import Calibration
from salesperf.messages import Catalogs
from salesperf.model.validators import require

__all__ = ["calibration_chart"]


def calibration_chart(calibration: Calibration, *, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw how far predicted probabilities hold: the share won against what was predicted, with its interval.

    Parameters
    ----------
    calibration
        As :func:`salesperf.grading.calibrate` makes it.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If it is no calibration, or rests on nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from salesperf.grading import calibrate
    >>> predicted, won = np.array([0.2, 0.2, 0.8, 0.8]), np.array([False, False, True, True])
    >>> print(calibration_chart(calibrate(predicted, won)).alt.splitlines()[0])
    20.0% predicted: 0.0% (0.0% to 65.8%) won, of 2.
    """
    require(calibration, Calibration, path=("calibration",))
    words = Words(lang, catalogs)
    rows, alt = [], []
    for each in calibration.reliability:
        if each.won_share.value is None:
            continue
        share = each.won_share
        rows.append({"predicted": each.mean_probability, "won": share.value, "low": share.low, "high": share.high, "n": each.n})
        alt.append(words.say("calibration.bin", predicted=each.mean_probability, won=words.estimate(share), n=each.n))
    ends = (0, 1)
    across = {"x": number_axis("predicted", words.say("calibration.predicted"), style="%", domain=ends)}
    layers = [
        {
            "data": {"values": [{"end": 0}, {"end": 1}]},
            "mark": {"type": "line", "color": ACCENT, "strokeDash": [4, 3]},
            "encoding": {"x": {"field": "end", "type": "quantitative"}, "y": {"field": "end", "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "color": MIDDLE, "strokeWidth": 2},
            "encoding": across
            | {"y": number_axis("low", words.say("calibration.won"), style="%", domain=ends), "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "color": DARK},
            "encoding": across
            | {
                "y": {"field": "won", "type": "quantitative"},
                "size": {"field": "n", "type": "quantitative", "legend": {"title": words.say("calibration.n"), "format": ",d"}},
            },
        },
    ]
    return chart_of(rows, layers, title=words.say("calibration.title"), alt=alt, height=320, beside=110, what="calibration")
